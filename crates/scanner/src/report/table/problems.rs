//! The problems of a report, the worst first.

use perlscan_model::problem::{Problem, ProblemKind};

use super::page::{Page, Piece};
use super::{Table, caution, faint, place, severity_style};
use crate::report::{Report, account};
use perlscan_model::severity::Severity;

/// How many problems of a lesser kind are listed before they are only counted;
/// what was lost is always listed.
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
            for problem in of(*kind).take(limit) {
                show(problem, report, page);
            }
            if all > limit {
                let more = account::count(all - limit, "more", "more");
                let text = format!("{more} of the kind '{kind}' (--verbose lists all)");
                page.labelled(2, &Piece::new(""), TEXT_COLUMN, &Piece::styled(text, faint()));
            }
        }
    }
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
