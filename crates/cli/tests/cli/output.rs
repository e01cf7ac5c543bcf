//! What reports say, to the byte and to the column.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use crate::support::{VULNERABLE, code, json, perlscan, project, run, shop, stderr, stdout};
#[test]
fn a_subfolder_and_the_top_give_the_same_places_and_fingerprints() {
    let folder = project(&[("sub/cpanfile", VULNERABLE)]);
    fs::create_dir(folder.path().join(".git")).expect("a git tree");
    let pick = |report: &Value| {
        let finding = &report["findings"][0];
        (finding["fingerprint"].clone(), finding["locations"].clone(), finding["project"].clone())
    };
    let top = json(folder.path(), &["."]);
    let sub = json(folder.path(), &["sub"]);
    let inside = json(&folder.path().join("sub"), &["."]);
    assert_eq!(pick(&top), pick(&sub));
    assert_eq!(pick(&top), pick(&inside));
    assert_eq!(top["findings"][0]["locations"][0]["path"], "sub/cpanfile");
    let sarif = |place: &str| {
        let output = run(folder.path(), &[place, "-f", "sarif"]);
        let log: Value = serde_json::from_slice(&output.stdout).expect("JSON");
        log["runs"][0]["results"].clone()
    };
    assert_eq!(sarif("."), sarif("sub"));
}

#[test]
fn the_same_bytes_whatever_the_threads() {
    let mut files = Vec::new();
    for i in 0..200 {
        files.push((
            format!("p{i}/cpanfile"),
            format!("requires 'Net::OAuth', '== 0.{};\n", i % 30 + 1),
        ));
        files.push((format!("q{i}/cpanfile"), VULNERABLE.to_owned()));
    }
    let files: Vec<(&str, &str)> = files.iter().map(|(a, b)| (a.as_str(), b.as_str())).collect();
    let folder = project(&files);
    for format in ["table", "json", "jsonl", "sarif"] {
        let reference = run(folder.path(), &[".", "-f", format, "--threads", "1"]).stdout;
        assert!(reference.len() > 10_000, "{format}");
        for threads in ["1", "2", "3", "8", "16"] {
            let again = run(folder.path(), &[".", "-f", format, "--threads", threads]).stdout;
            assert!(again == reference, "{format} with {threads} threads");
        }
    }
}

#[test]
fn every_place_holds_the_name_that_it_speaks_of() {
    let (mut seen, mut core_by_lock) = (0, 0);
    for project in fs::read_dir(shop().parent().expect("the folder")).expect("projects").flatten() {
        let root = project.path();
        if !root.is_dir() {
            continue;
        }
        let base = Path::new(env!("CARGO_MANIFEST_DIR"));
        // Paths are relative to the top of the git tree, or to the project outside of one.
        let below_git = base.ancestors().any(|folder| folder.join(".git").exists());
        let mut findings = Vec::new();
        for perl in [None, Some("5.36.0"), Some("5.36"), Some("5.18.0")] {
            let named = perl.map(|perl| ["--perl-version", perl]);
            let words: Vec<&str> =
                std::iter::once(".").chain(named.into_iter().flatten()).collect();
            let report = json(&root, &words);
            findings.extend(report["findings"].as_array().expect("findings").clone());
        }
        for finding in &findings {
            for place in finding["locations"].as_array().expect("locations") {
                let Some(line) = place["line"].as_u64() else { continue };
                let path = place["path"].as_str().expect("a path");
                let file = if below_git {
                    base.ancestors()
                        .find(|folder| folder.join(".git").exists())
                        .expect("the git tree")
                        .join(path)
                } else {
                    root.join(path)
                };
                let text = fs::read_to_string(file).expect("the file is there");
                let line: Vec<char> = text
                    .lines()
                    .nth(usize::try_from(line).expect("small") - 1)
                    .expect("the line is there")
                    .chars()
                    .collect();
                let at = |key: &str| {
                    usize::try_from(place[key].as_u64().expect("a column")).expect("small") - 1
                };
                let spoken: String = line[at("column")..at("end_column")].iter().collect();
                let dist = finding["dist"].as_str().expect("a distribution");
                let module = place["module"].as_str().unwrap_or("-");
                assert!(
                    spoken.contains(dist) || spoken == module,
                    "{path}: '{spoken}' is neither {dist} nor {module}"
                );
                seen += 1;
                core_by_lock +=
                    usize::from(place["origin"] == "core" && path.ends_with(".snapshot"));
            }
        }
    }
    assert!(seen > 20, "{seen} places");
    assert!(core_by_lock > 4, "{core_by_lock} core modules that only a locked release asks for");
}

