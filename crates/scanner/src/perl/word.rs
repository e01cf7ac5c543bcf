//! Identifiers, and what they make of the text after them.

use super::bytes::{self, is};
use super::expect::Expect;
use super::keyword::{WordClass, classify};
use super::lexer::Lexer;
use super::token::{LOADS, Token, TokenKind};

/// Longer than the longest of Perl's own words.
const LONGEST_KEYWORD: usize = 17;

impl Lexer<'_> {
    /// An identifier at the position: a word, a quoted word, a method, a quote
    /// operator, a v-string or the end of the code.
    pub(super) fn word(&mut self) -> Token {
        let start = self.position;
        let simple = self.past(start + 1, bytes::WORD);
        if self.expect == Expect::Arrow {
            let end = self.qualified(simple);
            return self.emit(TokenKind::Method, end - start, Expect::Operator);
        }
        let mut class = if simple - start <= LONGEST_KEYWORD {
            classify(self.slice(start, simple))
        } else {
            WordClass::User
        };
        let mut end = simple;
        match self.byte(simple) {
            // A quote operator takes any delimiter, `:` and `'` included, and
            // any other word of Perl's ends before a `'`.
            b':' if class != WordClass::Quote && self.byte(simple + 1) == b':' => {
                end = self.qualified(simple);
                class = match self.slice(start, end).strip_prefix(b"CORE::") {
                    Some(word) => classify(word),
                    None => WordClass::User,
                };
                self.flags |= LOADS;
            }
            b'\'' if class == WordClass::User => end = self.qualified(simple),
            _ => {}
        }
        if self.byte(start) == b'v'
            && let Some(end) = self.v_string_end(start)
        {
            return self.v_string(end);
        }
        if self.fat_comma_follows(end) {
            return self.emit(TokenKind::QuotedWord, end - start, Expect::Operator);
        }
        if matches!(class, WordClass::Module | WordClass::Require | WordClass::TermBlock) {
            self.flags |= LOADS;
        }
        let next = match self.expect {
            Expect::HashKey if self.byte(self.significant(end)) == b'}' => {
                return self.emit(TokenKind::QuotedWord, end - start, Expect::Operator);
            }
            Expect::SubName => Expect::NamedSub,
            Expect::Module => Expect::Term,
            Expect::Package => Expect::Declaration,
            Expect::NamedSub | Expect::NamedAttribute => {
                if self.byte(end) == b'(' {
                    Expect::NamedAttribute
                } else {
                    Expect::NamedSub
                }
            }
            Expect::AnonymousSub | Expect::AnonymousAttribute => {
                if self.byte(end) == b'(' {
                    Expect::AnonymousAttribute
                } else {
                    Expect::AnonymousSub
                }
            }
            _ => match class {
                WordClass::User => self.after_user_word(end),
                WordClass::Term | WordClass::Require => Expect::Term,
                WordClass::TermOrDefined => Expect::TermOrDefined,
                WordClass::Argument => Expect::Argument,
                WordClass::TermBlock => Expect::TermBlock,
                WordClass::Block => self.after_block_word(end),
                WordClass::Try if self.expect == Expect::Statement => Expect::Block,
                WordClass::Try => Expect::Argument,
                WordClass::Value => Expect::Operator,
                WordClass::Infix if self.expect.is_operator() => {
                    return self.emit(TokenKind::Operator, end - start, Expect::Term);
                }
                WordClass::Infix => self.after_user_word(end),
                WordClass::Sub => Expect::SubName,
                WordClass::Package => Expect::Package,
                WordClass::Module => Expect::Module,
                WordClass::Format => {
                    if self.expect == Expect::Statement {
                        self.note_format(end);
                    }
                    self.after_user_word(end)
                }
                WordClass::Quote => return self.quote_operator(end),
                WordClass::End => return self.end_of_code(end - start),
            },
        };
        // `"-" x3`: the operator ends before the digits.
        if self.expect.is_operator() && self.is_repetition(start, end) {
            return self.emit(TokenKind::Operator, 1, Expect::Term);
        }
        self.emit(TokenKind::Word, end - start, next)
    }

    fn is_repetition(&self, start: usize, end: usize) -> bool {
        self.byte(start) == b'x'
            && end > start + 1
            && self.slice(start + 1, end).iter().all(u8::is_ascii_digit)
    }

    /// What a user's word leaves to be expected; the start of a statement with
    /// a colon after it is a label.
    fn after_user_word(&self, end: usize) -> Expect {
        match self.expect {
            Expect::Statement => {
                let colon = self.past(end, bytes::BLANK);
                if self.byte(colon) == b':' && self.byte(colon + 1) != b':' {
                    Expect::Label
                } else {
                    Expect::AfterFirstWord
                }
            }
            Expect::AfterFirstWord | Expect::Declaration => Expect::Declaration,
            _ => Expect::AfterWord,
        }
    }

    /// `default:` is a label as well.
    fn after_block_word(&self, end: usize) -> Expect {
        match self.after_user_word(end) {
            Expect::Label => Expect::Label,
            _ => Expect::Block,
        }
    }

    /// Extends a name over its package separators, `::` and `'`. A `::` before
    /// `$` is none, and a `'` only before a letter (toke.c, `parse_ident`).
    pub(super) fn qualified(&self, mut at: usize) -> usize {
        loop {
            match self.byte(at) {
                b':' if self.byte(at + 1) == b':' && self.byte(at + 2) != b'$' => {
                    at = self.past(at + 2, bytes::WORD);
                }
                b'\'' if is(self.byte(at + 1), bytes::START) => {
                    at = self.past(at + 2, bytes::WORD);
                }
                _ => return at,
            }
        }
    }

    /// Whether the next code is `=>`, which makes a string of the word before
    /// it, on whatever line it stands.
    #[inline]
    pub(super) fn fat_comma_follows(&self, end: usize) -> bool {
        let mut at = self.past(end, bytes::BLANK);
        if matches!(self.byte(at), b'\n' | b'#') {
            at = self.significant(at);
        }
        self.byte(at) == b'=' && self.byte(at + 1) == b'>'
    }

    /// Whether a byte at the position that could begin a term as well does so,
    /// after a word that perl would look up: a blank before it and none after
    /// it, and the word not written like a constant (`PI /2` divides, `ok /x/`
    /// matches).
    pub(super) fn word_takes_term(&self) -> bool {
        let before = self.source.get(..self.start).unwrap_or_default();
        if !before.last().is_some_and(|byte| is(*byte, bytes::BLANK)) {
            return false;
        }
        if is(self.byte(self.start + 1), bytes::BLANK | bytes::NEWLINE) {
            return false;
        }
        let mut word = before.iter().rev().skip_while(|byte| is(**byte, bytes::BLANK)).peekable();
        if word.peek().is_some_and(|byte| !is(**byte, bytes::WORD)) {
            return true;
        }
        word.take_while(|byte| is(**byte, bytes::WORD)).any(u8::is_ascii_lowercase)
    }
}
