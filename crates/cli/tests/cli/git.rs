//! Repositories for tests, made by the real git without the machine's settings.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use tempfile::TempDir;

/// A repository, or nothing where there is no git.
pub(super) struct Repo {
    _folder: TempDir,
    /// Its working tree.
    pub(super) path: PathBuf,
}

/// git in a folder, in an environment of our own.
pub(super) fn git_command(folder: &Path) -> Command {
    let mut command = Command::new("git");
    command.current_dir(folder).env_clear();
    command.env("PATH", std::env::var_os("PATH").unwrap_or_default());
    command.env("HOME", folder).env("GIT_CONFIG_NOSYSTEM", "1");
    for who in ["AUTHOR", "COMMITTER"] {
        command.env(format!("GIT_{who}_NAME"), "A").env(format!("GIT_{who}_EMAIL"), "a@x.org");
        command.env(format!("GIT_{who}_DATE"), "2026-11-01T00:00:00Z");
    }
    command
}

pub(super) fn git(folder: &Path, args: &[&str]) -> Output {
    git_command(folder).args(args).output().expect("git starts")
}

/// As [`git`], for what has to succeed; what it says on standard output.
pub(super) fn git_ok(folder: &Path, args: &[&str]) -> String {
    let output = git(folder, args);
    assert!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

pub(super) fn has_git() -> bool {
    Command::new("git").arg("--version").output().is_ok()
}

impl Repo {
    /// Without a commit.
    pub(super) fn empty() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().canonicalize().expect("it is there").join("work");
        fs::create_dir(&path).expect("made");
        git_ok(&path, &["init", "-q", "-b", "main"]);
        Self { _folder: folder, path }
    }

    /// With one commit of these files.
    pub(super) fn of(files: &[(&str, &str)]) -> Self {
        let repo = Self::empty();
        files.iter().for_each(|(path, text)| repo.write(path, text));
        repo.commit();
        repo
    }

    pub(super) fn write(&self, path: &str, text: &str) {
        let path = self.path.join(path);
        fs::create_dir_all(path.parent().expect("a parent")).expect("made");
        fs::write(path, text).expect("written");
    }

    pub(super) fn git(&self, args: &[&str]) -> String {
        git_ok(&self.path, args)
    }

    /// Commits all that there is; tells the commit.
    pub(super) fn commit(&self) -> String {
        self.git(&["add", "-A"]);
        self.git(&["commit", "-q", "--allow-empty", "-m", "x"]);
        self.git(&["rev-parse", "HEAD"])
    }

    /// Another path beside the working tree.
    pub(super) fn beside(&self, name: &str) -> PathBuf {
        self.path.parent().expect("a parent").join(name)
    }
}
