//! Which files belong to which project.
//!
//! A root is a directory with a manifest, except below installed trees,
//! `.meta`, a mirror's `authors/`, or where a distribution lies unpacked inside
//! another project: those belong to the root around them. A manifest in `etc/`,
//! `tools/` or `t/` with no root above belongs to the scan root. Without any
//! manifest, the scan root is the project.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use perlscan_model::location::SourcePath;
use perlscan_model::name::{DistName, ModuleName};
use perlscan_model::package::{Edge, Origin, Package};
use perlscan_model::problem::Problem;
use perlscan_model::requirement::Requirement;
use perlscan_model::usage::{ModuleFound, ModuleUse};

use crate::advisory::AdvisoryError;
use crate::advisory::database::Database;
use crate::extract::Facts;
use crate::resolve::graph::Provided;
use crate::resolve::installed;

/// Directories whose manifest is not that of a project of its own, unless a
/// root is above.
const SIDE_DIRECTORIES: [&[u8]; 3] = [b"etc", b"tools", b"t"];

/// Directories whose projects are fixtures of tests.
const FIXTURE_DIRECTORIES: [&[u8]; 5] = [b"t", b"xt", b"test-data", b"share", b"fixtures"];

/// Directories in which projects keep copies of other people's modules.
const VENDORED_DIRECTORIES: [&[u8]; 12] = [
    b"extlib",
    b"extlibs",
    b"cpan-lib",
    b"cpanlib",
    b"vendor",
    b"vendored",
    b"thirdparty",
    b"third_party",
    b"third-party",
    b"3rdparty",
    b"local-lib",
    b"fatlib",
];

/// What an installer leaves behind: it tells of a tree, and is no manifest.
const BOOK_KEEPING: [&[u8]; 2] = [b".packlist", b"perllocal.pod"];

/// The facts of one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileFacts {
    /// The file.
    pub path: SourcePath,
    /// What it says.
    pub facts: Facts,
    /// Whether it was opened for what it carries inside, and is no manifest
    /// itself: it belongs to a project and makes none.
    pub is_only_holder: bool,
}

/// What Perl source says of modules. There may be a hundred thousand such files,
/// so these are kept apart from those with facts of every kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PerlFile {
    /// The file.
    pub path: SourcePath,
    /// The modules that it loads; none for a file of an installed tree, whose
    /// needs are not the project's.
    pub uses: Box<[ModuleUse]>,
    /// The packages that it declares.
    pub modules: Box<[ModuleFound]>,
}

/// A project: a directory and everything that was read for it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Project {
    /// Its directory.
    pub path: SourcePath,
    /// Whether it is a fixture of tests.
    pub fixture: bool,
    /// Whether it is all that a perl has installed, so that nothing is its own.
    pub is_system: bool,
    /// The files that were read for it, sorted.
    pub inputs: Vec<SourcePath>,
    /// What else these files say: interpreters, identities and the like.
    /// Requirements, packages and problems are taken out of them.
    pub files: Vec<FileFacts>,
    /// Its Perl source, that of installed trees too, sorted.
    pub sources: Vec<PerlFile>,
    /// What it asks for, in order of location.
    pub requirements: Vec<Requirement>,
    /// What its lock names, in order of location; shared by the projects that
    /// take the same lock.
    pub locked: Arc<Vec<Package>>,
    /// Which of them provides a module.
    pub provided: Arc<Provided>,
    /// The lock, where there is one.
    pub lock: Option<SourcePath>,
    /// Whether the lock belongs to a project above.
    pub lock_inherited: bool,
    /// The mirror against which it was resolved, where it has no lock; what is in
    /// `locked` then is what a fresh install would take from there.
    pub resolved: Option<String>,
    /// The releases that lie in its installed trees, in order of location; shared by
    /// the projects that take the same trees.
    pub installed: Arc<Vec<Package>>,
    /// The project above whose installed trees these are, where it has none itself.
    pub installed_above: Option<SourcePath>,
    /// Modules that installers wrote down, whose distribution nothing tells.
    pub unknown_installs: Vec<ModuleName>,
    /// How many modules in installed and vendored trees no advised distribution ships
    /// and no entry of a `.meta` tells of: nothing says what they belong to.
    pub other_modules: usize,
    /// What is to be said of entries of installed trees that do not count.
    pub stale: Vec<Problem>,
}

