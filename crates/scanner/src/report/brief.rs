//! A finding in few words, as the formats for continuous integration say it.

use std::cmp::Reverse;

use perlscan_model::finding::{Finding, Verdict};
use perlscan_model::location::Location;
use perlscan_model::severity::Severity;

use super::plain::plain;
use super::{Report, account};

/// What a finding does to the run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Standing<'a> {
    /// It fails the run.
    Fails,
    /// It is shown and does not fail the run, for this reason.
    Passes(&'static str),
    /// It is suppressed, for this reason.
    Suppressed(&'a str),
}

/// What the finding does to the run.
pub(super) fn standing(finding: &Finding) -> Standing<'_> {
    if let Some(reason) = &finding.suppressed {
        return Standing::Suppressed(reason);
    }
    if finding.fails {
        return Standing::Fails;
    }
    Standing::Passes(match finding.verdict {
        _ if finding.fixture => "in a test fixture",
        Verdict::FloorTooLow => "floor too low",
        Verdict::Unknown => "unknown version",
        Verdict::Affected | Verdict::Disputed | Verdict::NoSafeChoice => "the settings let it pass",
    })
}

/// What puts the gravest findings first, for readers that show only so many: an
/// open one before a suppressed one, one that fails the run before the others,
/// then by verdict and severity.
pub(super) fn gravity(finding: &Finding) -> (bool, bool, Verdict, Reverse<Severity>) {
    let suppressed = finding.suppressed.is_some();
    (suppressed, !finding.fails, finding.verdict, Reverse(finding.severity))
}

/// The advisory, the distribution and the version, on one line.
pub(super) fn title(finding: &Finding) -> String {
    let version = if finding.version.is_empty() { "any version" } else { &finding.version };
    plain(&format!("{} in {} {version}", finding.public_id(), finding.dist)).into_owned()
}

/// The place to show: the finding's own, else the project's lock or first input.
pub(super) fn place(report: &Report, finding: &Finding) -> Location {
    match finding.primary() {
        Some(evidence) => evidence.location.clone(),
        None => super::sarif::anywhere(report, finding),
    }
}

/// Why the run is incomplete, where no input that was lost says so.
pub(super) fn incomplete(report: &Report) -> Option<String> {
    if !report.outcome.incomplete {
        return None;
    }
    if report.database.too_old {
        return Some(format!("the database: {}", account::database(&report.database)));
    }
    (!report.has_lost()).then(|| account::result(report))
}
