//! `perlscan db update`: from sources to a database in the cache.
//!
//! Everything happens under the cache's lock. What is fetched stays in a folder
//! of its own below the cache: so an unchanged source is not fetched again, and
//! a cache of an older format is rebuilt from it without the network.

use std::path::{Path, PathBuf};
use std::time::Duration;

use perlscan_model::database::AdvisoryDb;
use perlscan_model::facts::{FactSet, SourceFact, Trust};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::advisory::acceptance::{self, Accepted, Baseline, Refusal};
use crate::advisory::cache::{self, CacheError, Locked};
use crate::advisory::fetch::{self, FetchError, Fetched, Limits, Previous, Progress, Remote};
use crate::advisory::signature::{self, Keyring, SignatureError};
use crate::advisory::sources::{
    self, Place, SourceData, SourceKind, SourceProblem, SourcedAdvisory,
};
use crate::advisory::{AdvisoryError, merge, read_file, store};

/// Where CPANSA's signed feed is, in the order in which the places are tried.
pub const FEED: [&str; 3] = [
    "https://raw.githubusercontent.com/briandfoy/cpan-security-advisory/master/cpan-security-advisory.json",
    "https://gitlab.com/briandfoy/cpan-security-advisory/-/raw/master/cpan-security-advisory.json",
    "https://bitbucket.org/theperlreview/cpan-security-advisory/raw/master/cpan-security-advisory.json",
];
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
    /// Whether nothing is fetched.
    pub offline: bool,
    /// Files of the user's own keys.
    pub keyrings: Vec<PathBuf>,
    /// What the user accepts.
    pub accepted: Accepted,
    /// How long another update is waited for.
    pub patience: Duration,
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
    #[error("{place}: {cause}")]
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
    #[error("the feed can't be had from any place:\n  {}", .0.join("\n  "))]
    NoMirror(Vec<String>),
    /// What is asked for needs the network.
    #[error("{0}: --offline reads files and folders of this machine only")]
    Offline(String),
    /// The rules refuse the new database.
    #[error("the new database is refused, the old one stays in use")]
    Refused(Vec<Refusal>),
}

/// What was fetched last into a folder.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Memory {
    place: String,
    etag: Option<String>,
    commit: Option<String>,
}

struct Update<'a> {
    settings: &'a UpdateSettings,
    locked: Locked,
    progress: &'a dyn Progress,
    warnings: Vec<String>,
    /// Whether every way by which something came names the other side.
    named: bool,
    trust: Vec<Trust>,
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
    let mut run = Update { settings, locked, progress, warnings, named: true, trust: Vec::new() };
    let data = run.gather(in_use)?;
    let merged = merge::merge(data, &background);
    let mut facts = merged.facts;
    facts.meta.trust = run.trust.iter().min().copied().unwrap_or_default();
    let old = Baseline {
        facts: in_use,
        epoch: in_use.meta.epoch.max(background.meta.epoch),
        signed: cached_facts.as_ref().is_some_and(|facts| facts.meta.trust == Trust::Signed),
    };
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

