//! Files in the cache folder that hold what earlier runs have read, so that it need not
//! be read again.
//!
//! What the program knows of itself is part of such a file's name: another build reads
//! and writes another file. They are the user's own, and no run depends on them.

use std::fs::OpenOptions;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use crate::advisory::cache::UNFINISHED;

/// A digest of this program's sources and features: of two builds with the same
/// one, each reads what the other has kept.
pub(crate) const PROGRAM: &str = env!("PERLSCAN_SOURCES");
/// 30 days: who has changed the program, or has left a repository, does not come back.
const UNUSED: Duration = Duration::from_secs(30 * 24 * 60 * 60);

/// To read and write, made where it is missing, for the user alone.
pub(crate) fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

/// What a file is called while it is written, to be renamed to `path` then.
pub(crate) fn beside(path: &Path) -> PathBuf {
    let mut beside = path.to_owned().into_os_string();
    beside.push(format!(".{}{UNFINISHED}", std::process::id()));
    beside.into()
}

/// Takes away the files between these two ends of a name that were not written to for
/// long, and all but the newest, so that with `own` there are at most `most`.
pub(crate) fn sweep(folder: &Path, (begin, end): (&str, &str), own: &str, most: usize) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    let mut others = Vec::new();
    for entry in entries.flatten() {
        let name = entry.file_name();
        let name = name.to_string_lossy();
        let is_facts = name.starts_with(begin) && name.ends_with(end) && name != own;
        if let (true, Ok(written)) = (is_facts, entry.metadata().and_then(|about| about.modified()))
        {
            others.push((written, entry.path()));
        }
    }
    others.sort();
    let now = SystemTime::now();
    for (at, (written, path)) in others.iter().rev().enumerate() {
        let is_old = now.duration_since(*written).is_ok_and(|age| age > UNUSED);
        if is_old || at + 1 >= most {
            // Another run may have taken it away.
            let _ = std::fs::remove_file(path);
        }
    }
}
