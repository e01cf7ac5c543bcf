//! What the embedded facts know and the sources of an update can't say.
//!
//! CPANSA's feed names no GHSA ids and no libraries that releases bundle; its
//! YAML does. An update from the feed alone must not know less than the
//! embedded database, which is made of both.

use std::collections::{BTreeMap, BTreeSet};

use perlscan_model::advisory::{AdvisoryRecord, Field};
use perlscan_model::facts::{AdvisoryFact, BundledFact, FactSet, SourceFact};

use crate::advisory::sources::{SourceData, SourceKind};

/// Whether a source speaks with the knowledge of CPANSA's YAML, so that what it
/// does not say is not so.
pub(super) fn is_needed(sources: &[SourceData]) -> bool {
    !sources.iter().any(|data| data.source.kind == SourceKind::CpansaYaml.word())
}

/// Adds what distributions bundle of which no source says anything.
pub(super) fn add_bundled(bundled: &mut Vec<BundledFact>, background: &FactSet) {
    let known: BTreeSet<String> = bundled.iter().map(|fact| fact.dist.clone()).collect();
    bundled.extend(background.bundled.iter().filter(|fact| !known.contains(&fact.dist)).cloned());
}

/// Gives records without GHSA ids those that the background has for the same
/// distribution, id and CVEs. Where it had them from joins the sources, behind
/// those that were read.
pub(super) fn add_ghsas(facts: &mut FactSet, background: &FactSet) {
    let mut known: BTreeMap<(&str, &str, Vec<&str>), &AdvisoryFact> = BTreeMap::new();
    for fact in background.advisories.iter().filter(|fact| !fact.record.ghsas.is_empty()) {
        known.entry(key(&fact.dist, &fact.record)).or_insert(fact);
    }
    // Of the background's sources, which number it has here.
    let mut numbers: BTreeMap<u16, u16> = BTreeMap::new();
    let sources = &mut facts.meta.sources;
    for fact in &mut facts.advisories {
        if !fact.record.ghsas.is_empty() {
            continue;
        }
        let Some(other) = known.get(&key(&fact.dist, &fact.record)) else { continue };
        let theirs = other.detail.source_of(Field::Ghsas);
        let number = match numbers.get(&theirs) {
            Some(number) => *number,
            None => {
                let Ok(number) = u16::try_from(sources.len()) else { return };
                sources.push(source(background, theirs));
                numbers.insert(theirs, number);
                number
            }
        };
        fact.record.ghsas.clone_from(&other.record.ghsas);
        fact.detail.taken.push((Field::Ghsas, number));
        fact.detail.taken.sort();
    }
}

fn key<'a>(dist: &'a str, record: &'a AdvisoryRecord) -> (&'a str, &'a str, Vec<&'a str>) {
    let mut cves: Vec<&str> = record.cves.iter().map(String::as_str).collect();
    cves.sort_unstable();
    (dist, &record.id, cves)
}

fn source(background: &FactSet, number: u16) -> SourceFact {
    let meta = &background.meta;
    meta.sources.get(usize::from(number)).cloned().unwrap_or_else(|| SourceFact {
        kind: SourceKind::CpansaYaml.word().to_owned(),
        place: meta.source.clone(),
        commit: meta.commit.clone(),
        epoch: meta.epoch,
        advisories: background.counts().advisories,
    })
}
