//! The documents about a mirror against their schemas: the report with its dependents,
//! the graph, the answers of `--why`, and the difference of two reports.

#![allow(clippy::disallowed_methods, reason = "the schemas are files")]
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may fail by them")]

use perlscan_scanner::advisory::database::{Database, DatabaseChoice};
use perlscan_scanner::darkpan::examine;
use perlscan_scanner::darkpan::trust::Trust;
use perlscan_scanner::graph::MirrorGraph;
use perlscan_scanner::graph::why::why;
use perlscan_scanner::model::location::SourcePath;
use perlscan_scanner::report::graph::GraphFormat;
use perlscan_scanner::report::{EmitOptions, Format, Report, mirror_diff, why as why_report};
use perlscan_scanner::scan::ScanSettings;
use perlscan_scanner::source::MemSource;
use serde_json::{Value, json};

/// A stored zip of one file (APPNOTE.TXT, 4.3), so that no packer is needed here.
fn zip(name: &str, inner: &str, text: &str) -> (SourcePath, Vec<u8>) {
    let (crc, size) = (crc32(text.as_bytes()), u32::try_from(text.len()).unwrap());
    let length = u16::try_from(inner.len()).unwrap();
    let common = |out: &mut Vec<u8>| {
        out.extend([20, 0, 0, 0, 0, 0, 0, 0, 0x21, 0]);
        out.extend(crc.to_le_bytes());
        out.extend(size.to_le_bytes());
        out.extend(size.to_le_bytes());
        out.extend(length.to_le_bytes());
        out.extend([0, 0]);
    };
    let mut out = b"PK\x03\x04".to_vec();
    common(&mut out);
    out.extend(inner.as_bytes());
    out.extend(text.as_bytes());
    let start = u32::try_from(out.len()).unwrap();
    out.extend(b"PK\x01\x02\x14\x00");
    common(&mut out);
    out.extend([0; 2 + 2 + 2 + 4 + 4]);
    out.extend(inner.as_bytes());
    let end = u32::try_from(out.len()).unwrap();
    out.extend(b"PK\x05\x06\0\0\0\0\x01\0\x01\0");
    out.extend((end - start).to_le_bytes());
    out.extend(start.to_le_bytes());
    out.extend([0, 0]);
    (format!("pan/authors/id/L/LO/LOCAL/{name}").as_str().into(), out)
}

/// CRC-32 as zip has it, bit by bit.
fn crc32(bytes: &[u8]) -> u32 {
    let mut crc = u32::MAX;
    for byte in bytes {
        crc ^= u32::from(*byte);
        for _ in 0..8 {
            crc = if crc & 1 == 1 { crc >> 1 ^ 0xedb8_8320 } else { crc >> 1 };
        }
    }
    !crc
}

fn mirror(with_client: bool) -> (Report, MirrorGraph) {
    let meta = r#"{"prereqs":{"runtime":{"requires":{"Net::OAuth":"0.2","Gone":"1"},
        "recommends":{"Net::OAuth":"0.3"}},"test":{"requires":{"Test::More":"0"}}}}"#;
    let mut files = vec![
        zip("Net-OAuth-0.28.zip", "Net-OAuth-0.28/META.json", "{\"prereqs\":{}}"),
        zip("Test-Simple-1.3.zip", "Test-Simple-1.3/META.json", "{\"prereqs\":{}}"),
        zip("Old-1.zip", "Old-1/META.json", meta),
    ];
    let mut index = "File: x\n\nNet::OAuth 1 L/LO/LOCAL/Net-OAuth-0.28.zip\n\
                     Test::More 1 L/LO/LOCAL/Test-Simple-1.3.zip\n"
        .to_owned();
    if with_client {
        files.push(zip("Client-1.zip", "Client-1/META.json", meta));
        index.push_str("Client 1 L/LO/LOCAL/Client-1.zip\n");
    }
    files.push(("pan/modules/02packages.details.txt".into(), index.into_bytes()));
    let database = Database::open(&DatabaseChoice::default()).expect("the embedded one");
    examine(&MemSource::new(files), &ScanSettings::default(), &Trust::default(), &database, &())
        .expect("sound")
}

fn emitted(report: &Report) -> Vec<u8> {
    let mut bytes = Vec::new();
    let format = Format::find("json").unwrap();
    format.emitter(&EmitOptions::default()).emit(report, &mut bytes).unwrap();
    bytes
}

