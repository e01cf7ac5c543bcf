//! Which code runs only under a condition, or may fail.
//!
//! Blocks are kept on a stack, brackets of the statement in work on another, so
//! that no depth costs recursion. Tokens are looked at only when something
//! depends on them: when a load has been found, and before a block.

use super::found::Guard;
use crate::perl::token::{Token, TokenKind};

/// What a bracket, or the statement itself, has seen so far.
#[derive(Debug, Clone, Copy, Default)]
struct Level {
    /// What stands around it runs under a condition.
    outer: bool,
    /// `&&`, `||`, `//` or `?` came; a comma ends their reach.
    tight: bool,
    /// `and` or `or` came.
    loose: bool,
}

/// What a statement begins with.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Head {
    #[default]
    Plain,
    /// `if`, `while` and the like: parentheses, then a block.
    Condition,
    /// A named sub, or `BEGIN` and its kin: its block does not depend on what
    /// stands around it.
    Apart,
}

/// A statement.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Statement {
    head: Head,
    /// How many levels were there before it.
    base: usize,
    /// What was open when it began; see [`super::found::Found::open`].
    pub(super) open: usize,
}

/// A block that is open, and the statement that it is a part of.
#[derive(Debug)]
struct Block {
    guard: Guard,
    around: Statement,
    /// For an `eval` or `try` around which nothing takes failure: how many loads
    /// had been found before it.
    taken_from: Option<usize>,
}

/// Looks on at statements and blocks.
#[derive(Debug)]
pub(super) struct Flow {
    /// What holds for all of the code.
    all: Guard,
    blocks: Vec<Block>,
    levels: Vec<Level>,
    pub(super) statement: Statement,
}

impl Flow {
    pub(super) fn new(all: Guard) -> Self {
        let statement = Statement { base: 0, ..Statement::default() };
        Self { all, blocks: Vec::new(), levels: vec![Level::default()], statement }
    }

    /// A statement begins.
    pub(super) fn begin(&mut self, tokens: &[Token], source: &[u8], open: usize) {
        self.levels.truncate(self.statement.base);
        let head = head(tokens, source);
        let is_elsif = tokens.first().is_some_and(|token| token.is_word(source, b"elsif"));
        self.levels.push(Level { loose: is_elsif, ..Level::default() });
        self.statement = Statement { head, base: self.statement.base, open };
    }

    /// What holds for code that runs in its turn, at the place that was reached.
    pub(super) fn guard(&self) -> Guard {
        let mut guard = self.block_guard();
        guard.conditional |= self.level().is_some_and(Level::is_conditional);
        guard
    }

    /// What holds for what is carried out when perl has read it.
    pub(super) fn compile_guard(&self) -> Guard {
        self.all
    }

    /// How many blocks are open.
    pub(super) fn depth(&self) -> usize {
        self.blocks.len()
    }

    fn block_guard(&self) -> Guard {
        self.blocks.last().map_or(self.all, |block| block.guard)
    }

    fn level(&self) -> Option<&Level> {
        self.levels.get(self.statement.base..).and_then(<[_]>::last)
    }

    fn level_mut(&mut self) -> Option<&mut Level> {
        self.levels.get_mut(self.statement.base..).and_then(<[_]>::last_mut)
    }

    /// Looks at the next tokens of the statement; whether a modifier was among
    /// them, which makes what stands before it conditional. `is_first`: the
    /// tokens begin the statement.
    pub(super) fn advance(&mut self, tokens: &[Token], source: &[u8], is_first: bool) -> bool {
        let mut modified = false;
        for token in tokens {
            match token.kind {
                TokenKind::OpenParen | TokenKind::OpenBracket | TokenKind::OpenBrace => {
                    let outer = self.level().is_some_and(Level::is_conditional);
                    self.levels.push(Level { outer, ..Level::default() });
                }
                TokenKind::CloseParen | TokenKind::CloseBracket | TokenKind::CloseBrace
                    // What closes nothing is left to whoever reports faults.
                    if self.levels.len() > self.statement.base + 1 =>
                {
                    self.levels.pop();
                }
                TokenKind::Comma | TokenKind::FatComma => {
                    if let Some(level) = self.level_mut() {
                        level.tight = false;
                    }
                }
                TokenKind::Semicolon => {
                    if let Some(level) = self.level_mut() {
                        (level.tight, level.loose) = (false, false);
                    }
                }
                TokenKind::Operator if is_short_cut(token.text(source)) => {
                    if let Some(level) = self.level_mut() {
                        level.tight = true;
                    }
                }
                TokenKind::Word => match token.text(source) {
                    b"and" | b"or" => {
                        if let Some(level) = self.level_mut() {
                            level.loose = true;
                        }
                    }
                    b"if" | b"unless" | b"for" | b"foreach" | b"while" | b"until" | b"when"
                        if !(is_first && token.begins_statement()) =>
                    {
                        modified = true;
                        if let Some(level) = self.level_mut() {
                            (level.tight, level.loose) = (false, false);
                        }
                    }
                    _ => {}
                },
                _ => {}
            }
        }
        modified
    }

