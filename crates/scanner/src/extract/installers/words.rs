//! The words of commands in shell scripts and in what holds pieces of them.
//!
//! No shell is imitated: it is enough to tell which words belong to one command.
//! A quote that does not close on its line is read as a letter, as an apostrophe in
//! a sentence is.

use std::ops::Range;

/// A word of a command.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Word {
    /// The word, without quotes.
    pub(super) text: String,
    /// Where it stands.
    pub(super) range: Range<usize>,
    /// What stands between its quotes, where it is one quoted piece and no more.
    pub(super) quoted: Option<Range<usize>>,
}

/// The most words of one command; what follows counts as the next.
const LONGEST: usize = 4096;
/// The longest variable that is read as one piece, in bytes.
const LONGEST_VARIABLE: usize = 1024;

/// Gives out the commands of a stretch of a file. A line's end is none where
/// `is_soft` says so of its place.
pub(super) fn commands(
    source: &[u8],
    range: Range<usize>,
    is_soft: &dyn Fn(usize) -> bool,
    give: &mut dyn FnMut(Vec<Word>),
) {
    let Range { start, end } = range;
    let mut reader =
        Reader { source, at: start, end, line_end: start, give, words: Vec::new(), word: None };
    reader.read(is_soft);
}

struct Reader<'a, 'g> {
    source: &'a [u8],
    at: usize,
    end: usize,
    /// Where the line ends; before `at` it is not known yet.
    line_end: usize,
    give: &'g mut dyn FnMut(Vec<Word>),
    words: Vec<Word>,
    word: Option<(Vec<u8>, usize, Option<Range<usize>>)>,
}

impl Reader<'_, '_> {
    fn byte(&self, ahead: usize) -> Option<u8> {
        let at = self.at + ahead;
        (at < self.end).then(|| self.source.get(at).copied()).flatten()
    }

    fn read(&mut self, is_soft: &dyn Fn(usize) -> bool) {
        // Whether the line goes on from the one above.
        let mut continues = false;
        while let Some(byte) = self.byte(0) {
            match byte {
                b'\n' => {
                    self.end_word();
                    if !is_soft(self.at) {
                        self.end_command();
                    }
                    continues = false;
                    self.at += 1;
                }
                b'\\' if self.line_goes_on() => {
                    self.end_word();
                    self.at = self.line_end() + 1;
                    continues = true;
                }
                b'\\' => match self.byte(1) {
                    Some(next) => self.push(&[next], 2),
                    // With nothing behind it, it is itself.
                    None => self.push(b"\\", 1),
                },
                b'#' if self.word.is_none() => {
                    // A comment between the lines of a command does not end it.
                    self.at = self.line_end() + usize::from(continues);
                }
                b'\'' | b'"' => self.quote(byte),
                b'$' => self.variable(),
                b';' | b'|' | b'&' | b'(' | b')' | b'`' => {
                    self.end_command();
                    self.at += 1;
                }
                byte if byte.is_ascii_whitespace() => {
                    self.end_word();
                    self.at += 1;
                    continue;
                }
                byte => self.push(&[byte], 1),
            }
            continues &= matches!(byte, b'\\' | b'#');
        }
        self.end_command();
    }

    /// Whether nothing but the line's end follows a backslash.
    fn line_goes_on(&self) -> bool {
        matches!((self.byte(1), self.byte(2)), (Some(b'\n'), _) | (Some(b'\r'), Some(b'\n')))
    }

    /// Where the line ends.
    fn line_end(&mut self) -> usize {
        if self.line_end <= self.at {
            let rest = self.source.get(self.at..self.end).unwrap_or_default();
            self.line_end = self.at + memchr::memchr(b'\n', rest).unwrap_or(rest.len());
        }
        self.line_end
    }

    fn push(&mut self, bytes: &[u8], length: usize) {
        let (text, _, quoted) = self.word.get_or_insert_with(|| (Vec::new(), self.at, None));
        text.extend_from_slice(bytes);
        *quoted = None;
        self.at += length;
    }

