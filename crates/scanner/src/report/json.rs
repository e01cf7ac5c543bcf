//! `json`: one document for programs, with a schema that does not move with
//! the code.
//!
//! The structs below *are* the format. They repeat the model on purpose: the
//! model may change, these only grow, and `schemas/perlscan-report.schema.json`
//! describes them. No clock and no machine's path gets in, so that the same
//! input gives the same bytes.

use std::borrow::Cow;
use std::io;

use perlscan_model::finding::{Change as Standing, Evidence, Finding, PathStep, Verdict};
use perlscan_model::location::{Location, SourcePath};
use perlscan_model::problem::Problem;
use perlscan_model::purl::PackageUrl;
use perlscan_model::remark::{Remark, Subject};
use perlscan_model::standing::Standing as MirrorStanding;
use serde::{Serialize, Serializer};

use super::archive::SaidObject;
use super::change::{Change, ChangeSide};
use super::dependents::{DependentsObject, RankedObject};
use super::fingerprint::fingerprint;
use super::plain::Visible;
use super::{
    ArchiveSummary, Coverage, DatabaseInfo, EmitError, Emitter, Outcome, ProjectSummary, Report,
};

/// The version of the format: 0.x until the formats settle, then additive.
pub const SCHEMA_VERSION: &str = "0.1";

/// The emitter.
#[derive(Debug, Clone, Copy, Default)]
pub struct Json;

impl Emitter for Json {
    fn name(&self) -> &'static str {
        "json"
    }

    fn emit(&self, report: &Report, out: &mut dyn io::Write) -> Result<(), EmitError> {
        let document = Document {
            header: Header::of(report),
            change: report.change.as_ref().map(|change| ChangeObject::of(report, change)),
            outcome: OutcomeObject::of(report.outcome),
            dependents: RankedObject::all(report),
            projects: Each(&report.projects, ProjectObject::of),
            findings: Each(&report.findings, FindingObject::of),
            remarks: Each(&report.remarks, RemarkObject::of),
            problems: Each(&report.problems, ProblemObject::of),
            coverage: CoverageObject::of(&report.coverage),
        };
        serde_json::to_writer_pretty(Visible(&mut *out), &document)?;
        out.write_all(b"\n")?;
        Ok(())
    }
}

#[derive(Serialize)]
struct Document<'a> {
    #[serde(flatten)]
    header: Header<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    change: Option<ChangeObject<'a>>,
    outcome: OutcomeObject,
    #[serde(skip_serializing_if = "Option::is_none")]
    dependents: Option<Vec<RankedObject<'a>>>,
    projects: Each<'a, ProjectSummary, ProjectObject<'a>>,
    findings: Each<'a, Finding, FindingObject<'a>>,
    remarks: Each<'a, Remark, RemarkObject<'a>>,
    problems: Each<'a, Problem, ProblemObject<'a>>,
    coverage: CoverageObject<'a>,
}

/// A list whose objects are made one by one, when they are written: of a large mirror all
/// of them at once would be more than the report.
struct Each<'a, T, O>(&'a [T], fn(&'a T) -> O);

impl<T, O: Serialize> Serialize for Each<'_, T, O> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.iter().map(self.1))
    }
}

/// What made the report, and from which data.
#[derive(Serialize)]
pub(super) struct Header<'a> {
    schema_version: &'static str,
    tool: Tool,
    database: DatabaseObject<'a>,
}

impl<'a> Header<'a> {
    pub(super) fn of(report: &'a Report) -> Self {
        let DatabaseInfo {
            source,
            trust,
            kinds,
            commit,
            date,
            advisories,
            distributions,
            stale,
            too_old,
        } = &report.database;
        Self {
            schema_version: SCHEMA_VERSION,
            tool: Tool::of(report.tool_version),
            database: DatabaseObject {
                source,
                trust,
                kinds,
                commit,
                date,
                advisories: *advisories,
                distributions: *distributions,
                stale: *stale,
                too_old: *too_old,
            },
        }
    }
}

/// What made the document.
#[derive(Debug, Serialize)]
pub(super) struct Tool {
    name: &'static str,
    version: &'static str,
}

impl Tool {
    pub(super) fn of(version: &'static str) -> Self {
        Self { name: "perlscan", version }
    }
}

