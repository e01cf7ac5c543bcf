//! `github`: workflow commands, which GitHub shows as annotations of a run.
//!
//! Every line is a command: text of a scanned file never begins one, and the
//! older `##[…]` commands are not looked for in a line that is one already. So
//! nothing here has to be put between `stop-commands`, whose token would have to
//! be one that no scanned file can guess.

use std::io;

use perlscan_model::finding::{Finding, Verdict};
use perlscan_model::location::Location;
use perlscan_model::problem::{Problem, ProblemKind};

use super::brief::{self, Standing, standing, title};
use super::plain::plain;
use super::sarif::shortened;
use super::{EmitError, Emitter, Report, account};

/// How many annotations of a kind GitHub shows for one step. More go to its log.
const SHOWN: usize = 10;
/// A message is a few sentences, whatever a scanned file has in its place.
const MESSAGE_LIMIT: usize = 1_000;
/// A title is one line.
const TITLE_LIMIT: usize = 250;

/// The emitter.
#[derive(Debug, Clone, Copy)]
pub struct Github;

/// An annotation's kind, the gravest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Error,
    Warning,
    Notice,
}

struct Annotation {
    kind: Kind,
    location: Option<Location>,
    title: String,
    message: String,
}

impl Emitter for Github {
    fn name(&self) -> &'static str {
        "github"
    }

    fn emit(&self, report: &Report, out: &mut dyn io::Write) -> Result<(), EmitError> {
        let all = annotations(report);
        let of = |kind| all.iter().filter(|annotation| annotation.kind == kind).count();
        let (errors, warnings, notices) = (of(Kind::Error), of(Kind::Warning), of(Kind::Notice));
        let mut text = sentence(&account::result(report));
        // With the account.
        let notices = notices + 1;
        if [errors, warnings, notices].iter().any(|n| *n > SHOWN) {
            text.push_str(&format!(
                " GitHub shows the first {SHOWN} annotations of a kind for a step; here are {}, {} and {}: the log and the other formats have all.",
                account::count(errors, "error", "errors"),
                account::count(warnings, "warning", "warnings"),
                account::count(notices, "notice", "notices"),
            ));
        }
        if let Some(compared) = account::compared(report) {
            text.push_str(&format!(" Compared: {compared}."));
        }
        text.push_str(&format!(" Database: {}.", account::database(&report.database)));
        let title = "perlscan".to_owned();
        let account = Annotation { kind: Kind::Notice, location: None, title, message: text };
        let (grave, rest) = all.split_at(errors + warnings);
        for annotation in grave.iter().chain([&account]).chain(rest) {
            command(annotation, out)?;
        }
        Ok(())
    }
}

/// What is to be shown, in the order of kinds and, within them, the gravest
/// first, since GitHub shows the first ones only.
fn annotations(report: &Report) -> Vec<Annotation> {
    let mut all = Vec::new();
    if let Some(message) = brief::incomplete(report) {
        let title = "incomplete".to_owned();
        all.push(Annotation { kind: Kind::Error, location: None, title, message });
    }
    let mut problems: Vec<&Problem> = report.problems.iter().collect();
    problems.sort_by_key(|problem| problem.kind);
    // One of them says that findings may be missing; more of them must not hide
    // the findings that there are.
    let (first, others) = problems.split_at(problems.len().min(1));
    all.extend(first.iter().map(|problem| of_problem(report, problem)));
    let mut findings: Vec<&Finding> =
        report.shown().filter(|finding| finding.suppressed.is_none()).collect();
    findings.sort_by_key(|finding| brief::gravity(finding));
    all.extend(findings.into_iter().map(|finding| of_finding(report, finding)));
    for remark in report.remarks.iter().filter(|remark| remark.fails) {
        all.push(Annotation {
            kind: Kind::Error,
            location: remark.locations.first().cloned(),
            title: remark.kind.rule().to_owned(),
            message: remark.message.clone(),
        });
    }
    all.extend(others.iter().map(|problem| of_problem(report, problem)));
    all.sort_by_key(|annotation| annotation.kind);
    all
}

/// The text with a capital and a full stop.
fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    match letters.next() {
        Some(first) => format!("{}{}.", first.to_ascii_uppercase(), letters.as_str()),
        None => String::new(),
    }
}

fn of_finding(report: &Report, finding: &Finding) -> Annotation {
    let mut message = finding.advice.clone();
    let kind = match standing(finding) {
        Standing::Fails => Kind::Error,
        Standing::Passes(why) => {
            message = format!("{why}; {message}");
            let notice = finding.fixture || finding.verdict == Verdict::Unknown;
            if notice { Kind::Notice } else { Kind::Warning }
        }
        Standing::Suppressed(_) => Kind::Notice,
    };
    let location = brief::place(report, finding);
    let inside = location.inside_text();
    if let Some(name) = inside.strip_prefix('!') {
        message = format!("{message} (in {name})");
    }
    if message.trim().is_empty() {
        message = title(finding);
    }
    let title = format!("{} ({})", title(finding), finding.severity.word());
    Annotation { kind, location: Some(location), title, message }
}

fn of_problem(report: &Report, problem: &Problem) -> Annotation {
    let (kind, title) = match problem.kind {
        ProblemKind::Lost if report.outcome.incomplete => (Kind::Error, "not read"),
        ProblemKind::Lost => (Kind::Warning, "not read"),
        ProblemKind::Undecided => (Kind::Notice, "undecided"),
        ProblemKind::Note => (Kind::Notice, "note"),
    };
    Annotation {
        kind,
        location: Some(problem.location.clone()),
        title: title.to_owned(),
        message: problem.message.clone(),
    }
}

fn command(annotation: &Annotation, out: &mut dyn io::Write) -> Result<(), EmitError> {
    let word = match annotation.kind {
        Kind::Error => "error",
        Kind::Warning => "warning",
        Kind::Notice => "notice",
    };
    write!(out, "::{word} ")?;
    if let Some(location) = &annotation.location {
        let file = property(&location.path.to_text());
        // The base of the scan has no name. A `=` that a value begins with is lost.
        let before = if file.starts_with('=') { "./" } else { "" };
        if !file.is_empty() {
            write!(out, "file={before}{file},")?;
        }
        if let Some(span) = location.span {
            write!(out, "line={},col={},", span.line.max(1), span.column.max(1))?;
        }
    }
    let title = property(&shortened(&annotation.title, TITLE_LIMIT));
    let message = data(&shortened(&plain(&annotation.message), MESSAGE_LIMIT));
    Ok(writeln!(out, "title={title}::{message}")?)
}

/// A message, escaped by the rules of workflow commands.
fn data(text: &str) -> String {
    plain(text).replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// A property's value, which `:` and `,` would end.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
