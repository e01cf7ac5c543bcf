//! Why a repository can't be read, and what to do then.

use std::path::{Path, PathBuf};

use git2::ErrorCode;
use perlscan_model::location::SourcePath;

/// Why a repository can't be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum GitError {
    /// There is none.
    #[error("'{}' lies in no git repository; scan it without comparing: perlscan PATH", path.display())]
    NoRepository {
        /// Where one was looked for.
        path: PathBuf,
    },
    /// It is somebody else's: its configuration is not to be trusted.
    #[error(
        "the repository '{path}' is owned by somebody else, as is usual in containers; where you trust it: git config --global --add safe.directory '{path}'",
        path = path.display()
    )]
    Owner {
        /// Its folder, as `safe.directory` wants it.
        path: PathBuf,
    },
    /// Its object ids are SHA-256.
    #[error(
        "the repository '{}' has SHA-256 object ids, which can't be read yet; scan a checkout without comparing: perlscan PATH",
        path.display()
    )]
    Sha256 {
        /// Its folder.
        path: PathBuf,
    },
    /// It has something that the library does not know.
    #[error(
        "the repository '{}' can't be read: {why}; scan a checkout without comparing: perlscan PATH",
        path.display()
    )]
    Unreadable {
        /// Its folder.
        path: PathBuf,
        /// What the library says.
        why: String,
    },
    /// A revision names no commit.
    #[error("'{revision}' names no commit of this repository: {hint}")]
    NoCommit {
        /// The revision.
        revision: String,
        /// What to do.
        hint: &'static str,
    },
    /// A file in it can't be read.
    #[error("can't read '{path}' in the repository: {why}")]
    File {
        /// The file.
        path: SourcePath,
        /// Why not.
        why: String,
    },
    /// Its HEAD names no commit yet.
    #[error("HEAD names no commit yet: there is nothing to compare with")]
    Unborn,
    /// A merge is under way.
    #[error(
        "the index holds a merge that is not resolved yet ({paths}); resolve it and `git add` the result"
    )]
    Unmerged {
        /// The first of its paths.
        paths: String,
    },
}

impl GitError {
    /// From an error of opening a repository.
    pub(super) fn opening(error: &git2::Error, place: &Path, top: &Path) -> Self {
        let why = error.message().to_lowercase();
        match error.code() {
            ErrorCode::NotFound => Self::NoRepository { path: place.to_owned() },
            ErrorCode::Owner => Self::Owner { path: top.to_owned() },
            _ if why.contains("object format") || why.contains("objectformat") => {
                Self::Sha256 { path: top.to_owned() }
            }
            _ => Self::Unreadable { path: top.to_owned(), why },
        }
    }
}
