//! Reads a mirror's files in the threads of its source.

use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use perlscan_model::digest::Sha256;
use perlscan_model::location::SourcePath;
use perlscan_model::problem::{Problem, ProblemKind};
use perlscan_model::remark::Remark;

use sha2::Digest as _;

use crate::advisory::AdvisoryError;
use crate::advisory::database::Database;
use crate::darkpan::archive_location;
use crate::darkpan::beside::{self, Beside};
use crate::darkpan::facts::{FactsCache, Kept};
use crate::darkpan::held::{Held, Shared};
use crate::darkpan::release;
use crate::darkpan::signature::SignedArchive;
use crate::darkpan::trust::{Proof, Trust};
use crate::mirror::checksums::{self, Checksums};
use crate::mirror::layout::{is_checksums, is_index, mirror_of};
use crate::mirror::packages::{self, PackageIndex};
use crate::scan::{Observer, ScanSettings};
use crate::source::archive::{ArchiveFile, Format};
use crate::source::{ContentId, Known, Sink, Source, Stamp, Want};

/// What was read of a mirror.
#[derive(Debug, Default)]
pub(crate) struct Collected {
    /// The archives, in order of their paths.
    pub(super) releases: Vec<Held>,
    /// The indices, each with its path.
    pub(super) indices: Vec<(SourcePath, PackageIndex)>,
    /// The digests, each with the path of its file.
    pub(super) checksums: Vec<(SourcePath, Checksums)>,
    /// What lies beside the archives.
    pub(super) beside: Beside,
    /// The files of digests that no signature proves, where that was asked for.
    pub(super) unsigned: Vec<Remark>,
    /// What could not be read.
    pub(super) problems: Vec<Problem>,
    /// What many of the archives say, each text once.
    pub(super) shared: Shared,
    /// Why the database could not be asked.
    error: Option<AdvisoryError>,
    /// Of a source that names contents: those of the files that were wanted, and
    /// whether they were read.
    pub(super) contents: HashMap<SourcePath, (ContentId, bool)>,
}

/// Takes archives, indices and digests.
pub(crate) struct Collector<'a> {
    settings: &'a ScanSettings,
    trust: &'a Trust,
    database: &'a Database,
    observer: &'a dyn Observer,
    /// What was read of the tree that this one is compared with.
    before: Option<&'a Collected>,
    facts: Option<&'a FactsCache>,
    collected: Mutex<Collected>,
}

impl<'a> Collector<'a> {
    pub(crate) fn new(
        settings: &'a ScanSettings,
        trust: &'a Trust,
        database: &'a Database,
        observer: &'a dyn Observer,
        facts: Option<&'a FactsCache>,
    ) -> Self {
        let (before, collected) = (None, Mutex::default());
        Self { settings, trust, database, observer, before, facts, collected }
    }

    /// Takes what `before` has of the same content from there.
    pub(crate) fn after(self, before: Option<&'a Collected>) -> Self {
        if let Some(before) = before {
            self.lock().shared = before.shared.clone();
        }
        Self { before, ..self }
    }

    pub(crate) fn finish(self) -> Result<Collected, AdvisoryError> {
        let mut collected = self.collected.into_inner().unwrap_or_else(PoisonError::into_inner);
        collected.sort();
        collected.shared.close();
        match collected.error.take() {
            Some(error) => Err(error),
            None => Ok(collected),
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Collected> {
        self.collected.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn archive(&self, path: &SourcePath, bytes: &[u8], stamp: Option<&Stamp>) {
        let Some(format) = format_of(path) else { return };
        let name = path.file_name();
        let sha256 = Sha256(sha2::Sha256::digest(bytes).into());
        let key = self.facts.map(|facts| facts.key(name, &sha256.0));
        let known = self.facts.zip(key).and_then(|(facts, key)| facts.of_key(key, self.wanted()));
        let kept = known.unwrap_or_else(|| {
            let mut problems = Vec::new();
            let file = ArchiveFile::new(format, name, bytes);
            let mut release = release::read(path, &file, self.settings, &mut problems);
            release.sha256 = sha256;
            if let Some((inner, signature)) = release.signature.take() {
                let signed =
                    SignedArchive { path, file: &file, inner: &inner, signature: &signature };
                problems.append(&mut signed.check(self.settings.containers, self.trust.verifier()));
            }
            let kept = Kept { release, problems };
            if let Some((facts, key)) = self.facts.zip(key) {
                facts.keep(key, &kept);
            }
            kept
        });
        if let (Some((facts, key)), Some(stamp)) = (self.facts.zip(key), stamp) {
            facts.remember(name, stamp, key);
        }
        self.take(kept.at(path));
    }

    /// The packages of which archives are to tell.
    fn wanted(&self) -> Option<&HashSet<String>> {
        self.settings.only_packages.as_deref()
    }

    fn take(&self, kept: Kept) {
        let Kept { mut release, mut problems } = kept;
        let held = release.hold(self.database);
        self.observer.archive_done();
        let mut collected = self.lock();
        collected.problems.append(&mut problems);
        match held {
            Ok(()) => {
                let held = collected.shared.hold(release);
                collected.releases.push(held);
            }
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

    fn stamped(&self, path: &SourcePath, stamp: &Stamp) -> bool {
        let is_archive = format_of(path).is_some();
        let known = self.facts.filter(|_| is_archive);
        let known = known.and_then(|facts| facts.of_stamp(path.file_name(), stamp, self.wanted()));
        known.map(|kept| self.take(kept.at(path))).is_some()
    }

    fn file(&self, path: &SourcePath, bytes: &[u8]) {
        self.stamped_file(path, bytes, None);
    }

    fn stamped_file(&self, path: &SourcePath, bytes: &[u8], stamp: Option<&Stamp>) {
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
        } else {
            self.archive(path, bytes, stamp);
        }
    }

    fn problem(&self, problem: Problem) {
        self.lock().problems.push(problem);
    }
}

/// How many archives a source has, for who wants to know how long it takes.
pub(super) fn count(source: &dyn Source, settings: &ScanSettings) -> u64 {
    let counted = Counted::default();
    source.visit(&settings.limits, &counted);
    counted.0.into_inner()
}

/// Counts archives, and reads nothing.
#[derive(Debug, Default)]
struct Counted(AtomicU64);

impl Sink for Counted {
    fn wants(&self, path: &SourcePath) -> Want {
        self.0.fetch_add(u64::from(format_of(path).is_some()), Ordering::Relaxed);
        Want::No
    }

    fn wants_head(&self, _path: &SourcePath, _head: &[u8]) -> Want {
        Want::No
    }

    fn file(&self, _path: &SourcePath, _bytes: &[u8]) {}

    fn problem(&self, _problem: Problem) {}
}
