//! `junit`: JUnit XML as Jenkins, GitLab and others read it.
//!
//! A suite is a project, a test case one finding of it. What fails the run is a
//! failure, what is only shown or suppressed is skipped with the reason, what
//! could not be read is an error in a suite of its own. Elements, attributes
//! and their order are the usual ones. Times are zero: the same
//! report is the same bytes. A case's name has no version in it, so that a
//! finding stays the same case when a still vulnerable version is raised.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io;

use perlscan_model::finding::Finding;
use perlscan_model::location::SourcePath;
use perlscan_model::problem::{Problem, ProblemKind};

use super::brief::{self, Standing, standing, title};
use super::plain::plain;
use super::{EmitError, Emitter, Report, account};

/// The emitter.
#[derive(Debug, Clone, Copy)]
pub struct Junit;

/// A test case.
struct Case {
    class: String,
    name: String,
    /// Nothing for a case that passes.
    result: Option<Outcome>,
}

/// What became of a case that did not pass.
struct Outcome {
    /// `failure`, `error` or `skipped`.
    element: &'static str,
    kind: &'static str,
    message: String,
    /// Its lines.
    text: Vec<String>,
}

impl Emitter for Junit {
    fn name(&self) -> &'static str {
        "junit"
    }

    fn emit(&self, report: &Report, out: &mut dyn io::Write) -> Result<(), EmitError> {
        let suites = suites(report);
        let of = |element: &str| suites.iter().map(|(_, cases)| counted(cases, element)).sum();
        let total: usize = suites.iter().map(|(_, cases)| cases.len()).sum();
        let (failures, errors): (usize, usize) = (of("failure"), of("error"));
        writeln!(out, r#"<?xml version="1.0" encoding="UTF-8"?>"#)?;
        writeln!(
            out,
            r#"<testsuites name="perlscan" time="0" tests="{total}" failures="{failures}" errors="{errors}">"#
        )?;
        for (at, (name, cases)) in suites.iter().enumerate() {
            suite(report, name, cases, at + 1 == suites.len(), out)?;
        }
        writeln!(out, "</testsuites>")?;
        Ok(())
    }
}

fn counted(cases: &[Case], element: &str) -> usize {
    let is = |case: &&Case| case.result.as_ref().is_some_and(|result| result.element == element);
    cases.iter().filter(is).count()
}

/// The suites by name: one a project, and the run's own at the end.
fn suites(report: &Report) -> Vec<(String, Vec<Case>)> {
    let mut by_project: BTreeMap<&SourcePath, (bool, Vec<Case>)> =
        report.projects.iter().map(|project| (&project.path, (false, Vec::new()))).collect();
    for finding in report.shown() {
        let entry = by_project.entry(&finding.project).or_default();
        entry.0 |= standing(finding) == Standing::Fails;
        entry.1.push(of_finding(report, finding));
    }
    for finding in report.removed() {
        let entry = by_project.entry(&finding.project).or_default();
        entry.1.push(Case {
            class: class(&finding.project, finding.dist.as_str()),
            name: format!("no longer found: {}", name_of(finding)),
            result: None,
        });
    }
    for remark in report.remarks.iter().filter(|remark| remark.fails) {
        let entry = by_project.entry(&remark.project).or_default();
        entry.0 = true;
        entry.1.push(Case {
            class: class(&remark.project, remark.subject.as_str()),
            name: remark.kind.rule().to_owned(),
            result: Some(Outcome {
                element: "failure",
                kind: remark.kind.rule(),
                message: remark.message.clone(),
                text: remark.locations.iter().map(ToString::to_string).collect(),
            }),
        });
    }
    let mut suites = Vec::new();
    for (path, (fails, mut cases)) in by_project {
        if !fails {
            let name = "nothing fails the run".to_owned();
            cases.push(Case { class: class(path, "project"), name, result: None });
        }
        suites.push((named(path), cases));
    }
    suites.push(("perlscan".to_owned(), run(report)));
    suites
}

/// What concerns the run as a whole.
fn run(report: &Report) -> Vec<Case> {
    let case = |name: String, result| Case { class: "perlscan".to_owned(), name, result };
    let mut cases = Vec::new();
    // A case a file: readers keep one of several cases of the same name, and a
    // line in the name would make it another case when lines move.
    let mut by_file: BTreeMap<String, Vec<&Problem>> = BTreeMap::new();
    for problem in report.problems.iter().filter(|problem| problem.kind == ProblemKind::Lost) {
        let file = format!("{}{}", problem.location.path, problem.location.inside_text());
        by_file.entry(file).or_default().push(problem);
    }
    let element = if report.outcome.incomplete { "error" } else { "skipped" };
    for (file, problems) in by_file {
        let messages: Vec<&str> = problems.iter().map(|problem| problem.message.as_str()).collect();
        let message = messages.join("; ");
        let text = problems.iter().map(|one| format!("{} ({})", one.location, one.by)).collect();
        let result = Outcome { element, kind: "lost", message, text };
        let file = if file.is_empty() { "." } else { &file };
        cases.push(case(format!("reads {file}"), Some(result)));
    }
    if let Some(message) = brief::incomplete(report) {
        let result = Outcome { element: "error", kind: "incomplete", message, text: Vec::new() };
        cases.push(case("does all its work".to_owned(), Some(result)));
    }
    if cases.is_empty() {
        cases.push(case("reads all inputs".to_owned(), None));
    }
    cases
}

