//! Words, exit codes and manners.

use std::io::Write as _;
use std::process::Stdio;

use serde_json::Value;

use crate::support::{LOST, SAFE, VULNERABLE, code, perlscan, project, run, shop, stderr, stdout};
#[test]
fn exit_codes() {
    let clean = project(&[("cpanfile", SAFE)]);
    assert_eq!(code(&run(clean.path(), &["."])), 0);
    let vulnerable = project(&[("cpanfile", VULNERABLE)]);
    assert_eq!(code(&run(vulnerable.path(), &["."])), 1);
    let lost = project(&[("cpanfile", LOST)]);
    assert_eq!(code(&run(lost.path(), &["."])), 2);
    assert_eq!(code(&run(lost.path(), &[".", "--allow-incomplete"])), 0);
    let both = project(&[("cpanfile", VULNERABLE), ("other/cpanfile", LOST)]);
    let output = run(both.path(), &[".", "-f", "json"]);
    assert_eq!(code(&output), 2, "the whole report, and 2");
    let report: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(report["outcome"]["findings_fail"], true);
    assert_eq!(report["outcome"]["incomplete"], true);
    assert_eq!(code(&run(both.path(), &[".", "--allow-incomplete"])), 1);
}

#[test]
fn usage_errors_are_2_and_say_what_to_do() {
    let folder = project(&[]);
    for (args, said) in [
        (vec!["chekc"], "did you mean the command 'check'"),
        (vec!["nowhere"], "neither a path nor a command"),
        (vec![".", "nowhere"], "nowhere"),
        (vec![".", "-o", "report.xyz"], "FORMAT=PATH"),
        (vec![".", "--perl-version", "latest"], "write 5.36"),
        (vec![".", "--phase", "run"], "runtime"),
        (vec![".", "--format", "xml"], "sarif"),
        (vec!["explain", "CVE-1999-0000"], "knows no advisory"),
    ] {
        let output = run(folder.path(), &args);
        assert_eq!(code(&output), 2, "{args:?}");
        assert!(stderr(&output).contains(said), "{args:?}: {}", stderr(&output));
        assert!(output.stdout.is_empty(), "{args:?}: nothing on standard output");
    }
}

#[test]
fn a_command_wins_over_a_folder_of_its_name_and_says_so() {
    let folder = project(&[("check/cpanfile", SAFE)]);
    let output = run(folder.path(), &["check", "Net-OAuth@0.30"]);
    assert!(stderr(&output).contains("perlscan ./check"), "{}", stderr(&output));
    assert_eq!(code(&run(folder.path(), &["./check"])), 0);
}

#[test]
fn nothing_to_scan_is_said_and_fails_only_when_asked() {
    let folder = project(&[("README", "nothing here")]);
    let output = run(folder.path(), &["."]);
    assert_eq!(code(&output), 0);
    assert!(!stdout(&output).is_empty(), "a notice");
    assert_eq!(code(&run(folder.path(), &[".", "--fail-on-empty"])), 2);
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    let mut command = perlscan(&shop());
    let mut child = command
        .args(["check", "-", "-f", "jsonl"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the binary starts");
    drop(child.stdout.take());
    let mut stdin = child.stdin.take().expect("a pipe");
    for _ in 0..20_000 {
        if writeln!(stdin, "Mojolicious 1.0").is_err() {
            break;
        }
    }
    drop(stdin);
    let output = child.wait_with_output().expect("it ends");
    assert!(!stderr(&output).contains("panicked"), "{}", stderr(&output));
    assert_eq!(stderr(&output), "");
}

#[test]
fn completions_are_written_for_every_shell() {
    let folder = project(&[]);
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let output = run(folder.path(), &["completions", shell]);
        assert_eq!(code(&output), 0);
        assert!(stdout(&output).contains("perlscan"), "{shell}");
    }
}

#[test]
fn the_clock_can_be_set_and_only_touches_staleness() {
    let stale = |epoch: &str| {
        let output = perlscan(&shop())
            .args(["-f", "json"])
            .env("SOURCE_DATE_EPOCH", epoch)
            .output()
            .expect("runs");
        let mut report: Value = serde_json::from_slice(&output.stdout).expect("JSON");
        let stale = report["database"]["stale"].take();
        (stale, report)
    };
    let (young, first) = stale("1787000000");
    let (old, second) = stale("1800000000");
    assert_eq!((young, old), (Value::Bool(false), Value::Bool(true)));
    assert_eq!(first, second, "nothing else depends on the clock");
}

/// The embedded data is of 1786890660, 2026-08-16T14:31:00Z.
#[test]
fn age_is_told_and_only_fails_where_a_limit_is_given() {
    let day = 24 * 60 * 60;
    let run = |days: i64, args: &[&str]| {
        let output = perlscan(&shop())
            .args(args)
            .env("SOURCE_DATE_EPOCH", (1_786_890_660 + days * day).to_string())
            .output()
            .expect("runs");
        let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
        (output.status.code(), text(output.stdout), text(output.stderr))
    };
    let (code, shown, _) = run(29, &[]);
    assert!(code == Some(1) && !shown.contains("30 days old"), "{shown}");
    let (code, shown, _) = run(30, &[]);
    let shown = shown.split_whitespace().collect::<Vec<_>>().join(" ");
    let told = "30 days old or older, newer advisories are missing: `perlscan db update`";
    assert!(code == Some(1) && shown.contains(told), "{shown}");
    let (code, shown, _) = run(30, &["-f", "sarif"]);
    let sarif: Value = serde_json::from_str(&shown).expect("JSON");
    let notes = sarif["runs"][0]["invocations"][0]["toolExecutionNotifications"].as_array();
    let stale = notes.expect("notifications").iter().any(|note| {
        note["level"] == "warning"
            && note["message"]["text"].as_str().is_some_and(|text| text.contains("30 days old"))
    });
    assert!(stale && code == Some(1), "{shown}");
    let (code, _, _) = run(7, &["--max-db-age", "1w"]);
    assert_eq!(code, Some(1));
    let (code, shown, told) = run(8, &["--max-db-age", "7d", "-f", "json"]);
    let report: Value = serde_json::from_str(&shown).expect("the whole report is there");
    assert_eq!(code, Some(2));
    assert_eq!(report["database"]["too_old"], true);
    assert_eq!(report["outcome"]["findings_fail"], true);
    assert!(told.contains("run `perlscan db update`"), "{told}");
    let (code, _, told) = run(0, &["--max-db-age", "soon"]);
    assert!(code == Some(2) && told.contains("12h, 7d, 4w"), "{told}");
}
