//! Reads a source: extracts in its threads, and keeps what comes out.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::{Mutex, PoisonError};

use perlscan_model::location::SourcePath;
use perlscan_model::name::ModuleName;
use perlscan_model::problem::Problem;
use perlscan_model::usage::{ModuleFound, ModuleUse};

use super::{Observer, ScanSettings};
use crate::container::copy::{copies, is_copy};
use crate::container::{self, Container, containers};
use crate::extract::{Extractor, Facts, SourceFile, Wanted, extractors};
use crate::mirror::layout::{is_of_mirror, mirror_of};
use crate::perl::package_names::{PackageNames, package_names};
use crate::resolve::needs::{is_found_by_name, is_installed, is_main_module};
use crate::resolve::project::{FileFacts, PerlFile, is_foreign, is_root_marker};
use crate::source::{ContentId, HEAD_BYTES, Known, Sink, Source, Visited, Want};

/// Reads a source.
pub(super) fn collect(
    source: &dyn Source,
    settings: &ScanSettings,
    observer: &dyn Observer,
) -> (Collected, Visited) {
    let collector = Collector::new(settings, observer, None);
    let visited = source.visit(&settings.limits, &collector);
    (collector.finish(), visited)
}

/// Extracts in the threads of the source, and keeps what comes out.
pub(crate) struct Collector<'a> {
    observer: &'a dyn Observer,
    containers: container::Limits,
    /// The packages of interest, where not all are.
    packages: Option<&'a HashSet<String>>,
    /// Whether only what is installed is of interest.
    is_system: bool,
    /// What was read of the tree that this one is compared with.
    before: Option<&'a Collected>,
    collected: Mutex<Collected>,
}

/// What was read of a tree, in order of the paths.
#[derive(Debug, Default)]
pub(crate) struct Collected {
    pub(super) files: Vec<FileFacts>,
    pub(super) sources: Vec<PerlFile>,
    pub(super) markers: BTreeSet<SourcePath>,
    pub(super) problems: Vec<Problem>,
    /// Every name once, however many files have it.
    pub(super) names: HashSet<ModuleName>,
    /// Of a source that names contents: those of the files that were wanted, and
    /// whether they were read.
    pub(super) contents: HashMap<SourcePath, (ContentId, bool)>,
    /// The mirrors that were met, of which nothing is read here.
    pub(super) mirrors: BTreeSet<SourcePath>,
    /// The packages of source that was passed over.
    pub(super) passed_over: BTreeSet<String>,
    /// Those among them that `use` finds by the file's path.
    pub(super) passed_modules: BTreeSet<String>,
}

impl Collected {
    /// In order of the paths, whatever order they were read in.
    pub(super) fn sort(&mut self) {
        self.files.sort_by(|a, b| a.path.cmp(&b.path));
        self.sources.sort_by(|a, b| a.path.cmp(&b.path));
        self.problems.sort();
    }

    /// Takes over what `before`, which is in order, has of a file.
    fn take(&mut self, path: &SourcePath, before: &Self) {
        if let Ok(at) = before.files.binary_search_by(|file| file.path.cmp(path)) {
            self.files.extend(before.files.get(at).cloned());
        }
        if let Ok(at) = before.sources.binary_search_by(|source| source.path.cmp(path)) {
            self.sources.extend(before.sources.get(at).cloned());
        }
        let from = before.problems.partition_point(|problem| problem.location.path < *path);
        let of_it = before.problems.iter().skip(from);
        self.problems.extend(of_it.take_while(|one| one.location.path == *path).cloned());
    }

    /// Keeps what a file says of modules.
    pub(super) fn source(
        &mut self,
        path: &SourcePath,
        uses: Vec<ModuleUse>,
        modules: Vec<ModuleFound>,
    ) {
        let mut uses = uses.into_boxed_slice();
        let mut modules = modules.into_boxed_slice();
        let used = uses.iter_mut().map(|used| &mut used.module);
        for name in used.chain(modules.iter_mut().map(|found| &mut found.module)) {
            match self.names.get(name) {
                Some(known) => *name = known.clone(),
                None => {
                    self.names.insert(name.clone());
                }
            }
        }
        self.sources.push(PerlFile { path: path.clone(), uses, modules });
    }
}

impl<'a> Collector<'a> {
    /// What `before` has of the same content is taken from there.
    pub(crate) fn new(
        settings: &'a ScanSettings,
        observer: &'a dyn Observer,
        before: Option<&'a Collected>,
    ) -> Self {
        Self {
            observer,
            containers: settings.containers,
            packages: settings.only_packages.as_deref(),
            is_system: settings.system.is_some(),
            before,
            collected: Mutex::default(),
        }
    }

    /// What was read.
    pub(crate) fn finish(self) -> Collected {
        let mut collected = self.collected.into_inner().unwrap_or_else(PoisonError::into_inner);
        collected.sort();
        collected
    }

