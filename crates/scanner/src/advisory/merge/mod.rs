//! Several sources to one set of facts.
//!
//! Two records are of one advisory when they stand under the same distribution
//! and id; a record whose id is no CPANSA id (a CVE, a GHSA) also meets the
//! records of its distribution that name exactly its CVEs. The word of the
//! source that comes first in [`SourceKind`] is taken for every field that it
//! has, the others fill what it lacks, and what they say otherwise is kept as a
//! conflict. The CNA's ranges replace those of the CPANSA records that name that
//! one CVE; a record of several CVEs keeps its own.

mod surroundings;

use std::collections::{BTreeMap, BTreeSet};
use std::mem;

use perlscan_model::advisory::{AdvisoryRecord, Conflict, Field, RecordMatcher, field_text};
use perlscan_model::facts::{AdvisoryFact, FactSet};
use perlscan_model::severity::Severity;

use self::surroundings::{add_surroundings, meta};
use crate::advisory::background;
use crate::advisory::sources::{SourceData, SourceKind, SourceProblem, SourcedAdvisory, Withdrawn};

/// What several sources say together.
#[derive(Debug, Clone, Default)]
pub struct Merged {
    /// The facts, sorted.
    pub facts: FactSet,
    /// What could not be read in the sources, sorted; a record whose ranges
    /// can't be read is among them, and not among the facts.
    pub problems: Vec<SourceProblem>,
}

/// Puts sources together. `background` (the embedded facts, as a rule) answers
/// what no source says: known releases, the module map and main modules of the
/// same distributions, perls and the core list.
pub fn merge(mut sources: Vec<SourceData>, background: &FactSet) -> Merged {
    // Stable: of two sources of one kind, the one that was named first.
    sources.sort_by_key(|source| SourceKind::from_word(&source.source.kind));
    merge_in_order(sources, background)
}

/// As [`merge`], but of two sources the one that is given first is taken.
pub fn merge_in_order(mut sources: Vec<SourceData>, background: &FactSet) -> Merged {
    let mut problems = Vec::new();
    let mut kept = Kept::default();
    for pass in [Pass::Cpansa, Pass::Cna] {
        for (number, source) in (0u16..).zip(&mut sources) {
            let is_cna = source.source.kind == SourceKind::Cve5.word();
            if is_cna != matches!(pass, Pass::Cna) {
                continue;
            }
            let advisories = mem::take(&mut source.advisories);
            let readable = readable(advisories, &mut problems);
            match pass {
                Pass::Cpansa => kept.add(readable, number),
                Pass::Cna => kept.correct(readable, number),
            }
        }
    }
    for (number, source) in (0u16..).zip(&mut sources) {
        kept.withdraw(&source.withdrawn, number);
        problems.append(&mut source.problems);
    }
    let mut advisories = kept.into_facts();
    for fact in &mut advisories {
        fact.detail.taken.sort();
        fact.detail.taken.dedup();
        fact.detail.conflicts.sort();
        fact.detail.conflicts.dedup();
    }
    let mut facts = FactSet { advisories, ..FactSet::default() };
    add_surroundings(&mut facts, &mut sources, background);
    facts.meta = meta(&sources, background);
    if background::is_needed(&sources) {
        background::add_ghsas(&mut facts, background);
    }
    facts.sort();
    problems.sort();
    problems.dedup();
    Merged { facts, problems }
}

/// The CNA's records correct what the others have put together.
#[derive(Debug, Clone, Copy)]
enum Pass {
    Cpansa,
    Cna,
}

/// The records whose ranges can be read.
fn readable(
    advisories: Vec<SourcedAdvisory>,
    problems: &mut Vec<SourceProblem>,
) -> Vec<AdvisoryFact> {
    let mut readable = Vec::with_capacity(advisories.len());
    for SourcedAdvisory { fact, place } in advisories {
        match RecordMatcher::new(&fact.record) {
            Ok(_) => readable.push(fact),
            Err(cause) => problems.push(SourceProblem {
                place,
                message: format!("{} {} is left out: {cause}", fact.dist, fact.record.id),
            }),
        }
    }
    readable
}

