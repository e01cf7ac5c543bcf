//! Package URLs of CPAN distributions, as purl-spec's `cpan` type has them.
//!
//! The name is the distribution, case kept, never a module. The author may
//! stand in two places: as the namespace (`pkg:cpan/OALDERS/libwww-perl@6.76`)
//! or as a qualifier (`pkg:cpan/libwww-perl@6.76?author=OALDERS`). Both are read
//! and written back as they were; what perlscan makes itself has the qualifier
//! ([`PackageUrl::for_release`], [`PackageUrl::canonical`]).

use std::collections::BTreeMap;
use std::fmt;

use crate::advisory::BundledLibrary;
use crate::archive_name::ArchiveName;
use crate::name::{DistName, ModuleName};
use crate::package::{Package, VersionState};

/// The qualifier that names the author.
const AUTHOR: &str = "author";
/// The qualifier that names the archive's path below the mirror.
const DISTPATH: &str = "distpath";
/// The qualifier that names another mirror than CPAN.
const REPOSITORY_URL: &str = "repository_url";

/// A package URL of the type `cpan`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PackageUrl {
    namespace: Option<String>,
    name: DistName,
    version: Option<String>,
    qualifiers: BTreeMap<String, String>,
    subpath: Option<String>,
}

/// The parts that a package URL is built of, not yet checked.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PackageUrlParts<'a> {
    /// The author's id in the place before the name.
    pub namespace: Option<&'a str>,
    /// The distribution.
    pub name: &'a str,
    /// The release's version.
    pub version: Option<&'a str>,
    /// Keys and values; an empty value is as good as none.
    pub qualifiers: Vec<(&'a str, &'a str)>,
    /// A path inside the release.
    pub subpath: Option<&'a str>,
}

/// Why a text is no package URL of a CPAN distribution.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PurlError {
    /// It does not begin with `pkg:`.
    #[error("'{0}' does not begin with 'pkg:'")]
    Scheme(String),
    /// It is a package URL of something else.
    #[error("the package URL's type is '{0}': only 'cpan' is understood")]
    OtherType(String),
    /// There is no name.
    #[error("the package URL names no distribution: write 'pkg:cpan/Dist-Name'")]
    MissingName,
    /// It names a module where the distribution belongs.
    #[error("'{module}' is a module: a package URL names the distribution that ships it")]
    Module {
        /// The module.
        module: ModuleName,
        /// The version after it, which is then the module's.
        version: Option<String>,
        /// The author, upper case.
        author: Option<String>,
    },
    /// The name can't be a distribution's.
    #[error("'{0}' can't be the name of a distribution")]
    Name(String),
    /// The namespace or the qualifier `author` can't be a CPAN id.
    #[error("'{0}' can't be the id of a CPAN author: letters, digits and hyphens are expected")]
    Author(String),
    /// Namespace and qualifier name different authors.
    #[error("two different authors, '{0}' and '{1}': leave one out")]
    TwoAuthors(String, String),
    /// A qualifier is no `key=value`, or its key has other characters than it may.
    #[error(
        "'{0}' is no qualifier: 'key=value' is expected, the key of letters, digits, '.', '-' and '_'"
    )]
    Qualifier(String),
    /// A key stands twice.
    #[error("the qualifier '{0}' stands twice: leave one out")]
    QualifierTwice(String),
    /// A `%` without two hexadecimal digits, or bytes that are no UTF-8.
    #[error("'{0}' is not percent-encoded UTF-8: write a literal '%' as '%25'")]
    Encoding(String),
}

impl PackageUrl {
    /// Reads a package URL.
    ///
    /// # Errors
    /// When it is none, when its type is another than `cpan`, and when it names
    /// a module: [`PurlError::Module`] then carries what it says.
    pub fn parse(text: &str) -> Result<Self, PurlError> {
        let text = text.trim();
        let (rest, subpath) = split_last(text, '#');
        let (rest, qualifiers) = split_last(rest, '?');
        let (scheme, rest) = rest.split_once(':').ok_or_else(|| PurlError::Scheme(text.into()))?;
        if !scheme.eq_ignore_ascii_case("pkg") {
            return Err(PurlError::Scheme(text.into()));
        }
        let rest = rest.trim_matches('/');
        let (kind, rest) = rest.split_once('/').unwrap_or((rest, ""));
        if !kind.eq_ignore_ascii_case("cpan") {
            return Err(PurlError::OtherType(kind.to_ascii_lowercase()));
        }
        let (rest, version) = split_last(rest.trim_matches('/'), '@');
        let rest = rest.trim_end_matches('/');
        let (namespace, name) = match rest.rsplit_once('/') {
            Some((namespace, name)) => (Some(decode(namespace.trim_matches('/'))?), name),
            None => (None, rest),
        };
        let name = decode(name)?;
        let version = version.map(decode).transpose()?;
        let subpath = subpath.map(decode_path).transpose()?;
        let mut pairs = Vec::new();
        for pair in qualifiers.unwrap_or_default().split('&').filter(|pair| !pair.is_empty()) {
            let (key, value) =
                pair.split_once('=').ok_or_else(|| PurlError::Qualifier(pair.into()))?;
            pairs.push((key, decode(value)?));
        }
        Self::build(&PackageUrlParts {
            namespace: namespace.as_deref(),
            name: &name,
            version: version.as_deref(),
            qualifiers: pairs.iter().map(|(key, value)| (*key, value.as_str())).collect(),
            subpath: subpath.as_deref(),
        })
    }

