//! A scrubbed command, projects in temporary folders, and their reports.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;
use tempfile::TempDir;

/// A scrubbed environment: the same on every machine.
pub(super) fn perlscan(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_perlscan"));
    command.current_dir(folder).env_clear().env("SOURCE_DATE_EPOCH", "1787000000");
    // Whoever runs the tests may have a cache of his own.
    command.env("PERLSCAN_CACHE", folder.join("no-such-cache"));
    command
}

pub(super) fn run(folder: &Path, args: &[&str]) -> Output {
    perlscan(folder).args(args).output().expect("the binary starts")
}

pub(super) fn code(output: &Output) -> i32 {
    output.status.code().expect("it was not killed")
}

pub(super) fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).expect("UTF-8")
}

pub(super) fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

pub(super) fn json(folder: &Path, args: &[&str]) -> Value {
    let mut all = args.to_vec();
    all.extend(["-f", "json"]);
    let output = run(folder, &all);
    serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|error| panic!("{error}: {}{}", stdout(&output), stderr(&output)))
}

pub(super) fn project(files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    for (name, text) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().expect("a parent")).expect("the folder");
        fs::write(path, text).expect("the file");
    }
    folder
}

pub(super) fn shop() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("test-corpus/projects/shop")
}

pub(super) fn ids(report: &Value) -> Vec<String> {
    let findings = report["findings"].as_array().expect("findings");
    findings.iter().map(|f| f["id"].as_str().expect("an id").to_owned()).collect()
}

pub(super) const VULNERABLE: &str = "requires 'Net::OAuth', '== 0.28';\n";
pub(super) const SAFE: &str = "requires 'Net::OAuth', '>= 0.30';\n";
pub(super) const LOST: &str = "requires 'Foo';\nrequires 'Bar\n";

/// A peer that may be missing: skipped in sight, or a failure where all must run. In the
/// file that `PERLSCAN_SKIPPED` names, a line tells which test it was: CI runs it again.
pub(super) fn skipped(peer: &str) {
    assert!(std::env::var_os("PERLSCAN_REQUIRE_PEERS").is_none(), "{peer} is required and missing");
    println!("SKIPPED: {peer} is not installed");
    if let Some(list) = std::env::var_os("PERLSCAN_SKIPPED") {
        let thread = std::thread::current();
        let test = thread.name().expect("a test's thread has its name");
        let mut list = fs::OpenOptions::new().create(true).append(true).open(list).expect("opened");
        // At once, for other tests write too.
        list.write_all(format!("{test}\n").as_bytes()).expect("written");
    }
}
