//! The archives of a mirror, each read once and only when a closure needs it.

use std::collections::{BTreeMap, HashMap};
use std::num::NonZero;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use perlscan_model::archive_name::ArchiveName;
use perlscan_model::location::{Location, SourcePath};
use perlscan_model::name::ModuleName;
use perlscan_model::problem::{Problem, ProblemKind};

use super::Mirror;
use crate::mirror::packages::IndexEntry;
use crate::resolve::closure::{Indexed, Stock, Stocked, Unreadable};
use crate::resolve::manifest;
use crate::resolve::needs;
use crate::resolve::project::Project;
use crate::scan::{ScanSettings, survey};
use crate::source::archive::{ArchiveFile, ArchiveSource, Format};

/// The most archives that are read at once: each is in memory, packed.
const AT_ONCE: usize = 8;

/// Distributions that Module::Build itself needs, which cpanm configures by their
/// Makefile.PL though they have a Build.PL.
const BY_MAKEFILE: [&str; 4] =
    ["version", "ExtUtils-ParseXS", "ExtUtils-Install", "ExtUtils-Manifest"];

/// Modules with their versions as the index has them, in order.
type Modules = Vec<(ModuleName, Option<Box<str>>)>;

type Read = Result<Arc<Stocked>, Unreadable>;

/// The archives of a mirror.
pub(super) struct MirrorStock<'a> {
    mirror: &'a Mirror<'a>,
    settings: &'a ScanSettings,
    /// Of each module what the index says first, as installers read it.
    modules: HashMap<ModuleName, Indexed>,
    /// Of each archive its modules.
    archives: BTreeMap<Arc<str>, Modules>,
    read: Mutex<BTreeMap<Arc<str>, Read>>,
    problems: Mutex<Vec<Problem>>,
}

impl<'a> MirrorStock<'a> {
    pub(super) fn new(
        mirror: &'a Mirror<'a>,
        entries: Vec<IndexEntry>,
        settings: &'a ScanSettings,
    ) -> Self {
        let mut modules: HashMap<ModuleName, Indexed> = HashMap::with_capacity(entries.len());
        let mut archives: BTreeMap<Arc<str>, Modules> = BTreeMap::new();
        for IndexEntry { module, version, path } in entries {
            if modules.contains_key(&module) {
                continue;
            }
            archives.entry(Arc::clone(&path)).or_default().push((module.clone(), version.clone()));
            modules.insert(module, Indexed { version, path });
        }
        for modules in archives.values_mut() {
            modules.sort();
        }
        let (read, problems) = (Mutex::default(), Mutex::default());
        Self { mirror, settings, modules, archives, read, problems }
    }

    /// What was lost in archives that were opened.
    pub(super) fn problems(self) -> Vec<Problem> {
        self.problems.into_inner().unwrap_or_else(PoisonError::into_inner)
    }

    fn known(&self, path: &str) -> Option<Read> {
        self.read.lock().unwrap_or_else(PoisonError::into_inner).get(path).cloned()
    }

    /// Reads an archive. What is wrong in it is kept; what it says all the same counts.
    fn read(&self, path: &str) -> Read {
        let refused = |what: String| Unreadable { what };
        let name = path.rsplit('/').next().unwrap_or(path);
        let format = Format::of(name.as_bytes())
            .ok_or_else(|| refused("is no archive that is read, by its name".to_owned()))?;
        let most = self.settings.limits.archive_bytes;
        let bytes =
            self.mirror.shelf.archive(path, most).map_err(|error| refused(error.to_string()))?;
        let limits = self.settings.containers;
        let file = ArchiveFile::new(format, name.as_bytes(), &bytes);
        let source = ArchiveSource::new(&file, limits);
        // Inside an archive nothing is the user's.
        let inner = ScanSettings {
            limits: self.settings.limits,
            containers: limits,
            scan_roots: vec![SourcePath::default()],
            is_release: true,
            ..ScanSettings::default()
        };
        let found = survey(&source, &inner, &());
        let lost = found.problems.iter().filter(|problem| problem.kind == ProblemKind::Lost);
        let lost = lost.map(|problem| Problem {
            location: Location::file(self.mirror.place_of(path)),
            kind: ProblemKind::Lost,
            by: super::BY,
            message: match problem.location.path == SourcePath::default() {
                true => problem.message.clone(),
                false => format!("{}: {}", problem.location.path, problem.message),
            },
        });
        self.problems.lock().unwrap_or_else(PoisonError::into_inner).extend(lost);
        let mut stocked = stocked(&found.projects, &found.problems);
        // Module::Install hands MakeMaker what tests need as what the build needs.
        if !stocked.has_module_install {
            found.tested.settle(&mut stocked.needs);
        }
        let archive = ArchiveName::parse(path);
        if archive.is_some_and(|archive| BY_MAKEFILE.contains(&archive.release().dist())) {
            stocked.has_build_script = false;
        }
        Ok(Arc::new(stocked))
    }
}

impl Stock for MirrorStock<'_> {
    fn find(&self, module: &ModuleName) -> Option<Indexed> {
        self.modules.get(module).cloned()
    }

    fn indexed(&self, path: &str) -> Modules {
        self.archives.get(path).cloned().unwrap_or_default()
    }

    fn prepare(&self, paths: &[Arc<str>]) {
        let missing: Vec<&Arc<str>> =
            paths.iter().filter(|path| self.known(path).is_none()).collect();
        let next = AtomicUsize::new(0);
        let work = || {
            while let Some(path) = missing.get(next.fetch_add(1, Ordering::Relaxed)) {
                let read = self.read(path);
                let mut all = self.read.lock().unwrap_or_else(PoisonError::into_inner);
                all.insert(Arc::clone(path), read);
            }
        };
        let processors = || std::thread::available_parallelism().map_or(1, NonZero::get);
        let threads = self.mirror.shelf.connections().unwrap_or_else(processors).min(AT_ONCE);
        std::thread::scope(|scope| {
            for _ in 1..missing.len().min(threads) {
                scope.spawn(work);
            }
            work();
        });
    }

    fn open(&self, path: &str) -> Read {
        if let Some(read) = self.known(path) {
            return read;
        }
        let read = self.read(path);
        let mut all = self.read.lock().unwrap_or_else(PoisonError::into_inner);
        all.insert(Arc::from(path), read.clone());
        read
    }

    fn place(&self, path: &str) -> SourcePath {
        self.mirror.place_of(path)
    }
}

/// What the release at the top of an archive says of itself.
fn stocked(projects: &[Project], problems: &[Problem]) -> Stocked {
    let top = projects.iter().min_by_key(|project| project.path.parts().count());
    let Some(top) = top else { return Stocked::default() };
    let has = |name: &[u8]| top.inputs.iter().any(|input| *input == top.path.join(name));
    let installer = top.path.join(b"inc").join(b"Module").join(b"Install.pm");
    let mut open: Vec<String> = problems
        .iter()
        .filter(|problem| problem.kind != ProblemKind::Lost)
        .filter(|problem| problem.location.path.parent() == top.path)
        .filter(|problem| manifest::is_manifest(problem.location.path.file_name()))
        .map(|problem| format!("{}: {}", name_of(&problem.location.path), problem.message))
        .collect();
    open.sort();
    open.dedup();
    Stocked {
        needs: needs::needs(projects),
        brings: needs::brings(projects),
        has_build_script: has(b"Build.PL"),
        has_module_install: projects
            .iter()
            .any(|project| project.sources.iter().any(|file| file.path == installer)),
        open,
    }
}

fn name_of(path: &SourcePath) -> SourcePath {
    SourcePath::new(path.file_name())
}
