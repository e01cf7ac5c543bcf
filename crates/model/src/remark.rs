//! What is worth knowing about a project or a mirror and is no vulnerability.

use std::fmt;

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
    /// A file makes installers take modules from elsewhere than it seems to say, or
    /// over a line that anybody on the way can change.
    UnsafeMirror,
    /// A private mirror's name stands for another archive in the public index.
    PublicName,
    /// Two names differ in upper and lower case only.
    CaseOnly,
    /// A distribution says of a repository that it is its own, and little else does.
    RepositoryClaim,
    /// Two archives of one name have different content.
    OtherContent,
    /// No signature that counts is around a mirror's digests.
    UnsignedChecksums,
}

impl RemarkKind {
    /// All kinds.
    pub const ALL: [Self; 12] = [
        Self::Undeclared,
        Self::RemovedFromCore,
        Self::Unused,
        Self::Deprecated,
        Self::Adoptable,
        Self::MetadataMismatch,
        Self::UnsafeMirror,
        Self::PublicName,
        Self::CaseOnly,
        Self::RepositoryClaim,
        Self::OtherContent,
        Self::UnsignedChecksums,
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
            Self::UnsafeMirror => "unsafe-mirror",
            Self::PublicName => "name-on-public-index",
            Self::CaseOnly => "name-differs-in-case",
            Self::RepositoryClaim => "repository-claim",
            Self::OtherContent => "same-name-other-content",
            Self::UnsignedChecksums => "unsigned-checksums",
        }
    }

    /// The kind of this rule.
    pub fn from_rule(rule: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.rule() == rule)
    }
}

/// What a remark is about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Subject {
    /// A module.
    Module(ModuleName),
    /// A distribution.
    Dist(DistName),
    /// A file of a mirror, by its name.
    File(String),
    /// A setting of a tool, as it is spelled.
    Setting(String),
}

impl Subject {
    /// Its name.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Module(module) => module.as_str(),
            Self::Dist(dist) => dist.as_str(),
            Self::File(name) | Self::Setting(name) => name,
        }
    }

    /// What kind of thing it is, in the word that outputs use.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Module(_) => "module",
            Self::Dist(_) => "distribution",
            Self::File(_) => "file",
            Self::Setting(_) => "setting",
        }
    }
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A remark on a project, or on what a mirror holds.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Remark {
    /// The project's directory.
    pub project: SourcePath,
    /// What it says.
    pub kind: RemarkKind,
    /// On what.
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
