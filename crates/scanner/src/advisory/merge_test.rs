use std::path::PathBuf;

use perlscan_model::advisory::{AdvisoryDetail, AdvisoryRecord, BundledLibrary, Conflict, Field};
use perlscan_model::facts::{AdvisoryFact, BundledFact, DistFact, FactSet, SourceFact};
use perlscan_model::severity::Severity;

use super::merge;
use crate::advisory::sources::{Place, SourceData, SourceKind, SourcedAdvisory, Withdrawn};

fn advisory(dist: &str, id: &str, cves: &[&str], affected: &str, fixed: &str) -> SourcedAdvisory {
    let list = |text: &str| {
        if text.is_empty() { Vec::new() } else { vec![text.to_owned()] }
    };
    SourcedAdvisory {
        fact: AdvisoryFact {
            dist: dist.to_owned(),
            record: AdvisoryRecord {
                id: id.to_owned(),
                cves: cves.iter().map(|cve| (*cve).to_owned()).collect(),
                ghsas: Vec::new(),
                previous_ids: Vec::new(),
                affected: list(affected),
                fixed: list(fixed),
                severity: Severity::Unscored,
                reported: None,
                references: Vec::new(),
                embedded: None,
            },
            detail: AdvisoryDetail::default(),
        },
        place: Place { path: PathBuf::from("made-up"), line: Some(7) },
    }
}

fn source(kind: SourceKind, epoch: i64, advisories: Vec<SourcedAdvisory>) -> SourceData {
    let source = SourceFact {
        kind: kind.word().to_owned(),
        place: format!("https://example.org/{}", kind.word()),
        epoch,
        ..SourceFact::default()
    };
    SourceData { source, advisories, ..SourceData::default() }
}

fn conflict(field: Field, source: u16, value: &str) -> Conflict {
    Conflict { field, source, value: value.to_owned() }
}

#[test]
fn the_cna_wins_over_cpansa_and_what_cpansa_says_is_kept() {
    let mut scored = advisory("Foo", "CVE-2026-1", &["CVE-2026-1"], "<1.3", ">=1.3");
    scored.fact.record.severity = Severity::High;
    let mut known = advisory("Foo", "CPANSA-Foo-2026-1", &["CVE-2026-1"], "<1.2", ">=1.2");
    known.fact.record.severity = Severity::Low;
    known.fact.record.ghsas = vec!["GHSA-1".to_owned()];
    let merged = merge(
        vec![
            source(SourceKind::CpansaFeed, 5, vec![known]),
            source(SourceKind::Cve5, 9, vec![scored]),
        ],
        &FactSet::default(),
    );
    let [fact] = merged.facts.advisories.as_slice() else { panic!("one record is left") };
    // Sources stand in order of precedence: 0 is the CNA, 1 the feed.
    assert_eq!(merged.facts.meta.sources[0].kind, "cve5");
    assert_eq!(fact.record.id, "CPANSA-Foo-2026-1");
    assert_eq!(fact.record.affected, ["<1.3"]);
    assert_eq!(fact.record.severity, Severity::High);
    assert_eq!(fact.record.ghsas, ["GHSA-1"]);
    assert_eq!(fact.detail.source, 1);
    assert_eq!(fact.detail.source_of(Field::Affected), 0);
    assert_eq!(fact.detail.source_of(Field::Ghsas), 1);
    assert_eq!(
        fact.detail.conflicts,
        [
            conflict(Field::Affected, 1, "<1.2"),
            conflict(Field::Fixed, 1, ">=1.2"),
            conflict(Field::Severity, 1, "low"),
        ]
    );
    assert_eq!(merged.facts.meta.epoch, 9);
}

