//! A commit's tree and the index give the same facts as the same files on disk
//! and in memory.

#![cfg(feature = "git")]
#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a test makes files, and fails by panicking"
)]

use std::path::{Path, PathBuf};

use git2::{Index, Repository, RepositoryInitOptions, Signature};
use perlscan_model::location::SourcePath;
use perlscan_model::problem::ProblemKind;
use perlscan_scanner::scan::{ScanSettings, Survey, survey};
use perlscan_scanner::source::git::{GitContent, GitError, GitPlace, GitRepository, GitSource};
use perlscan_scanner::source::{Excludes, FsSource, Limits, MemSource, Source};
use tempfile::TempDir;

/// The files below a folder, links left out.
fn files(folder: &Path, base: &Path, found: &mut Vec<(SourcePath, Vec<u8>)>) {
    let mut entries: Vec<PathBuf> =
        std::fs::read_dir(folder).unwrap().flatten().map(|entry| entry.path()).collect();
    entries.sort();
    for path in entries {
        if path.is_symlink() {
            continue;
        }
        if path.is_dir() {
            files(&path, base, found);
        } else {
            let relative = path.strip_prefix(base).unwrap().to_string_lossy().into_owned();
            found.push((relative.as_str().into(), std::fs::read(&path).unwrap()));
        }
    }
}

/// A repository whose work tree is `tree`, apart from it, with all of it in the
/// index and in one commit.
fn repository(tree: &Path) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let mut options = RepositoryInitOptions::new();
    options.no_dotgit_dir(true).workdir_path(tree).initial_head("main");
    let repository = Repository::init_opts(folder.path(), &options).unwrap();
    // What the machine's configuration says of line ends is not ours.
    repository.config().unwrap().set_bool("core.autocrlf", false).unwrap();
    let mut index = repository.index().unwrap();
    index.add_all(["*"], git2::IndexAddOption::FORCE, None).unwrap();
    index.write().unwrap();
    commit(&repository, &mut index);
    // The link to the repository that libgit2 leaves in the work tree.
    let _ = std::fs::remove_file(tree.join(".git"));
    folder
}

fn commit(repository: &Repository, index: &mut Index) -> git2::Oid {
    let tree = repository.find_tree(index.write_tree().unwrap()).unwrap();
    let who = Signature::new("A", "a@example.org", &git2::Time::new(1_700_000_000, 0)).unwrap();
    let parents: Vec<_> =
        repository.head().ok().and_then(|head| head.peel_to_commit().ok()).into_iter().collect();
    let parents: Vec<&git2::Commit<'_>> = parents.iter().collect();
    repository.commit(Some("HEAD"), &who, &who, "x", &tree, &parents).unwrap()
}

fn open(folder: &Path) -> GitRepository {
    let place = GitPlace { folder: Some(folder.to_owned()), ..GitPlace::default() };
    GitRepository::open(place).expect("it can be opened")
}

fn settings(roots: &[&str]) -> ScanSettings {
    let roots = if roots.is_empty() { &[""][..] } else { roots };
    let scan_roots = roots.iter().map(|root| SourcePath::from(*root)).collect();
    ScanSettings { scan_roots, ..ScanSettings::default() }
}

fn of(source: &dyn Source, roots: &[&str]) -> Survey {
    let mut survey = survey(source, &settings(roots), &());
    survey.problems.sort();
    survey.coverage.skipped_directories.retain(|(name, _)| name != ".git");
    survey
}

fn source<'r>(
    repository: &'r GitRepository,
    content: GitContent,
    base: &Path,
    roots: &[&str],
    patterns: &[String],
    threads: usize,
    like: Option<&GitSource<'r>>,
) -> GitSource<'r> {
    let ignore = repository.file(&content, &".perlscanignore".into(), 1 << 20).unwrap();
    let excludes = Excludes::of_bytes(base, patterns, ignore.as_deref()).unwrap();
    let roots = settings(roots).scan_roots;
    let base = (base.to_owned(), Some(threads));
    GitSource::new(repository, content, roots, excludes, base, &Limits::default(), like)
}