    fn extractors(&self) -> impl Iterator<Item = &'static dyn Extractor> {
        let is_system = self.is_system;
        extractors().iter().copied().filter(move |one| !is_system || one.tells_of_installs())
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Collected> {
        self.collected.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether no package of a source is of interest; the names of what gets installed
    /// are then noted.
    fn passes_over(&self, path: &SourcePath, bytes: &[u8]) -> bool {
        let Some(wanted) = self.packages else { return false };
        if is_main_module(path) {
            return false;
        }
        let PackageNames { names, is_open } = package_names(bytes);
        if is_open || names.iter().any(|name| wanted.contains(name)) {
            return false;
        }
        if is_installed(path) {
            let found = names.iter().filter(|name| is_found_by_name(path, name)).cloned();
            let mut collected = self.lock();
            collected.passed_modules.extend(found);
            collected.passed_over.extend(names);
        }
        true
    }
}

impl Sink for Collector<'_> {
    fn wants(&self, path: &SourcePath) -> Want {
        self.observer.file_seen();
        // What lies in a mirror is neither a project nor a source of one.
        if is_of_mirror(path) {
            if let Some((mirror, _)) = mirror_of(path) {
                self.lock().mirrors.insert(mirror);
            }
            return Want::No;
        }
        if !self.is_system && is_root_marker(path.file_name()) {
            self.lock().markers.insert(path.clone());
        }
        let want = |wanted: Wanted, whole: Want| match wanted {
            Wanted::No => Want::No,
            Wanted::Peek => Want::Head,
            Wanted::Yes => whole,
        };
        let mut by_format = Want::No;
        for extractor in self.extractors() {
            let wanted = extractor.wants(path);
            // A build script may pack modules, too; it is a manifest all the same.
            if wanted == Wanted::Yes && extractor.is_project_input() {
                return Want::Manifest;
            }
            by_format = by_format.max(want(wanted, whole(extractor)));
        }
        let by_content = containers().iter().map(|one| want(one.wants(path), all_of(*one)));
        let by_place = is_copy(path).then_some(Want::PerlSource);
        by_content.chain(by_place).fold(by_format, Want::max)
    }

    fn wants_head(&self, path: &SourcePath, head: &[u8]) -> Want {
        let formats = self.extractors().filter(|one| wants(*one, path, head));
        let by_format = formats.map(whole);
        let by_content = containers().iter().map(|one| {
            let wanted = match one.wants(path) {
                Wanted::Peek => one.wants_head(head),
                wanted => wanted,
            };
            match wanted {
                Wanted::No => Want::No,
                Wanted::Peek => Want::Tail,
                Wanted::Yes => all_of(*one),
            }
        });
        by_format.chain(by_content).max().unwrap_or(Want::No)
    }

    fn wants_tail(&self, path: &SourcePath, tail: &[u8]) -> Want {
        let takes = |one: &&&dyn Container| one.wants(path) == Wanted::Peek && one.wants_tail(tail);
        containers().iter().filter(takes).map(|one| all_of(*one)).max().unwrap_or(Want::No)
    }

    fn known(&self, path: &SourcePath, content: &ContentId) -> Option<Known> {
        let mut collected = self.lock();
        if let Some(before) = self.before
            && let Some((_, read)) = before.contents.get(path).filter(|(id, _)| id == content)
        {
            collected.take(path, before);
            collected.contents.insert(path.clone(), (*content, *read));
            return Some(if *read { Known::Read } else { Known::NotRead });
        }
        collected.contents.insert(path.clone(), (*content, false));
        None
    }

    fn file(&self, path: &SourcePath, bytes: &[u8]) {
        if let Some((_, read)) = self.lock().contents.get_mut(path) {
            *read = true;
        }
        let mut facts = Facts::default();
        let file = SourceFile { path, bytes };
        let head = bytes.get(..HEAD_BYTES.min(bytes.len())).unwrap_or_default();
        let (mut is_input, mut is_only_holder, mut is_source) = (false, true, false);
        for extractor in self.extractors().filter(|extractor| wants(*extractor, path, head)) {
            is_input |= extractor.is_project_input();
            is_only_holder &= extractor.is_perl_source();
            is_source |= extractor.is_perl_source();
            if extractor.is_perl_source() && self.passes_over(path, bytes) {
                continue;
            }
            extractor.extract(&file, &mut facts);
        }
        // Below `inc/` a perl's own folders have modules of that name.
        if !(self.is_system && is_copy(path)) {
            copies(&file, self.containers, &mut facts);
        }
        let mut uses = std::mem::take(&mut facts.uses);
        let modules = std::mem::take(&mut facts.modules);
        if is_source || !uses.is_empty() || !modules.is_empty() {
            // What a copy needs is not what the project asks for.
            if self.is_system || is_foreign(path.folders()) || is_copy(path) {
                uses.clear();
            }
            self.lock().source(path, uses, modules);
        }
        // Most scripts pack nothing: they are no inputs for having been looked at.
        if !is_input && facts == Facts::default() {
            return;
        }
        // Nor does a script make a project because it installs modules.
        if !is_input && !facts.mirrors.is_empty() {
            let mirrors = std::mem::take(&mut facts.mirrors);
            is_only_holder |= facts == Facts::default();
            facts.mirrors = mirrors;
        }
        self.lock().files.push(FileFacts { path: path.clone(), facts, is_only_holder });
    }

    fn problem(&self, problem: Problem) {
        self.lock().problems.push(problem);
    }
}

/// All of a file, within the limit that holds for the extractor's format.
fn whole(extractor: &dyn Extractor) -> Want {
    if extractor.is_perl_source() { Want::PerlSource } else { Want::Manifest }
}

/// All of a file, within the limit that holds for the container's format.
fn all_of(container: &dyn Container) -> Want {
    if container.is_perl_source() { Want::PerlSource } else { Want::Archive }
}

/// Whether an extractor wants a file of this path that begins so.
fn wants(extractor: &dyn Extractor, path: &SourcePath, head: &[u8]) -> bool {
    match extractor.wants(path) {
        Wanted::No => false,
        Wanted::Peek => extractor.wants_head(head),
        Wanted::Yes => true,
    }
}
