//! The loop of the lexer, and what all its parts share.
//!
//! One call gives one token: skip what is no code, look at the next byte and at
//! what is expected, hand over. There is no token vector and no allocation per
//! token; every byte is looked at a bounded number of times, so time is linear
//! in the input, hostile input included. Where that needs a limit (how often an
//! unterminated quote may be searched to the end of the file, how deep nesting
//! is remembered), the limit is a constant below.

use memchr::{memchr, memmem};

use super::bracket::Nesting;
use super::bytes::{self, is};
use super::expect::Expect;
use super::token::{STATEMENT, Token, TokenKind, UNTERMINATED};

/// How many quotes and heredocs without an end are looked for to the end of the
/// file. Each is then cut at its line's end, so that what follows is still
/// read; the next one after these takes the rest of the file, as in perl, and
/// keeps the time linear.
const RECOVERIES: u8 = 24;

/// Marks that no line is waited for.
pub(super) const NOWHERE: usize = usize::MAX;

/// Cuts Perl source into tokens.
///
/// Tokens come in order, do not overlap, are not empty and lie inside the
/// source. After the last one every call gives `None`.
///
/// ```
/// use perlscan_scanner::perl::{Lexer, TokenKind};
/// let source = b"requires 'Plack', '1.0'; # web";
/// let kinds: Vec<_> = Lexer::new(source).map(|token| token.kind).collect();
/// use TokenKind::*;
/// assert_eq!(kinds, [Word, Single, Comma, Single, Semicolon]);
/// ```
#[derive(Debug, Clone)]
pub struct Lexer<'a> {
    pub(super) source: &'a [u8],
    pub(super) position: usize,
    pub(super) expect: Expect,
    /// Where the token in work begins.
    pub(super) start: usize,
    /// Its flags so far.
    pub(super) flags: u8,
    pub(super) nesting: Nesting,
    /// The newline after which the text of heredocs stands, or [`NOWHERE`].
    pub(super) heredoc_line: usize,
    /// Where code goes on after that text.
    pub(super) heredoc_end: usize,
    /// The newline after which the picture of a `format` stands.
    pub(super) format_line: usize,
    /// Up to here there is no `>` that could close a `<`.
    pub(super) no_angle_before: usize,
    recoveries: u8,
    /// Whether comments and POD are given out.
    trivia: bool,
    pub(super) pod_end: memmem::Finder<'static>,
}

impl<'a> Lexer<'a> {
    /// Begins at the start of a file. A byte order mark is skipped. What lies
    /// beyond 4 GiB is not seen.
    pub fn new(source: &'a [u8]) -> Self {
        let source = source.get(..u32::MAX as usize).unwrap_or(source);
        #[cfg(test)]
        tests::count(source);
        Self {
            source,
            position: if source.starts_with(b"\xef\xbb\xbf") { 3 } else { 0 },
            expect: Expect::Statement,
            start: 0,
            flags: 0,
            nesting: Nesting::default(),
            heredoc_line: NOWHERE,
            heredoc_end: 0,
            format_line: NOWHERE,
            no_angle_before: 0,
            recoveries: RECOVERIES,
            trivia: false,
            pod_end: memmem::Finder::new(b"\n=cut"),
        }
    }

    /// Gives out comments and POD as well.
    pub fn with_trivia(mut self) -> Self {
        self.trivia = true;
        self
    }

