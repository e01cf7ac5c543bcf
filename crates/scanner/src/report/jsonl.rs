//! `jsonl`: the report as one object a line, for programs that read a stream.
//!
//! Every line names what it carries and holds it under that name:
//! `{"kind":"finding","finding":{…}}`. The objects are those of
//! [`json`](super::json); the nesting keeps their own `kind` apart.

use std::io;

use serde::Serialize;

use super::json::{
    ChangeObject, CoverageObject, FindingObject, Header, OutcomeObject, ProblemObject,
    ProjectObject, RemarkObject,
};
use super::plain::escape_hidden;
use super::{EmitError, Emitter, Report};

/// The emitter.
#[derive(Debug, Clone, Copy, Default)]
pub struct Jsonl;

#[derive(Serialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
enum Line<'a> {
    Report { report: Header<'a> },
    Change { change: Box<ChangeObject<'a>> },
    Project { project: Box<ProjectObject<'a>> },
    Finding { finding: Box<FindingObject<'a>> },
    Remark { remark: RemarkObject<'a> },
    Problem { problem: ProblemObject<'a> },
    Summary { summary: Summary<'a> },
}

/// The last line: a reader that has it knows that nothing was cut off.
#[derive(Serialize)]
struct Summary<'a> {
    outcome: OutcomeObject,
    projects: usize,
    findings: usize,
    remarks: usize,
    problems: usize,
    coverage: CoverageObject<'a>,
}

impl Emitter for Jsonl {
    fn name(&self) -> &'static str {
        "jsonl"
    }

    fn emit(&self, report: &Report, out: &mut dyn io::Write) -> Result<(), EmitError> {
        write_line(out, &Line::Report { report: Header::of(report) })?;
        if let Some(change) = &report.change {
            let change = Box::new(ChangeObject::of(report, change));
            write_line(out, &Line::Change { change })?;
        }
        for project in &report.projects {
            write_line(out, &Line::Project { project: Box::new(ProjectObject::of(project)) })?;
        }
        for finding in &report.findings {
            write_line(out, &Line::Finding { finding: Box::new(FindingObject::of(finding)) })?;
        }
        for remark in &report.remarks {
            write_line(out, &Line::Remark { remark: RemarkObject::of(remark) })?;
        }
        for problem in &report.problems {
            write_line(out, &Line::Problem { problem: ProblemObject::of(problem) })?;
        }
        let summary = Summary {
            outcome: OutcomeObject::of(report.outcome),
            projects: report.projects.len(),
            findings: report.findings.len(),
            remarks: report.remarks.len(),
            problems: report.problems.len(),
            coverage: CoverageObject::of(&report.coverage),
        };
        write_line(out, &Line::Summary { summary })
    }
}

fn write_line(out: &mut dyn io::Write, line: &Line<'_>) -> Result<(), EmitError> {
    let text = serde_json::to_string(line)?;
    out.write_all(escape_hidden(&text).as_bytes())?;
    out.write_all(b"\n")?;
    Ok(())
}
