//! `perlscan db update` from where others are: a real HTTPS server, real git
//! repositories, a real `git daemon`, real keys. After each refusal the database
//! of before is the one in use.

use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;
use tempfile::TempDir;

use crate::db_update::{DAY, feed};
use crate::remote::{Running, Server, Signer, have, peer};
use crate::support::{code, perlscan, skipped, stderr, stdout};

/// A user's machine: a cache, PATH for gpgv and git, the server's certificate.
struct Machine {
    folder: TempDir,
    certificate: Option<std::path::PathBuf>,
    args: Vec<String>,
}

impl Machine {
    fn run(&self, args: &[&str]) -> Output {
        let mut command = perlscan(self.folder.path());
        command.env("PERLSCAN_CACHE", self.folder.path().join("cache"));
        command.env("PATH", std::env::var_os("PATH").unwrap_or_default());
        if let Some(certificate) = &self.certificate {
            command.env("SSL_CERT_FILE", certificate);
        }
        command.args(args).output().expect("the binary starts")
    }

    fn update(&self, more: &[&str]) -> Output {
        let own = self.args.iter().map(String::as_str);
        let args: Vec<&str> =
            ["db", "update"].into_iter().chain(own).chain(more.iter().copied()).collect();
        self.run(&args)
    }

    fn status(&self) -> Value {
        let output = self.run(&["db", "status", "-f", "json"]);
        assert_eq!(code(&output), 0, "{}", stderr(&output));
        serde_json::from_str(&stdout(&output)).expect("JSON")
    }

    /// Updates, and gives what is in use then.
    fn updated(&self, more: &[&str], said: &str) -> Value {
        let output = self.update(more);
        assert_eq!(code(&output), 0, "{}", stderr(&output));
        assert!(stdout(&output).starts_with(said), "{said} in {}", stdout(&output));
        let status = self.status();
        assert_eq!(status["database"], "cache");
        status
    }

    /// Updates in vain, which leaves everything as it was.
    fn refused(&self, more: &[&str], why: &str) {
        let before = self.status();
        let output = self.update(more);
        assert_eq!(code(&output), 2, "{why}: {}", stdout(&output));
        assert!(stderr(&output).contains(why), "{why} in {}", stderr(&output));
        assert_eq!(self.status(), before, "{why}");
    }
}

/// A server with a signed feed, whose key is the machine's.
struct Signed {
    machine: Machine,
    server: Server,
    signer: Signer,
}

impl Signed {
    fn new(expires: &str, by: &str) -> Option<Self> {
        if !have(&["gpg", "gpgv", "gpgconf", "python3", "openssl"]) {
            return None;
        }
        let folder = tempfile::tempdir().expect("a folder");
        let server = Server::new(folder.path());
        let signer = Signer::new(folder.path(), "gpg", expires);
        let args =
            vec![by.to_owned(), server.url("feed.json"), "--keyring".to_owned(), signer.keys()];
        let certificate = Some(server.certificate());
        Some(Self { machine: Machine { folder, certificate, args }, server, signer })
    }

    fn put(&self, text: &str) {
        self.signer.sign(&self.server.put("feed.json", text));
    }
}

#[test]
fn a_signed_feed_by_https_is_kept_and_not_fetched_twice() {
    for by in ["--mirror", "--source"] {
        let Some(all) = Signed::new("never", by) else { return };
        all.put(&feed(DAY, 0..100));
        all.machine.refused(&[], "--accept-removals");
        let status = all.machine.updated(&["--accept-removals"], "updated");
        assert_eq!((&status["advisories"], &status["trust"]), (&100.into(), &"signed".into()));
        all.server.answers();
        let again = all.machine.updated(&[], "already up to date");
        assert_eq!(again, status);
        assert_eq!(all.server.answers(), ["/feed.json 304"]);

        all.put(&feed(DAY + 1, 0..101));
        assert_eq!(all.machine.updated(&[], "updated")["advisories"], 101);
        // A mirror's feed is kept, and is as signed as it was.
        if by == "--mirror" {
            fs::remove_file(all.machine.folder.path().join("cache/advisories.db")).expect("there");
            all.server.answers();
            let kept = all.machine.updated(&["--offline", "--accept-removals"], "updated");
            assert_eq!((&kept["advisories"], &kept["trust"]), (&101.into(), &"signed".into()));
            assert_eq!(all.server.answers(), Vec::<String>::new());
        }
    }
}

