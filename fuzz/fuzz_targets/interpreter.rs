//! Any bytes as a file that names a perl, the first byte choosing which: at most
//! one of most of them, and its text is what stands at its span (a Dockerfile's
//! may have come out of an `ARG`).
#![no_main]

use libfuzzer_sys::fuzz_target;
use perlscan_model::location::SourcePath;
use perlscan_scanner::extract::{Facts, SourceFile, Wanted, extractors};

const NAMES: [&str; 4] = ["Dockerfile", ".perl-version", ".tool-versions", "mise.toml"];

fuzz_target!(|bytes: &[u8]| {
    let Some((first, bytes)) = bytes.split_first() else { return };
    let path = SourcePath::from(NAMES[usize::from(*first) % NAMES.len()]);
    let read = || {
        let mut facts = Facts::default();
        for extractor in extractors().iter().filter(|one| one.wants(&path) == Wanted::Yes) {
            extractor.extract(&SourceFile { path: &path, bytes }, &mut facts);
        }
        facts
    };
    let facts = read();
    assert!(facts == read(), "the same each time");
    assert!(facts.problems.len() <= 201);
    assert!(facts.requirements.is_empty() && facts.packages.is_empty());
    assert!(path.file_name() == b"mise.toml" || facts.interpreters.len() <= 1);
    for found in &facts.interpreters {
        let span = found.location.span.expect("it stands somewhere");
        assert!(span.offset as usize + span.length as usize <= bytes.len());
        let text = String::from_utf8_lossy(span.text(bytes));
        let is_written = text == found.text || text.contains(['$', '\\']);
        assert!(is_written, "{found:?} at {text:?}");
    }
});
