//! What loads one module on behalf of another name: `if`, `aliased`,
//! `autouse`, `only`, and what a prefix is put before (POE, Catalyst, Inline).

use super::found::{Guard, Sink};
use super::list::{Item, items};
use crate::perl::token::{Token, TokenKind};

/// `use if COND, MODULE => LIST`, and `use unless`.
pub(super) fn import_if(list: &[Token], sink: &mut Sink<'_, '_, '_>) {
    let guard = sink.guard;
    sink.guard = Guard { conditional: true, ..guard };
    if let Some(comma) = first_comma(list) {
        let rest = list.get(comma + 1..).unwrap_or_default();
        one(rest, sink);
    }
    sink.guard = guard;
}

/// The first comma outside of brackets; parentheses around the whole list are
/// not looked into.
fn first_comma(tokens: &[Token]) -> Option<usize> {
    let mut depth = 0usize;
    tokens.iter().position(|token| {
        match token.kind {
            TokenKind::OpenParen | TokenKind::OpenBracket | TokenKind::OpenBrace => depth += 1,
            TokenKind::CloseParen | TokenKind::CloseBracket | TokenKind::CloseBrace => {
                depth = depth.saturating_sub(1);
            }
            _ => {}
        }
        depth == 0 && matches!(token.kind, TokenKind::Comma | TokenKind::FatComma)
    })
}

/// A module that is the first of a list, as a string or as a word.
pub(super) fn one(list: &[Token], sink: &mut Sink<'_, '_, '_>) {
    match items(list, sink.source).first() {
        Some(Item::Word(word)) => sink.tell(word.text(sink.source), None, word.range()),
        Some(item) => sink.tell_item(item, None),
        None => {}
    }
}

/// `use only MODULE => VERSION => LIST`, with its version where it is one.
pub(super) fn only(list: &[Token], sink: &mut Sink<'_, '_, '_>) {
    let items = items(list, sink.source);
    let minimum = items.get(1).filter(|item| matches!(item, Item::Version(_)));
    match items.first() {
        Some(Item::Word(word)) => {
            let minimum = match minimum {
                Some(Item::Version(version)) => Some(*version),
                _ => None,
            };
            sink.tell(word.text(sink.source), minimum, word.range());
        }
        Some(item) => sink.tell_item(item, minimum),
        None => {}
    }
}

/// `use POE qw(Wheel::Run Filter::Line)`.
pub(super) fn poe(list: &[Token], sink: &mut Sink<'_, '_, '_>) {
    for item in items(list, sink.source) {
        sink.tell_named(&item, None, |name| match name {
            b"POE" => b"POE".to_vec(),
            name => [b"POE::", name].concat(),
        });
    }
}

/// `use Catalyst qw(-Debug ConfigLoader +My::Plugin)`, and `->setup(...)`. What
/// begins with `~` is the application's own.
pub(super) fn catalyst(list: &[Token], sink: &mut Sink<'_, '_, '_>) {
    for item in items(list, sink.source) {
        sink.tell_named(&item, None, |name| match name {
            [b'+', name @ ..] => name.to_vec(),
            // Neither a flag nor a `~` makes a name.
            name if name.starts_with(b"Catalyst::Plugin::") => name.to_vec(),
            name => [b"Catalyst::Plugin::", name].concat(),
        });
    }
}

/// `use Inline C => ...`, `use Inline with => 'Module'`.
pub(super) fn inline(list: &[Token], sink: &mut Sink<'_, '_, '_>) {
    let items = items(list, sink.source);
    match items.first() {
        Some(item) if item.text() == Some(b"with") => {
            if let Some(item) = items.get(1) {
                sink.tell_item(item, None);
            }
        }
        Some(item) if !matches!(item.text(), Some(b"Config" | b"config")) => {
            sink.tell_named(item, None, |name| [b"Inline::", name].concat());
        }
        _ => {}
    }
}

/// `use syntax 'foo_bar/baz'`: Syntax::Feature::FooBar::Baz.
pub(super) fn syntax(list: &[Token], sink: &mut Sink<'_, '_, '_>) {
    for item in items(list, sink.source) {
        sink.tell_named(&item, None, |name| {
            let mut module = b"Syntax::Feature::".to_vec();
            let mut begins = true;
            for byte in name {
                match byte {
                    b'_' => begins = true,
                    b'/' => {
                        module.extend(b"::");
                        begins = true;
                    }
                    byte => {
                        module.push(if begins { byte.to_ascii_uppercase() } else { *byte });
                        begins = false;
                    }
                }
            }
            module
        });
    }
}

/// `enable 'X'` of Plack::Builder (Plack::Util, `load_class`).
pub(super) fn middleware(list: &[Token], sink: &mut Sink<'_, '_, '_>) {
    if let Some(item) = items(list, sink.source).first() {
        sink.tell_named(item, None, |name| match name {
            [b'+', name @ ..] => name.to_vec(),
            name if name.starts_with(b"Plack::Middleware") => name.to_vec(),
            name => [b"Plack::Middleware::", name].concat(),
        });
    }
}

/// `enable_if { ... } 'X'`, `enable_if $code, 'X'`.
pub(super) fn middleware_if(list: &[Token], sink: &mut Sink<'_, '_, '_>) {
    let list = match list {
        [open, .., close]
            if open.kind == TokenKind::OpenParen && close.kind == TokenKind::CloseParen =>
        {
            list.get(1..list.len() - 1).unwrap_or_default()
        }
        list => list,
    };
    let rest = match list {
        [open, close, rest @ ..] if open.is_block() && close.is_block() => rest,
        _ => match first_comma(list) {
            Some(comma) => list.get(comma + 1..).unwrap_or_default(),
            None => return,
        },
    };
    let guard = sink.guard;
    sink.guard = Guard { conditional: true, ..guard };
    middleware(rest, sink);
    sink.guard = guard;
}
