//! Which known releases change their verdict.

use std::collections::{BTreeMap, BTreeSet};

use perlscan_model::advisory::{Match, RecordMatcher};
use perlscan_model::facts::FactSet;
use perlscan_model::version::PerlVersion;

use super::{Diff, Side, VerdictChange};
use crate::advisory::sources::{Place, SourceProblem};

/// The matchers of each advisory, by distribution and id.
type Matchers<'a> = BTreeMap<(&'a str, &'a str), Vec<RecordMatcher>>;

/// Every release that either side knows of a distribution whose advisories
/// differ, by every advisory that differs. A record whose ranges can't be read
/// is a problem of its side.
pub(super) fn changes(diff: &mut Diff, old: &FactSet, new: &FactSet) -> Vec<VerdictChange> {
    let keys: BTreeSet<(String, String)> = (diff.added.iter().map(|a| (&a.dist, &a.id)))
        .chain(diff.changed.iter().map(|a| (&a.dist, &a.id)))
        .chain(diff.removed.iter().map(|a| (&a.dist, &a.id)))
        .map(|(dist, id)| (dist.clone(), id.clone()))
        .collect();
    let keys: BTreeSet<(&str, &str)> =
        keys.iter().map(|(dist, id)| (dist.as_str(), id.as_str())).collect();
    let before = matchers(old, &keys, &mut diff.old);
    let after = matchers(new, &keys, &mut diff.new);
    let dists: BTreeSet<&str> = keys.iter().map(|(dist, _)| *dist).collect();
    let mut releases: BTreeMap<&str, BTreeSet<(PerlVersion, &str)>> = BTreeMap::new();
    for fact in old.releases.iter().chain(&new.releases) {
        let text = fact.release.version.as_str();
        // No range can hold a release whose version can't be read.
        if let (Some(dist), Ok(version)) = (dists.get(fact.dist.as_str()), PerlVersion::parse(text))
        {
            releases.entry(dist).or_default().insert((version, text));
        }
    }
    let mut found = Vec::new();
    for key in keys {
        let mut ways: BTreeMap<(Option<Match>, Option<Match>), Vec<String>> = BTreeMap::new();
        for (version, text) in releases.get(key.0).into_iter().flatten() {
            let way = (verdict(before.get(&key), version), verdict(after.get(&key), version));
            if way.0 != way.1 {
                ways.entry(way).or_default().push((*text).to_owned());
            }
        }
        found.extend(ways.into_iter().map(|((old, new), releases)| VerdictChange {
            dist: key.0.to_owned(),
            id: key.1.to_owned(),
            old,
            new,
            releases,
        }));
    }
    found
}

/// What the records of an advisory say of a version; affected goes before disputed.
fn verdict(records: Option<&Vec<RecordMatcher>>, version: &PerlVersion) -> Option<Match> {
    records?.iter().filter_map(|record| record.matches(version)).min()
}

fn matchers<'a>(
    facts: &'a FactSet,
    keys: &BTreeSet<(&str, &str)>,
    side: &mut Side,
) -> Matchers<'a> {
    let mut matchers = Matchers::new();
    for fact in &facts.advisories {
        let key = (fact.dist.as_str(), fact.record.id.as_str());
        if !keys.contains(&key) {
            continue;
        }
        match RecordMatcher::new(&fact.record) {
            Ok(matcher) => matchers.entry(key).or_default().push(matcher),
            Err(cause) => side.problems.push(SourceProblem {
                place: Place::default(),
                message: format!("{} {} has no verdict: {cause}", key.0, key.1),
            }),
        }
    }
    matchers
}
