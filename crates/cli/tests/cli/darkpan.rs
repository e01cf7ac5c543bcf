//! `perlscan darkpan --why`, `--graph` and `darkpan diff` as a user runs them.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::support::{code, run, skipped, stderr, stdout};
use serde_json::{Value, json};
use tempfile::TempDir;

/// An archive of nothing but a META.json.
fn archive(folder: &Path, name: &str, requires: &Value) {
    let meta =
        json!({ "name": "x", "version": "1", "prereqs": { "runtime": { "requires": requires } } });
    let meta = meta.to_string();
    let source = folder.join(name);
    fs::create_dir_all(&source).expect("a folder");
    fs::write(source.join("META.json"), meta).expect("a file");
    let place = folder.join("pan/authors/id/L/LO/LOCAL");
    fs::create_dir_all(&place).expect("a folder");
    let status = Command::new("tar")
        .current_dir(folder)
        .args(["--sort=name", "--mtime=@0", "--owner=0", "--group=0", "-czf"])
        .arg(place.join(format!("{name}.tar.gz")))
        .arg(name)
        .status()
        .expect("tar starts");
    assert!(status.success());
}

fn index(folder: &Path, entries: &[(&str, &str)]) {
    let mut text = format!("File: x\nLine-Count: {}\n\n", entries.len());
    for (module, name) in entries {
        text.push_str(&format!("{module} 1 L/LO/LOCAL/{name}.tar.gz\n"));
    }
    fs::create_dir_all(folder.join("pan/modules")).expect("a folder");
    fs::write(folder.join("pan/modules/02packages.details.txt"), text).expect("a file");
}

/// Shop requires Client, which requires Net-OAuth 0.28 with CVE-2025-22376.
fn mirror() -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    archive(folder.path(), "Net-OAuth-0.28", &json!({}));
    archive(folder.path(), "Client-1.0", &json!({ "Net::OAuth": "0.2" }));
    archive(folder.path(), "Shop-1.5", &json!({ "Client": "0" }));
    let entries =
        [("Net::OAuth", "Net-OAuth-0.28"), ("Client", "Client-1.0"), ("Shop", "Shop-1.5")];
    index(folder.path(), &entries);
    folder
}

/// An index may name a thousand archives that are not there.
#[test]
fn what_one_file_loses_is_listed_so_far_and_counted() {
    let folder = mirror();
    let names: Vec<(String, String)> =
        (10..35).map(|n| (format!("Gone::N{n}"), format!("Gone-N{n}-1"))).collect();
    let entries: Vec<(&str, &str)> = names.iter().map(|(a, b)| (a.as_str(), b.as_str())).collect();
    index(folder.path(), &entries);
    let listed = |text: &str| text.matches("is not in this mirror").count();
    let output = run(folder.path(), &["darkpan", "pan"]);
    // Sentences wrap.
    let text = stdout(&output).split_whitespace().collect::<Vec<_>>().join(" ");
    let more = "5 more of pan/modules/02packages.details.txt [index] (--verbose lists all)";
    assert_eq!((code(&output), listed(&text)), (2, 20), "{text}");
    assert!(text.contains(more) && text.contains("25 inputs were not read"), "{text}");
    let verbose = stdout(&run(folder.path(), &["darkpan", "pan", "--verbose"]));
    let verbose = verbose.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(listed(&verbose) == 25 && !verbose.contains("more of"), "{verbose}");
    assert_eq!(listed(&stdout(&run(folder.path(), &["darkpan", "pan", "-f", "json"]))), 25);
}

