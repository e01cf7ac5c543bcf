//! `perlscan db export`: what lies in the folder afterwards, and what never does.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::SystemTime;

use serde_json::Value;
use tempfile::TempDir;

use crate::support::{code, perlscan, project, run, skipped, stderr, stdout};

const FORMATS: [&str; 4] = ["cpansa-feed", "osv", "csaf", "json"];

fn export(folder: &Path, format: &str, out: &str) -> std::process::Output {
    run(folder, &["db", "export", "--format", format, "--out", out])
}

/// What is refused says where, and exits as an error does.
fn refused(output: &std::process::Output, says: &[&str]) {
    assert_eq!(code(output), 2, "{}{}", stdout(output), stderr(output));
    for what in says {
        assert!(stderr(output).contains(what), "{what} in {}", stderr(output));
    }
}

/// Every file below a folder, by its path in it, with its time.
fn tree(folder: &Path) -> BTreeMap<String, SystemTime> {
    let mut found = BTreeMap::new();
    let mut todo = vec![folder.to_owned()];
    while let Some(at) = todo.pop() {
        for entry in fs::read_dir(&at).expect("a folder").flatten() {
            let data = fs::symlink_metadata(entry.path()).expect("it is there");
            if data.is_dir() {
                todo.push(entry.path());
            } else {
                let path = entry.path();
                let name = path.strip_prefix(folder).expect("below").to_str().expect("a name");
                found.insert(name.to_owned(), data.modified().expect("a time"));
            }
        }
    }
    found
}

fn read(path: PathBuf) -> Value {
    serde_json::from_slice(&fs::read(&path).expect("it is there")).expect("JSON")
}

/// The counts are those that `db status` and FORMATS give of the embedded data:
/// 1,001 advisories in 2,061 records, 418 distributions, 20,998 releases.
#[test]
fn each_format_is_whole_and_a_second_run_writes_nothing() {
    let folder = project(&[]);
    for format in FORMATS {
        let first = export(folder.path(), format, format);
        assert_eq!(code(&first), 0, "{}", stderr(&first));
        assert_eq!(stdout(&first), "", "{format}: data goes into the folder");
        assert!(stderr(&first).contains(" 0 unchanged, 0 removed"), "{}", stderr(&first));
        let before = tree(&folder.path().join(format));
        let manifest = read(folder.path().join(format).join("manifest.json"));
        let listed = manifest["files"].as_object().expect("a list");
        assert_eq!(listed.len() + 1, before.len(), "{format}: the manifest lists all but itself");
        assert!(listed.keys().all(|name| before.contains_key(name)));

        let second = export(folder.path(), format, format);
        assert!(stderr(&second).contains(": 0 files written, "), "{}", stderr(&second));
        assert!(tree(&folder.path().join(format)) == before, "{format}: a time has changed");
    }
    let at = |path: &str| folder.path().join(path);
    let count =
        |path: &str, end: &str| tree(&at(path)).keys().filter(|name| name.ends_with(end)).count();
    assert_eq!(count("osv/records", ".json"), 1001);
    assert_eq!(count("csaf", ".json.sha512"), 1001);
    assert_eq!(fs::read_to_string(at("csaf/index.txt")).expect("it").lines().count(), 1001);
    assert_eq!(fs::read_to_string(at("csaf/changes.csv")).expect("it").lines().count(), 1001);
    assert_eq!(count("cpansa-feed/dists", ".json"), 418);
    let feed = read(at("cpansa-feed/cpan-security-advisory.json"));
    let dists = feed["dists"].as_object().expect("distributions");
    let sum = |what: &str| -> usize {
        dists.values().map(|dist| dist[what].as_array().expect("a list").len()).sum()
    };
    assert_eq!((sum("advisories"), sum("versions")), (2061, 20998));
    let whole = read(at("json/database.json"));
    assert_eq!(whole["advisories"].as_array().map(Vec::len), Some(2061));
}

