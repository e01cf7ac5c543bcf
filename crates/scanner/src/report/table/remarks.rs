//! The remarks of a report, one by one: those that fail the run, and on request
//! all of them. The account counts and names them in any case.

use super::page::{Page, Piece};
use super::{Table, caution, faint, place};
use crate::report::Report;

impl Table {
    /// Lists remarks with their first place.
    pub(super) fn remarks(&self, report: &Report, page: &mut Page) {
        let shown = |fails: bool| fails || (self.verbose && !self.quiet);
        let all: Vec<_> = report.remarks.iter().filter(|remark| shown(remark.fails)).collect();
        if all.is_empty() {
            return;
        }
        page.gap();
        page.paragraph(0, 0, &[Piece::styled("Remarks", faint())]);
        let column = 4 + all.iter().map(|remark| remark.kind.rule().len()).max().unwrap_or(0);
        for remark in all {
            let first = remark.locations.first();
            let place = first.map(|location| place(location, &report.standpoint));
            let more = (remark.locations.len() + remark.more).saturating_sub(1);
            let more = match more {
                0 => String::new(),
                n => format!(" (and {n} more)"),
            };
            let text = match place {
                Some(place) => format!("{place}: {}{more}", remark.message),
                None => remark.message.clone(),
            };
            let style = if remark.fails { caution() } else { faint() };
            let rule = Piece::styled(remark.kind.rule(), style);
            page.labelled(2, &rule, column, &Piece::new(text));
        }
    }
}
