//! Which files are read, and what is said of the others.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::support::{SAFE, VULNERABLE, code, ids, json, project, run, stderr, stdout};
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
fn another_folder_stands_in_for_the_configuration_of_the_scan_root() {
    let ignore_all = "[[ignore]]\nid = \"CVE-2025-22376\"\nreason = \"none of your business\"\n";
    let stale = "\n[[ignore]]\nid = \"CVE-1999-0001\"\nreason = \"long gone\"\n";
    let folder = project(&[
        (".git/HEAD", ""),
        ("app/cpanfile", VULNERABLE),
        ("app/old/cpanfile", VULNERABLE),
        ("app/perlscan.toml", ignore_all),
        ("app/.perlscanignore", "*\n"),
        ("none/keep", ""),
        ("trusted/perlscan.toml", stale),
        ("trusted/.perlscanignore", "/old/\n"),
    ]);
    assert_eq!(code(&run(folder.path(), &["app"])), 0, "the tree silences itself");
    let report = json(folder.path(), &["app", "--config-dir", "none"]);
    assert_eq!(report["projects"].as_array().map(Vec::len), Some(2));
    assert!(report["coverage"]["ignore_file"].is_null());
    let report = json(folder.path(), &["app", "--config-dir", "trusted"]);
    assert_eq!(report["outcome"]["exit_code"], 1);
    assert_eq!(report["coverage"]["excluded"][0]["path"], "app/old", "relative to the scan root");
    assert_eq!(report["coverage"]["ignore_file"]["path"], "app/.perlscanignore");
    let problem = &report["problems"][0];
    assert_eq!((&problem["path"], &problem["line"]), (&"app/perlscan.toml".into(), &2.into()));
    let both = run(folder.path(), &["app", "--config-dir", "trusted", "--no-config"]);
    assert_eq!(code(&both), 2);
    let missing = run(folder.path(), &["app", "--config-dir", "nowhere"]);
    assert_eq!(code(&missing), 2);
    assert!(stderr(&missing).contains("--config-dir 'nowhere'"), "{}", stderr(&missing));
    let file = run(folder.path(), &["app", "--config-dir", "app/cpanfile"]);
    assert!(stderr(&file).contains("is no folder"), "{}", stderr(&file));
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
fn caches_and_work_folders_of_installers_are_no_evidence() {
    let module = "package HTTP::Tiny; our $VERSION = '0.050';\n";
    let folder = project(&[
        ("cpanfile", SAFE),
        ("vendor/cache/HTTP-Tiny-0.050/cpanfile", VULNERABLE),
        ("vendor/cache/HTTP-Tiny-0.050/lib/HTTP/Tiny.pm", module),
        ("local/cache/HTTP-Tiny-0.050/lib/HTTP/Tiny.pm", module),
        (".cpanm/latest-build/HTTP-Tiny-0.050/lib/HTTP/Tiny.pm", module),
        ("home/.perl-cpm/builds/1/HTTP-Tiny-0.050/META.json", "{}"),
        (".carton/x/cpanfile", VULNERABLE),
    ]);
    let report = json(folder.path(), &["."]);
    assert!(ids(&report).is_empty(), "{report}");
    assert_eq!(report["projects"].as_array().map(Vec::len), Some(1));
    let skipped = report["coverage"]["skipped_directories"].to_string();
    for name in ["vendor/cache", "local/cache", ".cpanm", ".perl-cpm", ".carton"] {
        assert!(skipped.contains(name), "{name}: {skipped}");
    }
    // Whoever names a cache wants it read.
    let named = json(folder.path(), &[".cpanm/latest-build/HTTP-Tiny-0.050/lib"]);
    assert!(!ids(&named).is_empty());
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
    link(outside.path(), "local");
    link(&outside.path().join("cpanfile"), "out/tool.pl");
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
    let kind_of = |path: &str| {
        let all = report["problems"].as_array().expect("a list").iter();
        all.filter(|one| one["path"] == path).map(|one| one["kind"].clone()).next()
    };
    assert_eq!(kind_of("out/cpanfile"), Some("lost".into()));
    assert_eq!(kind_of("out/tool.pl"), Some("note".into()));
    let skipped = &report["coverage"]["skipped_directories"];
    assert_eq!(skipped[0]["name"], "links out of the tree");
    assert_eq!(skipped[0]["count"], 1, "the cycle leads into the tree, which is walked");
    if made.is_ok_and(|status| status.success()) {
        assert!(problems.contains("pipe/cpanfile"), "{problems}");
    }
}

#[test]
fn a_build_script_that_says_nothing_is_told() {
    let folder = project(&[("a/Makefile.PL", ""), ("b/Build.PL", ""), ("c/dist.ini", "")]);
    let report = json(folder.path(), &["."]);
    let problems = report["problems"].as_array().expect("a list");
    let places: Vec<_> = problems.iter().filter_map(|p| p["path"].as_str()).collect();
    assert_eq!(places, ["a/Makefile.PL", "b/Build.PL", "c/dist.ini"], "{problems:?}");
    assert_eq!(code(&run(folder.path(), &["."])), 0, "what is undecided fails nothing");
}

#[test]
fn a_file_above_the_limit_is_told_with_what_to_do() {
    let folder = project(&[("good/cpanfile", VULNERABLE), ("cpanfile", "requires 'Foo';\n")]);
    let output = run(folder.path(), &[".", "--max-manifest-bytes", "10"]);
    assert_eq!(code(&output), 2);
    assert!(stdout(&output).contains("--max-manifest-bytes"), "{}", stdout(&output));
}

#[test]
fn a_distribution_that_lies_unpacked_is_a_copy_and_no_project() {
    let meta =
        r#"{"name":"HTTP-Tiny","version":"0.020","prereqs":{"runtime":{"requires":{"CGI":"0"}}}}"#;
    let folder = project(&[("cpanfile", SAFE), ("vendor/HTTP-Tiny-0.020/META.json", meta)]);
    let report = json(folder.path(), &["."]);
    assert_eq!(report["projects"].as_array().map(Vec::len), Some(1));
    let findings = report["findings"].as_array().expect("a list");
    let found = |dist: &str| findings.iter().any(|finding| finding["dist"] == dist);
    assert!(found("HTTP-Tiny") && !found("CGI"), "{findings:?}");
}
