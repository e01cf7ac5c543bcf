//! The command as a user runs it: a real binary on real folders.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a test makes files, starts the binary and fails by panicking"
)]

use std::collections::BTreeMap;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;
use tempfile::TempDir;

/// A scrubbed environment: the same on every machine.
fn perlscan(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_perlscan"));
    command.current_dir(folder).env_clear().env("SOURCE_DATE_EPOCH", "1787000000");
    command
}

fn run(folder: &Path, args: &[&str]) -> Output {
    perlscan(folder).args(args).output().expect("the binary starts")
}

fn code(output: &Output) -> i32 {
    output.status.code().expect("it was not killed")
}

fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).expect("UTF-8")
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn json(folder: &Path, args: &[&str]) -> Value {
    let mut all = vec!["-f", "json"];
    all.extend(args);
    let output = run(folder, &all);
    serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|error| panic!("{error}: {}{}", stdout(&output), stderr(&output)))
}

fn project(files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    for (name, text) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().expect("a parent")).expect("the folder");
        fs::write(path, text).expect("the file");
    }
    folder
}

fn shop() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("test-corpus/projects/shop")
}

fn ids(report: &Value) -> Vec<String> {
    let findings = report["findings"].as_array().expect("findings");
    findings.iter().map(|f| f["id"].as_str().expect("an id").to_owned()).collect()
}

const VULNERABLE: &str = "requires 'Net::OAuth', '== 0.28';\n";
const SAFE: &str = "requires 'Net::OAuth', '>= 0.30';\n";
const LOST: &str = "requires 'Foo';\nrequires 'Bar\n";

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
fn a_subfolder_and_the_top_give_the_same_places_and_fingerprints() {
    let folder = project(&[("sub/cpanfile", VULNERABLE)]);
    fs::create_dir(folder.path().join(".git")).expect("a git tree");
    let pick = |report: &Value| {
        let finding = &report["findings"][0];
        (finding["fingerprint"].clone(), finding["locations"].clone(), finding["project"].clone())
    };
    let top = json(folder.path(), &["."]);
    let sub = json(folder.path(), &["sub"]);
    let inside = json(&folder.path().join("sub"), &["."]);
    assert_eq!(pick(&top), pick(&sub));
    assert_eq!(pick(&top), pick(&inside));
    assert_eq!(top["findings"][0]["locations"][0]["path"], "sub/cpanfile");
    let sarif = |place: &str| {
        let output = run(folder.path(), &[place, "-f", "sarif"]);
        let log: Value = serde_json::from_slice(&output.stdout).expect("JSON");
        log["runs"][0]["results"].clone()
    };
    assert_eq!(sarif("."), sarif("sub"));
}

#[test]
fn the_same_bytes_whatever_the_threads() {
    let mut files = Vec::new();
    for i in 0..200 {
        files.push((
            format!("p{i}/cpanfile"),
            format!("requires 'Net::OAuth', '== 0.{};\n", i % 30 + 1),
        ));
        files.push((format!("q{i}/cpanfile"), VULNERABLE.to_owned()));
    }
    let files: Vec<(&str, &str)> = files.iter().map(|(a, b)| (a.as_str(), b.as_str())).collect();
    let folder = project(&files);
    for format in ["table", "json", "jsonl", "sarif"] {
        let reference = run(folder.path(), &[".", "-f", format, "--threads", "1"]).stdout;
        assert!(reference.len() > 10_000, "{format}");
        for threads in ["1", "2", "3", "8", "16"] {
            let again = run(folder.path(), &[".", "-f", format, "--threads", threads]).stdout;
            assert!(again == reference, "{format} with {threads} threads");
        }
    }
}