    /// The source.
    pub fn source(&self) -> &'a [u8] {
        self.source
    }

    /// Where the next token is looked for.
    pub fn position(&self) -> usize {
        self.position
    }

    /// Goes back to read on at the line after the one that holds an offset, as
    /// at the start of a statement: for a reader that knows better than the
    /// text where a quote should have ended.
    pub fn resume_on_next_line(&mut self, offset: usize) {
        self.position = self.line_end(offset);
        self.heredoc_line = NOWHERE;
        self.format_line = NOWHERE;
        self.expect = Expect::Statement;
    }

    /// The next token, or `None` at the end of the file.
    pub fn next_token(&mut self) -> Option<Token> {
        loop {
            let mut byte = self.byte(self.position);
            while is(byte, bytes::BLANK) {
                self.position += 1;
                byte = self.byte(self.position);
            }
            self.start = self.position;
            self.flags = if self.expect == Expect::Statement { STATEMENT } else { 0 };
            let token = match byte {
                b'\n' => match self.newline() {
                    Some(picture) => picture,
                    None => continue,
                },
                b'#' => {
                    let end = self.line_end(self.position);
                    self.position = end;
                    if !self.trivia {
                        continue;
                    }
                    self.token(TokenKind::Comment, end)
                }
                b'=' if self.at_pod() => {
                    let end = self.pod_end(self.position);
                    self.position = end;
                    if !self.trivia {
                        continue;
                    }
                    self.token(TokenKind::Pod, end)
                }
                b'a'..=b'z' | b'A'..=b'Z' | b'_' | 0x80.. => self.word(),
                b'0'..=b'9' => self.number(),
                b'$' => self.scalar(),
                b'\'' => self.quote(TokenKind::Single, 0, self.position),
                b'"' => self.quote(TokenKind::Double, 0, self.position),
                b'`' => self.quote(TokenKind::Command, 0, self.position),
                b';' => self.semicolon(),
                b',' => self.emit(TokenKind::Comma, 1, self.after_comma()),
                b'(' => self.open_paren(),
                b')' => self.close_paren(),
                b'[' => self.open_bracket(),
                b']' => self.close_bracket(),
                b'{' => self.open_brace(),
                b'}' => self.close_brace(),
                0 if self.position >= self.source.len() => return None,
                0x04 | 0x1a => self.end_of_code(1),
                _ if is(byte, bytes::CONTROL) => self.unknown(),
                _ => self.operator(byte),
            };
            return Some(token);
        }
    }

    /// The byte at an offset; 0 beyond the end, which no loop here eats.
    #[inline(always)]
    pub(super) fn byte(&self, at: usize) -> u8 {
        match self.source.get(at) {
            Some(byte) => *byte,
            None => 0,
        }
    }

    /// A stretch of the source.
    #[inline(always)]
    pub(super) fn slice(&self, from: usize, to: usize) -> &'a [u8] {
        self.source.get(from..to).unwrap_or_default()
    }

    /// The rest of the source.
    #[inline(always)]
    pub(super) fn rest(&self, from: usize) -> &'a [u8] {
        self.source.get(from..).unwrap_or_default()
    }

    /// The offset of the newline that ends the line, or the end of the file.
    #[inline]
    pub(super) fn line_end(&self, from: usize) -> usize {
        memchr(b'\n', self.rest(from)).map_or(self.source.len(), |n| from + n)
    }

    /// The first byte from an offset on that is not of the classes.
    #[inline(always)]
    pub(super) fn past(&self, mut at: usize, classes: u8) -> usize {
        while is(self.byte(at), classes) {
            at += 1;
        }
        at
    }

    /// A token from the start to `end`; its body is all of it.
    #[inline(always)]
    pub(super) fn token(&self, kind: TokenKind, end: usize) -> Token {
        self.token_with_body(kind, end, self.start, end)
    }

    /// A token and its body. Offsets fit: `new` cuts the source to 4 GiB.
    #[inline(always)]
    pub(super) fn token_with_body(
        &self,
        kind: TokenKind,
        end: usize,
        body_start: usize,
        body_end: usize,
    ) -> Token {
        Token {
            kind,
            flags: self.flags,
            start: self.start as u32,
            end: end as u32,
            body_start: body_start as u32,
            body_end: body_end as u32,
        }
    }

    /// Gives out the next `length` bytes as a token and goes on with `expect`.
    #[inline(always)]
    pub(super) fn emit(&mut self, kind: TokenKind, length: usize, expect: Expect) -> Token {
        let end = self.start + length;
        self.position = end;
        self.expect = expect;
        self.token(kind, end)
    }

    /// The end of a quote that is not terminated: its line's end while there
    /// are recoveries left, then the end of the file.
    pub(super) fn give_up(&mut self, from: usize) -> usize {
        if self.may_recover() { self.line_end(from) } else { self.source.len() }
    }

    /// Marks the token as not terminated; whether what follows it is still read.
    pub(super) fn may_recover(&mut self) -> bool {
        self.flags |= UNTERMINATED;
        match self.recoveries.checked_sub(1) {
            Some(left) => {
                self.recoveries = left;
                true
            }
            None => false,
        }
    }

    /// `__END__` and its kin: nothing after it is code.
    pub(super) fn end_of_code(&mut self, length: usize) -> Token {
        let end = self.start + length;
        self.position = self.source.len();
        self.token_with_body(TokenKind::End, end, end, self.source.len())
    }

    /// A run of control characters.
    fn unknown(&mut self) -> Token {
        let mut end = self.position + 1;
        while end < self.source.len() && is(self.byte(end), bytes::CONTROL) {
            if matches!(self.byte(end), 0x04 | 0x1a) {
                break;
            }
            end += 1;
        }
        self.emit(TokenKind::Unknown, end - self.start, self.expect)
    }

    fn semicolon(&mut self) -> Token {
        self.emit(TokenKind::Semicolon, 1, Expect::Statement)
    }
}

impl Iterator for Lexer<'_> {
    type Item = Token;

    fn next(&mut self) -> Option<Token> {
        self.next_token()
    }
}

impl std::iter::FusedIterator for Lexer<'_> {}

#[cfg(test)]
#[path = "lexer_test.rs"]
pub(crate) mod tests;
