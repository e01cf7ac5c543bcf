//! Brackets: what each opening one opens, and what may follow its closing one.
//!
//! `}` is where Perl is hardest to cut: after a subscript `/` divides, after a
//! block it begins a pattern. So the lexer remembers what was opened.

use super::bytes::{self, is};
use super::expect::Expect;
use super::lexer::Lexer;
use super::token::{BLOCK, Token, TokenKind};

/// How many open brackets are remembered. What is nested deeper is counted, and
/// taken for blocks.
const REMEMBERED: usize = 4096;

/// How far a string is followed to see whether `{ "..." =>` begins a hash.
const STRING_LOOKAHEAD: usize = 256;

/// What a bracket opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Opened {
    /// A block that is a statement.
    Block,
    /// A block that is a value: of `do`, `eval`, `sub`.
    ValueBlock,
    /// A block that is an argument: of `map`, `print`, a user's function.
    ArgumentBlock,
    /// An anonymous hash.
    Hash,
    /// The subscript of a hash.
    Key,
    /// What a sigil dereferences.
    Dereference,
    /// Parentheses.
    Paren,
    /// The parentheses of a call through a reference: `->(...)`.
    Call,
    /// The signature of a named sub.
    NamedSignature,
    /// The signature of an anonymous sub.
    AnonymousSignature,
    /// Square brackets.
    Square,
}

impl Opened {
    fn is_brace(self) -> bool {
        matches!(
            self,
            Self::Block
                | Self::ValueBlock
                | Self::ArgumentBlock
                | Self::Hash
                | Self::Key
                | Self::Dereference
        )
    }

    fn is_paren(self) -> bool {
        matches!(self, Self::Paren | Self::Call | Self::NamedSignature | Self::AnonymousSignature)
    }
}

/// The brackets that are open.
#[derive(Debug, Clone, Default)]
pub(super) struct Nesting {
    open: Vec<Opened>,
    /// How many more are open than are remembered.
    deeper: usize,
}

impl Nesting {
    fn push(&mut self, opened: Opened) {
        if self.open.len() < REMEMBERED {
            self.open.push(opened);
        } else {
            self.deeper += 1;
        }
    }

    /// Closes a brace, and what was left open inside it.
    fn close_brace(&mut self) -> Opened {
        if self.deeper > 0 {
            self.deeper -= 1;
            return Opened::Block;
        }
        while let Some(opened) = self.open.pop() {
            if opened.is_brace() {
                return opened;
            }
        }
        Opened::Block
    }

    /// Closes a parenthesis, and square brackets left open inside it. One that
    /// was never opened closes nothing.
    fn close_paren(&mut self) -> Opened {
        if self.deeper > 0 {
            self.deeper -= 1;
            return Opened::Paren;
        }
        while self.open.last() == Some(&Opened::Square) {
            self.open.pop();
        }
        match self.open.last() {
            Some(opened) if opened.is_paren() => self.open.pop().unwrap_or(Opened::Paren),
            _ => Opened::Paren,
        }
    }

    fn close_bracket(&mut self) {
        if self.deeper > 0 {
            self.deeper -= 1;
        } else if self.open.last() == Some(&Opened::Square) {
            self.open.pop();
        }
    }

    fn in_signature(&self) -> bool {
        self.deeper == 0
            && matches!(self.open.last(), Some(Opened::NamedSignature | Opened::AnonymousSignature))
    }
}

