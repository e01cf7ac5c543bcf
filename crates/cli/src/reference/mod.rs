//! The reference pages of the documentation, made from what they describe: the
//! command line from clap, formats and rules from their registries, documents
//! and configuration from the schemas, limits from the sources.
//!
//! The pages are committed; a test compares them with what is made here, and
//! `UPDATE_DOCS=1 cargo test --bin perlscan reference` writes them anew.

#![allow(clippy::disallowed_methods, reason = "a test reads and writes the repository's files")]

mod command_line;
mod exit_codes;
mod formats;
mod limits;
mod markdown;
mod measurements;
mod rules;
mod schema;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// The first line of each page.
const MADE: &str =
    "<!-- Made by crates/cli/src/reference; change what it is made from, not this page. -->\n\n";

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// A file of the repository.
fn text(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// Each page by the name of its file.
fn pages() -> BTreeMap<String, String> {
    let mut pages = BTreeMap::from([
        ("command-line.md".to_owned(), command_line::page()),
        ("exit-codes.md".to_owned(), exit_codes::page()),
        ("formats.md".to_owned(), formats::page()),
        ("limits.md".to_owned(), limits::page()),
        ("lint-rules.md".to_owned(), rules::lint_page()),
        ("measurements.md".to_owned(), measurements::page()),
        ("rules.md".to_owned(), rules::page()),
    ]);
    pages.extend(schema::pages());
    pages.into_iter().map(|(name, body)| (name, format!("{MADE}{body}"))).collect()
}

#[test]
fn the_reference_is_what_the_code_says() {
    let folder = root().join("docs/src/reference");
    let made = pages();
    if std::env::var_os("UPDATE_DOCS").is_some() {
        for (name, page) in &made {
            fs::write(folder.join(name), page).expect("the page can be written");
        }
    }
    let committed: BTreeMap<String, String> = fs::read_dir(&folder)
        .expect("the folder can be listed")
        .map(|entry| entry.expect("an entry").path())
        .map(|path: PathBuf| {
            let name = path.file_name().expect("a name").to_string_lossy().into_owned();
            (name, fs::read_to_string(&path).expect("the page can be read"))
        })
        .collect();
    let differ: Vec<&String> = made
        .keys()
        .chain(committed.keys())
        .filter(|name| made.get(*name) != committed.get(*name))
        .collect();
    assert!(
        differ.is_empty(),
        "these pages of docs/src/reference are not what the code says: {differ:?}; \
         make them anew: UPDATE_DOCS=1 cargo test --bin perlscan reference"
    );
}