/// Holds the tree and the index to the disk, whatever the number of threads.
fn same_everywhere(tree: &Path, roots: &[&str], patterns: &[String]) -> Survey {
    let excludes = Excludes::new(tree, patterns, false).unwrap();
    let named = settings(roots).scan_roots;
    let paths = named.iter().map(|root| tree.join(&*root.to_text())).collect();
    let disk = of(&FsSource::new(tree.to_owned(), paths, excludes, Some(2)), roots);
    let folder = repository(tree);
    let repository = open(folder.path());
    let head = repository.head().unwrap().expect("a commit");
    for threads in [1, 3] {
        let of_tree = source(&repository, (&head).into(), tree, roots, patterns, threads, None);
        assert_eq!(of(&of_tree, roots), disk, "the commit's tree, {threads} threads");
        let index = repository.index().unwrap();
        let of_index = source(&repository, index, tree, roots, patterns, threads, Some(&of_tree));
        assert_eq!(of(&of_index, roots), disk, "the index, {threads} threads");
        // Taken over folder by folder from a listing of the same tree.
        let again =
            source(&repository, (&head).into(), tree, roots, patterns, threads, Some(&of_tree));
        assert_eq!(of(&again, roots), disk, "the tree once more");
    }
    disk
}

#[test]
fn every_source_gives_the_same_facts_of_the_corpus() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../test-corpus");
    let tree = tempfile::tempdir().unwrap();
    let mut held = Vec::new();
    for part in ["projects", "manifests", "fatpack", "par", "hostile", "uses", "snapshot"] {
        files(&corpus.join(part), &corpus, &mut held);
    }
    for (path, bytes) in &held {
        let path = tree.path().join(&*path.to_text());
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    }
    let tree = tree.path().canonicalize().unwrap();
    let disk = same_everywhere(&tree, &[], &[]);
    assert!(disk.projects.len() > 10, "{} projects", disk.projects.len());
    let mut memory = of(&MemSource::new(held), &[]);
    // Memory has no folders to skip.
    memory.coverage.skipped_directories.clear();
    assert_eq!(memory.projects, disk.projects);
    assert_eq!(memory.problems, disk.problems);
}

/// Skipped folders, caches, excludes of both kinds, roots within.
#[test]
fn what_is_left_out_is_left_out_alike() {
    let tree = tempfile::tempdir().unwrap();
    let write = |path: &str, text: &str| {
        let path = tree.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    };
    for path in [
        "cpanfile",
        "node_modules/x/cpanfile",
        "a/node_modules/cpanfile",
        "a/blib/lib/A.pm",
        "a/vendor/cache/cpanfile",
        "a/vendor/cpanfile",
        "a-b/cpanfile",
        "a/b/cpanfile",
        "a/b/old/cpanfile",
        "a/b/c/lib/X.pm",
        "a/local/cache/X.pm",
        "gone/cpanfile",
        "gone/lib/A.pm",
        "t/gone.pm",
    ] {
        write(path, "requires 'Net::OAuth', '== 0.28';\n");
    }
    write("script", "#!/usr/bin/perl\nuse Net::OAuth;\n");
    write("README", "no Perl\n");
    write(".perlscanignore", "# kept apart\n/gone/\nt/gone.pm\n");
    let tree = tree.path().canonicalize().unwrap();
    let patterns = ["old/".to_owned()];
    let disk = same_everywhere(&tree, &[], &patterns);
    let excluded: Vec<String> = disk.coverage.excluded.iter().map(ToString::to_string).collect();
    assert_eq!(excluded, ["a/b/old", "gone", "t/gone.pm"]);
    assert_eq!(
        disk.coverage.skipped_directories,
        [
            ("blib".to_owned(), 1),
            ("local/cache".to_owned(), 1),
            ("node_modules".to_owned(), 2),
            ("vendor/cache".to_owned(), 1)
        ]
    );
    same_everywhere(&tree, &["a"], &[]);
    same_everywhere(&tree, &["a/b", "a-b"], &[]);
    // What is named is entered whatever it is called.
    same_everywhere(&tree, &["a/node_modules", "cpanfile"], &[]);
}

