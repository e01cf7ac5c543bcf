//! Every format over reports made by hand: the committed outputs, which were
//! read against the design, and the properties that must hold of all outputs.
//!
//! `PERLSCAN_BLESS=1` writes the outputs anew; read the difference before it
//! is committed.

#![allow(clippy::disallowed_methods, reason = "expected outputs are files")]
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may fail by them")]

#[path = "report/sample.rs"]
mod sample;

use std::collections::BTreeSet;
use std::path::Path;

use perlscan_scanner::model::severity::Severity;
use perlscan_scanner::report::plain::{is_hidden, plain};
use perlscan_scanner::report::sarif::Sarif;
use perlscan_scanner::report::{EmitOptions, Emitter as _, FORMATS, Format, Report};
use serde_json::Value;

fn emit(format: &str, report: &Report, options: &EmitOptions) -> String {
    let format = Format::find(format).expect("a registered format");
    let mut out = Vec::new();
    format.emitter(options).emit(report, &mut out).expect("a vector takes all bytes");
    String::from_utf8(out).expect("every format writes UTF-8")
}

fn text(report: &Report, options: &EmitOptions) -> String {
    emit("table", report, options)
}

fn json(format: &str, report: &Report) -> Value {
    serde_json::from_str(&emit(format, report, &EmitOptions::default())).expect("valid JSON")
}

/// The ways of the table that have an expected output of their own.
fn table_variants() -> [(&'static str, EmitOptions); 4] {
    let plain = EmitOptions::default();
    [
        ("", plain.clone()),
        ("-narrow", EmitOptions { width: 60, ..plain.clone() }),
        ("-verbose", EmitOptions { verbose: true, ..plain.clone() }),
        ("-quiet", EmitOptions { quiet: true, ..plain }),
    ]
}

#[test]
fn outputs_are_as_committed() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../test-corpus/report");
    let bless = std::env::var_os("PERLSCAN_BLESS").is_some();
    let mut known = BTreeSet::new();
    let mut check = |name: String, actual: String| {
        let path = folder.join(&name);
        if bless {
            std::fs::create_dir_all(&folder).unwrap();
            std::fs::write(&path, &actual).unwrap();
        }
        let expected = std::fs::read_to_string(&path).unwrap_or_default();
        assert_eq!(actual, expected, "{name} differs from what is committed");
        known.insert(name);
    };
    for (name, report) in sample::all() {
        for (variant, options) in table_variants() {
            check(format!("{name}{variant}.txt"), text(&report, &options));
        }
        for (format, ending) in
            [("tap", "tap"), ("junit", "xml"), ("markdown", "md"), ("github", "github")]
        {
            check(format!("{name}.{ending}"), emit(format, &report, &EmitOptions::default()));
        }
        for format in ["json", "jsonl", "sarif"] {
            check(format!("{name}.{format}"), emit(format, &report, &EmitOptions::default()));
        }
    }
    let found: BTreeSet<String> = std::fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name != "README.md")
        .collect();
    assert_eq!(found, known, "a file that no sample makes, or one that is missing");
}

/// All samples, and one of many findings.
fn reports() -> Vec<(&'static str, Report)> {
    let mut reports = sample::all();
    reports.push(("many", sample::many(1_000)));
    reports
}

#[test]
fn ten_thousand_findings_are_all_there() {
    let report = sample::many(10_000);
    let table = text(&report, &EmitOptions::default());
    assert_eq!(table.matches("CVE-2026-").count(), 10_000 + 1 /* the next step */);
    let lines = emit("jsonl", &report, &EmitOptions::default());
    assert_eq!(lines.lines().count(), 10_000 + 3);
}

#[test]
fn the_table_never_shows_a_hidden_character() {
    for (name, report) in reports() {
        for (_, options) in table_variants() {
            let text = text(&report, &options);
            assert!(!text.contains(|c| c != '\n' && is_hidden(c)), "{name}");
            let coloured = self::text(&report, &EmitOptions { colour: true, ..options });
            assert_eq!(without_colour(&coloured), text, "{name}: colour changes the text");
        }
    }
}