#[test]
fn ranges_that_mean_the_same_are_no_conflict() {
    let merged = merge(
        vec![
            source(
                SourceKind::CpansaYaml,
                1,
                vec![advisory("Foo", "CPANSA-Foo-1", &[], "==1.5", "")],
            ),
            source(
                SourceKind::CpansaFeed,
                1,
                vec![advisory("Foo", "CPANSA-Foo-1", &[], "1.50", "")],
            ),
        ],
        &FactSet::default(),
    );
    assert_eq!(merged.facts.advisories.len(), 1);
    assert!(merged.facts.advisories[0].detail.conflicts.is_empty());
}

#[test]
fn a_record_of_several_cves_keeps_its_ranges() {
    let merged = merge(
        vec![
            source(
                SourceKind::CpansaYaml,
                1,
                vec![advisory("Foo", "CPANSA-Foo-1", &["CVE-1-1", "CVE-1-2"], "<2", "")],
            ),
            source(SourceKind::Cve5, 1, vec![advisory("Foo", "CVE-1-1", &["CVE-1-1"], "<1", "")]),
        ],
        &FactSet::default(),
    );
    let [fact] = merged.facts.advisories.as_slice() else { panic!("one record is left") };
    assert_eq!(fact.record.affected, ["<2"]);
    assert_eq!(fact.detail.conflicts, [conflict(Field::Affected, 0, "<1")]);
}

#[test]
fn what_only_the_cna_knows_is_added_and_what_it_files_elsewhere_is_noted() {
    let merged = merge(
        vec![
            source(
                SourceKind::Cve5,
                1,
                vec![advisory("perl", "CVE-1-1", &["CVE-1-1"], "<5.40", "")],
            ),
            source(
                SourceKind::CpansaYaml,
                1,
                vec![advisory("Compress-Foo", "CPANSA-Compress-Foo-1", &["CVE-1-1"], "<2", "")],
            ),
        ],
        &FactSet::default(),
    );
    let ids: Vec<_> = merged.facts.advisories.iter().map(|fact| fact.record.id.as_str()).collect();
    assert_eq!(ids, ["CPANSA-Compress-Foo-1", "CVE-1-1"]);
    assert_eq!(merged.facts.advisories[0].detail.conflicts, [conflict(Field::Dist, 0, "perl")]);
}

#[test]
fn a_record_with_a_cve_for_its_id_meets_cpansas() {
    let mut osv = advisory("Foo", "CVE-1-1", &["CVE-1-1"], "<1", "");
    osv.fact.detail.title = Some("a title".to_owned());
    let merged = merge(
        vec![
            source(
                SourceKind::CpansaYaml,
                1,
                vec![advisory("Foo", "CPANSA-Foo-1", &["CVE-1-1"], "<1", "")],
            ),
            source(SourceKind::Osv, 1, vec![osv]),
        ],
        &FactSet::default(),
    );
    let [fact] = merged.facts.advisories.as_slice() else { panic!("one record is left") };
    assert_eq!(fact.detail.title.as_deref(), Some("a title"));
    assert_eq!(fact.detail.source_of(Field::Title), 1);
    assert!(fact.detail.conflicts.is_empty());
}

#[test]
fn a_withdrawn_advisory_that_another_holds_is_noted() {
    let mut cna = source(SourceKind::Cve5, 1, vec![]);
    cna.withdrawn.push(Withdrawn { id: "CVE-1-1".to_owned(), place: Place::default() });
    let merged = merge(
        vec![
            cna,
            source(
                SourceKind::CpansaYaml,
                1,
                vec![advisory("Foo", "CPANSA-Foo-1", &["CVE-1-1"], "<1", "")],
            ),
        ],
        &FactSet::default(),
    );
    assert_eq!(
        merged.facts.advisories[0].detail.conflicts,
        [conflict(Field::State, 0, "withdrawn")]
    );
}