    /// Checks the parts and makes a package URL of them. What is empty counts as
    /// missing, keys become lower case and an author's id upper case.
    ///
    /// # Errors
    /// When a part can't be what it should.
    pub fn build(parts: &PackageUrlParts<'_>) -> Result<Self, PurlError> {
        let given = |text: Option<&str>| text.filter(|text| !text.is_empty()).map(str::to_owned);
        let namespace = parts.namespace.filter(|n| !n.is_empty()).map(author_id).transpose()?;
        let mut qualifiers = BTreeMap::new();
        for (key, value) in &parts.qualifiers {
            let key = qualifier_key(key)?;
            if value.is_empty() {
                continue;
            }
            let value = if key == AUTHOR { author_id(value)? } else { (*value).to_owned() };
            if qualifiers.contains_key(&key) {
                return Err(PurlError::QualifierTwice(key));
            }
            qualifiers.insert(key, value);
        }
        if let (Some(one), Some(other)) = (&namespace, qualifiers.get(AUTHOR))
            && one != other
        {
            return Err(PurlError::TwoAuthors(one.clone(), other.clone()));
        }
        let version = given(parts.version);
        if parts.name.is_empty() {
            return Err(PurlError::MissingName);
        }
        let name = match DistName::parse(parts.name) {
            Ok(name) => name,
            Err(_) => {
                return Err(match ModuleName::parse(parts.name) {
                    Ok(module) => {
                        let author = namespace.or_else(|| qualifiers.remove(AUTHOR));
                        PurlError::Module { module, version, author }
                    }
                    Err(_) => PurlError::Name(parts.name.to_owned()),
                });
            }
        };
        let subpath = parts.subpath.map(clean_path).filter(|path| !path.is_empty());
        Ok(Self { namespace, name, version, qualifiers, subpath })
    }

    /// The package URL that perlscan gives to a release: the author as a
    /// qualifier. Empty texts count as missing; an author that can't be a CPAN
    /// id is left out.
    pub fn for_release(dist: &DistName, version: Option<&str>, author: Option<&str>) -> Self {
        let mut url = Self {
            namespace: None,
            name: dist.clone(),
            version: version.filter(|text| !text.is_empty()).map(str::to_owned),
            qualifiers: BTreeMap::new(),
            subpath: None,
        };
        if let Some(author) = author.and_then(|author| author_id(author).ok()) {
            url.qualifiers.insert(AUTHOR.to_owned(), author);
        }
        url
    }

    /// The package URL of a package that was found, as far as it is known.
    pub fn for_package(package: &Package) -> Self {
        let version = match &package.version {
            VersionState::Exact(release) => Some(&*release.text),
            VersionState::Range(_) | VersionState::Unknown(_) => None,
        };
        let url = Self::for_release(&package.dist, version, package.author.as_deref());
        match &package.distpath {
            Some(path) => url.with_distpath(path),
            None => url,
        }
    }

    /// Says where the archive lies below `authors/id/`, unless that is the
    /// default, `A/AB/ABC/Dist-1.0.tar.gz`.
    #[must_use]
    pub fn with_distpath(mut self, path: &str) -> Self {
        let below = path.strip_prefix("authors/id/").unwrap_or(path);
        let default = match (self.author(), &self.version) {
            (Some(author), Some(version)) => {
                ArchiveName::default_distpath(author, self.name.as_str(), version)
            }
            _ => None,
        };
        if below.is_empty() || default.as_deref() == Some(below) {
            return self;
        }
        self.qualifiers.insert(DISTPATH.to_owned(), format!("authors/id/{below}"));
        self
    }

    /// Says which mirror the release comes from, when that is not CPAN.
    #[must_use]
    pub fn with_repository_url(mut self, url: &str) -> Self {
        if !url.is_empty() {
            self.qualifiers.insert(REPOSITORY_URL.to_owned(), url.to_owned());
        }
        self
    }

    /// The same release in the form that perlscan writes: the author as a
    /// qualifier, nothing before the name.
    #[must_use]
    pub fn canonical(&self) -> Self {
        let mut url = self.clone();
        if let Some(author) = url.namespace.take() {
            url.qualifiers.insert(AUTHOR.to_owned(), author);
        }
        url
    }

    /// The distribution.
    pub fn dist(&self) -> &DistName {
        &self.name
    }

    /// The version.
    pub fn version(&self) -> Option<&str> {
        self.version.as_deref()
    }

