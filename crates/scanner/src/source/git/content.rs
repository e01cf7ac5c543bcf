//! What a commit's tree or an index holds, as far as one asks for a path.

use git2::{Index, Oid, Repository};
use perlscan_model::location::SourcePath;

use super::links::{self, Target};
use super::listing::missing;
use super::{GitCommit, GitError};
use crate::source::fs::path_of;

/// An entry that git knows by its flags and no commit would take.
const INTENT_TO_ADD: u16 = 1 << 13;
/// The bits of an entry's flags that are its side of a merge.
const STAGE: u16 = 0x3000;
/// How many paths a message names.
const NAMED: usize = 3;

/// What an entry is, as git stores it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stored {
    Folder,
    File,
    Link,
    Submodule,
}

impl Stored {
    pub(super) fn of_mode(mode: u32) -> Option<Self> {
        match mode & 0o170_000 {
            0o040_000 => Some(Self::Folder),
            0o100_000 => Some(Self::File),
            0o120_000 => Some(Self::Link),
            0o160_000 => Some(Self::Submodule),
            _ => None,
        }
    }
}

/// An entry of an index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IndexFile {
    pub(super) path: SourcePath,
    pub(super) stored: Stored,
    pub(super) id: Oid,
}

/// The content of a commit's tree or of an index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum GitContent {
    /// Nothing: what is before the first commit.
    Empty,
    /// A commit's tree.
    Tree(Oid),
    /// The entries of an index, in order of the paths' bytes.
    Index(Vec<IndexFile>),
}

impl From<&GitCommit> for GitContent {
    fn from(commit: &GitCommit) -> Self {
        Self::Tree(commit.tree)
    }
}

impl GitContent {
    pub(super) fn of_index(index: &Index) -> Result<Self, GitError> {
        let mut files = Vec::with_capacity(index.len());
        let mut unmerged: Vec<SourcePath> = Vec::new();
        for entry in index.iter() {
            let path = SourcePath::new(entry.path);
            if entry.flags & STAGE != 0 {
                unmerged.push(path);
                continue;
            }
            if entry.flags_extended & INTENT_TO_ADD != 0 {
                continue;
            }
            if let Some(stored) = Stored::of_mode(entry.mode) {
                files.push(IndexFile { path, stored, id: entry.id });
            }
        }
        if !unmerged.is_empty() {
            unmerged.sort();
            unmerged.dedup();
            let named: Vec<String> = unmerged
                .iter()
                .take(NAMED)
                .map(|path| path.to_text().escape_debug().to_string())
                .collect();
            let more = if unmerged.len() > NAMED { ", …" } else { "" };
            return Err(GitError::Unmerged { paths: format!("{}{more}", named.join(", ")) });
        }
        files.sort_by(|a, b| a.path.cmp(&b.path));
        Ok(Self::Index(files))
    }

    /// What stands at a path, without following links; `None` for nothing.
    pub(super) fn at(&self, repository: &Repository, path: &SourcePath) -> Option<(Stored, Oid)> {
        match self {
            Self::Empty => None,
            Self::Tree(tree) if path.as_bytes().is_empty() => Some((Stored::Folder, *tree)),
            Self::Tree(tree) => {
                let tree = repository.find_tree(*tree).ok()?;
                let entry = tree.get_path(path_of(path)?.as_ref()).ok()?;
                let stored = Stored::of_mode(u32::try_from(entry.filemode_raw()).ok()?)?;
                Some((stored, entry.id()))
            }
            Self::Index(files) => {
                let from = files.partition_point(|file| file.path < *path);
                let found = files.get(from).filter(|file| file.path == *path);
                if let Some(file) = found {
                    return Some((file.stored, file.id));
                }
                let below = SourcePath::new([path.as_bytes(), b"/"].concat());
                let from = files.partition_point(|file| file.path < below);
                let is_folder = path.as_bytes().is_empty()
                    || files.get(from).is_some_and(|file| file.path.is_below(path));
                is_folder.then_some((Stored::Folder, Oid::ZERO_SHA1))
            }
        }
    }

    /// The bytes of a file, if there is one.
    pub(super) fn read(
        &self,
        repository: &Repository,
        path: &SourcePath,
        limit: u64,
    ) -> Result<Option<Vec<u8>>, GitError> {
        let Target::File(id) = links::target(self, repository, path) else { return Ok(None) };
        let failed = |why: String| GitError::File { path: path.clone(), why };
        let read = || -> Result<_, git2::Error> {
            let odb = repository.odb()?;
            let (size, _) = odb.read_header(id)?;
            if u64::try_from(size).unwrap_or(u64::MAX) > limit {
                return Ok(Err(size));
            }
            let bytes = odb.read(id)?.data().to_vec();
            Ok(Ok(bytes))
        };
        match read() {
            Ok(Ok(bytes)) => Ok(Some(bytes)),
            Ok(Err(size)) => Err(failed(format!("it has {size} bytes; at most {limit} are read"))),
            Err(error) => Err(failed(missing("its content", id, &error))),
        }
    }
}
