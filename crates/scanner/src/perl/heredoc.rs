//! Heredocs and `<...>` (perlop, "Quote-Like Operators" and "I/O Operators";
//! toke.c, `scan_heredoc` and `scan_inputsymbol`).
//!
//! The text of a heredoc begins on the line after the one where its `<<TAG`
//! stands, even when a string or a bracket that begins behind the tag goes on
//! there. So the text is looked for at once, and the lexer notes the newline
//! at which code jumps over it.

use memchr::{memchr, memchr2};

use super::bytes::{self, is};
use super::expect::Expect;
use super::lexer::{Lexer, NOWHERE};
use super::token::{INDENTED, INTERPOLATES, Token, TokenKind};

/// The longest `<...>`: perl wants it on one line, and this keeps a line of
/// nothing but `<` linear.
const ANGLE_LOOKAHEAD: usize = 1024;

impl Lexer<'_> {
    /// The heredoc whose `<<` is at the position; `None` when it is a shift.
    pub(super) fn here_document(&mut self) -> Option<Token> {
        let mut at = self.position + 2;
        let mut flags = INTERPOLATES;
        if self.byte(at) == b'~' {
            flags |= INDENTED;
            at += 1;
        }
        let quoted = self.past(at, bytes::BLANK);
        let (tag, end) = match self.byte(quoted) {
            quote @ (b'"' | b'\'') => {
                // The line may be as long as the file: no further than to the quote.
                let rest = self.rest(quoted + 1);
                let length = memchr2(quote, b'\n', rest)?;
                if rest.get(length) != Some(&quote) {
                    return None;
                }
                if quote == b'\'' {
                    flags &= !INTERPOLATES;
                }
                (quoted + 1..quoted + 1 + length, quoted + length + 2)
            }
            _ => {
                if self.byte(at) == b'\\' {
                    flags &= !INTERPOLATES;
                    at += 1;
                }
                if !is(self.byte(at), bytes::START) {
                    return None;
                }
                let end = self.past(at, bytes::WORD);
                (at..end, end)
            }
        };
        self.flags |= flags;
        let tag = self.slice(tag.start, tag.end);
        let (line, body) = self.body_start(end);
        let (body_end, resume) = match self.heredoc_body_end(body, tag) {
            Some(found) => found,
            // Recovering means to read the lines after it as code.
            None if self.may_recover() => (body, body),
            None => (self.source.len(), self.source.len()),
        };
        self.heredoc_line = line;
        self.heredoc_end = resume;
        self.position = end;
        self.expect = Expect::Operator;
        Some(self.token_with_body(TokenKind::HereDoc, end, body, body_end))
    }

    /// The newline after which the text stands, and where it begins: on the
    /// next line, or behind the text of the heredoc before it on this line.
    fn body_start(&self, from: usize) -> (usize, usize) {
        if self.heredoc_line != NOWHERE && self.heredoc_line >= from {
            return (self.heredoc_line, self.heredoc_end);
        }
        let line = self.line_end(from);
        (line, self.source.len().min(line + 1))
    }

    /// Where the text ends and where the line after its tag begins. The last
    /// line of a file needs no newline, and any line may end with CRLF.
    fn heredoc_body_end(&self, body: usize, tag: &[u8]) -> Option<(usize, usize)> {
        let indented = self.flags & INDENTED != 0;
        let mut line = body;
        while line < self.source.len() {
            let end = self.line_end(line);
            let mut text = self.slice(line, end);
            text = text.strip_suffix(b"\r").unwrap_or(text);
            if indented {
                text = text.trim_ascii_start();
            }
            if text == tag {
                return Some((line, self.source.len().min(end + 1)));
            }
            line = end + 1;
        }
        None
    }

    /// `<FH>`, `<$fh>`, `<>`, `<<>>` or a glob; `None` when nothing closes it on
    /// the line, and so it compares.
    pub(super) fn read_line(&mut self, after_word: bool) -> Option<Token> {
        let start = self.position;
        let (open, close): (usize, &[u8]) =
            if self.byte(start + 1) == b'<' { (2, b">>") } else { (1, b">") };
        let body = start + open;
        if body < self.no_angle_before {
            return None;
        }
        let window = self.slice(body, self.source.len().min(body + ANGLE_LOOKAHEAD));
        let line = window.get(..memchr(b'\n', window).unwrap_or(window.len()))?;
        let Some(length) = memchr(b'>', line) else {
            self.no_angle_before = body + line.len();
            return None;
        };
        let inside = line.get(..length)?;
        let name = inside.strip_prefix(b"$").unwrap_or(inside);
        if after_word && !name.iter().all(|byte| is(*byte, bytes::WORD)) {
            return None;
        }
        let end = body + length + close.len();
        if !self.rest(body + length).starts_with(close) {
            return None;
        }
        self.flags |= INTERPOLATES;
        self.position = end;
        self.expect = Expect::Operator;
        Some(self.token_with_body(TokenKind::ReadLine, end, body, body + length))
    }
}
