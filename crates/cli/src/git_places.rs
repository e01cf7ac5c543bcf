//! Which repository is meant, and what the arguments name in it.

use std::path::{Component, Path, PathBuf};

use anyhow::{Context as _, bail};
use perlscan_scanner::config::{self, CONFIG_FILE};
use perlscan_scanner::model::location::SourcePath;
use perlscan_scanner::policy::suppression::Suppression;
use perlscan_scanner::report::Standpoint;
use perlscan_scanner::source::git::{GitContent, GitPlace, GitRepository, GitSource};
use perlscan_scanner::source::{Excludes, IGNORE_FILE, Limits, relative_to};

use crate::args::SourceArgs;
use crate::places;

/// The largest ignore file that is read, in bytes.
const MAX_IGNORE_BYTES: u64 = 1 << 20;

/// Opens the repository around a folder, or the one that a hook of git has named
/// in its environment.
///
/// # Errors
/// When there is none, or it can't be read.
pub(crate) fn open(start: &Path) -> anyhow::Result<GitRepository> {
    let named = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty());
    let path = |name: &str| named(name).map(PathBuf::from);
    let others = named("GIT_ALTERNATE_OBJECT_DIRECTORIES").unwrap_or_default();
    let others = std::env::split_paths(&others).filter(|path| !path.as_os_str().is_empty());
    let objects = path("GIT_OBJECT_DIRECTORY").into_iter().chain(others).collect();
    Ok(GitRepository::open(GitPlace {
        start: start.to_owned(),
        folder: path("GIT_DIR"),
        work_tree: path("GIT_WORK_TREE"),
        index: path("GIT_INDEX_FILE"),
        objects,
    })?)
}

/// Where the user stands.
pub(crate) fn here() -> anyhow::Result<PathBuf> {
    std::env::current_dir()
        .and_then(|path| path.canonicalize())
        .context("can't tell the current folder")
}

/// What is read of a repository.
pub(crate) struct GitPlaces<'a> {
    pub(crate) repository: &'a GitRepository,
    /// Where the top lies, or would lie for a bare repository.
    pub(crate) top: PathBuf,
    /// What is read, seen from the top.
    pub(crate) roots: Vec<SourcePath>,
    args: &'a SourceArgs,
    pub(crate) limits: Limits,
}

impl<'a> GitPlaces<'a> {
    /// What the paths name, seen from `here`.
    ///
    /// # Errors
    /// When one lies outside of the repository.
    pub(crate) fn of(
        repository: &'a GitRepository,
        args: &'a SourceArgs,
        here: &Path,
    ) -> anyhow::Result<Self> {
        let top = match repository.top() {
            Some(top) => top.canonicalize().unwrap_or_else(|_| top.to_owned()),
            None => repository.folder().to_owned(),
        };
        // A bare repository has no folders to stand in: paths are those in its trees.
        let from = if repository.top().is_some() { here } else { &top };
        let root = |path: &PathBuf| {
            let absolute = from.join(path);
            let absolute = match repository.top() {
                Some(_) => absolute.canonicalize().unwrap_or_else(|_| plain(&absolute)),
                None => plain(&absolute),
            };
            match absolute.starts_with(&top) {
                true => Ok(relative_to(&top, &absolute)),
                false => {
                    bail!("'{}' lies outside of the repository '{}'", path.display(), top.display())
                }
            }
        };
        let roots = args.paths.iter().map(root).collect::<anyhow::Result<Vec<_>>>()?;
        Ok(Self { repository, top, roots, args, limits: places::limits(args) })
    }

    /// The same of paths that are seen from the top already.
    pub(crate) fn at(
        repository: &'a GitRepository,
        args: &'a SourceArgs,
        top: &Path,
        roots: Vec<SourcePath>,
    ) -> Self {
        Self { repository, top: top.to_owned(), roots, args, limits: places::limits(args) }
    }

    /// Where the user stands, seen from the top.
    pub(crate) fn standpoint(&self, here: &Path) -> Standpoint {
        if self.repository.top().is_none() {
            return Standpoint::default();
        }
        match here.starts_with(&self.top) {
            true => Standpoint::Inside(relative_to(&self.top, here)),
            false => Standpoint::Outside(relative_to(here, &self.top)),
        }
    }

