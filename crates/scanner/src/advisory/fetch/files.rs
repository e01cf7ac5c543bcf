//! Files of our own in the cache.

use std::fs::File;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use super::FetchError;

pub(super) fn io(path: &Path) -> impl FnOnce(std::io::Error) -> FetchError {
    let path = path.to_owned();
    |cause| FetchError::Io { path, cause }
}

/// A file that gets its name when it is whole; what is not is taken away.
pub(super) struct Beside {
    path: PathBuf,
    part: PathBuf,
    /// Until it is closed.
    file: Option<File>,
}

impl Beside {
    #[expect(clippy::disallowed_methods, reason = "what is fetched is written to the cache")]
    pub(super) fn new(path: PathBuf) -> Result<Self, FetchError> {
        let mut part = path.clone().into_os_string();
        part.push(".part");
        let part = PathBuf::from(part);
        let file = File::create(&part).map_err(io(&part))?;
        Ok(Self { path, part, file: Some(file) })
    }

    pub(super) fn write(&mut self, bytes: &[u8]) -> Result<(), FetchError> {
        match &mut self.file {
            Some(file) => file.write_all(bytes).map_err(io(&self.part)),
            None => Ok(()),
        }
    }

    pub(super) fn done(self) -> Result<PathBuf, FetchError> {
        if let Some(file) = &self.file {
            file.sync_all().map_err(io(&self.part))?;
        }
        self.done_unsynced()
    }

    /// For files that can be written again from elsewhere.
    pub(super) fn done_unsynced(mut self) -> Result<PathBuf, FetchError> {
        self.file = None;
        std::fs::rename(&self.part, &self.path).map_err(io(&self.path))?;
        Ok(self.path.clone())
    }
}

impl Drop for Beside {
    fn drop(&mut self) {
        // Not every system takes away what is open.
        self.file = None;
        let _ = std::fs::remove_file(&self.part);
    }
}