impl Update<'_> {
    /// Reads all sources; the feed too, where none but private ones are named.
    fn gather(&mut self, in_use: &FactSet) -> Result<Vec<SourceData>, UpdateError> {
        let settings = self.settings;
        let mut all = Vec::new();
        for source in &settings.sources {
            let fetched = self.fetch_named(&source.remote)?;
            let trust = self.trust_of(&fetched, self.settings.accepted.unsigned)?;
            let data = read(source.kind, &fetched)?;
            // What the user adds of his own makes the rest no less trusted.
            if data.source.kind != SourceKind::Private.word() {
                self.trust.push(trust);
                let by_git =
                    matches!(&source.remote, Remote::Git { url, .. } if url.starts_with("git://"));
                self.named &= trust != Trust::Local || !by_git;
            }
            all.push(data);
        }
        if all.iter().all(|data| data.source.kind == SourceKind::Private.word()) {
            if settings.offline && settings.sources.is_empty() {
                all.push(self.kept_feed()?);
            } else if settings.offline {
                self.trust.push(in_use.meta.trust);
                all.extend(base(in_use));
            } else {
                all.push(self.feed()?);
            }
        }
        Ok(all)
    }

    fn work(&self, place: &str) -> PathBuf {
        let digest = Sha256::digest(place.as_bytes());
        let name: String = digest.iter().take(16).map(|byte| format!("{byte:02x}")).collect();
        self.locked.folder().join("fetched").join(name)
    }

    fn fetch_named(&self, remote: &Remote) -> Result<Fetched, UpdateError> {
        let Remote::Https { url, signature: None } = remote else {
            return self.fetch(remote);
        };
        let signed = Remote::Https { url: url.clone(), signature: Some(format!("{url}.gpg")) };
        match self.fetch(&signed) {
            // A feed need not be signed; the rules then decide.
            Err(UpdateError::Fetch(FetchError::Status { place, .. }))
                if place.ends_with(".gpg") =>
            {
                self.fetch(remote)
            }
            other => other,
        }
    }

    fn fetch(&self, remote: &Remote) -> Result<Fetched, UpdateError> {
        let place = remote.place();
        let is_local = match remote {
            Remote::Path(_) => true,
            Remote::Git { url, .. } => url.starts_with("file://") || !url.contains("://"),
            Remote::Https { .. } => false,
        };
        if self.settings.offline && !is_local {
            return Err(UpdateError::Offline(place));
        }
        let work = self.work(&place);
        let memory = work.with_extension("json");
        let known: Memory = read_file(&memory)
            .ok()
            .and_then(|bytes| serde_json::from_slice(&bytes).ok())
            .unwrap_or_default();
        let previous = Previous { place: known.place, etag: known.etag, commit: known.commit };
        let limits = Limits::default();
        let mut fetched = fetch::fetch(remote, &work, &previous, &limits, self.progress)?;
        if fetched.unchanged && !fetched.path.exists() {
            let nothing = Previous::default();
            fetched = fetch::fetch(remote, &work, &nothing, &limits, self.progress)?;
        }
        if fetched.etag.is_some() || fetched.commit.is_some() {
            let known = Memory {
                place: fetched.place.clone(),
                etag: fetched.etag.clone(),
                commit: fetched.commit.clone(),
            };
            let text = serde_json::to_vec(&known)
                .map_err(|cause| AdvisoryError::content(&memory, None, cause))?;
            if let Ok(name) = memory.strip_prefix(self.locked.folder()) {
                self.locked.replace(&name.to_string_lossy(), &text)?;
            }
        }
        Ok(fetched)
    }

    /// How far a fetched source can be trusted: signed only when that is verified.
    fn trust_of(&mut self, fetched: &Fetched, may_lack: bool) -> Result<Trust, UpdateError> {
        if fetched.rewritten {
            self.warnings.push(format!(
                "{}: its history was rewritten since the last update",
                fetched.place
            ));
        }
        let Some(signature) = &fetched.signature else { return Ok(fetched.trust) };
        let keyring =
            self.settings.keyrings.iter().fold(Keyring::release(), |all, file| all.with_file(file));
        let scratch = self.locked.folder().join("scratch");
        match signature::verify(&fetched.path, signature, &keyring, &scratch) {
            Ok(_) => Ok(Trust::Signed),
            // Nobody has looked at it: that is no signature, but no bad one either.
            Err(SignatureError::NoVerifier) if may_lack => {
                let place = &fetched.place;
                self.warnings.push(format!("{place}: {}", SignatureError::NoVerifier));
                Ok(fetched.trust)
            }
            Err(cause) => Err(UpdateError::Signature { place: fetched.place.clone(), cause }),
        }
    }

    /// CPANSA's signed feed, from the first place that has it as it should be.
    fn feed(&mut self) -> Result<SourceData, UpdateError> {
        let mut failed = Vec::new();
        for url in FEED {
            let remote = Remote::Https { url: url.into(), signature: Some(format!("{url}.gpg")) };
            let read = self.fetch(&remote).and_then(|fetched| self.signed_feed(&fetched));
            match read {
                Ok(data) => return Ok(data),
                Err(UpdateError::Fetch(cause)) if !cause.is_remote() => return Err(cause.into()),
                Err(cause) => failed.push(cause.to_string()),
            }
        }
        Err(UpdateError::NoMirror(failed))
    }

    /// The feed as the last update fetched it.
    fn kept_feed(&mut self) -> Result<SourceData, UpdateError> {
        for url in FEED {
            let work = self.work(url);
            let kept = files_in(&work);
            let is_signature = |path: &&PathBuf| path.to_string_lossy().ends_with(".gpg");
            let Some(path) = kept.iter().find(|path| !is_signature(path)).cloned() else {
                continue;
            };
            let fetched = Fetched {
                path,
                trust: Trust::Transport,
                place: url.to_owned(),
                commit: None,
                etag: None,
                unchanged: true,
                rewritten: false,
                signature: kept.iter().find(is_signature).cloned(),
            };
            return self.signed_feed(&fetched);
        }
        Err(UpdateError::Offline("no feed is kept from an earlier update, name a --source".into()))
    }

    fn signed_feed(&mut self, fetched: &Fetched) -> Result<SourceData, UpdateError> {
        let may_lack = self.settings.accepted.unsigned;
        let trust = self.trust_of(fetched, may_lack)?;
        if trust != Trust::Signed && !may_lack {
            let why = "it has no signature; --allow-unsigned accepts that".to_owned();
            return Err(FetchError::Refused { place: fetched.place.clone(), why }.into());
        }
        let data = read(Some(SourceKind::CpansaFeed), fetched)?;
        self.trust.push(trust);
        Ok(data)
    }
}

fn read(kind: Option<SourceKind>, fetched: &Fetched) -> Result<SourceData, UpdateError> {
    let mut data = match kind {
        Some(kind) => sources::read_as(kind, &fetched.path)?,
        None => sources::read(&fetched.path)?,
    };
    if let Some(commit) = &fetched.commit {
        data.source.commit.clone_from(commit);
    }
    Ok(data)
}

fn files_in(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let mut files: Vec<PathBuf> =
        entries.map(|entry| entry.path()).filter(|path| path.is_file()).collect();
    files.sort();
    files
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
