//! A mirror over HTTPS, from a real server on loopback that asks who is there.

use std::fs;
use std::io::BufRead as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;
use tempfile::TempDir;

use crate::archives::{AUTHOR, put, release};
use crate::remote::{Running, have, peer};
use crate::support::{code, perlscan, project, stderr, stdout};

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

struct Machine {
    folder: TempDir,
    port: String,
    _server: Running,
}

impl Machine {
    /// A mirror whose index names these, some of which are there.
    fn new(there: &[&str], more: &[&str]) -> Option<Self> {
        if !have(&["python3", "openssl"]) {
            return None;
        }
        let folder = project(&[]);
        for name in there {
            let (dist, version) = name.rsplit_once('-').expect("a release");
            let module = dist.replace('-', "::");
            put(folder.path(), &format!("{name}.tar.gz"), &release(name, &module, version));
        }
        let mut machine = Self::serve(folder);
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

    fn index(&mut self, paths: &[String]) {
        let mut text = format!("File: 02packages.details.txt\nLine-Count: {}\n\n", paths.len());
        for (at, path) in paths.iter().enumerate() {
            text.push_str(&format!("Some::M{at}  1.0  {path}\n"));
        }
        let path = self.folder.path().join("pan/modules/02packages.details.txt");
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn author(&self) -> PathBuf {
        self.folder.path().join(AUTHOR)
    }

    /// Scans the folder of this name on the server; `before` stands before the host.
    fn scan(&self, before: &str, name: &str, more: &[&str], header: Option<&str>) -> Output {
        let mut command = perlscan(self.folder.path());
        command.env("PERLSCAN_CACHE", self.folder.path().join("cache"));
        command.env("SSL_CERT_FILE", self.folder.path().join("cert.pem"));
        if let Some(header) = header {
            command.env("PERLSCAN_MIRROR_AUTHORIZATION", header);
        }
        let url = format!("https://{before}localhost:{}/{name}", self.port);
        command.args(["darkpan", &url, "-f", "json", "--db", "embedded"]).args(more);
        let output = command.output().expect("the binary starts");
        let said = format!("{}{}", stdout(&output), stderr(&output));
        assert!(!said.contains("secret") && !said.contains("dTpzZWNyZXQ"), "{said}");
        output
    }

    /// What was asked for since this was asked last, in order.
    fn answers(&self) -> Vec<String> {
        let log = self.folder.path().join("log");
        let text = fs::read_to_string(&log).unwrap_or_default();
        let _ = fs::remove_file(&log);
        let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
        lines.sort();
        lines
    }
}

fn archives(output: &Output) -> Vec<String> {
    let report: Value = serde_json::from_str(&stdout(output)).unwrap_or_else(|error| {
        panic!("{error}: {}{}", stdout(output), stderr(output));
    });
    let projects = report["projects"].as_array().expect("projects").iter();
    projects.map(|project| project["path"].as_str().expect("a path").to_owned()).collect()
}

fn lost(output: &Output) -> Vec<String> {
    let report: Value = serde_json::from_str(&stdout(output)).expect("JSON");
    let problems = report["problems"].as_array().expect("problems").iter();
    let text = |problem: &Value| format!("{} {}", problem["path"], problem["message"]);
    problems.filter(|problem| problem["kind"] == "lost").map(text).collect()
}

fn everything_below(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder").flatten() {
        match entry.path() {
            path if path.is_dir() => everything_below(&path, found),
            path => found.push(path),
        }
    }
}

const PLACE: &str = "authors/id/L/LO/LOCAL";

#[test]
fn the_index_first_and_then_what_is_not_here() {
    let there = ["Net-OAuth-0.28", "Acme-Int-1.0"];
    let Some(mut machine) = Machine::new(&there, &[]) else { return };
    let first = machine.scan("u:secret@", "pan", &[], None);
    assert_eq!(code(&first), 1, "{}{}", stdout(&first), stderr(&first));
    let all = [format!("{PLACE}/Acme-Int-1.0.tar.gz"), format!("{PLACE}/Net-OAuth-0.28.tar.gz")];
    assert_eq!(archives(&first), all);
    assert!(stdout(&first).contains("CVE-2025-22376"));
    let asked = machine.answers();
    assert_eq!(asked.len(), 5, "{asked:?}");
    // Nothing that is kept has the password, and where it is kept does not depend on it.
    let mut kept = Vec::new();
    everything_below(&machine.folder.path().join("cache"), &mut kept);
    assert!(kept.len() >= 4, "{kept:?}");
    for path in &kept {
        let bytes = fs::read(path).unwrap();
        assert!(!bytes.windows(6).any(|six| six == b"secret"), "{}", path.display());
    }
    let again = machine.scan("", "pan/", &[], Some("Bearer secret"));
    assert_eq!(stdout(&again), stdout(&first));
    let asked: Vec<String> = machine.answers();
    assert!(asked.iter().all(|line| !line.contains(".tar.gz ")), "{asked:?}");
    assert_eq!(asked.len(), 3, "{asked:?}");
    // What the index no longer names is no part of the mirror.
    machine.index(&["L/LO/LOCAL/Acme-Int-1.0.tar.gz".to_owned()]);
    let less = machine.scan("u:secret@", "pan", &[], None);
    assert_eq!((code(&less), archives(&less)), (0, vec![all[0].clone()]));
    // Another archive under the same name: its digest tells, and it is fetched on demand.
    let bytes = release("Acme-Int-1.0", "Net::OAuth", "0.28");
    let sums = format!("$cksum = {{ 'Acme-Int-1.0.tar.gz' => {{ 'size' => {} }} }};", bytes.len());
    put(machine.folder.path(), "Acme-Int-1.0.tar.gz", &bytes);
    fs::write(machine.author().join("CHECKSUMS"), sums).unwrap();
    let changed = machine.scan("u:secret@", "pan", &[], None);
    assert_eq!(code(&changed), 2);
    assert!(
        lost(&changed).iter().any(|line| line.contains("by its entry")),
        "{:?}",
        lost(&changed)
    );
    let anew = machine.scan("u:secret@", "pan", &["--verify"], None);
    assert_eq!((code(&anew), lost(&anew).len()), (1, 0), "{:?}", lost(&anew));
}

#[test]
fn what_can_not_be_fetched_is_told_and_taken_up_again() {
    let more = ["L/LO/LOCAL/Gone-2.0.tar.gz", "../../../evil-1.0.tar.gz", "/etc/evil-1.0.tar.gz"];
    let Some(machine) = Machine::new(&["Net-OAuth-0.28", "Acme-Int-1.0"], &more) else { return };
    let cut = machine.author().join("Acme-Int-1.0.tar.gz.cut");
    fs::write(&cut, "").unwrap();
    let output = machine.scan("u:secret@", "pan", &[], None);
    assert_eq!(code(&output), 2);
    assert_eq!(archives(&output), [format!("{PLACE}/Net-OAuth-0.28.tar.gz")]);
    let told = lost(&output);
    for what in ["Gone-2.0", "Acme-Int-1.0.tar.gz\" \"can't fetch it", "evil-1.0"] {
        assert!(told.iter().any(|line| line.contains(what)), "{what}: {told:?}");
    }
    assert!(machine.answers().iter().all(|line| !line.contains("evil")));
    let mut kept = Vec::new();
    everything_below(machine.folder.path(), &mut kept);
    assert!(kept.iter().all(|path| !path.display().to_string().contains("evil")), "{kept:?}");
    fs::remove_file(cut).unwrap();
    let output = machine.scan("u:secret@", "pan", &[], None);
    assert_eq!(archives(&output).len(), 2);
    let asked = machine.answers();
    assert!(asked.iter().any(|line| line.contains("Acme-Int-1.0.tar.gz 200")), "{asked:?}");
    assert!(asked.iter().all(|line| !line.contains("Net-OAuth")), "{asked:?}");
}

#[test]
fn credentials_go_to_nobody_else() {
    let Some(machine) = Machine::new(&["Net-OAuth-0.28"], &[]) else { return };
    for (before, header) in [("u:secret@", None), ("", Some("Bearer secret"))] {
        let near = machine.scan(before, "near", &[], header);
        assert_eq!(archives(&near).len(), 1);
        machine.answers();
        let far = machine.scan(before, "far", &[], header);
        assert_eq!(code(&far), 2);
        let asked = machine.answers();
        let of = |folder: &str| asked.iter().filter(|line| line.starts_with(folder)).count();
        assert!(of("/far/") > 0 && of("/pan/") > 0, "{asked:?}");
        let pan = asked.iter().filter(|line| line.starts_with("/pan/"));
        assert!(pan.into_iter().all(|line| line.ends_with(" 401 nobody")), "{asked:?}");
        let down = machine.scan(before, "down", &[], header);
        assert_eq!(code(&down), 2);
        assert!(stderr(&down).contains("away from https"), "{}", stderr(&down));
        assert!(machine.answers().iter().all(|line| line.starts_with("/down/")));
    }
    let nobody = machine.scan("", "pan", &[], None);
    assert_eq!(code(&nobody), 2);
    assert!(stderr(&nobody).contains("status 401"), "{}", stderr(&nobody));
}

#[test]
fn other_urls_are_refused() {
    let folder = project(&[]);
    for (args, said) in [
        (vec!["http://u:secret@localhost:1/pan"], "only https:// is safe"),
        (vec!["file:///tmp"], "only https:// is safe"),
        (vec!["https://u:secret@localhost:1/pan?token=secret"], "without ? and #"),
        (vec!["https://u:secret@localhost:1/pan", "."], "stands alone"),
    ] {
        let output =
            perlscan(folder.path()).arg("darkpan").args(&args).output().expect("it starts");
        let errors = stderr(&output);
        assert_eq!(code(&output), 2);
        assert!(errors.contains(said) && !errors.contains("secret"), "{args:?}: {errors}");
    }
}
