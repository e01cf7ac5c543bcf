//! `--staged`, `--since` and `diff`: only what a change brings in.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::git::{Repo, git, git_command, git_ok, has_git};
use crate::support::{SAFE, VULNERABLE, code, json, perlscan, run, skipped, stderr, stdout};

/// A snapshot with these releases.
pub(super) fn snapshot(releases: &[(&str, &str, &str)]) -> String {
    let mut text = "# carton snapshot format: version 1.0\nDISTRIBUTIONS\n".to_owned();
    for (dist, version, module) in releases {
        text.push_str(&format!(
            "  {dist}-{version}\n    pathname: A/AB/ABC/{dist}-{version}.tar.gz\n    provides:\n      {module} {version}\n    requirements:\n      perl 0\n"
        ));
    }
    text
}

fn changes(report: &Value) -> Vec<(String, String, bool)> {
    let findings = report["findings"].as_array().expect("findings");
    let word = |value: &Value| value.as_str().expect("a word").to_owned();
    findings
        .iter()
        .map(|one| (word(&one["id"]), word(&one["change"]), one["fails"] == true))
        .collect()
}

fn one(change: &str, fails: bool) -> Vec<(String, String, bool)> {
    vec![("CPANSA-Net-OAuth-2025-22376".to_owned(), change.to_owned(), fails)]
}

#[test]
fn the_index_decides_and_not_the_working_tree() {
    if !has_git() {
        return skipped("git");
    }
    let repo = Repo::of(&[("cpanfile", SAFE)]);
    repo.write("cpanfile", VULNERABLE);
    let report = json(&repo.path, &["--staged"]);
    assert_eq!(changes(&report), [], "what is in the working tree only is not staged");
    assert_eq!(code(&run(&repo.path, &["--staged"])), 0);
    repo.git(&["add", "cpanfile"]);
    repo.write("cpanfile", SAFE);
    let report = json(&repo.path, &["--staged"]);
    assert_eq!(changes(&report), one("new", true));
    let place = &report["findings"][0]["locations"][0];
    assert_eq!((&place["path"], &place["line"]), (&"cpanfile".into(), &1.into()));
    assert_eq!(report["change"]["base"]["kind"], "commit");
    assert_eq!(report["change"]["base"]["commit"], repo.git(&["rev-parse", "HEAD"]));
    assert_eq!(report["change"]["head"]["kind"], "index");
    let output = run(&repo.path, &["--staged"]);
    assert_eq!(code(&output), 1);
    let shown = stdout(&output);
    assert!(shown.contains("cpanfile:1") && shown.contains("new"), "{shown}");
    assert!(shown.contains("the index with HEAD ("), "{shown}");
    // From a folder within, and of a folder within.
    repo.write("sub/x", "");
    let output = run(&repo.path.join("sub"), &["--staged", ".."]);
    assert!(stdout(&output).contains("../cpanfile:1"), "{}", stdout(&output));
    repo.git(&["add", "sub"]);
    let output = run(&repo.path, &["--staged", "sub"]);
    assert_eq!(code(&output), 0, "{}{}", stdout(&output), stderr(&output));
    assert_eq!(code(&run(&repo.path, &["--staged", "/"])), 2);
}

