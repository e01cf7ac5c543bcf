//! Any bytes as a manifest, the first byte choosing which: no panic, a bounded
//! number of problems, spans inside the file, and the same result each time.
#![no_main]

use libfuzzer_sys::fuzz_target;
use perlscan_model::location::SourcePath;
use perlscan_scanner::extract::{Facts, SourceFile, Wanted, extractors};

const NAMES: [&str; 7] =
    ["META.json", "META.yml", "Makefile.PL", "Build.PL", "dist.ini", "minil.toml", "alienfile"];

fuzz_target!(|bytes: &[u8]| {
    let Some((first, bytes)) = bytes.split_first() else { return };
    let path = SourcePath::from(NAMES[usize::from(*first) % NAMES.len()]);
    let read = || {
        let mut facts = Facts::default();
        for extractor in extractors().iter().filter(|e| e.wants(&path) == Wanted::Yes) {
            extractor.extract(&SourceFile { path: &path, bytes }, &mut facts);
        }
        facts
    };
    let facts = read();
    assert!(facts == read());
    assert!(facts.problems.len() <= 201);
    let places = facts
        .requirements
        .iter()
        .map(|requirement| &requirement.location)
        .chain(facts.problems.iter().map(|problem| &problem.location))
        .chain(facts.identities.iter().map(|identity| &identity.location))
        .chain(facts.pointers.iter().map(|pointer| &pointer.location));
    for span in places.filter_map(|location| location.span) {
        let end = span.offset as usize + span.length as usize;
        assert!(end <= bytes.len() && span.line >= 1 && span.column >= 1);
        assert!((span.line, span.column) <= (span.end_line, span.end_column));
    }
});
