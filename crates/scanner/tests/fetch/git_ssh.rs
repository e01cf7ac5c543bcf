//! Git over ssh, from a real sshd on loopback with keys of its own. Git's ssh is the
//! user's, with the user's configuration; here HOME is another, in a child process
//! of this test.

use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use perlscan_model::facts::Trust;
use perlscan_scanner::advisory::fetch::{FetchError, Previous};

use crate::git::{Upstream, life};
use crate::{Folder, have, run};

/// The child's variable for the folder with its upstream, and for the port.
const FOLDER: &str = "PERLSCAN_TEST_SSH_FOLDER";
const PORT: &str = "PERLSCAN_TEST_SSH_PORT";

struct Server(Child);

impl Drop for Server {
    fn drop(&mut self) {
        // What it has started for a connection ends with that.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// sshd wants to be started by its whole path.
fn sshd() -> Option<PathBuf> {
    let places = ["/usr/sbin/sshd", "/usr/local/sbin/sshd", "/usr/bin/sshd"];
    let found = places.map(PathBuf::from).into_iter().find(|path| path.is_file());
    if found.is_none() {
        assert!(std::env::var_os("PERLSCAN_REQUIRE_PEERS").is_none(), "sshd is missing");
        println!("SKIPPED: sshd is missing");
    }
    found
}

fn key(folder: &Path, name: &str) {
    run(folder, &[], "ssh-keygen", &["-q", "-t", "ed25519", "-N", "", "-C", name, "-f", name]);
}

/// A server that lets in whoever has the key `user`.
fn serve(sshd: &Path, folder: &Path) -> (Server, u16) {
    for name in ["host", "user", "other"] {
        key(folder, name);
    }
    std::fs::copy(folder.join("user.pub"), folder.join("authorized")).expect("copied");
    let free = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = free.local_addr().expect("its number").port();
    drop(free);
    let place = folder.display();
    // Whoever owns the folder for temporary files, sshd does not mind.
    let settings = format!(
        "ListenAddress 127.0.0.1\nPort {port}\nHostKey {place}/host\nPidFile {place}/pid\n\
         AuthorizedKeysFile {place}/authorized\nStrictModes no\nUsePAM no\n\
         PasswordAuthentication no\nKbdInteractiveAuthentication no\nPermitRootLogin yes\n"
    );
    std::fs::write(folder.join("sshd_config"), settings).expect("written");
    if std::fs::metadata("/run").is_ok_and(|run| run.permissions().mode() & 0o200 != 0) {
        // Debian's sshd wants this folder when root starts it.
        let _ = std::fs::create_dir("/run/sshd");
    }
    let server = Command::new(sshd)
        .args(["-D", "-e", "-f"])
        .arg(folder.join("sshd_config"))
        .stdout(Stdio::null())
        .stderr(std::fs::File::create(folder.join("sshd.log")).expect("a log"))
        .spawn()
        .expect("sshd starts");
    let server = Server(server);
    let started = Instant::now();
    while std::net::TcpStream::connect(("127.0.0.1", port)).is_err() {
        let log = std::fs::read_to_string(folder.join("sshd.log")).unwrap_or_default();
        assert!(started.elapsed() < Duration::from_secs(20), "sshd answers: {log}");
        std::thread::sleep(Duration::from_millis(20));
    }
    (server, port)
}

#[test]
fn a_server_is_cloned_followed_and_asked_for_its_keys() {
    if !have(&["git"]) {
        return;
    }
    let Some(sshd) = sshd() else { return };
    let folder = Folder::new("ssh");
    let (_server, port) = serve(&sshd, &folder.0);
    for (test, user, host) in [
        ("git_ssh::inside_known", "user", Some("host.pub")),
        ("git_ssh::inside_refused", "other", Some("host.pub")),
        ("git_ssh::inside_refused", "user", None),
    ] {
        // ssh takes its own place in the user's home from the system's list of users,
        // so the program that git finds names the files that stand for it.
        let home = folder.0.join(format!("home-{user}-{}", host.is_some()));
        std::fs::create_dir_all(home.join("bin")).expect("made");
        let known = host.map(|file| {
            let line = std::fs::read_to_string(folder.0.join(file)).expect("the host's key");
            format!("[127.0.0.1]:{port} {line}")
        });
        std::fs::write(home.join("known"), known.unwrap_or_default()).expect("written");
        let real = run(&folder.0, &[], "sh", &["-c", "command -v ssh"]);
        let script = format!(
            "#!/bin/sh\nexec {real} -F /dev/null -oIdentitiesOnly=yes -i {}/{user} \
             -oUserKnownHostsFile={}/known -oGlobalKnownHostsFile=/dev/null \"$@\"\n",
            folder.0.display(),
            home.display(),
        );
        let ssh = home.join("bin/ssh");
        std::fs::write(&ssh, script).expect("written");
        std::fs::set_permissions(&ssh, std::fs::Permissions::from_mode(0o755)).expect("mode");
        let path = format!(
            "{}:{}",
            home.join("bin").display(),
            std::env::var("PATH").expect("the PATH of the test")
        );
        let output = Command::new(std::env::current_exe().expect("this test"))
            .args(["--exact", test, "--ignored", "--nocapture"])
            .env(FOLDER, home.join("work"))
            .env(PORT, port.to_string())
            .env("PATH", path)
            .env_remove("SSH_AUTH_SOCK")
            .output()
            .expect("the child starts");
        let said = String::from_utf8_lossy(&output.stdout);
        let log = std::fs::read_to_string(folder.0.join("sshd.log")).unwrap_or_default();
        assert!(output.status.success() && said.contains("1 passed"), "{test} {user}: {said}{log}");
    }
}

/// The child's repository, at its URL.
fn upstream() -> Option<Upstream> {
    let folder = PathBuf::from(std::env::var_os(FOLDER)?);
    let port = std::env::var(PORT).expect("the port");
    std::fs::create_dir_all(&folder).expect("made");
    let user = run(&folder, &[], "id", &["-un"]);
    let place = folder.join("up").display().to_string();
    let mut upstream = Upstream::at(Folder(folder));
    upstream.commit("cpansa/0.yml", "zero\n");
    upstream.url = format!("git+ssh://{user}@127.0.0.1:{port}{place}");
    Some(upstream)
}

#[test]
#[ignore = "runs in a child process of a_server_is_cloned_followed_and_asked_for_its_keys"]
fn inside_known() {
    let Some(mut upstream) = upstream() else { return };
    life(&upstream, Trust::Transport);
    upstream.url += "-not-there";
    let error = upstream.fetch(&Previous::default()).expect_err("nothing there");
    assert!(matches!(error, FetchError::Network { .. }), "{error:?}");
}

/// Nobody is asked, and nothing is waited for.
#[test]
#[ignore = "runs in child processes of a_server_is_cloned_followed_and_asked_for_its_keys"]
fn inside_refused() {
    let Some(upstream) = upstream() else { return };
    let error = upstream.fetch(&Previous::default()).expect_err("not let in");
    assert!(matches!(error, FetchError::Network { .. }), "{error:?}");
    let text = error.to_string();
    let why = ["Permission denied (publickey)", "Host key verification failed"];
    assert!(why.iter().any(|why| text.contains(why)), "{text}");
}
