//! Whether a new database may take the place of the old one.
//!
//! Whoever can put old or thinned-out data before an update hides flaws without
//! forging anything. So three things are refused until the user accepts them:
//! an older epoch, an unsigned database after a signed one (or one whose way
//! here names nobody), and the loss of many advisories or of a whole
//! distribution. The epoch of the data counts, not the time of its download.

use std::collections::{BTreeMap, BTreeSet};

use perlscan_model::facts::{FactSet, Trust};

/// Of a hundred advisories so many may go without a question.
const LOSS_PERCENT: usize = 2;

/// What the user accepts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Accepted {
    /// An older epoch.
    pub rollback: bool,
    /// An unsigned database after a signed one.
    pub unsigned: bool,
    /// Lost advisories.
    pub removals: bool,
}

/// What a new database is held against.
#[derive(Debug)]
pub struct Baseline<'a> {
    /// The database in use.
    pub facts: &'a FactSet,
    /// The latest epoch of the embedded and the cached database.
    pub epoch: i64,
    /// Whether the cached database is signed, in use or not. The embedded one
    /// counts as unsigned.
    pub signed: bool,
}

/// A reason to keep the old database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// What is wrong with the new one.
    pub why: String,
    /// The option that accepts it.
    pub option: &'static str,
    /// What would be lost, a line each.
    pub list: Vec<String>,
}

/// Every reason to keep the old database that is not accepted. `named` says
/// whether the ways by which all of it came here are local or name the other
/// side, which `git://` does not.
pub fn refusals(
    old: &Baseline<'_>,
    new: &FactSet,
    named: bool,
    accepted: Accepted,
) -> Vec<Refusal> {
    let mut found = Vec::new();
    if new.meta.epoch < old.epoch && !accepted.rollback {
        found.push(Refusal {
            why: format!(
                "the new data is of {}, older than what is here ({})",
                day(new.meta.epoch),
                day(old.epoch)
            ),
            option: "--allow-rollback",
            list: Vec::new(),
        });
    }
    if new.meta.trust != Trust::Signed && !accepted.unsigned && (old.signed || !named) {
        let why = if old.signed {
            "the database in the cache is signed, the new one is not"
        } else {
            "the new data is not signed, and nothing proves where it comes from"
        };
        found.push(Refusal { why: why.to_owned(), option: "--allow-unsigned", list: Vec::new() });
    }
    if !accepted.removals {
        found.extend(loss(old.facts, new));
    }
    found
}

fn loss(old: &FactSet, new: &FactSet) -> Option<Refusal> {
    let ids: BTreeSet<&str> = new
        .advisories
        .iter()
        .flat_map(|fact| fact.record.previous_ids.iter().chain([&fact.record.id]))
        .map(String::as_str)
        .collect();
    let cves: BTreeSet<(&str, &str)> = new
        .advisories
        .iter()
        .flat_map(|fact| fact.record.cves.iter().map(|cve| (fact.dist.as_str(), cve.as_str())))
        .collect();
    let dists: BTreeSet<&str> = new.advisories.iter().map(|fact| fact.dist.as_str()).collect();
    let mut all: BTreeSet<&str> = BTreeSet::new();
    let mut lost: BTreeMap<&str, &str> = BTreeMap::new();
    let mut lost_dists: BTreeSet<&str> = BTreeSet::new();
    for fact in &old.advisories {
        let (dist, record) = (fact.dist.as_str(), &fact.record);
        all.insert(&record.id);
        // Under another id it is still there when all its CVEs are.
        let known = |cve: &String| cves.contains(&(dist, cve.as_str()));
        let by_cve = !record.cves.is_empty() && record.cves.iter().all(known);
        if !ids.contains(record.id.as_str()) && !by_cve {
            lost.insert(&record.id, dist);
        }
        if !record.cves.is_empty() && !dists.contains(dist) {
            lost_dists.insert(dist);
        }
    }
    let too_many = lost.len() * 100 > all.len() * LOSS_PERCENT;
    if !too_many && lost_dists.is_empty() {
        return None;
    }
    let mut list: Vec<String> =
        lost_dists.iter().map(|dist| format!("{dist}: every advisory of it")).collect();
    let rest = lost.iter().filter(|(_, dist)| !lost_dists.contains(*dist));
    list.extend(rest.map(|(id, dist)| format!("{dist}: {id}")));
    Some(Refusal {
        why: format!(
            "{} of {} advisories and {} distributions with a CVE are not in the new data",
            lost.len(),
            all.len(),
            lost_dists.len()
        ),
        option: "--accept-removals",
        list,
    })
}

