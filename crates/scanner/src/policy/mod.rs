//! What fails a run, and what is set aside.

pub mod change;
pub mod suppression;

use perlscan_model::finding::{Finding, Verdict};
use perlscan_model::remark::{Remark, RemarkKind};
use perlscan_model::requirement::Phase;
use perlscan_model::severity::Severity;

/// From which severity on a finding fails the run.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum FailOn {
    /// Whatever its severity.
    #[default]
    Any,
    /// This severity and above.
    AtLeast(Severity),
    /// No finding does.
    Nothing,
}

/// What fails a run.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FailPolicy {
    /// The severity that it takes.
    pub fail_on: FailOn,
    /// Whether advisories that nobody has scored pass, where severity matters.
    pub unscored_passes: bool,
    /// Whether floors that are too low and unknown versions fail too.
    pub strict: bool,
    /// The phases whose findings fail; empty for all but develop.
    pub phases: Vec<Phase>,
    /// Whether findings in test fixtures fail.
    pub include_fixtures: bool,
    /// The remarks that fail too.
    pub remarks: Vec<RemarkKind>,
}

impl FailPolicy {
    /// Whether a finding fails the run.
    pub fn fails(&self, finding: &Finding) -> bool {
        // The audit has lifted it: a perl finding whose fix the project has.
        let lifted = !finding.fails && finding.verdict <= Verdict::NoSafeChoice;
        let by_verdict = finding.verdict <= Verdict::NoSafeChoice || self.strict;
        let by_phase = match self.phases.as_slice() {
            [] => finding.phase != Phase::Develop,
            phases => phases.contains(&finding.phase),
        };
        by_verdict
            && !lifted
            && by_phase
            && self.by_severity(finding.severity)
            && finding.suppressed.is_none()
            && (!finding.fixture || self.include_fixtures)
    }

    /// Whether a remark fails the run.
    pub fn fails_by(&self, remark: &Remark) -> bool {
        self.remarks.contains(&remark.kind) && (!remark.fixture || self.include_fixtures)
    }

    fn by_severity(&self, severity: Severity) -> bool {
        match (self.fail_on, severity) {
            (FailOn::Nothing, _) => false,
            (_, Severity::Unscored) => !self.unscored_passes,
            (FailOn::Any, _) => true,
            (FailOn::AtLeast(floor), severity) => severity >= floor,
        }
    }
}
