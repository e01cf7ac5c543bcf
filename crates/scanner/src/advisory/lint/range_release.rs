//! Affected ranges that hold no known release.

use perlscan_model::advisory::read_range;

use super::{Check, LintData, LintFinding, at};

pub(super) struct RangeRelease;

impl Check for RangeRelease {
    fn check(&self, data: &LintData<'_>, found: &mut Vec<LintFinding>) {
        for advisory in data.advisories {
            let known = data.known(&advisory.fact.dist);
            let (Some(first), Some(last)) = (known.first(), known.last()) else { continue };
            for range in &advisory.fact.record.affected {
                let Ok(intervals) = read_range(range) else { continue };
                if known.iter().any(|version| intervals.iter().any(|i| i.contains(version))) {
                    continue;
                }
                let what = format!(
                    "affected range '{range}' holds none of the {} known releases ({first} to {last})",
                    known.len()
                );
                found.push(at(advisory, "range-without-release", what, None));
            }
        }
    }
}
