use perlscan_model::finding::Confidence;
use perlscan_model::location::{Location, Span};
use perlscan_model::name::DistName;
use perlscan_model::requirement::Phase;
use perlscan_model::severity::Severity;

use super::*;

fn evidence(origin: Origin, path: &str, line: u32, verdict: Option<Verdict>) -> Evidence {
    let span = Span { line, column: 1, end_line: line, end_column: 2, offset: 0, length: 1 };
    Evidence {
        origin,
        version: "1".to_owned(),
        verdict,
        module: Some(ModuleName::parse("Foo").expect("a name")),
        location: Location::at(SourcePath::from(path), span),
    }
}

fn finding(id: &str, cve: &str, evidence: Vec<Evidence>) -> Finding {
    Finding {
        id: id.to_owned(),
        aliases: vec![cve.to_owned()],
        related: Vec::new(),
        dist: DistName::parse("Foo").expect("a name"),
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
        evidence,
        path: Vec::new(),
        notes: Vec::new(),
        fails: true,
        suppressed: None,
        change: None,
    }
}

fn locked(line: u32) -> Finding {
    let place = evidence(Origin::Locked, "cpanfile.snapshot", line, Some(Verdict::Affected));
    finding("CPANSA-Foo-1", "CVE-2026-1", vec![place])
}

/// What becomes of the one finding after the change, and how many are gone.
fn compared(before: Vec<Finding>, after: Finding) -> (Option<Change>, usize) {
    let mut after = [after];
    let gone = compare(before, &mut after).len();
    (after[0].change, gone)
}

#[test]
fn a_finding_is_known_while_lines_and_versions_move() {
    assert_eq!(compared(vec![], locked(3)), (Some(Change::New), 0));
    let mut raised = locked(40);
    raised.version = "2".to_owned();
    raised.evidence[0].version = "2".to_owned();
    assert_eq!(compared(vec![locked(3)], raised), (Some(Change::Known), 0));
    // Another lead of the same flaw.
    let mut renamed = locked(3);
    renamed.id = "CPANSA-Foo-2".to_owned();
    assert_eq!(compared(vec![locked(3)], renamed), (Some(Change::Known), 0));
}

#[test]
fn another_flaw_project_or_distribution_is_another_finding() {
    let mut other = locked(3);
    other.project = SourcePath::from("app");
    assert_eq!(compared(vec![locked(3)], other), (Some(Change::New), 1));
    let mut other = locked(3);
    other.dist = DistName::parse("Bar").expect("a name");
    assert_eq!(compared(vec![locked(3)], other), (Some(Change::New), 1));
    let mut other = locked(3);
    other.id = "CPANSA-Foo-9".to_owned();
    other.aliases = vec!["CVE-2026-9".to_owned()];
    assert_eq!(compared(vec![locked(3)], other), (Some(Change::New), 1));
}

#[test]
fn a_worse_verdict_or_a_suppression_that_is_gone_is_worse() {
    let mut mild = locked(3);
    mild.verdict = Verdict::FloorTooLow;
    assert_eq!(compared(vec![mild.clone()], locked(3)).0, Some(Change::Worse));
    assert_eq!(compared(vec![locked(3)], mild).0, Some(Change::Known));
    let mut suppressed = locked(3);
    suppressed.suppressed = Some("looked at".to_owned());
    assert_eq!(compared(vec![suppressed.clone()], locked(3)).0, Some(Change::Worse));
    assert_eq!(compared(vec![locked(3)], suppressed).0, Some(Change::Known));
}

#[test]
fn another_place_is_worse_and_another_file_that_loads_it_is_not() {
    let with = |more: Evidence| {
        let mut finding = locked(3);
        finding.evidence.push(more);
        finding
    };
    let installed = |verdict| evidence(Origin::Installed, "extlib/Foo.pm", 1, verdict);
    let affected = Some(Verdict::Affected);
    assert_eq!(compared(vec![locked(3)], with(installed(affected))).0, Some(Change::Worse));
    // The copy was there, and safe.
    let before = vec![with(installed(None))];
    assert_eq!(compared(before, with(installed(affected))).0, Some(Change::Worse));
    let before = vec![with(installed(affected))];
    assert_eq!(compared(before.clone(), with(installed(None))).0, Some(Change::Known));
    assert_eq!(compared(before, locked(3)).0, Some(Change::Known));
    // A second entry of the same lock.
    let twice = with(locked(9).evidence.remove(0));
    assert_eq!(compared(vec![locked(3)], twice).0, Some(Change::Worse));
    let used = |path| evidence(Origin::Used, path, 1, None);
    assert_eq!(compared(vec![locked(3)], with(used("lib/A.pm"))).0, Some(Change::Worse));
    let mut two = with(used("lib/A.pm"));
    two.evidence.push(used("lib/B.pm"));
    assert_eq!(compared(vec![with(used("lib/A.pm"))], two).0, Some(Change::Known));
    let required = with(evidence(Origin::Declared, "cpanfile", 2, None));
    assert_eq!(compared(vec![locked(3)], required).0, Some(Change::Worse));
}
