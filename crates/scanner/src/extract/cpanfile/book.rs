//! The requirements of one cpanfile.
//!
//! Module::CPANfile keeps one requirement for each module, phase, relation and
//! feature: the last one. One under a condition replaces nothing, since it may
//! not be there.

use std::collections::BTreeMap;

use perlscan_model::mirror_setting::MirrorSetting;
use perlscan_model::name::ModuleName;
use perlscan_model::requirement::{Phase, Relation, Requirement};

type Key = (Option<String>, Phase, Relation, ModuleName);

fn key_of(requirement: &Requirement) -> Key {
    let Requirement { feature, phase, relation, module, .. } = requirement;
    (feature.clone(), *phase, *relation, module.clone())
}

#[derive(Debug)]
struct Entry {
    requirement: Requirement,
    is_early: bool,
    /// What this one replaces.
    replaces: Vec<usize>,
}

/// Requirements in the order of the file.
#[derive(Debug, Default)]
pub(super) struct Book {
    /// The mirrors that are named, as far as that is unsafe.
    pub(super) mirrors: Vec<MirrorSetting>,
    entries: Vec<Entry>,
    /// Those of a key that no later one replaces.
    standing: BTreeMap<Key, Vec<usize>>,
    /// Those that are not conditional, ascending: each is looked at once when
    /// blocks turn out to be conditional, however they nest.
    unconditional: Vec<usize>,
}

impl Book {
    /// How many have been added.
    pub(super) fn len(&self) -> usize {
        self.entries.len()
    }

    /// Adds a requirement, and gives the line of an unconditional one elsewhere
    /// in the file that it replaces with another range. One that is `early` has
    /// been replaced by what is there already.
    pub(super) fn add(&mut self, requirement: Requirement, early: bool) -> Option<u32> {
        let index = self.entries.len();
        let standing = self.standing.entry(key_of(&requirement)).or_default();
        let is_later = |n: &usize| {
            self.entries.get(*n).is_some_and(|e| !e.is_early && !e.requirement.conditional)
        };
        if early && standing.iter().any(is_later) {
            return None;
        }
        let mut replaces = Vec::new();
        let mut line = None;
        if !requirement.conditional {
            replaces = std::mem::take(standing);
            let last = replaces.last().and_then(|last| self.entries.get(*last));
            line = last
                .map(|entry| &entry.requirement)
                .filter(|old| !old.conditional && old.range != requirement.range)
                .and_then(|old| old.location.line());
            self.unconditional.push(index);
        }
        standing.push(index);
        self.entries.push(Entry { requirement, is_early: early, replaces });
        line
    }

    /// Marks those added since there were `from` as conditional: a condition
    /// stood behind their block. What they would replace stands again.
    pub(super) fn mark_conditional(&mut self, from: usize) {
        while let Some(index) = self.unconditional.pop_if(|index| *index >= from) {
            let Some(entry) = self.entries.get_mut(index) else { continue };
            entry.requirement.conditional = true;
            let mut revived = std::mem::take(&mut entry.replaces);
            let standing = self.standing.entry(key_of(&entry.requirement)).or_default();
            // The longer list stays where it is.
            if revived.len() > standing.len() {
                std::mem::swap(&mut revived, standing);
            }
            standing.append(&mut revived);
        }
    }

    /// Those that count.
    pub(super) fn finish(self) -> impl Iterator<Item = Requirement> {
        let mut counts = vec![true; self.entries.len()];
        for replaced in self.entries.iter().flat_map(|entry| &entry.replaces) {
            if let Some(counts) = counts.get_mut(*replaced) {
                *counts = false;
            }
        }
        let entries = self.entries.into_iter().zip(counts);
        entries.filter(|(_, counts)| *counts).map(|(entry, _)| entry.requirement)
    }
}
