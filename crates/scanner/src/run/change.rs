//! Two states of a tree, and what came in between them.
//!
//! Both are read and judged whole, by the same database, so that a finding of the
//! later one has all its context; what they share is read once.

use std::collections::BTreeSet;

use perlscan_model::finding::Change as Standing;
use perlscan_model::location::{Inside, Location, SourcePath};
use perlscan_model::problem::{Problem, ProblemKind};
use perlscan_model::remark::{Remark, RemarkKind, Subject};

use super::reading::{Before, Reading};
use crate::advisory::AdvisoryError;
use crate::advisory::database::Database;
use crate::policy::change::compare;
use crate::report::Report;
use crate::report::change::{Change, ChangeSide};
use crate::scan::remembered::Remembered;
use crate::scan::{Observer, ScanSettings};
use crate::source::Source;

/// What comes of a cache that can't be used.
const READS_ALL: &str = "every file is read anew";

/// One of the two states.
pub struct Side<'a> {
    /// Its files.
    pub source: &'a dyn Source,
    /// How it is judged: its own suppressions and ignore file.
    pub settings: &'a ScanSettings,
    /// What it is.
    pub is: ChangeSide,
}

/// Scans both states and reports what is new in `head`, and what is gone.
///
/// `on_both` tells of files of `head` that no change can bring in: those that
/// only one side can have, since git does not keep them.
///
/// # Errors
/// When the database is damaged.
pub fn scan_change(
    base: Side<'_>,
    head: Side<'_>,
    on_both: &dyn Fn(&SourcePath) -> bool,
    database: &Database,
    observer: &dyn Observer,
) -> Result<Report, AdvisoryError> {
    let (of_base, of_head) = (base.settings, head.settings);
    let remembered = remembered(of_head, observer);
    let known = Before { projects: remembered.as_ref().map(Remembered::before), mirrors: None };
    let mut before = Reading::of(base.source, of_base, database, observer, known)?;
    let after = Reading::of(head.source, of_head, database, observer, before.before())?;
    if let Some(remembered) = &remembered {
        // A working tree does not name its contents.
        let named = if after.projects().names_contents() { &after } else { &before };
        if let Err(error) = remembered.keep(named.projects()) {
            observer.warning(&format!("{error}; {READS_ALL}"));
        }
    }
    before.share(&after, on_both);
    // Most commits touch nothing that is read: what says the same is judged once.
    let is_same = before.says_the_same(&after) && of_base.suppressions == of_head.suppressions;
    let (before, mut report) = if is_same {
        let report = after.judge(head.source, of_head, database)?;
        (report.clone(), report)
    } else if before.is_large() && after.is_large() {
        // What is not of a mirror is judged without its source.
        std::thread::scope(|scope| {
            let before = scope.spawn(|| before.judge_projects(of_base, database));
            let after = after.judge_projects(of_head, database)?;
            let before = before.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))?;
            Ok::<_, AdvisoryError>((before, after))
        })?
    } else {
        let after = after.judge(head.source, of_head, database)?;
        (before.judge(base.source, of_base, database)?, after)
    };
    let lost = before.problems.iter().filter(|problem| problem.kind == ProblemKind::Lost).count();
    let gone = compare(before.findings, &mut report.findings);
    for finding in &mut report.findings {
        finding.fails &= finding.change != Some(Standing::Known);
    }
    let known: BTreeSet<_> = before.remarks.iter().map(remark_key).collect();
    let remarks = report.remarks.len();
    report.remarks.retain(|remark| !known.contains(&remark_key(remark)));
    let known: BTreeSet<_> = before.problems.iter().map(problem_key).collect();
    let problems = report.problems.len();
    report.problems.retain(|problem| {
        problem.kind == ProblemKind::Lost || !known.contains(&problem_key(problem))
    });
    report.outcome.findings_fail = report.findings.iter().any(|finding| finding.fails)
        || report.remarks.iter().any(|remark| remark.fails);
    report.change = Some(Change {
        base: ChangeSide { lost, ..base.is },
        head: head.is,
        removed: gone,
        known_remarks: remarks - report.remarks.len(),
        known_problems: problems - report.problems.len(),
    });
    Ok(report)
}

/// What an earlier comparison has read; where that can't be used, all is read.
fn remembered(settings: &ScanSettings, observer: &dyn Observer) -> Option<Remembered> {
    let opened = Remembered::open(settings.source_facts.as_ref()?, settings);
    opened.map_err(|error| observer.warning(&format!("{error}; {READS_ALL}"))).ok()
}

fn remark_key(remark: &Remark) -> (&SourcePath, RemarkKind, &Subject) {
    (&remark.project, remark.kind, &remark.subject)
}

/// What stays of a problem while lines move.
fn problem_key(problem: &Problem) -> (&SourcePath, Option<&Inside>, &str, &str) {
    let Location { path, inside, span: _ } = &problem.location;
    (path, inside.as_ref(), problem.by, &problem.message)
}
