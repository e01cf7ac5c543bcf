//! Distribution, version and author from the path of an archive.
//!
//! The rules are those of CPAN::DistnameInfo 0.12, which CPAN itself uses:
//! where a name ends and a version begins is a matter of habit, not of syntax,
//! and that module knows the habits. perlscan adds the archive suffixes that it
//! leaves out (`.tar.xz .txz .pm.gz .pm`), an author's id without its two
//! index directories (`ABC/Dist-1.tar.gz`), and the marks of local rebuilds,
//! which stay apart from the version as CPAN::DistnameInfo tells it.

use std::borrow::Cow;

use crate::name::{DistName, NameError};
use crate::version::PerlVersion;

/// The archive suffixes of CPAN::DistnameInfo, then those that perlscan adds.
const SUFFIXES: [&str; 9] =
    [".tar.gz", ".tar.z", ".tar.bz2", ".zip", ".tgz", ".tar.xz", ".txz", ".pm.gz", ".pm"];

/// An archive as its path describes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ArchiveName<'a> {
    author: Option<&'a str>,
    distpath: Option<String>,
    file_name: &'a str,
    extension: &'a str,
    release: ReleaseName<'a>,
}

impl<'a> ArchiveName<'a> {
    /// Reads a path or URL that ends in an archive's name:
    /// `A/AB/ABC/Dist-1.0.tar.gz`, `authors/id/A/AB/ABC/sub/Dist-1.0.zip`,
    /// `ABC/Dist-1.0.tgz`, `Dist-1.0.tar.gz`. `None` when its last part does
    /// not end as an archive's name does.
    pub fn parse(path: &'a str) -> Option<Self> {
        let file_name = path.rsplit('/').next()?;
        let (stem, extension) = split_suffix(file_name)?;
        let parts: Vec<&str> = parts(path);
        let (author, distpath) = author_and_path(&parts);
        Some(Self { author, distpath, file_name, extension, release: ReleaseName::read(stem) })
    }

    /// The CPAN id of the author, where the path has one.
    pub fn author(&self) -> Option<&'a str> {
        self.author
    }

    /// The path below `authors/id/`, `A/AB/ABC/sub/Dist-1.0.tar.gz`, where the
    /// author is known.
    pub fn distpath(&self) -> Option<&str> {
        self.distpath.as_deref()
    }

    /// The last part of the path.
    pub fn file_name(&self) -> &'a str {
        self.file_name
    }

    /// The suffix that makes it an archive, without the leading dot.
    pub fn extension(&self) -> &'a str {
        self.extension
    }

    /// What the name says without its suffix.
    pub fn release(&self) -> &ReleaseName<'a> {
        &self.release
    }

    /// The path that an archive of this author has on CPAN when nothing is
    /// special about it: a `.tar.gz` without a subdirectory.
    pub fn default_distpath(author: &str, dist: &str, version: &str) -> Option<String> {
        let first = author.get(..1)?;
        let second = author.get(..2)?;
        Some(format!("{first}/{second}/{author}/{dist}-{version}.tar.gz"))
    }
}

/// The parts of a path; several slashes in a row count as one.
fn parts(path: &str) -> Vec<&str> {
    path.split('/')
        .enumerate()
        .filter(|(i, part)| *i == 0 || !part.is_empty())
        .map(|p| p.1)
        .collect()
}

fn split_suffix(file_name: &str) -> Option<(&str, &str)> {
    SUFFIXES.into_iter().find_map(|suffix| {
        let at = file_name.len().checked_sub(suffix.len())?;
        let (stem, end) = file_name.split_at_checked(at)?;
        let fits = !stem.is_empty() && end.eq_ignore_ascii_case(suffix);
        fits.then_some((stem, end.get(1..)?))
    })
}

/// The author's id and the path below `authors/id/`. As in CPAN::DistnameInfo,
/// an `authors/id/` within the path goes before one at its start, and that
/// before a bare `id/` or `A/AB/ABC/`.
fn author_and_path<'a>(parts: &[&'a str]) -> (Option<&'a str>, Option<String>) {
    let at = |i: usize| parts.get(i).copied().unwrap_or_default();
    let below_authors =
        |i: usize| at(i) == "authors" && at(i + 1) == "id" && is_author(parts, i + 2);
    let start = (1..parts.len())
        .find(|i| below_authors(*i))
        .or_else(|| below_authors(0).then_some(0))
        .map(|i| i + 2)
        .or_else(|| (at(0) == "id" && is_author(parts, 1)).then_some(1))
        .or_else(|| is_author(parts, 0).then_some(0));
    if let Some(start) = start {
        let path = parts.get(start..).map(|below| below.join("/"));
        return (parts.get(start + 2).copied(), path);
    }
    match parts {
        [author, rest @ ..] if !rest.is_empty() && is_author_id(author) => {
            let (first, second) = (author.get(..1), author.get(..2));
            let path = first
                .zip(second)
                .map(|(first, second)| format!("{first}/{second}/{}", parts.join("/")));
            (Some(author), path)
        }
        _ => (None, None),
    }
}