impl Project {
    /// The distribution that ships a module, as far as the lock or the database
    /// knows it.
    ///
    /// # Errors
    /// When the database is damaged.
    pub fn dist_of(
        &self,
        module: &ModuleName,
        database: &Database,
    ) -> Result<Option<DistName>, AdvisoryError> {
        match self.provided.package(module).and_then(|at| self.locked.get(at)) {
            Some(package) => Ok(Some(package.dist.clone())),
            None => database.dist_of_module(module),
        }
    }
}

/// Whether a file marks a project's root.
pub fn is_root_marker(name: &[u8]) -> bool {
    matches!(name, b"Makefile.PL" | b"Build.PL" | b"dist.ini" | b"minil.toml")
        || matches!(name, b"META.json" | b"META.yml" | b"MYMETA.json" | b"MYMETA.yml")
        || name == b"cpanfile"
        || name == b"cpanfile.snapshot"
}

/// The directories inside a project where a distribution lies unpacked.
pub fn unpacked(
    files: &[FileFacts],
    markers: &BTreeSet<SourcePath>,
    scan_roots: &[SourcePath],
) -> BTreeSet<SourcePath> {
    let read: BTreeSet<&SourcePath> =
        files.iter().filter(|file| makes_root(file)).map(|file| &file.path).collect();
    roots(markers, &read, scan_roots).1
}

/// Whether a file that was read makes its directory a root.
fn makes_root(file: &FileFacts) -> bool {
    !file.is_only_holder && !BOOK_KEEPING.contains(&file.path.file_name())
}

/// Groups files into projects, in order of their paths.
///
/// `markers` are the files of the tree that mark roots, `scan_roots` the
/// directories that the user named.
pub fn group(
    files: Vec<FileFacts>,
    sources: Vec<PerlFile>,
    markers: &BTreeSet<SourcePath>,
    scan_roots: &[SourcePath],
) -> Vec<Project> {
    let read: BTreeSet<&SourcePath> =
        files.iter().filter(|file| makes_root(file)).map(|file| &file.path).collect();
    let (roots, _) = roots(markers, &read, scan_roots);
    let mut projects: BTreeMap<SourcePath, Project> = BTreeMap::new();
    for mut file in files {
        let project = project_of(&file.path, &mut projects, &roots, scan_roots);
        let (mut present, mut locked): (Vec<Package>, Vec<Package>) =
            file.facts.packages.drain(..).partition(|package| package.origin == Origin::Installed);
        Arc::make_mut(&mut project.installed).append(&mut present);
        if !locked.is_empty() && project.lock.is_none() {
            project.lock = Some(file.path.clone());
        }
        project.requirements.append(&mut file.facts.requirements);
        Arc::make_mut(&mut project.locked).append(&mut locked);
        project.inputs.push(file.path.clone());
        project.files.push(file);
    }
    for mut source in sources {
        let project = project_of(&source.path, &mut projects, &roots, scan_roots);
        // What a copy of somebody else's module needs is not the project's need.
        if is_foreign_source(project, &source.path) {
            source.uses = Box::default();
        }
        project.sources.push(source);
    }
    let mut projects: Vec<Project> = projects.into_values().collect();
    projects.iter_mut().for_each(join_edges);
    for project in &mut projects {
        project.provided = Arc::new(Provided::by(&project.locked));
        let entries = std::mem::take(&mut project.installed);
        let (current, stale) = installed::current(Arc::unwrap_or_clone(entries), &project.sources);
        project.installed = Arc::new(current);
        project.stale = stale;
    }
    inherit_locks(&mut projects);
    projects
}

