use perlscan_model::finding::{Confidence, Verdict};
use perlscan_model::location::SourcePath;
use perlscan_model::name::DistName;
use perlscan_model::requirement::Phase;
use perlscan_model::severity::Severity;

use super::*;

fn finding(id: &str, aliases: &[&str], dist: &str) -> Finding {
    Finding {
        id: id.to_owned(),
        aliases: aliases.iter().map(|id| (*id).to_owned()).collect(),
        related: Vec::new(),
        dist: DistName::parse(dist).expect("a name"),
        version: "1".to_owned(),
        verdict: Verdict::Affected,
        severity: Severity::High,
        confidence: Confidence::High,
        affected: Vec::new(),
        fixed: Vec::new(),
        reported: None,
        references: Vec::new(),
        description: None,
        bundled_library: None,
        advice: String::new(),
        project: SourcePath::default(),
        phase: Phase::Runtime,
        optional: false,
        fixture: false,
        evidence: Vec::new(),
        path: Vec::new(),
        notes: Vec::new(),
        fails: true,
        suppressed: None,
        change: None,
    }
}

fn entry(id: &str, until: Option<&str>, dist: Option<&str>) -> Suppression {
    Suppression {
        id: id.to_owned(),
        reason: format!("because of {id}"),
        until: until.map(|day| day.parse().expect("a day")),
        dist: dist.map(str::to_owned),
        location: Location::file(SourcePath::from("perlscan.toml")),
    }
}

fn apply_to(entries: &[Suppression], finding: &mut Finding) -> Vec<String> {
    let today = "2026-11-25".parse().expect("a day");
    let problems = apply(entries, today, std::slice::from_mut(finding));
    problems.into_iter().map(|problem| problem.message).collect()
}

#[test]
fn an_advisory_is_ignored_by_its_id_and_by_an_alias() {
    for id in ["CPANSA-Foo-1", "cve-2026-1", "CVE-2026-1", "GHSA-aaaa-bbbb-cccc"] {
        let mut found = finding("CPANSA-Foo-1", &["CVE-2026-1", "GHSA-aaaa-bbbb-cccc"], "Foo");
        assert_eq!(apply_to(&[entry(id, None, None)], &mut found), Vec::<String>::new());
        assert_eq!(found.suppressed, Some(format!("because of {id}")));
    }
}

#[test]
fn of_several_cves_all_have_to_be_ignored() {
    let two = || finding("CPANSA-Foo-1", &["CVE-2026-1", "CVE-2026-2"], "Foo");
    let mut found = two();
    apply_to(&[entry("CVE-2026-1", None, None)], &mut found);
    assert_eq!(found.suppressed, None);
    assert_eq!(found.notes, ["partly ignored: CVE-2026-1 is, CVE-2026-2 is not"]);
    let mut found = two();
    apply_to(&[entry("CVE-2026-1", None, None), entry("CVE-2026-2", None, None)], &mut found);
    assert_eq!(found.suppressed.as_deref(), Some("because of CVE-2026-1; because of CVE-2026-2"));
    let mut found = two();
    apply_to(&[entry("CPANSA-Foo-1", None, None)], &mut found);
    assert!(found.suppressed.is_some());
}

#[test]
fn it_holds_on_its_last_day_and_not_after() {
    let mut found = finding("CPANSA-Foo-1", &[], "Foo");
    assert!(apply_to(&[entry("CPANSA-Foo-1", Some("2026-11-25"), None)], &mut found).is_empty());
    assert!(found.suppressed.is_some());
    let mut found = finding("CPANSA-Foo-1", &[], "Foo");
    let told = apply_to(&[entry("CPANSA-Foo-1", Some("2026-11-24"), None)], &mut found);
    assert_eq!(told, ["the suppression of CPANSA-Foo-1 expired on 2026-11-24; renew or remove it"]);
    assert_eq!(found.suppressed, None);
}

#[test]
fn what_meets_nothing_is_told() {
    let mut found = finding("CPANSA-Foo-1", &["CVE-2026-1"], "Foo");
    let told = apply_to(&[entry("CVE-2026-1", None, Some("Bar"))], &mut found);
    assert_eq!(told, ["the suppression of CVE-2026-1 meets no finding; remove it"]);
    assert_eq!(found.suppressed, None);
}
