//! Which packages a piece of Perl source declares, and the `$VERSION` of each,
//! without running it.
//!
//! The rules are Module::Metadata's: `package NAME VERSION` counts, else the
//! first assignment to the package's `$VERSION`. It runs that line; here only what
//! `version_expression` knows has a value, and what would have to be run is
//! unknown, never left out.

use std::collections::BTreeMap;
use std::ops::Range;

use perlscan_model::name::ModuleName;
use perlscan_model::package::VersionState;
use perlscan_model::release_version::ReleaseVersion;

use super::literal;
use super::statement::{Piece, Statements};
use super::token::{Token, TokenKind};
use super::version_expression::{Array, Expression};

/// A `package` statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PackageFound {
    /// The package.
    pub module: ModuleName,
    /// Its version; `None` where the source gives it none.
    pub version: Option<VersionState>,
    /// Where its name stands, in bytes.
    pub range: Range<usize>,
}

/// The packages of a source, in the order in which they are declared first.
pub fn packages(source: &[u8]) -> Vec<PackageFound> {
    let mut packages = Packages::new(source);
    let mut statements = Statements::new(source, &[]).in_parts();
    loop {
        let piece = statements.next_piece();
        packages.read(statements.tokens(), piece, statements.depth());
        if piece == Piece::End {
            return packages.finish();
        }
    }
}

/// Looks on while a source is read, and keeps its packages.
#[derive(Debug)]
pub struct Packages<'a> {
    source: &'a [u8],
    found: Vec<PackageFound>,
    at: BTreeMap<ModuleName, usize>,
    /// The packages that hold, each with the depth of the block that ends it.
    scopes: Vec<(usize, Option<ModuleName>)>,
    /// A `$VERSION = do { ... }` that has not ended.
    block: Option<Block>,
}

/// A version that a block makes: `do { my @r = (...); sprintf "...", @r }`.
#[derive(Debug)]
struct Block {
    /// The package, by its place among those found.
    package: usize,
    /// How many blocks are open inside of it.
    depth: usize,
    array: Option<Array>,
    /// What the last statement gives.
    value: Option<Vec<u8>>,
    is_closed: bool,
}

impl<'a> Packages<'a> {
    /// Begins at the start of a source.
    pub fn new(source: &'a [u8]) -> Self {
        Self { source, found: Vec::new(), at: BTreeMap::new(), scopes: Vec::new(), block: None }
    }

    /// The packages, in the order in which they are declared first.
    pub fn finish(mut self) -> Vec<PackageFound> {
        if let Some(block) = self.block.take() {
            self.give(block.package, dynamic());
        }
        self.found
    }

    /// Looks at a piece: its tokens, and how many blocks are open after it.
    pub fn read(&mut self, tokens: &[Token], piece: Piece, depth: usize) {
        while self.scopes.last().is_some_and(|(end, _)| *end > depth) {
            self.scopes.pop();
        }
        self.after_block(tokens);
        if self.block.is_some() {
            self.in_block(tokens, piece, depth);
            return;
        }
        match tokens {
            [keyword, name, rest @ ..]
                if keyword.is_word(self.source, b"package") && name.kind == TokenKind::Word =>
            {
                self.package(name, rest, depth);
            }
            _ => self.assignment(tokens, piece, depth),
        }
        debug_assert!(piece != Piece::Open || depth > 0);
    }

    fn package(&mut self, name: &Token, rest: &[Token], depth: usize) {
        let text = std::str::from_utf8(name.text(self.source)).unwrap_or_default();
        let module = ModuleName::parse(&text.replace('\'', "::")).ok();
        self.scopes.push((depth, module.clone()));
        let Some(module) = module else { return };
        let at = *self.at.entry(module.clone()).or_insert_with(|| {
            self.found.push(PackageFound { module, version: None, range: name.range() });
            self.found.len() - 1
        });
        if let Some(token) = rest.first() {
            let version = version_of(literal::value(token, self.source).as_deref());
            self.give(at, version);
        }
    }

    fn give(&mut self, at: usize, version: VersionState) {
        if let Some(found) = self.found.get_mut(at) {
            found.version.get_or_insert(version);
        }
    }

