//! From tokens to statements.
//!
//! Readers of manifests want statements: a run of tokens up to `;`, or up to
//! the brace of a block. The blocks nest to any depth, so they are not given
//! out as trees: [`Statements::next_piece`] tells a block's opening, with the
//! tokens before its brace as its head, and its closing. No call recurses.
//!
//! A file with broken syntax would end perl's reading. Here it is a [`Fault`],
//! kept for the reader to report, and reading goes on at the next place that
//! looks like the start of a statement.

use super::keyword::{WordClass, classify};
use super::lexer::Lexer;
use super::lines::{begins_line, is_conflict, line_start};
use super::token::{Kinds, Token, TokenKind};

/// The most tokens of one statement. What is longer is dropped, and said.
const LONGEST_STATEMENT: usize = 1 << 16;

/// How many brackets may be open. Reading ends where more are, so that what is
/// kept of each stays small beside the source.
const DEEPEST: usize = 1 << 16;

/// The most faults of a source. What is wrong more often is not told.
const MOST_FAULTS: usize = 1 << 14;

/// How far behind that a comma may stand at which a long statement is parted.
const PART_SLACK: usize = 1 << 12;

/// How often reading starts again after a quote that swallowed a statement.
const RESUMPTIONS: u8 = 64;

/// What comes next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Piece {
    /// A statement, or the rest of one whose block has just closed.
    Statement,
    /// A block opens; the tokens are what stands before it.
    Open,
    /// A block closes.
    Close,
    /// The file is over.
    End,
}

/// Syntax that would have ended perl's reading.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fault {
    /// Where it begins, in bytes.
    pub start: usize,
    /// The byte after it.
    pub end: usize,
    /// What is wrong.
    pub kind: FaultKind,
}

/// What is wrong with a file's syntax.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum FaultKind {
    /// A quote or heredoc has no end.
    Unterminated,
    /// A bracket is never closed.
    Unclosed,
    /// A bracket closes nothing.
    Unopened,
    /// A statement begins where the one before it has not ended.
    MissingSemicolon,
    /// Bytes that are no Perl.
    NotPerl,
    /// More tokens than a statement can have.
    TooLong,
    /// More open brackets than are followed: nothing after it is read.
    TooDeep,
    /// The markers of an unresolved merge.
    Conflict,
}

/// A place to come back to; see [`Statements::rewind`].
#[derive(Debug, Clone)]
pub struct Mark<'a> {
    lexer: Lexer<'a>,
    /// The brace that opened the block.
    brace: u32,
}

/// Cuts a source into statements.
#[derive(Debug, Clone)]
pub struct Statements<'a> {
    lexer: Lexer<'a>,
    tokens: Vec<Token>,
    /// A token that was read and belongs to the next piece.
    ahead: Option<Token>,
    /// The offsets of brackets that are open and are no blocks.
    open: Vec<u32>,
    /// For each open block its offset, and how many brackets were open before it.
    blocks: Vec<(u32, usize)>,
    faults: Vec<Fault>,
    /// How many faults there were.
    told: usize,
    /// Whether brackets nest too deep to read on.
    is_over: bool,
    /// Words that begin a statement whenever they begin a line.
    starters: &'static [&'static [u8]],
    /// The kinds of tokens that only add to a statement.
    plain: Kinds,
    in_parts: bool,
    resumptions: u8,
}

/// The kinds that only add to a statement, and those that do so where no word
/// begins one.
const PLAIN: Kinds = Kinds::of(&[
    TokenKind::Variable,
    TokenKind::Method,
    TokenKind::QuotedWord,
    TokenKind::Number,
    TokenKind::Comma,
    TokenKind::FatComma,
    TokenKind::Arrow,
    TokenKind::Cast,
    TokenKind::Operator,
]);
const PLAIN_WITHOUT_STARTERS: Kinds =
    Kinds::of(&[TokenKind::Word, TokenKind::Single, TokenKind::Double, TokenKind::WordList]);

