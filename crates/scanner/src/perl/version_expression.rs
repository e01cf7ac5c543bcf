//! What a `$VERSION` is assigned, where a few exact rules tell it without running
//! anything: literals and their concatenation, `sprintf` over the digits of a
//! revision keyword, an element of a list, `eval` of a number.
//!
//! `None` means "only running it tells": whatever is not known here word for word.

use super::expression::{matching, parenthesised, split};
use super::literal;
use super::pattern::Pattern;
use super::token::{Token, TokenKind};

/// How deep parentheses nest in what is read.
const DEPTH: u8 = 8;

/// The longest value: versions are short, and `x` makes long ones.
const LONGEST: usize = 1000;

/// A list that the statements before have named: `my @r = (...)`.
#[derive(Debug, Clone, Default)]
pub(super) struct Array {
    /// Its name without the sigil.
    pub(super) name: Vec<u8>,
    /// Its values.
    pub(super) values: Vec<Vec<u8>>,
}

/// Reads expressions.
#[derive(Debug, Clone, Copy)]
pub(super) struct Expression<'a> {
    pub(super) source: &'a [u8],
    pub(super) array: Option<&'a Array>,
}

impl Expression<'_> {
    /// The value of an expression.
    pub(super) fn scalar(&self, tokens: &[Token]) -> Option<Vec<u8>> {
        self.scalar_at(tokens, DEPTH)
    }

    /// The values of a list.
    pub(super) fn list(&self, tokens: &[Token]) -> Option<Vec<Vec<u8>>> {
        self.list_at(tokens, DEPTH)
    }

    fn scalar_at(&self, tokens: &[Token], depth: u8) -> Option<Vec<u8>> {
        let depth = depth.checked_sub(1)?;
        let operator = |name: &'static [u8]| {
            move |token: &Token| {
                token.is_operator(self.source, name) || token.is_word(self.source, name)
            }
        };
        if let Some(inner) = parenthesised(tokens) {
            return self.scalar_at(inner, depth);
        }
        match tokens {
            [token] => return self.literal(token),
            [open, .., close]
                if open.kind == TokenKind::OpenParen && close.kind == TokenKind::CloseBracket =>
            {
                return self.element(tokens, depth);
            }
            [word, rest @ ..] if word.is_word(self.source, b"sprintf") => {
                let values = self.list_at(parenthesised(rest).unwrap_or(rest), depth)?;
                return formatted(&values);
            }
            [word, value] if word.is_word(self.source, b"eval") => return self.evaluated(value),
            _ => {}
        }
        let parts: Vec<&[Token]> = split(tokens, operator(b".")).collect();
        if parts.len() > 1 {
            let mut text = Vec::new();
            for part in parts {
                text.extend(self.scalar_at(part, depth)?);
            }
            return Some(text).filter(|text| text.len() <= LONGEST);
        }
        let parts: Vec<&[Token]> = split(tokens, operator(b"x")).collect();
        let [text, [count]] = parts.as_slice() else { return None };
        let (text, count) = (self.scalar_at(text, depth)?, self.count(count)?);
        (text.len().saturating_mul(count) <= LONGEST).then(|| text.repeat(count))
    }

    fn literal(&self, token: &Token) -> Option<Vec<u8>> {
        match token.kind {
            TokenKind::Number => number(token, self.source).map(String::into_bytes),
            TokenKind::Single | TokenKind::Double | TokenKind::VString | TokenKind::HereDoc => {
                literal::value(token, self.source).map(std::borrow::Cow::into_owned)
            }
            _ => None,
        }
    }

    /// `eval '1.002_003'`: a string that is a number.
    fn evaluated(&self, token: &Token) -> Option<Vec<u8>> {
        let text = self.literal(token)?;
        let is_number = text.first().is_some_and(u8::is_ascii_digit)
            && text.iter().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'_'))
            && text.iter().filter(|byte| **byte == b'.').count() <= 1;
        if !is_number {
            return None;
        }
        super::numeric::stringify(&text).map(String::into_bytes)
    }

    /// `$#r`, or a number.
    fn count(&self, token: &Token) -> Option<usize> {
        if let (TokenKind::Variable, Some(array)) = (token.kind, self.array) {
            let name = token.text(self.source).strip_prefix(b"$#")?;
            return (name == array.name).then(|| array.values.len().saturating_sub(1));
        }
        std::str::from_utf8(&self.literal(token)?).ok()?.parse().ok()
    }

    /// `(LIST)[2]`.
    fn element(&self, tokens: &[Token], depth: u8) -> Option<Vec<u8>> {
        let close = matching(tokens, 0)?;
        let (list, rest) = (tokens.get(1..close)?, tokens.get(close + 1..)?);
        let [open, index, _] = rest else { return None };
        if open.kind != TokenKind::OpenBracket || index.kind != TokenKind::Number {
            return None;
        }
        let index: usize = std::str::from_utf8(index.text(self.source)).ok()?.parse().ok()?;
        self.list_at(list, depth)?.into_iter().nth(index)
    }

    fn list_at(&self, tokens: &[Token], depth: u8) -> Option<Vec<Vec<u8>>> {
        let depth = depth.checked_sub(1)?;
        if let Some(inner) = parenthesised(tokens) {
            return self.list_at(inner, depth);
        }
        let is_comma = |token: &Token| matches!(token.kind, TokenKind::Comma | TokenKind::FatComma);
        let mut values = Vec::new();
        for part in split(tokens, is_comma).filter(|part| !part.is_empty()) {
            match part {
                [token] if token.kind == TokenKind::WordList => {
                    let words = literal::words(token, self.source);
                    values
                        .extend(words.map(|word| {
                            literal::word_value(token, word, self.source).into_owned()
                        }));
                }
                [token] if token.kind == TokenKind::Variable => {
                    let array = self.array?;
                    let name = token.text(self.source).strip_prefix(b"@")?;
                    values.extend((name == array.name).then(|| array.values.clone())?);
                }
                [text, binds, pattern]
                    if binds.is_operator(self.source, b"=~")
                        && pattern.kind == TokenKind::Match =>
                {
                    let found = Pattern::of(pattern, self.source)?.captures(&self.literal(text)?);
                    // Where nothing matches, what is assigned is an accident.
                    values.extend(Some(found?).filter(|found| !found.is_empty())?);
                }
                part => match parenthesised(part) {
                    Some(inner) => values.extend(self.list_at(inner, depth)?),
                    None => values.push(self.scalar_at(part, depth)?),
                },
            }
        }
        (values.len() <= LONGEST).then_some(values)
    }
}

