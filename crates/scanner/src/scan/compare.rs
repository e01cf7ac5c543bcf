//! What two readings of a tree have in common.

use perlscan_model::location::SourcePath;

use super::collect::Collected;

impl Collected {
    /// Whether there is no difference in what was read.
    pub(crate) fn says_the_same(&self, other: &Self) -> bool {
        self.markers == other.markers
            && self.files == other.files
            && self.sources == other.sources
            && self.problems == other.problems
    }

    /// Whether it was read of a source that names the contents of its files.
    pub(crate) fn names_contents(&self) -> bool {
        !self.contents.is_empty()
    }

    /// Takes over the files that are on both sides.
    pub(crate) fn share(&mut self, other: &Self, on_both: &dyn Fn(&SourcePath) -> bool) {
        let files = other.files.iter().filter(|file| on_both(&file.path));
        let files: Vec<_> =
            files.filter(|file| !has(&self.files, &file.path, |f| &f.path)).cloned().collect();
        let sources = other.sources.iter().filter(|source| on_both(&source.path));
        let sources: Vec<_> =
            sources.filter(|one| !has(&self.sources, &one.path, |s| &s.path)).cloned().collect();
        let markers = other.markers.iter().filter(|marker| on_both(marker));
        self.markers.extend(markers.cloned().collect::<Vec<_>>());
        self.files.extend(files);
        self.sources.extend(sources);
        self.sort();
    }
}

/// Whether a list in order of its paths has one.
pub(crate) fn has<T>(list: &[T], path: &SourcePath, path_of: fn(&T) -> &SourcePath) -> bool {
    list.binary_search_by(|one| path_of(one).cmp(path)).is_ok()
}