#[test]
fn what_was_there_is_counted_and_what_is_gone_is_listed() {
    if !has_git() {
        return skipped("git");
    }
    let vulnerable = snapshot(&[("Net-OAuth", "0.28", "Net::OAuth")]);
    let repo =
        Repo::of(&[("cpanfile", "requires 'Net::OAuth';\n"), ("cpanfile.snapshot", &vulnerable)]);
    // Lines move.
    repo.write("cpanfile", "# why\n\nrequires 'Net::OAuth';\n");
    repo.git(&["add", "-A"]);
    let output = run(&repo.path, &["--staged"]);
    let shown = stdout(&output);
    assert_eq!(code(&output), 0, "{shown}");
    assert!(shown.contains("the change brings in no finding; 1 finding is as it was"), "{shown}");
    assert!(!shown.contains("Net-OAuth"), "{shown}");
    let shown = stdout(&run(&repo.path, &["--staged", "--verbose"]));
    assert!(shown.contains("Net-OAuth 0.28") && shown.contains("known"), "{shown}");
    assert_eq!(changes(&json(&repo.path, &["--staged"])), one("known", false));
    // Mended.
    repo.write("cpanfile.snapshot", &snapshot(&[("Net-OAuth", "0.31", "Net::OAuth")]));
    repo.git(&["add", "-A"]);
    let shown = stdout(&run(&repo.path, &["--staged"]));
    assert!(shown.contains("No longer found") && shown.contains("Net-OAuth 0.28"), "{shown}");
    let report = json(&repo.path, &["--staged"]);
    assert_eq!(report["change"]["removed"][0]["id"], "CPANSA-Net-OAuth-2025-22376");
    assert_eq!(report["findings"].as_array().map(Vec::len), Some(0));
    // A vendored copy beside the lock is another place.
    repo.write("cpanfile.snapshot", &vulnerable);
    repo.write("extlib/Net/OAuth.pm", "package Net::OAuth;\nour $VERSION = '0.28';\n1;\n");
    repo.git(&["add", "-A"]);
    assert_eq!(changes(&json(&repo.path, &["--staged"])), one("worse", true));
}

#[test]
fn a_floor_too_low_is_shown_and_fails_only_when_strict() {
    if !has_git() {
        return skipped("git");
    }
    let repo = Repo::of(&[("cpanfile", "")]);
    repo.write("cpanfile", "requires 'Net::OAuth';\n");
    repo.git(&["add", "-A"]);
    let output = run(&repo.path, &["--staged"]);
    assert_eq!(code(&output), 0);
    assert!(stdout(&output).contains("floor is too low"), "{}", stdout(&output));
    assert_eq!(code(&run(&repo.path, &["--staged", "--strict"])), 1);
}

#[test]
fn before_the_first_commit_everything_is_new() {
    if !has_git() {
        return skipped("git");
    }
    let repo = Repo::empty();
    assert_eq!(code(&run(&repo.path, &["--staged"])), 0);
    repo.write("cpanfile", VULNERABLE);
    repo.git(&["add", "-A"]);
    let report = json(&repo.path, &["--staged"]);
    assert_eq!(changes(&report), one("new", true));
    assert_eq!(report["change"]["base"]["kind"], "nothing");
    assert_eq!(report["change"]["base"]["commit"], Value::Null);
    let output = run(&repo.path, &["diff", "HEAD"]);
    assert_eq!(code(&output), 2);
    assert!(stderr(&output).contains("HEAD names no commit yet"), "{}", stderr(&output));
}

