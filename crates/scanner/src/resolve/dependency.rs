//! What a project depends on: per distribution, all evidence on it.
//!
//! Exact releases come from the lock, from what the project's perl bundles and
//! from releases that a manifest pins; ranges come from requirements.

use std::collections::BTreeSet;
use std::sync::Arc;

use perlscan_model::database::DistEntry;
use perlscan_model::finding::{Confidence, PathStep};
use perlscan_model::location::Location;
use perlscan_model::name::{DistName, ModuleName};
use perlscan_model::package::{Origin, VersionState};
use perlscan_model::problem::Problem;
use perlscan_model::range::VersionRange;
use perlscan_model::requirement::Phase;

use crate::resolve::interpreter::ProjectPerl;
use crate::resolve::usage::UsedModule;

/// A distribution with advisories that a project depends on.
#[derive(Debug, Clone)]
pub struct Dependency {
    /// What the database knows of it.
    pub entry: Arc<DistEntry>,
    /// Releases that are there, exactly.
    pub releases: Vec<ReleaseEvidence>,
    /// Ranges that are asked for.
    pub declared: Vec<DeclaredEvidence>,
    /// The phase in which it matters most.
    pub phase: Phase,
    /// Whether the project works without it.
    pub optional: bool,
    /// How the project comes to it; empty when it asks for it itself.
    pub path: Vec<PathStep>,
}

/// A release that is there, or of which only the place is known.
#[derive(Debug, Clone)]
pub struct ReleaseEvidence {
    /// How it comes to be known.
    pub origin: Origin,
    /// Its version.
    pub version: VersionState,
    /// The version as it is shown.
    pub text: String,
    /// How sure it is that this release is there.
    pub confidence: Confidence,
    /// The module that stands there.
    pub module: Option<ModuleName>,
    /// Where.
    pub location: Location,
}

/// A requirement on a module of the distribution, or a place that loads it.
#[derive(Debug, Clone)]
pub struct DeclaredEvidence {
    /// [`Origin::Declared`] or [`Origin::Used`].
    pub origin: Origin,
    /// The module.
    pub module: ModuleName,
    /// The releases of the *distribution* that will do.
    pub range: VersionRange,
    /// The range as it was written.
    pub text: String,
    /// Why the written range says nothing about the release.
    pub unusable: Option<String>,
    /// Where.
    pub location: Location,
}

/// What a project depends on, as far as the database can judge it.
#[derive(Debug, Clone, Default)]
pub struct Dependencies {
    /// The distributions with advisories, in order of their names.
    pub advised: Vec<Dependency>,
    /// Distributions that the database does not know.
    pub not_in_database: BTreeSet<DistName>,
    /// Modules whose distribution could not be told: no advised one ships them.
    pub not_resolved: BTreeSet<ModuleName>,
    /// Core modules of advised distributions that no known perl could tell.
    pub core_not_judged: BTreeSet<ModuleName>,
    /// Locked releases that only phases which are not judged need.
    pub not_selected: usize,
    /// The perl that core modules were judged by.
    pub perl: Option<ProjectPerl>,
    /// The modules that the project's own source loads.
    pub used: Vec<UsedModule>,
    /// How many modules the project asks for itself.
    pub direct: usize,
    /// What could not be decided.
    pub problems: Vec<Problem>,
}
