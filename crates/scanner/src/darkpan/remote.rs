//! A mirror over HTTPS: its index first, then the archives that the index names and
//! that are not here yet, into a folder of the cache, which is read like any other.
//!
//! An archive has its name in that folder when it is whole, so a run that was ended is
//! taken up where it was. What has the name is not asked for again, unless all is to be
//! fetched anew; the digests beside the archives are, and tell what has changed there.
//! The index is hostile: names that lead out of the mirror are not fetched.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use perlscan_model::location::{Location, SourcePath};
use perlscan_model::problem::{Problem, ProblemKind};
use sha2::{Digest as _, Sha256};

use crate::advisory::cache::{CacheError, Locked};
use crate::advisory::fetch::{Client, FetchError, Limits as FetchLimits, Progress};
use crate::darkpan::release::hex;
use crate::extract::list_some;
use crate::mirror::packages::{self, PackageIndex};
use crate::source::archive::Format;
use crate::source::{ExcludeError, Excludes, FsSource, Limits, Sink, Source, Visited};

/// How many files are fetched at the same time.
pub const CONNECTIONS: usize = 4;
/// After so many archives that can't be had the server is left alone.
pub const FAILURES: usize = 20;
/// The longest path below `authors/id/`, in bytes.
pub const LONGEST_PATH: usize = 1024;
/// How long another run over the same mirror is waited for.
const PATIENCE: Duration = Duration::from_secs(10);
/// Where archives are.
const ARCHIVES: &str = "authors/id";
/// Who says what is wrong.
const BY: &str = "fetch";

