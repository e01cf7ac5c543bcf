//! Where a mirror's index and its archives are had from.

use std::fmt;
use std::fs;
use std::io::Read as _;
use std::path::{Component, Path, PathBuf};

use crate::mirror::packages;

/// A mirror that gives out its index, and archives by their paths.
pub trait Shelf: fmt::Debug + Sync {
    /// What the mirror is called in reports: never with credentials.
    fn shown(&self) -> &str;

    /// The bytes of `02packages.details.txt`, packed by gzip or not.
    ///
    /// # Errors
    /// When it can't be had.
    fn index(&self) -> Result<Vec<u8>, ShelfError>;

    /// The bytes of the archive at a path below `authors/id/`, no more than `most`.
    ///
    /// # Errors
    /// When it can't be had, has more bytes, or the path leads out of the mirror.
    fn archive(&self, path: &str, most: u64) -> Result<Vec<u8>, ShelfError>;

    /// How many archives are asked for at the same time where the way to them is what
    /// takes long; `None` where reading them does.
    fn connections(&self) -> Option<usize> {
        None
    }
}

/// Why something of a mirror can't be had. The texts complete "it ...".
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ShelfError {
    /// There is no such folder.
    #[error("'{0}' is not there; name the folder of a mirror")]
    NoFolder(String),
    /// The folder is none of a mirror.
    #[error(
        "'{0}' is no mirror: it has no modules/02packages.details.txt.gz; name the folder that has \
         modules/ and authors/, a repository of Pinto, or one of its stacks"
    )]
    NoMirror(String),
    /// A repository of Pinto without a default stack.
    #[error("'{0}' is a repository of Pinto without a default stack; name one of {1}")]
    NoStack(String, String),
    /// The file is not there.
    #[error("is not in the mirror")]
    Missing,
    /// The path leads out of the mirror.
    #[error("leads out of the mirror, and was not read")]
    Outside,
    /// It is too large.
    #[error("has more bytes than the limit of {0}; raise --max-archive-bytes to read it")]
    TooLarge(u64),
    /// The server of the mirror has no index.
    #[error(
        "is not there: it has neither {0}; name the URL of the folder that has modules/ and authors/"
    )]
    NoIndex(String),
    /// It can't be fetched.
    #[error("can't be fetched: {0}")]
    NotFetched(String),
    /// So many others could not be fetched that the server is left alone.
    #[error(
        "was not asked for, since {0} others could not be fetched: start again, and what is here is \
         not fetched again"
    )]
    LeftAlone(usize),
    /// The system says no.
    #[error("can't be read: {0}")]
    Io(std::io::Error),
}

impl From<std::io::Error> for ShelfError {
    fn from(error: std::io::Error) -> Self {
        match error.kind() {
            std::io::ErrorKind::NotFound => Self::Missing,
            _ => Self::Io(error),
        }
    }
}

/// A mirror in a folder: plain, or a stack of Pinto.
#[derive(Debug)]
pub struct FolderShelf {
    shown: String,
    index: PathBuf,
    /// The folder that nothing of the mirror may lead out of, without links.
    root: PathBuf,
    /// `authors/id`.
    archives: PathBuf,
}

impl FolderShelf {
    /// The mirror at a path; of a repository of Pinto the default stack.
    ///
    /// # Errors
    /// When there is no index.
    pub fn open(path: &Path) -> Result<Self, ShelfError> {
        let shown = path.display().to_string();
        let named = path.canonicalize().map_err(|_| ShelfError::NoFolder(shown.clone()))?;
        // A stack of Pinto has its archives in the repository around it.
        let around = named.parent().filter(|folder| folder.ends_with("stacks"));
        let root = around.and_then(Path::parent).unwrap_or(&named).to_owned();
        let Some(index) = index_in(&named) else {
            let stacks = stacks(&named);
            return Err(match stacks.is_empty() {
                true => ShelfError::NoMirror(shown),
                false => ShelfError::NoStack(shown, stacks.join(", ")),
            });
        };
        let archives = root.join("authors").join("id");
        Ok(Self { shown, index, root, archives })
    }

    /// The folder that the mirror is in, without links.
    pub fn root(&self) -> &Path {
        &self.root
    }
}

impl Shelf for FolderShelf {
    fn shown(&self) -> &str {
        &self.shown
    }

    fn index(&self) -> Result<Vec<u8>, ShelfError> {
        read(&self.index, &self.root, packages::LIMIT)
    }

    fn archive(&self, path: &str, most: u64) -> Result<Vec<u8>, ShelfError> {
        let path = Path::new(path);
        if !path.components().all(|part| matches!(part, Component::Normal(_))) {
            return Err(ShelfError::Outside);
        }
        read(&self.archives.join(path), &self.root, most)
    }
}

fn index_in(folder: &Path) -> Option<PathBuf> {
    ["02packages.details.txt.gz", "02packages.details.txt"]
        .into_iter()
        .map(|name| folder.join("modules").join(name))
        .find(|path| path.is_file())
}

/// The stacks of a repository of Pinto, sorted.
fn stacks(folder: &Path) -> Vec<String> {
    let Ok(entries) = fs::read_dir(folder.join("stacks")) else { return Vec::new() };
    let mut names: Vec<String> = entries
        .flatten()
        .filter(|entry| index_in(&entry.path()).is_some())
        .map(|entry| format!("stacks/{}", entry.file_name().to_string_lossy()))
        .collect();
    names.sort();
    names
}

/// Reads a file of a mirror that is in a folder without links. A link is followed as far as it stays in there.
#[expect(clippy::disallowed_methods, reason = "the files of a named mirror are opened here")]
pub(crate) fn read(path: &Path, root: &Path, most: u64) -> Result<Vec<u8>, ShelfError> {
    let path = path.canonicalize()?;
    if !path.starts_with(root) {
        return Err(ShelfError::Outside);
    }
    // A pipe would never end, and a device is no file.
    if !path.is_file() {
        return Err(ShelfError::Missing);
    }
    let mut bytes = Vec::new();
    fs::File::open(&path)?.take(most.saturating_add(1)).read_to_end(&mut bytes)?;
    match u64::try_from(bytes.len()).unwrap_or(u64::MAX) > most {
        true => Err(ShelfError::TooLarge(most)),
        false => Ok(bytes),
    }
}

#[cfg(test)]
#[path = "shelf_test.rs"]
mod tests;
