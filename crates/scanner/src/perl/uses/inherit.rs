//! What loads the classes that a class is made of: `parent` and its kin, and
//! the words that object systems export.

use super::found::{Guard, Sink};
use super::list::{Item, items};
use crate::perl::keyword::is_user_word;
use crate::perl::token::{Token, TokenKind};

/// `use parent LIST`: a first `-norequire` says that nothing is loaded.
pub(super) fn parent(list: &[Token], sink: &mut Sink<'_, '_, '_>) {
    let items = items(list, sink.source);
    if items.first().and_then(Item::text) != Some(b"-norequire") {
        classes(&items, sink);
    }
}

/// `use base LIST`.
pub(super) fn base(list: &[Token], sink: &mut Sink<'_, '_, '_>) {
    classes(&items(list, sink.source), sink);
}

/// Strings, and words that are strings where `strict` is off.
fn classes(items: &[Item<'_, '_>], sink: &mut Sink<'_, '_, '_>) {
    for item in items {
        match item {
            Item::Word(word) if is_user_word(word.text(sink.source)) => {
                sink.tell(word.text(sink.source), None, word.range());
            }
            item => sink.tell_item(item, None),
        }
    }
}

/// `use superclass 'A' => 1.2, 'B'`.
pub(super) fn superclass(list: &[Token], sink: &mut Sink<'_, '_, '_>) {
    let items = items(list, sink.source);
    for (at, item) in items.iter().enumerate() {
        if item.text() == Some(b"-norequire") {
            return;
        }
        let next = items.get(at + 1).filter(|next| matches!(next, Item::Version(_)));
        sink.tell_item(item, next);
    }
}

/// `use Mojo::Base 'X'` ('-base' and its kin are flags), and others that take
/// one class.
pub(super) fn first(list: &[Token], sink: &mut Sink<'_, '_, '_>) {
    if let Some(item) = items(list, sink.source).first() {
        sink.tell_item(item, None);
    }
}

/// `use mixin LIST`.
pub(super) fn all(list: &[Token], sink: &mut Sink<'_, '_, '_>) {
    for item in items(list, sink.source) {
        sink.tell_item(&item, None);
    }
}

/// `use Test::Class::Most parent => 'X'`, or a list of them.
pub(super) fn test_class_most(list: &[Token], sink: &mut Sink<'_, '_, '_>) {
    values(b"parent", list, sink);
}

/// `use Package::Variant importing => [...]`.
pub(super) fn package_variant(list: &[Token], sink: &mut Sink<'_, '_, '_>) {
    values(b"importing", list, sink);
}

fn values(key: &[u8], list: &[Token], sink: &mut Sink<'_, '_, '_>) {
    let items = items(list, sink.source);
    for pair in items.chunks(2) {
        match pair {
            [name, Item::Inside(inside)] if name.text() == Some(key) => all(inside, sink),
            [name, value] if name.text() == Some(key) => sink.tell_item(value, None),
            _ => {}
        }
    }
}

/// `use Any::Moose 'X::Types'`, `'::Util'` or `'Role'`: it loads the one of
/// Mouse, unless Moose is there already (its `_canonicalize_fragment`).
pub(super) fn any_moose(list: &[Token], sink: &mut Sink<'_, '_, '_>) {
    let guard = sink.guard;
    sink.guard = Guard { conditional: true, ..guard };
    for item in items(list, sink.source) {
        sink.tell_named(&item, None, |name| {
            let rest = name.strip_prefix(b"Moose").or_else(|| name.strip_prefix(b"Mouse"));
            match rest.unwrap_or(name) {
                rest if rest.starts_with(b"X::") || rest.starts_with(b"::") => {
                    [b"Mouse", rest].concat()
                }
                b"" => b"Mouse".to_vec(),
                rest => [b"Mouse::", rest].concat(),
            }
        });
    }
    sink.guard = guard;
}

/// `extends 'A', 'B'` and `with 'A' => { -version => 1.2 }, 'B'`.
pub(super) fn with(list: &[Token], sink: &mut Sink<'_, '_, '_>) {
    let source = sink.source;
    let items = items(list, source);
    for (at, item) in items.iter().enumerate() {
        match items.get(at + 1) {
            Some(Item::Inside(options)) => {
                let options = self::items(options, source);
                let version = options.iter().position(|key| key.text() == Some(b"-version"));
                sink.tell_item(item, version.and_then(|key| options.get(key + 1)));
            }
            _ => sink.tell_item(item, None),
        }
    }
}

/// What stands behind `class`: `Foo extends Bar with Baz` (MooseX::Declare),
/// `Foo isa Bar 1.2 does Baz` and `Foo :isa(Bar 1.2)` (Object::Pad, perlclass).
pub(super) fn class(tokens: &[Token], sink: &mut Sink<'_, '_, '_>) {
    let mut takes = false;
    for (at, token) in tokens.iter().enumerate() {
        let text = token.text(sink.source);
        match token.kind {
            TokenKind::Word | TokenKind::Operator
                if matches!(text, b"extends" | b"with" | b"isa" | b"does" | b"implements") =>
            {
                takes = true;
            }
            TokenKind::Word if takes => {
                let version = tokens.get(at + 1).filter(|next| super::is_version(next));
                sink.tell(text, version, token.range());
            }
            TokenKind::Comma | TokenKind::OpenParen | TokenKind::Number | TokenKind::VString => {}
            _ => takes = false,
        }
    }
}
