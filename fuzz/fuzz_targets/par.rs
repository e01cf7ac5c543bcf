//! Any bytes as a PAR archive, within small limits: they hold, and nothing
//! that is inside is silently left out when the archive can't be read.
#![no_main]

use libfuzzer_sys::fuzz_target;
use perlscan_model::location::SourcePath;
use perlscan_scanner::container::{Limits, Opened, open};
use perlscan_scanner::extract::SourceFile;

fuzz_target!(|bytes: &[u8]| {
    let path = SourcePath::from("app.par");
    let limits = Limits {
        entry_bytes: 1 << 16,
        total_bytes: 1 << 20,
        ratio: 200,
        ratio_from: 1 << 16,
        entries: 64,
        nesting: 4,
        archive_seconds: 60,
    };
    let (mut inflated, mut files) = (0, 0);
    let mut problems = Vec::new();
    let mut each = |inner: &Opened<'_>| {
        assert!(inner.bytes.len() <= 1 << 16, "an entry above its limit");
        assert!(inner.inside.names().len() <= 4, "too deep");
        inflated += inner.bytes.len();
        files += 1;
    };
    let file = SourceFile { path: &path, bytes };
    open(&file, limits, &|_| true, &mut each, &mut problems);
    assert!(inflated <= 1 << 20, "{inflated} bytes out of {}", bytes.len());
    assert!(files <= 64);
    // What does not begin with a local file's or an empty directory's mark may
    // still be an archive behind a program; what has none of both is none.
    if has_no_directory(bytes) {
        assert_eq!(problems.len(), 1, "it is no archive, and that is said");
    }
});

fn has_no_directory(bytes: &[u8]) -> bool {
    !bytes.windows(4).any(|mark| mark == b"PK\x05\x06")
}
