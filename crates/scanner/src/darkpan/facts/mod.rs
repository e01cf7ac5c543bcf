//! What archives said when they were last read, so that a mirror that has not
//! changed need not be read again.
//!
//! What is kept of an archive depends on its bytes, its file's name, the limits and
//! the program alone, and is found by the digest of these ([`FactsKey`]). The database
//! decides only how much is read: where another one asks for more, the archive is read
//! again, and the later record counts. A file's [`Stamp`] leads to the key without
//! reading the file. `log` is the file that holds both, `record` what is kept.
//!
//! The cache is never wrong, only incomplete: records are appended with a checksum
//! each, and what does not fit its checksum ends the reading. One run writes at a
//! time; another one reads what is there. What the program knows of itself is a
//! digest of its sources, which is part of the file's name: another build reads and
//! writes another file.

mod log;
mod record;

use std::collections::HashSet;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use sha2::{Digest as _, Sha256};

use self::log::Log;
pub use self::record::Kept;
use crate::advisory::cache::{self, CacheError};
use crate::scan::kept_files::{self, PROGRAM};
use crate::scan::{ArchiveFacts, ScanSettings};
use crate::source::{Stamp, archive};

/// How the files are called that hold facts; between stands [`PROGRAM`].
const NAME: (&str, &str) = ("archives-", ".facts");
/// How many builds keep their facts beside one another.
const BUILDS: usize = 4;

/// The digest of an archive's bytes, its file's name and the limits.
pub type FactsKey = [u8; 16];

/// The facts of archives that were read before.
#[derive(Debug)]
pub struct FactsCache {
    log: Mutex<Log>,
    limits: [u8; 32],
    reads_all: bool,
    known: AtomicU64,
}

impl FactsCache {
    /// Opens the cache, and makes it where there is none.
    ///
    /// # Errors
    /// When others can write it, or it can't be read or made.
    pub fn open(kept: &ArchiveFacts, settings: &ScanSettings) -> Result<Self, CacheError> {
        let folder = &kept.folder;
        cache::make_folder(folder).map_err(CacheError::io(folder))?;
        cache::trusted(folder)?;
        let log = Log::open(folder, &file_name())?;
        // What was not read in time is not kept, so how long that is does not matter.
        let containers = archive::Limits { archive_seconds: 0, ..settings.containers };
        let limits = format!("{:?} {containers:?}", settings.limits);
        let limits = Sha256::digest(limits).into();
        let known = AtomicU64::new(0);
        Ok(Self { log: Mutex::new(log), limits, reads_all: kept.reads_all, known })
    }

    /// The key of an archive whose bytes have this SHA-256.
    pub fn key(&self, file_name: &[u8], sha256: &[u8]) -> FactsKey {
        self.digest(b"content", file_name, sha256)
    }

    /// What is known of a file with this stamp, as [`Self::of_key`].
    pub fn of_stamp(
        &self,
        file_name: &[u8],
        stamp: &Stamp,
        wanted: Option<&HashSet<String>>,
    ) -> Option<Kept> {
        if self.reads_all {
            return None;
        }
        let key = self.log().key_of(self.stamp_key(file_name, stamp))?;
        self.of_key(key, wanted)
    }

    /// What is known of an archive, unless it had been read for other packages than
    /// those that are wanted now.
    pub fn of_key(&self, key: FactsKey, wanted: Option<&HashSet<String>>) -> Option<Kept> {
        let record = self.log().facts(key)?;
        let kept = Kept::decode(&record)?;
        let is_complete = match wanted {
            Some(wanted) => kept.release.is_complete(wanted),
            None => kept.release.passed_over.is_empty(),
        };
        if !is_complete {
            return None;
        }
        self.known.fetch_add(1, Ordering::Relaxed);
        Some(kept)
    }

    /// Keeps what an archive said; what can't be kept or written is read again.
    pub fn keep(&self, key: FactsKey, kept: &Kept) {
        if let Some(record) = kept.encode() {
            self.log().add_facts(key, &record);
        }
    }

    /// Keeps that a file with this stamp is the archive of that key.
    pub fn remember(&self, file_name: &[u8], stamp: &Stamp, key: FactsKey) {
        let stamp = self.stamp_key(file_name, stamp);
        self.log().add_stamp(stamp, key);
    }

    /// How many archives were known.
    pub fn known(&self) -> u64 {
        self.known.load(Ordering::Relaxed)
    }

    /// Makes the file smaller where it has grown too large, and takes away those of
    /// other builds that nobody has used for long.
    pub fn finish(self, folder: &Path) {
        let log = self.log.into_inner().unwrap_or_else(PoisonError::into_inner);
        if log.finish() {
            kept_files::sweep(folder, NAME, &file_name(), BUILDS);
        }
    }

    fn log(&self) -> std::sync::MutexGuard<'_, Log> {
        self.log.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn stamp_key(&self, file_name: &[u8], stamp: &Stamp) -> FactsKey {
        let file = stamp.file.iter().flat_map(|part| part.to_le_bytes());
        let times = stamp.times.iter().flat_map(|part| part.to_le_bytes());
        self.digest(b"stamp", file_name, &file.chain(times).collect::<Vec<u8>>())
    }

    fn digest(&self, kind: &[u8], file_name: &[u8], what: &[u8]) -> FactsKey {
        let mut digest = Sha256::new();
        digest.update(self.limits);
        for part in [kind, file_name, what] {
            let length = u64::try_from(part.len()).unwrap_or(u64::MAX);
            digest.update(length.to_le_bytes());
            digest.update(part);
        }
        let mut key = FactsKey::default();
        key.copy_from_slice(digest.finalize().get(..16).unwrap_or(&[0; 16]));
        key
    }
}

fn file_name() -> String {
    format!("{}{PROGRAM}{}", NAME.0, NAME.1)
}

#[cfg(test)]
#[path = "facts_test.rs"]
mod tests;
