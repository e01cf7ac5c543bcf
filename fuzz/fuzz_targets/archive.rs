//! Any bytes as an archive of a release, under each name that there is: limits hold,
//! names lead nowhere else, and what can't be read is told.
#![no_main]

use libfuzzer_sys::fuzz_target;
use perlscan_model::location::SourcePath;
use perlscan_model::problem::ProblemKind;
use perlscan_scanner::source::archive::{ArchiveFile, Budget, Entries, Format, Limits, Wanted, read};

const LIMITS: Limits = Limits {
    entry_bytes: 1 << 16,
    total_bytes: 1 << 20,
    ratio: 200,
    ratio_from: 1 << 16,
    entries: 64,
    nesting: 4,
    archive_seconds: 60,
};

#[derive(Default)]
struct Checked {
    inflated: usize,
    files: usize,
    problems: usize,
}

impl Entries for Checked {
    fn wants(&mut self, name: &SourcePath) -> Wanted {
        match name.as_bytes().last() {
            Some(b'0'..=b'9') => Wanted::No,
            Some(b'a'..=b'f') => Wanted::Head,
            _ => Wanted::Whole(1 << 12, "--limit"),
        }
    }

    fn wants_head(&mut self, _name: &SourcePath, head: &[u8]) -> Wanted {
        if head.starts_with(b"#!") { Wanted::Whole(1 << 14, "--limit") } else { Wanted::No }
    }

    fn file(&mut self, name: &SourcePath, bytes: Vec<u8>, _budget: &mut Budget) {
        assert!(bytes.len() <= 1 << 14, "an entry above its limit");
        let leads_out = name.as_bytes().starts_with(b"/") || name.parts().any(|part| part == b"..");
        assert!(!leads_out && !name.as_bytes().is_empty(), "{name}");
        self.inflated += bytes.len();
        self.files += 1;
    }

    fn problem(&mut self, _kind: ProblemKind, _name: Option<&SourcePath>, message: String) {
        assert!(!message.is_empty());
        self.problems += 1;
    }
}

fuzz_target!(|bytes: &[u8]| {
    for name in ["a.tar.gz", "a.zip", "A.pm.gz"] {
        let format = Format::of(name.as_bytes()).expect("an archive's name");
        let file = ArchiveFile::new(format, name.as_bytes(), bytes);
        let mut checked = Checked::default();
        read(&file, &mut file.budget(LIMITS), &mut checked);
        assert!(checked.inflated <= 1 << 20);
        assert!(checked.files <= 64);
        // A tar file has an end, a zip file a directory: what has neither is told.
        let is_told = checked.problems > 0 || checked.files > 0 || !bytes.is_empty();
        assert!(is_told || format == Format::Module, "nothing came of it, and nothing is said");
    }
});