/// The project that a file belongs to.
fn project_of<'a>(
    file: &SourcePath,
    projects: &'a mut BTreeMap<SourcePath, Project>,
    roots: &BTreeSet<SourcePath>,
    scan_roots: &[SourcePath],
) -> &'a mut Project {
    let directory = owner(&file.parent(), roots, scan_roots);
    projects.entry(directory.clone()).or_insert_with(|| Project {
        fixture: is_fixture(&directory, scan_roots),
        path: directory,
        ..Project::default()
    })
}

/// The directories that are roots, and those where a distribution lies unpacked.
fn roots(
    markers: &BTreeSet<SourcePath>,
    read: &BTreeSet<&SourcePath>,
    scan_roots: &[SourcePath],
) -> (BTreeSet<SourcePath>, BTreeSet<SourcePath>) {
    let mut marks: BTreeMap<SourcePath, Vec<&[u8]>> = BTreeMap::new();
    for marker in markers.iter().chain(read.iter().copied()) {
        marks.entry(marker.parent()).or_default().push(marker.file_name());
    }
    let mut roots: BTreeSet<SourcePath> = BTreeSet::new();
    let mut unpacked: BTreeSet<SourcePath> = BTreeSet::new();
    // Directories come before those below them, so that a root above is known.
    for (directory, names) in &marks {
        if is_foreign(directory.parts()) {
            continue;
        }
        let inside = roots.iter().any(|root| directory != root && directory.is_below(root));
        let has = |name: &[u8]| names.contains(&name);
        let is_unpacked =
            inside && (has(b"META.json") || has(b"META.yml")) && !has(b"cpanfile.snapshot");
        let side = directory.parts().last().is_some_and(|name| SIDE_DIRECTORIES.contains(&name));
        if is_unpacked {
            unpacked.insert(directory.clone());
            continue;
        }
        if side && !inside && !scan_roots.contains(directory) {
            continue;
        }
        roots.insert(directory.clone());
    }
    (roots, unpacked)
}

/// Whether a directory of these parts lies in a tree of installed or mirrored
/// distributions.
pub fn is_foreign<'p>(mut directory: impl Iterator<Item = &'p [u8]>) -> bool {
    let mut before: &[u8] = b"";
    directory.any(|part| {
        let above = std::mem::replace(&mut before, part);
        matches!((above, part), (_, b".meta") | (b"lib", b"perl5") | (b"authors", b"id"))
    })
}

/// Whether a file of a project is somebody else's: it lies in an installed tree,
/// or in a vendored one below the project's folder.
pub fn is_foreign_source(project: &Project, file: &SourcePath) -> bool {
    let own = project.path.parts().count();
    project.is_system
        || is_foreign(file.folders())
        || file.folders().skip(own).any(|part| VENDORED_DIRECTORIES.contains(&part))
}

/// Gives each installed release what the MYMETA.json beside its entry requires.
fn join_edges(project: &mut Project) {
    let mut by_folder: BTreeMap<SourcePath, Vec<Edge>> = BTreeMap::new();
    for file in project.files.iter_mut().filter(|file| !file.facts.edges.is_empty()) {
        by_folder.insert(file.path.parent(), std::mem::take(&mut file.facts.edges));
    }
    for package in Arc::make_mut(&mut project.installed) {
        if let Some(edges) = by_folder.remove(&package.location.path.parent()) {
            package.edges = edges;
        }
    }
}

/// The project that a directory belongs to.
fn owner(
    directory: &SourcePath,
    roots: &BTreeSet<SourcePath>,
    scan_roots: &[SourcePath],
) -> SourcePath {
    let nearest = |candidates: &mut dyn Iterator<Item = &SourcePath>| {
        candidates
            .filter(|root| directory.is_below(root))
            .max_by_key(|root| root.as_bytes().len())
            .cloned()
    };
    nearest(&mut roots.iter())
        .or_else(|| nearest(&mut scan_roots.iter()))
        .unwrap_or_else(|| directory.clone())
}

