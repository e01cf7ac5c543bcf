//! The names behind the word `package`, without lexing.
//!
//! A private mirror has millions of files of Perl, and of most of them only the names
//! of their packages matter. What is found here is never less than what
//! [`super::module_version`] would find, and may be more: in comments, in
//! documentation, in strings.

use std::borrow::Cow;

use memchr::memmem;

/// Words that begin a quote, whose end may be any other character than a letter.
const QUOTES: [&str; 9] = ["q", "qq", "qw", "qr", "qx", "m", "s", "y", "tr"];

/// What the text of a source may declare.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PackageNames {
    /// The names of packages in ASCII, with `::`, in order and each once.
    pub names: Vec<String>,
    /// Whether something stands behind a `package` that only lexing tells.
    pub is_open: bool,
}

/// The names in a source.
pub fn package_names(source: &[u8]) -> PackageNames {
    let mut found = PackageNames::default();
    for at in memmem::find_iter(source, b"package") {
        let before = at.checked_sub(1).and_then(|before| source.get(before));
        if before.is_some_and(|byte| is_word(*byte)) {
            continue;
        }
        let rest = source.get(at + b"package".len()..).unwrap_or_default();
        match behind(rest) {
            Behind::Name(name) => {
                let first = name.split([':', '\'']).next().unwrap_or_default();
                found.is_open |= QUOTES.contains(&first);
                // The old `'` between names may as well begin a string.
                let ends = name.match_indices('\'').map(|(end, _)| end).chain([name.len()]);
                found.names.extend(ends.filter_map(|end| Some(plain(name.get(..end)?))));
            }
            Behind::Nothing => {}
            Behind::Unclear => found.is_open = true,
        }
    }
    found.names.sort_unstable();
    found.names.dedup();
    found
}

enum Behind<'a> {
    Name(Cow<'a, str>),
    /// It is no declaration, whoever reads it.
    Nothing,
    Unclear,
}

/// What stands behind the word: blanks, comments and documentation may come first.
fn behind(mut rest: &[u8]) -> Behind<'_> {
    let mut is_apart = false;
    loop {
        match rest.first() {
            Some(b'\n') if rest.get(1) == Some(&b'=') => return Behind::Unclear,
            // Brackets that nothing has opened, and bytes that are no Perl, are passed over.
            Some(b')' | b']' | b'}' | 0..=0x20 | 0x7f) => {
                is_apart = true;
                rest = rest.get(1..).unwrap_or_default();
            }
            Some(b'#') => {
                let line = memchr::memchr(b'\n', rest).unwrap_or(rest.len());
                is_apart = true;
                rest = rest.get(line..).unwrap_or_default();
            }
            Some(byte) if is_word(*byte) && is_apart => break,
            // What perl takes for a blank may be written in other ways than these.
            Some(b'\\' | 0x80..) => return Behind::Unclear,
            _ => return Behind::Nothing,
        }
    }
    let end = rest.iter().position(|byte| !is_word(*byte) && !matches!(byte, b':' | b'\''));
    let name = rest.get(..end.unwrap_or(rest.len())).unwrap_or_default();
    Behind::Name(String::from_utf8_lossy(name))
}

/// A name with `::` alone; `package Foo:`, as in a sentence, is one too.
fn plain(name: &str) -> String {
    match name.contains('\'') {
        true => name.replace('\'', "::").trim_end_matches(':').to_owned(),
        false => name.trim_end_matches(':').to_owned(),
    }
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

#[cfg(test)]
#[allow(clippy::disallowed_methods, reason = "the corpus is read from the disk")]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::perl::module_version::packages;
    use crate::perl::reading::read;

    /// Whether a file may be passed over by its names alone is decided rightly: each
    /// package that is read is among them.
    fn none_is_missing(source: &[u8]) {
        let names = package_names(source);
        let read = read(source).packages;
        for found in packages(source).into_iter().chain(read) {
            let name = found.module.as_str();
            let known = names.names.iter().any(|known| known == name);
            assert!(
                known || names.is_open || !name.is_ascii(),
                "{name}: {names:?} in {}",
                String::from_utf8_lossy(source)
            );
        }
    }

    #[test]
    fn names_stand_behind_blanks_and_comments() {
        for (source, expected) in [
            ("package Foo::Bar;", "Foo::Bar"),
            ("package Foo 1.2 { package\tBar'Baz; }", "Bar Bar::Baz Foo"),
            ("package # hide it\n  Foo;", "Foo"),
            ("package#1\n#2\n\n Foo{", "Foo"),
            ("{package Foo}", "Foo"),
            ("subpackage Foo; packages Bar; $x->package; package; package = 1", ""),
            ("eval q{package Foo;}; # package Bar", "Bar Foo"),
            ("", ""),
            ("package", ""),
            ("package ", ""),
        ] {
            let found = package_names(source.as_bytes());
            assert_eq!(
                (found.names.join(" ").as_str(), found.is_open),
                (expected, false),
                "{source}"
            );
            none_is_missing(source.as_bytes());
        }
        for source in [
            "package s:a:b:",
            "package\n=pod\n\n=cut\nFoo;",
            "eval \"package\\tFoo\"",
            "package\u{a0}Foo;",
        ] {
            assert!(package_names(source.as_bytes()).is_open, "{source}");
            none_is_missing(source.as_bytes());
        }
    }

    fn below(folder: &Path, found: &mut Vec<Vec<u8>>) {
        for entry in std::fs::read_dir(folder).expect("the corpus").flatten() {
            match entry.path() {
                path if path.is_dir() => below(&path, found),
                path => found.extend(std::fs::read(path)),
            }
        }
    }

    #[test]
    fn no_package_of_the_corpus_is_missing() {
        let mut files = Vec::new();
        below(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../../test-corpus"), &mut files);
        files.retain(|bytes| bytes.len() < 200_000 && memmem::find(bytes, b"package").is_some());
        assert!(files.len() > 30, "{}", files.len());
        for bytes in files {
            none_is_missing(&bytes);
        }
    }

    proptest::proptest! {
        #[test]
        fn no_package_of_any_text_is_missing(
            pieces in proptest::collection::vec(
                proptest::sample::select(vec![
                    "package", " ", "\n", "#", "\n=pod\n", "\n=cut\n", "Foo", "::", "'", ";", "{",
                    "}", "Bar::Baz", "1.2", "q(", ")", "\"", "eval ", "<<A;\n", "\nA\n", "__END__",
                    "\t", "\u{c}", "\u{b}", "\r\n", "sub ", "=", "é", "\\", "/", "s", "y",
                ]),
                0..12,
            )
        ) {
            none_is_missing(pieces.concat().as_bytes());
            none_is_missing(format!("package{}", pieces.concat()).as_bytes());
        }
    }
}