#[test]
fn two_commits_are_compared_without_a_checkout() {
    if !has_git() {
        return skipped("git");
    }
    let repo = Repo::of(&[("cpanfile", SAFE), ("app/cpanfile", SAFE)]);
    repo.git(&["tag", "v1"]);
    repo.write("app/cpanfile", VULNERABLE);
    repo.commit();
    repo.git(&["branch", "topic"]);
    repo.git(&["checkout", "-q", "v1"]);
    for args in [
        vec!["diff", "v1", "topic"],
        vec!["diff", "v1..topic"],
        vec!["diff", "v1...topic"],
        vec!["diff", "v1", "topic", "app"],
        vec!["diff", "v1", "topic", "app/cpanfile"],
    ] {
        assert_eq!(changes(&json(&repo.path, &args)), one("new", true), "{args:?}");
        assert_eq!(code(&run(&repo.path, &args)), 1, "{args:?}");
    }
    // HEAD is v1 here.
    for args in [vec!["diff", "v1"], vec!["diff", "v1", "app"], vec!["diff", "v1", "HEAD", "."]] {
        assert_eq!(changes(&json(&repo.path, &args)), [], "{args:?}");
    }
    let report = json(&repo.path, &["diff", "topic"]);
    assert_eq!(report["change"]["removed"].as_array().map(Vec::len), Some(1));
    let output = run(&repo.path, &["diff", "v1", "topic", "nowhere"]);
    assert_eq!(code(&output), 2);
    assert!(stderr(&output).contains("'nowhere' is in neither"), "{}", stderr(&output));
    let output = run(&repo.path, &["diff", "nope"]);
    assert_eq!(code(&output), 2);
    assert!(stderr(&output).contains("'nope' names no commit"), "{}", stderr(&output));
    // In a clone without a working tree.
    let bare = repo.beside("bare.git");
    git_ok(&repo.path, &["clone", "-q", "--bare", ".", &bare.display().to_string()]);
    let report = json(&bare, &["diff", "v1", "topic", "app"]);
    assert_eq!(changes(&report), one("new", true));
    assert_eq!(report["findings"][0]["locations"][0]["path"], "app/cpanfile");
    for option in [vec!["--staged"], vec!["--since", "v1"]] {
        let output = run(&bare, &option);
        assert_eq!(code(&output), 2);
        assert!(stderr(&output).contains("perlscan diff"), "{}", stderr(&output));
    }
    // Git goes by the name where nothing is configured, and so do we.
    fs::remove_file(bare.join("config")).expect("it is there");
    let by_git = git_ok(&bare, &["rev-parse", "--is-bare-repository"]);
    assert_eq!(by_git.trim(), "true");
    let again = json(&bare, &["diff", "v1", "topic", "app"]);
    assert_eq!(changes(&again), one("new", true));
}

#[test]
fn since_compares_with_where_the_branch_began() {
    if !has_git() {
        return skipped("git");
    }
    let repo = Repo::of(&[("cpanfile", SAFE), (".gitignore", "local/\n")]);
    let fork = repo.git(&["rev-parse", "HEAD"]);
    repo.git(&["checkout", "-q", "-b", "topic"]);
    repo.write("lib/A.pm", "package A;\n1;\n");
    repo.commit();
    repo.git(&["checkout", "-q", "main"]);
    // What came into main since is not what the branch removes.
    repo.write("main/cpanfile", VULNERABLE);
    repo.commit();
    repo.git(&["checkout", "-q", "topic"]);
    let report = json(&repo.path, &["--since", "main"]);
    assert_eq!(report["change"]["base"]["commit"], fork);
    assert_eq!(report["change"]["base"]["merge_base"], true);
    assert_eq!(report["change"]["removed"].as_array().map(Vec::len), Some(0));
    // What is installed where git ignores it no commit brings in.
    repo.write("local/lib/perl5/Net/OAuth.pm", "package Net::OAuth;\nour $VERSION = '0.28';\n1;\n");
    assert_eq!(changes(&json(&repo.path, &["--since", "main"])), one("known", false));
    assert_eq!(code(&run(&repo.path, &["--since", "main"])), 0);
    // The working tree counts, with what is not added yet.
    repo.write("new/cpanfile", VULNERABLE);
    let report = json(&repo.path, &["--since", "main"]);
    let found = changes(&report);
    assert!(found.contains(&one("new", true)[0]), "{found:?}");
    let shown = stdout(&run(&repo.path, &["--since", "main"]));
    assert!(shown.contains(&format!("where HEAD and main part ({})", &fork[..10])), "{shown}");
    // Histories that never meet.
    repo.git(&["checkout", "-q", "--orphan", "apart"]);
    repo.commit();
    let output = run(&repo.path, &["--since", "main"]);
    assert!(stderr(&output).contains("no commit in common"), "{}", stderr(&output));
}

