//! Any bytes as a file with commands that install modules, the first byte choosing
//! which: what is told stands in the file, and no user or password of a URL is shown.
#![no_main]

use libfuzzer_sys::fuzz_target;
use perlscan_model::location::SourcePath;
use perlscan_scanner::extract::installers::Installers;
use perlscan_scanner::extract::{Extractor, Facts, SourceFile};

const NAMES: [&str; 4] = ["install.sh", "Dockerfile", "Makefile", ".github/workflows/ci.yml"];

fuzz_target!(|bytes: &[u8]| {
    let Some((first, bytes)) = bytes.split_first() else { return };
    let path = SourcePath::from(NAMES[usize::from(*first) % NAMES.len()]);
    let read = || {
        let mut facts = Facts::default();
        Installers.extract(&SourceFile { path: &path, bytes }, &mut facts);
        facts
    };
    let facts = read();
    assert!(facts == read(), "the same each time");
    assert!(facts.problems.is_empty());
    for found in &facts.mirrors {
        let span = found.location.span.expect("it stands somewhere");
        assert!(span.offset as usize + span.length as usize <= bytes.len());
        let authority = found.mirror.split_once("://").map_or("", |(_, rest)| rest);
        let authority = authority.split('/').next().unwrap_or_default();
        assert!(!authority.contains('@') && !found.mirror.contains('?'), "{found:?}");
    }
});