/// Whether an author's directories stand at a place, with something below.
fn is_author(parts: &[&str], from: usize) -> bool {
    let Some([first, second, author, _, ..]) = parts.get(from..) else { return false };
    is_author_id(author) && author.get(..2) == Some(second) && author.get(..1) == Some(first)
}

/// Two capitals, then capitals, digits and hyphens.
fn is_author_id(text: &str) -> bool {
    text.len() >= 2
        && text.bytes().take(2).all(|b| b.is_ascii_uppercase())
        && text.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'-')
}

/// What `Dist-Name-1.23` says: a distribution and a version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReleaseName<'a> {
    dist: &'a str,
    version: Option<Cow<'a, str>>,
    developer: bool,
}

impl<'a> ReleaseName<'a> {
    /// Reads the name of a release, which is an archive's name without suffix.
    /// Any text gives an answer: where nothing looks like a distribution, the
    /// whole is one, without a version.
    pub fn read(name: &'a str) -> Self {
        let whole = Self { dist: name, version: None, developer: false };
        let Some((mut dist, mut version)) = name.split_at_checked(dist_end(name.as_bytes())) else {
            return whole;
        };
        if dist.is_empty() {
            return whole;
        }
        if version.is_empty() {
            dist = dist.strip_suffix("-undef").unwrap_or(dist);
        }
        version = version.strip_suffix("-withoutworldwriteables").unwrap_or(version);
        if let Some(cut) = version_after_version(version) {
            dist = name.get(..dist.len() + cut).unwrap_or(dist);
            version = version.get(cut + 1..).unwrap_or_default();
        }
        // `CGI.pm-3.05` is a release of CGI.
        dist = dist.strip_suffix(".pm").unwrap_or(dist);
        if version.is_empty()
            && let Some((head, tail)) = dist.rsplit_once('-')
            && is_digits_and_one(tail)
        {
            (dist, version) = (head, tail);
        }
        let mut version = Cow::Borrowed(version);
        if !version.is_empty()
            && version.bytes().all(|b| b.is_ascii_digit())
            && let Some((head, tail)) = dist.rsplit_once('-')
            && !tail.is_empty()
            && tail.bytes().all(is_word)
        {
            dist = head;
            version = Cow::Owned(format!("{tail}{version}"));
        }
        let version = trim_separators(version);
        let developer = !version.is_empty() && is_developer(name, &version);
        Self { dist, version: (!version.is_empty()).then_some(version), developer }
    }

    /// The distribution's name as it stands.
    pub fn dist(&self) -> &'a str {
        self.dist
    }

    /// The distribution's name as a checked one.
    ///
    /// # Errors
    /// When the name has what no distribution's name can have (a blank, `::`).
    pub fn dist_name(&self) -> Result<DistName, NameError> {
        DistName::parse(self.dist)
    }

    /// The version's text; `None` when the name has none.
    pub fn version(&self) -> Option<&str> {
        self.version.as_deref()
    }

    /// Whether CPAN takes the release for a developer's: an underscore in the
    /// version, `-TRIAL`, or an odd series of perl.
    pub fn is_developer(&self) -> bool {
        self.developer
    }

    /// The version and the mark of a local rebuild after it, when there is one:
    /// `1.23` and `-RT4711` of `1.23-RT4711`. Marks are `-N`, `-RTN` and
    /// `.localN`, and only after what version.pm takes for a version.
    pub fn local_suffix(&self) -> Option<(&str, &str)> {
        let version = self.version()?;
        let rest = version.trim_end_matches(|c: char| c.is_ascii_digit());
        let has_number = rest.len() < version.len();
        let base =
            [("-", true), ("-RT", true), (".local", false), ("-local", false), ("+local", false)]
                .into_iter()
                .filter(|(_, needs_number)| has_number || !needs_number)
                .find_map(|(mark, _)| {
                    let (base, end) = rest.split_at_checked(rest.len().checked_sub(mark.len())?)?;
                    end.eq_ignore_ascii_case(mark).then_some(base)
                })?;
        PerlVersion::parse(base).ok()?;
        version.split_at_checked(base.len())
    }
}

/// Where the distribution's name ends; 0 when there is none.
///
/// A name is made of words joined by `-`, `+` and `.`. A word ends the name so
/// far with its last letter that no letter follows, or with a digit before a
/// hyphen; so the `3` of `HTML5-1.0` is in and the `1` of `Foo-1.0` is not. A
/// `v` after a separator is the start of a version. An underscore between two
/// digits belongs to a version, any other to the name.
fn dist_end(name: &[u8]) -> usize {
    let at = |i: usize| name.get(i).copied();
    let is_digit = |i: usize| at(i).is_some_and(|b| b.is_ascii_digit());
    let mut end = 0;
    loop {
        let mut word = end;
        while at(word).is_some_and(|b| matches!(b, b'-' | b'+' | b'.')) {
            word += 1;
        }
        let mut last = None;
        let mut i = word;
        while let Some(byte) = at(i) {
            let ends_here = match byte {
                b'_' => {
                    let after_other = i > 0 && !is_digit(i - 1);
                    let before_other = i + 1 < name.len() && !is_digit(i + 1);
                    if !after_other && !before_other {
                        break;
                    }
                    false
                }
                b'0'..=b'9' => at(i + 1) == Some(b'-'),
                _ if byte.is_ascii_alphabetic() => {
                    let starts_version = matches!(byte, b'v' | b'V')
                        && i > 0
                        && at(i - 1).is_some_and(|b| matches!(b, b'.' | b'_' | b'-'));
                    !starts_version && !at(i + 1).is_some_and(|b| b.is_ascii_alphabetic())
                }
                _ => break,
            };
            if ends_here {
                last = Some(i);
            }
            i += 1;
        }
        match last {
            Some(last) => end = last + 1,
            None => return end,
        }
    }
}

