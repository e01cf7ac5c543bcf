//! Reads a mirror's files in the threads of its source.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use perlscan_model::location::SourcePath;
use perlscan_model::problem::{Problem, ProblemKind};

use crate::advisory::AdvisoryError;
use crate::advisory::database::Database;
use crate::darkpan::archive_location;
use crate::darkpan::beside::{self, Beside};
use crate::darkpan::release::{self, Release};
use crate::mirror::checksums::{self, Checksums};
use crate::mirror::layout::{is_checksums, is_index, mirror_of};
use crate::mirror::packages::{self, PackageIndex};
use crate::scan::{Observer, ScanSettings};
use crate::source::archive::Format;
use crate::source::{ContentId, Known, Sink, Want};

/// What was read of a mirror.
#[derive(Debug, Default)]
pub(crate) struct Collected {
    /// The archives, in order of their paths.
    pub(super) releases: Vec<Release>,
    /// The indices, each with its path.
    pub(super) indices: Vec<(SourcePath, PackageIndex)>,
    /// The digests, each with the path of its file.
    pub(super) checksums: Vec<(SourcePath, Checksums)>,
    /// What lies beside the archives.
    pub(super) beside: Beside,
    /// What could not be read.
    pub(super) problems: Vec<Problem>,
    /// Why the database could not be asked.
    error: Option<AdvisoryError>,
    /// Of a source that names contents: those of the files that were wanted, and
    /// whether they were read.
    pub(super) contents: HashMap<SourcePath, (ContentId, bool)>,
}

/// Takes archives, indices and digests.
pub(crate) struct Collector<'a> {
    settings: &'a ScanSettings,
    database: &'a Database,
    observer: &'a dyn Observer,
    /// What was read of the tree that this one is compared with.
    before: Option<&'a Collected>,
    collected: Mutex<Collected>,
}

impl<'a> Collector<'a> {
    pub(crate) fn new(
        settings: &'a ScanSettings,
        database: &'a Database,
        observer: &'a dyn Observer,
    ) -> Self {
        Self { settings, database, observer, before: None, collected: Mutex::default() }
    }

    /// Takes what `before` has of the same content from there.
    pub(crate) fn after(self, before: Option<&'a Collected>) -> Self {
        Self { before, ..self }
    }

    pub(crate) fn finish(self) -> Result<Collected, AdvisoryError> {
        let mut collected = self.collected.into_inner().unwrap_or_else(PoisonError::into_inner);
        collected.sort();
        match collected.error.take() {
            Some(error) => Err(error),
            None => Ok(collected),
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Collected> {
        self.collected.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn archive(&self, format: Format, path: &SourcePath, bytes: &[u8]) {
        let mut problems = Vec::new();
        let release =
            release::read(format, path, bytes, self.settings, self.database, &mut problems);
        let mut collected = self.lock();
        collected.problems.append(&mut problems);
        match release {
            Ok(release) => collected.releases.push(release),
            Err(error) => collected.error = Some(error),
        }
    }

    fn index(&self, path: &SourcePath, bytes: &[u8]) {
        let mut index = packages::read(bytes);
        let faults = std::mem::take(&mut index.faults);
        let mut collected = self.lock();
        collected.problems.extend(faults.into_iter().map(|fault| Problem {
            location: archive_location(path),
            kind: ProblemKind::Lost,
            by: "index",
            message: match fault.line {
                0 => fault.what,
                line => format!("line {line}: {}", fault.what),
            },
        }));
        collected.indices.push((path.clone(), index));
    }

    fn checksums(&self, path: &SourcePath, bytes: &[u8]) {
        match checksums::read(bytes) {
            Ok(found) => self.lock().checksums.push((path.clone(), found)),
            Err(error) => self.problem(Problem {
                location: archive_location(path),
                kind: ProblemKind::Lost,
                by: "checksums",
                message: format!("{error}: the archives beside it are not held to their digests"),
            }),
        }
    }
}

/// An archive of a release by its name. A module that is not packed is source, not a
/// release, unless it lies where authors put them, and not in something unpacked.
fn format_of(path: &SourcePath) -> Option<Format> {
    let name = path.file_name();
    let format = Format::of(name)?;
    let is_source = format == Format::Module && !name.ends_with(b".gz");
    let is_put_there =
        || mirror_of(path).is_some_and(|(_, below)| below.parts().all(|part| part != b"lib"));
    (!is_source || is_put_there()).then_some(format)
}

impl Sink for Collector<'_> {
    fn wants(&self, path: &SourcePath) -> Want {
        self.observer.file_seen();
        match format_of(path).is_some() || is_index(path) || is_checksums(path) {
            true => Want::Archive,
            false => beside::wants(path),
        }
    }

    fn wants_head(&self, _path: &SourcePath, _head: &[u8]) -> Want {
        Want::No
    }

    fn known(&self, path: &SourcePath, content: &ContentId) -> Option<Known> {
        let mut collected = self.lock();
        if let Some(before) = self.before
            && let Some((_, read)) = before.contents.get(path).filter(|(id, _)| id == content)
        {
            collected.take(path, before);
            return Some(if *read { Known::Read } else { Known::NotRead });
        }
        collected.contents.insert(path.clone(), (*content, false));
        None
    }

    fn file(&self, path: &SourcePath, bytes: &[u8]) {
        if let Some((_, read)) = self.lock().contents.get_mut(path) {
            *read = true;
        }
        if is_index(path) {
            self.index(path, bytes);
        } else if is_checksums(path) {
            self.checksums(path, bytes);
        } else if beside::wants(path) != Want::No {
            let mut problems = Vec::new();
            let read = Beside::file(path, bytes, &mut problems);
            let mut collected = self.lock();
            collected.beside.append(read);
            collected.problems.append(&mut problems);
        } else if let Some(format) = format_of(path) {
            self.archive(format, path, bytes);
        }
    }

    fn problem(&self, problem: Problem) {
        self.lock().problems.push(problem);
    }
}
