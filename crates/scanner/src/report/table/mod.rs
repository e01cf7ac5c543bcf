//! `table`: the report for people, in a terminal and in a log.
//!
//! First the findings, by project and distribution: where it comes in, what is
//! known of it, and one line of advice. Then what could not be read, then the
//! account of the run. It is lines and indents, no frames, so that it reads
//! well where it is copied to.

mod findings;
pub(super) mod page;
mod problems;
mod remarks;

use std::io;

use anstyle::{AnsiColor, Style};
use perlscan_model::finding::{Finding, Verdict};
use perlscan_model::location::{Location, SourcePath};
use perlscan_model::severity::Severity;

use self::page::{Page, Piece};
use super::{EmitError, Emitter, ProjectSummary, Report, Standpoint, account};

/// The width where nothing says how wide the output is.
pub const DEFAULT_WIDTH: usize = 100;
/// The narrowest and the widest page: a sentence over more than this is hard
/// to read.
const WIDTHS: std::ops::RangeInclusive<usize> = 40..=160;
/// How many paths a line names before it only counts.
const PATHS: usize = 10;

/// The emitter.
#[derive(Debug, Clone, Copy)]
pub struct Table {
    /// How many characters a line may have.
    pub width: usize,
    /// Whether to colour.
    pub colour: bool,
    /// Whether to list what is otherwise only counted.
    pub verbose: bool,
    /// Whether to show nothing but findings, what was removed, and what was lost.
    pub quiet: bool,
}

impl Default for Table {
    fn default() -> Self {
        Self { width: DEFAULT_WIDTH, colour: false, verbose: false, quiet: false }
    }
}

impl Emitter for Table {
    fn name(&self) -> &'static str {
        "table"
    }

    fn emit(&self, report: &Report, out: &mut dyn io::Write) -> Result<(), EmitError> {
        let mut page = Page::new(clamped_width(self.width), self.colour);
        self.findings(report, &mut page);
        self.removed(report, &mut page);
        self.remarks(report, &mut page);
        self.problems(report, &mut page);
        self.account(report, &mut page);
        out.write_all(page.into_text().as_bytes())?;
        Ok(())
    }
}

impl Table {
    /// The last lines: what was looked at, how old the data is, what to do next.
    fn account(&self, report: &Report, page: &mut Page) {
        let limit = if self.verbose { usize::MAX } else { PATHS };
        let mut lines: Vec<(&str, String, Style)> = Vec::new();
        if !self.quiet {
            let style = if report.outcome.findings_fail || report.outcome.incomplete {
                Style::new().bold().fg_color(Some(AnsiColor::Red.into()))
            } else {
                Style::new().bold()
            };
            lines.push(("Result", account::result(report), style));
            if let Some(text) = account::compared(report) {
                lines.push(("Compared", text, Style::new()));
            }
            if !report.projects.is_empty() {
                lines.push(("Read", account::read(report), Style::new()));
                lines.push(("Judged", account::judged(report), Style::new()));
            }
            for text in account::depended_on(report, limit) {
                lines.push(("Dependents", text, Style::new()));
            }
            if let Some(text) = account::archives(report) {
                lines.push(("Archives", text, Style::new()));
            }
            for text in account::remarks(report, limit, self.verbose) {
                lines.push(("Remarks", text, Style::new()));
            }
            for text in account::not_judged(report) {
                lines.push(("Not judged", text, Style::new()));
            }
        }
        if let Some(text) = account::excluded(report, limit) {
            lines.push(("Excluded", text, Style::new()));
        }
        if !self.quiet {
            if let Some(text) = account::skipped(report) {
                lines.push(("Skipped", text, Style::new()));
            }
            let style = if report.database.stale { caution() } else { Style::new() };
            lines.push(("Database", account::database(&report.database), style));
            lines.push(("Next", next_step(report), Style::new()));
        }
        if !lines.is_empty() {
            page.gap();
        }
        let column = 2 + lines.iter().map(|(label, ..)| label.len()).max().unwrap_or(0);
        let mut last = "";
        for (label, text, style) in lines {
            // A label that repeats is said once.
            let shown = if label == last { "" } else { label };
            last = label;
            page.labelled(0, &Piece::styled(shown, faint()), column, &Piece::styled(text, style));
        }
    }
}

/// What a person would do now.
fn next_step(report: &Report) -> String {
    let open = || report.shown().filter(|finding| finding.suppressed.is_none());
    let worst = open().min_by_key(|finding| {
        (!finding.fails, finding.verdict, std::cmp::Reverse(finding.severity))
    });
    if let Some(finding) = worst {
        return format!("perlscan explain {}", finding.public_id());
    }
    if let Some(remark) = report.remarks.iter().find(|remark| remark.fails) {
        return format!("perlscan explain {}", remark.kind.rule());
    }
    if report.has_lost() {
        return "mend what could not be read, and run it again".to_owned();
    }
    if report.projects.is_empty() {
        return "name the directory that has the project's cpanfile: perlscan DIRECTORY".to_owned();
    }
    let without_releases =
        |p: &ProjectSummary| p.is_without_releases() && p.direct_requirements > 0;
    if report.projects.iter().any(without_releases) {
        return "commit a cpanfile.snapshot, so that exact releases are judged".to_owned();
    }
    if report.projects.iter().any(|project| project.core_not_judged > 0) {
        return "name the perl that runs the project: perlscan --perl-version 5.36".to_owned();
    }
    "perlscan -o perlscan.sarif writes the same for code scanning".to_owned()
}

