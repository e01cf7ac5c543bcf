//! Reads a mirror's files in the threads of its source.

use std::sync::{Mutex, PoisonError};

use perlscan_model::location::SourcePath;
use perlscan_model::problem::{Problem, ProblemKind};
use perlscan_model::remark::Remark;

use crate::advisory::AdvisoryError;
use crate::advisory::database::Database;
use crate::darkpan::archive_location;
use crate::darkpan::release::{self, Release};
use crate::darkpan::signature::SignedArchive;
use crate::darkpan::trust::{Proof, Trust};
use crate::mirror::checksums::{self, Checksums};
use crate::mirror::layout::{is_checksums, is_index};
use crate::mirror::packages::{self, PackageIndex};
use crate::scan::{Observer, ScanSettings};
use crate::source::archive::Format;
use crate::source::{Sink, Want};

/// What was read of a mirror.
#[derive(Debug, Default)]
pub(super) struct Collected {
    /// The archives, in order of their paths.
    pub(super) releases: Vec<Release>,
    /// The indices, each with its path.
    pub(super) indices: Vec<(SourcePath, PackageIndex)>,
    /// The digests, each with the path of its file.
    pub(super) checksums: Vec<(SourcePath, Checksums)>,
    /// The files of digests that no signature proves, where that was asked for.
    pub(super) unsigned: Vec<Remark>,
    /// What could not be read.
    pub(super) problems: Vec<Problem>,
    /// Why the database could not be asked.
    error: Option<AdvisoryError>,
}

/// Takes archives, indices and digests.
pub(super) struct Collector<'a> {
    settings: &'a ScanSettings,
    trust: &'a Trust,
    database: &'a Database,
    observer: &'a dyn Observer,
    collected: Mutex<Collected>,
}

impl<'a> Collector<'a> {
    pub(super) fn new(
        settings: &'a ScanSettings,
        trust: &'a Trust,
        database: &'a Database,
        observer: &'a dyn Observer,
    ) -> Self {
        Self { settings, trust, database, observer, collected: Mutex::default() }
    }

    pub(super) fn finish(self) -> Result<Collected, AdvisoryError> {
        let mut collected = self.collected.into_inner().unwrap_or_else(PoisonError::into_inner);
        collected.releases.sort_by(|a, b| a.path.cmp(&b.path));
        collected.indices.sort_by(|a, b| a.0.cmp(&b.0));
        collected.checksums.sort_by(|a, b| a.0.cmp(&b.0));
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
        let mut release =
            release::read(format, path, bytes, self.settings, self.database, &mut problems);
        if let Ok(release) = &mut release
            && let Some((inner, signature)) = release.signature.take()
        {
            let signed =
                SignedArchive { format, path, bytes, inner: &inner, signature: &signature };
            problems.append(&mut signed.check(self.settings.containers, self.trust.verifier()));
        }
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
            Ok(found) => {
                let proof = self.trust.prove(path, bytes, &found);
                let mut collected = self.lock();
                match proof {
                    Proof::NotAsked | Proof::Good => {}
                    Proof::Missing(remark) => collected.unsigned.push(*remark),
                    Proof::Bad(problem) => collected.problems.push(*problem),
                }
                collected.checksums.push((path.clone(), found));
            }
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
/// release, unless it lies where authors put them.
fn format_of(path: &SourcePath) -> Option<Format> {
    let name = path.file_name();
    let format = Format::of(name)?;
    let is_source = format == Format::Module && !name.ends_with(b".gz");
    (!is_source || crate::mirror::layout::mirror_of(path).is_some()).then_some(format)
}

impl Sink for Collector<'_> {
    fn wants(&self, path: &SourcePath) -> Want {
        self.observer.file_seen();
        match format_of(path).is_some() || is_index(path) || is_checksums(path) {
            true => Want::Archive,
            false => Want::No,
        }
    }

    fn wants_head(&self, _path: &SourcePath, _head: &[u8]) -> Want {
        Want::No
    }

    fn file(&self, path: &SourcePath, bytes: &[u8]) {
        if is_index(path) {
            self.index(path, bytes);
        } else if is_checksums(path) {
            self.checksums(path, bytes);
        } else if let Some(format) = format_of(path) {
            self.archive(format, path, bytes);
        }
    }

    fn problem(&self, problem: Problem) {
        self.lock().problems.push(problem);
    }
}
