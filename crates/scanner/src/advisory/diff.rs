//! What differs between two sets of advisory data: `perlscan db diff`.
//!
//! Records are compared as groups: all records of one distribution and id on one
//! side with those on the other. The order of records and of the entries of a
//! list means nothing, nor does a record that is repeated. Where a field comes
//! from is not compared. Verdicts are those of the data itself, without the
//! reviewed corrections, which are bound to a record's present text.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use perlscan_model::advisory::{Field, Match};
use perlscan_model::facts::{AdvisoryFact, FactSet};

use crate::advisory::named::Whole;
use crate::advisory::sources::SourceProblem;

mod verdicts;

/// The fields of a record that say something, each as sorted texts.
pub type Fields = BTreeMap<Field, Vec<String>>;

/// What differs between an old and a new set of advisory data.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Diff {
    /// The old side.
    pub old: Side,
    /// The new side.
    pub new: Side,
    /// Whether titles and descriptions were compared: only where both sides
    /// carry any, since the committed facts carry none.
    pub texts_compared: bool,
    /// Advisories that only the new side has, by distribution and id.
    pub added: Vec<Added>,
    /// Advisories of both sides that read otherwise.
    pub changed: Vec<Changed>,
    /// Advisories that only the old side has.
    pub removed: Vec<Removed>,
    /// Distributions that only the new side knows.
    pub dists_added: Vec<String>,
    /// Distributions that only the old side knows.
    pub dists_removed: Vec<String>,
    /// Which known releases change their verdict, where that was asked for.
    pub verdicts: Option<Vec<VerdictChange>>,
}

/// One side of a comparison.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Side {
    /// The commit of the upstream data; empty where it has none.
    pub commit: String,
    /// Its date, RFC 3339 in UTC; empty where it has none.
    pub date: String,
    /// The same in seconds since 1970.
    pub epoch: i64,
    /// How many advisories (different ids) it has.
    pub advisories: u32,
    /// How many distributions it knows.
    pub distributions: u32,
    /// What could not be read of it, and is not compared.
    pub problems: Vec<SourceProblem>,
}

/// An advisory that only the new side has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Added {
    /// The distribution.
    pub dist: String,
    /// The id.
    pub id: String,
    /// Its records, in order.
    pub records: Vec<Fields>,
    /// The title, where there is one.
    pub title: Option<String>,
    /// The description, where there is one.
    pub description: Option<String>,
}

/// An advisory that reads otherwise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Changed {
    /// The distribution.
    pub dist: String,
    /// The id.
    pub id: String,
    /// What changed, in order.
    pub changes: Vec<Change>,
}

/// One change of an advisory.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Change {
    /// What changed.
    pub what: What,
    /// What the old side says, sorted; empty where it says nothing.
    pub old: Vec<String>,
    /// What the new side says.
    pub new: Vec<String>,
}

/// What of an advisory can change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum What {
    /// One field of a record.
    Field(Field),
    /// A record of several under one id came or went.
    Record,
}

impl What {
    /// The word that outputs use.
    pub fn word(self) -> &'static str {
        match self {
            Self::Field(field) => field.word(),
            Self::Record => "record",
        }
    }
}

/// An advisory that only the old side has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Removed {
    /// The distribution.
    pub dist: String,
    /// The id.
    pub id: String,
    /// Its CVEs.
    pub cves: Vec<String>,
    /// Whether the new side says that it is withdrawn.
    pub withdrawn: bool,
    /// The advisory of the new side that names this one as a former id.
    pub now: Option<String>,
}

/// Releases whose verdict by one advisory changes in one way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerdictChange {
    /// The distribution.
    pub dist: String,
    /// The advisory.
    pub id: String,
    /// What the old side says; `None` for not affected.
    pub old: Option<Match>,
    /// What the new side says.
    pub new: Option<Match>,
    /// The releases, in ascending order.
    pub releases: Vec<String>,
}

impl Diff {
    /// Whether nothing differs.
    pub fn is_empty(&self) -> bool {
        self.added.is_empty()
            && self.changed.is_empty()
            && self.removed.is_empty()
            && self.dists_added.is_empty()
            && self.dists_removed.is_empty()
            && self.verdicts.as_ref().is_none_or(Vec::is_empty)
    }

    /// How many of the removed advisories are withdrawn.
    pub fn withdrawn(&self) -> usize {
        self.removed.iter().filter(|gone| gone.withdrawn).count()
    }

    /// How many different releases change a verdict, where that was asked for.
    pub fn releases_changed(&self) -> Option<usize> {
        let changes = self.verdicts.as_ref()?;
        let releases: BTreeSet<(&str, &str)> = changes
            .iter()
            .flat_map(|change| {
                change.releases.iter().map(|release| (change.dist.as_str(), release.as_str()))
            })
            .collect();
        Some(releases.len())
    }
}

