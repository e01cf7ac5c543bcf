//! The walk over a script's statements.

use std::ops::Range;

use super::{Call, Script, Wanted};
use crate::perl::bindings::Bindings;
use crate::perl::condition::{Truth, truth};
use crate::perl::data::{Data, Hash, Item};
use crate::perl::expression::{Known, matching, parenthesised, plain_name, split};
use crate::perl::statement::{Piece, Statements};
use crate::perl::structure::Structures;
use crate::perl::{Token, TokenKind};

/// The most tokens of a statement with the blocks in it left out.
const LONGEST: usize = 1 << 17;

const CONDITIONS: &[&[u8]] = &[b"if", b"unless", b"elsif"];
const LOOPS: &[&[u8]] = &[b"for", b"foreach", b"while", b"until"];

/// Walks over a script.
pub(in super::super) fn walk(source: &[u8], wanted: Wanted) -> Script {
    let mut walk = Walk {
        source,
        wanted,
        constants: Bindings::default(),
        scopes: Vec::new(),
        begun: Vec::new(),
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
    is_sub: bool,
    /// A branch of an `if`, after which an `else` may come.
    is_branch: bool,
    /// The tokens of the statement that the block is a part of.
    begun: Option<Vec<Token>>,
}

struct Walk<'a> {
    source: &'a [u8],
    wanted: Wanted,
    constants: Bindings,
    scopes: Vec<Scope>,
    /// The tokens of a statement, up to a block in it that has closed.
    begun: Vec<Token>,
    /// What decided the branches so far of an `if` that has just closed.
    last_branch: Truth,
    script: Script,
}

