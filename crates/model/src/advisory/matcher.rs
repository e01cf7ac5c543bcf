//! Whether an advisory record holds for a version.
//!
//! The ranges are CPANSA's as they are: a list is OR, a comma is AND, a bare
//! `N` and `=N` are exactly N, and a conjunction that no version satisfies
//! (`==A,==B`, `<A,>=B` with A below B) is read as OR, for that is what its
//! author meant. They are evaluated, never looked up among known releases.

use crate::advisory::{AdvisoryRecord, BundledLibrary};
use crate::range::{Bound, Interval, VersionRange};
use crate::version::{PerlVersion, VersionError};

/// What a record says of a version.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Match {
    /// The record holds.
    Affected,
    /// Its affected and its fixed ranges both hold, and neither wins.
    Disputed,
}

/// The ranges of a record, ready to be asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordMatcher {
    affected: Vec<Interval>,
    fixed: Vec<Interval>,
}

/// A range of an advisory that can't be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("can't read the range '{range}': '{part}' is no version ({cause})")]
pub struct AdvisoryRangeError {
    /// The range as the source has it.
    pub range: String,
    /// The part that is no version.
    pub part: String,
    /// What version.pm says of it.
    pub cause: VersionError,
}

impl RecordMatcher {
    /// Reads the ranges of a record.
    ///
    /// # Errors
    /// When a range holds something that version.pm refuses.
    pub fn new(record: &AdvisoryRecord) -> Result<Self, AdvisoryRangeError> {
        Ok(Self { affected: intervals(&record.affected)?, fixed: intervals(&record.fixed)? })
    }

    /// What the record says of a version; `None` when it does not hold.
    ///
    /// When affected and fixed ranges both hold, the fix wins if over every
    /// affected range that holds the version, either that range is open above
    /// and a fixed range with a lower and no upper end holds, or that range
    /// ends in this very version, where a fixed range begins.
    pub fn matches(&self, version: &PerlVersion) -> Option<Match> {
        let mut holding = self.affected.iter().filter(|range| range.contains(version)).peekable();
        holding.peek()?;
        let fixes: Vec<&Interval> =
            self.fixed.iter().filter(|range| range.contains(version)).collect();
        if fixes.is_empty() {
            return Some(Match::Affected);
        }
        let open_fix = fixes.iter().any(|fix| fix.low.is_some() && fix.high.is_none());
        let fix_begins = fixes.iter().any(|fix| ends_in(&fix.low, version));
        let fix_wins = holding.all(|range| match &range.high {
            None => open_fix,
            high => fix_begins && ends_in(high, version),
        });
        (!fix_wins).then_some(Match::Disputed)
    }

    /// The versions for which the record is affected or disputed: the set over
    /// which "does the requirement admit a vulnerable version" is asked when
    /// no releases are known.
    pub fn vulnerable(&self) -> VersionRange {
        let union = |ranges: &[Interval]| {
            ranges.iter().fold(VersionRange::none(), |all, range| all.union(&range.clone().into()))
        };
        let affected = union(&self.affected);
        if self.fixed.is_empty() {
            return affected;
        }
        let open_fixes: Vec<Interval> = self
            .fixed
            .iter()
            .filter(|fix| fix.low.is_some() && fix.high.is_none())
            .cloned()
            .collect();
        // The versions over which every affected range that holds is open above.
        let open_affected: Vec<Interval> =
            self.affected.iter().filter(|range| range.high.is_none()).cloned().collect();
        let closed_affected: Vec<Interval> =
            self.affected.iter().filter(|range| range.high.is_some()).cloned().collect();
        let won =
            union(&open_affected).intersect(&union(&open_fixes)).subtract(&union(&closed_affected));
        // Where ranges meet, single versions are won by the fix.
        let mut vulnerable = affected.subtract(&won);
        for range in &closed_affected {
            if let Some(high) = &range.high
                && self.matches(&high.version).is_none()
            {
                vulnerable = vulnerable.subtract(&VersionRange::exactly(high.version.clone()));
            }
        }
        vulnerable
    }
}

impl BundledLibrary {
    /// Whether a release of this version bundles it.
    ///
    /// # Errors
    /// When the range of releases holds something that version.pm refuses.
    pub fn is_in(&self, version: &PerlVersion) -> Result<bool, AdvisoryRangeError> {
        let ranges = intervals(std::slice::from_ref(&self.releases))?;
        Ok(ranges.iter().any(|range| range.contains(version)))
    }
}

fn ends_in(bound: &Option<Bound>, version: &PerlVersion) -> bool {
    bound.as_ref().is_some_and(|bound| bound.version == *version)
}

fn intervals(ranges: &[String]) -> Result<Vec<Interval>, AdvisoryRangeError> {
    let mut all = Vec::new();
    for range in ranges {
        all.append(&mut read_range(range)?);
    }
    Ok(all)
}

/// Reads one range: one interval, or one a part where no version satisfies all
/// of several parts.
///
/// # Errors
/// When it holds something that version.pm refuses.
pub fn read_range(range: &str) -> Result<Vec<Interval>, AdvisoryRangeError> {
    let parts = range
        .split(',')
        .map(|part| comparison(part.trim(), range))
        .collect::<Result<Vec<_>, _>>()?;
    let both =
        parts.iter().fold(Interval { low: None, high: None }, |whole, part| whole.intersect(part));
    // A single part that nothing satisfies (`<0`) stays what it is either way.
    Ok(if both.is_empty() { parts } else { vec![both] })
}

fn comparison(part: &str, range: &str) -> Result<Interval, AdvisoryRangeError> {
    let operator = [">=", "<=", "==", ">", "<", "="]
        .into_iter()
        .find(|operator| part.starts_with(operator))
        .unwrap_or_default();
    let text = part.get(operator.len()..).unwrap_or_default();
    let version = PerlVersion::parse(text).map_err(|cause| AdvisoryRangeError {
        range: range.to_owned(),
        part: part.to_owned(),
        cause,
    })?;
    let bound = |inclusive| Some(Bound { version: version.clone(), inclusive });
    Ok(match operator {
        ">=" => Interval { low: bound(true), high: None },
        ">" => Interval { low: bound(false), high: None },
        "<=" => Interval { low: None, high: bound(true) },
        "<" => Interval { low: None, high: bound(false) },
        _ => Interval::exactly(version),
    })
}

#[cfg(test)]
#[path = "matcher_test.rs"]
mod tests;