#[test]
fn why_is_answered_for_people_and_programs() {
    let folder = mirror();
    let output = run(folder.path(), &["darkpan", "pan", "--why", "Net-OAuth"]);
    let text = stdout(&output);
    assert_eq!(code(&output), 0, "{text}{}", stderr(&output));
    for part in [
        "Net-OAuth 0.28 (indexed) pan/authors/id/L/LO/LOCAL/Net-OAuth-0.28.tar.gz",
        "vulnerable: CVE-2025-22376",
        "2 archives need it at runtime (1 directly)",
        "Client 1.0  Net::OAuth >= 0.2  runtime  META.json:1",
        "Shop 1.5 → Client 1.0 → Net-OAuth 0.28",
    ] {
        assert!(text.contains(part), "{part} is not in\n{text}");
    }
    let args = ["darkpan", "pan", "--why", "Net::OAuth", "-f", "json", "-o", "report.json"];
    let output = run(folder.path(), &args);
    assert_eq!(code(&output), 0);
    let answer: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let why = &answer["answers"][0]["archives"][0];
    assert_eq!(why["dependents"]["all"], json!({ "runtime": 2, "build_or_test": 0 }));
    assert_eq!(why["direct"][0]["need"]["range"], "0.2");
    assert_eq!(why["ways"][1]["steps"][0]["dist"], "Shop");
    // The report goes where it was to go.
    let report = fs::read(folder.path().join("report.json")).expect("the report");
    let report: Value = serde_json::from_slice(&report).expect("JSON");
    assert_eq!(report["findings"][0]["dist"], "Net-OAuth");
}

#[test]
fn a_question_that_can_not_be_answered_is_an_error() {
    let folder = mirror();
    for (args, part) in [
        (vec!["--why", "Net-OAuht"], "did you mean 'Net-OAuth'?"),
        (vec!["--why", "Net-OAuth", "-f", "sarif"], "as table or json, not as sarif"),
        (vec!["--graph", "g.svg"], "write FORMAT=PATH with one of dot, graphml, json"),
        (vec!["--graph", "no/such/folder/g.dot"], "can't write 'no/such/folder/g.dot'"),
    ] {
        let args: Vec<&str> = ["darkpan", "pan"].into_iter().chain(args).collect();
        let output = run(folder.path(), &args);
        assert_eq!(code(&output), 2, "{args:?}");
        assert!(stderr(&output).contains(part), "{args:?}: {}", stderr(&output));
    }
    // What could not be read leaves the answer open.
    fs::write(folder.path().join("pan/authors/id/L/LO/LOCAL/Bad-1.tar.gz"), "no").expect("a file");
    let output = run(folder.path(), &["darkpan", "pan", "--why", "Net-OAuth"]);
    assert_eq!(code(&output), 2);
    assert!(stdout(&output).contains("Shop 1.5 →") && stderr(&output).contains("not all could be"));
}

#[test]
fn the_graph_is_written_beside_the_report() {
    let folder = mirror();
    let args = ["darkpan", "pan", "--graph", "g.gv", "--graph", "g.graphml", "--graph", "json=g"];
    let output = run(folder.path(), &args);
    assert_eq!(code(&output), 1, "the finding fails the run: {}", stderr(&output));
    let read = |name: &str| fs::read_to_string(folder.path().join(name)).expect("the file");
    assert!(read("g.gv").contains("n0 -> n1 [use=\"runtime\", needs=\"Net::OAuth >= 0.2"));
    assert!(read("g.graphml").contains("<edge source=\"n2\" target=\"n0\">"));
    let graph: Value = serde_json::from_str(&read("g")).expect("JSON");
    assert_eq!(graph["edges"].as_array().map(Vec::len), Some(2));
    assert_eq!(graph["archives"][1]["findings"], json!(["CVE-2025-22376"]));
}

