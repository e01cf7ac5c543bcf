//! The documents say what is so: paths exist, and the README shows what the
//! command prints.

#![allow(
    clippy::expect_used,
    clippy::disallowed_methods,
    reason = "a test reads files, starts the binary and fails by panicking"
)]

use std::fs;
use std::path::Path;
use std::process::Command;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

#[test]
fn every_path_that_the_documents_name_exists() {
    let mut named = 0;
    for document in ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "test-corpus/README.md"] {
        let text = fs::read_to_string(root().join(document)).expect("the document is there");
        for word in text.split('`').skip(1).step_by(2) {
            let folder =
                ["crates/", "rules/", "test-corpus/", "schemas/", "bench/", "fuzz/", ".ci/"];
            let is_path = folder.iter().any(|folder| word.starts_with(folder))
                && !word.contains(['*', ' ', '{'])
                && !word.contains("NAME");
            if is_path {
                assert!(root().join(word).exists(), "{document} names {word}");
                named += 1;
            }
        }
        for link in text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            if !link.starts_with("http") {
                assert!(root().join(link).exists(), "{document} links to {link}");
            }
        }
    }
    assert!(named > 20, "{named} paths");
}

#[test]
fn the_map_fits_on_a_few_pages() {
    let map = fs::read_to_string(root().join("ARCHITECTURE.md")).expect("the map is there");
    assert!(map.lines().count() <= 150, "at most 150 lines");
}

#[test]
fn the_readme_shows_what_the_command_prints() {
    let output = Command::new(env!("CARGO_BIN_EXE_perlscan"))
        .arg("test-corpus/projects/shop")
        .current_dir(root())
        .env_clear()
        .env("SOURCE_DATE_EPOCH", "1787000000")
        .env("PERLSCAN_CACHE", "no-such-cache")
        .output()
        .expect("the binary starts");
    let printed = String::from_utf8(output.stdout).expect("UTF-8");
    let readme = fs::read_to_string(root().join("README.md")).expect("the README is there");
    let shown = readme
        .split("```text\n")
        .nth(1)
        .and_then(|rest| rest.split("```").next())
        .expect("the README has a block of output");
    assert_eq!(shown, printed, "capture it anew");
}
