//! Any bytes as OSV records: names stay within a folder, lines within the file,
//! and ranges that are made of events are read back.
#![no_main]

use std::path::Path;

use libfuzzer_sys::fuzz_target;
use perlscan_model::advisory::RecordMatcher;
use perlscan_scanner::advisory::sources::{SourceData, osv};

fuzz_target!(|bytes: &[u8]| {
    let mut data = SourceData::default();
    osv::parse(bytes, Path::new("osv.json"), &mut data);
    let lines = 1 + bytes.iter().filter(|byte| **byte == b'\n').count() as u64;
    // Ranges in perlscan's own words are taken as they are, and judged later.
    let own = holds(bytes, b"cpansa") || bytes.contains(&b'\\');
    for advisory in &data.advisories {
        let record = &advisory.fact.record;
        assert!(own || RecordMatcher::new(record).is_ok(), "{record:?}");
        assert!(!record.id.contains('/') && !advisory.fact.dist.contains('/'));
        assert!(advisory.place.line.is_some_and(|line| line >= 1 && line <= lines));
    }
});

fn holds(bytes: &[u8], word: &[u8]) -> bool {
    bytes.windows(word.len()).any(|window| window == word)
}