/// What differs, counted anew by a script that has nothing but JSON::PP.
const RECOUNT: &str = r#"
use strict; use warnings; use JSON::PP;
my ($old, $new) = map { open my $f, '<:raw', $_ or die; local $/; JSON::PP->new->utf8->decode(<$f>) } @ARGV;
my (%was, %is, %had, %has);
$was{$_->{path}} = $_->{archive} for @{ $old->{projects} };
$is{$_->{path}} = $_->{archive} for @{ $new->{projects} };
$had{"$_->{project} $_->{dist} $_->{id}"} = $_ for @{ $old->{findings} };
$has{"$_->{project} $_->{dist} $_->{id}"} = $_ for @{ $new->{findings} };
print "added $_\n" for grep { !$was{$_} } sort keys %is;
print "removed $_\n" for grep { !$is{$_} } sort keys %was;
print "changed $_\n" for grep { $was{$_} && $was{$_}{sha256} ne $is{$_}{sha256} } sort keys %is;
print "standing $_\n" for grep { $was{$_} && $was{$_}{standing} ne $is{$_}{standing} } sort keys %is;
print "new $_\n" for grep { !$had{$_} } sort keys %has;
print "gone $_\n" for grep { !$has{$_} } sort keys %had;
print "still $_\n" for grep { $had{$_} } sort keys %has;
print "failing ", scalar(grep { $has{$_}{fails} && !($had{$_} && $had{$_}{fails}) } keys %has), "\n";
"#;

/// The same lines, from what `darkpan diff -f json` says.
fn lines(diff: &Value) -> String {
    let mut lines = String::new();
    let path = |archive: &Value| archive["path"].as_str().expect("a path").to_owned();
    let archives = &diff["archives"];
    for kind in ["added", "removed", "changed", "standing"] {
        for one in archives[kind].as_array().expect("a list") {
            let one = if one.get("new").is_some() { &one["new"] } else { one };
            lines.push_str(&format!("{kind} {}\n", path(one)));
        }
    }
    for kind in ["new", "gone", "still"] {
        let mut all: Vec<String> = diff["findings"][kind]
            .as_array()
            .expect("a list")
            .iter()
            .map(|f| {
                let word = |name: &str| f[name].as_str().expect("a word").to_owned();
                format!("{kind} {} {} {}\n", word("project"), word("dist"), word("id"))
            })
            .collect();
        all.sort();
        lines.extend(all);
    }
    lines + &format!("failing {}\n", diff["new_failing"])
}

fn report(folder: &Path, file: &str, more: &[&str]) {
    let args: Vec<&str> =
        ["darkpan", "pan", "-q", "-o", file].into_iter().chain(more.iter().copied()).collect();
    assert_ne!(code(&run(folder, &args)), 2);
}

#[test]
fn two_reports_are_compared_as_a_recount_has_it() {
    let folder = mirror();
    let here = folder.path();
    archive(here, "Imager-0.40", &json!({}));
    report(here, "old.json", &[]);
    // An archive goes, two come, one has other bytes, one is superseded.
    fs::remove_file(here.join("pan/authors/id/L/LO/LOCAL/Imager-0.40.tar.gz"))
        .expect("it was there");
    archive(here, "Crypt-CBC-2.21", &json!({}));
    archive(here, "Client-1.1", &json!({ "Net::OAuth": "0.2" }));
    archive(here, "Shop-1.5", &json!({ "Client": "1.1" }));
    let entries =
        [("Net::OAuth", "Net-OAuth-0.28"), ("Client", "Client-1.1"), ("Shop", "Shop-1.5")];
    index(here, &entries);
    report(here, "new.json", &[]);

    let output = run(here, &["darkpan", "diff", "old.json", "new.json", "-f", "json"]);
    assert_eq!(code(&output), 1, "{}", stderr(&output));
    let diff: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let said = lines(&diff);
    for word in ["added", "removed", "changed", "standing", "new", "gone", "still"] {
        assert!(said.contains(&format!("{word} authors/id/")), "{word}:\n{said}");
    }
    let markdown = stdout(&run(here, &["darkpan", "diff", "old.json", "new.json"]));
    for part in [
        "## New findings that fail the run",
        "**`Crypt-CBC`**",
        "(archive added)",
        "## Archives with other content under the same path (1)",
        "`authors/id/L/LO/LOCAL/Client-1.0.tar.gz`: `indexed` → `superseded`",
    ] {
        assert!(markdown.contains(part), "{part} is not in\n{markdown}");
    }
    // The other way round, and with itself.
    let output = run(here, &["darkpan", "diff", "new.json", "old.json"]);
    assert_eq!(code(&output), 1, "Imager's findings come in");
    let output = run(here, &["darkpan", "diff", "new.json", "new.json"]);
    assert_eq!(code(&output), 0);

    let recount = Command::new("perl")
        .current_dir(here)
        .args(["-e", RECOUNT, "old.json", "new.json"])
        .output();
    let Ok(recount) = recount else { return skipped("perl") };
    if String::from_utf8_lossy(&recount.stderr).contains("JSON/PP.pm") {
        return skipped("JSON::PP");
    }
    assert_eq!(String::from_utf8_lossy(&recount.stdout), said);
}

