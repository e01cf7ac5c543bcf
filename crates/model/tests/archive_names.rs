//! Archive names against the real CPAN::DistnameInfo: its committed answers,
//! and the module itself where it is installed.
#![allow(
    clippy::disallowed_methods,
    clippy::expect_used,
    reason = "a test reads its corpus and runs its peer"
)]

use std::path::PathBuf;
use std::process::{Command, Stdio};

use perlscan_model::archive_name::ArchiveName;

fn corpus(name: &str) -> PathBuf {
    [env!("CARGO_MANIFEST_DIR"), "..", "..", "test-corpus", "archive-names", name].iter().collect()
}

fn read(name: &str) -> String {
    std::fs::read_to_string(corpus(name)).expect(name)
}

/// What perlscan says, in the columns of `generate.pl`.
fn ours(path: &str) -> [String; 4] {
    let Some(archive) = ArchiveName::parse(path) else {
        return ["", "", "", "released"].map(str::to_owned);
    };
    let release = archive.release();
    let maturity = if release.is_developer() { "developer" } else { "released" };
    [
        archive.author().unwrap_or_default(),
        release.dist(),
        release.version().unwrap_or_default(),
        maturity,
    ]
    .map(str::to_owned)
}

/// Whether the author stands alone before the archive's name (`ABC/Foo.tgz`),
/// which the real module does not read.
fn has_short_author(path: &str, author: &str) -> bool {
    path.strip_prefix(author).is_some_and(|rest| rest.starts_with('/'))
}

#[test]
fn every_name_is_read_as_cpan_distnameinfo_reads_it() {
    let expected = read("expected.tsv");
    let names = read("names.txt");
    assert!(names.lines().eq(expected.lines().filter_map(|line| line.split('\t').next())));
    assert!(names.lines().count() >= 2_000);
    let mut differences = Vec::new();
    for line in expected.lines() {
        let columns: Vec<&str> = line.split('\t').collect();
        let [path, author, theirs @ ..] = columns.as_slice() else { panic!("{line}") };
        let [our_author, our @ ..] = ours(path);
        // What is no archive is none to perlscan; the real module still names its author.
        let same_author = our_author == *author
            || (author.is_empty() && has_short_author(path, &our_author))
            || ArchiveName::parse(path).is_none();
        if !same_author || our.iter().ne(theirs.iter()) {
            differences.push(format!("{line}\n  ours: {our_author} {our:?}"));
        }
    }
    assert!(differences.is_empty(), "{}\n{}", differences.len(), differences.join("\n"));
}

#[test]
fn the_committed_answers_are_those_of_the_real_module() {
    let probe = Command::new("perl")
        .args(["-MCPAN::DistnameInfo", "-e", "exit($CPAN::DistnameInfo::VERSION ne '0.12')"])
        .stderr(Stdio::null())
        .status();
    if !probe.is_ok_and(|status| status.success()) {
        println!("SKIPPED: perl with CPAN::DistnameInfo 0.12 is not here");
        let required = std::env::var("PERLSCAN_REQUIRE_PEERS").is_ok_and(|v| v == "1");
        assert!(!required, "PERLSCAN_REQUIRE_PEERS=1: install libcpan-distnameinfo-perl");
        return;
    }
    let names = std::fs::File::open(corpus("names.txt")).expect("names.txt");
    let run = Command::new("perl").arg(corpus("generate.pl")).stdin(names).output().expect("perl");
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    assert!(run.stdout == read("expected.tsv").as_bytes(), "run generate.pl and look at the diff");
}
