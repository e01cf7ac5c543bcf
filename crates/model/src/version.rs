//! Perl versions, exactly as version.pm 0.9929 reads and orders them.
//!
//! A version is a sequence of integers. The text decides how it becomes one:
//! a *decimal* version (`1.5`, `1.02_03`) is cut into groups of three digits
//! after the point, a *dotted* one (`v1.2.3`, `1.2.3`, `v1.2`) is the sequence
//! as written. Everything else about versions in perlscan (ranges, advisories,
//! advice) rests on the order defined here, so the reader below follows
//! `prescan_version` and `scan_version` of version.pm's vutil.c step by step.

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};

use serde::{Deserialize, Serialize};

/// The largest integer part; a larger one becomes this and ends the version.
const VERSION_MAX: u32 = 2_147_483_647;

/// A version as version.pm understands it.
///
/// Two versions are equal when they are equal to version.pm: `1.2`, `1.20`
/// and `v1.200` are the same version with different texts. The text is kept
/// for display and never takes part in comparisons.
#[derive(Clone, Serialize, Deserialize)]
pub struct PerlVersion {
    /// The integers, without trailing zeros (missing parts are 0).
    parts: Parts,
    text: Box<str>,
}

/// The integers of a version. Nearly all have at most four, which then need no
/// memory of their own: a database holds tens of thousands of versions.
#[derive(Clone, Serialize, Deserialize)]
enum Parts {
    Few([u32; 4], u8),
    Many(Box<[u32]>),
}

impl Parts {
    /// Keeps the integers without the zeros at the end.
    fn new(numbers: &[u32]) -> Self {
        let end = numbers.iter().rposition(|number| *number != 0).map_or(0, |last| last + 1);
        let numbers = numbers.get(..end).unwrap_or_default();
        let mut few = [0; 4];
        match (few.get_mut(..end), u8::try_from(end)) {
            (Some(slots), Ok(count)) => {
                slots.copy_from_slice(numbers);
                Self::Few(few, count)
            }
            _ => Self::Many(numbers.into()),
        }
    }

    fn as_slice(&self) -> &[u32] {
        match self {
            Self::Few(few, count) => few.get(..usize::from(*count)).unwrap_or_default(),
            Self::Many(many) => many,
        }
    }
}

/// Why version.pm refuses a text as a version.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum VersionError {
    /// Nothing but blanks.
    #[error("a version is missing")]
    Empty,
    /// Something that is no digit, dot or underscore where one must stand.
    #[error("not a number")]
    NonNumeric,
    /// `-1`.
    #[error("a version can't be negative")]
    Negative,
    /// `v` without a digit after it.
    #[error("a digit must follow the leading 'v'")]
    NoDigitAfterV,
    /// `1_11`: an underscore needs a decimal point before it.
    #[error("an underscore without a decimal point before it")]
    AlphaWithoutDecimal,
    /// `1.2_`, `1_`: an underscore with no digit after it.
    #[error("a misplaced underscore")]
    MisplacedUnderscore,
    /// `1.2_3_4`.
    #[error("more than one underscore")]
    MultipleUnderscores,
    /// `1.2_3.4`.
    #[error("an underscore before a decimal point")]
    UnderscoreBeforeDecimal,
    /// `1..2`.
    #[error("digits are missing after the decimal point")]
    FractionMissing,
    /// `1.2.3.`.
    #[error("a decimal point at the end")]
    TrailingDecimal,
}

impl PerlVersion {
    /// Reads a version as `version->parse` does.
    ///
    /// Blanks around, `.5`, `1.` and `v1.` are accepted.
    ///
    /// # Errors
    /// What version.pm dies of, and what it reads in part with the warning that
    /// the rest is ignored (`1.2;`). `undef` and the empty text are errors here:
    /// whether they mean 0 or unknown depends on where they stand.
    pub fn parse(text: &str) -> Result<Self, VersionError> {
        let untrimmed = text.trim_start_matches(is_perl_space);
        let trimmed = untrimmed.trim_end_matches(is_perl_space);
        // To version.pm a blank after it saves a trailing point (`v1.2. `), so
        // the blank stays in the text where the version is none without it.
        let (text, shape) = match prescan(trimmed.as_bytes()) {
            Ok(shape) => (trimmed, shape),
            Err(error) => (untrimmed, prescan(untrimmed.as_bytes()).map_err(|_| error)?),
        };
        let numbers = scan(text.as_bytes(), shape);
        Ok(Self { parts: Parts::new(&numbers), text: text.into() })
    }

    /// The version 0, which as a requirement means "any".
    pub fn zero() -> Self {
        Self { parts: Parts::new(&[]), text: "0".into() }
    }