#[test]
fn a_mirror_is_the_same_wherever_it_was_scanned_from() {
    let folder = mirror();
    let here = folder.path();
    report(here, "old.json", &[]);
    let output = run(here, &["darkpan", ".", "-q", "-o", "new.json"]);
    assert_eq!(code(&output), 1);
    let paths = |file: &str| {
        let text = fs::read_to_string(here.join(file)).expect("a report");
        let report: Value = serde_json::from_str(&text).expect("JSON");
        report["projects"][0]["path"].clone()
    };
    assert_ne!(paths("old.json"), paths("new.json"));
    let output = run(here, &["darkpan", "diff", "old.json", "new.json", "-f", "json"]);
    assert_eq!(code(&output), 0);
    let diff: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(diff["archives"]["added"], json!([]));
    assert_eq!(diff["findings"]["still"].as_array().map(Vec::len), Some(1));
}

/// A finding that was set aside and is no more fails the run now: that is news.
#[test]
fn what_was_set_aside_and_fails_now_is_new() {
    let folder = mirror();
    let here = folder.path();
    report(here, "old.json", &["--fail-on", "none"]);
    report(here, "new.json", &[]);
    let output = run(here, &["darkpan", "diff", "old.json", "new.json"]);
    let text = stdout(&output);
    assert_eq!(code(&output), 1, "{text}");
    assert!(text.contains("## Findings that fail the run now, and did not before (1)"), "{text}");
}

#[test]
fn what_is_no_report_of_a_mirror_is_refused() {
    let folder = mirror();
    let here = folder.path();
    report(here, "good.json", &[]);
    let good = fs::read_to_string(here.join("good.json")).expect("a report");
    fs::write(here.join("cpanfile"), "requires 'Foo';\n").expect("a file");
    let scanned = stdout(&run(here, &["scan", "cpanfile", "-f", "json"]));
    let listed = stdout(&run(here, &["inventory", "cpanfile", "-f", "json"]));
    for (text, part) in [
        ("no json".to_owned(), "it is no JSON document"),
        (good[..good.len() / 2].to_owned(), "it is no JSON document"),
        ("[]".to_owned(), "it is no report of perlscan"),
        (r#"{"runs":[]}"#.to_owned(), "it does not say that perlscan made it"),
        (good.replace("\"perlscan\"", "\"other\""), "'other' made it"),
        (good.replace("\"schema_version\": \"0.1\"", "\"schema_version\": \"9.1\""), "is 9.1"),
        (scanned, "none of its projects is an archive"),
        (listed, "it is no report of a mirror"),
    ] {
        fs::write(here.join("bad.json"), text).expect("a file");
        for args in [["good.json", "bad.json"], ["bad.json", "good.json"]] {
            let output = run(here, &["darkpan", "diff", args[0], args[1]]);
            assert_eq!((code(&output), stdout(&output).as_str()), (2, ""), "{part}");
            let error = stderr(&output);
            assert!(error.contains("bad.json") && error.contains(part), "{part}: {error}");
        }
    }
    let output = run(here, &["darkpan", "diff", "good.json", "no-such.json"]);
    assert!(code(&output) == 2 && stderr(&output).contains("can't read 'no-such.json'"));
}
