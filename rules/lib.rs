//! The texts of perlscan's rules, and reviewed corrections of advisory data.
//!
//! A rule is one file: what it means, why it matters, what to do, and the
//! templates from which SARIF's texts about an advisory are made. `explain`,
//! the formats and the documentation read the same files, so they agree.

use std::sync::LazyLock;

use serde::Deserialize;

/// Reviewed corrections of known defects in the advisory data, as TOML.
pub const OVERRIDES: &str = include_str!("overrides.toml");

/// The placeholders that templates may use.
pub const PLACEHOLDERS: [&str; 10] = [
    "affected",
    "dist",
    "fixed",
    "id",
    "ids",
    "library",
    "references",
    "reported",
    "severity",
    "version",
];

/// The files of this folder that are rules, in order of their ids.
const SOURCES: [&str; 17] = [
    include_str!("adoptable-distribution.toml"),
    include_str!("deprecated-distribution.toml"),
    include_str!("disputed-release.toml"),
    include_str!("floor-too-low.toml"),
    include_str!("metadata-mismatch.toml"),
    include_str!("name-differs-in-case.toml"),
    include_str!("name-on-public-index.toml"),
    include_str!("no-safe-choice.toml"),
    include_str!("removed-core-module.toml"),
    include_str!("repository-claim.toml"),
    include_str!("same-name-other-content.toml"),
    include_str!("undeclared-module.toml"),
    include_str!("unknown-version.toml"),
    include_str!("unsafe-mirror.toml"),
    include_str!("unsigned-checksums.toml"),
    include_str!("unused-requirement.toml"),
    include_str!("vulnerable-release.toml"),
];

/// The rules of `perlscan db lint`, in order of their ids.
const LINT_SOURCES: [&str; 22] = [
    include_str!("lint/bare-range.toml"),
    include_str!("lint/dead-reference.toml"),
    include_str!("lint/duplicate-id.toml"),
    include_str!("lint/fix-without-release.toml"),
    include_str!("lint/fixed-overlaps-affected.toml"),
    include_str!("lint/malformed-cve.toml"),
    include_str!("lint/malformed-date.toml"),
    include_str!("lint/malformed-ghsa.toml"),
    include_str!("lint/malformed-id.toml"),
    include_str!("lint/missing-fix.toml"),
    include_str!("lint/module-as-distribution.toml"),
    include_str!("lint/no-affected-range.toml"),
    include_str!("lint/override-not-needed.toml"),
    include_str!("lint/range-without-release.toml"),
    include_str!("lint/repeated-record.toml"),
    include_str!("lint/reversed-operators.toml"),
    include_str!("lint/single-equals.toml"),
    include_str!("lint/unknown-distribution.toml"),
    include_str!("lint/unknown-severity.toml"),
    include_str!("lint/unreadable-data.toml"),
    include_str!("lint/unreadable-range.toml"),
    include_str!("lint/unsatisfiable-range.toml"),
];

static LINT_RULES: LazyLock<Vec<Rule>> = LazyLock::new(|| {
    LINT_SOURCES.iter().filter_map(|source| toml::from_str(source).ok()).collect()
});

static RULES: LazyLock<Vec<Rule>> = LazyLock::new(|| {
    // A file that does not parse fails a test of this crate, never a scan.
    SOURCES.iter().filter_map(|source| toml::from_str(source).ok()).collect()
});

/// A rule, as its file has it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// Its name, which is the file's.
    pub id: String,
    /// One line, for lists.
    pub title: String,
    /// Why it matters.
    pub why: String,
    /// What to do about it.
    pub fix: String,
    /// The highest level that its findings have.
    pub level: Level,
    /// How often its findings are true, in the words of GitHub's code scanning.
    pub precision: Precision,
    /// Words to filter by.
    pub tags: Vec<String>,
    /// Templates of texts about one advisory; none for a rule that speaks of a
    /// project and not of advisories.
    pub text: Option<Text>,
}

impl Rule {
    /// The name as one word, for formats that want an identifier:
    /// `VulnerableRelease`.
    pub fn identifier(&self) -> String {
        let mut name = String::with_capacity(self.id.len());
        for part in self.id.split('-') {
            let mut letters = part.chars();
            name.extend(letters.next().map(|first| first.to_ascii_uppercase()));
            name.push_str(letters.as_str());
        }
        name
    }
}

/// How loud a finding is, in SARIF's words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// Good to know.
    Note,
    /// To be looked at.
    Warning,
    /// To be mended.
    Error,
}

impl Level {
    /// SARIF's word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

/// How often findings are true.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Precision {
    /// Little is known.
    Low,
    /// It depends on what is installed, or on which of two data is right.
    Medium,
    /// It holds for whatever gets installed.
    High,
    /// The release is known.
    VeryHigh,
}

impl Precision {
    /// The word that code scanning takes.
    pub fn word(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::VeryHigh => "very-high",
        }
    }
}

