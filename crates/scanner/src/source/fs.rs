//! A tree on disk, walked in parallel and read in the walking threads.

use std::collections::{BTreeMap, VecDeque};
use std::ffi::OsStr;
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use ignore::{DirEntry, WalkBuilder, WalkState};
use perlscan_model::location::{Location, SourcePath};
use perlscan_model::problem::{Problem, ProblemKind};

use crate::source::mem::too_large;
use crate::source::skipped::skipped;
use crate::source::{
    Excludes, HEAD_BYTES, LEADS_NOWHERE, LINKS, Limits, Sink, Source, Stamp, TAIL_BYTES, Visited,
    Want,
};

/// Reading dominates, and a cold disk wants several requests under way.
const DEFAULT_THREADS: usize = 8;

/// Up to this many entries in the roots and all below them, threads cost more
/// than they bring.
const SMALL_TREE: usize = 64;

/// Trees on disk below one base.
#[derive(Debug)]
pub struct FsSource {
    base: PathBuf,
    roots: Vec<PathBuf>,
    excludes: Arc<Excludes>,
    threads: Option<usize>,
}

/// The directory to which all paths of a report are relative: the top of the
/// git tree that holds `start`, else `start` itself (its directory for a file).
pub fn find_base(start: &Path) -> PathBuf {
    let directory = if start.is_dir() { start } else { start.parent().unwrap_or(start) };
    let top = directory.ancestors().find(|folder| folder.join(".git").exists());
    top.unwrap_or(directory).to_owned()
}

impl FsSource {
    /// The trees `roots`, all below `base`; both absolute. Roots below other
    /// roots are dropped, so that each file is seen once.
    pub fn new(
        base: PathBuf,
        mut roots: Vec<PathBuf>,
        excludes: Excludes,
        threads: Option<usize>,
    ) -> Self {
        roots.sort();
        roots.dedup();
        let all = roots.clone();
        roots.retain(|root| !all.iter().any(|other| other != root && root.starts_with(other)));
        Self { base, roots, excludes: Arc::new(excludes), threads }
    }
}

impl Source for FsSource {
    fn visit(&self, limits: &Limits, sink: &dyn Sink) -> Visited {
        let Some((first, rest)) = self.roots.split_first() else { return Visited::default() };
        let mut walk = WalkBuilder::new(first);
        for root in rest {
            walk.add(root);
        }
        let shared = Arc::new(Shared::default());
        let filter = Filter {
            base: self.base.clone(),
            excludes: Arc::clone(&self.excludes),
            shared: Arc::clone(&shared),
        };
        walk.standard_filters(false)
            .follow_links(false)
            .filter_entry(move |entry| filter.enters(entry));
        let visit =
            Visit { base: &self.base, excludes: &self.excludes, limits, sink, shared: &shared };
        let threads = self.threads.unwrap_or_else(|| default_threads(&self.roots));
        if threads <= 1 {
            let mut buffer = Vec::new();
            for result in walk.build() {
                visit.result(result, &mut buffer);
            }
        } else {
            walk.threads(threads).build_parallel().run(|| {
                let mut buffer = Vec::new();
                let visit = &visit;
                Box::new(move |result| {
                    visit.result(result, &mut buffer);
                    WalkState::Continue
                })
            });
        }
        shared.visited()
    }
}

/// How many threads pay off: one for a small project, where starting threads
/// would take longer than the walk itself. Folders are looked into until that is
/// clear, level by level: a large tree may begin with folders of one entry.
fn default_threads(roots: &[PathBuf]) -> usize {
    let mut folders: VecDeque<PathBuf> = roots.iter().cloned().collect();
    let mut entries = 0;
    while let Some(folder) = folders.pop_front() {
        for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
            entries += 1;
            if entries > SMALL_TREE {
                return DEFAULT_THREADS;
            }
            let is_folder = entry.file_type().is_ok_and(|kind| kind.is_dir());
            if is_folder && skipped(&entry.path()).is_none() {
                folders.push_back(entry.path());
            }
        }
    }
    1
}

