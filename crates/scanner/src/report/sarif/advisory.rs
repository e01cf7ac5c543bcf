//! The rule that SARIF has for each reported advisory: its text from the
//! template of perlscan's rule, its severity from the advisory.

use std::collections::BTreeSet;

use perlscan_model::finding::Finding;
use perlscan_model::severity::Severity;
use perlscan_rules::{Level, Rule, fill};

use super::objects::{Configuration, Descriptor, DescriptorProperties, Text};
use crate::report::account;
use crate::report::plain::{description, plain};

/// Where the advisories come from.
pub(super) const UPSTREAM: &str = "https://github.com/briandfoy/cpan-security-advisory";

/// What code scanning keeps of a name and of a full description.
const NAME_LIMIT: usize = 255;
const DESCRIPTION_LIMIT: usize = 1024;
/// What it keeps of tags.
const TAG_LIMIT: usize = 10;
/// How many ranges, names and links a help text lists, whatever a scan of very
/// many distributions finds under one id.
const LISTED: usize = 50;

/// The level that a severity has by itself.
fn severity_level(severity: Severity) -> Level {
    match severity {
        Severity::Critical | Severity::High => Level::Error,
        Severity::Medium | Severity::Unscored => Level::Warning,
        Severity::Low => Level::Note,
    }
}

/// The level of a finding: by severity, but never above what its rule allows.
/// What is only a test fixture is a note.
pub(super) fn level(finding: &Finding) -> Level {
    let cap = match perlscan_rules::find(finding.verdict.rule()) {
        _ if finding.fixture => Level::Note,
        Some(rule) => rule.level,
        None => Level::Warning,
    };
    severity_level(finding.severity).min(cap)
}

/// The number that stands for a severity of which only the word is known.
fn security_severity(severity: Severity) -> Option<&'static str> {
    match severity {
        Severity::Critical => Some("9.5"),
        Severity::High => Some("8.0"),
        Severity::Medium => Some("5.5"),
        Severity::Low => Some("2.0"),
        Severity::Unscored => None,
    }
}

/// The descriptor of an advisory, from all findings that bear its public id;
/// they may be of several distributions. `None` when there is none of them.
pub(super) fn descriptor(id: &str, findings: &[&Finding]) -> Option<Descriptor> {
    // The worst verdict says which rule explains the advisory.
    let worst = findings.iter().min_by_key(|finding| finding.verdict)?;
    let rule = perlscan_rules::find(worst.verdict.rule())?;
    let text = rule.text.as_ref()?;
    let severity = findings.iter().map(|finding| finding.severity).max()?;
    let level = findings.iter().map(|finding| level(finding)).max()?;
    let values = Values::of(id, findings, severity);
    let markdown_values = Values::of_markdown(id, findings, severity);
    let fill_plain = |template: &str| fill(template, |name| values.get(name));
    let said = findings.iter().find_map(|finding| finding.description.as_deref());
    let said = said.map(description).filter(|said| !said.is_empty());
    let said = |escape: fn(&str) -> String| match &said {
        Some(said) => format!("\n\nUpstream says: {}", escape(said)),
        None => String::new(),
    };
    Some(Descriptor {
        id: id.to_owned(),
        name: shortened(&rule.identifier(), NAME_LIMIT),
        short_description: Text::new(shortened(&fill_plain(&text.short), DESCRIPTION_LIMIT)),
        full_description: Text::new(shortened(
            &fill_plain(&text.full).replace('\n', " "),
            DESCRIPTION_LIMIT,
        )),
        help: Some(Text {
            text: fill_plain(&text.help) + &said(str::to_owned),
            markdown: Some(
                fill(&text.markdown, |name| markdown_values.get(name)) + &said(markdown),
            ),
        }),
        help_uri: Some(help_uri(findings)),
        default_configuration: Some(Configuration { level: level.word() }),
        properties: Some(DescriptorProperties {
            tags: tags(rule, severity),
            precision: rule.precision.word(),
            security_severity: security_severity(severity),
        }),
    })
}

fn tags(rule: &Rule, severity: Severity) -> Vec<String> {
    let mut tags: Vec<String> = rule.tags.iter().take(TAG_LIMIT - 1).cloned().collect();
    tags.push(severity.word().to_owned());
    tags
}

/// The page about the advisory: its first CVE's record, else its first link,
/// else the database's home.
fn help_uri(findings: &[&Finding]) -> String {
    let cve = findings.iter().map(|finding| finding.public_id()).find(|id| is_cve(id));
    if let Some(cve) = cve {
        return format!("https://www.cve.org/CVERecord?id={cve}");
    }
    let mut links = findings.iter().flat_map(|finding| &finding.references);
    links.find(|link| is_link(link)).cloned().unwrap_or_else(|| UPSTREAM.to_owned())
}

pub(in crate::report) fn is_cve(id: &str) -> bool {
    id.strip_prefix("CVE-")
        .is_some_and(|rest| rest.bytes().all(|b| b.is_ascii_digit() || b == b'-'))
}

/// Whether a reference is a web address of nothing but characters that a URI
/// may have, so that it can't end the place where it is written.
fn is_link(text: &str) -> bool {
    let Some(rest) = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://")) else {
        return false;
    };
    let allowed = |b: u8| b.is_ascii_alphanumeric() || b"-._~:/?#@!$&'*+,;=%".contains(&b);
    !rest.is_empty() && rest.bytes().all(allowed)
}

