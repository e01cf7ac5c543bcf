//! Any bytes as a cpanfile: no panic, a bounded number of problems, spans inside
//! the file, and the same result each time.
#![no_main]

use libfuzzer_sys::fuzz_target;
use perlscan_model::location::SourcePath;
use perlscan_scanner::extract::cpanfile::Cpanfile;
use perlscan_scanner::extract::{Extractor, Facts, SourceFile};

fuzz_target!(|bytes: &[u8]| {
    let path = SourcePath::from("cpanfile");
    let read = || {
        let mut facts = Facts::default();
        Cpanfile.extract(&SourceFile { path: &path, bytes }, &mut facts);
        facts
    };
    let facts = read();
    assert!(facts == read());
    assert!(facts.problems.len() <= 201);
    let places = facts
        .requirements
        .iter()
        .map(|requirement| &requirement.location)
        .chain(facts.problems.iter().map(|problem| &problem.location));
    for span in places.filter_map(|location| location.span) {
        let end = span.offset as usize + span.length as usize;
        assert!(end <= bytes.len() && span.line >= 1 && span.column >= 1);
        assert!((span.line, span.column) <= (span.end_line, span.end_column));
    }
    for requirement in &facts.requirements {
        assert!(requirement.location.span.is_some());
    }
});
