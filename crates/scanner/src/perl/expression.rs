//! The values of lists, as far as they are literals.
//!
//! Manifests are mostly lists of literals, and where they are not, the values
//! are often still known: a loop over `qw(...)`, a hash that is filled once, a
//! string in two pieces. That much is evaluated here; everything else is
//! [`Value::Unknown`], with the stretch of source that would have to run.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::Range;

use super::bindings::Bindings;
use super::keyword::{WordClass, classify};
use super::literal;
use super::token::{Token, TokenKind};

/// How deep parentheses are followed.
const DEEPEST: usize = 32;

/// A value that is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    /// Its bytes as a string; a v-string is its text with a `v`.
    pub text: Vec<u8>,
    /// Where it is written, without quotes.
    pub range: Range<usize>,
    /// Whether it is written as a v-string.
    pub is_v_string: bool,
}

/// One element of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// A value that is known.
    Known(Known),
    /// One of several values, by a condition that is not decided.
    Either(Vec<Known>),
    /// Only running the code tells.
    Unknown {
        /// Where the expression is written.
        range: Range<usize>,
        /// Whether it may be any number of values.
        is_list: bool,
    },
}

impl Value {
    /// Where the value is written.
    pub fn range(&self) -> Range<usize> {
        match self {
            Self::Known(known) => known.range.clone(),
            Self::Either(all) => all.first().map(|known| known.range.clone()).unwrap_or_default(),
            Self::Unknown { range, .. } => range.clone(),
        }
    }
}

/// Evaluates expressions of one source.
#[derive(Debug, Clone, Copy)]
pub struct Evaluator<'a> {
    /// The source.
    pub source: &'a [u8],
    /// What variables hold.
    pub bindings: &'a Bindings,
}

