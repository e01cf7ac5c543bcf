//! Exports against the official OSV schema and our schema of the JSON export.

#![allow(clippy::disallowed_methods, reason = "schemas are files")]
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may fail by them")]

use jsonschema::Validator;
use perlscan_scanner::advisory::database::{Database, DatabaseChoice};
use perlscan_scanner::advisory::export::{self, Earlier, Files, Format, Material, Options};
use serde_json::{Value, json};

fn read_json(path: &str) -> Value {
    let path = format!("{}/../../{path}", env!("CARGO_MANIFEST_DIR"));
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

fn export(format: Format, osv_without_package: bool) -> Files {
    let database = Database::open(&DatabaseChoice::default()).expect("the embedded one");
    let options = Options { osv_without_package, ..Options::default() };
    export::files(&Material::of(&database).unwrap(), format, &options, &Earlier::default()).unwrap()
}

fn validator(schema: &Value) -> Validator {
    jsonschema::options().should_validate_formats(true).build(schema).expect("a valid schema")
}

fn osv_records(without_package: bool) -> Vec<(String, Value)> {
    let files = export(Format::Osv, without_package);
    let records = files.into_iter().filter(|(name, _)| name.starts_with("records/"));
    records.map(|(name, bytes)| (name, serde_json::from_slice(&bytes).unwrap())).collect()
}

/// The official schema with `CPAN` among its ecosystems, and nothing else changed.
fn osv_schema_with_cpan() -> Value {
    let mut schema = read_json("test-corpus/schemas/osv-1.7.5.json");
    let pattern = schema.pointer_mut("/$defs/ecosystemWithSuffix/pattern").unwrap();
    let changed = pattern.as_str().unwrap().replace("^(AlmaLinux|", "^(CPAN|AlmaLinux|");
    assert!(*pattern != changed, "the schema has another form");
    *pattern = json!(changed);
    schema
}

#[test]
fn osv_records_fit_the_official_schema() {
    let official = validator(&read_json("test-corpus/schemas/osv-1.7.5.json"));
    let with_cpan = validator(&osv_schema_with_cpan());
    for (schema, without_package) in [(&official, true), (&with_cpan, false)] {
        let records = osv_records(without_package);
        assert!(records.len() > 900);
        for (name, record) in records {
            let errors: Vec<String> =
                schema.iter_errors(&record).map(|error| error.to_string()).collect();
            assert!(errors.is_empty(), "{name}: {}", errors.join("; "));
        }
    }
    let (_, record) = osv_records(false).remove(0);
    assert!(!official.is_valid(&record), "the official schema knows CPAN now: drop the option");
    for change in [
        |record: &mut Value| record["id"] = json!("CPANSA-Foo-2024-1"),
        |record: &mut Value| record["modified"] = json!("yesterday"),
        |record: &mut Value| record["affected"][0]["ranges"] = json!([{ "type": "CPAN" }]),
    ] {
        let mut wrong = record.clone();
        change(&mut wrong);
        assert!(!with_cpan.is_valid(&wrong));
    }
}

#[test]
fn the_json_export_fits_its_schema_and_wrong_ones_do_not() {
    let schema = validator(&read_json("schemas/perlscan-database.schema.json"));
    let whole: Value =
        serde_json::from_slice(&export(Format::Json, false)["database.json"]).unwrap();
    let errors: Vec<String> = schema
        .iter_errors(&whole)
        .take(5)
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect();
    assert!(errors.is_empty(), "{}", errors.join("\n"));
    let small = |change: fn(&mut Value)| {
        let mut wrong = json!({});
        for (key, value) in whole.as_object().unwrap() {
            let list = value.as_array().map(|list| json!(list[..1.min(list.len())]));
            wrong[key] = list.unwrap_or_else(|| value.clone());
        }
        assert!(schema.is_valid(&wrong));
        change(&mut wrong);
        assert!(!schema.is_valid(&wrong));
    };
    small(|all| all["format"] = json!(2));
    small(|all| all["advisories"][0]["severity"] = json!("bad"));
    small(|all| all["advisories"][0]["extra"] = json!(1));
    small(|all| drop(all.as_object_mut().unwrap().remove("meta")));
}
