//! Quotes and quote-like operators (perlop, "Quote and Quote-like Operators";
//! toke.c, `scan_str`).
//!
//! perl looks for the closing delimiter before it looks at what is quoted: a
//! backslash takes the next byte with it, brackets nest, and nothing else
//! matters.

use memchr::{memchr, memchr2, memchr3, memmem};

use super::bytes::{self, is};
use super::expect::Expect;
use super::lexer::{Lexer, NOWHERE};
use super::token::{INTERPOLATES, SPLIT, Token, TokenKind};

/// What opens and closes a quote. Where the opening one is a character beyond
/// ASCII, the whole character counts, as under `use utf8`.
#[derive(Debug, Clone, Copy)]
pub(super) struct Delimiter<'a> {
    open: u8,
    close: u8,
    /// The bytes of the delimiter.
    text: &'a [u8],
}

impl<'a> Delimiter<'a> {
    /// The delimiter at the beginning of a stretch of source.
    pub(super) fn at(source: &'a [u8]) -> Option<Self> {
        let open = *source.first()?;
        let width = match open {
            0xc0..=0xdf => 2,
            0xe0..=0xef => 3,
            0xf0..=0xf7 => 4,
            _ => 1,
        };
        let continued = |text: &&[u8]| text.iter().skip(1).all(|byte| byte & 0xc0 == 0x80);
        let text = source.get(..width).filter(continued).or(source.get(..1))?;
        let close = match open {
            b'(' => b')',
            b'[' => b']',
            b'{' => b'}',
            b'<' => b'>',
            same => same,
        };
        Some(Self { open, close, text })
    }

    pub(super) fn width(self) -> usize {
        self.text.len()
    }

    pub(super) fn is_bracket(self) -> bool {
        self.open != self.close
    }

    /// Whether a backslash before this byte is only there to keep it from
    /// closing the quote.
    pub(super) fn is(self, byte: u8) -> bool {
        byte == self.open || byte == self.close
    }

    /// Where the closing delimiter stands, with `depth` more open than closed.
    #[inline]
    pub(super) fn find_close(self, text: &[u8], depth: &mut usize) -> Option<usize> {
        if self.text.len() > 1 {
            return memmem::find(text, self.text);
        }
        if self.close == b'\\' {
            return memchr(b'\\', text);
        }
        let mut at = 0;
        loop {
            let rest = text.get(at..)?;
            at += if self.is_bracket() {
                memchr3(self.open, self.close, b'\\', rest)?
            } else {
                memchr2(self.close, b'\\', rest)?
            };
            let byte = *text.get(at)?;
            if byte == b'\\' {
                at += 2;
                continue;
            }
            if byte == self.close {
                if *depth == 0 {
                    return Some(at);
                }
                *depth -= 1;
            } else {
                *depth += 1;
            }
            at += 1;
        }
    }
}