#[test]
fn what_is_changed_cut_or_signed_by_others_is_refused() {
    let Some(all) = Signed::new("never", "--mirror") else { return };
    let sound = feed(DAY, 0..100);
    all.put(&sound);
    all.machine.updated(&["--accept-removals"], "updated");
    let next = feed(DAY + 1, 0..101);
    all.put(&next);
    let signature = fs::read(all.machine.folder.path().join("www/feed.json.gpg")).expect("there");

    let mut flipped = next.clone().into_bytes();
    let at = flipped.iter().position(|byte| *byte == b'2').expect("a digit");
    flipped[at] = b'3';
    all.server.put("feed.json", &flipped);
    all.machine.refused(&[], "the signature is not of this data");
    // No option makes a bad signature good.
    let every = ["--allow-unsigned", "--allow-rollback", "--accept-removals"];
    all.machine.refused(&every, "the signature is not of this data");
    all.server.put("feed.json", &next[..next.len() / 2]);
    all.machine.refused(&[], "the signature is not of this data");

    all.server.put("feed.json", &next);
    all.server.put("feed.json.gpg", &signature[..signature.len() / 2]);
    all.machine.refused(&[], "is cut");
    all.server.put("feed.json.gpg", b"");
    all.machine.refused(&[], "the file is empty");
    let other = Signer::new(all.machine.folder.path(), "other", "never");
    other.sign(&all.server.put("feed.json", &next));
    all.machine.refused(&[], "--keyring FILE");

    all.put(&next);
    let cut = all.server.url("cut/feed.json");
    let keys = all.signer.keys();
    let machine =
        Machine { args: vec!["--mirror".into(), cut, "--keyring".into(), keys], ..all.machine };
    machine.refused(&[], "feed.json: ");
    let machine = Machine { args: vec!["--mirror".into(), all.server.url("feed.json")], ..machine };
    machine.refused(&[], "--keyring FILE");
}

#[test]
fn a_signature_younger_than_its_keys_expiry_is_refused() {
    let Some(all) = Signed::new("1y", "--mirror") else { return };
    // The machine has the key that ended in 2021; signed is in 2022.
    all.signer.revive();
    all.put(&feed(DAY, 0..100));
    all.machine.refused(&["--accept-removals"], "had expired");
}

#[test]
fn old_unsigned_and_thinned_out_feeds_are_refused() {
    let Some(all) = Signed::new("never", "--mirror") else { return };
    let (old, new) = (feed(DAY, 0..100), feed(DAY + 9, 0..100));
    all.put(&new);
    all.machine.updated(&["--accept-removals"], "updated");
    all.put(&old);
    all.machine.refused(&[], "--allow-rollback");
    all.put(&feed(DAY + 10, 10..100));
    all.machine.refused(&[], "--accept-removals");
    let thin = all.machine.updated(&["--accept-removals"], "updated");
    assert_eq!(thin["advisories"], 90);

    all.server.put("feed.json", feed(DAY + 11, 10..100));
    all.server.take_away("feed.json.gpg");
    all.machine.refused(&[], "--allow-unsigned");
    // As a source of its own, it meets the rules.
    let url = all.server.url("feed.json");
    let source = Machine { args: vec!["--source".into(), url], ..all.machine };
    source.refused(&[], "--allow-unsigned");
    let taken = source.updated(&["--allow-unsigned"], "updated");
    assert_eq!(taken["trust"], "transport");
    assert_eq!(source.updated(&[], "already up to date"), taken);
    // A signature that comes later is seen though the data is the same.
    all.signer.sign(&source.folder.path().join("www/feed.json"));
    let keys = all.signer.keys();
    assert_eq!(source.updated(&["--keyring", &keys], "updated")["trust"], "signed");
}

