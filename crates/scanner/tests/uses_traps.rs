//! Lexical traps: `test-corpus/uses/traps.txt` says for each piece of Perl which
//! modules it loads. The second test has perl itself say the same.

#![allow(missing_docs, reason = "a test")]
#![allow(clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]
#![allow(clippy::disallowed_methods, reason = "it reads the corpus and starts the peer")]
#![allow(clippy::print_stdout, reason = "a skip and the counts are printed")]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use perlscan_scanner::perl::reading;

fn corpus() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../test-corpus/uses")
}

struct Case {
    name: String,
    expected: BTreeSet<String>,
    /// A known limit: we say something else.
    is_missed: bool,
    code: Vec<u8>,
}

fn cases() -> Vec<Case> {
    let text = std::fs::read_to_string(corpus().join("traps.txt")).expect("the cases");
    let cases = text.split("#### ").skip(1).map(|case| {
        let (head, code) = case.split_once('\n').expect("a head and code");
        let (name, expected) = head.split_once(':').expect("a name and modules");
        let (name, options) = name.split_once(" [").unwrap_or((name, ""));
        let code = code.strip_suffix("\n\n").map_or(code.to_owned(), |code| format!("{code}\n"));
        let code = if options.contains("crlf") { code.replace('\n', "\r\n") } else { code };
        let mut code = if options.contains("bare") { code.trim_end().to_owned() } else { code };
        if options.contains("bom") {
            code.insert(0, '\u{feff}');
        }
        Case {
            name: name.to_owned(),
            is_missed: options.contains("missed"),
            expected: expected.split_whitespace().map(str::to_owned).collect(),
            code: code.into_bytes(),
        }
    });
    cases.collect()
}

#[test]
fn every_trap_is_seen() {
    let cases = cases();
    assert!(cases.len() >= 250, "{} cases", cases.len());
    let mut failures = Vec::new();
    for case in &cases {
        let reading = reading::read(&case.code);
        let found: BTreeSet<String> = reading
            .loads
            .iter()
            .map(|load| load.module.to_string())
            .filter(|module| module.starts_with('X'))
            .collect();
        if case.is_missed {
            assert_ne!(found, case.expected, "{}: it is no longer missed", case.name);
            continue;
        }
        if found != case.expected {
            failures.push(format!("{}: {found:?}, not {:?}", case.name, case.expected));
        }
        if !reading.faults.is_empty() {
            failures.push(format!("{}: {:?}", case.name, reading.faults));
        }
    }
    assert!(failures.is_empty(), "{} of {}\n{}", failures.len(), cases.len(), failures.join("\n"));
}

#[test]
fn perl_says_the_same() {
    let output = Command::new("perl")
        .arg(corpus().join("traps.pl"))
        .arg(corpus().join("traps.txt"))
        .output();
    // `signatures`, `try` and the like are known since 5.34.
    let is_new = Command::new("perl").args(["-e", "use v5.34"]).status();
    match output {
        Ok(output) if is_new.is_ok_and(|status| status.success()) => {
            let said = String::from_utf8_lossy(&output.stdout).into_owned();
            assert!(output.status.success(), "{said}");
            println!("{said}");
        }
        _ => {
            let required = std::env::var("PERLSCAN_REQUIRE_PEERS").is_ok_and(|v| v == "1");
            assert!(!required, "perl 5.34 or newer is required");
            println!("SKIPPED: perl 5.34 or newer does not run here");
        }
    }
}
