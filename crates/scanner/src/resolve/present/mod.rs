//! Which releases lie in trees of modules that no `.meta` tells of: installed
//! from git, from a folder or by `make install`, or copied there by hand.
//!
//! A module's distribution is told by the lock or by the database; that a tree
//! holds a distribution, by its main module, whose `$VERSION` is the release's. Where
//! it has none, others carry the release's as far as that is known, and last, what
//! most of them agree on counts if it is a known release.
//! It is told with confidence where an installer wrote it down, or where at least
//! half of the modules that the distribution ships lie there.

mod told;
mod version;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use perlscan_model::database::DistEntry;
use perlscan_model::finding::Confidence;
use perlscan_model::location::{Location, SourcePath};
use perlscan_model::name::{DistName, ModuleName};
use perlscan_model::package::{Origin, Package, ProvidedModule, VersionState};
use perlscan_model::problem::Problem;

use crate::advisory::AdvisoryError;
use crate::advisory::database::Database;
use crate::extract::Installation;
use crate::resolve::installed::architecture;
use crate::resolve::present::told::{Told, overwritten};
use crate::resolve::project::{Project, is_foreign_source};
use crate::resolve::tree::{ModuleFile, OnDisk, Tree, Trees};

/// Adds what lies in the trees of projects to what is installed there.
/// `folder` is the name of the scan's base, where it is known: a project that
/// says nowhere what it is may be named by its folder.
///
/// # Errors
/// When the database is damaged.
pub fn settle(
    projects: &mut [Project],
    folder: Option<&[u8]>,
    database: &Database,
) -> Result<(), AdvisoryError> {
    let mut module_counts = None;
    for project in projects.iter_mut() {
        drop_own_builds(project);
        let (found, stale, unknown, others) = {
            let looking = Looking::at(project, folder, database);
            let (found, stale, unknown) = looking.all(&mut module_counts)?;
            (found, stale, unknown, looking.other_modules()?)
        };
        if !(stale.is_empty() && found.is_empty()) {
            let installed = Arc::make_mut(&mut project.installed);
            installed.retain(|package| !stale.contains_key(&package.location.path));
            installed.extend(found);
            installed.sort_by(|a, b| a.location.cmp(&b.location));
        }
        project.stale.extend(stale.into_values());
        project.unknown_installs = unknown;
        project.other_modules = others;
    }
    inherit(projects);
    Ok(())
}

/// A project without a lock or install of its own takes the install of the
/// nearest one above.
fn inherit(projects: &mut [Project]) {
    let installs: BTreeMap<SourcePath, Arc<Vec<Package>>> = projects
        .iter()
        .filter(|project| !project.installed.is_empty())
        .map(|project| (project.path.clone(), Arc::clone(&project.installed)))
        .collect();
    let has_none = |project: &&mut Project| {
        project.installed.is_empty() && (project.locked.is_empty() || project.lock_inherited)
    };
    for project in projects.iter_mut().filter(has_none) {
        let mut above = project.path.clone();
        while !above.as_bytes().is_empty() {
            above = above.parent();
            if let Some(installed) = installs.get(&above) {
                project.installed = Arc::clone(installed);
                project.installed_above = Some(above);
                break;
            }
        }
    }
}

/// What the manifests in a project's own folder call it.
fn identities(project: &Project) -> BTreeSet<&DistName> {
    let files = project.files.iter().filter(|file| file.path.parent() == project.path);
    files.flat_map(|file| &file.facts.identities).map(|identity| &identity.dist).collect()
}

/// Drops what lies unpacked and is the project itself, as it was once built.
fn drop_own_builds(project: &mut Project) {
    let own = identities(project);
    let is_own = |package: &Package| architecture(package).is_none() && own.contains(&package.dist);
    if project.installed.iter().any(is_own) {
        let kept = project.installed.iter().filter(|package| !is_own(package)).cloned().collect();
        project.installed = Arc::new(kept);
    }
}

