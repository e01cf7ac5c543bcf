//! Any text as a manifest: no panic, and every place lies inside the file.

#![allow(missing_docs, reason = "a test")]

use perlscan_model::location::SourcePath;
use perlscan_scanner::extract::{Facts, SourceFile, Wanted, extractors};
use proptest::prelude::*;

const NAMES: [&str; 6] =
    ["META.json", "META.yml", "Makefile.PL", "Build.PL", "dist.ini", "minil.toml"];

/// Pieces that manifests are made of, so that random texts get somewhere.
const PIECES: [&str; 32] = [
    "WriteMakefile(",
    "PREREQ_PM",
    " => ",
    "{",
    "}",
    "'A::B'",
    "1.10",
    ",",
    ")",
    ";\n",
    "my %h = (",
    "%h",
    "$h{A}",
    " if ",
    "eval {",
    "do {",
    "requires ",
    "\"prereqs\"",
    ":",
    "[",
    "]",
    "[Prereqs]\n",
    "Foo = 1\n",
    "requires:\n",
    "  A: >= 1\n",
    "- x\n",
    "\n",
    " ",
    "? ",
    "delete ",
    "->new(",
    "é",
];

fn places(name: &str, text: &str) -> Result<(), TestCaseError> {
    let path = SourcePath::from(name);
    let mut facts = Facts::default();
    for extractor in extractors().iter().filter(|e| e.wants(&path) == Wanted::Yes) {
        extractor.extract(&SourceFile { path: &path, bytes: text.as_bytes() }, &mut facts);
    }
    let places = facts.requirements.iter().map(|requirement| &requirement.location);
    let places = places.chain(facts.problems.iter().map(|problem| &problem.location));
    let places = places.chain(facts.identities.iter().map(|identity| &identity.location));
    for span in places.filter_map(|location| location.span) {
        prop_assert!(span.offset as usize + span.length as usize <= text.len());
        prop_assert!(
            span.line >= 1 && (span.line, span.column) <= (span.end_line, span.end_column)
        );
    }
    Ok(())
}

proptest! {
    #[test]
    fn pieces_of_manifests(which in 0..NAMES.len(), pieces in prop::collection::vec(0..PIECES.len(), 0..60)) {
        let text: String = pieces.iter().map(|piece| PIECES[*piece]).collect();
        places(NAMES[which], &text)?;
    }

    #[test]
    fn any_text(which in 0..NAMES.len(), text in "\\PC{0,200}") {
        places(NAMES[which], &text)?;
    }
}
