//! Places as SARIF writes them: a URI and a region of one line.

use std::fmt::Write as _;

use perlscan_model::location::{Location, SourcePath};

use super::objects::{ArtifactLocation, PhysicalLocation, Place, Region, Text};

/// A place with what stands there. A place inside a file is one of that file:
/// code scanning knows no files in files. What is inside is in the message.
pub(super) fn place(location: &Location, message: Option<String>) -> Place {
    Place {
        id: None,
        physical_location: PhysicalLocation {
            artifact_location: ArtifactLocation { uri: uri(&location.path) },
            region: region(location),
        },
        message: message.map(Text::new),
    }
}

/// A region of one line: code scanning shows a result in a pull request only
/// when all its lines are in the diff. A file as a whole is its first line.
fn region(location: &Location) -> Region {
    let Some(span) = location.span else {
        return Region { start_line: 1, start_column: 1, end_line: 1, end_column: None };
    };
    let line = span.line.max(1);
    let column = span.column.max(1);
    let one_line = span.end_line == span.line && span.end_column >= column;
    Region {
        start_line: line,
        start_column: column,
        end_line: line,
        // Left out, it is the end of the line.
        end_column: one_line.then_some(span.end_column),
    }
}

/// What the places of a mirror on another machine begin with; no path has two slashes.
const REMOTE: &[u8] = b"https://";

/// The URI of a place: that of a mirror on another machine is its own, and a path is a
/// relative one. Every byte that is neither `/` nor unreserved
/// (RFC 3986, 2.3) is percent-encoded, so bytes that are not UTF-8 are too.
pub(super) fn uri(path: &SourcePath) -> String {
    if path.as_bytes().is_empty() {
        // The base itself.
        return ".".to_owned();
    }
    let mut uri = String::with_capacity(path.as_bytes().len() + 8);
    let mut bytes = path.as_bytes();
    if let Some(rest) = bytes.strip_prefix(REMOTE) {
        // A host and its port are as they came from the URL that was given.
        let end = rest.iter().position(|byte| *byte == b'/').unwrap_or(rest.len());
        let host = path.as_bytes().get(..REMOTE.len() + end).unwrap_or_default();
        uri.push_str(&String::from_utf8_lossy(host));
        bytes = rest.get(end..).unwrap_or_default();
    }
    for byte in bytes {
        match byte {
            b'/' | b'-' | b'.' | b'_' | b'~' => uri.push(char::from(*byte)),
            byte if byte.is_ascii_alphanumeric() => uri.push(char::from(*byte)),
            byte => {
                // Writing to a String does not fail.
                let _ = write!(uri, "%{byte:02X}");
            }
        }
    }
    uri
}

#[cfg(test)]
mod tests {
    use perlscan_model::location::Span;

    use super::*;

    #[test]
    fn uris_are_encoded_and_relative_unless_a_mirror_is_elsewhere() {
        for (path, expected) in [
            (&b"lib/Foo-Bar_1.0~x/cpanfile"[..], "lib/Foo-Bar_1.0~x/cpanfile"),
            (b"a b/c#d?e%f:g", "a%20b/c%23d%3Fe%25f%3Ag"),
            (b"caf\xe9/cpanfile", "caf%E9/cpanfile"),
            ("ü".as_bytes(), "%C3%BC"),
            (b"a\r\nb]]>", "a%0D%0Ab%5D%5D%3E"),
            (b"https://[::1]:8443/pan/a b:c", "https://[::1]:8443/pan/a%20b%3Ac"),
            (b"https://example.org", "https://example.org"),
            (b"https:/a", "https%3A/a"),
        ] {
            assert_eq!(uri(&SourcePath::new(path)), expected);
        }
    }

    #[test]
    fn a_region_is_one_line() {
        let span = Span { line: 3, column: 5, end_line: 9, end_column: 2, offset: 0, length: 0 };
        let region = super::region(&Location::at(SourcePath::from("x"), span));
        assert_eq!((region.start_line, region.start_column, region.end_line), (3, 5, 3));
        assert_eq!(region.end_column, None);
    }
}