impl<'a> Statements<'a> {
    /// Begins at the start of a source. `starters` are the words of the file's
    /// own language: one at the start of a line begins a statement even when the
    /// one before it lacks its semicolon.
    pub fn new(source: &'a [u8], starters: &'static [&'static [u8]]) -> Self {
        Self {
            lexer: Lexer::new(source),
            tokens: Vec::new(),
            ahead: None,
            open: Vec::new(),
            blocks: Vec::new(),
            faults: Vec::new(),
            told: 0,
            is_over: false,
            starters,
            plain: if starters.is_empty() { PLAIN.and(PLAIN_WITHOUT_STARTERS) } else { PLAIN },
            in_parts: false,
            resumptions: RESUMPTIONS,
        }
    }

    /// Gives out a statement that is too long in several pieces, for visitors
    /// that need not see all of it at once.
    pub fn in_parts(mut self) -> Self {
        self.in_parts = true;
        self
    }

    /// The tokens of the last piece.
    pub fn tokens(&self) -> &[Token] {
        &self.tokens
    }

    /// How many blocks are open.
    pub fn depth(&self) -> usize {
        self.blocks.len()
    }

    /// What was wrong since the last call.
    pub fn take_faults(&mut self) -> Vec<Fault> {
        std::mem::take(&mut self.faults)
    }

    /// How far the source has been read.
    pub fn position(&self) -> usize {
        self.lexer.position()
    }

    /// The place right behind the brace that has just opened a block.
    pub fn mark(&self) -> Mark<'a> {
        let brace = self.blocks.last().map_or(0, |(brace, _)| *brace);
        Mark { lexer: self.lexer.clone(), brace }
    }

    /// Goes back to the inside of a block that has just closed, which is then
    /// open again.
    pub fn rewind(&mut self, mark: &Mark<'a>) {
        self.lexer = mark.lexer.clone();
        self.ahead = None;
        self.blocks.push((mark.brace, self.open.len()));
    }

    /// Reads on to the next piece.
    pub fn next_piece(&mut self) -> Piece {
        self.tokens.clear();
        loop {
            if self.is_over {
                return self.end();
            }
            let next =
                if self.ahead.is_some() { self.ahead.take() } else { self.lexer.next_token() };
            let Some(token) = next else { return self.end() };
            // Most tokens belong to the statement, whatever they are.
            if self.is_plain(&token) {
                self.tokens.push(token);
                continue;
            }
            if self.ends_part() {
                self.ahead = Some(token);
                return Piece::Statement;
            }
            let mut token = token;
            // Both sides of a merge are read, without what marks them.
            if self.look_for_faults(&mut token) && self.starters.is_empty() {
                self.lexer.resume_on_next_line(token.start as usize);
                continue;
            }
            if self.open.len() + self.blocks.len() >= DEEPEST {
                self.fault(FaultKind::TooDeep, token.start, token.end);
                self.is_over = true;
                return self.end();
            }
            match token.kind {
                TokenKind::Semicolon if self.in_loop_head() => self.push(token),
                TokenKind::Semicolon => {
                    if !self.in_code_of_brace() {
                        self.close_statement();
                    }
                    if !self.tokens.is_empty() {
                        return Piece::Statement;
                    }
                }
                TokenKind::OpenBrace if token.is_block() => {
                    self.blocks.push((token.start, self.open.len()));
                    return Piece::Open;
                }
                TokenKind::CloseBrace if token.is_block() || self.closes_block() => {
                    if !self.tokens.is_empty() {
                        self.ahead = Some(token);
                        self.close_statement();
                        return Piece::Statement;
                    }
                    match self.blocks.pop() {
                        Some((_, open)) => {
                            self.open.truncate(open);
                            return Piece::Close;
                        }
                        None => self.fault(FaultKind::Unopened, token.start, token.end),
                    }
                }
                TokenKind::End => return self.end(),
                TokenKind::Unknown => {
                    self.fault(FaultKind::NotPerl, token.start, token.end);
                }
                TokenKind::Word if self.is_in_misread_block(&token) => {
                    self.ahead = Some(token);
                    self.tokens.pop();
                    let start = self.open.pop().unwrap_or(token.start);
                    self.blocks.push((start, self.open.len()));
                    return Piece::Open;
                }
                _ if self.begins_unexpectedly(&token) => {
                    self.ahead = Some(token);
                    // A bracket left open tells the same mistake.
                    let told = self.tokens.last().is_some_and(Token::is_unterminated);
                    if !self.close_statement() && !told {
                        self.fault(FaultKind::MissingSemicolon, token.start, token.end);
                    }
                    return Piece::Statement;
                }
                _ => self.push(token),
            }
        }
    }

