//! The walk over a script's statements.

use super::{Call, Script, Wanted};
use crate::perl::bindings::Bindings;
use crate::perl::condition::{Truth, truth};
use crate::perl::data::Item;
use crate::perl::expression::matching;
use crate::perl::statement::{Piece, Statements};
use crate::perl::structure::Structures;
use crate::perl::uses::Uses;
use crate::perl::{Token, TokenKind};

/// The most tokens of a statement with the blocks in it left out.
const LONGEST: usize = 1 << 17;

/// How far the end of a condition is looked for, in bytes.
const LONGEST_CONDITION: usize = 400;

const CONDITIONS: &[&[u8]] = &[b"if", b"unless", b"elsif"];
const LOOPS: &[&[u8]] = &[b"for", b"foreach", b"while", b"until"];

/// Walks over a script.
pub(in super::super) fn walk(source: &[u8], wanted: Wanted) -> Script {
    let mut walk = Walk {
        source,
        wanted,
        constants: Bindings::default(),
        scopes: Vec::new(),
        begun: Begun::default(),
        last_branch: Truth::Unknown,
        script: Script::default(),
    };
    walk.run();
    walk.script
}

/// A block that is open.
struct Scope {
    /// Whether its code runs.
    runs: Truth,
    /// Whether it is a named sub, or lies in one.
    in_sub: bool,
    /// The statement that the block is a part of.
    begun: Option<Begun>,
}

/// A statement up to a block in it.
#[derive(Default)]
struct Begun {
    tokens: Vec<Token>,
    /// How many brackets are open in it; counted on the way, since a statement
    /// may have many blocks.
    open: i64,
}

impl Begun {
    fn add(&mut self, tokens: &[Token]) {
        if self.tokens.len() < LONGEST {
            self.tokens.extend_from_slice(tokens);
            self.open += open_brackets(tokens);
        }
    }
}

pub(super) struct Walk<'a> {
    pub(super) source: &'a [u8],
    wanted: Wanted,
    constants: Bindings,
    scopes: Vec<Scope>,
    /// The statement that is read, with what stood before a block in it.
    begun: Begun,
    /// What decided the branches so far of an `if` that has just closed.
    last_branch: Truth,
    pub(super) script: Script,
}

