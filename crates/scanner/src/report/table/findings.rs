//! The findings of a report, by project and distribution.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use anstyle::{AnsiColor, Style};
use perlscan_model::finding::{Change, Confidence, Evidence, Finding, Verdict};
use perlscan_model::location::SourcePath;
use perlscan_model::package::Origin;
use perlscan_model::requirement::Phase;

use super::page::{Columns, Page, Piece};
use super::{Table, faint, place, seen_from, severity_style, verdict_words};
use crate::report::plain::description;
use crate::report::{ProjectSummary, Report, account, dependents};

/// How many places of a distribution are listed before they are only counted.
const PLACES: usize = 6;

/// The findings of one distribution in one project.
struct Group<'a> {
    /// Those that are shown one by one, the worst first.
    shown: Vec<&'a Finding>,
    /// Those that are only counted.
    counted: Vec<&'a Finding>,
}

impl<'a> Group<'a> {
    fn first(&self) -> Option<&'a Finding> {
        self.shown.first().or(self.counted.first()).copied()
    }

    fn all(&self) -> impl Iterator<Item = &'a Finding> {
        self.shown.iter().chain(&self.counted).copied()
    }
}

impl Table {
    /// Lists the findings, project by project.
    pub(super) fn findings(&self, report: &Report, page: &mut Page) {
        // What a change leaves as it was is listed on request, and counted always.
        let listed = |finding: &&Finding| self.verbose || finding.change != Some(Change::Known);
        let open: Vec<&Finding> = report
            .findings
            .iter()
            .filter(listed)
            .filter(|finding| finding.suppressed.is_none())
            .collect();
        for of_project in open.chunk_by(|a, b| a.project == b.project) {
            let Some(first) = of_project.first() else { continue };
            self.heading(report, &first.project, page);
            let groups: Vec<Group<'_>> = of_project
                .chunk_by(|a, b| a.dist == b.dist)
                .map(|findings| self.group(findings))
                .collect();
            let rows: Vec<Vec<Piece>> =
                groups.iter().flat_map(|group| &group.shown).map(|f| self.row(f)).collect();
            let columns = Columns::measure(&rows);
            for group in groups.iter().filter(|group| !group.shown.is_empty()) {
                page.gap();
                self.distribution(report, group, &columns, page);
            }
            let counted: Vec<&Group<'_>> =
                groups.iter().filter(|group| group.shown.is_empty()).collect();
            for verdict in [Verdict::FloorTooLow, Verdict::Unknown] {
                collapsed(report, &counted, verdict, page);
            }
        }
        suppressed(report.findings.iter().filter(listed), page);
    }

    /// Lists what a change has removed.
    pub(super) fn removed(&self, report: &Report, page: &mut Page) {
        if self.quiet || report.removed().is_empty() {
            return;
        }
        page.gap();
        page.paragraph(0, 2, &[Piece::styled("No longer found", faint())]);
        let rows: Vec<Vec<Piece>> = report
            .removed()
            .iter()
            .map(|finding| {
                let version = named_version(&finding.version);
                vec![
                    Piece::styled(finding.severity.word(), severity_style(finding.severity)),
                    Piece::new(finding.public_id()),
                    Piece::new(format!("{} {version}", finding.dist)),
                    Piece::styled(seen_from(&finding.project, &report.standpoint), faint()),
                ]
            })
            .collect();
        let columns = Columns::measure(&rows);
        for row in &rows {
            page.row(2, &columns, row);
        }
    }

