//! Which modules a piece of Perl source loads, without running it.
//!
//! The reader looks on while somebody walks over a file's pieces
//! ([`super::statement`]), so that the file is lexed once. Only what is written
//! literally is told. A statement that can load nothing is left after a look at
//! the first bytes of its words; in the others
//!
//! - `use`, `no` and `require` are read here and in `require`;
//! - `known` says which modules and functions load others on behalf of their
//!   arguments; `inherit`, `pragma` and `loader` read these, with `list`;
//! - `flow` knows what is conditional or may fail;
//! - `code` reads the strings that are given to `eval`, once the file is over.

mod code;
mod flow;
mod found;
mod inherit;
mod known;
mod list;
mod loader;
mod pragma;
mod require;

use std::ops::Range;

use perlscan_model::name::ModuleName;

use super::statement::Piece;
use super::token::{BLOCK, Token, TokenKind};
use flow::Flow;
use found::{Found, Guard, Sink};
use known::{Functions, Reader};

/// A module that a statement loads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Load {
    /// The module; `perl` for `use VERSION` and `require VERSION`.
    pub module: ModuleName,
    /// The least version that is asked for, as it is written.
    pub minimum: Option<Box<str>>,
    /// Whether the code also works without it: the loading stands in an `eval`
    /// or in another guard that takes failure.
    pub optional: bool,
    /// Whether it stands under a condition that only running the code decides.
    /// That of a `use` does not count, since it is carried out when perl has
    /// read it.
    pub conditional: bool,
    /// Where the name (or the version of perl) stands, in bytes.
    pub range: Range<usize>,
}

/// Looks on while a source is read, and keeps what it loads.
#[derive(Debug)]
pub struct Uses<'a> {
    source: &'a [u8],
    found: Found<'a>,
    flow: Flow,
    functions: Functions,
    /// The call of the statement in work whose arguments may go on.
    call: Option<Box<Call>>,
    /// Those of the statements around it, with how many blocks are open inside
    /// of these.
    calls: Vec<(usize, Box<Call>)>,
    /// From which load on a block took failure that has just closed.
    taken_from: Option<usize>,
    /// How many evals the source stands in.
    depth: u8,
    uses_catalyst: bool,
    /// The file says that it is no Perl 5.
    is_over: bool,
}

/// A call that is to be read, with the tokens of its arguments.
#[derive(Debug)]
struct Call {
    reader: Reader,
    tokens: Vec<Token>,
    guard: Guard,
    at_runtime: bool,
}

impl<'a> Uses<'a> {
    /// Begins at the start of a source.
    pub fn new(source: &'a [u8]) -> Self {
        Self::within(source, Found::new(0, false, false), Guard::default(), 0)
    }

    fn within(source: &'a [u8], found: Found<'a>, guard: Guard, depth: u8) -> Self {
        Self {
            source,
            found,
            flow: Flow::new(guard),
            functions: Functions::default(),
            calls: Vec::new(),
            call: None,
            taken_from: None,
            depth,
            uses_catalyst: false,
            is_over: false,
        }
    }

    /// Looks at a piece.
    pub fn read(&mut self, tokens: &[Token], piece: Piece) {
        if self.is_over {
            return;
        }
        if piece == Piece::Close {
            self.end_call();
            let depth = self.flow.depth();
            self.taken_from = self.flow.close();
            if self.calls.last().is_some_and(|(at, _)| *at == depth) {
                self.call = self.calls.pop().map(|(_, call)| call);
            }
            return;
        }
        let begins = tokens.first().is_none_or(Token::begins_statement);
        if let Some(from) = self.taken_from.take()
            && !begins
            && flow::dies(tokens, self.source)
        {
            self.found.make_required(from);
        }
        let is_interesting = tokens.iter().any(|token| self.is_interesting(token));
        if begins && piece == Piece::Statement && !is_interesting {
            self.end_call();
            return;
        }
        if begins {
            self.end_call();
            self.flow.begin(tokens, self.source, self.found.open());
        } else if let Some(call) = &mut self.call {
            call.tokens.extend_from_slice(tokens);
        }
        let looked_at = if is_interesting { self.loads(tokens, begins) } else { 0 };
        let rest = tokens.get(looked_at..).unwrap_or_default();
        if piece == Piece::Open {
            self.advance(rest, begins && looked_at == 0);
            let (open, loads) = (self.found.open(), self.found.loads.len());
            self.flow.open(tokens, self.source, open, loads);
            if let Some(mut call) = self.call.take() {
                call.tokens.extend(block_after(tokens).into_iter().flatten());
                self.calls.push((self.flow.depth(), call));
            }
        } else {
            if self.found.open() > self.flow.statement.open {
                self.advance(rest, begins && looked_at == 0);
            }
            self.end_call();
        }
    }

