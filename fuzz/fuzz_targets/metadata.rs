//! Any bytes as a distribution's metadata, the first byte choosing the format:
//! spans lie inside, a name is what stands at its span, problems are few, and
//! neither the file's order of keys nor blanks around it change what is said.
#![no_main]

use libfuzzer_sys::fuzz_target;
use perlscan_model::location::SourcePath;
use perlscan_scanner::extract::{Facts, SourceFile, Wanted, extractors};

const NAMES: [&str; 4] = ["META.json", "META.yml", "MYMETA.json", "MYMETA.yml"];

fuzz_target!(|bytes: &[u8]| {
    let Some((first, bytes)) = bytes.split_first() else { return };
    let name = NAMES[usize::from(*first) % NAMES.len()];
    let facts = read(name, bytes);
    assert!(facts == read(name, bytes), "the same each time");
    assert!(facts.problems.len() <= 201);
    let is_text = std::str::from_utf8(bytes).is_ok();
    for asked in &facts.requirements {
        let span = asked.location.span.expect("a requirement stands somewhere");
        let text = String::from_utf8_lossy(span.text(bytes));
        let is_same = text.replace('\'', "::") == asked.module.as_str();
        // What is escaped, or no UTF-8, reads otherwise than it is written.
        assert!(is_same || text.contains(['\\', '\'']) || !is_text, "{asked:?} at {text:?}");
        assert!(asked.range_text.len() <= bytes.len());
        assert!(asked.feature.as_ref().is_none_or(|feature| feature.len() <= 128));
    }
    let places = facts.problems.iter().map(|problem| &problem.location);
    let places = places.chain(facts.identities.iter().map(|identity| &identity.location));
    for span in places.filter_map(|location| location.span) {
        assert!(span.offset as usize + span.length as usize <= bytes.len());
        assert!((span.line, span.column) <= (span.end_line, span.end_column));
    }
    if name.ends_with("json") && facts.problems.is_empty() {
        // Blanks in front move what is said, and change nothing.
        let moved = read(name, &[b"\n ", bytes].concat());
        assert_eq!(moved.requirements.len(), facts.requirements.len());
        for (a, b) in moved.requirements.iter().zip(&facts.requirements) {
            assert_eq!((&a.module, &a.range_text, a.phase), (&b.module, &b.range_text, b.phase));
        }
    }
});

fn read(name: &str, bytes: &[u8]) -> Facts {
    let path = SourcePath::from(name);
    let mut facts = Facts::default();
    for extractor in extractors().iter().filter(|one| one.wants(&path) == Wanted::Yes) {
        extractor.extract(&SourceFile { path: &path, bytes }, &mut facts);
    }
    facts
}
