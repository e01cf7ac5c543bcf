#![allow(clippy::disallowed_methods, reason = "the file is read and changed on the disk")]

use std::fs;

use perlscan_model::location::{Location, Span};
use perlscan_model::name::ModuleName;
use perlscan_model::package::VersionState;
use perlscan_model::problem::{Problem, ProblemKind};
use perlscan_model::requirement::Phase;

use super::*;
use crate::extract::Facts;
use crate::resolve::project::FileFacts;

/// So many files: of each four one is no Perl after a look.
fn read(count: u8, changed: u8) -> Collected {
    let mut read = Collected::default();
    for n in 0..count {
        let path = SourcePath::new(format!("lib/M{n:03}.pm").into_bytes());
        let content = [if n < changed { 255 } else { n }; 20];
        read.contents.insert(path.clone(), (ContentId(content), n % 4 != 0));
        if n % 4 != 0 {
            let span =
                Span { line: 1, column: 2, end_line: 3, end_column: 4, offset: 5, length: 6 };
            let module = ModuleName::parse("Acme::Same").expect("a name");
            let uses = vec![ModuleUse {
                module: module.clone(),
                minimum: (n % 8 == 1).then(|| "1.2_3".into()),
                phase: Phase::Runtime,
                optional: n % 8 == 2,
                conditional: n % 8 == 3,
                span,
            }];
            let version = (n % 8 == 5).then(|| VersionState::Unknown("why".to_owned()));
            read.source(&path, uses, vec![ModuleFound { module, version, span }]);
        }
    }
    read.sort();
    read
}

fn facts(folder: &Path) -> SourceFacts {
    SourceFacts { folder: folder.to_owned(), repository: "/x/.git".into() }
}

fn open(folder: &Path) -> Remembered {
    Remembered::open(&facts(folder), &ScanSettings::default()).expect("it can be opened")
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).expect("a folder");
    entries
        .map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned())
        .collect()
}

#[test]
fn what_is_kept_comes_back_whole() {
    let folder = tempfile::tempdir().expect("a folder");
    let read = read(210, 0);
    open(folder.path()).keep(&read).expect("it is kept");
    let remembered = open(folder.path());
    let before = remembered.before();
    assert_eq!(before.contents, read.contents);
    assert_eq!(before.sources, read.sources);
    assert_eq!(before.names.len(), 1, "every name once");
}

#[test]
fn a_file_with_a_fact_or_a_problem_is_read_again() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut read = read(210, 0);
    let (one, two) = (SourcePath::from("lib/M001.pm"), SourcePath::from("lib/M002.pm"));
    let file = FileFacts { path: one.clone(), facts: Facts::default(), is_only_holder: true };
    read.files.push(file);
    read.problems.push(Problem {
        location: Location::file(two.clone()),
        kind: ProblemKind::Note,
        by: "perl",
        message: "why".to_owned(),
    });
    open(folder.path()).keep(&read).expect("it is kept");
    let remembered = open(folder.path());
    let before = remembered.before();
    assert_eq!((before.contents.len(), before.problems.len(), before.files.len()), (208, 0, 0));
    for path in [one, two] {
        assert!(!before.contents.contains_key(&path));
        assert!(before.sources.iter().all(|source| source.path != path));
    }
}

#[test]
fn few_files_or_few_new_ones_are_not_worth_writing() {
    let folder = tempfile::tempdir().expect("a folder");
    open(folder.path()).keep(&read(199, 0)).expect("nothing happens");
    assert!(names(folder.path()).is_empty());
    let all = read(210, 0);
    open(folder.path()).keep(&all).expect("it is kept");
    open(folder.path()).keep(&read(210, 3)).expect("it stays");
    assert_eq!(open(folder.path()).before().contents, all.contents);
    open(folder.path()).keep(&read(210, 4)).expect("it is kept");
    assert_eq!(open(folder.path()).before().contents, read(210, 4).contents);
    assert_eq!(names(folder.path()).len(), 1);
}

#[test]
fn another_repository_or_other_limits_have_another_file() {
    let folder = Path::new("/cache");
    let name =
        |repository: &str, settings: &ScanSettings| file_name(Path::new(repository), settings);
    let settings = ScanSettings::default();
    let mut limits = settings.clone();
    limits.limits.path_bytes -= 1;
    let mut containers = settings.clone();
    containers.containers.entries -= 1;
    let mut roots = settings.clone();
    roots.scan_roots = vec![SourcePath::from("lib")];
    let all = [
        name("/x/.git", &settings),
        name("/y/.git", &settings),
        name("/x/.git", &limits),
        name("/x/.git", &containers),
        name("/x/.git", &roots),
    ];
    assert_eq!(all.iter().collect::<BTreeSet<_>>().len(), 5, "{all:?}");
    assert!(all.iter().all(|name| folder.join(name).parent() == Some(folder)));
}

/// Cut anywhere and with any byte changed, the file is as none.
#[test]
fn a_damaged_file_is_nothing_and_never_wrong() {
    let folder = tempfile::tempdir().expect("a folder");
    open(folder.path()).keep(&read(210, 0)).expect("it is kept");
    let path = folder.path().join(file_name(Path::new("/x/.git"), &ScanSettings::default()));
    let whole = fs::read(&path).expect("it is there");
    for at in (0..whole.len()).step_by(61) {
        let mut wrong = whole.clone();
        wrong[at] ^= 0x10;
        for bytes in [&whole[..at], &wrong] {
            fs::write(&path, bytes).expect("it is written");
            let remembered = open(folder.path());
            assert!(remembered.before().contents.is_empty(), "at {at}");
            assert!(remembered.before().sources.is_empty(), "at {at}");
        }
    }
    open(folder.path()).keep(&read(210, 0)).expect("it is kept");
    assert_eq!(fs::read(&path).expect("it is there"), whole);
}

#[cfg(unix)]
#[test]
fn what_others_can_write_is_not_used() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().expect("a folder");
    let cache = folder.path().join("cache");
    open(&cache).keep(&read(210, 0)).expect("it is kept");
    let path = cache.join(names(&cache).first().expect("one"));
    let mode = |path: &Path| fs::metadata(path).expect("it is there").permissions().mode();
    assert_eq!((mode(&path) & 0o777, mode(&cache) & 0o777), (0o600, 0o700));
    for path in [&path, &cache] {
        let own = mode(path);
        fs::set_permissions(path, fs::Permissions::from_mode(own | 0o020)).expect("it is set");
        let opened = Remembered::open(&facts(&cache), &ScanSettings::default());
        let error = opened.expect_err("others can write it").to_string();
        assert!(error.contains("others can write it"), "{error}");
        fs::set_permissions(path, fs::Permissions::from_mode(own)).expect("it is set");
    }
    assert!(!open(&cache).before().contents.is_empty());
}
