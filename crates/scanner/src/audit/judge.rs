//! What the database says of one version, or of a set of versions.
//!
//! Verdicts are given id by id: each record is judged alone, and over the
//! records of an id, affected comes before disputed.

use perlscan_model::advisory::Match;
use perlscan_model::database::{DistEntry, LoadedAdvisory};
use perlscan_model::finding::Verdict;
use perlscan_model::interpreter::is_stable_perl;
use perlscan_model::range::VersionRange;
use perlscan_model::version::PerlVersion;

/// What the database says under one advisory id.
#[derive(Debug, Clone)]
pub struct IdVerdict<'a> {
    /// The id.
    pub id: &'a str,
    /// The verdict.
    pub verdict: Verdict,
    /// The records that hold.
    pub records: Vec<&'a LoadedAdvisory>,
    /// Why the verdict is what it is, where that is not plain.
    pub note: Option<String>,
}

impl IdVerdict<'_> {
    /// The CVE ids of the records that hold, sorted.
    pub fn cves(&self) -> Vec<&str> {
        sorted(self.records.iter().flat_map(|holding| &holding.record.cves))
    }

    /// GitHub's ids of the records that hold, sorted.
    pub fn ghsas(&self) -> Vec<&str> {
        sorted(self.records.iter().flat_map(|holding| &holding.record.ghsas))
    }

    /// The fixed ranges of the records that hold, sorted.
    pub fn fixed(&self) -> Vec<&str> {
        sorted(self.records.iter().flat_map(|holding| &holding.record.fixed))
    }

    /// The affected ranges of the records that hold, sorted.
    pub fn affected(&self) -> Vec<&str> {
        sorted(self.records.iter().flat_map(|holding| &holding.record.affected))
    }
}

fn sorted<'a>(texts: impl Iterator<Item = &'a String>) -> Vec<&'a str> {
    let mut texts: Vec<&str> = texts.map(String::as_str).collect();
    texts.sort_unstable();
    texts.dedup();
    texts
}

/// The records of a distribution, by id.
fn by_id(entry: &DistEntry) -> impl Iterator<Item = &[LoadedAdvisory]> {
    entry.ids.iter().map(|range| entry.advisories.get(range.clone()).unwrap_or_default())
}

/// The ids that hold for an exact version, in order.
pub fn judge_version<'a>(entry: &'a DistEntry, version: &PerlVersion) -> Vec<IdVerdict<'a>> {
    let mut verdicts = Vec::new();
    for records in by_id(entry) {
        let mut holding = Vec::new();
        let mut worst: Option<Match> = None;
        for advisory in records {
            if let Some(found) = advisory.matcher.matches(version) {
                holding.push(advisory);
                worst = Some(worst.map_or(found, |known| known.min(found)));
            }
        }
        if let (Some(found), Some(first)) = (worst, holding.first()) {
            let verdict = match found {
                Match::Affected => Verdict::Affected,
                Match::Disputed => Verdict::Disputed,
            };
            verdicts.push(IdVerdict {
                id: &first.record.id,
                verdict,
                records: holding,
                note: None,
            });
        }
    }
    verdicts
}

/// Whether any advisory of the distribution holds for the version.
pub fn is_vulnerable(entry: &DistEntry, version: &PerlVersion) -> bool {
    entry.advisories.iter().any(|advisory| advisory.matcher.matches(version).is_some())
}

/// The ids under which a requirement that admits `range` allows a vulnerable
/// release: over the known releases where the range admits any, else over the
/// interval itself.
pub fn judge_range<'a>(entry: &'a DistEntry, range: &VersionRange) -> Vec<IdVerdict<'a>> {
    let admitted: Vec<&PerlVersion> = entry
        .releases
        .iter()
        .map(|release| &release.version.version)
        .filter(|version| range.contains(version))
        .collect();
    let newest = newest_stable(entry, range);
    let mut verdicts = Vec::new();
    for records in by_id(entry) {
        let holding: Vec<&LoadedAdvisory> =
            records.iter().filter(|advisory| admits(advisory, range, &admitted)).collect();
        let Some(first) = holding.first() else { continue };
        let holds = |version: &PerlVersion| {
            holding.iter().any(|advisory| advisory.matcher.matches(version).is_some())
        };
        let mut note = None;
        let safe_choice = if admitted.is_empty() {
            let vulnerable = holding
                .iter()
                .fold(VersionRange::none(), |all, a| all.union(&a.matcher.vulnerable()));
            !range.subtract(&vulnerable).is_empty()
        } else if admitted.iter().all(|version| holds(version)) {
            false
        } else if let Some(newest) = newest.filter(|newest| holds(newest)) {
            // Safe releases exist, but not the one that would be installed.
            note = Some(format!("a fresh install would take {newest}, which is vulnerable"));
            false
        } else {
            true
        };
        let verdict = if safe_choice { Verdict::FloorTooLow } else { Verdict::NoSafeChoice };
        verdicts.push(IdVerdict { id: &first.record.id, verdict, records: holding, note });
    }
    verdicts
}

fn admits(advisory: &LoadedAdvisory, range: &VersionRange, admitted: &[&PerlVersion]) -> bool {
    if admitted.is_empty() {
        return !range.intersect(&advisory.matcher.vulnerable()).is_empty();
    }
    admitted.iter().any(|version| advisory.matcher.matches(version).is_some())
}

/// The release that a fresh install would take: the highest stable one that
/// the range admits.
fn newest_stable<'a>(entry: &'a DistEntry, range: &VersionRange) -> Option<&'a PerlVersion> {
    entry
        .releases
        .iter()
        .rev()
        .filter(|release| release.perl.is_none() && release.version.is_stable())
        .map(|release| &release.version.version)
        .filter(|version| !entry.name.is_perl() || is_stable_perl(version))
        .find(|version| range.contains(version))
}
