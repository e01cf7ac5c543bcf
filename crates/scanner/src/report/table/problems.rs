//! The problems of a report, the worst first.

use std::collections::BTreeMap;

use perlscan_model::location::{Location, SourcePath};
use perlscan_model::problem::{Problem, ProblemKind};
use perlscan_model::severity::Severity;

use super::page::{Page, Piece};
use super::{Table, caution, faint, place, severity_style};
use crate::report::{Report, account};

/// How many problems of a lesser kind are listed before they are only counted, and how
/// many losses that one reader tells of one file: an index may name a thousand archives
/// that are not there. Other losses are always listed.
const LISTED: usize = 20;

impl Table {
    /// Lists what could not be read or decided.
    pub(super) fn problems(&self, report: &Report, page: &mut Page) {
        let kinds: &[ProblemKind] = if self.quiet {
            // Even then: findings may be missing, and nobody would know.
            &[ProblemKind::Lost]
        } else {
            &[ProblemKind::Lost, ProblemKind::Undecided, ProblemKind::Note]
        };
        let of = |kind| report.problems.iter().filter(move |problem| problem.kind == kind);
        if kinds.iter().all(|kind| of(*kind).next().is_none()) {
            return;
        }
        page.gap();
        page.paragraph(0, 0, &[Piece::styled("Problems", faint())]);
        for kind in kinds {
            let all = of(*kind).count();
            let limit = match kind {
                ProblemKind::Lost => all,
                _ if self.verbose => all,
                _ => LISTED,
            };
            let mut of_file: BTreeMap<(&SourcePath, &str), usize> = BTreeMap::new();
            for problem in of(*kind).take(limit) {
                let told = of_file.entry((&problem.location.path, problem.by)).or_default();
                *told += 1;
                if *told <= LISTED || self.verbose {
                    show(problem, report, page);
                }
            }
            for ((path, by), told) in of_file {
                if told > LISTED && !self.verbose {
                    let shown = place(&Location::file(path.clone()), &report.standpoint);
                    more(&format!("of {shown} [{by}]"), told - LISTED, page);
                }
            }
            if all > limit {
                more(&format!("of the kind '{kind}'"), all - limit, page);
            }
        }
    }
}

/// How many are not listed.
fn more(of: &str, count: usize, page: &mut Page) {
    let more = account::count(count, "more", "more");
    let text = format!("{more} {of} (--verbose lists all)");
    page.labelled(2, &Piece::new(""), TEXT_COLUMN, &Piece::styled(text, faint()));
}

/// Where the text stands: beside the longest word for a kind.
const TEXT_COLUMN: usize = 2 + "undecided".len() + 2;

fn show(problem: &Problem, report: &Report, page: &mut Page) {
    let style = match problem.kind {
        ProblemKind::Lost => severity_style(Severity::High),
        ProblemKind::Undecided => caution(),
        ProblemKind::Note => faint(),
    };
    let text = format!(
        "{}: {} [{}]",
        place(&problem.location, &report.standpoint),
        problem.message,
        problem.by
    );
    page.labelled(2, &Piece::styled(problem.kind.word(), style), TEXT_COLUMN, &Piece::new(text));
}
