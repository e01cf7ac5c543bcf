//! `perlscan db update`: whatever happens, the old or the new database is there.

use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::Duration;

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::support::{VULNERABLE, code, perlscan, project, skipped, stderr, stdout};

/// After the embedded database's day.
pub(super) const DAY: i64 = 1_786_900_000;

/// A made-up feed: the distributions of the embedded database would all count
/// as lost, so tests begin with `--accept-removals`.
pub(super) fn feed(epoch: i64, advisories: std::ops::Range<u32>) -> String {
    let records: Vec<Value> = advisories
        .map(|n| {
            json!({
                "id": format!("CPANSA-Acme-{n}"), "cves": [format!("CVE-2020-{n}")],
                "affected_versions": ["<2"], "fixed_versions": [">=2"], "severity": "high",
                "description": format!("Flaw {n}.\u{1b}[31m{}", "x".repeat(2000)),
                "reported": "2020-01-01", "references": []
            })
        })
        .collect();
    json!({
        "meta": { "commit": format!("{epoch:040x}"), "repo": "https://example.org/a.git",
                  "epoch": epoch, "date": "", "generator": "a test" },
        "module2dist": { "Acme": "Acme" },
        "dists": { "Acme": { "main_module": "Acme", "advisories": records,
            "versions": [{ "version": "1.10", "date": "2019-01-01T00:00:00" },
                         { "version": "2", "date": "2021-01-01T00:00:00" }] } }
    })
    .to_string()
}

fn with_feed(text: &str) -> TempDir {
    project(&[("feed.json", text), ("cpanfile", VULNERABLE)])
}

fn command(folder: &Path, args: &[&str]) -> Command {
    let mut command = perlscan(folder);
    command.env("PERLSCAN_CACHE", folder.join("cache")).args(args);
    command
}

fn run(folder: &Path, args: &[&str]) -> Output {
    command(folder, args).output().expect("the binary starts")
}

fn update(folder: &Path, more: &[&str]) -> Output {
    run(folder, &[&["db", "update", "--source", "feed.json"], more].concat())
}

fn first_update(folder: &Path) {
    let output = update(folder, &["--accept-removals"]);
    assert_eq!(code(&output), 0, "{}", stderr(&output));
}

/// How many advisories the database in use has, and which that is.
fn in_use(folder: &Path) -> (String, String) {
    let output = run(folder, &["db", "status"]);
    assert_eq!(code(&output), 0, "{}", stderr(&output));
    let text = stdout(&output);
    let word = |name: &str| {
        let line = text.lines().find(|line| line.starts_with(name)).expect(name);
        line.split_whitespace().nth(1).expect("a word").to_owned()
    };
    (word("database"), word("advisories"))
}

fn refused(output: &Output, option: &str) {
    assert_eq!(code(output), 2, "{}", stdout(output));
    assert!(stderr(output).contains(option), "{option} in {}", stderr(output));
}

#[test]
fn an_update_is_used_from_then_on_and_the_same_again_changes_nothing() {
    let folder = with_feed(&feed(DAY, 0..100));
    assert_eq!(in_use(folder.path()), ("embedded".into(), "1001".into()));
    refused(&update(folder.path(), &[]), "--accept-removals");
    assert_eq!(in_use(folder.path()), ("embedded".into(), "1001".into()));
    first_update(folder.path());
    assert_eq!(in_use(folder.path()), ("cache".into(), "100".into()));
    let before = fs::metadata(folder.path().join("cache/advisories.db")).expect("it is there");
    let again = update(folder.path(), &[]);
    assert!(stdout(&again).starts_with("already up to date"), "{}", stdout(&again));
    let after = fs::metadata(folder.path().join("cache/advisories.db")).expect("it is there");
    assert_eq!(before.modified().expect("a time"), after.modified().expect("a time"));
    let checked = run(folder.path(), &["check", "Acme@1.10"]);
    assert_eq!(code(&checked), 1, "{}", stdout(&checked));
    let embedded = run(folder.path(), &["db", "status", "--db", "embedded"]);
    assert!(stdout(&embedded).contains("1001 in 2061"), "{}", stdout(&embedded));
}

