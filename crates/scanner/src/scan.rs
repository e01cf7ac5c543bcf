//! A whole run: from settings to a report.

mod change;

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::{Mutex, PoisonError};

use perlscan_model::finding::Finding;
use perlscan_model::location::SourcePath;
use perlscan_model::name::{DistName, ModuleName};
use perlscan_model::problem::{Problem, ProblemKind};
use perlscan_model::remark::Remark;
use perlscan_model::usage::{ModuleFound, ModuleUse};

use crate::advisory::AdvisoryError;
use crate::advisory::database::Database;
use crate::audit::{self, audits};
use crate::container::copy::{copies, is_copy};
use crate::container::{self, Container, containers};
use crate::extract::{Extractor, Facts, SourceFile, Wanted, extractors};
use crate::policy::FailPolicy;
use crate::policy::suppression::{self, Suppression};
use crate::report::{Coverage, DatabaseInfo, Outcome, ProjectSummary, Report, Standpoint};
use crate::resolve::dependency::Dependencies;
use crate::resolve::own::OwnModules;
use crate::resolve::project::{
    FileFacts, PerlFile, Project, group, is_foreign, is_foreign_source, is_root_marker,
};
use crate::resolve::{ResolveSettings, gather, link, manifest, present, project, unpacked};
use crate::source::{ContentId, HEAD_BYTES, Known, Limits, Sink, Source, Visited, Want};
use crate::system::System;

pub use self::change::{Side, scan_change};

/// A database older than this is stale.
const STALE_AFTER_SECONDS: i64 = 30 * 24 * 60 * 60;

/// How to scan.
#[derive(Debug, Clone, Default)]
pub struct ScanSettings {
    /// The directories that the user named, relative to the base.
    pub scan_roots: Vec<SourcePath>,
    /// The name of the base's folder, where it is known: a project that says
    /// nowhere what it is may be called so.
    pub folder: Option<Vec<u8>>,
    /// The system whose perl is looked at: all that is read is what is installed
    /// there, as one project, and its manifests are nobody's.
    pub system: Option<System>,
    /// Where the user stands.
    pub standpoint: Standpoint,
    /// How much of a file is read.
    pub limits: Limits,
    /// How much is read of what lies in files.
    pub containers: container::Limits,
    /// How requirements are resolved.
    pub resolve: ResolveSettings,
    /// What fails the run.
    pub policy: FailPolicy,
    /// Findings that the user has set aside.
    pub suppressions: Vec<Suppression>,
    /// Whether what could not be read only warns.
    pub allow_incomplete: bool,
    /// Whether it is an error that nothing was found to scan.
    pub fail_on_empty: bool,
    /// The ignore file that was read.
    pub ignore_file: Option<SourcePath>,
    /// Now, in seconds since 1970: only for staleness.
    pub now: i64,
    /// How old the database may be, in seconds, before the run is incomplete.
    pub max_database_age: Option<i64>,
}

/// Told how a scan gets on, from several threads.
pub trait Observer: Sync {
    /// Another file was seen.
    fn file_seen(&self);
}

/// Nobody looks.
impl Observer for () {
    fn file_seen(&self) {}
}

/// What a tree holds, before anything is judged.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Survey {
    /// The projects, in order of their paths.
    pub projects: Vec<Project>,
    /// What could not be read or decided, in no order yet.
    pub problems: Vec<Problem>,
    /// What was looked at.
    pub coverage: Coverage,
}

/// Reads a source and groups what it holds by project.
pub fn survey(source: &dyn Source, settings: &ScanSettings, observer: &dyn Observer) -> Survey {
    let (collected, visited) = collect(source, settings, observer, None);
    grouped(collected, visited, settings)
}

/// Reads a source. What `before` has of the same content is taken from there.
fn collect(
    source: &dyn Source,
    settings: &ScanSettings,
    observer: &dyn Observer,
    before: Option<&Collected>,
) -> (Collected, Visited) {
    let collector = Collector {
        observer,
        containers: settings.containers,
        is_system: settings.system.is_some(),
        before,
        collected: Mutex::default(),
    };
    let visited = source.visit(&settings.limits, &collector);
    let mut collected = collector.into_collected();
    collected.sort();
    (collected, visited)
}