#[derive(Serialize)]
struct DatabaseObject<'a> {
    source: &'a str,
    trust: &'a str,
    kinds: &'a [String],
    commit: &'a str,
    date: &'a str,
    advisories: u32,
    distributions: u32,
    stale: bool,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    too_old: bool,
}

/// Two states that were compared.
#[derive(Serialize)]
pub(super) struct ChangeObject<'a> {
    base: SideObject<'a>,
    head: SideObject<'a>,
    new: usize,
    worse: usize,
    known: usize,
    known_remarks: usize,
    known_problems: usize,
    removed: Vec<FindingObject<'a>>,
}

impl<'a> ChangeObject<'a> {
    pub(super) fn of(report: &'a Report, change: &'a Change) -> Self {
        let count = |standing| {
            report.findings.iter().filter(|finding| finding.change == Some(standing)).count()
        };
        Self {
            base: SideObject::of(&change.base),
            head: SideObject::of(&change.head),
            new: count(Standing::New),
            worse: count(Standing::Worse),
            known: count(Standing::Known),
            known_remarks: change.known_remarks,
            known_problems: change.known_problems,
            removed: change.removed.iter().map(FindingObject::of).collect(),
        }
    }
}

/// One of the two states.
#[derive(Serialize)]
struct SideObject<'a> {
    kind: &'static str,
    revision: Option<&'a str>,
    commit: Option<&'a str>,
    merge_base: bool,
    lost: usize,
}

impl<'a> SideObject<'a> {
    fn of(side: &'a ChangeSide) -> Self {
        Self {
            kind: side.kind.word(),
            revision: side.revision.as_deref(),
            commit: side.commit.as_deref(),
            merge_base: side.is_merge_base,
            lost: side.lost,
        }
    }
}

/// What the run comes to.
#[derive(Serialize)]
pub(super) struct OutcomeObject {
    exit_code: u8,
    findings_fail: bool,
    incomplete: bool,
}

impl OutcomeObject {
    pub(super) fn of(outcome: Outcome) -> Self {
        Self {
            exit_code: outcome.exit_code(),
            findings_fail: outcome.findings_fail,
            incomplete: outcome.incomplete,
        }
    }
}

/// A path; where it is not UTF-8 it is percent-written, and says so.
#[derive(Serialize)]
pub(super) struct PathObject<'a> {
    path: Cow<'a, str>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    path_is_encoded: bool,
}

impl<'a> PathObject<'a> {
    pub(super) fn of(path: &'a SourcePath) -> Self {
        Self { path: path.to_text(), path_is_encoded: !path.is_utf8() }
    }
}

/// A project and what was judged of it.
#[derive(Serialize)]
pub(super) struct ProjectObject<'a> {
    #[serde(flatten)]
    path: PathObject<'a>,
    fixture: bool,
    inputs: Vec<PathObject<'a>>,
    lock: Option<PathObject<'a>>,
    lock_inherited: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    resolved: Option<&'a str>,
    perl: Option<&'a str>,
    installed: usize,
    installed_above: Option<PathObject<'a>>,
    other_modules: usize,
    sources: usize,
    modules_used: usize,
    direct_requirements: usize,
    judged_exactly: usize,
    judged_by_range: usize,
    core_not_judged: usize,
    not_in_database: Vec<&'a str>,
    not_resolved: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    archive: Option<ArchiveObject<'a>>,
}

/// An archive that is a project of its own.
#[derive(Serialize)]
struct ArchiveObject<'a> {
    dist: Option<&'a str>,
    version: &'a str,
    /// `null` where there is no index.
    standing: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    superseded_by: Option<&'a str>,
    sha256: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    dependents: Option<DependentsObject>,
    #[serde(flatten)]
    said: Box<SaidObject<'a>>,
}

impl<'a> ArchiveObject<'a> {
    fn of(archive: &'a ArchiveSummary) -> Self {
        let by = match &archive.standing {
            Some(MirrorStanding::Superseded(by)) => Some(by.as_str()),
            _ => None,
        };
        Self {
            dist: archive.dist.as_ref().map(|dist| dist.as_str()),
            version: &archive.version,
            standing: archive.standing.as_ref().map(MirrorStanding::word),
            superseded_by: by,
            sha256: archive.sha256.to_string(),
            dependents: archive.dependents.as_deref().map(DependentsObject::of),
            said: Box::new(SaidObject::of(archive)),
        }
    }
}

