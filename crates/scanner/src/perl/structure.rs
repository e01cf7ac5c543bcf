//! Evaluates nested lists, hashes and arrays of literals, with what variables
//! hold; see [`super::data`] for what comes out.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::ops::Range;

use super::bindings::Bindings;
use super::condition::{Truth, truth};
use super::data::{Data, Hash, Item};
use super::expression::{Evaluator, Known, Value, matching, parenthesised, plain_name, split};
use super::token::{Token, TokenKind};

/// How deep brackets are followed.
const DEEPEST: usize = 16;

/// How many values are copied out of variables in one file, at most: a hash
/// that is put into itself again and again would double each time.
const COPIED: usize = 100_000;

/// What variables hold. The names carry their sigils; `$x` may hold a reference.
#[derive(Debug, Default)]
pub struct Variables {
    hashes: BTreeMap<Vec<u8>, Hash>,
    arrays: BTreeMap<Vec<u8>, Vec<Item>>,
    scalars: BTreeMap<Vec<u8>, Data>,
    copied: Cell<usize>,
}

impl Variables {
    /// Sets a variable to a list.
    pub fn assign(&mut self, name: &[u8], items: Vec<Item>) {
        match name.first() {
            Some(b'%') => {
                self.hashes.insert(name.to_vec(), Hash::of(items));
            }
            Some(b'@') => {
                self.arrays.insert(name.to_vec(), items);
            }
            _ => match items.into_iter().next_back() {
                Some(item) => {
                    self.scalars.insert(name.to_vec(), item.data);
                }
                None => {
                    self.scalars.remove(name);
                }
            },
        }
    }

    /// Adds to the end of an array.
    pub fn push(&mut self, name: &[u8], items: Vec<Item>) {
        self.arrays.entry(name.to_vec()).or_default().extend(items);
    }

    /// The hash that `$name{...}` (`%name`) or `$name->{...}` goes into. A scalar
    /// that holds no hash is made one with a gap, since code elsewhere may have
    /// filled it.
    pub fn hash_mut(&mut self, name: &[u8], by_arrow: bool) -> &mut Hash {
        if !by_arrow {
            return self.hashes.entry([b"%", name].concat()).or_default();
        }
        let data = self
            .scalars
            .entry([b"$", name].concat())
            .or_insert_with(|| Data::Hash(Hash::default()));
        if !matches!(data, Data::Hash(_)) {
            let gaps =
                if let Data::Unknown(range) = data { vec![range.clone()] } else { Vec::new() };
            *data = Data::Hash(Hash { gaps, ..Hash::default() });
        }
        match data {
            Data::Hash(hash) => hash,
            // Set right above.
            _ => self.hashes.entry(Vec::new()).or_default(),
        }
    }

    /// The hash that a scalar refers to.
    pub fn reference(&self, name: &[u8]) -> Option<&Hash> {
        self.scalars.get(name)?.hash()
    }

    /// Whether values may be copied. What they come to is only counted up to the
    /// limit, and not at all once it is reached.
    fn may_copy<'v>(&self, values: impl Iterator<Item = &'v Data>) -> bool {
        for value in values {
            let copied = self.copied.get();
            if copied > COPIED {
                return false;
            }
            self.copied.set(copied.saturating_add(value.size(COPIED)));
        }
        self.copied.get() <= COPIED
    }

    fn hash(&self, name: &[u8]) -> Option<Hash> {
        let hash = self.hashes.get(name)?;
        self.may_copy(hash.entries.iter().map(|entry| &entry.value)).then(|| hash.clone())
    }

    fn array(&self, name: &[u8]) -> Option<Vec<Item>> {
        let items = self.arrays.get(name)?;
        self.may_copy(items.iter().map(|item| &item.data)).then(|| items.clone())
    }

    fn scalar(&self, name: &[u8]) -> Option<Data> {
        let data = self.scalars.get(name)?;
        self.may_copy(std::iter::once(data)).then(|| data.clone())
    }
}

/// Evaluates expressions of one source.
#[derive(Debug, Clone, Copy)]
pub struct Structures<'a> {
    /// The source.
    pub source: &'a [u8],
    /// What variables hold.
    pub variables: &'a Variables,
    /// What constants hold.
    pub constants: &'a Bindings,
}

