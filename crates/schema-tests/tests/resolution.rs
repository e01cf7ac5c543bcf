//! Resolutions against their schema: one of every kind of entry.

#![allow(clippy::disallowed_methods, reason = "the schema is a file")]
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may fail by them")]

use perlscan_scanner::advisory::database::{Database, DatabaseChoice};
use perlscan_scanner::mirror::shelf::{Shelf, ShelfError};
use perlscan_scanner::mirrored::{Mirror, resolve};
use perlscan_scanner::model::location::SourcePath;
use perlscan_scanner::report::closure::write_json;
use perlscan_scanner::resolve::closure::ClosureSettings;
use perlscan_scanner::scan::ScanSettings;
use perlscan_scanner::source::MemSource;
use serde_json::{Value, json};

/// Two releases, of which the first needs the second; they are modules alone, as old
/// distributions are, so that no tool is needed to pack them.
const INDEX: &str = "File: 02packages.details.txt\nLine-Count: 3\n\n\
                     Acme::A 1.0 A/AB/ABC/Acme-A-1.0.pm\nAcme::A::Old undef A/AB/ABC/Acme-A-1.0.pm\n\
                     Acme::B 2.0 A/AB/ABC/Acme-B-2.0.pm\n";

/// A mirror in memory.
#[derive(Debug)]
struct Pan;

impl Shelf for Pan {
    fn shown(&self) -> &str {
        "pan"
    }

    fn index(&self) -> Result<Vec<u8>, ShelfError> {
        Ok(INDEX.into())
    }

    fn archive(&self, path: &str, _most: u64) -> Result<Vec<u8>, ShelfError> {
        match path {
            "A/AB/ABC/Acme-A-1.0.pm" => Ok(b"package Acme::A; our $VERSION = '1.0';\n".into()),
            _ => Err(ShelfError::Missing),
        }
    }
}

fn resolution() -> Value {
    let cpanfile = "requires 'Acme::A';\nrequires 'Acme::B';\nrequires 'Acme::C', '3';\n\
                    requires 'strict';\n";
    let files = vec![(SourcePath::from("cpanfile"), cpanfile.as_bytes().to_vec())];
    let settings = ClosureSettings::default();
    let place = SourcePath::from("pan");
    let mirror = Mirror { shelf: &Pan, place, settings, over_locks: false };
    let database = Database::open(&DatabaseChoice::default()).expect("the embedded one");
    let found =
        resolve(&MemSource::new(files), &mirror, &ScanSettings::default(), &database, &()).unwrap();
    let mut bytes = Vec::new();
    write_json(&found, &mut bytes).expect("memory takes all bytes");
    serde_json::from_slice(&bytes).expect("JSON")
}

#[test]
fn a_resolution_fits_the_published_schema_and_wrong_ones_do_not() {
    let path =
        concat!(env!("CARGO_MANIFEST_DIR"), "/../../schemas/perlscan-resolution.schema.json");
    let schema: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let validator = jsonschema::options().build(&schema).expect("a valid schema");
    let all = resolution();
    let errors: Vec<String> = validator
        .iter_errors(&all)
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect();
    assert!(errors.is_empty(), "{}", errors.join("\n"));
    // Acme::B's archive is not there: lost, and unmet as Acme::C is.
    let project = &all["projects"][0];
    assert_eq!(project["releases"].as_array().map(Vec::len), Some(1));
    assert_eq!(project["unmet"].as_array().map(Vec::len), Some(2));
    assert_eq!(project["core"].as_array().map(Vec::len), Some(1));
    assert!(all["problems"].as_array().is_some_and(|all| all.iter().any(|p| p["kind"] == "lost")));

    let changes: [fn(&mut Value); 4] = [
        |all| all["extra"] = json!(1),
        |all| all["projects"][0]["releases"][0]["phase"] = json!("ever"),
        |all| all["projects"][0]["unmet"][0]["why"] = json!(null),
        |all| drop(all["projects"][0].as_object_mut().unwrap().remove("core")),
    ];
    for (i, change) in changes.iter().enumerate() {
        let mut wrong = all.clone();
        change(&mut wrong);
        assert!(!validator.is_valid(&wrong), "change {i} is not noticed");
    }
}
