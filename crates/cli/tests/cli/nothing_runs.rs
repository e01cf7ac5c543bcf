//! Nothing that is scanned is run: a tree in which every file makes a marker
//! when it is (`test-corpus/hostile/run`), with programs of the usual names in
//! front of the path that do the same, and a git configuration that would.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use tempfile::TempDir;

use crate::support::{code, perlscan, skipped, stderr, stdout};

/// What every marker's name begins with.
const MARKER: &str = "executed-";

/// Programs that a scanner may be tempted to ask.
const TEMPTING: [&str; 8] = ["perl", "git", "sh", "make", "cpanm", "carton", "dzil", "unzip"];

/// A copy of the tree, inside a git tree whose configuration starts a program.
fn tree() -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("test-corpus/hostile/run");
    copy(&corpus, folder.path());
    let git = folder.path().join(".git");
    for below in ["objects", "refs/heads", "hooks"] {
        fs::create_dir_all(git.join(below)).expect("made");
    }
    fs::write(git.join("HEAD"), "ref: refs/heads/main\n").expect("written");
    let config = "[core]\n\trepositoryformatversion = 0\n\tbare = false\n\
                  \tfsmonitor = touch executed-git; false\n";
    fs::write(git.join("config"), config).expect("written");
    let programs = folder.path().join("programs");
    fs::create_dir(&programs).expect("made");
    for name in TEMPTING {
        let path = programs.join(name);
        let marker = folder.path().join(format!("{MARKER}program-{name}"));
        fs::write(&path, format!("#!/bin/sh\n: > '{}'\n", marker.display())).expect("written");
        executable(&path);
    }
    folder
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("made");
    for entry in fs::read_dir(from).expect("the corpus").flatten() {
        let target = to.join(entry.file_name());
        match entry.path() {
            path if path.is_dir() => copy(&path, &target),
            // Keeps the permissions: some of them can be started.
            path => drop(fs::copy(path, target).expect("copied")),
        }
    }
}

#[cfg(unix)]
fn executable(path: &Path) {
    use std::os::unix::fs::PermissionsExt as _;
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).expect("set");
}

#[cfg(not(unix))]
fn executable(_: &Path) {}

/// The markers that are there, wherever below the folder.
fn markers(folder: &Path) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("it can be read").flatten() {
            let name = entry.file_name().to_string_lossy().into_owned();
            if name.starts_with(MARKER) {
                found.insert(name);
            } else if entry.path().is_dir() {
                folders.push(entry.path());
            }
        }
    }
    found
}

/// The markers that commands leave behind in a copy of the tree.
fn left_by(commands: &[&[&str]]) -> BTreeSet<String> {
    let folder = tree();
    for command in commands {
        let [program, arguments @ ..] = command else { continue };
        // Most of them fail, for what the files name is not there; a marker is
        // made before that.
        let started = Command::new(program)
            .args(arguments)
            .current_dir(folder.path())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status();
        started.map(|_| ()).expect("it starts");
    }
    markers(folder.path())
}

#[test]
fn the_tree_makes_markers_when_it_is_run() {
    if Command::new("perl").arg("-v").output().is_err() {
        return skipped("perl");
    }
    let made = left_by(&[
        &["perl", "-e", "sub requires {} do './cpanfile'"],
        &["perl", "Makefile.PL"],
        &["perl", "Build.PL"],
        &["perl", "-e", "do './CHECKSUMS'"],
        &["perl", "script/filtered.pl"],
        &["perl", "script/packed.pl"],
        &["perl", "t/hostile.t"],
        &["perl", "app.psgi"],
        &["perl", "-Iinc", "-MHostile::Copy", "-e1"],
        &["perl", "-Ilocal/lib/perl5", "-MHostile::Installed", "-e1"],
        // What a tool does that only wants to know a module's version.
        &[
            "perl",
            "-MModule::Metadata",
            "-e",
            "Module::Metadata->new_from_file('lib/Hostile/Version.pm')->version",
        ],
        #[cfg(unix)]
        &["script/shebang"],
    ]);
    for name in [
        "cpanfile",
        "cpanfile-begin",
        "cpanfile-command",
        "cpanfile-do",
        "cpanfile-eval",
        "cpanfile-interpolation",
        "cpanfile-pattern",
        "cpanfile-system",
        "import",
        "import-begin",
        "import-condition",
        "import-end",
        "import-hook",
        "import-method",
        "used",
        "makefile",
        "makefile-begin",
        "makefile-command",
        "makefile-do",
        "makefile-eval",
        "build",
        "checksums",
        "filter",
        "packed",
        "packed-script",
        "packed-version",
        "test",
        "psgi",
        "copy",
        "copy-version",
        "installed",
        "installed-version",
        "version",
        #[cfg(unix)]
        "shebang-perl",
    ] {
        assert!(made.contains(&format!("{MARKER}{name}")), "{name}: {made:?}");
    }
}

