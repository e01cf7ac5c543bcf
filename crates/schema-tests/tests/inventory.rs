//! Inventories against their schema: one of every kind of entry.

#![allow(clippy::disallowed_methods, reason = "the schema is a file")]
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may fail by them")]

use perlscan_scanner::advisory::database::{Database, DatabaseChoice};
use perlscan_scanner::model::location::SourcePath;
use perlscan_scanner::report::Standpoint;
use perlscan_scanner::report::inventory::{InventoryReport, write_json};
use perlscan_scanner::resolve::inventory::Inventory;
use perlscan_scanner::scan::{ScanSettings, Survey, survey};
use perlscan_scanner::source::MemSource;
use serde_json::{Value, json};

const LOCK: &str = "# carton snapshot format: version 1.0\nDISTRIBUTIONS\n  Acme-A-1.10\n    \
                    pathname: L/LO/LOCAL/Acme-A-1.10.tar.gz\n    provides:\n      Acme::A 1.10\n    \
                    requirements:\n      perl 5\n  DBD-SQLite-1.66\n    \
                    pathname: I/IS/ISHIGAKI/DBD-SQLite-1.66.tar.gz\n    \
                    provides:\n      DBD::SQLite 1.66\n";
/// A script that carries a module inside.
const PACKED: &str = "my %fatpacked;\n$fatpacked{\"HTTP/Tiny.pm\"} = <<'A';\n  package HTTP::Tiny;\n  \
                      our $VERSION = '0.056';\nA\nuse strict;\n";

fn inventory() -> Value {
    let files: [(&[u8], &str); 6] = [
        (b"tool.pl", PACKED),
        (b"cpanfile", "requires 'Acme::A', '1';\nrequires 'Broken\n"),
        (b"cpanfile.snapshot", LOCK),
        (b"Dockerfile", "FROM perl:5.36\n"),
        (b"caf\xe9/.perl-version", "system\n"),
        (b"local/lib/perl5/.meta/Acme-B-2/install.json", r#"{"dist":"Acme-B-2","name":"Acme::B"}"#),
    ];
    let files = files
        .into_iter()
        .map(|(path, text)| (SourcePath::new(path), text.as_bytes().to_vec()))
        .collect();
    let settings = ScanSettings::default();
    let Survey { projects, problems, coverage, .. } =
        survey(&MemSource::new(files), &settings, &());
    let database = Database::open(&DatabaseChoice::default()).expect("the embedded one");
    let report = InventoryReport {
        tool_version: "0",
        standpoint: Standpoint::default(),
        projects: projects.len(),
        inventory: Inventory::of(&projects, &database).expect("a sound database"),
        problems,
        coverage,
        with_modules: true,
    };
    let mut bytes = Vec::new();
    write_json(&report, &mut bytes).expect("memory takes all bytes");
    serde_json::from_slice(&bytes).expect("JSON")
}

#[test]
fn an_inventory_fits_the_published_schema_and_wrong_ones_do_not() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../schemas/perlscan-inventory.schema.json");
    let schema: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let validator = jsonschema::options().build(&schema).expect("a valid schema");
    let inventory = inventory();
    let errors: Vec<String> = validator
        .iter_errors(&inventory)
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect();
    assert!(errors.is_empty(), "{}", errors.join("\n"));
    for list in ["packages", "requirements", "interpreters", "problems"] {
        assert!(inventory[list].as_array().is_some_and(|all| !all.is_empty()), "{list}");
    }

    let changes: [fn(&mut Value); 4] = [
        |all| all["extra"] = json!(1),
        |all| all["packages"][0]["origin"] = json!("found"),
        |all| all["requirements"][0]["line"] = json!(0),
        |all| drop(all["interpreters"][0].as_object_mut().unwrap().remove("meaning")),
    ];
    for (i, change) in changes.iter().enumerate() {
        let mut wrong = inventory.clone();
        change(&mut wrong);
        assert!(!validator.is_valid(&wrong), "change {i} is not noticed");
    }
}
