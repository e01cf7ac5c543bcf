//! Git repositories, by path and from a real `git daemon`.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use perlscan_model::facts::Trust;
use perlscan_scanner::advisory::fetch::{FetchError, Fetched, Limits, Previous, Remote, fetch};

use crate::{Folder, have, run};

/// An upstream repository and our folder.
pub(crate) struct Upstream {
    folder: Folder,
    pub(crate) url: String,
}

impl Upstream {
    fn new() -> Self {
        Self::at(Folder::new("git"))
    }

    /// In the folder `up` of this one.
    pub(crate) fn at(folder: Folder) -> Self {
        std::fs::create_dir(folder.0.join("up")).expect("a folder");
        let url = format!("git+{}", folder.0.join("up").display());
        let upstream = Self { folder, url };
        upstream.git(&["init", "-q", "-b", "main"]);
        upstream
    }

    fn git(&self, arguments: &[&str]) -> String {
        let who =
            ["-c", "user.name=T", "-c", "user.email=t@example.org", "-c", "commit.gpgsign=false"];
        let all: Vec<&str> = who.iter().chain(arguments).copied().collect();
        let quiet = [("GIT_CONFIG_NOSYSTEM", "1"), ("GIT_CONFIG_GLOBAL", "/dev/null")];
        run(&self.folder.0.join("up"), &quiet, "git", &all)
    }

    /// Adds a commit and says its name, as git has it.
    pub(crate) fn commit(&self, file: &str, text: &str) -> String {
        let path = self.folder.0.join("up").join(file);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("made");
        std::fs::write(path, text).expect("written");
        self.git(&["add", "-A"]);
        self.git(&["commit", "-q", "-m", "x"]);
        self.git(&["rev-parse", "HEAD"])
    }

    fn work(&self) -> PathBuf {
        self.folder.0.join("work")
    }

    pub(crate) fn fetch(&self, previous: &Previous) -> Result<Fetched, FetchError> {
        let remote = Remote::parse(&self.url).expect("a remote");
        fetch(&remote, &self.work(), previous, &Limits::default(), &())
    }
}

fn previous(fetched: &Fetched) -> Previous {
    Previous { place: fetched.place.clone(), etag: None, commit: fetched.commit.clone() }
}

fn text(folder: &Path, file: &str) -> String {
    std::fs::read_to_string(folder.join(file)).expect(file)
}

/// A fresh clone, nothing new, a fast-forward, a rewritten history.
pub(crate) fn life(upstream: &Upstream, trust: Trust) {
    let first = upstream.commit("cpansa/A.yml", "one\n");
    let got = upstream.fetch(&Previous::default()).expect("fresh");
    assert_eq!(got.commit.as_deref(), Some(&*first));
    assert_eq!((got.trust, got.unchanged, got.rewritten), (trust, false, false));
    assert_eq!(text(&got.path, "cpansa/A.yml"), "one\n");

    let same = upstream.fetch(&previous(&got)).expect("the same");
    assert!(same.unchanged && !same.rewritten);

    upstream.commit("cpansa/B.yml", "b\n");
    let second = upstream.commit("cpansa/A.yml", "two\n");
    let forward = upstream.fetch(&previous(&got)).expect("forward");
    assert_eq!(forward.commit.as_deref(), Some(&*second));
    assert_eq!((forward.unchanged, forward.rewritten), (false, false));
    assert_eq!(text(&forward.path, "cpansa/A.yml"), "two\n");
    assert!(!got.path.exists(), "the old tree is gone");

    upstream.git(&["reset", "-q", "--hard", &first]);
    let third = upstream.commit("cpansa/C.yml", "three\n");
    let rewritten = upstream.fetch(&previous(&forward)).expect("rewritten");
    assert_eq!(rewritten.commit.as_deref(), Some(&*third));
    assert!(rewritten.rewritten && !rewritten.unchanged);
    assert!(!rewritten.path.join("cpansa/B.yml").exists());
}

#[test]
fn a_path_is_cloned_followed_and_seen_to_be_rewritten() {
    if have(&["git"]) {
        let mut upstream = Upstream::new();
        life(&upstream, Trust::Local);
        upstream.url = format!("file://{}", upstream.folder.0.join("up").display());
        let got = upstream.fetch(&Previous::default()).expect("file://");
        assert!(got.place.starts_with("file://"));
    }
}

struct Daemon(Child);