/// The records so far, by distribution and id.
#[derive(Debug, Default)]
struct Kept {
    groups: BTreeMap<(String, String), Vec<AdvisoryFact>>,
}

impl Kept {
    /// Adds a source that comes after all that were added before.
    fn add(&mut self, facts: Vec<AdvisoryFact>, number: u16) {
        let mut incoming: BTreeMap<(String, String), Vec<AdvisoryFact>> = BTreeMap::new();
        for fact in facts {
            let key = (fact.dist.clone(), fact.record.id.clone());
            incoming.entry(key).or_default().push(fact);
        }
        for (key, group) in incoming {
            if let Some(key) = self.same_advisory(&key, &group) {
                if let Some(known) = self.groups.get_mut(&key) {
                    complete(known, &group, number);
                }
                continue;
            }
            let group = group.into_iter().map(|mut fact| {
                fact.detail.source = number;
                fact
            });
            self.groups.insert(key, group.collect());
        }
    }

    /// The group that speaks of the same advisory.
    fn same_advisory(
        &self,
        key: &(String, String),
        group: &[AdvisoryFact],
    ) -> Option<(String, String)> {
        if self.groups.contains_key(key) {
            return Some(key.clone());
        }
        let (dist, id) = key;
        if id.starts_with("CPANSA-") {
            return None;
        }
        let cves = group.first().map(|fact| cves(&fact.record)).filter(|cves| !cves.is_empty())?;
        let of_dist = self.groups.range((dist.clone(), String::new())..);
        of_dist
            .take_while(|((name, _), _)| name == dist)
            .find(|(_, known)| known.iter().any(|fact| self::cves(&fact.record) == cves))
            .map(|(key, _)| key.clone())
    }

    /// Lets the CNA's records correct what stands here.
    fn correct(&mut self, facts: Vec<AdvisoryFact>, number: u16) {
        let mut named: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for fact in facts {
            let Some(cve) = fact.record.cves.first().cloned() else { continue };
            named.entry(cve.clone()).or_default().insert(fact.dist.clone());
            let mut met = false;
            for ((dist, _), group) in self.groups.range_mut((fact.dist.clone(), String::new())..) {
                if *dist != fact.dist {
                    break;
                }
                met |= correct_group(group, &fact, &cve, number);
            }
            if !met {
                let mut fact = fact;
                fact.detail.source = number;
                let key = (fact.dist.clone(), fact.record.id.clone());
                self.groups.entry(key).or_default().push(fact);
            }
        }
        // A record under a distribution that the CNA does not name for its CVE.
        for ((dist, _), group) in &mut self.groups {
            for fact in group {
                let [cve] = fact.record.cves.as_slice() else { continue };
                let Some(dists) = named.get(cve).filter(|dists| !dists.contains(dist)) else {
                    continue;
                };
                fact.detail.conflicts.push(Conflict {
                    field: Field::Dist,
                    source: number,
                    value: dists.iter().cloned().collect::<Vec<_>>().join(", "),
                });
            }
        }
    }

    /// Notes what a source has withdrawn and another still holds.
    fn withdraw(&mut self, withdrawn: &[Withdrawn], number: u16) {
        let ids: BTreeSet<&str> = withdrawn.iter().map(|gone| gone.id.as_str()).collect();
        for fact in self.groups.values_mut().flatten() {
            let own = ids.contains(fact.record.id.as_str());
            let [cve] = fact.record.cves.as_slice() else { continue };
            if own || ids.contains(cve.as_str()) {
                fact.detail.conflicts.push(Conflict {
                    field: Field::State,
                    source: number,
                    value: "withdrawn".to_owned(),
                });
            }
        }
    }

    fn into_facts(self) -> Vec<AdvisoryFact> {
        self.groups.into_values().flatten().collect()
    }
}