/// Holds a document to its schema, and each change of it must be noticed.
fn hold(schema: &str, document: &[u8], changes: &[fn(&mut Value)]) -> Value {
    let path = format!("{}/../../schemas/{schema}", env!("CARGO_MANIFEST_DIR"));
    let schema: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let validator = jsonschema::options().build(&schema).expect("a valid schema");
    let document: Value = serde_json::from_slice(document).expect("JSON");
    let errors: Vec<String> = validator
        .iter_errors(&document)
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect();
    assert!(errors.is_empty(), "{}", errors.join("\n"));
    for (i, change) in changes.iter().enumerate() {
        let mut wrong = document.clone();
        change(&mut wrong);
        assert!(!validator.is_valid(&wrong), "change {i} is not noticed");
    }
    document
}

#[test]
fn the_report_tells_dependents_as_its_schema_says() {
    let (report, _) = mirror(true);
    let document = hold(
        "perlscan-report.schema.json",
        &emitted(&report),
        &[
            |all| all["dependents"][0]["extra"] = json!(1),
            |all| drop(all["dependents"][0]["all"].as_object_mut().unwrap().remove("runtime")),
            |all| all["dependents"][0]["others"]["runtime"] = json!(-1),
        ],
    );
    assert_eq!(document["dependents"][0]["dist"], "Net-OAuth");
    assert_eq!(document["dependents"][0]["others"]["runtime"], 1);
}

#[test]
fn the_graph_fits_its_schema() {
    let (_, graph) = mirror(true);
    let mut bytes = Vec::new();
    GraphFormat::find("json").unwrap().write(&graph, "1", &mut bytes).unwrap();
    let document = hold(
        "perlscan-mirror-graph.schema.json",
        &bytes,
        &[
            |all| all["extra"] = json!(1),
            |all| all["edges"][0]["use"] = json!("some"),
            |all| all["edges"][0]["needs"][0]["line"] = json!(0),
            |all| drop(all["archives"][0].as_object_mut().unwrap().remove("missing")),
        ],
    );
    assert_eq!(document["archives"][0]["missing"][0]["module"], "Gone");
    assert_eq!(document["edges"].as_array().map(Vec::len), Some(4));
}

#[test]
fn the_answers_fit_their_schema() {
    let (_, graph) = mirror(true);
    let answers = vec![("Net-OAuth".to_owned(), why(&graph, "Net-OAuth").unwrap())];
    let mut bytes = Vec::new();
    why_report::write_json(&graph, &answers, "1", &mut bytes).unwrap();
    let document = hold(
        "perlscan-why.schema.json",
        &bytes,
        &[
            |all| all["answers"][0]["archives"][0]["extra"] = json!(1),
            |all| all["answers"][0]["archives"][0]["direct"][0]["use"] = json!("never"),
            |all| all["answers"][0]["archives"][0]["ways"][0]["steps"] = json!([]),
        ],
    );
    assert_eq!(document["answers"][0]["archives"][0]["direct"].as_array().map(Vec::len), Some(4));
}

#[test]
fn the_difference_fits_its_schema() {
    let read = |with_client| mirror_diff::read(&emitted(&mirror(with_client).0)).unwrap();
    let (old, mut new) = (read(false), read(true));
    let first = new.archives.values_mut().next_back().unwrap();
    first.sha256 = "0".repeat(64);
    first.standing = Some("superseded".to_owned());
    new.findings[0].id.push('x');
    new.findings[0].aliases.clear();
    let diff = mirror_diff::compare(&old, &new);
    let mut bytes = Vec::new();
    mirror_diff::write_json(&diff, ["a", "b"], "1", &mut bytes).unwrap();
    let document = hold(
        "perlscan-darkpan-diff.schema.json",
        &bytes,
        &[
            |all| all["extra"] = json!(1),
            |all| all["findings"]["new"][0]["cause"] = json!("who knows"),
            |all| all["archives"]["changed"][0]["new"]["sha256"] = json!("0"),
        ],
    );
    for (list, kind) in [("archives", "added"), ("archives", "standing"), ("findings", "gone")] {
        assert_eq!(document[list][kind].as_array().map(Vec::len), Some(1), "{kind}");
    }
}