/// A width at which sentences can be read.
pub(super) fn clamped_width(width: usize) -> usize {
    width.clamp(*WIDTHS.start(), *WIDTHS.end())
}

/// The style of what is there for completeness.
fn faint() -> Style {
    Style::new().dimmed()
}

/// The style of what wants a look.
fn caution() -> Style {
    Style::new().fg_color(Some(AnsiColor::Yellow.into()))
}

fn severity_style(severity: Severity) -> Style {
    let red = Style::new().fg_color(Some(AnsiColor::Red.into()));
    match severity {
        Severity::Critical => red.bold(),
        Severity::High => red,
        Severity::Medium => caution(),
        Severity::Low => Style::new().fg_color(Some(AnsiColor::Cyan.into())),
        Severity::Unscored => Style::new(),
    }
}

/// A path as a person at the standpoint would type it. What lies on another machine has
/// its URL everywhere.
pub(super) fn seen_from(path: &SourcePath, standpoint: &Standpoint) -> String {
    if path.as_bytes().starts_with(b"https://") {
        return path.to_text().into_owned();
    }
    let directory = match standpoint {
        Standpoint::Inside(directory) => directory,
        Standpoint::Outside(way) if path.as_bytes().is_empty() => {
            return way.to_text().into_owned();
        }
        Standpoint::Outside(way) => return below(way, path).to_text().into_owned(),
    };
    let steps: Vec<&[u8]> = directory.parts().collect();
    let parts: Vec<&[u8]> = path.parts().collect();
    let shared = steps.iter().zip(&parts).take_while(|(a, b)| a == b).count();
    let mut bytes = Vec::with_capacity(path.as_bytes().len() + 8);
    for part in std::iter::repeat_n(&b".."[..], steps.len() - shared)
        .chain(parts.iter().skip(shared).copied())
    {
        if !bytes.is_empty() {
            bytes.push(b'/');
        }
        bytes.extend(part);
    }
    if bytes.is_empty() { ".".to_owned() } else { SourcePath::new(bytes).to_text().into_owned() }
}

/// A path seen from a folder that is `way` away from where it begins. A mirror may lie
/// beside the base: its path begins with `..`, which leads back on the way.
fn below(way: &SourcePath, path: &SourcePath) -> SourcePath {
    let mut way = way.clone();
    let mut parts = path.parts().peekable();
    let is_name = |way: &SourcePath| !matches!(way.file_name(), b"" | b".." | b".");
    while is_name(&way) && parts.next_if(|part| *part == b"..").is_some() {
        let is_at_top = way.as_bytes().iter().rposition(|byte| *byte == b'/') == Some(0);
        way = if is_at_top { "/".into() } else { way.parent() };
    }
    parts.fold(way, |way, part| way.join(part))
}

/// `path:line` or `path!inside:line` as a person at the standpoint would type it.
pub(super) fn place(location: &Location, standpoint: &Standpoint) -> String {
    let path = seen_from(&location.path, standpoint) + &location.inside_text();
    match location.line() {
        Some(line) => format!("{path}:{line}"),
        None => path,
    }
}

/// What a verdict adds to "vulnerable"; nothing when it is plainly so.
fn verdict_words(finding: &Finding) -> &'static str {
    match finding.verdict {
        Verdict::Affected => "",
        Verdict::Disputed => "disputed",
        Verdict::NoSafeChoice => "no safe choice",
        Verdict::FloorTooLow => "floor too low",
        Verdict::Unknown => "unknown version",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_seen_from_where_the_user_stands() {
        for (path, directory, expected) in [
            ("cpanfile", "", "cpanfile"),
            ("a/b/cpanfile", "a", "b/cpanfile"),
            ("a/cpanfile", "a/b", "../cpanfile"),
            ("c/cpanfile", "a/b", "../../c/cpanfile"),
            ("a", "a", "."),
            ("", "a", ".."),
            ("", "", "."),
        ] {
            let standpoint = Standpoint::Inside(directory.into());
            assert_eq!(seen_from(&path.into(), &standpoint), expected);
        }
        let above = Standpoint::Outside("sub/app".into());
        assert_eq!(seen_from(&"a/cpanfile".into(), &above), "sub/app/a/cpanfile");
        assert_eq!(seen_from(&"".into(), &above), "sub/app");
        let elsewhere = Standpoint::Outside("/srv/app".into());
        assert_eq!(seen_from(&"cpanfile".into(), &elsewhere), "/srv/app/cpanfile");
        // A mirror beside the base.
        for (way, path, expected) in [
            ("sub/app", "../pan/x", "sub/pan/x"),
            ("sub/app", "../../pan/x", "pan/x"),
            ("app", "../../pan/x", "../pan/x"),
            ("/srv/app", "../../pan/x", "/pan/x"),
            ("../app", "../pan/x", "../pan/x"),
        ] {
            let standpoint = Standpoint::Outside(way.into());
            assert_eq!(seen_from(&path.into(), &standpoint), expected, "{way} {path}");
        }
        let inside = Standpoint::Inside("a/b".into());
        assert_eq!(seen_from(&"../pan/x".into(), &inside), "../../../pan/x");
        for standpoint in [inside, above, elsewhere] {
            let url = "https://pan.example/p/authors/id/x";
            assert_eq!(seen_from(&url.into(), &standpoint), url);
        }
    }
}
