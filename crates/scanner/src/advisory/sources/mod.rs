//! Where advisories come from: one file a format, all to the same records.
//!
//! A source is a file or a folder on this machine (what comes over the network
//! is fetched first, by `perlscan db update`). Reading one is a pure function of
//! its bytes. What can't be read in it is a [`SourceProblem`] with file and
//! line; everything else is still read. [`super::merge`] puts several together.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use perlscan_model::facts::{
    AdvisoryFact, BundledFact, DistFact, ModuleFact, ReleaseFact, SourceFact,
};

use crate::advisory::AdvisoryError;

pub mod butterfly;
pub mod cpansa_feed;
pub mod cpansa_file;
pub mod cpansa_yaml;
pub mod cve5;
pub mod library_reports;
pub mod osv;
pub mod private;
pub mod yaml;

mod cve5_versions;
mod folder;
mod ids;
mod lines;
mod osv_events;
mod recognise;

/// The formats, the most authoritative first: where two speak of one field of
/// one advisory, the earlier one's word is taken and the other's is shown.
///
/// A user's own advisories come first, for nobody knows private distributions
/// better; the CNA's CVE records come before CPANSA; CPANSA's own YAML comes
/// before the feeds that are made of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SourceKind {
    /// A folder of a user's own advisories, in CPANSA's YAML.
    Private,
    /// CVE 5.x records of the CPANSec CNA.
    Cve5,
    /// A CPANSA checkout: `cpansa/*.yml` and `external_reports/*.yml`.
    CpansaYaml,
    /// CPANSA's JSON feed.
    CpansaFeed,
    /// The butterfly feed, and the legacy cpansa-feed of the same shape.
    Butterfly,
    /// OSV records of the ecosystem CPAN.
    Osv,
}

impl SourceKind {
    /// Every format, in order of precedence.
    pub const ALL: [Self; 6] =
        [Self::Private, Self::Cve5, Self::CpansaYaml, Self::CpansaFeed, Self::Butterfly, Self::Osv];

    /// The name that databases, reports and `--source KIND=PATH` use.
    pub fn word(self) -> &'static str {
        match self {
            Self::Private => "private",
            Self::Cve5 => "cve5",
            Self::CpansaYaml => "cpansa-yaml",
            Self::CpansaFeed => "cpansa-feed",
            Self::Butterfly => "butterfly",
            Self::Osv => "osv",
        }
    }

    /// The format of this name.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.word() == word)
    }
}

/// A format of advisory data.
pub trait AdvisorySource: Sync {
    /// Which one it is.
    fn kind(&self) -> SourceKind;

    /// Whether a file or folder looks like this format: by names and, for a
    /// file, by its first bytes. At most one format says yes.
    fn recognises(&self, candidate: &Candidate<'_>) -> bool {
        recognise::kind(candidate) == Some(self.kind())
    }

    /// Reads everything that lies there.
    ///
    /// # Errors
    /// When nothing of it can be read. A part that can't be is a problem of the
    /// result.
    fn read(&self, path: &Path) -> Result<SourceData, AdvisoryError>;
}

/// Every format, in the order in which they are asked.
pub const ALL: &[&dyn AdvisorySource] = &[
    &private::Private,
    &cve5::Cve5,
    &cpansa_yaml::CpansaYaml,
    &cpansa_feed::CpansaFeed,
    &butterfly::Butterfly,
    &osv::Osv,
];

/// A file or folder whose format is to be told.
#[derive(Debug)]
pub struct Candidate<'a> {
    /// Where it is.
    pub path: &'a Path,
    /// Whether it is a folder.
    pub is_dir: bool,
    /// The first bytes of a file, at most [`HEAD`]; empty for a folder.
    pub head: Vec<u8>,
}

/// How much of a file tells its format, in bytes.
pub const HEAD: usize = 4096;

/// What a source says.
#[derive(Debug, Clone, Default)]
pub struct SourceData {
    /// Which source.
    pub source: SourceFact,
    /// Its advisories. Their `detail.source` and `detail.taken` are set later.
    pub advisories: Vec<SourcedAdvisory>,
    /// Advisories that it has withdrawn or rejected.
    pub withdrawn: Vec<Withdrawn>,
    /// The distributions that it knows, those without advisories too.
    pub distributions: Vec<DistFact>,
    /// Known releases; empty in sources that have none.
    pub releases: Vec<ReleaseFact>,
    /// Which releases bundle which libraries.
    pub bundled: Vec<BundledFact>,
    /// Modules and their distributions.
    pub modules: Vec<ModuleFact>,
    /// Links that are not carried over, for the lint.
    pub dropped: Vec<DroppedReference>,
    /// What could not be read.
    pub problems: Vec<SourceProblem>,
}

