//! A release that was found, or that something says is there.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::finding::Confidence;
use crate::location::{Location, Span};
use crate::name::{DistName, ModuleName};
use crate::range::VersionRange;
use crate::release_version::ReleaseVersion;
use crate::requirement::Phase;
use crate::version::PerlVersion;

/// How a package comes to be known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Origin {
    /// A copy lies in an installed or vendored tree.
    Installed,
    /// A lock file names the release (cpanfile.snapshot).
    Locked,
    /// An archive of it lies in a mirror or a folder of archives.
    Mirrored,
    /// A file or another distribution carries a copy inside (a fat-packed
    /// script, a PAR archive, `inc/`).
    Bundled,
    /// The project's perl bundles it.
    Core,
    /// A manifest asks for it.
    Declared,
    /// Perl source loads it.
    Used,
}

impl Origin {
    /// The word that outputs use.
    pub fn word(self) -> &'static str {
        match self {
            Self::Installed => "installed",
            Self::Locked => "locked",
            Self::Mirrored => "mirrored",
            Self::Bundled => "bundled",
            Self::Core => "core",
            Self::Declared => "declared",
            Self::Used => "used",
        }
    }
}

impl Origin {
    /// Whether it tells which release a project gets: its install, its lock, or the
    /// mirror that it was resolved against.
    pub fn is_chosen(self) -> bool {
        matches!(self, Self::Installed | Self::Locked | Self::Mirrored)
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

/// What is known of a package's version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum VersionState {
    /// The release is known.
    Exact(ReleaseVersion),
    /// Only a set of releases is (a requirement, the series of a perl).
    Range(VersionRange),
    /// Nothing is, and why.
    Unknown(String),
}

/// A module inside a release, with the version that its index entry gives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProvidedModule {
    /// The module.
    pub module: ModuleName,
    /// Its own version, which need not be the release's; `None` for `undef`.
    pub version: Option<PerlVersion>,
}

/// A requirement of one release on a module: an edge of the graph, never a
/// requirement of the project.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edge {
    /// The module.
    pub module: ModuleName,
    /// The range as the lock or the release's own metadata has it.
    pub range: String,
    /// When it is needed. A lock does not tell, so there it is to run.
    pub phase: Phase,
    /// Whether the release also works without it.
    pub optional: bool,
    /// Where the module's name stands in the package's own file; `None` where
    /// the format has no place for it.
    pub span: Option<Span>,
}

/// A release in a project.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Package {
    /// Its distribution.
    pub dist: DistName,
    /// Its version.
    pub version: VersionState,
    /// The CPAN id of its author, upper case.
    pub author: Option<String>,
    /// The archive's path below `authors/id/`, where it is known.
    pub distpath: Option<String>,
    /// How it comes to be known.
    pub origin: Origin,
    /// How sure it is that this release is there.
    pub confidence: Confidence,
    /// The modules that it provides.
    pub provides: Vec<ProvidedModule>,
    /// What it requires itself.
    pub edges: Vec<Edge>,
    /// Where it stands.
    pub location: Location,
}
