//! Security patches, made by the real `diff`, applied by the real `patch`.

#![allow(clippy::disallowed_methods, reason = "the peers read and write files")]

use std::path::Path;
use std::process::{Command, Stdio};

use perlscan_scanner::mirror::patch::{Patch, PatchPlace};
use perlscan_scanner::model::location::SourcePath;
use perlscan_scanner::report::Report;
use perlscan_scanner::{darkpan, run};

use crate::tree::{CVE, LOCAL, Tree, database, problems, settings};

const BEFORE: &str = "package Net::OAuth;
our $VERSION = '0.28';

sub nonce {
    my $self = shift;
    return int(rand(2 ** 32));
}

sub one { 1 }

sub two { 2 }
1;
";

const AFTER: &str = "package Net::OAuth;
our $VERSION = '0.28';
use Crypt::URandom;

sub nonce {
    my $self = shift;
    return unpack 'H*', Crypt::URandom::urandom(20);
}

sub one { 1 }

sub two { 2 }
1;
";

/// Whether the program is there; it has to be where peers are required.
fn has(program: &str) -> bool {
    let is_there = Command::new(program).arg("--version").stdout(Stdio::null()).status().is_ok();
    if !is_there {
        assert!(std::env::var_os("PERLSCAN_REQUIRE_PEERS").is_none(), "no {program}");
        println!("SKIPPED: no {program}");
    }
    is_there
}

/// What `diff -u` says of the two, with this many lines around each change.
fn diff(before: &str, after: &str, context: usize) -> String {
    let folder = tempfile::tempdir().unwrap();
    for (side, text) in [("a", before), ("b", after)] {
        let lib = folder.path().join(side).join("lib/Net");
        std::fs::create_dir_all(&lib).unwrap();
        std::fs::write(lib.join("OAuth.pm"), text).unwrap();
    }
    let output = Command::new("diff")
        .args([&format!("-U{context}"), "-r", "a", "b"])
        .current_dir(folder.path())
        .output()
        .unwrap();
    String::from_utf8(output.stdout).unwrap()
}

/// What `patch` makes of a file, and whether it can take the patch away from it.
fn patch(folder: &Path, text: &str, diff: &str, arguments: &[&str]) -> (bool, String) {
    let lib = folder.join("lib/Net");
    std::fs::create_dir_all(&lib).unwrap();
    std::fs::write(lib.join("OAuth.pm"), text).unwrap();
    std::fs::write(folder.join("x.patch"), diff).unwrap();
    let status = Command::new("patch")
        .args(["-p1", "--batch", "--fuzz=0", "--input=x.patch"])
        .args(arguments)
        .current_dir(folder)
        .stdout(Stdio::null())
        .status()
        .unwrap();
    (status.success(), std::fs::read_to_string(lib.join("OAuth.pm")).unwrap())
}

fn tree(archive: &str, module: &str) -> Tree {
    Tree::default().release(&format!("pan/{LOCAL}"), archive, &[("lib/Net/OAuth.pm", module)])
}

fn with_patch(tree: Tree, version: &str, revision: u32, diff: &str) -> Tree {
    let path = format!("pan/patches/N/Net-OAuth/{version}/{CVE}-r{revision}.patch");
    tree.file(&path, diff)
}

/// Why the one finding is suppressed, and else what is noted of patches.
fn outcome(report: &Report) -> Result<String, String> {
    let [finding] = report.findings.as_slice() else { panic!("{:?}", report.findings) };
    assert_eq!(finding.public_id(), CVE);
    assert_eq!(finding.fails, finding.suppressed.is_none());
    finding.suppressed.clone().ok_or_else(|| {
        let notes = finding.notes.iter().filter(|note| note.contains(".patch"));
        notes.cloned().collect::<Vec<_>>().join("; ")
    })
}

#[test]
fn a_patch_that_is_applied_sets_the_finding_aside() {
    if !has("diff") || !has("patch") {
        return;
    }
    let made = diff(BEFORE, AFTER, 3);
    let folder = tempfile::tempdir().unwrap();
    let (is_applied, patched) = patch(folder.path(), BEFORE, &made, &[]);
    assert!(is_applied && patched == AFTER);
    let applied = with_patch(tree("Net-OAuth-0.28", &patched), "0.28", 1, &made);
    for report in [applied.darkpan(), applied.scan()] {
        let why = outcome(&report).unwrap();
        assert!(why.starts_with("patched: lib/Net/OAuth.pm has"), "{why}");
        assert!(why.contains("pan/patches/N/Net-OAuth/0.28/CVE-2025-22376-r1.patch"), "{why}");
        assert_eq!((report.outcome.exit_code(), problems(&report)), (0, Vec::new()));
    }
    // It is there, and the archive is as it was: that mends nothing.
    let beside = with_patch(tree("Net-OAuth-0.28", BEFORE), "0.28", 1, &made);
    let note = outcome(&beside.darkpan()).unwrap_err();
    assert!(note.contains("is not applied") && note.contains("use Crypt::URandom"), "{note}");
    assert_eq!(beside.darkpan().outcome.exit_code(), 1);
}

