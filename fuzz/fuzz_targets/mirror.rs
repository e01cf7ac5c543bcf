//! Any bytes as the files that lie in a mirror beside its archives: they are read
//! within bounds, and what makes no sense is told.
#![no_main]

use libfuzzer_sys::fuzz_target;
use perlscan_model::location::SourcePath;
use perlscan_scanner::mirror::layout::is_of_mirror;
use perlscan_scanner::mirror::{checksums, diff, mailrc, packages, patch, perms};

fuzz_target!(|bytes: &[u8]| {
    let lines = bytes.iter().filter(|byte| **byte == b'\n').count() + 1;
    let is_packed = bytes.starts_with(b"\x1f\x8b");
    let index = packages::read(bytes);
    assert!(is_packed || index.entries.len() <= lines);
    let permissions = perms::read(bytes);
    assert!(is_packed || permissions.wanted.iter().all(|one| one.line as usize <= lines));
    let authors = mailrc::read(bytes);
    assert!(is_packed || authors.names.len() <= lines);
    let _ = checksums::read(bytes);
    if let Ok(files) = diff::read(bytes) {
        let hunks = || files.iter().flat_map(|file| &file.hunks);
        assert!(hunks().next().is_some());
        let held: usize = hunks().map(|hunk| hunk.before.len().max(hunk.after.len())).sum();
        assert!(held <= lines);
    }
    let path = SourcePath::new(bytes);
    assert!(!patch::is_patch(&path) || is_of_mirror(&path));
});
