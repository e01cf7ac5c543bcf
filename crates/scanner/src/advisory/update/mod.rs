//! `perlscan db update`: from sources to a database in the cache.
//!
//! Everything happens under the cache's lock. What is fetched stays in a folder
//! of its own below the cache: so an unchanged source is not fetched again, and
//! a cache of an older format is rebuilt from it without the network.

use std::path::PathBuf;
use std::time::Duration;

use perlscan_model::database::AdvisoryDb;
use perlscan_model::facts::{FactSet, SourceFact, Trust};

use crate::advisory::acceptance::{self, Accepted, Baseline, Refusal};
use crate::advisory::cache::{self, CacheError, Locked};
use crate::advisory::fetch::{FetchError, Progress, Remote};
use crate::advisory::sources::{Place, SourceData, SourceKind, SourceProblem, SourcedAdvisory};
use crate::advisory::{AdvisoryError, merge, read_file, store};
use crate::signature::SignatureError;

mod gather;

use gather::Gathering;

/// Where CPANSA's signed feed is, in the order in which the places are tried.
pub const FEED: [&str; 3] = [
    "https://raw.githubusercontent.com/briandfoy/cpan-security-advisory/master/cpan-security-advisory.json",
    "https://gitlab.com/briandfoy/cpan-security-advisory/-/raw/master/cpan-security-advisory.json",
    "https://bitbucket.org/theperlreview/cpan-security-advisory/raw/master/cpan-security-advisory.json",
];
/// How far clocks may differ, in seconds.
const CLOCKS_DIFFER: i64 = 24 * 60 * 60;
/// How long another update is waited for.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// A source that the user names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedSource {
    /// Its format; told by its content where it is not named.
    pub kind: Option<SourceKind>,
    /// Where it is.
    pub remote: Remote,
}

impl NamedSource {
    /// Reads `[KIND=]WHERE`.
    ///
    /// # Errors
    /// When the place is none that is fetched from.
    pub fn parse(text: &str) -> Result<Self, FetchError> {
        let kind = text
            .split_once('=')
            .and_then(|(word, rest)| SourceKind::from_word(word).map(|kind| (Some(kind), rest)));
        let (kind, rest) = kind.unwrap_or((None, text));
        Ok(Self { kind, remote: Remote::parse(rest)? })
    }
}

/// What to update, and how.
#[derive(Debug, Clone)]
pub struct UpdateSettings {
    /// The cache's folder.
    pub cache: PathBuf,
    /// The sources; CPANSA's feed where none but private ones are named.
    pub sources: Vec<NamedSource>,
    /// Where CPANSA's signed feed is, in the order in which the places are
    /// tried; [`FEED`] where none is named. A file or an HTTPS URL.
    pub mirrors: Vec<Remote>,
    /// Whether nothing is fetched.
    pub offline: bool,
    /// Files of the user's own keys.
    pub keyrings: Vec<PathBuf>,
    /// What the user accepts.
    pub accepted: Accepted,
    /// How long another update is waited for.
    pub patience: Duration,
    /// Now, in seconds since 1970: data may not be of later.
    pub now: i64,
}

/// What an update came to.
#[derive(Debug)]
pub struct Outcome {
    /// Whether the cache holds the very same already, and was left alone.
    pub unchanged: bool,
    /// The database that the cache now holds.
    pub db: AdvisoryDb,
    /// What could not be read in the sources.
    pub problems: Vec<SourceProblem>,
    /// What the user should know.
    pub warnings: Vec<String>,
}

/// Why the cache stays as it was.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum UpdateError {
    /// The cache can't be used.
    #[error(transparent)]
    Cache(#[from] CacheError),
    /// A source can't be fetched.
    #[error(transparent)]
    Fetch(#[from] FetchError),
    /// A signature does not count.
    #[error("{place}: {cause}; the database stays as it was")]
    Signature {
        /// What it should sign.
        place: String,
        /// Why not.
        cause: SignatureError,
    },
    /// A source can't be read, or the database not be written.
    #[error(transparent)]
    Advisory(#[from] AdvisoryError),
    /// No place has the feed; each with its reason.
    #[error("the feed can't be had from any place, the database stays as it was:\n  {}", .0.join("\n  "))]
    NoMirror(Vec<String>),
    /// What is asked for needs the network.
    #[error("{0}: --offline reads files and folders of this machine only")]
    Offline(String),
    /// Data of tomorrow would make every later update look like an older one.
    #[error(
        "the new data says that it is of {0}, which is not yet; if the clock of this machine is \
         right the data is not, and it is refused"
    )]
    Future(String),
    /// The rules refuse the new database.
    #[error("the new database is refused, the old one stays in use")]
    Refused(Vec<Refusal>),
}