/// The records of each distribution and id.
type Groups = BTreeMap<(String, String), BTreeSet<Fields>>;

/// Compares two sides; `with_verdicts` asks for changed verdicts of releases.
pub fn diff(old: Whole, new: Whole, with_verdicts: bool) -> Diff {
    let texts_compared = has_texts(&old.facts) && has_texts(&new.facts);
    let before = groups(&old.facts, texts_compared);
    let after = groups(&new.facts, texts_compared);
    let texts = texts(&new.facts);
    let mut found = Diff { texts_compared, ..Diff::default() };
    for (key, records) in &after {
        let (dist, id) = key.clone();
        let Some(known) = before.get(key) else {
            let (title, description) = texts.get(key).copied().unwrap_or_default();
            found.added.push(Added {
                dist,
                id,
                records: records.iter().cloned().collect(),
                title: title.map(str::to_owned),
                description: description.map(str::to_owned),
            });
            continue;
        };
        let changes = changes(known, records);
        if !changes.is_empty() {
            found.changed.push(Changed { dist, id, changes });
        }
    }
    found.removed = removed(&before, &after, &new.withdrawn);
    let known = |facts: &FactSet| -> BTreeSet<String> {
        facts.distributions.iter().map(|fact| fact.dist.clone()).collect()
    };
    let (dists_before, dists_after) = (known(&old.facts), known(&new.facts));
    found.dists_added = dists_after.difference(&dists_before).cloned().collect();
    found.dists_removed = dists_before.difference(&dists_after).cloned().collect();
    found.old = side(old.problems, &old.facts);
    found.new = side(new.problems, &new.facts);
    if with_verdicts {
        found.verdicts = Some(verdicts::changes(&mut found, &old.facts, &new.facts));
    }
    found
}

fn side(problems: Vec<SourceProblem>, facts: &FactSet) -> Side {
    let counts = facts.counts();
    Side {
        commit: facts.meta.commit.clone(),
        // Data that does not say when it was made has the epoch 0.
        date: Some(&facts.meta)
            .filter(|meta| meta.epoch != 0)
            .map(|meta| meta.date.clone())
            .unwrap_or_default(),
        epoch: facts.meta.epoch,
        advisories: counts.advisories,
        distributions: counts.distributions,
        problems,
    }
}

fn has_texts(facts: &FactSet) -> bool {
    let mut details = facts.advisories.iter().map(|fact| &fact.detail);
    details.any(|detail| detail.title.is_some() || detail.description.is_some())
}

/// Title and description of an advisory.
type Texts<'a> = (Option<&'a str>, Option<&'a str>);

/// The first title and description of each distribution and id.
fn texts(facts: &FactSet) -> BTreeMap<(String, String), Texts<'_>> {
    let mut texts: BTreeMap<_, (Option<&str>, Option<&str>)> = BTreeMap::new();
    for fact in &facts.advisories {
        let known = texts.entry((fact.dist.clone(), fact.record.id.clone())).or_default();
        // The least, so that the order of records means nothing.
        for (known, text) in [
            (&mut known.0, fact.detail.title.as_deref()),
            (&mut known.1, fact.detail.description.as_deref()),
        ] {
            *known = [*known, text].into_iter().flatten().min();
        }
    }
    texts
}

fn groups(facts: &FactSet, with_texts: bool) -> Groups {
    let mut groups = Groups::new();
    for fact in &facts.advisories {
        let key = (fact.dist.clone(), fact.record.id.clone());
        groups.entry(key).or_default().insert(fields(fact, with_texts));
    }
    groups
}

/// What of a record is compared.
fn fields(fact: &AdvisoryFact, with_texts: bool) -> Fields {
    let AdvisoryFact { record, detail, .. } = fact;
    let mut fields = Fields::new();
    let mut put = |field, values: Vec<String>| {
        let sorted: BTreeSet<String> = values.into_iter().collect();
        if !sorted.is_empty() {
            fields.insert(field, sorted.into_iter().collect());
        }
    };
    put(Field::Cves, record.cves.clone());
    put(Field::Ghsas, record.ghsas.clone());
    put(Field::PreviousIds, record.previous_ids.clone());
    put(Field::Affected, record.affected.clone());
    put(Field::Fixed, record.fixed.clone());
    put(Field::Severity, vec![record.severity.to_string()]);
    put(Field::Reported, record.reported.iter().cloned().collect());
    put(Field::References, record.references.clone());
    let library = record.embedded.iter().map(|library| {
        let version = library.version.as_deref().unwrap_or("?");
        let affected = library.affected.as_deref().unwrap_or("?");
        format!("{} {version} (affected: {affected})", library.name)
    });
    put(Field::Embedded, library.collect());
    let scores = detail.scores.iter().map(|score| {
        let tenths = score.tenths.map(|tenths| format!(" {}.{}", tenths / 10, tenths % 10));
        format!("{}{} ({})", score.vector, tenths.unwrap_or_default(), score.by)
    });
    put(Field::Scores, scores.collect());
    put(Field::Files, detail.files.clone());
    put(Field::Routines, detail.routines.clone());
    let backports = detail.backports.iter().map(|backport| {
        let versions = backport.versions.join(", ");
        format!("{} {} {} {versions}", backport.vendor, backport.product, backport.status)
    });
    put(Field::Backports, backports.map(|text| text.trim_end().to_owned()).collect());
    // That another source has withdrawn it; other conflicts are provenance.
    let states = detail.conflicts.iter().filter(|conflict| conflict.field == Field::State);
    put(Field::State, states.map(|conflict| conflict.value.clone()).collect());
    if with_texts {
        put(Field::Title, detail.title.iter().cloned().collect());
        put(Field::Description, detail.description.iter().cloned().collect());
    }
    fields
}