    /// `$VERSION = ...` with whatever may stand around it.
    fn assignment(&mut self, tokens: &[Token], piece: Piece, depth: usize) {
        let named = |token: &Token| match token.kind {
            // Most variables are shorter.
            TokenKind::Variable if token.end - token.start >= 8 => owner(token.text(self.source)),
            _ => None,
        };
        let Some((at, owner)) =
            tokens.iter().enumerate().find_map(|(at, token)| Some((at, named(token)?)))
        else {
            return;
        };
        let (before, rest) = tokens.split_at_checked(at).unwrap_or((tokens, &[]));
        let rest = rest.get(1..).unwrap_or_default();
        let assigns = |token: &Token| {
            token.kind == TokenKind::Operator && is_assignment(token.text(self.source))
        };
        // What is only read, or written somewhere behind, says nothing.
        let list = |token: &Token| matches!(token.kind, TokenKind::Comma | TokenKind::CloseParen);
        let direct = rest.first().is_some_and(assigns);
        let in_list = rest.first().is_some_and(list)
            && before
                .last()
                .is_some_and(|token| opens_list(token) || is_declarator(token, self.source))
            && rest.iter().any(assigns)
            && is_plain_list(before, self.source);
        if !direct && !in_list {
            return;
        }
        let package = match owner {
            b"" => self.scopes.last().and_then(|(_, module)| module.clone()),
            name => std::str::from_utf8(name).ok().and_then(|name| ModuleName::parse(name).ok()),
        };
        let Some(package) = package.and_then(|module| self.at.get(&module).copied()) else {
            return;
        };
        let begins_block = direct
            && piece == Piece::Open
            && self.is_declaration(before)
            && matches!(rest, [_, word] if word.is_word(self.source, b"do"));
        if begins_block {
            self.block = Some(Block { package, depth, array: None, value: None, is_closed: false });
            return;
        }
        let version = match direct {
            true if self.is_declaration(before) => self.value(rest),
            true => self.substituted(before, rest),
            false => self.of_list(before, rest),
        };
        self.give(package, version.unwrap_or_else(dynamic));
    }

    /// Gives the version that a block has made, unless its expression goes on.
    fn after_block(&mut self, tokens: &[Token]) {
        if !self.block.as_ref().is_some_and(|block| block.is_closed) {
            return;
        }
        let Some(Block { package, value, .. }) = self.block.take() else { return };
        let is_over = tokens.first().is_none_or(Token::begins_statement);
        let value = value.filter(|_| is_over);
        self.give(package, value.map_or_else(dynamic, |text| version_of(Some(&text))));
    }

    /// A statement inside of `$VERSION = do { ... }`.
    fn in_block(&mut self, tokens: &[Token], piece: Piece, depth: usize) {
        let Some(block) = &mut self.block else { return };
        match tokens {
            [] => {}
            [my, array, equals, list @ ..]
                if depth == block.depth
                    && my.is_word(self.source, b"my")
                    && equals.is_operator(self.source, b"=") =>
            {
                let expression = Expression { source: self.source, array: None };
                let name = array.text(self.source).strip_prefix(b"@");
                block.array = name
                    .zip(expression.list(list))
                    .map(|(name, values)| Array { name: name.to_vec(), values });
            }
            tokens => {
                let expression = Expression { source: self.source, array: block.array.as_ref() };
                block.value = expression.scalar(tokens);
            }
        }
        block.is_closed = piece == Piece::Close && depth < block.depth;
    }

    /// Whether nothing but declarations and assignments of the same value stands
    /// before the variable: `our $XS_VERSION = our $VERSION = '1.0'`.
    fn is_declaration(&self, before: &[Token]) -> bool {
        let mut rest = before;
        loop {
            rest = match rest {
                [] => return true,
                [variable, equals, more @ ..]
                    if variable.kind == TokenKind::Variable
                        && equals.is_operator(self.source, b"=") =>
                {
                    more
                }
                [word, more @ ..] if is_declarator(word, self.source) => more,
                _ => return false,
            };
        }
    }

    /// The version that is assigned, from the `=` on; `None` for what only
    /// running tells.
    fn value(&self, tokens: &[Token]) -> Option<VersionState> {
        let [equals, rest @ ..] = tokens else { return None };
        if ![&b"="[..], b"||=", b"//="].iter().any(|name| equals.is_operator(self.source, name)) {
            return None;
        }
        // `our $VERSION = $VERSION = '1.0'`, against "used only once".
        let again =
            |tokens: &[Token]| tokens.iter().position(|token| token.is_operator(self.source, b"="));
        let rest = match again(rest) {
            Some(at) if self.is_declaration(rest.get(..=at)?) => rest.get(at + 1..)?,
            _ => rest,
        };
        let expression = Expression { source: self.source, array: None };
        match expression.scalar(rest) {
            Some(text) => Some(version_of(Some(&text))),
            None => self.object(rest),
        }
    }

    /// `(our $VERSION = '1.0_1') =~ s/_//`: a plain text that is replaced.
    fn substituted(&self, before: &[Token], rest: &[Token]) -> Option<VersionState> {
        let [open, declared @ ..] = before else { return None };
        let [equals, value @ .., close, binds, substitution] = rest else { return None };
        let is_known = open.kind == TokenKind::OpenParen
            && self.is_declaration(declared)
            && equals.is_operator(self.source, b"=")
            && close.kind == TokenKind::CloseParen
            && binds.is_operator(self.source, b"=~")
            && substitution.kind == TokenKind::Substitution;
        if !is_known {
            return None;
        }
        let text = Expression { source: self.source, array: None }.scalar(value)?;
        let with = literal::second_part(substitution, self.source)?;
        let flags = self.source.get(with.end + 1..substitution.end as usize)?;
        let (what, with) = (substitution.body(self.source), self.source.get(with)?);
        let is_plain = |text: &[u8]| {
            text.iter().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'))
        };
        if what.is_empty() || !is_plain(what) || !is_plain(with) {
            return None;
        }
        let (what, with) = (std::str::from_utf8(what).ok()?, std::str::from_utf8(with).ok()?);
        let text = std::str::from_utf8(&text).ok()?;
        let text = match flags {
            b"" => text.replacen(what, with, 1),
            b"g" => text.replace(what, with),
            _ => return None,
        };
        Some(version_of(Some(text.as_bytes())))
    }

