//! The values of literals: what perl would make of a token without running
//! anything.
//!
//! `None` always means "only running the code tells", never "empty".

use std::borrow::Cow;
use std::ops::Range;

use super::bytes::{self, is};
use super::numeric;
use super::quote::{self, Delimiter};
use super::token::{Token, TokenKind};

/// The value of a literal as a string: of quotes that interpolate nothing, of
/// words that are strings, and of numbers and v-strings.
pub fn value<'a>(token: &Token, source: &'a [u8]) -> Option<Cow<'a, [u8]>> {
    match token.kind {
        TokenKind::QuotedWord => Some(Cow::Borrowed(token.text(source))),
        TokenKind::Number => number(token, source).map(|text| Cow::Owned(text.into_bytes())),
        TokenKind::VString => Some(v_string(token, source)),
        TokenKind::Single | TokenKind::Double | TokenKind::HereDoc => string(token, source),
        _ => None,
    }
}

/// The value of a string literal. A string that is not terminated, or that has
/// a heredoc's text in the middle, has none.
pub fn string<'a>(token: &Token, source: &'a [u8]) -> Option<Cow<'a, [u8]>> {
    if token.is_unterminated() || token.is_split() {
        return None;
    }
    let body = token.body(source);
    match token.kind {
        TokenKind::HereDoc => {
            let text =
                if token.interpolates() { interpolated(body, None)? } else { Cow::Borrowed(body) };
            Some(if token.is_indented() { Cow::Owned(unindented(&text)) } else { text })
        }
        TokenKind::Single => Some(single(body, delimiter(token, source)?)),
        TokenKind::Double => interpolated(body, Some(delimiter(token, source)?)),
        _ => None,
    }
}

/// The value of a number as perl prints it: `1.10` is `1.1`.
pub fn number(token: &Token, source: &[u8]) -> Option<String> {
    numeric::stringify(token.text(source))
}

/// The text of a v-string, which version.pm gets to see through its magic, with
/// a `v` before it.
pub fn v_string<'a>(token: &Token, source: &'a [u8]) -> Cow<'a, [u8]> {
    let text = token.text(source);
    if text.starts_with(b"v") {
        return Cow::Borrowed(text);
    }
    Cow::Owned([b"v", text].concat())
}

/// The words of `qw(...)`, as stretches of the source.
pub fn words<'a>(token: &Token, source: &'a [u8]) -> impl Iterator<Item = Range<usize>> + use<'a> {
    let range = match token.kind {
        TokenKind::WordList if !token.is_unterminated() && !token.is_split() => token.body_range(),
        _ => 0..0,
    };
    let blank =
        |at: &usize| source.get(*at).is_some_and(|byte| is(*byte, bytes::BLANK | bytes::NEWLINE));
    let mut at = range.start;
    std::iter::from_fn(move || {
        at = (at..range.end).find(|n| !blank(n))?;
        let end = (at..range.end).find(|n| blank(n)).unwrap_or(range.end);
        let word = at..end;
        at = end;
        Some(word)
    })
}

/// The value of one word of `qw(...)`.
pub fn word_value<'a>(token: &Token, word: Range<usize>, source: &'a [u8]) -> Cow<'a, [u8]> {
    let text = source.get(word).unwrap_or_default();
    match delimiter(token, source) {
        Some(delimiter) => single(text, delimiter),
        None => Cow::Borrowed(text),
    }
}

/// The second part of a substitution or transliteration.
pub fn second_part(token: &Token, source: &[u8]) -> Option<Range<usize>> {
    let two = matches!(token.kind, TokenKind::Substitution | TokenKind::Transliteration);
    if !two || token.is_unterminated() || token.is_split() {
        return None;
    }
    quote::second_part(source, token.body_range().end, opening(token, source)?)
}

/// The offset of the opening delimiter: right before the body. It may be a
/// character of several bytes, or a byte that only looks like the end of one.
fn opening(token: &Token, source: &[u8]) -> Option<usize> {
    let body = token.body_range().start;
    (1..=4).rev().find_map(|width| {
        let at = body.checked_sub(width).filter(|at| *at >= token.start as usize)?;
        (Delimiter::at(source.get(at..)?)?.width() == width).then_some(at)
    })
}

fn delimiter<'a>(token: &Token, source: &'a [u8]) -> Option<Delimiter<'a>> {
    Delimiter::at(source.get(opening(token, source)?..)?)
}

