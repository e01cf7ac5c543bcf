//! A visit: the listing, what of it is wanted, and the reading, in threads.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use git2::{Odb, Oid};
use perlscan_model::location::{Location, SourcePath};
use perlscan_model::problem::{Problem, ProblemKind};

use super::links::{self, Target};
use super::listing::{self, Filter, Listing, What};
use super::{GitContent, GitRepository};
use crate::source::mem::too_large;
use crate::source::{
    ContentId, Excludes, HEAD_BYTES, Known, LEADS_NOWHERE, LINKS, Limits, Sink, Source, TAIL_BYTES,
    Visited, Want,
};

/// What submodules are counted as: their commits are another repository's.
const SUBMODULES: &str = "submodules";
/// More threads than this bring nothing.
const MOST_THREADS: usize = 8;
/// Below so many files another thread takes longer to start than it saves.
const FILES_A_THREAD: usize = 48;
/// How many files a thread takes at once.
const BATCH: usize = 8;

/// What a commit's tree or an index holds, as a tree of files.
#[derive(Debug)]
pub struct GitSource<'r> {
    repository: &'r GitRepository,
    content: GitContent,
    roots: Vec<SourcePath>,
    excludes: Excludes,
    base: PathBuf,
    threads: Option<usize>,
    listing: Listing,
}

impl<'r> GitSource<'r> {
    /// What lies below `roots`, seen from the top. `base` is where the top would
    /// lie on disk, as in the excludes' root. `like` is the source that it is
    /// compared with, where both have the same excludes: what they share is listed
    /// once.
    pub fn new(
        repository: &'r GitRepository,
        content: GitContent,
        mut roots: Vec<SourcePath>,
        excludes: Excludes,
        (base, threads): (PathBuf, Option<usize>),
        limits: &Limits,
        like: Option<&Self>,
    ) -> Self {
        roots.sort();
        roots.dedup();
        let all = roots.clone();
        roots.retain(|root| !all.iter().any(|other| other != root && root.is_below(other)));
        let filter = Filter { excludes: &excludes, base: &base, limits };
        let like = like.map(|like| &like.listing);
        let listing = listing::list(&content, repository.raw(), &roots, &filter, like);
        Self { repository, content, roots, excludes, base, threads, listing }
    }
}

/// A file that is wanted.
struct Job<'a> {
    path: &'a SourcePath,
    want: Want,
    id: Oid,
}

impl Source for GitSource<'_> {
    fn visit(&self, limits: &Limits, sink: &dyn Sink) -> Visited {
        let mut visited = Visited::default();
        let mut skipped: BTreeMap<&str, u64> = BTreeMap::new();
        let filter = Filter { excludes: &self.excludes, base: &self.base, limits };
        let mut jobs = Vec::new();
        for entry in &self.listing.entries {
            let id = match &entry.what {
                What::Skipped(name) => {
                    *skipped.entry(name).or_default() += 1;
                    continue;
                }
                What::Submodule => {
                    *skipped.entry(SUBMODULES).or_default() += 1;
                    continue;
                }
                What::Excluded => {
                    visited.excluded.push(entry.path.clone());
                    continue;
                }
                What::Lost(why) => {
                    problem(sink, ProblemKind::Lost, &entry.path, why);
                    continue;
                }
                What::File(id) => Ok(*id),
                What::Link => {
                    match links::target(&self.content, self.repository.raw(), &entry.path) {
                        // Its files are visited at their own place.
                        Target::Folder => continue,
                        Target::File(id) => Ok(id),
                        other => Err(other),
                    }
                }
            };
            let want = match entry.path.as_bytes().len() > limits.path_bytes {
                true => Want::No,
                false => sink.wants(&entry.path),
            };
            if id == Err(Target::Outside) && want == Want::No {
                *skipped.entry(LINKS).or_default() += 1;
                continue;
            }
            visited.files_seen += 1;
            if entry.path.as_bytes().len() > limits.path_bytes {
                let limit = limits.path_bytes;
                let message = format!("the path is longer than the limit of {limit} bytes");
                problem(sink, ProblemKind::Lost, &entry.path, &message);
                continue;
            }
            if want == Want::No {
                continue;
            }
            if filter.matches(&entry.path, false) {
                visited.excluded.push(entry.path.clone());
                continue;
            }
            match id {
                Ok(id) => jobs.push(Job { path: &entry.path, want, id }),
                Err(_) => leads_nowhere(sink, &entry.path, want),
            }
        }
        if self.listing.is_cut {
            let message = format!(
                "there are more than {} files, and the rest was not read; name the folders that matter",
                limits.entries
            );
            let root = self.roots.first().cloned().unwrap_or_default();
            problem(sink, ProblemKind::Lost, &root, &message);
        }
        visited.files_read = self.read_all(&jobs, limits, sink);
        visited.excluded.sort();
        visited.skipped_directories =
            skipped.into_iter().map(|(name, n)| (name.to_owned(), n)).collect();
        visited
    }
}

