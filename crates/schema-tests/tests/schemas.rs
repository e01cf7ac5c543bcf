//! The expected reports against perlscan's schema and against SARIF's.

#![allow(clippy::disallowed_methods, reason = "schemas and expected outputs are files")]
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may fail by them")]

mod common;

use std::path::{Path, PathBuf};

use jsonschema::Validator;
use serde_json::{Value, json};

use crate::common::sarif_schema;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn read_json(path: &str) -> Value {
    serde_json::from_str(&read(&root().join(path))).unwrap()
}

/// The expected reports of one format.
fn reports(suffix: &str) -> Vec<(String, String)> {
    let mut files: Vec<PathBuf> = std::fs::read_dir(root().join("test-corpus/report"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == suffix))
        .collect();
    files.sort();
    assert!(files.len() >= 6, "reports of the format {suffix} are missing");
    files.iter().map(|path| (path.display().to_string(), read(path))).collect()
}

fn validator(schema: &Value) -> Validator {
    jsonschema::options().should_validate_formats(true).build(schema).expect("a valid schema")
}

fn hold(validator: &Validator, value: &Value, name: &str) {
    let errors: Vec<String> = validator
        .iter_errors(value)
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect();
    assert!(errors.is_empty(), "{name}:\n{}", errors.join("\n"));
}

fn report_schema() -> Value {
    read_json("schemas/perlscan-report.schema.json")
}

/// The schema of one line of the `jsonl` format.
fn line_schema() -> Value {
    let schema = report_schema();
    json!({ "$schema": schema["$schema"], "$ref": "#/$defs/line", "$defs": schema["$defs"] })
}

#[test]
fn json_reports_fit_the_published_schema() {
    let validator = validator(&report_schema());
    for (name, text) in reports("json") {
        hold(&validator, &serde_json::from_str(&text).unwrap(), &name);
    }
}

#[test]
fn every_json_line_fits_the_published_schema() {
    let validator = validator(&line_schema());
    for (name, text) in reports("jsonl") {
        for (i, line) in text.lines().enumerate() {
            hold(&validator, &serde_json::from_str(line).unwrap(), &format!("{name}:{}", i + 1));
        }
    }
}

#[test]
fn sarif_reports_fit_the_official_schema() {
    let validator = validator(&sarif_schema());
    for (name, text) in reports("sarif") {
        hold(&validator, &serde_json::from_str(&text).unwrap(), &name);
    }
}

/// A schema that lets everything pass would make the tests above worthless.
#[test]
fn the_schemas_refuse_what_is_wrong() {
    let report = read_json("test-corpus/report/findings.json");
    let schema = validator(&report_schema());
    let changes: [fn(&mut Value); 6] = [
        |report| report["extra"] = json!(1),
        |report| report["findings"][0]["extra"] = json!(1),
        |report| report["findings"][0]["verdict"] = json!("fine"),
        |report| report["findings"][0]["locations"][0]["line"] = json!(0),
        |report| report["findings"][0]["purl"] = json!("pkg:npm/x"),
        |report| drop(report.as_object_mut().unwrap().remove("coverage")),
    ];
    for (i, change) in changes.iter().enumerate() {
        let mut wrong = report.clone();
        change(&mut wrong);
        assert!(!schema.is_valid(&wrong), "change {i} is not noticed");
    }

    let log = read_json("test-corpus/report/findings.sarif");
    let schema = validator(&sarif_schema());
    let changes: [fn(&mut Value); 5] = [
        |log| log["runs"][0]["results"][0]["level"] = json!("fatal"),
        |log| {
            log["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["region"] = json!({})
        },
        |log| log["runs"][0]["tool"]["driver"]["information_uri"] = json!("https://example.org"),
        |log| log["runs"][0]["tool"]["driver"]["informationUri"] = json!("not a uri"),
        |log| drop(log["runs"][0]["results"][0].as_object_mut().unwrap().remove("message")),
    ];
    for (i, change) in changes.iter().enumerate() {
        let mut wrong = log.clone();
        change(&mut wrong);
        assert!(!schema.is_valid(&wrong), "change {i} is not noticed");
    }
}
