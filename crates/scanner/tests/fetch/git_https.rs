//! Git over HTTPS: git's own server program behind Python's HTTPS on loopback,
//! with a certificate that openssl makes. The certificate is a process's, so a
//! child process of this test fetches, as in `https`.

use perlscan_model::facts::Trust;
use perlscan_scanner::advisory::fetch::{FetchError, Previous};

use crate::git::{Upstream, life};
use crate::https::{inside, with_server};
use crate::{Folder, have};

const SERVER: &str = r#"
import http.server, os, ssl, subprocess
class H(http.server.BaseHTTPRequestHandler):
    def log_message(self, *a): pass
    def do_GET(self): self.backend(b'')
    def do_POST(self):
        if self.headers.get('Transfer-Encoding') == 'chunked':
            body = b''
            while size := int(self.rfile.readline(), 16):
                body += self.rfile.read(size)
                self.rfile.readline()
            self.rfile.readline()
        else: body = self.rfile.read(int(self.headers['Content-Length']))
        self.backend(body)
    def backend(self, body):
        path, _, query = self.path.partition('?')
        if path.startswith('/moved/'):
            self.send_response(302)
            self.send_header('Location', self.path.removeprefix('/moved'))
            self.send_header('Content-Length', '0')
            return self.end_headers()
        environment = {
            'PATH': os.environ['PATH'], 'GIT_PROJECT_ROOT': os.getcwd(), 'GIT_HTTP_EXPORT_ALL': '1',
            'REQUEST_METHOD': self.command, 'PATH_INFO': path, 'QUERY_STRING': query,
            'CONTENT_TYPE': self.headers.get('Content-Type', ''), 'CONTENT_LENGTH': str(len(body)),
            'HTTP_CONTENT_ENCODING': self.headers.get('Content-Encoding', ''),
            'GIT_PROTOCOL': self.headers.get('Git-Protocol', ''), 'REMOTE_ADDR': '127.0.0.1',
            'GIT_CONFIG_NOSYSTEM': '1', 'GIT_CONFIG_GLOBAL': '/dev/null',
        }
        said = subprocess.run(['git', 'http-backend'], input=body, env=environment, stdout=subprocess.PIPE).stdout
        head, _, body = said.partition(b'\r\n\r\n')
        fields = dict(line.split(': ', 1) for line in head.decode().split('\r\n'))
        self.send_response(int(fields.pop('Status', '200').split()[0]))
        for name, value in fields.items(): self.send_header(name, value)
        self.send_header('Content-Length', str(len(body)))
        self.end_headers()
        self.wfile.write(body)
"#;

#[test]
fn a_server_of_a_known_certificate() {
    if have(&["git"]) {
        with_server(SERVER, "git_https::inside_known", "cert.pem");
    }
}

#[test]
fn a_server_of_an_unknown_certificate() {
    if have(&["git"]) {
        with_server(SERVER, "git_https::inside_unknown", "other-cert.pem");
    }
}

#[test]
#[ignore = "runs in the child process of a_server_of_a_known_certificate"]
fn inside_known() {
    let Some((port, folder)) = inside() else { return };
    let mut upstream = Upstream::at(Folder(folder));
    upstream.commit("cpansa/0.yml", "zero\n");
    upstream.url = format!("git+https://localhost:{port}/up/.git");
    life(&upstream, Trust::Transport);

    upstream.url = format!("git+https://localhost:{port}/up/.git#nothing");
    let missing = upstream.fetch(&Previous::default()).expect_err("missing");
    assert!(matches!(missing, FetchError::NoReference { .. }), "{missing:?}");
    for path in ["nowhere/.git", "moved/up/.git"] {
        upstream.url = format!("git+https://user:secret@localhost:{port}/{path}");
        let error = upstream.fetch(&Previous::default()).expect_err(path);
        assert!(matches!(error, FetchError::Network { .. }), "{error:?}");
        assert!(!error.to_string().contains("secret"), "{error}");
    }
}

#[test]
#[ignore = "runs in the child process of a_server_of_an_unknown_certificate"]
fn inside_unknown() {
    let Some((port, folder)) = inside() else { return };
    let mut upstream = Upstream::at(Folder(folder));
    upstream.commit("cpansa/A.yml", "one\n");
    upstream.url = format!("git+https://localhost:{port}/up/.git");
    let error = upstream.fetch(&Previous::default()).expect_err("an unknown certificate");
    assert!(matches!(error, FetchError::Network { .. }), "{error:?}");
    assert!(error.to_string().contains("certificate"), "{error}");
}
