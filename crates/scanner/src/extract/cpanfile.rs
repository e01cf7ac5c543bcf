//! `cpanfile`, the manifest of a Perl application (Module::CPANfile 1.1004).
//!
//! A cpanfile is Perl code that the real module runs; what counts are its calls
//! of `requires` and its kin. Here nothing is run. The calls are found among
//! the statements, and of the code around them as much is followed as can be
//! known from the text: phases and features, loops over literal lists, variables
//! and constants with literal values. Both branches of a condition are read, and
//! what stands in one is marked. What only running the code would tell is a
//! problem with its place, and so is what the real module would refuse.
//!
//! In order: `reader` walks the statements, `scope` says what their blocks stand
//! for, `call` gives the calls their meaning, `book` keeps the requirements (a later one replaces
//! an earlier one of the same phase and relation), `trouble` the problems.

mod book;
mod call;
mod reader;
mod scope;
mod trouble;

use perlscan_model::location::SourcePath;

use super::{Extractor, Facts, SourceFile, Wanted};

/// Reads cpanfiles.
#[derive(Debug, Clone, Copy, Default)]
pub struct Cpanfile;

/// The name in problems.
const NAME: &str = "cpanfile";

impl Extractor for Cpanfile {
    fn name(&self) -> &'static str {
        NAME
    }

    /// `cpanfile`, `cpanfile.dev`, `cpanfile-dev`, `dev.cpanfile`; their
    /// snapshots are another format's. Whether one of the longer names is a
    /// cpanfile at all, its content decides.
    fn wants(&self, path: &SourcePath) -> Wanted {
        let name = path.file_name();
        if name.ends_with(b".snapshot") {
            return Wanted::No;
        }
        let wanted = name == b"cpanfile"
            || name.starts_with(b"cpanfile.")
            || name.starts_with(b"cpanfile-")
            || name.ends_with(b".cpanfile");
        wanted.into()
    }

    fn extract(&self, file: &SourceFile<'_>, facts: &mut Facts) {
        let certain = file.path.file_name() == b"cpanfile";
        reader::Reader::new(file).read(certain, facts);
    }
}

#[cfg(test)]
#[path = "cpanfile_test.rs"]
mod tests;