/// Groups what was read by project.
fn grouped(collected: Collected, visited: Visited, settings: &ScanSettings) -> Survey {
    let Collected { mut files, sources, markers, mut problems, names: _, contents: _ } = collected;
    link::link(&mut files, &sources);
    let copies = project::unpacked(&files, &markers, &settings.scan_roots);
    unpacked::settle(&mut files, &copies);
    manifest::settle(&mut files);
    for file in &mut files {
        problems.append(&mut file.facts.problems);
    }
    let mut projects = group(files, sources, &markers, &settings.scan_roots);
    for project in &mut projects {
        project.is_system = settings.system.is_some();
        problems.append(&mut project.stale);
    }
    Survey { projects, problems, coverage: coverage(visited, settings) }
}

/// Scans a source.
///
/// # Errors
/// When the database is damaged; what can't be read of the source is in the
/// report.
pub fn scan(
    source: &dyn Source,
    settings: &ScanSettings,
    database: &Database,
    observer: &dyn Observer,
) -> Result<Report, AdvisoryError> {
    judged(survey(source, settings, observer), settings, database)
}

/// Judges what a survey found.
fn judged(
    survey: Survey,
    settings: &ScanSettings,
    database: &Database,
) -> Result<Report, AdvisoryError> {
    let Survey { mut projects, mut problems, coverage } = survey;
    present::settle(&mut projects, settings.folder.as_deref(), database)?;
    for project in &mut projects {
        problems.append(&mut project.stale);
    }
    let mut findings = Vec::new();
    let mut remarks = Vec::new();
    let mut summaries = Vec::new();
    let own = OwnModules::of(&projects);
    for project in &projects {
        let mut dependencies = gather(project, &own, &settings.resolve, database)?;
        for audit in audits() {
            audit.audit(project, &dependencies, &mut findings);
        }
        remarks.extend(audit::remarks::remarks(project, &dependencies, database)?);
        problems.append(&mut dependencies.problems);
        summaries.push(summary(project, &dependencies));
    }
    conclude(
        Concluded { findings, remarks, problems, projects: summaries, coverage },
        settings,
        database,
    )
}

/// What was found, before the user's settings have their say.
#[derive(Debug, Default)]
pub(crate) struct Concluded {
    /// What was found, in any order.
    pub(crate) findings: Vec<Finding>,
    /// What else is worth knowing.
    pub(crate) remarks: Vec<Remark>,
    /// What could not be read or decided, in any order.
    pub(crate) problems: Vec<Problem>,
    /// The projects, in order of their paths.
    pub(crate) projects: Vec<ProjectSummary>,
    /// What was looked at.
    pub(crate) coverage: Coverage,
}

/// The report of what was found: suppressed, set against the policy, in order.
pub(crate) fn conclude(
    concluded: Concluded,
    settings: &ScanSettings,
    database: &Database,
) -> Result<Report, AdvisoryError> {
    let Concluded { mut findings, mut remarks, mut problems, projects, coverage } = concluded;
    if let Some(system) = &settings.system {
        system.settle(&mut findings);
    }
    problems.append(&mut suppression::apply(
        &settings.suppressions,
        day_of(settings.now),
        &mut findings,
    ));
    for finding in &mut findings {
        finding.fails = settings.policy.fails(finding);
    }
    for remark in &mut remarks {
        remark.fails = settings.policy.fails_by(remark);
    }
    describe(&mut findings, database)?;
    findings.sort_by(|a, b| {
        let key = |f: &perlscan_model::finding::Finding| {
            (
                f.project.clone(),
                f.dist.clone(),
                f.verdict,
                std::cmp::Reverse(f.severity),
                f.id.clone(),
            )
        };
        key(a).cmp(&key(b))
    });
    problems.sort();
    problems.dedup();
    let lost = problems.iter().any(|problem| problem.kind == ProblemKind::Lost);
    let database = database_info(database, settings);
    let outcome = Outcome {
        findings_fail: findings.iter().any(|finding| finding.fails)
            || remarks.iter().any(|remark| remark.fails),
        incomplete: (lost && !settings.allow_incomplete)
            || (settings.fail_on_empty && projects.is_empty())
            || database.too_old,
    };
    Ok(Report {
        tool_version: env!("CARGO_PKG_VERSION"),
        database,
        standpoint: settings.standpoint.clone(),
        projects,
        findings,
        remarks,
        problems,
        coverage,
        outcome,
        change: None,
    })
}