/// What all threads count in.
#[derive(Debug, Default)]
struct Shared {
    seen: AtomicU64,
    read: AtomicU64,
    left_out: Mutex<LeftOut>,
}

#[derive(Debug, Default)]
struct LeftOut {
    skipped: BTreeMap<String, u64>,
    excluded: Vec<SourcePath>,
}

impl Shared {
    fn left_out(&self) -> std::sync::MutexGuard<'_, LeftOut> {
        self.left_out.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn visited(&self) -> Visited {
        let mut left_out = self.left_out();
        let mut excluded = std::mem::take(&mut left_out.excluded);
        excluded.sort();
        Visited {
            files_seen: self.seen.load(Ordering::Relaxed),
            files_read: self.read.load(Ordering::Relaxed),
            skipped_directories: std::mem::take(&mut left_out.skipped).into_iter().collect(),
            excluded,
        }
    }
}

/// Decides which directories are entered.
struct Filter {
    base: PathBuf,
    excludes: Arc<Excludes>,
    shared: Arc<Shared>,
}

impl Filter {
    fn enters(&self, entry: &DirEntry) -> bool {
        // What the user names is entered whatever it is called.
        if entry.depth() == 0 || !entry.file_type().is_some_and(|kind| kind.is_dir()) {
            return true;
        }
        if let Some(skipped) = skipped(entry.path()) {
            *self.shared.left_out().skipped.entry(skipped.to_owned()).or_default() += 1;
            return false;
        }
        if !self.excludes.is_empty() && self.excludes.matches(entry.path(), true) {
            self.shared.left_out().excluded.push(source_path(&self.base, entry.path()));
            return false;
        }
        true
    }
}

/// What a thread does with an entry.
struct Visit<'a> {
    base: &'a Path,
    excludes: &'a Excludes,
    limits: &'a Limits,
    sink: &'a dyn Sink,
    shared: &'a Shared,
}

