//! How much of a file is read at most.

/// Limits against hostile input. Each that bites is a problem in the report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// The largest manifest or lock, in bytes.
    pub manifest_bytes: u64,
    /// The longest path, in bytes.
    pub path_bytes: usize,
}

impl Limits {
    /// 8 MiB: the largest real snapshots are below 2 MiB.
    pub const MANIFEST_BYTES: u64 = 8 << 20;
    /// PATH_MAX on Linux.
    pub const PATH_BYTES: usize = 4096;
}

impl Default for Limits {
    fn default() -> Self {
        Self { manifest_bytes: Self::MANIFEST_BYTES, path_bytes: Self::PATH_BYTES }
    }
}