/// A number as version.pm takes one: with nine digits behind the point at most, and
/// never with an exponent (vutil.c, `upg_version`).
pub(super) fn number(token: &Token, source: &[u8]) -> Option<String> {
    let text = literal::number(token, source)?;
    let decimals = text.split_once('.').map_or(0, |(_, decimals)| decimals.len());
    if decimals <= 9 && !text.contains('e') {
        return Some(text);
    }
    let value: f64 = text.parse().ok()?;
    let fixed = format!("{value:.9}");
    Some(fixed.trim_end_matches('0').trim_end_matches('.').to_owned())
}

/// What `sprintf` makes of a format and its arguments, for the few formats that
/// versions are written with.
fn formatted(values: &[Vec<u8>]) -> Option<Vec<u8>> {
    let (format, arguments) = values.split_first()?;
    let mut arguments = arguments.iter();
    let mut text = Vec::new();
    let mut rest = format.iter().copied().peekable();
    while let Some(byte) = rest.next() {
        if byte != b'%' {
            text.push(byte);
            continue;
        }
        let mut digits = |text: &mut String| {
            while let Some(digit) = rest.next_if(u8::is_ascii_digit) {
                text.push(char::from(digit));
            }
        };
        let (mut width, mut precision) = (String::new(), String::new());
        digits(&mut width);
        let has_precision = rest.next_if_eq(&b'.').is_some();
        if has_precision {
            while let Some(digit) = rest.next_if(u8::is_ascii_digit) {
                precision.push(char::from(digit));
            }
        }
        let kind = rest.next()?;
        if kind == b'%' {
            text.push(b'%');
            continue;
        }
        let argument = std::str::from_utf8(arguments.next()?).ok()?;
        let is_padded_with_zeros = width.starts_with('0');
        let width: usize = if width.is_empty() { 0 } else { width.parse().ok()? };
        let value = match kind {
            b'd' | b'i' | b'u' if !has_precision => whole(argument)?,
            b's' if !has_precision => argument.to_owned(),
            b'f' if has_precision => {
                let precision: usize = precision.parse().ok().filter(|n| *n <= 20)?;
                format!("{:.precision$}", argument.parse::<f64>().ok()?)
            }
            _ => return None,
        };
        let missing = width.min(LONGEST).saturating_sub(value.len());
        let pad = if is_padded_with_zeros { b'0' } else { b' ' };
        text.extend(std::iter::repeat_n(pad, missing));
        text.extend(value.bytes());
    }
    (text.len() <= LONGEST).then_some(text)
}

/// The integer that a text begins with.
fn whole(text: &str) -> Option<String> {
    let digits: String = text.chars().take_while(char::is_ascii_digit).collect();
    Some(digits.parse::<u64>().ok()?.to_string())
}
