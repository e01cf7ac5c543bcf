//! What requirements admit, what to advise, and which ids are one flaw: small
//! distributions made by hand, with verdicts worked out by hand.

#![allow(clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

use perlscan_model::advisory::{AdvisoryDetail, AdvisoryRecord};
use perlscan_model::database::{AdvisoryDb, DistEntry};
use perlscan_model::facts::{
    AdvisoryFact, DistFact, FACTS_FORMAT, FactSet, MetaFact, Release, ReleaseFact,
};
use perlscan_model::finding::Verdict;
use perlscan_model::requirement_range::RequirementRange;
use perlscan_model::severity::Severity;
use perlscan_model::version::PerlVersion;
use perlscan_scanner::audit::advice::{SafeReleases, least_bad, safe_floor, unreleased_fixes};
use perlscan_scanner::audit::groups::IdGroups;
use perlscan_scanner::audit::judge::{is_vulnerable, judge_range, judge_version};

/// Id, CVEs, former ids, affected, fixed.
type MadeRecord<'a> = (&'a str, &'a [&'a str], &'a [&'a str], &'a str, &'a str);

struct Made<'a> {
    dist: &'a str,
    /// Versions with the day of their upload.
    releases: &'a [(&'a str, &'a str)],
    records: &'a [MadeRecord<'a>],
}

impl Made<'_> {
    fn entry(&self) -> DistEntry {
        let owned = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
        let ranges = |text: &str| match text {
            "" => Vec::new(),
            text => text.split('|').map(str::to_owned).collect(),
        };
        let mut facts = FactSet {
            meta: MetaFact { format: FACTS_FORMAT, ..MetaFact::default() },
            distributions: vec![DistFact {
                dist: self.dist.to_owned(),
                main_module: None,
                darkpan: false,
            }],
            ..FactSet::default()
        };
        for (id, cves, previous, affected, fixed) in self.records {
            facts.advisories.push(AdvisoryFact {
                dist: self.dist.to_owned(),
                record: AdvisoryRecord {
                    id: (*id).to_owned(),
                    cves: owned(cves),
                    ghsas: Vec::new(),
                    previous_ids: owned(previous),
                    affected: ranges(affected),
                    fixed: ranges(fixed),
                    severity: Severity::Unscored,
                    reported: None,
                    references: Vec::new(),
                    embedded: None,
                },
                detail: AdvisoryDetail::default(),
            });
        }
        for (version, day) in self.releases {
            let perl = day.strip_prefix("perl ").map(str::to_owned);
            facts.releases.push(ReleaseFact {
                dist: self.dist.to_owned(),
                release: Release { version: (*version).to_owned(), date: (*day).to_owned(), perl },
            });
        }
        facts.sort();
        let bytes = facts.encode().expect("the facts fit together");
        let db = AdvisoryDb::load(bytes).expect("it is sound");
        db.dist(self.dist).expect("it is sound").expect("it is there")
    }
}

fn version(text: &str) -> PerlVersion {
    PerlVersion::parse(text).expect("a version")
}

/// The verdict on a requirement, and the note.
fn judged(entry: &DistEntry, range: &str) -> Vec<(String, Verdict, Option<String>)> {
    let range = RequirementRange::parse(range).expect("a range").to_range();
    judge_range(entry, &range)
        .into_iter()
        .map(|verdict| (verdict.id.to_owned(), verdict.verdict, verdict.note))
        .collect()
}

const PLAIN: Made<'_> = Made {
    dist: "Foo",
    releases: &[
        ("1.0", "2020-01-01"),
        ("1.1", "2020-02-01"),
        ("1.2", "2020-03-01"),
        ("1.3_01", "2020-04-01"),
    ],
    records: &[("CPANSA-Foo-2020-1", &["CVE-2020-1"], &[], "<1.2", ">=1.2")],
};

#[test]
fn what_a_requirement_admits() {
    let entry = PLAIN.entry();
    let kinds = |range: &str| -> Vec<Verdict> {
        judged(&entry, range).into_iter().map(|(_, verdict, _)| verdict).collect()
    };
    assert_eq!(kinds("0"), [Verdict::FloorTooLow]);
    assert_eq!(kinds("1.1"), [Verdict::FloorTooLow]);
    assert_eq!(kinds("1.2"), []);
    assert_eq!(kinds("< 1.2"), [Verdict::NoSafeChoice]);
    assert_eq!(kinds("== 1.1"), [Verdict::NoSafeChoice], "a pin");
    assert_eq!(kinds("== 1.2"), []);
    // No known release: the interval itself is asked.
    assert_eq!(kinds("== 1.05"), [Verdict::NoSafeChoice], "a release that nobody lists");
    assert_eq!(kinds("> 1.1, < 1.15"), [Verdict::NoSafeChoice]);
    assert_eq!(kinds("> 1.1, < 1.2"), [Verdict::NoSafeChoice]);
    assert_eq!(kinds("> 1.25, < 1.26"), []);
    assert_eq!(kinds("> 9"), []);
    let wide = Made { releases: &[], ..PLAIN }.entry();
    assert_eq!(judged(&wide, "> 1.1, < 1.3")[0].1, Verdict::FloorTooLow, "1.2 would be safe");
}

