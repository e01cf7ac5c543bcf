//! What is said of mirrors: how a project names them, and what a mirror is held to.

use serde_json::Value;

use crate::support::{code, json, project, run, stderr, stdout};

#[test]
fn a_project_that_asks_the_public_index_first_is_told_where() {
    let folder = project(&[
        ("cpanfile", "requires 'Corp::Pay', '1', mirror => 'https://pan.example';\n"),
        (
            "docker/Dockerfile",
            "FROM debian\nRUN apt-get update \\\n && cpanm --mirror https://me:secret@pan.example/p?t=token Corp::Pay\n",
        ),
        (
            ".github/workflows/ci.yml",
            "jobs:\n  a:\n    steps:\n      - run: cpanm --from http://pan.example .\n",
        ),
        ("script/safe", "#!/bin/sh\ncpanm --from https://pan.example .\n"),
    ]);
    let report = json(folder.path(), &["."]);
    let remarks: Vec<String> = report["remarks"]
        .as_array()
        .expect("remarks")
        .iter()
        .map(|one| {
            let text = |value: &Value| value.as_str().expect("a text").to_owned();
            assert_eq!(text(&one["subject_kind"]), "setting");
            assert!(one.get("module").is_none());
            let place = &one["locations"][0];
            format!(
                "{} {} {}:{}",
                text(&one["rule"]),
                text(&one["subject"]),
                text(&place["path"]),
                place["line"]
            )
        })
        .collect();
    assert_eq!(
        remarks,
        [
            "unsafe-mirror cpanm --mirror docker/Dockerfile:3",
            "unsafe-mirror cpanm --mirror over a plain line .github/workflows/ci.yml:4",
            "unsafe-mirror mirror => that is not read cpanfile:1",
        ]
    );
    // A script that installs modules makes no project.
    assert_eq!(report["projects"].as_array().expect("projects").len(), 1);
    let shown = run(folder.path(), &[".", "--verbose"]);
    let text = stdout(&shown);
    assert_eq!(code(&shown), 0, "{text}");
    assert!(
        text.contains("docker/Dockerfile:3") && text.contains("https://pan.example/p"),
        "{text}"
    );
    assert!(!text.contains("secret") && !text.contains("token"), "{text}");
    let failing = run(folder.path(), &[".", "--also-fail-on", "unsafe-mirror"]);
    assert_eq!(code(&failing), 1, "{}", stdout(&failing));
    let explained = run(folder.path(), &["explain", "unsafe-mirror"]);
    assert!(code(&explained) == 0 && stdout(&explained).contains("cpanm --from"));
}

#[test]
fn what_a_mirror_shall_be_held_to_has_to_be_there() {
    let folder = project(&[("pan/notes.txt", "nothing\n"), ("keys", "no keys\n")]);
    for (arguments, why) in [
        (["--keyring", "nowhere"], "nowhere"),
        (["--keyring", "keys"], "no OpenPGP file"),
        (["--public-index", "nowhere"], "can't read 'nowhere'"),
    ] {
        let output = run(folder.path(), &[&["darkpan", "pan"][..], &arguments].concat());
        let said = stderr(&output);
        // Where there is no gpgv, that is what is said.
        assert!(code(&output) == 2, "{arguments:?}");
        assert!(said.contains(why) || said.contains("no gpgv"), "{said}");
    }
    let output = run(folder.path(), &["darkpan", "pan", "--public-index", "pan/notes.txt"]);
    assert_eq!(code(&output), 2, "{}", stdout(&output));
    assert!(stdout(&output).contains("no blank line"), "{}", stdout(&output));
}