/// The text without the sequences of colour, which are all of the form `ESC[…m`.
fn without_colour(text: &str) -> String {
    let mut parts = text.split("\u{1b}[");
    let mut plain = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (codes, rest) = part.split_once('m').expect("a sequence of colour");
        assert!(codes.bytes().all(|b| b.is_ascii_digit() || b == b';'), "{codes:?}");
        plain.push_str(rest);
    }
    plain
}

#[test]
fn no_line_of_the_table_is_too_long_unless_one_word_is() {
    for (name, report) in reports() {
        for (_, options) in table_variants() {
            for line in text(&report, &options).lines() {
                assert_eq!(line, line.trim_end(), "{name}");
                let long = line.chars().count() > options.width;
                // What can't be broken is a word after an indent or a label.
                let words = line.split_whitespace().collect::<Vec<_>>();
                let last = words.last().map_or(0, |word| word.chars().count());
                let before = line.chars().count() - last;
                assert!(!long || words.len() == 1 || before <= 30, "{name}: {line}");
            }
        }
    }
}

/// The output's words in one line, however they were wrapped; a line that would
/// begin a workflow command begins with `./` instead.
fn flat(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ").replace("./::", "::")
}

#[test]
fn the_table_shows_every_id_version_place_and_advice() {
    for (name, report) in reports() {
        let verbose = EmitOptions { verbose: true, ..EmitOptions::default() };
        let shown = flat(&text(&report, &verbose));
        let has = |wanted: &str| {
            let wanted = flat(&plain(wanted));
            assert!(shown.contains(&wanted), "{name}: '{wanted}' is missing in\n{shown}");
        };
        for finding in report.findings.iter().take(300) {
            has(finding.public_id());
            has(finding.dist.as_str());
            has(&finding.version);
            match &finding.suppressed {
                Some(reason) => has(reason),
                None => {
                    has(&finding.id);
                    has(&finding.advice);
                    finding.aliases.iter().for_each(|id| has(id));
                    finding.notes.iter().for_each(|note| has(note));
                    for evidence in &finding.evidence {
                        has(&String::from_utf8_lossy(evidence.location.path.file_name())
                            .replace('\u{fffd}', ""));
                        has(evidence.origin.word());
                    }
                }
            }
        }
        for remark in &report.remarks {
            has(&remark.message);
            has(remark.kind.rule());
        }
        for problem in &report.problems {
            has(&problem.message);
        }
        for excluded in &report.coverage.excluded {
            has(&excluded.to_text());
        }
        has("2026-08-16");
        has(&report.database.source);
    }
}

#[test]
fn the_default_table_counts_what_it_does_not_list_and_quiet_keeps_what_was_removed() {
    let reports = sample::all();
    let report = |name| &reports.iter().find(|(n, _)| *n == name).unwrap().1;
    let default = flat(&text(report("findings"), &EmitOptions::default()));
    for wanted in [
        "2 distributions whose floor is too low",
        "DBI any version 2 advisories cpanfile:3 → require at least 2.04",
        "1 finding is suppressed",
        "only our own files are loaded",
        "3 findings in 2 distributions fail the run; reported besides: 3 floors too low",
        "perlscan explain CVE-2026-10002",
        "1,001 advisories on 418 distributions, of 2026-08-16 (62f1f98, embedded)",
        "via Plack 1.0047 → IO-Compress 2.084",
    ] {
        assert!(default.contains(wanted), "'{wanted}' is missing in\n{default}");
    }
    assert!(!default.contains("CVE-2026-10005"), "a floor is listed without --verbose");
    let quiet = EmitOptions { quiet: true, ..EmitOptions::default() };
    let shown = flat(&text(report("projects"), &quiet));
    assert!(shown.contains("Excluded 2 paths by --exclude and .perlscanignore: old/cpanfile, tmp"));
    for absent in ["Database", "Judged", "Skipped"] {
        assert!(!shown.contains(absent), "{absent}");
    }
    let shown = flat(&text(report("problems"), &quiet));
    assert!(shown.contains("permission denied") && !shown.contains("required twice"));
    assert_eq!(text(report("empty"), &quiet), "");
    let from_app = flat(&text(report("projects"), &EmitOptions::default()));
    for wanted in [
        "Project . (no lock)",
        "Project worker (judged by the lock ../cpanfile.snapshot)",
        "Project ../t/data (test fixture, does not fail the run)",
        "3 more places (--verbose lists)",
        "--perl-version 5.36",
        "5 direct requirements judged by range; transitive dependencies not known",
        "My::Own::Module",
        "30 days old or older",
    ] {
        assert!(from_app.contains(wanted), "'{wanted}' is missing in\n{from_app}");
    }
}