#[test]
fn suppressions_are_those_of_the_state_that_is_reported() {
    if !has_git() {
        return skipped("git");
    }
    let entry = "[[ignore]]\nid = \"CVE-2025-22376\"\nreason = \"we sign nothing\"\n";
    let repo = Repo::of(&[("cpanfile", SAFE)]);
    repo.write("cpanfile", VULNERABLE);
    repo.git(&["add", "cpanfile"]);
    repo.write("perlscan.toml", entry);
    assert_eq!(code(&run(&repo.path, &["--staged"])), 1, "it is not staged");
    repo.git(&["add", "perlscan.toml"]);
    fs::remove_file(repo.path.join("perlscan.toml")).expect("removed");
    let report = json(&repo.path, &["--staged"]);
    assert_eq!(report["findings"][0]["suppressed"]["reason"], "we sign nothing");
    assert_eq!(code(&run(&repo.path, &["--staged"])), 0);
    assert_eq!(code(&run(&repo.path, &["--staged", "--no-config"])), 1);
    repo.git(&["commit", "-q", "-m", "x"]);
    let suppressed = repo.git(&["rev-parse", "HEAD"]);
    assert_eq!(code(&run(&repo.path, &["diff", "HEAD~1", "HEAD"])), 0);
    // To take a suppression away is to bring the finding in.
    repo.git(&["rm", "-q", "perlscan.toml"]);
    assert_eq!(changes(&json(&repo.path, &["--staged"])), one("worse", true));
    repo.commit();
    assert_eq!(changes(&json(&repo.path, &["diff", &suppressed, "HEAD"])), one("worse", true));
    assert_eq!(changes(&json(&repo.path, &["--since", &suppressed])), one("worse", true));
    repo.write("perlscan.toml", "[[ignore]]\nid = 'CVE-1-1'\n");
    repo.git(&["add", "-A"]);
    let output = run(&repo.path, &["--staged"]);
    assert_eq!(code(&output), 2);
    assert!(stderr(&output).contains(":perlscan.toml:1: missing field"), "{}", stderr(&output));
}

#[test]
fn the_ignore_file_is_that_of_each_state() {
    if !has_git() {
        return skipped("git");
    }
    let repo = Repo::of(&[("old/cpanfile", VULNERABLE), (".perlscanignore", "/old/\n")]);
    repo.git(&["rm", "-q", ".perlscanignore"]);
    assert_eq!(changes(&json(&repo.path, &["--staged"])), one("new", true));
    assert_eq!(changes(&json(&repo.path, &["--staged", "--no-config"])), one("known", false));
    assert_eq!(changes(&json(&repo.path, &["--staged", "--exclude", "old"])), []);
}