fn cves(record: &AdvisoryRecord) -> BTreeSet<&str> {
    record.cves.iter().map(String::as_str).collect()
}

/// Fills what the known records of an advisory lack from another source's, and
/// notes what that says otherwise.
fn complete(known: &mut [AdvisoryFact], other: &[AdvisoryFact], number: u16) {
    for fact in other {
        let same_cves =
            |candidate: &&mut AdvisoryFact| cves(&candidate.record) == cves(&fact.record);
        let mut met = false;
        for target in known.iter_mut().filter(same_cves) {
            met = true;
            fill(target, fact, number);
        }
        if !met && let Some(first) = known.first_mut() {
            note(first, Field::Cves, number, field_text(&fact.record, Field::Cves));
        }
    }
    // Records of one advisory are one per range where a library is bundled:
    // their ranges are compared as a whole.
    let cve_sets: BTreeSet<Vec<String>> = other
        .iter()
        .map(|fact| cves(&fact.record).into_iter().map(str::to_owned).collect())
        .collect();
    for set in cve_sets {
        let of = |facts: &[AdvisoryFact]| -> Vec<AdvisoryRecord> {
            facts
                .iter()
                .filter(|fact| {
                    cves(&fact.record).iter().copied().eq(set.iter().map(String::as_str))
                })
                .map(|fact| fact.record.clone())
                .collect()
        };
        let (ours, theirs) = (of(known), of(other));
        let odd: Vec<&AdvisoryRecord> = theirs
            .iter()
            .filter(|record| !ours.iter().any(|own| same_ranges(own, record)))
            .collect();
        let Some(mut all) = odd.first().map(|record| (*record).clone()) else { continue };
        let texts = |pick: fn(&AdvisoryRecord) -> &Vec<String>| -> Vec<String> {
            let texts: BTreeSet<&String> = odd.iter().flat_map(|record| pick(record)).collect();
            texts.into_iter().cloned().collect()
        };
        all.affected = texts(|record| &record.affected);
        all.fixed = texts(|record| &record.fixed);
        let first = known
            .iter_mut()
            .find(|fact| cves(&fact.record).iter().copied().eq(set.iter().map(String::as_str)));
        if let Some(first) = first {
            note_ranges(first, &all, number);
        }
    }
}

/// Whether two records hold for the same versions, however they are written.
fn same_ranges(a: &AdvisoryRecord, b: &AdvisoryRecord) -> bool {
    (a.affected == b.affected && a.fixed == b.fixed)
        || match (RecordMatcher::new(a), RecordMatcher::new(b)) {
            (Ok(a), Ok(b)) => a == b,
            _ => false,
        }
}

fn note(target: &mut AdvisoryFact, field: Field, source: u16, value: String) {
    target.detail.conflicts.push(Conflict { field, source, value });
}

fn note_ranges(target: &mut AdvisoryFact, other: &AdvisoryRecord, number: u16) {
    for field in [Field::Affected, Field::Fixed] {
        let value = field_text(other, field);
        if value != field_text(&target.record, field) {
            note(target, field, number, value);
        }
    }
}

