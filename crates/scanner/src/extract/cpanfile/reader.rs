//! The walk over the statements of a cpanfile, and the scopes around them.

use perlscan_model::location::{Location, SourcePath};
use perlscan_model::problem::{Problem, ProblemKind};

use super::super::{Facts, SourceFile};
use super::NAME;
use super::book::Book;
use super::call::{self, Context, WORDS, Word};
use super::scope::Scope;
use super::trouble::Troubles;
use crate::perl::bindings::Bindings;
use crate::perl::expression::{self, Evaluator, Value, split};
use crate::perl::statement::{Piece, Statements};
use crate::perl::{Token, TokenKind};

/// Reads one file.
pub(super) struct Reader<'a> {
    path: &'a SourcePath,
    pub(super) source: &'a [u8],
    pub(super) statements: Statements<'a>,
    pub(super) bindings: Bindings,
    pub(super) scopes: Vec<Scope<'a>>,
    pub(super) book: Book,
    pub(super) troubles: Troubles<'a>,
    /// The requirements of a block whose statement goes on begin here.
    pub(super) tail: Option<usize>,
    pub(super) replayed: usize,
    /// Statements with a word of the language, and all of them.
    pub(super) calls: usize,
    pieces: usize,
}

impl<'a> Reader<'a> {
    pub(super) fn new(file: &SourceFile<'a>) -> Self {
        let context = Context::top();
        Self {
            path: file.path,
            source: file.bytes,
            statements: Statements::new(file.bytes, WORDS),
            bindings: Bindings::default(),
            scopes: vec![Scope {
                context,
                ends_jumps: true,
                is_value: false,
                has_jump: false,
                first: 0,
                replay: None,
            }],
            book: Book::default(),
            troubles: Troubles::new(file.path, file.bytes),
            tail: None,
            replayed: 0,
            calls: 0,
            pieces: 0,
        }
    }

    /// Reads the file into `facts`. A file that is not `certain` to be a
    /// cpanfile by its name is skipped when nothing in it looks like one.
    pub(super) fn read(mut self, certain: bool, facts: &mut Facts) {
        if self.source.starts_with(b"\xff\xfe") || self.source.starts_with(b"\xfe\xff") {
            return facts.problems.push(Problem {
                location: Location::file(self.path.clone()),
                kind: if certain { ProblemKind::Lost } else { ProblemKind::Note },
                by: NAME,
                message: "not read: the file is UTF-16; save it as UTF-8".to_owned(),
            });
        }
        if self.source.starts_with(b"\xef\xbb\xbf") {
            let message = "a byte order mark, at which the real module dies: remove it";
            self.troubles.add(ProblemKind::Note, 0..3, message.to_owned());
        }
        loop {
            let piece = self.statements.next_piece();
            for fault in self.statements.take_faults() {
                self.troubles.add_fault(&fault);
            }
            let tokens = self.statements.tokens().to_vec();
            let tail = self.tail.take();
            self.pieces += 1;
            match piece {
                Piece::Statement => self.statement(&tokens, tail),
                Piece::Open => self.open(&tokens),
                Piece::Close => self.close(),
                Piece::End => break,
            }
        }
        if !certain && self.calls == 0 && self.pieces > 1 {
            return facts.problems.push(Problem {
                location: Location::file(self.path.clone()),
                kind: ProblemKind::Note,
                by: NAME,
                message: "skipped: named like a cpanfile, but it has none of its words".to_owned(),
            });
        }
        // A loop reads its body many times.
        self.book.mirrors.sort();
        self.book.mirrors.dedup();
        facts.mirrors.append(&mut self.book.mirrors);
        facts.requirements.extend(self.book.finish());
        facts.problems.extend(self.troubles.finish());
    }

