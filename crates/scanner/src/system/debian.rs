//! What Debian says of the fixes in its packages.
//!
//! A fix is brought to an old release without another version: the changelog of
//! the package (deb-changelog(5)) names the CVE, and perl's own list of patches
//! does (`CORE/patchlevel-debian.h`).

use std::collections::{BTreeMap, BTreeSet};

/// What an item of a changelog says when it does not tell of a fix.
const NOT_FIXED: [&str; 8] = [
    "revert",
    "not fixed",
    "unfixed",
    "not yet",
    "not affected",
    "postponed",
    "drop patch",
    "remove patch",
];

/// What a changelog tells.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Changelog {
    /// The version of the package, that of the newest entry.
    pub(super) version: String,
    /// The CVEs that it names as fixed.
    pub(super) fixed: BTreeSet<String>,
}

/// Reads a changelog, whose newest entry stands first. Of what several items say of
/// a CVE the newest counts.
pub(super) fn changelog(text: &str) -> Changelog {
    let mut told: BTreeMap<String, bool> = BTreeMap::new();
    let mut version = None;
    let mut item = String::new();
    for line in text.lines() {
        let begins_item = line.trim_start().starts_with(['*', '+', '-']);
        let begins_entry = !line.starts_with(' ') && !line.trim().is_empty();
        if begins_item || begins_entry {
            note(&item, &mut told);
            item.clear();
        }
        if begins_entry && version.is_none() {
            version = between(line, '(', ')').map(str::to_owned);
        }
        item.push_str(line.trim());
        item.push(' ');
    }
    note(&item, &mut told);
    let fixed = told.into_iter().filter(|(_, is_fixed)| *is_fixed).map(|(cve, _)| cve);
    Changelog { version: version.unwrap_or_default(), fixed: fixed.collect() }
}

fn note(item: &str, told: &mut BTreeMap<String, bool>) {
    let lower = item.to_ascii_lowercase();
    let is_fixed = !NOT_FIXED.iter().any(|words| lower.contains(words));
    for cve in cves(item) {
        told.entry(cve.to_owned()).or_insert(is_fixed);
    }
}

fn between(text: &str, open: char, close: char) -> Option<&str> {
    let (_, rest) = text.split_once(open)?;
    Some(rest.split_once(close)?.0)
}

/// The CVEs that the patches in `patchlevel-debian.h` are named by.
pub(super) fn patches(text: &str) -> BTreeSet<String> {
    let named = text.lines().filter_map(|line| {
        let (_, name) = line.split_once("\"DEBPKG:fixes/")?;
        let name = name.split([' ', '"']).next()?;
        cves(name).next().map(str::to_owned)
    });
    named.collect()
}

/// The CVE ids in a text.
fn cves(text: &str) -> impl Iterator<Item = &str> {
    text.match_indices("CVE-").filter_map(|(at, _)| {
        let rest = text.get(at..)?;
        let digits = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
        let year = digits(rest.get(4..)?);
        let number = digits(rest.get(4 + year + 1..)?);
        let is_id = year == 4 && number >= 4 && rest.as_bytes().get(4 + year) == Some(&b'-');
        is_id.then(|| rest.get(..4 + year + 1 + number)).flatten()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_changelog_names_what_is_fixed() {
        let text = "perl (5.36.0-7+deb12u4) bookworm-security; urgency=high\n\n\
            \x20 * [SECURITY] various upstream fixes:\n\
            \x20   + CVE-2026-7017: HTTP::Tiny credential forwarding on redirects.\n\
            \x20       (Closes: #1141639)\n\
            \x20   + CVE-2026-42496, CVE-2026-42497: Archive::Tar.\n\
            \x20 * Revert the fix for\n\
            \x20   CVE-2020-00001.\n\n\
            \x20-- A B <a@example.org>  Tue, 29 Sep 2026 08:59:07 +0700\n\n\
            perl (5.36.0-7) unstable; urgency=medium\n\n\
            \x20 * Fix CVE-2020-00001. Closes: CVE-20, CVE-2020\n";
        let read = changelog(text);
        assert_eq!(read.version, "5.36.0-7+deb12u4");
        let fixed: Vec<&str> = read.fixed.iter().map(String::as_str).collect();
        assert_eq!(fixed, ["CVE-2026-42496", "CVE-2026-42497", "CVE-2026-7017"]);
    }

    #[test]
    fn the_list_of_patches_names_them_in_its_way() {
        let text = "\t,\"DEBPKG:fixes/CVE-2025-40909-1 - https://bugs [GH #23010]\"\n\
            \t,\"DEBPKG:fixes/respect_umask - no CVE-2020-1234\"\n";
        let named: Vec<String> = patches(text).into_iter().collect();
        assert_eq!(named, ["CVE-2025-40909"]);
    }
}