#[test]
fn an_old_feed_replayed_and_a_tenth_gone_are_refused() {
    let folder = with_feed(&feed(DAY + 10, 0..100));
    first_update(folder.path());
    let put = |text: String| fs::write(folder.path().join("feed.json"), text).expect("written");
    put(feed(DAY, 0..100));
    refused(&update(folder.path(), &[]), "--allow-rollback");
    put(feed(DAY + 20, 10..100));
    let gone = update(folder.path(), &[]);
    refused(&gone, "--accept-removals");
    assert!(stderr(&gone).contains("Acme: CPANSA-Acme-3"), "{}", stderr(&gone));
    assert_eq!(in_use(folder.path()), ("cache".into(), "100".into()));
    assert_eq!(code(&update(folder.path(), &["--accept-removals"])), 0);
    assert_eq!(in_use(folder.path()), ("cache".into(), "90".into()));
    put(feed(DAY, 10..100));
    assert_eq!(code(&update(folder.path(), &["--allow-rollback"])), 0);
}

/// The clock of these tests stands at 1787000000.
#[test]
fn data_of_a_day_to_come_is_refused() {
    let folder = with_feed(&feed(DAY, 0..100));
    first_update(folder.path());
    let put = |epoch| {
        let text = feed(epoch, 0..100);
        fs::write(folder.path().join("feed.json"), text).expect("written");
    };
    put(1_787_000_000 + 2 * 24 * 60 * 60);
    let output = update(folder.path(), &[]);
    assert!(code(&output) == 2 && stderr(&output).contains("is not yet"), "{}", stderr(&output));
    put(1_787_000_000 + 60);
    assert_eq!(code(&update(folder.path(), &[])), 0);
}

#[test]
fn a_cache_that_can_not_be_used_is_passed_over_with_what_to_do() {
    let folder = with_feed(&feed(DAY, 0..100));
    first_update(folder.path());
    let path = folder.path().join("cache/advisories.db");
    let sound = fs::read(&path).expect("it is there");
    let format = |n: u32| {
        let mut bytes = sound.clone();
        bytes[8..12].copy_from_slice(&n.to_le_bytes());
        bytes
    };
    let mut flipped = sound.clone();
    flipped[sound.len() / 2] ^= 1;
    for (bytes, said) in [
        (format(1), "rebuilds it"),
        (format(1_000), "update perlscan"),
        (flipped, "checksum"),
        (sound[..sound.len() / 2].to_vec(), "damaged"),
        (Vec::new(), "no perlscan database"),
    ] {
        fs::write(&path, &bytes).expect("written");
        let status = run(folder.path(), &["db", "status"]);
        assert_eq!(code(&status), 0);
        assert!(stderr(&status).contains(said), "{said} in {}", stderr(&status));
        assert!(stdout(&status).contains("database       embedded"), "{}", stdout(&status));
        let updated = update(folder.path(), &["--accept-removals"]);
        if said == "update perlscan" {
            refused(&updated, said);
            assert_eq!(fs::read(&path).expect("it is there"), bytes, "it is not ours");
        } else {
            assert_eq!(code(&updated), 0, "{}", stderr(&updated));
            assert_eq!(fs::read(&path).expect("it is there"), sound);
        }
    }
}

#[test]
#[cfg(unix)]
fn a_cache_that_others_can_write_is_not_trusted() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = with_feed(&feed(DAY, 0..100));
    first_update(folder.path());
    for (path, mode, sound) in [("cache", 0o777, 0o700), ("cache/advisories.db", 0o666, 0o600)] {
        let set = |mode| {
            let mode = fs::Permissions::from_mode(mode);
            fs::set_permissions(folder.path().join(path), mode).expect("it is ours");
        };
        set(mode);
        let status = run(folder.path(), &["db", "status"]);
        assert!(stderr(&status).contains("chmod go-w"), "{}", stderr(&status));
        assert!(stdout(&status).contains("database       embedded"), "{}", stdout(&status));
        assert_eq!(code(&update(folder.path(), &[])), 2);
        set(sound);
        assert_eq!(in_use(folder.path()).0, "cache");
    }
}

