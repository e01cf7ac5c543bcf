//! The schema of `perlscan.toml` and perlscan's reader say the same of a file.

#![allow(clippy::disallowed_methods, reason = "schemas are files")]
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may fail by them")]

use std::path::Path;

use perlscan_scanner::config;
use perlscan_scanner::model::location::SourcePath;
use serde_json::Value;

#[test]
fn the_schema_and_the_reader_agree() {
    let path = format!("{}/../../schemas/perlscan-config.schema.json", env!("CARGO_MANIFEST_DIR"));
    let schema: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let validator =
        jsonschema::options().should_validate_formats(true).build(&schema).expect("a schema");
    for (is_good, text) in [
        (true, ""),
        (true, "[[ignore]]\nid = 'CVE-2025-40908'\nreason = 'r'\n"),
        (
            true,
            "[[ignore]]\nid = 'cpansa-Foo-2026-01'\nreason = 'r'\nuntil = '2027-01-31'\ndist = 'Foo'\n",
        ),
        (false, "[[ignore]]\nid = 'CVE-2025-40908'\n"),
        (false, "[[ignore]]\nreason = 'r'\n"),
        (false, "[[ignore]]\nid = 'CVE-2025-40908'\nreason = ' '\n"),
        (false, "[[ignore]]\nid = 'everything'\nreason = 'r'\n"),
        (false, "[[ignore]]\nid = 'CVE-1-1'\nreason = 'r'\nuntil = 'soon'\n"),
        (false, "[[ignore]]\nid = 'CVE-1-1'\nreason = 'r'\nuntil = '2027-02-30'\n"),
        (false, "[[ignore]]\nid = 'CVE-1-1'\nreason = 'r'\nuntill = '2027-01-31'\n"),
        (false, "[[ignored]]\nid = 'CVE-1-1'\nreason = 'r'\n"),
        (false, "ignore = 3\n"),
    ] {
        let value: Value = toml::from_str(text).expect("it is TOML");
        assert_eq!(validator.is_valid(&value), is_good, "the schema: {text}");
        let read = config::parse(text.as_bytes(), Path::new("p"), &SourcePath::from("p"));
        assert_eq!(read.is_ok(), is_good, "the reader: {text}");
    }
}
