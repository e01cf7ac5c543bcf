//! `sarif`: SARIF 2.1.0 as GitHub's code scanning takes it.
//!
//! A rule is an advisory, a result is one advisory in one distribution of one
//! project. The first location is the line that a person edits, since only
//! that one is shown; the others are related locations. The fingerprint stays
//! the same while lines move and versions rise, so that an alert stays itself.

mod advisory;
pub(super) mod lint;
mod notifications;
mod objects;
mod place;
mod remarks;

use std::collections::{BTreeMap, BTreeSet};
use std::io;

use perlscan_model::finding::{Change, Evidence, Finding};
use perlscan_model::location::{Location, SourcePath};
use perlscan_model::package::Origin;
use perlscan_rules::Level;

use self::advisory::{UPSTREAM, descriptor, level};
pub(super) use self::advisory::{is_cve, shortened};
use self::objects::{
    AutomationDetails, CodeFlow, Descriptor, Driver, Extension, Fingerprints, FlowStep, Invocation,
    Log, Place, ResultObject, ResultProperties, Run, SCHEMA, Suppression, Text, ThreadFlow, Tool,
};
use self::place::place;
use super::fingerprint::fingerprint;
use super::plain::{escape_hidden, plain};
use super::{EmitError, Emitter, Report, account, brief};

/// perlscan's home.
const HOME: &str = "https://github.com/perlscan/perlscan";
/// What code scanning takes: results a run, locations a result.
const RESULT_LIMIT: usize = 25_000;
const LOCATION_LIMIT: usize = 1_000;
/// How many results it shows. Above this the gravest come first.
const SHOWN: usize = 5_000;
/// A message is one sentence, whatever a scanned file has in its place.
const MESSAGE_LIMIT: usize = 1_000;

/// The category where none is named.
const DEFAULT_CATEGORY: &str = "default";

/// The emitter.
#[derive(Debug, Clone)]
pub struct Sarif {
    category: String,
    result_limit: usize,
}

impl Sarif {
    /// With the category of the run, which keeps several uploads for one commit
    /// apart; empty for the default one.
    pub fn new(category: &str) -> Self {
        let named = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '/');
        let category: String =
            category.trim_matches('/').chars().map(|c| if named(c) { c } else { '-' }).collect();
        let category = if category.is_empty() { DEFAULT_CATEGORY.to_owned() } else { category };
        Self { category, result_limit: RESULT_LIMIT }
    }

    /// With another limit of results, for a reader that takes fewer; the least
    /// grave ones are cut, and the report says so.
    #[must_use]
    pub fn with_result_limit(mut self, limit: usize) -> Self {
        self.result_limit = limit.min(RESULT_LIMIT);
        self
    }
}

impl Default for Sarif {
    fn default() -> Self {
        Self::new(DEFAULT_CATEGORY)
    }
}

impl Emitter for Sarif {
    fn name(&self) -> &'static str {
        "sarif"
    }

    fn emit(&self, report: &Report, out: &mut dyn io::Write) -> Result<(), EmitError> {
        let groups = results(report, self.result_limit);
        let mut rules: Vec<Descriptor> = Vec::new();
        let mut index: BTreeMap<&str, usize> = BTreeMap::new();
        let mut by_id: BTreeMap<&str, Vec<&Finding>> = BTreeMap::new();
        // As results they come last, as far as there is room.
        let mut met = BTreeSet::new();
        let gone: Vec<&Finding> = report
            .removed()
            .iter()
            .filter(|finding| met.insert(finding.fingerprint_text()))
            .take(self.result_limit.saturating_sub(groups.kept.len()))
            .collect();
        for finding in groups.kept.iter().flatten().chain(&gone) {
            by_id.entry(finding.public_id()).or_default().push(finding);
        }
        for (id, findings) in &by_id {
            index.insert(id, rules.len());
            rules.extend(descriptor(id, findings));
        }
        let mut results: Vec<ResultObject> =
            groups.kept.iter().filter_map(|group| result(report, group, &index)).collect();
        results.extend(gone.iter().filter_map(|finding| absent(report, finding, &index)));
        // Remarks are no alerts, but for whoever lets them fail a run.
        let cut = groups.cut + remarks::add(report, self.result_limit, &mut rules, &mut results);
        let log = Log {
            schema: SCHEMA,
            version: "2.1.0",
            runs: vec![Run {
                tool: tool(report, rules),
                automation_details: AutomationDetails {
                    id: format!("perlscan/{}/", self.category),
                },
                invocations: vec![Invocation {
                    execution_successful: !report.outcome.incomplete,
                    exit_code: report.outcome.exit_code(),
                    tool_execution_notifications: notifications::all(report, cut, results.len()),
                }],
                column_kind: "unicodeCodePoints",
                results,
            }],
        };
        let text = serde_json::to_string_pretty(&log)?;
        out.write_all(escape_hidden(&text).as_bytes())?;
        out.write_all(b"\n")?;
        Ok(())
    }
}

