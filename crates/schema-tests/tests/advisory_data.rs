//! `db diff` and `db lint` against their schemas, and the latter's SARIF against
//! the official one.

#![allow(clippy::disallowed_methods, reason = "schemas are files")]
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may fail by them")]

mod common;

use std::collections::BTreeSet;
use std::path::Path;

use jsonschema::Validator;
use perlscan_scanner::advisory::diff::diff;
use perlscan_scanner::advisory::lint::{LintFinding, lint};
use perlscan_scanner::advisory::named::{self, Named, Whole};
use perlscan_scanner::advisory::sources::cpansa_feed;
use perlscan_scanner::model::facts::FactSet;
use perlscan_scanner::report;
use serde_json::{Value, json};

use crate::common::sarif_schema;

fn read_json(path: &str) -> Value {
    let path = format!("{}/../../{path}", env!("CARGO_MANIFEST_DIR"));
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

fn validator(schema: &Value) -> Validator {
    jsonschema::options().should_validate_formats(true).build(schema).expect("a valid schema")
}

fn hold(validator: &Validator, value: &Value) {
    let errors: Vec<String> = validator
        .iter_errors(value)
        .take(5)
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect();
    assert!(errors.is_empty(), "{}", errors.join("\n"));
}

fn refuse(validator: &Validator, value: &Value, changes: &[fn(&mut Value)]) {
    for (i, change) in changes.iter().enumerate() {
        let mut wrong = value.clone();
        change(&mut wrong);
        assert!(!validator.is_valid(&wrong), "change {i} is not noticed");
    }
}

fn side(advisories: &str) -> Whole {
    let feed = format!(
        r#"{{"meta":{{"commit":"","repo":"","epoch":0}},"module2dist":{{}},"dists":{{
           "A":{{"versions":[{{"version":"1.0","date":""}}],"advisories":[{advisories}]}}}}}}"#
    );
    let source = cpansa_feed::parse(feed.as_bytes(), Path::new("feed.json")).expect("a feed");
    Named::Source(Box::new(source)).into_whole(&FactSet::default())
}

#[test]
fn differences_fit_their_schema() {
    let record = |id: &str, affected: &str| {
        format!(r#"{{"id":"{id}","affected_versions":["{affected}"],"fixed_versions":[]}}"#)
    };
    let old = [record("B", "<1"), record("C", "<1"), record("E", "<1.x")].join(",");
    let new = [record("B", "<2"), record("D", "==1")].join(",");
    let found = diff(side(&old), side(&new), true);
    let mut bytes = Vec::new();
    report::diff::write_json(&found, ["old", "new"], "0", &mut bytes).unwrap();
    let document: Value = serde_json::from_slice(&bytes).unwrap();
    let schema = validator(&read_json("schemas/perlscan-diff.schema.json"));
    hold(&schema, &document);
    for list in ["added", "changed", "removed", "verdicts"] {
        assert!(!document[list].as_array().unwrap().is_empty(), "{list}");
    }
    assert!(!document["old"]["problems"].as_array().unwrap().is_empty());
    refuse(
        &schema,
        &document,
        &[
            |all| all["extra"] = json!(1),
            |all| all["verdicts"][0]["old"] = json!("fine"),
            |all| all["changed"][0]["changes"][0]["field"] = json!("colour"),
            |all| all["added"][0]["records"][0]["colour"] = json!(["red"]),
            |all| all["removed"][0]["withdrawn"] = json!("yes"),
            |all| drop(all.as_object_mut().unwrap().remove("verdicts")),
        ],
    );
}

fn embedded_findings() -> Vec<LintFinding> {
    let name = Path::new(named::EMBEDDED);
    let source = named::open(name).unwrap().into_source(name).unwrap();
    lint(&source, &FactSet::default(), &[])
}

#[test]
fn findings_of_the_lint_fit_their_schema() {
    let mut findings = embedded_findings();
    findings.retain(|finding| finding.instead.is_some());
    findings.truncate(100);
    let mut bytes = Vec::new();
    report::lint::write_json(&findings, &mut bytes).unwrap();
    let document: Value = serde_json::from_slice(&bytes).unwrap();
    let text = read_json("schemas/perlscan-lint.schema.json");
    let schema = validator(&text);
    hold(&schema, &document);
    refuse(
        &schema,
        &document,
        &[
            |all| all["extra"] = json!(1),
            |all| all["findings"][0]["rule"] = json!("ugly"),
            |all| all["findings"][0]["level"] = json!("fatal"),
            |all| all["findings"][0]["line"] = json!(0),
        ],
    );
    let named = &text["properties"]["findings"]["items"]["properties"]["rule"]["enum"];
    let named: BTreeSet<&str> =
        named.as_array().unwrap().iter().map(|rule| rule.as_str().unwrap()).collect();
    let rules = perlscan_scanner::rules::lint().iter().map(|rule| rule.id.as_str());
    assert_eq!(named, rules.collect());
}

#[test]
fn the_sarif_of_the_lint_fits_the_official_schema_and_is_cut() {
    let schema = validator(&sarif_schema());
    let findings = embedded_findings();
    let log = |findings: &[LintFinding]| -> Value {
        let mut bytes = Vec::new();
        report::lint::write_sarif(findings, true, &mut bytes).unwrap();
        serde_json::from_slice(&bytes).unwrap()
    };
    let whole = log(&findings);
    hold(&schema, &whole);
    let results = |log: &Value| log["runs"][0]["results"].as_array().unwrap().len();
    let notes = |log: &Value| {
        log["runs"][0]["invocations"][0]["toolExecutionNotifications"]
            .as_array()
            .map_or(0, Vec::len)
    };
    assert_eq!((results(&whole), notes(&whole)), (findings.len(), 0));
    let many: Vec<LintFinding> = findings.iter().cycle().take(25_001).cloned().collect();
    let cut = log(&many);
    assert_eq!((results(&cut), notes(&cut)), (25_000, 1));
}
