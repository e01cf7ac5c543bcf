//! What differs between two reports of `perlscan darkpan`, and the outputs that say so.
//!
//! [`read`] takes a report back in, [`compare`] sets two of them against each other, and
//! Markdown and JSON show what came out. Archives are the same where their paths are,
//! and have changed where their SHA-256 has; a mirror that was scanned from elsewhere
//! is still the same mirror, so its own folder does not count.

mod json;
mod markdown;
mod read;

use std::collections::{BTreeMap, BTreeSet};
use std::io;

pub use self::read::{MirrorReportError, read};
use super::EmitError;

/// A report of a mirror, as it was written.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MirrorReport {
    /// The date of its database.
    pub database_date: String,
    /// The commit of its database.
    pub database_commit: String,
    /// How many inputs were not read.
    pub lost: usize,
    /// The archives, by what names them.
    pub archives: BTreeMap<String, ArchiveState>,
    /// The findings, in the report's order.
    pub findings: Vec<FindingState>,
}

/// What a report says of an archive.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ArchiveState {
    /// Its path, as the report has it.
    pub path: String,
    /// The distribution, where its name tells one.
    pub dist: Option<String>,
    /// Its version; empty for none.
    pub version: String,
    /// The word for what it is to its index.
    pub standing: Option<String>,
    /// Its SHA-256.
    pub sha256: String,
}

/// What a report says of a finding.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FindingState {
    /// What names the archive.
    pub archive: String,
    /// The path of the archive, as the report has it.
    pub path: String,
    /// The vulnerable distribution.
    pub dist: String,
    /// Its version.
    pub version: String,
    /// The advisory.
    pub id: String,
    /// Other ids of it.
    pub aliases: Vec<String>,
    /// The word of its severity.
    pub severity: String,
    /// The word of the verdict.
    pub verdict: String,
    /// Whether it fails the run.
    pub fails: bool,
    /// Whether somebody has set it aside.
    pub is_suppressed: bool,
    /// What to do.
    pub advice: String,
}

impl FindingState {
    /// The id to show: the first CVE, else the advisory's own.
    pub fn public_id(&self) -> &str {
        self.aliases.iter().find(|id| id.starts_with("CVE-")).unwrap_or(&self.id)
    }

    /// What it is about: the archive and the distribution in it.
    fn subject(&self) -> (&str, &str) {
        (&self.archive, &self.dist)
    }

    fn ids(&self) -> impl Iterator<Item = &str> {
        std::iter::once(self.id.as_str()).chain(self.aliases.iter().map(String::as_str))
    }
}

/// What differs.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MirrorDiff {
    /// What the old report is.
    pub old: SideState,
    /// What the new report is.
    pub new: SideState,
    /// Archives that only the new one has.
    pub added: Vec<ArchiveState>,
    /// Archives that only the old one has.
    pub removed: Vec<ArchiveState>,
    /// Archives of the same path with other bytes, as they were and are.
    pub changed: Vec<(ArchiveState, ArchiveState)>,
    /// Archives that are something else to their index, as they were and are.
    pub standing: Vec<(ArchiveState, ArchiveState)>,
    /// Findings that only the new report has.
    pub came: Vec<NewFinding>,
    /// Findings that only the old report has.
    pub gone: Vec<FindingState>,
    /// Findings of both, as they are.
    pub still: Vec<StillFinding>,
}

/// What a report is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SideState {
    /// The date of its database.
    pub database_date: String,
    /// The commit of its database.
    pub database_commit: String,
    /// How many archives it has.
    pub archives: usize,
    /// How many findings it has.
    pub findings: usize,
    /// How many inputs were not read for it.
    pub lost: usize,
}

/// A finding that came in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewFinding {
    /// The finding.
    pub finding: FindingState,
    /// Why it is new.
    pub cause: Cause,
}

/// Why a finding is new.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cause {
    /// Its archive came in.
    Added,
    /// Its archive's bytes have changed.
    Changed,
    /// Its archive is as it was: what is known of it, or how it is judged, has changed.
    Known,
}

impl Cause {
    /// The word that outputs use.
    pub fn word(self) -> &'static str {
        match self {
            Self::Added => "archive added",
            Self::Changed => "archive changed",
            Self::Known => "advisory or judgement",
        }
    }
}

/// A finding that is still there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StillFinding {
    /// The finding, as it is.
    pub finding: FindingState,
    /// Whether it failed the run before.
    pub failed: bool,
}

