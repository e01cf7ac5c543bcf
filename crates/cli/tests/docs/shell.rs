//! Runs the blocks of a page as one session of a shell, as a reader would.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::page::{Block, Mark};
use crate::root;

/// What became of a block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Ran {
    /// Both streams, in the order in which they were written.
    pub(super) output: String,
    /// The code of its last command.
    pub(super) code: i32,
}

/// Whether a peer is missing: told, or a failure where all must run.
pub(super) fn is_missing(program: &str) -> bool {
    let is_missing = !has(program);
    if is_missing {
        let required = std::env::var_os("PERLSCAN_REQUIRE_PEERS").is_some();
        assert!(!required, "{program} is required and missing");
        println!("SKIPPED: {program} is not installed");
    }
    is_missing
}

/// Whether a program is in one of the folders that sessions see.
fn has(program: &str) -> bool {
    FOLDERS.iter().any(|folder| Path::new(folder).join(program).exists())
}

const FOLDERS: [&str; 4] = ["/usr/local/bin", "/usr/bin", "/bin", "/opt/homebrew/bin"];

/// Runs the blocks of a page in turn, in one shell and a fresh folder, or in the
/// folder that is named.
pub(super) fn run(blocks: &[&Block], folder: Option<&Path>) -> Vec<Ran> {
    let fresh = tempfile::tempdir().expect("a folder");
    let (home, notes) = (fresh.path().join("home"), fresh.path().join("notes"));
    let folder = folder.map_or_else(|| home.join("code"), Path::to_owned);
    for each in [&home, &notes, &folder] {
        fs::create_dir_all(each).expect("a folder");
    }
    let mut session = String::new();
    for (number, block) in blocks.iter().enumerate() {
        for mark in &block.marks {
            if let Mark::Copy(path) = mark {
                let from = root().join(path);
                copy(&from, &folder.join(from.file_name().expect("a name")));
            }
        }
        let script = notes.join(format!("{number}.sh"));
        fs::write(&script, &block.script).expect("the script");
        // In the same shell, so that `cd` and variables hold as they do for a reader.
        let line = format!(
            "{{ . {0}/{number}.sh; }} >{0}/{number}.out 2>&1 </dev/null; echo $? >{0}/{number}.code\n",
            notes.display()
        );
        session.push_str(&line);
    }
    let program = Path::new(env!("CARGO_BIN_EXE_perlscan")).parent().expect("its folder");
    let path = [&[program.to_str().expect("UTF-8")], FOLDERS.as_slice()].concat().join(":");
    let status = Command::new("bash")
        .args(["--noprofile", "--norc", "-c", &session])
        .current_dir(&folder)
        .env_clear()
        .envs([("PATH", path.as_str()), ("LC_ALL", "C.UTF-8"), ("TZ", "UTC"), ("TERM", "dumb")])
        .envs([("GIT_CONFIG_NOSYSTEM", "1"), ("GIT_AUTHOR_NAME", "You")])
        .envs([("GIT_AUTHOR_EMAIL", "you@example.org"), ("GIT_COMMITTER_NAME", "You")])
        .envs([("GIT_COMMITTER_EMAIL", "you@example.org")])
        .envs([("GIT_AUTHOR_DATE", "2026-08-17T12:00:00Z")])
        .envs([("GIT_COMMITTER_DATE", "2026-08-17T12:00:00Z")])
        .env("SOURCE_DATE_EPOCH", today().to_string())
        .env("HOME", &home)
        .env("PERLSCAN_CACHE", home.join("cache"))
        .stdin(Stdio::null())
        .status()
        .expect("bash starts");
    assert!(status.success(), "the session ended early");
    (0..blocks.len()).map(|number| ran(&home, &notes, number)).collect()
}

/// The day after the database's, in seconds since 1970: what is printed must not
/// depend on the day on which the test runs.
fn today() -> u64 {
    let meta = root().join("crates/scanner/data/meta.jsonl");
    let meta = fs::read_to_string(meta).expect("the database's facts are there");
    let meta: serde_json::Value = serde_json::from_str(&meta).expect("one object");
    let epoch = meta["epoch"].as_u64().expect("a number of seconds");
    epoch + 24 * 60 * 60
}

fn ran(home: &Path, notes: &Path, number: usize) -> Ran {
    let read = |ending: &str| {
        let path = notes.join(format!("{number}.{ending}"));
        fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    };
    Ran {
        // The reader's folders are his own.
        output: timeless(&read("out").replace(&*home.to_string_lossy(), "/home/you")),
        code: read("code").trim().parse().expect("an exit code"),
    }
}

/// Leaves out how long prove or perlscan say that they took.
pub(super) fn timeless(output: &str) -> String {
    output
        .split_inclusive('\n')
        .filter(|line| !line.starts_with("note: took "))
        .map(|line| match line.split_once(" wallclock secs") {
            Some((before, _)) => {
                let before = before.trim_end_matches(|letter: char| letter.is_ascii_digit());
                format!("{}\n", before.trim_end().trim_end_matches(','))
            }
            None => line.to_owned(),
        })
        .collect()
}

fn copy(from: &Path, to: &Path) {
    if from.is_dir() {
        fs::create_dir_all(to).expect("a folder");
        let entries =
            fs::read_dir(from).unwrap_or_else(|error| panic!("{}: {error}", from.display()));
        let names: Vec<PathBuf> = entries.map(|entry| entry.expect("an entry").path()).collect();
        for path in names {
            copy(&path, &to.join(path.file_name().expect("a name")));
        }
    } else {
        fs::copy(from, to).unwrap_or_else(|error| panic!("{}: {error}", from.display()));
    }
}

#[test]
fn a_session_is_one_shell_and_its_streams_come_in_order() {
    if is_missing("bash") {
        return;
    }
    let block = |script: &str| Block { script: script.into(), ..Block::default() };
    let blocks = [
        block("mkdir a; cd a; X=1\n"),
        block("echo $X >f; echo one; echo two >&2; cat f; false\n"),
        block("basename \"$PWD\"; perlscan --version >/dev/null; echo $?\n"),
    ];
    let ran = run(&blocks.iter().collect::<Vec<_>>(), None);
    assert_eq!(ran[0], Ran { output: String::new(), code: 0 });
    assert_eq!(ran[1], Ran { output: "one\ntwo\n1\n".into(), code: 1 });
    assert_eq!(ran[2], Ran { output: "a\n0\n".into(), code: 0 });
}

#[test]
fn times_do_not_count() {
    let line = "Files=1, Tests=2,  3 wallclock secs ( 0.01 usr +  0.00 sys =  0.01 CPU)\n";
    assert_eq!(timeless(line), "Files=1, Tests=2\n");
    assert_eq!(
        timeless("Files=1, Tests=2,  0 wallclock secs\nResult: PASS\n"),
        "Files=1, Tests=2\nResult: PASS\n"
    );
}
