//! `markdown`: for the summary of a job and for comments on a merge request.
//!
//! Text of scanned files can't act: names, versions and places stand in code
//! elements, where neither mentions nor references are looked for, and every
//! mark of Markdown and HTML is a character reference, which never begins one.

use std::fmt::Write as _;
use std::io;

use perlscan_model::finding::{Change, Finding};
use perlscan_model::problem::{Problem, ProblemKind};

use super::brief::{self, Standing, standing};
use super::dependents::{self, Ranked};
use super::plain::plain;
use super::sarif::{is_cve, shortened};
use super::{EmitError, Emitter, Report, account};
use crate::graph::dependents::Dependents;

/// A step's summary may have 1 MiB at GitHub, a comment a million characters at
/// GitLab; what is written never has more bytes than this.
const LIMIT: usize = 1_000_000;
/// How many bytes are kept for what follows the lists.
const RESERVED: usize = 100_000;
/// Longer tables of findings have the gravest first: nobody reads that many, and
/// the last ones may be cut. Shorter ones keep a distribution's findings together.
const SORTED_ABOVE: usize = 100;
/// How many characters of one text are shown.
const TEXT_LIMIT: usize = 500;
/// How many paths a sentence names.
const PATHS: usize = 10;

/// The emitter.
#[derive(Debug, Clone, Copy)]
pub struct Markdown;

impl Emitter for Markdown {
    fn name(&self) -> &'static str {
        "markdown"
    }

    fn emit(&self, report: &Report, out: &mut dyn io::Write) -> Result<(), EmitError> {
        let mut page = String::new();
        let state = match (report.outcome.incomplete, report.outcome.findings_fail) {
            (true, _) => "the run is incomplete",
            (false, true) => "findings fail the run",
            (false, false) => "nothing fails the run",
        };
        // Writing to a String does not fail.
        let _ = writeln!(page, "## perlscan: {state}\n");
        let _ = writeln!(page, "{}\n", text(&account::result(report)));
        let of = |wanted: fn(Standing<'_>) -> bool| {
            let mut findings: Vec<&Finding> =
                report.shown().filter(|finding| wanted(standing(finding))).collect();
            // The gravest first where not all of them will fit.
            if findings.len() > SORTED_ABOVE {
                findings.sort_by_key(|finding| brief::gravity(finding));
            }
            findings.into_iter().map(|finding| row(report, finding)).collect::<Vec<_>>()
        };
        let failing = of(|standing| standing == Standing::Fails);
        let passing = of(|standing| matches!(standing, Standing::Passes(_)));
        let suppressed = of(|standing| matches!(standing, Standing::Suppressed(_)));
        table(&mut page, FINDINGS, &failing);
        let remarks: Vec<String> = report
            .remarks
            .iter()
            .filter(|remark| remark.fails)
            .map(|remark| {
                let place = remark.locations.first().map(ToString::to_string).unwrap_or_default();
                format!("| {} | {} |\n", code(&place), text(&remark.message))
            })
            .collect();
        table(&mut page, "| Place | Remark |\n| --- | --- |\n", &remarks);
        table(&mut page, PROBLEMS, &problems(report, |kind| kind == ProblemKind::Lost));
        let ranked: Vec<String> = dependents::ranked(report).iter().map(ranked_row).collect();
        details(&mut page, "vulnerable archives that others depend on", DEPENDENTS, &ranked);
        details(&mut page, "shown, not failing", FINDINGS, &passing);
        details(&mut page, "suppressed", FINDINGS, &suppressed);
        let removed: Vec<String> = report.removed().iter().map(removed_row).collect();
        details(&mut page, "no longer found", REMOVED, &removed);
        let others = problems(report, |kind| kind != ProblemKind::Lost);
        details(&mut page, "undecided or noted in inputs", PROBLEMS, &others);
        if let Some(sentence) = account::compared(report) {
            let _ = writeln!(page, "Compared: {}.  ", text(&sentence));
        }
        if !report.projects.is_empty() {
            let _ = writeln!(page, "Read: {}.  ", text(&account::read(report)));
            let _ = writeln!(page, "Judged: {}.  ", text(&account::judged(report)));
        }
        for sentence in account::not_judged(report) {
            let _ = writeln!(page, "Not judged: {}.  ", text(&sentence));
        }
        if let Some(sentence) = account::excluded(report, PATHS) {
            let _ = writeln!(page, "Excluded: {}.  ", text(&sentence));
        }
        let _ = writeln!(page, "Database: {}.", text(&account::database(&report.database)));
        out.write_all(page.as_bytes())?;
        Ok(())
    }
}

const FINDINGS: &str = "| Distribution | Version | Advisory | Severity | Place | What to do |\n| --- | --- | --- | --- | --- | --- |\n";
const REMOVED: &str =
    "| Distribution | Version | Advisory | Severity |\n| --- | --- | --- | --- |\n";
