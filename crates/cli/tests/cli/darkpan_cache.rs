//! What `perlscan darkpan` keeps from run to run: the report never depends on it.

use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::{Duration, SystemTime};

use serde_json::Value;
use tempfile::TempDir;

use crate::archives::{AUTHOR, gzip, put, release, tar};
use crate::support::{code, perlscan, project, stderr, stdout};

/// The run's own cache.
fn darkpan(folder: &Path, args: &[&str]) -> Command {
    let mut command = perlscan(folder);
    command.env("PERLSCAN_CACHE", folder.join("cache"));
    command.args(["darkpan", "pan", "-f", "json", "--verbose", "--db", "embedded"]).args(args);
    command
}

fn report(folder: &Path, args: &[&str]) -> Output {
    darkpan(folder, args).output().expect("the binary starts")
}

/// How many archives were known, as standard error says.
fn known(output: &Output) -> String {
    let said = stderr(output);
    let note = said.lines().find_map(|line| line.strip_prefix("note: ")?.split_once(" archives"));
    note.unwrap_or_else(|| panic!("{said}")).0.to_owned()
}

/// A mirror of vulnerable, good and broken archives, which is old enough for the
/// system to tell whether one has changed.
fn mirror(count: u32) -> TempDir {
    let folder = project(&[]);
    for n in 0..count {
        let name = format!("Acme-M{n}-1.{n}");
        put(folder.path(), &format!("{name}.tar.gz"), &release(&name, "Acme::M", "1.0"));
    }
    put(folder.path(), "Net-OAuth-0.28.tar.gz", &release("Net-OAuth-0.28", "Net::OAuth", "0.28"));
    put(folder.path(), "Broken-1.tar.gz", b"no archive");
    std::thread::sleep(Duration::from_millis(3100));
    folder
}

#[test]
fn the_second_run_says_the_same_and_a_change_is_seen() {
    let folder = mirror(20);
    let fresh = report(folder.path(), &["--no-cache"]);
    assert_eq!((code(&fresh), known(&fresh).as_str()), (2, "0 of 22"));
    assert!(!folder.path().join("cache").exists());
    let first = report(folder.path(), &[]);
    let second = report(folder.path(), &[]);
    let all = report(folder.path(), &["--verify"]);
    for (output, expected) in [(&first, "0 of 22"), (&second, "22 of 22"), (&all, "22 of 22")] {
        assert_eq!(stdout(output), stdout(&fresh));
        assert_eq!(known(output), expected);
    }
    // The same name, length and time of writing, and another release.
    let path = folder.path().join(AUTHOR).join("Acme-M3-1.3.tar.gz");
    let about = fs::metadata(&path).expect("it is there");
    let mut bytes = release("Acme-M3-1.3", "Net::OAuth", "0.28");
    assert!(bytes.len() != about.len() as usize);
    bytes.resize(about.len() as usize, 0);
    fs::write(&path, &bytes).expect("it is written");
    let file = fs::File::options().write(true).open(&path).expect("it is there");
    file.set_modified(about.modified().expect("a time")).expect("it is set");
    let changed = report(folder.path(), &[]);
    assert_eq!(known(&changed), "21 of 22");
    assert_eq!(stdout(&changed), stdout(&report(folder.path(), &["--no-cache"])));
    assert_ne!(stdout(&changed), stdout(&fresh));
}

#[test]
fn what_was_not_read_in_time_is_read_by_the_next_run() {
    let folder = project(&[]);
    put(folder.path(), "Net-OAuth-0.28.tar.gz", &release("Net-OAuth-0.28", "Net::OAuth", "0.28"));
    // There is nothing in it that takes time.
    let data = gzip(&tar(&[("Acme-Data-1.0/data.bin", b"\0\x01")]));
    put(folder.path(), "Acme-Data-1.0.tar.gz", &data);
    let late = report(folder.path(), &["--max-archive-seconds", "0"]);
    let told: Value = serde_json::from_str(&stdout(&late)).expect("JSON");
    let problems = told["problems"].as_array().expect("problems");
    let lost: Vec<&Value> = problems.iter().filter(|one| one["kind"] == "lost").collect();
    let [lost] = lost.as_slice() else { panic!("{problems:?}") };
    assert!(lost["path"].as_str().is_some_and(|path| path.contains("Net-OAuth-0.28")), "{lost}");
    let message = lost["message"].as_str().expect("a message");
    assert!(message.ends_with("raise --max-archive-seconds to read it"), "{message}");
    // What its name says is judged all the same.
    assert_eq!((code(&late), &told["findings"][0]["aliases"][0]), (2, &"CVE-2025-22376".into()));
    let whole = report(folder.path(), &[]);
    assert_eq!((code(&whole), known(&whole).as_str()), (1, "1 of 2"));
    assert_eq!(stdout(&whole), stdout(&report(folder.path(), &["--no-cache"])));
}

