//! A mirror on a real HTTPS server on loopback that asks who is there.

use std::fs;
use std::io::BufRead as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

use crate::archives::{AUTHOR, put, release};
use crate::remote::{Running, have, peer};
use crate::support::{perlscan, project, stderr, stdout};

/// Serves the folder `pan` to whoever is `u`, and leads elsewhere from other folders.
/// Each answer is a line of `log`: path, status, and who asked.
const SERVER: &str = r#"
import http.server, os, ssl
class H(http.server.BaseHTTPRequestHandler):
    def log_message(self, *a): pass
    def answer(self, status, body=b'', more=0, **headers):
        who = self.headers.get('Authorization') or 'nobody'
        with open('log', 'a') as log: log.write('%s %d %s\n' % (self.path, status, who))
        self.send_response(status)
        for name, value in headers.items(): self.send_header(name, value)
        self.send_header('Content-Length', str(len(body) + more))
        self.end_headers()
        self.wfile.write(body)
    def do_GET(self):
        port = self.server.server_port
        top, _, rest = self.path.lstrip('/').partition('/')
        if top == 'near': return self.answer(302, Location='/pan/' + rest)
        if top == 'far': return self.answer(302, Location='https://127.0.0.1:%d/pan/%s' % (port, rest))
        if top == 'down': return self.answer(302, Location='http://localhost:%d/pan/%s' % (port, rest))
        if self.headers.get('Authorization') not in ('Basic dTpzZWNyZXQ=', 'Bearer secret'):
            return self.answer(401)
        path = os.path.join('pan', rest)
        if not os.path.isfile(path): return self.answer(404)
        self.answer(200, open(path, 'rb').read(), more=9 if os.path.exists(path + '.cut') else 0)
"#;

/// A server, and a folder in which perlscan is run.
pub(super) struct Machine {
    folder: TempDir,
    port: String,
    _server: Running,
}

impl Machine {
    /// A mirror whose index names these, some of which are there.
    pub(super) fn new(there: &[&str], more: &[&str]) -> Option<Self> {
        if !have(&["python3", "openssl"]) {
            return None;
        }
        let folder = project(&[]);
        for name in there {
            let (dist, version) = name.rsplit_once('-').expect("a release");
            let module = dist.replace('-', "::");
            put(folder.path(), &format!("{name}.tar.gz"), &release(name, &module, version));
        }
        let machine = Self::serve(folder);
        let local = there.iter().map(|name| format!("L/LO/LOCAL/{name}.tar.gz"));
        machine.index(&local.chain(more.iter().map(|path| (*path).to_owned())).collect::<Vec<_>>());
        machine.answers();
        Some(machine)
    }

    fn serve(folder: TempDir) -> Self {
        let at = folder.path();
        let serve = include_str!("../../../../test-corpus/fetch/serve.py");
        fs::write(at.join("server.py"), format!("{SERVER}{serve}")).expect("written");
        let mut args = vec!["req", "-x509", "-newkey", "ec", "-pkeyopt"];
        args.extend(["ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj"]);
        args.extend(["/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"]);
        args.extend(["-addext", "basicConstraints=critical,CA:FALSE"]);
        args.extend(["-keyout", "key.pem", "-out", "cert.pem"]);
        peer(at, &[], "openssl", &args);
        let mut server = Command::new("python3")
            .arg("server.py")
            .current_dir(at)
            .stdout(Stdio::piped())
            .spawn()
            .expect("the server starts");
        let out = server.stdout.take().expect("its output");
        let server = Running(server);
        let mut port = String::new();
        std::io::BufReader::new(out).read_line(&mut port).expect("its port");
        Self { folder, port: port.trim().to_owned(), _server: server }
    }

    /// Writes an index that names these archives, each for a module of no meaning.
    pub(super) fn index(&self, paths: &[String]) {
        let modules = paths.iter().enumerate();
        let entries = modules.map(|(at, path)| format!("Some::M{at}  1.0  {path}"));
        self.index_of(&entries.collect::<Vec<_>>());
    }

    /// Writes an index of these lines.
    pub(super) fn index_of(&self, entries: &[String]) {
        let head = format!("File: 02packages.details.txt\nLine-Count: {}\n\n", entries.len());
        let path = self.folder.path().join("pan/modules/02packages.details.txt");
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, format!("{head}{}\n", entries.join("\n"))).unwrap();
    }

    /// Where its archives are.
    pub(super) fn author(&self) -> PathBuf {
        self.folder.path().join(AUTHOR)
    }

    /// The folder in which the program is run; `pan` in it is what is served.
    pub(super) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The URL of the folder of this name on the server; `before` stands before the host.
    pub(super) fn url(&self, before: &str, name: &str) -> String {
        format!("https://{before}localhost:{}/{name}", self.port)
    }

    /// Scans the folder of this name on the server; `before` stands before the host.
    pub(super) fn scan(
        &self,
        before: &str,
        name: &str,
        more: &[&str],
        header: Option<&str>,
    ) -> Output {
        let url = self.url(before, name);
        let mut args = vec!["darkpan", &url, "-f", "json", "--db", "embedded"];
        args.extend(more);
        self.run(&args, header)
    }

    /// Runs the program, which trusts the server; nothing that it says has the password.
    pub(super) fn run(&self, args: &[&str], header: Option<&str>) -> Output {
        let mut command = perlscan(self.folder.path());
        command.env("PERLSCAN_CACHE", self.folder.path().join("cache"));
        command.env("SSL_CERT_FILE", self.folder.path().join("cert.pem"));
        if let Some(header) = header {
            command.env("PERLSCAN_MIRROR_AUTHORIZATION", header);
        }
        let output = command.args(args).output().expect("the binary starts");
        let said = format!("{}{}", stdout(&output), stderr(&output));
        assert!(!said.contains("secret") && !said.contains("dTpzZWNyZXQ"), "{said}");
        output
    }

    /// What was asked for since this was asked last, in order.
    pub(super) fn answers(&self) -> Vec<String> {
        let log = self.folder.path().join("log");
        let text = fs::read_to_string(&log).unwrap_or_default();
        let _ = fs::remove_file(&log);
        let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
        lines.sort();
        lines
    }
}

/// The files below a folder.
pub(super) fn everything_below(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder").flatten() {
        match entry.path() {
            path if path.is_dir() => everything_below(&path, found),
            path => found.push(path),
        }
    }
}
