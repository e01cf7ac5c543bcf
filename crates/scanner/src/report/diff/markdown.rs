//! The differences as Markdown.
//!
//! Whatever comes from advisory data or the command line stands in code spans,
//! on one line and without hidden characters: in them neither Markdown nor HTML
//! acts, and no `@name` or `#123` becomes a mention. Only an id in the strict
//! form of a CVE becomes a link.

use std::fmt::Write as _;

use perlscan_model::advisory::Field;

use super::{summary, verdict_word};
use crate::advisory::diff::{Added, Change, Changed, Diff, Removed, VerdictChange, What};
use crate::report::account::count;
use crate::report::plain::plain;

/// How many bytes the entries may have; GitHub takes 65,536 characters.
const BUDGET: usize = 60_000;

/// How many characters of one text are shown.
const TEXT_LIMIT: usize = 300;

/// How many texts of one list are shown.
const LIST_LIMIT: usize = 12;

pub(super) fn text(diff: &Diff, [old, new]: [&str; 2]) -> String {
    let mut page = Page::default();
    let _ = writeln!(page.text, "# Advisories: what differs\n");
    for (word, name, side) in [("Old", old, &diff.old), ("New", new, &diff.new)] {
        let _ = write!(
            page.text,
            "{word}: {}, {}, {}",
            code(name),
            count(side.advisories, "advisory", "advisories"),
            count(side.distributions, "distribution", "distributions")
        );
        for (what, value) in [("of", &side.date), ("commit", &side.commit)] {
            if !value.is_empty() {
                let _ = write!(page.text, ", {what} {}", code(value));
            }
        }
        page.text.push_str(if word == "Old" { "  \n" } else { "\n\n" });
    }
    let _ = writeln!(page.text, "{}.", sentence(&summary(diff)));
    if !diff.texts_compared {
        page.text
            .push_str("\nTitles and descriptions are not compared, since one side carries none.\n");
    }
    page.section("New advisories", diff.added.iter().map(added));
    let withdrawn = |gone: &&Removed| gone.withdrawn;
    page.section("Withdrawn advisories", diff.removed.iter().filter(withdrawn).map(removed));
    let gone = diff.removed.iter().filter(|gone| !withdrawn(gone));
    page.section("Removed advisories", gone.map(removed));
    page.section("Changed advisories", diff.changed.iter().map(changed));
    let dist = |dist: &String| format!("- {}\n", code(dist));
    page.section("Distributions newly known", diff.dists_added.iter().map(dist));
    page.section("Distributions no longer known", diff.dists_removed.iter().map(dist));
    let verdicts = diff.verdicts.iter().flatten();
    page.section("Known releases whose verdict changes", verdicts.map(verdict));
    let problems = [("old", &diff.old), ("new", &diff.new)].into_iter().flat_map(|(word, side)| {
        let lines = side.problems.iter();
        lines.map(move |problem| format!("- {word}: {}\n", code(&problem.to_string())))
    });
    page.section("What could not be read, and is not compared", problems);
    page.text
}

/// A text that grows until its budget is spent.
pub(in crate::report) struct Page {
    pub(in crate::report) text: String,
    left: usize,
}

impl Default for Page {
    fn default() -> Self {
        Self { text: String::new(), left: BUDGET }
    }
}

impl Page {
    /// A heading with the number of entries, and as many of them as there is
    /// room for.
    pub(in crate::report) fn section(
        &mut self,
        heading: &str,
        entries: impl Iterator<Item = String>,
    ) {
        let mut shown = String::new();
        let (mut total, mut hidden) = (0usize, 0usize);
        for entry in entries {
            total += 1;
            // Once one is left out, so are those behind it.
            if hidden > 0 || entry.len() > self.left {
                hidden += 1;
                continue;
            }
            self.left -= entry.len();
            shown.push_str(&entry);
        }
        if total > 0 {
            let total = count(total, "", "");
            let _ = write!(self.text, "\n## {heading} ({})\n\n{shown}", total.trim());
        }
        if hidden > 0 {
            let hidden = count(hidden, "", "");
            let _ = writeln!(self.text, "- and {} more, left out here", hidden.trim());
        }
    }
}