#[test]
fn columns_of_findings_line_up() {
    let reports = sample::all();
    let (_, report) = reports.iter().find(|(name, _)| *name == "findings").unwrap();
    let text = text(report, &EmitOptions { width: 140, ..EmitOptions::default() });
    let column = |needle: &str| {
        let line = text.lines().find(|line| line.contains(needle)).unwrap();
        line.find(needle).unwrap()
    };
    assert_eq!(column("CVE-2026-10001"), column("CVE-2026-10002"));
    assert_eq!(column("CVE-2026-10001"), column("CPANSA-libwww-perl-2026-02"));
    assert_eq!(column("fixed in 6.68"), column("no fix stated"));
}

#[test]
fn json_carries_hostile_texts_unchanged_and_without_hidden_characters() {
    for (name, report) in reports() {
        for format in FORMATS.iter().filter(|format| format.name != "table") {
            let text = emit(format.name, &report, &EmitOptions::default());
            assert!(!text.contains(|c| c != '\n' && is_hidden(c)), "{name}, {}", format.name);
            assert!(text.ends_with('\n'));
        }
    }
    let (_, report) = sample::all().pop().unwrap();
    let document = json("json", &report);
    let finding = &document["findings"][0];
    assert_eq!(finding["version"], sample::HOSTILE);
    assert_eq!(finding["suppressed"], Value::Null);
    assert_eq!(document["findings"][1]["suppressed"]["reason"], sample::HOSTILE);
    assert_eq!(finding["project"], "caf%E9 %2541");
    assert_eq!(finding["project_is_encoded"], true);
    assert_eq!(finding["locations"][0]["path_is_encoded"], true);
    assert_eq!(document["outcome"]["exit_code"], 2);
    assert_eq!(document["outcome"]["findings_fail"], true);
}

#[test]
fn json_lines_name_what_they_hold_and_agree_with_json() {
    for (name, report) in reports() {
        let document = json("json", &report);
        let lines: Vec<Value> = emit("jsonl", &report, &EmitOptions::default())
            .lines()
            .map(|line| serde_json::from_str(line).expect("one object a line"))
            .collect();
        let of = |kind: &str| -> Vec<&Value> {
            lines.iter().filter(|line| line["kind"] == kind).map(|line| &line[kind]).collect()
        };
        assert_eq!(lines.first().unwrap()["kind"], "report", "{name}");
        assert_eq!(lines.last().unwrap()["kind"], "summary", "{name}");
        for kind in ["project", "finding", "remark", "problem"] {
            let list = &format!("{kind}s");
            let expected: Vec<&Value> = document[list].as_array().unwrap().iter().collect();
            assert_eq!(of(kind), expected, "{name}");
            assert_eq!(of("summary")[0][list], expected.len(), "{name}");
        }
        assert_eq!(of("report")[0]["database"], document["database"]);
        assert_eq!(of("summary")[0]["outcome"], document["outcome"]);
        assert_eq!(of("summary")[0]["coverage"], document["coverage"]);
    }
}

