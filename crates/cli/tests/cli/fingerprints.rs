//! An alert of code scanning stays the same one while files change around it.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::support::{project, run};

const CPANFILE: &str = "requires 'Mojolicious', '>= 9.0';\n";

fn snapshot(version: &str) -> String {
    format!(
        "# carton snapshot format: version 1.0\nDISTRIBUTIONS\n  Mojolicious-{version}\n    \
         pathname: S/SR/SRI/Mojolicious-{version}.tar.gz\n    provides:\n      \
         Mojolicious {version}\n    requirements:\n      perl 5.016\n"
    )
}

/// The fingerprint and the first line of each result, by rule.
fn alerts(folder: &Path) -> BTreeMap<String, (String, u64)> {
    let output = run(folder, &[".", "-f", "sarif"]);
    let log: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let results = log["runs"][0]["results"].as_array().expect("results").clone();
    let count = results.len();
    let alerts: BTreeMap<_, _> = results
        .iter()
        .map(|result| {
            let text = |value: &Value| value.as_str().expect("a text").to_owned();
            let print = text(&result["partialFingerprints"]["primaryLocationLineHash"]);
            let line = &result["locations"][0]["physicalLocation"]["region"]["startLine"];
            (text(&result["ruleId"]), (print, line.as_u64().expect("a line")))
        })
        .collect();
    assert_eq!(alerts.len(), count, "a rule has two results");
    alerts
}

fn prints(alerts: &BTreeMap<String, (String, u64)>) -> Vec<(&String, &String)> {
    alerts.iter().map(|(rule, (print, _))| (rule, print)).collect()
}

#[test]
fn an_alert_stays_itself_when_lines_move_and_a_vulnerable_release_is_raised() {
    let folder = project(&[("cpanfile", CPANFILE), ("cpanfile.snapshot", &snapshot("9.19"))]);
    let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).expect("a file");
    let before = alerts(folder.path());
    assert!(before.len() >= 3, "{before:?}");
    let different: std::collections::BTreeSet<_> =
        before.values().map(|(print, _)| print).collect();
    assert_eq!(different.len(), before.len(), "two alerts have one fingerprint");

    write("cpanfile", &format!("# The web.\nrequires 'Local::Thing';\n\n{CPANFILE}"));
    let moved = alerts(folder.path());
    assert_eq!(prints(&moved), prints(&before));
    for (rule, (_, line)) in &moved {
        assert_eq!(*line, before[rule].1 + 3, "{rule}");
    }

    // Still below all of the fixes.
    write("cpanfile.snapshot", &snapshot("9.21"));
    assert_eq!(prints(&alerts(folder.path())), prints(&before));

    // Another line is the first one; the release is known by the lock alone.
    write("cpanfile", "requires 'Local::Thing';\n");
    assert_eq!(prints(&alerts(folder.path())), prints(&before));

    // Some are mended: the others stay what they were.
    write("cpanfile.snapshot", &snapshot("9.40"));
    let fewer = alerts(folder.path());
    assert!(!fewer.is_empty() && fewer.len() < before.len(), "{fewer:?}");
    for (rule, (print, _)) in &fewer {
        assert_eq!(before[rule].0, *print);
    }

    // In another project it is another alert.
    let other = project(&[("x/cpanfile", CPANFILE), ("x/cpanfile.snapshot", &snapshot("9.19"))]);
    for (rule, (print, _)) in alerts(other.path()) {
        assert_ne!(before[&rule].0, print);
    }
}

/// Every place of a report on a real project is one that code scanning can show,
/// and a way to a release ends at that release.
#[test]
fn places_are_relative_and_ways_end_at_the_release() {
    let output = run(&crate::support::shop(), &[".", "-f", "sarif"]);
    let log: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let mut ways = 0;
    for result in log["runs"][0]["results"].as_array().expect("results") {
        let place = &result["locations"][0]["physicalLocation"];
        let uri = place["artifactLocation"]["uri"].as_str().expect("a uri");
        assert!(!uri.starts_with("./") && !uri.starts_with('/') && !uri.contains(':'), "{uri}");
        assert_eq!(place["region"]["startLine"], place["region"]["endLine"]);
        let Some(flow) = result["codeFlows"].get(0) else { continue };
        ways += 1;
        let steps = flow["threadFlows"][0]["locations"].as_array().expect("steps");
        let said = |at: usize| steps[at]["location"]["message"]["text"].as_str().expect("a text");
        assert_eq!((steps.len(), said(0), said(1)), (2, "Net-OAuth 0.28", "libwww-perl 6.67"));
    }
    assert_eq!(ways, 1);
}
