//! The commands that ask the database.

use std::io::Write as _;
use std::process::Stdio;

use serde_json::Value;

use crate::support::{SAFE, code, perlscan, project, run, stderr, stdout};
#[test]
fn check_gives_one_input_line_each_in_order() {
    let folder = project(&[]);
    let mut child = perlscan(folder.path())
        .args(["check", "-", "-f", "jsonl"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the binary starts");
    let input = "Net-OAuth 0.28\nNet-OAuth 0.30\nNo-Such-Dist 1\nNet-OAuth x.y.z what\nperl@5.36\n";
    child.stdin.take().expect("a pipe").write_all(input.as_bytes()).expect("it reads");
    let output = child.wait_with_output().expect("it ends");
    let lines: Vec<Value> =
        stdout(&output).lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    let inputs: Vec<(&str, &str, u64)> = lines
        .iter()
        .filter(|line| line["kind"] == "input")
        .map(|line| {
            (
                line["input"].as_str().expect("text"),
                line["status"].as_str().expect("text"),
                line["verdicts"].as_u64().expect("a number"),
            )
        })
        .collect();
    assert_eq!(inputs[0], ("Net-OAuth 0.28", "vulnerable", 1));
    assert_eq!(inputs[1], ("Net-OAuth 0.30", "clean", 0));
    assert_eq!(inputs[2], ("No-Such-Dist 1", "not-in-database", 0));
    assert_eq!(inputs[3], ("Net-OAuth x.y.z what", "unparsed", 0));
    assert_eq!(inputs[4].1, "vulnerable");
    let verdict = &lines[1];
    assert_eq!(verdict["kind"], "verdict");
    assert_eq!(verdict["id"], "CPANSA-Net-OAuth-2025-22376");
    assert_eq!(verdict["aliases"], serde_json::json!(["CVE-2025-22376", "GHSA-w287-9q69-3hx9"]));
    assert_eq!(verdict["fixed"], serde_json::json!([">=0.29"]));
    assert_eq!(verdict["verdict"], "affected");
    assert!(
        lines
            .iter()
            .filter(|line| line["kind"] == "input")
            .all(|line| line.get("verdict").is_none())
    );
    assert_eq!(code(&output), 2, "an input was not understood");
}

#[test]
fn explain_tells_of_advisories_and_rules() {
    let folder = project(&[]);
    for what in ["CVE-2025-22376", "cpansa-net-oauth-2025-22376"] {
        let output = run(folder.path(), &["explain", what]);
        assert_eq!(code(&output), 0);
        let text = stdout(&output);
        assert!(
            text.contains("Net-OAuth") && text.contains("<0.29") && text.contains("https://"),
            "{text}"
        );
    }
    // The feed lacks ranges that the library's report has (test-corpus/advisories/SOURCES.md).
    let conflicting = run(folder.path(), &["explain", "CPANSA-Alien-SVN-2015-3187-svn"]);
    let conflicting = String::from_utf8(conflicting.stdout).expect("UTF-8");
    let lines: Vec<&str> = conflicting.lines().map(str::trim).collect();
    assert!(lines.contains(&"from           cpansa-feed"), "{conflicting}");
    assert!(lines.contains(&"from           cpansa-yaml (ghsas)"), "{conflicting}");
    let told = "conflict       cpansa-yaml says affected: ==1.4.6.0 or >=1.4.5.0,<=1.4.5.3 or \
                >=1.6.12.0,<=1.6.12.1 or >=1.7.3.0,<=1.7.3.1";
    assert!(lines.contains(&told), "{conflicting}");
    let rule = run(folder.path(), &["explain", "floor-too-low"]);
    assert!(stdout(&rule).contains("What to do"), "{}", stdout(&rule));
    let corrected = run(folder.path(), &["explain", "CVE-2026-19082"]);
    assert!(stdout(&corrected).contains("reversed"), "{}", stdout(&corrected));
}

#[test]
fn status_tells_date_commit_counts_and_age() {
    let folder = project(&[]);
    let output = run(folder.path(), &["db", "status"]);
    let text = stdout(&output);
    for said in ["2026-08-16", "62f1f98", "1001 in 2061 records", "418", "20998", "1 day old"] {
        assert!(text.contains(said), "{said} in {text}");
    }
}

#[test]
fn a_damaged_or_foreign_database_is_refused() {
    let folder = project(&[("cpanfile", SAFE), ("junk.db", "no database at all")]);
    let output = run(folder.path(), &[".", "--db", "junk.db"]);
    assert_eq!(code(&output), 2);
    assert!(stderr(&output).contains("junk.db"), "{}", stderr(&output));
    assert!(stderr(&output).contains("no perlscan database"), "{}", stderr(&output));
}
