//! Which findings a change brings in, and which it removes.
//!
//! A finding is the same one before and after when project and distribution are,
//! and its id, else the id by which it is known outside CPAN. It is worse when
//! its verdict is, when a place has it that had not, or had it less gravely, and
//! when a suppression of it is gone. A version that is raised or lowered and
//! stays vulnerable at its place is the same finding; so is one more file that
//! loads what was loaded before.

use std::collections::{BTreeMap, BTreeSet};

use perlscan_model::finding::{Change, Evidence, Finding, Verdict};
use perlscan_model::location::{Inside, SourcePath};
use perlscan_model::name::ModuleName;
use perlscan_model::package::Origin;

/// What stays of a place while lines and versions change.
type Place<'a> = (Origin, Option<&'a ModuleName>, Option<(&'a SourcePath, Option<&'a Inside>)>);

/// Says of each finding `after` a change what that has to do with it, and returns
/// the findings of `before` that are there no more.
pub fn compare(before: Vec<Finding>, after: &mut [Finding]) -> Vec<Finding> {
    let mut by_id: BTreeMap<(&SourcePath, &str, &str), &Finding> = BTreeMap::new();
    let mut by_public_id = BTreeMap::new();
    for finding in &before {
        let (project, dist) = (&finding.project, finding.dist.as_str());
        by_id.entry((project, dist, finding.id.as_str())).or_insert(finding);
        by_public_id.entry((project, dist, finding.public_id())).or_insert(finding);
    }
    for finding in &mut *after {
        let (project, dist) = (&finding.project, finding.dist.as_str());
        let known = by_id
            .get(&(project, dist, finding.id.as_str()))
            .or_else(|| by_public_id.get(&(project, dist, finding.public_id())));
        let change = match known {
            None => Change::New,
            Some(known) if is_worse(known, finding) => Change::Worse,
            Some(_) => Change::Known,
        };
        finding.change = Some(change);
    }
    let mut ids: BTreeSet<(&SourcePath, &str, &str)> = BTreeSet::new();
    for finding in &*after {
        let (project, dist) = (&finding.project, finding.dist.as_str());
        ids.insert((project, dist, finding.id.as_str()));
        ids.insert((project, dist, finding.public_id()));
    }
    let remains = |gone: &Finding| {
        let has = |id| ids.contains(&(&gone.project, gone.dist.as_str(), id));
        has(gone.id.as_str()) || has(gone.public_id())
    };
    before.into_iter().filter(|finding| !remains(finding)).collect()
}

fn is_worse(before: &Finding, after: &Finding) -> bool {
    let uncovered = before.suppressed.is_some() && after.suppressed.is_none();
    if after.verdict < before.verdict || uncovered {
        return true;
    }
    let known = places(before);
    places(after).iter().any(|(place, verdicts)| {
        let known = known.get(place).map(Vec::as_slice).unwrap_or_default();
        let is_use = place.0 == Origin::Used;
        verdicts.iter().enumerate().any(|(at, verdict)| match known.get(at) {
            // What else loads the module brings nothing in.
            None => !is_use || known.is_empty(),
            Some(known) => rank(*verdict) < rank(*known),
        })
    })
}

/// The places of a finding, and the verdicts there, the worst first.
fn places(finding: &Finding) -> BTreeMap<Place<'_>, Vec<Option<Verdict>>> {
    let mut places: BTreeMap<Place<'_>, Vec<Option<Verdict>>> = BTreeMap::new();
    for evidence in &finding.evidence {
        places.entry(place(evidence)).or_default().push(evidence.verdict);
    }
    for verdicts in places.values_mut() {
        verdicts.sort_by_key(|verdict| rank(*verdict));
    }
    places
}

fn place(evidence: &Evidence) -> Place<'_> {
    let file = (&evidence.location.path, evidence.location.inside.as_ref());
    let is_use = evidence.origin == Origin::Used;
    (evidence.origin, evidence.module.as_ref(), (!is_use).then_some(file))
}

/// The worst is the least; a place without a verdict is vulnerable by itself to
/// nothing.
fn rank(verdict: Option<Verdict>) -> (bool, Option<Verdict>) {
    (verdict.is_none(), verdict)
}

#[cfg(test)]
#[path = "change_test.rs"]
mod tests;