#[test]
fn repositories_of_other_kinds_work_or_say_what_to_do() {
    if !has_git() {
        return skipped("git");
    }
    let nowhere = tempfile::tempdir().expect("a folder");
    for args in [vec!["--staged"], vec!["--since", "main"], vec!["diff", "main"]] {
        let output = run(nowhere.path(), &args);
        assert_eq!(code(&output), 2, "{args:?}");
        assert!(stderr(&output).contains("lies in no git repository"), "{}", stderr(&output));
    }
    let repo = Repo::of(&[("cpanfile", SAFE)]);
    let first = repo.git(&["rev-parse", "HEAD"]);
    repo.write("cpanfile", VULNERABLE);
    repo.commit();
    let url = format!("file://{}", repo.path.display());
    let say = |folder: &Path, args: &[&str], words: &str| {
        let output = run(folder, args);
        assert_eq!(code(&output), 2, "{args:?}: {}", stdout(&output));
        assert!(stderr(&output).contains(words), "{args:?}: {}", stderr(&output));
    };

    let shallow = repo.beside("shallow");
    git_ok(&repo.path, &["clone", "-q", "--depth=1", &url, &shallow.display().to_string()]);
    say(&shallow, &["--since", &first], "git fetch --unshallow");
    say(&shallow, &["diff", &first], "fetch-depth: 0");
    assert_eq!(code(&run(&shallow, &["--staged"])), 0);

    let linked = repo.beside("linked");
    repo.git(&["worktree", "add", "-q", "-b", "other", &linked.display().to_string(), &first]);
    fs::write(linked.join("cpanfile"), VULNERABLE).expect("written");
    git_ok(&linked, &["add", "-A"]);
    assert_eq!(changes(&json(&linked, &["--staged"])), one("new", true));
    assert_eq!(changes(&json(&repo.path, &["--staged"])), one("known", false));
    assert_eq!(changes(&json(&linked, &["--since", "main"])), one("new", true));

    let outer = Repo::of(&[("cpanfile", SAFE)]);
    outer.git(&["-c", "protocol.file.allow=always", "submodule", "add", "-q", &url, "inner"]);
    let report = json(&outer.path, &["--staged"]);
    assert_eq!(changes(&report), [], "a submodule is a repository of its own");
    let skipped = report["coverage"]["skipped_directories"].to_string();
    assert!(skipped.contains("submodules"), "{skipped}");
    assert_eq!(changes(&json(&outer.path.join("inner"), &["diff", &first])), one("new", true));
    outer.commit();
    let report = json(&outer.path, &["--since", "HEAD~1"]);
    assert_eq!(changes(&report), one("known", false), "it is on both sides");

    let long = repo.beside("sha256");
    git_ok(&repo.path, &["init", "-q", "--object-format=sha256", &long.display().to_string()]);
    say(&long, &["--staged"], "SHA-256");

    let partial = repo.beside("partial");
    repo.git(&["config", "uploadpack.allowFilter", "true"]);
    let to = partial.display().to_string();
    git_ok(&repo.path, &["clone", "-q", "--filter=blob:none", "--no-checkout", &url, &to]);
    let output = run(&partial, &["diff", &first, "-f", "json"]);
    assert_eq!(code(&output), 2, "what is not there is lost");
    let report: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let problem = &report["problems"][0];
    assert_eq!((&problem["kind"], &problem["path"]), (&"lost".into(), &"cpanfile".into()));
    assert!(problem["message"].to_string().contains("git fetch --refetch"), "{problem}");
    assert_eq!(report["change"]["base"]["lost"], 1);
}

#[test]
fn an_unresolved_merge_is_said() {
    if !has_git() {
        return skipped("git");
    }
    let repo = Repo::of(&[("cpanfile", SAFE)]);
    repo.git(&["checkout", "-q", "-b", "topic"]);
    repo.write("cpanfile", "requires 'A';\n");
    repo.commit();
    repo.git(&["checkout", "-q", "main"]);
    repo.write("cpanfile", "requires 'B';\n");
    repo.commit();
    assert!(!git(&repo.path, &["merge", "-q", "topic"]).status.success(), "a conflict");
    let output = run(&repo.path, &["--staged"]);
    assert_eq!(code(&output), 2);
    let told = stderr(&output);
    assert!(told.contains("a merge that is not resolved yet (cpanfile)"), "{told}");
    assert_eq!(code(&run(&repo.path, &["diff", "HEAD", "topic"])), 0);
}

/// Only root can give a folder away.
#[cfg(unix)]
#[test]
fn a_repository_of_somebody_else_is_not_read_until_it_is_trusted() {
    use std::os::unix::fs::{MetadataExt as _, chown};
    if !has_git() {
        return skipped("git");
    }
    let repo = Repo::of(&[("cpanfile", SAFE)]);
    if fs::metadata(&repo.path).expect("it is there").uid() != 0 {
        return skipped("root, who can give a folder to somebody else");
    }
    for path in [&repo.path, &repo.path.join(".git")] {
        chown(path, Some(65534), Some(65534)).expect("given away");
    }
    let output = run(&repo.path, &["--staged"]);
    assert_eq!(code(&output), 2);
    let told = stderr(&output);
    let hint = format!("git config --global --add safe.directory '{}'", repo.path.display());
    assert!(told.contains("owned by somebody else") && told.contains(&hint), "{told}");
    let home = tempfile::tempdir().expect("a folder");
    let config = format!("[safe]\n\tdirectory = {}\n", repo.path.display());
    fs::write(home.path().join(".gitconfig"), config).expect("written");
    let output =
        perlscan(&repo.path).arg("--staged").env("HOME", home.path()).output().expect("it starts");
    assert_eq!(code(&output), 0, "{}", stderr(&output));
}

