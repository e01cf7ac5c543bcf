//! `$VERSION` of packages against the real Module::Metadata, over the Perl that
//! the machine has installed. What differs is explained in
//! `test-corpus/module-version/README.md`.

#![allow(missing_docs, reason = "a test")]
#![allow(clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]
#![allow(clippy::disallowed_methods, reason = "it reads installed files and starts the peer")]
#![allow(clippy::print_stdout, reason = "a skip and the counts are printed")]

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use perlscan_model::package::VersionState;
use perlscan_model::version::PerlVersion;
use perlscan_scanner::perl::module_version::packages;

const FOLDERS: [&str; 5] = [
    "/usr/share/perl5",
    "/usr/share/perl",
    "/usr/lib/x86_64-linux-gnu/perl",
    "/usr/lib/x86_64-linux-gnu/perl5",
    "/usr/lib/x86_64-linux-gnu/perl-base",
];

/// The most files in which a static version may differ, in per mille. One file may hold
/// many packages (Mouse::Tiny has those of all of Mouse), so files are what counts.
const DIFFERING: usize = 5;

/// What the peer says: file, package, version; `None` when it can't run.
fn peer() -> Option<Vec<(String, String, String)>> {
    let program =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../test-corpus/module-version/metadata.pl");
    let folders = FOLDERS.iter().filter(|folder| Path::new(folder).is_dir());
    let output = Command::new("perl").arg(program).args(folders).output().ok()?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let rows = text.lines().filter_map(|line| {
        let mut fields = line.splitn(3, '\t').map(str::to_owned);
        Some((fields.next()?, fields.next()?, fields.next()?))
    });
    output.status.success().then(|| rows.collect())
}

#[test]
fn versions_agree_where_they_are_static() {
    let Some(rows) = peer().filter(|rows| !rows.is_empty()) else {
        assert!(std::env::var_os("PERLSCAN_REQUIRE_PEERS").is_none(), "perl is required");
        println!("SKIPPED: perl with Module::Metadata is not installed");
        return;
    };
    let mut by_file: BTreeMap<&str, Vec<(&str, &str)>> = BTreeMap::new();
    for (file, package, version) in &rows {
        by_file.entry(file).or_default().push((package, version));
    }
    let (mut same, mut dynamic, mut different) = (0, Vec::new(), Vec::new());
    let mut wrong = 0;
    for (file, theirs) in &by_file {
        let before = different.len();
        let source = std::fs::read(file).expect("the peer has read it");
        let ours = packages(&source);
        for (package, version) in theirs {
            let found = ours.iter().find(|found| found.module.as_str() == *package);
            let (ours, agrees) = match found.map(|found| &found.version) {
                None => ("no package".to_owned(), false),
                Some(None) => ("none".to_owned(), version.is_empty()),
                Some(Some(VersionState::Exact(release))) => (
                    release.text.to_string(),
                    PerlVersion::parse(version).is_ok_and(|theirs| theirs == release.version),
                ),
                Some(Some(_)) => {
                    dynamic.push(format!("{file} {package}: {version:?}"));
                    continue;
                }
            };
            match agrees {
                true => same += 1,
                false => different.push(format!("{file} {package}: {version:?}, ours {ours}")),
            }
        }
        wrong += usize::from(different.len() > before);
    }
    println!("{} files, {same} equal, {} dynamic", by_file.len(), dynamic.len());
    println!("{}", dynamic.join("\n"));
    println!("{} differ\n{}", different.len(), different.join("\n"));
    let judged = same + different.len();
    assert!(judged > 500, "{judged} packages");
    assert!(wrong * 1000 <= by_file.len() * DIFFERING, "{wrong} of {} files", by_file.len());
}