impl Evaluator<'_> {
    /// The elements of a list, its parentheses flattened.
    pub fn list(&self, tokens: &[Token]) -> Vec<Value> {
        let mut values = Vec::new();
        self.list_into(tokens, 0, &mut values);
        values
    }

    /// The list, when every element is known.
    pub fn known_list(&self, tokens: &[Token]) -> Option<Vec<Known>> {
        self.list(tokens)
            .into_iter()
            .map(|value| match value {
                Value::Known(known) => Some(known),
                _ => None,
            })
            .collect()
    }

    fn list_into(&self, tokens: &[Token], depth: usize, values: &mut Vec<Value>) {
        for element in split(tokens, is_comma) {
            self.element(element, depth, values);
        }
    }

    fn element(&self, tokens: &[Token], depth: usize, values: &mut Vec<Value>) {
        let (Some(first), Some(last)) = (tokens.first(), tokens.last()) else { return };
        let unknown =
            |is_list| Value::Unknown { range: first.start as usize..last.end as usize, is_list };
        if depth > DEEPEST {
            return values.push(unknown(true));
        }
        if let [only] = tokens {
            return self.token(only, values);
        }
        if let Some(inside) = parenthesised(tokens) {
            return self.list_into(inside, depth + 1, values);
        }
        if first.is_operator(self.source, b"+") {
            return self.element(tokens.get(1..).unwrap_or_default(), depth + 1, values);
        }
        // The form is told by the operators alone, and only what it is made of is
        // evaluated: to try one form after the other would double the work with
        // each level.
        let has = |op: &[u8]| split_at(tokens, |t| t.is_operator(self.source, op)).is_some();
        let value = if let Some(known) =
            self.negative(tokens).or_else(|| self.subscripted(tokens, depth))
        {
            Some(Value::Known(known))
        } else if has(b"?") {
            self.ternary(tokens, depth)
        } else if self.is_of_list(tokens) {
            match self.of_list(tokens, depth) {
                Some(names) => return values.extend(names),
                None => None,
            }
        } else if has(b".") {
            self.concatenation(tokens, depth).map(Value::Known)
        } else {
            None
        };
        values.push(value.unwrap_or_else(|| unknown(self.may_be_list(first))));
    }

    /// Whether an expression that begins with a token may be several values.
    fn may_be_list(&self, first: &Token) -> bool {
        match first.kind {
            TokenKind::Variable | TokenKind::Cast => !first.text(self.source).starts_with(b"$"),
            TokenKind::Word | TokenKind::OpenParen | TokenKind::WordList => true,
            _ => false,
        }
    }

    fn token(&self, token: &Token, values: &mut Vec<Value>) {
        let text = token.text(self.source);
        if let Some(value) = literal::value(token, self.source) {
            return values.push(Value::Known(Known {
                text: value.into_owned(),
                range: token.body_range(),
                is_v_string: token.kind == TokenKind::VString,
            }));
        }
        let unknown = |is_list| Value::Unknown { range: token.range(), is_list };
        match token.kind {
            TokenKind::WordList if !token.is_unterminated() && !token.is_split() => {
                values.extend(literal::words(token, self.source).map(|word| {
                    let text = literal::word_value(token, word.clone(), self.source).into_owned();
                    Value::Known(Known { text, range: word, is_v_string: false })
                }));
            }
            TokenKind::Variable | TokenKind::Word => match self.bindings.get(&plain_name(text)) {
                Some(known) => values.extend(known.iter().cloned().map(Value::Known)),
                // A word that nothing declares is a string, there being no strict.
                None if token.kind == TokenKind::Word
                    && classify(text) == WordClass::User
                    && !self.bindings.is_declared(text) =>
                {
                    values.push(Value::Known(Known {
                        text: text.to_vec(),
                        range: token.range(),
                        is_v_string: false,
                    }));
                }
                None if text == b"undef" => values.push(Value::Known(Known {
                    text: Vec::new(),
                    range: token.range(),
                    is_v_string: false,
                })),
                None => values.push(unknown(!text.starts_with(b"$"))),
            },
            TokenKind::Double => match self.interpolated(token) {
                Some(known) => values.push(Value::Known(known)),
                None => values.push(unknown(false)),
            },
            _ => values.push(unknown(false)),
        }
    }

    /// `-1`, `-foo`.
    fn negative(&self, tokens: &[Token]) -> Option<Known> {
        let [minus, number] = tokens else { return None };
        if !minus.is_operator(self.source, b"-") {
            return None;
        }
        let value = match number.kind {
            TokenKind::Word => number.text(self.source).to_vec(),
            TokenKind::Number | TokenKind::QuotedWord => {
                literal::value(number, self.source)?.into_owned()
            }
            _ => return None,
        };
        Some(Known {
            text: [b"-", value.as_slice()].concat(),
            range: minus.start as usize..number.end as usize,
            is_v_string: false,
        })
    }

    /// `$h{key}` of a hash, `$a[0]` of an array that is known.
    fn subscripted(&self, tokens: &[Token], depth: usize) -> Option<Known> {
        let [variable, open, key @ .., close] = tokens else { return None };
        let name = variable.text(self.source).strip_prefix(b"$")?;
        if variable.kind != TokenKind::Variable || matching(tokens, 1) != Some(tokens.len() - 1) {
            return None;
        }
        let mut keys = Vec::new();
        self.list_into(key, depth + 1, &mut keys);
        let key = match keys.as_slice() {
            [Value::Known(key)] => key.text.clone(),
            _ => return None,
        };
        match (open.kind, close.kind) {
            (TokenKind::OpenBrace, TokenKind::CloseBrace) => {
                let pairs = self.bindings.look_into(&[b"%", name].concat())?;
                // Of several values of a key the last one stays.
                pairs.chunks(2).rev().find_map(|pair| match pair {
                    [name, value] if name.text == key => Some(value.clone()),
                    _ => None,
                })
            }
            (TokenKind::OpenBracket, TokenKind::CloseBracket) => {
                let index: usize = std::str::from_utf8(&key).ok()?.parse().ok()?;
                self.bindings.look_into(&[b"@", name].concat())?.get(index).cloned()
            }
            _ => None,
        }
    }

    /// Whether an expression is a call of one of the functions of [`Self::of_list`].
    fn is_of_list(&self, tokens: &[Token]) -> bool {
        tokens.first().is_some_and(|first| {
            first.kind == TokenKind::Word
                && matches!(first.text(self.source), b"keys" | b"values" | b"sort" | b"reverse")
        })
    }

    /// `keys %h`, `values %h`, `sort @a`, `reverse @a`, and these of each other.
    fn of_list(&self, tokens: &[Token], depth: usize) -> Option<Vec<Value>> {
        let (first, rest) = tokens.split_first()?;
        let function = first.text(self.source);
        if rest.first()?.kind == TokenKind::OpenBrace {
            return None;
        }
        let mut values = Vec::new();
        self.element(rest, depth + 1, &mut values);
        if values.iter().any(|value| !matches!(value, Value::Known(_))) {
            return None;
        }
        match function {
            b"keys" => {
                unique_pairs(&values).map(|pairs| pairs.into_iter().map(|(k, _)| k).collect())
            }
            b"values" => {
                unique_pairs(&values).map(|pairs| pairs.into_iter().map(|(_, v)| v).collect())
            }
            // The order makes no difference to what is required.
            _ => Some(values),
        }
    }

    /// `CONDITION ? A : B`.
    fn ternary(&self, tokens: &[Token], depth: usize) -> Option<Value> {
        let mut parts = split(tokens, |t| t.is_operator(self.source, b"?"));
        let (_, choices) = (parts.next()?, parts.next()?);
        if parts.next().is_some() {
            return None;
        }
        let mut known = Vec::new();
        for choice in split(choices, |t| t.is_operator(self.source, b":")) {
            let mut values = Vec::new();
            self.element(choice, depth + 1, &mut values);
            match values.as_slice() {
                [Value::Known(value)] => known.push(value.clone()),
                _ => return None,
            }
        }
        (known.len() == 2).then_some(Value::Either(known))
    }

    /// `'a' . 'b'`.
    fn concatenation(&self, tokens: &[Token], depth: usize) -> Option<Known> {
        let mut text = Vec::new();
        let mut parts = 0;
        for part in split(tokens, |t| t.is_operator(self.source, b".")) {
            let mut values = Vec::new();
            self.element(part, depth + 1, &mut values);
            match values.as_slice() {
                [Value::Known(known)] if !known.is_v_string => text.extend(&known.text),
                _ => return None,
            }
            parts += 1;
        }
        let range = tokens.first()?.start as usize..tokens.last()?.end as usize;
        (parts > 1).then_some(Known { text, range, is_v_string: false })
    }

    /// A string with nothing but plain scalars in it, all known.
    fn interpolated(&self, token: &Token) -> Option<Known> {
        let body = token.body(self.source);
        if token.is_unterminated() || token.is_split() || body.contains(&b'\\') {
            return None;
        }
        let mut text = Vec::with_capacity(body.len());
        let mut rest = body;
        while let Some(at) = memchr::memchr2(b'$', b'@', rest) {
            text.extend(rest.get(..at)?);
            rest = rest.get(at..)?;
            let inside = rest.strip_prefix(b"$")?;
            let braced = inside.strip_prefix(b"{");
            let name = braced.unwrap_or(inside);
            let length =
                name.iter().take_while(|b| b.is_ascii_alphanumeric() || **b == b'_').count();
            let (name, mut after) = name.split_at_checked(length)?;
            if braced.is_some() {
                after = after.strip_prefix(b"}")?;
            }
            let goes_on: [&[u8]; 4] = [b"[", b"{", b"->", b"::"];
            let plain = if braced.is_some() { &goes_on[..3] } else { &goes_on[..] };
            if plain.iter().any(|more| after.starts_with(more)) {
                return None;
            }
            match self.bindings.get(&[b"$", name].concat())? {
                [known] if !known.is_v_string => text.extend(&known.text),
                _ => return None,
            }
            rest = after;
        }
        text.extend(rest);
        Some(Known { text, range: token.body_range(), is_v_string: false })
    }
}

