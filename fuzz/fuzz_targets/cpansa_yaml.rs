//! Any bytes as a distribution's file and as a report on a library: ids and
//! names stay within a folder, and problems name a line of the file.
#![no_main]

use std::path::Path;

use libfuzzer_sys::fuzz_target;
use perlscan_scanner::advisory::sources::{SourceData, cpansa_file, library_reports};

fuzz_target!(|bytes: &[u8]| {
    let path = Path::new("file.yml");
    let mut data = SourceData::default();
    library_reports::read(bytes, path, &mut data);
    if let Ok(file) = cpansa_file::parse(bytes, path) {
        data.advisories.extend(file.advisories);
        data.problems.extend(file.problems);
        assert!(!file.dist.dist.contains(['/', '\\', '\0']));
    }
    for advisory in &data.advisories {
        assert!(!advisory.fact.dist.contains(['/', '\\', '\0']), "{:?}", advisory.fact.dist);
    }
    // YAML ends lines with a carriage return alone, too.
    let lines = 1 + bytes.iter().filter(|byte| matches!(byte, b'\n' | b'\r')).count() as u64;
    for problem in &data.problems {
        assert!(problem.place.line.is_none_or(|line| line >= 1 && line <= lines + 1), "{problem}");
    }
});