    fn group<'a>(&self, findings: &[&'a Finding]) -> Group<'a> {
        let mild = |verdict| matches!(verdict, Verdict::FloorTooLow | Verdict::Unknown);
        // What fails the run is never only counted.
        let (mut shown, counted): (Vec<&Finding>, Vec<&Finding>) =
            findings.iter().partition(|f| self.verbose || f.fails || !mild(f.verdict));
        shown.sort_by_key(|f| (f.verdict, Reverse(f.severity)));
        Group { shown, counted }
    }

    fn heading(&self, report: &Report, path: &SourcePath, page: &mut Page) {
        page.gap();
        let bold = Style::new().bold().underline();
        let name = seen_from(path, &report.standpoint);
        let at = report.projects.binary_search_by(|project| project.path.cmp(path));
        let project = at.ok().and_then(|at| report.projects.get(at));
        let kind = match project.and_then(|project| project.archive.as_ref()) {
            Some(_) => "Archive",
            None => "Project",
        };
        let mut pieces = vec![Piece::styled(format!("{kind} {name}"), bold)];
        if let Some(project) = project {
            let text = project_words(report, project);
            if !text.is_empty() {
                pieces.push(Piece::styled(text, faint()));
            }
        }
        page.paragraph(0, 2, &pieces);
    }

    fn distribution(&self, report: &Report, group: &Group<'_>, columns: &Columns, page: &mut Page) {
        let Some(first) = group.first() else { return };
        let mut versions: Vec<&str> = Vec::new();
        for finding in &group.shown {
            let version = named_version(&finding.version);
            if !versions.contains(&version) {
                versions.push(version);
            }
        }
        let bold = Style::new().bold();
        let name =
            [Piece::styled(first.dist.as_str(), bold), Piece::styled(versions.join(" / "), bold)];
        page.paragraph(2, 4, &name);

        self.places(report, group, page);
        for finding in &group.shown {
            page.row(4, columns, &self.row(finding));
            if self.verbose {
                details(finding, page);
            }
        }
        if !group.counted.is_empty() {
            let n = account::count(group.counted.len(), "more advisory", "more advisories");
            let text = format!("{n} for releases that the requirement admits (--verbose lists)");
            page.paragraph(4, 6, &[Piece::styled(text, faint())]);
        }
        let mut said = BTreeSet::new();
        for note in group.all().flat_map(|finding| &finding.notes) {
            if said.insert(note) {
                page.paragraph(4, 6, &[Piece::styled(format!("note: {note}"), faint())]);
            }
        }
        advice(first, 4, page);
    }

    /// Where the distribution comes in, one place a line, and by which way.
    fn places(&self, report: &Report, group: &Group<'_>, page: &mut Page) {
        let mut places: Vec<&Evidence> = Vec::new();
        let mut met = BTreeSet::new();
        for evidence in group.all().flat_map(|finding| &finding.evidence) {
            if met.insert((&evidence.location, evidence.origin, &evidence.version)) {
                places.push(evidence);
            }
        }
        let limit = if self.verbose { usize::MAX } else { PLACES };
        let rows: Vec<Vec<Piece>> = places
            .iter()
            .take(limit)
            .map(|evidence| {
                let what = match &evidence.module {
                    // Loading a module is no word on its version.
                    Some(module)
                        if evidence.origin == Origin::Used && evidence.version.is_empty() =>
                    {
                        module.to_string()
                    }
                    Some(module) => format!("{module} {}", named_version(&evidence.version)),
                    None => named_version(&evidence.version).to_owned(),
                };
                vec![
                    Piece::new(place(&evidence.location, &report.standpoint)),
                    Piece::styled(evidence.origin.word(), faint()),
                    Piece::styled(what, faint()),
                ]
            })
            .collect();
        let columns = Columns::measure(&rows);
        for row in &rows {
            page.row(4, &columns, row);
        }
        if places.len() > rows.len() {
            let more = account::count(places.len() - rows.len(), "more place", "more places");
            page.paragraph(4, 6, &[Piece::styled(format!("{more} (--verbose lists)"), faint())]);
        }
        let mut ways = BTreeSet::new();
        for finding in group.all().filter(|finding| !finding.path.is_empty()) {
            let steps: Vec<String> = finding
                .path
                .iter()
                .map(|step| format!("{} {}", step.dist, step.version).trim_end().to_owned())
                .collect();
            let way = format!("via {}", steps.join(" → "));
            if ways.insert(way.clone()) {
                page.paragraph(4, 8, &[Piece::new(way)]);
            }
        }
    }

    /// The line of a finding: severity, id, what is special, what mends it,
    /// other ids.
    fn row(&self, finding: &Finding) -> Vec<Piece> {
        let id = finding.public_id();
        let inner = if finding.id == id { "" } else { &finding.id };
        vec![
            Piece::styled(finding.severity.word(), severity_style(finding.severity)),
            Piece::new(id),
            Piece::new(special(finding)),
            Piece::new(fixed_words(finding)),
            // Last, for they are long and seldom needed.
            Piece::styled(inner, faint()),
            Piece::styled(self.other_ids(finding), faint()),
        ]
    }

    /// The ids beside the two that are shown.
    fn other_ids(&self, finding: &Finding) -> String {
        let others: Vec<&str> = finding
            .aliases
            .iter()
            .map(String::as_str)
            .filter(|id| *id != finding.public_id() && *id != finding.id)
            // A GHSA id is a third name of the same thing.
            .filter(|id| self.verbose || id.starts_with("CVE-"))
            .collect();
        if others.is_empty() { String::new() } else { format!("also {}", others.join(", ")) }
    }
}

