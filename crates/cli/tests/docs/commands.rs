//! The commands of the README and of the book are run, page by page, and print
//! what the pages show. `UPDATE_DOCS=1` writes what they print into the pages;
//! read the difference before you commit it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::page::{Block, Mark, blocks};
use crate::root;
use crate::shell::{is_missing, run, timeless};

/// The blocks that no test can run: the page, the first line, why.
const NOT_RUN: &[(&str, &str, &str)] = &[
    ("README.md", "cargo test --workspace --locked", "it would run itself"),
    ("docs/src/how-to/database.md", "perlscan db update", "fetches over the network"),
    (
        "docs/src/how-to/database.md",
        "perlscan db update --mirror https://mirror.example.org/cpansa/cpan-security-advisory.json",
        "there is no such mirror",
    ),
    (
        "docs/src/how-to/darkpan.md",
        "perlscan darkpan https://pan.example.org/",
        "there is no such mirror",
    ),
    (
        "docs/src/how-to/resolve.md",
        "perlscan resolve app --mirror https://pan.example.org/",
        "there is no such mirror",
    ),
    ("docs/src/how-to/installed.md", "perlscan installed", "differs between machines"),
    (
        "docs/src/how-to/installed.md",
        "docker run --rm -v \"$PWD/perlscan:/perlscan:ro\" my-image /perlscan installed -f json",
        "needs docker",
    ),
];

/// Pages of which nothing can be run here, and why.
const PAGES_NOT_RUN: &[(&str, &str)] = &[
    ("docs/src/how-to/github-action.md", "its commands run at GitHub"),
    ("docs/src/how-to/gitlab.md", "its commands run at GitLab"),
    ("docs/src/how-to/install.md", "its commands fetch releases and packages, and install them"),
];

/// Whether a block of this page is listed as one that can't be run.
fn is_listed(page: &str, block: &Block) -> bool {
    PAGES_NOT_RUN.iter().any(|(listed, _)| *listed == page)
        || NOT_RUN.iter().any(|(listed, first, _)| *listed == page && *first == block.first())
}

/// The README's example, which a reader starts by way of cargo. It has findings,
/// and the README shows no marks to its readers.
const BY_CARGO: &str = "cargo run --release --locked -- ";

/// The pages that show commands, sorted.
pub(super) fn pages() -> Vec<PathBuf> {
    let mut found = vec![root().join("README.md")];
    let mut folders = vec![root().join("docs/src")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("the folder can be listed") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|ending| ending == "md") {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

fn name(page: &Path) -> String {
    page.strip_prefix(root()).expect("below the root").to_string_lossy().into_owned()
}

#[test]
fn every_command_prints_what_its_page_shows() {
    if is_missing("bash") {
        return;
    }
    let update = std::env::var_os("UPDATE_DOCS").is_some();
    let mut wrong = Vec::new();
    let (mut count, mut skipped) = (0, 0);
    for page in pages() {
        let text = fs::read_to_string(&page).expect("the page can be read");
        let name = name(&page);
        let mut all = blocks(&text);
        for block in &mut all {
            if let Some(rest) = block.script.strip_prefix(BY_CARGO) {
                block.script = format!("perlscan {rest}");
                block.marks.push(Mark::Exit(1));
            }
        }
        let shown: Vec<&Block> =
            all.iter().filter(|block| block.is_run() && !is_listed(&name, block)).collect();
        let is_skipped = shown.iter().flat_map(|block| &block.marks).any(|mark| match mark {
            Mark::Needs(program) => is_missing(program),
            _ => false,
        });
        if is_skipped {
            println!("SKIPPED: {name}");
            skipped += shown.len();
            continue;
        }
        // The README speaks of the repository's own folders.
        let ran = run(&shown, (name == "README.md").then(root));
        count += ran.len();
        let mut mended: Vec<String> = text.lines().map(ToOwned::to_owned).collect();
        for (block, ran) in shown.iter().zip(&ran).rev() {
            let place = format!("{name}:{}", block.line);
            if ran.code != block.exit() {
                let (is, said) = (ran.code, block.exit());
                wrong.push(format!("{place} ends with {is}, not {said}:\n{}", ran.output));
            }
            match &block.shown {
                Some((lines, shown)) if timeless(shown) != ran.output => {
                    if update {
                        let new = ran.output.lines().map(ToOwned::to_owned);
                        mended.splice(lines.clone(), new);
                    } else {
                        wrong.push(format!("{place} prints:\n{}", ran.output));
                    }
                }
                None if !ran.output.is_empty() => {
                    wrong.push(format!("{place} prints what is not shown:\n{}", ran.output));
                }
                _ => {}
            }
        }
        if update {
            fs::write(&page, mended.join("\n") + "\n").expect("the page can be written");
        }
    }
    assert!(wrong.is_empty(), "capture these anew (UPDATE_DOCS=1):\n{}", wrong.join("\n"));
    println!("{count} blocks run, {skipped} skipped");
    assert!(count + skipped >= 40, "{count} blocks only");
}

#[test]
fn what_is_not_run_is_listed_with_its_reason() {
    let mut marked: Vec<(String, String)> = Vec::new();
    for page in pages() {
        let text = fs::read_to_string(&page).expect("the page can be read");
        let name = name(&page);
        let all = blocks(&text);
        if let Some((_, why)) = PAGES_NOT_RUN.iter().find(|(page, _)| *page == name) {
            println!("NOT RUN: {name}: {} blocks: {why}", all.len());
            continue;
        }
        for block in all {
            let is_marked = block.marks.contains(&Mark::NotRun);
            if is_marked || name == "README.md" && is_listed(&name, &block) {
                marked.push((name.clone(), block.first().to_owned()));
            }
        }
    }
    let mut listed: Vec<(String, String)> =
        NOT_RUN.iter().map(|(page, first, _)| ((*page).to_owned(), (*first).to_owned())).collect();
    marked.sort();
    listed.sort();
    assert_eq!(marked, listed, "mark the block, and give it a line with its reason in NOT_RUN");
    for (page, first, why) in NOT_RUN {
        println!("NOT RUN: {page}: {first}: {why}");
    }
}

/// A page may show what is still to come; once it is there, it has to be run.
#[test]
fn what_is_awaited_is_not_there_yet() {
    let help = |words: &[&str]| {
        let output = Command::new(env!("CARGO_BIN_EXE_perlscan"))
            .args(words)
            .output()
            .expect("the binary starts");
        String::from_utf8(output.stdout).expect("UTF-8")
    };
    let help = help(&["--help"]) + &help(&["scan", "--help"]);
    let known: Vec<&str> = help.split_whitespace().collect();
    assert!(known.contains(&"check") && known.contains(&"--strict"), "{help}");
    for page in pages() {
        let text = fs::read_to_string(&page).expect("the page can be read");
        for block in blocks(&text) {
            for mark in &block.marks {
                let Mark::Awaits(word) = mark else { continue };
                let place = format!("{}:{}", name(&page), block.line);
                println!("AWAITS {word}: {place}: {}", block.first());
                assert!(
                    !known.contains(&word.as_str()),
                    "{place}: '{word}' is there now: take the mark away, show what it prints \
                     (UPDATE_DOCS=1), and read it"
                );
            }
        }
    }
}
