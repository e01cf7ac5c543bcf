//! Versions of releases as archive names carry them.
//!
//! Most are versions to version.pm. Those that it refuses (`2.00-TRIAL`,
//! `1_11`, `v804.024.`) are still read, because a DarkPAN holds them and an
//! advisory may hold for them, but with low confidence and with the text kept.

use serde::{Deserialize, Serialize};

use crate::version::PerlVersion;

/// The version of a release and how surely it was read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReleaseVersion {
    /// What comparisons use.
    pub version: PerlVersion,
    /// The text as the archive's name has it.
    pub text: Box<str>,
    /// Whether version.pm itself accepts the text; else the reading is ours.
    pub exact: bool,
}

impl ReleaseVersion {
    /// Reads a release version; `None` when no version can be told from the
    /// text: empty, `undef`, `0`, or nothing numeric at its start.
    ///
    /// A text that version.pm refuses loses what marks trial releases
    /// (`-TRIAL`, `-RC1`, `pre2`) and trailing `.` and `_`; without a dot, `_`
    /// is the dot (`1_11`); else the longest prefix that version.pm accepts and
    /// that does not end inside an underscore group is taken.
    pub fn read(text: &str) -> Option<Self> {
        let text = text.trim();
        if let Ok(version) = PerlVersion::parse(text) {
            let known = text != "0";
            return known.then(|| Self { version, text: text.into(), exact: true });
        }
        Some(Self { version: lenient(text)?, text: text.into(), exact: false })
    }

    /// Whether the release is meant for everybody: no `_` and no trial mark.
    pub fn is_stable(&self) -> bool {
        // A trial mark has letters, which no exactly read version has.
        self.exact && !self.version.is_alpha()
    }
}

fn lenient(text: &str) -> Option<PerlVersion> {
    let start = usize::from(text.starts_with('v'));
    let marked = |c: char| !(c.is_ascii_digit() || matches!(c, '.' | '_'));
    let end = text.get(start..)?.find(marked).map_or(text.len(), |at| at + start);
    let numeric = text.get(..end)?.trim_end_matches(['.', '_']);
    if let Ok(version) = PerlVersion::parse(numeric) {
        return Some(version);
    }
    if !numeric.contains('.') && numeric.contains('_') {
        return PerlVersion::parse(&numeric.replace('_', ".")).ok();
    }
    // An underscore group is taken whole or not at all: a part of it would be
    // another number (`v1.9.99_12.0` is v1.9.99_12, never v1.9.99_1).
    (1..numeric.len())
        .rev()
        .filter_map(|end| numeric.split_at_checked(end))
        .filter(|(prefix, rest)| !prefix.contains('_') || rest.starts_with('.'))
        .map(|(prefix, _)| prefix)
        .find_map(|prefix| PerlVersion::parse(prefix).ok())
}

#[cfg(test)]
#[path = "release_version_test.rs"]
mod tests;