impl Visit<'_> {
    fn result(&self, result: Result<DirEntry, ignore::Error>, buffer: &mut Vec<u8>) {
        match result {
            Ok(entry) => self.entry(&entry, buffer),
            Err(error) => self.lost(&walk_error_path(&error, self.base), &plain_reason(&error)),
        }
    }

    fn entry(&self, entry: &DirEntry, buffer: &mut Vec<u8>) {
        let Some(kind) = entry.file_type() else { return };
        if kind.is_dir() {
            return;
        }
        // A folder in the tree is walked at its own place.
        if kind.is_symlink() && entry.depth() > 0 && entry.path().is_dir() {
            if self.target_inside(entry.path()).is_none() {
                let mut left_out = self.shared.left_out();
                *left_out.skipped.entry(LINKS.to_owned()).or_default() += 1;
            }
            return;
        }
        self.shared.seen.fetch_add(1, Ordering::Relaxed);
        let path = source_path(self.base, entry.path());
        if path.as_bytes().len() > self.limits.path_bytes {
            let limit = self.limits.path_bytes;
            self.lost(&path, &format!("the path is longer than the limit of {limit} bytes"));
            return;
        }
        let want = self.sink.wants(&path);
        if want == Want::No {
            return;
        }
        if !self.excludes.is_empty() && self.excludes.matches(entry.path(), false) {
            self.shared.left_out().excluded.push(path);
            return;
        }
        if kind.is_symlink() && !self.leads_to_a_file_inside(entry.path()) {
            let message = LEADS_NOWHERE;
            match want {
                // Nothing says that it would have been an input.
                Want::Head => {}
                // What a file of source loads is little beside what a manifest says.
                Want::PerlSource => self.problem(ProblemKind::Note, &path, message),
                _ => self.lost(&path, message),
            }
            return;
        }
        if !kind.is_symlink() && !kind.is_file() {
            if want == Want::Head {
                return;
            }
            self.lost(&path, "it is no regular file");
            return;
        }
        let by_head = |head: &[u8]| match want {
            Want::Head => self.sink.wants_head(&path, head),
            want => want,
        };
        let by_tail = |tail: &[u8]| self.sink.wants_tail(&path, tail);
        if want == Want::Archive {
            return self.archive(&path, entry.path(), buffer);
        }
        match read(entry.path(), want == Want::Head, by_head, by_tail, self.limits, buffer) {
            Ok(Read::NotWanted | Read::Known) => {}
            Ok(Read::TooLarge(size, limit)) => self.sink.problem(too_large(&path, size, limit)),
            Ok(Read::Whole(_)) => {
                self.shared.read.fetch_add(1, Ordering::Relaxed);
                self.sink.file(&path, buffer);
            }
            Err(error) => self.lost(&path, &format!("can't read it: {}", system_reason(&error))),
        }
    }

    /// An archive, which the sink may know by its stamp.
    fn archive(&self, path: &SourcePath, file: &Path, buffer: &mut Vec<u8>) {
        let known = |stamp: &Stamp| self.sink.stamped(path, stamp);
        let outcome = read_archive(file, known, self.limits, buffer);
        if matches!(outcome, Ok(Read::Known | Read::Whole(_))) {
            self.shared.read.fetch_add(1, Ordering::Relaxed);
        }
        match outcome {
            Ok(Read::NotWanted | Read::Known) => {}
            Ok(Read::TooLarge(size, limit)) => self.sink.problem(too_large(path, size, limit)),
            Ok(Read::Whole(stamp)) => self.sink.stamped_file(path, buffer, stamp.as_ref()),
            Err(error) => self.lost(path, &format!("can't read it: {}", system_reason(&error))),
        }
    }

    fn leads_to_a_file_inside(&self, path: &Path) -> bool {
        self.target_inside(path).is_some_and(|target| target.is_file())
    }

    /// What a link leads to, if that lies in the tree.
    fn target_inside(&self, path: &Path) -> Option<PathBuf> {
        let target = path.canonicalize().ok()?;
        target.starts_with(self.base.canonicalize().ok()?).then_some(target)
    }

    fn lost(&self, path: &SourcePath, message: &str) {
        self.problem(ProblemKind::Lost, path, message);
    }

    fn problem(&self, kind: ProblemKind, path: &SourcePath, message: &str) {
        self.sink.problem(Problem {
            location: Location::file(path.clone()),
            kind,
            by: "walk",
            message: message.to_owned(),
        });
    }
}

