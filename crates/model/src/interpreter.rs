//! The version of perl itself, as everything but Perl source writes it.
//!
//! In image tags, version files and on the command line `5.36` is the series
//! 5.36.x, not the decimal version 5.360 that version.pm would read.

use crate::location::Location;
use crate::package::VersionState;
use crate::range::{Bound, Interval, VersionRange};
use crate::release_version::ReleaseVersion;
use crate::version::PerlVersion;

/// A perl that a project says it runs on. A minimum (`use v5.10`) is none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Interpreter {
    /// The version as it is written.
    pub text: String,
    /// What it means.
    pub version: VersionState,
    /// Where it is written.
    pub location: Location,
}

/// Reads a perl version from outside Perl source: `5.36`, `5.36.1`, `v5.36`,
/// `perl-5.36.0`, `5.036001`, `5.36-slim-bookworm`.
///
/// `5.N` with at most two digits is the series 5.N.x. `latest`, `stable`,
/// `system`, `5` and what is no version are unknown, with the reason.
pub fn read_perl_version(text: &str) -> VersionState {
    let unknown = |why: &str| VersionState::Unknown(format!("'{}' {why}", text.trim()));
    let name = text.trim();
    let name = name.strip_prefix("perl-").unwrap_or(name);
    let number = name.split('-').next().unwrap_or_default();
    if number.contains("${{") || number.contains('$') {
        return unknown("is only known when it runs");
    }
    if number == "5" || number == "v5" || matches!(number, "latest" | "stable" | "system") {
        return unknown("names no perl release");
    }
    let digits = number.strip_prefix('v').unwrap_or(number);
    if let Some(minor) = digits.strip_prefix("5.")
        && (1..=2).contains(&minor.len())
        && let Ok(minor) = minor.parse::<u32>()
    {
        return VersionState::Range(series(minor));
    }
    match PerlVersion::parse(number) {
        Ok(version) if version.parts().first() == Some(&5) => {
            let text = number.into();
            VersionState::Exact(ReleaseVersion { version, text, exact: true })
        }
        Ok(_) => unknown("is no version of perl 5"),
        Err(_) => unknown("is no version"),
    }
}

/// All releases of perl 5.`minor`.
pub fn series(minor: u32) -> VersionRange {
    let bound = |minor: u32, inclusive| {
        Some(Bound { version: PerlVersion::from_parts(&[5, minor]), inclusive })
    };
    Interval { low: bound(minor, true), high: bound(minor + 1, false) }.into()
}

/// Whether a perl version is of a stable series: the minor number is even.
pub fn is_stable_perl(version: &PerlVersion) -> bool {
    version.parts().get(1).is_none_or(|minor| minor % 2 == 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_digits_are_a_series() {
        for text in ["5.36", "v5.36", "perl-5.36", "5.36-slim-bookworm"] {
            assert_eq!(read_perl_version(text), VersionState::Range(series(36)), "{text}");
        }
        assert_eq!(read_perl_version("5.8"), VersionState::Range(series(8)));
    }

    #[test]
    fn three_parts_or_three_digits_are_a_release() {
        for (text, parts) in [
            ("5.36.1", vec![5, 36, 1]),
            ("5.036001", vec![5, 36, 1]),
            ("perl-5.36.0-threaded", vec![5, 36]),
            ("5.010", vec![5, 10]),
        ] {
            let VersionState::Exact(release) = read_perl_version(text) else {
                panic!("{text} is a release")
            };
            assert_eq!(release.version.parts(), parts, "{text}");
        }
    }

    #[test]
    fn the_rest_is_unknown() {
        for text in [
            "latest",
            "stable",
            "system",
            "5",
            "${{ matrix.perl }}",
            "6.0",
            "x",
            "",
            "5.99999999999999999999x",
        ] {
            assert!(matches!(read_perl_version(text), VersionState::Unknown(_)), "{text}");
        }
    }
}
