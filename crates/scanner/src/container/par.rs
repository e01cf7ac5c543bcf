//! PAR archives: zip files with the modules below `lib/`, and the programs that
//! pp makes, which have one at their end.
//!
//! The zip file is read as every archive is ([`crate::source::archive`]).

use std::borrow::Cow;

use perlscan_model::location::SourcePath;
use perlscan_model::problem::ProblemKind;

use super::{Budget, Container, InnerFile, InnerSink};
use crate::extract::Wanted;
use crate::source::archive::{Entries, Wanted as Wish, read_zip};

/// What a program begins with: ELF, PE, Mach-O of 64 bits.
const PROGRAMS: [&[u8]; 3] = [b"\x7fELF", b"MZ", b"\xcf\xfa\xed\xfe"];

/// What a program of pp ends with (PAR::Packer, myldr).
const PACKED: &[u8] = b"\nPAR.pm\n";

/// Opens PAR archives.
#[derive(Debug, Clone, Copy, Default)]
pub struct Par;

impl Container for Par {
    fn name(&self) -> &'static str {
        "par"
    }

    fn wants(&self, path: &SourcePath) -> Wanted {
        let name = path.file_name();
        let may_be_a_program = !name.contains(&b'.') || name.ends_with(b".exe");
        match (name.ends_with(b".par"), may_be_a_program) {
            (true, _) => Wanted::Yes,
            (false, true) => Wanted::Peek,
            (false, false) => Wanted::No,
        }
    }

    fn wants_head(&self, head: &[u8]) -> Wanted {
        match PROGRAMS.iter().any(|magic| head.starts_with(magic)) {
            true => Wanted::Peek,
            false => Wanted::No,
        }
    }

    fn wants_tail(&self, tail: &[u8]) -> bool {
        tail.ends_with(PACKED)
    }

    fn is_perl_source(&self) -> bool {
        false
    }

    fn open<'a>(&self, bytes: &'a [u8], budget: &mut Budget, sink: &mut dyn InnerSink<'a>) {
        read_zip(bytes, budget, &mut Wants(sink));
    }
}

/// Entries on their way to what containers give inner files to.
struct Wants<'s, 'a>(&'s mut dyn InnerSink<'a>);

impl Entries for Wants<'_, '_> {
    fn wants(&mut self, name: &SourcePath) -> Wish {
        // The budget alone bounds what is packed.
        if self.0.wants(name) { Wish::Whole(u64::MAX, "") } else { Wish::No }
    }

    fn wants_head(&mut self, _name: &SourcePath, _head: &[u8]) -> Wish {
        Wish::No
    }

    fn file(&mut self, name: &SourcePath, bytes: Vec<u8>, budget: &mut Budget) {
        let bytes = Cow::Owned(bytes);
        self.0.file(InnerFile { name: name.clone(), bytes, lines: None }, budget);
    }

    fn problem(&mut self, kind: ProblemKind, name: Option<&SourcePath>, message: String) {
        self.0.problem(kind, name.cloned(), message);
    }
}

#[cfg(test)]
#[path = "par_test.rs"]
mod tests;