#[test]
fn a_mirror_that_is_moved_is_known_by_its_contents() {
    let folder = mirror(5);
    report(folder.path(), &[]);
    fs::rename(folder.path().join("pan"), folder.path().join("old")).expect("it is moved");
    for entry in fs::read_dir(folder.path().join(AUTHOR.replacen("pan", "old", 1))).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        put(folder.path(), &name, &fs::read(&path).unwrap());
    }
    let moved = report(folder.path(), &[]);
    assert_eq!(known(&moved), "7 of 7");
    assert_eq!(stdout(&moved), stdout(&report(folder.path(), &["--no-cache"])));
}

/// What a digest says is looked at in every run, whatever is known of the archive.
#[test]
fn digests_are_held_to_what_the_archive_is_now() {
    let folder = mirror(3);
    let fill = |path: &Path| {
        let sums = format!("$cksum = {{\n 'Acme-M1-1.1.tar.gz' => {{ 'size' => {} }},\n}};\n", 7);
        fs::write(path, sums).expect("it is written");
    };
    let before = report(folder.path(), &[]);
    assert!(!stdout(&before).contains("by its entry"));
    fill(&folder.path().join(AUTHOR).join("CHECKSUMS"));
    let after = report(folder.path(), &[]);
    assert_eq!(known(&after), "5 of 5");
    assert!(stdout(&after).contains("and 7 by its entry"), "{}", stdout(&after));
}

/// Killed at thirty points, and started again: incomplete, and never wrong.
#[test]
fn killed_anywhere_the_next_run_says_the_same() {
    let folder = mirror(120);
    let started = SystemTime::now();
    let expected = stdout(&report(folder.path(), &["--no-cache"]));
    let whole = started.elapsed().expect("time goes on");
    let mut sizes = Vec::new();
    for point in 0..30 {
        let mut child = darkpan(folder.path(), &["--threads", "2"])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("the binary starts");
        // Anywhere in the run: the steps have no divisor in common with anything.
        std::thread::sleep(whole * (point * 7 % 30) / 30);
        child.kill().expect("it can be killed");
        child.wait().expect("it ends");
        let files = fs::read_dir(folder.path().join("cache")).into_iter().flatten().flatten();
        sizes.push(files.map(|file| file.metadata().map_or(0, |about| about.len())).sum::<u64>());
        if point % 5 == 4 {
            // A record that was cut off in the middle, as a lost disk would do it.
            let files = fs::read_dir(folder.path().join("cache")).into_iter().flatten().flatten();
            for path in files.map(|file| file.path()).filter(|path| path.ends_with("facts")) {
                let file = fs::File::options().write(true).open(path).expect("it is there");
                let length = file.metadata().expect("it is there").len();
                file.set_len(length.saturating_sub(5)).expect("it is cut");
            }
        }
    }
    assert!(sizes.iter().any(|size| *size > 0), "something was kept: {sizes:?}");
    assert_eq!(stdout(&report(folder.path(), &[])), expected);
    let last = report(folder.path(), &[]);
    assert_eq!((stdout(&last), known(&last).as_str()), (expected, "122 of 122"));
}

#[test]
fn two_runs_at_once_say_the_same() {
    let folder = mirror(60);
    let expected = stdout(&report(folder.path(), &["--no-cache"]));
    let runs: Vec<_> = (0..4)
        .map(|_| {
            let mut command = darkpan(folder.path(), &[]);
            command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("it starts")
        })
        .collect();
    for run in runs {
        let output = run.wait_with_output().expect("it ends");
        assert_eq!(String::from_utf8_lossy(&output.stdout), expected);
    }
    assert_eq!(stdout(&report(folder.path(), &[])), expected);
}

/// A cache that can't be used is told, and nothing else changes.
#[cfg(unix)]
#[test]
fn a_cache_that_others_can_write_is_told_and_not_used() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = mirror(2);
    report(folder.path(), &[]);
    let cache = folder.path().join("cache");
    fs::set_permissions(&cache, fs::Permissions::from_mode(0o777)).expect("it is set");
    let output = report(folder.path(), &[]);
    assert_eq!(known(&output), "0 of 4");
    let said = stderr(&output);
    assert!(said.contains("warning: ") && said.contains("others can write it"), "{said}");
    assert_eq!(stdout(&output), stdout(&report(folder.path(), &["--no-cache"])));
}
