//! The YAML of META.yml, line by line.
//!
//! CPAN's tools read META.yml with YAML::Tiny (as CPAN::Meta::YAML), which knows
//! a part of YAML and takes some files that no full parser takes. So do we, with
//! its rules; a general parser would refuse those, and would not tell where a
//! key stands. Beyond YAML::Tiny, flow maps and lists of one line are read, and
//! values that it dies of are taken as they are, with a note.

use std::borrow::Cow;
use std::ops::Range;

use perlscan_model::problem::ProblemKind;

use super::tree::{Text, Tree};

/// How deep blocks nest that mean something; see `meta_json`.
const DEEPEST: usize = 8;

/// How many problems are kept; only some are listed.
const MOST_PROBLEMS: usize = 10_000;

/// What came out of a file.
pub(in super::super) struct Reading<'a> {
    pub(in super::super) tree: Tree<'a>,
    pub(in super::super) problems: Vec<(Range<usize>, ProblemKind, String)>,
}

/// Reads the first document of a text.
pub(in super::super) fn read(text: &str) -> Reading<'_> {
    let mut reader = Reader { text, lines: lines(text), at: 0, problems: Vec::new() };
    let tree = reader.block(1);
    while let Some(line) = reader.next() {
        reader.refuse(line);
    }
    Reading { tree, problems: reader.problems }
}

/// A line that is neither blank nor a comment.
#[derive(Debug, Clone, Copy)]
struct Line {
    /// How many blanks stand before it.
    indent: usize,
    /// Its text without these, and without blanks at the end.
    start: usize,
    end: usize,
}

/// The lines of the first document.
fn lines(text: &str) -> Vec<Line> {
    let mut lines = Vec::new();
    let ends = memchr::memchr2_iter(b'\n', b'\r', text.as_bytes()).map(|at| at + 1);
    let mut start = 0;
    for end in ends.chain([text.len()]) {
        let whole = text.get(start..end).unwrap_or_default().trim_end();
        let line = whole.trim_start_matches('\u{feff}');
        let first = start + (whole.len() - line.len());
        start = end;
        let body = line.trim_start();
        let is_start = line.starts_with("---") || line.starts_with("%YAML");
        if is_start && lines.is_empty() || body.is_empty() || body.starts_with('#') {
            continue;
        }
        if is_start || line.starts_with("...") {
            break;
        }
        let indent = line.len() - body.len();
        lines.push(Line { indent, start: first + indent, end: first + line.len() });
    }
    lines
}

struct Reader<'a> {
    text: &'a str,
    lines: Vec<Line>,
    at: usize,
    problems: Vec<(Range<usize>, ProblemKind, String)>,
}

impl<'a> Reader<'a> {
    fn peek(&self) -> Option<Line> {
        self.lines.get(self.at).copied()
    }

    fn next(&mut self) -> Option<Line> {
        let line = self.peek()?;
        self.at += 1;
        Some(line)
    }

