//! From the bytes of one file to facts.
//!
//! An extractor is a pure function of a path and its bytes, so it runs alike on
//! disk, in memory, on a git blob and in a test. It reports what it read and
//! what it could not; it opens nothing itself. Partial facts survive an error.

pub mod cpanfile;
pub mod snapshot;

use perlscan_model::location::SourcePath;
use perlscan_model::package::Package;
use perlscan_model::problem::Problem;
use perlscan_model::requirement::Requirement;

/// A file that an extractor is given.
#[derive(Debug, Clone, Copy)]
pub struct SourceFile<'a> {
    /// Where it stands.
    pub path: &'a SourcePath,
    /// Its bytes; legacy Perl is often not UTF-8.
    pub bytes: &'a [u8],
}

/// What extractors found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Facts {
    /// Releases.
    pub packages: Vec<Package>,
    /// What the project asks for.
    pub requirements: Vec<Requirement>,
    /// What could not be read or decided.
    pub problems: Vec<Problem>,
}

/// One input format.
pub trait Extractor: Sync {
    /// The name of the format, as problems and outputs show it.
    fn name(&self) -> &'static str;

    /// Whether a file of this path is of the format.
    fn wants(&self, path: &SourcePath) -> bool;

    /// Reads the file into `facts`. What can't be read becomes a problem in
    /// them; everything else is still read.
    fn extract(&self, file: &SourceFile<'_>, facts: &mut Facts);
}

/// Every extractor.
pub fn extractors() -> &'static [&'static dyn Extractor] {
    &[&cpanfile::Cpanfile, &snapshot::Snapshot]
}