/// Why a mirror can't be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RemoteError {
    /// The cache can't be used.
    #[error(transparent)]
    Cache(#[from] CacheError),
    /// The index can't be had.
    #[error(transparent)]
    Fetch(#[from] FetchError),
    /// The folder can't be walked.
    #[error(transparent)]
    Exclude(#[from] ExcludeError),
    /// A file of the cache can't be read or written.
    #[error("{}: {cause}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system says.
        cause: std::io::Error,
    },
}

/// A mirror on another machine, and the folder that keeps what was fetched of it. No
/// other run changes the folder while this lives.
pub struct RemoteMirror {
    client: Client,
    locked: Locked,
    anew: bool,
}

impl RemoteMirror {
    /// The mirror of a client, kept below a cache folder under the digest of its URL
    /// without credentials. With `anew`, what is there is fetched again.
    ///
    /// # Errors
    /// When the folder can't be used, or another run does not end.
    pub fn open(client: Client, cache: &Path, anew: bool) -> Result<Self, RemoteError> {
        let digest = hex(&Sha256::digest(client.place()));
        let name = digest.get(..32).unwrap_or_default();
        let locked = Locked::take(&cache.join("mirrors").join(name), PATIENCE)?;
        Ok(Self { client, locked, anew })
    }

    /// The index, which is always fetched.
    ///
    /// # Errors
    /// When it can't be had.
    #[expect(clippy::disallowed_methods, reason = "what was fetched is read here")]
    pub fn index(&self) -> Result<PackageIndex, RemoteError> {
        let names = ["modules/02packages.details.txt.gz", "modules/02packages.details.txt"];
        let mut outcome = Ok(());
        for name in names {
            let path = self.locked.folder().join(name);
            self.make_folder(&path)?;
            outcome = self.client.save(name, &path, packages::LIMIT);
            match outcome {
                Ok(()) => {
                    let bytes = std::fs::read(&path);
                    let bytes = bytes.map_err(|cause| RemoteError::Io { path, cause })?;
                    return Ok(packages::read(&bytes));
                }
                // Else that of another time would be read.
                Err(FetchError::Status { status: 404 | 410, .. }) => {
                    let _ = std::fs::remove_file(&path);
                }
                Err(_) => break,
            }
        }
        outcome?;
        Ok(PackageIndex::default())
    }

    /// The file of an archive, by its path below `authors/id/`: from the folder, else
    /// fetched. `None` where the path is not one that may be fetched, or is not there.
    ///
    /// # Errors
    /// When it can't be had.
    pub fn archive(&self, path: &str, most: u64) -> Result<Option<PathBuf>, RemoteError> {
        if !may_be_fetched(path) || Format::of(file_name(path)).is_none() {
            return Ok(None);
        }
        let file = self.locked.folder().join(ARCHIVES).join(path);
        let is_here = std::fs::metadata(&file).is_ok_and(|about| about.is_file());
        match is_here && !self.anew {
            true => Ok(Some(file)),
            false => self.save(path, file, most),
        }
    }

    /// Saves a file below `authors/id/`; where it is gone there, it goes here.
    fn save(&self, path: &str, file: PathBuf, most: u64) -> Result<Option<PathBuf>, RemoteError> {
        self.make_folder(&file)?;
        match self.client.save(&format!("{ARCHIVES}/{path}"), &file, most) {
            Ok(()) => Ok(Some(file)),
            Err(FetchError::Status { status: 404 | 410, .. }) => {
                let _ = std::fs::remove_file(&file);
                Ok(None)
            }
            Err(error) => Err(error.into()),
        }
    }

    fn make_folder(&self, file: &Path) -> Result<(), RemoteError> {
        let folder = file.parent().unwrap_or(file);
        let io = |cause| RemoteError::Io { path: folder.to_owned(), cause };
        std::fs::create_dir_all(folder).map_err(io)
    }

    /// Fetches all that the index names, and gives it as a source.
    ///
    /// # Errors
    /// When the index can't be had or the folder not be used; what else can't be
    /// fetched is a problem that the source tells.
    pub fn fetch(
        self,
        limits: &Limits,
        threads: Option<usize>,
        progress: &(dyn Progress + Sync),
    ) -> Result<Mirrored, RemoteError> {
        let index = self.index()?;
        let named: BTreeSet<&str> = index.entries.iter().map(|entry| &*entry.path).collect();
        let folders: BTreeSet<&str> =
            named.iter().filter_map(|path| Some(path.rsplit_once('/')?.0)).collect();
        let sums = folders.iter().map(|folder| format!("{folder}/CHECKSUMS"));
        let all: Vec<String> = named.iter().map(|path| (*path).to_owned()).chain(sums).collect();
        self.prune(&all)?;
        let (next, failed) = (AtomicUsize::new(0), AtomicUsize::new(0));
        let problems = Mutex::new(Vec::new());
        std::thread::scope(|scope| {
            for _ in 0..CONNECTIONS {
                scope.spawn(|| {
                    while failed.load(Ordering::Relaxed) < FAILURES {
                        let at = next.fetch_add(1, Ordering::Relaxed);
                        let Some(path) = all.get(at) else { break };
                        let done = u64::try_from(at).unwrap_or(u64::MAX);
                        progress.at("archives", done, u64::try_from(all.len()).ok());
                        if let Err(error) = self.one(path, limits.archive_bytes) {
                            failed.fetch_add(1, Ordering::Relaxed);
                            let problem = unfetched(path, &error);
                            problems.lock().unwrap_or_else(PoisonError::into_inner).push(problem);
                        }
                    }
                });
            }
        });
        let mut problems = problems.into_inner().unwrap_or_else(PoisonError::into_inner);
        if failed.into_inner() >= FAILURES {
            let message = format!(
                "more than {FAILURES} files of it can't be fetched: it is not asked for the rest; \
                 start again, and what is here is not fetched again"
            );
            let location = Location::file(SourcePath::from(ARCHIVES));
            problems.push(Problem { location, kind: ProblemKind::Lost, by: BY, message });
        }
        problems.sort();
        list_some(&mut problems, &SourcePath::from(ARCHIVES), BY);
        let base = self.locked.folder().to_owned();
        let base = base.canonicalize().map_err(|cause| RemoteError::Io { path: base, cause })?;
        let excludes = Excludes::new(&base, &[], true)?;
        let files = FsSource::new(base.clone(), vec![base], excludes, threads);
        Ok(Mirrored { files, problems, _locked: self.locked })
    }

    /// One archive, or one file of digests, which is always fetched.
    fn one(&self, path: &str, most: u64) -> Result<(), RemoteError> {
        if file_name(path) == b"CHECKSUMS" && may_be_fetched(path) {
            let file = self.locked.folder().join(ARCHIVES).join(path);
            return self.save(path, file, most).map(|_| ());
        }
        self.archive(path, most).map(|_| ())
    }

    /// Takes away what the index no longer names, and what killed runs have left.
    fn prune(&self, named: &[String]) -> Result<(), RemoteError> {
        let root = self.locked.folder().join(ARCHIVES);
        let named: BTreeSet<PathBuf> = named.iter().map(|path| root.join(path)).collect();
        let mut folders = vec![root];
        while let Some(folder) = folders.pop() {
            let Ok(entries) = std::fs::read_dir(&folder) else { continue };
            for entry in entries.flatten() {
                let path = entry.path();
                if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                    folders.push(path);
                } else if !named.contains(&path) {
                    let io = |cause| RemoteError::Io { path: path.clone(), cause };
                    std::fs::remove_file(&path).map_err(io)?;
                }
            }
        }
        Ok(())
    }
}