/// The findings as results: those with the same fingerprint are one.
struct Groups<'a> {
    kept: Vec<Vec<&'a Finding>>,
    /// How many results were cut.
    cut: usize,
}

fn results(report: &Report, limit: usize) -> Groups<'_> {
    let mut groups: Vec<Vec<&Finding>> = Vec::new();
    let mut seen: BTreeMap<(&str, &str, &SourcePath), usize> = BTreeMap::new();
    for finding in &report.findings {
        let key = (finding.public_id(), finding.dist.as_str(), &finding.project);
        let at = *seen.entry(key).or_insert(groups.len());
        match groups.get_mut(at) {
            Some(group) => group.push(finding),
            None => groups.push(vec![finding]),
        }
    }
    for group in &mut groups {
        // The first one speaks for the group: an open one before a suppressed
        // one, then the worst.
        group.sort_by_key(|finding| (finding.suppressed.is_some(), finding.verdict));
    }
    let cut = groups.len().saturating_sub(limit);
    if groups.len() > limit.min(SHOWN) {
        groups.sort_by_key(|group| group.first().map(|finding| brief::gravity(finding)));
        groups.truncate(limit);
    }
    Groups { kept: groups, cut }
}

fn result(
    report: &Report,
    group: &[&Finding],
    index: &BTreeMap<&str, usize>,
) -> Option<ResultObject> {
    let finding = *group.first()?;
    let mut evidence: Vec<&Evidence> = Vec::new();
    let mut met = BTreeSet::new();
    for one in group.iter().flat_map(|finding| &finding.evidence) {
        if met.insert((&one.location, one.origin, &one.version)) {
            evidence.push(one);
        }
    }
    let main = match evidence.first() {
        Some(first) => {
            let inside = first.location.inside.is_some();
            place(&first.location, inside.then(|| escaped(&role(first, finding))))
        }
        None => place(&anywhere(report, finding), None),
    };
    let mut related: Vec<Place> = evidence
        .iter()
        .skip(1)
        .take(LOCATION_LIMIT - 1)
        .map(|one| place(&one.location, Some(escaped(&role(one, finding)))))
        .collect();
    for (id, place) in related.iter_mut().enumerate() {
        place.id = Some(id + 1);
    }
    Some(ResultObject {
        rule_id: finding.public_id().to_owned(),
        rule_index: *index.get(finding.public_id())?,
        level: level(finding).word(),
        message: Text::new(message(finding)),
        locations: vec![main],
        related_locations: related,
        code_flows: code_flow(finding),
        partial_fingerprints: Fingerprints {
            primary_location_line_hash: format!("{}:1", fingerprint(finding)),
        },
        baseline_state: baseline_state(group),
        suppressions: finding.suppressed.iter().map(|reason| suppression(reason)).collect(),
        properties: Some(ResultProperties {
            id: finding.id.clone(),
            dist: finding.dist.to_string(),
            version: finding.version.clone(),
            verdict: finding.verdict.word(),
            rule: finding.verdict.rule(),
            severity: finding.severity.word(),
            confidence: finding.confidence.word(),
            phase: finding.phase.word(),
            fails: finding.fails,
        }),
    })
}

/// What a change has to do with a result, by SARIF's words.
fn baseline_state(group: &[&Finding]) -> Option<&'static str> {
    let states: BTreeSet<Change> = group.iter().filter_map(|finding| finding.change).collect();
    match (states.first()?, states.len()) {
        (Change::New, 1) => Some("new"),
        (Change::Known, 1) => Some("unchanged"),
        _ => Some("updated"),
    }
}

