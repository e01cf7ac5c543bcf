//! Where something stands.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

/// A path below the scan's base, as bytes (Unix paths need not be UTF-8), with
/// `/` between its parts and no leading `./`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(from = "Vec<u8>", into = "Vec<u8>")]
pub struct SourcePath(Arc<[u8]>);

impl SourcePath {
    /// Wraps the bytes of a path.
    pub fn new(bytes: impl Into<Arc<[u8]>>) -> Self {
        Self(bytes.into())
    }

    /// The bytes.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// The last part of the path.
    pub fn file_name(&self) -> &[u8] {
        let behind = memchr::memrchr(b'/', &self.0).map_or(0, |at| at + 1);
        self.0.get(behind..).unwrap_or_default()
    }

    /// The path without its last part; empty for a file in the base.
    pub fn parent(&self) -> Self {
        match memchr::memrchr(b'/', &self.0) {
            Some(at) => Self(self.0.get(..at).unwrap_or_default().into()),
            None => Self(Arc::from(&b""[..])),
        }
    }

    /// A path below this one.
    pub fn join(&self, name: &[u8]) -> Self {
        if self.0.is_empty() {
            return Self(name.into());
        }
        let mut bytes = self.0.to_vec();
        if bytes.last() != Some(&b'/') {
            bytes.push(b'/');
        }
        bytes.extend(name);
        Self(bytes.into())
    }

    /// Whether the path is this directory or lies below it.
    pub fn is_below(&self, directory: &Self) -> bool {
        if directory.0.is_empty() {
            return true;
        }
        match self.0.strip_prefix(&*directory.0) {
            Some(rest) => rest.is_empty() || rest.first() == Some(&b'/'),
            None => false,
        }
    }

    /// The parts of [`Self::parent`].
    pub fn folders(&self) -> impl Iterator<Item = &[u8]> {
        let end = memchr::memrchr(b'/', &self.0).unwrap_or(0);
        parts_of(self.0.get(..end).unwrap_or_default())
    }

    /// The parts between the slashes.
    pub fn parts(&self) -> impl Iterator<Item = &[u8]> {
        parts_of(&self.0)
    }

    /// Whether the path is UTF-8, so that outputs carry it unchanged.
    pub fn is_utf8(&self) -> bool {
        std::str::from_utf8(&self.0).is_ok()
    }

    /// The path as text: unchanged when it is UTF-8, else with `%XX` for what
    /// is not, and for `%` itself, so that it can be read back.
    pub fn to_text(&self) -> Cow<'_, str> {
        if let Ok(text) = std::str::from_utf8(&self.0) {
            return Cow::Borrowed(text);
        }
        let mut text = String::with_capacity(self.0.len() + 8);
        for chunk in self.0.utf8_chunks() {
            text.push_str(&chunk.valid().replace('%', "%25"));
            for byte in chunk.invalid() {
                text.push_str(&format!("%{byte:02X}"));
            }
        }
        Cow::Owned(text)
    }
}

fn parts_of(path: &[u8]) -> impl Iterator<Item = &[u8]> {
    path.split(|byte| *byte == b'/').filter(|part| !part.is_empty())
}

impl Default for SourcePath {
    /// The base itself.
    fn default() -> Self {
        Self(Arc::from(&b""[..]))
    }
}

impl From<Vec<u8>> for SourcePath {
    fn from(bytes: Vec<u8>) -> Self {
        Self(bytes.into())
    }
}

impl From<SourcePath> for Vec<u8> {
    fn from(path: SourcePath) -> Self {
        path.0.to_vec()
    }
}

impl From<&str> for SourcePath {
    fn from(text: &str) -> Self {
        Self(text.as_bytes().into())
    }
}

impl fmt::Display for SourcePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_text())
    }
}

impl fmt::Debug for SourcePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.to_text(), f)
    }
}

/// A stretch of text in a file. Lines and columns count from 1; a column is a
/// Unicode character where the line is UTF-8, else a byte. The end column is
/// the one after the last character.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Span {
    /// The line of the first character.
    pub line: u32,
    /// Its column.
    pub column: u32,
    /// The line of the last character.
    pub end_line: u32,
    /// The column after it.
    pub end_column: u32,
    /// Where the stretch begins, in bytes from the start of the file.
    pub offset: u32,
    /// Its length in bytes.
    pub length: u32,
}

