//! What to do about a vulnerable distribution, in one line.

use perlscan_model::database::{DistEntry, KnownRelease};
use perlscan_model::interpreter::is_stable_perl;
use perlscan_model::version::PerlVersion;

use crate::audit::judge::{IdVerdict, is_vulnerable, judge_version};

/// The stable releases of a distribution that none of its advisories affects.
#[derive(Debug, Clone, Default)]
pub struct SafeReleases {
    /// Positions in the distribution's releases, in ascending order of versions.
    positions: Vec<usize>,
}

impl SafeReleases {
    /// Judges every stable release once.
    pub fn of(entry: &DistEntry) -> Self {
        let safe = |release: &KnownRelease| {
            let version = &release.version.version;
            release.perl.is_none()
                && release.version.is_stable()
                && (!entry.name.is_perl() || is_stable_perl(version))
                && !is_vulnerable(entry, version)
        };
        let releases = entry.releases.iter().enumerate();
        Self { positions: releases.filter(|(_, r)| safe(r)).map(|(i, _)| i).collect() }
    }

    /// The lowest of them that is newer than `version`: uploaded later where
    /// both dates are known, for in some distributions the newest release is
    /// not the highest; else of a higher version.
    pub fn newer_than<'a>(
        &self,
        entry: &'a DistEntry,
        version: Option<&PerlVersion>,
    ) -> Option<&'a KnownRelease> {
        let in_use = version.and_then(|version| {
            let known = |release: &KnownRelease| release.version.version.cmp(version);
            entry.releases.binary_search_by(known).ok().and_then(|i| entry.releases.get(i))
        });
        self.positions.iter().filter_map(|i| entry.releases.get(*i)).find(|release| match in_use {
            Some(in_use) => release.date > in_use.date,
            None => version.is_none_or(|version| release.version.version > *version),
        })
    }
}

/// Where no release is safe: the lowest stable one above `version` that has the
/// fewest advisories, and how many those are.
pub fn least_bad<'a>(
    entry: &'a DistEntry,
    version: &PerlVersion,
) -> Option<(&'a KnownRelease, Vec<IdVerdict<'a>>)> {
    let newer = entry.releases.iter().filter(|release| {
        release.perl.is_none()
            && release.version.is_stable()
            && (!entry.name.is_perl() || is_stable_perl(&release.version.version))
            && release.version.version > *version
    });
    newer
        .map(|release| (release, judge_version(entry, &release.version.version)))
        .min_by_key(|(_, verdicts)| verdicts.len())
}

/// The floor to ask for, so that every later release that is known is safe;
/// `None` when the newest ones are vulnerable.
pub fn safe_floor<'a>(entry: &'a DistEntry, safe: &SafeReleases) -> Option<&'a KnownRelease> {
    let last_bad = entry
        .releases
        .iter()
        .map(|release| &release.version.version)
        .rfind(|version| is_vulnerable(entry, version));
    let releases = safe.positions.iter().filter_map(|i| entry.releases.get(*i));
    releases.into_iter().find(|release| last_bad.is_none_or(|bad| release.version.version > *bad))
}

/// Fixes that the given ranges name but that were never released.
pub fn unreleased_fixes<'a>(entry: &DistEntry, fixed: &[&'a str]) -> Vec<&'a str> {
    let mut missing = Vec::new();
    for range in fixed {
        for part in range.split(',') {
            let text = part.trim().trim_start_matches(['>', '=']);
            let names_release = part.trim().starts_with(">=") || part.trim().starts_with('=');
            let Ok(version) = PerlVersion::parse(text) else { continue };
            let released = entry.releases.iter().any(|r| r.version.version == version);
            if names_release && !released && !entry.releases.is_empty() {
                missing.push(text);
            }
        }
    }
    missing
}
