//! A repository: where it is, and which commits a comparison is about.

use std::path::{Path, PathBuf};

use git2::{Index, ObjectType, Oid, Repository};
use perlscan_model::location::SourcePath;

use super::GitError;
use super::content::{GitContent, Stored};
use crate::source::fs::path_of;

/// Where a repository is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct GitPlace {
    /// A folder inside of it.
    pub start: PathBuf,
    /// Its own folder, in place of the one found from `start` upward (GIT_DIR).
    pub folder: Option<PathBuf>,
    /// Its working tree, where that is not beside its folder (GIT_WORK_TREE).
    pub work_tree: Option<PathBuf>,
    /// Its index, in place of its own (GIT_INDEX_FILE): `git commit PATH` has
    /// another one.
    pub index: Option<PathBuf>,
    /// Where else objects lie: those of a push that is not accepted yet.
    pub objects: Vec<PathBuf>,
}

/// A commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GitCommit {
    /// Its id, as 40 hexadecimal digits.
    pub id: String,
    pub(super) oid: Oid,
    pub(super) tree: Oid,
}

/// A repository that can be read.
pub struct GitRepository {
    place: GitPlace,
    repository: Repository,
}

impl std::fmt::Debug for GitRepository {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("GitRepository").field("path", &self.repository.path()).finish()
    }
}

impl GitRepository {
    /// Opens the repository of a place.
    ///
    /// # Errors
    /// When there is none, or it can't be read.
    pub fn open(place: GitPlace) -> Result<Self, GitError> {
        // As git does: a blob is not hashed each time it is read, which would take
        // longer than the rest of reading; damage shows in its checksums.
        git2::opts::strict_hash_verification(false);
        let opened = match &place.folder {
            Some(folder) => Repository::open(folder),
            None => Repository::discover(&place.start),
        };
        let repository = opened.map_err(|error| {
            let folder = place.folder.as_ref().unwrap_or(&place.start);
            GitError::opening(&error, folder, &top_of(folder))
        })?;
        let opened = Self { repository, place };
        let way = opened.way();
        way.add_objects(&opened.repository).map_err(|error| opened.failed(&error))?;
        Ok(opened)
    }

