//! A scan of a tree meets the mirrors in it.

use perlscan_scanner::model::finding::Change;
use perlscan_scanner::report::change::ChangeSide;
use perlscan_scanner::run::{Side, scan_change};

use crate::tree::{CVE, LOCAL, Tree, database, problems, settings};

const MODULE: &str = "package Net::OAuth; our $VERSION = '0.28'; 1;";

fn project() -> Tree {
    Tree::default()
        .file("cpanfile", "requires 'Some::Thing';\n")
        .file("lib/App.pm", "package App; use Some::Thing; 1;\n")
}

fn with_mirror(folder: &str) -> Tree {
    let author = format!("{folder}/{LOCAL}");
    project()
        .release(&author, "Net-OAuth-0.28", &[("lib/Net/OAuth.pm", MODULE)])
        .index(folder, &[("Net::OAuth", "0.28", "L/LO/LOCAL/Net-OAuth-0.28.tar.gz")])
}

#[test]
fn archives_are_projects_beside_those_of_the_tree() {
    let author = format!("vendor/pan/{LOCAL}");
    // What somebody has unpacked there is no part of the project, either.
    let tree = with_mirror("vendor/pan")
        .file(&format!("{author}/Foo-1/Makefile.PL"), "WriteMakefile(NAME => 'Foo');\n")
        .file(&format!("{author}/Foo-1/lib/Foo.pm"), "package Foo; use Nobody::Else; 1;\n")
        .file(&format!("{author}/Net-OAuth-0.28.readme"), "read me\n");
    let report = tree.scan();
    let paths: Vec<String> = report.projects.iter().map(|one| one.path.to_string()).collect();
    assert_eq!(paths, ["".to_owned(), format!("{author}/Net-OAuth-0.28.tar.gz")]);
    let standing = report.projects[1].archive.as_ref().and_then(|archive| archive.standing.clone());
    assert_eq!(standing.map(|standing| standing.word()), Some("indexed"));
    assert_eq!((report.projects[0].sources, report.projects[0].modules_used), (1, 1));
    let found: Vec<_> = report.findings.iter().map(|one| (one.public_id(), one.fails)).collect();
    assert_eq!(found, [(CVE, true)]);
    // The same as whoever names the mirror is told.
    assert_eq!(tree.darkpan().findings, report.findings);
    assert_eq!(tree.darkpan().projects, report.projects[1..]);
    assert_eq!(problems(&report), [""; 0]);
}

#[test]
fn a_mirror_among_the_tests_fails_nothing() {
    let tree = with_mirror("t/pan")
        .index("t/pan/stacks/other", &[("Gone", "1", "L/LO/LOCAL/Gone-1.tar.gz")]);
    let report = tree.scan();
    assert_eq!(report.outcome.exit_code(), 0);
    let found: Vec<_> = report.findings.iter().map(|one| (one.fixture, one.fails)).collect();
    assert_eq!(found, [(true, false)]);
    let told = problems(&report);
    assert!(told.len() == 1 && told[0].starts_with("undecided"), "{told:?}");
    // Whoever names it, or wants fixtures judged, is told as of any other.
    assert_eq!(tree.darkpan().outcome.exit_code(), 2);
    let mut strict = settings();
    strict.policy.include_fixtures = true;
    let report = perlscan_scanner::run::scan(&tree.source(), &strict, &database(), &()).unwrap();
    assert_eq!(report.outcome.exit_code(), 2);
    assert!(report.findings.iter().all(|finding| finding.fails));
}

#[test]
fn what_only_looks_like_a_mirror_stays_what_it_is() {
    let tree = project()
        .file("lib/authors/id/Foo.pm", "package authors::id::Foo; use Other::Thing; 1;\n")
        .release("dists", "Net-OAuth-0.28", &[("lib/Net/OAuth.pm", MODULE)])
        .index("share", &[("Gone", "1", "L/LO/LOCAL/Gone-1.tar.gz")]);
    let report = tree.scan();
    let before =
        perlscan_scanner::scan::scan(&tree.source(), &settings(), &database(), &()).unwrap();
    assert_eq!(report.projects, before.projects);
    assert!(report.findings.is_empty());
    let told = problems(&report);
    assert!(told.len() == 1 && told[0].starts_with("note share/modules/"), "{told:?}");
    assert_eq!(report.outcome.exit_code(), 0);
}

#[test]
fn a_scan_without_mirrors_reads_what_it_read_before() {
    let tree = project().file("doc/02packages.details.txt", "no index\n").file("a.tar.gz", "x");
    let with = tree.scan();
    let without =
        perlscan_scanner::scan::scan(&tree.source(), &settings(), &database(), &()).unwrap();
    assert_eq!(with, without);
    assert_eq!(with.coverage.files_read, 2);
}

#[test]
fn a_change_that_adds_an_archive_brings_its_findings_in() {
    let (before, after) = (project().source(), with_mirror("pan").source());
    let settings = settings();
    let change = |base, head| {
        let side = |source| Side { source, settings: &settings, is: ChangeSide::default() };
        scan_change(side(base), side(head), &|_| false, &database(), &()).unwrap()
    };
    let report = change(&before, &after);
    let found: Vec<_> = report.findings.iter().map(|one| (one.change, one.fails)).collect();
    assert_eq!(found, [(Some(Change::New), true)]);
    let report = change(&after, &after);
    let found: Vec<_> = report.findings.iter().map(|one| (one.change, one.fails)).collect();
    assert_eq!(found, [(Some(Change::Known), false)]);
    let report = change(&after, &before);
    assert_eq!((report.findings.len(), report.change.unwrap().removed.len()), (0, 1));
}