/// Templates of texts about one advisory; see [`fill`].
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Text {
    /// What is wrong in one place: one sentence.
    pub message: String,
    /// The advisory's title.
    pub short: String,
    /// A paragraph.
    pub full: String,
    /// What it is and what to do, as plain text.
    pub help: String,
    /// The same in Markdown.
    pub markdown: String,
}

/// All rules, in order of their ids.
pub fn all() -> &'static [Rule] {
    &RULES
}

/// The rules about advisory data, in order of their ids.
pub fn lint() -> &'static [Rule] {
    &LINT_RULES
}

/// The rule of this id.
pub fn find(id: &str) -> Option<&'static Rule> {
    all().iter().chain(lint()).find(|rule| rule.id == id)
}

/// Fills a template: `{name}` becomes what `value` gives for the name.
///
/// A line with a placeholder that has no value is left out, so that a text
/// never says `Fixed: .`; blank lines are kept single, and none stand at the
/// ends. What is filled in is not looked at again.
pub fn fill<'v>(template: &str, value: impl Fn(&str) -> Option<&'v str>) -> String {
    let mut text = String::with_capacity(template.len() * 2);
    let mut gap = false;
    for line in template.lines() {
        if line.trim().is_empty() {
            gap = true;
            continue;
        }
        let Some(line) = fill_line(line, &value) else { continue };
        if !text.is_empty() {
            text.push_str(if gap { "\n\n" } else { "\n" });
        }
        gap = false;
        text.push_str(&line);
    }
    text
}

fn fill_line<'v>(line: &str, value: &impl Fn(&str) -> Option<&'v str>) -> Option<String> {
    let mut filled = String::with_capacity(line.len() * 2);
    let mut rest = line;
    while let Some((before, after)) = rest.split_once('{') {
        filled.push_str(before);
        let Some((name, after)) = after.split_once('}') else {
            filled.push('{');
            rest = after;
            continue;
        };
        filled.push_str(value(name).filter(|text| !text.is_empty())?);
        rest = after;
    }
    filled.push_str(rest);
    Some(filled)
}

#[cfg(test)]
mod tests {
    use perlscan_model::finding::Verdict;
    use perlscan_model::remark::RemarkKind;

    use super::*;

    /// The files of the folder that are no rules.
    const NO_RULES: [&str; 2] = ["Cargo.toml", "overrides.toml"];

    #[test]
    fn every_file_is_registered_and_reads_well() {
        let mut files: Vec<String> = std::fs::read_dir(env!("CARGO_MANIFEST_DIR"))
            .expect("the folder of this crate can be listed")
            .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
            .filter(|name| name.ends_with(".toml") && !NO_RULES.contains(&name.as_str()))
            .collect();
        files.sort();
        let registered: Vec<String> =
            all().iter().map(|rule| format!("{}.toml", rule.id)).collect();
        assert_eq!(files, registered);
        assert_eq!(SOURCES.len(), all().len());
    }

    #[test]
    fn every_lint_file_is_registered_and_reads_well() {
        let mut files: Vec<String> =
            std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/lint"))
                .expect("the folder of this crate can be listed")
                .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
                .collect();
        files.sort();
        let registered: Vec<String> =
            lint().iter().map(|rule| format!("{}.toml", rule.id)).collect();
        assert_eq!(files, registered);
    }

    #[test]
    fn every_verdict_has_its_rule() {
        for verdict in Verdict::ALL {
            let rule = find(verdict.rule());
            assert!(rule.is_some_and(|rule| rule.text.is_some()), "{verdict:?}");
        }
        for kind in RemarkKind::ALL {
            assert!(find(kind.rule()).is_some(), "{kind:?} names no rule");
        }
        assert!(find("no-such-rule").is_none());
    }

    #[test]
    fn templates_use_known_placeholders_and_the_limits_of_code_scanning_hold() {
        for rule in all() {
            assert!(rule.tags.len() <= 10, "{}", rule.id);
            assert!(rule.identifier().chars().all(char::is_alphabetic), "{}", rule.id);
            for text in [&rule.title, &rule.why, &rule.fix] {
                assert!(!text.trim().is_empty(), "{}", rule.id);
            }
            let Some(text) = &rule.text else { continue };
            for template in [&text.message, &text.short, &text.full, &text.help, &text.markdown] {
                for piece in template.split('{').skip(1) {
                    let name = piece.split('}').next().unwrap_or_default();
                    assert!(PLACEHOLDERS.contains(&name), "{}: {{{name}}}", rule.id);
                }
                assert!(template.contains("{id}"), "{}: {template}", rule.id);
            }
        }
    }

    #[test]
    fn a_line_without_its_value_is_left_out() {
        let value = |name: &str| match name {
            "id" => Some("CVE-2026-1"),
            "dist" => Some("Foo {id}"),
            _ => None,
        };
        let text = fill("{id} in {dist}\n\nFixed: {fixed}\n\n\nOne { brace\n\n{ids}\n", value);
        assert_eq!(text, "CVE-2026-1 in Foo {id}\n\nOne { brace");
    }

    #[test]
    fn identifiers_are_one_word() {
        assert_eq!(find("floor-too-low").map(Rule::identifier), Some("FloorTooLow".to_owned()));
    }
}
