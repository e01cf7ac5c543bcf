//! What a path in a mirror is, by its place.

use perlscan_model::location::SourcePath;

/// The folder of the archives, in a mirror.
const ARCHIVES: &[u8] = b"authors/id/";
/// The name of the index, packed or not.
const INDEX: [&[u8]; 2] = [b"02packages.details.txt", b"02packages.details.txt.gz"];

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
    let bytes = archive.as_bytes();
    let starts = memchr::memmem::find_iter(bytes, ARCHIVES);
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