/// The words after a project's name.
fn project_words(report: &Report, project: &ProjectSummary) -> String {
    let mut words: Vec<String> = Vec::new();
    if let Some(standing) = project.archive.as_ref().and_then(|archive| archive.standing.as_ref()) {
        words.push(standing.word().to_owned());
    }
    if let Some(counts) = project.archive.as_ref().and_then(|archive| archive.dependents.as_deref())
    {
        words.push(dependents::words(counts));
        words.retain(|text| !text.is_empty());
    }
    if project.fixture {
        words.push("test fixture, does not fail the run".to_owned());
    }
    match &project.lock {
        Some(lock) if project.lock_inherited => {
            words.push(format!("judged by the lock {}", seen_from(lock, &report.standpoint)));
        }
        Some(_) => {}
        None if project.installed_above.is_some() => {}
        None if project.resolved.is_some() => {
            words.push("no lock; judged by what a fresh install would take".to_owned());
        }
        None if project.direct_requirements > 0 => words.push("no lock".to_owned()),
        None => {}
    }
    if let Some(above) = &project.installed_above {
        let above = seen_from(above, &report.standpoint);
        words.push(format!("judged by what is installed in {above}"));
    }
    if words.is_empty() { String::new() } else { format!("({})", words.join("; ")) }
}

/// A version, or what stands for none.
fn named_version(version: &str) -> &str {
    if version.is_empty() { "any version" } else { version }
}

/// What is special about a finding.
fn special(finding: &Finding) -> String {
    let mut words: Vec<String> = Vec::new();
    words.extend(finding.change.map(|change| change.word().to_owned()));
    let verdict = verdict_words(finding);
    if !verdict.is_empty() {
        words.push(verdict.to_owned());
    }
    if let Some(library) = &finding.bundled_library {
        words.push(format!("in bundled {library}"));
    }
    if finding.phase != Phase::Runtime {
        words.push(format!("{} only", finding.phase));
    }
    if finding.optional {
        words.push("optional".to_owned());
    }
    // Disputed data is of low confidence anyway.
    if finding.confidence == Confidence::Low && finding.verdict != Verdict::Disputed {
        words.push("low confidence".to_owned());
    }
    words.join(", ")
}

/// Which releases mend it. A floor is the release it begins with.
fn fixed_words(finding: &Finding) -> String {
    if finding.fixed.is_empty() {
        return "no fix stated".to_owned();
    }
    let fixed: Vec<&str> = finding
        .fixed
        .iter()
        .map(|range| match range.trim().strip_prefix(">=") {
            Some(floor) if !floor.contains([',', '<', '>', '=']) => floor.trim(),
            _ => range.trim(),
        })
        .collect();
    format!("fixed in {}", fixed.join(" or "))
}