#[cfg(unix)]
#[test]
fn links_are_followed_alike_and_never_out() {
    use std::os::unix::fs::symlink;
    let outer = tempfile::tempdir().unwrap();
    let tree = outer.path().join("tree");
    for folder in ["lib/deep", "other", "target/in"] {
        std::fs::create_dir_all(tree.join(folder)).unwrap();
    }
    std::fs::write(outer.path().join("cpanfile"), "requires 'Outside';\n").unwrap();
    std::fs::write(tree.join("cpanfile"), "requires 'Net::OAuth', '== 0.28';\n").unwrap();
    std::fs::write(tree.join("target/in/X.pm"), "package X; use Mojolicious; 1;\n").unwrap();
    for (to, at) in [
        ("../cpanfile", "other/cpanfile"),
        ("../target/in/X.pm", "lib/X.pm"),
        ("../../target", "lib/deep/folder"),
        ("deep/folder/in/X.pm", "lib/Y.pm"),
        ("Y.pm", "lib/Z.pm"),
        ("loop.pm", "lib/loop.pm"),
        ("nothing", "lib/broken.pm"),
        ("X.pm/below", "lib/through.pm"),
        ("../../cpanfile", "lib/cpanfile"),
        ("/etc/passwd", "lib/root.pm"),
        ("../../cpanfile", "lib/unknown"),
        ("./../lib//X.pm", "lib/dots.pm"),
    ] {
        symlink(to, tree.join(at)).unwrap();
    }
    let tree = tree.canonicalize().unwrap();
    let excludes = Excludes::new(&tree, &[], false).unwrap();
    let disk = of(&FsSource::new(tree.clone(), vec![tree.clone()], excludes, Some(1)), &[]);
    let folder = repository(&tree);
    let repository = open(folder.path());
    let head = repository.head().unwrap().expect("a commit");
    let of_tree = of(&source(&repository, (&head).into(), &tree, &[], &[], 1, None), &[]);
    let index = repository.index().unwrap();
    let of_index = of(&source(&repository, index, &tree, &[], &[], 1, None), &[]);
    assert_eq!(of_tree, of_index);
    assert_eq!(of_tree.projects, disk.projects);
    assert_eq!(of_tree.problems, disk.problems);
    assert_eq!(of_tree.coverage.files_seen, disk.coverage.files_seen);
    assert_eq!(of_tree.coverage.files_read, disk.coverage.files_read);
    let lost: Vec<String> = disk
        .problems
        .iter()
        .filter(|problem| problem.kind == ProblemKind::Lost)
        .map(|problem| problem.location.to_string())
        .collect();
    assert_eq!(lost, ["lib/cpanfile"], "what leads out is not read");
}

#[test]
fn a_limit_bites_alike() {
    let tree = tempfile::tempdir().unwrap();
    std::fs::write(tree.path().join("cpanfile"), vec![b'#'; (8 << 20) + 1]).unwrap();
    std::fs::write(tree.path().join("A.pm"), vec![b'#'; (8 << 20) + 1]).unwrap();
    let mut script = b"#!/usr/bin/perl\n".to_vec();
    script.resize((16 << 20) + 1, b'#');
    std::fs::write(tree.path().join("script"), script).unwrap();
    let tree = tree.path().canonicalize().unwrap();
    let disk = same_everywhere(&tree, &[], &[]);
    let said: Vec<String> = disk.problems.iter().map(|one| one.location.to_string()).collect();
    assert_eq!(said, ["cpanfile", "script"]);
}

#[test]
fn a_submodule_is_counted_and_a_name_that_only_the_index_would_add_is_not_there() {
    let tree = tempfile::tempdir().unwrap();
    std::fs::write(tree.path().join("cpanfile"), "requires 'A';\n").unwrap();
    let tree = tree.path().canonicalize().unwrap();
    let folder = repository(&tree);
    let raw = Repository::open(folder.path()).unwrap();
    let mut index = raw.index().unwrap();
    let mut entry = index.get_path(Path::new("cpanfile"), 0).unwrap();
    entry.path = b"sub/module".to_vec();
    entry.mode = 0o160_000;
    entry.id = git2::Oid::from_str("0123456789abcdef0123456789abcdef01234567").unwrap();
    index.add(&entry).unwrap();
    index.write().unwrap();
    commit(&raw, &mut index);
    let repository = open(folder.path());
    let head = repository.head().unwrap().expect("a commit");
    for content in [GitContent::from(&head), repository.index().unwrap()] {
        let found = of(&source(&repository, content, &tree, &[], &[], 1, None), &[]);
        assert_eq!(found.coverage.skipped_directories, [("submodules".to_owned(), 1)]);
        assert_eq!((found.coverage.files_seen, found.problems.len()), (1, 0));
    }
}

