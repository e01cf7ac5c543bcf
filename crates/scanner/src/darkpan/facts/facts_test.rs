#![allow(clippy::disallowed_methods, reason = "the file is read and changed on the disk")]

use std::fs::{self, OpenOptions};
use std::path::PathBuf;

use perlscan_model::location::{Inside, Location, SourcePath, Span};
use perlscan_model::name::ModuleName;
use perlscan_model::package::VersionState;
use perlscan_model::problem::{Problem, ProblemKind};
use perlscan_model::range::VersionRange;
use perlscan_model::release_version::ReleaseVersion;
use perlscan_model::requirement::Phase;
use perlscan_model::usage::BundledModule;

use super::*;
use crate::darkpan::release::{self, BY};
use crate::source::archive::{ArchiveFile, Format};

const PATH: &str = "authors/id/L/LO/LOCAL/Acme-Int-1.2-RT7.tar.gz";

fn open(folder: &Path) -> FactsCache {
    let kept = ArchiveFacts { folder: folder.to_owned(), reads_all: false };
    FactsCache::open(&kept, &ScanSettings::default()).expect("it can be opened")
}

fn file(folder: &Path) -> PathBuf {
    folder.join(file_name())
}

/// A release with something in every field that is kept.
fn kept(number: u32) -> Kept {
    let path = SourcePath::from(PATH);
    let mut problems = Vec::new();
    let settings = ScanSettings::default();
    let mut release =
        release::read(&path, &ArchiveFile::new(Format::Tar, b"", b""), &settings, &mut problems);
    assert_eq!(problems.len(), 1, "it is no archive");
    let name = |text: &str| ModuleName::parse(text).expect("a name");
    let exact = |text: &str| VersionState::Exact(ReleaseVersion::read(text).expect("a version"));
    let span = Span { line: 1, column: 2, end_line: 3, end_column: 4, offset: 5, length: number };
    let inside = Inside::new("a".into()).join(SourcePath::new(b"\xff".to_vec()));
    release.modules = vec![
        (name("Acme::Int"), Some(exact("1.2_3"))),
        (name("Acme::Long"), Some(exact("1.2.3.4.5.6"))),
        (name("Acme::Some"), Some(VersionState::Range(VersionRange::any()))),
        (name("Acme::None"), None),
    ];
    release.bundled = vec![BundledModule {
        module: name("Acme::Copy"),
        version: VersionState::Unknown("why".to_owned()),
        phase: Phase::Configure,
        location: Location::at(path.clone(), span).within(inside),
    }];
    let said = [(BY, ProblemKind::Note), ("makefile-pl", ProblemKind::Undecided)];
    problems.extend(said.map(|(by, kind)| Problem {
        location: Location::file(path.clone()),
        kind,
        by,
        message: format!("number {number}"),
    }));
    Kept { release, problems }
}

#[test]
fn what_is_kept_comes_back_whole() {
    let folder = tempfile::tempdir().expect("a folder");
    let cache = open(folder.path());
    let key = cache.key(b"Acme-Int-1.2-RT7.tar.gz", b"bytes");
    assert_eq!(cache.of_key(key, None), None);
    cache.keep(key, &kept(1));
    assert_eq!(cache.of_key(key, None), Some(kept(1)));
    cache.finish(folder.path());
    let cache = open(folder.path());
    assert_eq!((cache.of_key(key, None), cache.known()), (Some(kept(1)), 1));
    // Elsewhere, under the same name.
    let path = SourcePath::from("mirror/authors/id/X/XX/X/Acme-Int-1.2-RT7.tar.gz");
    let moved = kept(1).at(&path);
    let copies = moved.release.bundled.iter().map(|copy| &copy.location);
    let places = moved.problems.iter().map(|problem| &problem.location).chain(copies);
    assert!(places.clone().count() == 4 && places.into_iter().all(|place| place.path == path));
    assert_eq!((&moved.release.path, &moved.release.dist), (&path, &kept(1).release.dist));
}

#[test]
fn another_name_other_bytes_or_other_limits_are_another_archive() {
    let folder = tempfile::tempdir().expect("a folder");
    let cache = open(folder.path());
    let mut settings = ScanSettings::default();
    settings.containers.entries -= 1;
    let kept = ArchiveFacts { folder: folder.path().to_owned(), reads_all: false };
    let other = FactsCache::open(&kept, &settings).expect("it can be opened");
    let keys = [
        cache.key(b"a", b"b"),
        cache.key(b"ab", b""),
        cache.key(b"a", b"c"),
        other.key(b"a", b"b"),
    ];
    for (at, key) in keys.iter().enumerate() {
        assert!(!keys[at + 1..].contains(key), "{at}");
    }
    // How long they may be read changes nothing of what is kept.
    let mut settings = ScanSettings::default();
    settings.containers.archive_seconds = 1;
    let longer = FactsCache::open(&kept, &settings).expect("it can be opened");
    assert_eq!(longer.key(b"a", b"b"), keys[0]);
}

