//! What a comparison keeps for the next one: the report never depends on it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;

use crate::git::{Repo, has_git};
use crate::support::{code, perlscan, skipped, stderr, stdout};

/// A repository of 250 modules, two of which use what is vulnerable.
fn repository() -> Repo {
    let repo = Repo::empty();
    repo.write("cpanfile", "requires 'Try::Tiny';\n");
    for n in 0..250 {
        let more = if n < 2 { "use Net::OAuth;\n" } else { "" };
        let text =
            format!("package M{n};\nuse Try::Tiny {n};\n{more}our $VERSION = '1.{n}';\n1;\n");
        repo.write(&format!("lib/M{n}.pm"), &text);
    }
    repo.commit();
    repo
}

fn compared(repo: &Repo, cache: &Path, args: &[&str]) -> Output {
    let mut command = perlscan(&repo.path);
    command.env("PERLSCAN_CACHE", cache);
    command.args(["--db", "embedded", "-f", "json"]).args(args).output().expect("it starts")
}

/// Where git keeps the content of a file that is not packed.
fn object(repo: &Repo, path: &str) -> PathBuf {
    let id = repo.git(&["rev-parse", &format!("HEAD:{path}")]);
    let (folder, name) = id.split_at(2);
    repo.path.join(".git/objects").join(folder).join(name)
}

#[test]
fn the_next_comparison_says_the_same_and_reads_what_is_new() {
    if !has_git() {
        return skipped("git");
    }
    let repo = repository();
    let cache = repo.beside("cache");
    repo.write("lib/M7.pm", "package M7;\nuse Net::OAuth 0.28;\n1;\n");
    repo.git(&["add", "-A"]);
    let fresh = compared(&repo, &cache, &["--staged", "--no-cache"]);
    assert!(!cache.exists(), "nothing is kept");
    let first = compared(&repo, &cache, &["--staged"]);
    assert_eq!((code(&first), stdout(&first)), (code(&fresh), stdout(&fresh)));
    assert_eq!(fs::read_dir(&cache).expect("a folder").count(), 1);
    // Without the bytes of a file that has not changed: only who reads it misses them.
    let gone = object(&repo, "lib/M100.pm");
    fs::remove_file(&gone).expect("it is there");
    let second = compared(&repo, &cache, &["--staged"]);
    assert_eq!(stdout(&second), stdout(&fresh), "{}", stderr(&second));
    let without = compared(&repo, &cache, &["--staged", "--no-cache"]);
    assert!(stdout(&without).contains("lib/M100.pm"), "{}", stdout(&without));
    assert_eq!(code(&without), 2, "what is lost is told");
    // What is staged now was never read, and is.
    repo.write("lib/M8.pm", "package M8;\nuse Net::OAuth 0.28;\n1;\n");
    repo.git(&["add", "lib/M8.pm"]);
    let third = compared(&repo, &cache, &["--staged"]);
    assert!(stdout(&third).contains("lib/M8.pm"), "{}", stdout(&third));
}

#[test]
fn a_working_tree_and_two_commits_are_compared_by_it_too() {
    if !has_git() {
        return skipped("git");
    }
    let repo = repository();
    let cache = repo.beside("cache");
    repo.write("lib/M7.pm", "package M7;\nuse Net::OAuth 0.28;\n1;\n");
    repo.commit();
    repo.write("lib/M9.pm", "package M9;\nuse Net::OAuth 0.28;\n1;\n");
    for args in [&["--since", "HEAD~"][..], &["diff", "HEAD~"], &["diff", "HEAD", "HEAD~"]] {
        let fresh = compared(&repo, &cache, &[args, &["--no-cache"]].concat());
        for _ in 0..2 {
            let output = compared(&repo, &cache, args);
            assert_eq!(
                (code(&output), stdout(&output)),
                (code(&fresh), stdout(&fresh)),
                "{args:?}"
            );
        }
    }
    assert!(cache.exists());
}

#[cfg(unix)]
#[test]
fn a_cache_that_others_can_write_is_told_and_not_used() {
    use std::os::unix::fs::PermissionsExt as _;
    if !has_git() {
        return skipped("git");
    }
    let repo = repository();
    let cache = repo.beside("cache");
    let fresh = compared(&repo, &cache, &["--staged"]);
    fs::set_permissions(&cache, fs::Permissions::from_mode(0o777)).expect("it is set");
    let output = compared(&repo, &cache, &["--staged"]);
    assert_eq!((code(&output), stdout(&output)), (code(&fresh), stdout(&fresh)));
    let said = stderr(&output);
    assert!(said.contains("others can write it") && said.contains("read anew"), "{said}");
    // Nor one where no folder can be made.
    let file = repo.beside("file");
    fs::write(&file, "").expect("written");
    let output = compared(&repo, &file.join("cache"), &["--staged"]);
    assert_eq!((code(&output), stdout(&output)), (code(&fresh), stdout(&fresh)));
    assert!(stderr(&output).contains("read anew"), "{}", stderr(&output));
}