impl Span {
    /// The bytes that the span covers; empty when the source is another one.
    pub fn text<'a>(&self, source: &'a [u8]) -> &'a [u8] {
        let at = |n: u32| usize::try_from(n).unwrap_or(usize::MAX);
        let start = at(self.offset);
        source.get(start..start.saturating_add(at(self.length))).unwrap_or_default()
    }
}

/// The names of files packed in one another, from the outermost to the one that
/// is meant: an archive in an archive has two. Behind one pointer, since there
/// are many locations and few of them are inside something.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(from = "Vec<SourcePath>", into = "Vec<SourcePath>")]
pub struct Inside(Arc<Vec<SourcePath>>);

impl Inside {
    /// A file directly in the outer one.
    pub fn new(name: SourcePath) -> Self {
        Self(Arc::new(vec![name]))
    }

    /// A file that is packed in this one.
    pub fn join(&self, name: SourcePath) -> Self {
        let names = self.0.iter().cloned().chain(std::iter::once(name));
        Self(Arc::new(names.collect()))
    }

    /// The names, from the outermost.
    pub fn names(&self) -> &[SourcePath] {
        &self.0
    }
}

impl From<Vec<SourcePath>> for Inside {
    fn from(names: Vec<SourcePath>) -> Self {
        Self(Arc::new(names))
    }
}

impl From<Inside> for Vec<SourcePath> {
    fn from(inside: Inside) -> Self {
        inside.0.to_vec()
    }
}

/// A place in what was scanned.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Location {
    /// The file.
    pub path: SourcePath,
    /// The way to a file that is packed inside it; `None` for most.
    pub inside: Option<Inside>,
    /// Where in the file; `None` for the file as a whole. What lies in an
    /// archive has no place in the archive's bytes and so no span.
    pub span: Option<Span>,
}

impl Location {
    /// A file as a whole.
    pub fn file(path: SourcePath) -> Self {
        Self { path, inside: None, span: None }
    }

    /// A stretch of a file.
    pub fn at(path: SourcePath, span: Span) -> Self {
        Self { path, inside: None, span: Some(span) }
    }

    /// The same place, as one inside the file.
    pub fn within(self, inside: Inside) -> Self {
        Self { inside: Some(inside), ..self }
    }

    /// `!` and the name for each file on the way inside; empty for most.
    pub fn inside_text(&self) -> String {
        let names = self.inside.iter().flat_map(Inside::names);
        names.map(|name| format!("!{name}")).collect()
    }

    /// The line, where there is one.
    pub fn line(&self) -> Option<u32> {
        self.span.map(|span| span.line)
    }
}

impl fmt::Display for Location {
    /// `path:line`, `path!inside:line`. The line is always one of `path`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.path, self.inside_text())?;
        match self.line() {
            Some(line) => write!(f, ":{line}"),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn below_means_whole_parts() {
        let path = SourcePath::from("lib/perl5/Foo.pm");
        assert!(path.is_below(&SourcePath::from("lib")));
        assert!(path.is_below(&SourcePath::from("")));
        assert!(!path.is_below(&SourcePath::from("li")));
        assert_eq!(path.parent(), SourcePath::from("lib/perl5"));
        assert_eq!(SourcePath::from("cpanfile").parent(), SourcePath::from(""));
    }

    #[test]
    fn a_place_inside_is_written_behind_the_outer_file() {
        let inside = Inside::new("lib/a.par".into()).join(SourcePath::new(&b"F\xe9.pm"[..]));
        let place = Location::file("app.par".into()).within(inside);
        assert_eq!(place.to_string(), "app.par!lib/a.par!F%E9.pm");
    }

    #[test]
    fn a_location_stays_small() {
        // Path, pointer, and a span with its presence: there are many of these.
        assert!(size_of::<Location>() <= 56, "{}", size_of::<Location>());
    }

    #[test]
    fn a_path_that_is_not_utf8_is_percent_written() {
        let path = SourcePath::new(&b"caf\xe9/cpanfile"[..]);
        assert_eq!(path.to_text(), "caf%E9/cpanfile");
        assert_eq!(SourcePath::new(&b"50%\xe9"[..]).to_text(), "50%25%E9");
        assert_eq!(SourcePath::from("50%").to_text(), "50%");
        assert!(!path.is_utf8());
    }
}