/// Takes from another record what the target lacks.
fn fill(target: &mut AdvisoryFact, other: &AdvisoryFact, number: u16) {
    fn list<T: Clone>(
        own: &mut Vec<T>,
        other: &[T],
        field: Field,
        taken: &mut Vec<(Field, u16)>,
        number: u16,
    ) {
        if own.is_empty() && !other.is_empty() {
            *own = other.to_vec();
            taken.push((field, number));
        }
    }
    fn option<T: Clone>(
        own: &mut Option<T>,
        other: &Option<T>,
        field: Field,
        taken: &mut Vec<(Field, u16)>,
        number: u16,
    ) {
        if own.is_none() && other.is_some() {
            own.clone_from(other);
            taken.push((field, number));
        }
    }
    let mut taken = Vec::new();
    let (own, others) = (&mut target.record, &other.record);
    list(&mut own.ghsas, &others.ghsas, Field::Ghsas, &mut taken, number);
    list(&mut own.previous_ids, &others.previous_ids, Field::PreviousIds, &mut taken, number);
    list(&mut own.references, &others.references, Field::References, &mut taken, number);
    option(&mut own.embedded, &others.embedded, Field::Embedded, &mut taken, number);
    let mut disagree = Vec::new();
    match (&own.reported, &others.reported) {
        (Some(a), Some(b)) if a != b => disagree.push(Field::Reported),
        _ => option(&mut own.reported, &others.reported, Field::Reported, &mut taken, number),
    }
    match (own.severity, others.severity) {
        (_, Severity::Unscored) => {}
        (Severity::Unscored, scored) => {
            own.severity = scored;
            taken.push((Field::Severity, number));
        }
        (a, b) if a != b => disagree.push(Field::Severity),
        _ => {}
    }
    let (own, others) = (&mut target.detail, &other.detail);
    option(&mut own.title, &others.title, Field::Title, &mut taken, number);
    option(&mut own.description, &others.description, Field::Description, &mut taken, number);
    list(&mut own.scores, &others.scores, Field::Scores, &mut taken, number);
    list(&mut own.files, &others.files, Field::Files, &mut taken, number);
    list(&mut own.routines, &others.routines, Field::Routines, &mut taken, number);
    list(&mut own.backports, &others.backports, Field::Backports, &mut taken, number);
    own.taken.append(&mut taken);
    for field in disagree {
        note(target, field, number, field_text(&other.record, field));
    }
}

/// Lets one record of the CNA correct a group of its distribution; `true` when
/// the group speaks of its CVE.
fn correct_group(
    group: &mut Vec<AdvisoryFact>,
    cna: &AdvisoryFact,
    cve: &str,
    number: u16,
) -> bool {
    let speaks = |fact: &AdvisoryFact| fact.record.cves.iter().any(|own| own == cve);
    if !group.iter().any(speaks) {
        return false;
    }
    let (alone, rest): (Vec<_>, Vec<_>) =
        mem::take(group).into_iter().partition(|fact| fact.record.cves.as_slice() == [cve]);
    *group = rest;
    for fact in group.iter_mut().filter(|fact| speaks(fact)) {
        if !same_ranges(&fact.record, &cna.record) {
            note_ranges(fact, &cna.record, number);
        }
    }
    let mut alone = alone.into_iter();
    if let Some(mut first) = alone.next() {
        let own = first.detail.source;
        if !same_ranges(&first.record, &cna.record) {
            let other = first.record.clone();
            for field in [Field::Affected, Field::Fixed] {
                if field_text(&other, field) != field_text(&cna.record, field) {
                    note(&mut first, field, own, field_text(&other, field));
                }
                first.detail.taken.push((field, number));
            }
            first.record.affected.clone_from(&cna.record.affected);
            first.record.fixed.clone_from(&cna.record.fixed);
        }
        // What the CNA says comes first; what it does not say stays.
        let mut authority = cna.clone();
        if authority.record.severity != Severity::Unscored
            && first.record.severity != authority.record.severity
        {
            if first.record.severity != Severity::Unscored {
                let value = field_text(&first.record, Field::Severity);
                note(&mut first, Field::Severity, own, value);
            }
            first.record.severity = authority.record.severity;
            first.detail.taken.push((Field::Severity, number));
        }
        for (field, own, theirs) in [
            (Field::Title, &mut first.detail.title, &mut authority.detail.title),
            (Field::Description, &mut first.detail.description, &mut authority.detail.description),
        ] {
            if theirs.is_some() {
                *own = theirs.take();
                first.detail.taken.push((field, number));
            }
        }
        // The day of a report is CPANSA's: a CVE record has that of its publication.
        authority.record.reported = None;
        fill(&mut first, &authority, number);
        for other in alone {
            let source = other.detail.source;
            note_ranges(&mut first, &other.record, source);
        }
        group.push(first);
    }
    true
}

#[cfg(test)]
#[path = "../merge_test.rs"]
mod tests;
