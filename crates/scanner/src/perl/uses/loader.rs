//! The functions that load a module by its name: Module::Runtime, Class::Load,
//! Module::Load and its kin, and what tests load.

use super::found::{Guard, Sink};
use super::list::{Item, items};
use crate::perl::token::Token;

/// `use_module('X', 1.2)`, `use_ok('X', 1.2)`, `load_class('X', { -version => 1.2 })`.
pub(super) fn load(list: &[Token], sink: &mut Sink<'_, '_, '_>) {
    let source = sink.source;
    let items = items(list, source);
    let Some(item) = items.first() else { return };
    match items.get(1) {
        Some(Item::Inside(options)) => {
            let options = self::items(options, source);
            let version = options.iter().position(|key| key.text() == Some(b"-version"));
            sink.tell_item(item, version.and_then(|key| options.get(key + 1)));
        }
        next => sink.tell_item(item, next),
    }
}

/// As [`load`], where the code goes on without the module.
pub(super) fn load_optional(list: &[Token], sink: &mut Sink<'_, '_, '_>) {
    optional(sink, |sink| load(list, sink));
}

/// `load_first_existing_class 'A', { -version => 1 }, 'B'`: no one of them must
/// be there.
pub(super) fn load_first(list: &[Token], sink: &mut Sink<'_, '_, '_>) {
    optional(sink, |sink| super::inherit::with(list, sink));
}

/// `load Foo::Bar`, `load 'Foo::Bar', LIST` of Module::Load, which takes a word,
/// and `require_ok 'Foo::Bar'`.
pub(super) fn load_word(list: &[Token], sink: &mut Sink<'_, '_, '_>) {
    super::pragma::one(list, sink);
}

/// `load_remote $package => 'Foo::Bar'`.
pub(super) fn load_remote(list: &[Token], sink: &mut Sink<'_, '_, '_>) {
    match items(list, sink.source).get(1) {
        Some(Item::Word(word)) => sink.tell(word.text(sink.source), None, word.range()),
        Some(item) => sink.tell_item(item, None),
        None => {}
    }
}

/// `can_load(modules => { A => 1.2, B => undef })`.
pub(super) fn can_load(list: &[Token], sink: &mut Sink<'_, '_, '_>) {
    let source = sink.source;
    for pair in items(list, source).chunks(2) {
        if let [key, Item::Inside(modules)] = pair
            && key.text() == Some(b"modules")
        {
            optional(sink, |sink| versions(&items(modules, source), sink));
        }
    }
}

/// `use Test::Requires LIST`, `{ MODULE => VERSION }`: without them the test is
/// skipped. A version among the modules is one of perl.
pub(super) fn test_requires(list: &[Token], sink: &mut Sink<'_, '_, '_>) {
    let source = sink.source;
    optional(sink, |sink| {
        for item in items(list, source) {
            match item {
                Item::Inside(modules) => versions(&items(modules, source), sink),
                Item::Version(version) => sink.tell(b"perl", Some(version), version.range()),
                Item::Text { ref value, ref range, .. }
                    if value.starts_with(b"v5") || value.starts_with(b"5") =>
                {
                    let version = std::str::from_utf8(value).ok().map(Box::from);
                    sink.tell_with(b"perl", version, range.clone(), false);
                }
                item => sink.tell_item(&item, None),
            }
        }
    });
}

/// `test_requires 'X', 1.2`, `use Test2::Require::Module 'X' => 1.2`.
pub(super) fn test_require(list: &[Token], sink: &mut Sink<'_, '_, '_>) {
    load_optional(list, sink);
}

fn versions(items: &[Item<'_, '_>], sink: &mut Sink<'_, '_, '_>) {
    for pair in items.chunks(2) {
        if let [module, rest @ ..] = pair {
            sink.tell_item(module, rest.first());
        }
    }
}

fn optional(sink: &mut Sink<'_, '_, '_>, tell: impl FnOnce(&mut Sink<'_, '_, '_>)) {
    let guard = sink.guard;
    sink.guard = Guard { optional: true, ..guard };
    tell(sink);
    sink.guard = guard;
}
