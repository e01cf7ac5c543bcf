//! The findings of `perlscan db lint` as SARIF: a rule is one of `rules/lint/`.

use std::cmp::Reverse;
use std::io;

use perlscan_model::location::{Location, SourcePath, Span};

use super::notifications;
use super::objects::{
    AutomationDetails, Configuration, Descriptor, DescriptorProperties, Driver, Fingerprints,
    Invocation, Log, ResultObject, Run, SCHEMA, Text, Tool,
};
use super::place::place;
use super::{HOME, RESULT_LIMIT, escaped};
use crate::advisory::lint::LintFinding;
use crate::report::EmitError;
use crate::report::fingerprint::digest;
use crate::report::plain::escape_hidden;

/// Writes the log; the findings are cut at what code scanning takes, and a
/// notification says so.
pub(in crate::report) fn write(
    findings: &[LintFinding],
    failed: bool,
    out: &mut dyn io::Write,
) -> Result<(), EmitError> {
    let rules = perlscan_rules::lint();
    // The gravest are kept, in the order of their places.
    let mut kept: Vec<(usize, &LintFinding)> = findings.iter().enumerate().collect();
    kept.sort_by_key(|(_, finding)| Reverse(finding.level));
    kept.truncate(RESULT_LIMIT);
    kept.sort_by_key(|(at, _)| *at);
    let cut = findings.len() - kept.len();
    let results = kept.iter().filter_map(|(_, finding)| {
        let rule_index = rules.iter().position(|rule| rule.id == finding.rule)?;
        Some(result(finding, rule_index))
    });
    let log = Log {
        schema: SCHEMA,
        version: "2.1.0",
        runs: vec![Run {
            tool: Tool {
                driver: Driver {
                    name: "perlscan",
                    semantic_version: env!("CARGO_PKG_VERSION"),
                    version: env!("CARGO_PKG_VERSION"),
                    information_uri: HOME,
                    rules: rules.iter().map(descriptor).collect(),
                    notifications: notifications::descriptors(),
                },
                extensions: Vec::new(),
            },
            automation_details: AutomationDetails { id: "perlscan/db-lint/".to_owned() },
            invocations: vec![Invocation {
                execution_successful: true,
                exit_code: u8::from(failed),
                tool_execution_notifications: notifications::of_cut(cut, kept.len()),
            }],
            column_kind: "unicodeCodePoints",
            results: results.collect(),
        }],
    };
    let text = serde_json::to_string_pretty(&log)?;
    out.write_all(escape_hidden(&text).as_bytes())?;
    out.write_all(b"\n")?;
    Ok(())
}

fn descriptor(rule: &perlscan_rules::Rule) -> Descriptor {
    Descriptor {
        id: rule.id.clone(),
        name: rule.identifier(),
        short_description: Text::new(rule.title.clone()),
        full_description: Text::new(rule.why.trim()),
        help: Some(Text::new(rule.fix.trim())),
        help_uri: Some(HOME.to_owned()),
        default_configuration: Some(Configuration { level: rule.level.word() }),
        properties: Some(DescriptorProperties {
            tags: rule.tags.clone(),
            precision: rule.precision.word(),
            security_severity: None,
        }),
    }
}

fn result(finding: &LintFinding, rule_index: usize) -> ResultObject {
    let path = SourcePath::from(finding.place.path.to_string_lossy().trim_start_matches("./"));
    let line = finding.place.line.and_then(|line| u32::try_from(line).ok());
    let location = match line {
        // No line can be told from the start alone: the region ends with it.
        Some(line) => {
            let span =
                Span { line, column: 1, end_line: line + 1, end_column: 1, offset: 0, length: 0 };
            Location::at(path, span)
        }
        None => Location::file(path),
    };
    let instead =
        finding.instead.as_ref().map(|text| format!("; write {text}")).unwrap_or_default();
    let message = format!("{} {}: {}{instead}", finding.dist, finding.id, finding.what);
    ResultObject {
        rule_id: finding.rule.to_owned(),
        rule_index,
        level: finding.level.word(),
        message: Text::new(escaped(message.trim())),
        locations: vec![place(&location, None)],
        related_locations: Vec::new(),
        code_flows: Vec::new(),
        partial_fingerprints: Fingerprints {
            // Not the line, so that an alert stays itself when lines move.
            primary_location_line_hash: format!(
                "{}:1",
                digest(&format!(
                    "{}\0{}\0{}\0{}",
                    finding.rule, finding.dist, finding.id, finding.what
                ))
            ),
        },
        baseline_state: None,
        suppressions: Vec::new(),
        properties: None,
    }
}