/// What `--verbose` tells beside the line.
fn details(finding: &Finding, page: &mut Page) {
    let mut lines = Vec::new();
    if !finding.affected.is_empty() {
        lines.push(format!("affected: {}", finding.affected.join(" or ")));
    }
    if let Some(reported) = &finding.reported {
        lines.push(format!("reported: {reported}"));
    }
    if !finding.related.is_empty() {
        lines.push(format!("related: {}", finding.related.join(", ")));
    }
    lines.extend(finding.description.as_deref().map(description));
    lines.extend(finding.references.iter().cloned());
    for line in lines {
        page.paragraph(6, 8, &[Piece::styled(line, faint())]);
    }
}

/// The line that says what to do.
fn advice(finding: &Finding, indent: usize, page: &mut Page) {
    if finding.advice.trim().is_empty() {
        return;
    }
    let green = Style::new().fg_color(Some(AnsiColor::Green.into()));
    let arrow = Piece::styled("→", green);
    page.paragraph(indent, indent + 2, &[arrow, Piece::styled(&finding.advice, green)]);
}

/// The distributions of which nothing is worse than this verdict, a line each.
fn collapsed(report: &Report, groups: &[&Group<'_>], verdict: Verdict, page: &mut Page) {
    let groups: Vec<&Group<'_>> = groups
        .iter()
        .filter(|group| group.counted.iter().map(|f| f.verdict).min() == Some(verdict))
        .copied()
        .collect();
    if groups.is_empty() {
        return;
    }
    let dists = account::count(groups.len(), "distribution", "distributions");
    let text = if verdict == Verdict::FloorTooLow {
        format!(
            "{dists} whose floor is too low: vulnerable releases are admitted, a fresh install today is safe"
        )
    } else {
        format!("{dists} at an unknown version, with advisories for some releases")
    };
    page.gap();
    page.paragraph(2, 4, &[Piece::new(text), Piece::styled("(--verbose lists them)", faint())]);
    let rows: Vec<Vec<Piece>> = groups
        .iter()
        .filter_map(|group| {
            let first = group.first()?;
            let at = first.primary().map(|evidence| &evidence.location);
            let at = at.map(|at| place(at, &report.standpoint)).unwrap_or_default();
            Some(vec![
                Piece::new(first.dist.as_str()),
                Piece::new(match first.verdict {
                    Verdict::Unknown => &first.version,
                    _ => named_version(&first.version),
                }),
                Piece::styled(
                    account::count(group.counted.len(), "advisory", "advisories"),
                    faint(),
                ),
                Piece::new(at),
                Piece::styled(
                    if first.advice.is_empty() {
                        String::new()
                    } else {
                        format!("→ {}", first.advice)
                    },
                    Style::new().fg_color(Some(AnsiColor::Green.into())),
                ),
            ])
        })
        .collect();
    let columns = Columns::measure(&rows);
    for row in &rows {
        page.row(4, &columns, row);
    }
}

/// What suppressions removed: never silently.
fn suppressed<'a>(findings: impl Iterator<Item = &'a Finding>, page: &mut Page) {
    let mut rows = Vec::new();
    for finding in findings {
        let Some(reason) = &finding.suppressed else { continue };
        rows.push(vec![
            Piece::new(finding.public_id()),
            Piece::new(format!("{} {}", finding.dist, finding.version)),
            Piece::styled(reason, faint()),
        ]);
    }
    if rows.is_empty() {
        return;
    }
    page.gap();
    let n = account::count(rows.len(), "finding is suppressed", "findings are suppressed");
    page.paragraph(0, 2, &[Piece::new(n)]);
    let columns = Columns::measure(&rows);
    for row in &rows {
        page.row(2, &columns, row);
    }
}
