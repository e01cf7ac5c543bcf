//! Any bytes as a butterfly feed: names stay within a folder, lines within the
//! file, and what is read merges to the same each time.
#![no_main]

use std::path::Path;

use libfuzzer_sys::fuzz_target;
use perlscan_model::facts::FactSet;
use perlscan_scanner::advisory::merge::merge;
use perlscan_scanner::advisory::sources::butterfly;

fuzz_target!(|bytes: &[u8]| {
    let path = Path::new("feed.json");
    let Ok(data) = butterfly::parse(bytes, path) else { return };
    let lines = 1 + bytes.iter().filter(|byte| **byte == b'\n').count() as u64;
    for advisory in &data.advisories {
        assert!(!advisory.fact.record.affected.is_empty());
        assert!(!advisory.fact.record.id.contains('/') && !advisory.fact.dist.contains('/'));
        assert!(advisory.place.line.is_some_and(|line| line >= 1 && line <= lines));
    }
    let again = butterfly::parse(bytes, path).expect("it was read before");
    let merged = merge(vec![data], &FactSet::default());
    assert!(merged.facts == merge(vec![again], &FactSet::default()).facts, "the same each time");
});