/// Releases, entries of `.meta` that are not true any more, and modules whose
/// distribution nothing knows.
type Found = (Vec<Package>, BTreeMap<SourcePath, Problem>, Vec<ModuleName>);

/// Looks at one project.
struct Looking<'a> {
    project: &'a Project,
    folder: Option<&'a [u8]>,
    database: &'a Database,
    trees: Trees<'a>,
    /// What installers wrote down, by the module that they name it by.
    written: BTreeMap<&'a ModuleName, Vec<&'a Installation>>,
    /// What the entries of `.meta` provide: in which tree, and of which distribution.
    provided: BTreeMap<&'a ModuleName, Vec<(SourcePath, &'a DistName)>>,
    /// What the manifests in the project's own folder call it.
    identities: BTreeSet<&'a DistName>,
    /// Files that are told of as copies that another file carries.
    carried: BTreeSet<&'a SourcePath>,
}

impl<'a> Looking<'a> {
    fn at(project: &'a Project, folder: Option<&'a [u8]>, database: &'a Database) -> Self {
        let architectures = project.installed.iter().filter_map(architecture).collect();
        let mut written: BTreeMap<&ModuleName, Vec<&Installation>> = BTreeMap::new();
        let mut carried = BTreeSet::new();
        for file in &project.files {
            for installation in &file.facts.installations {
                written.entry(&installation.module).or_default().push(installation);
            }
            let own = |location: &Location| location.path == file.path && location.inside.is_none();
            if file.facts.bundled.iter().any(|copy| own(&copy.location)) {
                carried.insert(&file.path);
            }
        }
        let trees = Trees::of(&project.sources, architectures);
        let mut provided: BTreeMap<&ModuleName, Vec<(SourcePath, &DistName)>> = BTreeMap::new();
        for package in project.installed.iter() {
            let Some(architecture) = architecture(package) else { continue };
            let tree = trees.tree_of(&architecture);
            for module in &package.provides {
                provided.entry(&module.module).or_default().push((tree.clone(), &package.dist));
            }
        }
        let identities = identities(project);
        Self { project, folder, database, trees, written, provided, identities, carried }
    }

    fn all(
        &self,
        module_counts: &mut Option<BTreeMap<DistName, usize>>,
    ) -> Result<Found, AdvisoryError> {
        let mut all = (Vec::new(), BTreeMap::new(), self.unknown()?);
        for (folder, tree) in self.trees.iter() {
            for (dist, copies) in self.by_dist(folder, tree)? {
                let Some(entry) = self.database.dist(&dist)? else { continue };
                if dist.is_perl() || self.is_own(&entry, &copies) {
                    continue;
                }
                let is_main =
                    |copy: &ModuleFile<'_>| Some(&copy.found.module) == entry.main_module.as_ref();
                let mut mains: Vec<Option<ModuleFile<'a>>> =
                    copies.iter().copied().filter(is_main).map(Some).collect();
                if mains.is_empty() {
                    mains.push(None);
                }
                // Folders for two architectures or perls may hold a copy each.
                mains.retain(|main| match self.told(folder, &dist, *main) {
                    Told::No => true,
                    Told::Yes => false,
                    Told::Wrongly(package) => {
                        let path = package.location.path.clone();
                        all.1.insert(path, overwritten(package, *main));
                        true
                    }
                });
                if mains.is_empty() {
                    continue;
                }
                if module_counts.is_none() {
                    *module_counts = Some(self.database.module_counts()?);
                }
                let counts = module_counts.as_ref().and_then(|counts| counts.get(&dist));
                let shipped = counts.copied().unwrap_or(1);
                let held = Held { entry: &entry, folder, copies: &copies, shipped };
                all.0.extend(mains.into_iter().filter_map(|main| self.package(&held, main)));
            }
        }
        Ok(all)
    }

