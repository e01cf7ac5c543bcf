//! Scripts made by App::FatPacker (cpanm, cpm, many tools): the modules stand in
//! here-documents in front of the script.
//!
//! ```perl
//! $fatpacked{"Foo/Bar.pm"} = '#line '.(1+__LINE__).' "'.__FILE__."\"\n".<<'FOO_BAR';
//!   package Foo::Bar;
//! FOO_BAR
//! s/^  //mg for values %fatpacked;
//! ```
//!
//! The last line takes the indent away again. Where it is missing, as in what
//! other packers write in the same manner, the text stands as it is.

use std::borrow::Cow;

use memchr::memmem;
use perlscan_model::location::SourcePath;
use perlscan_model::problem::ProblemKind;

use super::{Budget, Container, InnerFile, InnerSink, LineMap};
use crate::extract::Wanted;
use crate::perl::shebang::is_perl_script;
use crate::perl::statement::{Piece, Statements};
use crate::perl::{Token, TokenKind, literal};

/// Opens fat-packed scripts.
#[derive(Debug, Clone, Copy, Default)]
pub struct FatPack;

/// What App::FatPacker calls the hash, and what its output has in any case.
const HASH: &[u8] = b"$fatpacked";
/// The indent that App::FatPacker adds to every line.
const INDENT: &[u8] = b"  ";

impl Container for FatPack {
    fn name(&self) -> &'static str {
        "fatpack"
    }

    /// Scripts: by suffix, and files without one by their first line.
    fn wants(&self, path: &SourcePath) -> Wanted {
        let name = path.file_name();
        let suffix = name.iter().rposition(|byte| *byte == b'.').map(|at| name.get(at..));
        match suffix.flatten() {
            Some(b".pl" | b".PL" | b".psgi" | b".cgi" | b".fatpack") => Wanted::Yes,
            Some(_) => Wanted::No,
            None => Wanted::Peek,
        }
    }

    fn wants_head(&self, head: &[u8]) -> Wanted {
        is_perl_script(head).into()
    }

    fn is_perl_source(&self) -> bool {
        true
    }

    fn open<'a>(&self, bytes: &'a [u8], budget: &mut Budget, sink: &mut dyn InnerSink<'a>) {
        // Most scripts are not fat-packed: one search is all that they cost.
        if memmem::find(bytes, HASH).is_none() {
            return;
        }
        let mut packed = Vec::new();
        let mut is_indented = false;
        let mut statements = Statements::new(bytes, &[]);
        loop {
            let piece = statements.next_piece();
            let tokens = statements.tokens();
            packed.extend(assignment(tokens, bytes));
            is_indented |= unindents(tokens, bytes);
            if piece == Piece::End {
                break;
            }
        }
        for Packed { name, text } in packed {
            if !budget.take_entry() {
                let limit = budget.limits().entries;
                let message = format!("it packs more than {limit} files: the rest is not read");
                return sink.problem(ProblemKind::Lost, None, message);
            }
            let name = SourcePath::new(name.into_owned());
            if !sink.wants(&name) {
                continue;
            }
            let Some(Text { start, body, is_whole }) = text else {
                let message = "the packed text is no plain here-document: the module is not read";
                sink.problem(ProblemKind::Undecided, Some(name), message.to_owned());
                continue;
            };
            if !is_whole {
                let message =
                    "the here-document of a packed module has no end: the script is cut short";
                sink.problem(ProblemKind::Lost, Some(name.clone()), message.to_owned());
            }
            let (bytes, lines) = match is_indented {
                true => unindented(body, start),
                false => (Cow::Borrowed(body), whole_lines(start)),
            };
            budget.take_bytes(u64::try_from(bytes.len()).unwrap_or(u64::MAX));
            sink.file(InnerFile { name, bytes, lines: Some(lines) }, budget);
        }
    }
}

/// A module as the script has it.
struct Packed<'a> {
    name: Cow<'a, [u8]>,
    /// `None` where it is not written out.
    text: Option<Text<'a>>,
}

struct Text<'a> {
    /// Where it begins in the script.
    start: usize,
    body: &'a [u8],
    /// Whether its end was found.
    is_whole: bool,
}

/// `$fatpacked{"Foo.pm"} = ...`.
fn assignment<'a>(tokens: &[Token], source: &'a [u8]) -> Option<Packed<'a>> {
    let [hash, open, name, close, equals, rest @ ..] = tokens else { return None };
    let is_element = hash.kind == TokenKind::Variable
        && hash.text(source) == HASH
        && open.kind == TokenKind::OpenBrace
        && close.kind == TokenKind::CloseBrace
        && equals.is_operator(source, b"=");
    if !is_element {
        return None;
    }
    let name = literal::string(name, source)?;
    let heredoc = rest.last().filter(|last| last.kind == TokenKind::HereDoc);
    let text = heredoc.filter(|token| !token.interpolates() && !token.is_indented());
    let text = text.map(|token| Text {
        start: token.body_range().start,
        body: token.body(source),
        is_whole: !token.is_unterminated(),
    });
    Some(Packed { name, text })
}

/// `s/^  //mg for values %fatpacked`.
fn unindents(tokens: &[Token], source: &[u8]) -> bool {
    let Some((first, rest)) = tokens.split_first() else { return false };
    first.kind == TokenKind::Substitution
        && first.body(source) == b"^  "
        && rest.iter().any(|token| token.text(source) == b"%fatpacked")
}

/// The text without the indent, and where its lines stand in the script.
fn unindented(body: &[u8], start: usize) -> (Cow<'_, [u8]>, LineMap) {
    let mut text = Vec::with_capacity(body.len());
    let mut lines = LineMap::default();
    let mut outer = start;
    for line in body.split_inclusive(|byte| *byte == b'\n') {
        let kept = line.strip_prefix(INDENT).unwrap_or(line);
        lines.add(text.len(), outer + (line.len() - kept.len()));
        text.extend(kept);
        outer += line.len();
    }
    (Cow::Owned(text), lines)
}

/// The map of a text that stands in the script as it is.
fn whole_lines(start: usize) -> LineMap {
    let mut lines = LineMap::default();
    lines.add(0, start);
    lines
}

#[cfg(test)]
#[path = "fatpack_test.rs"]
mod tests;
