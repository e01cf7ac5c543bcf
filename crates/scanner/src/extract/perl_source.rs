//! Perl source: the modules that it loads and the packages that it declares.
//!
//! By suffix, and without one by the `#!` line. The build scripts and cpanfiles
//! are Perl too, but have extractors of their own, so that each file is lexed
//! once. Uses are told of every file; whose they are (the project's, or an
//! installed module's own) is for [`crate::resolve`] to say.

use perlscan_model::location::{Location, SourcePath};
use perlscan_model::problem::{Problem, ProblemKind};
use perlscan_model::requirement::Phase;
use perlscan_model::usage::{ModuleFound, ModuleUse};

use super::{Extractor, Facts, SourceFile, Wanted};
use crate::perl::LineIndex;
use crate::perl::reading::read;
use crate::perl::shebang::is_perl_script;
use crate::perl::statement::{Fault, FaultKind};

/// The suffixes of files that hold Perl.
const SUFFIXES: [&[u8]; 7] = [b"pl", b"pm", b"t", b"psgi", b"cgi", b"PL", b"fatpack"];

/// Reads Perl source.
#[derive(Debug, Clone, Copy, Default)]
pub struct PerlSource;

impl Extractor for PerlSource {
    fn name(&self) -> &'static str {
        "perl"
    }

    fn wants(&self, path: &SourcePath) -> Wanted {
        let name = path.file_name();
        match memchr::memrchr(b'.', name).and_then(|dot| name.get(dot + 1..)) {
            None => Wanted::Peek,
            Some(_) if matches!(name, b"Makefile.PL" | b"Build.PL") => Wanted::No,
            Some(suffix) => SUFFIXES.contains(&suffix).into(),
        }
    }

    fn wants_head(&self, head: &[u8]) -> bool {
        is_perl_script(head)
    }

    fn is_perl_source(&self) -> bool {
        true
    }

    fn is_project_input(&self) -> bool {
        false
    }

    fn tells_of_installs(&self) -> bool {
        true
    }

    fn extract(&self, file: &SourceFile<'_>, facts: &mut Facts) {
        if let Some(encoding) = foreign_encoding(file.bytes) {
            return facts.problems.push(Problem {
                location: Location::file(file.path.clone()),
                kind: ProblemKind::Undecided,
                by: self.name(),
                message: format!("it is {encoding}, which is not read: save it as UTF-8"),
            });
        }
        let index = LineIndex::new(file.bytes);
        let reading = read(file.bytes);
        let phase = phase_of(file.path);
        facts.uses.extend(reading.loads.into_iter().map(|load| ModuleUse {
            module: load.module,
            minimum: load.minimum,
            phase,
            optional: load.optional,
            conditional: load.conditional,
            span: index.span(load.range),
        }));
        facts.modules.extend(reading.packages.into_iter().map(|package| ModuleFound {
            module: package.module,
            version: package.version,
            span: index.span(package.range),
        }));
        facts.problems.extend(first_fault(&reading.faults).map(|fault| Problem {
            location: Location::at(file.path.clone(), index.span(first_byte(fault))),
            kind: ProblemKind::Undecided,
            by: self.name(),
            message: in_words(fault.kind).to_owned(),
        }));
    }
}

/// When the code of a file runs, by its place.
pub fn phase_of(path: &SourcePath) -> Phase {
    let is_below = |name: &[u8]| path.parent().parts().any(|part| part == name);
    if is_below(b"t") || is_below(b"xt") || path.file_name() == b"test.pl" {
        Phase::Test
    } else if is_below(b"inc") && !is_below(b"lib") {
        Phase::Configure
    } else {
        Phase::Runtime
    }
}

/// The encoding of a text that is not read, by its byte order mark.
fn foreign_encoding(bytes: &[u8]) -> Option<&'static str> {
    match bytes {
        [0xff, 0xfe, 0, 0, ..] | [0, 0, 0xfe, 0xff, ..] => Some("UTF-32"),
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => Some("UTF-16"),
        _ => None,
    }
}

/// What is told of a file's faults: the one that ended the reading, else the
/// first one that may hide something.
/// Unbalanced brackets hide nothing here, and macros or templates have many.
fn first_fault(faults: &[Fault]) -> Option<&Fault> {
    let end = faults.iter().find(|fault| fault.kind == FaultKind::TooDeep);
    end.or_else(|| {
        faults.iter().find(|fault| match fault.kind {
            FaultKind::Unterminated
            | FaultKind::NotPerl
            | FaultKind::TooLong
            | FaultKind::TooDeep
            | FaultKind::Conflict => true,
            FaultKind::Unclosed | FaultKind::Unopened | FaultKind::MissingSemicolon => false,
        })
    })
}

fn first_byte(fault: &Fault) -> std::ops::Range<usize> {
    fault.start..fault.end.min(fault.start + 1)
}

fn in_words(kind: FaultKind) -> &'static str {
    match kind {
        FaultKind::Unterminated => {
            "a quote or here-document begins here and has no end: what is loaded after it may be \
             missed"
        }
        FaultKind::NotPerl => "bytes that are no Perl: what is loaded after them may be missed",
        FaultKind::TooLong => "a statement is too long: the rest of it is not read",
        FaultKind::TooDeep => "brackets nest too deep: nothing behind this is read",
        FaultKind::Conflict => "the markers of an unresolved merge: both sides are read",
        FaultKind::Unclosed | FaultKind::Unopened | FaultKind::MissingSemicolon => {
            "the syntax is broken here"
        }
    }
}
