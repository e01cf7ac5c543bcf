//! A mirror fetched whole: what its index names, into the folder that is then read.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use perlscan_model::location::{Location, SourcePath};
use perlscan_model::problem::{Problem, ProblemKind};

use super::{
    ARCHIVES, CONNECTIONS, FAILURES, RemoteError, RemoteMirror, file_name, may_be_fetched,
};
use crate::advisory::cache::Locked;
use crate::advisory::fetch::Progress;
use crate::extract::list_some;
use crate::mirror::packages;
use crate::source::{Excludes, FsSource, Limits, Sink, Source, Visited};

/// Who says what is wrong.
const BY: &str = "fetch";

impl RemoteMirror {
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
        let index = packages::read(&self.index()?);
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
        let base = self.root;
        let excludes = Excludes::new(&base, &[], true)?;
        let files = FsSource::new(base.clone(), vec![base], excludes, threads);
        Ok(Mirrored { files, problems, _locked: self.locked })
    }

    /// One archive, or one file of digests, which is always fetched.
    fn one(&self, path: &str, most: u64) -> Result<(), RemoteError> {
        if file_name(path) == b"CHECKSUMS" && may_be_fetched(path) {
            return self.save(path, most).map(|_| ());
        }
        self.archive(path, most).map(|_| ())
    }

    /// Takes away what the index no longer names, and what killed runs have left.
    fn prune(&self, named: &[String]) -> Result<(), RemoteError> {
        let root = self.root.join(ARCHIVES);
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

fn unfetched(path: &str, error: &RemoteError) -> Problem {
    let location = Location::file(SourcePath::from(ARCHIVES).join(path.as_bytes()));
    let message = format!("can't fetch it: {error}");
    Problem { location, kind: ProblemKind::Lost, by: BY, message }
}
