//! Progress over a mirror, on a terminal that Python plays.

use std::fs;
use std::path::Path;
use std::process::Command;

use tempfile::TempDir;

use crate::archives::{gzip, header, put};
use crate::support::{project, skipped};

/// Runs the command of its arguments on a terminal; with `stop`, Ctrl-C is pressed when
/// progress is shown. Prints what the terminal got, then how it ended and how long that
/// took from Ctrl-C.
const TERMINAL: &str = r"
import os, pty, signal, sys, time
stop, command = sys.argv[1] == 'stop', sys.argv[2:]
child, terminal = pty.fork()
if child == 0:
    # What runs in the background of a script would not hear Ctrl-C.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    os.execv(command[0], command)
got, pressed = b'', None
while True:
    try:
        some = os.read(terminal, 4096)
    except OSError:
        break
    if not some:
        break
    got += some
    if stop and pressed is None and b' left' in got:
        os.write(terminal, b'\x03')
        pressed = time.monotonic()
status = os.waitpid(child, 0)[1]
sys.stdout.write(repr(got) + '\n')
sys.stdout.write('%d %d %.2f\n' % (os.WIFSIGNALED(status), os.WTERMSIG(status) if os.WIFSIGNALED(status) else os.WEXITSTATUS(status), time.monotonic() - pressed if pressed else 0))
";

/// How many archives a mirror needs to be read for some seconds.
const COUNT: u64 = if cfg!(debug_assertions) { 200 } else { 9000 };

/// A mirror of so many archives, which share most of their packed bytes.
fn mirror() -> TempDir {
    let folder = project(&[]);
    let mut text: String = (0..4000)
        .map(|n| {
            format!("sub method_{n} {{ my ($self) = @_; return $self->{{'{n}'}} // q({n}) }}\n")
        })
        .collect();
    text.push_str(&"\n".repeat(text.len().next_multiple_of(512) - text.len()));
    let shared = gzip(text.as_bytes());
    let end = gzip(&[0; 1024]);
    for n in 0..COUNT {
        let first = format!("{:511}\n", format!("package Acme::M{n}; our $VERSION = '1.{n}';"));
        let path = format!("Acme-M{n}-1.{n}/lib/Acme/M{n}.pm");
        let mut begin = header(&path, (first.len() + text.len()) as u64, b'0').to_vec();
        begin.extend(first.as_bytes());
        let bytes = [gzip(&begin), shared.clone(), end.clone()].concat();
        put(folder.path(), &format!("Acme-M{n}-1.{n}.tar.gz"), &bytes);
    }
    folder
}

/// What the terminal got, whether the program was ended by a signal, its number or the
/// exit code, and the seconds from Ctrl-C on; `None` where there is no Python.
fn on_a_terminal(folder: &Path, stop: bool, args: &[&str]) -> Option<(String, bool, i32, f64)> {
    let mut command = Command::new("python3");
    command.args(["-c", TERMINAL, if stop { "stop" } else { "run" }]);
    command.arg(env!("CARGO_BIN_EXE_perlscan")).args(args).current_dir(folder);
    command.env("PERLSCAN_CACHE", folder.join("cache")).env("SOURCE_DATE_EPOCH", "1787000000");
    let Ok(output) = command.output() else {
        skipped("python3");
        return None;
    };
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let said = String::from_utf8_lossy(&output.stderr);
    let (got, ended) = text.trim_end().rsplit_once('\n').unwrap_or_else(|| panic!("{said}"));
    let words: Vec<&str> = ended.split(' ').collect();
    Some((got.to_owned(), words[0] == "1", words[1].parse().unwrap(), words[2].parse().unwrap()))
}

#[test]
fn count_rate_and_remaining_time_are_shown_and_taken_away() {
    let folder = mirror();
    let args = ["darkpan", "pan", "--no-cache", "--db", "embedded", "--threads", "1"];
    let Some((got, by_signal, code, _)) = on_a_terminal(folder.path(), false, &args) else {
        return;
    };
    assert_eq!((by_signal, code), (false, 0), "{got}");
    let all = COUNT;
    let lines: Vec<&str> = got.split(r"\r\x1b[K").filter(|line| line.contains(" left")).collect();
    let mut before = 0;
    for line in &lines {
        // scanning: 12 of 200 archives, 34/s, 5 s left
        let words: Vec<&str> = line.split(' ').collect();
        let done: u64 = words[1].parse().expect("a count");
        assert!(done >= before && done <= all, "{line}");
        before = done;
        assert_eq!((words[2], words[3], words[4]), ("of", all.to_string().as_str(), "archives,"));
        let rate: u64 = words[5].strip_suffix("/s,").and_then(|n| n.parse().ok()).expect("a rate");
        assert!(rate > 0 && words.last() == Some(&"left"), "{line}");
    }
    assert!(lines.len() > 3, "{got}");
    // The report begins on a clean line.
    let (_, report) = got.rsplit_once(r"\r\x1b[K").expect("it was drawn");
    assert!(!report.contains("scanning: "), "{report}");
}

#[test]
fn ctrl_c_ends_at_once_and_leaves_nothing_half_written() {
    let folder = mirror();
    fs::write(folder.path().join("report.json"), "the last one").expect("it is written");
    let args = ["darkpan", "pan", "--db", "embedded", "--threads", "1", "-o", "report.json"];
    let Some((got, by_signal, signal, seconds)) = on_a_terminal(folder.path(), true, &args) else {
        return;
    };
    assert_eq!((by_signal, signal), (true, 2), "{got}");
    assert!(seconds < 1.0, "{seconds}");
    let report = fs::read_to_string(folder.path().join("report.json")).expect("it is there");
    assert_eq!(report, "the last one");
    let mut names: Vec<String> = fs::read_dir(folder.path())
        .expect("a folder")
        .map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    assert_eq!(names, ["cache", "pan", "report.json"]);
    // What was read before is kept, and the next run is as any other.
    let whole = on_a_terminal(folder.path(), false, &args).expect("it ran before");
    assert_eq!((whole.1, whole.2), (false, 0), "{}", whole.0);
    let report = fs::read_to_string(folder.path().join("report.json")).expect("it is there");
    let fresh = ["darkpan", "pan", "--db", "embedded", "--no-cache", "-o", "fresh.json"];
    on_a_terminal(folder.path(), false, &fresh).expect("it ran before");
    assert_eq!(report, fs::read_to_string(folder.path().join("fresh.json")).expect("it is there"));
}
