//! Which ids of a distribution speak of the same flaw.
//!
//! Ids with the same set of CVEs share a finding, and so does an id with the
//! one that it had before. Nothing is transitive: two ids that merely overlap
//! stay two findings.

use std::collections::{BTreeMap, BTreeSet};

use perlscan_model::database::DistEntry;

/// The groups of a distribution's advisory ids.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct IdGroups {
    /// Only ids that do not lead themselves.
    leads: BTreeMap<String, String>,
}

impl IdGroups {
    /// Groups the ids of a distribution.
    pub fn of(entry: &DistEntry) -> Self {
        let mut cves: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        for advisory in &entry.advisories {
            let own = advisory.record.cves.iter().map(String::as_str);
            cves.entry(&advisory.record.id).or_default().extend(own);
        }
        let mut by_cves: BTreeMap<&BTreeSet<&str>, Vec<&str>> = BTreeMap::new();
        for (id, set) in &cves {
            if !set.is_empty() {
                by_cves.entry(set).or_default().push(id);
            }
        }
        let mut leads: BTreeMap<&str, &str> = cves.keys().map(|id| (*id, *id)).collect();
        for ids in by_cves.values() {
            if let Some(lead) = ids.iter().min_by_key(|id| rank(id)) {
                for id in ids {
                    leads.insert(id, lead);
                }
            }
        }
        for advisory in &entry.advisories {
            let id = advisory.record.id.as_str();
            for previous in &advisory.record.previous_ids {
                // Only an id that stands alone joins; else the link would be transitive.
                let alone = leads.get(previous.as_str()) == Some(&previous.as_str())
                    && leads.values().filter(|lead| **lead == previous).count() == 1;
                if let (true, Some(lead)) = (alone, leads.get(id).copied())
                    && let Some((known, _)) = leads.get_key_value(previous.as_str())
                {
                    let known = *known;
                    leads.insert(known, lead);
                }
            }
        }
        let led = leads.into_iter().filter(|(id, lead)| id != lead);
        Self { leads: led.map(|(id, lead)| (id.to_owned(), lead.to_owned())).collect() }
    }

    /// The id that leads the group of an id.
    pub fn lead<'a>(&'a self, id: &'a str) -> &'a str {
        self.leads.get(id).map_or(id, String::as_str)
    }
}

/// Well-formed ids lead, then short ones: `CPANSA-X-2020-1` before
/// `CPANSA-X-2020-1-sqlite`.
fn rank(id: &str) -> (bool, usize, &str) {
    (!is_well_formed(id), id.len(), id)
}

/// Whether an id is `CPANSA-Dist-YEAR-NUMBER`.
pub fn is_well_formed(id: &str) -> bool {
    let Some(rest) = id.strip_prefix("CPANSA-") else { return false };
    let mut parts = rest.rsplitn(3, '-');
    let digits = |part: Option<&str>| {
        part.is_some_and(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit()))
    };
    let number = digits(parts.next());
    let year = parts.next();
    number
        && digits(year)
        && year.is_some_and(|year| year.len() == 4)
        && parts.next().is_some_and(|dist| !dist.is_empty() && !dist.starts_with('-'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn malformed_ids() {
        assert!(is_well_formed("CPANSA-Foo-Bar-2020-01"));
        for id in [
            "CPANSA--2026-5083",
            "CPANSA-Foo-2020-1-zlib",
            "CVE-2020-1",
            "CPANSA-Foo-20-1",
            "CPANSA-Foo-2020-zlib",
            "CPANSA-Foo-2020-",
        ] {
            assert!(!is_well_formed(id), "{id}");
        }
    }
}