/// What is there no more. Code scanning does not read the state and would open an
/// alert, but for the suppression.
fn absent(
    report: &Report,
    finding: &Finding,
    index: &BTreeMap<&str, usize>,
) -> Option<ResultObject> {
    let result = result(report, &[finding], index)?;
    Some(ResultObject {
        level: Level::Note.word(),
        baseline_state: Some("absent"),
        suppressions: vec![suppression("no longer found")],
        ..result
    })
}

/// A result without a location would be refused: the project's lock or first
/// input stands in for it.
pub(super) fn anywhere(report: &Report, finding: &Finding) -> Location {
    let project = report.projects.iter().find(|project| project.path == finding.project);
    let file = project.and_then(|project| project.lock.as_ref().or(project.inputs.first()));
    Location::file(file.cloned().unwrap_or_else(|| finding.project.join(b"cpanfile")))
}

/// What is wrong, and what to do.
fn message(finding: &Finding) -> String {
    let text = perlscan_rules::find(finding.verdict.rule()).and_then(|rule| rule.text.as_ref());
    let template = text.map(|text| text.message.as_str());
    let version = if finding.version.is_empty() { "any version" } else { &finding.version };
    let sentence = perlscan_rules::fill(template.unwrap_or_default(), |name| match name {
        "id" => Some(finding.public_id()),
        "dist" => Some(finding.dist.as_str()),
        "version" => Some(version),
        _ => None,
    });
    let advice = sentence_of(&finding.advice);
    escaped(format!("{sentence} {advice}").trim_end())
}

/// The text as a sentence: with a capital and a full stop.
fn sentence_of(text: &str) -> String {
    let text = plain(text);
    let text = text.trim();
    let mut letters = text.chars();
    let Some(first) = letters.next() else { return String::new() };
    let stop = if text.ends_with(['.', '!', '?']) { "" } else { "." };
    format!("{}{}{stop}", first.to_ascii_uppercase(), letters.as_str())
}

/// A message's text: `[` would begin a link, `{` a placeholder (SARIF 3.11).
fn escaped(text: &str) -> String {
    let text = shortened(&plain(text), MESSAGE_LIMIT);
    let mut escaped = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        match c {
            '[' | ']' | '\\' => escaped.extend(['\\', c]),
            '{' | '}' => escaped.extend([c, c]),
            c => escaped.push(c),
        }
    }
    escaped
}

/// What a place other than the first has to do with the finding.
fn role(evidence: &Evidence, finding: &Finding) -> String {
    let what = match &evidence.module {
        Some(module) => module.as_str(),
        None => finding.dist.as_str(),
    };
    let version = match (evidence.version.as_str(), evidence.origin) {
        ("", Origin::Used) => String::new(),
        ("", _) => " at any version".to_owned(),
        (version, _) => format!(" {version}"),
    };
    let inside = evidence.location.inside_text();
    let inside = inside.strip_prefix('!').map(|names| format!(", as {names}")).unwrap_or_default();
    format!("{what}{version} is {} here{inside}", evidence.origin)
}

fn suppression(reason: &str) -> Suppression {
    Suppression {
        kind: "external",
        status: "accepted",
        justification: shortened(&plain(reason), MESSAGE_LIMIT),
    }
}

/// The way from what the project requires to the release in question, which is
/// its last step.
fn code_flow(finding: &Finding) -> Vec<CodeFlow> {
    if finding.path.is_empty() {
        return Vec::new();
    }
    let steps = finding.path.iter().map(|step| (&step.dist, step.version.as_str(), &step.location));
    let end = finding.vulnerable().next().or(finding.primary());
    let end = end.map(|one| (&finding.dist, one.version.as_str(), &one.location));
    let locations: Vec<FlowStep> = steps
        .take(LOCATION_LIMIT - 1)
        .chain(end)
        .map(|(dist, version, location)| {
            let name = format!("{dist} {version}");
            FlowStep { location: place(location, Some(escaped(name.trim_end()))) }
        })
        .collect();
    vec![CodeFlow { thread_flows: vec![ThreadFlow { locations }] }]
}

fn tool(report: &Report, rules: Vec<Descriptor>) -> Tool {
    Tool {
        driver: Driver {
            name: "perlscan",
            semantic_version: report.tool_version,
            version: report.tool_version,
            information_uri: HOME,
            rules,
            notifications: notifications::descriptors(),
        },
        extensions: vec![Extension {
            name: "cpan-security-advisory",
            version: report.database.commit.clone(),
            information_uri: UPSTREAM,
            short_description: Text::new(account::database(&report.database)),
        }],
    }
}