/// Where a second version begins in a version, so that the first is part of the
/// name: `-V3_1_1-0.1` of Unicode-Collate-Standard, `5_14-1.00` of
/// Task-Deprecations. Not so in `_0.03-1`.
fn version_after_version(version: &str) -> Option<usize> {
    let bytes = version.as_bytes();
    let cut = bytes
        .windows(2)
        .rposition(|pair| matches!(pair, [b'-', digit] if digit.is_ascii_digit()))?;
    let begins_with_v = matches!(bytes, [b'-', b'v' | b'V', ..]) && cut >= 2;
    let has_underscore = bytes.get(1..cut).is_some_and(|before| before.contains(&b'_'));
    (begins_with_v || has_underscore).then_some(cut)
}

/// Digits and one more character of a word: `12`, `1a`.
fn is_digits_and_one(text: &str) -> bool {
    match text.as_bytes() {
        [digits @ .., last] => {
            !digits.is_empty() && digits.iter().all(u8::is_ascii_digit) && is_word(*last)
        }
        [] => false,
    }
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

/// Drops what separates the version from the name. A dot is only dropped where
/// the version has another: `.5` keeps it.
fn trim_separators(version: Cow<'_, str>) -> Cow<'_, str> {
    let has_point = version
        .as_bytes()
        .windows(3)
        .any(|w| matches!(w, [a, b'.', b] if a.is_ascii_digit() && b.is_ascii_digit()));
    let separator = |c: char| matches!(c, '-' | '_') || (has_point && c == '.');
    match version {
        Cow::Borrowed(text) => Cow::Borrowed(text.trim_start_matches(separator)),
        Cow::Owned(text) => Cow::Owned(text.trim_start_matches(separator).to_owned()),
    }
}

fn is_developer(name: &str, version: &str) -> bool {
    if let Some(developer) = perl_release(name) {
        return developer;
    }
    version.contains("-TRIAL") || has_alpha_group(version.as_bytes())
}

/// For the name of a perl release, whether it is a developer's: an odd series
/// above 5.6, a release from 50 on, or a candidate. `None` for other names.
fn perl_release(name: &str) -> Option<bool> {
    let rest = name.strip_prefix("perl")?;
    let rest = rest.strip_prefix('-').unwrap_or(rest);
    let (_, rest) = number(rest)?;
    let (series, rest) = number(rest.strip_prefix('.')?)?;
    let odd = series > 6 && series % 2 == 1;
    // A third number follows after any one character, `5.005_03`.
    let mut characters = rest.chars();
    let third = characters.next().and_then(|_| number(characters.as_str()));
    if let Some((release, rest)) = third
        && let Some(candidate) = candidate(rest)
    {
        return Some(odd || release >= 50 || candidate);
    }
    candidate(rest).map(|candidate| odd || candidate)
}

/// Whether the rest of a perl's name is a candidate's mark, `-RC1`; `None` when
/// it is neither that nor empty.
fn candidate(rest: &str) -> Option<bool> {
    if rest.is_empty() {
        return Some(false);
    }
    let digits = rest.strip_prefix("-TRIAL").or_else(|| rest.strip_prefix("-RC"))?;
    number(digits).filter(|(_, rest)| rest.is_empty()).map(|_| true)
}

/// The number at the start of a text and what follows it.
fn number(text: &str) -> Option<(u64, &str)> {
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (digits, rest) = text.split_at_checked(end).filter(|(digits, _)| !digits.is_empty())?;
    // What overflows is odd and large, as it is to perl.
    Some((digits.parse().unwrap_or(u64::MAX), rest))
}

/// `1.02_03`: digits between a separator that a digit precedes and an
/// underscore that a digit follows.
fn has_alpha_group(version: &[u8]) -> bool {
    let is_digit = |i: usize| version.get(i).is_some_and(u8::is_ascii_digit);
    let mut run = 0;
    for (i, byte) in version.iter().enumerate() {
        if *byte == b'_' && run > 0 && is_digit(i + 1) && i >= run + 2 && is_digit(i - run - 2) {
            return true;
        }
        run = if byte.is_ascii_digit() { run + 1 } else { 0 };
    }
    false
}

#[cfg(test)]
#[path = "archive_name_test.rs"]
mod tests;
