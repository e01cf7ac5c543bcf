//! Distributions that are modules, or unknown.

use std::collections::BTreeSet;

use super::{Check, LintData, LintFinding, at};

pub(super) struct Distributions;

impl Check for Distributions {
    fn check(&self, data: &LintData<'_>, found: &mut Vec<LintFinding>) {
        let darkpan: BTreeSet<&str> = data.darkpan.iter().map(String::as_str).collect();
        let mut seen = BTreeSet::new();
        for advisory in data.advisories {
            let dist = advisory.fact.dist.as_str();
            // Once a distribution is enough.
            if !seen.insert(dist) {
                continue;
            }
            if dist.contains("::") {
                let what = format!("'{dist}' is the name of a module");
                let instead =
                    format!("the distribution that ships it, perhaps {}", dist.replace("::", "-"));
                found.push(at(advisory, "module-as-distribution", what, Some(instead)));
            } else if data.known(dist).is_empty() && !darkpan.contains(dist) {
                let what = format!("no release of '{dist}' is known");
                found.push(at(advisory, "unknown-distribution", what, None));
            }
        }
    }
}
