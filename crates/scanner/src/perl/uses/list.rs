//! The elements of an argument list, as far as they are written literally.
//!
//! One pass from the left; parentheses around elements are flattened, as Perl
//! does, and what is inside of `[...]` and `{...}` is handed over unread.

use std::borrow::Cow;
use std::ops::Range;

use crate::perl::expression::matching;
use crate::perl::literal;
use crate::perl::token::{Token, TokenKind};

/// One element.
#[derive(Debug)]
pub(super) enum Item<'t, 's> {
    /// A string, or a word that is one (`-norequire`, a key).
    Text {
        /// Its value.
        value: Cow<'s, [u8]>,
        /// Where it stands, without its quotes.
        range: Range<usize>,
        /// Whether it is one branch of a `? :`.
        is_branch: bool,
    },
    /// A number or a v-string.
    Version(&'t Token),
    /// A word that is no string, and nothing else with it: a class, or a call
    /// without arguments.
    Word(&'t Token),
    /// What is inside of `[...]` or `{...}`.
    Inside(&'t [Token]),
    /// What only running the code tells.
    Other,
}

impl Item<'_, '_> {
    /// The value of a string.
    pub(super) fn text(&self) -> Option<&[u8]> {
        match self {
            Self::Text { value, .. } => Some(value),
            _ => None,
        }
    }
}

/// The elements of the list that the tokens begin with.
pub(super) fn items<'t, 's>(tokens: &'t [Token], source: &'s [u8]) -> Vec<Item<'t, 's>> {
    let mut items = Vec::new();
    list(tokens, source, &mut items);
    items
}

/// How many of the tokens belong to the arguments of a function that stands
/// before them: up to the closing parenthesis, or to where the list ends.
pub(super) fn extent(tokens: &[Token], source: &[u8]) -> usize {
    match tokens.first() {
        Some(open) if open.kind == TokenKind::OpenParen => {
            matching(tokens, 0).map_or(tokens.len(), |close| close + 1)
        }
        _ => list(tokens, source, &mut Vec::new()),
    }
}

/// Reads a list; gives how many tokens it has.
fn list<'t, 's>(tokens: &'t [Token], source: &'s [u8], items: &mut Vec<Item<'t, 's>>) -> usize {
    let mut flattened = 0usize;
    let mut at = 0;
    // Where the element in work begins.
    let mut start = 0;
    // A function without parentheses takes the rest of the list.
    let mut is_taken = false;
    let mut element = |tokens: &'t [Token], is_taken: bool| {
        if !is_taken {
            element(tokens, source, items);
        }
    };
    while let Some(token) = tokens.get(at) {
        match token.kind {
            TokenKind::OpenParen if at == start => {
                flattened += 1;
                start = at + 1;
                at += 1;
            }
            TokenKind::OpenParen | TokenKind::OpenBracket | TokenKind::OpenBrace => {
                at = matching(tokens, at).map_or(tokens.len(), |close| close + 1);
            }
            TokenKind::Comma | TokenKind::FatComma => {
                element(tokens.get(start..at).unwrap_or_default(), is_taken);
                at += 1;
                start = at;
            }
            TokenKind::CloseParen if flattened > 0 => {
                element(tokens.get(start..at).unwrap_or_default(), is_taken);
                flattened -= 1;
                at += 1;
                start = at;
            }
            TokenKind::CloseParen
            | TokenKind::CloseBracket
            | TokenKind::CloseBrace
            | TokenKind::Semicolon => break,
            TokenKind::Word if ends_list(token.text(source)) => break,
            TokenKind::Word if at == start && takes_list(tokens.get(at + 1)) => {
                is_taken = true;
                at += 1;
            }
            _ => at += 1,
        }
    }
    element(tokens.get(start..at).unwrap_or_default(), is_taken);
    at
}

/// Whether what follows a word shows that it is a call without parentheses.
fn takes_list(next: Option<&Token>) -> bool {
    next.is_some_and(|next| {
        matches!(
            next.kind,
            TokenKind::Variable
                | TokenKind::Cast
                | TokenKind::Number
                | TokenKind::VString
                | TokenKind::Single
                | TokenKind::Double
                | TokenKind::HereDoc
                | TokenKind::WordList
                | TokenKind::QuotedWord
                | TokenKind::OpenBracket
                | TokenKind::OpenBrace
        )
    })
}

/// The words of lower precedence than a list.
fn ends_list(word: &[u8]) -> bool {
    matches!(
        word,
        b"if" | b"unless" | b"for" | b"foreach" | b"while" | b"until" | b"or" | b"and" | b"xor"
    )
}

fn element<'t, 's>(tokens: &'t [Token], source: &'s [u8], items: &mut Vec<Item<'t, 's>>) {
    // `+'Foo'` and `+{ ... }`: the plus says only that no call begins here.
    let tokens = match tokens {
        [plus, rest @ ..] if plus.is_operator(source, b"+") => rest,
        tokens => tokens,
    };
    match tokens {
        [] => {}
        [token] => single(token, source, items),
        [dash, word]
            if dash.is_operator(source, b"-")
                && matches!(word.kind, TokenKind::Word | TokenKind::QuotedWord) =>
        {
            let range = dash.start as usize..word.end as usize;
            let value = Cow::Owned([b"-", word.text(source)].concat());
            items.push(Item::Text { value, range, is_branch: false });
        }
        [open, inside @ .., _]
            if matches!(open.kind, TokenKind::OpenBracket | TokenKind::OpenBrace)
                && matching(tokens, 0) == Some(tokens.len() - 1) =>
        {
            items.push(Item::Inside(inside));
        }
        _ => branches(tokens, source, items),
    }
}

fn single<'t, 's>(token: &'t Token, source: &'s [u8], items: &mut Vec<Item<'t, 's>>) {
    match token.kind {
        TokenKind::WordList => items.extend(literal::words(token, source).map(|word| Item::Text {
            value: literal::word_value(token, word.clone(), source),
            range: word,
            is_branch: false,
        })),
        TokenKind::Number | TokenKind::VString => items.push(Item::Version(token)),
        TokenKind::Word => items.push(Item::Word(token)),
        _ => items.push(text(token, source, false).unwrap_or(Item::Other)),
    }
}

fn text<'t, 's>(token: &Token, source: &'s [u8], is_branch: bool) -> Option<Item<'t, 's>> {
    let value = match token.kind {
        TokenKind::Single | TokenKind::Double | TokenKind::QuotedWord => {
            literal::value(token, source)?
        }
        _ => return None,
    };
    Some(Item::Text { value, range: token.body_range(), is_branch })
}

/// `COND ? 'A' : 'B'`: either may be meant.
fn branches<'t, 's>(tokens: &'t [Token], source: &'s [u8], items: &mut Vec<Item<'t, 's>>) {
    let before = items.len();
    let is_branch =
        |token: &Token| token.is_operator(source, b"?") || token.is_operator(source, b":");
    for (at, token) in tokens.iter().enumerate().skip(1) {
        let begins = tokens.get(at - 1).is_some_and(is_branch);
        let ends = tokens.get(at + 1).is_none_or(is_branch);
        if begins && ends {
            items.extend(text(token, source, true));
        }
    }
    if items.len() == before {
        items.push(Item::Other);
    }
}