/// `patch` goes by lines around a change, which may stand in a file twice: what it could
/// take away as well as add is open to it, and is known here by how the file came to be.
#[test]
fn it_is_applied_where_patch_could_take_it_away() {
    if !has("diff") || !has("patch") {
        return;
    }
    let moved = AFTER.replace("package Net::OAuth;\n", "package Net::OAuth;\nuse strict;\n\n");
    let half = AFTER.replace("use Crypt::URandom;\n", "");
    let shorter = BEFORE.replace("sub one { 1 }\n\n", "");
    let files = [BEFORE, AFTER, &moved, &half, &shorter, "", "1;\n"];
    let mut applied = 0;
    for (before, after) in
        [(BEFORE, AFTER), (AFTER, BEFORE), (BEFORE, &*shorter), (&*shorter, BEFORE)]
    {
        for (context, file) in [1, 3].into_iter().flat_map(|n| files.map(|file| (n, file))) {
            let made = diff(before, after, context);
            let folder = tempfile::tempdir().unwrap();
            let tries = |way| patch(folder.path(), file, &made, &["--dry-run", way]).0;
            let (could_go, could_come) = (tries("--reverse"), tries("--forward"));
            let report = with_patch(tree("Net-OAuth-0.28", file), "0.28", 1, &made).darkpan();
            let is_applied = outcome(&report).is_ok();
            assert!(could_go || !is_applied, "{made}\n{file}");
            assert!(could_come || is_applied == could_go, "{made}\n{file}");
            assert!(file != before || !is_applied, "{made}\n{file}");
            assert!(file != after || is_applied, "{made}\n{file}");
            applied += usize::from(is_applied);
        }
    }
    assert!(applied >= 8, "{applied}");
}

#[test]
fn only_the_newest_revision_for_this_release_counts() {
    if !has("diff") {
        return;
    }
    let (first, second) = (diff(BEFORE, AFTER, 3), diff(AFTER, &AFTER.replace("20", "32"), 3));
    let both = with_patch(tree("Net-OAuth-0.28", AFTER), "0.28", 1, &first);
    assert!(outcome(&both.darkpan()).is_ok());
    let both = with_patch(both, "0.28", 2, &second);
    let note = outcome(&both.darkpan()).unwrap_err();
    assert!(note.contains("-r2.patch") && note.contains("not applied"), "{note}");
    let other = with_patch(tree("Net-OAuth-0.28", AFTER), "0.27", 1, &first);
    assert_eq!(outcome(&other.darkpan()).unwrap_err(), "");
    // A rebuild of one's own is what it was made of; its mark alone proves nothing.
    let rebuilt = with_patch(tree("Net-OAuth-0.28-RT4711", AFTER), "0.28", 1, &first);
    assert!(outcome(&rebuilt.darkpan()).is_ok());
    let rebuilt = with_patch(tree("Net-OAuth-0.28-RT4711", BEFORE), "0.28", 1, &first);
    assert!(outcome(&rebuilt.darkpan()).unwrap_err().contains("not applied"));
}

#[test]
fn patches_of_a_named_folder_are_for_every_mirror() {
    if !has("diff") {
        return;
    }
    let path = SourcePath::from(format!("fixes/N/Net-OAuth/0.28/{CVE}-r1.patch").as_str());
    let place = PatchPlace::below(&path).unwrap();
    let bytes = diff(BEFORE, AFTER, 3).into_bytes();
    let named = vec![Patch { place, path, is_named: true, bytes }];
    let settings = perlscan_scanner::scan::ScanSettings { patches: named, ..settings() };
    let (patched, plain) = (tree("Net-OAuth-0.28", AFTER), tree("Net-OAuth-0.28", BEFORE));
    let report = darkpan::scan(&patched.source(), &settings, &database(), &()).unwrap();
    assert!(outcome(&report).unwrap().contains("fixes/N/Net-OAuth/0.28"));
    let report = run::scan(&plain.source(), &settings, &database(), &()).unwrap();
    assert!(outcome(&report).unwrap_err().contains("not applied"));
}

#[test]
fn a_patch_that_can_t_be_read_is_told_and_mends_nothing() {
    if !has("diff") {
        return;
    }
    let made = diff(BEFORE, AFTER, 3);
    let cut = &made[..made.len() - 40];
    let report = with_patch(tree("Net-OAuth-0.28", AFTER), "0.28", 1, cut).darkpan();
    assert!(outcome(&report).unwrap_err().contains("can't be told"));
    let told = problems(&report);
    assert!(told.len() == 1 && told[0].starts_with("undecided pan/patches/N/"), "{told:?}");
}