#[test]
fn a_bad_mirror_is_passed_over_and_a_release_in_between_is_fetched_again() {
    let Some(mut all) = Signed::new("never", "--mirror") else { return };
    all.put(&feed(DAY, 0..100));
    all.machine.updated(&["--accept-removals"], "updated");
    // The data of the last release, the signature of this one: as when the
    // server changes both between two requests.
    all.put(&feed(DAY + 1, 0..101));
    all.server.put("feed.json.once", feed(DAY, 0..99));
    all.server.answers();
    assert_eq!(all.machine.updated(&[], "updated")["advisories"], 101);
    let answers = all.server.answers();
    assert_eq!(
        answers,
        ["/feed.json 200", "/feed.json.gpg 200", "/feed.json 200", "/feed.json.gpg 200"]
    );

    let bad = all.server.put("bad.json", feed(DAY + 2, 0..102));
    all.signer.sign(&bad);
    all.server.put("bad.json", feed(DAY + 2, 0..103));
    all.signer.sign(&all.server.put("old.json", feed(DAY - 9, 0..100)));
    all.put(&feed(DAY + 2, 0..102));
    for first in ["bad.json", "none.json", "old.json"] {
        all.machine.args.splice(0..0, ["--mirror".to_owned(), all.server.url(first)]);
    }
    let output = all.machine.update(&[]);
    assert_eq!(code(&output), 0, "{}", stderr(&output));
    for said in [
        "old.json: its feed is older",
        "none.json: the server answers with status 404",
        "bad.json: the signature is not",
    ] {
        assert!(stderr(&output).contains(said), "{said} in {}", stderr(&output));
    }
    assert_eq!(all.machine.status()["advisories"], 102);
    all.server.take_away("feed.json");
    all.machine.refused(&[], "--allow-rollback");
    all.server.take_away("old.json");
    all.machine.refused(&[], "bad.json");
}

/// A repository in CPANSA's form.
struct Upstream {
    machine: Machine,
}

impl Upstream {
    fn new(url: impl Fn(&Path) -> String) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        fs::create_dir_all(folder.path().join("up/cpansa")).expect("made");
        let args = vec!["--source".to_owned(), url(&folder.path().join("up"))];
        let upstream = Self { machine: Machine { folder, certificate: None, args } };
        upstream.git("", &["init", "-q", "-b", "main"]);
        upstream
    }

    fn git(&self, date: &str, args: &[&str]) -> String {
        let quiet = [
            ("GIT_CONFIG_NOSYSTEM", "1"),
            ("GIT_CONFIG_GLOBAL", "/dev/null"),
            ("GIT_COMMITTER_DATE", date),
        ];
        let who =
            ["-c", "user.name=T", "-c", "user.email=t@example.org", "-c", "commit.gpgsign=false"];
        let all: Vec<&str> = who.iter().chain(args).copied().collect();
        peer(&self.machine.folder.path().join("up"), &quiet, "git", &all)
    }

    /// Commits so many advisories, and gives the commit as git names it.
    fn commit(&self, date: i64, count: u32) -> String {
        let mut text = "distribution: Acme\nmain_module: Acme\nadvisories:\n".to_owned();
        for n in 0..count {
            text += &format!(
                "- id: CPANSA-Acme-{n}\n  cves: [CVE-2020-{n:04}]\n  affected_versions: ['<2']\n  \
                 fixed_versions: ['>=2']\n  reported: 2020-01-01\n  severity: high\n"
            );
        }
        let path = self.machine.folder.path().join("up/cpansa/CPANSA-Acme.yml");
        fs::write(path, text).expect("written");
        let date = format!("{date} +0000");
        self.git(&date, &["add", "-A"]);
        self.git(&date, &["commit", "-q", "-m", "x"]);
        self.git(&date, &["rev-parse", "HEAD"])
    }

    /// Fresh, nothing new, ahead, rewritten, too old.
    fn life(&self, more: &[&str]) {
        let with = |own: &[&'static str]| -> Vec<String> {
            own.iter().chain(more).map(|word| (*word).to_owned()).collect()
        };
        let update = |own: &[&'static str], said: &str| {
            let args = with(own);
            self.machine.updated(&args.iter().map(String::as_str).collect::<Vec<_>>(), said)
        };
        let first = self.commit(DAY, 100);
        let fresh = update(&["--accept-removals"], "updated");
        let expect = |status: &Value, commit: &str, epoch: i64, count: u32| {
            assert_eq!(status["trust"], "local");
            assert_eq!((&status["epoch"], &status["commit"]), (&epoch.into(), &commit.into()));
            let source = &status["sources"][0];
            assert_eq!((&source["epoch"], &source["commit"]), (&epoch.into(), &commit.into()));
            assert_eq!(
                (&source["kind"], &source["advisories"]),
                (&"cpansa-yaml".into(), &count.into())
            );
            assert_eq!(status["advisories"], count);
        };
        expect(&fresh, &first, DAY, 100);
        assert_eq!(update(&[], "already up to date"), fresh);

        let second = self.commit(DAY + 60, 101);
        expect(&update(&[], "updated"), &second, DAY + 60, 101);

        self.git("", &["reset", "-q", "--hard", &first]);
        let third = self.commit(DAY + 120, 102);
        let args = with(&[]);
        let output = self.machine.update(&args.iter().map(String::as_str).collect::<Vec<_>>());
        assert_eq!(code(&output), 0, "{}", stderr(&output));
        assert!(stderr(&output).contains("its history was rewritten"), "{}", stderr(&output));
        expect(&self.machine.status(), &third, DAY + 120, 102);

        self.git("", &["reset", "-q", "--hard", &first]);
        self.machine.refused(more, "--allow-rollback");
    }
}

