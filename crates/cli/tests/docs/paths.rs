//! What the documents name is there.

use std::fs;
use std::path::PathBuf;

use crate::commands::pages;
use crate::root;

/// The documents that stand outside of the book.
const DOCUMENTS: [&str; 4] =
    ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "test-corpus/README.md"];

#[test]
fn every_path_that_the_documents_name_exists() {
    let mut documents: Vec<PathBuf> =
        DOCUMENTS.iter().map(|document| root().join(document)).collect();
    // The links of the book are looked at when it is built.
    documents.extend(pages().into_iter().filter(|page| !page.ends_with("README.md")));
    let mut named = 0;
    for document in documents {
        let text = fs::read_to_string(&document).expect("the document is there");
        let in_book = document.starts_with(root().join("docs"));
        let document = document.display();
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
        if in_book {
            continue;
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

/// The comparison quotes measurements; when they are made anew it has to follow.
#[test]
fn the_numbers_of_the_comparison_are_the_measured_ones() {
    /// Numbers that are no measurements of time or size.
    const OTHERS: [&str; 2] = ["1.301", "99.93"];
    let read = |path: &str| fs::read_to_string(root().join(path)).expect("the page is there");
    let measured = read("bench/RESULTS.md") + &read("bench/SOURCE.md");
    let known: Vec<&str> = numbers(&measured).collect();
    let comparison = read("docs/src/explanation/comparison.md");
    let mut quoted = 0;
    for number in numbers(&comparison).filter(|number| number.contains('.')) {
        assert!(OTHERS.contains(&number) || known.contains(&number), "{number} was not measured");
        quoted += 1;
    }
    assert!(quoted >= 6, "{quoted} numbers");
}

/// Runs of digits and dots.
fn numbers(text: &str) -> impl Iterator<Item = &str> {
    text.split(|letter: char| !letter.is_ascii_digit() && letter != '.')
        .map(|word| word.trim_matches('.'))
        .filter(|word| !word.is_empty())
}