#[test]
fn every_place_holds_the_name_that_it_speaks_of() {
    let (mut seen, mut core_by_lock) = (0, 0);
    for project in fs::read_dir(shop().parent().expect("the folder")).expect("projects").flatten() {
        let root = project.path();
        if !root.is_dir() {
            continue;
        }
        let base = Path::new(env!("CARGO_MANIFEST_DIR"));
        // Paths are relative to the top of the git tree, or to the project outside of one.
        let below_git = base.ancestors().any(|folder| folder.join(".git").exists());
        let mut findings = Vec::new();
        for perl in [None, Some("5.36.0"), Some("5.36"), Some("5.18.0")] {
            let named = perl.map(|perl| ["--perl-version", perl]);
            let words: Vec<&str> =
                std::iter::once(".").chain(named.into_iter().flatten()).collect();
            let report = json(&root, &words);
            findings.extend(report["findings"].as_array().expect("findings").clone());
        }
        for finding in &findings {
            for place in finding["locations"].as_array().expect("locations") {
                let Some(line) = place["line"].as_u64() else { continue };
                let path = place["path"].as_str().expect("a path");
                let file = if below_git {
                    base.ancestors()
                        .find(|folder| folder.join(".git").exists())
                        .expect("the git tree")
                        .join(path)
                } else {
                    root.join(path)
                };
                let text = fs::read_to_string(file).expect("the file is there");
                let line: Vec<char> = text
                    .lines()
                    .nth(usize::try_from(line).expect("small") - 1)
                    .expect("the line is there")
                    .chars()
                    .collect();
                let at = |key: &str| {
                    usize::try_from(place[key].as_u64().expect("a column")).expect("small") - 1
                };
                let spoken: String = line[at("column")..at("end_column")].iter().collect();
                let dist = finding["dist"].as_str().expect("a distribution");
                let module = place["module"].as_str().unwrap_or("-");
                assert!(
                    spoken.contains(dist) || spoken == module,
                    "{path}: '{spoken}' is neither {dist} nor {module}"
                );
                seen += 1;
                core_by_lock +=
                    usize::from(place["origin"] == "core" && path.ends_with(".snapshot"));
            }
        }
    }
    assert!(seen > 20, "{seen} places");
    assert!(core_by_lock > 4, "{core_by_lock} core modules that only a locked release asks for");
}

#[test]
fn reports_go_to_files_in_the_format_of_their_suffix() {
    let folder = project(&[("cpanfile", VULNERABLE)]);
    let output = run(
        folder.path(),
        &[
            ".",
            "-q",
            "-o",
            "a.json",
            "-o",
            "b.sarif",
            "-o",
            "jsonl=c.txt",
            "-o",
            "d.txt",
            "-o",
            "e.sarif.json",
        ],
    );
    assert_eq!(code(&output), 1);
    let read = |name: &str| fs::read_to_string(folder.path().join(name)).expect("it was written");
    let parsed = |name: &str| serde_json::from_str::<Value>(&read(name)).expect("JSON");
    assert!(parsed("a.json")["findings"].is_array());
    assert_eq!(parsed("b.sarif")["version"], "2.1.0");
    assert_eq!(parsed("e.sarif.json")["version"], "2.1.0");
    assert!(read("c.txt").lines().all(|line| serde_json::from_str::<Value>(line).is_ok()));
    assert!(read("d.txt").contains("Net-OAuth"));
    let left: Vec<String> = fs::read_dir(folder.path())
        .expect("the folder")
        .flatten()
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .filter(|name| name.ends_with(".new"))
        .collect();
    assert!(left.is_empty(), "{left:?}");
    let nowhere = run(folder.path(), &[".", "-o", "no/such/folder/a.json"]);
    assert_eq!(code(&nowhere), 2);
    assert!(stderr(&nowhere).contains("no/such/folder/a.json"));
}

