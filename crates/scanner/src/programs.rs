//! The two programs that perlscan may start, found and run without trusting
//! the current folder.

use std::ffi::OsStr;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// Where systems and their package managers keep programs.
#[cfg(not(windows))]
const FOLDERS: [&str; 7] = [
    "/usr/bin",
    "/bin",
    "/usr/local/bin",
    "/opt/homebrew/bin",
    "/opt/local/bin",
    "/usr/local/MacGPG2/bin",
    "/run/current-system/sw/bin",
];
#[cfg(windows)]
const FOLDERS: [&str; 5] = [
    r"C:\Program Files\GnuPG\bin",
    r"C:\Program Files (x86)\GnuPG\bin",
    r"C:\Program Files (x86)\Gpg4win\..\GnuPG\bin",
    r"C:\Program Files\Git\cmd",
    r"C:\Program Files\Git\usr\bin",
];

/// How much of what a program says is kept, in bytes.
const SAID: u64 = 64 << 10;

/// A program by its absolute path: in the fixed folders, then in the absolute
/// ones of `PATH`. A relative entry would be a folder of whatever is scanned.
pub(crate) fn find(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    find_in(name, FOLDERS.iter().map(PathBuf::from).chain(std::env::split_paths(&path)))
}

/// The same, but none that lies below one of these folders: whoever made what is
/// scanned must not bring the program that judges it.
pub(crate) fn find_outside(name: &str, scanned: &[PathBuf]) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders = FOLDERS.iter().map(PathBuf::from).chain(std::env::split_paths(&path));
    let is_outside = |folder: &PathBuf| {
        let real = |path: &PathBuf| path.canonicalize().unwrap_or_else(|_| path.clone());
        let folder = real(folder);
        !scanned.iter().any(|scanned| folder.starts_with(real(scanned)))
    };
    find_in(name, folders.filter(is_outside))
}

fn find_in(name: &str, folders: impl Iterator<Item = PathBuf>) -> Option<PathBuf> {
    let file = format!("{name}{}", std::env::consts::EXE_SUFFIX);
    folders
        .filter(|folder| folder.is_absolute())
        .map(|folder| folder.join(&file))
        .find(|path| path.is_file())
}

/// What a program said before it ended.
#[derive(Debug)]
pub(crate) struct Said {
    /// Whether it ended with 0.
    pub(crate) success: bool,
    /// Its standard output, at most [`SAID`] bytes.
    pub(crate) out: String,
    /// Its standard error, likewise.
    pub(crate) err: String,
}

/// Why a program gave no answer.
#[derive(Debug)]
pub(crate) enum RunError {
    /// It can't be started or waited for.
    Io(std::io::Error),
    /// `watch` told it to stop.
    Stopped,
}

/// Runs a program with exactly this environment. `watch` is asked ten times a
/// second with the time since the start; when it says no, the program is killed.
#[expect(clippy::disallowed_methods, reason = "gpgv and git are started here")]
pub(crate) fn run(
    program: &Path,
    arguments: &[&OsStr],
    environment: &[(&str, &OsStr)],
    folder: &Path,
    mut watch: impl FnMut(Duration) -> bool,
) -> Result<Said, RunError> {
    let started = Instant::now();
    let mut child = Command::new(program)
        .args(arguments)
        .env_clear()
        .envs(environment.iter().copied())
        .current_dir(folder)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(RunError::Io)?;
    let out = child.stdout.take().map(listen);
    let err = child.stderr.take().map(listen);
    let success = loop {
        match child.try_wait() {
            Ok(Some(status)) => break status.success(),
            Ok(None) if watch(started.elapsed()) => {
                std::thread::sleep(pause(started.elapsed()));
            }
            Ok(None) => {
                stop(&mut child);
                return Err(RunError::Stopped);
            }
            Err(cause) => {
                stop(&mut child);
                return Err(RunError::Io(cause));
            }
        }
    };
    Ok(Said { success, out: heard(out), err: heard(err) })
}

/// Short programs are not kept waiting.
fn pause(elapsed: Duration) -> Duration {
    if elapsed < Duration::from_secs(1) {
        Duration::from_millis(5)
    } else {
        Duration::from_millis(100)
    }
}

fn stop(child: &mut Child) {
    // It may have ended by itself in the meantime.
    let _ = child.kill();
    let _ = child.wait();
}

/// Reads to the end, so that the program never waits, and keeps the beginning.
fn listen<R: std::io::Read + Send + 'static>(mut from: R) -> JoinHandle<Vec<u8>> {
    std::thread::spawn(move || {
        let mut kept = Vec::new();
        let _ = from.by_ref().take(SAID).read_to_end(&mut kept);
        let _ = std::io::copy(&mut from, &mut std::io::sink());
        kept
    })
}

fn heard(listener: Option<JoinHandle<Vec<u8>>>) -> String {
    let bytes = listener.and_then(|listener| listener.join().ok()).unwrap_or_default();
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_scanned_brings_no_program() {
        let Some(git) = find("git") else { return };
        let folder = git.parent().map(Path::to_owned).into_iter().collect::<Vec<_>>();
        assert_ne!(find_outside("git", &folder), Some(git.clone()));
        assert_eq!(find_outside("git", &[PathBuf::from("/nowhere")]), Some(git));
    }

    #[test]
    fn a_relative_folder_is_never_looked_into() {
        // The test runs in the package's folder, where `src` holds this file.
        let name = "lib.rs";
        assert!(Path::new("src").join(name).is_file(), "the negative case is real");
        if std::env::consts::EXE_SUFFIX.is_empty() {
            let absolute = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
            assert_eq!(find_in(name, [PathBuf::from("src")].into_iter()), None);
            assert!(find_in(name, [absolute].into_iter()).is_some());
        }
    }
}
