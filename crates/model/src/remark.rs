//! What is worth knowing about a project and is no vulnerability.

use crate::location::{Location, SourcePath};
use crate::name::{DistName, ModuleName};

/// What a remark says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RemarkKind {
    /// Source loads the module, and no manifest asks for its distribution: a
    /// phantom dependency, there by luck.
    Undeclared,
    /// As undeclared, and older perls had it in their core, so that it used to
    /// be there without anybody asking.
    RemovedFromCore,
    /// A manifest asks for the module, and no source loads it.
    Unused,
    /// An archive's own META says that the distribution should no longer be used.
    Deprecated,
    /// Who holds the distribution looks for somebody to take it over, or is gone.
    Adoptable,
    /// An archive's name, its META and its mirror's index do not say the same of it.
    MetadataMismatch,
}

impl RemarkKind {
    /// All kinds.
    pub const ALL: [Self; 6] = [
        Self::Undeclared,
        Self::RemovedFromCore,
        Self::Unused,
        Self::Deprecated,
        Self::Adoptable,
        Self::MetadataMismatch,
    ];

    /// The rule that explains it, a file in `rules/`.
    pub fn rule(self) -> &'static str {
        match self {
            Self::Undeclared => "undeclared-module",
            Self::RemovedFromCore => "removed-core-module",
            Self::Unused => "unused-requirement",
            Self::Deprecated => "deprecated-distribution",
            Self::Adoptable => "adoptable-distribution",
            Self::MetadataMismatch => "metadata-mismatch",
        }
    }

    /// The kind of this rule.
    pub fn from_rule(rule: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.rule() == rule)
    }
}

/// What a remark speaks of.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Subject {
    /// A module that a project loads or asks for.
    Module(ModuleName),
    /// A distribution.
    Dist(DistName),
}

impl Subject {
    /// Its name.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Module(module) => module.as_str(),
            Self::Dist(dist) => dist.as_str(),
        }
    }
}

/// A remark on a project.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Remark {
    /// The project's directory.
    pub project: SourcePath,
    /// What it says.
    pub kind: RemarkKind,
    /// Of what.
    pub subject: Subject,
    /// In words, a lower-case fragment.
    pub message: String,
    /// Where: the first places that load it, or where it is asked for.
    pub locations: Vec<Location>,
    /// How many places there are besides.
    pub more: usize,
    /// Whether the project is a test fixture.
    pub fixture: bool,
    /// Whether it fails the run.
    pub fails: bool,
}