impl<'a> ProjectObject<'a> {
    pub(super) fn of(project: &'a ProjectSummary) -> Self {
        Self {
            path: PathObject::of(&project.path),
            fixture: project.fixture,
            inputs: project.inputs.iter().map(PathObject::of).collect(),
            lock: project.lock.as_ref().map(PathObject::of),
            lock_inherited: project.lock_inherited,
            resolved: project.resolved.as_deref(),
            perl: project.perl.as_deref(),
            installed: project.installed,
            installed_above: project.installed_above.as_ref().map(PathObject::of),
            other_modules: project.other_modules,
            sources: project.sources,
            modules_used: project.modules_used,
            direct_requirements: project.direct_requirements,
            judged_exactly: project.judged_exactly,
            judged_by_range: project.judged_by_range,
            core_not_judged: project.core_not_judged,
            not_in_database: project.not_in_database.iter().map(|dist| dist.as_str()).collect(),
            not_resolved: &project.not_resolved,
            archive: project.archive.as_ref().map(ArchiveObject::of),
        }
    }
}

/// A finding.
#[derive(Serialize)]
pub(super) struct FindingObject<'a> {
    id: &'a str,
    aliases: &'a [String],
    related: &'a [String],
    rule: &'static str,
    dist: &'a str,
    version: &'a str,
    purl: String,
    verdict: &'static str,
    kind: Option<&'static str>,
    severity: &'static str,
    confidence: &'static str,
    affected: &'a [String],
    fixed: &'a [String],
    reported: Option<&'a str>,
    references: &'a [String],
    bundled_library: Option<&'a str>,
    advice: &'a str,
    project: Cow<'a, str>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    project_is_encoded: bool,
    phase: &'static str,
    optional: bool,
    fixture: bool,
    fails: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    change: Option<&'static str>,
    suppressed: Option<SuppressedObject<'a>>,
    fingerprint: String,
    locations: Vec<EvidenceObject<'a>>,
    path: Vec<StepObject<'a>>,
    notes: &'a [String],
}

#[derive(Serialize)]
struct SuppressedObject<'a> {
    reason: &'a str,
}

impl<'a> FindingObject<'a> {
    pub(super) fn of(finding: &'a Finding) -> Self {
        // Of the other verdicts the version is a range, which no package URL takes.
        let exact = matches!(finding.verdict, Verdict::Affected | Verdict::Disputed)
            .then_some(finding.version.as_str());
        Self {
            id: &finding.id,
            aliases: &finding.aliases,
            related: &finding.related,
            rule: finding.verdict.rule(),
            dist: finding.dist.as_str(),
            version: &finding.version,
            purl: PackageUrl::for_release(&finding.dist, exact, None).to_string(),
            verdict: finding.verdict.word(),
            kind: finding.verdict.kind(),
            severity: finding.severity.word(),
            confidence: finding.confidence.word(),
            affected: &finding.affected,
            fixed: &finding.fixed,
            reported: finding.reported.as_deref(),
            references: &finding.references,
            bundled_library: finding.bundled_library.as_deref(),
            advice: &finding.advice,
            project: finding.project.to_text(),
            project_is_encoded: !finding.project.is_utf8(),
            phase: finding.phase.word(),
            optional: finding.optional,
            fixture: finding.fixture,
            fails: finding.fails,
            change: finding.change.map(Standing::word),
            suppressed: finding.suppressed.as_deref().map(|reason| SuppressedObject { reason }),
            fingerprint: fingerprint(finding),
            locations: finding.evidence.iter().map(EvidenceObject::of).collect(),
            path: finding.path.iter().map(StepObject::of).collect(),
            notes: &finding.notes,
        }
    }
}

/// A place: all of `line` to `end_column` are null for a file as a whole.
#[derive(Serialize)]
pub(super) struct PlaceObject<'a> {
    #[serde(flatten)]
    path: PathObject<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    inside: Option<Vec<PathObject<'a>>>,
    line: Option<u32>,
    column: Option<u32>,
    end_line: Option<u32>,
    end_column: Option<u32>,
}

