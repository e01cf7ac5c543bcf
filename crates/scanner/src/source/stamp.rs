//! What tells that a file on disk is still the one that was read.

use std::fs::Metadata;
use std::time::SystemTime;

/// A file younger than this, in seconds, may change again without showing it: the
/// clocks of file systems tick as slowly as every two seconds.
const SETTLED: u64 = 2;

/// What the system says of a file. Two equal stamps are one content: whoever
/// writes to a file, or puts another into its place, changes the time of its last
/// change (ctime), which no program can set back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stamp {
    /// The file system, the file in it, and its length in bytes.
    pub file: [u64; 3],
    /// When its bytes and when anything of it last changed: seconds and nanoseconds.
    pub times: [i64; 4],
}

impl Stamp {
    /// The stamp of a file at `now`; `None` where it changed so lately that it may
    /// do so again within the same tick, or lies in the future.
    #[cfg(unix)]
    pub fn of(about: &Metadata, now: SystemTime) -> Option<Self> {
        use std::os::unix::fs::MetadataExt as _;
        let since = now.duration_since(SystemTime::UNIX_EPOCH).ok()?.as_secs();
        let settled = i64::try_from(since.saturating_sub(SETTLED)).ok()?;
        (about.ctime() < settled && about.mtime() < settled).then(|| Self {
            file: [about.dev(), about.ino(), about.size()],
            times: [about.mtime(), about.mtime_nsec(), about.ctime(), about.ctime_nsec()],
        })
    }

    /// Where the system has no time of change that is its own, nothing tells.
    #[cfg(not(unix))]
    pub fn of(_: &Metadata, _: SystemTime) -> Option<Self> {
        None
    }
}

#[cfg(all(test, unix))]
#[allow(clippy::disallowed_methods, reason = "a file on the disk is looked at")]
mod tests {
    use std::time::Duration;

    use perlscan_model::location::SourcePath;
    use perlscan_model::problem::Problem;

    use super::*;
    use crate::source::{Excludes, FsSource, Limits, Sink, Source as _, Want};

    #[test]
    fn a_change_shows_even_where_the_time_of_writing_is_set_back() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a");
        std::fs::write(&path, b"one").expect("it is written");
        let about = || std::fs::metadata(&path).expect("it is there");
        let later = SystemTime::now() + Duration::from_secs(10);
        let before = Stamp::of(&about(), later).expect("it is settled");
        assert_eq!(Stamp::of(&about(), later), Some(before));
        let written = about().modified().expect("it has a time");
        // The clock of the file system has to tick.
        std::thread::sleep(Duration::from_millis(30));
        std::fs::write(&path, b"two").expect("it is written");
        let file = std::fs::File::options().write(true).open(&path).expect("it is there");
        file.set_modified(written).expect("it can be set");
        let after = Stamp::of(&about(), later).expect("it is settled");
        assert_eq!(after.times[..2], before.times[..2]);
        assert_ne!(after, before);
    }

    /// Knows every archive, and must be given none.
    #[derive(Debug, Default)]
    struct Knows(std::sync::atomic::AtomicU64);

    impl Sink for Knows {
        fn wants(&self, _path: &SourcePath) -> Want {
            Want::Archive
        }

        fn wants_head(&self, _path: &SourcePath, _head: &[u8]) -> Want {
            Want::No
        }

        fn stamped(&self, _path: &SourcePath, _stamp: &Stamp) -> bool {
            self.0.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            true
        }

        fn file(&self, path: &SourcePath, _bytes: &[u8]) {
            panic!("{path} was read");
        }

        fn problem(&self, problem: Problem) {
            panic!("{problem:?}");
        }
    }

    #[test]
    fn what_is_known_by_its_stamp_is_not_read() {
        let folder = tempfile::tempdir().expect("a folder");
        for name in ["a", "b"] {
            std::fs::write(folder.path().join(name), name).expect("it is written");
        }
        std::thread::sleep(Duration::from_millis(3100));
        let base = folder.path().canonicalize().expect("it is there");
        let excludes = Excludes::new(&base, &[], true).expect("there are none");
        let source = FsSource::new(base.clone(), vec![base], excludes, None);
        let knows = Knows::default();
        let visited = source.visit(&Limits::default(), &knows);
        assert_eq!((visited.files_read, knows.0.into_inner()), (2, 2));
    }

    #[test]
    fn what_has_just_changed_has_none() {
        let file = tempfile::NamedTempFile::new().expect("a file");
        let about = file.as_file().metadata().expect("it is there");
        let now = SystemTime::now();
        assert_eq!(Stamp::of(&about, now), None);
        assert_eq!(Stamp::of(&about, now - Duration::from_secs(3600)), None);
        assert!(Stamp::of(&about, now + Duration::from_secs(4)).is_some());
    }
}