/// `'...'`: a backslash goes only before a backslash or a delimiter.
fn single<'a>(body: &'a [u8], delimiter: Delimiter<'_>) -> Cow<'a, [u8]> {
    if !body.contains(&b'\\') {
        return Cow::Borrowed(body);
    }
    let mut value = Vec::with_capacity(body.len());
    let mut rest = body.iter().copied().peekable();
    while let Some(byte) = rest.next() {
        let escaped =
            byte == b'\\' && rest.peek().is_some_and(|next| *next == b'\\' || delimiter.is(*next));
        value.push(if escaped { rest.next().unwrap_or(byte) } else { byte });
    }
    Cow::Owned(value)
}

/// `"..."` without anything to interpolate. `@` interpolates where a name or
/// one of a few characters follows (toke.c, `scan_const`); `$` always counts as
/// interpolation.
fn interpolated<'a>(body: &'a [u8], delimiter: Option<Delimiter<'_>>) -> Option<Cow<'a, [u8]>> {
    if !body.iter().any(|byte| matches!(byte, b'\\' | b'$' | b'@')) {
        return Some(Cow::Borrowed(body));
    }
    let mut value = Vec::with_capacity(body.len());
    let mut at = 0;
    while let Some(byte) = body.get(at).copied() {
        at += 1;
        let next = body.get(at).copied();
        match byte {
            b'$' => return None,
            b'@' if next.is_some_and(|n| is(n, bytes::WORD) || b":'{$+-".contains(&n)) => {
                return None;
            }
            b'\\' => {
                at += 1;
                match next? {
                    byte if delimiter.is_some_and(|d| d.is(byte)) => value.push(byte),
                    byte => at = escape(body, at, byte, &mut value)?,
                }
            }
            _ => value.push(byte),
        }
    }
    Some(Cow::Owned(value))
}

/// One escape whose letter has been read; gives where the text goes on
/// (perlop, "Quote and Quote-like Operators"). `None` for what needs a table of
/// names or changes the case of what follows.
fn escape(body: &[u8], at: usize, letter: u8, value: &mut Vec<u8>) -> Option<usize> {
    let byte = match letter {
        b'n' => b'\n',
        b't' => b'\t',
        b'r' => b'\r',
        b'e' => 0x1b,
        b'a' => 0x07,
        b'b' => 0x08,
        b'f' => 0x0c,
        b'x' | b'0'..=b'7' | b'o' => return character(body, at, letter, value),
        b'c' | b'N' | b'L' | b'U' | b'Q' | b'E' | b'F' | b'l' | b'u' => return None,
        other => other,
    };
    value.push(byte);
    Some(at)
}

/// `\x41`, `\x{263a}`, `\101`, `\o{101}`.
fn character(body: &[u8], at: usize, letter: u8, value: &mut Vec<u8>) -> Option<usize> {
    let rest = body.get(at..)?;
    let (digits, end, radix) = match (letter, rest.first()) {
        (b'x' | b'o', Some(b'{')) => {
            let length = memchr::memchr(b'}', rest)?;
            let radix = if letter == b'x' { 16 } else { 8 };
            (rest.get(1..length)?, at + length + 1, radix)
        }
        (b'x', _) => {
            let length = rest.iter().take(2).take_while(|b| b.is_ascii_hexdigit()).count();
            (rest.get(..length)?, at + length, 16)
        }
        (b'o', _) => return None,
        _ => {
            let more = rest.iter().take(2).take_while(|b| matches!(b, b'0'..=b'7')).count();
            (body.get(at.checked_sub(1)?..at + more)?, at + more, 8)
        }
    };
    let text = std::str::from_utf8(digits).ok()?.trim();
    let code = if text.is_empty() { 0 } else { u32::from_str_radix(text, radix).ok()? };
    match u8::try_from(code) {
        Ok(byte) => value.push(byte),
        Err(_) => {
            let character = char::from_u32(code)?;
            value.extend(character.encode_utf8(&mut [0; 4]).bytes());
        }
    }
    Some(end)
}

/// The text of a `<<~` heredoc: the smallest indent of its lines is removed from
/// all of them; empty lines don't count.
fn unindented(text: &[u8]) -> Vec<u8> {
    let indent_of = |line: &[u8]| line.iter().take_while(|b| matches!(b, b' ' | b'\t')).count();
    let blank = |line: &[u8]| line.iter().all(u8::is_ascii_whitespace);
    let lines = || text.split_inclusive(|byte| *byte == b'\n');
    let indent = lines().filter(|line| !blank(line)).map(indent_of).min().unwrap_or(0);
    lines()
        .flat_map(|line| line.get(indent.min(indent_of(line))..).unwrap_or_default())
        .copied()
        .collect()
}

#[cfg(test)]
#[path = "literal_test.rs"]
mod tests;
