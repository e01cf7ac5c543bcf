//! Any bytes as a cpanfile.snapshot: no panic, few problems, and every span's
//! text holds the distribution that it speaks of.
#![no_main]

use libfuzzer_sys::fuzz_target;
use perlscan_model::location::SourcePath;
use perlscan_scanner::extract::snapshot::Snapshot;
use perlscan_scanner::extract::{Extractor, Facts, SourceFile};

fuzz_target!(|bytes: &[u8]| {
    let path = SourcePath::from("cpanfile.snapshot");
    let mut facts = Facts::default();
    Snapshot.extract(&SourceFile { path: &path, bytes }, &mut facts);
    assert!(facts.problems.len() < 200);
    for package in &facts.packages {
        let span = package.location.span.expect("a package has a span");
        let text = String::from_utf8_lossy(span.text(bytes));
        assert!(text.contains(package.dist.as_str()), "{text} for {}", package.dist);
    }
    for problem in &facts.problems {
        if let Some(span) = problem.location.span {
            let end = span.offset as usize + span.length as usize;
            assert!(end <= bytes.len() && span.line >= 1 && span.column >= 1);
        }
    }
});
