//! How much of a file is read at most.

use crate::source::Want;

/// Limits against hostile input. Each that bites is a problem in the report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// The largest manifest or lock, in bytes.
    pub manifest_bytes: u64,
    /// The largest file of Perl source, in bytes.
    pub perl_bytes: u64,
    /// The largest archive, in bytes as it lies there.
    pub archive_bytes: u64,
    /// The longest path, in bytes.
    pub path_bytes: usize,
    /// The most files of a commit: a few kilobytes of objects can stand for more
    /// than any disk holds.
    pub entries: usize,
}

impl Limits {
    /// 8 MiB: the largest real snapshots are below 2 MiB.
    pub const MANIFEST_BYTES: u64 = 8 << 20;
    /// 16 MiB: larger ones are data that happens to end in `.pl`.
    pub const PERL_BYTES: u64 = 16 << 20;
    /// 64 MiB: an archive is read into memory, and real PAR files are below 40.
    pub const ARCHIVE_BYTES: u64 = 64 << 20;
    /// PATH_MAX on Linux.
    pub const PATH_BYTES: usize = 4096;
    /// Five times the largest repositories of Perl.
    pub const ENTRIES: usize = 500_000;
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            manifest_bytes: Self::MANIFEST_BYTES,
            perl_bytes: Self::PERL_BYTES,
            archive_bytes: Self::ARCHIVE_BYTES,
            path_bytes: Self::PATH_BYTES,
            entries: Self::ENTRIES,
        }
    }
}

impl Limits {
    /// The largest file that may be read at all, in bytes.
    #[cfg(feature = "git")]
    pub(super) fn most(&self) -> u64 {
        self.manifest_bytes.max(self.perl_bytes).max(self.archive_bytes)
    }

    /// The most bytes of a file that is wanted so, and the option that raises
    /// that limit.
    pub(super) fn of(&self, want: Want) -> (u64, &'static str) {
        match want {
            Want::No | Want::Head | Want::Tail | Want::Manifest => {
                (self.manifest_bytes, "--max-manifest-bytes")
            }
            Want::PerlSource => (self.perl_bytes, "--max-perl-bytes"),
            Want::Archive => (self.archive_bytes, "--max-archive-bytes"),
        }
    }
}