#[test]
fn sarif_keeps_what_code_scanning_asks_for() {
    for (name, report) in reports() {
        let log = json("sarif", &report);
        let run = &log["runs"][0];
        let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
        let ids: BTreeSet<&str> = rules.iter().map(|rule| rule["id"].as_str().unwrap()).collect();
        assert_eq!(ids.len(), rules.len(), "{name}: a rule stands twice");
        for rule in rules {
            let characters = |value: &Value| value.as_str().map_or(0, |text| text.chars().count());
            assert!(characters(&rule["name"]) <= 255);
            assert!((1..=1024).contains(&characters(&rule["fullDescription"]["text"])));
            assert!(rule["properties"]["tags"].as_array().unwrap().len() <= 10);
            let uri = rule["helpUri"].as_str().unwrap();
            assert!(uri.starts_with("https://"), "{uri}");
            let markdown = rule["help"]["markdown"].as_str().unwrap();
            assert!(!markdown.contains("<script") && !markdown.contains("[click]("), "{markdown}");
            assert!(!markdown.contains("javascript:"));
        }
        let results = run["results"].as_array().unwrap();
        let failing = report.remarks.iter().filter(|remark| remark.fails).count();
        let gone = report.removed().len();
        assert_eq!(results.len(), report.findings.len() + failing + gone, "{name}");
        let states =
            |state: &str| results.iter().filter(|result| result["baselineState"] == state).count();
        let found = ["new", "updated", "unchanged", "absent"].map(states);
        let compared = report.change.is_some();
        assert_eq!(found.iter().sum::<usize>(), if compared { results.len() } else { 0 }, "{name}");
        assert_eq!(found[3], gone, "{name}");
        for result in results.iter().filter(|result| result["baselineState"] == "absent") {
            assert!(result["suppressions"][0]["justification"].is_string(), "it would be an alert");
        }
        let mut fingerprints = BTreeSet::new();
        for result in results {
            let index = result["ruleIndex"].as_u64().unwrap() as usize;
            assert_eq!(rules[index]["id"], result["ruleId"]);
            let locations = result["locations"].as_array().unwrap();
            assert_eq!(locations.len(), 1);
            let place = &locations[0]["physicalLocation"];
            let uri = place["artifactLocation"]["uri"].as_str().unwrap();
            assert!(!uri.starts_with(['.', '/']) && !uri.contains(':') && uri.is_ascii(), "{uri}");
            let region = &place["region"];
            assert_eq!(region["startLine"], region["endLine"]);
            assert!(region["startLine"].as_u64() >= Some(1));
            let print = result["partialFingerprints"]["primaryLocationLineHash"].as_str().unwrap();
            assert!(fingerprints.insert(print.to_owned()), "{name}: two results are one alert");
        }
        let invocation = &run["invocations"][0];
        assert_eq!(invocation["executionSuccessful"], !report.outcome.incomplete);
        assert_eq!(invocation["exitCode"], report.outcome.exit_code());
        assert_eq!(run["automationDetails"]["id"], "perlscan/default/");
    }
}

#[test]
fn sarif_levels_follow_severity_and_verdict() {
    let levels = |name: &str| -> Vec<(String, String, Value)> {
        let reports = sample::all();
        let (_, report) = reports.iter().find(|(n, _)| *n == name).unwrap();
        let log = json("sarif", report);
        let run = &log["runs"][0];
        let mut levels: Vec<(String, String, Value)> = run["results"]
            .as_array()
            .unwrap()
            .iter()
            .map(|result| {
                let rule =
                    &run["tool"]["driver"]["rules"][result["ruleIndex"].as_u64().unwrap() as usize];
                (
                    result["ruleId"].as_str().unwrap().to_owned(),
                    result["level"].as_str().unwrap().to_owned(),
                    rule["properties"]["security-severity"].clone(),
                )
            })
            .collect();
        levels.sort_by(|a, b| (&a.0, &a.1).cmp(&(&b.0, &b.1)));
        levels
    };
    let expect = |rows: &[(&str, &str, Option<&str>)]| -> Vec<(String, String, Value)> {
        rows.iter()
            .map(|(id, level, score)| {
                ((*id).to_owned(), (*level).to_owned(), score.map_or(Value::Null, Value::from))
            })
            .collect()
    };
    assert_eq!(
        levels("findings"),
        expect(&[
            ("CPANSA-libwww-perl-2026-02", "warning", None),
            ("CVE-2026-10001", "error", Some("8.0")),
            ("CVE-2026-10002", "error", Some("9.5")),
            ("CVE-2026-10004", "warning", Some("5.5")),
            ("CVE-2026-10005", "warning", Some("5.5")),
            ("CVE-2026-10006", "warning", Some("5.5")),
            ("CVE-2026-10009", "warning", Some("5.5")),
        ])
    );
    assert_eq!(
        levels("projects"),
        expect(&[
            ("CVE-2026-20001", "note", Some("2.0")),
            ("CVE-2026-20001", "note", Some("2.0")),
            ("CVE-2026-20002", "note", None),
            ("CVE-2026-20003", "note", Some("5.5")),
        ])
    );
}