fn named(path: &SourcePath) -> String {
    if path.as_bytes().is_empty() { ".".to_owned() } else { path.to_text().into_owned() }
}

/// The class: with the project, since readers tell cases apart by class and name.
fn class(project: &SourcePath, name: &str) -> String {
    if project.as_bytes().is_empty() { name.to_owned() } else { format!("{project}.{name}") }
}

/// The ids of a finding.
fn name_of(finding: &Finding) -> String {
    let public = finding.public_id();
    if public == finding.id { public.to_owned() } else { format!("{public} ({})", finding.id) }
}

fn of_finding(report: &Report, finding: &Finding) -> Case {
    let name = name_of(finding);
    let mut text = vec![format!("{} ({})", title(finding), finding.severity.word())];
    text.extend(finding.change.map(|change| format!("change: {}", change.word())));
    if finding.evidence.is_empty() {
        text.push(brief::place(report, finding).to_string());
    }
    for evidence in &finding.evidence {
        text.push(format!("{} ({})", evidence.location, evidence.origin));
    }
    if !finding.advice.is_empty() {
        text.push(finding.advice.clone());
    }
    let (element, message) = match standing(finding) {
        Standing::Fails => ("failure", format!("{}: {}", title(finding), finding.advice)),
        Standing::Passes(why) => ("skipped", format!("{why}: {}", finding.advice)),
        Standing::Suppressed(why) => ("skipped", format!("suppressed: {why}")),
    };
    let result = Outcome { element, kind: finding.verdict.rule(), message, text };
    Case { class: class(&finding.project, finding.dist.as_str()), name, result: Some(result) }
}

fn suite(
    report: &Report,
    name: &str,
    cases: &[Case],
    last: bool,
    out: &mut dyn io::Write,
) -> Result<(), EmitError> {
    writeln!(
        out,
        r#"  <testsuite name="{}" tests="{}" failures="{}" errors="{}" skipped="{}" time="0">"#,
        xml(name),
        cases.len(),
        counted(cases, "failure"),
        counted(cases, "error"),
        counted(cases, "skipped"),
    )?;
    for case in cases {
        let (class, name) = (xml(&case.class), xml(&case.name));
        write!(out, r#"    <testcase name="{name}" classname="{class}" time="0""#)?;
        let Some(result) = &case.result else {
            writeln!(out, "/>")?;
            continue;
        };
        let (element, message) = (result.element, xml(&result.message));
        // The schema gives `skipped` no type.
        let kind = match element {
            "skipped" => String::new(),
            _ => format!(r#" type="{}""#, result.kind),
        };
        let lines: Vec<_> = result.text.iter().map(|line| xml(line)).collect();
        let text = lines.join("\n");
        writeln!(out, ">\n      <{element} message=\"{message}\"{kind}>{text}</{element}>")?;
        writeln!(out, "    </testcase>")?;
    }
    if last {
        let result = account::result(report);
        let database = account::database(&report.database);
        let compared = account::compared(report);
        let compared = compared.map(|text| format!("\nCompared: {}", xml(&text)));
        writeln!(
            out,
            "    <system-out>{}{}\nDatabase: {}</system-out>",
            xml(&result),
            compared.unwrap_or_default(),
            xml(&database)
        )?;
    }
    Ok(writeln!(out, "  </testsuite>")?)
}

/// The text on one line as XML 1.0 can hold it, in an attribute and elsewhere.
/// What XML has no way to write (controls, noncharacters) is hidden and so gone.
/// A colon at its start is a reference, since the text may begin a line, and in
/// the log of a GitHub workflow `::` there begins a command.
pub(super) fn xml(text: &str) -> String {
    let text: Cow<'_, str> = plain(text);
    let mut escaped = String::with_capacity(text.len() + 8);
    let before_colon = text.len() - text.trim_start().len();
    for (at, c) in text.char_indices() {
        match c {
            ':' if at == before_colon => escaped.push_str("&#58;"),
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&apos;"),
            c => escaped.push(c),
        }
    }
    escaped
}
