//! Any bytes as a CVE record: names stay within a folder, lines within the
//! file, and what is read has ranges that can be read.
#![no_main]

use std::path::Path;

use libfuzzer_sys::fuzz_target;
use perlscan_model::advisory::RecordMatcher;
use perlscan_scanner::advisory::sources::{SourceData, cve5};

fuzz_target!(|bytes: &[u8]| {
    let mut data = SourceData::default();
    cve5::read_record(bytes, Path::new("cve.json"), &mut data);
    let lines = 1 + bytes.iter().filter(|byte| **byte == b'\n').count() as u64;
    for advisory in &data.advisories {
        let record = &advisory.fact.record;
        assert!(!record.affected.is_empty());
        assert!(RecordMatcher::new(record).is_ok(), "{record:?}");
        assert!(!record.id.contains('/') && !advisory.fact.dist.contains('/'));
        assert!(advisory.place.line.is_none_or(|line| line >= 1 && line <= lines));
    }
});
