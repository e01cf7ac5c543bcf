//! Dockerfiles, for the perl that an image has: the last `FROM perl:TAG`.
//!
//! Only the official image is read (`perl`, `library/perl`, with or without
//! `docker.io/`); of another image nothing tells which perl is in it. A tag in a
//! variable is read from the default of an `ARG` before the first `FROM`
//! (Dockerfile reference, "Understand how ARG and FROM interact").

use std::collections::BTreeMap;
use std::ops::Range;

use perlscan_model::interpreter::{Interpreter, read_perl_version};
use perlscan_model::location::{Location, SourcePath};

use super::perl_version_file::first_word;
use super::{Extractor, Facts, SourceFile, Wanted};
use crate::perl::LineIndex;

/// Reads Dockerfiles and Containerfiles.
#[derive(Debug, Clone, Copy, Default)]
pub struct Dockerfile;

impl Extractor for Dockerfile {
    fn name(&self) -> &'static str {
        "Dockerfile"
    }

    fn wants(&self, path: &SourcePath) -> Wanted {
        is_dockerfile(path).into()
    }

    fn is_project_input(&self) -> bool {
        false
    }

    fn extract(&self, file: &SourceFile<'_>, facts: &mut Facts) {
        let index = LineIndex::new(file.bytes);
        let mut defaults: BTreeMap<&str, &str> = BTreeMap::new();
        let mut last = None;
        let mut offset = 0;
        let mut seen_from = false;
        for line in file.bytes.split(|byte| *byte == b'\n') {
            let start = offset;
            offset += line.len() + 1;
            let words = words(line);
            let text = |range: &Range<usize>| {
                line.get(range.clone()).and_then(|word| std::str::from_utf8(word).ok())
            };
            let Some((first, rest)) = words.split_first() else { continue };
            let Some(instruction) = text(first) else { continue };
            if instruction.eq_ignore_ascii_case("ARG") && !seen_from {
                // A default after FROM is unknown to the next FROM.
                for (name, value) in rest.iter().filter_map(|word| text(word)?.split_once('=')) {
                    defaults.insert(name, value.trim_matches(['"', '\'']));
                }
            }
            if !instruction.eq_ignore_ascii_case("FROM") {
                continue;
            }
            seen_from = true;
            let is_option = |word: &&Range<usize>| text(word).is_some_and(|w| w.starts_with("--"));
            let Some(image) = rest.iter().find(|word| !is_option(word)) else { continue };
            let Some(name) = text(image) else { continue };
            if let Some(tag) = perl_tag(name) {
                let range = start + image.start + tag.start..start + image.start + tag.end;
                last = Some((name.get(tag).unwrap_or_default(), range));
            }
        }
        facts.interpreters.extend(last.map(|(written, range)| {
            let text = expanded(written, &defaults);
            let version = read_perl_version(&text);
            let location = Location::at(file.path.clone(), index.span(range));
            Interpreter { text, version, location }
        }));
    }
}

/// The suffixes of Perl source, which a recipe's name may begin:
/// Mojolicious::Command::Author::generate::dockerfile is a module.
const OF_PERL: [&[u8]; 5] = [b".pm", b".pl", b".PL", b".t", b".pod"];

/// Whether a file is called as the recipes of images are.
pub(super) fn is_dockerfile(path: &SourcePath) -> bool {
    let name = path.file_name();
    let is = |part: &[u8]| {
        part.eq_ignore_ascii_case(b"dockerfile") || part.eq_ignore_ascii_case(b"containerfile")
    };
    // Asked of every file of a tree.
    let dot = |byte: &u8| *byte == b'.';
    let begins = || name.iter().position(dot).and_then(|at| name.get(..at)).is_some_and(is);
    is(name)
        || (begins() && !OF_PERL.iter().any(|suffix| name.ends_with(suffix)))
        || name.iter().rposition(dot).and_then(|at| name.get(at + 1..)).is_some_and(is)
}

fn words(line: &[u8]) -> Vec<Range<usize>> {
    let mut words = Vec::new();
    let mut at = 0;
    while let Some(word) = line.get(at..).and_then(first_word) {
        words.push(at + word.start..at + word.end);
        at += word.end;
    }
    words
}

/// Where the tag of the official perl image stands in its name; for an image
/// without a tag the name itself, which is no version.
fn perl_tag(image: &str) -> Option<Range<usize>> {
    let undigested = image.split('@').next().unwrap_or(image);
    // A variable in the tag may hold colons of its own.
    let plain = undigested.find('$').unwrap_or(undigested.len());
    let colon = undigested.get(..plain).and_then(|plain| plain.rfind(':'));
    let (path, tag) = match colon.and_then(|at| undigested.split_at_checked(at)) {
        // A colon before the last slash is a port's.
        Some((path, tag)) if !tag.contains('/') => (path, tag.get(1..)),
        _ => (undigested, None),
    };
    let path = path.strip_prefix("docker.io/").unwrap_or(path);
    if path.strip_prefix("library/").unwrap_or(path) != "perl" {
        return None;
    }
    let end = undigested.len();
    Some(tag.map_or(0..end, |tag| end - tag.len()..end))
}

/// A tag with `$NAME`, `${NAME}` and `${NAME:-DEFAULT}` replaced by what is
/// known; what is not stays, and is no version.
fn expanded(tag: &str, defaults: &BTreeMap<&str, &str>) -> String {
    let Some((before, rest)) = tag.split_once('$') else { return tag.to_owned() };
    let (name, fallback, after) = match rest.strip_prefix('{').and_then(|r| r.split_once('}')) {
        Some((inside, after)) => match inside.split_once(":-") {
            Some((name, fallback)) => (name, Some(fallback), after),
            None => (inside, None, after),
        },
        None => {
            let length =
                rest.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(rest.len());
            let (name, after) = rest.split_at(length);
            (name, None, after)
        }
    };
    match defaults.get(name).copied().or(fallback) {
        Some(value) => format!("{before}{value}{after}"),
        None => tag.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_module_of_that_name_is_no_recipe() {
        for name in ["Dockerfile", "a/dockerfile.dev", "web.Dockerfile", "Containerfile.5.36"] {
            assert!(is_dockerfile(&name.into()), "{name}");
        }
        for name in ["lib/generate/dockerfile.pm", "t/dockerfile.t", "Dockerfile.pod", "x.txt"] {
            assert!(!is_dockerfile(&name.into()), "{name}");
        }
    }
}