fn summary(project: &Project, dependencies: &Dependencies) -> ProjectSummary {
    let exact = dependencies.advised.iter().filter(|d| !d.releases.is_empty()).count();
    ProjectSummary {
        path: project.path.clone(),
        archive: None,
        fixture: project.fixture,
        inputs: project.inputs.clone(),
        lock: project.lock.clone(),
        lock_inherited: project.lock_inherited,
        perl: dependencies.perl.as_ref().map(|perl| perl.text.clone()),
        installed: match project.installed_above {
            Some(_) => 0,
            None => project.installed.len(),
        },
        installed_above: project.installed_above.clone(),
        other_modules: project.other_modules,
        sources: project
            .sources
            .iter()
            .filter(|source| !is_foreign_source(project, &source.path))
            .count(),
        modules_used: dependencies.used.len(),
        direct_requirements: dependencies.direct,
        judged_exactly: exact,
        judged_by_range: dependencies.advised.len() - exact,
        core_not_judged: dependencies.core_not_judged.len(),
        not_in_database: dependencies.not_in_database.iter().cloned().collect(),
        not_resolved: dependencies.not_resolved.iter().map(ToString::to_string).collect(),
        not_selected: dependencies.not_selected,
    }
}

/// Adds upstream's sentences, when everything is judged: no verdict sees them.
fn describe(findings: &mut [Finding], database: &Database) -> Result<(), AdvisoryError> {
    let mut known: BTreeMap<DistName, BTreeMap<String, String>> = BTreeMap::new();
    for finding in findings {
        if !known.contains_key(&finding.dist) {
            known.insert(finding.dist.clone(), database.descriptions(&finding.dist)?);
        }
        finding.description =
            known.get(&finding.dist).and_then(|texts| texts.get(&finding.id)).cloned();
    }
    Ok(())
}

/// The day, in UTC, of seconds since 1970.
fn day_of(now: i64) -> jiff::civil::Date {
    let now = jiff::Timestamp::from_second(now).unwrap_or_default();
    jiff::tz::TimeZone::UTC.to_datetime(now).date()
}

fn database_info(database: &Database, settings: &ScanSettings) -> DatabaseInfo {
    let meta = database.raw().meta();
    let age = settings.now.saturating_sub(meta.epoch);
    let counts = database.raw().counts();
    DatabaseInfo {
        source: database.source().to_owned(),
        trust: database.trust(),
        kinds: database.kinds(),
        commit: meta.commit.clone(),
        date: meta.date.clone(),
        advisories: counts.advisories,
        distributions: counts.distributions,
        stale: age >= STALE_AFTER_SECONDS,
        too_old: settings.max_database_age.is_some_and(|most| age > most),
    }
}

/// What a source came by, and the ignore file.
pub(crate) fn coverage(visited: Visited, settings: &ScanSettings) -> Coverage {
    Coverage {
        files_seen: visited.files_seen,
        files_read: visited.files_read,
        skipped_directories: visited.skipped_directories,
        excluded: visited.excluded,
        ignore_file: settings.ignore_file.clone(),
    }
}

/// Extracts in the threads of the source, and keeps what comes out.
struct Collector<'a> {
    observer: &'a dyn Observer,
    containers: container::Limits,
    /// Whether only what is installed is of interest.
    is_system: bool,
    /// What was read of the tree that this one is compared with.
    before: Option<&'a Collected>,
    collected: Mutex<Collected>,
}

