//! A real HTTPS server on loopback with a certificate of its own, and keys that
//! gpg makes for one test.

use std::fs;
use std::io::BufRead as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use crate::support::skipped;

/// Files of a folder, with tags that are their content's; `NAME.once` is served
/// once in place of NAME; below `/cut/` the answer ends early. Each answer is a
/// line of `log`.
const SERVER: &str = r#"
import hashlib, http.server, os, ssl
class H(http.server.BaseHTTPRequestHandler):
    def log_message(self, *a): pass
    def answer(self, status, body=b'', cut=0, **headers):
        with open('log', 'a') as log: log.write('%s %d\n' % (self.path, status))
        self.send_response(status)
        for name, value in headers.items(): self.send_header(name, value)
        self.send_header('Content-Length', str(len(body) + cut))
        self.end_headers()
        self.wfile.write(body)
    def do_GET(self):
        name = self.path.lstrip('/')
        cut = 7 if name.startswith('cut/') else 0
        path = os.path.join('www', name[4:] if cut else name)
        if os.path.isfile(path + '.once'):
            body = open(path + '.once', 'rb').read()
            os.remove(path + '.once')
        elif os.path.isfile(path): body = open(path, 'rb').read()
        else: return self.answer(404)
        tag = '"%s"' % hashlib.sha256(body).hexdigest()
        if self.headers.get('If-None-Match') == tag: self.answer(304, ETag=tag)
        else: self.answer(200, body, cut=cut, ETag=tag)
"#;

/// Whether the peers are there.
pub(super) fn have(programs: &[&str]) -> bool {
    for program in programs {
        // openssl has no such option, and ends; that it starts is enough.
        let started = Command::new(program)
            .arg("--version")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status();
        if started.is_err() {
            skipped(program);
            return false;
        }
    }
    true
}

/// Runs a program that must succeed, and gives what it says.
pub(super) fn peer(
    folder: &Path,
    environment: &[(&str, &str)],
    program: &str,
    args: &[&str],
) -> String {
    let output = Command::new(program)
        .args(args)
        .envs(environment.iter().copied())
        .current_dir(folder)
        .stdin(Stdio::null())
        .output()
        .expect(program);
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{program} {args:?}: {said}");
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

/// A process that ends with the test.
pub(super) struct Running(pub(super) Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// The server, and the folder `www` that it serves.
pub(super) struct Server {
    folder: PathBuf,
    port: String,
    _process: Running,
}

impl Server {
    pub(super) fn new(folder: &Path) -> Self {
        fs::create_dir_all(folder.join("www")).expect("made");
        let serve = include_str!("../../../../test-corpus/fetch/serve.py");
        fs::write(folder.join("server.py"), format!("{SERVER}{serve}")).expect("written");
        let names = "subjectAltName=DNS:localhost,IP:127.0.0.1";
        let mut args = vec!["req", "-x509", "-newkey", "ec", "-pkeyopt"];
        args.extend(["ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"]);
        args.extend(["-subj", "/CN=localhost", "-addext", names]);
        args.extend(["-addext", "basicConstraints=critical,CA:FALSE"]);
        args.extend(["-keyout", "key.pem", "-out", "cert.pem"]);
        peer(folder, &[], "openssl", &args);
        let mut server = Command::new("python3")
            .arg("server.py")
            .current_dir(folder)
            .stdout(Stdio::piped())
            .spawn()
            .expect("the server starts");
        let out = server.stdout.take().expect("its output");
        let process = Running(server);
        let mut port = String::new();
        std::io::BufReader::new(out).read_line(&mut port).expect("its port");
        Self { folder: folder.to_owned(), port: port.trim().to_owned(), _process: process }
    }

    pub(super) fn url(&self, name: &str) -> String {
        format!("https://localhost:{}/{name}", self.port)
    }

    pub(super) fn put(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.folder.join("www").join(name);
        fs::write(&path, bytes).expect("written");
        path
    }

    pub(super) fn take_away(&self, name: &str) {
        fs::remove_file(self.folder.join("www").join(name)).expect("it was there");
    }

    pub(super) fn certificate(&self) -> PathBuf {
        self.folder.join("cert.pem")
    }

    /// What was answered since this was asked last.
    pub(super) fn answers(&self) -> Vec<String> {
        let log = self.folder.join("log");
        let text = fs::read_to_string(&log).unwrap_or_default();
        let _ = fs::remove_file(&log);
        text.lines().map(str::to_owned).collect()
    }
}

/// A home of gpg's with a key of 2020.
pub(super) struct Signer {
    folder: PathBuf,
    home: String,
    fingerprint: String,
}

impl Signer {
    /// `expires` is gpg's: `never`, `1y`.
    pub(super) fn new(folder: &Path, name: &str, expires: &str) -> Self {
        let home = folder.join(name);
        fs::create_dir(&home).expect("a home");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            fs::set_permissions(&home, fs::Permissions::from_mode(0o700)).expect("mode");
        }
        let home = home.to_str().expect("a name").to_owned();
        let mut signer = Self { folder: folder.to_owned(), home, fingerprint: String::new() };
        let user = "T <t@example.org>";
        signer.gpg("20200101T000000!", &["--quick-gen-key", user, "ed25519", "sign", expires]);
        let list = signer.gpg("20200102T000000!", &["--with-colons", "--list-keys"]);
        let line = list.lines().find(|line| line.starts_with("fpr")).expect("a fingerprint");
        signer.fingerprint = line.split(':').nth(9).expect("a fingerprint").to_owned();
        signer
    }

    fn gpg(&self, time: &str, args: &[&str]) -> String {
        let mut all = vec!["--batch", "--quiet", "--yes", "--pinentry-mode", "loopback"];
        all.extend(["--passphrase", "", "--faked-system-time", time]);
        all.extend(args);
        peer(&self.folder, &[("GNUPGHOME", &self.home)], "gpg", &all)
    }

    /// The public key, as it is now.
    pub(super) fn keys(&self) -> String {
        let file = format!("{}.keys", self.home);
        self.gpg("20200102T000000!", &["-o", &file, "--export", &self.fingerprint]);
        file
    }

    /// Lets the key live on, for signatures after its expiry.
    pub(super) fn revive(&self) {
        let args = ["--quick-set-expire", &self.fingerprint, "never"];
        self.gpg("20200102T000000!", &args);
    }

    /// Puts a detached signature beside a file.
    pub(super) fn sign(&self, path: &Path) {
        let path = path.to_str().expect("a name");
        let signature = format!("{path}.gpg");
        self.gpg("20220601T000000!", &["-o", &signature, "--detach-sign", path]);
    }
}

impl Drop for Signer {
    fn drop(&mut self) {
        // The agent of this home only.
        let args = ["--homedir", &self.home, "--kill", "gpg-agent"];
        let _ = Command::new("gpgconf").args(args).status();
    }
}
