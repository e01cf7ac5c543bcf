//! The same files from every source give the same report.

#![allow(
    clippy::expect_used,
    clippy::disallowed_methods,
    reason = "a test makes files, and fails by panicking"
)]

use std::path::Path;

use perlscan_model::location::SourcePath;
use perlscan_scanner::advisory::database::{Database, DatabaseChoice};
use perlscan_scanner::advisory::{facts_files, store};
use perlscan_scanner::report::json::Json;
use perlscan_scanner::report::{Emitter as _, Report};
use perlscan_scanner::scan::{ScanSettings, scan};
use perlscan_scanner::source::{Excludes, FsSource, MemSource, Source};

fn files(folder: &Path, base: &Path, found: &mut Vec<(SourcePath, Vec<u8>)>) {
    let mut entries: Vec<_> = std::fs::read_dir(folder)
        .expect("the corpus")
        .flatten()
        .map(|entry| entry.path())
        .collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            files(&path, base, found);
        } else {
            let relative = path.strip_prefix(base).expect("below").to_string_lossy().into_owned();
            found.push((SourcePath::from(relative.as_str()), std::fs::read(&path).expect("read")));
        }
    }
}

fn report(source: &dyn Source) -> Report {
    let database = Database::open(&DatabaseChoice::default()).expect("sound");
    let settings =
        ScanSettings { scan_roots: vec![SourcePath::default()], ..ScanSettings::default() };
    scan(source, &settings, &database, &()).expect("the database is sound")
}

fn json(report: &Report) -> String {
    let mut bytes = Vec::new();
    Json.emit(report, &mut bytes).expect("memory takes it");
    String::from_utf8(bytes).expect("UTF-8")
}

#[test]
fn disk_and_memory_give_the_same_report() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../test-corpus");
    let corpus = corpus.canonicalize().expect("the corpus is there");
    let mut held = Vec::new();
    files(&corpus, &corpus, &mut held);
    let memory = report(&MemSource::new(held));
    assert!(memory.findings.len() > 20, "{} findings", memory.findings.len());
    for threads in [1, 4] {
        let excludes = Excludes::new(&corpus, &[], true).expect("no patterns");
        let disk = FsSource::new(corpus.clone(), vec![corpus.clone()], excludes, Some(threads));
        assert_eq!(json(&report(&disk)), json(&memory), "{threads} threads");
    }
}

#[test]
fn the_embedded_database_is_made_of_the_committed_facts() {
    let facts = facts_files::read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("data"))
        .expect("the facts are there");
    assert!(facts.encode().expect("it can be encoded") == store::embedded_bytes());
    let texts = facts.to_texts().expect("they can be written");
    for (name, text) in texts {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("data").join(name);
        assert!(std::fs::read_to_string(path).expect("read") == text, "{name} is in order");
    }
}
