//! A mirror over HTTPS: its index first, then archives that are not here yet, into a
//! folder of the cache. `whole` fetches all that the index names and reads it like any
//! other folder; `shelf` fetches what it is asked for.
//!
//! An archive has its name in that folder when it is whole, so a run that was ended is
//! taken up where it was. What has the name is not asked for again, unless all is to be
//! fetched anew. The digests beside the archives are, and tell what has been replaced
//! under its name: where all is fetched that becomes a problem, where few archives are,
//! they are fetched anew.
//! The index is hostile: names that lead out of the mirror are not fetched.

mod shelf;
mod whole;

use std::path::{Path, PathBuf};
use std::time::Duration;

use sha2::{Digest as _, Sha256};

use crate::advisory::cache::{CacheError, Locked};
use crate::advisory::fetch::{Client, FetchError, Limits as FetchLimits};
use crate::mirror::packages;
use crate::source::ExcludeError;
use crate::source::archive::Format;

pub use self::shelf::RemoteShelf;
pub use self::whole::Mirrored;

/// How many files are fetched at the same time.
pub const CONNECTIONS: usize = 4;
/// After so many archives that can't be had the server is left alone.
pub const FAILURES: usize = 20;
/// The longest path below `authors/id/`, in bytes.
pub const LONGEST_PATH: usize = 1024;
/// How long another run over the same mirror is waited for.
const PATIENCE: Duration = Duration::from_secs(10);
/// The names of the index, as installers ask for it.
const INDEX: [&str; 2] = ["modules/02packages.details.txt.gz", "modules/02packages.details.txt"];
/// Where archives are.
const ARCHIVES: &str = "authors/id";