#[test]
fn sarif_says_what_it_cut_and_merges_what_is_one_alert() {
    let report = sample::many(1_100);
    let emitter = Sarif::default().with_result_limit(1_000);
    let mut out = Vec::new();
    emitter.emit(&report, &mut out).unwrap();
    let log: Value = serde_json::from_slice(&out).unwrap();
    let run = &log["runs"][0];
    let results = run["results"].as_array().unwrap();
    assert_eq!(results.len(), 1_000);
    let grave = results.iter().filter(|result| result["level"] == "error").count();
    assert_eq!(grave, 110, "a grave result was cut");
    let said = run["invocations"][0]["toolExecutionNotifications"].to_string();
    assert!(said.contains("100 results were cut"), "{said}");
    assert!(said.contains("1,000 are here"), "{said}");

    let mut twin = sample::finding("Foo", "1.0", "CVE-2026-1", Severity::Low);
    twin.id = "CPANSA-Foo-2026-2".to_owned();
    twin.evidence[0].location = sample::at("other", 3);
    let first = sample::finding("Foo", "1.0", "CVE-2026-1", Severity::Low);
    let report = sample::report(vec![sample::project("")], vec![first, twin]);
    let log = json("sarif", &report);
    let results = log["runs"][0]["results"].as_array().unwrap();
    assert_eq!(results.len(), 1);
    let related = &results[0]["relatedLocations"][0];
    assert_eq!(related["physicalLocation"]["artifactLocation"]["uri"], "other");
}

#[test]
fn a_category_can_be_given_and_can_do_no_harm() {
    let (_, report) = sample::all().swap_remove(0);
    let id = |category: &str| {
        let options = EmitOptions { category: category.to_owned(), ..EmitOptions::default() };
        let log: Value = serde_json::from_str(&emit("sarif", &report, &options)).unwrap();
        log["runs"][0]["automationDetails"]["id"].as_str().unwrap().to_owned()
    };
    assert_eq!(id("nightly/app"), "perlscan/nightly/app/");
    assert_eq!(id("/a b\u{202e}/"), "perlscan/a-b-/");
    assert_eq!(id(""), "perlscan/default/");
}

#[test]
fn the_fingerprint_stays_when_lines_move_and_versions_rise() {
    let print = |finding| {
        let report = sample::report(vec![sample::project("")], vec![finding]);
        let sarif = json("sarif", &report)["runs"][0]["results"][0]["partialFingerprints"]
            ["primaryLocationLineHash"]
            .as_str()
            .unwrap()
            .to_owned();
        let own = json("json", &report)["findings"][0]["fingerprint"].as_str().unwrap().to_owned();
        assert_eq!(sarif, format!("{own}:1"));
        own
    };
    let before = sample::finding("Foo", "1.0", "CVE-2026-1", Severity::Low);
    let mut after = before.clone();
    after.version = "1.1".to_owned();
    after.evidence[0].location = sample::at("cpanfile.snapshot", 99);
    // sha256sum of "CVE-2026-1\nFoo\n", its first 32 digits.
    assert_eq!(print(before.clone()), FOO);
    assert_eq!(print(after), FOO);
    let mut elsewhere = before;
    elsewhere.project = "sub".into();
    assert_ne!(print(elsewhere), FOO);
}

const FOO: &str = "ea1dbd8183c23d0b70b97c472c99c74a";
