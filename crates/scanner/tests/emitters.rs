//! What every format must hold of every report: hostile texts do no harm, the
//! same report is the same bytes, ten thousand findings fit, and the output is
//! of its format's grammar.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test may fail by them"
)]
#![allow(dead_code, reason = "the samples are shared")]

#[path = "report/sample.rs"]
mod sample;

use perlscan_scanner::model::severity::Severity;
use perlscan_scanner::report::plain::is_hidden;
use perlscan_scanner::report::{EmitOptions, FORMATS, Format, Report};

fn emit(format: &Format, report: &Report) -> String {
    let mut out = Vec::new();
    format.emitter(&EmitOptions::default()).emit(report, &mut out).expect("a vector takes all");
    String::from_utf8(out).expect("every format writes UTF-8")
}

fn reports() -> Vec<(&'static str, Report)> {
    let mut reports = sample::all();
    let many = (0..10_000)
        .map(|i| {
            let dist = format!("Dist-{i:05}");
            sample::finding(&dist, "1.0", &format!("CVE-2026-{i:05}"), Severity::High)
        })
        .collect();
    reports.push(("many", sample::report(vec![sample::project("")], many)));
    reports
}

#[test]
fn every_format_holds_the_contract_over_every_report() {
    for (name, report) in reports() {
        for format in FORMATS {
            let text = emit(format, &report);
            let what = format!("{name} as {}", format.name);
            assert_eq!(text, emit(format, &report), "{what}: not the same twice");
            assert!(!text.contains(|c| c != '\n' && is_hidden(c)), "{what}: a hidden character");
            assert!(text.ends_with('\n'), "{what}");
            match format.name {
                "table" => {}
                "json" | "sarif" => {
                    serde_json::from_str::<serde_json::Value>(&text).expect(&what);
                }
                "jsonl" => text.lines().for_each(|line| {
                    serde_json::from_str::<serde_json::Value>(line).expect(&what);
                }),
                "tap" => tap(&text, &report, &what),
                "junit" => junit(&text, &report, &what),
                "markdown" => markdown(&text, &what),
                "github" => github(&text, &report, &what),
                other => panic!("no check of the format {other}"),
            }
        }
    }
}

/// Failing findings, remarks, and what was lost.
fn failures(report: &Report) -> (usize, usize) {
    let findings = report.findings.iter().filter(|f| f.fails && f.suppressed.is_none()).count();
    (
        findings + report.remarks.iter().filter(|r| r.fails).count(),
        report.problems.iter().filter(|problem| problem.kind.word() == "lost").count(),
    )
}

/// TAP 13: a version, tests in their order, comments, YAML blocks, one plan.
fn tap(text: &str, report: &Report, what: &str) {
    let mut lines = text.lines();
    assert_eq!(lines.next(), Some("TAP version 13"), "{what}");
    let (mut number, mut failed, mut plans, mut in_yaml) = (0, 0, 0, false);
    for line in lines {
        if in_yaml {
            assert!(line.starts_with("  "), "{what}: {line}");
            in_yaml = line != "  ...";
            continue;
        }
        if line == "  ---" {
            in_yaml = true;
        } else if let Some(end) = line.strip_prefix("1..") {
            plans += 1;
            let end = end.split(' ').next().unwrap();
            assert_eq!(end.parse::<usize>().unwrap(), number, "{what}");
        } else if !line.starts_with("# ") {
            number += 1;
            let (bad, rest) = match line.strip_prefix("not ") {
                Some(rest) => (true, rest),
                None => (false, line),
            };
            let rest = rest.strip_prefix(&format!("ok {number} - ")).expect(line);
            // An escaped `#` begins no directive.
            let bare = rest.replace("\\\\", "").replace("\\#", "");
            let excused = bare.contains(" # TODO ") || bare.contains(" # SKIP ");
            failed += usize::from(bad && !excused);
        }
    }
    let (findings, lost) = failures(report);
    assert_eq!((plans, in_yaml, failed), (1, false, findings + lost), "{what}");
}

