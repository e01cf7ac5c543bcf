//! The answers for people.

use std::io;

use anstyle::Style;
use perlscan_model::location::Location;
use perlscan_model::requirement::Relation;

use super::Answer;
use crate::graph::MirrorGraph;
use crate::graph::need::Use;
use crate::graph::why::{Direct, Way, Why, standing_word};
use crate::report::account::{count, listed};
use crate::report::dependents::words;
use crate::report::table::page::{Columns, Page, Piece};
use crate::report::table::{clamped_width, place};
use crate::report::{EmitError, EmitOptions, Standpoint};

/// How many requirements or ways are listed before the rest is only counted.
const LISTED: usize = 20;
/// How many modules of perl's a sentence names.
const CORE: usize = 8;

pub(super) fn write(
    graph: &MirrorGraph,
    answers: &[Answer],
    standpoint: &Standpoint,
    options: &EmitOptions,
    out: &mut dyn io::Write,
) -> Result<(), EmitError> {
    let mut page = Page::new(clamped_width(options.width), options.colour);
    let verbose = options.verbose;
    let limit = if verbose { usize::MAX } else { LISTED };
    for (_, archives) in answers {
        // Of archives that nothing comes to the first is told, and how many there are.
        let is_bare = |why: &&Why| why.direct.is_empty();
        let bare = archives.iter().filter(is_bare).count();
        let shown = archives.iter().filter(|why| verbose || !is_bare(why));
        let first = archives.first().filter(|_| bare == archives.len() && !verbose);
        for why in shown.chain(first) {
            archive(graph, why, standpoint, limit, &mut page);
        }
        let left = if first.is_some() { bare - 1 } else { bare };
        if left > 0 && !verbose {
            page.gap();
            let them = count(left, "more archive of it, which", "more archives of it, which");
            let text = format!("{them} nothing requires (--verbose lists)");
            page.paragraph(0, 2, &[Piece::styled(text, Style::new().dimmed())]);
        }
    }
    out.write_all(page.into_text().as_bytes())?;
    Ok(())
}

fn archive(graph: &MirrorGraph, why: &Why, standpoint: &Standpoint, limit: usize, page: &mut Page) {
    let Some(node) = graph.node(why.archive) else { return };
    let faint = Style::new().dimmed();
    page.gap();
    let standing = format!("({})", standing_word(node.standing.as_ref()));
    page.paragraph(
        0,
        2,
        &[
            Piece::styled(node.title(), Style::new().bold().underline()),
            Piece::styled(standing, faint),
            Piece::styled(place(&Location::file(node.path.clone()), standpoint), faint),
        ],
    );
    if !node.findings.is_empty() {
        page.paragraph(2, 4, &[Piece::new(format!("vulnerable: {}", node.findings.join(", ")))]);
    }
    let counts = words(&why.dependents);
    let counts = if counts.is_empty() { "nothing depends on it".to_owned() } else { counts };
    page.paragraph(2, 4, &[Piece::new(counts)]);
    let rows: Vec<Vec<Piece>> = why.direct.iter().map(|one| direct(graph, one)).collect();
    list(page, "Required by", &rows, limit);
    let core = core_modules(graph, why);
    if !core.is_empty() {
        let text = format!(
            "perl has brought {} itself: an installer takes this only where that one is too old, \
             or there no more",
            listed(&core, CORE)
        );
        page.paragraph(4, 6, &[Piece::styled(text, Style::new().dimmed())]);
    }
    // A way that is part of another one is told by that.
    let ways: Vec<&Way> = why.ways.iter().filter(|way| !way.is_part).collect();
    if ways.iter().any(|way| way.steps.len() > 1) {
        let rows: Vec<Vec<Piece>> =
            ways.iter().map(|way| self::way(graph, way, &node.title())).collect();
        list(page, "Ways to it", &rows, limit);
    }
}

fn list(page: &mut Page, heading: &str, rows: &[Vec<Piece>], limit: usize) {
    if rows.is_empty() {
        return;
    }
    page.gap();
    page.paragraph(2, 4, &[Piece::styled(heading, Style::new().bold())]);
    let shown = rows.get(..limit.min(rows.len())).unwrap_or(rows);
    let columns = Columns::measure(shown);
    for row in shown {
        page.row(4, &columns, row);
    }
    if let more @ 1.. = rows.len() - shown.len() {
        let text = format!("and {} (--verbose lists)", count(more, "more", "more"));
        page.paragraph(4, 6, &[Piece::styled(text, Style::new().dimmed())]);
    }
}

/// Who requires it: the archive, the requirement, when, and where in the archive that
/// stands.
fn direct(graph: &MirrorGraph, direct: &Direct) -> Vec<Piece> {
    let faint = Style::new().dimmed();
    let (Some(node), Some(need)) =
        (graph.node(direct.edge.from), graph.need(direct.edge.from, direct.edge.need))
    else {
        return Vec::new();
    };
    let mut what = need.phase.to_string();
    if need.relation != Relation::Requires {
        what.push_str(&format!(" {}", need.relation));
    }
    if let Some(feature) = &need.feature {
        what.push_str(&format!(", feature {feature}"));
    }
    if need.conditional {
        what.push_str(", under a condition");
    }
    if direct.is_other {
        what.push_str(&format!(", {}", standing_word(node.standing.as_ref())));
    }
    let manifest = String::from_utf8_lossy(need.manifest.file_name()).into_owned();
    let written = match need.line {
        0 => manifest,
        line => format!("{manifest}:{line}"),
    };
    vec![
        Piece::new(node.title()),
        Piece::new(need.words()),
        Piece::styled(what, if direct.is_used == Use::Runtime { Style::new() } else { faint }),
        Piece::styled(written, faint),
    ]
}

/// The modules of the requirements that perl brings itself.
fn core_modules<'a>(graph: &'a MirrorGraph, why: &Why) -> Vec<&'a str> {
    let core = why.direct.iter().filter(|direct| direct.edge.is_core);
    let mut modules: Vec<&str> = core
        .filter_map(|direct| graph.need(direct.edge.from, direct.edge.need))
        .map(|need| need.asked.module.as_str())
        .collect();
    modules.sort_unstable();
    modules.dedup();
    modules
}

/// A way: its archives, and where it is none of runtime the phase of that step.
fn way(graph: &MirrorGraph, way: &Way, end: &str) -> Vec<Piece> {
    let mut text = String::new();
    for edge in &way.steps {
        text.push_str(&graph.node(edge.from).map(|node| node.title()).unwrap_or_default());
        let need = graph.need(edge.from, edge.need).filter(|need| need.is_used() != Use::Runtime);
        match need {
            Some(need) => text.push_str(&format!(" →({}) ", need.phase)),
            None => text.push_str(" → "),
        }
    }
    text.push_str(end);
    vec![Piece::new(text)]
}
