//! What is no code: line ends, comments, POD, the pictures of formats.

use memchr::memchr;

use super::bytes::{self, is};
use super::expect::Expect;
use super::lexer::{Lexer, NOWHERE};
use super::token::{Token, TokenKind};

/// The commands that begin POD where an operator could stand as well. Where
/// perl expects a statement, any `=letter` does.
const POD_COMMANDS: [&[u8]; 9] =
    [b"pod", b"head", b"over", b"item", b"back", b"begin", b"for", b"encoding", b"cut"];

impl Lexer<'_> {
    /// Passes a newline, and with it the text of heredocs that begins here. The
    /// picture of a format is a token.
    #[inline]
    pub(super) fn newline(&mut self) -> Option<Token> {
        let at = self.position;
        self.position = at + 1;
        if at == self.heredoc_line {
            self.position = self.heredoc_end;
            self.heredoc_line = NOWHERE;
        }
        if at == self.format_line {
            self.format_line = NOWHERE;
            return self.picture();
        }
        None
    }

    /// The offset after a newline, in code.
    #[inline(always)]
    pub(super) fn after_newline(&self, at: usize) -> usize {
        if at == self.heredoc_line { self.heredoc_end } else { at + 1 }
    }

    /// Whether the `=` at the position begins POD.
    ///
    /// perl looks for POD only at the start of a line where it expects a
    /// statement (toke.c, `case '='`); elsewhere `=head` is an assignment, and
    /// where a term is due an error. The lexer's idea of what is expected can be
    /// wrong, and reading POD as code would be the worse mistake: so it is POD
    /// where a term is due, and where an operator is due when it is a command of
    /// perlpod's after an empty line.
    pub(super) fn at_pod(&self) -> bool {
        let at = self.position;
        if !self.byte(at + 1).is_ascii_alphabetic() {
            return false;
        }
        let before = self.source.get(..at).unwrap_or_default();
        if !(before.is_empty() || before.ends_with(b"\n") || before == b"\xef\xbb\xbf") {
            return false;
        }
        if matches!(self.expect, Expect::Statement | Expect::Term | Expect::Argument) {
            return true;
        }
        let command = self.slice(at + 1, at + 12);
        let known = POD_COMMANDS.iter().any(|name| {
            command.strip_prefix(*name).is_some_and(|rest| {
                let rest = rest.strip_prefix(b"1").or(rest.strip_prefix(b"2")).unwrap_or(rest);
                rest.first().is_none_or(|byte| is(*byte, bytes::BLANK | bytes::NEWLINE))
            })
        });
        known && (before.ends_with(b"\n\n") || before.ends_with(b"\n\r\n"))
    }

    /// The end of the POD that begins at an offset: the end of the line with
    /// `=cut`, or of the file. The first line never ends it (`=cut` alone opens
    /// POD), and `=cutter` is no `=cut`.
    pub(super) fn pod_end(&self, from: usize) -> usize {
        let mut at = from;
        while let Some(found) = self.pod_end.find(self.rest(at)) {
            at += found + b"\n=cut".len();
            if !self.byte(at).is_ascii_alphabetic() {
                return self.line_end(at);
            }
        }
        self.source.len()
    }

    /// The first byte of code from an offset on: past blanks, newlines and
    /// comments, and the text of heredocs.
    pub(super) fn significant(&self, mut at: usize) -> usize {
        loop {
            let byte = self.byte(at);
            if is(byte, bytes::BLANK) {
                at += 1;
            } else if byte == b'\n' {
                at = self.after_newline(at);
            } else if byte == b'#' {
                at = self.line_end(at);
            } else {
                return at;
            }
        }
    }

    /// The lines of a format, to the line with a single dot (perlform).
    fn picture(&mut self) -> Option<Token> {
        self.start = self.position;
        self.flags = 0;
        let body = self.position;
        let mut line = body;
        loop {
            let end = self.line_end(line);
            let text = self.slice(line, end);
            if matches!(text.strip_suffix(b"\r").unwrap_or(text), b".") {
                self.position = end;
                self.expect = Expect::Statement;
                return Some(self.token_with_body(TokenKind::Format, end, body, line));
            }
            if end >= self.source.len() {
                break;
            }
            line = end + 1;
        }
        let end = self.give_up(body);
        self.position = end;
        self.expect = Expect::Statement;
        (end > body).then(|| self.token_with_body(TokenKind::Format, end, body, end))
    }

    /// Notes that a picture follows, when the word `format` just read is one of
    /// `format NAME =`, alone on its line.
    pub(super) fn note_format(&mut self, after_word: usize) {
        let blanks = bytes::BLANK;
        let mut at = self.past(after_word, blanks);
        while is(self.byte(at), bytes::WORD) || matches!(self.byte(at), b':' | b'\'') {
            at += 1;
        }
        at = self.past(at, blanks);
        if self.byte(at) != b'=' {
            return;
        }
        at = self.past(at + 1, blanks);
        if self.byte(at) == b'\n' {
            self.format_line = at;
        }
    }

    /// Whether a byte stands in the next `limit` bytes of the line.
    pub(super) fn line_has(&self, from: usize, byte: u8, limit: usize) -> bool {
        let window = self.slice(from, self.source.len().min(from + limit));
        memchr(byte, window).is_some_and(|at| memchr(b'\n', window).is_none_or(|end| at < end))
    }
}