impl GitSource<'_> {
    /// Reads the files in threads; tells how many were read.
    fn read_all(&self, jobs: &[Job<'_>], limits: &Limits, sink: &dyn Sink) -> u64 {
        let read = AtomicU64::new(0);
        let (next, mut unknown) = (AtomicUsize::new(0), Vec::new());
        for job in jobs {
            match sink.known(job.path, &content_id(job.id)) {
                Some(Known::Read) => drop(read.fetch_add(1, Ordering::Relaxed)),
                Some(Known::NotRead) => {}
                None => unknown.push(job),
            }
        }
        let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        let most = self.threads.unwrap_or(cores.min(MOST_THREADS));
        let threads = most.min(unknown.len() / FILES_A_THREAD).max(1);
        let reading = Reading { jobs: &unknown, next: &next, read: &read, limits, sink };
        if threads == 1 {
            reading.run(self.repository.raw().odb());
            return read.into_inner();
        }
        let way = self.repository.way();
        std::thread::scope(|scope| {
            for _ in 1..threads {
                // The library lets one thread at a time read of a repository, so each
                // has one of its own.
                // Where that can't be opened the others do its part.
                scope.spawn(|| {
                    if let Ok(own) = way.open() {
                        reading.run(own.odb());
                    }
                });
            }
            reading.run(self.repository.raw().odb());
        });
        read.into_inner()
    }
}

/// What all threads share.
struct Reading<'a> {
    jobs: &'a [&'a Job<'a>],
    next: &'a AtomicUsize,
    read: &'a AtomicU64,
    limits: &'a Limits,
    sink: &'a dyn Sink,
}

impl Reading<'_> {
    fn run(&self, odb: Result<Odb<'_>, git2::Error>) {
        loop {
            let from = self.next.fetch_add(BATCH, Ordering::Relaxed);
            let Some(batch) = self.jobs.get(from..) else { return };
            if batch.is_empty() {
                return;
            }
            for job in batch.iter().take(BATCH) {
                match &odb {
                    Ok(odb) => self.file(job, odb),
                    Err(error) => self.lost(job, &listing::missing("its content", job.id, error)),
                }
            }
        }
    }

    fn file(&self, job: &Job<'_>, odb: &Odb<'_>) {
        let Job { path, want, id } = *job;
        let is_open = matches!(want, Want::Head | Want::Tail);
        // Asked before reading: an object of a few kilobytes can be one of gigabytes.
        let size = match odb.read_header(id) {
            Ok((size, git2::ObjectType::Blob)) => u64::try_from(size).unwrap_or(u64::MAX),
            Ok(_) => return self.lost(job, "what git has in its place is no file"),
            Err(error) => return self.lost(job, &listing::missing("its content", id, &error)),
        };
        if is_open && size > self.limits.most() {
            // Nothing says that it would have been an input.
            let message = format!("it has {size} bytes, and was not looked into");
            return problem(self.sink, ProblemKind::Note, path, &message);
        }
        if !is_open && size > self.limits.of(want).0 {
            return self.sink.problem(too_large(path, size, self.limits.of(want)));
        }
        let object = match odb.read(id) {
            Ok(object) => object,
            Err(error) => return self.lost(job, &listing::missing("its content", id, &error)),
        };
        let bytes = object.data();
        let mut want = want;
        if want == Want::Head {
            let head = bytes.get(..HEAD_BYTES.min(bytes.len())).unwrap_or_default();
            want = self.sink.wants_head(path, head);
        }
        if want == Want::Tail {
            let from = bytes.len().saturating_sub(TAIL_BYTES);
            want = self.sink.wants_tail(path, bytes.get(from..).unwrap_or_default());
        }
        if matches!(want, Want::No | Want::Head | Want::Tail) {
            return;
        }
        if size > self.limits.of(want).0 {
            return self.sink.problem(too_large(path, size, self.limits.of(want)));
        }
        self.read.fetch_add(1, Ordering::Relaxed);
        self.sink.file(path, bytes);
    }

    fn lost(&self, job: &Job<'_>, message: &str) {
        problem(self.sink, ProblemKind::Lost, job.path, message);
    }
}

fn content_id(id: Oid) -> ContentId {
    let mut bytes = [0; 20];
    for (to, from) in bytes.iter_mut().zip(id.as_bytes()) {
        *to = *from;
    }
    ContentId(bytes)
}

/// As a tree on disk has it: what was not wanted for certain is no loss.
fn leads_nowhere(sink: &dyn Sink, path: &SourcePath, want: Want) {
    let message = LEADS_NOWHERE;
    match want {
        Want::No | Want::Head => {}
        Want::PerlSource => problem(sink, ProblemKind::Note, path, message),
        Want::Tail | Want::Manifest | Want::Archive => {
            problem(sink, ProblemKind::Lost, path, message);
        }
    }
}

fn problem(sink: &dyn Sink, kind: ProblemKind, path: &SourcePath, message: &str) {
    let (location, message) = (Location::file(path.clone()), message.to_owned());
    sink.problem(Problem { location, kind, by: "walk", message });
}