#[test]
fn a_range_that_cannot_be_read_is_a_problem_with_its_place_and_the_rest_stays() {
    let merged = merge(
        vec![source(
            SourceKind::Private,
            1,
            vec![
                advisory("Foo", "CPANSA-Foo-1", &[], "<one", ""),
                advisory("Foo", "CPANSA-Foo-2", &[], "<1", ""),
            ],
        )],
        &FactSet::default(),
    );
    assert_eq!(merged.facts.advisories.len(), 1);
    let [problem] = merged.problems.as_slice() else { panic!("one problem") };
    assert!(
        problem.to_string().starts_with("made-up:7: Foo CPANSA-Foo-1 is left out: "),
        "{problem}"
    );
}

/// What the embedded facts know of made-up distributions, as of a feed and YAML.
fn background() -> FactSet {
    let mut named = advisory("Foo", "CPANSA-Foo-1", &["CVE-2026-1"], "<1", "").fact;
    named.record.ghsas = vec!["GHSA-xxxx-xxxx-xxx1".to_owned()];
    named.detail.taken = vec![(Field::Ghsas, 1)];
    let bundled = |dist: &str| BundledFact {
        dist: dist.to_owned(),
        bundled: BundledLibrary {
            library: "zlib".to_owned(),
            library_version: "1.2.3".to_owned(),
            url: None,
            releases: ">=1".to_owned(),
        },
    };
    let mut facts = FactSet {
        distributions: vec![DistFact { dist: "Foo".into(), main_module: None, darkpan: true }],
        advisories: vec![named],
        bundled: vec![bundled("Bar"), bundled("Foo")],
        ..FactSet::default()
    };
    let of = |kind: SourceKind| source(kind, 3, Vec::new()).source;
    facts.meta.sources = vec![of(SourceKind::CpansaFeed), of(SourceKind::CpansaYaml)];
    facts
}

#[test]
fn the_feed_alone_loses_nothing_that_the_embedded_facts_know() {
    let background = background();
    let feed = vec![
        advisory("Foo", "CPANSA-Foo-1", &["CVE-2026-1"], "<2", ""),
        advisory("Foo", "CPANSA-Foo-2", &["CVE-2026-1"], "<2", ""),
        advisory("Bar", "CPANSA-Foo-1", &["CVE-2026-1"], "<2", ""),
    ];
    let facts = merge(vec![source(SourceKind::CpansaFeed, 9, feed.clone())], &background).facts;
    let [bar, foo, other] = facts.advisories.as_slice() else { panic!("three") };
    assert_eq!(foo.record.ghsas, ["GHSA-xxxx-xxxx-xxx1"]);
    assert_eq!(foo.record.affected, ["<2"], "the rest is the feed's");
    assert_eq!(foo.detail.taken, [(Field::Ghsas, 1)]);
    let kinds: Vec<(&str, i64)> =
        facts.meta.sources.iter().map(|s| (s.kind.as_str(), s.epoch)).collect();
    assert_eq!(kinds, [("cpansa-feed", 9), ("cpansa-yaml", 3)]);
    assert_eq!(facts.meta.epoch, 9);
    for unlike in [bar, other] {
        assert!(unlike.record.ghsas.is_empty(), "{unlike:?}");
    }
    assert_eq!(facts.bundled, background.bundled);
    let darkpan: Vec<(&str, bool)> =
        facts.distributions.iter().map(|d| (d.dist.as_str(), d.darkpan)).collect();
    assert_eq!(darkpan, [("Bar", false), ("Foo", true)]);

    // A feed whose record has other CVEs speaks of something else.
    let changed = vec![advisory("Foo", "CPANSA-Foo-1", &["CVE-2026-2"], "<2", "")];
    let facts = merge(vec![source(SourceKind::CpansaFeed, 9, changed)], &background).facts;
    assert!(facts.advisories[0].record.ghsas.is_empty() && facts.meta.sources.len() == 1);
    // What the YAML no longer says is gone.
    let facts = merge(vec![source(SourceKind::CpansaYaml, 9, feed)], &background).facts;
    assert!(facts.advisories.iter().all(|fact| fact.record.ghsas.is_empty()));
    assert!(facts.bundled.is_empty());
}
