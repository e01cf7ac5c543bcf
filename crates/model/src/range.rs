//! Sets of versions, as unions of intervals.
//!
//! Requirements and advisories share this type: "which vulnerable versions
//! does the requirement allow" is an intersection, "is there a safe choice" a
//! subtraction, and both end in asking whether anything is left. The order of
//! versions is dense above every version, so an interval between two different
//! versions is never empty; 0 is the least version, so `<0` is.

use std::cmp::Ordering;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::version::PerlVersion;

/// One end of an interval.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bound {
    /// The version at the end.
    pub version: PerlVersion,
    /// Whether the version itself belongs to the interval.
    pub inclusive: bool,
}

/// All versions between two ends; a missing end is open.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Interval {
    /// The lower end.
    pub low: Option<Bound>,
    /// The upper end.
    pub high: Option<Bound>,
}

impl Interval {
    /// Exactly one version.
    pub fn exactly(version: PerlVersion) -> Self {
        let bound = Bound { version, inclusive: true };
        Self { low: Some(bound.clone()), high: Some(bound) }
    }

    /// Whether the version lies inside.
    pub fn contains(&self, version: &PerlVersion) -> bool {
        let above = self.low.as_ref().is_none_or(|low| match version.cmp(&low.version) {
            Ordering::Greater => true,
            Ordering::Equal => low.inclusive,
            Ordering::Less => false,
        });
        above
            && self.high.as_ref().is_none_or(|high| match version.cmp(&high.version) {
                Ordering::Less => true,
                Ordering::Equal => high.inclusive,
                Ordering::Greater => false,
            })
    }

    /// Whether no version lies inside.
    pub fn is_empty(&self) -> bool {
        let Some(high) = &self.high else { return false };
        let floor = PerlVersion::zero();
        let (low, low_inclusive) =
            self.low.as_ref().map_or((&floor, true), |low| (&low.version, low.inclusive));
        match low.cmp(&high.version) {
            Ordering::Less => false,
            Ordering::Equal => !(low_inclusive && high.inclusive),
            Ordering::Greater => true,
        }
    }

    /// The one version inside, when there is just one by construction (`==N`).
    pub fn single(&self) -> Option<&PerlVersion> {
        match (&self.low, &self.high) {
            (Some(low), Some(high))
                if low.inclusive && high.inclusive && low.version == high.version =>
            {
                Some(&low.version)
            }
            // Nothing is below 0, so `<=0` is `==0`.
            (None, Some(high)) if high.inclusive && high.version.is_zero() => Some(&high.version),
            _ => None,
        }
    }

    /// What lies in both.
    pub fn intersect(&self, other: &Self) -> Self {
        Self {
            low: tighter(&self.low, &other.low, Ordering::Greater),
            high: tighter(&self.high, &other.high, Ordering::Less),
        }
    }
}

/// The end that admits less; `prefer` is the order that the tighter end has.
fn tighter(a: &Option<Bound>, b: &Option<Bound>, prefer: Ordering) -> Option<Bound> {
    match (a, b) {
        (None, end) | (end, None) => end.clone(),
        (Some(x), Some(y)) => Some(match x.version.cmp(&y.version) {
            Ordering::Equal if x.inclusive => y.clone(),
            Ordering::Equal => x.clone(),
            order if order == prefer => x.clone(),
            _ => y.clone(),
        }),
    }
}

/// How many intervals the intersection of many sets may have.
const MOST_INTERVALS: usize = 64;

/// A set of versions: disjoint intervals in ascending order.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct VersionRange {
    intervals: Vec<Interval>,
}

impl VersionRange {
    /// Every version.
    pub fn any() -> Self {
        Self { intervals: vec![Interval { low: None, high: None }] }
    }

    /// No version.
    pub fn none() -> Self {
        Self::default()
    }

    /// Exactly one version.
    pub fn exactly(version: PerlVersion) -> Self {
        Self::from(Interval::exactly(version))
    }

