//! Variables and the sigils that dereference (perldata, perlvar; toke.c,
//! `scan_ident`).

use super::bytes::{self, is};
use super::expect::Expect;
use super::lexer::{Lexer, NOWHERE};
use super::token::{Token, TokenKind};

impl Lexer<'_> {
    /// `$` and what it names.
    pub(super) fn scalar(&mut self) -> Token {
        let at = self.position + 1;
        let byte = self.byte(at);
        if is(byte, bytes::START) {
            let end = self.qualified(self.past(at, bytes::WORD));
            if self.expect == Expect::Argument && self.is_handle(end) {
                return self.emit(TokenKind::Variable, end - self.start, Expect::Term);
            }
            return self.variable(end);
        }
        if self.expect == Expect::Arrow {
            // Postfix dereference: `->$*`, `->$#*`.
            let star = if byte == b'#' { at + 1 } else { at };
            if self.byte(star) == b'*' {
                return self.emit(TokenKind::Operator, star + 1 - self.start, Expect::Subscript);
            }
        }
        if self.expect == Expect::Parameter && matches!(byte, b',' | b')' | b'=' | b' ' | b'\n') {
            return self.emit(TokenKind::Operator, 1, Expect::Operator);
        }
        match byte {
            b'0'..=b'9' => self.variable(self.past(at, bytes::DIGIT)),
            b':' if self.byte(at + 1) == b':' => self.variable(self.qualified(at)),
            b'\'' => self.variable(self.qualified(at).max(at + 1)),
            b'{' => self.braced_name(at),
            b'$' => {
                let next = self.byte(at + 1);
                let dereferences = is(next, bytes::WORD)
                    || matches!(next, b'$' | b'{')
                    || (next == b':' && self.byte(at + 2) == b':');
                if dereferences { self.cast(1) } else { self.variable(at + 1) }
            }
            b'#' => match self.byte(at + 1) {
                b'{' | b'$' => self.cast(2),
                b'+' | b'-' => self.variable(at + 2),
                b':' if self.byte(at + 2) == b':' => self.variable(self.qualified(at + 1)),
                _ => self.variable(self.qualified(self.past(at + 1, bytes::WORD))),
            },
            b'^' => self.variable(self.caret_end(at).unwrap_or(at + 1)),
            _ if is(byte, bytes::PUNCTUATION) => self.variable(at + 1),
            _ => self.spaced(),
        }
    }

    /// `@`, `%`, `&` or `*`, where it is known to be a sigil.
    pub(super) fn sigil(&mut self) -> Token {
        let at = self.position + 1;
        let (sigil, byte) = (self.byte(self.position), self.byte(at));
        if is(byte, bytes::START) {
            let end = self.qualified(self.past(at, bytes::WORD));
            if sigil == b'&' {
                // A call, after which `/` divides and `{` is no subscript.
                return self.emit(TokenKind::Variable, end - self.start, Expect::Operator);
            }
            return self.variable(end);
        }
        if self.expect == Expect::Arrow {
            return match byte {
                // `->@*`, `->**`
                b'*' => self.emit(TokenKind::Operator, 2, Expect::Subscript),
                // The slices `->@[...]` and `->%{...}`.
                b'[' | b'{' => self.emit(TokenKind::Cast, 1, Expect::Variable),
                _ => self.emit(TokenKind::Operator, 1, Expect::Term),
            };
        }
        match byte {
            b'{' => self.braced_name(at),
            b'$' if self.names_something(at + 1) => self.cast(1),
            // The array, hash or glob of the name `$`.
            b'$' => self.variable(at + 1),
            b':' if self.byte(at + 1) == b':' => self.variable(self.qualified(at)),
            b'^' if self.caret_end(at).is_some() => {
                self.variable(self.caret_end(at).unwrap_or(at + 1))
            }
            _ if self.expect == Expect::Parameter => {
                self.emit(TokenKind::Operator, 1, Expect::Operator)
            }
            b'0'..=b'9' if sigil != b'%' => self.variable(self.past(at, bytes::DIGIT)),
            b'+' | b'-' | b'!' if matches!(sigil, b'@' | b'%') => self.variable(at + 1),
            // Any glob may be named, as English.pm does: `*,{SCALAR}`.
            _ if sigil == b'*' && is(byte, bytes::PUNCTUATION) => self.variable(at + 1),
            _ => self.spaced(),
        }
    }

    fn variable(&mut self, end: usize) -> Token {
        let next = if self.expect == Expect::Arrow { Expect::Operator } else { Expect::Variable };
        self.emit(TokenKind::Variable, end - self.start, next)
    }

    /// Whether a variable right after `print` and its kin is a file handle:
    /// perl says so where a blank and then the start of a term follow it
    /// (toke.c, "This kludge not intended to be bulletproof").
    fn is_handle(&self, end: usize) -> bool {
        if !is(self.byte(end), bytes::BLANK | bytes::NEWLINE) {
            return false;
        }
        let at = self.significant(end);
        let (byte, next) = (self.byte(at), self.byte(at + 1));
        let blank_after = |n: usize| is(self.byte(at + n), bytes::BLANK | bytes::NEWLINE);
        match byte {
            b'$' | b'@' | b'"' | b'\'' | b'`' | b'0'..=b'9' => true,
            b'&' | b'*' | b'%' => is(next, bytes::START),
            b'.' => next.is_ascii_digit(),
            b'-' | b'+' => !blank_after(1) && next != b'=',
            b'/' => !blank_after(1) && !matches!(next, b'=' | b'/'),
            b'<' => next == b'<' && !blank_after(2) && self.byte(at + 2) != b'=',
            _ if is(byte, bytes::START) => {
                let word = self.slice(at, self.past(at, bytes::WORD));
                // An operator that is a word compares the variable.
                !matches!(
                    word,
                    b"x" | b"eq"
                        | b"ne"
                        | b"lt"
                        | b"gt"
                        | b"le"
                        | b"ge"
                        | b"cmp"
                        | b"isa"
                        | b"and"
                        | b"or"
                        | b"xor"
                        | b"if"
                        | b"unless"
                        | b"while"
                        | b"until"
                        | b"for"
                        | b"foreach"
                )
            }
            _ => false,
        }
    }

    /// Whether what follows a `$` makes it a sigil, and not a name itself.
    fn names_something(&self, after: usize) -> bool {
        let next = self.byte(self.past(after, bytes::BLANK));
        is(next, bytes::WORD) || matches!(next, b'$' | b'{' | b':' | b'^' | b'#' | b'\n')
    }

    fn cast(&mut self, length: usize) -> Token {
        self.emit(TokenKind::Cast, length, Expect::Cast)
    }

    /// `${`: a name in braces is part of the variable (`${ name }`, `${^NAME}`),
    /// anything else is a block that gives a reference.
    fn braced_name(&mut self, brace: usize) -> Token {
        let mut at = brace + 1;
        if self.byte(at) == b'^' {
            at += 1;
        } else {
            at = self.past(at, bytes::BLANK);
        }
        if is(self.byte(at), bytes::WORD) {
            let end = self.qualified(self.past(at, bytes::WORD));
            let close = self.past(end, bytes::BLANK);
            if self.byte(close) == b'}' {
                return self.variable(close + 1);
            }
        }
        self.cast(1)
    }

    /// `^W`: a control character as a name, written with a caret.
    fn caret_end(&self, caret: usize) -> Option<usize> {
        let letter = self.byte(caret + 1);
        (letter.is_ascii_uppercase() || matches!(letter, b'[' | b']' | b'_' | b'?' | b'\\'))
            .then_some(caret + 2)
    }

    /// A sigil with nothing at once after it: blanks may stand between it and
    /// its name (`$ x`, `@ {`); otherwise it is an operator, or a mistake.
    fn spaced(&mut self) -> Token {
        let sigil = self.byte(self.start);
        let mut at = self.past(self.start + 1, bytes::BLANK);
        if sigil == b'$' && self.byte(at) == b'\n' && self.heredoc_line == NOWHERE {
            at = self.past(at, bytes::BLANK | bytes::NEWLINE);
        }
        match self.byte(at) {
            b'{' | b'$' => self.cast(1),
            next if matches!(sigil, b'$' | b'@') && is(next, bytes::START) => {
                let end = self.qualified(self.past(at, bytes::WORD));
                self.variable(end)
            }
            _ if sigil == b'$' => self.emit(TokenKind::Unknown, 1, Expect::Variable),
            _ => self.emit(TokenKind::Operator, 1, Expect::Term),
        }
    }
}
