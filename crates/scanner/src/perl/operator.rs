//! Operators, and the bytes that are an operator in one place and begin a term
//! in another.

use super::bytes::{self, is};
use super::expect::Expect;
use super::lexer::Lexer;
use super::token::{Token, TokenKind};

/// The letters of the file tests (perlfunc, `-X`).
const FILE_TESTS: &[u8] = b"rwxoRWXOezsfdlpSugkbctTBAMC";

/// How far the closing `/` may be for a `/` after a user's word to begin a
/// pattern.
const PATTERN_LOOKAHEAD: usize = 512;

impl Lexer<'_> {
    /// Punctuation that is no bracket, quote or separator.
    pub(super) fn operator(&mut self, byte: u8) -> Token {
        let next = self.byte(self.position + 1);
        match byte {
            b'-' => self.minus(next),
            b'=' => match next {
                b'>' => self.emit(TokenKind::FatComma, 2, self.after_comma()),
                b'=' | b'~' => self.infix(2),
                _ => self.infix(1),
            },
            b'.' => self.dot(next),
            b':' => self.colon(next),
            b'/' => self.slash(next),
            b'<' => self.less(next),
            b'@' => self.sigil(),
            b'%' | b'&' | b'*' => self.sigil_or_operator(byte, next),
            b'+' if next == b'+' => self.increment(),
            b'|' | b'>' if next == byte => {
                if self.byte(self.position + 2) == b'=' {
                    self.infix(3)
                } else {
                    self.infix(2)
                }
            }
            b'!' | b'~' if next == b'~' => self.infix(2),
            b'+' | b'|' | b'>' | b'!' | b'^' if next == b'=' => self.infix(2),
            b'+' | b'|' | b'>' | b'!' | b'^' | b'~' | b'?' | b'\\' => self.infix(1),
            _ => self.emit(TokenKind::Unknown, 1, self.expect),
        }
    }

    #[inline]
    fn infix(&mut self, length: usize) -> Token {
        self.emit(TokenKind::Operator, length, Expect::Term)
    }

    /// `++` and `--`: after a value the value goes on, before one it is due.
    fn increment(&mut self) -> Token {
        let next = if self.expect.is_operator() { Expect::Operator } else { Expect::Term };
        self.emit(TokenKind::Operator, 2, next)
    }

    fn minus(&mut self, next: u8) -> Token {
        match next {
            b'>' => self.emit(TokenKind::Arrow, 2, Expect::Arrow),
            b'-' => self.increment(),
            b'=' => self.infix(2),
            _ if self.is_file_test(next) => self.emit(TokenKind::FileTest, 2, Expect::Term),
            // `{-key}`: the word is still the whole key.
            _ if self.expect == Expect::HashKey => {
                self.emit(TokenKind::Operator, 1, Expect::HashKey)
            }
            _ => self.infix(1),
        }
    }

    /// `-e` where a term may begin, unless it is a key (`-e => 1`, `{-e}`).
    fn is_file_test(&self, letter: u8) -> bool {
        let after = self.position + 2;
        FILE_TESTS.contains(&letter)
            && !is(self.byte(after), bytes::WORD)
            && !self.expect.is_operator()
            && (!self.expect.is_open() || self.word_takes_term())
            && !self.fat_comma_follows(after)
            && !(self.expect == Expect::HashKey && self.byte(self.significant(after)) == b'}')
    }

    fn dot(&mut self, next: u8) -> Token {
        if next.is_ascii_digit() && !self.expect.is_operator() && !self.expect.is_open() {
            return self.number();
        }
        if next != b'.' {
            return self.infix(if next == b'=' { 2 } else { 1 });
        }
        if self.byte(self.position + 2) != b'.' {
            return self.infix(2);
        }
        // `...` alone is a statement (perlsyn, "The Ellipsis Statement").
        let yada = self.expect == Expect::Statement;
        let next = if yada { Expect::Operator } else { Expect::Term };
        self.emit(TokenKind::Operator, 3, next)
    }

    fn colon(&mut self, next: u8) -> Token {
        if next == b':' && !self.expect.is_operator() {
            // `::name` is a name of package main.
            let end = self.qualified(self.position).max(self.position + 2);
            return self.emit(TokenKind::Word, end - self.start, Expect::AfterWord);
        }
        let next = match self.expect {
            Expect::Label => Expect::Statement,
            Expect::NamedSub | Expect::NamedAttribute => Expect::NamedAttribute,
            Expect::SubName | Expect::AnonymousSub | Expect::AnonymousAttribute => {
                Expect::AnonymousAttribute
            }
            _ => Expect::Term,
        };
        self.emit(TokenKind::Operator, 1, next)
    }

    /// Divides, is "defined or", or begins a pattern.
    fn slash(&mut self, next: u8) -> Token {
        let operator = match self.expect {
            Expect::TermOrDefined => next == b'/',
            expect if expect.is_open() => {
                !(next != b'='
                    && self.word_takes_term()
                    && self.line_has(self.position + 1, b'/', PATTERN_LOOKAHEAD))
            }
            expect => expect.is_operator(),
        };
        if !operator {
            return self.pattern(self.position);
        }
        match (next, self.byte(self.position + 2)) {
            (b'/', b'=') => self.infix(3),
            (b'/', _) | (b'=', _) => self.infix(2),
            _ => self.infix(1),
        }
    }

    /// Compares, shifts, or begins a heredoc, a `<FH>` or a glob.
    fn less(&mut self, next: u8) -> Token {
        let open = self.expect.is_open();
        if !self.expect.is_operator() {
            let term = if next == b'<' && self.byte(self.position + 2) != b'>' {
                self.here_document()
            } else {
                self.read_line(open)
            };
            if let Some(token) = term {
                return token;
            }
        }
        match (next, self.byte(self.position + 2)) {
            (b'=', b'>') | (b'<', b'=') => self.infix(3),
            (b'=', _) | (b'<', _) => self.infix(2),
            _ => self.infix(1),
        }
    }

    /// `%`, `&` and `*`.
    fn sigil_or_operator(&mut self, byte: u8, next: u8) -> Token {
        let operator = match self.expect {
            Expect::Arrow => false,
            expect if expect.is_open() => {
                let names = match byte {
                    // A glob is mostly of a handle, and those are in upper case.
                    b'*' => next.is_ascii_uppercase() || matches!(next, b'{' | b'$'),
                    _ => is(next, bytes::START) || matches!(next, b'{' | b'$'),
                };
                !(names && self.word_takes_term())
            }
            expect => expect.is_operator() || (byte == b'&' && next == b'&'),
        };
        if !operator {
            return self.sigil();
        }
        if next == byte && byte != b'%' {
            return self.infix(if self.byte(self.position + 2) == b'=' { 3 } else { 2 });
        }
        self.infix(if next == b'=' { 2 } else { 1 })
    }
}