/// Whether a directory lies below a folder of test data, seen from what the
/// user named: whoever names a fixture wants it scanned.
pub fn is_fixture(directory: &SourcePath, scan_roots: &[SourcePath]) -> bool {
    let root = scan_roots
        .iter()
        .filter(|root| directory.is_below(root))
        .max_by_key(|root| root.as_bytes().len());
    let above = root.map_or(0, |root| root.parts().count());
    directory.parts().skip(above).any(|part| FIXTURE_DIRECTORIES.contains(&part))
}

/// A project without a lock takes the nearest one above.
fn inherit_locks(projects: &mut [Project]) {
    let with_lock = |project: &&Project| !project.locked.is_empty();
    let locks: Vec<Project> = projects
        .iter()
        .filter(with_lock)
        .map(|project| Project {
            path: project.path.clone(),
            lock: project.lock.clone(),
            locked: Arc::clone(&project.locked),
            provided: Arc::clone(&project.provided),
            ..Project::default()
        })
        .collect();
    for project in projects.iter_mut().filter(|project| project.locked.is_empty()) {
        let above = locks
            .iter()
            .filter(|other| project.path.is_below(&other.path))
            .max_by_key(|other| other.path.as_bytes().len());
        if let Some(other) = above {
            project.lock.clone_from(&other.lock);
            project.locked = Arc::clone(&other.locked);
            project.provided = Arc::clone(&other.provided);
            project.lock_inherited = true;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paths(files: &[&str], scan_roots: &[&str]) -> Vec<(String, bool)> {
        let files: Vec<FileFacts> = files
            .iter()
            .map(|path| FileFacts {
                path: SourcePath::from(*path),
                facts: Facts::default(),
                is_only_holder: false,
            })
            .collect();
        let markers = files.iter().map(|file| file.path.clone()).collect();
        let scan_roots: Vec<SourcePath> =
            scan_roots.iter().map(|root| SourcePath::from(*root)).collect();
        let read = files.into_iter().filter(|f| f.path.file_name().starts_with(b"cpanfile"));
        group(read.collect(), Vec::new(), &markers, &scan_roots)
            .into_iter()
            .map(|project| (project.path.to_text().into_owned(), project.fixture))
            .collect()
    }

    #[test]
    fn a_manifest_makes_a_root() {
        assert_eq!(
            paths(&["cpanfile", "api/cpanfile", "api/lib/cpanfile.dev"], &[""]),
            [("".into(), false), ("api".into(), false), ("api/lib".into(), false)]
        );
    }

    #[test]
    fn a_side_directory_without_a_root_above_belongs_to_the_scan_root() {
        assert_eq!(paths(&["etc/cpanfile"], &[""]), [("".into(), false)]);
        assert_eq!(paths(&["Makefile.PL", "t/cpanfile"], &[""]), [("t".into(), true)]);
        assert_eq!(paths(&["etc/cpanfile"], &["etc"]), [("etc".into(), false)]);
    }

    #[test]
    fn installed_and_unpacked_distributions_belong_to_the_root_around_them() {
        assert_eq!(
            paths(
                &[
                    "cpanfile",
                    "local/lib/perl5/x/.meta/Foo-1/cpanfile",
                    "vendor/Foo-1.2/META.json",
                    "vendor/Foo-1.2/cpanfile",
                ],
                &[""]
            ),
            [("".into(), false)]
        );
    }

    #[test]
    fn a_fixture_is_none_for_whoever_names_it() {
        assert_eq!(paths(&["cpanfile", "t/data/app/cpanfile"], &[""]).len(), 2);
        assert_eq!(paths(&["t/data/app/cpanfile"], &[""]), [("t/data/app".into(), true)]);
        assert_eq!(
            paths(&["t/data/app/cpanfile"], &["t/data/app"]),
            [("t/data/app".into(), false)]
        );
    }
}