    /// How another thread opens the same repository once more.
    pub(super) fn way(&self) -> Way<'_> {
        Way { folder: self.repository.path(), objects: &self.place.objects }
    }

    pub(super) fn raw(&self) -> &Repository {
        &self.repository
    }

    pub(super) fn failed(&self, error: &git2::Error) -> GitError {
        let top = self.top().unwrap_or_else(|| self.repository.path());
        GitError::Unreadable { path: top.to_owned(), why: error.message().to_lowercase() }
    }

    /// The top of its working tree; `None` for a bare one.
    pub fn top(&self) -> Option<&Path> {
        let own = || self.repository.workdir().filter(|_| !self.is_bare_by_its_name());
        self.place.work_tree.as_deref().or_else(own)
    }

    /// Whether it is bare because it does not say otherwise and is not called `.git`,
    /// as git has it.
    fn is_bare_by_its_name(&self) -> bool {
        if self.place.folder.is_some() || self.repository.is_worktree() {
            return false;
        }
        let says = |config: git2::Config| {
            config.get_bool("core.bare").is_ok() || config.get_string("core.worktree").is_ok()
        };
        self.folder().file_name().is_some_and(|name| name != ".git")
            && !self.repository.config().is_ok_and(says)
    }

    /// Its own folder.
    pub fn folder(&self) -> &Path {
        self.repository.path()
    }

    /// Whether its history is cut off.
    pub fn is_shallow(&self) -> bool {
        self.repository.is_shallow()
    }

    /// The commit that a revision names, in any way that git has for it.
    ///
    /// # Errors
    /// When it names none.
    pub fn commit(&self, revision: &str) -> Result<GitCommit, GitError> {
        let found = self.repository.revparse_single(revision).and_then(|found| {
            found.peel(ObjectType::Commit).and_then(|found| found.peel_to_commit())
        });
        let commit = match found {
            Ok(commit) => commit,
            Err(_) if revision == "HEAD" && self.head_is_unborn() => return Err(GitError::Unborn),
            Err(_) => {
                let hint = match self.is_shallow() {
                    true => {
                        "it is a shallow clone, which has the newest commits only; fetch the others by `git fetch --unshallow`, in GitHub Actions by `fetch-depth: 0`"
                    }
                    false => {
                        "name a branch, a tag or a commit; a branch of a remote has to be fetched first"
                    }
                };
                return Err(GitError::NoCommit { revision: revision.to_owned(), hint });
            }
        };
        Ok(GitCommit { id: commit.id().to_string(), oid: commit.id(), tree: commit.tree_id() })
    }

    fn head_is_unborn(&self) -> bool {
        self.repository.head().is_err_and(|error| error.code() == git2::ErrorCode::UnbornBranch)
    }

    /// The commit of HEAD; `None` where there is none yet.
    ///
    /// # Errors
    /// When it can't be read.
    pub fn head(&self) -> Result<Option<GitCommit>, GitError> {
        match self.commit("HEAD") {
            Ok(commit) => Ok(Some(commit)),
            Err(GitError::Unborn) => Ok(None),
            Err(other) => Err(other),
        }
    }

    /// Where two commits part; `None` where their histories don't meet, as far as
    /// they are here.
    pub fn merge_base(&self, one: &GitCommit, two: &GitCommit) -> Option<GitCommit> {
        let base = self.repository.merge_base(one.oid, two.oid).ok()?;
        self.commit(&base.to_string()).ok()
    }

    /// What the index holds.
    ///
    /// # Errors
    /// When it can't be read, or a merge is not resolved.
    pub fn index(&self) -> Result<GitContent, GitError> {
        let index = match &self.place.index {
            // Of a repository without any file, too, that is no file.
            Some(path) if !path.exists() => return Ok(GitContent::Empty),
            Some(path) => Index::open(path),
            None => self.repository.index(),
        };
        let index = index.map_err(|error| self.failed(&error))?;
        GitContent::of_index(&index)
    }

    /// Whether git leaves a file of the working tree alone: it is ignored and not
    /// in the index, or lies in a submodule, so that no commit here brings it in.
    pub fn leaves_alone(&self, tracked: &GitContent, path: &SourcePath) -> bool {
        if tracked.at(&self.repository, path).is_some() {
            return false;
        }
        let mut above = path.parent();
        while !above.as_bytes().is_empty() {
            if let Some((Stored::Submodule, _)) = tracked.at(&self.repository, &above) {
                return true;
            }
            above = above.parent();
        }
        path_of(path).is_some_and(|path| self.repository.is_path_ignored(path).unwrap_or(false))
    }

    /// The bytes of a file, links followed; `None` where there is none.
    ///
    /// # Errors
    /// When it has more than `limit` bytes, or can't be read.
    pub fn file(
        &self,
        content: &GitContent,
        path: &SourcePath,
        limit: u64,
    ) -> Result<Option<Vec<u8>>, GitError> {
        content.read(&self.repository, path, limit)
    }

    /// The folder that a scan of `path` begins in: itself, or the one that holds
    /// the file; `None` where there is no such path.
    pub fn folder_of(&self, content: &GitContent, path: &SourcePath) -> Option<SourcePath> {
        match content.at(&self.repository, path)?.0 {
            Stored::Folder => Some(path.clone()),
            Stored::File | Stored::Link | Stored::Submodule => Some(path.parent()),
        }
    }
}

/// How a repository is opened, for a thread of its own.
#[derive(Debug, Clone, Copy)]
pub(super) struct Way<'a> {
    folder: &'a Path,
    objects: &'a [PathBuf],
}

impl Way<'_> {
    pub(super) fn open(self) -> Result<Repository, git2::Error> {
        let repository = Repository::open(self.folder)?;
        self.add_objects(&repository)?;
        Ok(repository)
    }

    fn add_objects(self, repository: &Repository) -> Result<(), git2::Error> {
        for folder in self.objects {
            repository.odb()?.add_disk_alternate(&folder.to_string_lossy())?;
        }
        Ok(())
    }
}

/// The folder that has the `.git`, for a message.
fn top_of(folder: &Path) -> PathBuf {
    let found = folder.ancestors().find(|above| above.join(".git").exists());
    found.unwrap_or(folder).to_owned()
}
