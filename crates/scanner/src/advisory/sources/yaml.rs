//! YAML as a tree of texts, each node with its line.
//!
//! Advisory data is read as text, whatever YAML would make of it: a bare `1.10`
//! stays `1.10`, a bare `no` stays `no`. The parser's budget bounds depth,
//! aliases and nodes, so a document that unfolds into billions is refused
//! before it does.

use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_saphyr::Spanned;
use serde_saphyr::options::{DuplicateKeyPolicy, MergeKeyPolicy, NonFiniteFloatPolicy};

/// The largest YAML file that is read, in bytes. Upstream's largest has 62,195.
pub const MAX_YAML: u64 = 4 * 1024 * 1024;

/// How deep lists and maps may stand in each other. Upstream needs 5.
const MAX_DEPTH: usize = 16;

/// How many lists, maps and values a file may hold, aliases counted as often as
/// they are named.
const MAX_NODES: usize = 400_000;

/// How many anchors and aliases a file may have. Upstream has none. Each alias
/// can carry one level more, so this bounds the depth of what they unfold to.
const MAX_ALIASES: usize = 100;

/// A node of a document.
#[derive(Debug, Clone)]
pub(crate) struct Node {
    /// The line, from 1.
    pub(crate) line: u64,
    /// What stands there.
    pub(crate) value: Value,
}

/// What a node is.
#[derive(Debug, Clone)]
pub(crate) enum Value {
    /// Nothing, or `~`.
    Null,
    /// Text, or what YAML takes for a number or a truth value, as it is written.
    Text(String),
    /// A list.
    List(Vec<Node>),
    /// A map in the order of the file, double keys included.
    Map(Vec<Entry>),
}

/// A key and its value.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    /// The key.
    pub(crate) key: String,
    /// The line of the key, from 1.
    pub(crate) line: u64,
    /// The value.
    pub(crate) value: Node,
}

/// Why a text is no YAML that can be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct YamlError {
    /// The line, where it is known.
    pub(crate) line: Option<u64>,
    /// What is wrong.
    pub(crate) message: String,
}

/// Reads one document. Linear in its bytes, within the limits above.
///
/// # Errors
/// When it is not UTF-8, no YAML, several documents, or beyond a limit.
pub(crate) fn parse(bytes: &[u8]) -> Result<Node, YamlError> {
    if bytes.len() as u64 > MAX_YAML {
        let message = format!("the file is larger than {} MiB", MAX_YAML / 1024 / 1024);
        return Err(YamlError { line: None, message });
    }
    let text = std::str::from_utf8(bytes).map_err(|cause| {
        let before = bytes.get(..cause.valid_up_to()).unwrap_or_default();
        let line = memchr::memchr_iter(b'\n', before).count() as u64 + 1;
        YamlError { line: Some(line), message: "this is not UTF-8".to_owned() }
    })?;
    let budget = serde_saphyr::budget! {
        max_depth: MAX_DEPTH,
        flow_nesting_limit: MAX_DEPTH,
        max_nodes: MAX_NODES,
        max_events: 3 * MAX_NODES,
        max_aliases: MAX_ALIASES,
        max_anchors: MAX_ALIASES,
        max_recorded_anchor_events: MAX_NODES,
        max_total_scalar_bytes: 2 * MAX_YAML as usize,
        max_documents: 1,
    };
    let mut options = serde_saphyr::options! {
        budget: budget,
        duplicate_keys: DuplicateKeyPolicy::PassThrough,
        merge_keys: MergeKeyPolicy::AsOrdinary,
        non_finite_float_policy: NonFiniteFloatPolicy::PassThrough,
        with_snippet: false,
    };
    options.alias_limits.max_total_replayed_events = MAX_NODES;
    let read: Result<Spanned<Raw>, _> = serde_saphyr::from_str_with_options(text, options);
    let raw = read.map_err(|cause| YamlError {
        line: cause.location().map(|location| location.line()).filter(|line| *line > 0),
        message: cause.to_string(),
    })?;
    Ok(node(raw, text))
}

/// What the parser gives, before plain scalars are read anew from the text.
#[derive(Debug)]
enum Raw {
    Null,
    Text(String),
    /// A number or truth value, and how the parser would write it.
    Typed(String),
    List(Vec<Spanned<Raw>>),
    Map(Vec<(Spanned<Raw>, Spanned<Raw>)>),
}

/// No deeper than [`MAX_DEPTH`] and [`MAX_ALIASES`] together, since the parser
/// has refused anything deeper.
fn node(raw: Spanned<Raw>, text: &str) -> Node {
    let line = raw.referenced.line();
    let value = match raw.value {
        Raw::Null => Value::Null,
        Raw::Text(text) => Value::Text(text),
        Raw::Typed(fallback) => Value::Text(written(&raw.defined, text).unwrap_or(fallback)),
        Raw::List(items) => Value::List(items.into_iter().map(|item| node(item, text)).collect()),
        Raw::Map(entries) => Value::Map(
            entries
                .into_iter()
                .map(|(key, value)| {
                    let key = node(key, text);
                    let name = match key.value {
                        Value::Text(name) => name,
                        _ => String::new(),
                    };
                    Entry { key: name, line: key.line, value: node(value, text) }
                })
                .collect(),
        ),
    };
    Node { line, value }
}

