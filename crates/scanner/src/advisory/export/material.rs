//! What every format is made of: the facts, corrected, in order.

use std::collections::{BTreeMap, BTreeSet};

use perlscan_model::advisory::RecordMatcher;
use perlscan_model::facts::{AdvisoryFact, FactSet};
use perlscan_model::range::VersionRange;
use perlscan_model::release_version::ReleaseVersion;

use crate::advisory::AdvisoryError;
use crate::advisory::database::Database;
use crate::advisory::export::{ExportError, names};
use crate::advisory::overrides::Override;

/// The database, ready to be exported.
#[derive(Debug)]
pub struct Material {
    /// The facts, corrected and sorted.
    pub facts: FactSet,
    /// The reviewed corrections that were applied: the index of the record among
    /// the facts' advisories, and the correction.
    pub corrections: BTreeMap<usize, Override>,
    /// The known releases of each distribution, ascending.
    pub releases: BTreeMap<String, Vec<ReleaseVersion>>,
}

/// All that is known under one advisory id.
#[derive(Debug)]
pub struct Subject<'a> {
    /// The id, malformed ones included.
    pub id: &'a str,
    /// Its records: their indices among the facts' advisories, and themselves,
    /// by distribution.
    pub records: Vec<(usize, &'a AdvisoryFact)>,
}

impl Material {
    /// Takes everything out of a database and applies its corrections.
    ///
    /// # Errors
    /// When the database is damaged.
    pub fn of(database: &Database) -> Result<Self, AdvisoryError> {
        let facts = database
            .raw()
            .to_facts()
            .map_err(|cause| AdvisoryError::content(database.source(), None, cause))?;
        Ok(Self::of_facts(facts, database.overrides()))
    }

    /// Takes facts and applies corrections.
    pub fn of_facts(mut facts: FactSet, overrides: &[Override]) -> Self {
        facts.sort();
        let mut corrections = BTreeMap::new();
        for (i, fact) in facts.advisories.iter_mut().enumerate() {
            let reviewed = overrides.iter().find(|known| {
                known.dist == fact.dist
                    && known.id == fact.record.id
                    && known.was_affected == fact.record.affected
                    && known.was_fixed == fact.record.fixed
            });
            let Some(known) = reviewed else { continue };
            let mut record = fact.record.clone();
            record.affected.clone_from(&known.affected);
            record.fixed.clone_from(&known.fixed);
            // As when a scan asks: a correction that can't be read would be worse than none.
            if RecordMatcher::new(&record).is_ok() {
                fact.record = record;
                corrections.insert(i, known.clone());
            }
        }
        let mut releases: BTreeMap<String, Vec<ReleaseVersion>> = BTreeMap::new();
        for fact in &facts.releases {
            if let Some(version) = ReleaseVersion::read(&fact.release.version) {
                releases.entry(fact.dist.clone()).or_default().push(version);
            }
        }
        for known in releases.values_mut() {
            known.sort_by(|a, b| a.version.cmp(&b.version).then_with(|| a.text.cmp(&b.text)));
        }
        Self { facts, corrections, releases }
    }

    /// The advisories, by id.
    pub fn subjects(&self) -> Vec<Subject<'_>> {
        let mut by_id: BTreeMap<&str, Vec<(usize, &AdvisoryFact)>> = BTreeMap::new();
        for (i, fact) in self.facts.advisories.iter().enumerate() {
            by_id.entry(fact.record.id.as_str()).or_default().push((i, fact));
        }
        by_id.into_iter().map(|(id, records)| Subject { id, records }).collect()
    }

    /// The ids that name each CVE.
    pub fn ids_of_cves(&self) -> BTreeMap<&str, BTreeSet<&str>> {
        let mut ids: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        for fact in &self.facts.advisories {
            for cve in &fact.record.cves {
                ids.entry(cve).or_default().insert(&fact.record.id);
            }
        }
        ids
    }

    /// When the data was made, RFC 3339 in UTC.
    pub fn date(&self) -> String {
        let epoch = self.facts.meta.epoch;
        jiff::Timestamp::from_second(epoch).unwrap_or(jiff::Timestamp::UNIX_EPOCH).to_string()
    }

    /// The library of which the records are about, where a distribution only
    /// bundles what is flawed.
    pub fn library_of(&self, fact: &AdvisoryFact) -> Option<String> {
        if let Some(library) = &fact.record.embedded {
            return Some(library.name.clone());
        }
        // CPANSA's ids of such records end in the name of the library.
        let id = fact.record.id.to_lowercase();
        let bundled = self.facts.bundled.iter().filter(|bundled| bundled.dist == fact.dist);
        bundled
            .map(|bundled| &bundled.bundled.library)
            .find(|library| id.ends_with(&format!("-{}", library.to_lowercase())))
            .cloned()
    }
}

