//! Findings that somebody has looked at and set aside.
//!
//! Ignoring a CPANSA id ignores that advisory. Ignoring a CVE (or GHSA) ignores
//! an advisory when all its CVEs are ignored; else the finding stays and says
//! that it is partly ignored. What has expired or meets nothing is told, so that
//! a list of suppressions does not rot.

use std::collections::BTreeSet;

use jiff::civil::Date;
use perlscan_model::finding::Finding;
use perlscan_model::location::Location;
use perlscan_model::problem::{Problem, ProblemKind};

/// One entry of a list of suppressions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suppression {
    /// A CPANSA, CVE or GHSA id.
    pub id: String,
    /// Why, in the user's words; never empty.
    pub reason: String,
    /// The last day on which it holds.
    pub until: Option<Date>,
    /// The distribution that it is limited to.
    pub dist: Option<String>,
    /// Where it stands.
    pub location: Location,
}

impl Suppression {
    fn has_expired(&self, today: Date) -> bool {
        self.until.is_some_and(|until| until < today)
    }

    /// Whether it speaks of a finding, by the finding's id or one of its aliases.
    fn names(&self, finding: &Finding) -> bool {
        let same = |id: &String| id.eq_ignore_ascii_case(&self.id);
        (same(&finding.id) || finding.aliases.iter().any(same))
            && self.dist.as_ref().is_none_or(|dist| dist == finding.dist.as_str())
    }

    /// Whether it names an advisory as a whole, and not one of its CVEs.
    fn is_whole(&self) -> bool {
        !is_partial(&self.id)
    }
}

/// Whether an id may be one of several that an advisory is about.
fn is_partial(id: &str) -> bool {
    let id = id.to_ascii_uppercase();
    id.starts_with("CVE-") || id.starts_with("GHSA-")
}

/// Sets findings aside, and tells which entries have expired or meet nothing.
pub fn apply(entries: &[Suppression], today: Date, findings: &mut [Finding]) -> Vec<Problem> {
    let mut met: BTreeSet<usize> = BTreeSet::new();
    for finding in findings {
        let naming: Vec<(usize, &Suppression)> =
            entries.iter().enumerate().filter(|(_, entry)| entry.names(finding)).collect();
        met.extend(naming.iter().map(|(i, _)| *i));
        let holding: Vec<&Suppression> = naming
            .into_iter()
            .map(|(_, entry)| entry)
            .filter(|entry| !entry.has_expired(today))
            .collect();
        if holding.is_empty() || finding.suppressed.is_some() {
            continue;
        }
        let open = open_cves(finding, &holding);
        if open.is_empty() || holding.iter().any(|entry| entry.is_whole()) {
            let reasons: BTreeSet<&str> =
                holding.iter().map(|entry| entry.reason.as_str()).collect();
            finding.suppressed = Some(reasons.into_iter().collect::<Vec<_>>().join("; "));
        } else {
            let ids: Vec<&str> = holding.iter().map(|entry| entry.id.as_str()).collect();
            finding.notes.push(format!(
                "partly ignored: {} is, {} is not",
                ids.join(", "),
                open.join(", ")
            ));
        }
    }
    let told = entries.iter().enumerate().filter_map(|(i, entry)| {
        let id = &entry.id;
        let message = match entry.until {
            Some(until) if entry.has_expired(today) => {
                format!("the suppression of {id} expired on {until}; renew or remove it")
            }
            _ if !met.contains(&i) => {
                format!("the suppression of {id} meets no finding; remove it")
            }
            _ => return None,
        };
        Some(Problem {
            location: entry.location.clone(),
            by: "config",
            kind: ProblemKind::Note,
            message,
        })
    });
    told.collect()
}

/// The CVEs of a finding that none of the entries ignores. A GHSA id stands for
/// the CVE where there is no more than one.
fn open_cves<'a>(finding: &'a Finding, holding: &[&Suppression]) -> Vec<&'a str> {
    let cves = || {
        let ids = finding.aliases.iter().chain([&finding.id]);
        ids.map(String::as_str).filter(|id| id.starts_with("CVE-"))
    };
    if cves().count() <= 1 {
        return Vec::new();
    }
    cves().filter(|cve| !holding.iter().any(|entry| entry.id.eq_ignore_ascii_case(cve))).collect()
}

#[cfg(test)]
#[path = "suppression_test.rs"]
mod tests;
