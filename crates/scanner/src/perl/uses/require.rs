//! What stands behind `require`.

use super::found::Sink;
use crate::perl::keyword::is_user_word;
use crate::perl::literal;
use crate::perl::token::{Token, TokenKind};

/// `require Foo::Bar`, `require "Foo/Bar.pm"`, `require VERSION`, with or
/// without parentheses (perlfunc, "require").
pub(super) fn required(tokens: &[Token], sink: &mut Sink<'_, '_, '_>) {
    let tokens = match tokens {
        [open, rest @ ..] if open.kind == TokenKind::OpenParen => rest,
        tokens => tokens,
    };
    let [operand, rest @ ..] = tokens else { return };
    let source = sink.source;
    match operand.kind {
        TokenKind::Number | TokenKind::VString => {
            sink.tell(b"perl", Some(operand), operand.range());
        }
        // "Bareword in require must not start with a double-colon."
        TokenKind::Word if operand.text(source).starts_with(b"::") => {}
        // What is called, as one of Perl's own words is, only tells when it runs.
        TokenKind::Word if is_user_word(operand.text(source)) && !is_call(rest) => {
            sink.tell(operand.text(source), None, operand.range());
        }
        TokenKind::Single | TokenKind::Double if !goes_on(rest, source) => file(operand, sink),
        _ => {}
    }
}

/// Whether what follows a word shows that it is called.
fn is_call(rest: &[Token]) -> bool {
    rest.first().is_some_and(|next| matches!(next.kind, TokenKind::OpenParen | TokenKind::Arrow))
}

/// Whether the string is only the beginning of what is loaded.
fn goes_on(rest: &[Token], source: &[u8]) -> bool {
    rest.first().is_some_and(|next| {
        next.kind == TokenKind::Operator && matches!(next.text(source), b"." | b"x" | b"?" | b"=~")
    })
}

/// A file's name is a module's when it ends in `.pm`.
fn file(operand: &Token, sink: &mut Sink<'_, '_, '_>) {
    let path = literal::string(operand, sink.source);
    let Some(stem) = path.as_deref().and_then(|path| path.strip_suffix(b".pm")) else { return };
    let mut name = Vec::with_capacity(stem.len() + 8);
    for part in stem.split(|byte| *byte == b'/') {
        if !name.is_empty() {
            name.extend(b"::");
        }
        name.extend(part);
    }
    sink.tell(&name, None, operand.body_range());
}
