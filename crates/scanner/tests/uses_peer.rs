//! What Perl files load, against Perl::PrereqScanner::NotQuiteLite over the Perl
//! that the machine has installed, in pairs of a file and a module.
//!
//! Each kind of disagreement is explained in test-corpus/uses/README.md, and
//! `disagreements.tsv` beside it lists them: one that is not in the list fails
//! the test where the packages are those of the list.

#![allow(missing_docs, reason = "a test")]
#![allow(clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]
#![allow(clippy::disallowed_methods, reason = "it reads installed files and starts the peer")]
#![allow(clippy::print_stdout, reason = "a skip and the counts are printed")]

use std::collections::BTreeSet;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use perlscan_scanner::perl::reading;

const FOLDERS: [&str; 2] = ["/usr/share/perl5", "/usr/share/perl"];

/// The least share of pairs in both among the pairs in either, in per mille: with
/// all of the peer's parsers, and with those that it uses by default, which know
/// less than we do.
const AGREEMENT: usize = 998;
const AGREEMENT_BY_DEFAULT: usize = 990;

/// With fewer files the packages are not installed, and nothing is compared.
const FILES: usize = 3000;

/// How many processes read for the peer.
const PROCESSES: usize = 2;

/// A file and a module.
type Pairs = BTreeSet<(String, String)>;

fn corpus() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../test-corpus/uses")
}

fn gather(folder: &Path, files: &mut Vec<String>) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    for path in entries.flatten().map(|entry| entry.path()) {
        let is_link = path.symlink_metadata().is_ok_and(|data| data.is_symlink());
        if path.is_dir() && !is_link {
            gather(&path, files);
        } else if path.is_file()
            && !is_link
            && path.extension().is_some_and(|suffix| suffix == "pm" || suffix == "pl")
        {
            files.extend(path.to_str().map(str::to_owned));
        }
    }
}

fn files() -> Vec<String> {
    let mut files = Vec::new();
    for folder in FOLDERS {
        gather(Path::new(folder), &mut files);
    }
    files.sort();
    files
}

/// The pairs that a peer finds; `None` when it can't run.
fn peer(name: &str, files: &[String]) -> Option<Pairs> {
    let shares = files.chunks(files.len().div_ceil(PROCESSES).max(1));
    let children: Vec<Child> = shares
        .map(|share| {
            let mut child = Command::new("perl")
                .arg(corpus().join("peer.pl"))
                .arg(name)
                .stdin(Stdio::piped())
                .stdout(Stdio::piped())
                .stderr(Stdio::null())
                .spawn()
                .ok()?;
            child.stdin.take()?.write_all(share.join("\n").as_bytes()).ok()?;
            Some(child)
        })
        .collect::<Option<_>>()?;
    let mut pairs = Pairs::new();
    for child in children {
        let output = child.wait_with_output().ok().filter(|output| output.status.success())?;
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        pairs.extend(text.lines().filter_map(|line| {
            let (file, module) = line.split_once('\t')?;
            Some((file.to_owned(), module.to_owned()))
        }));
    }
    Some(pairs)
}

/// The pairs that we find. As for the peer, a file's own packages are left out.
fn ours(files: &[String]) -> Pairs {
    let mut pairs = Pairs::new();
    for file in files {
        let source = std::fs::read(file).expect("a file that was listed");
        let reading = reading::read(&source);
        let own: BTreeSet<_> = reading.packages.iter().map(|found| &found.module).collect();
        for load in &reading.loads {
            if !own.contains(&load.module) {
                pairs.insert((file.clone(), load.module.to_string()));
            }
        }
    }
    pairs
}

/// The disagreements that were looked at: who has it, module, file.
fn known() -> BTreeSet<(String, String, String)> {
    let list = std::fs::read_to_string(corpus().join("disagreements.tsv")).expect("the list");
    let lines = list.lines().filter(|line| !line.starts_with('#'));
    let rows = lines.filter_map(|line| {
        let mut fields = line.split('\t').map(str::to_owned);
        Some((fields.next()?, fields.next()?, fields.next()?))
    });
    rows.collect()
}

/// Prints how far two sets agree; gives the shares in both and in either.
fn agreement(name: &str, ours: &Pairs, theirs: &Pairs) -> (usize, usize) {
    let both = ours.intersection(theirs).count();
    let either = ours.union(theirs).count();
    println!(
        "{name}: {both} of {either} pairs in both ({:.2}%), {} ours alone, {} theirs alone",
        both as f64 * 100.0 / either.max(1) as f64,
        ours.len() - both,
        theirs.len() - both,
    );
    (both, either)
}

#[test]
fn pairs_agree() {
    let files = files();
    let theirs = match files.len() {
        FILES.. => peer("notquitelite", &files),
        _ => None,
    };
    let Some(theirs) = theirs.filter(|pairs| !pairs.is_empty()) else {
        let required = std::env::var("PERLSCAN_REQUIRE_PEERS").is_ok_and(|v| v == "1");
        assert!(!required, "Perl::PrereqScanner::NotQuiteLite is required, with Perl to read");
        println!("SKIPPED: libperl-prereqscanner-notquitelite-perl and .ci/perl-packages");
        return;
    };
    let ours = ours(&files);
    println!("{} files", files.len());
    let (both, either) = agreement("NotQuiteLite, all its parsers", &ours, &theirs);
    if let Some(theirs) = peer("default", &files) {
        let (both, either) = agreement("NotQuiteLite, default parsers", &ours, &theirs);
        assert!(both * 1000 >= either * AGREEMENT_BY_DEFAULT, "{both} of {either} agree");
        let plain = |pairs: &Pairs| -> Pairs {
            let is_plain = |module: &str| !matches!(module, "strict" | "warnings");
            pairs.iter().filter(|(_, module)| is_plain(module)).cloned().collect()
        };
        agreement("the same without strict and warnings", &plain(&ours), &plain(&theirs));
    }
    if std::env::var("PERLSCAN_PPI").is_ok_and(|v| v == "1")
        && let Some(ppi) = peer("ppi", &files)
    {
        agreement("PPI and ours", &ours, &ppi);
        agreement("PPI and NotQuiteLite", &theirs, &ppi);
    }
    let known = known();
    let row = |who: &str, (file, module): &(String, String)| {
        (who.to_owned(), module.clone(), file.clone())
    };
    let different = ours.difference(&theirs).map(|pair| row("ours", pair));
    let different: Vec<_> =
        different.chain(theirs.difference(&ours).map(|pair| row("theirs", pair))).collect();
    let new: Vec<_> = different.iter().filter(|row| !known.contains(*row)).collect();
    for (who, module, file) in &new {
        println!("not in the list: {who}\t{module}\t{file}");
    }
    assert!(both > 10_000, "{both} pairs");
    assert!(both * 1000 >= either * AGREEMENT, "{both} of {either} agree");
    // Another state of Debian has other files; there a few more are no fault.
    assert!(new.len() * 1000 <= either, "{} disagreements that nobody has looked at", new.len());
}