/// Updates the cached database.
///
/// # Errors
/// When the new one can't be made or is refused; the old one then stays.
pub fn update(settings: &UpdateSettings, progress: &dyn Progress) -> Result<Outcome, UpdateError> {
    let locked = Locked::take(&settings.cache, settings.patience)?;
    let mut warnings = Vec::new();
    let cached = match cache::read(&settings.cache) {
        Ok(cached) => cached,
        Err(cause @ (CacheError::Older { .. } | CacheError::Broken { .. })) => {
            warnings.push(format!("{cause}: done now"));
            None
        }
        // A newer perlscan's cache is not ours to take away, one of others not to trust.
        Err(cause) => return Err(cause.into()),
    };
    let embedded = store::embedded()?;
    let background = facts_of(&embedded)?;
    let cached_facts = cached.as_ref().map(facts_of).transpose()?;
    let in_use = match &cached_facts {
        Some(facts) if facts.meta.epoch >= background.meta.epoch => facts,
        _ => &background,
    };
    let mut run = Gathering::new(settings, locked, progress, warnings);
    let data = run.gather(in_use)?;
    let merged = merge::merge(data, &background);
    let mut facts = merged.facts;
    facts.meta.trust = run.trust.iter().min().copied().unwrap_or_default();
    let old = Baseline {
        facts: in_use,
        epoch: in_use.meta.epoch.max(background.meta.epoch),
        signed: cached_facts.as_ref().is_some_and(|facts| facts.meta.trust == Trust::Signed),
    };
    if facts.meta.epoch > settings.now.saturating_add(CLOCKS_DIFFER) {
        return Err(UpdateError::Future(facts.meta.date));
    }
    let refused = acceptance::refusals(&old, &facts, run.named, settings.accepted);
    if !refused.is_empty() {
        return Err(UpdateError::Refused(refused));
    }
    if facts.meta.epoch < background.meta.epoch {
        run.warnings.push(
            "the embedded database is newer and stays in use; --db names the cached one".to_owned(),
        );
    }
    let path = settings.cache.join(cache::DATABASE_FILE);
    let content = |cause: &dyn ToString| AdvisoryError::content(&path, None, cause.to_string());
    let bytes = facts.encode().map_err(|cause| content(&cause))?;
    let unchanged = cached.is_some() && read_file(&path)? == bytes;
    if !unchanged {
        run.locked.replace(cache::DATABASE_FILE, &bytes)?;
    }
    let db = AdvisoryDb::load(bytes).map_err(|cause| content(&cause))?;
    Ok(Outcome { unchanged, db, problems: merged.problems, warnings: run.warnings })
}

fn facts_of(db: &AdvisoryDb) -> Result<FactSet, AdvisoryError> {
    db.to_facts().map_err(|cause| AdvisoryError::content("the database", None, cause))
}

/// A database as sources: what others said of its records was settled before.
fn base(facts: &FactSet) -> Vec<SourceData> {
    let fallback = SourceFact {
        kind: SourceKind::CpansaFeed.word().to_owned(),
        place: facts.meta.source.clone(),
        commit: facts.meta.commit.clone(),
        epoch: facts.meta.epoch,
        advisories: facts.counts().advisories,
    };
    let sources =
        if facts.meta.sources.is_empty() { vec![fallback] } else { facts.meta.sources.clone() };
    let mut all: Vec<SourceData> =
        sources.into_iter().map(|source| SourceData { source, ..SourceData::default() }).collect();
    for fact in &facts.advisories {
        let mut fact = fact.clone();
        fact.detail.taken.clear();
        fact.detail.conflicts.clear();
        if let Some(data) = all.get_mut(usize::from(fact.detail.source)) {
            data.advisories.push(SourcedAdvisory { fact, place: Place::default() });
        }
    }
    all.retain(|data| data.source.kind != SourceKind::Private.word());
    if let Some(first) = all.first_mut() {
        first.distributions.clone_from(&facts.distributions);
        first.releases.clone_from(&facts.releases);
        first.modules.clone_from(&facts.modules);
        first.bundled.clone_from(&facts.bundled);
    }
    all
}