#[test]
fn killed_at_fifty_points_the_old_or_the_new_one_is_there() {
    let folder = with_feed(&feed(DAY, 0..800));
    first_update(folder.path());
    let started = std::time::Instant::now();
    fs::write(folder.path().join("feed.json"), feed(DAY + 1, 0..801)).expect("written");
    assert_eq!(code(&update(folder.path(), &[])), 0);
    let whole = started.elapsed();
    let mut seen = Vec::new();
    for n in 0..50u32 {
        let next = 802 + n;
        fs::write(folder.path().join("feed.json"), feed(DAY + i64::from(next), 0..next))
            .expect("written");
        let old: u32 = in_use(folder.path()).1.parse().expect("a number");
        let mut child = command(folder.path(), &["db", "update", "--source", "feed.json"])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("the binary starts");
        let share = f64::from(n + 1) / 50.0;
        std::thread::sleep(Duration::from_secs_f64(whole.as_secs_f64() * share));
        let _ = child.kill();
        child.wait().expect("it ends");
        let (which, count) = in_use(folder.path());
        let count: u32 = count.parse().expect("a number");
        assert_eq!(which, "cache");
        assert!(count == old || count == next, "{count} is neither {old} nor {next}");
        seen.push(count == next);
    }
    println!("{} of 50 were killed before the end", seen.iter().filter(|new| !**new).count());
    assert!(seen.contains(&false), "none was killed in time");
    let output = update(folder.path(), &[]);
    assert_eq!(code(&output), 0, "{}", stderr(&output));
    let left = fs::read_dir(folder.path().join("cache")).expect("it is there").flatten();
    let left: Vec<String> = left.map(|e| e.file_name().to_string_lossy().into_owned()).collect();
    assert!(!left.iter().any(|name| name.ends_with(".unfinished")), "{left:?}");
}

#[test]
fn two_updates_and_twenty_scans_at_once() {
    let folder = with_feed(&feed(DAY, 0..500));
    first_update(folder.path());
    fs::write(folder.path().join("feed.json"), feed(DAY + 1, 0..501)).expect("written");
    let spawn = |args: &[&str]| {
        command(folder.path(), args)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the binary starts")
    };
    let updates = [0, 1].map(|_| spawn(&["db", "update", "--source", "feed.json"]));
    let scans: Vec<_> = (0..20).map(|_| spawn(&[".", "-f", "json"])).collect();
    for scan in scans {
        let output = scan.wait_with_output().expect("it ends");
        assert_eq!(stderr(&output), "");
        let report: Value = serde_json::from_slice(&output.stdout).expect("JSON");
        let advisories = report["database"]["advisories"].as_u64().expect("a number");
        assert_eq!(report["database"]["source"], "cache");
        assert!(advisories == 500 || advisories == 501, "{advisories}");
    }
    let mut said: Vec<String> = updates
        .into_iter()
        .map(|update| {
            let output = update.wait_with_output().expect("it ends");
            assert_eq!(code(&output), 0, "{}", stderr(&output));
            stdout(&output).split(':').next().unwrap_or_default().to_owned()
        })
        .collect();
    said.sort();
    assert_eq!(said, ["already up to date", "updated"]);
}