#[test]
fn a_fresh_install_that_is_vulnerable_is_no_choice() {
    let entry = Made { records: &[("CPANSA-Foo-2020-2", &[], &[], ">=1.2", "")], ..PLAIN }.entry();
    let (id, verdict, note) = judged(&entry, "1.0").remove(0);
    assert_eq!((id.as_str(), verdict), ("CPANSA-Foo-2020-2", Verdict::NoSafeChoice));
    assert!(note.expect("it says why").contains("1.2"));
    // 1.3_01 is for nobody by default: the fresh install takes 1.2, which is safe here.
    let entry = Made { records: &[("CPANSA-Foo-2020-3", &[], &[], ">1.2", "")], ..PLAIN }.entry();
    assert_eq!(judged(&entry, "1.0")[0].1, Verdict::FloorTooLow);
}

#[test]
fn over_the_records_of_an_id_affected_comes_first() {
    let entry = Made {
        records: &[
            ("CPANSA-Foo-2020-1", &["CVE-2020-1"], &[], "<2", ">=1.0"),
            ("CPANSA-Foo-2020-1", &["CVE-2020-2"], &[], "<1.1", ">=1.1"),
        ],
        ..PLAIN
    }
    .entry();
    let at = |text: &str| {
        let verdicts = judge_version(&entry, &version(text));
        verdicts.first().map(|first| (first.verdict, first.cves().join(" "), verdicts.len()))
    };
    assert_eq!(at("1.0"), Some((Verdict::Affected, "CVE-2020-1 CVE-2020-2".to_owned(), 1)));
    assert_eq!(at("1.1"), Some((Verdict::Disputed, "CVE-2020-1".to_owned(), 1)));
    assert_eq!(at("2.0"), None);
    let both = judge_version(&entry, &version("1.0")).remove(0);
    assert_eq!(both.affected(), ["<1.1", "<2"]);
    assert_eq!(both.fixed(), [">=1.0", ">=1.1"]);
    let one = judge_version(&entry, &version("1.1")).remove(0);
    assert_eq!((one.affected(), one.fixed()), (vec!["<2"], vec![">=1.0"]));
    assert!(is_vulnerable(&entry, &version("1.1")), "disputed is vulnerable");
    assert!(!is_vulnerable(&entry, &version("2.0")));
}

#[test]
fn advice_is_newer_by_date_stable_and_safe() {
    let entry = Made {
        dist: "Foo",
        releases: &[
            // In this distribution an old release has the higher number.
            ("1.08", "1998-01-01"),
            ("0.60", "2015-01-01"),
            ("0.68", "2021-01-01"),
            ("0.69_01", "2022-01-01"),
            ("0.70", "perl 5.036000"),
            ("0.71", "2023-01-01"),
        ],
        records: &[("CPANSA-Foo-2020-1", &[], &[], "<0.65", ">=0.68")],
    }
    .entry();
    let safe = SafeReleases::of(&entry);
    let newer = |text: &str| {
        safe.newer_than(&entry, Some(&version(text)))
            .map(|release| release.version.text.to_string())
    };
    assert_eq!(newer("0.60").as_deref(), Some("0.68"), "not 1.08, which is older");
    assert_eq!(newer("0.68").as_deref(), Some("0.71"), "neither a trial nor a part of perl");
    assert_eq!(newer("0.71"), None);
    assert_eq!(newer("0.61").as_deref(), Some("0.68"), "an unlisted release: by version");
    assert_eq!(safe.newer_than(&entry, None).map(|r| &*r.version.text), Some("0.68"));
    assert_eq!(safe_floor(&entry, &safe).map(|r| &*r.version.text), Some("0.68"));
    assert_eq!(
        unreleased_fixes(&entry, &[">=0.68", ">=9.9", "=0.99", "<0.5", ">1.0"]),
        ["9.9", "0.99"]
    );
}

#[test]
fn the_floor_is_above_the_last_vulnerable_release() {
    let entry = Made { records: &[("CPANSA-Foo-2020-1", &[], &[], "==1.1", "")], ..PLAIN }.entry();
    let safe = SafeReleases::of(&entry);
    assert_eq!(safe_floor(&entry, &safe).map(|r| &*r.version.text), Some("1.2"));
    assert_eq!(safe.newer_than(&entry, None).map(|r| &*r.version.text), Some("1.0"));
    let all = Made { records: &[("CPANSA-Foo-2020-1", &[], &[], ">0", "")], ..PLAIN }.entry();
    assert!(safe_floor(&all, &SafeReleases::of(&all)).is_none());
}