    /// What is loaded, in order of the places.
    pub fn finish(mut self) -> Vec<Load> {
        self.end_call();
        let Found { mut loads, codes, .. } = self.found;
        if !codes.is_empty() {
            code::read(codes, &mut loads);
            loads.sort_by_key(|load| load.range.start);
        }
        loads
    }

    /// Whether a token may load something, without a look at its text.
    #[inline]
    fn is_interesting(&self, token: &Token) -> bool {
        match token.kind {
            TokenKind::Word => {
                token.may_load() || self.functions.has_length(token.end - token.start)
            }
            // `VERSION`, and Catalyst's `setup`.
            TokenKind::Method => match token.end - token.start {
                7 => true,
                5 => self.uses_catalyst,
                _ => false,
            },
            _ => false,
        }
    }

    /// Finds what loads something among the tokens; gives how many of them the
    /// flow has looked at.
    fn loads(&mut self, tokens: &[Token], begins: bool) -> usize {
        let mut looked_at = 0;
        // What stands in the arguments of a call is no call of its own, so that
        // each token is read once.
        let mut call_end = 0;
        for (at, token) in tokens.iter().enumerate() {
            if !self.is_interesting(token) {
                continue;
            }
            let kind = match token.kind {
                TokenKind::Word => self.word(token, at, begins, tokens),
                TokenKind::Method => self.method(token),
                _ => None,
            };
            let Some(kind) = kind else { continue };
            let before = tokens.get(looked_at..at).unwrap_or_default();
            self.advance(before, begins && looked_at == 0);
            looked_at = at;
            let rest = tokens.get(at + 1..).unwrap_or_default();
            let previous = at.checked_sub(1).and_then(|at| tokens.get(at));
            match kind {
                Kind::Use => {
                    self.used(token.is_word(self.source, b"use"), rest);
                    if self.is_over {
                        return looked_at;
                    }
                }
                Kind::Require if !declares(previous, self.source) => {
                    let mut sink = self.sink();
                    require::required(rest, &mut sink);
                }
                Kind::Eval => self.evaluated(rest),
                Kind::Version => {
                    let class = at.checked_sub(2).and_then(|at| tokens.get(at));
                    self.version(class, rest);
                }
                Kind::Call(reader) if at >= call_end && !declares(previous, self.source) => {
                    let length = list::extent(rest, self.source);
                    call_end = at + 1 + length;
                    let arguments = rest.get(..length).unwrap_or_default();
                    let guard = self.flow.guard();
                    self.begin_call(reader, arguments, length == rest.len(), guard, true);
                }
                Kind::Require | Kind::Call(_) => {}
            }
        }
        looked_at
    }

    /// What a word may load, by its length and its first byte.
    #[inline]
    fn word(&self, token: &Token, at: usize, begins: bool, tokens: &[Token]) -> Option<Kind> {
        let text = token.text(self.source);
        let first = *text.first()?;
        match (first, text.len()) {
            (b'u', 3) | (b'n', 2) => {
                let is_keyword = matches!(text, b"use" | b"no");
                (is_keyword && (at == 0 || token.begins_statement())).then_some(Kind::Use)
            }
            (b'r', 7) if text == b"require" => Some(Kind::Require),
            (b'e', 4) if text == b"eval" => Some(Kind::Eval),
            (b'e', 9) if text == b"evalbytes" => Some(Kind::Eval),
            (b'C', 10) if text == b"CORE::eval" => Some(Kind::Eval),
            (b'C', 13) if text == b"CORE::require" => Some(Kind::Require),
            (b'C' | b'M' | b'P' | b'T', 14..) if text.contains(&b':') => {
                self.functions.reader(text).map(Kind::Call)
            }
            (b'c', 5) | (b'r', 4) if !(begins && at == 0 && is_name(tokens.get(1))) => None,
            _ => self.functions.reader(text).map(Kind::Call),
        }
    }

    fn method(&self, token: &Token) -> Option<Kind> {
        match token.text(self.source) {
            b"VERSION" => Some(Kind::Version),
            b"setup" if self.uses_catalyst => Some(Kind::Call(pragma::catalyst)),
            _ => None,
        }
    }

    fn advance(&mut self, tokens: &[Token], is_first: bool) {
        if self.flow.advance(tokens, self.source, is_first) {
            self.found.make_conditional(self.flow.statement.open);
        }
    }

