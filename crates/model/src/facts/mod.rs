//! The committed facts: one JSON object a line, one file a kind.
//!
//! `perlscan db build` writes them from the upstream data; the build of the
//! scanner turns them into the binary [`crate::database`]. They are sorted, so
//! that a change upstream is a readable diff. Facts only: no descriptions.

mod set;

pub use set::{FactSet, FactsError};

use serde::{Deserialize, Serialize};

use crate::advisory::{AdvisoryDetail, AdvisoryRecord, BundledLibrary};

/// The version of the facts format. A reader refuses any other.
pub const FACTS_FORMAT: u32 = 1;

/// The names of the facts files, in the order in which they are read.
pub const FACTS_FILES: [&str; 8] = [
    META_FILE,
    DISTRIBUTIONS_FILE,
    ADVISORIES_FILE,
    RELEASES_FILE,
    BUNDLED_FILE,
    MODULES_FILE,
    PERLS_FILE,
    CORE_FILE,
];

/// One [`MetaFact`].
pub const META_FILE: &str = "meta.jsonl";
/// [`DistFact`]s.
pub const DISTRIBUTIONS_FILE: &str = "distributions.jsonl";
/// [`AdvisoryFact`]s.
pub const ADVISORIES_FILE: &str = "advisories.jsonl";
/// [`ReleaseFact`]s.
pub const RELEASES_FILE: &str = "releases.jsonl";
/// [`BundledFact`]s.
pub const BUNDLED_FILE: &str = "bundled.jsonl";
/// [`ModuleFact`]s.
pub const MODULES_FILE: &str = "modules.jsonl";
/// [`PerlFact`]s.
pub const PERLS_FILE: &str = "perls.jsonl";
/// [`CoreFact`]s.
pub const CORE_FILE: &str = "core.jsonl";

/// Where the facts come from.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct MetaFact {
    /// [`FACTS_FORMAT`].
    pub format: u32,
    /// The upstream repository.
    pub source: String,
    /// The upstream commit.
    pub commit: String,
    /// When upstream made the data, RFC 3339 in UTC.
    pub date: String,
    /// The same in seconds since 1970: what "newer" means between databases.
    pub epoch: i64,
    /// The generator of the core list, `Module::CoreList 5.20241120`.
    pub core_list: String,
    /// The last perl that the core list knows, `5.041006`.
    pub core_list_perl: String,
    /// How far the bytes can be trusted.
    #[serde(default)]
    pub trust: Trust,
    /// Everything that was read, in the order of precedence.
    #[serde(default)]
    pub sources: Vec<SourceFact>,
}

/// How far the bytes of a database can be trusted, the weakest first.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Trust {
    /// It was read from this machine, as its user said.
    #[default]
    Local,
    /// It came over a connection that names the other side (https, ssh).
    Transport,
    /// It is signed with a key of the keyring.
    Signed,
}

impl Trust {
    /// The word that outputs use.
    pub fn word(self) -> &'static str {
        match self {
            Self::Local => "local",
            Self::Transport => "transport",
            Self::Signed => "signed",
        }
    }
}

/// A source of advisories that was read.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct SourceFact {
    /// Its format: `cpansa-yaml`, `cpansa-feed`, `butterfly`, `cve5`, `osv`, `private`.
    pub kind: String,
    /// Where it is: the repository that it names itself, else the URL without
    /// credentials, else the path as it was given.
    pub place: String,
    /// The commit, where there is one.
    pub commit: String,
    /// When it was made, seconds since 1970; 0 where it does not say.
    pub epoch: i64,
    /// How many advisories it has.
    pub advisories: u32,
}

/// A distribution that has advisories.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct DistFact {
    /// Its name.
    pub dist: String,
    /// The module whose version is the release's, where one is known.
    pub main_module: Option<String>,
    /// Whether upstream marks it as not on CPAN.
    pub darkpan: bool,
}

/// An advisory record and its distribution.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct AdvisoryFact {
    /// The distribution.
    pub dist: String,
    /// The record.
    #[serde(flatten)]
    pub record: AdvisoryRecord,
    /// What is known besides.
    #[serde(default, skip_serializing_if = "AdvisoryDetail::is_empty")]
    pub detail: AdvisoryDetail,
}

/// A known release.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Release {
    /// The version's text.
    pub version: String,
    /// When it was uploaded, `YYYY-MM-DDTHH:MM:SS`; of several uploads of one
    /// version the last.
    pub date: String,
    /// The perl that it was only shipped with, when it never was on CPAN.
    pub perl: Option<String>,
}

/// A known release and its distribution.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ReleaseFact {
    /// The distribution.
    pub dist: String,
    /// The release.
    #[serde(flatten)]
    pub release: Release,
}

/// A library that releases of a distribution bundle.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct BundledFact {
    /// The distribution.
    pub dist: String,
    /// What it bundles.
    #[serde(flatten)]
    pub bundled: BundledLibrary,
}

/// A module and the distribution that ships it today.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ModuleFact {
    /// The module.
    pub module: String,
    /// Its distribution.
    pub dist: String,
}

/// A release of perl.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct PerlFact {
    /// In the decimal form of Module::CoreList, `5.036000`.
    pub perl: String,
    /// The day of its release, `YYYY-MM-DD`.
    pub date: String,
    /// Whether the core list knows what it bundles.
    pub listed: bool,
}

/// A core module and the versions that perls bundled, where they changed.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct CoreFact {
    /// The module.
    pub module: String,
    /// `(first perl, version)`, ascending; the version is `None` from the perl
    /// on that dropped the module.
    pub versions: Vec<(String, Option<String>)>,
}
