//! Verdicts against the reference in Perl (test-corpus/verdicts/reference.pl),
//! which rests on version.pm and shares nothing with this code.

#![allow(clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use perlscan_model::advisory::{AdvisoryRecord, Match, RecordMatcher};
use perlscan_model::release_version::ReleaseVersion;
use perlscan_model::severity::Severity;
use perlscan_model::version::PerlVersion;
use perlscan_scanner::advisory::database::{Database, DatabaseChoice};
use perlscan_scanner::advisory::facts_files;
use perlscan_scanner::audit::check::{Checker, Status};
use serde::Deserialize;
use sha2::{Digest as _, Sha256};

fn corpus(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../test-corpus/verdicts").join(name)
}

#[expect(clippy::disallowed_methods, reason = "test data is read here")]
fn text(name: &str) -> String {
    std::fs::read_to_string(corpus(name)).expect("the corpus is there")
}

fn upstream_as_it_is() -> Database {
    Database::open(&DatabaseChoice { no_overrides: true, ..DatabaseChoice::default() })
        .expect("sound")
}

#[derive(Deserialize)]
struct ReferenceDigest {
    releases: usize,
    accepted: usize,
    verdicts: usize,
    disputed: usize,
    disputed_by_dist: BTreeMap<String, usize>,
    sha256: String,
}

#[test]
fn every_release_that_version_pm_accepts_has_the_verdicts_of_the_reference() {
    let reference: ReferenceDigest =
        serde_json::from_str(&text("reference-digest.json")).expect("well-formed");
    assert_eq!((reference.verdicts, reference.disputed), (53_076, 228), "as upstream counts");

    let facts = facts_files::read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("data"))
        .expect("the facts are there");
    let database = upstream_as_it_is();
    let mut checker = Checker::new(&database);
    let mut lines = Vec::new();
    let mut accepted = 0;
    let mut disputed = BTreeMap::new();
    for fact in &facts.releases {
        if PerlVersion::parse(&fact.release.version).is_err() {
            continue;
        }
        accepted += 1;
        let line = format!("{} {}", fact.dist, fact.release.version);
        let result = checker.check_line(&line).expect("the database is sound");
        assert_ne!(result.status, Status::Unparsed, "{line}");
        for verdict in result.verdicts {
            if verdict.verdict.word() == "disputed" {
                *disputed.entry(fact.dist.clone()).or_default() += 1;
            }
            lines.push(format!(
                "{}\t{}\t{}\t{}\n",
                fact.dist,
                fact.release.version,
                verdict.id,
                verdict.verdict.word()
            ));
        }
    }
    lines.sort();
    assert_eq!((facts.releases.len(), accepted), (reference.releases, reference.accepted));
    assert_eq!(lines.len(), reference.verdicts);
    assert_eq!(disputed, reference.disputed_by_dist);
    let mut hex = String::new();
    for byte in Sha256::digest(lines.concat()) {
        write!(hex, "{byte:02x}").expect("a string takes it");
    }
    assert_eq!(hex, reference.sha256, "the verdicts are the reference's to the letter");
}

#[test]
fn the_refused_releases_are_read_as_a_person_read_them() {
    let mut seen = 0;
    for line in text("refused-releases.tsv").lines().filter(|line| !line.starts_with('#')) {
        let mut columns = line.split('\t');
        let (Some(dist), Some(text), Some(reading)) =
            (columns.next(), columns.next(), columns.next())
        else {
            panic!("three columns at least: {line}")
        };
        let release = ReleaseVersion::read(text).expect("every one of them can be read");
        assert!(!release.exact, "{dist} {text} is read with low confidence");
        let expected = PerlVersion::parse(reading).expect("the reading is a version");
        assert_eq!(release.version, expected, "{dist} {text}");
        assert_eq!(&*release.text, text, "the text is kept");
        seen += 1;
    }
    assert_eq!(seen, 96);
}

#[test]
fn the_refused_releases_have_the_verdicts_of_their_readings() {
    let database = upstream_as_it_is();
    let mut checker = Checker::new(&database);
    let mut ours = Vec::new();
    for line in text("refused-releases.tsv").lines().filter(|line| !line.starts_with('#')) {
        let mut columns = line.split('\t');
        let (Some(dist), Some(text)) = (columns.next(), columns.next()) else { continue };
        let result = checker.check_line(&format!("{dist} {text}")).expect("sound");
        for verdict in result.verdicts {
            ours.push(format!("{dist}\t{text}\t{}\t{}", verdict.id, verdict.verdict.word()));
        }
    }
    ours.sort();
    let all = text("refused-verdicts.tsv");
    let mut reference: Vec<&str> = all.lines().filter(|line| !line.starts_with('#')).collect();
    reference.sort_unstable();
    assert_eq!(ours, reference);
}

#[derive(Deserialize)]
struct Case {
    affected: Vec<String>,
    fixed: Vec<String>,
    probes: BTreeMap<String, String>,
}

#[test]
fn made_up_records_have_the_verdicts_of_the_reference() {
    let mut probes = 0;
    for line in text("cases.jsonl").lines() {
        let case: Case = serde_json::from_str(line).expect("well-formed");
        let matcher = RecordMatcher::new(&record(&case)).expect("every range can be read");
        for (version, expected) in &case.probes {
            let version = PerlVersion::parse(version).expect("a version");
            let found = match matcher.matches(&version) {
                Some(Match::Affected) => "affected",
                Some(Match::Disputed) => "disputed",
                None => "none",
            };
            assert_eq!(found, expected, "{version} under {line}");
            let in_set = matcher.vulnerable().contains(&version);
            assert_eq!(in_set, expected != "none", "the set of {line} and {version}");
            probes += 1;
        }
    }
    assert!(probes > 10_000, "{probes} probes");
}

#[test]
fn every_range_of_bundled_libraries_can_be_read() {
    let database = upstream_as_it_is();
    let version = PerlVersion::parse("1").expect("a version");
    let mut ranges = 0;
    for entry in database.dists().expect("it is sound") {
        for library in &entry.bundled {
            assert!(library.is_in(&version).is_ok(), "{} {library:?}", entry.name);
            ranges += 1;
        }
    }
    assert!(ranges > 600, "{ranges} ranges");
}

fn record(case: &Case) -> AdvisoryRecord {
    AdvisoryRecord {
        id: "CPANSA-Test-2026-1".to_owned(),
        cves: Vec::new(),
        ghsas: Vec::new(),
        previous_ids: Vec::new(),
        affected: case.affected.clone(),
        fixed: case.fixed.clone(),
        severity: Severity::Unscored,
        reported: None,
        references: Vec::new(),
        embedded: None,
    }
}
