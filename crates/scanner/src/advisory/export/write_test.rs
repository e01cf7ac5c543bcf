#![allow(clippy::disallowed_methods, reason = "the tests put files into the way")]

use super::*;

fn folder() -> PathBuf {
    use std::sync::atomic::{AtomicUsize, Ordering};
    static NEXT: AtomicUsize = AtomicUsize::new(0);
    let n = NEXT.fetch_add(1, Ordering::Relaxed);
    let folder = std::env::temp_dir().join(format!("perlscan-export-{}-{n}", std::process::id()));
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

fn files(all: &[(&str, &str)]) -> Files {
    all.iter().map(|(name, text)| ((*name).to_owned(), text.as_bytes().to_vec())).collect()
}

fn time(path: &Path) -> std::time::SystemTime {
    std::fs::metadata(path).unwrap().modified().unwrap()
}

#[test]
fn a_second_run_touches_nothing_and_only_own_files_are_removed() {
    let out = folder();
    let first = files(&[("a.json", "1"), ("d/b.json", "2"), ("d/c.json", "3")]);
    assert_eq!(write(&first, Format::Osv, &out).unwrap().written, 4);
    let before = time(&out.join("a.json"));
    std::thread::sleep(std::time::Duration::from_millis(20));
    let again = write(&first, Format::Osv, &out).unwrap();
    assert_eq!((again.written, again.unchanged), (0, 4));
    assert_eq!(time(&out.join("a.json")), before);

    std::fs::write(out.join("mine.txt"), "kept").unwrap();
    std::fs::write(out.join("d/c.json"), "changed by hand").unwrap();
    let done = write(&files(&[("a.json", "1")]), Format::Osv, &out).unwrap();
    assert_eq!((done.removed, done.left), (1, 1));
    assert!(out.join("mine.txt").exists() && out.join("d/c.json").exists());
    assert!(!out.join("d/b.json").exists());
    assert!(write(&first, Format::Csaf, &out).unwrap_err().to_string().contains("'osv'"));
    std::fs::remove_dir_all(&out).unwrap();
}

#[test]
fn a_new_folder_is_there_whole_or_not_at_all() {
    let out = folder();
    let inside = out.join("deep/in");
    let all = files(&[("a.json", "1"), ("d/b.json", "2")]);
    let bad = files(&[("a.json", "1"), ("x/../../y", "2")]);
    assert!(write(&bad, Format::Osv, &inside).is_err());
    let names = || -> Vec<_> {
        let entries = std::fs::read_dir(out.join("deep")).unwrap();
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
    };
    assert_eq!(names(), [""; 0], "what was begun is gone");
    assert_eq!(write(&all, Format::Osv, &inside).unwrap().written, 3);
    assert_eq!(names(), ["in"]);
    assert_eq!(std::fs::read_to_string(inside.join("d/b.json")).unwrap(), "2");
    let again = write(&all, Format::Osv, &inside).unwrap();
    assert_eq!((again.written, again.unchanged), (0, 3));
    std::fs::remove_dir_all(&out).unwrap();
}

#[test]
fn nothing_is_written_or_removed_outside_of_the_folder() {
    let out = folder();
    let inside = out.join("in");
    for name in ["../x", "/x", "a/../../x", "", ".", ".hidden", "a//b", "a\\b", "manifest.json"] {
        assert!(write(&files(&[(name, "1")]), Format::Osv, &inside).is_err(), "{name}");
    }
    std::fs::write(out.join("victim"), "1").unwrap();
    let sha = names::hex(&Sha256::digest(b"1"), 32);
    let lie =
        format!(r#"{{"format":"osv","files":{{"../victim":{{"sha256":"{sha}","bytes":1}}}}}}"#);
    std::fs::create_dir_all(&inside).unwrap();
    std::fs::write(inside.join(MANIFEST), lie).unwrap();
    assert_eq!(write(&files(&[]), Format::Osv, &inside).unwrap().removed, 0);
    assert!(out.join("victim").exists());
    std::fs::remove_dir_all(&out).unwrap();
}

#[cfg(unix)]
#[test]
fn links_and_files_in_the_way_are_told() {
    use std::os::unix::fs::symlink;
    let out = folder();
    symlink(&out, out.join("link")).unwrap();
    std::fs::write(out.join("file"), "").unwrap();
    let one = files(&[("d/a.json", "1")]);
    for (name, says) in [("link", "is a link"), ("file", "no folder")] {
        let error = write(&one, Format::Osv, &out.join(name)).unwrap_err().to_string();
        assert!(error.contains(says), "{error}");
    }
    let target = out.join("target");
    std::fs::create_dir(&target).unwrap();
    symlink(&out, target.join("d")).unwrap();
    assert!(
        write(&one, Format::Osv, &target).unwrap_err().to_string().contains("folder has to be")
    );
    assert!(!out.join("a.json").exists());
    std::fs::remove_dir_all(&out).unwrap();
}
