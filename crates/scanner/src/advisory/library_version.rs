//! Versions of the libraries that distributions bundle (zlib, openssl, jquery).
//!
//! They are no Perl versions: `1.10` comes after `1.9`, `1.0.2k` after `1.0.2`
//! and `2.0-rc1` before `2.0`. Ranges are written as CPANSA writes all ranges:
//! a list is OR, a comma is AND, a bare version is exactly that one.

use std::cmp::Ordering;

/// A version of a C or JavaScript library.
///
/// Runs of digits are numbers, runs of letters are words; everything else only
/// separates them. A word that names a version before the release (`alpha`,
/// `beta`, `pre`, `rc`, `dev`) sorts before nothing at all, any other after it.
#[derive(Debug, Clone)]
pub struct LibraryVersion {
    parts: Vec<Part>,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Part {
    Before(String),
    // What a version that ends here is compared with.
    End,
    Number(Number),
    After(String),
}

/// Digits without leading zeros: the longer the larger, and never an overflow.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Number(usize, String);

impl LibraryVersion {
    /// Reads a version; `None` where there is no digit in it.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let text = text.strip_prefix(['v', 'V']).unwrap_or(text);
        if !text.bytes().any(|b| b.is_ascii_digit()) {
            return None;
        }
        let mut parts = Vec::new();
        let mut rest = text;
        while let Some(first) = rest.chars().next() {
            let same: fn(char) -> bool = if first.is_ascii_digit() {
                |c| c.is_ascii_digit()
            } else if first.is_alphabetic() {
                char::is_alphabetic
            } else {
                |c| !c.is_ascii_digit() && !c.is_alphabetic()
            };
            let end = rest.find(|c| !same(c)).unwrap_or(rest.len());
            let (run, behind) = rest.split_at(end);
            rest = behind;
            if first.is_ascii_digit() {
                let digits = run.trim_start_matches('0').to_owned();
                parts.push(Part::Number(Number(digits.len(), digits)));
            } else if first.is_alphabetic() {
                let word = run.to_lowercase();
                let early = ["alpha", "beta", "dev", "pre", "preview", "rc"];
                let is_early = early.contains(&word.as_str());
                parts.push(if is_early { Part::Before(word) } else { Part::After(word) });
            }
        }
        // `1.2.0` is `1.2`.
        while parts.last() == Some(&Part::Number(Number(0, String::new()))) {
            parts.pop();
        }
        Some(Self { parts })
    }
}

impl Ord for LibraryVersion {
    fn cmp(&self, other: &Self) -> Ordering {
        let longest = self.parts.len().max(other.parts.len());
        let zero = Part::Number(Number(0, String::new()));
        (0..longest)
            .map(|i| match (self.parts.get(i), other.parts.get(i)) {
                // A missing number is 0, so that `1.2` and `1.2.0.1` compare as numbers.
                (Some(Part::Number(a)), None) => Part::Number(a.clone()).cmp(&zero),
                (None, Some(Part::Number(b))) => zero.cmp(&Part::Number(b.clone())),
                (a, b) => a.unwrap_or(&Part::End).cmp(b.unwrap_or(&Part::End)),
            })
            .find(|order| order.is_ne())
            .unwrap_or(Ordering::Equal)
    }
}

impl PartialOrd for LibraryVersion {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for LibraryVersion {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for LibraryVersion {}

/// Ranges of library versions: OR between the members, AND within.
#[derive(Debug, Clone, Default)]
pub struct LibraryRanges {
    ranges: Vec<Vec<(Operator, LibraryVersion)>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Operator {
    Less,
    LessOrEqual,
    Equal,
    GreaterOrEqual,
    Greater,
}

impl LibraryRanges {
    /// Reads ranges.
    ///
    /// # Errors
    /// The part that is no version.
    pub fn parse<'a>(texts: impl IntoIterator<Item = &'a str>) -> Result<Self, String> {
        let ranges = texts
            .into_iter()
            .map(|text| text.split(',').map(comparison).collect::<Result<Vec<_>, _>>())
            .collect::<Result<Vec<_>, _>>()?;
        Ok(Self { ranges })
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.ranges.is_empty()
    }

    /// Whether one of them holds the version.
    pub fn contain(&self, version: &LibraryVersion) -> bool {
        self.ranges.iter().any(|range| {
            range.iter().all(|(operator, bound)| match operator {
                Operator::Less => version < bound,
                Operator::LessOrEqual => version <= bound,
                Operator::Equal => version == bound,
                Operator::GreaterOrEqual => version >= bound,
                Operator::Greater => version > bound,
            })
        })
    }
}

fn comparison(part: &str) -> Result<(Operator, LibraryVersion), String> {
    let part = part.trim();
    let operators = [
        (">=", Operator::GreaterOrEqual),
        ("<=", Operator::LessOrEqual),
        ("==", Operator::Equal),
        ("=", Operator::Equal),
        (">", Operator::Greater),
        ("<", Operator::Less),
        ("", Operator::Equal),
    ];
    let found = operators.into_iter().find_map(|(text, operator)| {
        let version = LibraryVersion::parse(part.strip_prefix(text)?)?;
        Some((operator, version))
    });
    found.ok_or_else(|| part.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn version(text: &str) -> LibraryVersion {
        LibraryVersion::parse(text).unwrap_or_else(|| panic!("{text} is a version"))
    }

    /// The orders that the libraries themselves state: openssl's letters,
    /// libjpeg's `6b`, release candidates.
    #[test]
    fn libraries_order_their_versions_like_this() {
        let ascending = [
            "0.9.8",
            "0.9.8q",
            "0.9.8zh",
            "1.0.0-beta1",
            "1.0.0-rc1",
            "1.0.0",
            "1.0.0a",
            "1.0.0f",
            "1.0.2",
            "1.0.2k",
            "1.1.0",
            "1.2.8",
            "1.2.11",
            "1.9",
            "1.10",
            "2.0.14",
            "6",
            "6b",
            "8.44",
        ];
        for pair in ascending.windows(2) {
            assert!(version(pair[0]) < version(pair[1]), "{} < {}", pair[0], pair[1]);
        }
        assert_eq!(version("1.2"), version("1.2.0"));
        assert_eq!(version("v3.4.1"), version("3.4.1"));
        assert!(version("99999999999999999999999999") > version("99999999999999999999999998"));
        assert!(LibraryVersion::parse("unknown").is_none());
        assert!(LibraryVersion::parse("").is_none());
    }

    #[test]
    fn ranges_are_or_of_ands() {
        let holds = |ranges: &[&str], text: &str| {
            LibraryRanges::parse(ranges.iter().copied())
                .expect("can be read")
                .contain(&version(text))
        };
        assert!(holds(&[">=1.0.0,<=1.0.0f"], "1.0.0c"));
        assert!(!holds(&[">=1.0.0,<=1.0.0f"], "1.0.0g"));
        assert!(holds(&["<1.0", "==1.2.8"], "1.2.8"));
        assert!(holds(&["<1.12.0"], "1.9.1"));
        assert!(!holds(&["1.2"], "1.2.1"));
        assert_eq!(LibraryRanges::parse(["<newest"]).err().as_deref(), Some("<newest"));
    }
}
