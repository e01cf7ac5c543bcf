//! The projects of a tree: read, grouped, judged. What a run comes to is made a
//! report here, too, whatever it was about.

pub(crate) mod collect;
pub(crate) mod compare;
pub(crate) mod kept_files;
pub(crate) mod remembered;

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::path::PathBuf;
use std::sync::Arc;

use perlscan_model::finding::Finding;
use perlscan_model::location::{Location, SourcePath};
use perlscan_model::name::DistName;
use perlscan_model::problem::{Problem, ProblemKind};
use perlscan_model::remark::Remark;

use self::collect::{Collected, collect};
use crate::advisory::AdvisoryError;
use crate::advisory::database::Database;
use crate::audit::{self, audits};
use crate::container;
use crate::mirror::patch::Patch;
use crate::policy::FailPolicy;
use crate::policy::suppression::{self, Suppression};
use crate::report::{Coverage, DatabaseInfo, Outcome, ProjectSummary, Report, Standpoint};
use crate::resolve::dependency::Dependencies;
use crate::resolve::own::OwnModules;
use crate::resolve::project::{Project, group, is_foreign_source};
use crate::resolve::tested::Tested;
use crate::resolve::{ResolveSettings, gather, link, manifest, present, project, unpacked};
use crate::source::{Limits, Source, Visited};
use crate::system::System;

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
    /// Whether what is read is a release that its author has packed: its META counts
    /// before the manifests that a person writes.
    pub is_release: bool,
    /// Where the user stands.
    pub standpoint: Standpoint,
    /// How much of a file is read.
    pub limits: Limits,
    /// How much is read of what lies in files.
    pub containers: container::Limits,
    /// How requirements are resolved.
    pub resolve: ResolveSettings,
    /// Security patches besides those that lie in mirrors.
    pub patches: Vec<Patch>,
    /// Of Perl source, only files that may declare one of these packages are read;
    /// `None` for all. Archives have too many others.
    pub only_packages: Option<Arc<HashSet<String>>>,
    /// Where what archives say is kept from run to run; `None` to read them all and
    /// to keep nothing.
    pub archive_facts: Option<ArchiveFacts>,
    /// Where what a repository's Perl source says is kept from one comparison of two
    /// states to the next; `None` to read it all and to keep nothing.
    pub source_facts: Option<SourceFacts>,
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

/// Where facts of archives are kept, and what of them counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ArchiveFacts {
    /// The cache folder.
    pub folder: PathBuf,
    /// Whether all bytes are read, whatever the system says of a file.
    pub reads_all: bool,
}

/// Where facts of a repository's Perl source are kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceFacts {
    /// The cache folder.
    pub folder: PathBuf,
    /// The repository's own folder, by which its facts are found.
    pub repository: PathBuf,
}

/// Told how a scan gets on, from several threads.
pub trait Observer: Sync {
    /// Another file was seen.
    fn file_seen(&self);

    /// Of a mirror: before its archives are read. Who wants to know how many there
    /// are has them counted, which takes a walk of its own.
    fn archives(&self, _count: &dyn Fn() -> u64) {}

    /// Another archive was read, or was known.
    fn archive_done(&self) {}

    /// How many of the archives were known from earlier runs.
    fn archives_known(&self, _known: u64) {}

    /// Something that the report has no place for, since it says nothing of what
    /// was scanned: a cache that can't be used.
    fn warning(&self, _message: &str) {}
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
    /// Packages that source may declare which was not read, for want of interest
    /// ([`ScanSettings::only_packages`]).
    pub passed_over: BTreeSet<String>,
    /// Those among them that `use` finds by the path of their file: the others may be
    /// words in a text.
    pub passed_modules: BTreeSet<String>,
    /// Of a release ([`ScanSettings::is_release`]) what only its tests need.
    pub tested: Tested,
}

/// Reads a source and groups what it holds by project.
pub fn survey(source: &dyn Source, settings: &ScanSettings, observer: &dyn Observer) -> Survey {
    let (mut collected, visited) = collect(source, settings, observer);
    let mirrors = std::mem::take(&mut collected.mirrors);
    collected.problems.extend(mirrors.into_iter().map(|mirror| Problem {
        location: Location::file(mirror),
        kind: ProblemKind::Note,
        by: "mirror",
        message:
            "a CPAN mirror lies here, which is left out: `perlscan darkpan` reads it".to_owned(),
    }));
    grouped(collected, visited, settings)
}

/// Groups what was read by project.
pub(crate) fn grouped(collected: Collected, visited: Visited, settings: &ScanSettings) -> Survey {
    let Collected { mut files, sources, markers, mut problems, .. } = collected;
    link::link(&mut files, &sources);
    let copies = project::unpacked(&files, &markers, &settings.scan_roots);
    unpacked::settle(&mut files, &copies);
    let mut tested = Tested::default();
    match settings.is_release {
        true => {
            tested = Tested::of(&files);
            manifest::settle_release(&mut files);
        }
        false => manifest::settle(&mut files),
    }
    for file in &mut files {
        problems.append(&mut file.facts.problems);
    }
    let mut projects = group(files, sources, &markers, &settings.scan_roots);
    for project in &mut projects {
        project.is_system = settings.system.is_some();
        problems.append(&mut project.stale);
    }
    Survey {
        projects,
        problems,
        coverage: coverage(visited, settings),
        passed_over: collected.passed_over,
        passed_modules: collected.passed_modules,
        tested,
    }
}

/// Scans a source for projects alone. [`crate::run::scan`] meets mirrors, too.
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
    conclude(judged(survey(source, settings, observer), settings, database)?, settings, database)
}

/// Judges what a survey found.
pub(crate) fn judged(
    survey: Survey,
    settings: &ScanSettings,
    database: &Database,
) -> Result<Concluded, AdvisoryError> {
    let Survey { mut projects, mut problems, coverage, .. } = survey;
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
    Ok(Concluded { findings, remarks, problems, projects: summaries, coverage })
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
        resolved: project.resolved.clone(),
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