    pub(super) fn evaluator(&self) -> Evaluator<'_> {
        Evaluator { source: self.source, bindings: &self.bindings }
    }

    pub(super) fn context(&self) -> Context {
        match self.scopes.last() {
            Some(scope) => scope.context.clone(),
            None => Context { conditional: true, ..Context::top() },
        }
    }

    pub(super) fn text(&self, token: &Token) -> &'a [u8] {
        token.text(self.source)
    }

    pub(super) fn is_one_of(&self, token: &Token, words: &[&[u8]]) -> bool {
        token.kind == TokenKind::Word && words.contains(&self.text(token))
    }

    /// The tokens behind `LABEL:`.
    pub(super) fn without_label<'t>(&self, tokens: &'t [Token]) -> &'t [Token] {
        match tokens {
            [label, colon, rest @ ..]
                if label.kind == TokenKind::Word
                    && label.begins_statement()
                    && colon.is_operator(self.source, b":") =>
            {
                rest
            }
            all => all,
        }
    }

    /// A statement, or what follows a block in the same statement (`tail`).
    fn statement(&mut self, tokens: &[Token], tail: Option<usize>) {
        let closers = tokens.iter().take_while(|t| t.kind == TokenKind::CloseParen).count();
        let tokens = self.without_label(tokens.get(closers..).unwrap_or_default());
        let Some(first) = tokens.first() else { return };
        if let Some(from) = tail
            && self.is_one_of(first, MODIFIERS)
        {
            return self.book.mark_conditional(from);
        }
        let modifier = split_at_modifier(tokens, |token| self.is_one_of(token, MODIFIERS));
        let Some((body, modifier)) = modifier else { return self.simple(tokens, false) };
        if !modifier.first().is_some_and(|t| self.is_one_of(t, &[b"for", b"foreach"])) {
            return self.simple(body, true);
        }
        match self.evaluator().known_list(modifier.get(1..).unwrap_or_default()) {
            Some(items) => {
                let length = match (body.first(), body.last()) {
                    (Some(first), Some(last)) => last.end.saturating_sub(first.start) as usize,
                    _ => 0,
                };
                for item in items {
                    let begins = first.start as usize;
                    if !self.may_replay(length.saturating_add(1), begins) {
                        break;
                    }
                    self.bindings.enter();
                    self.bindings.declare(b"$_", Some(vec![item]));
                    self.simple(body, false);
                    self.bindings.leave();
                }
            }
            None => {
                self.bindings.enter();
                self.bindings.declare(b"$_", None);
                self.simple(body, true);
                self.bindings.leave();
            }
        }
    }

    /// A statement without its modifier.
    fn simple(&mut self, tokens: &[Token], conditional: bool) {
        let Some(first) = tokens.first() else { return };
        if self.is_one_of(first, &[b"my", b"our", b"local", b"state"]) {
            self.declaration(tokens, conditional);
        } else if self.is_one_of(first, &[b"use"]) {
            self.constants(tokens);
        } else if self.is_one_of(first, &[b"package"]) {
            let message = "another package, in which the words of a cpanfile are not defined: \
                           what follows is read as if they were";
            self.troubles.add(ProblemKind::Undecided, first.range(), message.to_owned());
        }
        let jumps: &[&[u8]] = &[b"return", b"next", b"last", b"redo", b"goto", b"exit"];
        let had_calls = self.calls;
        self.calls_in(tokens, conditional);
        self.other_code(tokens);
        if tokens.iter().any(|token| self.is_one_of(token, jumps)) {
            self.mark_jump();
        }
        if self.calls == had_calls {
            self.forget_changed(tokens);
            self.note_unknown_word(tokens);
        }
    }

    /// `my $x = ...`, also of several variables.
    fn declaration(&mut self, tokens: &[Token], conditional: bool) {
        let mut halves = tokens.splitn(2, |t| t.is_operator(self.source, b"="));
        let names = halves.next().unwrap_or_default();
        let values = halves.next();
        let is_our = tokens.first().is_some_and(|t| self.is_one_of(t, &[b"our", b"local"]));
        let names: Vec<Vec<u8>> = names
            .iter()
            .filter(|token| token.kind == TokenKind::Variable)
            .map(|token| expression::plain_name(self.text(token)).into_owned())
            .collect();
        let known = values.and_then(|values| self.evaluator().known_list(values));
        let usable = !(conditional || is_our && self.context().conditional);
        match (names.as_slice(), known) {
            ([name], Some(known)) if usable => {
                let fits = !name.starts_with(b"$") || known.len() == 1;
                let fits = fits && (!name.starts_with(b"%") || known.len() % 2 == 0);
                self.bindings.declare(name, fits.then_some(known));
            }
            (names, Some(known))
                if usable
                    && known.len() == names.len()
                    && names.iter().all(|name| name.starts_with(b"$")) =>
            {
                for (name, value) in names.iter().zip(known) {
                    self.bindings.declare(name, Some(vec![value]));
                }
            }
            (names, _) => {
                for name in names {
                    self.bindings.declare(name, None);
                }
            }
        }
    }

    /// `use constant NAME => VALUE` and `use constant { NAME => VALUE, ... }`.
    fn constants(&mut self, tokens: &[Token]) {
        let [_, module, rest @ ..] = tokens else { return };
        if self.text(module) != b"constant" {
            return;
        }
        let several = rest.first().is_some_and(|t| t.kind == TokenKind::OpenBrace);
        let list = if several { rest.get(1..rest.len().saturating_sub(1)) } else { Some(rest) };
        let Some(known) = self.evaluator().known_list(list.unwrap_or_default()) else { return };
        if several {
            for pair in known.chunks(2) {
                if let [name, value] = pair {
                    self.bindings.declare(&name.text, Some(vec![value.clone()]));
                }
            }
        } else if let Some((name, values)) = known.split_first() {
            self.bindings.declare(&name.text, Some(values.to_vec()));
        }
    }

    /// The calls in a statement. One behind an operator that may skip it is
    /// conditional.
    pub(super) fn calls_in(&mut self, tokens: &[Token], conditional: bool) {
        let mut skippable = conditional;
        let mut i = 0;
        while let Some(token) = tokens.get(i) {
            let text = self.text(token);
            skippable |= match token.kind {
                TokenKind::Operator => matches!(text, b"&&" | b"||" | b"//" | b"?" | b":"),
                TokenKind::Word => matches!(text, b"and" | b"or" | b"xor"),
                _ => false,
            };
            i += 1;
            let name = match token.kind {
                TokenKind::Word => text,
                TokenKind::Variable => text.strip_prefix(b"&").unwrap_or_default(),
                _ => continue,
            };
            let Some(word) = Word::of(name) else { continue };
            self.calls += 1;
            let length = self.arguments_length(tokens.get(i..).unwrap_or_default());
            let mut arguments = tokens.get(i..i + length).unwrap_or_default();
            i += length;
            if let Some((paren, inside)) = arguments.split_first()
                && paren.kind == TokenKind::OpenParen
                && expression::matching(arguments, 0).is_none()
            {
                // A parenthesis that is not closed has been told.
                arguments = inside;
            }
            self.call(word, token, arguments, skippable);
        }
    }

    /// How many tokens are a call's arguments: those in its parentheses, else
    /// those up to an operator that binds less than a list.
    fn arguments_length(&self, tokens: &[Token]) -> usize {
        if tokens.first().is_some_and(|t| t.kind == TokenKind::OpenParen) {
            return expression::matching(tokens, 0).map_or(tokens.len(), |close| close + 1);
        }
        let mut depth = 0usize;
        let mut choices = 0usize;
        for (i, token) in tokens.iter().enumerate() {
            match token.kind {
                TokenKind::OpenParen | TokenKind::OpenBracket | TokenKind::OpenBrace => depth += 1,
                TokenKind::CloseParen | TokenKind::CloseBracket | TokenKind::CloseBrace => {
                    match depth.checked_sub(1) {
                        Some(less) => depth = less,
                        None => return i,
                    }
                }
                TokenKind::Operator if depth == 0 => match self.text(token) {
                    b"?" => choices += 1,
                    b":" => match choices.checked_sub(1) {
                        Some(less) => choices = less,
                        None => return i,
                    },
                    _ => {}
                },
                TokenKind::Word
                    if depth == 0 && self.is_one_of(token, &[b"and", b"or", b"xor"]) =>
                {
                    return i;
                }
                _ => {}
            }
        }
        tokens.len()
    }

    fn call(&mut self, word: Word, token: &Token, arguments: &[Token], conditional: bool) {
        let mut context = self.context();
        context.conditional |= conditional;
        match word {
            Word::Prereq(relation, phase) => {
                if phase.is_some() {
                    context.phase = phase;
                }
                self.note_barewords(arguments);
                let values = self.evaluator().list(arguments);
                let (book, troubles) = (&mut self.book, &mut self.troubles);
                call::prereq(relation, &values, &context, token.range(), book, troubles);
            }
            Word::On | Word::Feature => {
                let message = "the code of this block stands elsewhere, and is not followed";
                self.troubles.add(ProblemKind::Undecided, token.range(), message.to_owned());
            }
            Word::Osname => {
                let message = "'osname' is not implemented: the real module dies of it";
                self.troubles.add(ProblemKind::Undecided, token.range(), message.to_owned());
            }
            Word::Mirror => {
                let values = self.evaluator().list(arguments);
                if let Some(Value::Known(url)) = values.first() {
                    call::mirror("mirror", url, true, &mut self.book, &self.troubles);
                }
            }
        }
    }

    /// Words that are no strings under `use strict`, which holds in the code that
    /// the real module runs: `requires Plack`, `Foo::Bar => 1`.
    fn note_barewords(&mut self, arguments: &[Token]) {
        for (i, token) in arguments.iter().enumerate() {
            let text = self.text(token);
            let next = arguments.get(i + 1).map(|next| next.kind);
            let is_bare = match token.kind {
                TokenKind::Word => {
                    crate::perl::is_user_word(text)
                        && !self.bindings.is_declared(text)
                        && !matches!(next, Some(TokenKind::OpenParen | TokenKind::Arrow))
                }
                TokenKind::QuotedWord => text.contains(&b':'),
                _ => false,
            };
            if is_bare {
                let message = format!(
                    "the bareword '{}' is refused by the real module: put it in quotes",
                    String::from_utf8_lossy(text)
                );
                self.troubles.add(ProblemKind::Note, token.range(), message);
            }
        }
    }

    /// Code from elsewhere: `do FILE`, `require FILE`, `eval STRING`.
    fn other_code(&mut self, tokens: &[Token]) {
        for pair in tokens.windows(2) {
            let [word, what] = pair else { continue };
            let is_code = match self.text(word) {
                b"do" | b"eval" => true,
                b"require" => matches!(
                    what.kind,
                    TokenKind::Single | TokenKind::Double | TokenKind::Variable | TokenKind::Cast
                ),
                _ => false,
            };
            if word.kind == TokenKind::Word && is_code {
                let message = "code from elsewhere is run here; what it requires is not known";
                let range = word.start as usize..what.end as usize;
                self.troubles.add(ProblemKind::Undecided, range, message.to_owned());
            }
        }
    }

    /// Forgets the variables of a statement that is no call and may change them.
    fn forget_changed(&mut self, tokens: &[Token]) {
        let declares =
            tokens.first().is_some_and(|t| self.is_one_of(t, &[b"my", b"our", b"local", b"state"]));
        let printing: &[&[u8]] = &[b"print", b"warn", b"die", b"say", b"printf"];
        if declares || tokens.first().is_some_and(|t| self.is_one_of(t, printing)) {
            return;
        }
        for token in tokens.iter().filter(|token| token.kind == TokenKind::Variable) {
            let name = expression::plain_name(self.text(token));
            let Some(bare) = name.get(1..) else { continue };
            // `$h{x} = 1` changes `%h`.
            for sigil in [b"$", b"@", b"%"] {
                self.bindings.forget(&[sigil, bare].concat());
            }
        }
    }

    /// A call of a word that a cpanfile does not have, and nothing here defines.
    fn note_unknown_word(&mut self, tokens: &[Token]) {
        let [word, argument, ..] = tokens else { return };
        let literal = matches!(argument.kind, TokenKind::Single | TokenKind::Double);
        let text = self.text(word);
        if word.kind != TokenKind::Word
            || !literal
            || !word.begins_statement()
            || !crate::perl::is_user_word(text)
            || self.bindings.is_declared(text)
        {
            return;
        }
        let message = format!(
            "'{}' is no word of a cpanfile: the real module dies here unless a module defines it",
            String::from_utf8_lossy(text)
        );
        self.troubles.add(ProblemKind::Note, word.range(), message);
    }
}

/// The words that make a statement depend on what follows them.
const MODIFIERS: &[&[u8]] = &[b"if", b"unless", b"while", b"until", b"for", b"foreach"];

/// A statement and its modifier, which begins with its word.
fn split_at_modifier(
    tokens: &[Token],
    is_modifier: impl Fn(&Token) -> bool,
) -> Option<(&[Token], &[Token])> {
    let mut parts = split(tokens, is_modifier);
    let body = parts.next()?;
    if body.is_empty() || parts.next().is_none() {
        return None;
    }
    Some(tokens.split_at(body.len()))
}