#[test]
fn the_feed_is_read_back_as_a_source_and_gives_the_same_findings() {
    let folder = project(&[]);
    export(folder.path(), "cpansa-feed", "feed");
    let with_cache = |args: &[&str]| {
        let mut command = perlscan(folder.path());
        command.env("PERLSCAN_CACHE", folder.path().join("cache")).args(args);
        command.output().expect("the binary starts")
    };
    let checked = ["check", "Net-OAuth@0.28", "Imager@1.000", "perl@5.36.0", "-f", "jsonl"];
    let before = stdout(&with_cache(&checked));
    let update = ["db", "update", "--source", "feed/cpan-security-advisory.json"];
    let updated = with_cache(&[&update[..], &["--accept-removals", "--allow-rollback"]].concat());
    assert_eq!(code(&updated), 0, "{}", stderr(&updated));
    let status = stdout(&with_cache(&["db", "status"]));
    assert!(status.contains("cache") && status.contains("1001 in 2061"), "{status}");
    let verdicts = |text: &str| -> Vec<String> {
        let lines = text.lines().map(|line| serde_json::from_str(line).expect("JSON"));
        let lines = lines.filter(|line: &Value| line["kind"] == "verdict");
        lines.map(|line| format!("{} {} {}", line["input"], line["id"], line["verdict"])).collect()
    };
    let after = stdout(&with_cache(&checked));
    assert!(verdicts(&before).len() > 3, "{before}");
    assert_eq!(verdicts(&before), verdicts(&after));
}

#[test]
fn hostile_texts_stay_in_the_folder_and_are_no_terminal_codes() {
    let path = "test-corpus/advisories/hostile-texts.json";
    let feed = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).expect("it");
    let folder = project(&[("feed.json", &feed)]);
    let with_cache = |args: &[&str]| {
        let mut command = perlscan(folder.path());
        command.env("PERLSCAN_CACHE", folder.path().join("cache")).args(args);
        let output = command.output().expect("the binary starts");
        assert_eq!(code(&output), 0, "{}", stderr(&output));
    };
    with_cache(&["db", "update", "--source", "feed.json", "--accept-removals"]);
    for format in FORMATS {
        let out = format!("deep/er/{format}");
        with_cache(&["db", "export", "--format", format, "--out", &out]);
        let files = tree(&folder.path().join(&out));
        assert!(files.len() >= 3, "{format}");
        for name in files.keys() {
            let bytes = fs::read(folder.path().join(&out).join(name)).expect("it is there");
            assert!(!bytes.iter().any(|b| *b < 0x20 && *b != b'\n'), "{name}");
            let text = std::str::from_utf8(&bytes).expect("UTF-8");
            assert!(!text.contains('\u{202e}') || format != "csaf", "{name}");
        }
    }
    let mut here: Vec<String> = tree(folder.path()).into_keys().collect();
    here.retain(|name| !name.starts_with("deep/er/") && !name.starts_with("cache/"));
    assert_eq!(here, ["feed.json"], "nothing is written elsewhere");
}

#[test]
fn what_is_in_the_way_is_named_and_stays() {
    let folder = project(&[("file", "mine"), ("other/manifest.json", "{\"mine\": 1}")]);
    for format in FORMATS {
        refused(&export(folder.path(), format, "file"), &["file", "no folder"]);
        refused(&export(folder.path(), format, "other"), &["manifest.json", "another folder"]);
        refused(&export(folder.path(), format, "file/below"), &["file"]);
    }
    assert_eq!(fs::read(folder.path().join("file")).expect("it stays"), b"mine");
    assert_eq!(code(&export(folder.path(), "osv", "osv")), 0);
    refused(&export(folder.path(), "csaf", "osv"), &["the format 'osv'"]);
}

