//! A few readings spelled out; the whole is held to the reference in Perl by
//! the scanner's test of verdicts.

use super::*;
use crate::severity::Severity;

fn matcher(affected: &[&str], fixed: &[&str]) -> RecordMatcher {
    let owned = |ranges: &[&str]| ranges.iter().map(|range| (*range).to_owned()).collect();
    let record = AdvisoryRecord { affected: owned(affected), fixed: owned(fixed), ..nothing() };
    RecordMatcher::new(&record).expect("the ranges can be read")
}

fn said(affected: &[&str], fixed: &[&str], version: &str) -> Option<Match> {
    matcher(affected, fixed).matches(&PerlVersion::parse(version).expect("a version"))
}

#[test]
fn a_bare_number_is_exactly_that() {
    for range in ["1.5", "=1.5", "==1.5"] {
        assert_eq!(said(&[range], &[], "1.50"), Some(Match::Affected), "{range}");
        assert_eq!(said(&[range], &[], "1.6"), None, "{range}");
    }
}

#[test]
fn a_list_is_or_and_a_comma_is_and() {
    assert_eq!(said(&["<1", ">=2,<3"], &[], "2.5"), Some(Match::Affected));
    assert_eq!(said(&["<1", ">=2,<3"], &[], "1.5"), None);
}

#[test]
fn a_contradiction_is_read_as_or() {
    assert_eq!(said(&["==1,==2"], &[], "2"), Some(Match::Affected));
    assert_eq!(said(&["<1,>=3"], &[], "0.5"), Some(Match::Affected));
    assert_eq!(said(&["<1,>=3"], &[], "2"), None);
    assert_eq!(said(&["<0"], &[], "0"), None, "a single part is what it says");
}

#[test]
fn an_open_range_yields_to_an_open_fix() {
    assert_eq!(said(&[">0"], &[">=2"], "2"), None);
    assert_eq!(said(&[">0"], &[">=2"], "1.9"), Some(Match::Affected));
    assert_eq!(said(&["<3"], &[">=2"], "2.5"), Some(Match::Disputed), "the range is closed above");
    assert_eq!(said(&[">0"], &[">=2,<3"], "2.5"), Some(Match::Disputed), "the fix is closed above");
    assert_eq!(said(&[">0"], &["<2"], "1"), Some(Match::Disputed), "the fix has no lower end");
}

#[test]
fn where_ranges_meet_the_fix_wins() {
    assert_eq!(said(&["<=1.282"], &[">=1.282"], "1.282"), None);
    assert_eq!(said(&["<=1.282"], &[">=1.281"], "1.282"), Some(Match::Disputed));
}

#[test]
fn every_range_that_holds_must_yield() {
    assert_eq!(said(&[">0", "<3"], &[">=2"], "2.5"), Some(Match::Disputed));
}

#[test]
fn a_range_that_can_not_be_read_names_its_part() {
    let record = AdvisoryRecord { affected: vec![">=1.0,<2.x".to_owned()], ..nothing() };
    let error = RecordMatcher::new(&record).expect_err("2.x is no version");
    assert_eq!((error.range.as_str(), error.part.as_str()), (">=1.0,<2.x", "<2.x"));
}

fn nothing() -> AdvisoryRecord {
    AdvisoryRecord {
        id: String::new(),
        cves: Vec::new(),
        ghsas: Vec::new(),
        previous_ids: Vec::new(),
        affected: Vec::new(),
        fixed: Vec::new(),
        severity: Severity::Unscored,
        reported: None,
        references: Vec::new(),
        embedded: None,
    }
}
