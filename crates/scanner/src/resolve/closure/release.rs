//! A release of a mirror: what its archive says, and what is chosen of it.

use std::sync::Arc;

use perlscan_model::finding::PathStep;
use perlscan_model::name::{DistName, ModuleName};
use perlscan_model::requirement::Phase;

use crate::resolve::needs::{Brought, Need};

/// What an archive says of itself, as far as an installer asks.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Stocked {
    /// What it requires, sorted.
    pub needs: Vec<Need>,
    /// The modules that `use` would find once it is installed, sorted.
    pub brings: Vec<Brought>,
    /// Whether it has a Build.PL.
    pub has_build_script: bool,
    /// Whether it carries Module::Install, whose bidding MakeMaker is not to be
    /// newer than the one at hand (cpanm's issue 463).
    pub has_module_install: bool,
    /// What only running it would tell of its requirements, in its words.
    pub open: Vec<String>,
}

/// A release that a fresh install takes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chosen {
    /// The archive's path below `authors/id/`.
    pub path: Arc<str>,
    /// The distribution.
    pub dist: DistName,
    /// Its version as the archive's name has it; empty for none.
    pub version: String,
    /// The modules that it provides, with their versions, in order of their names:
    /// those of the index, or its own where the index has none.
    pub provides: Vec<(ModuleName, Option<Box<str>>)>,
    /// What it is required to have, each module once with all that is asked of it:
    /// to configure, build, test and run it, as far as the closure has that.
    pub requires: Vec<(ModuleName, String)>,
    /// The phase in which it matters most to the project.
    pub phase: Phase,
    /// Whether the project also works without it.
    pub optional: bool,
    /// Whether it is only there for something that can't be installed in the end.
    pub left_over: bool,
    /// The releases through which the project comes to it, from what it requires
    /// itself; empty for that.
    pub by: Vec<PathStep>,
    /// What only running its scripts would tell of its requirements.
    pub open: Vec<String>,
}

impl Chosen {
    /// `Dist-Name-1.23`, as the archive is called.
    pub fn name(&self) -> String {
        match self.version.is_empty() {
            true => self.dist.to_string(),
            false => format!("{}-{}", self.dist, self.version),
        }
    }
}
