//! The forms of ids and dates.

use super::{Check, LintData, LintFinding, at};

pub(super) struct Names;

impl Check for Names {
    fn check(&self, data: &LintData<'_>, found: &mut Vec<LintFinding>) {
        for advisory in data.advisories {
            let record = &advisory.fact.record;
            // Only CPANSA's own ids: a CNA's record is called by its CVE.
            if !is_cve(&record.id) && !is_ghsa(&record.id) && !is_cpansa(&record.id) {
                let what = format!("id '{}' is not CPANSA-DISTRIBUTION-YEAR-REST", record.id);
                found.push(at(advisory, "malformed-id", what, None));
            }
            for cve in record.cves.iter().filter(|cve| !is_cve(cve)) {
                let what = format!("'{cve}' is no CVE id");
                found.push(at(advisory, "malformed-cve", what, None));
            }
            for ghsa in record.ghsas.iter().filter(|ghsa| !is_ghsa(ghsa)) {
                let what = format!("'{ghsa}' is no GitHub advisory id");
                found.push(at(advisory, "malformed-ghsa", what, None));
            }
            if let Some(day) = record.reported.as_deref().filter(|day| !is_day(day)) {
                let what = format!("reported '{day}' is no day");
                found.push(at(advisory, "malformed-date", what, None));
            }
        }
    }
}

fn digits(text: &str, least: usize, most: usize) -> bool {
    (least..=most).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit())
}

/// `CVE-YYYY-NNNN`, four digits and up to nineteen (the CVE JSON 5 schema).
fn is_cve(text: &str) -> bool {
    let parts = text.strip_prefix("CVE-").and_then(|rest| rest.split_once('-'));
    parts.is_some_and(|(year, number)| digits(year, 4, 4) && digits(number, 4, 19))
}

/// `GHSA-xxxx-xxxx-xxxx`, in the alphabet that GitHub gives for it.
fn is_ghsa(text: &str) -> bool {
    let letters =
        |part: &str| part.len() == 4 && part.bytes().all(|b| b"23456789cfghjmpqrvwx".contains(&b));
    let Some(rest) = text.strip_prefix("GHSA-") else { return false };
    rest.split('-').count() == 3 && rest.split('-').all(letters)
}

/// `CPANSA-NAME-YYYY-REST`, where the name has one part or more.
fn is_cpansa(text: &str) -> bool {
    let Some(rest) = text.strip_prefix("CPANSA-") else { return false };
    if !rest.bytes().all(|b| b.is_ascii_alphanumeric() || b"_.-".contains(&b)) {
        return false;
    }
    let parts: Vec<&str> = rest.split('-').collect();
    parts.iter().all(|part| !part.is_empty())
        && (1..parts.len().saturating_sub(1))
            .any(|at| parts.get(at).is_some_and(|part| digits(part, 4, 4)))
}

fn is_day(text: &str) -> bool {
    text.len() == 10 && text.parse::<jiff::civil::Date>().is_ok()
}