/// What came of reading a file.
enum Read {
    /// By its head nobody wants it.
    NotWanted,
    /// It is above a limit: its size, and the limit with its option.
    TooLarge(u64, (u64, &'static str)),
    /// The sink knows it by its stamp.
    Known,
    /// The buffer holds all of it, which had this stamp all the while.
    Whole(Option<Stamp>),
}

/// Reads a file into the buffer, if it is wanted by its head, and, where that
/// leaves it open, by its tail.
#[expect(clippy::disallowed_methods, reason = "scanned files are opened here")]
fn read(
    path: &Path,
    reads_head: bool,
    by_head: impl Fn(&[u8]) -> Want,
    by_tail: impl Fn(&[u8]) -> Want,
    limits: &Limits,
    buffer: &mut Vec<u8>,
) -> io::Result<Read> {
    buffer.clear();
    let mut file = std::fs::File::open(path)?;
    if reads_head {
        file.by_ref().take(HEAD_BYTES as u64).read_to_end(buffer)?;
    }
    let mut want = by_head(buffer);
    if want == Want::Tail {
        let size = file.metadata()?.len();
        file.seek(SeekFrom::Start(size.saturating_sub(TAIL_BYTES as u64)))?;
        let mut tail = Vec::with_capacity(TAIL_BYTES);
        file.by_ref().take(TAIL_BYTES as u64).read_to_end(&mut tail)?;
        want = by_tail(&tail);
        file.rewind()?;
        buffer.clear();
    }
    if matches!(want, Want::No | Want::Head | Want::Tail) {
        return Ok(Read::NotWanted);
    }
    let limit = limits.of(want);
    let size = file.metadata()?.len();
    if size > limit.0 {
        return Ok(Read::TooLarge(size, limit));
    }
    rest(&mut file, limit, buffer)
}

/// Reads an archive, unless the sink knows a file with its stamp.
#[expect(clippy::disallowed_methods, reason = "scanned files are opened here")]
fn read_archive(
    path: &Path,
    known: impl Fn(&Stamp) -> bool,
    limits: &Limits,
    buffer: &mut Vec<u8>,
) -> io::Result<Read> {
    buffer.clear();
    let mut file = std::fs::File::open(path)?;
    let now = SystemTime::now();
    let about = file.metadata()?;
    let limit = limits.of(Want::Archive);
    if about.len() > limit.0 {
        return Ok(Read::TooLarge(about.len(), limit));
    }
    let before = Stamp::of(&about, now);
    if before.as_ref().is_some_and(known) {
        return Ok(Read::Known);
    }
    buffer.reserve_exact(usize::try_from(about.len()).unwrap_or(0));
    Ok(match rest(&mut file, limit, buffer)? {
        // Whoever wrote meanwhile has left another stamp.
        Read::Whole(_) => Read::Whole(before.filter(|stamp| {
            file.metadata().is_ok_and(|about| Stamp::of(&about, now) == Some(*stamp))
        })),
        other => other,
    })
}

/// Reads on to the end. A file may grow while it is read.
fn rest(
    file: &mut std::fs::File,
    (limit, option): (u64, &'static str),
    buffer: &mut Vec<u8>,
) -> io::Result<Read> {
    let length = |buffer: &Vec<u8>| u64::try_from(buffer.len()).unwrap_or(u64::MAX);
    file.take((limit + 1).saturating_sub(length(buffer))).read_to_end(buffer)?;
    let read = length(buffer);
    Ok(if read > limit { Read::TooLarge(read, (limit, option)) } else { Read::Whole(None) })
}

/// A path below the base, relative to it; elsewhere as it is.
pub fn relative_to(base: &Path, path: &Path) -> SourcePath {
    source_path(base, path)
}

fn source_path(base: &Path, path: &Path) -> SourcePath {
    let relative = path.strip_prefix(base).unwrap_or(path);
    SourcePath::new(bytes_of(relative.as_os_str()))
}

/// The path as the system takes it; `None` where it can't be one.
#[cfg(all(feature = "git", unix))]
pub(super) fn path_of(path: &SourcePath) -> Option<PathBuf> {
    use std::os::unix::ffi::OsStrExt as _;
    Some(PathBuf::from(OsStr::from_bytes(path.as_bytes())))
}

/// The path as the system takes it; `None` where it can't be one.
#[cfg(all(feature = "git", not(unix)))]
pub(super) fn path_of(path: &SourcePath) -> Option<PathBuf> {
    std::str::from_utf8(path.as_bytes()).ok().map(PathBuf::from)
}

#[cfg(unix)]
fn bytes_of(name: &OsStr) -> Vec<u8> {
    use std::os::unix::ffi::OsStrExt as _;
    name.as_bytes().to_vec()
}

#[cfg(not(unix))]
fn bytes_of(name: &OsStr) -> Vec<u8> {
    name.to_string_lossy().replace('\\', "/").into_bytes()
}

fn walk_error_path(error: &ignore::Error, base: &Path) -> SourcePath {
    match error {
        ignore::Error::WithPath { path, .. } => source_path(base, path),
        ignore::Error::WithDepth { err, .. } | ignore::Error::WithLineNumber { err, .. } => {
            walk_error_path(err, base)
        }
        _ => SourcePath::default(),
    }
}

/// The reason without the path, which stands in front of it already.
fn plain_reason(error: &ignore::Error) -> String {
    match error.io_error() {
        // The walk's own text has the path as it is on this machine.
        Some(error) => {
            format!("can't read it: {}", system_reason(&io::Error::from(error.kind())))
        }
        None => error.to_string(),
    }
}

/// What the system says, without Rust's `(os error 13)`.
fn system_reason(error: &io::Error) -> String {
    let text = error.to_string();
    match text.split_once(" (os error") {
        Some((reason, _)) => reason.to_lowercase(),
        None => text,
    }
}
