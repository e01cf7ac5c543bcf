//! Versions that are affected and fixed at once, and reversed operators.

use perlscan_model::advisory::{Match, RecordMatcher, read_range};
use perlscan_model::range::{Interval, VersionRange};
use perlscan_model::version::PerlVersion;
use perlscan_rules::Level;

use super::{Check, LintData, LintFinding, at};

pub(super) struct Overlap;

impl Check for Overlap {
    fn check(&self, data: &LintData<'_>, found: &mut Vec<LintFinding>) {
        for advisory in data.advisories {
            let record = &advisory.fact.record;
            let Ok(matcher) = RecordMatcher::new(record) else { continue };
            let read = |list: &[String]| -> Vec<Interval> {
                list.iter().filter_map(|range| read_range(range).ok()).flatten().collect()
            };
            let (affected, fixed) = (read(&record.affected), read(&record.fixed));
            if affected.is_empty() || fixed.is_empty() {
                continue;
            }
            let both = set(&affected).intersect(&set(&fixed));
            if !both.is_empty() {
                let disputed = is_disputed(&matcher, &affected, &fixed);
                let outcome = if disputed { "which stays disputed" } else { "where the fix wins" };
                let what = format!(
                    "affected '{}' and fixed '{}' both hold {both}, {outcome}",
                    record.affected.join(" or "),
                    record.fixed.join(" or ")
                );
                let mut finding = at(advisory, "fixed-overlaps-affected", what, None);
                finding.level = if disputed { Level::Error } else { Level::Note };
                found.push(finding);
            }
            if affected.iter().all(|range| range.high.is_none())
                && fixed.iter().all(|range| range.low.is_none())
            {
                let swap = |list: &[String]| {
                    let flip = |c: char| match c {
                        '<' => '>',
                        '>' => '<',
                        c => c,
                    };
                    list.join(" or ").chars().map(flip).collect::<String>()
                };
                let what = format!(
                    "affected '{}' is open above and fixed '{}' below",
                    record.affected.join(" or "),
                    record.fixed.join(" or ")
                );
                let instead = format!(
                    "perhaps affected '{}', fixed '{}'",
                    swap(&record.affected),
                    swap(&record.fixed)
                );
                found.push(at(advisory, "reversed-operators", what, Some(instead)));
            }
        }
    }
}

fn set(intervals: &[Interval]) -> VersionRange {
    intervals.iter().cloned().collect()
}

/// Whether any version is disputed. Between two neighbouring ends nothing
/// changes, so the ends and a version right above each stand for all.
fn is_disputed(matcher: &RecordMatcher, affected: &[Interval], fixed: &[Interval]) -> bool {
    let ends = affected.iter().chain(fixed).flat_map(|range| [&range.low, &range.high]);
    ends.flatten().any(|end| {
        let parts: Vec<String> = end.version.parts().iter().map(ToString::to_string).collect();
        let above = PerlVersion::parse(&format!("v{}.0.0.0.1", parts.join("."))).ok();
        [Some(end.version.clone()), above, Some(PerlVersion::zero())]
            .into_iter()
            .flatten()
            .any(|version| matcher.matches(&version) == Some(Match::Disputed))
    })
}
