//! Which modules a statement loads: `use`, `no` and `require`, and what
//! `parent` and `base` load on behalf of their lists.
//!
//! The reader looks on while somebody walks over a file's pieces
//! ([`super::statement`]), so that the file is lexed once. Only what is written
//! literally is told.

use std::ops::Range;

use perlscan_model::name::ModuleName;

use super::literal;
use super::statement::Piece;
use super::token::{Token, TokenKind};

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
    pub conditional: bool,
    /// Where the name (or the version of perl) stands, in bytes.
    pub range: Range<usize>,
}

/// Looks on while a source is read, and keeps what it loads.
#[derive(Debug)]
pub struct Uses<'a> {
    source: &'a [u8],
    found: Vec<Load>,
}

impl<'a> Uses<'a> {
    /// Begins at the start of a source.
    pub fn new(source: &'a [u8]) -> Self {
        Self { source, found: Vec::new() }
    }

    /// Looks at a piece.
    pub fn read(&mut self, tokens: &[Token], _piece: Piece) {
        loads(tokens, self.source, &mut self.found);
    }

    /// What is loaded, in order of the places.
    pub fn finish(self) -> Vec<Load> {
        self.found
    }
}

/// Adds what the tokens of a statement, or of a block's head, load.
fn loads(tokens: &[Token], source: &[u8], found: &mut Vec<Load>) {
    if let [keyword, rest @ ..] = tokens
        && (keyword.is_word(source, b"use") || keyword.is_word(source, b"no"))
    {
        used(rest, source, found);
    }
    for (at, pair) in tokens.windows(2).enumerate() {
        let [keyword, operand] = pair else { continue };
        let before = at.checked_sub(1).and_then(|at| tokens.get(at));
        let declared = before.is_some_and(|before| before.is_word(source, b"sub"));
        if keyword.is_word(source, b"require") && !declared {
            required(operand, source, found);
        }
    }
}

/// What stands behind `use` or `no` (perlfunc, "use").
fn used(tokens: &[Token], source: &[u8], found: &mut Vec<Load>) {
    let [name, rest @ ..] = tokens else { return };
    match name.kind {
        TokenKind::Number | TokenKind::VString => perl(name, source, found),
        TokenKind::Word => {
            let minimum = match rest {
                // A number before a comma is the first of the list.
                [_, comma, ..] if is_comma(comma) => None,
                [version, ..] if is_version(version) => text(version, source),
                _ => None,
            };
            add(name.text(source), minimum, name.range(), found);
            if name.is_word(source, b"parent") || name.is_word(source, b"base") {
                parents(name.is_word(source, b"parent"), rest, source, found);
            }
        }
        _ => {}
    }
}

/// The classes that `use parent` and `use base` load. `parent` alone knows
/// `-norequire`.
fn parents(is_parent: bool, list: &[Token], source: &[u8], found: &mut Vec<Load>) {
    let mut names = Vec::new();
    for token in list {
        if is_parent && matches!(token.text(source), b"norequire" | b"-norequire") {
            return;
        }
        match token.kind {
            TokenKind::Single | TokenKind::Double => {
                if let Some(name) = literal::string(token, source) {
                    names.push((name, token.body_range()));
                }
            }
            TokenKind::WordList => names.extend(
                literal::words(token, source)
                    .map(|word| (literal::word_value(token, word.clone(), source), word)),
            ),
            _ => {}
        }
    }
    if is_parent && names.first().is_some_and(|(name, _)| name.as_ref() == b"-norequire") {
        return;
    }
    for (name, range) in names {
        add(&name, None, range, found);
    }
}

/// What stands behind `require` (perlfunc, "require").
fn required(operand: &Token, source: &[u8], found: &mut Vec<Load>) {
    match operand.kind {
        TokenKind::Number | TokenKind::VString => perl(operand, source, found),
        TokenKind::Word => add(operand.text(source), None, operand.range(), found),
        TokenKind::Single | TokenKind::Double => {
            let path = literal::string(operand, source);
            let Some(stem) = path.as_deref().and_then(|path| path.strip_suffix(b".pm")) else {
                return;
            };
            let name = String::from_utf8_lossy(stem).replace('/', "::");
            add(name.as_bytes(), None, operand.body_range(), found);
        }
        _ => {}
    }
}

fn perl(version: &Token, source: &[u8], found: &mut Vec<Load>) {
    add(b"perl", text(version, source), version.range(), found);
}

/// Adds a load, if what is written can be a module's name.
fn add(name: &[u8], minimum: Option<Box<str>>, range: Range<usize>, found: &mut Vec<Load>) {
    let Ok(name) = std::str::from_utf8(name) else { return };
    if let Ok(module) = ModuleName::parse(&name.replace('\'', "::")) {
        found.push(Load { module, minimum, optional: false, conditional: false, range });
    }
}

fn is_version(token: &Token) -> bool {
    matches!(token.kind, TokenKind::Number | TokenKind::VString)
}

fn is_comma(token: &Token) -> bool {
    matches!(token.kind, TokenKind::Comma | TokenKind::FatComma)
}

fn text(token: &Token, source: &[u8]) -> Option<Box<str>> {
    std::str::from_utf8(token.text(source)).ok().map(Box::from)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::perl::statement::{Piece, Statements};

    fn read(source: &str) -> Vec<String> {
        let mut statements = Statements::new(source.as_bytes(), &[]);
        let mut found = Vec::new();
        while statements.next_piece() != Piece::End {
            loads(statements.tokens(), source.as_bytes(), &mut found);
        }
        loads(statements.tokens(), source.as_bytes(), &mut found);
        let show = |load: &Load| match &load.minimum {
            Some(minimum) => format!("{} {minimum}", load.module),
            None => load.module.to_string(),
        };
        found.iter().map(show).collect()
    }

    #[test]
    fn tells_what_statements_load() {
        assert_eq!(
            read("use Foo::Bar 1.2 qw(a); no Baz; use 5.010;"),
            ["Foo::Bar 1.2", "Baz", "perl 5.010"]
        );
        assert_eq!(read("use constant 1, 2;"), ["constant"]);
        assert_eq!(read("{ no strict; use X }"), ["strict", "X"]);
        assert_eq!(read("my $x = $y && require Foo; require 'A/B.pm';"), ["Foo", "A::B"]);
    }

    #[test]
    fn loads_the_classes_of_parent_and_base() {
        assert_eq!(read("use parent qw(A B::C);"), ["parent", "A", "B::C"]);
        assert_eq!(read("use parent -norequire, 'A';"), ["parent"]);
        assert_eq!(read("use base 'A';"), ["base", "A"]);
    }

    #[test]
    fn leaves_what_loads_nothing() {
        assert_eq!(
            read("my %h = (use => 1, require => 'A.pm'); $h{require}; $x->require('B');"),
            [""; 0]
        );
        assert_eq!(read("require $x; require \"$x.pm\"; sub require { 1 }"), [""; 0]);
        assert_eq!(read("print <<A;\nuse Foo;\nA\n=pod\n\nuse Bar;\n\n=cut\n"), [""; 0]);
    }
}