    /// Whether a token neither ends a statement, nor opens a bracket, nor may
    /// show a fault.
    #[inline]
    fn is_plain(&self, token: &Token) -> bool {
        self.plain.has(token.kind)
            && !token.is_unterminated()
            && self.tokens.len() < LONGEST_STATEMENT
            // What marks a conflict begins with an operator of two characters.
            && (token.kind != TokenKind::Operator || token.end - token.start != 2)
    }

    /// Whether a part of a long statement may end here: behind a comma, so that
    /// nothing is torn apart.
    fn ends_part(&self) -> bool {
        self.in_parts
            && self.tokens.len() >= LONGEST_STATEMENT
            && self
                .tokens
                .last()
                .is_some_and(|last| matches!(last.kind, TokenKind::Comma | TokenKind::FatComma))
    }

    fn push(&mut self, token: Token) {
        match token.kind {
            TokenKind::OpenParen | TokenKind::OpenBracket | TokenKind::OpenBrace => {
                self.open.push(token.start);
            }
            TokenKind::CloseParen | TokenKind::CloseBracket | TokenKind::CloseBrace
                if self.open.pop().is_none() =>
            {
                self.fault(FaultKind::Unopened, token.start, token.end);
                return;
            }
            _ => {}
        }
        let longest = LONGEST_STATEMENT + if self.in_parts { PART_SLACK } else { 0 };
        if self.tokens.len() < longest {
            self.tokens.push(token);
        } else if self.tokens.len() == longest {
            self.tokens.push(token);
            self.fault(FaultKind::TooLong, token.start, token.end);
        }
    }

    /// Ends a statement; brackets that it left open are a fault.
    fn close_statement(&mut self) -> bool {
        let base = self.blocks.last().map_or(0, |(_, open)| *open);
        let unclosed = self.open.get(base).copied();
        self.open.truncate(base);
        if let Some(start) = unclosed {
            self.fault(FaultKind::Unclosed, start, start + 1);
        }
        unclosed.is_some()
    }

    /// Whether a `}` closes a block although the lexer took the block for a hash.
    fn closes_block(&self) -> bool {
        self.blocks.last().is_some_and(|(_, open)| *open >= self.open.len())
    }

    /// Whether a starter right after `{` on a new line shows that the brace
    /// opened a block, in spite of what stood before it (`on test => {`).
    fn is_in_misread_block(&self, token: &Token) -> bool {
        let source = self.lexer.source();
        self.tokens.last().is_some_and(|last| last.kind == TokenKind::OpenBrace)
            && self.starters.contains(&token.text(source))
            && begins_line(source, token.start as usize)
    }

    fn end(&mut self) -> Piece {
        self.close_statement();
        if !self.tokens.is_empty() {
            return Piece::Statement;
        }
        if let Some((start, open)) = self.blocks.pop() {
            // The innermost is named; closing it would close the rest as well.
            if self.blocks.is_empty() || self.faults.is_empty() {
                self.fault(FaultKind::Unclosed, start, start + 1);
            }
            self.open.truncate(open);
            return Piece::Close;
        }
        Piece::End
    }