impl Lexer<'_> {
    pub(super) fn after_comma(&self) -> Expect {
        if self.nesting.in_signature() { Expect::Parameter } else { Expect::Term }
    }

    pub(super) fn open_brace(&mut self) -> Token {
        let (opened, inside) = match self.expect {
            Expect::Statement if self.begins_hash(false) => (Opened::Hash, Expect::Term),
            Expect::Statement
            | Expect::Block
            | Expect::Operator
            | Expect::Label
            | Expect::Declaration
            | Expect::NamedSub
            | Expect::NamedAttribute
            | Expect::Package => (Opened::Block, Expect::Statement),
            Expect::TermBlock
            | Expect::AnonymousSub
            | Expect::AnonymousAttribute
            | Expect::SubName => (Opened::ValueBlock, Expect::Statement),
            Expect::Argument | Expect::AfterWord | Expect::AfterFirstWord => {
                if self.begins_hash(true) {
                    (Opened::Hash, Expect::Term)
                } else {
                    (Opened::ArgumentBlock, Expect::Statement)
                }
            }
            Expect::Variable | Expect::Subscript | Expect::Arrow => (Opened::Key, Expect::HashKey),
            Expect::Cast => (Opened::Dereference, Expect::Statement),
            Expect::Term
            | Expect::TermOrDefined
            | Expect::HashKey
            | Expect::Module
            | Expect::Parameter => (Opened::Hash, Expect::Term),
        };
        if matches!(opened, Opened::Block | Opened::ValueBlock | Opened::ArgumentBlock) {
            self.flags |= BLOCK;
        }
        self.nesting.push(opened);
        self.emit(TokenKind::OpenBrace, 1, inside)
    }

    pub(super) fn close_brace(&mut self) -> Token {
        // A `}` may stand where a statement could begin; it begins none.
        self.flags = 0;
        let next = match self.nesting.close_brace() {
            Opened::Block => {
                self.flags |= BLOCK;
                Expect::Statement
            }
            Opened::ValueBlock => {
                self.flags |= BLOCK;
                Expect::Operator
            }
            Opened::ArgumentBlock => {
                self.flags |= BLOCK;
                Expect::Term
            }
            Opened::Key | Opened::Dereference => Expect::Subscript,
            _ => Expect::Operator,
        };
        self.emit(TokenKind::CloseBrace, 1, next)
    }

    /// Whether the `{` at the position begins a hash, as perl guesses where a
    /// block could stand as well (toke.c, `yyl_leftcurly`): its first thing is a
    /// string or a word with `=>` after it, or with a comma unless the word is
    /// in lower case and so may be a function.
    fn begins_hash(&self, empty_is_hash: bool) -> bool {
        let first = self.significant(self.position + 1);
        let byte = self.byte(first);
        let mut may_be_function = false;
        let after = if is(byte, bytes::WORD) {
            may_be_function = byte.is_ascii_lowercase();
            self.past(first, bytes::WORD)
        } else if matches!(byte, b'\'' | b'"' | b'`') {
            let mut at = first + 1;
            let limit = at + STRING_LOOKAHEAD;
            loop {
                match self.byte(at) {
                    b'\\' => at += 2,
                    closing if closing == byte => break,
                    _ => at += 1,
                }
                if at >= limit || at >= self.source.len() {
                    return false;
                }
            }
            at + 1
        } else {
            return byte == b'}' && empty_is_hash;
        };
        let after = self.significant(after);
        match self.byte(after) {
            b',' => !may_be_function,
            b'=' => self.byte(after + 1) == b'>',
            _ => false,
        }
    }

    pub(super) fn open_paren(&mut self) -> Token {
        let (opened, inside) = match self.expect {
            Expect::NamedAttribute => return self.attribute_arguments(Expect::NamedSub),
            Expect::AnonymousAttribute => return self.attribute_arguments(Expect::AnonymousSub),
            Expect::Arrow | Expect::Subscript => (Opened::Call, Expect::Term),
            Expect::NamedSub | Expect::SubName | Expect::AnonymousSub => {
                let named = self.expect == Expect::NamedSub;
                let end = self.past(self.position + 1, bytes::PROTOTYPE);
                if self.byte(end) == b')' {
                    let next = if named { Expect::NamedSub } else { Expect::AnonymousSub };
                    return self.emit(TokenKind::Prototype, end + 1 - self.start, next);
                }
                let opened =
                    if named { Opened::NamedSignature } else { Opened::AnonymousSignature };
                (opened, Expect::Parameter)
            }
            // `map({ ... } @x)`: the block is still to come (toke.c, '(').
            Expect::Argument => (Opened::Paren, Expect::Argument),
            _ => (Opened::Paren, Expect::Term),
        };
        self.nesting.push(opened);
        self.emit(TokenKind::OpenParen, 1, inside)
    }

    pub(super) fn close_paren(&mut self) -> Token {
        let next = match self.nesting.close_paren() {
            Opened::Call => Expect::Subscript,
            Opened::NamedSignature => Expect::NamedSub,
            Opened::AnonymousSignature => Expect::AnonymousSub,
            _ => Expect::Operator,
        };
        self.emit(TokenKind::CloseParen, 1, next)
    }

    pub(super) fn open_bracket(&mut self) -> Token {
        self.nesting.push(Opened::Square);
        self.emit(TokenKind::OpenBracket, 1, Expect::Term)
    }

    pub(super) fn close_bracket(&mut self) -> Token {
        self.nesting.close_bracket();
        self.emit(TokenKind::CloseBracket, 1, Expect::Subscript)
    }
}
