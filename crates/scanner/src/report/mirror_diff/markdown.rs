//! What differs as Markdown. Whatever comes from a report stands in code spans, where
//! nothing of it acts; only an id in the strict form of a CVE becomes a link.

use std::fmt::Write as _;

use super::{ArchiveState, FindingState, MirrorDiff, NewFinding, SideState, StillFinding};
use crate::report::account::count;
use crate::report::diff::markdown::{Page, code, linked, sentence};

pub(super) fn text(diff: &MirrorDiff, [old, new]: [&str; 2]) -> String {
    let mut page = Page::default();
    // Writing to a String does not fail.
    let _ = writeln!(page.text, "# Mirror: what differs\n");
    side(&mut page.text, "Old", old, &diff.old);
    page.text.push_str("  \n");
    side(&mut page.text, "New", new, &diff.new);
    page.text.push_str("\n\n");
    let _ = writeln!(page.text, "{}.", sentence(&summary(diff)));
    for (word, side, what) in [
        ("Old", &diff.old, "what it would have told counts as new here"),
        ("New", &diff.new, "what it would tell may count as gone here"),
    ] {
        if side.lost > 0 {
            let lost = count(side.lost, "input was", "inputs were");
            let _ = writeln!(page.text, "\n{word} report: {lost} not read, so {what}.");
        }
    }
    if diff.old.database_commit != diff.new.database_commit {
        page.text.push_str("\nThe reports rest on different advisory data.\n");
    }
    let failing = diff.came.iter().filter(|new| new.finding.fails);
    page.section("New findings that fail the run", failing.map(came));
    page.section("Findings that fail the run now, and did not before", diff.worse().map(still));
    let passing = diff.came.iter().filter(|new| !new.finding.fails);
    page.section("Other new findings", passing.map(came));
    page.section("Findings that are gone", diff.gone.iter().map(finding));
    page.section("Archives added", diff.added.iter().map(archive));
    page.section("Archives removed", diff.removed.iter().map(archive));
    page.section(
        "Archives with other content under the same path",
        diff.changed.iter().map(changed),
    );
    page.section("Archives that are something else to the index", diff.standing.iter().map(moved));
    let known = diff.still.iter().filter(|still| still.failed || !still.finding.fails);
    page.section("Findings as before", known.map(still));
    page.text
}

fn side(text: &mut String, word: &str, name: &str, side: &SideState) {
    let _ = write!(
        text,
        "{word}: {}, {}, {}, advisories of {}",
        code(name),
        count(side.archives, "archive", "archives"),
        count(side.findings, "finding", "findings"),
        code(&side.database_date)
    );
}

/// How much differs, in one sentence.
fn summary(diff: &MirrorDiff) -> String {
    let failing = diff.new_failing();
    let verb = if failing == 1 { "fails" } else { "fail" };
    let mut parts = vec![match failing {
        0 => "nothing fails the run that did not before".to_owned(),
        n => format!("{} {verb} the run and did not before", count(n, "finding", "findings")),
    }];
    let passing = diff.came.iter().filter(|new| !new.finding.fails).count();
    let findings = [
        (passing, "new and not failing"),
        (diff.gone.len(), "gone"),
        (diff.still.len(), "as before"),
    ];
    for (n, what) in findings.into_iter().filter(|(n, _)| *n > 0) {
        parts.push(format!("{} {what}", count(n, "finding", "findings")));
    }
    let archives = [
        (diff.added.len(), "added"),
        (diff.removed.len(), "removed"),
        (diff.changed.len(), "with other content"),
        (diff.standing.len(), "with another standing"),
    ];
    for (n, what) in archives.into_iter().filter(|(n, _)| *n > 0) {
        parts.push(format!("{} {what}", count(n, "archive", "archives")));
    }
    parts.join(", ")
}

fn came(new: &NewFinding) -> String {
    format!("{} ({})\n", finding(&new.finding).trim_end(), new.cause.word())
}

fn still(still: &StillFinding) -> String {
    finding(&still.finding)
}

fn finding(finding: &FindingState) -> String {
    let mut text = format!(
        "- **{}** {} {}, {}, in {}",
        code(&finding.dist),
        code(&finding.version),
        linked(finding.public_id()),
        code(&finding.severity),
        code(&finding.path)
    );
    if finding.is_suppressed {
        text.push_str(", suppressed");
    }
    text.push('\n');
    text
}

fn archive(archive: &ArchiveState) -> String {
    format!("- {} ({})\n", code(&archive.path), standing(archive))
}

fn changed((was, is): &(ArchiveState, ArchiveState)) -> String {
    format!("- {}: SHA-256 {} → {}\n", code(&is.path), code(&was.sha256), code(&is.sha256))
}

fn moved((was, is): &(ArchiveState, ArchiveState)) -> String {
    format!("- {}: {} → {}\n", code(&is.path), standing(was), standing(is))
}

fn standing(archive: &ArchiveState) -> String {
    match &archive.standing {
        Some(word) => code(word),
        None => "without an index".to_owned(),
    }
}
