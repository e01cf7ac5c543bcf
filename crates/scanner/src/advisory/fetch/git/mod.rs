//! Git repositories: fetched into a bare clone of our own, from which the data
//! files of the wanted commit are written as plain files. No hook, filter or
//! submodule has a part in it.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, mpsc};
use std::time::{Duration, Instant};

use git2::{ErrorCode, FetchOptions, Oid, Repository};
use perlscan_model::facts::Trust;

use super::files::io;
use super::remote::{scheme_of, without_credentials};
use super::{FetchError, Fetched, Limits, Previous, Progress};

mod program;
mod tree;

/// What was fetched last, in our clone.
const TIP: &str = "refs/perlscan/tip";

struct Job<'a> {
    url: &'a str,
    reference: Option<&'a str>,
    place: String,
    started: Instant,
    limits: &'a Limits,
    progress: &'a dyn Progress,
}

pub(super) fn fetch(
    url: &str,
    reference: Option<&str>,
    work: &Path,
    previous: &Previous,
    limits: &Limits,
    progress: &dyn Progress,
) -> Result<Fetched, FetchError> {
    let place = without_credentials(url);
    let job = Job { url, reference, place, started: Instant::now(), limits, progress };
    let folder = work.join("clone.git");
    let old = Repository::open_bare(&folder).ok();
    let (repository, tip) = match old {
        None => job.anew(&folder)?,
        Some(repository) => match job.update(&folder, &repository, false) {
            Ok(tip) => (repository, tip),
            // An interrupted fetch may have left half of something behind.
            Err(FetchError::Content { .. }) => job.anew(&folder)?,
            Err(other) => return Err(other),
        },
    };
    let before = previous.commit.as_deref().filter(|_| previous.place == job.place);
    let before = before.and_then(|text| Oid::from_str(text).ok());
    let rewritten = match before {
        None => false,
        Some(before) if before == tip => false,
        // A shallow clone made anew knows nothing of the past.
        Some(before) if repository.find_commit(before).is_err() => !repository.is_shallow(),
        Some(before) => !holds(&repository, tip, before),
    };
    let path = work.join(format!("tree-{tip}"));
    if !path.is_dir() {
        job.write_tree(&repository, tip, work, &path)?;
    }
    let trust = match scheme_of(url).as_deref() {
        Some("https" | "ssh") => Trust::Transport,
        _ => Trust::Local,
    };
    Ok(Fetched {
        path,
        trust,
        place: job.place,
        commit: Some(tip.to_string()),
        made_at: repository.find_commit(tip).ok().map(|commit| commit.time().seconds()),
        etag: None,
        unchanged: before == Some(tip),
        rewritten,
        signature: None,
    })
}

