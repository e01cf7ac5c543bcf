//! Input that means harm, and what a scan never does.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::nothing_runs::only_threads;
use crate::support::{VULNERABLE, code, project, run, shop, skipped, stderr, stdout};

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
                // Has tests of its own, as a tree: see `nothing_runs`.
                path if path.ends_with("hostile/run") => {}
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
    only_threads(&calls);
}
