//! Directories that are never entered, unless the user names them.

use std::ffi::OsStr;
use std::path::Path;

#[cfg(feature = "git")]
use perlscan_model::location::SourcePath;

/// Version control, build products and JavaScript's packages hold no inputs of a
/// project. Nor do the work folders and caches of cpanm, cpm, Carton and CPAN.pm:
/// what was once fetched is neither installed nor deployed.
const BY_NAME: [&str; 13] = [
    ".git",
    ".hg",
    ".svn",
    "CVS",
    "blib",
    "_build",
    "node_modules",
    ".cpan",
    ".cpanm",
    ".cpanplus",
    ".cpm",
    ".perl-cpm",
    ".carton",
];

/// Carton's caches, each with the directory that it lies in (`carton bundle`,
/// `carton install`): only what the lock names of them counts.
const CACHES: [(&str, &str, &str); 2] =
    [("vendor", "cache", "vendor/cache"), ("local", "cache", "local/cache")];

/// The name under which a directory is never entered.
pub(super) fn skipped(directory: &Path) -> Option<&'static str> {
    let name = directory.file_name()?;
    if let Some(known) = BY_NAME.into_iter().find(|known| name == OsStr::new(known)) {
        return Some(known);
    }
    let above = directory.parent().and_then(Path::file_name)?;
    let cache = CACHES.into_iter().find(|(outer, inner, _)| above == *outer && name == *inner);
    cache.map(|(.., words)| words)
}

/// The same of a path that lies on no disk.
#[cfg(feature = "git")]
pub(super) fn skipped_path(folder: &SourcePath) -> Option<&'static str> {
    let name = folder.file_name();
    if let Some(known) = BY_NAME.into_iter().find(|known| name == known.as_bytes()) {
        return Some(known);
    }
    let above = folder.parent();
    let above = above.file_name();
    let is_cache = |outer: &str, inner: &str| above == outer.as_bytes() && name == inner.as_bytes();
    let cache = CACHES.into_iter().find(|(outer, inner, _)| is_cache(outer, inner));
    cache.map(|(.., words)| words)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cache_is_one_by_the_folder_that_it_lies_in() {
        for (path, expected) in [
            ("app/vendor/cache", Some("vendor/cache")),
            ("app/local/cache", Some("local/cache")),
            ("home/.cpanm", Some(".cpanm")),
            ("app/cache", None),
            ("app/vendor", None),
            ("vendor/cache/Foo", None),
        ] {
            assert_eq!(skipped(Path::new(path)), expected, "{path}");
            #[cfg(feature = "git")]
            assert_eq!(skipped_path(&SourcePath::from(path)), expected, "{path}");
        }
    }
}