impl Drop for Daemon {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn a_git_daemon_is_cloned_followed_and_seen_to_be_rewritten() {
    if !have(&["git"]) {
        return;
    }
    let mut upstream = Upstream::new();
    let free = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = free.local_addr().expect("its number").port();
    drop(free);
    // The daemon itself, not `git`, which would leave it running when killed.
    let program =
        Path::new(&run(&upstream.folder.0, &[], "git", &["--exec-path"])).join("git-daemon");
    let daemon = Command::new(program)
        .args(["--export-all", "--listen=127.0.0.1", &format!("--port={port}")])
        .arg(format!("--base-path={}", upstream.folder.0.display()))
        .arg(&upstream.folder.0)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn();
    let Ok(daemon) = daemon else {
        assert!(std::env::var_os("PERLSCAN_REQUIRE_PEERS").is_none(), "git-daemon is missing");
        println!("SKIPPED: git-daemon is missing");
        return;
    };
    let _daemon = Daemon(daemon);
    let started = Instant::now();
    while std::net::TcpStream::connect(("127.0.0.1", port)).is_err() {
        assert!(started.elapsed() < Duration::from_secs(20), "the daemon answers");
        std::thread::sleep(Duration::from_millis(20));
    }
    upstream.commit("cpansa/0.yml", "zero\n");
    upstream.url = format!("git://127.0.0.1:{port}/up");
    life(&upstream, Trust::Local);
}

#[test]
fn what_an_interruption_leaves_behind_is_made_anew() {
    if !have(&["git"]) {
        return;
    }
    let upstream = Upstream::new();
    let tip = upstream.commit("cpansa/A.yml", "one\n");
    let clone = upstream.work().join("clone.git");
    // Folders that stand for a clone cut at its beginning, and in its middle.
    std::fs::create_dir_all(clone.join("objects")).expect("half a clone");
    std::fs::create_dir_all(upstream.work().join("tree.part/cpansa")).expect("half a tree");
    std::fs::write(upstream.work().join("tree.part/cpansa/old.yml"), "old").expect("written");
    let got = upstream.fetch(&Previous::default()).expect("anew");
    assert_eq!(got.commit.as_deref(), Some(&*tip));
    assert!(!got.path.join("cpansa/old.yml").exists());

    std::fs::remove_dir_all(clone.join("objects/pack")).expect("the objects are lost");
    std::fs::remove_dir_all(&got.path).expect("the tree is lost");
    let again = upstream.fetch(&previous(&got)).expect("anew");
    assert_eq!(text(&again.path, "cpansa/A.yml"), "one\n");
}

#[test]
fn what_is_not_there_is_said() {
    if !have(&["git"]) {
        return;
    }
    let mut upstream = Upstream::new();
    let empty = upstream.fetch(&Previous::default()).expect_err("empty");
    assert!(matches!(&empty, FetchError::NoReference { .. }), "{empty:?}");
    upstream.commit("cpansa/A.yml", "one\n");
    upstream.git(&["branch", "other/one"]);
    let url = upstream.url.clone();
    upstream.url = format!("{url}#other/one");
    assert!(upstream.fetch(&Previous::default()).is_ok());
    upstream.url = format!("{url}#nothing");
    let missing = upstream.fetch(&Previous::default()).expect_err("missing");
    assert!(missing.to_string().contains("no branch or tag `nothing`"), "{missing}");
    upstream.url = format!("{url}-not-there");
    assert!(matches!(upstream.fetch(&Previous::default()), Err(FetchError::Network { .. })));
}

#[cfg(unix)]
#[test]
fn hooks_links_and_other_files_have_no_part() {
    if !have(&["git"]) {
        return;
    }
    let upstream = Upstream::new();
    let up = upstream.folder.0.join("up");
    std::os::unix::fs::symlink("/etc/passwd", up.join("link.yml")).expect("a link");
    std::fs::write(up.join(".gitattributes"), "*.yml filter=evil\n").expect("written");
    std::fs::write(up.join("run.sh"), "touch marker\n").expect("written");
    upstream.commit("cpansa/A.yml", "one\n");
    let got = upstream.fetch(&Previous::default()).expect("fetched");
    assert!(got.path.join("link.yml").symlink_metadata().is_err());
    assert!(!got.path.join("run.sh").exists() && !got.path.join(".gitattributes").exists());
    assert_eq!(text(&got.path, "cpansa/A.yml"), "one\n");
}

#[test]
fn a_tree_with_a_name_that_leaves_it_is_refused() {
    if !have(&["git"]) {
        return;
    }
    let upstream = Upstream::new();
    upstream.commit("A.yml", "one\n");
    // git itself refuses to make such a tree, so its bytes are written as they are.
    let blob = upstream.git(&["rev-parse", "HEAD:A.yml"]);
    let mut tree = b"100644 ..\\x.yml\0".to_vec();
    tree.extend(
        (0..40).step_by(2).map(|at| u8::from_str_radix(&blob[at..at + 2], 16).expect("hex")),
    );
    upstream.folder.file("up/raw", tree);
    let tree = upstream.git(&["hash-object", "-t", "tree", "-w", "--literally", "raw"]);
    let commit = upstream.git(&["commit-tree", "-m", "x", &tree]);
    upstream.git(&["update-ref", "refs/heads/main", &commit]);
    let error = upstream.fetch(&Previous::default()).expect_err("refused").to_string();
    assert!(error.contains("not safe to write"), "{error}");
}

#[test]
fn limits_hold() {
    if !have(&["git"]) {
        return;
    }
    let upstream = Upstream::new();
    upstream.commit("A.yml", &"x".repeat(5000));
    let remote = Remote::parse(&upstream.url).expect("a remote");
    for limits in [
        Limits { file: 4999, ..Limits::default() },
        Limits { tree: 4999, ..Limits::default() },
        Limits { files: 0, ..Limits::default() },
    ] {
        let got = fetch(&remote, &upstream.work(), &Previous::default(), &limits, &());
        assert!(matches!(got, Err(FetchError::TooLarge { .. })), "{got:?}");
    }
}