impl Job<'_> {
    fn anew(&self, folder: &Path) -> Result<(Repository, Oid), FetchError> {
        if folder.exists() {
            std::fs::remove_dir_all(folder).map_err(io(folder))?;
        }
        let repository = Repository::init_bare(folder).map_err(|error| self.said(&error))?;
        let tip = self.update(folder, &repository, true)?;
        Ok((repository, tip))
    }

    /// Fetches and says what the wanted reference names now.
    fn update(&self, folder: &Path, repository: &Repository, new: bool) -> Result<Oid, FetchError> {
        match scheme_of(self.url).as_deref() {
            Some("https" | "ssh") => self.by_program(folder, new)?,
            _ => self.by_library(folder, new)?,
        }
        let tip = repository.find_reference(TIP).and_then(|reference| reference.peel_to_commit());
        let tip = tip.map_err(|error| self.content(error.message()))?;
        // The whole commit must be here, not its name alone.
        tip.tree().map_err(|error| self.content(error.message()))?;
        Ok(tip.id())
    }

    /// libgit2 can't be told how long to wait for a silent server, so it works in
    /// a thread of its own, which is left alone when the time is over.
    fn by_library(&self, folder: &Path, new: bool) -> Result<(), FetchError> {
        let received = Arc::new(AtomicU64::new(0));
        let stop = Arc::new(AtomicBool::new(false));
        let (answer, heard) = mpsc::channel();
        let url = match scheme_of(self.url) {
            None => std::path::absolute(self.url)
                .map_err(io(Path::new(self.url)))?
                .to_string_lossy()
                .into_owned(),
            Some(_) => self.url.to_owned(),
        };
        let shallow = new && scheme_of(self.url).as_deref() == Some("git");
        let (reference, folder) = (self.reference.map(str::to_owned), folder.to_owned());
        let (counted, stopped, limit) = (received.clone(), stop.clone(), self.limits.received);
        std::thread::spawn(move || {
            let fetch = || -> Result<(), Problem> {
                let repository = Repository::open_bare(&folder)?;
                let mut remote = repository.remote_anonymous(&url)?;
                remote.connect(git2::Direction::Fetch)?;
                let names: Vec<String> =
                    remote.list()?.iter().map(|head| head.name().to_owned()).collect();
                if names.is_empty() {
                    return Err(Problem::Missing("the repository is empty".into()));
                }
                let name = match &reference {
                    Some(name) => ["refs/heads/", "refs/tags/", ""]
                        .iter()
                        .map(|prefix| format!("{prefix}{name}"))
                        .find(|full| names.contains(full))
                        .ok_or_else(|| {
                            Problem::Missing(format!("there is no branch or tag `{name}`"))
                        })?,
                    None if names.iter().any(|name| name == "HEAD") => "HEAD".to_owned(),
                    None => {
                        let why = "its HEAD names no branch; name one: URL#BRANCH";
                        return Err(Problem::Missing(why.into()));
                    }
                };
                let mut callbacks = git2::RemoteCallbacks::new();
                callbacks.transfer_progress(|transfer| {
                    let bytes = transfer.received_bytes() as u64;
                    counted.store(bytes, Ordering::Relaxed);
                    bytes <= limit && !stopped.load(Ordering::Relaxed)
                });
                let mut options = FetchOptions::new();
                options
                    .remote_callbacks(callbacks)
                    .download_tags(git2::AutotagOption::None)
                    .update_fetchhead(false);
                if shallow {
                    options.depth(1);
                }
                remote.fetch(&[format!("+{name}:{TIP}")], Some(&mut options), None)?;
                Ok(())
            };
            // Nobody listens any more when the time is over.
            let _ = answer.send(fetch());
        });
        loop {
            match heard.recv_timeout(Duration::from_millis(100)) {
                Ok(Ok(())) => return Ok(()),
                Ok(Err(Problem::Missing(why))) => {
                    return Err(FetchError::NoReference { place: self.place.clone(), why });
                }
                Ok(Err(Problem::Git(error))) => {
                    if received.load(Ordering::Relaxed) > limit {
                        return Err(self.large("the repository", limit));
                    }
                    return Err(self.said(&error));
                }
                Err(mpsc::RecvTimeoutError::Disconnected) => {
                    return Err(self.content("the fetch ended without an answer"));
                }
                Err(mpsc::RecvTimeoutError::Timeout) => {
                    self.progress.at("git", received.load(Ordering::Relaxed), None);
                    if self.started.elapsed() > self.limits.whole {
                        stop.store(true, Ordering::Relaxed);
                        return Err(self.slow());
                    }
                }
            }
        }
    }

    /// libgit2's error, with what to do about the one that containers meet.
    fn said(&self, error: &git2::Error) -> FetchError {
        let place = self.place.clone();
        let why = self.without_url(error.message());
        match (error.code(), error.class()) {
            (ErrorCode::Owner, _) => {
                let path = self.place.trim_start_matches("file://");
                let why = format!(
                    "the repository belongs to somebody else; if you trust it: \
                     git config --global --add safe.directory {path}"
                );
                FetchError::Refused { place, why }
            }
            (_, git2::ErrorClass::Odb | git2::ErrorClass::Zlib | git2::ErrorClass::Indexer) => {
                FetchError::Content { place, why }
            }
            _ => FetchError::Network { place, why },
        }
    }

    /// Messages of git's may repeat the URL with its password.
    fn without_url(&self, text: &str) -> String {
        let text = text.replace(self.url, &self.place);
        let authority = self.url.split_once("://").map_or("", |(_, rest)| rest);
        let user =
            authority.split('/').next().and_then(|a| a.rsplit_once('@')).map(|(user, _)| user);
        match user.and_then(|user| user.split_once(':')) {
            Some((_, secret)) if !secret.is_empty() => text.replace(secret, "…"),
            _ => text,
        }
    }

    fn content(&self, why: &str) -> FetchError {
        FetchError::Content { place: self.place.clone(), why: why.to_owned() }
    }

    fn large(&self, what: &str, limit: u64) -> FetchError {
        FetchError::TooLarge { place: self.place.clone(), what: what.to_owned(), limit }
    }

    fn slow(&self) -> FetchError {
        FetchError::TooSlow { place: self.place.clone(), limit: self.limits.whole }
    }
}

/// Whether a commit is among the ancestors of the tip. libgit2's own question
/// fails where a shallow clone ends, so the walk is ours.
fn holds(repository: &Repository, tip: Oid, wanted: Oid) -> bool {
    let mut seen = BTreeSet::from([tip]);
    let mut todo = vec![tip];
    while let Some(id) = todo.pop() {
        if id == wanted {
            return true;
        }
        // A shallow clone has no parents of its oldest commits.
        if let Ok(commit) = repository.find_commit(id) {
            todo.extend(commit.parent_ids().filter(|parent| seen.insert(*parent)));
        }
    }
    false
}

/// Why the library's fetch failed.
enum Problem {
    Missing(String),
    Git(git2::Error),
}

impl From<git2::Error> for Problem {
    fn from(error: git2::Error) -> Self {
        Self::Git(error)
    }
}