#[test]
fn a_repository_of_this_machine_is_followed() {
    if !have(&["git"]) {
        return;
    }
    Upstream::new(|up| format!("git+{}", up.display())).life(&[]);
    Upstream::new(|up| format!("file://{}", up.display())).life(&["--offline"]);
}

#[test]
fn a_git_daemon_names_nobody_and_is_followed_when_that_is_accepted() {
    if !have(&["git"]) {
        return;
    }
    let free = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = free.local_addr().expect("its number").port();
    drop(free);
    let upstream = Upstream::new(|_| format!("git://127.0.0.1:{port}/up"));
    let base = upstream.machine.folder.path();
    // The daemon itself, not `git`, which would leave it running when killed.
    let program = Path::new(&peer(base, &[], "git", &["--exec-path"])).join("git-daemon");
    let daemon = Command::new(program)
        .args(["--export-all", "--listen=127.0.0.1", &format!("--port={port}")])
        .arg(format!("--base-path={}", base.display()))
        .arg(base)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn();
    let Ok(daemon) = daemon else { return skipped("git-daemon") };
    let _daemon = Running(daemon);
    let started = Instant::now();
    while std::net::TcpStream::connect(("127.0.0.1", port)).is_err() {
        assert!(started.elapsed() < Duration::from_secs(20), "the daemon answers");
        std::thread::sleep(Duration::from_millis(20));
    }
    upstream.commit(DAY - 60, 99);
    upstream.machine.refused(&["--accept-removals"], "--allow-unsigned");
    upstream.life(&["--allow-unsigned"]);
    upstream.machine.refused(&["--offline", "--allow-unsigned"], "--offline reads files");
}

/// `PERLSCAN_UPSTREAM` names a folder with upstream's feed and its signature; they
/// are not part of the project.
#[test]
fn upstreams_own_feed_is_kept_by_the_programs_own_key() {
    let Some(upstream) = std::env::var_os("PERLSCAN_UPSTREAM").map(std::path::PathBuf::from) else {
        println!("SKIPPED: PERLSCAN_UPSTREAM names no folder with upstream's feed");
        return;
    };
    if !have(&["python3", "openssl"]) {
        return;
    }
    let read = |name: &str| fs::read(upstream.join(name)).expect(name);
    let feed = read("cpan-security-advisory.json");
    let folder = tempfile::tempdir().expect("a folder");
    let server = Server::new(folder.path());
    server.put("feed.json", &feed);
    server.put("feed.json.gpg", read("cpan-security-advisory.json.gpg"));
    let certificate = Some(server.certificate());
    let args = vec!["--mirror".to_owned(), server.url("feed.json")];
    let machine = Machine { folder, certificate, args };

    let mut flipped = feed.clone();
    let at = feed.len() / 2;
    flipped[at] ^= 1;
    server.put("feed.json", &flipped);
    machine.refused(&["--accept-removals"], "the signature is not of this data");
    server.put("feed.json", &feed);
    let status = machine.updated(&[], "updated");
    assert_eq!(status["trust"], "signed");
    let said: Value = serde_json::from_slice(&feed).expect("JSON");
    assert_eq!(status["commit"], said["meta"]["commit"]);
    assert_eq!(machine.updated(&[], "already up to date"), status);
}