/// What changed between two groups of records of one advisory: those that are
/// the same fall away, the others are paired by their CVEs, then in order; one
/// without a partner came or went.
fn changes(before: &BTreeSet<Fields>, after: &BTreeSet<Fields>) -> Vec<Change> {
    let gone: Vec<&Fields> = before.difference(after).collect();
    let mut come: BTreeMap<Option<&Vec<String>>, VecDeque<&Fields>> = BTreeMap::new();
    for fields in after.difference(before) {
        come.entry(fields.get(&Field::Cves)).or_default().push_back(fields);
    }
    let mut changes = BTreeSet::new();
    let mut alone = Vec::new();
    for fields in gone {
        let partner = come.get_mut(&fields.get(&Field::Cves)).and_then(VecDeque::pop_front);
        match partner {
            Some(partner) => compare(fields, partner, &mut changes),
            None => alone.push(fields),
        }
    }
    let mut rest = come.into_values().flatten();
    for fields in alone {
        match rest.next() {
            Some(partner) => compare(fields, partner, &mut changes),
            None => drop(changes.insert(record_change(Some(fields), None))),
        }
    }
    changes.extend(rest.map(|fields| record_change(None, Some(fields))));
    changes.into_iter().collect()
}

fn compare(old: &Fields, new: &Fields, changes: &mut BTreeSet<Change>) {
    let names: BTreeSet<Field> = old.keys().chain(new.keys()).copied().collect();
    for field in names {
        let (before, after) = (old.get(&field), new.get(&field));
        if before != after {
            let values = |values: Option<&Vec<String>>| values.cloned().unwrap_or_default();
            let what = What::Field(field);
            changes.insert(Change { what, old: values(before), new: values(after) });
        }
    }
}

/// A record that came or went among others, in one text.
fn record_change(old: Option<&Fields>, new: Option<&Fields>) -> Change {
    let text = |fields: &Fields| {
        let parts = [Field::Cves, Field::Affected, Field::Fixed, Field::Severity]
            .into_iter()
            .filter_map(|field| Some((field, fields.get(&field)?)))
            .map(|(field, values)| format!("{} {}", field.word(), values.join(" or ")));
        parts.collect::<Vec<_>>().join("; ")
    };
    Change {
        what: What::Record,
        old: old.map(text).into_iter().collect(),
        new: new.map(text).into_iter().collect(),
    }
}

/// What only the old side has.
fn removed(before: &Groups, after: &Groups, withdrawn: &BTreeSet<String>) -> Vec<Removed> {
    let mut renamed: BTreeMap<(&str, &str), &str> = BTreeMap::new();
    for ((dist, id), records) in after {
        let former = records.iter().filter_map(|record| record.get(&Field::PreviousIds));
        for former in former.flatten() {
            renamed.entry((dist, former)).or_insert(id);
        }
    }
    let mut removed = Vec::new();
    for ((dist, id), records) in before.iter().filter(|(key, _)| !after.contains_key(key)) {
        let cves = records.iter().filter_map(|record| record.get(&Field::Cves)).flatten();
        let cves: BTreeSet<&String> = cves.collect();
        // A CVE record that is withdrawn takes the advisory of that one CVE with it.
        let sole = cves.first().filter(|_| cves.len() == 1);
        removed.push(Removed {
            dist: dist.clone(),
            id: id.clone(),
            withdrawn: withdrawn.contains(id) || sole.is_some_and(|cve| withdrawn.contains(*cve)),
            now: renamed.get(&(dist.as_str(), id.as_str())).map(|id| (*id).to_owned()),
            cves: cves.into_iter().cloned().collect(),
        });
    }
    removed
}

#[cfg(test)]
#[path = "diff_test.rs"]
mod tests;
