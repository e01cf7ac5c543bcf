//! Differences between hand-made sides, counted by hand.

use std::path::Path;

use super::*;
use crate::advisory::named::{self, Named};
use crate::advisory::sources::{Place, Withdrawn, cpansa_feed};
use crate::advisory::store;

fn side(advisories: &str) -> Whole {
    let feed = format!(
        r#"{{"meta":{{"commit":"","repo":"","epoch":0}},"module2dist":{{}},"dists":{{
           "A":{{"versions":[{{"version":"1.0","date":""}},{{"version":"1.1","date":""}},
                 {{"version":"1.2","date":""}},{{"version":"no version","date":""}}],
                 "advisories":[{advisories}]}}}}}}"#
    );
    let source = cpansa_feed::parse(feed.as_bytes(), Path::new("feed.json")).expect("a feed");
    Named::Source(Box::new(source)).into_whole(&FactSet::default())
}

fn record(id: &str, affected: &str, fixed: &str, rest: &str) -> String {
    format!(r#"{{"id":"{id}","affected_versions":[{affected}],"fixed_versions":[{fixed}]{rest}}}"#)
}

fn words(changed: &Changed) -> Vec<&'static str> {
    changed.changes.iter().map(|change| change.what.word()).collect()
}

#[test]
fn new_changed_and_removed_are_told_apart() {
    let old = side(
        &[
            record("CPANSA-A-1", "\"<1.1\"", "\">=1.1\"", ""),
            record("CPANSA-A-2", "\"<1.1\"", "", ""),
            record("CPANSA-A-3", "\"<1.1\"", "", r#","cves":["CVE-2020-0001"]"#),
        ]
        .join(","),
    );
    let mut new = side(
        &[
            record("CPANSA-A-4", "\"<9\"", "", r#","previous_id":["CPANSA-A-2"]"#),
            record("CPANSA-A-1", "\"<1.2\"", "\">=1.2\"", r#","severity":"high""#),
        ]
        .join(","),
    );
    new.withdrawn.insert("CVE-2020-0001".to_owned());
    let found = diff(old, new, true);
    let added: Vec<&str> = found.added.iter().map(|added| added.id.as_str()).collect();
    assert_eq!(added, ["CPANSA-A-4"]);
    assert_eq!(found.changed.len(), 1);
    assert_eq!(words(&found.changed[0]), ["affected", "fixed", "severity"]);
    assert_eq!(found.changed[0].changes[0].old, ["<1.1"]);
    assert_eq!(found.changed[0].changes[0].new, ["<1.2"]);
    let removed: Vec<(&str, bool, Option<&str>)> = found
        .removed
        .iter()
        .map(|gone| (gone.id.as_str(), gone.withdrawn, gone.now.as_deref()))
        .collect();
    assert_eq!(removed, [("CPANSA-A-2", false, Some("CPANSA-A-4")), ("CPANSA-A-3", true, None)]);
    // 1: 1.1 becomes affected. 2 and 3: 1.0 no longer is. 4: 1.0, 1.1 and 1.2 become so.
    let verdicts = found.verdicts.as_deref().expect("they were asked for");
    let shown: Vec<(&str, bool, String)> = verdicts
        .iter()
        .map(|change| (change.id.as_str(), change.new.is_some(), change.releases.join(" ")))
        .collect();
    assert_eq!(
        shown,
        [
            ("CPANSA-A-1", true, "1.1".to_owned()),
            ("CPANSA-A-2", false, "1.0".to_owned()),
            ("CPANSA-A-3", false, "1.0".to_owned()),
            ("CPANSA-A-4", true, "1.0 1.1 1.2".to_owned()),
        ]
    );
    assert_eq!(found.releases_changed(), Some(3));
}

#[test]
fn order_and_repetition_mean_nothing() {
    let one = record("CPANSA-A-1", "\"<1\",\"==2\"", "", r#","cves":["CVE-1","CVE-2"]"#);
    let same = record("CPANSA-A-1", "\"==2\",\"<1\"", "", r#","cves":["CVE-2","CVE-1"]"#);
    let other = record("CPANSA-A-1", "\"==3\"", "", "");
    let old = side(&[one.as_str(), &other].join(","));
    let new = side(&[other.as_str(), &same, &one].join(","));
    let found = diff(old, new, true);
    assert!(found.is_empty(), "{found:?}");
}

#[test]
fn a_record_of_several_that_comes_or_goes_is_a_change() {
    let one = record("CPANSA-A-1", "\"==1.0\"", "", "");
    let two = record("CPANSA-A-1", "\"==1.2\"", "", "");
    let found = diff(side(&[one.as_str(), &two].join(",")), side(&two), true);
    assert_eq!(found.changed.len(), 1);
    assert_eq!(words(&found.changed[0]), ["record"]);
    assert_eq!(found.changed[0].changes[0].old, ["affected ==1.0; severity unscored"]);
    assert!(found.changed[0].changes[0].new.is_empty());
    assert_eq!(found.releases_changed(), Some(1));
}

/// The ranges of two records change places: every field holds the same texts, but
/// in other records.
#[test]
fn ranges_that_change_places_are_seen() {
    let old = [("<1.1", ">=1.1", "CVE-2020-0001"), ("<1.2", ">=1.2", "CVE-2020-0002")];
    let new = [("<1.2", ">=1.1", "CVE-2020-0001"), ("<1.1", ">=1.2", "CVE-2020-0002")];
    let make = |all: [(&str, &str, &str); 2]| {
        let records = all.map(|(affected, fixed, cve)| {
            let (affected, fixed) = (format!("\"{affected}\""), format!("\"{fixed}\""));
            record("CPANSA-A-1", &affected, &fixed, &format!(r#","cves":["{cve}"]"#))
        });
        side(&records.join(","))
    };
    let found = diff(make(old), make(new), false);
    assert_eq!(words(&found.changed[0]), ["affected", "affected"]);
}

#[test]
fn texts_are_compared_where_both_sides_have_some() {
    let plain = record("CPANSA-A-1", "\"<1\"", "", "");
    let told = record("CPANSA-A-1", "\"<1\"", "", r#","description":"bad""#);
    let worse = record("CPANSA-A-1", "\"<1\"", "", r#","description":"worse""#);
    let found = diff(side(&plain), side(&told), false);
    assert!(found.is_empty() && !found.texts_compared);
    let found = diff(side(&told), side(&worse), false);
    assert_eq!(words(&found.changed[0]), ["description"]);
}

#[test]
fn embedded_against_itself_is_nothing() {
    let whole = || {
        let named = named::open(Path::new(named::EMBEDDED)).expect("it is there");
        named.into_whole(&FactSet::default())
    };
    let mut turned = whole();
    turned.facts.advisories.reverse();
    assert!(diff(whole(), turned, true).is_empty());
    let mut less = whole();
    let gone = less.facts.advisories.pop().expect("there are some");
    less.facts.advisories.retain(|fact| fact.record.id != gone.record.id);
    assert!(!diff(whole(), less, false).is_empty());
    assert!(store::embedded().expect("sound").counts().advisories > 900);
}

#[test]
fn what_a_source_withdraws_is_known_of_the_whole() {
    let mut source = crate::advisory::sources::SourceData::default();
    source.withdrawn.push(Withdrawn { id: "CVE-2020-1".to_owned(), place: Place::default() });
    let whole = Named::Source(Box::new(source)).into_whole(&FactSet::default());
    assert!(whole.withdrawn.contains("CVE-2020-1"));
}