impl Walk<'_> {
    fn run(&mut self) {
        let mut statements = Statements::new(self.source, &[]);
        let mut uses = Uses::new(self.source);
        loop {
            let piece = statements.next_piece();
            uses.read(statements.tokens(), piece);
            self.script.faults.extend(statements.take_faults());
            if matches!(piece, Piece::Statement | Piece::Open) {
                self.begun.add(statements.tokens());
            }
            match piece {
                Piece::Statement => self.end_statement(),
                Piece::Open => self.open(),
                Piece::Close => self.close(statements.position()),
                Piece::End => break,
            }
        }
        self.end_statement();
        self.script.loads = uses.finish();
    }

    pub(super) fn text(&self, token: &Token) -> &[u8] {
        token.text(self.source)
    }

    pub(super) fn is_one_of(&self, token: &Token, words: &[&[u8]]) -> bool {
        token.kind == TokenKind::Word && words.contains(&self.text(token))
    }

    fn open(&mut self) {
        let begun = std::mem::take(&mut self.begun);
        let head = begun.tokens.as_slice();
        let runs = match self.scopes.last() {
            Some(scope) => scope.runs,
            None => Truth::True,
        };
        let in_sub = self.scopes.last().is_some_and(|scope| scope.in_sub);
        let mut scope = Scope { runs, in_sub, begun: None };
        match head.first() {
            None => {}
            Some(_) if begun.open > 0 => scope.begun = Some(begun),
            Some(first)
                if self.is_one_of(first, CONDITIONS) || self.is_one_of(first, &[b"else"]) =>
            {
                scope.runs = both(runs, self.branch(head));
            }
            Some(first) if self.is_one_of(first, LOOPS) => scope.runs = both(runs, Truth::Unknown),
            Some(first) if self.is_one_of(first, &[b"sub"]) => scope.in_sub |= head.len() > 1,
            Some(first)
                if self.is_one_of(first, &[b"BEGIN", b"END", b"INIT", b"package", b"continue"]) => {
            }
            Some(_) => scope.begun = Some(begun),
        }
        self.scopes.push(scope);
    }

    /// Whether a branch runs: `if (...)`, `unless (...)`, `elsif (...)`, `else`.
    fn branch(&mut self, head: &[Token]) -> Truth {
        let Some(first) = head.first() else { return Truth::Unknown };
        let asked = self.truth_of(head.get(1..).unwrap_or_default());
        match self.text(first) {
            b"if" => {
                self.last_branch = asked;
                asked
            }
            b"unless" => {
                self.last_branch = !asked;
                !asked
            }
            b"elsif" => match self.last_branch {
                Truth::True => Truth::False,
                Truth::False => {
                    self.last_branch = asked;
                    asked
                }
                Truth::Unknown => {
                    if asked == Truth::False {
                        Truth::False
                    } else {
                        Truth::Unknown
                    }
                }
            },
            _ => !self.last_branch,
        }
    }

    /// The truth of a condition, read from its source: blocks in it are no tokens.
    fn truth_of(&self, tokens: &[Token]) -> Truth {
        let (Some(first), Some(last)) = (tokens.first(), tokens.last()) else {
            return Truth::Unknown;
        };
        // No condition that is understood is longer; a file may have many.
        let rest = self.source.get(last.end as usize..).unwrap_or_default();
        let end =
            memchr::memchr(b';', rest.get(..LONGEST_CONDITION.min(rest.len())).unwrap_or(rest));
        // A block that ends the condition (`unless eval { ... };`) has no token.
        let is_open = self.is_one_of(last, &[b"eval", b"do"]);
        let end = if is_open { last.end as usize + end.unwrap_or(0) } else { last.end as usize };
        truth(self.source.get(first.start as usize..end).unwrap_or_default())
    }

    fn close(&mut self, position: usize) {
        self.end_statement();
        let Some(scope) = self.scopes.pop() else { return };
        let Some(begun) = scope.begun else { return };
        self.begun = begun;
        let rest = self.source.get(position..).unwrap_or_default();
        if ends_statement(rest) {
            self.end_statement();
        }
    }

    fn end_statement(&mut self) {
        let begun = std::mem::take(&mut self.begun);
        let tokens = begun.tokens.as_slice();
        let runs = self.scopes.last().map_or(Truth::True, |scope| scope.runs);
        let modifier = tokens.iter().enumerate().skip(1).find(|(at, token)| {
            self.is_one_of(token, CONDITIONS) || self.is_one_of(token, LOOPS) && *at > 0
        });
        let modifier =
            modifier.filter(|(at, _)| open_brackets(tokens.get(..*at).unwrap_or_default()) <= 0);
        let (body, runs) = match modifier {
            Some((at, word)) => {
                let asked = self.truth_of(tokens.get(at + 1..).unwrap_or_default());
                let asked = match self.text(word) {
                    b"if" => asked,
                    b"unless" => !asked,
                    _ => Truth::Unknown,
                };
                (tokens.get(..at).unwrap_or_default(), both(runs, asked))
            }
            None => (tokens, runs),
        };
        if runs == Truth::False {
            return;
        }
        self.statement(body, runs == Truth::Unknown);
    }

    fn statement(&mut self, tokens: &[Token], conditional: bool) {
        let Some(first) = tokens.first() else { return };
        self.calls(tokens, conditional);
        if self.is_one_of(first, &[b"use"]) {
            self.constant(tokens);
        } else if self.is_one_of(first, &[b"delete"]) {
            self.delete(tokens.get(1..).unwrap_or_default(), conditional);
        } else if self.is_one_of(first, &[b"push"]) {
            self.push(tokens.get(1..).unwrap_or_default(), conditional);
        } else {
            self.assignment(tokens, conditional);
        }
    }

    pub(super) fn structures(&self) -> Structures<'_> {
        Structures {
            source: self.source,
            variables: &self.script.variables,
            constants: &self.constants,
        }
    }

    pub(super) fn values(&self, tokens: &[Token], conditional: bool) -> Vec<Item> {
        let items = self.structures().list(tokens).into_iter();
        items.map(|item| Item { conditional: item.conditional || conditional, ..item }).collect()
    }

    /// `use constant NAME => VALUE`.
    fn constant(&mut self, tokens: &[Token]) {
        let [_, module, rest @ ..] = tokens else { return };
        if self.text(module) != b"constant" {
            return;
        }
        let known: Option<Vec<_>> = self
            .structures()
            .list(rest)
            .into_iter()
            .map(|item| item.data.known().cloned())
            .collect();
        if let Some((name, values)) = known.as_deref().and_then(<[_]>::split_first) {
            self.constants.declare(&name.text, Some(values.to_vec()));
        }
    }

    /// The calls in a statement that are wanted.
    fn calls(&mut self, tokens: &[Token], conditional: bool) {
        // What stands in the arguments of a call is no call of its own: each token
        // is looked at once.
        let mut next = 0;
        for (at, token) in tokens.iter().enumerate() {
            if at < next {
                continue;
            }
            let text = self.text(token);
            let is_wanted = match token.kind {
                TokenKind::Word => {
                    self.wanted.functions.contains(&text)
                        || at == 0 && self.wanted.words.contains(&text)
                }
                TokenKind::Variable => {
                    text.strip_prefix(b"&").is_some_and(|n| self.wanted.functions.contains(&n))
                }
                TokenKind::Method => self.wanted.methods.contains(&text),
                _ => false,
            };
            let behind = tokens.get(at + 1..).unwrap_or_default();
            let declares = at > 0 && self.is_one_of(&tokens[at - 1], &[b"sub"]);
            if !is_wanted
                || declares
                || behind.first().is_some_and(|t| t.kind == TokenKind::FatComma)
            {
                continue;
            }
            let arguments = match matching(behind, 0) {
                Some(close) if behind.first().is_some_and(|t| t.kind == TokenKind::OpenParen) => {
                    behind.get(..=close).unwrap_or_default()
                }
                // A parenthesis that is never closed has been told.
                _ if behind.first().is_some_and(|t| t.kind == TokenKind::OpenParen) => {
                    behind.get(1..).unwrap_or_default()
                }
                _ if token.kind == TokenKind::Method => &[],
                _ => behind,
            };
            next = at + 1 + arguments.len();
            let name = text.strip_prefix(b"&").unwrap_or(text).to_vec();
            let call = Call {
                name,
                at: token.range(),
                items: self.structures().list(arguments),
                conditional,
                in_sub: self.scopes.last().is_some_and(|scope| scope.in_sub),
            };
            self.script.calls.push(call);
        }
    }
}

fn both(a: Truth, b: Truth) -> Truth {
    match (a, b) {
        (Truth::False, _) | (_, Truth::False) => Truth::False,
        (Truth::True, Truth::True) => Truth::True,
        _ => Truth::Unknown,
    }
}

/// How many brackets among the tokens are left open.
fn open_brackets(tokens: &[Token]) -> i64 {
    tokens.iter().fold(0, |open, token| match token.kind {
        TokenKind::OpenParen | TokenKind::OpenBracket | TokenKind::OpenBrace => open + 1,
        TokenKind::CloseParen | TokenKind::CloseBracket | TokenKind::CloseBrace => open - 1,
        _ => open,
    })
}

/// Whether what follows a block ends the statement that it is a part of.
fn ends_statement(rest: &[u8]) -> bool {
    let mut rest = rest.trim_ascii_start();
    while rest.first() == Some(&b'#') {
        let end = memchr::memchr(b'\n', rest).unwrap_or(rest.len());
        rest = rest.get(end..).unwrap_or_default().trim_ascii_start();
    }
    matches!(rest.first(), None | Some(b';' | b'}'))
}
