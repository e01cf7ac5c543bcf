//! Strings that are code: what is given to `eval`.
//!
//! They are read when the file is over, from a list, so that evals in evals cost
//! no recursion. A text is read where it stands, so that places need no map: the
//! backslashes that a string takes out are blanked instead.

use std::borrow::Cow;

use super::Load;
use super::Uses;
use super::flow;
use super::found::{Found, Guard};
use crate::perl::statement::{Piece, Statements};
use crate::perl::token::{Token, TokenKind};

/// How many evals may stand in one another.
const DEEPEST: u8 = 8;

/// The most tokens of a condition that chooses between texts for `eval`.
const LONGEST_CONDITION: usize = 16;

/// The text of a string `eval`.
#[derive(Debug)]
pub(super) struct Code<'a> {
    text: Cow<'a, [u8]>,
    /// Where the text begins in the file.
    base: usize,
    /// How many evals it stands in.
    depth: u8,
    /// What holds for all that is in it.
    pub(super) guard: Guard,
    /// Whether variables in it are expanded before it is code.
    interpolates: bool,
    /// Whether more text follows that is not known.
    is_cut: bool,
}

/// What a string's place says about it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Context {
    pub(super) base: usize,
    pub(super) depth: u8,
    pub(super) guard: Guard,
    pub(super) is_cut: bool,
}

impl<'a> Code<'a> {
    /// The text of a string, where it is one stretch.
    pub(super) fn of(token: &Token, source: &'a [u8], context: Context) -> Option<Self> {
        let Context { base, depth, guard, is_cut } = context;
        let is_string =
            matches!(token.kind, TokenKind::Single | TokenKind::Double | TokenKind::HereDoc);
        if !is_string || depth >= DEEPEST || token.is_unterminated() || token.is_split() {
            return None;
        }
        let range = token.body_range();
        let body = token.body(source);
        let interpolates = token.interpolates();
        let keeps = token.kind == TokenKind::HereDoc && !interpolates;
        let text = if keeps || !body.contains(&b'\\') {
            Cow::Borrowed(body)
        } else {
            Cow::Owned(without_escapes(body, interpolates))
        };
        let base = base + range.start;
        Some(Self { text, base, depth: depth + 1, guard, interpolates, is_cut })
    }

    fn into_owned<'b>(self) -> Code<'b> {
        Code { text: Cow::Owned(self.text.into_owned()), ..self }
    }
}

impl Uses<'_> {
    /// The strings that `eval` is given, alone or joined by dots.
    pub(super) fn evaluated(&mut self, tokens: &[Token]) {
        let mut tokens = match tokens {
            [open, rest @ ..] if open.kind == TokenKind::OpenParen => rest,
            tokens => tokens,
        };
        let outer = self.flow.guard();
        if let Some(branches) = branches(tokens, self.source) {
            let context = Context {
                base: self.found.base,
                depth: self.depth,
                guard: Guard { optional: true, conditional: true },
                is_cut: false,
            };
            for code in branches.iter().filter_map(|t| Code::of(t, self.source, context)) {
                self.found.add_code(code);
            }
            return;
        }
        while let [operand, rest @ ..] = tokens {
            let is_cut = rest.first().is_some_and(|dot| dot.is_operator(self.source, b"."));
            let optional = outer.optional || !flow::dies(rest, self.source);
            let guard = Guard { optional, ..outer };
            let context = Context { base: self.found.base, depth: self.depth, guard, is_cut };
            match operand.kind {
                TokenKind::Single | TokenKind::Double | TokenKind::HereDoc => {
                    if let Some(code) = Code::of(operand, self.source, context) {
                        self.found.add_code(code);
                    }
                }
                TokenKind::Variable => {}
                _ => return,
            }
            if !is_cut {
                return;
            }
            tokens = rest.get(1..).unwrap_or_default();
        }
    }
}

/// The strings of `COND ? STRING : STRING`, where the condition is short.
fn branches<'t>(tokens: &'t [Token], source: &[u8]) -> Option<[&'t Token; 2]> {
    let is_string = |token: &Token| {
        matches!(token.kind, TokenKind::Single | TokenKind::Double | TokenKind::HereDoc)
    };
    if tokens.first().is_some_and(is_string) {
        return None;
    }
    let tokens = tokens.get(..tokens.len().min(LONGEST_CONDITION))?;
    let at = tokens.iter().position(|token| token.is_operator(source, b"?"))?;
    match tokens.get(at + 1..)? {
        [yes, colon, no, ..] if colon.is_operator(source, b":") => Some([yes, no]),
        _ => None,
    }
}

/// The text with blanks for the backslashes that a string takes out, each at its
/// place. `interpolates`: in `"..."` every backslash is one of these.
fn without_escapes(body: &[u8], interpolates: bool) -> Vec<u8> {
    let mut text = body.to_vec();
    let mut at = 0;
    while let Some(byte) = body.get(at) {
        let next = body.get(at + 1).copied();
        if *byte != b'\\' {
            at += 1;
            continue;
        }
        let taken_out = interpolates || next.is_some_and(|next| !next.is_ascii_alphanumeric());
        if let Some(slot) = text.get_mut(at).filter(|_| taken_out) {
            *slot = b' ';
        }
        // `\n` and its kin become blanks as well.
        if interpolates
            && matches!(next, Some(b'n' | b't' | b'r'))
            && let Some(slot) = text.get_mut(at + 1)
        {
            *slot = if next == Some(b'n') { b'\n' } else { b' ' };
        }
        at += 2;
    }
    text
}

/// Reads all of the texts, and the texts in them.
pub(super) fn read(codes: Vec<Code<'_>>, loads: &mut Vec<Load>) {
    let mut waiting = codes;
    while let Some(code) = waiting.pop() {
        match code.text {
            Cow::Borrowed(text) => {
                let code = Code { text: Cow::Borrowed(text), ..code };
                waiting.extend(one(text, &code, loads));
            }
            Cow::Owned(ref text) => {
                let inner = one(text, &code, loads);
                waiting.extend(inner.into_iter().map(Code::into_owned));
            }
        }
    }
}

fn one<'t>(text: &'t [u8], code: &Code<'_>, loads: &mut Vec<Load>) -> Vec<Code<'t>> {
    let found = Found::new(code.base, code.interpolates, code.is_cut);
    let mut uses = Uses::within(text, found, code.guard, code.depth);
    let mut statements = Statements::new(text, &[]).in_parts();
    loop {
        let piece = statements.next_piece();
        uses.read(statements.tokens(), piece);
        if piece == Piece::End {
            uses.end_call();
            loads.append(&mut uses.found.loads);
            return uses.found.codes;
        }
    }
}