impl Walk<'_> {
    fn run(&mut self) {
        let mut statements = Statements::new(self.source, &[]);
        loop {
            let piece = statements.next_piece();
            self.script.faults.extend(statements.take_faults());
            if matches!(piece, Piece::Statement | Piece::Open) && self.begun.len() < LONGEST {
                self.begun.extend_from_slice(statements.tokens());
            }
            match piece {
                Piece::Statement => self.end_statement(),
                Piece::Open => self.open(),
                Piece::Close => self.close(statements.position()),
                Piece::End => break,
            }
        }
        self.end_statement();
    }

    fn text(&self, token: &Token) -> &[u8] {
        token.text(self.source)
    }

    fn is_one_of(&self, token: &Token, words: &[&[u8]]) -> bool {
        token.kind == TokenKind::Word && words.contains(&self.text(token))
    }

    fn open(&mut self) {
        let head = std::mem::take(&mut self.begun);
        let runs = match self.scopes.last() {
            Some(scope) => scope.runs,
            None => Truth::True,
        };
        let mut scope = Scope { runs, is_sub: false, is_branch: false, begun: None };
        match head.first() {
            None => {}
            Some(_) if !is_balanced(&head) => scope.begun = Some(head),
            Some(first)
                if self.is_one_of(first, CONDITIONS) || self.is_one_of(first, &[b"else"]) =>
            {
                scope.is_branch = true;
                scope.runs = both(runs, self.branch(&head));
            }
            Some(first) if self.is_one_of(first, LOOPS) => scope.runs = both(runs, Truth::Unknown),
            Some(first) if self.is_one_of(first, &[b"sub"]) => scope.is_sub = head.len() > 1,
            Some(first)
                if self.is_one_of(first, &[b"BEGIN", b"END", b"INIT", b"package", b"continue"]) => {
            }
            Some(_) => scope.begun = Some(head),
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
        let end = memchr::memchr(b';', self.source.get(last.end as usize..).unwrap_or_default());
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
        let tokens = std::mem::take(&mut self.begun);
        let tokens = tokens.as_slice();
        let runs = self.scopes.last().map_or(Truth::True, |scope| scope.runs);
        let modifier = tokens.iter().enumerate().skip(1).find(|(at, token)| {
            self.is_one_of(token, CONDITIONS) || self.is_one_of(token, LOOPS) && *at > 0
        });
        let modifier =
            modifier.filter(|(at, _)| is_balanced(tokens.get(..*at).unwrap_or_default()));
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

    fn structures(&self) -> Structures<'_> {
        Structures {
            source: self.source,
            variables: &self.script.variables,
            constants: &self.constants,
        }
    }

    fn values(&self, tokens: &[Token], conditional: bool) -> Vec<Item> {
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

    /// `my %h = ...`, `$h{a}{b} = ...`, `$x->{a} ||= ...`.
    fn assignment(&mut self, tokens: &[Token], conditional: bool) {
        let declares =
            tokens.first().is_some_and(|t| self.is_one_of(t, &[b"my", b"our", b"local", b"state"]));
        let tokens = if declares { tokens.get(1..).unwrap_or_default() } else { tokens };
        let is_assignment = |token: &Token| {
            token.kind == TokenKind::Operator
                && matches!(self.text(token), b"=" | b"||=" | b"//=" | b".=" | b"+=")
        };
        let left = split(tokens, is_assignment).next().unwrap_or_default();
        let Some(operator) = tokens.get(left.len()) else {
            if declares {
                self.declare(left);
            }
            return;
        };
        let right = tokens.get(left.len() + 1..).unwrap_or_default();
        let text = self.text(operator).to_vec();
        let range = operator.start as usize..right.last().map_or(operator.end, |t| t.end) as usize;
        match left {
            [name] if name.kind == TokenKind::Variable => {
                let name = plain_name(self.text(name));
                let items = if text == b"=" {
                    self.values(right, conditional)
                } else {
                    vec![Item { data: Data::Unknown(range.clone()), conditional, is_list: false }]
                };
                if conditional && !declares && !name.starts_with(b"$") {
                    // What was there may still be there.
                    let mut all = self.structures().list(left);
                    all.extend(items);
                    self.script.variables.assign(&name, all);
                } else if conditional && !declares {
                    let data = items.into_iter().next_back().map(|item| item.data);
                    let before = self.structures().list(left).pop().map(|item| item.data);
                    let both = one_of(before, data, range);
                    self.script.variables.assign(&name, vec![Item::certain(both)]);
                } else {
                    self.script.variables.assign(&name, items);
                }
            }
            [name, subscripts @ ..] if name.kind == TokenKind::Variable => {
                // `||=` sets what is false: mostly what is not there.
                let keeps = text == b"||=" || text == b"//=";
                let mut values = self.values(right, false);
                let value = match (values.pop(), values.is_empty()) {
                    (Some(item), true) if keeps || text == b"=" => item.data,
                    _ => Data::Unknown(range.clone()),
                };
                self.set(name, subscripts, Some(value), conditional, range);
            }
            [paren, names @ .., _] if paren.kind == TokenKind::OpenParen => self.declare(names),
            _ => {}
        }
    }

    /// Names that are declared without a value that could be told.
    fn declare(&mut self, tokens: &[Token]) {
        for token in tokens.iter().filter(|token| token.kind == TokenKind::Variable) {
            let name = plain_name(token.text(self.source));
            let items = match name.first() {
                Some(b'$') => vec![Item::certain(Data::Unknown(token.range()))],
                _ => Vec::new(),
            };
            self.script.variables.assign(&name, items);
        }
    }

    /// Sets (or, without a value, removes) what subscripts of a variable name.
    fn set(
        &mut self,
        name: &Token,
        subscripts: &[Token],
        value: Option<Data>,
        conditional: bool,
        range: Range<usize>,
    ) {
        let name = plain_name(self.text(name));
        let Some(bare) = name.strip_prefix(b"$") else { return };
        let by_arrow = subscripts.first().is_some_and(|t| t.kind == TokenKind::Arrow);
        if subscripts.iter().any(|t| t.kind == TokenKind::OpenBracket) && value.is_some() {
            // An element of an array: nothing that is read here is one.
            return;
        }
        let (path, is_whole) = self.known_path(subscripts);
        let bare = bare.to_vec();
        let hash = self.script.variables.hash_mut(&bare, by_arrow);
        match (value, is_whole) {
            (Some(value), true) => hash.set(&path, value, conditional),
            (None, true) => hash.remove(&path, conditional),
            (_, false) => gap(hash, &path, range),
        }
    }

    /// The keys of subscripts up to the first that is not known.
    fn known_path(&self, subscripts: &[Token]) -> (Vec<Known>, bool) {
        let structures = self.structures();
        if let Some(path) = structures.path(subscripts) {
            return (path, true);
        }
        let mut path = Vec::new();
        let mut rest = subscripts;
        while let Some((first, behind)) = rest.split_first() {
            let close = if first.kind == TokenKind::Arrow { Some(0) } else { matching(rest, 0) };
            let Some(close) = close else { break };
            let part = rest.get(..=close).unwrap_or_default();
            match structures.path(part) {
                Some(keys) => path.extend(keys),
                None => break,
            }
            rest = if close == 0 { behind } else { rest.get(close + 1..).unwrap_or_default() };
        }
        (path, false)
    }

    fn delete(&mut self, tokens: &[Token], conditional: bool) {
        let tokens = parenthesised(tokens).unwrap_or(tokens);
        if let Some((name, subscripts)) = tokens.split_first()
            && name.kind == TokenKind::Variable
        {
            self.set(name, subscripts, None, conditional, name.range());
        }
    }

    /// `push @a, ...`.
    fn push(&mut self, tokens: &[Token], conditional: bool) {
        let tokens = parenthesised(tokens).unwrap_or(tokens);
        let Some((name, rest)) = tokens.split_first() else { return };
        if name.kind == TokenKind::Variable && self.text(name).starts_with(b"@") {
            let items = self.values(rest, conditional);
            let name = plain_name(self.text(name));
            self.script.variables.push(&name, items);
        }
    }

    /// The calls in a statement that are wanted.
    fn calls(&mut self, tokens: &[Token], conditional: bool) {
        for (at, token) in tokens.iter().enumerate() {
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
            let name = text.strip_prefix(b"&").unwrap_or(text).to_vec();
            let call = Call {
                name,
                at: token.range(),
                items: self.structures().list(arguments),
                conditional,
                in_sub: self.scopes.iter().any(|scope| scope.is_sub),
            };
            self.script.calls.push(call);
        }
    }
}

/// Leaves a gap in the hash that a path of keys leads to.
fn gap(hash: &mut Hash, path: &[Known], range: Range<usize>) {
    let mut hash = hash;
    for key in path {
        let at = hash.entries.iter().rposition(|entry| entry.key.text == key.text);
        if at.is_none() {
            hash.set(std::slice::from_ref(key), Data::Hash(Hash::default()), false);
        }
        let at = at.unwrap_or(hash.entries.len().saturating_sub(1));
        match hash.entries.get_mut(at).map(|entry| &mut entry.value) {
            Some(Data::Hash(inner)) => hash = inner,
            _ => return,
        }
    }
    hash.gaps.push(range);
}

/// A scalar that was one value and may have become another.
fn one_of(before: Option<Data>, after: Option<Data>, range: Range<usize>) -> Data {
    match (before, after) {
        (Some(Data::Known(a)), Some(Data::Known(b))) => Data::Either(vec![a, b]),
        _ => Data::Unknown(range),
    }
}

fn both(a: Truth, b: Truth) -> Truth {
    match (a, b) {
        (Truth::False, _) | (_, Truth::False) => Truth::False,
        (Truth::True, Truth::True) => Truth::True,
        _ => Truth::Unknown,
    }
}

/// Whether every bracket among the tokens is closed.
fn is_balanced(tokens: &[Token]) -> bool {
    let mut depth = 0i64;
    for token in tokens {
        match token.kind {
            TokenKind::OpenParen | TokenKind::OpenBracket | TokenKind::OpenBrace => depth += 1,
            TokenKind::CloseParen | TokenKind::CloseBracket | TokenKind::CloseBrace => depth -= 1,
            _ => {}
        }
    }
    depth <= 0
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
