//! META.json and MYMETA.json: a distribution's metadata (CPAN::Meta::Spec).
//!
//! A value is kept as the text that is written, since `1.10` as a number would
//! be 1.1. Keys and values are stretches of the file, so their places are exact.

use std::borrow::Cow;
use std::fmt;

use perlscan_model::location::SourcePath;
use perlscan_model::problem::ProblemKind;
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::meta::spec;
use super::meta::tree::{Text, Tree};
use super::page::Page;
use super::{Extractor, Facts, SourceFile, Wanted, meta};

/// The name of the format, in problems.
const NAME: &str = "meta-json";

/// How deep the values that mean something lie: `optional_features`, its name,
/// `prereqs`, phase, relation, module, range.
const DEEPEST: usize = 8;

/// The extractor of META.json and MYMETA.json.
#[derive(Debug, Clone, Copy, Default)]
pub struct MetaJson;

impl Extractor for MetaJson {
    fn name(&self) -> &'static str {
        NAME
    }

    fn wants(&self, path: &SourcePath) -> Wanted {
        let is_meta = matches!(path.file_name(), b"META.json" | b"MYMETA.json");
        (is_meta && !meta::is_book_keeping(path)).into()
    }

    fn extract(&self, file: &SourceFile<'_>, facts: &mut Facts) {
        let mut page = Page::new(file, NAME);
        match std::str::from_utf8(file.bytes) {
            Ok(text) => read(text, file.path, &mut page),
            Err(_) => {
                let message = "not UTF-8, which JSON has to be: other bytes are read as '?'";
                page.problem(ProblemKind::Note, 0..0, message.to_owned());
                read(&ascii_for_other_bytes(file.bytes), file.path, &mut page);
            }
        }
        page.finish(facts);
    }
}

/// The text with a `?` for each byte that is not UTF-8: places stay.
pub(super) fn ascii_for_other_bytes(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        text.extend(chunk.invalid().iter().map(|_| '?'));
    }
    text
}

/// Reads a file's text. META.yml may be JSON as well, which is YAML, too.
pub(super) fn read(text: &str, path: &SourcePath, page: &mut Page<'_>) {
    let body = text.strip_prefix('\u{feff}').unwrap_or(text);
    let top = match serde_json::from_str::<Object<'_>>(body) {
        Ok(top) => top,
        Err(error) => {
            let at = offset_of(text, error.line(), error.column());
            let message = format!("not read: no JSON object ({error})");
            return page.problem(ProblemKind::Lost, at..at, message);
        }
    };
    let mut pairs = Vec::new();
    for (key, value) in top.0 {
        let Some(key) = string(text, key) else { continue };
        if spec::is_read(&key.text) {
            let value = tree(text, value, 1);
            pairs.push((key, value));
        }
    }
    spec::read(&Tree::Map(pairs), path, page);
}

/// An object whose keys and values are stretches of the text.
struct Object<'a>(Vec<(&'a RawValue, &'a RawValue)>);

impl<'de> Deserialize<'de> for Object<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Pairs;
        impl<'de> Visitor<'de> for Pairs {
            type Value = Object<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut pairs = Vec::new();
                while let Some(pair) = map.next_entry()? {
                    pairs.push(pair);
                }
                Ok(Object(pairs))
            }
        }
        deserializer.deserialize_map(Pairs)
    }
}

fn tree<'a>(whole: &str, value: &'a RawValue, depth: usize) -> Tree<'a> {
    let text = value.get();
    match text.as_bytes().first() {
        _ if depth > DEEPEST => Tree::Nothing,
        Some(b'{') => {
            let Ok(object) = serde_json::from_str::<Object<'_>>(text) else {
                return Tree::Nothing;
            };
            let pairs = object.0.into_iter();
            Tree::Map(
                pairs
                    .filter_map(|(key, value)| {
                        Some((string(whole, key)?, tree(whole, value, depth + 1)))
                    })
                    .collect(),
            )
        }
        Some(b'[') => match serde_json::from_str::<Vec<&RawValue>>(text) {
            Ok(list) => {
                Tree::List(list.into_iter().map(|value| tree(whole, value, depth + 1)).collect())
            }
            Err(_) => Tree::Nothing,
        },
        Some(b'"') => string(whole, value).map_or(Tree::Nothing, Tree::Scalar),
        Some(b'n') | None => Tree::Nothing,
        Some(_) => {
            let start = offset_in(whole, text);
            let range = start..start + text.len();
            Tree::Scalar(Text { text: Cow::Borrowed(text), range })
        }
    }
}

/// A JSON string without its quotes.
fn string<'a>(whole: &str, value: &'a RawValue) -> Option<Text<'a>> {
    let inside = value.get().strip_prefix('"')?.strip_suffix('"')?;
    let text = match inside.contains('\\') {
        true => Cow::Owned(serde_json::from_str(value.get()).ok()?),
        false => Cow::Borrowed(inside),
    };
    let start = offset_in(whole, inside);
    Some(Text { text, range: start..start + inside.len() })
}

/// Where a stretch of a text begins in it.
fn offset_in(whole: &str, part: &str) -> usize {
    (part.as_ptr() as usize).saturating_sub(whole.as_ptr() as usize)
}

/// The offset of a line and column, both counting from 1.
fn offset_of(text: &str, line: usize, column: usize) -> usize {
    let before: usize = text.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum();
    (before + column.saturating_sub(1)).min(text.len())
}

#[cfg(test)]
#[path = "meta_json_test.rs"]
mod tests;
