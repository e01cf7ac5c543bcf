//! Any bytes as CPANSA's feed: what is read is the same each time, and merges.
#![no_main]

use std::path::Path;

use libfuzzer_sys::fuzz_target;
use perlscan_model::facts::FactSet;
use perlscan_scanner::advisory::merge::merge;
use perlscan_scanner::advisory::sources::cpansa_feed;

fuzz_target!(|bytes: &[u8]| {
    let path = Path::new("feed.json");
    let Ok(data) = cpansa_feed::parse(bytes, path) else { return };
    assert!(data.advisories.len() + data.releases.len() <= bytes.len());
    let again = cpansa_feed::parse(bytes, path).expect("it was read before");
    let merged = merge(vec![data], &FactSet::default());
    assert!(merged.facts == merge(vec![again], &FactSet::default()).facts, "the same each time");
});
