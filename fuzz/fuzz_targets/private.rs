//! Any bytes as two files of a user's own folder, on a disk: it is recognised
//! or not, and read all the same; its distributions are not on CPAN.
#![no_main]

use std::path::PathBuf;
use std::sync::OnceLock;

use libfuzzer_sys::fuzz_target;
use perlscan_model::facts::FactSet;
use perlscan_scanner::advisory::merge::merge;
use perlscan_scanner::advisory::sources::{self, SourceKind};

fuzz_target!(|bytes: &[u8]| {
    static FOLDER: OnceLock<PathBuf> = OnceLock::new();
    let folder = FOLDER.get_or_init(|| {
        let folder = std::env::temp_dir().join(format!("perlscan-fuzz-{}", std::process::id()));
        std::fs::create_dir_all(&folder).expect("a folder for the files");
        folder
    });
    // What stands behind a NUL is the second file.
    let at = bytes.iter().position(|byte| *byte == 0).unwrap_or(bytes.len());
    let (first, second) = bytes.split_at(at);
    for (name, bytes) in [("a.yml", first), ("b.yaml", second.get(1..).unwrap_or_default())] {
        std::fs::write(folder.join(name), bytes).expect("the folder takes it");
    }
    let kind = sources::read(folder).ok().map(|data| data.source.kind);
    assert!(kind.is_none_or(|kind| kind == SourceKind::Private.word()));
    let data = sources::read_as(SourceKind::Private, folder).expect("the folder is there");
    assert!(data.distributions.iter().all(|fact| fact.darkpan));
    let known = data.advisories.len();
    let merged = merge(vec![data], &FactSet::default());
    assert!(merged.facts.advisories.len() <= known);
});
