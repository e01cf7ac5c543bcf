//! What lies beside the archives of a mirror.

use std::collections::BTreeMap;

use perlscan_model::archive_name::ArchiveName;
use perlscan_model::location::SourcePath;
use perlscan_model::problem::{Problem, ProblemKind};

use crate::darkpan::archive_location;
use crate::darkpan::contents::Meta;
use crate::darkpan::held::{Held, HeldMeta};
use crate::mirror::layout::{is_authors, is_permissions, is_side_meta, mirror_of};
use crate::mirror::mailrc::{self, Authors};
use crate::mirror::packages::IndexFault;
use crate::mirror::patch::{self, Patch, PatchPlace};
use crate::mirror::perms::{self, Permissions};
use crate::source::Want;

/// What was read beside the archives.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Beside {
    /// The META files beside archives.
    pub(super) metas: Vec<(SourcePath, Meta)>,
    /// Who looks for a maintainer.
    pub(super) permissions: Vec<(SourcePath, Permissions)>,
    /// The names of authors.
    pub(super) authors: Vec<(SourcePath, Authors)>,
    /// The security patches.
    pub(super) patches: Vec<Patch>,
}

/// How much of a file is wanted here.
pub(super) fn wants(path: &SourcePath) -> Want {
    match () {
        () if is_side_meta(path) || patch::is_patch(path) => Want::Manifest,
        () if is_permissions(path) || is_authors(path) => Want::Archive,
        () => Want::No,
    }
}

impl Beside {
    /// Reads a file that is wanted.
    pub(super) fn file(path: &SourcePath, bytes: &[u8], problems: &mut Vec<Problem>) -> Self {
        let mut read = Self::default();
        if is_side_meta(path) {
            let meta = Meta::beside(path, bytes, problems);
            read.metas.extend(meta.map(|meta| (path.clone(), meta)));
        } else if is_permissions(path) {
            let mut found = perms::read(bytes);
            tell(path, std::mem::take(&mut found.faults), problems);
            read.permissions.push((path.clone(), found));
        } else if is_authors(path) {
            let mut found = mailrc::read(bytes);
            tell(path, std::mem::take(&mut found.faults), problems);
            read.authors.push((path.clone(), found));
        } else if let Some(place) = PatchPlace::of(path) {
            match bytes.len() > patch::LIMIT {
                true => problems.push(Problem {
                    location: archive_location(path),
                    kind: ProblemKind::Lost,
                    by: "patch",
                    message: format!(
                        "it has {} bytes, more than the limit of {}, and was not read",
                        bytes.len(),
                        patch::LIMIT
                    ),
                }),
                false => read.patches.push(Patch {
                    place,
                    path: path.clone(),
                    is_named: false,
                    bytes: bytes.to_vec(),
                }),
            }
        }
        read
    }

    /// Adds what was read of other files.
    pub(super) fn append(&mut self, mut other: Self) {
        self.metas.append(&mut other.metas);
        self.permissions.append(&mut other.permissions);
        self.authors.append(&mut other.authors);
        self.patches.append(&mut other.patches);
    }

    /// In order of the paths.
    pub(super) fn sort(&mut self) {
        self.metas.sort_by(|a, b| a.0.cmp(&b.0));
        self.permissions.sort_by(|a, b| a.0.cmp(&b.0));
        self.authors.sort_by(|a, b| a.0.cmp(&b.0));
        self.patches.sort_by(|a, b| a.path.cmp(&b.path));
    }

    /// Gives each archive without a META of its own the one beside it.
    pub(super) fn lend_metas(&mut self, releases: &mut [Held]) {
        let metas: BTreeMap<SourcePath, Meta> =
            std::mem::take(&mut self.metas).into_iter().collect();
        if metas.is_empty() {
            return;
        }
        for release in releases.iter_mut().filter(|release| release.meta.is_none()) {
            let text = release.path.to_text().into_owned();
            let Some(archive) = ArchiveName::parse(&text) else { continue };
            let name = archive.file_name();
            let stem = name.get(..name.len().saturating_sub(archive.extension().len() + 1));
            let beside = format!("{}.meta", stem.unwrap_or_default());
            let beside = release.path.parent().join(beside.as_bytes());
            let meta = metas.get(&beside).cloned();
            let meta = meta.map(|meta| HeldMeta::of(meta, &release.path, true));
            release.meta = meta.map(Box::new);
        }
    }

    /// The name of an archive's author, by its mirror.
    pub(super) fn author(&self, archive: &SourcePath, id: &str) -> Option<&str> {
        let (mirror, _) = mirror_of(archive)?;
        let of_mirror = |(path, _): &&(SourcePath, Authors)| path.parent().parent() == mirror;
        let (_, authors) = self.authors.iter().find(of_mirror)?;
        authors.names.get(id).map(|name| &**name)
    }

    /// What was read of files that a test takes.
    pub(super) fn of(&self, takes: impl Fn(&SourcePath) -> bool) -> Self {
        let takes = &takes;
        Self {
            metas: taken(&self.metas, takes),
            permissions: taken(&self.permissions, takes),
            authors: taken(&self.authors, takes),
            patches: self.patches.iter().filter(|patch| takes(&patch.path)).cloned().collect(),
        }
    }

    /// Whether something was read of a file.
    pub(super) fn has(&self, path: &SourcePath) -> bool {
        *self != Self::default() && self.of(|known| known == path) != Self::default()
    }
}

/// What a list has of files that a test takes.
fn taken<T: Clone>(
    list: &[(SourcePath, T)],
    takes: &impl Fn(&SourcePath) -> bool,
) -> Vec<(SourcePath, T)> {
    list.iter().filter(|(path, _)| takes(path)).cloned().collect()
}

fn tell(path: &SourcePath, faults: Vec<IndexFault>, problems: &mut Vec<Problem>) {
    problems.extend(faults.into_iter().map(|fault| Problem {
        location: archive_location(path),
        kind: ProblemKind::Lost,
        by: "mirror",
        message: match fault.line {
            0 => fault.what,
            line => format!("line {line}: {}", fault.what),
        },
    }));
}