const DEPENDENTS: &str = "| Distribution | Archive | Run with it (directly) | Only built or tested with it (directly) | In no index |\n| --- | --- | --- | --- | --- |\n";
const PROBLEMS: &str = "| Place | Kind | Problem |\n| --- | --- | --- |\n";

/// A vulnerable archive, and how many depend on it.
fn ranked_row(ranked: &Ranked<'_>) -> String {
    let Dependents { direct, all, others } = ranked.counts;
    format!(
        "| {} | {} | {} ({}) | {} ({}) | {} |\n",
        code(&ranked.title()),
        code(&ranked.path.to_text()),
        all.runtime,
        direct.runtime,
        all.build_or_test,
        direct.build_or_test,
        others.total(),
    )
}

/// A finding that is there no more.
fn removed_row(finding: &Finding) -> String {
    format!(
        "| {} | {} | {} | {} |\n",
        code(finding.dist.as_str()),
        code(version(finding)),
        advisory(finding),
        finding.severity.word(),
    )
}

fn version(finding: &Finding) -> &str {
    if finding.version.is_empty() { "any" } else { &finding.version }
}

fn row(report: &Report, finding: &Finding) -> String {
    let note = match standing(finding) {
        Standing::Fails if finding.change == Some(Change::Worse) => {
            "was there before and is worse now: ".to_owned()
        }
        Standing::Fails => String::new(),
        Standing::Passes(why) => format!("{why}: "),
        Standing::Suppressed(why) => format!("suppressed: {why}; "),
    };
    format!(
        "| {} | {} | {} | {} | {} | {} |\n",
        code(finding.dist.as_str()),
        code(version(finding)),
        advisory(finding),
        finding.severity.word(),
        code(&brief::place(report, finding).to_string()),
        text(&format!("{note}{}", finding.advice)),
    )
}

/// The id, a link where it is a CVE's: other links are somebody's text.
fn advisory(finding: &Finding) -> String {
    let id = finding.public_id();
    if is_cve(id) { format!("[{id}](https://www.cve.org/CVERecord?id={id})") } else { code(id) }
}

fn problems(report: &Report, wanted: fn(ProblemKind) -> bool) -> Vec<String> {
    let line = |problem: &Problem| {
        let place = code(&problem.location.to_string());
        format!("| {place} | {} | {} |\n", problem.kind, text(&problem.message))
    };
    report.problems.iter().filter(|problem| wanted(problem.kind)).map(line).collect()
}

/// The rows that there is room for, and how many there was none for.
fn table(page: &mut String, head: &str, rows: &[String]) {
    if rows.is_empty() {
        return;
    }
    page.push_str(head);
    let mut shown = 0;
    for row in rows {
        if page.len() + row.len() > LIMIT - RESERVED {
            break;
        }
        page.push_str(row);
        shown += 1;
    }
    if shown < rows.len() {
        let cut = account::count(rows.len() - shown, "row was", "rows were");
        let _ = write!(page, "\n**{cut} cut: the page is full. The JSON report has all.**\n");
    }
    page.push('\n');
}

/// A table that opens on a click.
fn details(page: &mut String, what: &str, head: &str, rows: &[String]) {
    if rows.is_empty() {
        return;
    }
    let _ = writeln!(page, "<details><summary>{} {what}</summary>\n", rows.len());
    table(page, head, rows);
    page.push_str("</details>\n\n");
}

/// Text that Markdown and HTML show as it is, on one line. The empty comment
/// parts a mark from the name or number that would make it a mention or a
/// reference.
fn text(text: &str) -> String {
    let text = shortened(&plain(text), TEXT_LIMIT);
    let mut escaped = String::with_capacity(text.len() * 2);
    let mut before = [' '; 3];
    for c in text.chars() {
        let begins_link = c == '.' && before.iter().all(|b| b.eq_ignore_ascii_case(&'w'));
        match c {
            '@' | '#' | '!' | '~' | '%' | '$' | '&' | '^' => {
                let _ = write!(escaped, "&#{};<!-- -->", u32::from(c));
            }
            '<' | '>' | '"' | '\\' | '`' | '*' | '_' | '[' | ']' | '|' | ':' | '{' | '}' => {
                let _ = write!(escaped, "&#{};", u32::from(c));
            }
            c if begins_link => {
                let _ = write!(escaped, "&#{};", u32::from(c));
            }
            c => escaped.push(c),
        }
        before = [before[1], before[2], c];
    }
    escaped
}

/// [`text`] as code.
fn code(name: &str) -> String {
    if name.is_empty() { String::new() } else { format!("<code>{}</code>", text(name)) }
}
