//! The outputs of `perlscan db diff`: Markdown for announcements and pull
//! requests, one JSON document, and a line that says how much differs.

mod json;
pub(super) mod markdown;

use std::io;

use perlscan_model::advisory::Match;

use super::EmitError;
use super::account::count;
use crate::advisory::diff::Diff;

/// Writes the differences as JSON; `names` are the old and the new side as they
/// were named.
///
/// # Errors
/// When the output refuses the bytes.
pub fn write_json(
    diff: &Diff,
    names: [&str; 2],
    tool_version: &str,
    out: &mut dyn io::Write,
) -> Result<(), EmitError> {
    json::write(diff, names, tool_version, out)
}

/// Writes the differences as Markdown, no longer than GitHub takes as the text
/// of a pull request; what is left out is counted.
///
/// # Errors
/// When the output refuses the bytes.
pub fn write_markdown(
    diff: &Diff,
    names: [&str; 2],
    out: &mut dyn io::Write,
) -> Result<(), EmitError> {
    out.write_all(markdown::text(diff, names).as_bytes())?;
    Ok(())
}

/// How much differs, in one sentence.
pub fn summary(diff: &Diff) -> String {
    let removed = diff.removed.len() - diff.withdrawn();
    let mut parts: Vec<String> = [
        (diff.added.len(), "new"),
        (diff.changed.len(), "changed"),
        (diff.withdrawn(), "withdrawn"),
        (removed, "removed"),
    ]
    .into_iter()
    .filter(|(n, _)| *n > 0)
    .map(|(n, what)| format!("{} {what}", count(n, "advisory", "advisories")))
    .collect();
    for (dists, what) in
        [(&diff.dists_added, "newly known"), (&diff.dists_removed, "no longer known")]
    {
        if !dists.is_empty() {
            parts.push(format!("{} {what}", count(dists.len(), "distribution", "distributions")));
        }
    }
    match diff.releases_changed() {
        Some(0) => parts.push("no known release changes its verdict".to_owned()),
        Some(1) => parts.push("1 known release changes its verdict".to_owned()),
        Some(n) => parts.push(format!("{} change their verdict", count(n, "", "known releases"))),
        None => {}
    }
    if diff.is_empty() {
        parts.insert(0, "no differences".to_owned());
    }
    parts.join(", ")
}

/// The word of a verdict.
fn verdict_word(verdict: Option<Match>) -> &'static str {
    match verdict {
        None => "not affected",
        Some(Match::Affected) => "affected",
        Some(Match::Disputed) => "disputed",
    }
}

#[cfg(test)]
#[path = "diff_test.rs"]
mod tests;