impl Lexer<'_> {
    /// A quote operator whose word ends at `word_end`: `q`, `s` and the others.
    /// Blanks and comments may stand before the delimiter, but `q#...#` has a
    /// `#` for one.
    pub(super) fn quote_operator(&mut self, word_end: usize) -> Token {
        let delimiter =
            if self.byte(word_end) == b'#' { word_end } else { self.significant(word_end) };
        if delimiter >= self.source.len() {
            return self.emit(TokenKind::Word, word_end - self.start, Expect::AfterWord);
        }
        match self.slice(self.start, word_end).rsplit(|byte| *byte == b':').next() {
            Some(b"q") => self.quote(TokenKind::Single, 0, delimiter),
            Some(b"qq") => self.quote(TokenKind::Double, 0, delimiter),
            Some(b"qx") => self.quote(TokenKind::Command, 0, delimiter),
            Some(b"qw") => self.quote(TokenKind::WordList, 0, delimiter),
            Some(b"s") => self.quote(TokenKind::Substitution, 1, delimiter),
            Some(b"y" | b"tr") => self.quote(TokenKind::Transliteration, 1, delimiter),
            _ => self.pattern(delimiter),
        }
    }

    /// A pattern whose delimiter is at an offset.
    pub(super) fn pattern(&mut self, delimiter: usize) -> Token {
        self.quote(TokenKind::Match, 0, delimiter)
    }

    /// A quote with one part, or with `more` of them.
    pub(super) fn quote(&mut self, kind: TokenKind, more: u8, delimiter_at: usize) -> Token {
        let Some(delimiter) = Delimiter::at(self.rest(delimiter_at)) else {
            return self.emit(TokenKind::Unknown, 1, self.expect);
        };
        if !matches!(kind, TokenKind::Single | TokenKind::WordList | TokenKind::Transliteration)
            && delimiter.open != b'\''
        {
            self.flags |= INTERPOLATES;
        }
        let body = delimiter_at + delimiter.width();
        let mut second = delimiter;
        let mut body_end = body;
        let mut end = None;
        if let Some(first) = self.close_of(delimiter, body) {
            body_end = first;
            end = Some(first + delimiter.width());
            if more > 0 {
                let mut from = first + delimiter.width();
                if delimiter.is_bracket() {
                    from = self.significant(from);
                    end = Delimiter::at(self.rest(from)).map(|other| {
                        second = other;
                        from + other.width()
                    });
                    from = end.unwrap_or(from);
                }
                end = end
                    .and_then(|_| self.close_of(second, from))
                    .map(|close| close + second.width());
            }
        }
        let end = match end {
            Some(end) if has_modifiers(kind) => {
                let mut at = end;
                while self.byte(at).is_ascii_alphabetic() {
                    at += 1;
                }
                at
            }
            Some(end) => end,
            None => {
                let end = self.give_up(body);
                if body_end <= body || body_end > end {
                    body_end = end;
                }
                end
            }
        };
        // The token went over the text of a heredoc that begins on its line.
        if end > self.heredoc_line {
            self.heredoc_line = NOWHERE;
            self.flags |= SPLIT;
        }
        self.position = end;
        self.expect = Expect::Operator;
        self.token_with_body(kind, end, body.min(end), body_end.min(end))
    }

    /// Where a quote closes whose body begins at an offset. The text of a
    /// heredoc that was announced on the line is none of the quote's.
    fn close_of(&self, delimiter: Delimiter<'_>, from: usize) -> Option<usize> {
        let mut depth = 0;
        if self.heredoc_line == NOWHERE || self.heredoc_line < from {
            return Some(from + delimiter.find_close(self.rest(from), &mut depth)?);
        }
        if let Some(at) = delimiter.find_close(self.slice(from, self.heredoc_line), &mut depth) {
            return Some(from + at);
        }
        let after = self.heredoc_end;
        Some(after + delimiter.find_close(self.rest(after), &mut depth)?)
    }

    /// The arguments of an attribute: balanced parentheses, whatever they hold.
    pub(super) fn attribute_arguments(&mut self, next: Expect) -> Token {
        let token = self.quote(TokenKind::AttributeArguments, 0, self.position);
        self.expect = next;
        token
    }
}

fn has_modifiers(kind: TokenKind) -> bool {
    matches!(kind, TokenKind::Match | TokenKind::Substitution | TokenKind::Transliteration)
}

/// The second part of `s` and `tr`: what stands between its delimiters.
pub(super) fn second_part(
    source: &[u8],
    first_close: usize,
    first_open: usize,
) -> Option<std::ops::Range<usize>> {
    let first = Delimiter::at(source.get(first_open..)?)?;
    let mut at = first_close + first.width();
    let mut delimiter = first;
    if first.is_bracket() {
        loop {
            match source.get(at) {
                Some(byte) if is(*byte, bytes::BLANK | bytes::NEWLINE) => at += 1,
                Some(b'#') => at += memchr(b'\n', source.get(at..)?)?,
                _ => break,
            }
        }
        delimiter = Delimiter::at(source.get(at..)?)?;
        at += delimiter.width();
    }
    let length = delimiter.find_close(source.get(at..)?, &mut 0)?;
    Some(at..at + length)
}