fn added(added: &Added) -> String {
    let mut text = format!("- **{}** {}", code(&added.dist), code(&added.id));
    if let Some(title) = &added.title {
        let _ = write!(text, ": {}", code(title));
    }
    text.push('\n');
    for fields in &added.records {
        let shown = [
            Field::Cves,
            Field::Affected,
            Field::Fixed,
            Field::Severity,
            Field::Reported,
            Field::Embedded,
            Field::References,
        ];
        let parts: Vec<String> = shown
            .into_iter()
            .filter_map(|field| Some((field, fields.get(&field)?)))
            .map(|(field, values)| format!("{} {}", field.word(), list(values)))
            .collect();
        let _ = writeln!(text, "  - {}", parts.join("; "));
    }
    if let Some(description) = &added.description {
        let _ = writeln!(text, "  - {}", code(description));
    }
    text
}

fn removed(gone: &Removed) -> String {
    let mut text = format!("- **{}** {}", code(&gone.dist), code(&gone.id));
    if !gone.cves.is_empty() {
        let _ = write!(text, " ({})", list(&gone.cves));
    }
    if let Some(now) = &gone.now {
        let _ = write!(text, ", now {}", code(now));
    }
    text.push('\n');
    text
}

fn changed(changed: &Changed) -> String {
    let mut text = format!("- **{}** {}\n", code(&changed.dist), code(&changed.id));
    for change in &changed.changes {
        let _ = writeln!(text, "  - {}: {}", change.what.word(), both(change));
    }
    text
}

/// What a field was and is; of a set, what left it and what entered it.
fn both(change: &Change) -> String {
    let is_set = !matches!(
        change.what,
        What::Field(Field::Affected | Field::Fixed | Field::Severity | Field::Reported)
    );
    if is_set && !change.old.is_empty() && !change.new.is_empty() {
        let only = |these: &[String], those: &[String]| -> Vec<String> {
            these.iter().filter(|text| those.binary_search(text).is_err()).cloned().collect()
        };
        let sides =
            [("gone", only(&change.old, &change.new)), ("new", only(&change.new, &change.old))];
        let sides = sides.into_iter().filter(|(_, texts)| !texts.is_empty());
        return sides
            .map(|(word, texts)| format!("{word} {}", list(&texts)))
            .collect::<Vec<_>>()
            .join("; ");
    }
    format!("{} → {}", list(&change.old), list(&change.new))
}

fn verdict(change: &VerdictChange) -> String {
    format!(
        "- **{}** {}: {} → {} in {}: {}\n",
        code(&change.dist),
        code(&change.id),
        verdict_word(change.old),
        verdict_word(change.new),
        count(change.releases.len(), "release", "releases"),
        list(&change.releases)
    )
}

/// Texts with commas, cut with the number of those left out.
fn list(texts: &[String]) -> String {
    if texts.is_empty() {
        return "none".to_owned();
    }
    let mut shown: Vec<String> = texts.iter().take(LIST_LIMIT).map(|text| linked(text)).collect();
    if let Some(more @ 1..) = texts.len().checked_sub(LIST_LIMIT) {
        shown.push(format!("and {} more", count(more, "", "").trim()));
    }
    shown.join(", ")
}

/// A CVE id as a link to its record, any other text as code.
pub(in crate::report) fn linked(text: &str) -> String {
    let is_cve = text.strip_prefix("CVE-").and_then(|rest| rest.split_once('-')).is_some_and(
        |(year, number)| {
            let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
            year.len() == 4 && (4..=10).contains(&number.len()) && digits(year) && digits(number)
        },
    );
    if is_cve { format!("[{text}](https://www.cve.org/CVERecord?id={text})") } else { code(text) }
}

/// A code span: closed by more backticks than the text has in a row, so that
/// nothing in it ends it.
pub(in crate::report) fn code(text: &str) -> String {
    let mut text = plain(text).split_whitespace().collect::<Vec<_>>().join(" ");
    if let Some((end, _)) = text.char_indices().nth(TEXT_LIMIT) {
        text.truncate(end);
        text.push('…');
    }
    if text.is_empty() {
        return "(empty)".to_owned();
    }
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or_default();
    let fence = "`".repeat(longest + 1);
    let blank = if text.starts_with('`') || text.ends_with('`') { " " } else { "" };
    format!("{fence}{blank}{text}{blank}{fence}")
}

/// The text with a capital at its start.
pub(in crate::report) fn sentence(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map(|c| c.to_uppercase().chain(chars).collect()).unwrap_or_default()
}
