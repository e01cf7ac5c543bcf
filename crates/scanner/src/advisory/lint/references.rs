//! References that nobody can follow. A link that stands twice in one entry is
//! told once.

use std::collections::BTreeSet;

use super::{Check, LintData, LintFinding, at, level};

pub(super) struct References;

impl Check for References {
    fn check(&self, data: &LintData<'_>, found: &mut Vec<LintFinding>) {
        for advisory in data.advisories {
            let links: BTreeSet<&String> = advisory.fact.record.references.iter().collect();
            for link in links {
                if let Some(why) = fault(link) {
                    let what = format!("reference '{link}': {why}");
                    found.push(at(advisory, "dead-reference", what, None));
                }
            }
        }
        // Links into registries are left out as well, and are not dead.
        let mut told = BTreeSet::new();
        for dropped in data.dropped {
            if !told.insert((&dropped.place, &dropped.id, &dropped.link)) {
                continue;
            }
            if let Some(why) = fault(dropped.link.trim()) {
                found.push(LintFinding {
                    place: dropped.place.clone(),
                    dist: dropped.dist.clone(),
                    id: dropped.id.clone(),
                    rule: "dead-reference",
                    level: level("dead-reference"),
                    what: format!("reference '{}': {why}", dropped.link),
                    instead: None,
                });
            }
        }
    }
}

fn fault(link: &str) -> Option<&'static str> {
    let Some(rest) = link.strip_prefix("https://").or_else(|| link.strip_prefix("http://")) else {
        return Some("no http or https address");
    };
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    if !host.contains('.') {
        return Some("no host");
    }
    if link.contains(|c: char| c.is_whitespace() || c.is_control()) {
        return Some("a blank in it");
    }
    let closes = link.ends_with(')') && !link.contains('(');
    (closes || link.ends_with(['.', ',', ';', ':', '>', '"', '\'', ']']))
        .then_some("punctuation behind it")
}
