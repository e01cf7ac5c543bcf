//! Any bytes as a fat-packed script: what is inside stands where the map says,
//! and reading the packages in it does no harm.
#![no_main]

use libfuzzer_sys::fuzz_target;
use perlscan_model::location::SourcePath;
use perlscan_scanner::container::{Limits, Opened, open};
use perlscan_scanner::extract::SourceFile;
use perlscan_scanner::perl::module_version::packages;

fuzz_target!(|bytes: &[u8]| {
    let path = SourcePath::from("tool.pl");
    let mut problems = Vec::new();
    let mut each = |inner: &Opened<'_>| {
        for (at, byte) in inner.bytes.iter().enumerate() {
            let outer = inner.outer(at).expect("a script's text has lines");
            assert_eq!(bytes.get(outer), Some(byte), "{at} is at {outer}");
        }
        for found in packages(inner.bytes) {
            assert!(found.range.end <= inner.bytes.len());
        }
    };
    let file = SourceFile { path: &path, bytes };
    open(&file, Limits::default(), &|_| true, &mut each, &mut problems);
    for problem in problems {
        assert_eq!(problem.location.path, path);
    }
    // The same bytes as a module's source.
    for found in packages(bytes) {
        let name = bytes.get(found.range).expect("it lies inside");
        let name = String::from_utf8_lossy(name).replace('\'', "::");
        assert_eq!(name, found.module.as_str());
    }
});
