//! Numbers and v-strings (perldata, "Scalar value constructors"; toke.c,
//! `scan_num` and `scan_vstring`).

use super::bytes::{self, is};
use super::expect::Expect;
use super::lexer::Lexer;
use super::token::{Token, TokenKind};

impl Lexer<'_> {
    /// A number at the position, which begins with a digit or `.5`.
    pub(super) fn number(&mut self) -> Token {
        let start = self.position;
        let end = match (self.byte(start), self.byte(start + 1)) {
            (b'0', b'x' | b'X') => self.prefixed_end(start + 2, |b| b.is_ascii_hexdigit()),
            (b'0', b'b' | b'B') => self.prefixed_end(start + 2, |b| matches!(b, b'0' | b'1')),
            (b'0', b'o' | b'O') => self.prefixed_end(start + 2, |b| b.is_ascii_digit()),
            (b'0', b'0'..=b'9' | b'_') => self.digits_end(start + 1),
            _ => match self.decimal_end(start) {
                Ok(end) => end,
                Err(v_string) => return self.v_string(v_string),
            },
        };
        self.emit(TokenKind::Number, end - start, Expect::Operator)
    }

    /// A number with a base: digits and underscores, for hexadecimal floats a
    /// fraction and an exponent of two.
    fn prefixed_end(&self, digits: usize, is_digit: fn(u8) -> bool) -> usize {
        let run = |mut at: usize| {
            while is_digit(self.byte(at)) || self.byte(at) == b'_' {
                at += 1;
            }
            at
        };
        let whole = run(digits);
        let fraction = if self.byte(whole) == b'.' && self.byte(whole + 1) != b'.' {
            run(whole + 1)
        } else {
            whole
        };
        if !matches!(self.byte(fraction), b'p' | b'P') {
            return whole;
        }
        self.exponent_end(fraction).unwrap_or(whole)
    }

    /// The digits of an exponent whose letter stands at an offset.
    fn exponent_end(&self, letter: usize) -> Option<usize> {
        let mut at = letter + 1;
        if matches!(self.byte(at), b'+' | b'-') {
            at += 1;
        }
        is(self.byte(self.underscores_end(at)), bytes::DIGIT).then(|| self.digits_end(at))
    }

    fn underscores_end(&self, mut at: usize) -> usize {
        while self.byte(at) == b'_' {
            at += 1;
        }
        at
    }

    fn digits_end(&self, mut at: usize) -> usize {
        while is(self.byte(at), bytes::DIGIT) || self.byte(at) == b'_' {
            at += 1;
        }
        at
    }

    /// The end of a decimal number, or as an error the end of the v-string that
    /// a second point makes of it (`1.2.3`).
    fn decimal_end(&self, start: usize) -> Result<usize, usize> {
        let mut at = self.digits_end(start);
        // `1..5` is a range.
        if self.byte(at) == b'.' && self.byte(at + 1) != b'.' {
            at = self.digits_end(at + 1);
            if self.byte(at) == b'.' && self.byte(at + 1).is_ascii_digit() && at > start + 1 {
                return Err(self.groups_end(start));
            }
        }
        if matches!(self.byte(at), b'e' | b'E') {
            at = self.exponent_end(at).unwrap_or(at);
        }
        Ok(at)
    }

    /// Groups of digits joined by points.
    fn groups_end(&self, start: usize) -> usize {
        let mut at = self.digits_end(start);
        while self.byte(at) == b'.' && self.byte(at + 1).is_ascii_digit() {
            at = self.digits_end(at + 1);
        }
        at
    }

    /// The end of a v-string that begins with the `v` at `start`, when it is
    /// one: `v5.10` always, `v5` where a term begins and no name goes on.
    pub(super) fn v_string_end(&self, start: usize) -> Option<usize> {
        if !self.byte(start + 1).is_ascii_digit() || self.expect.is_operator() {
            return None;
        }
        if matches!(self.expect, Expect::SubName | Expect::HashKey) {
            return None;
        }
        let digits = self.past(start + 1, bytes::DIGIT);
        if self.byte(digits) == b'.' && self.byte(digits + 1).is_ascii_digit() {
            return Some(self.groups_end(start + 1));
        }
        let digits = self.digits_end(start + 1);
        let after = self.byte(digits);
        (!is(after, bytes::WORD) && !matches!(after, b':' | b'(' | b'\'')).then_some(digits)
    }

    /// A v-string; before `=>` it is a string like any word.
    pub(super) fn v_string(&mut self, end: usize) -> Token {
        let kind =
            if self.fat_comma_follows(end) { TokenKind::QuotedWord } else { TokenKind::VString };
        self.emit(kind, end - self.start, Expect::Operator)
    }
}