#[test]
#[cfg(target_os = "linux")]
fn a_full_disk_leaves_the_old_one() {
    let folder = with_feed(&feed(DAY, 0..100));
    let cache = folder.path().join("cache");
    fs::create_dir(&cache).expect("made");
    let mount = Command::new("mount")
        .args(["-t", "tmpfs", "-o", "size=2m,mode=700", "tmpfs"])
        .arg(&cache)
        .output();
    if !mount.is_ok_and(|output| output.status.success()) {
        // Who may not mount can't install what would let him.
        use std::os::unix::fs::MetadataExt as _;
        if fs::metadata("/proc/self").is_ok_and(|process| process.uid() == 0) {
            return skipped("a root that may mount a tmpfs");
        }
        println!("SKIPPED: this user may not mount a tmpfs");
        return;
    }
    let result = std::panic::catch_unwind(|| {
        first_update(folder.path());
        fs::write(folder.path().join("feed.json"), feed(DAY + 1, 0..2_000)).expect("written");
        refused(&update(folder.path(), &[]), "advisories.db");
        assert_eq!(in_use(folder.path()), ("cache".into(), "100".into()));
    });
    Command::new("umount").arg(&cache).status().expect("umount is beside mount");
    result.expect("as the asserts say");
}

#[test]
fn nothing_but_texts_depends_on_descriptions() {
    let with = with_feed(&feed(DAY, 0..3));
    let mut bare: Value = serde_json::from_str(&feed(DAY, 0..3)).expect("JSON");
    for record in bare["dists"]["Acme"]["advisories"].as_array_mut().expect("records") {
        record.as_object_mut().expect("a record").remove("description");
    }
    let without = with_feed(&bare.to_string());
    let out = |folder: &Path, args: &[&str]| stdout(&run(folder, args));
    for folder in [&with, &without] {
        first_update(folder.path());
        fs::write(folder.path().join("cpanfile"), "requires 'Acme', '== 1.10';\n")
            .expect("written");
    }
    let [json, bare] = [&with, &without].map(|folder| out(folder.path(), &[".", "-f", "json"]));
    assert_eq!(json, bare);
    assert!(json.contains("CPANSA-Acme-2"), "{json}");
    for args in
        [&[".", "-v", "--color", "never"][..], &[".", "-f", "sarif"], &["explain", "CPANSA-Acme-1"]]
    {
        let text = out(with.path(), args);
        let flat: String = text.chars().filter(|c| !c.is_whitespace()).collect();
        assert!(flat.contains("Flaw1.[31mxxxx") || flat.contains("Flaw1.\\\\[31mxxxx"), "{text}");
        assert!(flat.contains("x…") && !flat.contains(&"x".repeat(1025)), "{text}");
        assert!(!text.contains('\u{1b}') && !text.contains("\\u001b"), "{text}");
        assert!(!out(without.path(), args).contains("Flaw"));
    }
}

#[test]
#[cfg(unix)]
fn a_cache_folder_that_may_not_be_written_is_an_error_with_its_name() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = with_feed(&feed(DAY, 0..100));
    first_update(folder.path());
    let set = |path: &str, mode| {
        let mode = fs::Permissions::from_mode(mode);
        fs::set_permissions(folder.path().join(path), mode).expect("it is ours");
    };
    fs::write(folder.path().join("feed.json"), feed(DAY + 1, 0..101)).expect("written");
    set("cache", 0o500);
    let args = ["db", "update", "--source", "feed.json"];
    // Permissions don't hold root back: somebody else tries it.
    let is_root = fs::write(folder.path().join("cache/probe"), "").is_ok();
    let output = if is_root {
        set("", 0o755);
        set("cache", 0o555);
        Command::new("setpriv")
            .args(["--reuid=65534", "--regid=65534", "--clear-groups"])
            .arg(env!("CARGO_BIN_EXE_perlscan"))
            .args(args)
            .current_dir(folder.path())
            .env("PERLSCAN_CACHE", folder.path().join("cache"))
            .output()
    } else {
        command(folder.path(), &args).output()
    };
    let Ok(output) = output else {
        set("cache", 0o700);
        return skipped("setpriv");
    };
    set("cache", 0o700);
    refused(&output, "cache");
    assert!(stderr(&output).contains("denied"), "{}", stderr(&output));
    assert_eq!(in_use(folder.path()), ("cache".into(), "100".into()));
}