fn day(epoch: i64) -> String {
    if epoch == 0 {
        return "a time that it does not tell".to_owned();
    }
    jiff::Timestamp::from_second(epoch).map(|time| time.to_string()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use perlscan_model::advisory::{AdvisoryDetail, AdvisoryRecord};
    use perlscan_model::facts::AdvisoryFact;
    use perlscan_model::severity::Severity;

    fn facts(epoch: i64, trust: Trust, advisories: std::ops::Range<u32>) -> FactSet {
        let mut facts = FactSet::default();
        facts.meta.epoch = epoch;
        facts.meta.trust = trust;
        facts.advisories = advisories
            .map(|n| AdvisoryFact {
                dist: "Acme".to_owned(),
                record: AdvisoryRecord {
                    id: format!("CPANSA-Acme-{n}"),
                    cves: Vec::new(),
                    ghsas: Vec::new(),
                    previous_ids: Vec::new(),
                    affected: vec!["<2".to_owned()],
                    fixed: Vec::new(),
                    severity: Severity::Unscored,
                    reported: None,
                    references: Vec::new(),
                    embedded: None,
                },
                detail: AdvisoryDetail::default(),
            })
            .collect();
        facts
    }

    fn options(old: &FactSet, new: &FactSet, accepted: Accepted) -> Vec<&'static str> {
        let signed = old.meta.trust == Trust::Signed;
        let old = Baseline { facts: old, epoch: old.meta.epoch, signed };
        refusals(&old, new, true, accepted).iter().map(|refusal| refusal.option).collect()
    }

    #[test]
    fn two_of_a_hundred_may_go_and_three_may_not() {
        let old = facts(1, Trust::Local, 0..100);
        let none = Accepted::default();
        assert!(options(&old, &facts(1, Trust::Local, 2..100), none).is_empty());
        assert_eq!(options(&old, &facts(1, Trust::Local, 3..100), none), ["--accept-removals"]);
        let accepted = Accepted { removals: true, ..none };
        assert!(options(&old, &facts(1, Trust::Local, 3..100), accepted).is_empty());
    }

    #[test]
    fn the_last_advisory_of_a_distribution_with_a_cve_may_not_go() {
        let mut old = facts(1, Trust::Local, 0..200);
        old.advisories[0].dist = "Other".to_owned();
        let none = Accepted::default();
        assert!(options(&old, &facts(1, Trust::Local, 1..200), none).is_empty(), "without a CVE");
        old.advisories[0].record.cves = vec!["CVE-2020-1".to_owned()];
        assert_eq!(options(&old, &facts(1, Trust::Local, 1..200), none), ["--accept-removals"]);
    }

    #[test]
    fn a_new_name_is_no_loss() {
        let mut old = facts(1, Trust::Local, 0..1);
        let mut new = facts(1, Trust::Local, 9..10);
        assert_eq!(options(&old, &new, Accepted::default()), ["--accept-removals"]);
        new.advisories[0].record.previous_ids = vec!["CPANSA-Acme-0".to_owned()];
        assert!(options(&old, &new, Accepted::default()).is_empty());
        new.advisories[0].record.previous_ids.clear();
        old.advisories[0].record.cves = vec!["CVE-2020-1".to_owned()];
        new.advisories[0].record.cves = vec!["CVE-2020-1".to_owned()];
        assert!(options(&old, &new, Accepted::default()).is_empty());
    }

    #[test]
    fn age_and_trust_do_not_fall_unasked() {
        let none = Accepted::default();
        let old = facts(5, Trust::Signed, 0..1);
        let new = facts(4, Trust::Transport, 0..1);
        assert_eq!(options(&old, &new, none), ["--allow-rollback", "--allow-unsigned"]);
        let all = Accepted { rollback: true, unsigned: true, removals: false };
        assert!(options(&old, &new, all).is_empty());
        assert!(options(&new, &old, none).is_empty(), "newer and signed");
        let old = Baseline { facts: &new, epoch: 4, signed: false };
        let refused = refusals(&old, &new, false, none);
        assert_eq!(refused[0].option, "--allow-unsigned", "a way that names nobody");
    }
}