    /// Builds a dotted version from its integers; its text is `v1.2.3`.
    pub fn from_parts(parts: &[u32]) -> Self {
        let mut text = String::from("v");
        for (i, part) in parts.iter().enumerate() {
            if i > 0 {
                text.push('.');
            }
            text.push_str(&part.to_string());
        }
        if parts.is_empty() {
            text.push('0');
        }
        Self { parts: Parts::new(parts), text: text.into() }
    }

    /// The integers of the version, without trailing zeros.
    pub fn parts(&self) -> &[u32] {
        self.parts.as_slice()
    }

    /// The text that was read, without the blanks around it.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether the text has an underscore: by CPAN's habit a developer release.
    pub fn is_alpha(&self) -> bool {
        self.text.contains('_')
    }

    /// Whether the text is of the dotted form (`v1.2`, `1.2.3`).
    pub fn is_dotted(&self) -> bool {
        self.text.starts_with('v') || self.text.matches('.').count() > 1
    }

    /// Whether an integer was too large and the version ends there. version.pm
    /// warns of it, which CPAN::Meta::Requirements makes an error.
    pub fn overflows(&self) -> bool {
        let text = self.text.trim_end_matches(is_perl_space);
        let integers = if self.is_dotted() { usize::MAX } else { 1 };
        let text = text.strip_prefix('v').unwrap_or(text);
        let mut parts = text.as_bytes().split(|b| *b == b'.').enumerate().take(integers);
        parts.any(|(i, part)| dotted_integer(i, part).is_none())
    }

    /// Whether the version is 0.
    pub fn is_zero(&self) -> bool {
        self.parts().is_empty()
    }

    /// The dotted form with at least three parts, as `version->normal` gives it.
    pub fn normal(&self) -> String {
        let part = |i: usize| self.parts().get(i).copied().unwrap_or(0);
        let mut text = format!("v{}.{}.{}", part(0), part(1), part(2));
        for more in self.parts().iter().skip(3) {
            text.push('.');
            text.push_str(&more.to_string());
        }
        text
    }
}

impl PartialEq for PerlVersion {
    fn eq(&self, other: &Self) -> bool {
        self.parts() == other.parts()
    }
}

impl Eq for PerlVersion {}

impl Hash for PerlVersion {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.parts().hash(state);
    }
}

impl PartialOrd for PerlVersion {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for PerlVersion {
    /// Part by part; a missing part is 0, which sorts before any other because
    /// trailing zeros are never stored.
    fn cmp(&self, other: &Self) -> Ordering {
        self.parts().cmp(other.parts())
    }
}

impl fmt::Display for PerlVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl fmt::Debug for PerlVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{:?}", self.text, self.parts())
    }
}

impl std::str::FromStr for PerlVersion {
    type Err = VersionError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse(text)
    }
}

/// C's `isspace` in the C locale, which is what vutil.c asks.
fn is_perl_space(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\n' | '\r' | '\x0b' | '\x0c')
}

/// What may follow a complete version. In Perl source `;` and the braces end one
/// too; a text with them is refused later, in `finish`.
fn is_end_or_space(byte: Option<u8>) -> bool {
    byte.is_none_or(|b| matches!(b, 0 | b';' | b'{' | b'}') || is_perl_space(char::from(b)))
}

/// What the first pass learns about a text.
#[derive(Clone, Copy)]
struct Shape {
    dotted: bool,
    points: usize,
}

/// `prescan_version` in its lax form: checks the text and tells its shape.
fn prescan(s: &[u8]) -> Result<Shape, VersionError> {
    let at = |i: usize| s.get(i).copied();
    let digit = |i: usize| at(i).is_some_and(|b| b.is_ascii_digit());
    if at(0) == Some(b'v') {
        if !digit(1) {
            return Err(VersionError::NoDigitAfterV);
        }
        return prescan_dotted(s, 1);
    }
    if at(0) == Some(b'-') {
        return Err(VersionError::Negative);
    }
    let mut d = 0;
    while digit(d) {
        d += 1;
    }
    let mut points = 0;
    match at(d) {
        Some(b'.') => {
            points = 1;
            d += 1;
        }
        end if is_end_or_space(end) => {
            if d == 0 {
                return Err(VersionError::Empty);
            }
            return finish(s, d, Shape { dotted: false, points });
        }
        Some(b'_') if d > 0 => {
            return Err(if digit(d + 1) {
                VersionError::AlphaWithoutDecimal
            } else {
                VersionError::MisplacedUnderscore
            });
        }
        _ => return Err(VersionError::NonNumeric),
    }
    if !digit(d) && !is_end_or_space(at(d)) {
        return Err(VersionError::FractionMissing);
    }
    let mut alpha = false;
    while digit(d) {
        d += 1;
        if at(d) == Some(b'.') {
            if alpha {
                return Err(VersionError::UnderscoreBeforeDecimal);
            }
            // A second point: it was a dotted version all along.
            return prescan_dotted(s, 0);
        }
        if at(d) == Some(b'_') {
            if alpha {
                return Err(VersionError::MultipleUnderscores);
            }
            if !digit(d + 1) {
                return Err(VersionError::MisplacedUnderscore);
            }
            d += 1;
            alpha = true;
        }
    }
    finish(s, d, Shape { dotted: false, points })
}

