//! The status of a database against its schema.

#![allow(clippy::disallowed_methods, reason = "the schema is a file")]
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may fail by them")]

use perlscan_scanner::advisory::database::{Database, DatabaseChoice};
use perlscan_scanner::report::database_status::DatabaseStatus;
use serde_json::{Value, json};

#[test]
fn a_status_fits_the_published_schema_and_wrong_ones_do_not() {
    let path =
        concat!(env!("CARGO_MANIFEST_DIR"), "/../../schemas/perlscan-database-status.schema.json");
    let schema: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let validator = jsonschema::options().build(&schema).expect("a valid schema");
    let database = Database::open(&DatabaseChoice::default()).expect("the embedded one");
    for file in [None, Some("/cache/advisories.db".to_owned())] {
        let mut bytes = Vec::new();
        let status = DatabaseStatus::of("0", &database, file, i64::MAX);
        status.write_json(&mut bytes).expect("memory takes all bytes");
        let status: Value = serde_json::from_slice(&bytes).expect("JSON");
        let errors: Vec<String> = validator
            .iter_errors(&status)
            .map(|error| format!("{}: {error}", error.instance_path()))
            .collect();
        assert!(errors.is_empty(), "{}", errors.join("\n"));
        assert!(status["sources"].as_array().is_some_and(|all| !all.is_empty()));

        let changes: [fn(&mut Value); 5] = [
            |all| all["extra"] = json!(1),
            |all| all["trust"] = json!("blind"),
            |all| all["sources"][0]["kind"] = json!("rumour"),
            |all| all["age_days"] = json!(-1),
            |all| drop(all.as_object_mut().unwrap().remove("conflicts")),
        ];
        for (i, change) in changes.iter().enumerate() {
            let mut wrong = status.clone();
            change(&mut wrong);
            assert!(!validator.is_valid(&wrong), "change {i} is not noticed");
        }
    }
}
