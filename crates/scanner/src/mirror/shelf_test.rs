#![allow(clippy::disallowed_methods, reason = "the tests make mirrors on the disk")]

use super::*;

fn put(folder: &Path, path: &str, text: &str) {
    let path = folder.join(path);
    fs::create_dir_all(path.parent().expect("a folder")).expect("it can be made");
    fs::write(path, text).expect("it can be written");
}

#[test]
fn a_plain_mirror_gives_index_and_archives() {
    let folder = tempfile::tempdir().expect("a folder");
    put(folder.path(), "modules/02packages.details.txt", "index");
    put(folder.path(), "authors/id/A/AB/ABC/X-1.tar.gz", "archive");
    put(folder.path(), "authors/secret", "secret");
    let shelf = FolderShelf::open(folder.path()).expect("a mirror");
    assert_eq!(shelf.index().expect("it is there"), b"index");
    assert_eq!(shelf.archive("A/AB/ABC/X-1.tar.gz", 7).expect("it is there"), b"archive");
    let read = |path: &str, most| shelf.archive(path, most).expect_err("it can't be had");
    assert!(matches!(read("A/AB/ABC/X-1.tar.gz", 6), ShelfError::TooLarge(6)));
    assert!(matches!(read("A/AB/ABC/Y-1.tar.gz", 9), ShelfError::Missing));
    assert!(matches!(read("A/AB/ABC", 9), ShelfError::Missing), "a folder is no archive");
    for path in ["../secret", "A/../../secret", "/etc/passwd", "./A/AB/ABC/X-1.tar.gz"] {
        assert!(matches!(read(path, 9), ShelfError::Outside), "{path}");
    }
}

#[cfg(unix)]
#[test]
fn a_link_is_followed_within_the_mirror_only() {
    let folder = tempfile::tempdir().expect("a folder");
    put(folder.path(), "outside", "secret");
    put(folder.path(), "pan/modules/02packages.details.txt", "index");
    put(folder.path(), "pan/authors/id/A/AB/ABC/X-1.tar.gz", "archive");
    let author = folder.path().join("pan/authors/id/A/AB/ABC");
    std::os::unix::fs::symlink("X-1.tar.gz", author.join("Y-1.tar.gz")).expect("a link");
    std::os::unix::fs::symlink(folder.path().join("outside"), author.join("Z-1.tar.gz"))
        .expect("a link");
    let shelf = FolderShelf::open(&folder.path().join("pan")).expect("a mirror");
    assert_eq!(shelf.archive("A/AB/ABC/Y-1.tar.gz", 9).expect("it is within"), b"archive");
    let out = shelf.archive("A/AB/ABC/Z-1.tar.gz", 9).expect_err("it leads out");
    assert!(matches!(out, ShelfError::Outside));
}

#[test]
fn a_stack_of_pinto_has_its_archives_around_it() {
    let folder = tempfile::tempdir().expect("a folder");
    put(folder.path(), "stacks/master/modules/02packages.details.txt", "master");
    put(folder.path(), "stacks/qa/modules/02packages.details.txt", "qa");
    put(folder.path(), "authors/id/A/AB/ABC/X-1.tar.gz", "archive");
    let shelf = FolderShelf::open(&folder.path().join("stacks/qa")).expect("a stack");
    assert_eq!(shelf.index().expect("it is there"), b"qa");
    assert_eq!(shelf.archive("A/AB/ABC/X-1.tar.gz", 9).expect("it is there"), b"archive");
    // No default: which of them is for the user to say.
    let error = FolderShelf::open(folder.path()).expect_err("two stacks, no default");
    assert!(error.to_string().contains("stacks/master, stacks/qa"), "{error}");
    let error = FolderShelf::open(&folder.path().join("nothing")).expect_err("no folder");
    assert!(matches!(error, ShelfError::NoFolder(_)), "{error}");
    let error = FolderShelf::open(&folder.path().join("authors")).expect_err("no mirror");
    assert!(matches!(error, ShelfError::NoMirror(_)), "{error}");
}
