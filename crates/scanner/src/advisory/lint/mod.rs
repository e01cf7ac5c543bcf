//! What is wrong in advisory data: `perlscan db lint`.
//!
//! One check a file, each behind `Check`. The data is looked at before sources
//! are merged, so that what a merge leaves out is seen too. Texts about the
//! rules stand in `rules/lint/`.

mod distributions;
mod duplicates;
mod fix_release;
mod missing_fix;
mod names;
mod overlap;
mod overrides;
mod range_release;
mod range_text;
mod references;

#[cfg(test)]
mod lint_test;

use std::collections::BTreeMap;

use perlscan_model::advisory::AdvisoryRecord;
use perlscan_model::facts::FactSet;
use perlscan_model::version::PerlVersion;
use perlscan_rules::Level;

use crate::advisory::overrides::Override;
use crate::advisory::sources::{
    DroppedReference, Place, SourceData, SourceProblem, SourcedAdvisory, UNKNOWN_SEVERITY,
};

/// Something that is wrong in advisory data.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct LintFinding {
    /// Where.
    pub place: Place,
    /// The distribution; several with `, ` between them, empty where it is about none.
    pub dist: String,
    /// The advisory's id; empty where it is about none.
    pub id: String,
    /// The rule, by its id in `rules/lint/`.
    pub rule: &'static str,
    /// How grave it is.
    pub level: Level,
    /// What is wrong.
    pub what: String,
    /// What to write instead, where that can be told.
    pub instead: Option<String>,
}

/// Advisory data with what it is held against.
#[derive(Debug)]
pub struct LintData<'a> {
    /// The records, where they stand.
    pub advisories: &'a [SourcedAdvisory],
    /// Known releases by distribution; one without any is not in it.
    pub releases: BTreeMap<String, Vec<PerlVersion>>,
    /// Distributions that are said not to be on CPAN.
    pub darkpan: Vec<String>,
    /// Links that were not carried over.
    pub dropped: &'a [DroppedReference],
    /// The reviewed corrections.
    pub overrides: &'a [Override],
}

impl LintData<'_> {
    /// The known releases of a distribution.
    fn known(&self, dist: &str) -> &[PerlVersion] {
        self.releases.get(dist).map_or(&[], Vec::as_slice)
    }
}

/// A check of advisory data.
trait Check: Sync {
    /// Adds what is wrong.
    fn check(&self, data: &LintData<'_>, found: &mut Vec<LintFinding>);
}

/// Every check.
const ALL: &[&dyn Check] = &[
    &range_text::RangeText,
    &overlap::Overlap,
    &range_release::RangeRelease,
    &fix_release::FixRelease,
    &missing_fix::MissingFix,
    &names::Names,
    &duplicates::Duplicates,
    &distributions::Distributions,
    &references::References,
    &overrides::Overrides,
];

/// Looks for everything that is wrong in a source; sorted. Releases that the
/// source does not list come from `background`. The corrections are held against
/// CPANSA's own records only, so give none for another source.
pub fn lint(source: &SourceData, background: &FactSet, overrides: &[Override]) -> Vec<LintFinding> {
    let mut own: BTreeMap<String, Vec<PerlVersion>> = BTreeMap::new();
    let mut others: BTreeMap<String, Vec<PerlVersion>> = BTreeMap::new();
    for (facts, releases) in [(&source.releases, &mut own), (&background.releases, &mut others)] {
        for fact in facts {
            if let Ok(version) = PerlVersion::parse(&fact.release.version) {
                releases.entry(fact.dist.clone()).or_default().push(version);
            }
        }
    }
    others.append(&mut own);
    for versions in others.values_mut() {
        versions.sort();
    }
    let dists = source.distributions.iter().chain(&background.distributions);
    let data = LintData {
        advisories: &source.advisories,
        releases: others,
        darkpan: dists.filter(|fact| fact.darkpan).map(|fact| fact.dist.clone()).collect(),
        dropped: &source.dropped,
        overrides,
    };
    let mut found: Vec<LintFinding> = source.problems.iter().map(of_problem).collect();
    for check in ALL {
        check.check(&data, &mut found);
    }
    found.sort();
    found
}

/// What a reader could not take: a severity is told from the rest.
fn of_problem(problem: &SourceProblem) -> LintFinding {
    let severity = problem.message.contains(UNKNOWN_SEVERITY);
    let rule = if severity { "unknown-severity" } else { "unreadable-data" };
    LintFinding {
        place: problem.place.clone(),
        dist: String::new(),
        id: String::new(),
        rule,
        level: level(rule),
        what: problem.message.clone(),
        instead: None,
    }
}

/// How grave a rule says its findings are.
fn level(rule: &str) -> Level {
    perlscan_rules::find(rule).map_or(Level::Warning, |rule| rule.level)
}

/// A finding at a record.
fn at(
    advisory: &SourcedAdvisory,
    rule: &'static str,
    what: String,
    instead: Option<String>,
) -> LintFinding {
    LintFinding {
        place: advisory.place.clone(),
        dist: advisory.fact.dist.clone(),
        id: advisory.fact.record.id.clone(),
        rule,
        level: level(rule),
        what,
        instead,
    }
}

/// The ranges of a record with the names of their lists.
fn ranges(record: &AdvisoryRecord) -> impl Iterator<Item = (&'static str, &str)> {
    let affected = record.affected.iter().map(|range| ("affected", range.as_str()));
    affected.chain(record.fixed.iter().map(|range| ("fixed", range.as_str())))
}
