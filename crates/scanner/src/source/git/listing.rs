//! Which files a tree or an index holds, and what is left out of it on purpose.
//!
//! Two listings of neighbouring commits share most of their folders: a folder of
//! the same id at the same place is taken over from the other one, unread.

use std::collections::HashMap;
use std::ops::Range;

use git2::{Oid, Repository};
use perlscan_model::location::SourcePath;

use super::content::{GitContent, IndexFile, Stored};
use crate::source::fs::path_of;
use crate::source::skipped::skipped_path;
use crate::source::{Excludes, Limits};

/// An entry, as a visit comes by it.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    pub(super) path: SourcePath,
    pub(super) what: What,
}

/// What stands at a path.
#[derive(Debug, Clone)]
pub(super) enum What {
    File(Oid),
    Link,
    Submodule,
    /// A folder that is never entered, by the name that it is counted under.
    Skipped(&'static str),
    /// A folder that an exclude removed.
    Excluded,
    /// A folder whose tree could not be read, and why.
    Lost(String),
}

/// The entries below some roots.
#[derive(Debug, Default)]
pub(super) struct Listing {
    pub(super) entries: Vec<Entry>,
    /// The folders of a tree: their ids, and which entries are theirs.
    folders: HashMap<SourcePath, (Oid, Range<usize>)>,
    most: usize,
    /// Whether there were more entries than are listed.
    pub(super) is_cut: bool,
}

/// What decides on folders.
pub(super) struct Filter<'a> {
    pub(super) excludes: &'a Excludes,
    /// Where the top would lie on disk: excludes match such paths.
    pub(super) base: &'a std::path::Path,
    pub(super) limits: &'a Limits,
}

impl Filter<'_> {
    /// Why a folder is not entered.
    fn refuses(&self, folder: &SourcePath) -> Option<What> {
        if let Some(name) = skipped_path(folder) {
            return Some(What::Skipped(name));
        }
        self.matches(folder, true).then_some(What::Excluded)
    }

    /// Whether an exclude names a path.
    pub(super) fn matches(&self, path: &SourcePath, is_folder: bool) -> bool {
        !self.excludes.is_empty()
            && path_of(path)
                .is_some_and(|path| self.excludes.matches(&self.base.join(path), is_folder))
    }
}

/// Lists what lies below the roots. `like` is a listing made by the same filter.
pub(super) fn list(
    content: &GitContent,
    repository: &Repository,
    roots: &[SourcePath],
    filter: &Filter<'_>,
    like: Option<&Listing>,
) -> Listing {
    let mut listing = Listing { most: filter.limits.entries, ..Listing::default() };
    for root in roots {
        match content {
            GitContent::Empty => {}
            GitContent::Index(files) => listing.of_index(files, root, filter),
            GitContent::Tree(_) => match content.at(repository, root) {
                Some((Stored::Folder, id)) => {
                    listing.of_tree(repository, root, id, filter, like);
                }
                Some((stored, id)) => listing.push(root.clone(), of_stored(stored, id)),
                None => {}
            },
        }
    }
    listing
}

fn of_stored(stored: Stored, id: Oid) -> What {
    match stored {
        Stored::Link => What::Link,
        Stored::Submodule => What::Submodule,
        Stored::File | Stored::Folder => What::File(id),
    }
}

impl Listing {
    fn push(&mut self, path: SourcePath, what: What) {
        if self.entries.len() < self.most {
            self.entries.push(Entry { path, what });
        } else {
            self.is_cut = true;
        }
    }

    /// Recurses as deep as a path may be long.
    fn of_tree(
        &mut self,
        repository: &Repository,
        folder: &SourcePath,
        id: Oid,
        filter: &Filter<'_>,
        like: Option<&Self>,
    ) {
        // Folders without a file count, too.
        self.is_cut |= self.entries.len() + self.folders.len() >= self.most;
        if self.is_cut {
            return;
        }
        let from = self.entries.len();
        match like.and_then(|like| Some((like, like.folders.get(folder)?))) {
            Some((like, (known, range))) if *known == id && !like.is_cut => {
                let shared = like.entries.get(range.clone()).unwrap_or_default();
                let room = self.most.saturating_sub(self.entries.len());
                self.is_cut |= shared.len() > room;
                self.entries.extend(shared.iter().take(room).cloned());
            }
            _ => self.of_new_tree(repository, folder, id, filter, like),
        }
        self.folders.insert(folder.clone(), (id, from..self.entries.len()));
    }

    fn of_new_tree(
        &mut self,
        repository: &Repository,
        folder: &SourcePath,
        id: Oid,
        filter: &Filter<'_>,
        like: Option<&Self>,
    ) {
        let tree = match repository.find_tree(id) {
            Ok(tree) => tree,
            Err(error) => {
                let what = What::Lost(missing("its list of files", id, &error));
                return self.push(folder.clone(), what);
            }
        };
        for entry in &tree {
            if self.is_cut {
                return;
            }
            let path = folder.join(entry.name_bytes());
            let mode = u32::try_from(entry.filemode_raw()).unwrap_or_default();
            let Some(stored) = Stored::of_mode(mode) else { continue };
            if stored != Stored::Folder || path.as_bytes().len() > filter.limits.path_bytes {
                self.push(path, of_stored(stored, entry.id()));
                continue;
            }
            match filter.refuses(&path) {
                Some(what) => self.push(path, what),
                None => self.of_tree(repository, &path, entry.id(), filter, like),
            }
        }
    }

    fn of_index(&mut self, files: &[IndexFile], root: &SourcePath, filter: &Filter<'_>) {
        let from = files.partition_point(|file| file.path < *root);
        // The last folder that is not entered: what is below it comes right after.
        let mut refused: Option<SourcePath> = None;
        let mut above: Vec<SourcePath> = Vec::new();
        for file in files.iter().skip(from) {
            if !file.path.is_below(root) {
                // Other names may stand between a folder's name and its files.
                if !file.path.as_bytes().starts_with(root.as_bytes()) {
                    break;
                }
                continue;
            }
            if refused.as_ref().is_some_and(|folder| file.path.is_below(folder)) {
                continue;
            }
            refused = None;
            let parent = file.path.parent();
            while above.last().is_some_and(|known| !parent.is_below(known)) {
                above.pop();
            }
            // The folders between the last one known and the file, outermost first.
            let mut new: Vec<SourcePath> = Vec::new();
            let mut folder = parent;
            while above.last() != Some(&folder) && folder != *root && folder.is_below(root) {
                let next = folder.parent();
                new.push(folder);
                folder = next;
            }
            for folder in new.into_iter().rev() {
                if let Some(what) = filter.refuses(&folder) {
                    self.push(folder.clone(), what);
                    refused = Some(folder);
                    break;
                }
                above.push(folder);
            }
            if refused.is_none() {
                self.push(file.path.clone(), of_stored(file.stored, file.id));
            }
        }
    }
}

/// What is said of an object that can't be read.
pub(super) fn missing(what: &str, id: Oid, error: &git2::Error) -> String {
    let short: String = id.to_string().chars().take(10).collect();
    if error.code() == git2::ErrorCode::NotFound {
        return format!(
            "{what} ({short}) is not in the repository: a partial clone fetches it by `git fetch --refetch --no-filter`"
        );
    }
    format!("can't read {what} ({short}): {}", error.message().to_lowercase())
}