/// Well-formed XML of the few kinds of markup that are written.
fn junit(text: &str, report: &Report, what: &str) {
    let mut rest = text.strip_prefix(r#"<?xml version="1.0" encoding="UTF-8"?>"#).expect(what);
    let mut open: Vec<&str> = Vec::new();
    while let Some((before, after)) = rest.split_once('<') {
        references(before, what);
        assert!(!before.contains('>'), "{what}: {before}");
        let (tag, after) = after.split_once('>').expect(what);
        rest = after;
        if let Some(name) = tag.strip_prefix('/') {
            assert_eq!(open.pop(), Some(name), "{what}");
            continue;
        }
        let (tag, empty) = tag.strip_suffix('/').map_or((tag, false), |tag| (tag, true));
        let (name, attributes) = tag.split_once(' ').unwrap_or((tag, ""));
        let pieces: Vec<&str> = attributes.split('"').collect();
        assert!(attributes.is_empty() || pieces.len() % 2 == 1, "{what}: {tag}");
        references(attributes, what);
        for key in pieces.iter().step_by(2).take(pieces.len() / 2) {
            let key = key.trim().strip_suffix('=').expect(tag);
            assert!(key.bytes().all(|b| b.is_ascii_lowercase()), "{what}: {tag}");
        }
        if !empty {
            open.push(name);
        }
    }
    assert!(open.is_empty() && rest == "\n", "{what}: {open:?}");
    let (findings, lost) = failures(report);
    assert_eq!(text.matches("<failure ").count(), findings, "{what}");
    assert_eq!(text.matches("<error ").count(), lost, "{what}");
}

/// Every `&` begins one of XML's five references.
fn references(text: &str, what: &str) {
    for part in text.split('&').skip(1) {
        let name = part.split(';').next().unwrap();
        assert!(["amp", "lt", "gt", "quot", "apos"].contains(&name), "{what}: &{part}");
    }
}

/// Only our own markup, and links only to CVE records.
fn markdown(text: &str, what: &str) {
    assert!(text.len() <= 1_000_000, "{what}: {}", text.len());
    let ours = ["code", "/code", "details", "/details", "summary", "/summary", "!-- --"];
    for part in text.split('<').skip(1) {
        assert!(ours.contains(&part.split('>').next().unwrap()), "{what}: <{part}");
    }
    let links = text.matches("](").count();
    assert_eq!(links, text.matches("](https://www.cve.org/CVERecord?id=CVE-").count(), "{what}");
    assert_eq!(text.matches("://").count(), links, "{what}: a bare link");
    assert!(!text.contains(['@', '`', '\\']), "{what}");
    assert_eq!(text.matches("<details>").count(), text.matches("</details>").count(), "{what}");
    assert!(text.contains("Database"), "{what}");
    assert!(!what.starts_with("many") || text.contains("rows were cut"), "{what}");
}

/// Every line is a command; properties end at `::`, and `%` begins an escape.
fn github(text: &str, report: &Report, what: &str) {
    let mut errors = 0;
    for line in text.lines() {
        let (head, message) = line.strip_prefix("::").expect(line).split_once("::").expect(line);
        let (word, properties) = head.split_once(' ').unwrap_or((head, ""));
        assert!(["error", "warning", "notice", "debug"].contains(&word), "{what}: {line}");
        errors += usize::from(word == "error");
        for property in properties.split(',').filter(|p| !p.is_empty()) {
            let (key, value) = property.split_once('=').expect(line);
            assert!(["file", "line", "col", "title"].contains(&key), "{what}: {line}");
            assert!(!value.is_empty() && !value.contains(':'), "{what}: {line}");
        }
        for part in properties.split('%').skip(1).chain(message.split('%').skip(1)) {
            assert!(["25", "0A", "0D", "3A", "2C"].iter().any(|e| part.starts_with(e)), "{line}");
        }
    }
    let (findings, lost) = failures(report);
    assert_eq!(errors, findings + lost, "{what}");
    assert!(text.lines().last().unwrap().starts_with("::notice title=perlscan::"), "{what}");
    let notices = text.lines().filter(|line| line.starts_with("::notice")).count();
    assert!(notices <= 10, "{what}: the last notice would not be shown");
}
