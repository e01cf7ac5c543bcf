//! `perlscan.toml`: what is set aside is counted, and what rots is told.

use std::fs;

use serde_json::Value;

use crate::support::run;

const CPANFILE: &str = "requires 'Net::OAuth', '== 0.28';\n";

fn report(folder: &std::path::Path, args: &[&str]) -> (Option<i32>, Value) {
    let output = run(folder, &[&["scan", ".", "-f", "json"], args].concat());
    (output.status.code(), serde_json::from_slice(&output.stdout).expect("JSON"))
}

/// The finding is CVE-2025-22376, CPANSA-Net-OAuth-2025-22376.
#[test]
fn a_suppressed_finding_is_listed_and_does_not_fail() {
    let folder = tempfile::tempdir().expect("a folder");
    let write =
        |name: &str, text: &str| fs::write(folder.path().join(name), text).expect("written");
    write("cpanfile", CPANFILE);
    let (code, before) = report(folder.path(), &[]);
    let found = before["findings"].as_array().expect("findings").len();
    assert!(code == Some(1) && found > 0);
    let entries: Vec<String> = before["findings"]
        .as_array()
        .expect("findings")
        .iter()
        .map(|finding| {
            let id = finding["id"].as_str().expect("an id");
            format!("[[ignore]]\nid = \"{id}\"\nreason = \"we do not sign requests\"\n")
        })
        .collect();
    write("perlscan.toml", &entries.concat());
    let (code, after) = report(folder.path(), &[]);
    assert_eq!(code, Some(0));
    assert_eq!(after["findings"][0]["suppressed"]["reason"], "we do not sign requests");
    assert_eq!(after["findings"].as_array().expect("findings").len(), found);
    let shown = run(folder.path(), &["scan", ".", "--quiet"]);
    let shown = String::from_utf8(shown.stdout).expect("UTF-8");
    assert!(shown.contains("suppressed"), "--quiet counts it too: {shown}");
    assert_eq!(report(folder.path(), &["--no-config"]).0, Some(1));

    write("perlscan.toml", "");
    write("elsewhere.toml", &entries.concat());
    assert_eq!(report(folder.path(), &[]).0, Some(1));
    assert_eq!(report(folder.path(), &["--config", "elsewhere.toml"]).0, Some(0));
}

#[test]
fn what_has_expired_or_meets_nothing_is_told_at_its_line() {
    let folder = tempfile::tempdir().expect("a folder");
    let write =
        |name: &str, text: &str| fs::write(folder.path().join(name), text).expect("written");
    write("cpanfile", CPANFILE);
    write(
        "perlscan.toml",
        "[[ignore]]\nid = \"CVE-2025-22376\"\nreason = \"until the release\"\nuntil = 2020-01-31\n\n\
         [[ignore]]\nid = \"CVE-1999-0001\"\nreason = \"long gone\"\n",
    );
    let (code, report) = report(folder.path(), &[]);
    assert_eq!(code, Some(1), "an expired suppression suppresses nothing");
    let told: Vec<String> = report["problems"]
        .as_array()
        .expect("problems")
        .iter()
        .filter(|problem| problem["by"] == "config")
        .map(|problem| {
            let message = problem["message"].as_str().expect("a message");
            format!("{}:{} {message}", problem["path"].as_str().expect("a path"), problem["line"])
        })
        .collect();
    assert_eq!(
        told,
        [
            "perlscan.toml:1 the suppression of CVE-2025-22376 expired on 2020-01-31; renew or remove it",
            "perlscan.toml:6 the suppression of CVE-1999-0001 meets no finding; remove it",
        ]
    );
}

#[test]
fn a_configuration_that_cannot_be_read_is_an_error_and_one_within_is_not_read() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("cpanfile"), CPANFILE).expect("written");
    fs::create_dir(folder.path().join("vendor")).expect("made");
    let within = "[[ignore]]\nid = \"CVE-2025-22376\"\nreason = \"trust me\"\n";
    fs::write(folder.path().join("vendor/perlscan.toml"), within).expect("written");
    assert_eq!(report(folder.path(), &[]).0, Some(1));
    fs::write(folder.path().join("perlscan.toml"), "[[ignore]]\nid = 'CVE-1-1'\n")
        .expect("written");
    let output = run(folder.path(), &["scan", "."]);
    let told = String::from_utf8(output.stderr).expect("UTF-8");
    assert_eq!(output.status.code(), Some(2));
    assert!(told.contains("error: perlscan.toml:1: missing field `reason`"), "{told}");
}
