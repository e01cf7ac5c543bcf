//! The lint over the committed facts, held to the numbers of
//! `test-corpus/lint/count.pl` (version.pm's), and over hand-made records.

use std::collections::BTreeMap;
use std::path::Path;

use perlscan_model::facts::FactSet;

use super::*;
use crate::advisory::sources::{cpansa_feed, library_reports};
use crate::advisory::{facts_files, overrides};

fn as_source(facts: &FactSet) -> SourceData {
    let advisories = facts
        .advisories
        .iter()
        .map(|fact| SourcedAdvisory { fact: fact.clone(), place: Place::default() });
    SourceData { advisories: advisories.collect(), ..SourceData::default() }
}

fn counts(found: &[LintFinding]) -> BTreeMap<&'static str, usize> {
    let mut counts = BTreeMap::new();
    for finding in found {
        *counts.entry(finding.rule).or_default() += 1;
    }
    counts
}

#[test]
fn the_committed_facts_have_what_the_perl_program_counts() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/data");
    let facts = facts_files::read(Path::new(folder)).expect("the facts are there");
    let overrides = overrides::embedded().expect("well-formed");
    let counts = counts(&lint(&as_source(&facts), &facts, &overrides));
    for (rule, count) in [
        ("bare-range", 617),
        ("single-equals", 141),
        ("unsatisfiable-range", 6),
        ("unreadable-range", 0),
        ("fixed-overlaps-affected", 19),
        ("reversed-operators", 1),
        ("range-without-release", 84),
        ("fix-without-release", 42),
        ("no-affected-range", 1),
        ("malformed-id", 5),
        ("malformed-cve", 2),
        ("malformed-ghsa", 0),
        ("malformed-date", 0),
        ("dead-reference", 0),
        ("duplicate-id", 6),
        ("repeated-record", 9),
        ("override-not-needed", 0),
    ] {
        assert_eq!(counts.get(rule).copied().unwrap_or(0), count, "{rule}");
    }
}

#[test]
fn thirteen_overlaps_are_disputed() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/data");
    let facts = facts_files::read(Path::new(folder)).expect("the facts are there");
    let found = lint(&as_source(&facts), &facts, &[]);
    let overlaps = found.iter().filter(|finding| finding.rule == "fixed-overlaps-affected");
    assert_eq!(overlaps.filter(|finding| finding.level == Level::Error).count(), 13);
}

#[test]
fn each_fault_of_a_hand_made_feed_is_found_once() {
    let feed = br#"{"meta":{"commit":"","repo":"","epoch":0},"module2dist":{},"dists":{
        "A":{"versions":[{"version":"1.0","date":""}],"advisories":[
          {"id":"CPANSA-A-2020-1","affected_versions":["=>1"],"fixed_versions":[]},
          {"id":"CPANSA-A-20-1","affected_versions":["1.0"],"fixed_versions":[],
           "cves":["CVE-20-1"],"reported":"2021-02-30","severity":"dire"}]},
        "A::B":{"versions":[],"advisories":[
          {"id":"CPANSA-A-B-2020-2","affected_versions":["<1"],"fixed_versions":[">=1"]}]}}}"#;
    let source = cpansa_feed::parse(feed, Path::new("feed.json")).expect("a feed");
    let found = lint(&source, &FactSet::default(), &[]);
    let expected = [
        ("bare-range", 1),
        ("malformed-cve", 1),
        ("malformed-date", 1),
        ("malformed-id", 1),
        ("module-as-distribution", 1),
        ("unknown-severity", 1),
        ("unreadable-range", 1),
    ];
    assert_eq!(counts(&found), BTreeMap::from(expected));
    let slip = found.iter().find(|finding| finding.rule == "unreadable-range");
    assert_eq!(slip.and_then(|finding| finding.instead.as_deref()), Some(">=1"));
    assert!(lint(&SourceData::default(), &FactSet::default(), &[]).is_empty());
}

#[test]
fn a_correction_whose_record_has_changed_is_named() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/data");
    let mut facts = facts_files::read(Path::new(folder)).expect("the facts are there");
    let overrides = overrides::embedded().expect("well-formed");
    for fact in facts.advisories.iter_mut().filter(|fact| fact.dist == "Imager") {
        fact.record.fixed = vec![">=1.034".to_owned()];
    }
    let counts = counts(&lint(&as_source(&facts), &facts, &overrides));
    assert_eq!(counts.get("override-not-needed"), Some(&1));
}