/// Why a mirror can't be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RemoteError {
    /// The cache can't be used.
    #[error(transparent)]
    Cache(#[from] CacheError),
    /// The index can't be had.
    #[error(transparent)]
    Fetch(#[from] FetchError),
    /// The folder can't be walked.
    #[error(transparent)]
    Exclude(#[from] ExcludeError),
    /// A file of the cache can't be read or written.
    #[error("{}: {cause}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system says.
        cause: std::io::Error,
    },
}

/// A mirror on another machine, and the folder that keeps what was fetched of it. No
/// other run changes the folder while this lives.
pub struct RemoteMirror {
    client: Client,
    locked: Locked,
    /// The folder without links.
    root: PathBuf,
    anew: bool,
}

impl RemoteMirror {
    /// The mirror of a client, kept below a cache folder under the digest of its URL
    /// without credentials. With `anew`, what is there is fetched again.
    ///
    /// # Errors
    /// When the folder can't be used, or another run does not end.
    pub fn open(client: Client, cache: &Path, anew: bool) -> Result<Self, RemoteError> {
        let digest = Sha256::digest(client.place());
        let name: String = digest.iter().take(16).map(|byte| format!("{byte:02x}")).collect();
        let locked = Locked::take(&cache.join("mirrors").join(name), PATIENCE)?;
        let folder = locked.folder();
        let io = |cause| RemoteError::Io { path: folder.to_owned(), cause };
        let root = folder.canonicalize().map_err(io)?;
        Ok(Self { client, locked, root, anew })
    }

    /// The URL without credentials.
    pub fn place(&self) -> &str {
        self.client.place()
    }

    /// The bytes of the index, packed or not, which is always fetched.
    ///
    /// # Errors
    /// When it can't be had.
    #[expect(clippy::disallowed_methods, reason = "what was fetched is read here")]
    pub fn index(&self) -> Result<Vec<u8>, RemoteError> {
        let [packed, plain] = INDEX;
        let path = match self.index_file(packed) {
            Err(RemoteError::Fetch(error)) if is_gone(&error) => self.index_file(plain)?,
            outcome => outcome?,
        };
        std::fs::read(&path).map_err(|cause| RemoteError::Io { path, cause })
    }

    /// Fetches the index by one of its names.
    fn index_file(&self, name: &str) -> Result<PathBuf, RemoteError> {
        let path = self.root.join(name);
        self.make_folder(&path)?;
        let outcome = self.client.save(name, &path, packages::LIMIT);
        if outcome.as_ref().is_err_and(is_gone) {
            // Else that of another time would be read.
            let _ = std::fs::remove_file(&path);
        }
        Ok(outcome.map(|()| path)?)
    }

    /// The file of an archive, by its path below `authors/id/`: from the folder, else
    /// fetched. `None` where the path is not one that may be fetched, or is not there.
    ///
    /// # Errors
    /// When it can't be had.
    pub fn archive(&self, path: &str, most: u64) -> Result<Option<PathBuf>, RemoteError> {
        if !may_be_fetched(path) || Format::of(file_name(path)).is_none() {
            return Ok(None);
        }
        match self.kept(path) {
            Some(file) => Ok(Some(file)),
            None => self.save(path, most),
        }
    }

    /// The file of an archive that is here already.
    fn kept(&self, path: &str) -> Option<PathBuf> {
        let file = self.root.join(ARCHIVES).join(path);
        let is_here = std::fs::metadata(&file).is_ok_and(|about| about.is_file());
        (is_here && !self.anew).then_some(file)
    }

    /// Saves a file below `authors/id/`; where it is gone there, it goes here.
    fn save(&self, path: &str, most: u64) -> Result<Option<PathBuf>, RemoteError> {
        let file = self.root.join(ARCHIVES).join(path);
        self.make_folder(&file)?;
        match self.client.save(&format!("{ARCHIVES}/{path}"), &file, most) {
            Ok(()) => Ok(Some(file)),
            Err(error) if is_gone(&error) => {
                let _ = std::fs::remove_file(&file);
                Ok(None)
            }
            Err(error) => Err(error.into()),
        }
    }

    fn make_folder(&self, file: &Path) -> Result<(), RemoteError> {
        let folder = file.parent().unwrap_or(file);
        let io = |cause| RemoteError::Io { path: folder.to_owned(), cause };
        std::fs::create_dir_all(folder).map_err(io)
    }
}

/// A client with limits for files of a mirror.
///
/// # Errors
/// When it is no URL of https.
pub fn client(url: &str, authorization: Option<String>) -> Result<Client, FetchError> {
    let limits = FetchLimits { whole: Duration::from_secs(120), ..FetchLimits::default() };
    Client::new(url, authorization, limits)
}

/// Whether the server says that there is no such file.
fn is_gone(error: &FetchError) -> bool {
    matches!(error, FetchError::Status { status: 404 | 410, .. })
}

fn file_name(path: &str) -> &[u8] {
    path.rsplit('/').next().unwrap_or_default().as_bytes()
}

/// Whether a path of an index leads to a file below `authors/id/` and nowhere else, on
/// any system.
fn may_be_fetched(path: &str) -> bool {
    let is_plain =
        |part: &str| !part.is_empty() && !part.starts_with('.') && !part.ends_with(['.', ' ']);
    path.len() <= LONGEST_PATH
        && path.split('/').all(is_plain)
        && !path.chars().any(|c| c.is_control() || matches!(c, '\\' | ':' | '*' | '?' | '"' | '|'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_index_leads_to_nothing_but_archives_of_the_mirror() {
        for path in ["A/AB/ABC/Foo-1.tar.gz", "L/LO/LOCAL/sub/Foo-v1.2_3.tgz", "X+Y/Straße-1.zip"]
        {
            assert!(may_be_fetched(path), "{path}");
        }
        for path in [
            "../../x.tar.gz",
            "A/../../x.tar.gz",
            "/etc/x.tar.gz",
            "A//x.tar.gz",
            "A/./x.tar.gz",
            "A/.hidden.tar.gz",
            "C:/x.tar.gz",
            "A\\..\\x.tar.gz",
            "A/x.tar.gz\0",
            "A/x.tar.gz.",
            "",
        ] {
            assert!(!may_be_fetched(path), "{path}");
        }
        assert!(!may_be_fetched(&"a/".repeat(LONGEST_PATH)));
    }
}