/// What the placeholders of the templates stand for.
struct Values {
    id: String,
    ids: String,
    dist: String,
    affected: String,
    fixed: String,
    severity: String,
    reported: String,
    library: String,
    references: String,
}

impl Values {
    fn of(id: &str, findings: &[&Finding], severity: Severity) -> Self {
        Self::with(id, findings, severity, |text| plain(text).into_owned(), |link| link.to_owned())
    }

    fn of_markdown(id: &str, findings: &[&Finding], severity: Severity) -> Self {
        Self::with(id, findings, severity, markdown, |link| format!("<{link}>"))
    }

    fn with(
        id: &str,
        findings: &[&Finding],
        severity: Severity,
        text: impl Fn(&str) -> String,
        link: impl Fn(&str) -> String,
    ) -> Self {
        let dists: BTreeSet<&str> = findings.iter().map(|finding| finding.dist.as_str()).collect();
        let several = dists.len() > 1;
        // With several distributions a range alone would not say whose it is.
        let ranges = |of: fn(&Finding) -> &Vec<String>| {
            let mut all: Vec<String> = Vec::new();
            let mut met = BTreeSet::new();
            for finding in findings {
                let ranges = of(finding).join(" or ");
                let ranges = match (ranges.is_empty(), several) {
                    (true, _) => continue,
                    (false, true) => text(&format!("{} {ranges}", finding.dist)),
                    (false, false) => text(&ranges),
                };
                if met.insert(ranges.clone()) {
                    all.push(ranges);
                }
            }
            let more = all.len().saturating_sub(LISTED);
            all.truncate(LISTED);
            let mut text = all.join("; ");
            if more > 0 {
                text.push_str(&format!("; and {more} more"));
            }
            text
        };
        let ids: BTreeSet<&str> = findings
            .iter()
            .flat_map(|finding| finding.aliases.iter().chain([&finding.id]))
            .map(String::as_str)
            .filter(|other| *other != id)
            .collect();
        let libraries: BTreeSet<&str> =
            findings.iter().filter_map(|finding| finding.bundled_library.as_deref()).collect();
        let mut links: Vec<String> = Vec::new();
        for reference in findings.iter().flat_map(|finding| &finding.references) {
            let line = format!("- {}", link(reference));
            if links.len() == LISTED {
                break;
            }
            if is_link(reference) && !links.contains(&line) {
                links.push(line);
            }
        }
        let joined = |set: &BTreeSet<&str>| {
            let names: Vec<String> = set.iter().map(|name| text(name)).collect();
            account::listed(&names, LISTED)
        };
        let fixed = ranges(|finding| &finding.fixed);
        Self {
            id: text(id),
            ids: joined(&ids),
            dist: joined(&dists),
            affected: ranges(|finding| &finding.affected),
            fixed: if fixed.is_empty() { "no fixed release is stated".to_owned() } else { fixed },
            severity: severity.word().to_owned(),
            reported: findings
                .iter()
                .filter_map(|finding| finding.reported.as_deref())
                .min()
                .map(&text)
                .unwrap_or_default(),
            library: joined(&libraries),
            references: links.join("\n"),
        }
    }

    fn get(&self, name: &str) -> Option<&str> {
        match name {
            "id" => Some(&self.id),
            "ids" => Some(&self.ids),
            "dist" => Some(&self.dist),
            "affected" => Some(&self.affected),
            "fixed" => Some(&self.fixed),
            "severity" => Some(&self.severity),
            "reported" => Some(&self.reported),
            "library" => Some(&self.library),
            "references" => Some(&self.references),
            _ => None,
        }
    }
}

/// A text that Markdown shows as it is: on one line, with everything escaped
/// that would be read as a mark.
fn markdown(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len() + 8);
    for c in plain(text).chars() {
        match c {
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '&' => escaped.push_str("&amp;"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '(' | ')' | '#' | '|' | '!' | '~' => {
                escaped.push('\\');
                escaped.push(c);
            }
            c => escaped.push(c),
        }
    }
    escaped
}

/// The text, cut at a blank where it is longer than the limit.
pub(in crate::report) fn shortened(text: &str, limit: usize) -> String {
    if text.chars().count() <= limit {
        return text.to_owned();
    }
    let head: String = text.chars().take(limit - 2).collect();
    let head = head.rsplit_once(' ').map_or(head.as_str(), |(whole, _)| whole);
    format!("{head} …")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cut_text_keeps_the_limit() {
        let text = "word ".repeat(400);
        let cut = shortened(&text, DESCRIPTION_LIMIT);
        assert!(cut.chars().count() <= DESCRIPTION_LIMIT && cut.ends_with(" …"));
        assert_eq!(shortened("short", 10), "short");
        assert!(shortened(&"x".repeat(300), NAME_LIMIT).chars().count() <= NAME_LIMIT);
    }

    #[test]
    fn only_whole_web_addresses_are_links() {
        assert!(is_link("https://example.org/a?b=c#d"));
        for bad in
            ["javascript:alert(1)", "https://", "https://e.org/ x", "https://e.org/)x", "ftp://e"]
        {
            assert!(!is_link(bad), "{bad}");
        }
    }

    #[test]
    fn markdown_is_shown_as_it_is() {
        assert_eq!(markdown("<b>[x](y)\u{202e}*"), "&lt;b&gt;\\[x\\]\\(y\\)\\*");
    }
}