    /// This version and all above.
    pub fn at_least(version: PerlVersion) -> Self {
        Self::from(Interval { low: Some(Bound { version, inclusive: true }), high: None })
    }

    /// Every version but this one.
    pub fn all_but(version: PerlVersion) -> Self {
        Self::exactly(version).complement()
    }

    /// The intervals, disjoint and ascending.
    pub fn intervals(&self) -> &[Interval] {
        &self.intervals
    }

    /// Whether the set holds the version.
    pub fn contains(&self, version: &PerlVersion) -> bool {
        // Ranges have a handful of intervals; a search would cost more than it saves.
        self.intervals.iter().any(|interval| interval.contains(version))
    }

    /// Whether no version is in the set.
    pub fn is_empty(&self) -> bool {
        self.intervals.is_empty()
    }

    /// Whether every version is in the set.
    pub fn is_any(&self) -> bool {
        matches!(self.intervals.as_slice(), [Interval { low: None, high: None }])
    }

    /// The one version in the set, when there is just one (`==N`: a pin).
    pub fn pinned(&self) -> Option<&PerlVersion> {
        match self.intervals.as_slice() {
            [only] => only.single(),
            _ => None,
        }
    }

    /// Whether the set has no greatest version.
    pub fn is_open_above(&self) -> bool {
        self.intervals.last().is_some_and(|last| last.high.is_none())
    }

    /// The versions in both sets.
    pub fn intersect(&self, other: &Self) -> Self {
        // Both ascend: what ends first meets nothing further on.
        let mut all = Vec::new();
        let (mut rest, mut others) = (self.intervals.iter(), other.intervals.iter());
        let (mut a, mut b) = (rest.next(), others.next());
        while let (Some(this), Some(that)) = (a, b) {
            all.push(this.intersect(that));
            let order = compare_highs(&this.high, &that.high);
            if order.is_le() {
                a = rest.next();
            }
            if order.is_ge() {
                b = others.next();
            }
        }
        Self::normalise(all)
    }

    /// The versions in all of the sets. Where that has more gaps than people
    /// write, the gaps count as in it: whoever asks is warned rather than not,
    /// and a thousand sets take no more than a thousand times one.
    pub fn intersect_all<'r>(ranges: impl IntoIterator<Item = &'r Self>) -> Self {
        ranges.into_iter().fold(Self::any(), |all, range| {
            let all = all.intersect(range);
            match (all.intervals.first(), all.intervals.last()) {
                (Some(first), Some(last)) if all.intervals.len() > MOST_INTERVALS => {
                    Self::from(Interval { low: first.low.clone(), high: last.high.clone() })
                }
                _ => all,
            }
        })
    }

    /// The versions in either set.
    pub fn union(&self, other: &Self) -> Self {
        Self::normalise(self.intervals.iter().chain(&other.intervals).cloned().collect())
    }

    /// The versions in this set and not in the other.
    pub fn subtract(&self, other: &Self) -> Self {
        self.intersect(&other.complement())
    }

    /// The versions that are not in the set.
    pub fn complement(&self) -> Self {
        let flip =
            |bound: &Bound| Bound { version: bound.version.clone(), inclusive: !bound.inclusive };
        let mut gaps = Vec::with_capacity(self.intervals.len() + 1);
        let mut low = None;
        for interval in &self.intervals {
            if let Some(bound) = &interval.low {
                gaps.push(Interval { low: low.take(), high: Some(flip(bound)) });
            }
            match &interval.high {
                Some(bound) => low = Some(flip(bound)),
                None => return Self::normalise(gaps),
            }
        }
        gaps.push(Interval { low, high: None });
        Self::normalise(gaps)
    }

    /// Sorts, drops what is empty, and joins what touches.
    fn normalise(mut intervals: Vec<Interval>) -> Self {
        intervals.retain(|interval| !interval.is_empty());
        for interval in &mut intervals {
            // `>=0` is no bound: one spelling for one set.
            if interval.low.as_ref().is_some_and(|low| low.inclusive && low.version.is_zero()) {
                interval.low = None;
            }
        }
        if intervals.len() <= 1 {
            return Self { intervals };
        }
        intervals.sort_by(|a, b| compare_lows(&a.low, &b.low));
        let mut joined: Vec<Interval> = Vec::with_capacity(intervals.len());
        for next in intervals {
            match joined.last_mut() {
                Some(last) if touches(last, &next) => {
                    if compare_highs(&next.high, &last.high) == Ordering::Greater {
                        last.high = next.high;
                    }
                }
                _ => joined.push(next),
            }
        }
        Self { intervals: joined }
    }

    /// The set in the `vers` notation of purl-spec: `vers:cpan/>=1.2|<2.0`.
    pub fn to_vers(&self) -> String {
        if self.is_any() {
            return "vers:cpan/*".to_owned();
        }
        let mut constraints = Vec::new();
        for interval in &self.intervals {
            if let Some(version) = interval.single() {
                constraints.push(version.to_string());
                continue;
            }
            if let Some(low) = &interval.low {
                constraints.push(format!("{}{}", low_sign(low), low.version));
            }
            if let Some(high) = &interval.high {
                constraints.push(format!("{}{}", high_sign(high), high.version));
            }
        }
        format!("vers:cpan/{}", constraints.join("|"))
    }
}

