//! What two readings of the mirrors of a tree have in common.

use std::collections::BTreeSet;

use perlscan_model::location::SourcePath;

use crate::darkpan::collect::Collected;
use crate::mirror::layout::{indexed_mirror, mirror_of};

impl Collected {
    /// Whether nothing of a mirror was met.
    pub(crate) fn is_empty(&self) -> bool {
        self.releases.is_empty()
            && self.indices.is_empty()
            && self.checksums.is_empty()
            && self.problems.is_empty()
    }

    /// In order of the paths, whatever order they were read in.
    pub(super) fn sort(&mut self) {
        self.releases.sort_by(|a, b| a.path.cmp(&b.path));
        self.indices.sort_by(|a, b| a.0.cmp(&b.0));
        self.checksums.sort_by(|a, b| a.0.cmp(&b.0));
        self.beside.sort();
        self.problems.sort();
    }

    /// Takes away the indices of mirrors of which no archive is there, and names them.
    pub(crate) fn drop_bare_indices(&mut self) -> Vec<SourcePath> {
        let mirrors: BTreeSet<SourcePath> = self
            .releases
            .iter()
            .filter_map(|release| mirror_of(&release.path).map(|(mirror, _)| mirror))
            .collect();
        let indices = std::mem::take(&mut self.indices);
        let (kept, bare) =
            indices.into_iter().partition(|(path, _)| mirrors.contains(&indexed_mirror(path).0));
        self.indices = kept;
        let bare: Vec<_> = bare;
        bare.into_iter().map(|(path, _)| path).collect()
    }

    /// Takes over what `before`, which is in order, has of a file. What is shared has to
    /// continue what is shared there.
    pub(super) fn take(&mut self, path: &SourcePath, before: &Self) {
        if let Ok(at) = before.releases.binary_search_by(|release| release.path.cmp(path)) {
            self.releases.extend(before.releases.get(at).cloned());
        }
        let from = before.problems.partition_point(|problem| problem.location.path < *path);
        let of_it = before.problems.iter().skip(from);
        self.problems.extend(of_it.take_while(|one| one.location.path == *path).cloned());
        self.indices.extend(of(&before.indices, path));
        self.checksums.extend(of(&before.checksums, path));
        self.beside.append(before.beside.of(|known| known == path));
    }

    /// Whether there is no difference in what was read.
    pub(crate) fn says_the_same(&self, other: &Self) -> bool {
        other.shared.continues(&self.shared)
            && self.releases == other.releases
            && self.indices == other.indices
            && self.checksums == other.checksums
            && self.beside == other.beside
            && self.problems == other.problems
    }

    /// Takes over the files that are on both sides from `other`, which was read after this
    /// one.
    pub(crate) fn share(&mut self, other: &Self, on_both: &dyn Fn(&SourcePath) -> bool) {
        debug_assert!(other.shared.continues(&self.shared), "it was read after this one");
        self.shared = other.shared.clone();
        let releases = other.releases.iter().filter(|release| on_both(&release.path));
        let releases: Vec<_> = releases
            .filter(|one| self.releases.binary_search_by(|r| r.path.cmp(&one.path)).is_err())
            .cloned()
            .collect();
        self.releases.extend(releases);
        share(&mut self.indices, &other.indices, on_both);
        share(&mut self.checksums, &other.checksums, on_both);
        let beside = other.beside.of(|path| on_both(path) && !self.beside.has(path));
        self.beside.append(beside);
        self.sort();
    }
}

/// What a list has of a path.
fn of<T: Clone>(list: &[(SourcePath, T)], path: &SourcePath) -> Option<(SourcePath, T)> {
    list.iter().find(|(known, _)| known == path).cloned()
}

/// Adds what one list has and the other has not, of files that are on both sides.
fn share<T: Clone>(
    to: &mut Vec<(SourcePath, T)>,
    from: &[(SourcePath, T)],
    on_both: &dyn Fn(&SourcePath) -> bool,
) {
    for (path, one) in from.iter().filter(|(path, _)| on_both(path)) {
        if of(to, path).is_none() {
            to.push((path.clone(), one.clone()));
        }
    }
}