#[test]
fn a_perl_is_advised_from_a_stable_series_only() {
    let entry = Made {
        dist: "perl",
        releases: &[
            ("5.036000", "2022-05-27"),
            ("5.037001", "2022-06-01"),
            ("5.038000", "2023-07-02"),
        ],
        records: &[("CPANSA-perl-2023-1", &[], &[], "<5.37.0", ">=5.37.0")],
    }
    .entry();
    let safe = SafeReleases::of(&entry);
    let advised = safe.newer_than(&entry, Some(&version("5.036000")));
    assert_eq!(advised.map(|release| &*release.version.text), Some("5.038000"));
    assert_eq!(
        judged(&entry, ">= 5.036, < 5.038")[0].1,
        Verdict::NoSafeChoice,
        "5.37.1 is for nobody"
    );
    let never = Made {
        dist: "perl",
        releases: &[("5.036000", "1"), ("5.037001", "2"), ("5.038000", "3")],
        records: &[
            ("CPANSA-perl-2023-1", &[], &[], "<5.37.0", ">=5.37.0"),
            ("CPANSA-perl-2023-2", &[], &[], ">0", ""),
        ],
    }
    .entry();
    let (release, _) = least_bad(&never, &version("5.036000")).expect("there is a newer one");
    assert_eq!(&*release.version.text, "5.038000");
}

#[test]
fn where_none_is_safe_the_fewest_are_advised() {
    let entry = Made {
        records: &[
            ("CPANSA-Foo-2020-1", &[], &[], "<1.2", ">=1.2"),
            ("CPANSA-Foo-2020-2", &[], &[], ">0", ""),
        ],
        ..PLAIN
    }
    .entry();
    let (release, left) = least_bad(&entry, &version("1.0")).expect("there are newer ones");
    assert_eq!(&*release.version.text, "1.2");
    assert_eq!(left.iter().map(|verdict| verdict.id).collect::<Vec<_>>(), ["CPANSA-Foo-2020-2"]);
    assert!(least_bad(&entry, &version("1.2")).is_none(), "1.3_01 is for nobody");
}

#[test]
fn ids_with_the_same_cves_are_one_flaw_and_nothing_is_transitive() {
    let entry = Made {
        records: &[
            ("CPANSA-Foo-2020-1", &["CVE-1"], &[], "<1", ""),
            ("CPANSA-Foo-2020-1-zlib", &["CVE-1"], &[], "<1", ""),
            ("CPANSA--2020-1", &["CVE-1"], &[], "<1", ""),
            ("CPANSA-Foo-2020-2", &["CVE-1", "CVE-2"], &[], "<1", ""),
            ("CPANSA-Foo-2020-3", &[], &[], "<1", ""),
            ("CPANSA-Foo-2020-4", &[], &[], "<1", ""),
            ("CPANSA-Foo-2021-1", &["CVE-3"], &["CPANSA-Foo-2020-4"], "<1", ""),
            ("CPANSA-Foo-2021-2", &["CVE-4"], &["CPANSA-Foo-2020-1-zlib"], "<1", ""),
            ("CPANSA-Foo-2021-3", &["CVE-5"], &["CPANSA-Foo-2020-1"], "<1", ""),
        ],
        ..PLAIN
    }
    .entry();
    let groups = IdGroups::of(&entry);
    for (id, lead) in [
        ("CPANSA-Foo-2020-1", "CPANSA-Foo-2020-1"),
        ("CPANSA-Foo-2020-1-zlib", "CPANSA-Foo-2020-1"),
        ("CPANSA--2020-1", "CPANSA-Foo-2020-1"),
        ("CPANSA-Foo-2020-2", "CPANSA-Foo-2020-2"),
        ("CPANSA-Foo-2020-3", "CPANSA-Foo-2020-3"),
        ("CPANSA-Foo-2020-4", "CPANSA-Foo-2021-1"),
        ("CPANSA-Foo-2021-1", "CPANSA-Foo-2021-1"),
        ("CPANSA-Foo-2021-2", "CPANSA-Foo-2021-2"),
        ("CPANSA-Foo-2021-3", "CPANSA-Foo-2021-3"),
    ] {
        assert_eq!(groups.lead(id), lead, "{id}");
    }
}

#[test]
fn a_verdict_carries_every_name_of_the_flaw() {
    let database = perlscan_scanner::advisory::database::Database::open(&Default::default());
    let database = database.expect("the embedded database is sound");
    let mut checker = perlscan_scanner::audit::check::Checker::new(&database);
    let result = checker.check("Net-OAuth@0.28").expect("sound");
    assert_eq!(result.verdicts[0].aliases, ["CVE-2025-22376", "GHSA-w287-9q69-3hx9"]);
    assert_eq!(result.safe.as_deref(), Some("0.29"));
}