/// The versions for which any of the records holds, and those that they call
/// fixed and that are not among the former.
pub(super) fn sets(
    records: &[(usize, &AdvisoryFact)],
) -> Result<(VersionRange, VersionRange), ExportError> {
    let mut vulnerable = VersionRange::none();
    let mut fixed = VersionRange::none();
    for (_, fact) in records {
        let range = |cause| ExportError::Range {
            dist: fact.dist.clone(),
            id: fact.record.id.clone(),
            cause,
        };
        vulnerable =
            vulnerable.union(&RecordMatcher::new(&fact.record).map_err(range)?.vulnerable());
        // A fix is written like an affected range, and is read as one.
        let mut as_affected = fact.record.clone();
        as_affected.affected = std::mem::take(&mut as_affected.fixed);
        fixed = fixed.union(&RecordMatcher::new(&as_affected).map_err(range)?.vulnerable());
    }
    let fixed = fixed.subtract(&vulnerable);
    Ok((vulnerable, fixed))
}

/// The day on which an advisory was first reported, as a time; `None` where
/// no record has a day that exists, or only one after `date`.
pub(super) fn reported(records: &[(usize, &AdvisoryFact)], date: &str) -> Option<String> {
    let days = records.iter().filter_map(|(_, fact)| fact.record.reported.as_deref());
    let real = days.filter(|day| day.len() == 10 && day.parse::<jiff::civil::Date>().is_ok());
    real.min().map(|day| format!("{day}T00:00:00Z")).filter(|time| time.as_str() < date)
}

/// A description that upstream has, else one that is made of the facts.
pub(super) fn description(material: &Material, subject: &Subject<'_>) -> String {
    /// As much of a text as anybody reads, in characters.
    const MOST: usize = 8192;
    let given = subject.records.iter().find_map(|(_, fact)| fact.detail.description.as_deref());
    if let Some(text) = given.filter(|text| !text.trim().is_empty()) {
        return names::plain(text, MOST);
    }
    let dists: BTreeSet<&str> =
        subject.records.iter().map(|(_, fact)| fact.dist.as_str()).collect();
    let cves: BTreeSet<&str> = subject
        .records
        .iter()
        .flat_map(|(_, fact)| &fact.record.cves)
        .map(String::as_str)
        .collect();
    let dists: Vec<&str> = dists.into_iter().collect();
    let mut text = format!("Releases of the CPAN distribution {} are vulnerable", dists.join(", "));
    if !cves.is_empty() {
        let cves: Vec<&str> = cves.into_iter().collect();
        text.push_str(&format!(" ({})", cves.join(", ")));
    }
    let library = subject.records.iter().find_map(|(_, fact)| material.library_of(fact));
    if let Some(library) = library {
        text.push_str(&format!(": they bundle the library {library}, whose flaw it is"));
    }
    text.push_str(". The references have the details.");
    names::plain(&text, MOST)
}

/// One line that names the advisory.
pub(super) fn title(subject: &Subject<'_>) -> String {
    let given = subject.records.iter().find_map(|(_, fact)| fact.detail.title.as_deref());
    let title = given.map(|title| names::plain(&title.replace('\n', " "), 120));
    title.filter(|title| !title.is_empty()).unwrap_or_else(|| {
        let dists: BTreeSet<&str> =
            subject.records.iter().map(|(_, fact)| fact.dist.as_str()).collect();
        let dists: Vec<&str> = dists.into_iter().collect();
        names::plain(&format!("Vulnerability in {}", dists.join(", ")), 120)
    })
}
