//! What entries of `.meta` tell of the modules that lie in a tree.

use perlscan_model::location::SourcePath;
use perlscan_model::name::{DistName, ModuleName};
use perlscan_model::package::{Package, ProvidedModule};
use perlscan_model::problem::{Problem, ProblemKind};
use perlscan_model::version::PerlVersion;

use super::Looking;
use crate::resolve::installed::architecture;
use crate::resolve::inventory::version_text;
use crate::resolve::tree::{ModuleFile, OnDisk};

/// Whether a `.meta` tells of what lies in a tree.
pub(super) enum Told<'a> {
    No,
    Yes,
    /// It does, but the main module on disk is another one.
    Wrongly(&'a Package),
}

impl<'a> Looking<'a> {
    /// Whether an entry of the tree's `.meta` says that another distribution
    /// ships a module.
    pub(super) fn is_provided_elsewhere(
        &self,
        folder: &SourcePath,
        module: &ModuleName,
        dist: &DistName,
    ) -> bool {
        let providing = self.provided.get(module).into_iter().flatten();
        providing.clone().any(|(tree, other)| tree == folder && *other != dist)
            && !providing.clone().any(|(tree, other)| tree == folder && *other == dist)
    }

    /// Whether an entry of a `.meta` tells of the distribution's copy in a tree.
    pub(super) fn told(
        &self,
        folder: &SourcePath,
        dist: &DistName,
        main: Option<ModuleFile<'a>>,
    ) -> Told<'a> {
        let on_disk = main.map(|main| main.version());
        let mut wrongly = None;
        for package in self.project.installed.iter().filter(|package| package.dist == *dist) {
            let Some(architecture) = architecture(package) else { continue };
            let of_main = package
                .provides
                .iter()
                .find(|provided| main.is_some_and(|main| main.found.module == provided.module));
            let agrees = match (on_disk, of_main) {
                (Some(OnDisk::Version(version)), Some(ProvidedModule { version: told, .. })) => {
                    told.as_ref() == Some(version)
                }
                _ => true,
            };
            let tree = self.trees.tree_of(&architecture);
            if tree == *folder {
                if agrees {
                    return Told::Yes;
                }
                wrongly = wrongly.or(Some(package));
                continue;
            }
            // A system's perl has `.meta` in another folder than the modules.
            let is_there = main.is_some_and(|main| {
                self.trees.get(&tree).is_some_and(|tree| tree.contains_key(&main.found.module))
            });
            if agrees && on_disk.is_some() && !is_there {
                return Told::Yes;
            }
        }
        if let Some(package) = wrongly {
            return Told::Wrongly(package);
        }
        // A copy that lies unpacked says what it is itself.
        let unpacked = self.project.installed.iter().any(|package| {
            let above = package.location.path.parent();
            package.dist == *dist
                && architecture(package).is_none()
                && !above.as_bytes().is_empty()
                && folder.is_below(&above)
        });
        if unpacked { Told::Yes } else { Told::No }
    }
}

pub(super) fn overwritten(package: &Package, main: Option<ModuleFile<'_>>) -> Problem {
    let on_disk: Option<(&ModuleName, &PerlVersion)> = main.and_then(|main| match main.version() {
        OnDisk::Version(version) => Some((&main.found.module, version)),
        OnDisk::None | OnDisk::Dynamic => None,
    });
    let beside = match on_disk {
        Some((module, version)) => format!("{module} on disk has version {version}"),
        None => "the modules on disk are others".to_owned(),
    };
    Problem {
        location: package.location.clone(),
        kind: ProblemKind::Note,
        by: "resolve",
        message: format!(
            "{} {} is no longer there: {beside}, which counts",
            package.dist,
            version_text(&package.version)
        ),
    }
}
