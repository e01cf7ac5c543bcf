//! The findings of the lint for people: a paragraph each, and counts.

use std::collections::BTreeMap;
use std::io;

use anstyle::Style;

use super::path;
use crate::advisory::lint::LintFinding;
use crate::report::EmitError;
use crate::report::account::count;
use crate::report::table::clamped_width;
use crate::report::table::page::{Page, Piece};

pub(super) fn write(
    findings: &[LintFinding],
    width: usize,
    colour: bool,
    out: &mut dyn io::Write,
) -> Result<(), EmitError> {
    let mut page = Page::new(clamped_width(width), colour);
    let mut rules: BTreeMap<&str, usize> = BTreeMap::new();
    for finding in findings {
        *rules.entry(finding.rule).or_default() += 1;
        let line = finding.place.line.map(|line| format!(":{line}")).unwrap_or_default();
        let mut pieces = vec![
            Piece::styled(format!("{}{line}:", path(finding)), Style::new().dimmed()),
            Piece::styled(finding.level.word(), Style::new().bold()),
            Piece::new(format!("[{}]", finding.rule)),
        ];
        // What could not be read at all is of no distribution.
        let about = [&*finding.dist, &*finding.id].join(" ");
        if !about.trim().is_empty() {
            pieces.push(Piece::new(format!("{}:", about.trim())));
        }
        pieces.push(Piece::new(&finding.what));
        if let Some(instead) = &finding.instead {
            pieces.push(Piece::new(format!("(write {instead})")));
        }
        page.paragraph(0, 4, &pieces);
    }
    page.gap();
    page.paragraph(0, 0, &[Piece::new(count(findings.len(), "finding", "findings"))]);
    for (rule, count) in rules {
        page.paragraph(2, 4, &[Piece::new(format!("{count} {rule}"))]);
    }
    out.write_all(page.into_text().as_bytes())?;
    Ok(())
}
