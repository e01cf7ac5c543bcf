//! Any bytes as an `install.json`: either a release or a problem that says why
//! there is none, few problems, and a distribution that the text names.
#![no_main]

use libfuzzer_sys::fuzz_target;
use perlscan_model::location::SourcePath;
use perlscan_model::package::Origin;
use perlscan_model::problem::ProblemKind;
use perlscan_scanner::extract::install_json::InstallJson;
use perlscan_scanner::extract::{Extractor, Facts, SourceFile};

fuzz_target!(|bytes: &[u8]| {
    let path = SourcePath::from("local/lib/perl5/.meta/A-1/install.json");
    let read = || {
        let mut facts = Facts::default();
        InstallJson.extract(&SourceFile { path: &path, bytes }, &mut facts);
        facts
    };
    let facts = read();
    assert!(facts == read(), "the same each time");
    assert!(facts.problems.len() <= 201);
    let lost = facts.problems.iter().any(|problem| problem.kind == ProblemKind::Lost);
    match facts.packages.as_slice() {
        [] => assert!(lost, "no release, and nothing said"),
        [package] => {
            assert_eq!(package.origin, Origin::Installed);
            assert_eq!(package.location.path, path);
            assert!(package.provides.len() <= bytes.len());
            let text = String::from_utf8_lossy(bytes);
            let is_plain = !text.contains('\\');
            assert!(!is_plain || text.contains(package.dist.as_str()), "{package:?}");
        }
        several => panic!("{} releases of one file", several.len()),
    }
});
