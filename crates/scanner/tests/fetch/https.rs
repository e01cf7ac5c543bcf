//! Feeds from a real HTTPS server on loopback, Python's, with a certificate that
//! openssl makes. The library's settings are the process's, so a child process
//! of this test fetches, with `SSL_CERT_FILE` for the certificate.

use std::io::BufRead as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use perlscan_model::facts::Trust;
use perlscan_scanner::advisory::fetch::{FetchError, Limits, Previous, Remote, fetch};

use crate::{Folder, have, run};

const SERVER: &str = r#"
import gzip, http.server, ssl, sys, time
BODY = b'{"a": 1}\n' * 1000
class H(http.server.BaseHTTPRequestHandler):
    def log_message(self, *a): pass
    def answer(self, status, body=b'', length=None, **headers):
        self.send_response(status)
        for name, value in headers.items(): self.send_header(name.replace('_', '-'), value)
        self.send_header('Content-Length', str(len(body) if length is None else length))
        self.end_headers()
        self.wfile.write(body)
    def do_GET(self):
        me = 'https://localhost:%d' % self.server.server_port
        other = 'https://127.0.0.1:%d' % self.server.server_port
        path = self.path.split('?')[0]
        if path == '/feed.json':
            if self.headers.get('If-None-Match') == '"one"': self.answer(304, ETag='"one"')
            else: self.answer(200, BODY, ETag='"one"')
        elif path == '/feed.json.gpg': self.answer(200, b'signature')
        elif path == '/feed.json.gz': self.answer(200, gzip.compress(BODY))
        elif path == '/packed': self.answer(200, gzip.compress(BODY), Content_Encoding='gzip')
        elif path == '/cut.gz': self.answer(200, gzip.compress(BODY)[:40])
        elif path == '/who': self.answer(200, (self.headers.get('Authorization') or 'nobody').encode())
        elif path == '/to-me': self.answer(302, Location='/who')
        elif path == '/to-other': self.answer(302, Location=other + '/who')
        elif path == '/to-http': self.answer(301, Location='http://localhost:1/feed.json')
        elif path == '/loop': self.answer(302, Location=me + '/loop')
        elif path == '/cut': self.answer(200, BODY, length=len(BODY) + 1)
        elif path == '/bomb': self.answer(200, gzip.compress(bytes(64 << 20)), Content_Encoding='gzip')
        elif path == '/bomb.gz': self.answer(200, gzip.compress(bytes(64 << 20)))
        elif path == '/slow':
            self.answer(200, b'{', length=1000)
            self.wfile.flush(); time.sleep(20)
        elif path == '/500': self.answer(500)
        else: self.answer(404)
"#;

/// A server of Python's, stopped at the end.
pub(crate) struct Server(Child);

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn certificate(folder: &Path, name: &str) {
    let subject = "/CN=localhost";
    let names = "subjectAltName=DNS:localhost,IP:127.0.0.1";
    let (key, cert) = (format!("{name}key.pem"), format!("{name}cert.pem"));
    run(
        folder,
        &[],
        "openssl",
        &[
            "req",
            "-x509",
            "-newkey",
            "ec",
            "-pkeyopt",
            "ec_paramgen_curve:prime256v1",
            "-nodes",
            "-days",
            "2",
            "-subj",
            subject,
            "-addext",
            names,
            "-addext",
            "basicConstraints=critical,CA:FALSE",
            "-keyout",
            &key,
            "-out",
            &cert,
        ],
    );
}

/// Starts the server and this test program again, with the certificate.
pub(crate) fn with_server(script: &str, test: &str, trusted: &str) {
    if !have(&["python3", "openssl"]) {
        return;
    }
    let folder = Folder::new("https");
    certificate(&folder.0, "");
    certificate(&folder.0, "other-");
    folder.file(
        "server.py",
        format!("{script}{}", include_str!("../../../../test-corpus/fetch/serve.py")),
    );
    let mut server = Command::new("python3")
        .arg("server.py")
        .current_dir(&folder.0)
        .stdout(Stdio::piped())
        .spawn()
        .expect("the server starts");
    let mut port = String::new();
    let out = server.stdout.take().expect("its output");
    let _server = Server(server);
    std::io::BufReader::new(out).read_line(&mut port).expect("its port");
    let output = Command::new(std::env::current_exe().expect("this test"))
        .args(["--exact", test, "--ignored", "--nocapture"])
        .env_remove("GIT_SSL_CAINFO")
        .env("SSL_CERT_FILE", folder.0.join(trusted))
        .env("PERLSCAN_TEST_PORT", port.trim())
        .env("PERLSCAN_TEST_FOLDER", &folder.0)
        .output()
        .expect("this test runs again");
    let said = String::from_utf8_lossy(&output.stdout);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && said.contains("1 passed"), "{said}\n{errors}");
}

