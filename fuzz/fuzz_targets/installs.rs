//! Any bytes as what installers leave behind, the first byte choosing which: no
//! panic, spans inside the file, versions that are read again as themselves.
#![no_main]

use libfuzzer_sys::fuzz_target;
use perlscan_model::location::SourcePath;
use perlscan_model::package::VersionState;
use perlscan_model::release_version::ReleaseVersion;
use perlscan_scanner::extract::{Facts, SourceFile, Wanted, extractors};
use perlscan_scanner::perl::module_version::packages;
use perlscan_scanner::system::elf::needed;

const NAMES: [&str; 4] = [
    "l/x-linux/auto/Foo/Bar/.packlist",
    "l/x-linux/perllocal.pod",
    "l/x-linux/.meta/Foo-1/MYMETA.json",
    "l/x-linux/.meta/Foo-1/install.json",
];

fuzz_target!(|bytes: &[u8]| {
    let Some((first, bytes)) = bytes.split_first() else { return };
    match usize::from(*first) % (NAMES.len() + 2) {
        4 => versions(bytes),
        5 => drop(needed(bytes)),
        at => record(NAMES[at], bytes),
    }
});

fn record(name: &str, bytes: &[u8]) {
    let path = SourcePath::from(name);
    let mut facts = Facts::default();
    for extractor in extractors().iter().filter(|e| e.wants(&path) == Wanted::Yes) {
        extractor.extract(&SourceFile { path: &path, bytes }, &mut facts);
    }
    let installed = facts.installations.iter().filter_map(|one| one.location.span);
    for span in installed.chain(facts.edges.iter().filter_map(|edge| edge.span)) {
        assert!(span.offset as usize + span.length as usize <= bytes.len());
    }
}

fn versions(bytes: &[u8]) {
    for found in packages(bytes) {
        assert!(found.range.end <= bytes.len());
        if let Some(VersionState::Exact(release)) = found.version {
            let again = ReleaseVersion::read(&release.text).expect("it was read before");
            assert_eq!(again.version, release.version);
        }
    }
}