    /// The modules of a tree that distributions ship, those named by their file
    /// alone.
    fn by_dist(
        &self,
        folder: &SourcePath,
        tree: &Tree<'a>,
    ) -> Result<BTreeMap<DistName, Vec<ModuleFile<'a>>>, AdvisoryError> {
        let mut by_dist: BTreeMap<DistName, Vec<ModuleFile<'a>>> = BTreeMap::new();
        for (module, copies) in tree {
            let mut copies = copies
                .iter()
                .copied()
                .filter(|copy| copy.is_named && !self.carried.contains(&copy.file.path))
                .peekable();
            if copies.peek().is_none() {
                continue;
            }
            let Some(dist) = self.dist(module)? else { continue };
            // A release that shipped what is a distribution of its own today holds
            // that one too; of its other modules `.meta` knows better.
            if self.is_provided_elsewhere(folder, module, &dist) {
                let entry = self.database.dist(&dist)?;
                if entry.is_none_or(|entry| entry.main_module.as_ref() != Some(*module)) {
                    continue;
                }
            }
            by_dist.entry(dist).or_default().extend(copies);
        }
        Ok(by_dist)
    }

    /// How many modules in trees of others nothing tells the distribution of.
    fn other_modules(&self) -> Result<usize, AdvisoryError> {
        let mut others = 0;
        for (_, tree) in self.trees.iter() {
            for (module, copies) in tree {
                let is_other = copies
                    .iter()
                    .any(|copy| copy.is_named && is_foreign_source(self.project, &copy.file.path));
                if is_other && !self.provided.contains_key(module) && self.dist(module)?.is_none() {
                    others += 1;
                }
            }
        }
        Ok(others)
    }

    fn dist(&self, module: &ModuleName) -> Result<Option<DistName>, AdvisoryError> {
        if let Some(at) = self.project.provided.package(module) {
            return Ok(self.project.locked.get(at).map(|package| package.dist.clone()));
        }
        self.database.dist_of_module(module)
    }

    /// Whether the copies are the project itself: it says so, or its folder is
    /// called so. What lies in a vendored folder is a copy all the same.
    fn is_own(&self, entry: &DistEntry, copies: &[ModuleFile<'_>]) -> bool {
        let is_vendored = |copy: &ModuleFile<'_>| is_foreign_source(self.project, &copy.file.path);
        if copies.iter().all(is_vendored) {
            return false;
        }
        let names = |dist: &DistName| {
            let main = entry.main_module.as_ref();
            *dist == entry.name
                || main.is_some_and(|main| main.as_str() == dist.as_str().replace('-', "::"))
        };
        if !self.identities.is_empty() {
            return self.identities.iter().any(|dist| names(dist));
        }
        let folder = match self.project.path.file_name() {
            b"" => self.folder.unwrap_or_default(),
            name => name,
        };
        let name = entry.name.as_str().as_bytes();
        let rest = folder.get(name.len()..).filter(|_| {
            folder.get(..name.len()).is_some_and(|start| start.eq_ignore_ascii_case(name))
        });
        // `HTTP-Tiny`, `HTTP-Tiny-0.080`, `http-tiny.git`.
        rest.is_some_and(|rest| matches!(rest.first(), None | Some(b'-' | b'.' | b'_')))
    }

    /// The release that a distribution's modules in a tree are.
    fn package(&self, held: &Held<'_, 'a>, main: Option<ModuleFile<'a>>) -> Option<Package> {
        let written = self.written(held);
        let modules: BTreeSet<&ModuleName> =
            held.copies.iter().map(|copy| &copy.found.module).collect();
        let version = self.version(held, main, &written);
        let tells = |copy: &&ModuleFile<'_>| match (&version, copy.version()) {
            (VersionState::Exact(release), OnDisk::Version(own)) => release.version == *own,
            _ => false,
        };
        let shown = main
            .or_else(|| held.copies.iter().find(tells).copied())
            .or_else(|| held.copies.first().copied())?;
        let has_most = modules.len() * 2 >= held.shipped;
        let is_whole = main.is_some() && has_most;
        // Among a project's own modules one that is called as somebody else's is
        // just that, while neither the main module nor most of the others are there.
        let is_chance = main.is_none() && !has_most && written.is_empty();
        if is_chance && !is_foreign_source(self.project, &shown.file.path) {
            return None;
        }
        // A version that another module than the main one tells may be its own.
        let is_of_main = main.is_some_and(|main| matches!(main.version(), OnDisk::Version(_)))
            || written.iter().any(|one| one.version.is_some())
            || matches!(version, VersionState::Unknown(_));
        let is_part =
            self.is_provided_elsewhere(held.folder, &shown.found.module, &held.entry.name);
        let provided = |copy: &ModuleFile<'_>| ProvidedModule {
            module: copy.found.module.clone(),
            version: match copy.version() {
                OnDisk::Version(version) => Some(version.clone()),
                OnDisk::None | OnDisk::Dynamic => None,
            },
        };
        Some(Package {
            dist: held.entry.name.clone(),
            version,
            author: None,
            distpath: None,
            origin: Origin::Installed,
            confidence: match !is_part && is_of_main && (is_whole || !written.is_empty()) {
                true => Confidence::High,
                false => Confidence::Low,
            },
            provides: held.copies.iter().map(provided).collect(),
            edges: Vec::new(),
            location: Location::at(shown.file.path.clone(), shown.found.span),
        })
    }

    /// What installers wrote down of a distribution that a tree holds.
    fn written(&self, held: &Held<'_, 'a>) -> Vec<&'a Installation> {
        let mut all = Vec::new();
        for copy in held.copies {
            let module = &copy.found.module;
            let installations = self.written.get(module).into_iter().flatten().copied();
            all.extend(installations.filter(|one| {
                let tree = self.trees.tree_of(&beside_auto(&one.location.path));
                // A system's perl keeps them in another folder than the modules.
                let is_here = tree == *held.folder
                    || self.trees.get(&tree).is_none_or(|tree| !tree.contains_key(module));
                // perllocal.pod lists no files.
                is_here
                    && (one.files.is_empty() || one.files.iter().any(|file| is_end(*copy, file)))
            }));
        }
        all
    }

    /// What an installer wrote down of distributions that nothing else tells of.
    fn unknown(&self) -> Result<Vec<ModuleName>, AdvisoryError> {
        let provided: BTreeSet<&ModuleName> = self
            .project
            .installed
            .iter()
            .flat_map(|package| package.provides.iter().map(|provided| &provided.module))
            .collect();
        let mut unknown = Vec::new();
        for module in self.written.keys() {
            let is_known = provided.contains(*module)
                || self.database.is_core(module)
                || self.dist(module)?.is_some();
            if !is_known {
                unknown.push((*module).clone());
            }
        }
        Ok(unknown)
    }
}

/// A distribution of which a tree holds modules.
struct Held<'h, 'a> {
    entry: &'h DistEntry,
    folder: &'h SourcePath,
    copies: &'h [ModuleFile<'a>],
    /// How many modules the distribution ships.
    shipped: usize,
}

/// The folder for an architecture in which a `.packlist` or perllocal.pod lies.
fn beside_auto(path: &SourcePath) -> SourcePath {
    let mut folder = path.parent();
    let depth = folder.parts().collect::<Vec<_>>().iter().rev().position(|part| *part == b"auto");
    for _ in 0..depth.map_or(0, |depth| depth + 1) {
        folder = folder.parent();
    }
    folder
}

/// Whether a file that was installed somewhere is this one.
fn is_end(copy: ModuleFile<'_>, installed: &SourcePath) -> bool {
    let name = copy.found.module.as_str().replace("::", "/");
    let stem = installed.as_bytes().strip_suffix(b".pm").unwrap_or_default();
    stem.strip_suffix(name.as_bytes()).is_some_and(|above| above.ends_with(b"/"))
}
