//! A mirror of which only those archives are fetched that somebody asks for.

use std::collections::HashMap;
use std::fmt;
use std::path::Path;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use perlscan_model::digest::Sha256;
use perlscan_model::location::SourcePath;
use sha2::Digest as _;

use super::{CONNECTIONS, FAILURES, INDEX, RemoteError, RemoteMirror, is_gone, may_be_fetched};
use crate::advisory::fetch::{FetchError, Progress};
use crate::mirror::checksums::{self, Checksums};
use crate::mirror::shelf::{Shelf, ShelfError, read};

/// The longest CHECKSUMS, in bytes: the largest of CPAN's has two million.
const LONGEST_SUMS: u64 = 64 << 20;

/// The digests of a folder, once they were asked for; `None` where there are none that can
/// be read, else why they can't be had.
type Sums = Arc<OnceLock<Result<Option<Checksums>, String>>>;

/// A mirror over HTTPS as a shelf. What it has fetched is kept, unless the mirror's
/// CHECKSUMS say that another archive has its name now; what the index no longer names
/// stays until the mirror is fetched whole.
pub struct RemoteShelf<'p> {
    mirror: RemoteMirror,
    progress: &'p (dyn Progress + Sync),
    given: AtomicU64,
    failed: AtomicUsize,
    /// By folder below `authors/id/`.
    sums: Mutex<HashMap<String, Sums>>,
}

impl<'p> RemoteShelf<'p> {
    /// A mirror; `progress` is told how many archives it has given out.
    pub fn new(mirror: RemoteMirror, progress: &'p (dyn Progress + Sync)) -> Self {
        let (given, failed) = (AtomicU64::new(0), AtomicUsize::new(0));
        Self { mirror, progress, given, failed, sums: Mutex::default() }
    }

    /// Whether the mirror says that an archive which an earlier run has fetched is
    /// another one now. Digests that are older than SHA-256 are not asked; then the
    /// length has to do, and where nothing is said, nobody can tell.
    fn is_replaced(&self, path: &str, file: &Path, most: u64) -> Result<bool, ShelfError> {
        let Some((folder, name)) = path.rsplit_once('/') else { return Ok(false) };
        let of_folder = {
            let mut sums = self.sums.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(sums.entry(folder.to_owned()).or_default())
        };
        let sums = of_folder.get_or_init(|| self.sums_of(folder));
        let sums = sums.as_ref().map_err(|error| ShelfError::NotFetched(error.clone()))?;
        let name = SourcePath::from(name);
        let said = sums.iter().flat_map(|sums| &sums.files).find(|said| said.name == name);
        let Some(said) = said else { return Ok(false) };
        let bytes = read(file, &self.mirror.root, most)?;
        Ok(match (&said.sha256, said.size) {
            (Some(said), _) => *said != Sha256(sha2::Sha256::digest(&bytes).into()).to_string(),
            (None, Some(size)) => u64::try_from(bytes.len()) != Ok(size),
            (None, None) => false,
        })
    }

    /// Fetches the digests of a folder.
    fn sums_of(&self, folder: &str) -> Result<Option<Checksums>, String> {
        let fetched = self.mirror.save(&format!("{folder}/CHECKSUMS"), LONGEST_SUMS);
        let file = fetched.map_err(|error| {
            self.failed.fetch_add(1, Ordering::Relaxed);
            error.to_string()
        })?;
        let Some(file) = file else { return Ok(None) };
        let bytes = read(&file, &self.mirror.root, LONGEST_SUMS);
        Ok(checksums::read(&bytes.map_err(|error| error.to_string())?).ok())
    }

    /// What a failure means for whoever asked; many of them end the asking.
    fn refused(&self, error: RemoteError, most: u64) -> ShelfError {
        self.failed.fetch_add(1, Ordering::Relaxed);
        match error {
            RemoteError::Fetch(FetchError::TooLarge { limit, .. }) if limit == most => {
                ShelfError::TooLarge(limit)
            }
            other => ShelfError::NotFetched(other.to_string()),
        }
    }
}

impl fmt::Debug for RemoteShelf<'_> {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        // A client knows credentials.
        to.debug_struct("RemoteShelf").field("place", &self.shown()).finish_non_exhaustive()
    }
}

impl Shelf for RemoteShelf<'_> {
    fn shown(&self) -> &str {
        self.mirror.place()
    }

    fn index(&self) -> Result<Vec<u8>, ShelfError> {
        self.mirror.index().map_err(|error| match error {
            RemoteError::Fetch(error) if is_gone(&error) => {
                ShelfError::NoIndex(INDEX.join(" nor "))
            }
            other => ShelfError::NotFetched(other.to_string()),
        })
    }

    fn archive(&self, path: &str, most: u64) -> Result<Vec<u8>, ShelfError> {
        if !may_be_fetched(path) {
            return Err(ShelfError::Outside);
        }
        if self.failed.load(Ordering::Relaxed) >= FAILURES {
            return Err(ShelfError::LeftAlone(FAILURES));
        }
        let is_replaced = match self.mirror.kept(path) {
            Some(file) => self.is_replaced(path, &file, most)?,
            None => false,
        };
        let file = match is_replaced {
            true => self.mirror.save(path, most),
            false => self.mirror.archive(path, most),
        };
        let file = file.map_err(|error| self.refused(error, most))?;
        let given = self.given.fetch_add(1, Ordering::Relaxed).saturating_add(1);
        self.progress.at("archives", given, None);
        let file = file.ok_or(ShelfError::Missing)?;
        read(&file, &self.mirror.root, most)
    }

    fn connections(&self) -> Option<usize> {
        Some(CONNECTIONS)
    }
}
