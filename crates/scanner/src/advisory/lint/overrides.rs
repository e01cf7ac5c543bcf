//! Reviewed corrections that no longer meet a record.

use std::path::PathBuf;

use crate::advisory::sources::Place;

use super::{Check, LintData, LintFinding, at};

pub(super) struct Overrides;

impl Check for Overrides {
    fn check(&self, data: &LintData<'_>, found: &mut Vec<LintFinding>) {
        for known in data.overrides {
            let mut of_dist =
                data.advisories.iter().filter(|a| a.fact.dist == known.dist).peekable();
            // Data without the distribution says nothing about its corrections.
            let Some(first) = of_dist.peek().copied() else { continue };
            let meets = of_dist.any(|advisory| {
                let record = &advisory.fact.record;
                record.id == known.id
                    && record.affected == known.was_affected
                    && record.fixed == known.was_fixed
            });
            if !meets {
                let what = "no record reads as it did when the correction was reviewed";
                let mut finding = at(first, "override-not-needed", what.to_owned(), None);
                finding.place = Place { path: PathBuf::from("rules/overrides.toml"), line: None };
                finding.id.clone_from(&known.id);
                found.push(finding);
            }
        }
    }
}