#[cfg(unix)]
#[test]
fn a_link_is_not_followed() {
    let folder = project(&[("elsewhere/kept", "mine")]);
    let link = |target: &str, at: &str| {
        std::os::unix::fs::symlink(folder.path().join(target), folder.path().join(at))
            .expect("a link");
    };
    link("elsewhere", "link");
    link("nowhere", "dangling");
    for name in ["link", "dangling"] {
        refused(&export(folder.path(), "osv", name), &[name, "this is a link"]);
    }
    fs::create_dir(folder.path().join("out")).expect("made");
    link("elsewhere", "out/records");
    refused(&export(folder.path(), "osv", "out"), &["records", "a folder has to be here"]);
    assert_eq!(tree(&folder.path().join("elsewhere")).len(), 1);
    assert!(!folder.path().join("nowhere").exists());
    // A link in the place of a file is replaced, and what it leads to stays.
    assert_eq!(code(&export(folder.path(), "json", "json")), 0);
    fs::remove_file(folder.path().join("json/database.json")).expect("it was there");
    link("elsewhere/kept", "json/database.json");
    assert_eq!(code(&export(folder.path(), "json", "json")), 0);
    assert_eq!(fs::read(folder.path().join("elsewhere/kept")).expect("it stays"), b"mine");
}

#[cfg(unix)]
#[test]
fn a_folder_that_may_not_be_written_is_an_error_with_its_name() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = project(&[]);
    let set = |path: &str, mode| {
        let mode = fs::Permissions::from_mode(mode);
        fs::set_permissions(folder.path().join(path), mode).expect("it is ours");
    };
    fs::create_dir(folder.path().join("out")).expect("made");
    set("", 0o755);
    set("out", 0o555);
    let args = ["db", "export", "--format", "osv", "--out", "out"];
    // Permissions don't hold root back: somebody else tries it.
    let is_root = fs::write(folder.path().join("out/probe"), "").is_ok();
    let output = if is_root {
        fs::remove_file(folder.path().join("out/probe")).expect("it is ours");
        let mut command = Command::new("setpriv");
        command.args(["--reuid=65534", "--regid=65534", "--clear-groups"]);
        command.arg(env!("CARGO_BIN_EXE_perlscan")).args(args).current_dir(folder.path()).output()
    } else {
        perlscan(folder.path()).args(args).output()
    };
    set("out", 0o755);
    let Ok(output) = output else { return skipped("setpriv") };
    refused(&output, &["out", "denied"]);
    assert_eq!(tree(&folder.path().join("out")).len(), 0);
}

/// A folder on a file system of 1 MB, unmounted at the end.
#[cfg(target_os = "linux")]
struct Small(TempDir);

#[cfg(target_os = "linux")]
impl Drop for Small {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg(self.0.path().join("small")).status();
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_leaves_no_half_file() {
    let folder = project(&[("small/.x", "")]);
    let mount = Command::new("mount")
        .args(["-t", "tmpfs", "-o", "size=1m,mode=700", "tmpfs"])
        .arg(folder.path().join("small"))
        .output();
    if !mount.is_ok_and(|output| output.status.success()) {
        return skipped("a user who may mount a tmpfs");
    }
    let small = Small(folder);
    for (format, out) in [("osv", "small/a"), ("cpansa-feed", "small/a")] {
        // A new folder is there whole or not at all.
        refused(&export(small.0.path(), format, out), &["small/a", "space"]);
        assert_eq!(fs::read_dir(small.0.path().join("small")).expect("it").count(), 0);
        // One that is there is filled file by file.
        fs::create_dir(small.0.path().join(out)).expect("made");
        refused(&export(small.0.path(), format, out), &["small/a", "space"]);
        assert_eq!(export(small.0.path(), format, "roomy").status.code(), Some(0));
        // What is there is whole, and nothing else: no manifest says otherwise.
        let files = tree(&small.0.path().join(out));
        assert!(!files.contains_key("manifest.json"));
        for name in files.keys() {
            let here = fs::read(small.0.path().join(out).join(name)).expect("it");
            let there = fs::read(small.0.path().join("roomy").join(name)).expect(name);
            assert!(here == there, "{name}");
        }
        fs::remove_dir_all(small.0.path().join(out)).expect("removed");
        fs::remove_dir_all(small.0.path().join("roomy")).expect("removed");
    }
}