#[test]
fn links_that_are_not_carried_over_are_looked_at_too() {
    let feed = br#"{"meta":{"commit":"","repo":"","epoch":0},"module2dist":{},"dists":{
        "A":{"versions":[{"version":"0.5","date":""},{"version":"1","date":""}],"advisories":[
          {"id":"CPANSA-A-2020-1","affected_versions":["<1"],
          "fixed_versions":[">=1"],"references":["see the changes","ftp://a.example/b",
          "https://cpan.example.org/A","https://a.example/c"]}]}}}"#;
    let source = cpansa_feed::parse(feed, Path::new("feed.json")).expect("a feed");
    let found = lint(&source, &FactSet::default(), &[]);
    assert_eq!(counts(&found), BTreeMap::from([("dead-reference", 2)]));
    assert!(found.iter().all(|finding| finding.id == "CPANSA-A-2020-1"));
}

#[test]
fn a_dead_link_of_a_librarys_report_names_what_bundles_it() {
    let report = b"name: zed
advisories:
- cve: CVE-2026-90001
  affected_versions: ['<1.3']
  references: ['ftp://a.example/b', 'https://a.example/c']
perl_distributions:
- name: Foo-Zed
  affected: [{perl_module_versions: '>=1', distributed_library_version: 1.2}]
- name: Bar-Zed
  affected: [{perl_module_versions: '>=2', distributed_library_version: 1.2}]
";
    let mut source = SourceData::default();
    library_reports::read(report, Path::new("zed.yml"), &mut source);
    let found = lint(&source, &FactSet::default(), &[]);
    let dead = found.iter().filter(|finding| finding.rule == "dead-reference");
    let told: Vec<_> = dead.map(|finding| (&*finding.dist, &*finding.id)).collect();
    assert_eq!(told, [("Bar-Zed, Foo-Zed", "CVE-2026-90001")], "{found:?}");
}

#[test]
fn a_fix_that_only_the_text_names_is_found() {
    let told = |affected: &str, text: &str| {
        let feed = format!(
            r#"{{"meta":{{"commit":"","repo":"","epoch":0}},"module2dist":{{}},"dists":{{
            "Foo-Bar":{{"versions":[{{"version":"1.0","date":""}},{{"version":"1.2","date":""}},
              {{"version":"1.4","date":""}}],
            "advisories":[{{"id":"CPANSA-Foo-Bar-2020-1","affected_versions":["{affected}"],
            "fixed_versions":[],"description":"{text}"}}]}}}}}}"#
        );
        let source = cpansa_feed::parse(feed.as_bytes(), Path::new("f")).expect("a feed");
        let found = lint(&source, &FactSet::default(), &[]);
        let mut fixes = found.into_iter().filter(|finding| finding.rule == "missing-fix");
        fixes.next().and_then(|finding| finding.instead)
    };
    for text in [
        "Foo::Bar before 1.2 is bad.",
        "foo-bar versions prior to version 1.20, are bad",
        "Foo::Bar is bad. This is fixed in Foo::Bar, and fixed in 1.2.",
    ] {
        assert!(told("<1.1", text).is_some(), "{text}");
    }
    for text in [
        "zlib before 1.2 is bad.",
        "Foo::Bar carries zlib. It is bad before 1.2.",
        "Foo::Bar before 1.1 is bad.",
        "Foo::Bar through 1.2 is bad.",
        "Foo::Bar::Baz before 1.2 is bad.",
    ] {
        assert!(told("<1.1", text).is_none(), "{text}");
    }
    assert_eq!(told(">0", "Foo::Bar before 1.2 is bad.").as_deref(), Some(">=1.2"));
    assert_eq!(told("<1.3", "Foo::Bar before 1.2 is bad.").as_deref(), Some(">=1.4"));
    assert_eq!(told("<1.5", "Foo::Bar before 1.2 is bad."), None, "no release is without it");
    assert!(told(">=1.2", "Foo::Bar before 1.2 is bad.").is_none(), "no release before it is");
}