#[test]
fn what_was_not_read_in_time_is_not_kept() {
    let folder = tempfile::tempdir().expect("a folder");
    let cache = open(folder.path());
    let key = cache.key(b"Acme-Int-1.2-RT7.tar.gz", b"bytes");
    let mut late = kept(1);
    late.release.is_late = true;
    cache.keep(key, &late);
    assert_eq!(cache.of_key(key, None), None);
}

/// Cut anywhere and with any byte changed, the file gives what was kept or nothing.
#[test]
fn a_damaged_file_is_incomplete_and_never_wrong() {
    let folder = tempfile::tempdir().expect("a folder");
    let cache = open(folder.path());
    let keys: Vec<FactsKey> = (0..4_u8).map(|n| cache.key(b"x", &[n])).collect();
    for (number, key) in (0..).zip(&keys) {
        cache.keep(*key, &kept(number));
    }
    cache.finish(folder.path());
    let whole = fs::read(file(folder.path())).expect("it is there");
    let right = |cache: &FactsCache| {
        let mut found = 0;
        for (number, key) in (0..).zip(&keys) {
            let known = cache.of_key(*key, None);
            found += usize::from(known.is_some());
            assert!(known.is_none_or(|known| known == kept(number)), "number {number}");
        }
        found
    };
    for at in (0..whole.len()).step_by(7) {
        fs::write(file(folder.path()), &whole[..at]).expect("it is written");
        assert!(right(&open(folder.path())) < 4, "cut at {at}");
        let mut wrong = whole.clone();
        wrong[at] ^= 0x10;
        fs::write(file(folder.path()), &wrong).expect("it is written");
        let cache = open(folder.path());
        assert!(right(&cache) < 4, "changed at {at}");
        // What follows is readable again.
        cache.keep(keys[3], &kept(3));
        cache.finish(folder.path());
        assert_eq!(open(folder.path()).of_key(keys[3], None), Some(kept(3)), "changed at {at}");
    }
}

/// A database that asks for a package of a file that was passed over has the archive
/// read again; the later record counts.
#[test]
fn what_was_passed_over_is_read_when_it_is_asked_for() {
    let folder = tempfile::tempdir().expect("a folder");
    let cache = open(folder.path());
    let key = cache.key(b"x", b"1");
    let mut less = kept(1);
    less.release.passed_over = vec!["Acme::New".to_owned()];
    cache.keep(key, &less);
    let wanted = |name: &str| HashSet::from([name.to_owned()]);
    assert_eq!(cache.of_key(key, Some(&wanted("Acme::Other"))), Some(less));
    assert_eq!(cache.of_key(key, Some(&wanted("Acme::New"))), None);
    assert_eq!(cache.of_key(key, None), None);
    cache.keep(key, &kept(1));
    cache.finish(folder.path());
    assert_eq!(open(folder.path()).of_key(key, Some(&wanted("Acme::New"))), Some(kept(1)));
}

#[test]
fn of_two_runs_at_once_one_writes_and_both_read() {
    let folder = tempfile::tempdir().expect("a folder");
    let first = open(folder.path());
    let (one, two) = (first.key(b"x", b"1"), first.key(b"x", b"2"));
    first.keep(one, &kept(1));
    let second = open(folder.path());
    assert_eq!(second.of_key(one, None), Some(kept(1)));
    let before = fs::read(file(folder.path())).expect("it is there");
    second.keep(two, &kept(2));
    second.finish(folder.path());
    assert_eq!(fs::read(file(folder.path())).expect("it is there"), before);
    first.keep(two, &kept(2));
    first.finish(folder.path());
    assert_eq!(open(folder.path()).of_key(two, None), Some(kept(2)));
}

#[test]
fn a_stamp_leads_to_what_was_read_unless_all_is_read() {
    let folder = tempfile::tempdir().expect("a folder");
    let cache = open(folder.path());
    let stamp = Stamp { file: [1, 2, 3], times: [4, 5, 6, 7] };
    let key = cache.key(b"x", b"1");
    cache.keep(key, &kept(1));
    cache.remember(b"x", &stamp, key);
    assert_eq!(cache.of_stamp(b"x", &stamp, None), Some(kept(1)));
    assert_eq!(cache.of_stamp(b"y", &stamp, None), None);
    for at in 0..7 {
        let mut other = stamp;
        match at {
            0..3 => other.file[at] += 1,
            _ => other.times[at - 3] += 1,
        }
        assert_eq!(cache.of_stamp(b"x", &other, None), None, "{at}");
    }
    cache.finish(folder.path());
    let all = ArchiveFacts { folder: folder.path().to_owned(), reads_all: true };
    let all = FactsCache::open(&all, &ScanSettings::default()).expect("it can be opened");
    assert_eq!((all.of_stamp(b"x", &stamp, None), all.of_key(key, None)), (None, Some(kept(1))));
}