    /// The name of the top's folder.
    pub(crate) fn folder(&self) -> Option<Vec<u8>> {
        let above = self.top.parent()?;
        let name = relative_to(above, &self.top);
        let name = name.as_bytes();
        Some(name.strip_suffix(b".git").unwrap_or(name).to_vec())
    }

    /// The folders that scans begin in, as the later state has them, else the
    /// earlier one.
    ///
    /// # Errors
    /// When neither has a path.
    pub(crate) fn scan_roots(&self, states: [&GitContent; 2]) -> anyhow::Result<Vec<SourcePath>> {
        let folder = |root: &SourcePath| {
            let found = states.iter().find_map(|state| self.repository.folder_of(state, root));
            match found {
                Some(folder) => Ok(folder),
                // What holds nothing yet may still be asked about.
                None if root.as_bytes().is_empty() => Ok(root.clone()),
                None => bail!("'{root}' is in neither of the states that are compared"),
            }
        };
        self.roots.iter().map(folder).collect()
    }

    /// The ignore file of a state, with its path.
    ///
    /// # Errors
    /// When it can't be read.
    pub(crate) fn ignore_file(
        &self,
        state: &GitContent,
        scan_roots: &[SourcePath],
    ) -> anyhow::Result<Option<(SourcePath, Vec<u8>)>> {
        if self.args.no_config {
            return Ok(None);
        }
        let path = common(scan_roots).join(IGNORE_FILE.as_bytes());
        let bytes = self.repository.file(state, &path, MAX_IGNORE_BYTES)?;
        Ok(bytes.map(|bytes| (path, bytes)))
    }

    /// The suppressions of a state; `named` is how git names the state before a `:`.
    ///
    /// # Errors
    /// When the file can't be read, or says something that it can't.
    pub(crate) fn suppressions(
        &self,
        state: &GitContent,
        named: &str,
        scan_roots: &[SourcePath],
    ) -> anyhow::Result<Vec<Suppression>> {
        let path = common(scan_roots).join(CONFIG_FILE.as_bytes());
        if self.args.no_config {
            return Ok(Vec::new());
        }
        let Some(bytes) = self.repository.file(state, &path, config::MAX_BYTES)? else {
            return Ok(Vec::new());
        };
        let shown = PathBuf::from(format!("{named}:{path}"));
        Ok(config::parse(&bytes, &shown, &path)?.suppressions)
    }

    /// What a state holds, as a source; `like` is the one that it is compared with,
    /// where both have the same ignore file.
    ///
    /// # Errors
    /// When an exclude is no pattern.
    pub(crate) fn source(
        &self,
        state: &GitContent,
        scan_roots: &[SourcePath],
        ignore_file: Option<&[u8]>,
        like: Option<&GitSource<'a>>,
    ) -> anyhow::Result<GitSource<'a>> {
        let root = match common(scan_roots) {
            common if common.as_bytes().is_empty() => self.top.clone(),
            common => self.top.join(&*common.to_text()),
        };
        let excludes = Excludes::of_bytes(&root, &self.args.exclude, ignore_file)?;
        Ok(GitSource::new(
            self.repository,
            state.clone(),
            self.roots.clone(),
            excludes,
            (self.top.clone(), self.args.threads),
            &self.limits,
            like,
        ))
    }
}

/// The folder that all of them lie in.
fn common(folders: &[SourcePath]) -> SourcePath {
    let mut common = folders.first().cloned().unwrap_or_default();
    while !folders.iter().all(|folder| folder.is_below(&common)) {
        common = common.parent();
    }
    common
}

/// A path without `.` and `..`, whether it is there or not.
fn plain(path: &Path) -> PathBuf {
    let mut plain = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => {
                plain.pop();
            }
            part => plain.push(part),
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_folder_that_all_lie_in() {
        for (folders, expected) in [
            (vec!["a/b", "a/c"], "a"),
            (vec!["a/b"], "a/b"),
            (vec!["a/b", "ab"], ""),
            (vec!["", "a"], ""),
        ] {
            let folders: Vec<SourcePath> = folders.into_iter().map(SourcePath::from).collect();
            assert_eq!(common(&folders), SourcePath::from(expected));
        }
        assert_eq!(plain(Path::new("/a/./b/../c")), PathBuf::from("/a/c"));
    }
}