#[test]
fn colour_only_where_it_is_wanted() {
    let folder = project(&[("cpanfile", VULNERABLE)]);
    let plain = run(folder.path(), &["."]);
    assert!(!stdout(&plain).contains('\x1b'), "no terminal, no colour");
    let asked = run(folder.path(), &[".", "--color", "always"]);
    assert!(stdout(&asked).contains('\x1b'));
    let forced =
        perlscan(folder.path()).arg(".").env("CLICOLOR_FORCE", "1").output().expect("runs");
    assert!(stdout(&forced).contains('\x1b'));
    let refused = perlscan(folder.path())
        .arg(".")
        .env("CLICOLOR_FORCE", "1")
        .env("NO_COLOR", "1")
        .output()
        .expect("runs");
    assert!(!stdout(&refused).contains('\x1b'), "NO_COLOR wins");
}

#[test]
fn what_excludes_remove_is_named_even_when_quiet() {
    let folder = project(&[
        ("cpanfile", SAFE),
        ("old/cpanfile", VULNERABLE),
        ("new/cpanfile", SAFE),
        (".perlscanignore", "old/\n"),
        ("new/.perlscanignore", "*\n"),
    ]);
    let output = run(folder.path(), &[".", "-q"]);
    assert_eq!(code(&output), 0);
    assert!(stdout(&output).contains("old"), "{}", stdout(&output));
    let report = json(folder.path(), &["."]);
    assert_eq!(report["coverage"]["excluded"].as_array().expect("a list").len(), 1);
    assert_eq!(
        report["projects"].as_array().expect("a list").len(),
        2,
        "an ignore file below is not read"
    );
    assert_eq!(code(&run(folder.path(), &[".", "--no-config"])), 1);
    assert_eq!(code(&run(folder.path(), &[".", "--no-config", "--exclude", "old"])), 0);
}

#[test]
fn directories_that_are_never_entered_are_counted() {
    let folder = project(&[
        ("cpanfile", SAFE),
        ("node_modules/x/cpanfile", VULNERABLE),
        ("blib/cpanfile", VULNERABLE),
    ]);
    let report = json(folder.path(), &["."]);
    assert!(ids(&report).is_empty());
    let skipped = report["coverage"]["skipped_directories"].to_string();
    assert!(skipped.contains("node_modules") && skipped.contains("blib"), "{skipped}");
}

#[test]
fn what_git_ignores_is_scanned_all_the_same() {
    let folder = project(&[(".gitignore", "local/\n"), ("local/cpanfile", VULNERABLE)]);
    fs::create_dir(folder.path().join(".git")).expect("a git tree");
    assert_eq!(code(&run(folder.path(), &["."])), 1);
}

#[cfg(unix)]
#[test]
fn names_that_are_not_utf8_work() {
    use std::os::unix::ffi::OsStringExt as _;
    let folder = project(&[]);
    let name = std::ffi::OsString::from_vec(b"caf\xe9\n".to_vec());
    let below = folder.path().join(name);
    fs::create_dir(&below).expect("the system takes it");
    fs::write(below.join("cpanfile"), VULNERABLE).expect("written");
    let report = json(folder.path(), &["."]);
    let place = &report["findings"][0]["locations"][0];
    assert!(place["path"].as_str().expect("a path").contains("caf%E9"), "{place}");
    let table = stdout(&run(folder.path(), &["."]));
    assert!(table.contains("caf%E9"), "{table}");
}