#[test]
fn what_has_grown_too_large_keeps_what_the_run_used() {
    let folder = tempfile::tempdir().expect("a folder");
    let cache = open(folder.path());
    let keys: Vec<FactsKey> = (0..9_u8).map(|n| cache.key(b"x", &[n])).collect();
    let stamp = |n| Stamp { file: [n, 0, 0], times: [0; 4] };
    for (number, key) in (0..).zip(&keys) {
        cache.keep(*key, &kept(number));
        cache.remember(b"x", &stamp(u64::from(number)), *key);
    }
    cache.finish(folder.path());
    let cache = open(folder.path());
    assert!(cache.of_stamp(b"x", &stamp(4), None).is_some());
    cache.log().set_largest(100);
    cache.finish(folder.path());
    let cache = open(folder.path());
    let left: Vec<bool> = keys.iter().map(|key| cache.of_key(*key, None).is_some()).collect();
    assert_eq!(left, (0..9).map(|n| n == 4).collect::<Vec<_>>());
    assert_eq!(cache.of_stamp(b"x", &stamp(4), None), Some(kept(4)));
    let names = fs::read_dir(folder.path()).expect("a folder").count();
    assert_eq!(names, 2, "the file and its lock");
}

#[test]
fn other_builds_files_go_when_they_are_old_or_many() {
    let folder = tempfile::tempdir().expect("a folder");
    let aged = |name: &str, days: u64| {
        let path = folder.path().join(name);
        let file = OpenOptions::new().write(true).create(true).truncate(true).open(path);
        let then = std::time::SystemTime::now() - std::time::Duration::from_secs(days * 86400);
        file.and_then(|file| file.set_modified(then)).expect("it is written");
    };
    for (name, days) in [
        ("archives-1.facts", 1),
        ("archives-2.facts", 2),
        ("archives-3.facts", 3),
        ("archives-4.facts", 4),
        ("archives-5.facts", 40),
        ("advisories.db", 400),
    ] {
        aged(name, days);
    }
    open(folder.path()).finish(folder.path());
    let mut names: Vec<String> = fs::read_dir(folder.path())
        .expect("a folder")
        .map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned())
        .filter(|name| *name != file_name())
        .collect();
    names.sort();
    let expected = [
        "advisories.db",
        "archives-1.facts",
        "archives-2.facts",
        "archives-3.facts",
        "archives.lock",
    ];
    assert_eq!(names, expected);
}

#[cfg(unix)]
#[test]
fn what_others_can_write_is_not_used() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().expect("a folder");
    let settings = ScanSettings::default();
    open(folder.path()).finish(folder.path());
    let kept = ArchiveFacts { folder: folder.path().to_owned(), reads_all: false };
    let own = fs::metadata(file(folder.path())).expect("it is there").permissions().mode();
    assert_eq!(own & 0o077, 0);
    for path in [file(folder.path()), folder.path().to_owned()] {
        let mode = fs::metadata(&path).expect("it is there").permissions().mode();
        fs::set_permissions(&path, fs::Permissions::from_mode(mode | 0o020)).expect("it is set");
        let error = FactsCache::open(&kept, &settings).expect_err("others can write it");
        assert!(error.to_string().contains("others can write it"), "{error}");
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).expect("it is set");
    }
    assert!(FactsCache::open(&kept, &settings).is_ok());
}

/// Whoever tells a problem of an archive is known by name: else what the archive said
/// would be read again each time.
#[test]
fn everybody_who_tells_problems_is_known() {
    fn names(folder: &Path, found: &mut Vec<String>) {
        for entry in fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                names(&path, found);
            } else if let Ok(text) = fs::read_to_string(&path) {
                for before in ["by: \"", "const BY: &str = \""] {
                    let rests = text.split(before).skip(1);
                    found.extend(rests.filter_map(|rest| Some(rest.split_once('"')?.0.to_owned())));
                }
            }
        }
    }
    let mut found = Vec::new();
    for folder in ["source", "extract", "container", "resolve", "darkpan"] {
        names(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src").join(folder), &mut found);
    }
    found.retain(|name| name.bytes().all(|byte| byte.is_ascii_lowercase()));
    assert!(found.len() > 8, "{found:?}");
    for name in found {
        assert!(record::teller(&name).is_some(), "add '{name}' to `teller`");
    }
}
