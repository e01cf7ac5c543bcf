//! One id for several advisories, and records that stand twice.

use std::collections::{BTreeMap, BTreeSet};

use perlscan_model::advisory::AdvisoryRecord;

use crate::advisory::sources::SourcedAdvisory;

use super::{Check, LintData, LintFinding, at};

pub(super) struct Duplicates;

fn sorted(list: &[String]) -> BTreeSet<&str> {
    list.iter().map(String::as_str).collect()
}

/// What records of one id have in common: all but the affected ranges, of which
/// bundled libraries have one a record, and links.
fn same_advisory(a: &AdvisoryRecord, b: &AdvisoryRecord) -> bool {
    sorted(&a.cves) == sorted(&b.cves)
        && sorted(&a.ghsas) == sorted(&b.ghsas)
        && sorted(&a.fixed) == sorted(&b.fixed)
        && a.severity == b.severity
        && a.reported == b.reported
}

impl Check for Duplicates {
    fn check(&self, data: &LintData<'_>, found: &mut Vec<LintFinding>) {
        let mut ids: BTreeMap<&str, BTreeMap<&str, Vec<&SourcedAdvisory>>> = BTreeMap::new();
        for advisory in data.advisories {
            let dists = ids.entry(&advisory.fact.record.id).or_default();
            dists.entry(&advisory.fact.dist).or_default().push(advisory);
        }
        for dists in ids.values() {
            let mut names = dists.iter();
            // A CVE may well be of several distributions; a CPANSA id is of one.
            if let (Some((first, _)), Some((_, group))) = (names.next(), names.next())
                && let Some(advisory) = group.first()
                && !advisory.fact.record.id.starts_with("CVE-")
            {
                let what = format!("the id also stands under {first}");
                found.push(at(advisory, "duplicate-id", what, None));
            }
            for group in dists.values() {
                let Some((first, rest)) = group.split_first() else { continue };
                let odd = rest
                    .iter()
                    .find(|other| !same_advisory(&first.fact.record, &other.fact.record));
                if let Some(odd) = odd {
                    let what = "records of this id differ in more than their affected ranges";
                    found.push(at(odd, "duplicate-id", what.to_owned(), None));
                }
                let mut seen = BTreeSet::new();
                let copy = group.iter().find(|other| {
                    let record = &other.fact.record;
                    let lists = [&record.affected, &record.fixed, &record.cves, &record.ghsas];
                    let rest = (record.severity, record.reported.as_deref());
                    !seen.insert((lists.map(|list| sorted(list)), rest))
                });
                if let Some(copy) = copy {
                    let what = "the record stands here twice";
                    found.push(at(copy, "repeated-record", what.to_owned(), None));
                }
            }
        }
    }
}
