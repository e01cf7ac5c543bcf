//! What a fresh install of a project would take from a mirror's index: the closure
//! of its requirements, as cpanm computes it.
//!
//! An installer is no solver: the index names one archive for a module, and what it
//! names is taken or nothing is. So the closure is walked as cpanm walks it
//! (App::cpanminus 1.7046): what a release is configured with is installed first,
//! then what it is built, tested and run with, then the release itself; a module
//! that is there already, or that perl brings in the version asked for, is left
//! alone; a release whose requirements can't be met is not installed, nor is what
//! needs it.
//!
//! [`demand`] is what is asked for, [`core`] what perl brings, `walk` the way
//! through the releases, which a [`Stock`] opens when they are needed, or `ahead`.
//! On the way `there` says what is there and `missing` what is not; at its end
//! `installed` makes packages of the releases, and `conflicts` looks at them.

mod ahead;
mod conflicts;
pub mod core;
pub mod demand;
mod indexed;
mod installed;
mod missing;
pub mod release;
mod there;
mod walk;

use std::collections::BTreeSet;
use std::sync::Arc;

use perlscan_model::location::SourcePath;
use perlscan_model::name::ModuleName;
use perlscan_model::package::Package;
use perlscan_model::problem::Problem;

pub use self::core::CorePerl;
pub use self::indexed::Indexed;
pub use self::release::{Chosen, Stocked};
pub use self::walk::{DEPTH, resolve};

/// What is taken besides what is required to configure, build, test and run.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ClosureSettings {
    /// What is recommended, by the project and by what it takes.
    pub recommends: bool,
    /// What is suggested, likewise.
    pub suggests: bool,
    /// What the project's authors need.
    pub develop: bool,
    /// What the project's cpanfile asks for in the phase `configure`, which cpanm
    /// leaves alone.
    pub configure: bool,
    /// Leave out what only the tests of what is taken need (cpanm's `--notest`).
    pub no_tests: bool,
    /// The features of the project that are taken.
    pub features: BTreeSet<String>,
    /// All its features.
    pub all_features: bool,
}

/// Why an archive can't be had.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unreadable {
    /// What is wrong, completing "ARCHIVE ...".
    pub what: String,
}

/// The archives of a mirror, opened when they are asked for.
pub trait Stock {
    /// What the index says of a module.
    fn find(&self, module: &ModuleName) -> Option<Indexed>;

    /// The modules that the index has for an archive, in order of their names.
    fn indexed(&self, path: &str) -> Vec<(ModuleName, Option<Box<str>>)>;

    /// Opens archives that will be asked for, side by side where that helps.
    fn prepare(&self, paths: &[Arc<str>]);

    /// What an archive says of itself.
    ///
    /// # Errors
    /// When it can't be read.
    fn open(&self, path: &str) -> Result<Arc<Stocked>, Unreadable>;

    /// Where an archive lies, as reports show it.
    fn place(&self, path: &str) -> SourcePath;
}

/// What a fresh install would take.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Closure {
    /// The releases, in order of their names.
    pub releases: Vec<Chosen>,
    /// The same as packages, in the same order: the graph of them.
    pub packages: Vec<Package>,
    /// The perl whose core list counted.
    pub perl: String,
    /// Modules that this perl brings in the version asked for, in order, with the
    /// versions that it brings; empty for none.
    pub core: Vec<(ModuleName, String)>,
    /// What is required and can't be had, in order.
    pub unmet: Vec<Unmet>,
    /// What could not be read or decided, and what can't be had, in order.
    pub problems: Vec<Problem>,
}

/// A module that is required and that a fresh install would not get.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Unmet {
    /// The module, or `perl`.
    pub module: ModuleName,
    /// The range that is asked for; empty for any.
    pub range: String,
    /// The releases that lead to what asks for it, from the project on; empty where
    /// the project itself does.
    pub path: Vec<String>,
    /// Why it can't be had.
    pub why: String,
}
