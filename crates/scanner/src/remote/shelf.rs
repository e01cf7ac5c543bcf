//! A mirror of which only those archives are fetched that somebody asks for.

use std::fmt;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use super::{CONNECTIONS, FAILURES, INDEX, RemoteError, RemoteMirror, is_gone, may_be_fetched};
use crate::advisory::fetch::{FetchError, Progress};
use crate::mirror::shelf::{Shelf, ShelfError, read};

/// A mirror over HTTPS as a shelf. What it has fetched is kept, and what the index no
/// longer names stays until the mirror is fetched whole.
pub struct RemoteShelf<'p> {
    mirror: RemoteMirror,
    progress: &'p (dyn Progress + Sync),
    given: AtomicU64,
    failed: AtomicUsize,
}

impl<'p> RemoteShelf<'p> {
    /// A mirror; `progress` is told how many archives it has given out.
    pub fn new(mirror: RemoteMirror, progress: &'p (dyn Progress + Sync)) -> Self {
        Self { mirror, progress, given: AtomicU64::new(0), failed: AtomicUsize::new(0) }
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
        let file = self.mirror.archive(path, most).map_err(|error| self.refused(error, most))?;
        let given = self.given.fetch_add(1, Ordering::Relaxed).saturating_add(1);
        self.progress.at("archives", given, None);
        let file = file.ok_or(ShelfError::Missing)?;
        read(&file, &self.mirror.root, most)
    }

    fn connections(&self) -> Option<usize> {
        Some(CONNECTIONS)
    }
}