#[test]
fn a_tree_of_itself_ends() {
    let tree = tempfile::tempdir().unwrap();
    std::fs::write(tree.path().join("cpanfile"), "requires 'A';\n").unwrap();
    let tree = tree.path().canonicalize().unwrap();
    let folder = repository(&tree);
    let raw = Repository::open(folder.path()).unwrap();
    // Ten folders that are each ten folders, nine deep: a thousand million files, or
    // as many folders without any.
    let with_file = raw.head().unwrap().peel_to_tree().unwrap().id();
    let without = raw.treebuilder(None).unwrap().write().unwrap();
    for below in [with_file, without] {
        bomb(&raw, &tree, folder.path(), below);
    }
}

fn bomb(raw: &Repository, tree: &Path, folder: &Path, mut below: git2::Oid) {
    for _ in 0..9 {
        let mut builder = raw.treebuilder(None).unwrap();
        for name in 0..10 {
            builder.insert(format!("d{name}"), below, 0o040_000).unwrap();
        }
        below = builder.write().unwrap();
    }
    let who = Signature::now("A", "a@example.org").unwrap();
    let bomb = raw.find_tree(below).unwrap();
    let parent = raw.head().unwrap().peel_to_commit().unwrap();
    raw.commit(Some("HEAD"), &who, &who, "x", &bomb, &[&parent]).unwrap();
    let repository = open(folder);
    let head = repository.head().unwrap().expect("a commit");
    let excludes = Excludes::of_bytes(tree, &["cpanfile".to_owned()], None).unwrap();
    let limits = Limits { entries: 5_000, ..Limits::default() };
    let (roots, base) = (settings(&[]).scan_roots, (tree.to_owned(), Some(1)));
    let content = (&head).into();
    let source = GitSource::new(&repository, content, roots, excludes, base, &limits, None);
    let scan_settings = ScanSettings { limits, ..settings(&[]) };
    let found = survey(&source, &scan_settings, &());
    let lost: Vec<_> =
        found.problems.iter().filter(|problem| problem.kind == ProblemKind::Lost).collect();
    assert_eq!(lost.len(), 1, "{lost:?}");
    assert!(lost[0].message.contains("more than 5000 files"), "{lost:?}");
}

#[test]
fn what_cannot_be_read_says_what_to_do() {
    let empty = tempfile::tempdir().unwrap();
    let place = GitPlace { start: empty.path().to_owned(), ..GitPlace::default() };
    let error = GitRepository::open(place).expect_err("there is none");
    assert!(matches!(error, GitError::NoRepository { .. }), "{error}");

    let tree = tempfile::tempdir().unwrap();
    std::fs::write(tree.path().join("cpanfile"), "requires 'A';\n").unwrap();
    std::fs::write(tree.path().join("lib.pm"), "package A;\n").unwrap();
    let tree = tree.path().canonicalize().unwrap();
    let folder = repository(&tree);
    let repository = open(folder.path());
    let error = repository.commit("no-such-branch").expect_err("no such").to_string();
    assert!(error.contains("'no-such-branch' names no commit") && error.contains("fetched first"));
    // An object that is not there: what a partial clone leaves out.
    let blob = git2::Oid::hash_object(git2::ObjectType::Blob, b"package A;\n").unwrap();
    let text = blob.to_string();
    std::fs::remove_file(folder.path().join("objects").join(&text[..2]).join(&text[2..])).unwrap();
    let repository = open(folder.path());
    let head = repository.head().unwrap().expect("a commit");
    let found = of(&source(&repository, (&head).into(), &tree, &[], &[], 1, None), &[]);
    let [lost] = found.problems.as_slice() else { panic!("{:?}", found.problems) };
    assert_eq!((lost.kind, lost.location.to_string().as_str()), (ProblemKind::Lost, "lib.pm"));
    assert!(lost.message.contains("git fetch --refetch"), "{}", lost.message);
}
