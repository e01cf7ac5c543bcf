//! An inventory for people: one line a release, a requirement, a perl.

use std::collections::BTreeMap;
use std::io;

use anstyle::Style;
use perlscan_model::location::Location;
use perlscan_model::name::ModuleName;
use perlscan_model::package::{Origin, VersionState};
use perlscan_model::problem::ProblemKind;

use super::InventoryReport;
use crate::report::account::count;
use crate::report::table::page::{Columns, Page, Piece};
use crate::report::table::{clamped_width, place};
use crate::report::{EmitError, Standpoint};
use crate::resolve::inventory::{FoundRequirement, version_text};

pub(super) fn write(
    report: &InventoryReport,
    width: usize,
    colour: bool,
    out: &mut dyn io::Write,
) -> Result<(), EmitError> {
    let mut page = Page::new(clamped_width(width), colour);
    packages(report, &mut page);
    requirements(report, &mut page);
    interpreters(report, &mut page);
    if report.with_modules {
        modules(report, &mut page);
    }
    problems(report, &mut page);
    page.gap();
    let files = count(report.coverage.files_seen, "file", "files");
    let projects = count(report.projects, "project", "projects");
    let summary = format!("{} of {files} read, {projects}", report.coverage.files_read);
    page.paragraph(0, 0, &[Piece::new(summary)]);
    out.write_all(page.into_text().as_bytes())?;
    Ok(())
}

fn section(page: &mut Page, title: &str, rows: &[Vec<Piece>]) {
    if rows.is_empty() {
        return;
    }
    page.gap();
    page.paragraph(0, 0, &[Piece::styled(title, Style::new().bold())]);
    let columns = Columns::measure(rows);
    for row in rows {
        page.row(2, &columns, row);
    }
}

/// The first place, and how many more there are.
fn places<'a>(mut locations: impl Iterator<Item = &'a Location>, standpoint: &Standpoint) -> Piece {
    let Some(first) = locations.next() else { return Piece::new("") };
    let first = place(first, standpoint);
    Piece::styled(
        match locations.count() {
            0 => first,
            more => format!("{first} and {more} more"),
        },
        Style::new().dimmed(),
    )
}

/// One line a release; what it bundles stands below it.
fn packages(report: &InventoryReport, page: &mut Page) {
    let mut rows: Vec<Vec<Piece>> = Vec::new();
    for found in &report.inventory.packages {
        let version = if found.version.is_empty() { "unknown" } else { &found.version };
        rows.push(vec![
            Piece::new(found.dist.as_str()),
            Piece::new(version),
            Piece::new(found.origin.word()),
            places(found.locations.iter(), &report.standpoint),
        ]);
        rows.extend(found.libraries.iter().map(|library| {
            vec![
                Piece::new(format!("└ {}", library.library)),
                Piece::new(&library.library_version),
                Piece::new("library"),
                Piece::styled(format!("in {}", found.dist), Style::new().dimmed()),
            ]
        }));
    }
    let releases = report.inventory.packages.len();
    section(page, &count(releases, "release", "releases"), &rows);
}

/// One line a module, range and kind, however many files load it.
fn requirements(report: &InventoryReport, page: &mut Page) {
    for (origin, one, many) in [
        (Origin::Declared, "module declared", "modules declared"),
        (Origin::Used, "module used", "modules used"),
    ] {
        let mut groups: BTreeMap<(&ModuleName, &str, String), Vec<&FoundRequirement>> =
            BTreeMap::new();
        for found in report.inventory.requirements.iter().filter(|r| r.origin == origin) {
            let key = (&found.module, found.range.as_str(), kind(found));
            groups.entry(key).or_default().push(found);
        }
        let mut names: Vec<&ModuleName> = groups.keys().map(|(module, ..)| *module).collect();
        names.dedup();
        let title = count(names.len(), one, many);
        let rows: Vec<Vec<Piece>> = groups
            .iter()
            .map(|((module, range, kind), all)| {
                vec![
                    Piece::new(module.as_str()),
                    Piece::new(range),
                    Piece::new(kind),
                    places(all.iter().map(|found| &found.location), &report.standpoint),
                ]
            })
            .collect();
        section(page, &title, &rows);
    }
}

fn kind(found: &FoundRequirement) -> String {
    let mut words = vec![found.phase.word()];
    if found.origin == Origin::Declared {
        words.push(found.relation.word());
    }
    if found.optional {
        words.push("optional");
    }
    if found.conditional {
        words.push("conditional");
    }
    words.join(" ")
}

fn interpreters(report: &InventoryReport, page: &mut Page) {
    let rows: Vec<Vec<Piece>> = report
        .inventory
        .interpreters
        .iter()
        .map(|found| {
            let meaning = match &found.interpreter.version {
                VersionState::Unknown(why) => why.clone(),
                known => version_text(known),
            };
            vec![
                Piece::new(format!("perl {}", found.interpreter.text)),
                Piece::new(meaning),
                places(std::iter::once(&found.interpreter.location), &report.standpoint),
            ]
        })
        .collect();
    section(page, &count(rows.len(), "interpreter", "interpreters"), &rows);
}

fn modules(report: &InventoryReport, page: &mut Page) {
    let rows: Vec<Vec<Piece>> = report
        .inventory
        .modules
        .iter()
        .map(|found| {
            let version = match &found.version {
                None => "no version".to_owned(),
                Some(VersionState::Unknown(why)) => format!("unknown: {why}"),
                Some(known) => version_text(known),
            };
            vec![
                Piece::new(found.module.as_str()),
                Piece::new(version),
                places(std::iter::once(&found.location), &report.standpoint),
            ]
        })
        .collect();
    section(page, &count(rows.len(), "package statement", "package statements"), &rows);
}

fn problems(report: &InventoryReport, page: &mut Page) {
    let rows: Vec<Vec<Piece>> = report
        .problems
        .iter()
        .map(|problem| {
            let style = match problem.kind {
                ProblemKind::Lost => Style::new().bold(),
                ProblemKind::Undecided | ProblemKind::Note => Style::new(),
            };
            vec![
                Piece::styled(problem.kind.word(), style),
                Piece::new(place(&problem.location, &report.standpoint)),
                Piece::new(&problem.message),
            ]
        })
        .collect();
    section(page, &count(rows.len(), "problem", "problems"), &rows);
}