/// A link that is not carried over into an advisory, since it leads to a file
/// or nowhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DroppedReference {
    /// The distribution; of a report on a library those that bundle it, sorted,
    /// with `, ` between them.
    pub dist: String,
    /// The advisory's id.
    pub id: String,
    /// The link as it is written.
    pub link: String,
    /// Where the advisory stands.
    pub place: Place,
}

/// The words by which a message about a severity is told from others.
pub(in crate::advisory) const UNKNOWN_SEVERITY: &str = "unknown severity '";

/// An advisory record and where it stands.
#[derive(Debug, Clone)]
pub struct SourcedAdvisory {
    /// The record.
    pub fact: AdvisoryFact,
    /// Where it stands.
    pub place: Place,
}

/// An advisory that a source no longer holds to be one.
#[derive(Debug, Clone)]
pub struct Withdrawn {
    /// Its id.
    pub id: String,
    /// Where that stands.
    pub place: Place,
}

/// A place in advisory data.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The file, below the path that was given.
    pub path: PathBuf,
    /// The line, from 1, where it is known.
    pub line: Option<u64>,
}

/// A part of a source that can't be read, and what is wrong with it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct SourceProblem {
    /// Where.
    pub place: Place,
    /// What is wrong and what to do.
    pub message: String,
}

impl std::fmt::Display for SourceProblem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let line = self.place.line.map(|line| format!(":{line}")).unwrap_or_default();
        write!(f, "{}{line}: {}", self.place.path.display(), self.message)
    }
}

/// Says so where nothing was of CPAN: what is passed over in silence, since it is
/// somebody else's, was all that there is.
fn tell_nothing(path: &Path, data: &mut SourceData) {
    if data.advisories.is_empty() && data.withdrawn.is_empty() && data.problems.is_empty() {
        let message = "there is no record about a distribution of CPAN here".to_owned();
        let place = Place { path: path.to_owned(), line: None };
        data.problems.push(SourceProblem { place, message });
    }
}

/// How many different ids the advisories have.
fn count_ids(data: &SourceData) -> u32 {
    let ids: BTreeSet<&str> =
        data.advisories.iter().map(|advisory| advisory.fact.record.id.as_str()).collect();
    u32::try_from(ids.len()).unwrap_or(u32::MAX)
}

/// The last day on which something was reported, in seconds since 1970; 0 where
/// there is none.
fn last_report(data: &SourceData) -> i64 {
    let days = data.advisories.iter().filter_map(|advisory| advisory.fact.record.reported.as_ref());
    let last: Option<jiff::civil::Date> = days.filter_map(|day| day.parse().ok()).max();
    last.and_then(|day| jiff::tz::TimeZone::UTC.to_timestamp(day.at(0, 0, 0, 0)).ok())
        .map(jiff::Timestamp::as_second)
        .unwrap_or_default()
}

/// Reads a file or folder in the format that it is recognised to be.
///
/// # Errors
/// When it is of no known format, or nothing of it can be read.
pub fn read(path: &Path) -> Result<SourceData, AdvisoryError> {
    let candidate = Candidate::at(path)?;
    match ALL.iter().find(|source| source.recognises(&candidate)) {
        Some(source) => source.read(path),
        None => {
            let kinds: Vec<&str> = ALL.iter().map(|source| source.kind().word()).collect();
            let message = format!(
                "this is no advisory data of a known format; name it: KIND=PATH, with one of {}",
                kinds.join(", ")
            );
            Err(AdvisoryError::content(path, None, message))
        }
    }
}

/// Reads a file or folder in the named format.
///
/// # Errors
/// When nothing of it can be read.
pub fn read_as(kind: SourceKind, path: &Path) -> Result<SourceData, AdvisoryError> {
    match ALL.iter().find(|source| source.kind() == kind) {
        Some(source) => source.read(path),
        None => Err(AdvisoryError::content(path, None, "this format can't be read")),
    }
}

impl<'a> Candidate<'a> {
    /// Looks at a path.
    ///
    /// # Errors
    /// When there is nothing, or it can't be read.
    #[expect(clippy::disallowed_methods, reason = "advisory data is read here")]
    pub fn at(path: &'a Path) -> Result<Self, AdvisoryError> {
        use std::io::Read as _;
        let is_dir = std::fs::metadata(path).map_err(AdvisoryError::io(path))?.is_dir();
        let mut head = Vec::new();
        if !is_dir {
            let file = std::fs::File::open(path).map_err(AdvisoryError::io(path))?;
            file.take(HEAD as u64).read_to_end(&mut head).map_err(AdvisoryError::io(path))?;
        }
        Ok(Self { path, is_dir, head })
    }
}
