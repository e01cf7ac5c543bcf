//! The libraries that compiled modules are linked with, against binutils' readelf.

#![allow(missing_docs, reason = "a test")]
#![allow(clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]
#![allow(clippy::disallowed_methods, reason = "it reads installed files and starts the peer")]
#![allow(clippy::print_stdout, reason = "a skip and the counts are printed")]

use std::path::{Path, PathBuf};
use std::process::Command;

use perlscan_scanner::system::elf::needed;

fn objects(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() && !path.is_symlink() {
            objects(&path, found);
        } else if path.extension().is_some_and(|suffix| suffix == "so") {
            found.push(path);
        }
    }
}

#[test]
fn needed_libraries_are_those_of_readelf() {
    let mut files = Vec::new();
    for folder in ["/usr/lib/x86_64-linux-gnu/perl", "/usr/lib/x86_64-linux-gnu/perl5"] {
        objects(Path::new(folder), &mut files);
    }
    let theirs = |file: &Path| -> Option<Vec<String>> {
        let output = Command::new("readelf").arg("-dW").arg(file).output().ok()?;
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let lines = text.lines().filter(|line| line.contains("(NEEDED)"));
        let names = lines.filter_map(|line| Some(line.split_once('[')?.1.split_once(']')?.0));
        output.status.success().then(|| names.map(str::to_owned).collect())
    };
    let compared: Vec<(PathBuf, Vec<String>)> =
        files.into_iter().filter_map(|file| Some((file.clone(), theirs(&file)?))).collect();
    if compared.is_empty() {
        assert!(std::env::var_os("PERLSCAN_REQUIRE_PEERS").is_none(), "readelf is required");
        println!("SKIPPED: readelf or compiled modules are not installed");
        return;
    }
    let mut libraries = 0;
    for (file, theirs) in &compared {
        let ours = needed(&std::fs::read(file).expect("readelf has read it"));
        assert_eq!(ours.as_ref(), Some(theirs), "{}", file.display());
        libraries += theirs.len();
    }
    println!("{} compiled modules, {libraries} libraries, all equal", compared.len());
    assert!(libraries > 30, "{libraries}");
}