    fn body(&self, line: Line) -> &'a str {
        self.text.get(line.start..line.end).unwrap_or_default()
    }

    fn refuse(&mut self, line: Line) {
        if self.problems.len() < MOST_PROBLEMS {
            let message = "a line that is not understood, and is not read".to_owned();
            self.problems.push((line.start..line.end, ProblemKind::Undecided, message));
        }
    }

    /// The lines from here on that are indented like the first of them.
    fn block(&mut self, depth: usize) -> Tree<'a> {
        let Some(first) = self.peek() else { return Tree::Nothing };
        if depth > DEEPEST {
            self.skip_block(first.indent);
            return Tree::Nothing;
        }
        if is_item(self.body(first)) {
            self.list(first.indent, depth)
        } else {
            self.map(first.indent, depth)
        }
    }

    fn skip_block(&mut self, indent: usize) {
        while self.peek().is_some_and(|line| line.indent >= indent) {
            self.at += 1;
        }
    }

    fn list(&mut self, indent: usize, depth: usize) -> Tree<'a> {
        let mut items = Vec::new();
        while let Some(line) = self.peek() {
            let body = self.body(line);
            if line.indent < indent || (line.indent == indent && !is_item(body)) {
                break;
            }
            if line.indent > indent {
                self.at += 1;
                self.refuse(line);
                continue;
            }
            let rest = body.trim_start_matches('-').trim_start();
            let skipped = body.len() - rest.len();
            if rest.is_empty() {
                self.at += 1;
                let is_inside = self.peek().is_some_and(|next| next.indent > indent);
                items.push(if is_inside { self.block(depth + 1) } else { Tree::Nothing });
            } else if key(rest).is_some() {
                // A map begins on the line of its dash.
                if let Some(line) = self.lines.get_mut(self.at) {
                    line.indent += skipped;
                    line.start += skipped;
                }
                items.push(self.block(depth + 1));
            } else {
                self.at += 1;
                items.push(self.value(line.start + skipped..line.end, indent));
            }
        }
        Tree::List(items)
    }

    fn map(&mut self, indent: usize, depth: usize) -> Tree<'a> {
        let mut pairs = Vec::new();
        while let Some(line) = self.peek().filter(|line| line.indent >= indent) {
            let body = self.body(line);
            let found = if line.indent == indent { key(body) } else { None };
            let Some((name, behind)) = found else {
                if line.indent == indent && is_item(body) {
                    break;
                }
                self.at += 1;
                self.refuse(line);
                continue;
            };
            let name = self.unquoted(line.start + name.start..line.start + name.end);
            let value = without_comment(body.get(behind..).unwrap_or_default());
            let value_at = line.end - body.get(behind..).unwrap_or_default().len();
            self.at += 1;
            let value = if value.is_empty() {
                let is_inside = self.peek().is_some_and(|next| {
                    next.indent > indent || next.indent == indent && is_item(self.body(next))
                });
                if is_inside { self.block(depth + 1) } else { Tree::Nothing }
            } else {
                self.value(value_at..value_at + value.len(), indent)
            };
            pairs.push((name, value));
        }
        Tree::Map(pairs)
    }

    /// A value that stands on a line, in a block of this indent.
    fn value(&mut self, range: Range<usize>, indent: usize) -> Tree<'a> {
        let text = self.text.get(range.clone()).unwrap_or_default();
        match text.as_bytes().first() {
            Some(b'>' | b'|') if text.bytes().skip(1).all(|b| b"+-123456789".contains(&b)) => {
                self.skip_block(indent + 1);
                Tree::Nothing
            }
            Some(b'{' | b'[') => self.flow(range),
            Some(b'~') if text.len() == 1 => Tree::Nothing,
            Some(b'>' | b'|' | b'@' | b'%' | b'`' | b'!' | b'&' | b'*') => {
                let message = format!(
                    "'{text}' is no value that YAML allows without quotes: it is read as it is written"
                );
                self.problems.push((range.clone(), ProblemKind::Note, message));
                Tree::Scalar(self.unquoted(range))
            }
            _ => Tree::Scalar(self.unquoted(range)),
        }
    }

    /// A scalar without its quotes.
    fn unquoted(&self, range: Range<usize>) -> Text<'a> {
        let text = self.text.get(range.clone()).unwrap_or_default();
        let inside = range.start + 1..range.end.saturating_sub(1).max(range.start + 1);
        let body = |inside: &Range<usize>| self.text.get(inside.clone()).unwrap_or_default();
        match (text.as_bytes().first(), text.as_bytes().last()) {
            (Some(b'\''), Some(b'\'')) if text.len() > 1 => {
                let (text, escapes) = (body(&inside), [("''", "'")]);
                Text { text: unescaped(text, &escapes), range: inside }
            }
            (Some(b'"'), Some(b'"')) if text.len() > 1 => {
                let (text, escapes) = (body(&inside), [("\\\"", "\""), ("\\\\", "\\")]);
                Text { text: unescaped(text, &escapes), range: inside }
            }
            _ => Text { text: Cow::Borrowed(text), range },
        }
    }

    /// `{ Foo: 1, 'Bar': 2 }`, `[ Foo, Bar ]`, of one line and one level.
    fn flow(&mut self, range: Range<usize>) -> Tree<'a> {
        let text = self.text.get(range.clone()).unwrap_or_default();
        let close = if text.starts_with('{') { '}' } else { ']' };
        let inside = text.get(1..text.len().saturating_sub(1)).unwrap_or_default();
        if !text.ends_with(close) || text.len() < 2 || inside.contains(['{', '[']) {
            let message = "a value that is not understood, and is not read".to_owned();
            self.problems.push((range, ProblemKind::Undecided, message));
            return Tree::Nothing;
        }
        let mut at = range.start + 1;
        let mut pairs = Vec::new();
        let mut items = Vec::new();
        for part in inside.split(',') {
            let start = at + (part.len() - part.trim_start().len());
            at += part.len() + 1;
            let part = part.trim();
            if part.is_empty() {
                continue;
            }
            match key(part) {
                Some((name, behind)) if close == '}' => {
                    let name = self.unquoted(start + name.start..start + name.end);
                    let value = self.unquoted(start + behind..start + part.len());
                    pairs.push((name, Tree::Scalar(value)));
                }
                _ => items.push(Tree::Scalar(self.unquoted(start..start + part.len()))),
            }
        }
        if close == '}' { Tree::Map(pairs) } else { Tree::List(items) }
    }
}