impl Structures<'_> {
    /// The elements of a list.
    pub fn list(&self, tokens: &[Token]) -> Vec<Item> {
        let mut items = Vec::new();
        self.list_into(tokens, 0, &mut items);
        items
    }

    /// The keys of a subscript chain, `{A}{B}` or `->{A}->{B}`; `None` where one
    /// is not known or is no hash key.
    pub fn path(&self, tokens: &[Token]) -> Option<Vec<Known>> {
        self.path_at(tokens, 0)
    }

    fn path_at(&self, tokens: &[Token], depth: usize) -> Option<Vec<Known>> {
        let mut path = Vec::new();
        let mut rest = tokens;
        while let Some((first, behind)) = rest.split_first() {
            if first.kind == TokenKind::Arrow {
                rest = behind;
                continue;
            }
            if first.kind != TokenKind::OpenBrace {
                return None;
            }
            if path.len() >= DEEPEST {
                return None;
            }
            let close = matching(rest, 0)?;
            let mut keys = Vec::new();
            self.list_into(rest.get(1..close)?, depth + 1, &mut keys);
            match keys.as_slice() {
                [Item { data: Data::Known(key), .. }] => path.push(key.clone()),
                _ => return None,
            }
            rest = rest.get(close + 1..)?;
        }
        Some(path)
    }

    fn list_into(&self, tokens: &[Token], depth: usize, items: &mut Vec<Item>) {
        let is_comma = |t: &Token| matches!(t.kind, TokenKind::Comma | TokenKind::FatComma);
        for element in split(tokens, is_comma) {
            self.element(element, depth, items);
        }
    }

    fn element(&self, tokens: &[Token], depth: usize, items: &mut Vec<Item>) {
        let (Some(first), Some(last)) = (tokens.first(), tokens.last()) else { return };
        let range = first.start as usize..last.end as usize;
        let certain = Item::certain;
        if depth > DEEPEST {
            return items.push(unknown(range, true));
        }
        if let Some(inside) = parenthesised(tokens) {
            return self.list_into(inside, depth + 1, items);
        }
        if first.is_operator(self.source, b"+") {
            return self.element(tokens.get(1..).unwrap_or_default(), depth + 1, items);
        }
        if matching(tokens, 0) == Some(tokens.len() - 1) {
            let inside = tokens.get(1..tokens.len() - 1).unwrap_or_default();
            let mut inner = Vec::new();
            self.list_into(inside, depth + 1, &mut inner);
            return match first.kind {
                TokenKind::OpenBrace => items.push(certain(Data::Hash(Hash::of(inner)))),
                TokenKind::OpenBracket => items.push(certain(Data::Array(inner))),
                _ => items.push(unknown(range, true)),
            };
        }
        if self.choice(tokens, depth, items) {
            return;
        }
        if let Some(found) = self.variable(tokens, depth) {
            return items.extend(found);
        }
        self.plain(tokens, items);
    }

    /// `CONDITION ? A : B`: one of them, where the condition is known, else both.
    fn choice(&self, tokens: &[Token], depth: usize, items: &mut Vec<Item>) -> bool {
        let find = |tokens: &[Token], op: &[u8]| {
            let first = split(tokens, |t| t.is_operator(self.source, op)).next()?;
            (first.len() < tokens.len()).then_some(first.len())
        };
        let Some(question) = find(tokens, b"?") else { return false };
        let condition = tokens.get(..question).unwrap_or_default();
        let choices = tokens.get(question + 1..).unwrap_or_default();
        let Some(colon) = find(choices, b":") else { return false };
        let (yes, no) = (choices.get(..colon), choices.get(colon + 1..));
        let (yes, no) = (yes.unwrap_or_default(), no.unwrap_or_default());
        match truth(self.text(condition)) {
            Truth::True => self.element(yes, depth + 1, items),
            Truth::False => self.element(no, depth + 1, items),
            Truth::Unknown => {
                let mut both = [Vec::new(), Vec::new()];
                for (branch, tokens) in both.iter_mut().zip([yes, no]) {
                    self.element(tokens, depth + 1, branch);
                }
                items.extend(either(both));
            }
        }
        true
    }

    /// The source of a run of tokens.
    fn text(&self, tokens: &[Token]) -> &[u8] {
        let (Some(first), Some(last)) = (tokens.first(), tokens.last()) else { return b"" };
        self.source.get(first.start as usize..last.end as usize).unwrap_or_default()
    }

    /// `%h`, `@a`, `$x`, `\%h`, `%$x`, `%{$x}`, `@{$x}`, `$h{a}{b}`, `$x->{a}`.
    fn variable(&self, tokens: &[Token], depth: usize) -> Option<Vec<Item>> {
        let (first, rest) = tokens.split_first()?;
        let name = plain_name(first.text(self.source));
        match (first.kind, rest) {
            (TokenKind::Variable, []) => match name.first()? {
                b'%' => self.variables.hash(&name).map(Hash::into_items),
                b'@' => self.variables.array(&name),
                _ => self.variables.scalar(&name).map(|data| vec![Item::certain(data)]),
            },
            (TokenKind::Operator, [variable]) if first.text(self.source) == b"\\" => {
                let name = plain_name(variable.text(self.source));
                let data = match name.first()? {
                    b'%' => Data::Hash(self.variables.hash(&name)?),
                    b'@' => Data::Array(self.variables.array(&name)?),
                    _ => return None,
                };
                Some(vec![Item::certain(data)])
            }
            (TokenKind::Cast, inner) => {
                let is_braced = inner.first()?.kind == TokenKind::OpenBrace;
                let inner = if is_braced { inner.get(1..inner.len() - 1)? } else { inner };
                let mut items = Vec::new();
                self.list_into(inner, depth + 1, &mut items);
                match (name.first()?, items.pop()?.data) {
                    (b'%', Data::Hash(hash)) => Some(hash.into_items()),
                    (b'@', Data::Array(items)) => Some(items),
                    _ => None,
                }
            }
            (TokenKind::Variable, subscripts) if name.first() == Some(&b'$') => {
                self.looked_up(&name, subscripts, depth).map(|data| vec![Item::certain(data)])
            }
            _ => None,
        }
    }

    fn looked_up(&self, name: &[u8], subscripts: &[Token], depth: usize) -> Option<Data> {
        let path = self.path_at(subscripts, depth)?;
        let by_arrow = subscripts.first()?.kind == TokenKind::Arrow;
        let bare = name.strip_prefix(b"$")?;
        let mut data = match by_arrow {
            true => self.variables.scalar(name)?,
            false => Data::Hash(self.variables.hash(&[b"%", bare].concat())?),
        };
        for key in path {
            let Data::Hash(hash) = &data else { return None };
            let [only] = hash.get(&key.text)[..] else { return None };
            data = only.value.clone();
        }
        Some(data)
    }

    /// What is no structure.
    fn plain(&self, tokens: &[Token], items: &mut Vec<Item>) {
        let evaluator = Evaluator { source: self.source, bindings: self.constants };
        for value in evaluator.list(tokens) {
            items.push(match value {
                Value::Known(known) => Item::certain(Data::Known(known)),
                Value::Either(all) => Item::certain(Data::Either(all)),
                Value::Unknown { range, is_list } => unknown(range, is_list),
            });
        }
    }
}

fn unknown(range: Range<usize>, is_list: bool) -> Item {
    Item { data: Data::Unknown(range), conditional: false, is_list }
}

/// Both branches of a choice: as one value where each is a scalar, else all that
/// stands in them, under a condition.
fn either(branches: [Vec<Item>; 2]) -> Vec<Item> {
    if let [[Item { data: Data::Known(a), .. }], [Item { data: Data::Known(b), .. }]] =
        [branches[0].as_slice(), branches[1].as_slice()]
    {
        return vec![Item::certain(Data::Either(vec![a.clone(), b.clone()]))];
    }
    if let [[Item { data: Data::Hash(a), .. }], [Item { data: Data::Hash(b), .. }]] =
        [branches[0].as_slice(), branches[1].as_slice()]
    {
        let mut hash = a.clone();
        hash.entries.extend(b.entries.iter().cloned());
        hash.gaps.extend(b.gaps.iter().cloned());
        hash.entries.iter_mut().for_each(|entry| entry.conditional = true);
        return vec![Item::certain(Data::Hash(hash))];
    }
    let all = branches.into_iter().flatten();
    all.map(|item| Item { conditional: true, ..item }).collect()
}