    /// For what is loaded when the code runs.
    fn sink(&mut self) -> Sink<'_, 'a, 'a> {
        let guard = self.flow.guard();
        Sink { source: self.source, found: &mut self.found, guard, at_runtime: true }
    }

    /// What stands behind `use` or `no` (perlfunc, "use").
    fn used(&mut self, is_use: bool, tokens: &[Token]) {
        let source = self.source;
        let guard = self.flow.compile_guard();
        let mut sink = Sink { source, found: &mut self.found, guard, at_runtime: false };
        let [name, rest @ ..] = tokens else { return };
        if is_version(name) {
            // `no VERSION` asks for a lower one; version 6 is another language.
            if name.text(source).trim_ascii_start().starts_with(b"v6") {
                self.is_over = is_use;
            } else if is_use {
                sink.tell(b"perl", Some(name), name.range());
            }
            return;
        }
        if name.kind != TokenKind::Word {
            return;
        }
        let (minimum, list) = match rest {
            // A number before a comma is the first of the list.
            [_, comma, ..] if is_comma(comma) => (None, rest),
            [version, list @ ..] if is_version(version) => (Some(version), list),
            _ => (None, rest),
        };
        let module = name.text(source);
        sink.tell(module, minimum, name.range());
        self.imported(is_use, module, list, guard);
    }

    /// What a module does with the list of its `use` statement.
    fn imported(&mut self, is_use: bool, module: &[u8], list: &[Token], guard: Guard) {
        if !is_use {
            return self.functions.remove(module);
        }
        if known::may_export(module) {
            let items = list::items(list, self.source);
            let strings: Vec<_> = items.iter().filter_map(list::Item::text).collect();
            self.functions.import(module, &strings, !list.is_empty() && items.is_empty());
        }
        self.uses_catalyst |= module == b"Catalyst";
        if let Some(reader) = known::reader(module) {
            self.begin_call(reader, list, true, guard, false);
        }
    }

    /// A call has been seen. Where its arguments may go on behind a block, it
    /// waits for them.
    fn begin_call(
        &mut self,
        reader: Reader,
        arguments: &[Token],
        is_open: bool,
        guard: Guard,
        at_runtime: bool,
    ) {
        self.end_call();
        let call = Call { reader, tokens: arguments.to_vec(), guard, at_runtime };
        match is_open {
            true => self.call = Some(Box::new(call)),
            false => self.tell_call(&call),
        }
    }

    fn end_call(&mut self) {
        if let Some(call) = self.call.take() {
            self.tell_call(&call);
        }
    }

    fn tell_call(&mut self, call: &Call) {
        let Call { reader, tokens, guard, at_runtime } = call;
        let (source, found) = (self.source, &mut self.found);
        reader(tokens, &mut Sink { source, found, guard: *guard, at_runtime: *at_runtime });
    }

    /// `Foo->VERSION(1.2)` behind the loading of Foo.
    fn version(&mut self, class: Option<&Token>, arguments: &[Token]) {
        let (Some(class), [_, version, _, ..]) = (class, arguments) else { return };
        let Some(load) = self.found.loads.last_mut() else { return };
        if load.minimum.is_none() && load.module.as_str().as_bytes() == class.text(self.source) {
            let text = match version.kind {
                TokenKind::Single | TokenKind::Double => version.body(self.source),
                _ if is_version(version) => version.text(self.source),
                _ => return,
            };
            load.minimum = std::str::from_utf8(text)
                .ok()
                .filter(|text| {
                    text.trim_start_matches('v').starts_with(|c: char| c.is_ascii_digit())
                })
                .map(Box::from);
        }
    }
}

/// What a word or a method may load.
#[derive(Debug, Clone, Copy)]
enum Kind {
    Use,
    Require,
    Eval,
    Version,
    Call(Reader),
}

/// The braces of a block behind the tokens, of no length, to stand for it.
fn block_after(tokens: &[Token]) -> Option<[Token; 2]> {
    let last = *tokens.last()?;
    let brace = Token {
        kind: TokenKind::OpenBrace,
        flags: BLOCK,
        start: last.end,
        end: last.end,
        body_start: last.end,
        body_end: last.end,
    };
    Some([brace, Token { kind: TokenKind::CloseBrace, ..brace }])
}

fn declares(previous: Option<&Token>, source: &[u8]) -> bool {
    previous.is_some_and(|previous| previous.is_word(source, b"sub"))
}

fn is_name(token: Option<&Token>) -> bool {
    token.is_some_and(|token| token.kind == TokenKind::Word)
}

fn is_version(token: &Token) -> bool {
    matches!(token.kind, TokenKind::Number | TokenKind::VString)
}

fn is_comma(token: &Token) -> bool {
    matches!(token.kind, TokenKind::Comma | TokenKind::FatComma)
}

#[cfg(test)]
#[path = "uses_test.rs"]
mod tests;
