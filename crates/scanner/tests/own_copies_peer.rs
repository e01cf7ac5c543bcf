//! A distribution is no copy of itself: over real CPAN archives, whose own META
//! says what each is. `PERLSCAN_ARCHIVES` names a folder with one unpacked archive
//! a folder (`.ci/archives` makes it).

#![allow(missing_docs, reason = "a test")]
#![allow(clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]
#![allow(clippy::disallowed_methods, reason = "it reads the archives' own files")]
#![allow(clippy::print_stdout, reason = "a skip and the counts are printed")]

use std::path::{Path, PathBuf};

use perlscan_model::location::SourcePath;
use perlscan_scanner::advisory::database::{Database, DatabaseChoice};
use perlscan_scanner::resolve::present;
use perlscan_scanner::scan::{ScanSettings, survey};
use perlscan_scanner::source::{Excludes, FsSource};

/// The name in the archive's META.json or META.yml, by the plainest of readings.
fn own_name(folder: &Path) -> Option<String> {
    if let Ok(text) = std::fs::read(folder.join("META.json")) {
        let meta: serde_json::Value = serde_json::from_slice(&text).ok()?;
        return meta["name"].as_str().map(str::to_owned);
    }
    let text = String::from_utf8_lossy(&std::fs::read(folder.join("META.yml")).ok()?).into_owned();
    let name = text.lines().find_map(|line| line.strip_prefix("name:"))?;
    Some(name.trim().trim_matches(['"', '\'']).to_owned())
}

#[test]
fn no_archive_is_a_copy_of_itself() {
    let folder = std::env::var_os("PERLSCAN_ARCHIVES").map(PathBuf::from);
    let Some(folder) = folder.filter(|folder| folder.is_dir()) else {
        assert!(std::env::var_os("PERLSCAN_REQUIRE_PEERS").is_none(), "archives are required");
        println!("SKIPPED: PERLSCAN_ARCHIVES names no folder of archives");
        return;
    };
    let database = Database::open(&DatabaseChoice::default()).expect("it is embedded");
    let (mut archives, mut advised, mut wrong) = (0, 0, Vec::new());
    let mut folders: Vec<PathBuf> =
        std::fs::read_dir(&folder).expect("it is there").flatten().map(|e| e.path()).collect();
    folders.sort();
    for archive in folders {
        let Some(name) = own_name(&archive) else { continue };
        archives += 1;
        advised += usize::from(database.raw().has_dist(&name));
        let archive = archive.canonicalize().expect("it is there");
        let excludes = Excludes::new(&archive, &[], true).expect("there are none");
        let source = FsSource::new(archive.clone(), vec![archive.clone()], excludes, Some(1));
        let settings =
            ScanSettings { scan_roots: vec![SourcePath::default()], ..ScanSettings::default() };
        let mut projects = survey(&source, &settings, &()).projects;
        present::settle(&mut projects, None, &database).expect("the database is whole");
        for package in projects.iter().flat_map(|project| project.installed.iter()) {
            if package.dist.as_str() == name.replace("::", "-") {
                wrong.push(format!("{name}: {}", package.location));
            }
        }
    }
    println!("{archives} archives, {advised} of advised distributions, {} wrong", wrong.len());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(advised >= 10, "{advised} archives could have gone wrong");
}