impl<'a> PlaceObject<'a> {
    pub(super) fn of(location: &'a Location) -> Self {
        Self {
            path: PathObject::of(&location.path),
            inside: location
                .inside
                .as_ref()
                .map(|inside| inside.names().iter().map(PathObject::of).collect()),
            line: location.span.map(|span| span.line),
            column: location.span.map(|span| span.column),
            end_line: location.span.map(|span| span.end_line),
            end_column: location.span.map(|span| span.end_column),
        }
    }
}

#[derive(Serialize)]
struct EvidenceObject<'a> {
    #[serde(flatten)]
    place: PlaceObject<'a>,
    origin: &'static str,
    module: Option<&'a str>,
    version: &'a str,
    verdict: Option<&'static str>,
    kind: Option<&'static str>,
}

impl<'a> EvidenceObject<'a> {
    fn of(evidence: &'a Evidence) -> Self {
        Self {
            place: PlaceObject::of(&evidence.location),
            origin: evidence.origin.word(),
            module: evidence.module.as_ref().map(|module| module.as_str()),
            version: &evidence.version,
            verdict: evidence.verdict.map(Verdict::word),
            kind: evidence.verdict.and_then(Verdict::kind),
        }
    }
}

#[derive(Serialize)]
struct StepObject<'a> {
    dist: &'a str,
    version: &'a str,
    location: PlaceObject<'a>,
}

impl<'a> StepObject<'a> {
    fn of(step: &'a PathStep) -> Self {
        Self {
            dist: step.dist.as_str(),
            version: &step.version,
            location: PlaceObject::of(&step.location),
        }
    }
}

/// A remark.
#[derive(Serialize)]
pub(super) struct RemarkObject<'a> {
    rule: &'static str,
    subject: &'a str,
    subject_kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    module: Option<&'a str>,
    message: &'a str,
    project: Cow<'a, str>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    project_is_encoded: bool,
    fixture: bool,
    fails: bool,
    locations: Vec<PlaceObject<'a>>,
    more_locations: usize,
}

impl<'a> RemarkObject<'a> {
    pub(super) fn of(remark: &'a Remark) -> Self {
        Self {
            rule: remark.kind.rule(),
            subject: remark.subject.as_str(),
            subject_kind: remark.subject.word(),
            module: match &remark.subject {
                Subject::Module(module) => Some(module.as_str()),
                _ => None,
            },
            message: &remark.message,
            project: remark.project.to_text(),
            project_is_encoded: !remark.project.is_utf8(),
            fixture: remark.fixture,
            fails: remark.fails,
            locations: remark.locations.iter().map(PlaceObject::of).collect(),
            more_locations: remark.more,
        }
    }
}

/// A problem.
#[derive(Serialize)]
pub(super) struct ProblemObject<'a> {
    kind: &'static str,
    by: &'static str,
    message: &'a str,
    #[serde(flatten)]
    place: PlaceObject<'a>,
}

impl<'a> ProblemObject<'a> {
    pub(super) fn of(problem: &'a Problem) -> Self {
        Self {
            kind: problem.kind.word(),
            by: problem.by,
            message: &problem.message,
            place: PlaceObject::of(&problem.location),
        }
    }
}

/// What was looked at.
#[derive(Serialize)]
pub(super) struct CoverageObject<'a> {
    files_seen: u64,
    files_read: u64,
    skipped_directories: Vec<SkippedObject<'a>>,
    excluded: Vec<PathObject<'a>>,
    ignore_file: Option<PathObject<'a>>,
}

#[derive(Serialize)]
struct SkippedObject<'a> {
    name: &'a str,
    count: u64,
}

impl<'a> CoverageObject<'a> {
    pub(super) fn of(coverage: &'a Coverage) -> Self {
        Self {
            files_seen: coverage.files_seen,
            files_read: coverage.files_read,
            skipped_directories: coverage
                .skipped_directories
                .iter()
                .map(|(name, count)| SkippedObject { name, count: *count })
                .collect(),
            excluded: coverage.excluded.iter().map(PathObject::of).collect(),
            ignore_file: coverage.ignore_file.as_ref().map(PathObject::of),
        }
    }
}