    fn fault(&mut self, kind: FaultKind, start: u32, end: u32) {
        self.told += 1;
        // The last one always has its place: it says that reading ended.
        if self.told <= MOST_FAULTS || kind == FaultKind::TooDeep {
            self.faults.push(Fault { start: start as usize, end: end as usize, kind });
        }
    }

    /// `for (;;)` has semicolons that end nothing.
    fn in_loop_head(&self) -> bool {
        let base = self.blocks.last().map_or(0, |(_, open)| *open);
        self.open.len() > base
            && self.without_labels().first().is_some_and(|first| {
                let text = first.text(self.lexer.source());
                first.kind == TokenKind::Word && matches!(text, b"for" | b"foreach")
            })
    }

    /// The tokens behind the labels of the statement.
    fn without_labels(&self) -> &[Token] {
        let mut tokens = self.tokens.as_slice();
        while let [label, colon, rest @ ..] = tokens
            && label.kind == TokenKind::Word
            && colon.is_operator(self.lexer.source(), b":")
        {
            tokens = rest;
        }
        tokens
    }

    /// Whether a `{` that is no block was opened last: what it dereferences may be
    /// statements (`@{ my $x = f(); $x }`). Languages of starters have no such code.
    fn in_code_of_brace(&self) -> bool {
        let base = self.blocks.last().map_or(0, |(_, open)| *open);
        self.starters.is_empty()
            && self.open.len() > base
            && self
                .open
                .last()
                .is_some_and(|at| self.lexer.source().get(*at as usize) == Some(&b'{'))
    }

    /// Tells what is wrong with a token; whether it marks a conflict.
    fn look_for_faults(&mut self, token: &mut Token) -> bool {
        let source = self.lexer.source();
        if token.is_unterminated() {
            self.fault(FaultKind::Unterminated, token.start, token.end);
        } else if matches!(token.kind, TokenKind::Single | TokenKind::Double | TokenKind::WordList)
            && self.resumptions > 0
            && self.swallows_statement(token.body(source))
        {
            self.resumptions -= 1;
            self.fault(FaultKind::Unterminated, token.start, token.end);
            self.lexer.resume_on_next_line(token.start as usize);
            token.cut_short(self.lexer.position());
        }
        let marks = matches!(token.kind, TokenKind::Operator | TokenKind::HereDoc)
            && is_conflict(source, token.start as usize);
        if marks {
            self.fault(FaultKind::Conflict, token.start, token.end);
        }
        marks
    }

    /// Whether a quoted text ends in a starter at the start of a line: then its
    /// closing quote is the opening one of the next statement.
    fn swallows_statement(&self, body: &[u8]) -> bool {
        let Some(line) = memchr::memrchr(b'\n', body).and_then(|at| body.get(at + 1..)) else {
            return false;
        };
        let line = line.trim_ascii();
        let line = line.strip_suffix(b"(").unwrap_or(line).trim_ascii_end();
        self.starters.contains(&line)
    }

    /// Whether a starter begins a line although the tokens before it have not
    /// ended their statement.
    fn begins_unexpectedly(&self, token: &Token) -> bool {
        let source = self.lexer.source();
        let Some(last) = self.tokens.last() else { return false };
        if token.kind != TokenKind::Word
            || !self.starters.contains(&token.text(source))
            || !begins_line(source, token.start as usize)
        {
            return false;
        }
        let base = self.blocks.last().map_or(0, |(_, open)| *open);
        match last.kind {
            // Calls may be joined by commas, but not inside of brackets.
            TokenKind::Comma | TokenKind::FatComma => self.open.len() > base,
            TokenKind::Arrow
            | TokenKind::Operator
            | TokenKind::OpenParen
            | TokenKind::OpenBracket
            | TokenKind::OpenBrace
            | TokenKind::Cast
            | TokenKind::FileTest => is_conflict(source, line_start(source, last.start as usize)),
            TokenKind::Word => classify(last.text(source)) == WordClass::User,
            _ => true,
        }
    }
}
