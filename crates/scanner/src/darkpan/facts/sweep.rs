//! Files that other builds of the program have left.

use std::path::Path;
use std::time::{Duration, SystemTime};

use super::NAME;

/// 30 days: who has changed the program does not come back to the old one.
const UNUSED: Duration = Duration::from_secs(30 * 24 * 60 * 60);
/// How many builds keep their facts beside one another.
const BUILDS: usize = 4;

/// Takes away the files of facts that were not written to for long, and all but the
/// newest: only names of our own.
pub(super) fn sweep(folder: &Path, own: &str) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    let mut others = Vec::new();
    for entry in entries.flatten() {
        let name = entry.file_name();
        let name = name.to_string_lossy();
        let is_facts = name.starts_with(NAME.0) && name.ends_with(NAME.1) && name != own;
        if let (true, Ok(written)) = (is_facts, entry.metadata().and_then(|about| about.modified()))
        {
            others.push((written, entry.path()));
        }
    }
    others.sort();
    let now = SystemTime::now();
    for (at, (written, path)) in others.iter().rev().enumerate() {
        let is_old = now.duration_since(*written).is_ok_and(|age| age > UNUSED);
        if is_old || at + 1 >= BUILDS {
            // Another run may have taken it away.
            let _ = std::fs::remove_file(path);
        }
    }
}