impl From<Interval> for VersionRange {
    fn from(interval: Interval) -> Self {
        Self::normalise(vec![interval])
    }
}

impl FromIterator<Interval> for VersionRange {
    /// The versions in any of the intervals.
    fn from_iter<I: IntoIterator<Item = Interval>>(intervals: I) -> Self {
        Self::normalise(intervals.into_iter().collect())
    }
}

fn compare_lows(a: &Option<Bound>, b: &Option<Bound>) -> Ordering {
    match (a, b) {
        (None, None) => Ordering::Equal,
        (None, Some(_)) => Ordering::Less,
        (Some(_), None) => Ordering::Greater,
        (Some(x), Some(y)) => x.version.cmp(&y.version).then(y.inclusive.cmp(&x.inclusive)),
    }
}

fn compare_highs(a: &Option<Bound>, b: &Option<Bound>) -> Ordering {
    match (a, b) {
        (None, None) => Ordering::Equal,
        (None, Some(_)) => Ordering::Greater,
        (Some(_), None) => Ordering::Less,
        (Some(x), Some(y)) => x.version.cmp(&y.version).then(x.inclusive.cmp(&y.inclusive)),
    }
}

/// Whether no version lies between the two, `a` beginning first.
fn touches(a: &Interval, b: &Interval) -> bool {
    match (&a.high, &b.low) {
        (None, _) | (_, None) => true,
        (Some(high), Some(low)) => match high.version.cmp(&low.version) {
            Ordering::Greater => true,
            Ordering::Equal => high.inclusive || low.inclusive,
            Ordering::Less => false,
        },
    }
}

fn low_sign(bound: &Bound) -> &'static str {
    if bound.inclusive { ">=" } else { ">" }
}

fn high_sign(bound: &Bound) -> &'static str {
    if bound.inclusive { "<=" } else { "<" }
}

impl fmt::Display for VersionRange {
    /// `>=1.2,<2 || ==3`; `any` and `none` by name.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_any() {
            return f.write_str("any");
        }
        if self.is_empty() {
            return f.write_str("none");
        }
        for (i, interval) in self.intervals.iter().enumerate() {
            if i > 0 {
                f.write_str(" || ")?;
            }
            if let Some(version) = interval.single() {
                write!(f, "=={version}")?;
                continue;
            }
            if let Some(low) = &interval.low {
                write!(f, "{}{}", low_sign(low), low.version)?;
            }
            if let Some(high) = &interval.high {
                let comma = if interval.low.is_some() { "," } else { "" };
                write!(f, "{comma}{}{}", high_sign(high), high.version)?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
#[path = "range_test.rs"]
mod tests;