#[test]
fn the_git_tree_makes_a_marker_when_git_is_asked() {
    if Command::new("git").arg("--version").output().is_err() {
        return skipped("git");
    }
    let made = left_by(&[&["git", "-c", "safe.directory=*", "status"]]);
    assert_eq!(made.into_iter().collect::<Vec<_>>(), [format!("{MARKER}git")]);
}

/// What is scanned, and how.
const SCANS: [&[&str]; 4] = [
    &["."],
    &[".", "-f", "sarif"],
    &["inventory", "-f", "json", "--modules"],
    &["inventory", "--modules", "local", "script"],
];

#[test]
fn a_scan_of_it_makes_none() {
    let folder = tree();
    for arguments in SCANS {
        let output = perlscan(folder.path())
            .env("PATH", folder.path().join("programs"))
            .args(arguments)
            .output()
            .expect("the binary starts");
        assert!(code(&output) <= 2, "{arguments:?}: {}", stderr(&output));
        assert_eq!(markers(folder.path()), BTreeSet::new(), "{arguments:?}");
    }
}

/// The scan is no proof where a file is passed over: each of these names is
/// told by another file.
#[test]
fn the_files_are_read_all_the_same() {
    let folder = tree();
    let arguments = ["inventory", "-f", "json", "--modules"];
    let output = perlscan(folder.path()).args(arguments).output().expect("the binary starts");
    let inventory: serde_json::Value = serde_json::from_str(&stdout(&output)).expect("JSON");
    let strings = |list: &str, key: &str| -> BTreeSet<String> {
        let list = inventory[list].as_array().expect("a list").iter();
        list.filter_map(|entry| entry[key].as_str().map(str::to_owned)).collect()
    };
    let required = strings("requirements", "module");
    for name in [
        "Cpanfile", "Makefile", "Build", "DistIni", "MetaJson", "Missing", "Psgi", "Shebang",
        "Alien",
    ] {
        assert!(required.contains(&format!("Hostile::{name}")), "{name}: {required:?}");
    }
    let packages = strings("packages", "dist");
    for name in ["Hostile-Locked", "Hostile-Installed", "Hostile-Yml"] {
        assert!(packages.contains(name), "{name}: {packages:?}");
    }
    let modules = strings("modules", "module");
    for name in ["Version", "Import", "Filter", "Copy", "Installed"] {
        assert!(modules.contains(&format!("Hostile::{name}")), "{name}: {modules:?}");
    }
    let text = stdout(&output);
    for name in ["Hostile::Packed", "Hostile::InPar", "5.36"] {
        assert!(text.contains(name), "{name} in {text}");
    }
}

#[test]
fn a_scan_of_it_starts_no_process_and_opens_no_socket() {
    if Command::new("strace").arg("-V").output().is_err() {
        return skipped("strace");
    }
    let folder = tree();
    let outside = tempfile::tempdir().expect("a folder");
    for arguments in SCANS {
        let log = outside.path().join("calls");
        let output = Command::new("strace")
            .args(["-f", "-e", "trace=process,network", "-o"])
            .arg(&log)
            .arg(env!("CARGO_BIN_EXE_perlscan"))
            .args(arguments)
            .current_dir(folder.path())
            .output()
            .expect("strace runs");
        assert!(code(&output) <= 2, "{arguments:?}: {}", stderr(&output));
        only_threads(&fs::read_to_string(&log).expect("the log"));
    }
    assert_eq!(markers(folder.path()), BTreeSet::new());
}

/// Holds that a log of strace has one program, and beside it nothing but
/// threads.
pub(crate) fn only_threads(calls: &str) {
    let started = calls.lines().filter(|line| line.contains("execve(")).count();
    assert_eq!(started, 1, "perlscan itself only: {calls}");
    for line in calls.lines() {
        for call in ["execveat(", "socket(", "socketpair(", "connect(", "bind(", "sendto("] {
            assert!(!line.contains(call), "{line}");
        }
        let is_fork = ["fork(", "clone(", "clone3("].iter().any(|call| line.contains(call));
        assert!(!is_fork || line.contains("CLONE_THREAD"), "a thread at most: {line}");
    }
}

#[test]
fn the_look_at_a_log_can_fail() {
    let logs = [
        "1 execve(\"a\") = 0\n1 execve(\"b\") = 0\n",
        "1 execve(\"a\") = 0\n1 socket(AF_INET, SOCK_STREAM, IPPROTO_IP) = 3\n",
        "1 execve(\"a\") = 0\n1 vfork() = 2\n",
        "1 execve(\"a\") = 0\n1 clone3({flags=CLONE_VFORK|CLONE_VM}) = 2\n",
    ];
    for log in logs {
        assert!(std::panic::catch_unwind(|| only_threads(log)).is_err(), "{log}");
    }
    only_threads("1 execve(\"a\") = 0\n1 clone3({flags=CLONE_VM|CLONE_THREAD}) = 2\n");
}