fn unique_pairs(values: &[Value]) -> Option<Vec<(Value, Value)>> {
    let mut pairs: BTreeMap<&[u8], (Value, Value)> = BTreeMap::new();
    for pair in values.chunks(2) {
        let [key, value] = pair else { return None };
        let Value::Known(known) = key else { return None };
        pairs.insert(&known.text, (key.clone(), value.clone()));
    }
    Some(pairs.into_values().collect())
}

/// A variable's name without the braces of `${name}`.
pub fn plain_name(text: &[u8]) -> Cow<'_, [u8]> {
    match text {
        [sigil, b'{', name @ .., b'}'] => Cow::Owned([&[*sigil], name.trim_ascii()].concat()),
        _ => Cow::Borrowed(text),
    }
}

fn is_comma(token: &Token) -> bool {
    matches!(token.kind, TokenKind::Comma | TokenKind::FatComma)
}

/// Cuts tokens at those that `is_cut` names, outside of any bracket.
pub fn split(tokens: &[Token], is_cut: impl Fn(&Token) -> bool) -> impl Iterator<Item = &[Token]> {
    let mut depth = 0usize;
    tokens.split(move |token| {
        match token.kind {
            TokenKind::OpenParen | TokenKind::OpenBracket | TokenKind::OpenBrace => depth += 1,
            TokenKind::CloseParen | TokenKind::CloseBracket | TokenKind::CloseBrace => {
                depth = depth.saturating_sub(1);
            }
            _ => {}
        }
        depth == 0 && is_cut(token)
    })
}

/// The index of the first token that `is_cut` names, outside of any bracket.
pub fn split_at(tokens: &[Token], is_cut: impl Fn(&Token) -> bool) -> Option<usize> {
    let first = split(tokens, is_cut).next()?;
    (first.len() < tokens.len()).then_some(first.len())
}

/// The index of the bracket that closes the one at an index.
pub fn matching(tokens: &[Token], open: usize) -> Option<usize> {
    let mut depth = 0usize;
    for (i, token) in tokens.iter().enumerate().skip(open) {
        match token.kind {
            TokenKind::OpenParen | TokenKind::OpenBracket | TokenKind::OpenBrace => depth += 1,
            TokenKind::CloseParen | TokenKind::CloseBracket | TokenKind::CloseBrace => {
                depth = depth.checked_sub(1)?;
                if depth == 0 {
                    return Some(i);
                }
            }
            _ if depth == 0 => return None,
            _ => {}
        }
    }
    None
}

/// What is inside, when one pair of parentheses is around all the tokens.
pub fn parenthesised(tokens: &[Token]) -> Option<&[Token]> {
    if tokens.first()?.kind != TokenKind::OpenParen || matching(tokens, 0)? != tokens.len() - 1 {
        return None;
    }
    tokens.get(1..tokens.len() - 1)
}
