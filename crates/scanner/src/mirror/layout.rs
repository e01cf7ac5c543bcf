//! What a path in a mirror is, by its place.

use std::sync::LazyLock;

use memchr::memmem::Finder;
use perlscan_model::archive_name::ArchiveName;
use perlscan_model::location::SourcePath;

use crate::mirror::patch::is_patch;

/// The folder of the archives, in a mirror.
const ARCHIVES: &[u8] = b"authors/id/";
/// The name of the index, packed or not.
const INDEX: [&[u8]; 2] = [b"02packages.details.txt", b"02packages.details.txt.gz"];

/// The names of the other files of a mirror that are read, packed or not, each with
/// the folder that it lies in.
const PERMISSIONS: [&[u8]; 2] = [b"06perms.txt", b"06perms.txt.gz"];
const AUTHORS: [&[u8]; 2] = [b"01mailrc.txt", b"01mailrc.txt.gz"];

/// Whether a file is a mirror's own, by its place: an index, or what lies where authors
/// put their archives. A folder `authors/id/` of something else has neither archives
/// nor the folders of authors.
pub fn is_of_mirror(path: &SourcePath) -> bool {
    // Asked of every file of a tree: most end here.
    if is_index(path) || is_permissions(path) || is_authors(path) || is_patch(path) {
        return true;
    }
    mirror_of(path).is_some_and(|(_, below)| {
        let is_archive =
            ArchiveName::parse(&below.to_text()).is_some_and(|a| a.extension() != "pm");
        is_archive || is_checksums(path) || is_below_author(&below)
    })
}

/// Whether a path below `authors/id/` is `A/AB/ABC/...`.
fn is_below_author(below: &SourcePath) -> bool {
    let parts: Vec<&[u8]> = below.parts().collect();
    let [first, second, author, _, ..] = parts.as_slice() else { return false };
    let is_id = |byte: &u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || *byte == b'-';
    author.len() > 1
        && author.iter().all(is_id)
        && author.get(..2) == Some(second)
        && author.get(..1) == Some(first)
}

/// Whether a file says who may release what.
pub fn is_permissions(path: &SourcePath) -> bool {
    PERMISSIONS.contains(&path.file_name()) && path.parent().file_name() == b"modules"
}

/// Whether a file has the names of authors.
pub fn is_authors(path: &SourcePath) -> bool {
    AUTHORS.contains(&path.file_name()) && path.parent().file_name() == b"authors"
}

/// Whether a file is the META of the archive beside it.
pub fn is_side_meta(path: &SourcePath) -> bool {
    path.file_name().ends_with(b".meta") && mirror_of(path).is_some()
}

/// Whether a file is an index of packages.
pub fn is_index(path: &SourcePath) -> bool {
    INDEX.contains(&path.file_name()) && path.parent().file_name() == b"modules"
}

/// Whether a file holds the digests of the archives beside it.
pub fn is_checksums(path: &SourcePath) -> bool {
    path.file_name() == b"CHECKSUMS" && mirror_of(path).is_some()
}

/// The mirror that an archive lies in, and its path below `authors/id/`; `None`
/// for an archive in a plain folder.
pub fn mirror_of(archive: &SourcePath) -> Option<(SourcePath, SourcePath)> {
    /// Asked of every file of a tree.
    static FINDER: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(ARCHIVES));
    let bytes = archive.as_bytes();
    let starts = FINDER.find_iter(bytes);
    let at = starts.filter(|at| *at == 0 || bytes.get(at - 1) == Some(&b'/')).last()?;
    let above = bytes.get(..at.saturating_sub(1)).unwrap_or_default();
    let below = bytes.get(at + ARCHIVES.len()..)?;
    Some((SourcePath::new(above), SourcePath::new(below)))
}

/// The mirror that an index speaks of, and the stack of Pinto that it is of.
pub fn indexed_mirror(index: &SourcePath) -> (SourcePath, Option<SourcePath>) {
    let folder = index.parent().parent();
    let stacks = folder.parent();
    match stacks.file_name() == b"stacks" {
        true => (stacks.parent(), Some(SourcePath::new(folder.file_name()))),
        false => (folder, None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn archives_belong_to_the_mirror_around_them() {
        for (path, expected) in [
            ("authors/id/A/AB/ABC/Foo-1.tar.gz", Some(("", "A/AB/ABC/Foo-1.tar.gz"))),
            ("pan/authors/id/A/AB/ABC/x/Foo-1.zip", Some(("pan", "A/AB/ABC/x/Foo-1.zip"))),
            ("a/authors/id/b/authors/id/X.tgz", Some(("a/authors/id/b", "X.tgz"))),
            ("coauthors/id/Foo-1.tar.gz", None),
            ("vendor/Foo-1.tar.gz", None),
        ] {
            let found = mirror_of(&path.into());
            let expected = expected.map(|(a, b)| (SourcePath::from(a), SourcePath::from(b)));
            assert_eq!(found, expected, "{path}");
        }
    }

    #[test]
    fn a_mirrors_own_files_are_told_by_their_place() {
        for (path, expected) in [
            ("pan/authors/id/A/AB/ABC/Foo-1.tar.gz", true),
            ("pan/authors/id/Foo-1.tar.gz", true),
            ("pan/authors/id/A/AB/ABC/Foo-1/lib/Foo.pm", true),
            ("pan/authors/id/A/AB/ABC/CHECKSUMS", true),
            ("pan/authors/id/A/AC/ABC/Foo.pm", false),
            ("lib/authors/id/Foo.pm", false),
            ("root/authors/id/view.tt", false),
            ("pan/modules/06perms.txt", true),
            ("pan/authors/01mailrc.txt.gz", true),
            ("pan/01mailrc.txt.gz", false),
            ("vendor/Foo-1.tar.gz", false),
        ] {
            assert_eq!(is_of_mirror(&path.into()), expected, "{path}");
        }
    }

    #[test]
    fn each_stack_of_pinto_has_an_index() {
        for (path, mirror, stack) in [
            ("modules/02packages.details.txt.gz", "", None),
            ("pan/modules/02packages.details.txt", "pan", None),
            ("pan/stacks/master/modules/02packages.details.txt.gz", "pan", Some("master")),
        ] {
            assert!(is_index(&path.into()), "{path}");
            let expected = (SourcePath::from(mirror), stack.map(SourcePath::from));
            assert_eq!(indexed_mirror(&path.into()), expected, "{path}");
        }
        assert!(!is_index(&"doc/02packages.details.txt".into()));
    }
}