    /// `our ($VERSION, @ISA) = ('1.0', ...)`: the value at its place.
    fn of_list(&self, before: &[Token], rest: &[Token]) -> Option<VersionState> {
        let is_variable = |token: &&Token| token.kind == TokenKind::Variable;
        let place = before.iter().filter(is_variable).count();
        let scalars = |token: &Token| token.text(self.source).starts_with(b"$");
        if !before.iter().filter(is_variable).all(scalars) {
            return None;
        }
        let close = rest.iter().position(|token| token.kind == TokenKind::CloseParen)?;
        let [equals, values @ ..] = rest.get(close + 1..)? else { return None };
        if !equals.is_operator(self.source, b"=") {
            return None;
        }
        let expression = Expression { source: self.source, array: None };
        let text = expression.list(values)?.into_iter().nth(place)?;
        Some(version_of(Some(&text)))
    }

    /// `version->declare("v1.2")`, `qv("1.2")` and the like.
    fn object(&self, tokens: &[Token]) -> Option<VersionState> {
        let word = |token: &Token, names: &[&[u8]]| {
            matches!(token.kind, TokenKind::Word | TokenKind::Method)
                && names.contains(&token.text(self.source))
        };
        let (dotted, arguments) = match tokens {
            [class, arrow, method, rest @ ..]
                if class.is_word(self.source, b"version") && arrow.kind == TokenKind::Arrow =>
            {
                if word(method, &[b"declare", b"qv"]) {
                    (true, rest)
                } else if word(method, &[b"new", b"parse"]) {
                    (false, rest)
                } else {
                    return None;
                }
            }
            [function, rest @ ..] if word(function, &[b"qv", b"version::qv"]) => (true, rest),
            _ => return None,
        };
        let value = match arguments {
            [value] => value,
            [open, value, close]
                if open.kind == TokenKind::OpenParen && close.kind == TokenKind::CloseParen =>
            {
                value
            }
            // Other spellings of the same version.
            [open, value, close, arrow, method]
                if open.kind == TokenKind::OpenParen
                    && close.kind == TokenKind::CloseParen
                    && arrow.kind == TokenKind::Arrow
                    && word(method, &[b"numify", b"normal", b"stringify"]) =>
            {
                value
            }
            _ => return None,
        };
        let text = literal::value(value, self.source)?;
        // version.pm, declare: what has one dot and no `v` is dotted all the same.
        let lacks_v = !text.starts_with(b"v") && text.iter().filter(|b| **b == b'.').count() < 2;
        if dotted && lacks_v {
            return Some(version_of(Some(&[b"v", &*text].concat())));
        }
        Some(version_of(Some(&text)))
    }
}

/// Whose `$VERSION` a variable is: empty for the package that holds.
fn owner(variable: &[u8]) -> Option<&[u8]> {
    let name = variable.strip_prefix(b"$").or_else(|| variable.strip_prefix(b"*"))?;
    match name.strip_suffix(b"VERSION")? {
        b"" => Some(b""),
        package => package.strip_suffix(b"::").filter(|package| !package.is_empty()),
    }
}

fn is_assignment(operator: &[u8]) -> bool {
    operator.ends_with(b"=") && !matches!(operator, b"==" | b"<=" | b">=" | b"!=")
}

fn opens_list(token: &Token) -> bool {
    matches!(token.kind, TokenKind::OpenParen | TokenKind::Comma)
}

fn is_declarator(token: &Token, source: &[u8]) -> bool {
    [&b"our"[..], b"local", b"no", b"use"].iter().any(|word| token.is_word(source, word))
}

/// Whether what stands before a variable in a list is that list's beginning.
fn is_plain_list(before: &[Token], source: &[u8]) -> bool {
    before.iter().all(|token| {
        is_declarator(token, source)
            || matches!(token.kind, TokenKind::OpenParen | TokenKind::Comma | TokenKind::Variable)
    })
}

fn dynamic() -> VersionState {
    VersionState::Unknown("its $VERSION is only known when it runs".to_owned())
}

fn version_of(text: Option<&[u8]>) -> VersionState {
    let Some(text) = text.and_then(|text| std::str::from_utf8(text).ok()) else {
        return dynamic();
    };
    match ReleaseVersion::read(text) {
        Some(release) => VersionState::Exact(release),
        None => VersionState::Unknown(format!("its $VERSION '{}' tells no version", text.trim())),
    }
}

#[cfg(test)]
#[path = "module_version_test.rs"]
mod tests;
