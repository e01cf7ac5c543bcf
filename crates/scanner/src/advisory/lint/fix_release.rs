//! Fixes that name a version which was never released.

use perlscan_model::advisory::read_range;

use super::{Check, LintData, LintFinding, at};

pub(super) struct FixRelease;

impl Check for FixRelease {
    fn check(&self, data: &LintData<'_>, found: &mut Vec<LintFinding>) {
        for advisory in data.advisories {
            let known = data.known(&advisory.fact.dist);
            if known.is_empty() {
                continue;
            }
            for range in &advisory.fact.record.fixed {
                let intervals = read_range(range).unwrap_or_default();
                for low in intervals.into_iter().filter_map(|interval| interval.low) {
                    if low.version.is_zero() || known.binary_search(&low.version).is_ok() {
                        continue;
                    }
                    let next = known.iter().find(|version| **version > low.version);
                    let what = format!("fixed range '{range}': {} was never released", low.version);
                    let instead = next.map(|next| format!("perhaps >={next}, the next release"));
                    found.push(at(advisory, "fix-without-release", what, instead));
                }
            }
        }
    }
}
