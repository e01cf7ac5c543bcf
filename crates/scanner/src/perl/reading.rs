//! One pass over a piece of Perl source, and the visitors that look on.
//!
//! A file is cut into tokens once. Each visitor is shown every piece of
//! [`super::statement`] and keeps what it knows of: which modules are loaded
//! ([`super::uses`]), which packages are declared ([`super::module_version`]).

use super::module_version::{PackageFound, Packages};
use super::statement::{Fault, Piece, Statements};
use super::uses::{Load, Uses};

/// What a source says of modules.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reading {
    /// The modules that it loads, in order of their places.
    pub loads: Vec<Load>,
    /// The packages that it declares, in the order in which they are declared
    /// first.
    pub packages: Vec<PackageFound>,
    /// Syntax that would have ended perl's reading; what follows may be misread.
    pub faults: Vec<Fault>,
}

/// Reads a source.
pub fn read(source: &[u8]) -> Reading {
    let mut packages = Packages::new(source);
    let mut uses = Uses::new(source);
    let mut statements = Statements::new(source, &[]).in_parts();
    loop {
        let piece = statements.next_piece();
        packages.read(statements.tokens(), piece, statements.depth());
        uses.read(statements.tokens(), piece);
        if piece == Piece::End {
            let faults = statements.take_faults();
            return Reading { loads: uses.finish(), packages: packages.finish(), faults };
        }
    }
}