/// In a hook git names the index of the commit that is being made.
#[cfg(unix)]
#[test]
fn a_hook_sees_what_is_being_committed() {
    use std::os::unix::fs::PermissionsExt as _;
    if !has_git() {
        return skipped("git");
    }
    let repo = Repo::of(&[("a/cpanfile", SAFE), ("b/cpanfile", SAFE)]);
    let hook = repo.path.join(".git/hooks/pre-commit");
    let script = format!("#!/bin/sh\nexec '{}' --staged -q\n", env!("CARGO_BIN_EXE_perlscan"));
    fs::create_dir_all(hook.parent().expect("a parent")).expect("made");
    fs::write(&hook, script).expect("written");
    fs::set_permissions(&hook, fs::Permissions::from_mode(0o755)).expect("set");
    let commit = |args: &[&str]| {
        let mut command = git_command(&repo.path);
        let output = command.args(["commit", "-q", "-m", "x"]).args(args).output().expect("starts");
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        (output.status.success(), format!("{said}{}", String::from_utf8_lossy(&output.stdout)))
    };
    // Staged and vulnerable, but the commit is of the other path.
    repo.write("a/cpanfile", VULNERABLE);
    repo.git(&["add", "a"]);
    repo.write("b/cpanfile", "requires 'Net::OAuth', '>= 0.31';\n");
    let (passed, said) = commit(&["b/cpanfile"]);
    assert!(passed, "{said}");
    let (passed, said) = commit(&["a/cpanfile"]);
    assert!(!passed && said.contains("a/cpanfile:1"), "{said}");
    // Not staged, and taken along by -a.
    repo.git(&["restore", "--staged", "--worktree", "a/cpanfile"]);
    repo.write("b/cpanfile", VULNERABLE);
    let (passed, said) = commit(&["--allow-empty"]);
    assert!(passed, "{said}");
    let (passed, said) = commit(&["-a"]);
    assert!(!passed && said.contains("b/cpanfile:1"), "{said}");
    // In a linked working tree git names its folder, too.
    let linked = repo.beside("linked");
    repo.git(&["worktree", "add", "-q", "-b", "other", &linked.display().to_string(), "HEAD"]);
    fs::write(linked.join("a/cpanfile"), VULNERABLE).expect("written");
    git_ok(&linked, &["add", "a"]);
    assert!(!git(&linked, &["commit", "-q", "-m", "x"]).status.success());
    // A push that is not accepted yet: its objects lie apart.
    let bare = repo.beside("bare.git");
    git_ok(&repo.path, &["clone", "-q", "--bare", ".", &bare.display().to_string()]);
    let hook = bare.join("hooks/pre-receive");
    let script = format!(
        "#!/bin/sh\nwhile read old new ref; do '{}' diff $old $new -q || exit 1; done\n",
        env!("CARGO_BIN_EXE_perlscan")
    );
    fs::write(&hook, script).expect("written");
    fs::set_permissions(&hook, fs::Permissions::from_mode(0o755)).expect("set");
    repo.git(&["add", "-A"]);
    repo.git(&["commit", "-q", "--no-verify", "-m", "x"]);
    let to = bare.display().to_string();
    let output = git(&repo.path, &["push", "-q", &to, "HEAD:main"]);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!output.status.success() && said.contains("b/cpanfile:1"), "{said}");
}