/// A plain scalar as it stands in the text. `None` where the place holds more
/// than that (a tag, quotes).
fn written(location: &serde_saphyr::Location, text: &str) -> Option<String> {
    let span = location.span();
    let start = usize::try_from(span.byte_offset()?).ok()?;
    let len = usize::try_from(span.byte_len()?).ok()?;
    let scalar = text.get(start..start.checked_add(len)?)?.trim();
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '+' | '-' | '_' | ':');
    (!scalar.is_empty() && scalar.chars().all(plain)).then(|| scalar.to_owned())
}

impl<'de> Deserialize<'de> for Raw {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(RawVisitor)
    }
}

struct RawVisitor;

impl<'de> Visitor<'de> for RawVisitor {
    type Value = Raw;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value, a list or a map")
    }

    fn visit_unit<E>(self) -> Result<Raw, E> {
        Ok(Raw::Null)
    }

    fn visit_none<E>(self) -> Result<Raw, E> {
        Ok(Raw::Null)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Raw, D::Error> {
        Raw::deserialize(deserializer)
    }

    fn visit_str<E>(self, text: &str) -> Result<Raw, E> {
        Ok(Raw::Text(text.to_owned()))
    }

    fn visit_bool<E>(self, value: bool) -> Result<Raw, E> {
        Ok(Raw::Typed(value.to_string()))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Raw, E> {
        Ok(Raw::Typed(value.to_string()))
    }

    fn visit_i128<E>(self, value: i128) -> Result<Raw, E> {
        Ok(Raw::Typed(value.to_string()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Raw, E> {
        Ok(Raw::Typed(value.to_string()))
    }

    fn visit_u128<E>(self, value: u128) -> Result<Raw, E> {
        Ok(Raw::Typed(value.to_string()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Raw, E> {
        Ok(Raw::Typed(value.to_string()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Raw, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = access.next_element()? {
            items.push(item);
        }
        Ok(Raw::List(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Raw, A::Error> {
        let mut entries = Vec::new();
        while let Some(entry) = access.next_entry()? {
            entries.push(entry);
        }
        Ok(Raw::Map(entries))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn map(text: &str) -> Vec<Entry> {
        match parse(text.as_bytes()).unwrap().value {
            Value::Map(entries) => entries,
            other => panic!("{other:?}"),
        }
    }

    fn text(entry: &Entry) -> &str {
        match &entry.value.value {
            Value::Text(text) => text,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn values_keep_their_text_and_their_line() {
        let entries = map("a: 1.10\nb: &x 2.50 # why\nc: *x\nd: no\ne: '3.0'\nf: ~\ng:\n\
                           h: 1e999999\ni: 2026-04-08\nj: 0x1F\nk: 1_000\nl: +.5\n1.20: m\nm: \u{e9} 1.10\nn: 4.40");
        for (at, expected) in [
            (0, "1.10"),
            (1, "2.50"),
            (2, "2.50"),
            (3, "no"),
            (4, "3.0"),
            (7, "1e999999"),
            (8, "2026-04-08"),
            (9, "0x1F"),
            (10, "1_000"),
            (11, "+.5"),
            (13, "\u{e9} 1.10"),
            (14, "4.40"),
        ] {
            assert_eq!(text(&entries[at]), expected, "{at}");
        }
        assert!(matches!(entries[5].value.value, Value::Null));
        assert!(matches!(entries[6].value.value, Value::Null));
        assert_eq!(entries[12].key, "1.20");
        assert_eq!(
            entries.iter().map(|entry| entry.line).collect::<Vec<_>>(),
            (1..=15).collect::<Vec<_>>()
        );
    }

    #[test]
    fn double_keys_are_both_kept() {
        let entries = map("a: 1\na: 2\n");
        assert_eq!(entries.len(), 2);
        assert_eq!(entries[1].line, 2);
    }

    #[test]
    fn a_bomb_is_refused() {
        let mut bomb = "a: &a [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
        for (name, before) in ('b'..='k').zip('a'..='j') {
            let names = format!("*{before}, ").repeat(10);
            bomb.push_str(&format!("{name}: &{name} [{}]\n", names.trim_end_matches(", ")));
        }
        assert!(parse(bomb.as_bytes()).is_err());
        // Each alias holds the one before: many levels in a file of depth 2.
        let chain = |n: usize| -> String {
            let links: Vec<String> =
                (1..n).map(|i| format!("k{i}: &a{i} [*a{}]\n", i - 1)).collect();
            format!("k0: &a0 [x]\n{}", links.concat())
        };
        assert!(parse(chain(10).as_bytes()).is_ok());
        assert!(parse(chain(5000).as_bytes()).is_err());
        assert!(parse("[".repeat(100_000).as_bytes()).is_err());
        assert!(parse("- ".repeat(100_000).as_bytes()).is_err());
        assert_eq!(parse(b"a: 1\nb: \xff\n").unwrap_err().line, Some(2));
    }
}
