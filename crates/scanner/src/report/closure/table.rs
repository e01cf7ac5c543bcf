//! A closure for people: one line a release, and what leads to it.

use std::io;

use anstyle::Style;
use perlscan_model::problem::ProblemKind;

use super::{ProjectClosure, Resolution};
use crate::report::account::{count, listed};
use crate::report::table::page::{Columns, Page, Piece};
use crate::report::table::{clamped_width, place, seen_from};
use crate::report::{EmitError, Standpoint};
use crate::resolve::closure::Chosen;

/// How many names a line lists before it only counts.
const NAMED: usize = 8;

pub(super) fn write(
    resolution: &Resolution,
    width: usize,
    colour: bool,
    verbose: bool,
    out: &mut dyn io::Write,
) -> Result<(), EmitError> {
    let mut page = Page::new(clamped_width(width), colour);
    for project in &resolution.projects {
        closure(project, &resolution.standpoint, verbose, &mut page);
    }
    problems(resolution, verbose, &mut page);
    page.gap();
    page.paragraph(0, 0, &[Piece::new(summary(resolution))]);
    out.write_all(page.into_text().as_bytes())?;
    Ok(())
}

fn bold(text: impl AsRef<str>) -> Piece {
    Piece::styled(text, Style::new().bold())
}

fn dim(text: impl AsRef<str>) -> Piece {
    Piece::styled(text, Style::new().dimmed())
}

fn closure(project: &ProjectClosure, standpoint: &Standpoint, verbose: bool, page: &mut Page) {
    let closure = &project.closure;
    let name = seen_from(&project.path, standpoint);
    page.gap();
    let releases = count(closure.releases.len(), "release", "releases");
    page.paragraph(0, 2, &[bold(format!("{name}: {releases} on perl {}", closure.perl))]);
    let rows: Vec<Vec<Piece>> = closure
        .releases
        .iter()
        .map(|release| {
            let mut row = vec![
                Piece::new(release.dist.as_str()),
                Piece::new(&release.version),
                Piece::new(kind(release)),
                dim(by(release)),
            ];
            // Which archive it is, the name mostly tells.
            if verbose {
                row.push(dim(&release.path));
            }
            row
        })
        .collect();
    let columns = Columns::measure(&rows);
    for row in &rows {
        page.row(2, &columns, row);
    }
    if verbose && !closure.core.is_empty() {
        page.gap();
        page.paragraph(2, 2, &[Piece::new(format!("perl {} itself brings:", closure.perl))]);
        let rows: Vec<Vec<Piece>> = closure
            .core
            .iter()
            .map(|(module, version)| vec![Piece::new(module.as_str()), Piece::new(version)])
            .collect();
        let columns = Columns::measure(&rows);
        for row in &rows {
            page.row(4, &columns, row);
        }
    }
    let open: Vec<&Chosen> = closure.releases.iter().filter(|r| !r.open.is_empty()).collect();
    if open.is_empty() {
        return;
    }
    page.gap();
    let of = count(open.len(), "release", "releases");
    let head = format!("{of} may require more, which only running the scripts tells");
    if !verbose {
        let names: Vec<String> = open.iter().map(|release| release.name()).collect();
        let text = format!("{head}: {} (-v tells why)", listed(&names, NAMED));
        page.paragraph(2, 4, &[Piece::new(text)]);
        return;
    }
    page.paragraph(2, 4, &[Piece::new(format!("{head}:"))]);
    for release in open {
        for what in &release.open {
            page.paragraph(4, 6, &[Piece::new(format!("{}: {what}", release.name()))]);
        }
    }
}

fn kind(release: &Chosen) -> String {
    let optional = if release.optional { " optional" } else { "" };
    format!("{}{optional}", release.phase)
}

fn by(release: &Chosen) -> String {
    match release.by.split_last() {
        None if release.left_over => "for what can't be installed".to_owned(),
        None => "asked for by the project".to_owned(),
        Some(_) => {
            let names: Vec<&str> = release.by.iter().map(|step| step.dist.as_str()).collect();
            format!("by {}", names.join(" > "))
        }
    }
}

fn problems(resolution: &Resolution, verbose: bool, page: &mut Page) {
    let rows: Vec<Vec<Piece>> = resolution
        .problems
        .iter()
        .filter(|problem| verbose || problem.kind != ProblemKind::Note)
        .map(|problem| {
            let kind = problem.kind.word();
            vec![
                if problem.kind == ProblemKind::Lost { bold(kind) } else { Piece::new(kind) },
                Piece::new(place(&problem.location, &resolution.standpoint)),
                Piece::new(&problem.message),
            ]
        })
        .collect();
    if rows.is_empty() {
        return;
    }
    page.gap();
    page.paragraph(0, 0, &[bold(count(rows.len(), "problem", "problems"))]);
    let columns = Columns::measure(&rows);
    for row in &rows {
        page.row(2, &columns, row);
    }
}

fn summary(resolution: &Resolution) -> String {
    let closures = || resolution.projects.iter().map(|project| &project.closure);
    let sum = |n: usize, one: &str, many: &str| (n > 0).then(|| count(n, one, many));
    if resolution.projects.is_empty() {
        let with_lock =
            sum(resolution.locked, "project has a lock already", "projects have locks already");
        let why = with_lock.unwrap_or_else(|| "no project requires anything".to_owned());
        return format!("nothing to resolve: {why}");
    }
    let mut parts = vec![format!(
        "{} from {}",
        count(closures().map(|c| c.releases.len()).sum::<usize>(), "release", "releases"),
        resolution.mirror
    )];
    let core = closures().map(|closure| closure.core.len()).sum();
    parts.extend(sum(core, "module that perl brings", "modules that perl brings"));
    let unmet = closures().map(|closure| closure.unmet.len()).sum();
    parts.extend(sum(unmet, "requirement that can't be met", "requirements that can't be met"));
    parts.extend(sum(
        resolution.locked,
        "project with a lock, which counts there",
        "projects with locks, which count there",
    ));
    parts.join(", ")
}