#[cfg(unix)]
#[test]
fn links_and_special_files_neither_hang_nor_lead_outside() {
    let outside = project(&[("cpanfile", VULNERABLE)]);
    let folder = project(&[("inside/cpanfile", VULNERABLE)]);
    let link = |target: &Path, name: &str| {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().expect("a parent")).expect("made");
        std::os::unix::fs::symlink(target, path).expect("linked");
    };
    link(folder.path(), "cycle");
    link(&outside.path().join("cpanfile"), "out/cpanfile");
    link(&folder.path().join("inside/cpanfile"), "in/cpanfile");
    let fifo = folder.path().join("pipe");
    fs::create_dir(&fifo).expect("made");
    let made = Command::new("mkfifo").arg(fifo.join("cpanfile")).status();
    let report = json(folder.path(), &["."]);
    let projects: Vec<&str> = report["projects"]
        .as_array()
        .expect("a list")
        .iter()
        .filter_map(|project| project["path"].as_str())
        .collect();
    assert_eq!(projects, ["in", "inside"]);
    let problems = report["problems"].to_string();
    assert!(problems.contains("out/cpanfile"), "{problems}");
    if made.is_ok_and(|status| status.success()) {
        assert!(problems.contains("pipe/cpanfile"), "{problems}");
    }
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
fn check_gives_one_input_line_each_in_order() {
    let folder = project(&[]);
    let mut child = perlscan(folder.path())
        .args(["check", "-", "-f", "jsonl"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the binary starts");
    let input = "Net-OAuth 0.28\nNet-OAuth 0.30\nNo-Such-Dist 1\nNet-OAuth x.y.z what\nperl@5.36\n";
    child.stdin.take().expect("a pipe").write_all(input.as_bytes()).expect("it reads");
    let output = child.wait_with_output().expect("it ends");
    let lines: Vec<Value> =
        stdout(&output).lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    let inputs: Vec<(&str, &str, u64)> = lines
        .iter()
        .filter(|line| line["kind"] == "input")
        .map(|line| {
            (
                line["input"].as_str().expect("text"),
                line["status"].as_str().expect("text"),
                line["verdicts"].as_u64().expect("a number"),
            )
        })
        .collect();
    assert_eq!(inputs[0], ("Net-OAuth 0.28", "vulnerable", 1));
    assert_eq!(inputs[1], ("Net-OAuth 0.30", "clean", 0));
    assert_eq!(inputs[2], ("No-Such-Dist 1", "not-in-database", 0));
    assert_eq!(inputs[3], ("Net-OAuth x.y.z what", "unparsed", 0));
    assert_eq!(inputs[4].1, "vulnerable");
    let verdict = &lines[1];
    assert_eq!(verdict["kind"], "verdict");
    assert_eq!(verdict["id"], "CPANSA-Net-OAuth-2025-22376");
    assert_eq!(verdict["aliases"], serde_json::json!(["CVE-2025-22376", "GHSA-w287-9q69-3hx9"]));
    assert_eq!(verdict["fixed"], serde_json::json!([">=0.29"]));
    assert_eq!(verdict["verdict"], "affected");
    assert!(
        lines
            .iter()
            .filter(|line| line["kind"] == "input")
            .all(|line| line.get("verdict").is_none())
    );
    assert_eq!(code(&output), 2, "an input was not understood");
}

#[test]
fn corrections_are_applied_named_and_can_be_left_out() {
    let folder = project(&[("cpanfile", "requires 'Imager', '== 1.034';\n")]);
    assert_eq!(code(&run(folder.path(), &["."])), 0, "1.034 has the fix");
    assert_eq!(code(&run(folder.path(), &[".", "--no-overrides"])), 1, "upstream has it reversed");
    let folder = project(&[("cpanfile", "requires 'Imager', '== 1.033';\n")]);
    let report = json(folder.path(), &["."]);
    assert!(ids(&report).contains(&"CPANSA-Imager-2026-19082".to_owned()));
    assert!(report.to_string().contains("operators are reversed"), "the correction is named");
}

#[test]
fn phases_decide_what_fails() {
    let folder =
        project(&[("cpanfile", "on develop => sub { requires 'Net::OAuth', '== 0.28' };\n")]);
    let report = json(folder.path(), &["."]);
    assert_eq!(report["findings"][0]["phase"], "develop");
    assert_eq!(report["findings"][0]["fails"], false);
    assert_eq!(code(&run(folder.path(), &["."])), 0);
    assert_eq!(code(&run(folder.path(), &[".", "--phase", "develop"])), 1);
    assert!(ids(&json(folder.path(), &[".", "--phase", "runtime,test"])).is_empty());
}

#[test]
fn severities_decide_what_fails() {
    // CVE-2025-22376 of Net-OAuth is scored high, CVE-2026-8368 of libwww-perl is not scored.
    let high = project(&[("cpanfile", VULNERABLE)]);
    for (args, expected) in [
        (vec!["--fail-on", "high"], 1),
        (vec!["--fail-on", "critical"], 0),
        (vec!["--fail-on", "none"], 0),
        (vec!["--unscored", "pass"], 1),
    ] {
        let mut all = vec!["."];
        all.extend(&args);
        assert_eq!(code(&run(high.path(), &all)), expected, "{args:?}");
    }
    let unscored = project(&[("cpanfile", "requires 'LWP', '== 6.80';\n")]);
    assert_eq!(code(&run(unscored.path(), &["."])), 1);
    assert_eq!(code(&run(unscored.path(), &[".", "--unscored", "pass"])), 0);
    assert_eq!(code(&run(unscored.path(), &[".", "--fail-on", "critical"])), 1, "unscored fails");
}

#[test]
fn a_floor_that_is_too_low_warns_and_fails_when_strict() {
    let folder = project(&[("cpanfile", "requires 'Net::OAuth', '0.20';\n")]);
    let report = json(folder.path(), &["."]);
    assert_eq!(report["findings"][0]["verdict"], "allowed");
    assert_eq!(report["findings"][0]["kind"], "floor-too-low");
    assert_eq!(code(&run(folder.path(), &["."])), 0);
    assert_eq!(code(&run(folder.path(), &[".", "--strict"])), 1);
}

#[test]
fn fixtures_are_shown_and_do_not_fail() {
    let folder = project(&[("cpanfile", SAFE), ("t/data/app/cpanfile", VULNERABLE)]);
    let report = json(folder.path(), &["."]);
    assert_eq!(report["findings"][0]["fixture"], true);
    assert_eq!(code(&run(folder.path(), &["."])), 0);
    assert_eq!(code(&run(folder.path(), &[".", "--include-fixtures"])), 1);
}

const LOCK_WITHOUT_CORE: &str = "# carton snapshot format: version 1.0\nDISTRIBUTIONS\n  \
    Path-Tiny-0.144\n    pathname: D/DA/DAGOLDEN/Path-Tiny-0.144.tar.gz\n    provides:\n      \
    Path::Tiny 0.144\n    requirements:\n      HTTP::Tiny 0.01\n";

#[test]
fn core_modules_that_the_lock_leaves_out_are_judged_by_the_perl() {
    let folder = project(&[
        ("cpanfile", "requires 'Path::Tiny';\n"),
        ("cpanfile.snapshot", LOCK_WITHOUT_CORE),
    ]);
    let report = json(folder.path(), &["."]);
    assert!(ids(&report).is_empty());
    assert_eq!(report["projects"][0]["core_not_judged"], 1);
    assert!(stdout(&run(folder.path(), &["."])).contains("--perl-version"));
    // perl 5.36.0 bundles HTTP::Tiny 0.080 (corelist -v 5.36.0).
    let report = json(folder.path(), &[".", "--perl-version", "5.36.0"]);
    let found: BTreeMap<String, String> = report["findings"]
        .as_array()
        .expect("findings")
        .iter()
        .filter(|finding| finding["dist"] == "HTTP-Tiny")
        .map(|finding| (finding["id"].to_string(), finding["version"].to_string()))
        .collect();
    assert_eq!(found.len(), 3, "CVE-2023-31486 and two of 2026: {found:?}");
    assert!(found.values().all(|version| version == "\"0.080\""), "{found:?}");
    assert!(ids(&report).iter().any(|id| id.starts_with("CPANSA-perl-")), "perl itself, too");
}

#[test]
fn a_project_without_a_lock_takes_the_one_above_and_says_so() {
    let folder = project(&[
        ("cpanfile", "requires 'Path::Tiny';\n"),
        ("cpanfile.snapshot", LOCK_WITHOUT_CORE),
        ("api/cpanfile", "requires 'Path::Tiny';\n"),
    ]);
    let report = json(folder.path(), &["."]);
    assert_eq!(report["projects"][1]["path"], "api");
    assert_eq!(report["projects"][1]["lock_inherited"], true);
    let table = stdout(&run(folder.path(), &["."]));
    assert!(table.contains("1 by the lock of a directory above"), "{table}");
}

#[test]
fn a_hostile_cpanfile_is_not_run() {
    let folder = project(&[]);
    let marker = folder.path().join("marker");
    let path = marker.display();
    let text = format!(
        "BEGIN {{ open my $f, '>', '{path}'; }}\nsystem 'touch {path}';\n`touch {path}`;\n\
         requires 'Net::OAuth', '== 0.28';\neval \"system 'touch {path}'\";\nuse lib '.';\nrequires do {{ system('touch {path}'); 'Foo' }};\n"
    );
    fs::write(folder.path().join("cpanfile"), text).expect("written");
    let output = run(folder.path(), &["."]);
    assert!(stdout(&output).contains("CVE-2025-22376"), "{}", stdout(&output));
    assert!(!marker.exists(), "nothing was run");
}

#[test]
fn hostile_inputs_are_told_and_do_not_hide_the_rest() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("test-corpus");
    let mut files = Vec::new();
    let mut folders =
        vec![corpus.join("hostile"), corpus.join("snapshot"), corpus.join("cpanfile/broken")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("the corpus").flatten() {
            match entry.path() {
                path if path.is_dir() => folders.push(path),
                path => files.push(path),
            }
        }
    }
    assert!(files.len() > 50, "{} files", files.len());
    for file in files {
        let folder = project(&[("good/cpanfile", VULNERABLE)]);
        let bytes = fs::read(&file).expect("it is there");
        fs::create_dir(folder.path().join("bad")).expect("made");
        for name in ["cpanfile", "cpanfile.snapshot"] {
            fs::write(folder.path().join("bad").join(name), &bytes).expect("written");
        }
        for format in ["table", "sarif"] {
            let output = run(folder.path(), &[".", "-f", format]);
            assert!(matches!(code(&output), 1 | 2), "{}: {}", file.display(), stderr(&output));
            assert!(!stderr(&output).contains("panicked"), "{}", file.display());
            assert!(
                stdout(&output).contains("CVE-2025-22376"),
                "{}: the rest is reported",
                file.display()
            );
        }
    }
}

#[test]
fn manifests_that_are_not_read_are_told_once_a_kind() {
    let folder = project(&[("a/Makefile.PL", ""), ("b/Makefile.PL", ""), ("c/dist.ini", "")]);
    let report = json(folder.path(), &["."]);
    let problems = report["problems"].as_array().expect("a list");
    assert_eq!(problems.len(), 2, "{problems:?}");
    assert!(problems[0].to_string().contains("in 1 folder more"), "{}", problems[0]);
    assert_eq!(code(&run(folder.path(), &["."])), 0, "a note fails nothing");
    let read = project(&[("Makefile.PL", ""), ("cpanfile", SAFE)]);
    assert!(json(read.path(), &["."])["problems"].as_array().expect("a list").is_empty());
}

#[test]
fn what_is_installed_from_elsewhere_is_judged_by_what_it_tells() {
    let folder = project(&[(
        "cpanfile",
        "requires 'Net::OAuth', dist => 'KGRENNAN/Net-OAuth-0.28.tar.gz';\n\
         requires 'Email::Address', git => 'https://git.example.org/email-address.git';\n",
    )]);
    let report = json(folder.path(), &["."]);
    let verdicts: Vec<(String, String)> = report["findings"]
        .as_array()
        .expect("findings")
        .iter()
        .map(|f| {
            (f["dist"].as_str().expect("text").into(), f["verdict"].as_str().expect("text").into())
        })
        .collect();
    assert!(verdicts.contains(&("Net-OAuth".into(), "affected".into())), "{verdicts:?}");
    assert!(verdicts.contains(&("Email-Address".into(), "unknown".into())), "{verdicts:?}");
    assert!(!verdicts.contains(&("Email-Address".into(), "allowed".into())), "{verdicts:?}");
}

#[test]
fn a_file_above_the_limit_is_told_with_what_to_do() {
    let folder = project(&[("good/cpanfile", VULNERABLE), ("cpanfile", "requires 'Foo';\n")]);
    let output = run(folder.path(), &[".", "--max-manifest-bytes", "10"]);
    assert_eq!(code(&output), 2);
    assert!(stdout(&output).contains("--max-manifest-bytes"), "{}", stdout(&output));
}

/// A peer that may be missing: skipped in sight, or a failure where all must run.
fn skipped(peer: &str) {
    assert!(std::env::var_os("PERLSCAN_REQUIRE_PEERS").is_none(), "{peer} is required and missing");
    println!("SKIPPED: {peer} is not installed");
}

#[test]
fn a_scan_starts_no_process_and_opens_no_socket() {
    if Command::new("strace").arg("-V").output().is_err() {
        return skipped("strace");
    }
    let folder = tempfile::tempdir().expect("a folder");
    let log = folder.path().join("calls");
    let output = Command::new("strace")
        .args(["-f", "-e", "trace=process,network", "-o"])
        .arg(&log)
        .arg(env!("CARGO_BIN_EXE_perlscan"))
        .arg(shop())
        .output()
        .expect("strace runs");
    assert_eq!(code(&output), 1, "{}", stderr(&output));
    let calls = fs::read_to_string(&log).expect("the log");
    let started = calls.lines().filter(|line| line.contains("execve(")).count();
    assert_eq!(started, 1, "perlscan itself only: {calls}");
    for line in calls.lines() {
        assert!(!line.contains("socket(") && !line.contains("connect("), "{line}");
        let is_fork = line.contains("fork(") || line.contains("clone(") || line.contains("clone3(");
        assert!(!is_fork || line.contains("CLONE_THREAD"), "a thread at most: {line}");
    }
}

#[test]
fn explain_tells_of_advisories_and_rules() {
    let folder = project(&[]);
    for what in ["CVE-2025-22376", "cpansa-net-oauth-2025-22376"] {
        let output = run(folder.path(), &["explain", what]);
        assert_eq!(code(&output), 0);
        let text = stdout(&output);
        assert!(
            text.contains("Net-OAuth") && text.contains("<0.29") && text.contains("https://"),
            "{text}"
        );
    }
    let rule = run(folder.path(), &["explain", "floor-too-low"]);
    assert!(stdout(&rule).contains("What to do"), "{}", stdout(&rule));
    let corrected = run(folder.path(), &["explain", "CVE-2026-19082"]);
    assert!(stdout(&corrected).contains("reversed"), "{}", stdout(&corrected));
}

#[test]
fn status_tells_date_commit_counts_and_age() {
    let folder = project(&[]);
    let output = run(folder.path(), &["db", "status"]);
    let text = stdout(&output);
    for said in ["2026-08-16", "62f1f98", "1001 in 2061 records", "418", "20998", "1 day old"] {
        assert!(text.contains(said), "{said} in {text}");
    }
}

#[test]
fn a_damaged_or_foreign_database_is_refused() {
    let folder = project(&[("cpanfile", SAFE), ("junk.db", "no database at all")]);
    let output = run(folder.path(), &[".", "--db", "junk.db"]);
    assert_eq!(code(&output), 2);
    assert!(stderr(&output).contains("junk.db"), "{}", stderr(&output));
    assert!(stderr(&output).contains("no perlscan database"), "{}", stderr(&output));
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
