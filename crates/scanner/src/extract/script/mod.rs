//! Build scripts, Makefile.PL and Build.PL: Perl code whose useful part is a few
//! calls with literal arguments.
//!
//! [`walk`] goes over the statements once, keeps what variables hold (`assign`),
//! and gives out the [`Call`]s that a reader wants. Nothing is run: a condition that is
//! about old tools is taken as answered ([`crate::perl::condition`]), any other
//! marks what stands under it, and what is not literal stays unknown.

mod assign;
mod modules;
mod walk;

use std::ops::Range;

use crate::perl::data::Item;
use crate::perl::statement::Fault;
use crate::perl::structure::Variables;
use crate::perl::uses::Load;

pub(super) use modules::{Group, faults, group, identity, metadata, perl, text};
pub(super) use walk::walk;

/// Which calls a reader wants.
#[derive(Debug, Clone, Copy)]
pub(super) struct Wanted {
    /// Functions, wherever they are called.
    pub(super) functions: &'static [&'static [u8]],
    /// Words of a language of statements: they count where they begin one.
    pub(super) words: &'static [&'static [u8]],
    /// Methods, of whatever class.
    pub(super) methods: &'static [&'static [u8]],
}

/// A call with its arguments, as far as they are known.
#[derive(Debug, Clone)]
pub(super) struct Call {
    /// What is called.
    pub(super) name: Vec<u8>,
    /// Where its name stands.
    pub(super) at: Range<usize>,
    /// Its arguments.
    pub(super) items: Vec<Item>,
    /// Whether it is made only under a condition.
    pub(super) conditional: bool,
    /// Whether it stands in a named sub, which may not be called at all.
    pub(super) in_sub: bool,
}

/// What a script says.
#[derive(Debug, Default)]
pub(super) struct Script {
    /// The calls that were wanted, in the order of the file.
    pub(super) calls: Vec<Call>,
    /// The modules that the script itself loads, in the order of the file.
    pub(super) loads: Vec<Load>,
    /// Syntax that would end perl's reading.
    pub(super) faults: Vec<Fault>,
    /// What variables hold at the end.
    pub(super) variables: Variables,
}
