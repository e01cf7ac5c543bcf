//! What a project asks for.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::location::Location;
use crate::name::ModuleName;
use crate::range::VersionRange;

/// The phase of a prereq (CPAN::Meta::Spec, Prereqs). The order is that in
/// which one matters more: what runs in production comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Phase {
    /// Needed to run.
    Runtime,
    /// Needed to run the build's configuration.
    Configure,
    /// Needed to build.
    Build,
    /// Needed to test.
    Test,
    /// Needed only by the author.
    Develop,
}

impl Phase {
    /// All phases.
    pub const ALL: [Self; 5] =
        [Self::Runtime, Self::Configure, Self::Build, Self::Test, Self::Develop];

    /// The word that the specification uses.
    pub fn word(self) -> &'static str {
        match self {
            Self::Runtime => "runtime",
            Self::Configure => "configure",
            Self::Build => "build",
            Self::Test => "test",
            Self::Develop => "develop",
        }
    }

    /// The phase of this name.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|phase| phase.word() == word)
    }
}

impl fmt::Display for Phase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

/// How strongly a prereq is meant (CPAN::Meta::Spec, Prereqs).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Relation {
    /// It must be there.
    Requires,
    /// It should be there.
    Recommends,
    /// It would be nice to have.
    Suggests,
    /// It must not be there: never a dependency.
    Conflicts,
}

impl Relation {
    /// The word that the specification uses.
    pub fn word(self) -> &'static str {
        match self {
            Self::Requires => "requires",
            Self::Recommends => "recommends",
            Self::Suggests => "suggests",
            Self::Conflicts => "conflicts",
        }
    }
}

impl fmt::Display for Relation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

/// A module that a project asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Requirement {
    /// The module, or `perl`.
    pub module: ModuleName,
    /// The versions of the *module* that will do.
    pub range: VersionRange,
    /// The range as it was written, for display; empty when none was.
    pub range_text: String,
    /// When it is needed.
    pub phase: Phase,
    /// How strongly.
    pub relation: Relation,
    /// The feature that asks for it; such a requirement is optional.
    pub feature: Option<String>,
    /// Whether it stands under a condition that only running the code decides.
    pub conditional: bool,
    /// What the manifest installs instead of what the index has: a release,
    /// `AUTHOR/Dist-1.0.tar.gz`, or a URL (cpanfile's `dist`, `url` and `git`).
    pub pinned_release: Option<String>,
    /// Where the module's name stands.
    pub location: Location,
}

impl Requirement {
    /// Whether the project also works without it.
    pub fn is_optional(&self) -> bool {
        self.feature.is_some()
            || self.conditional
            || matches!(self.relation, Relation::Recommends | Relation::Suggests)
    }
}
