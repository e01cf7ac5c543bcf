//! The lint over any bytes as CPANSA's feed and as a distribution's file: each
//! finding has a rule that there is, names a distribution and an id of the data,
//! and comes once; all are sorted, and the same each time.
#![no_main]

use std::collections::BTreeSet;
use std::path::Path;

use libfuzzer_sys::fuzz_target;
use perlscan_model::facts::FactSet;
use perlscan_scanner::advisory::lint::lint;
use perlscan_scanner::advisory::overrides;
use perlscan_scanner::advisory::sources::{SourceData, cpansa_feed, cpansa_file};
use perlscan_scanner::report::lint::{write_json, write_sarif, write_table};

fuzz_target!(|bytes: &[u8]| {
    let mut data = cpansa_feed::parse(bytes, Path::new("feed.json")).unwrap_or_default();
    if let Ok(file) = cpansa_file::parse(bytes, Path::new("file.yml")) {
        data.advisories.extend(file.advisories);
        data.dropped.extend(file.dropped);
        data.problems.extend(file.problems);
    }
    let corrections = overrides::embedded().expect("well-formed");
    let found = lint(&data, &FactSet::default(), &corrections);
    assert!(found.is_sorted());
    assert!(found == lint(&data, &FactSet::default(), &corrections), "the same each time");

    let SourceData { advisories, dropped, .. } = &data;
    let mut dists: BTreeSet<&str> = advisories.iter().map(|a| a.fact.dist.as_str()).collect();
    dists.extend(dropped.iter().map(|d| d.dist.as_str()));
    dists.extend(corrections.iter().map(|c| c.dist.as_str()));
    dists.insert("");
    for finding in &found {
        assert!(perlscan_scanner::rules::find(finding.rule).is_some(), "{}", finding.rule);
        assert!(dists.contains(finding.dist.as_str()), "{finding:?}");
        assert!(finding.place.line.is_none_or(|line| line >= 1), "{finding:?}");
    }

    let mut table = Vec::new();
    write_table(&found, 80, false, &mut table).expect("memory takes it");
    let controls = |byte: &u8| byte.is_ascii_control() && *byte != b'\n';
    assert!(!table.iter().any(controls), "what is hostile reaches no terminal");
    write_json(&found, &mut Vec::new()).expect("memory takes it");
    write_sarif(&found, false, &mut Vec::new()).expect("memory takes it");
});