#[test]
fn a_server_of_a_known_certificate() {
    with_server(SERVER, "https::inside_known", "cert.pem");
}

#[test]
fn a_server_of_an_unknown_certificate() {
    with_server(SERVER, "https::inside_unknown", "other-cert.pem");
}

/// The port and a folder, in the child process.
pub(crate) fn inside() -> Option<(String, PathBuf)> {
    let port = std::env::var("PERLSCAN_TEST_PORT").ok()?;
    Some((port, std::env::var_os("PERLSCAN_TEST_FOLDER")?.into()))
}

#[test]
#[ignore = "runs in the child process of a_server_of_an_unknown_certificate"]
fn inside_unknown() {
    let Some((port, folder)) = inside() else { return };
    let remote =
        Remote::parse(&format!("https://u:secret@localhost:{port}/feed.json")).expect("a URL");
    let error = fetch(&remote, &folder, &Previous::default(), &Limits::default(), &())
        .expect_err("an unknown certificate");
    assert!(matches!(error, FetchError::Network { .. }), "{error}");
    assert!(!error.to_string().contains("secret"), "{error}");
    assert!(!folder.join("data.json").exists());
}

#[test]
#[ignore = "runs in the child process of a_server_of_a_known_certificate"]
fn inside_known() {
    let Some((port, folder)) = inside() else { return };
    let work = folder.join("work");
    let limits = Limits { file: 1 << 20, whole: Duration::from_secs(3), ..Limits::default() };
    let get = |path: &str, previous: &Previous| {
        let (user, path) =
            path.strip_prefix("user:").map_or(("", path), |path| ("u%3A:secret@", path));
        let remote =
            Remote::parse(&format!("https://{user}localhost:{port}{path}")).expect("a URL");
        fetch(&remote, &work, previous, &limits, &())
    };
    let none = Previous::default();
    let read = |path: &Path| std::fs::read_to_string(path).expect("the file");
    let body = "{\"a\": 1}\n".repeat(1000);

    let remote = Remote::Https {
        url: format!("https://localhost:{port}/feed.json"),
        signature: Some(format!("https://localhost:{port}/feed.json.gpg")),
    };
    let got = fetch(&remote, &work, &none, &limits, &()).expect("the feed");
    assert_eq!(read(&got.path), body);
    assert_eq!(
        (got.trust, got.unchanged, got.etag.as_deref()),
        (Trust::Transport, false, Some("\"one\""))
    );
    assert_eq!(read(got.signature.as_deref().expect("a signature")), "signature");
    let before = Previous { place: got.place.clone(), etag: got.etag, commit: None };
    assert!(get("/feed.json", &before).expect("304").unchanged);
    // A tag of another place is not sent.
    let elsewhere = Previous { place: "https://elsewhere/".into(), ..before };
    assert!(!get("/feed.json", &elsewhere).expect("200").unchanged);

    for path in ["/feed.json.gz", "/packed"] {
        assert_eq!(read(&get(path, &none).expect(path).path), body, "{path}");
    }
    for (path, who) in [
        ("/who", "nobody"),
        ("user:/who", "Basic dTo6c2VjcmV0"),
        ("user:/to-me", "Basic dTo6c2VjcmV0"),
        ("user:/to-other", "nobody"),
    ] {
        let got = get(path, &none).expect(path);
        assert_eq!(read(&got.path), who, "{path}");
        assert!(!got.place.contains("secret"), "{}", got.place);
    }
    let held = read(&work.join("data.json"));
    for path in ["/to-http", "/loop"] {
        assert!(matches!(get(path, &none), Err(FetchError::Refused { .. })), "{path}");
    }
    for path in ["/cut", "/cut.gz"] {
        assert!(matches!(get(path, &none), Err(FetchError::Network { .. })), "{path}");
    }
    for path in ["/bomb", "/bomb.gz"] {
        assert!(matches!(get(path, &none), Err(FetchError::TooLarge { .. })), "{path}");
    }
    for (path, code) in [("/500", 500), ("/404", 404)] {
        let error = get(&format!("user:{path}"), &none).expect_err(path);
        assert!(matches!(error, FetchError::Status { status, .. } if status == code), "{error}");
        assert!(!error.to_string().contains("secret"), "{error}");
    }
    let slow = get("/slow", &none);
    assert!(matches!(slow, Err(FetchError::TooSlow { .. })), "{slow:?}");
    assert_eq!(read(&work.join("data.json")), held, "what failed replaced nothing");
}