impl MirrorDiff {
    /// How many findings fail the run that did not before.
    pub fn new_failing(&self) -> usize {
        let came = self.came.iter().filter(|new| new.finding.fails).count();
        came + self.worse().count()
    }

    /// Findings of both that fail the run now, and did not before.
    pub fn worse(&self) -> impl Iterator<Item = &StillFinding> {
        self.still.iter().filter(|still| still.finding.fails && !still.failed)
    }
}

/// Sets two reports against each other.
pub fn compare(old: &MirrorReport, new: &MirrorReport) -> MirrorDiff {
    let mut diff = MirrorDiff { old: side(old), new: side(new), ..MirrorDiff::default() };
    for (name, is) in &new.archives {
        match old.archives.get(name) {
            None => diff.added.push(is.clone()),
            Some(was) => {
                if was.sha256 != is.sha256 {
                    diff.changed.push((was.clone(), is.clone()));
                }
                if was.standing != is.standing {
                    diff.standing.push((was.clone(), is.clone()));
                }
            }
        }
    }
    let gone = old.archives.iter().filter(|(name, _)| !new.archives.contains_key(*name));
    diff.removed = gone.map(|(_, was)| was.clone()).collect();
    let pairs = pairs(&old.findings, &new.findings);
    let kept: BTreeSet<usize> = pairs.iter().flatten().copied().collect();
    for (finding, was) in new.findings.iter().zip(&pairs) {
        match was.and_then(|was| old.findings.get(was)) {
            Some(was) => {
                diff.still.push(StillFinding { finding: finding.clone(), failed: was.fails });
            }
            None => {
                let cause = match (
                    old.archives.get(&finding.archive),
                    new.archives.get(&finding.archive),
                ) {
                    (None, _) => Cause::Added,
                    (Some(was), Some(is)) if was.sha256 != is.sha256 => Cause::Changed,
                    _ => Cause::Known,
                };
                diff.came.push(NewFinding { finding: finding.clone(), cause });
            }
        }
    }
    let gone = old.findings.iter().enumerate().filter(|(at, _)| !kept.contains(at));
    diff.gone = gone.map(|(_, finding)| finding.clone()).collect();
    diff
}

fn side(report: &MirrorReport) -> SideState {
    SideState {
        database_date: report.database_date.clone(),
        database_commit: report.database_commit.clone(),
        archives: report.archives.len(),
        findings: report.findings.len(),
        lost: report.lost,
    }
}

/// For each new finding the old one that it is: of the same archive, distribution and
/// id; else, since an advisory may have got another id, one that shares an id with it.
fn pairs(old: &[FindingState], new: &[FindingState]) -> Vec<Option<usize>> {
    let mut by_subject: BTreeMap<(&str, &str), Vec<usize>> = BTreeMap::new();
    for (at, finding) in old.iter().enumerate() {
        by_subject.entry(finding.subject()).or_default().push(at);
    }
    let mut used = BTreeSet::new();
    let mut pairs = vec![None; new.len()];
    let same_id = |a: &FindingState, b: &FindingState| a.id == b.id;
    let shares_id = |a: &FindingState, b: &FindingState| a.ids().any(|id| b.ids().any(|o| o == id));
    for fits in [&same_id as &dyn Fn(&FindingState, &FindingState) -> bool, &shares_id] {
        for (finding, pair) in new.iter().zip(&mut pairs).filter(|(_, pair)| pair.is_none()) {
            let candidates = by_subject.get(&finding.subject()).into_iter().flatten();
            *pair = candidates
                .copied()
                .filter(|at| !used.contains(at))
                .find(|at| old.get(*at).is_some_and(|was| fits(was, finding)));
            used.extend(*pair);
        }
    }
    pairs
}

/// Writes what differs as JSON; `names` are the old and the new report as they were
/// named.
///
/// # Errors
/// When the output refuses the bytes.
pub fn write_json(
    diff: &MirrorDiff,
    names: [&str; 2],
    tool_version: &'static str,
    out: &mut dyn io::Write,
) -> Result<(), EmitError> {
    json::write(diff, names, tool_version, out)
}

/// Writes what differs as Markdown, no longer than GitHub takes as the text of a pull
/// request; what is left out is counted.
///
/// # Errors
/// When the output refuses the bytes.
pub fn write_markdown(
    diff: &MirrorDiff,
    names: [&str; 2],
    out: &mut dyn io::Write,
) -> Result<(), EmitError> {
    out.write_all(markdown::text(diff, names).as_bytes())?;
    Ok(())
}
