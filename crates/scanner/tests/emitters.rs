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

#[path = "report/odd.rs"]
mod odd;
#[path = "report/runner.rs"]
mod runner;
#[path = "report/sample.rs"]
mod sample;

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use perlscan_scanner::model::problem::ProblemKind;
use perlscan_scanner::model::severity::Severity;
use perlscan_scanner::report::plain::{is_hidden, plain};
use perlscan_scanner::report::{EmitOptions, FORMATS, Format, Report};

fn emit(format: &Format, report: &Report) -> String {
    let mut out = Vec::new();
    format.emitter(&EmitOptions::default()).emit(report, &mut out).expect("a vector takes all");
    String::from_utf8(out).expect("every format writes UTF-8")
}

fn reports() -> Vec<(&'static str, Report)> {
    sample::all().into_iter().chain(odd::all()).collect()
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
            if format.name != "github" {
                for line in text.lines() {
                    let command = runner::command(line);
                    assert!(command.is_none(), "{what}: {line}: {command:?}");
                }
            }
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

/// How long a format takes grows as the report does. Four times the findings may
/// take ten times as long, since the machine does other things too; what is
/// quadratic takes sixteen times as long.
#[test]
fn time_is_linear_in_the_findings() {
    let quickest = |format: &Format, report: &Report| -> Duration {
        let times = (0..3).map(|_| {
            let started = Instant::now();
            let length = emit(format, report).len();
            assert!(length > 0);
            started.elapsed()
        });
        times.min().unwrap()
    };
    let (few, many) = (sample::many(1_000), sample::many(4_000));
    for format in FORMATS {
        let (short, long) = (quickest(format, &few), quickest(format, &many));
        assert!(
            long < short * 10 + Duration::from_millis(5),
            "{}: {short:?}, {long:?}",
            format.name
        );
    }
}

/// GitHub shows ten annotations of a kind: the worst of each sort are among them.
#[test]
fn the_gravest_annotations_come_first() {
    let mut report = sample::many(40);
    report.findings.reverse();
    let (_, problems) = sample::all().into_iter().find(|(name, _)| *name == "problems").unwrap();
    for _ in 0..20 {
        report.problems.extend(problems.problems.clone());
    }
    report.outcome.incomplete = true;
    let text = emit(Format::find("github").unwrap(), &report);
    let commands: Vec<_> = text.lines().map(|line| runner::command(line).unwrap()).collect();
    let errors: Vec<_> = commands.iter().filter(|command| command.word == "error").collect();
    assert_eq!(errors.len(), 40 + 40);
    assert_eq!(errors[0].properties["title"], "not read");
    for error in &errors[1..5] {
        assert!(error.properties["title"].ends_with("(critical)"), "{error:?}");
    }
    assert!(errors[40].properties["title"].contains("CVE-2026-"), "a finding comes too late");
    let notice = commands.iter().find(|command| command.word == "notice").unwrap();
    assert!(notice.data.contains("80 errors, 0 warnings and 41 notices"), "{}", notice.data);
}

/// What a table of Markdown cuts is what is least grave.
#[test]
fn markdown_keeps_the_gravest_rows() {
    let text = emit(Format::find("markdown").unwrap(), &sample::many(10_000));
    assert_eq!(text.matches("| critical |").count(), 1_000);
    assert!(text.contains("rows were cut") && text.matches("| low |").count() > 0);
}

/// More than code scanning takes: the gravest are kept, and the rest is told.
#[test]
fn sarif_keeps_the_limits_of_code_scanning() {
    let sarif = Format::find("sarif").unwrap();
    let mut report = sample::many(25_100);
    let (_, remarks) = sample::all().into_iter().find(|(name, _)| *name == "remarks").unwrap();
    report.remarks = remarks.remarks;
    // One with more places than a result may have, found by a way that is too long.
    let worst = report.findings.last_mut().unwrap();
    worst.severity = Severity::Critical;
    worst.evidence = (1..=1_500)
        .map(|line| {
            let mut one = worst.evidence[0].clone();
            one.location = sample::at("cpanfile.snapshot", line);
            one
        })
        .collect();
    let log: serde_json::Value = serde_json::from_str(&emit(sarif, &report)).unwrap();
    let run = &log["runs"][0];
    let results = run["results"].as_array().unwrap();
    assert_eq!(results.len(), 25_000);
    assert!(run["tool"]["driver"]["rules"].as_array().unwrap().len() <= 25_000);
    let grave = results.iter().take_while(|result| result["level"] == "error").count();
    assert_eq!(grave, 2_511, "the gravest ones come first and none of them is cut");
    let of = |result: &serde_json::Value, key: &str| result[key].as_array().map_or(0, Vec::len);
    let places = |result| of(result, "locations") + of(result, "relatedLocations");
    assert_eq!(results.iter().map(places).max(), Some(1_000));
    let said = run["invocations"][0]["toolExecutionNotifications"].to_string();
    // 100 findings and the two remarks that fail the run.
    for wanted in ["102 results were cut", "25,000 are here", "shows 5,000 results of a run"] {
        assert!(said.contains(wanted), "{wanted}: {said}");
    }
}

/// Failing findings and remarks, and what makes the run incomplete.
fn failures(report: &Report) -> (usize, usize) {
    let findings = report.findings.iter().filter(|f| f.fails && f.suppressed.is_none()).count();
    let failing = findings + report.remarks.iter().filter(|r| r.fails).count();
    if !report.outcome.incomplete {
        return (failing, 0);
    }
    let lost = lost(report).count();
    (failing, lost + usize::from(report.database.too_old || lost == 0))
}

fn lost(report: &Report) -> impl Iterator<Item = &perlscan_scanner::model::problem::Problem> {
    report.problems.iter().filter(|problem| problem.kind == ProblemKind::Lost)
}

/// TAP 13: a version, tests in their order, comments, YAML blocks, one plan.
fn tap(text: &str, report: &Report, what: &str) {
    let mut lines = text.lines();
    assert_eq!(lines.next(), Some("TAP version 13"), "{what}");
    let (mut number, mut failed, mut plans, mut in_yaml) = (0, 0, 0, false);
    for line in lines {
        if in_yaml {
            in_yaml = line != "  ...";
            assert!(!in_yaml || yaml(line), "{what}: {line}");
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

/// A key of ours, with a text in single quotes or a list below it.
fn yaml(line: &str) -> bool {
    let Some((key, value)) = line.strip_prefix("  ").and_then(|line| line.split_once(": ")) else {
        return line == "  places:";
    };
    let key = key.strip_prefix("  ").map_or(key, |key| key.trim_start_matches(['-', ' ']));
    let Some(quoted) = value.strip_prefix('\'').and_then(|value| value.strip_suffix('\'')) else {
        return false;
    };
    !quoted.replace("''", "").contains('\'') && key.bytes().all(|b| b.is_ascii_lowercase())
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
    let (failing, errors) = failures(report);
    assert_eq!(text.matches("<failure ").count(), failing, "{what}");
    // Several problems of one file are one case.
    let files: BTreeSet<_> = lost(report).map(|one| one.location.path.clone()).collect();
    let merged = if report.outcome.incomplete { lost(report).count() - files.len() } else { 0 };
    assert_eq!(text.matches("<error ").count(), errors - merged, "{what}");
    let mut cases = BTreeSet::new();
    let mut suite = "";
    for line in text.lines().map(str::trim) {
        if line.starts_with("<testsuite ") {
            suite = line;
        }
        if let Some(case) = line.strip_prefix("<testcase ") {
            let case = case.trim_end_matches(['/', '>']);
            assert!(cases.insert((suite, case)), "{what}: two cases of one name: {case}");
        }
    }
}

/// Every `&` begins one of XML's five references.
fn references(text: &str, what: &str) {
    for part in text.split('&').skip(1) {
        let name = part.split(';').next().unwrap();
        assert!(["amp", "lt", "gt", "quot", "apos", "#58"].contains(&name), "{what}: &{part}");
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
    assert!(!what.starts_with("many as") || text.contains("rows were cut"), "{what}");
}

/// Every line is one command, and says what it should when the runner has read it.
fn github(text: &str, report: &Report, what: &str) {
    let mut files = BTreeSet::new();
    let (mut errors, mut notices) = (0, Vec::new());
    for line in text.lines() {
        let command = runner::new_style(line).expect(line);
        let word = command.word.as_str();
        assert!(["error", "warning", "notice"].contains(&word), "{what}: {line}");
        errors += usize::from(word == "error");
        for (key, value) in &command.properties {
            assert!(["file", "line", "col", "title"].contains(&key.as_str()), "{what}: {line}");
            assert!(!["line", "col"].contains(&key.as_str()) || value.parse::<u32>().unwrap() >= 1);
        }
        assert!(command.properties.contains_key("title"), "{what}: {line}");
        // The runner cuts messages there.
        assert!(command.data.chars().count() <= 4096, "{what}: {line}");
        if word == "notice" {
            notices.push(command.properties["title"].clone());
        }
        files.extend(command.properties.get("file").cloned());
    }
    for finding in report.findings.iter().filter(|finding| finding.suppressed.is_none()) {
        let Some(first) = finding.evidence.first() else { continue };
        let path = first.location.path.to_text();
        let path = plain(&path);
        let path = if path.starts_with('=') { format!("./{path}") } else { path.into_owned() };
        assert!(path.trim().is_empty() || files.contains(&path), "{what}: '{path}' is no file");
    }
    let (findings, incomplete) = failures(report);
    assert_eq!(errors, findings + incomplete, "{what}");
    assert_eq!(notices.first().map(String::as_str), Some("perlscan"), "{what}: no account");
}