/// What stands between quotes, with what escapes stand for, one kind after the other.
fn unescaped<'a>(text: &'a str, escapes: &[(&str, &str)]) -> Cow<'a, str> {
    if memchr::memchr2(b'\'', b'\\', text.as_bytes()).is_none() {
        return Cow::Borrowed(text);
    }
    let replaced = |text: String, (from, to): &(&str, &str)| text.replace(from, to);
    Cow::Owned(escapes.iter().fold(text.to_owned(), replaced))
}

/// Whether a line is an item of a list.
fn is_item(body: &str) -> bool {
    body == "-" || body.starts_with("- ") || body.starts_with("-\t")
}

/// The key that a line begins with (with its quotes), and where what follows its
/// colon begins.
fn key(body: &str) -> Option<(Range<usize>, usize)> {
    let end = match body.as_bytes().first()? {
        quote @ (b'\'' | b'"') => closing(body.as_bytes(), *quote)? + 1,
        _ => plain_key(body)?,
    };
    let rest = body.get(end..)?;
    let behind = rest.trim_start().strip_prefix(':')?;
    if !behind.is_empty() && !behind.starts_with([' ', '\t']) {
        return None;
    }
    let name = body.get(..end)?.trim_end().len();
    (name > 0).then(|| (0..name, body.len() - behind.trim_start().len()))
}

/// The offset of the colon that ends a plain key: a blank or nothing follows.
fn plain_key(body: &str) -> Option<usize> {
    let bytes = body.as_bytes();
    memchr::memchr_iter(b':', bytes)
        .find(|at| bytes.get(at + 1).is_none_or(|next| matches!(next, b' ' | b'\t')))
}

/// The offset of the quote that closes the one at the start.
fn closing(bytes: &[u8], quote: u8) -> Option<usize> {
    let mut at = 1;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'\\' if quote == b'"' => at += 1,
            b'\'' if quote == b'\'' && bytes.get(at + 1) == Some(&b'\'') => at += 1,
            byte if *byte == quote => return Some(at),
            _ => {}
        }
        at += 1;
    }
    None
}

/// A value without the comment behind it.
fn without_comment(value: &str) -> &str {
    if value.starts_with('#') {
        return "";
    }
    let from = match value.as_bytes().first() {
        Some(quote @ (b'\'' | b'"')) => closing(value.as_bytes(), *quote).unwrap_or(0),
        _ => 0,
    };
    let bytes = value.as_bytes();
    let is_apart = |at: &usize| {
        let before = at.checked_sub(1).filter(|before| *before >= from);
        matches!(before.and_then(|before| bytes.get(before)), Some(b' ' | b'\t'))
    };
    let comment = memchr::memchr_iter(b'#', bytes).find(is_apart).unwrap_or(value.len());
    value.get(..comment).unwrap_or(value).trim_end()
}
