//! alienfile of Alien::Build: what building the library of an Alien
//! distribution requires (alienfile, "requires").
//!
//! `configure` prereqs are needed to configure, all others to build; those of
//! `share` and `sys` only where the library is built from source, or is taken
//! from the system, which is decided on the machine.

use perlscan_model::location::SourcePath;
use perlscan_model::problem::ProblemKind;
use perlscan_model::requirement::{Phase, Relation};

use super::page::{Asked, Page};
use super::{Extractor, Facts, SourceFile, Wanted, script};
use crate::perl::Token;
use crate::perl::bindings::Bindings;
use crate::perl::expression::{Evaluator, Value};
use crate::perl::statement::{Piece, Statements};

/// The name of the format, in problems.
const NAME: &str = "alienfile";

/// Reads alienfiles.
#[derive(Debug, Clone, Copy, Default)]
pub struct Alienfile;

/// What the block around a statement makes of a prereq.
#[derive(Debug, Clone, Copy)]
struct Block {
    phase: Phase,
    conditional: bool,
}

impl Extractor for Alienfile {
    fn name(&self) -> &'static str {
        NAME
    }

    fn wants(&self, path: &SourcePath) -> Wanted {
        (path.file_name() == b"alienfile").into()
    }

    fn extract(&self, file: &SourceFile<'_>, facts: &mut Facts) {
        let mut page = Page::new(file, NAME);
        let mut statements = Statements::new(file.bytes, &[b"requires"]);
        let mut blocks = vec![Block { phase: Phase::Build, conditional: false }];
        loop {
            let piece = statements.next_piece();
            let tokens = statements.tokens();
            let around = blocks.last().copied();
            match (piece, around) {
                (Piece::Open, Some(around)) => {
                    // A block may stand in a prereq: `requires 'A' => do { ... }`.
                    statement(tokens, file, around, &mut page);
                    blocks.push(inside(tokens, file.bytes, around));
                }
                (Piece::Close, _) if blocks.len() > 1 => drop(blocks.pop()),
                (Piece::Statement, Some(around)) => statement(tokens, file, around, &mut page),
                (Piece::End, _) => break,
                _ => {}
            }
        }
        script::faults(&statements.take_faults(), &mut page);
        page.finish(facts);
    }
}

fn inside(head: &[Token], source: &[u8], around: Block) -> Block {
    let is = |word: &[u8]| head.first().is_some_and(|first| first.is_word(source, word));
    if is(b"configure") {
        Block { phase: Phase::Configure, ..around }
    } else if is(b"test") {
        Block { phase: Phase::Test, ..around }
    } else if is(b"any") || head.is_empty() {
        around
    } else {
        // `share`, `sys`, conditions, and whatever else decides on the machine.
        Block { conditional: true, ..around }
    }
}

fn statement(tokens: &[Token], file: &SourceFile<'_>, block: Block, page: &mut Page<'_>) {
    let Some((word, arguments)) = tokens.split_first() else { return };
    if !word.is_word(file.bytes, b"requires") {
        return;
    }
    let evaluator = Evaluator { source: file.bytes, bindings: &Bindings::default() };
    let values = evaluator.list(arguments);
    let Some(Value::Known(module)) = values.first() else {
        let message = "which module is required can't be told without running the code";
        return page.problem(ProblemKind::Undecided, word.range(), message.to_owned());
    };
    let range = match values.get(1) {
        None => Some(String::new()),
        Some(Value::Known(range)) => Some(String::from_utf8_lossy(&range.text).into_owned()),
        Some(Value::Either(_) | Value::Unknown { .. }) => None,
    };
    page.ask(&Asked {
        module: &String::from_utf8_lossy(&module.text),
        range: range.as_deref(),
        phase: block.phase,
        relation: Relation::Requires,
        feature: None,
        conditional: block.conditional,
        place: module.range.clone(),
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Facts {
        let path = SourcePath::from("alienfile");
        let mut facts = Facts::default();
        Alienfile.extract(&SourceFile { path: &path, bytes: text.as_bytes() }, &mut facts);
        facts
    }

    #[test]
    fn the_block_around_decides_what_a_prereq_is_for() {
        let facts = read(
            "use alienfile;\nrequires 'A' => '1.2';\nplugin 'PkgConfig' => 'libfoo';\n\
             configure { requires 'B' };\nshare {\n  requires 'C', 0;\n  start_url 'x';\n  \
             build [ sub { requires 'not a call' if 0 } ];\n};\nsys { requires D => 2 };\n\
             meta->prop->{x} = 1;\n",
        );
        let shown = facts.requirements.iter().map(|r| {
            let conditional = if r.conditional { " conditional" } else { "" };
            let line = r.location.line().unwrap_or_default();
            format!("{line} {} {}{} {}", r.module, r.range_text, conditional, r.phase)
        });
        assert_eq!(
            shown.collect::<Vec<_>>(),
            [
                "2 A 1.2 build",
                "4 B  configure",
                "6 C 0 conditional build",
                "10 D 2 conditional build"
            ]
        );
    }

    #[test]
    fn what_is_not_literal_is_told() {
        let facts = read("requires $module;\nrequires 'A' => version();\n");
        assert_eq!(facts.requirements.len(), 1);
        let kinds: Vec<_> = facts.problems.iter().map(|problem| problem.kind).collect();
        assert_eq!(kinds, [ProblemKind::Undecided; 2]);
        let facts = read("requires 'A' => do { 1 };\n");
        assert_eq!((facts.requirements.len(), facts.problems.len()), (1, 1));
        assert_eq!(read("share {\n  requires 'A';\n").problems.len(), 1, "the block has no end");
    }
}