    /// A block opens behind the tokens, which have been looked at.
    pub(super) fn open(&mut self, tokens: &[Token], source: &[u8], open: usize, loads: usize) {
        let guard = self.guard_of_block(tokens, source);
        let takes = guard.optional && !self.block_guard().optional;
        let taken_from = takes.then_some(loads);
        self.blocks.push(Block { guard, around: self.statement, taken_from });
        let base = self.levels.len();
        self.levels.push(Level::default());
        self.statement = Statement { head: Head::Plain, base, open };
    }

    fn guard_of_block(&self, tokens: &[Token], source: &[u8]) -> Guard {
        let guard = self.guard();
        let is_flat = self.levels.len() == self.statement.base + 1;
        let Some(last) = tokens.last() else { return guard };
        match self.statement.head {
            Head::Apart if is_flat => return self.all,
            Head::Condition if is_flat && last.kind == TokenKind::CloseParen => {
                return Guard { conditional: true, ..guard };
            }
            _ => {}
        }
        if last.kind != TokenKind::Word {
            return guard;
        }
        match last.text(source) {
            b"eval" | b"try" => Guard { optional: true, ..guard },
            b"else" | b"default" | b"catch" | b"continue" => Guard { conditional: true, ..guard },
            b"BEGIN" | b"END" | b"INIT" | b"CHECK" | b"UNITCHECK" => self.all,
            _ => guard,
        }
    }

    /// A block closes: the statement that it is a part of goes on, or is over.
    /// Gives from which load on failure was taken, as [`Block::taken_from`].
    pub(super) fn close(&mut self) -> Option<usize> {
        self.levels.truncate(self.statement.base);
        let block = self.blocks.pop()?;
        self.statement = block.around;
        block.taken_from
    }
}

/// Whether what follows an `eval` ends the program when it has failed.
pub(super) fn dies(tokens: &[Token], source: &[u8]) -> bool {
    let [or, word, ..] = tokens else { return false };
    (or.is_word(source, b"or") || or.is_operator(source, b"||"))
        && word.kind == TokenKind::Word
        && matches!(
            word.text(source),
            b"die" | b"croak" | b"confess" | b"exit" | b"Carp::croak" | b"Carp::confess"
        )
}

impl Level {
    fn is_conditional(&self) -> bool {
        self.outer || self.tight || self.loose
    }
}

fn head(tokens: &[Token], source: &[u8]) -> Head {
    let mut tokens = tokens;
    // Labels.
    while let [label, colon, rest @ ..] = tokens
        && label.kind == TokenKind::Word
        && colon.is_operator(source, b":")
    {
        tokens = rest;
    }
    let [first, rest @ ..] = tokens else { return Head::Plain };
    if first.kind != TokenKind::Word {
        return Head::Plain;
    }
    match first.text(source) {
        b"if" | b"unless" | b"elsif" | b"while" | b"until" | b"for" | b"foreach" | b"given"
        | b"when" | b"catch" => Head::Condition,
        b"sub" if rest.first().is_some_and(|name| name.kind == TokenKind::Word) => Head::Apart,
        b"my" | b"our" | b"state"
            if rest.first().is_some_and(|sub| sub.is_word(source, b"sub")) =>
        {
            Head::Apart
        }
        _ => Head::Plain,
    }
}

/// The operators that may leave out what follows them.
fn is_short_cut(operator: &[u8]) -> bool {
    matches!(operator, b"&&" | b"||" | b"//" | b"?" | b"&&=" | b"||=" | b"//=")
}