fn prescan_dotted(s: &[u8], from: usize) -> Result<Shape, VersionError> {
    let at = |i: usize| s.get(i).copied();
    let digit = |i: usize| at(i).is_some_and(|b| b.is_ascii_digit());
    let mut d = from;
    while digit(d) {
        d += 1;
    }
    let mut points = 0;
    if at(d) != Some(b'.') {
        return finish(s, d, Shape { dotted: true, points });
    }
    points += 1;
    d += 1;
    let mut alpha = false;
    while digit(d) {
        while digit(d) {
            d += 1;
        }
        match at(d) {
            Some(b'_') => {
                if alpha {
                    return Err(VersionError::MultipleUnderscores);
                }
                d += 1;
                alpha = true;
            }
            Some(b'.') => {
                if alpha {
                    return Err(VersionError::UnderscoreBeforeDecimal);
                }
                points += 1;
                d += 1;
            }
            _ => break,
        }
    }
    finish(s, d, Shape { dotted: true, points })
}

fn finish(s: &[u8], end: usize, shape: Shape) -> Result<Shape, VersionError> {
    let mut d = end;
    while s.get(d).is_some_and(|b| is_perl_space(char::from(*b))) {
        d += 1;
    }
    if d == 0 || d < s.len() {
        return Err(VersionError::NonNumeric);
    }
    if shape.points > 1 && d.checked_sub(1).and_then(|i| s.get(i)) == Some(&b'.') {
        return Err(VersionError::TrailingDecimal);
    }
    Ok(shape)
}

/// `scan_version`: the integers of a text that `prescan` has accepted. One that
/// is too large ends the version.
fn scan(s: &[u8], shape: Shape) -> Vec<u32> {
    let body = s.strip_prefix(b"v").unwrap_or(s);
    let end = body
        .iter()
        .position(|b| !(b.is_ascii_digit() || matches!(b, b'.' | b'_')))
        .unwrap_or(body.len());
    let body = &body[..end];
    let mut numbers = Vec::with_capacity(4);
    if shape.dotted {
        for (i, part) in body.split(|b| *b == b'.').enumerate() {
            match dotted_integer(i, part) {
                Some(number) => numbers.push(number),
                None => {
                    numbers.push(VERSION_MAX);
                    break;
                }
            }
        }
        return numbers;
    }
    let mut halves = body.splitn(2, |b| *b == b'.');
    let whole = halves.next().unwrap_or_default();
    let Some(number) = integer(whole) else {
        return vec![VERSION_MAX];
    };
    numbers.push(number);
    let mut group = 0;
    let mut weight = 100;
    for byte in halves.next().unwrap_or_default() {
        if *byte == b'_' {
            continue;
        }
        group += u32::from(byte - b'0') * weight;
        if weight == 1 {
            numbers.push(group);
            group = 0;
            weight = 100;
        } else {
            weight /= 10;
        }
    }
    // A group that has not begun is 0, and zeros at the end are dropped.
    numbers.push(group);
    numbers
}

/// The value of a part of a dotted version: in all but the first, zeros at the
/// start are skipped.
fn dotted_integer(i: usize, part: &[u8]) -> Option<u32> {
    let zeros = if i == 0 { 0 } else { part.iter().take_while(|b| **b == b'0').count() };
    integer(part.get(zeros..).unwrap_or_default())
}

/// The value of a run of digits with underscores; `None` when it is above
/// [`VERSION_MAX`] or has more digits than that, be they zeros. The empty run is
/// 0 (`v1.`, `.5`).
fn integer(digits: &[u8]) -> Option<u32> {
    let mut value: u64 = 0;
    if digits.iter().filter(|byte| **byte != b'_').count() > 10 {
        return None;
    }
    for byte in digits {
        if *byte != b'_' {
            value = value * 10 + u64::from(byte - b'0');
            if value > u64::from(VERSION_MAX) {
                return None;
            }
        }
    }
    u32::try_from(value).ok()
}

#[cfg(test)]
#[path = "version_test.rs"]
mod tests;