#[derive(Debug, Default)]
struct Collected {
    files: Vec<FileFacts>,
    sources: Vec<PerlFile>,
    markers: BTreeSet<SourcePath>,
    problems: Vec<Problem>,
    /// Every name once, however many files have it.
    names: HashSet<ModuleName>,
    /// Of a source that names contents: those of the files that were wanted, and
    /// whether they were read.
    contents: HashMap<SourcePath, (ContentId, bool)>,
}

impl Collected {
    /// In order of the paths, whatever order they were read in.
    fn sort(&mut self) {
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
    fn source(&mut self, path: &SourcePath, uses: Vec<ModuleUse>, modules: Vec<ModuleFound>) {
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

impl Collector<'_> {
    fn extractors(&self) -> impl Iterator<Item = &'static dyn Extractor> {
        let is_system = self.is_system;
        extractors().iter().copied().filter(move |one| !is_system || one.tells_of_installs())
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Collected> {
        self.collected.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn into_collected(self) -> Collected {
        self.collected.into_inner().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Sink for Collector<'_> {
    fn wants(&self, path: &SourcePath) -> Want {
        self.observer.file_seen();
        if !self.is_system && is_root_marker(path.file_name()) {
            self.lock().markers.insert(path.clone());
        }
        // A build script may pack modules, too; it is a manifest all the same.
        let is_manifest =
            |one: &dyn Extractor| one.is_project_input() && one.wants(path) == Wanted::Yes;
        if self.extractors().any(is_manifest) {
            return Want::Manifest;
        }
        let want = |wanted: Wanted, whole: Want| match wanted {
            Wanted::No => Want::No,
            Wanted::Peek => Want::Head,
            Wanted::Yes => whole,
        };
        let by_format = self.extractors().map(|one| want(one.wants(path), whole(one)));
        let by_content = containers().iter().map(|one| want(one.wants(path), all_of(*one)));
        let by_place = is_copy(path).then_some(Want::PerlSource);
        by_format.chain(by_content).chain(by_place).max().unwrap_or(Want::No)
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
            if self.is_system || is_foreign(&path.parent()) || is_copy(path) {
                uses.clear();
            }
            self.lock().source(path, uses, modules);
        }
        // Most scripts pack nothing: they are no inputs for having been looked at.
        if !is_input && facts == Facts::default() {
            return;
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::perl::lexer::tests::take_begun;
    use crate::source::MemSource;

    #[test]
    fn each_file_is_lexed_once() {
        let files: [(&str, &str); 9] = [
            ("lib/A.pm", "package A; our $VERSION = '1'; use B; require C; 1;\n"),
            ("bin/a", "#!/usr/bin/perl\nuse A;\neval { require D };\n"),
            ("t/a.t", "use Test::More;\nuse A;\n"),
            ("app.psgi", "use Plack::Builder;\nbuilder { enable 'Static' };\n"),
            ("gen.PL", "use E;\n__END__\nuse F;\n"),
            ("Makefile.PL", "use inc::Module::Install; all_from 'lib/A.pm'; requires 'G'; "),
            ("Build.PL", "use Module::Build; Module::Build->new(requires => {})->go;"),
            ("cpanfile", "requires 'H'; on test => sub { requires 'I' };"),
            ("local/lib/perl5/J.pm", "package J 1.2 { use K }\n__END__\n=pod\n"),
        ];
        let in_memory = files
            .iter()
            .map(|(path, text)| (SourcePath::from(*path), text.as_bytes().to_vec()))
            .collect();
        take_begun();
        let settings = ScanSettings::default();
        let survey = survey(&MemSource::new(in_memory), &settings, &());
        let mut begun = take_begun();
        begun.sort_unstable();
        let mut lengths: Vec<usize> = files.iter().map(|(_, text)| text.len()).collect();
        lengths.sort_unstable();
        assert_eq!(begun, lengths);
        assert!(lengths.windows(2).all(|pair| pair.first() != pair.last()), "no two are alike");
        let sources: usize = survey.projects.iter().map(|project| project.sources.len()).sum();
        assert!(sources >= 6, "{sources}");
    }
}
