//! Which release the modules of a distribution in a tree are of.

use std::collections::BTreeMap;

use perlscan_model::database::DistEntry;
use perlscan_model::package::{ProvidedModule, VersionState};
use perlscan_model::version::PerlVersion;

use super::{Held, Looking};
use crate::extract::Installation;
use crate::resolve::tree::{ModuleFile, OnDisk};

impl<'a> Looking<'a> {
    /// The version of the main module; without one what an installer wrote down, or
    /// what the other modules tell.
    pub(super) fn version(
        &self,
        held: &Held<'_, 'a>,
        main: Option<ModuleFile<'a>>,
        written: &[&Installation],
    ) -> VersionState {
        let Held { entry, copies, .. } = held;
        if let Some(VersionState::Exact(release)) =
            main.and_then(|main| main.found.version.as_ref())
        {
            return VersionState::Exact(release.clone());
        }
        // What was installed last is what perllocal.pod has last.
        let noted = written.iter().rev().find_map(|one| one.version.clone());
        let carried = || copies.iter().find_map(|copy| self.carries_release(entry, *copy));
        if let Some(version) = noted.or_else(carried).or_else(|| agreed(entry, copies)) {
            return version;
        }
        let dist = &entry.name;
        VersionState::Unknown(match (main, copies.first()) {
            (Some(main), _) => match &main.found.version {
                Some(VersionState::Unknown(why)) => {
                    format!("{}, the main module of {dist}: {why}", main.found.module)
                }
                _ => format!("{}, the main module of {dist}, has no $VERSION", main.found.module),
            },
            (None, Some(first)) => format!(
                "of {dist} only {} lies there, and its version says nothing of the release",
                first.found.module
            ),
            (None, None) => format!("nothing tells which release of {dist} lies there"),
        })
    }

    /// The version of a module that carries the release's, as far as the lock or
    /// another tree tells of it.
    fn carries_release(&self, entry: &DistEntry, copy: ModuleFile<'_>) -> Option<VersionState> {
        let Some(VersionState::Exact(release)) = &copy.found.version else { return None };
        let known = self.project.locked.iter().chain(self.project.installed.iter());
        let carries = known.filter(|package| package.dist == entry.name).any(|package| {
            let VersionState::Exact(of_dist) = &package.version else { return false };
            let is_same = |provided: &ProvidedModule| {
                provided.module == copy.found.module
                    && provided.version.as_ref() == Some(&of_dist.version)
            };
            package.provides.iter().any(is_same)
        });
        carries.then(|| VersionState::Exact(release.clone()))
    }
}

/// The version that at least two modules and most of those with a version have, if
/// it is a known release: distributions that give all their modules the release's
/// version do so, and hardly another.
fn agreed(entry: &DistEntry, copies: &[ModuleFile<'_>]) -> Option<VersionState> {
    let mut counts: BTreeMap<&PerlVersion, usize> = BTreeMap::new();
    for copy in copies {
        if let OnDisk::Version(version) = copy.version() {
            *counts.entry(version).or_default() += 1;
        }
    }
    let all: usize = counts.values().sum();
    let (version, count) = counts.into_iter().max_by_key(|(_, count)| *count)?;
    let release = entry.releases.iter().find(|release| release.version.version == *version)?;
    (count >= 2 && count * 2 > all).then(|| VersionState::Exact(release.version.clone()))
}