/// The folder of a mirror, and what could not be fetched into it.
pub struct Mirrored {
    files: FsSource,
    problems: Vec<Problem>,
    _locked: Locked,
}

impl Source for Mirrored {
    fn visit(&self, limits: &Limits, sink: &dyn Sink) -> Visited {
        for problem in &self.problems {
            sink.problem(problem.clone());
        }
        self.files.visit(limits, sink)
    }
}

/// A client with limits for files of a mirror.
///
/// # Errors
/// When it is no URL of https.
pub fn client(url: &str, authorization: Option<String>) -> Result<Client, FetchError> {
    let limits = FetchLimits { whole: Duration::from_secs(120), ..FetchLimits::default() };
    Client::new(url, authorization, limits)
}

fn file_name(path: &str) -> &[u8] {
    path.rsplit('/').next().unwrap_or_default().as_bytes()
}

/// Whether a path of an index leads to a file below `authors/id/` and nowhere else, on
/// any system.
fn may_be_fetched(path: &str) -> bool {
    let is_plain =
        |part: &str| !part.is_empty() && !part.starts_with('.') && !part.ends_with(['.', ' ']);
    path.len() <= LONGEST_PATH
        && path.split('/').all(is_plain)
        && !path.chars().any(|c| c.is_control() || matches!(c, '\\' | ':' | '*' | '?' | '"' | '|'))
}

fn unfetched(path: &str, error: &RemoteError) -> Problem {
    let location = Location::file(SourcePath::from(ARCHIVES).join(path.as_bytes()));
    let message = format!("can't fetch it: {error}");
    Problem { location, kind: ProblemKind::Lost, by: BY, message }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_index_leads_to_nothing_but_archives_of_the_mirror() {
        for path in ["A/AB/ABC/Foo-1.tar.gz", "L/LO/LOCAL/sub/Foo-v1.2_3.tgz", "X+Y/Straße-1.zip"]
        {
            assert!(may_be_fetched(path), "{path}");
        }
        for path in [
            "../../x.tar.gz",
            "A/../../x.tar.gz",
            "/etc/x.tar.gz",
            "A//x.tar.gz",
            "A/./x.tar.gz",
            "A/.hidden.tar.gz",
            "C:/x.tar.gz",
            "A\\..\\x.tar.gz",
            "A/x.tar.gz\0",
            "A/x.tar.gz.",
            "",
        ] {
            assert!(!may_be_fetched(path), "{path}");
        }
        assert!(!may_be_fetched(&"a/".repeat(LONGEST_PATH)));
    }
}