    fn quote(&mut self, quote: u8) {
        let line_end = self.line_end();
        let inside = self.source.get(self.at + 1..line_end).unwrap_or_default();
        let mut close = None;
        let mut skip = false;
        for (at, byte) in inside.iter().enumerate() {
            if skip {
                skip = false;
            } else if *byte == b'\\' && quote == b'"' {
                skip = true;
            } else if *byte == quote {
                close = Some(at);
                break;
            }
        }
        let Some(close) = close else { return self.push(&[quote], 1) };
        let range = self.at + 1..self.at + 1 + close;
        let text = self.source.get(range.clone()).unwrap_or_default();
        let is_first = self.word.is_none();
        self.push(text, close + 2);
        if let (true, Some((_, _, quoted))) = (is_first, &mut self.word) {
            *quoted = Some(range);
        }
    }

    /// A variable is one piece, whatever stands in its braces.
    fn variable(&mut self) {
        let end = self.line_end().min(self.at + LONGEST_VARIABLE);
        let rest = self.source.get(self.at..end).unwrap_or_default();
        let is_name = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
        let length = match rest {
            [_, b'{', b'{', ..] => memchr::memmem::find(rest, b"}}").map(|at| at + 2),
            [_, b'{', ..] => memchr::memchr(b'}', rest).map(|at| at + 1),
            // make's variable; with anything else in it a command of its own.
            [_, b'(', inside @ ..] => match memchr::memchr(b')', inside) {
                Some(close) if inside.iter().take(close).all(is_name) => Some(close + 3),
                _ => {
                    self.end_command();
                    self.at += 2;
                    return;
                }
            },
            _ => None,
        };
        let length = length.unwrap_or(1);
        let text = rest.get(..length).unwrap_or_default();
        self.push(text, length);
    }

    fn end_word(&mut self) {
        if let Some((text, start, quoted)) = self.word.take() {
            let text = String::from_utf8_lossy(&text).into_owned();
            self.words.push(Word { text, range: start..self.at, quoted });
            if self.words.len() >= LONGEST {
                self.end_command();
            }
        }
    }

    fn end_command(&mut self) {
        self.end_word();
        if !self.words.is_empty() {
            (self.give)(std::mem::take(&mut self.words));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(source: &str) -> Vec<Vec<Word>> {
        let mut all = Vec::new();
        let mut give = |words| all.push(words);
        commands(source.as_bytes(), 0..source.len(), &|_| false, &mut give);
        all
    }

    fn texts(source: &str) -> Vec<Vec<String>> {
        let text = |words: Vec<Word>| words.into_iter().map(|word| word.text).collect();
        all(source).into_iter().map(text).collect()
    }

    #[test]
    fn commands_end_where_a_shell_ends_them() {
        for (source, expected) in [
            ("a b; c && d|e", &[&["a", "b"][..], &["c"], &["d"], &["e"]][..]),
            ("a \\\n  # why\n  b\nc # d e\n", &[&["a", "b"], &["c"]]),
            ("a \\\r\n b 'c d'e \"f\\\"g\"", &[&["a", "b", "c de", "f\\\"g"]]),
            ("don't stop\nx", &[&["don't", "stop"], &["x"]]),
            (
                "a $(B) ${C:-x y} ${{ d.e }} $(f g)",
                &[&["a", "$(B)", "${C:-x y}", "${{ d.e }}"], &["f", "g"]],
            ),
            ("a\\ b x#y", &[&["a b", "x#y"]]),
        ] {
            assert_eq!(texts(source), expected, "{source}");
        }
    }

    #[test]
    fn places_are_those_of_the_source() {
        let source = "x 'a b' --c=\"d\"";
        let all = all(source);
        let places: Vec<&str> = all[0].iter().map(|word| &source[word.range.clone()]).collect();
        assert_eq!(places, ["x", "'a b'", "--c=\"d\""]);
        assert_eq!(all[0][1].quoted.clone().map(|range| &source[range]), Some("a b"));
        assert_eq!(all[0][2].quoted, None);
    }
}
