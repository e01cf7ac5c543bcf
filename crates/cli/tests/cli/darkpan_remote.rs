//! A mirror over HTTPS, from a real server on loopback that asks who is there.

use std::fs;
use std::process::Output;

use serde_json::Value;

use crate::archives::{put, release};
use crate::mirror_server::{Machine, everything_below};
use crate::support::{code, perlscan, project, stderr, stdout};

fn archives(output: &Output) -> Vec<String> {
    let report: Value = serde_json::from_str(&stdout(output)).unwrap_or_else(|error| {
        panic!("{error}: {}{}", stdout(output), stderr(output));
    });
    let projects = report["projects"].as_array().expect("projects").iter();
    projects.map(|project| project["path"].as_str().expect("a path").to_owned()).collect()
}

fn lost(output: &Output) -> Vec<String> {
    let report: Value = serde_json::from_str(&stdout(output)).expect("JSON");
    let problems = report["problems"].as_array().expect("problems").iter();
    let text = |problem: &Value| format!("{} {}", problem["path"], problem["message"]);
    problems.filter(|problem| problem["kind"] == "lost").map(text).collect()
}

const PLACE: &str = "authors/id/L/LO/LOCAL";

#[test]
fn the_index_first_and_then_what_is_not_here() {
    let there = ["Net-OAuth-0.28", "Acme-Int-1.0"];
    let Some(machine) = Machine::new(&there, &[]) else { return };
    let first = machine.scan("u:secret@", "pan", &[], None);
    assert_eq!(code(&first), 1, "{}{}", stdout(&first), stderr(&first));
    let all = [format!("{PLACE}/Acme-Int-1.0.tar.gz"), format!("{PLACE}/Net-OAuth-0.28.tar.gz")];
    assert_eq!(archives(&first), all);
    assert!(stdout(&first).contains("CVE-2025-22376"));
    let asked = machine.answers();
    assert_eq!(asked.len(), 5, "{asked:?}");
    // Nothing that is kept has the password, and where it is kept does not depend on it.
    let mut kept = Vec::new();
    everything_below(&machine.folder().join("cache"), &mut kept);
    assert!(kept.len() >= 4, "{kept:?}");
    for path in &kept {
        let bytes = fs::read(path).unwrap();
        assert!(!bytes.windows(6).any(|six| six == b"secret"), "{}", path.display());
    }
    let again = machine.scan("", "pan/", &[], Some("Bearer secret"));
    assert_eq!(stdout(&again), stdout(&first));
    let asked: Vec<String> = machine.answers();
    assert!(asked.iter().all(|line| !line.contains(".tar.gz ")), "{asked:?}");
    assert_eq!(asked.len(), 3, "{asked:?}");
    // What the index no longer names is no part of the mirror.
    machine.index(&["L/LO/LOCAL/Acme-Int-1.0.tar.gz".to_owned()]);
    let less = machine.scan("u:secret@", "pan", &[], None);
    assert_eq!((code(&less), archives(&less)), (0, vec![all[0].clone()]));
    // Another archive under the same name: its digest tells, and it is fetched on demand.
    let bytes = release("Acme-Int-1.0", "Net::OAuth", "0.28");
    let sums = format!("$cksum = {{ 'Acme-Int-1.0.tar.gz' => {{ 'size' => {} }} }};", bytes.len());
    put(machine.folder(), "Acme-Int-1.0.tar.gz", &bytes);
    fs::write(machine.author().join("CHECKSUMS"), sums).unwrap();
    let changed = machine.scan("u:secret@", "pan", &[], None);
    assert_eq!(code(&changed), 2);
    assert!(
        lost(&changed).iter().any(|line| line.contains("by its entry")),
        "{:?}",
        lost(&changed)
    );
    let anew = machine.scan("u:secret@", "pan", &["--verify"], None);
    assert_eq!((code(&anew), lost(&anew).len()), (1, 0), "{:?}", lost(&anew));
}

#[test]
fn what_can_not_be_fetched_is_told_and_taken_up_again() {
    let more = ["L/LO/LOCAL/Gone-2.0.tar.gz", "../../../evil-1.0.tar.gz", "/etc/evil-1.0.tar.gz"];
    let Some(machine) = Machine::new(&["Net-OAuth-0.28", "Acme-Int-1.0"], &more) else { return };
    let cut = machine.author().join("Acme-Int-1.0.tar.gz.cut");
    fs::write(&cut, "").unwrap();
    let output = machine.scan("u:secret@", "pan", &[], None);
    assert_eq!(code(&output), 2);
    assert_eq!(archives(&output), [format!("{PLACE}/Net-OAuth-0.28.tar.gz")]);
    let told = lost(&output);
    for what in ["Gone-2.0", "Acme-Int-1.0.tar.gz\" \"can't fetch it", "evil-1.0"] {
        assert!(told.iter().any(|line| line.contains(what)), "{what}: {told:?}");
    }
    assert!(machine.answers().iter().all(|line| !line.contains("evil")));
    let mut kept = Vec::new();
    everything_below(machine.folder(), &mut kept);
    assert!(kept.iter().all(|path| !path.display().to_string().contains("evil")), "{kept:?}");
    fs::remove_file(cut).unwrap();
    let output = machine.scan("u:secret@", "pan", &[], None);
    assert_eq!(archives(&output).len(), 2);
    let asked = machine.answers();
    assert!(asked.iter().any(|line| line.contains("Acme-Int-1.0.tar.gz 200")), "{asked:?}");
    assert!(asked.iter().all(|line| !line.contains("Net-OAuth")), "{asked:?}");
}

#[test]
fn credentials_go_to_nobody_else() {
    let Some(machine) = Machine::new(&["Net-OAuth-0.28"], &[]) else { return };
    for (before, header) in [("u:secret@", None), ("", Some("Bearer secret"))] {
        let near = machine.scan(before, "near", &[], header);
        assert_eq!(archives(&near).len(), 1);
        machine.answers();
        let far = machine.scan(before, "far", &[], header);
        assert_eq!(code(&far), 2);
        let asked = machine.answers();
        let of = |folder: &str| asked.iter().filter(|line| line.starts_with(folder)).count();
        assert!(of("/far/") > 0 && of("/pan/") > 0, "{asked:?}");
        let pan = asked.iter().filter(|line| line.starts_with("/pan/"));
        assert!(pan.into_iter().all(|line| line.ends_with(" 401 nobody")), "{asked:?}");
        let down = machine.scan(before, "down", &[], header);
        assert_eq!(code(&down), 2);
        assert!(stderr(&down).contains("away from https"), "{}", stderr(&down));
        assert!(machine.answers().iter().all(|line| line.starts_with("/down/")));
    }
    let nobody = machine.scan("", "pan", &[], None);
    assert_eq!(code(&nobody), 2);
    assert!(stderr(&nobody).contains("status 401"), "{}", stderr(&nobody));
}

#[test]
fn other_urls_are_refused() {
    let folder = project(&[]);
    for (args, said) in [
        (vec!["http://u:secret@localhost:1/pan"], "only https:// is safe"),
        (vec!["file:///tmp"], "only https:// is safe"),
        (vec!["https://u:secret@localhost:1/pan?token=secret"], "without ? and #"),
        (vec!["https://u:secret@localhost:1/pan", "."], "stands alone"),
    ] {
        let output =
            perlscan(folder.path()).arg("darkpan").args(&args).output().expect("it starts");
        let errors = stderr(&output);
        assert_eq!(code(&output), 2);
        assert!(errors.contains(said) && !errors.contains("secret"), "{args:?}: {errors}");
    }
}
