//! Ranges as they are written: bare versions, single equals signs, what can't be
//! read, and conjunctions that nothing satisfies.

use perlscan_model::advisory::read_range;

use super::{Check, LintData, LintFinding, at, ranges};

pub(super) struct RangeText;

impl Check for RangeText {
    fn check(&self, data: &LintData<'_>, found: &mut Vec<LintFinding>) {
        for advisory in data.advisories {
            let record = &advisory.fact.record;
            if record.affected.is_empty() {
                found.push(at(advisory, "no-affected-range", "no affected range".into(), None));
            }
            for (list, range) in ranges(record) {
                let what = |what: &str| format!("{list} range '{range}': {what}");
                let text = range.trim();
                let intervals = match read_range(range) {
                    Ok(intervals) => intervals,
                    Err(cause) => {
                        let what = what(&cause.to_string());
                        // `=>` and `=<` are the only slips whose meaning is sure.
                        let instead = text.replace("=>", ">=").replace("=<", "<=");
                        let instead = read_range(&instead).is_ok().then_some(instead);
                        found.push(at(advisory, "unreadable-range", what, instead));
                        continue;
                    }
                };
                if !text.contains(['<', '>', '=', ',']) {
                    let what = what("no operator");
                    found.push(at(advisory, "bare-range", what, Some(format!("=={text}"))));
                }
                if let Some(version) = text.strip_prefix('=')
                    && !version.starts_with('=')
                {
                    let what = what("a single '='");
                    found.push(at(advisory, "single-equals", what, Some(format!("=={version}"))));
                }
                if intervals.len() > 1 {
                    let parts: Vec<&str> = text.split(',').map(str::trim).collect();
                    let what = what("no version satisfies all parts");
                    let instead = format!("one element each: {}", parts.join(" or "));
                    found.push(at(advisory, "unsatisfiable-range", what, Some(instead)));
                }
            }
        }
    }
}
