//! What assignments, `delete` and `push` do to the variables of a script.

use std::ops::Range;

use super::walk::Walk;
use crate::perl::data::{Data, Hash, Item};
use crate::perl::expression::{Known, matching, parenthesised, plain_name, split};
use crate::perl::{Token, TokenKind};

/// How many keys of subscripts are followed.
const DEEPEST: usize = 16;

/// The most keys of a hash that others are looked for or taken out of, one by one.
const MOST_KEYS: usize = 1_000;

impl Walk<'_> {
    /// `my %h = ...`, `$h{a}{b} = ...`, `$x->{a} ||= ...`.
    pub(super) fn assignment(&mut self, tokens: &[Token], conditional: bool) {
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
                let name = plain_name(self.text(name)).into_owned();
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
            (None, true) if hash.entries.len() < MOST_KEYS => hash.remove(&path, conditional),
            (None, true) => gap(hash, &[], range),
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
                Some(keys) if path.len() < DEEPEST => path.extend(keys),
                _ => break,
            }
            rest = if close == 0 { behind } else { rest.get(close + 1..).unwrap_or_default() };
        }
        (path, false)
    }

    pub(super) fn delete(&mut self, tokens: &[Token], conditional: bool) {
        let tokens = parenthesised(tokens).unwrap_or(tokens);
        if let Some((name, subscripts)) = tokens.split_first()
            && name.kind == TokenKind::Variable
        {
            self.set(name, subscripts, None, conditional, name.range());
        }
    }

    /// `push @a, ...`.
    pub(super) fn push(&mut self, tokens: &[Token], conditional: bool) {
        let tokens = parenthesised(tokens).unwrap_or(tokens);
        let Some((name, rest)) = tokens.split_first() else { return };
        if name.kind == TokenKind::Variable && self.text(name).starts_with(b"@") {
            let items = self.values(rest, conditional);
            let name = plain_name(self.text(name)).into_owned();
            self.script.variables.push(&name, items);
        }
    }
}

/// Leaves a gap in the hash that a path of keys leads to.
fn gap(hash: &mut Hash, path: &[Known], range: Range<usize>) {
    let mut hash = hash;
    for key in path {
        if hash.entries.len() > MOST_KEYS {
            break;
        }
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
