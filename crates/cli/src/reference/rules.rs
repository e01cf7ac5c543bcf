//! The rules, from their files.

use std::fmt::Write as _;

use perlscan_scanner::rules::{self, Rule};

use super::markdown::{cell, prose};

pub(super) fn page() -> String {
    let beginning = "# Rules\n\nWhat each kind of finding means, why it matters and what to do \
                     about it; `perlscan explain RULE` shows the same texts.\n\n";
    render(beginning, rules::all())
}

pub(super) fn lint_page() -> String {
    let beginning = "# Rules of the lint\n\nWhat `perlscan db lint` finds wrong in advisory data, \
                     for those who write it. [How to use it](../how-to/advisories.md).\n\n";
    render(beginning, rules::lint())
}

fn render(beginning: &str, rules: &[Rule]) -> String {
    let mut page = beginning.to_owned();
    page.push_str("| rule | about | level |\n|---|---|---|\n");
    for rule in rules {
        let level = rule.level.word();
        let _ = writeln!(page, "| [`{0}`](#{0}) | {1} | {level} |", rule.id, cell(&rule.title));
    }
    for rule in rules {
        let _ = write!(
            page,
            "\n## {}\n\n{}.\n\n{}\n\n**What to do.** {}\n\n",
            rule.id,
            prose(&rule.title),
            prose(&rule.why),
            prose(&rule.fix),
        );
        let _ = writeln!(
            page,
            "Highest level: {}. Precision: {}. Tags: {}.",
            rule.level.word(),
            rule.precision.word(),
            rule.tags.join(", "),
        );
    }
    page
}
