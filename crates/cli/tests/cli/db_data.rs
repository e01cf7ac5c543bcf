//! `perlscan db diff` and `perlscan db lint`: what is said of advisory data.

use std::path::Path;

use serde_json::Value;

use crate::support::{code, project, run, stderr, stdout};

/// Line 5 begins the first advisory, line 10 the second.
const YAML: &str = "\
---
distribution: Acme-Shop
main_module: Acme::Shop
advisories:
  - id: CPANSA-Acme-Shop-2020-01
    affected_versions: '=1.0'
    fixed_versions: '>=1.1'
    cves: [CVE-2020-12345]
    severity: high
  - id: CPANSA-Acme-Shop-2021-01
    affected_versions: '1.5'
    cves: [CVE-21-1]
    severity: low
";

fn checkout(yaml: &str) -> tempfile::TempDir {
    project(&[
        ("cpansa/CPANSA-Acme-Shop.yml", yaml),
        ("external_reports/zed.yml", "name: zed\nadvisories: []\n"),
    ])
}

fn parsed(folder: &Path, args: &[&str]) -> Value {
    let output = run(folder, args);
    serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|error| panic!("{error}: {}{}", stdout(&output), stderr(&output)))
}

#[test]
fn the_embedded_data_does_not_differ_from_itself() {
    let folder = project(&[]);
    let output = run(folder.path(), &["db", "diff", "embedded", "embedded", "--exit-code"]);
    assert_eq!(code(&output), 0, "{}", stderr(&output));
    assert_eq!(stderr(&output), "no differences\n");
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("crates/scanner/data");
    let data = data.to_str().expect("UTF-8");
    let output = run(folder.path(), &["db", "diff", data, "embedded", "--exit-code", "--verdicts"]);
    assert_eq!(code(&output), 0, "{}{}", stdout(&output), stderr(&output));
}

#[test]
fn two_checkouts_are_compared() {
    let old = checkout(YAML);
    let changed = YAML
        .replace("severity: high", "severity: low")
        .replace("CPANSA-Acme-Shop-2021-01", "CPANSA-Acme-Shop-2021-02");
    let new = checkout(&changed);
    let (before, after) = (old.path().to_str().unwrap(), new.path().to_str().unwrap());
    let output = run(old.path(), &["db", "diff", before, after]);
    assert_eq!(code(&output), 0, "without --exit-code: {}", stderr(&output));
    assert_eq!(stderr(&output), "1 advisory new, 1 advisory changed, 1 advisory removed\n");
    let text = stdout(&output);
    assert!(text.contains("severity: `high` → `low`"), "{text}");
    let output = run(old.path(), &["db", "diff", before, after, "--exit-code"]);
    assert_eq!(code(&output), 1);
    let named = format!("cpansa-yaml={after}");
    let all = parsed(old.path(), &["db", "diff", before, &named, "-f", "json"]);
    assert_eq!(all["added"][0]["id"], "CPANSA-Acme-Shop-2021-02");
    assert_eq!(all["removed"][0]["id"], "CPANSA-Acme-Shop-2021-01");
    assert_eq!(all["changed"][0]["changes"][0]["field"], "severity");
    assert!(all["verdicts"].is_null());
}

#[test]
fn what_is_not_there_is_an_error() {
    let folder = project(&[("notes.txt", "nothing")]);
    for name in ["missing", "notes.txt"] {
        let output = run(folder.path(), &["db", "diff", "embedded", name]);
        assert_eq!(code(&output), 2, "{name}");
        assert!(stderr(&output).contains(name), "{}", stderr(&output));
    }
}

#[test]
fn lint_names_file_and_line() {
    let folder = checkout(YAML);
    let all = parsed(folder.path(), &["db", "lint", ".", "-f", "json"]);
    let found = all["findings"].as_array().expect("a list");
    let mut shown: Vec<(String, u64, &str)> = found
        .iter()
        .filter(|finding| finding["rule"] != "unknown-distribution")
        .map(|finding| {
            let path = finding["path"].as_str().expect("a path").to_owned();
            let line = finding["line"].as_u64().expect("a line");
            (path, line, finding["rule"].as_str().expect("a rule"))
        })
        .collect();
    shown.sort();
    let file = "./cpansa/CPANSA-Acme-Shop.yml".to_owned();
    assert_eq!(
        shown,
        [
            (file.clone(), 5, "single-equals"),
            (file.clone(), 10, "bare-range"),
            (file, 10, "malformed-cve"),
        ]
    );
    let output = run(folder.path(), &["db", "lint", "."]);
    assert!(stdout(&output).contains("./cpansa/CPANSA-Acme-Shop.yml:10:"), "{}", stdout(&output));
    let log = parsed(folder.path(), &["db", "lint", ".", "-f", "sarif"]);
    let results = log["runs"][0]["results"].as_array().expect("results");
    let at = |result: &Value| {
        let place = &result["locations"][0]["physicalLocation"];
        (place["artifactLocation"]["uri"].clone(), place["region"]["startLine"].clone())
    };
    let slip = results.iter().find(|result| result["ruleId"] == "single-equals");
    let (uri, line) = at(slip.expect("it is there"));
    assert_eq!((uri.as_str(), line.as_u64()), (Some("cpansa/CPANSA-Acme-Shop.yml"), Some(5)));
}

#[test]
fn the_level_decides_the_exit_code_of_the_lint() {
    let folder = checkout(YAML);
    for (level, expected) in [("none", 0), ("note", 1)] {
        let output = run(folder.path(), &["db", "lint", ".", "--fail-on", level]);
        assert_eq!(code(&output), expected, "{level}: {}", stdout(&output));
    }
    let output = run(folder.path(), &["db", "lint", "missing"]);
    assert_eq!(code(&output), 2);
}

#[test]
fn lint_reads_embedded_and_facts_folders() {
    let folder = project(&[]);
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("crates/scanner/data");
    let data = data.to_str().expect("UTF-8");
    let count = |args: &[&str]| {
        let all = parsed(folder.path(), args);
        all["findings"].as_array().expect("a list").len()
    };
    let embedded = count(&["db", "lint", "embedded", "-f", "json"]);
    assert!(embedded > 900);
    assert_eq!(count(&["db", "lint", "-f", "json"]), embedded);
    assert_eq!(count(&["db", "lint", data, "-f", "json"]), embedded);
    let all = parsed(folder.path(), &["db", "lint", data, "-f", "json"]);
    let first = &all["findings"][0];
    let line = first["line"].as_u64().expect("the line of the facts file");
    let facts = std::fs::read_to_string(Path::new(data).join("advisories.jsonl")).expect("facts");
    let text = facts.lines().nth(usize::try_from(line).unwrap() - 1).expect("the line is there");
    assert!(text.contains(first["id"].as_str().expect("an id")), "{text}");
}