    /// The author's id, upper case, wherever it stands.
    pub fn author(&self) -> Option<&str> {
        self.namespace.as_deref().or_else(|| self.qualifier(AUTHOR))
    }

    /// What stands before the name, as it was read: the author's id.
    pub fn namespace(&self) -> Option<&str> {
        self.namespace.as_deref()
    }

    /// The value of a qualifier.
    pub fn qualifier(&self, key: &str) -> Option<&str> {
        self.qualifiers.get(key).map(String::as_str)
    }

    /// The qualifiers, sorted by their keys.
    pub fn qualifiers(&self) -> impl Iterator<Item = (&str, &str)> {
        self.qualifiers.iter().map(|(key, value)| (key.as_str(), value.as_str()))
    }

    /// The path inside the release.
    pub fn subpath(&self) -> Option<&str> {
        self.subpath.as_deref()
    }
}

impl fmt::Display for PackageUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("pkg:cpan/")?;
        if let Some(namespace) = &self.namespace {
            write!(f, "{}/", Encoded(namespace))?;
        }
        write!(f, "{}", Encoded(self.name.as_str()))?;
        if let Some(version) = &self.version {
            write!(f, "@{}", Encoded(version))?;
        }
        for (i, (key, value)) in self.qualifiers.iter().enumerate() {
            let sign = if i == 0 { '?' } else { '&' };
            write!(f, "{sign}{key}={}", Encoded(value))?;
        }
        if let Some(subpath) = &self.subpath {
            for (i, part) in subpath.split('/').enumerate() {
                let sign = if i == 0 { '#' } else { '/' };
                write!(f, "{sign}{}", Encoded(part))?;
            }
        }
        Ok(())
    }
}

impl BundledLibrary {
    /// The package URL of the library: of the type `generic`, since what a
    /// distribution bundles comes from no registry.
    pub fn purl(&self) -> String {
        format!("pkg:generic/{}@{}", Encoded(&self.library), Encoded(&self.library_version))
    }
}

impl std::str::FromStr for PackageUrl {
    type Err = PurlError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse(text)
    }
}

/// A component as purl-spec encodes it: letters, digits, `.-_~` and the colon
/// as they are, every other byte as `%XX`.
struct Encoded<'a>(&'a str);

impl fmt::Display for Encoded<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for byte in self.0.bytes() {
            if byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_' | b'~' | b':') {
                write!(f, "{}", char::from(byte))?;
            } else {
                write!(f, "%{byte:02X}")?;
            }
        }
        Ok(())
    }
}

fn split_last(text: &str, sign: char) -> (&str, Option<&str>) {
    match text.rsplit_once(sign) {
        Some((rest, last)) => (rest, Some(last)),
        None => (text, None),
    }
}

fn decode(text: &str) -> Result<String, PurlError> {
    let refused = || PurlError::Encoding(text.to_owned());
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((byte, after)) = rest.split_first() {
        rest = after;
        if *byte != b'%' {
            bytes.push(*byte);
            continue;
        }
        let (pair, after) = rest.split_at_checked(2).ok_or_else(refused)?;
        let digit = |i: usize| pair.get(i).and_then(|b| char::from(*b).to_digit(16));
        let value = digit(0).zip(digit(1)).map(|(high, low)| high * 16 + low);
        bytes.push(value.and_then(|value| u8::try_from(value).ok()).ok_or_else(refused)?);
        rest = after;
    }
    String::from_utf8(bytes).map_err(|_| refused())
}

/// Decodes part by part, so that an encoded slash can't make a new part.
fn decode_path(text: &str) -> Result<String, PurlError> {
    let mut parts = Vec::new();
    for part in text.split('/') {
        let part = decode(part)?;
        if part.contains('/') {
            return Err(PurlError::Encoding(text.to_owned()));
        }
        parts.push(part);
    }
    Ok(parts.join("/"))
}

/// A subpath without empty parts, `.` and `..`.
fn clean_path(path: &str) -> String {
    let parts = path.split('/').filter(|part| !matches!(*part, "" | "." | ".."));
    parts.collect::<Vec<_>>().join("/")
}

fn qualifier_key(key: &str) -> Result<String, PurlError> {
    let fits = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_');
    if !key.bytes().all(fits) || !key.starts_with(|c: char| c.is_ascii_alphabetic()) {
        return Err(PurlError::Qualifier(key.to_owned()));
    }
    Ok(key.to_ascii_lowercase())
}

/// An author's id in upper case. PAUSE gives out letters, digits and hyphens;
/// the tools for private mirrors also take an underscore.
fn author_id(text: &str) -> Result<String, PurlError> {
    let fits = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_');
    if text.is_empty() || !text.bytes().all(fits) {
        return Err(PurlError::Author(text.to_owned()));
    }
    Ok(text.to_ascii_uppercase())
}

#[cfg(test)]
#[path = "purl_test.rs"]
mod tests;