#[test]
fn reports_go_to_files_in_the_format_of_their_suffix() {
    let folder = project(&[("cpanfile", VULNERABLE)]);
    let output = run(
        folder.path(),
        &[
            ".",
            "-q",
            "-o",
            "a.json",
            "-o",
            "b.sarif",
            "-o",
            "jsonl=c.txt",
            "-o",
            "d.txt",
            "-o",
            "e.sarif.json",
        ],
    );
    assert_eq!(code(&output), 1);
    let read = |name: &str| fs::read_to_string(folder.path().join(name)).expect("it was written");
    let parsed = |name: &str| serde_json::from_str::<Value>(&read(name)).expect("JSON");
    assert!(parsed("a.json")["findings"].is_array());
    assert_eq!(parsed("b.sarif")["version"], "2.1.0");
    assert_eq!(parsed("e.sarif.json")["version"], "2.1.0");
    assert!(read("c.txt").lines().all(|line| serde_json::from_str::<Value>(line).is_ok()));
    assert!(read("d.txt").contains("Net-OAuth"));
    let left: Vec<String> = fs::read_dir(folder.path())
        .expect("the folder")
        .flatten()
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .filter(|name| name.ends_with(".new"))
        .collect();
    assert!(left.is_empty(), "{left:?}");
    let nowhere = run(folder.path(), &[".", "-o", "no/such/folder/a.json"]);
    assert_eq!(code(&nowhere), 2);
    assert!(stderr(&nowhere).contains("no/such/folder/a.json"));
}

#[test]
fn colour_only_where_it_is_wanted() {
    let folder = project(&[("cpanfile", VULNERABLE)]);
    let plain = run(folder.path(), &["."]);
    assert!(!stdout(&plain).contains('\x1b'), "no terminal, no colour");
    let asked = run(folder.path(), &[".", "--color", "always"]);
    assert!(stdout(&asked).contains('\x1b'));
    let forced =
        perlscan(folder.path()).arg(".").env("CLICOLOR_FORCE", "1").output().expect("runs");
    assert!(stdout(&forced).contains('\x1b'));
    let refused = perlscan(folder.path())
        .arg(".")
        .env("CLICOLOR_FORCE", "1")
        .env("NO_COLOR", "1")
        .output()
        .expect("runs");
    assert!(!stdout(&refused).contains('\x1b'), "NO_COLOR wins");
}

#[test]
fn an_inventory_lists_every_release_and_requirement_with_its_place() {
    let folder = shop();
    let output = run(&folder, &["inventory", ".", "-f", "json"]);
    assert_eq!(code(&output), 0, "{}", stderr(&output));
    let listed: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let lock = fs::read_to_string(folder.join("cpanfile.snapshot")).expect("the lock");
    let releases = lock.lines().filter(|line| line.contains("pathname:")).count();
    assert_eq!(listed["packages"].as_array().map(Vec::len), Some(releases));
    // DBD-SQLite's Changes: 1.66 "upgraded SQLite to 3.32.3".
    let sqlite = listed["packages"].as_array().expect("packages").iter();
    let components: Vec<_> =
        sqlite.map(|one| &one["components"]).filter(|c| **c != json!([])).collect();
    assert_eq!(components.len(), 1);
    assert_eq!(components[0][0]["purl"], "pkg:generic/sqlite@3.32.3");
    let manifest = fs::read_to_string(folder.join("cpanfile")).expect("the manifest");
    let requirements: Vec<&str> = listed["requirements"]
        .as_array()
        .expect("requirements")
        .iter()
        .filter(|one| one["origin"] == "declared")
        .map(|one| one["module"].as_str().expect("a module"))
        .collect();
    let asking = |line: &&str| {
        let line = line.trim_start();
        line.starts_with("requires") || line.starts_with("recommends")
    };
    assert_eq!(requirements.len(), manifest.lines().filter(asking).count());
    for module in requirements {
        assert!(manifest.contains(&format!("'{module}'")), "{module}");
    }
    let table = stdout(&run(&folder, &["inventory"]));
    assert!(table.contains(&format!("{releases} releases")), "{table}");
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    let many: String = (0..5000).map(|n| format!("requires 'A{n}';\n")).collect();
    let folder = project(&[("cpanfile", &many)]);
    for args in [&["inventory", ".", "-f", "json"][..], &["inventory"], &[".", "-f", "json"]] {
        let mut child = perlscan(folder.path())
            .args(args)
            .stdout(std::process::Stdio::piped())
            .stderr(std::process::Stdio::piped())
            .spawn()
            .expect("the binary starts");
        drop(child.stdout.take());
        let output = child.wait_with_output().expect("it ends");
        assert!(output.stderr.is_empty(), "{args:?}: {}", stderr(&output));
    }
}

/// What a disk has no room for is told once, with the file where one was named.
#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_told_in_every_format() {
    let folder = project(&[("cpanfile", VULNERABLE)]);
    for format in ["table", "json", "jsonl", "sarif", "tap", "junit", "markdown", "github"] {
        let full = fs::OpenOptions::new().write(true).open("/dev/full").expect("Linux has it");
        let output = perlscan(folder.path()).args(["-f", format]).stdout(full).output();
        let output = output.expect("it starts");
        let said = "error: can't write the report: No space left on device (os error 28)\n";
        assert_eq!((code(&output), stderr(&output).as_str()), (2, said), "{format}");
        let named = format!("{format}=/dev/full");
        let output = run(folder.path(), &["-o", &named]);
        let said = stderr(&output);
        let room = "No space left on device (os error 28)";
        assert_eq!((code(&output), said.matches(room).count()), (2, 1), "{format}: {said}");
        assert!(said.starts_with("error: can't write '/dev/full': "), "{format}: {said}");
        assert!(said.ends_with(&format!("{room}\n")), "{format}: {said}");
    }
}
