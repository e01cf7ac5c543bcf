//! `tap`: TAP 13, for `prove` and whatever else reads tests.
//!
//! One test a finding. What fails the run is `not ok`; what is shown without
//! failing it is `not ok` with `TODO`, which TAP defines as a failure that does
//! not count; what is suppressed is `SKIP`. A project of which nothing fails is
//! one `ok`. So a consumer's verdict is the run's.

use std::collections::BTreeSet;
use std::io;

use perlscan_model::finding::{Change, Finding};
use perlscan_model::location::Location;
use perlscan_model::problem::ProblemKind;

use super::brief::{self, Standing, standing, title};
use super::plain::plain;
use super::table::place;
use super::{EmitError, Emitter, Report, account};

/// The emitter.
#[derive(Debug, Clone, Copy)]
pub struct Tap;

impl Emitter for Tap {
    fn name(&self) -> &'static str {
        "tap"
    }

    fn emit(&self, report: &Report, out: &mut dyn io::Write) -> Result<(), EmitError> {
        let mut tests = Tests { out, number: 0 };
        writeln!(tests.out, "TAP version 13")?;
        for finding in report.shown() {
            finding_test(report, finding, &mut tests)?;
        }
        for remark in report.remarks.iter().filter(|remark| remark.fails) {
            tests.test(false, &remark.message, None)?;
            let at = remark.locations.first().map(|at| place(at, &report.standpoint));
            let at = at.unwrap_or_default();
            tests.diagnostics(&[("rule", remark.kind.rule()), ("place", &at)], &[])?;
        }
        for problem in &report.problems {
            let at = place(&problem.location, &report.standpoint);
            if problem.kind == ProblemKind::Lost {
                let todo = ("TODO", "an incomplete run is allowed");
                let todo = (!report.outcome.incomplete).then_some(todo);
                tests.test(false, &format!("{at} could not be read"), todo)?;
                tests.diagnostics(&[("message", &problem.message), ("by", problem.by)], &[])?;
            } else {
                tests.comment(&format!("{} {at}: {}", problem.kind, problem.message))?;
            }
        }
        if let Some(reason) = brief::incomplete(report) {
            tests.test(false, &reason, None)?;
        }
        for finding in report.removed() {
            tests.comment(&format!("no longer found: {}", title(finding)))?;
        }
        let failing: BTreeSet<_> =
            report.findings.iter().filter(|f| f.fails).map(|f| &f.project).collect();
        for project in report.projects.iter().filter(|p| !failing.contains(&p.path)) {
            let name = place(&Location::file(project.path.clone()), &report.standpoint);
            tests.test(true, &format!("no finding fails project {name}"), None)?;
        }
        let number = tests.number;
        if number == 0 {
            writeln!(out, "1..0 # SKIP {}", plain(&account::result(report)))?;
        } else {
            writeln!(out, "1..{number}")?;
        }
        writeln!(out, "# {}", plain(&account::result(report)))?;
        if let Some(text) = account::compared(report) {
            writeln!(out, "# Compared: {}", plain(&text))?;
        }
        writeln!(out, "# Database: {}", plain(&account::database(&report.database)))?;
        Ok(())
    }
}

fn finding_test(
    report: &Report,
    finding: &Finding,
    tests: &mut Tests<'_>,
) -> Result<(), EmitError> {
    match standing(finding) {
        Standing::Fails => tests.test(false, &title(finding), None)?,
        Standing::Passes(why) => tests.test(false, &title(finding), Some(("TODO", why)))?,
        Standing::Suppressed(why) => {
            let why = format!("suppressed: {why}");
            return tests.test(true, &title(finding), Some(("SKIP", &why)));
        }
    }
    let places: Vec<(String, &str)> = finding
        .evidence
        .iter()
        .map(|one| (place(&one.location, &report.standpoint), one.origin.word()))
        .collect();
    let project = finding.project.to_text();
    let keys = [
        ("id", finding.id.as_str()),
        ("change", finding.change.map(Change::word).unwrap_or_default()),
        ("verdict", finding.verdict.rule()),
        ("severity", finding.severity.word()),
        ("project", &project),
        ("advice", &finding.advice),
    ];
    tests.diagnostics(&keys, &places)
}

/// The tests as they are written.
struct Tests<'a> {
    out: &'a mut dyn io::Write,
    number: usize,
}

impl Tests<'_> {
    /// One test, with a directive and its reason.
    fn test(
        &mut self,
        passed: bool,
        description: &str,
        directive: Option<(&str, &str)>,
    ) -> Result<(), EmitError> {
        self.number += 1;
        let verdict = if passed { "ok" } else { "not ok" };
        write!(self.out, "{verdict} {} - {}", self.number, escaped(description))?;
        if let Some((word, reason)) = directive {
            write!(self.out, " # {word} {}", plain(reason))?;
        }
        Ok(writeln!(self.out)?)
    }

    /// The YAML block of the last test. Single quotes are the one style without
    /// escapes, which the small YAML readers of TAP read as well as the others.
    /// `prove`'s takes an item of a list for a key where a colon and a blank are
    /// in it, quoted or not, so items have keys of their own.
    fn diagnostics(
        &mut self,
        keys: &[(&str, &str)],
        places: &[(String, &str)],
    ) -> Result<(), EmitError> {
        writeln!(self.out, "  ---")?;
        for (key, value) in keys.iter().filter(|(_, value)| !value.is_empty()) {
            writeln!(self.out, "  {key}: {}", quoted(value))?;
        }
        if !places.is_empty() {
            writeln!(self.out, "  places:")?;
            for (place, origin) in places {
                writeln!(self.out, "    - place: {}", quoted(place))?;
                writeln!(self.out, "      origin: {}", quoted(origin))?;
            }
        }
        Ok(writeln!(self.out, "  ...")?)
    }

    fn comment(&mut self, text: &str) -> Result<(), EmitError> {
        Ok(writeln!(self.out, "# {}", plain(text))?)
    }
}

fn quoted(text: &str) -> String {
    format!("'{}'", plain(text).replace('\'', "''"))
}

/// A description: `#` would begin a directive, and `\` escapes it.
fn escaped(text: &str) -> String {
    plain(text).replace('\\', "\\\\").replace('#', "\\#")
}
