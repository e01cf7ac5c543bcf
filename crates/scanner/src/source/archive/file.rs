//! An archive's file, unpacked once where what comes out is little.

use std::io::BufRead;

use super::compression::Unpacked;
use super::{Budget, Compression, Format, Limits};

/// How much is unpacked at once and held, in bytes, by each thread: of a hundred releases
/// 99 have less, and whoever reads one again (a `SIGNATURE`'s digests are of files all
/// over it) need not unpack it again. What has more is unpacked as it is read.
const HELD: usize = 2 << 20;

/// The file of an archive.
#[derive(Debug)]
pub struct ArchiveFile<'b> {
    pub(super) format: Format,
    pub(super) name: &'b [u8],
    pub(super) bytes: &'b [u8],
    pub(super) compression: Compression,
    /// All that comes out of the file, where that is sound and no more than [`HELD`].
    pub(super) unpacked: Option<Unpacked>,
}

impl<'b> ArchiveFile<'b> {
    /// The file of this name with these bytes.
    pub fn new(format: Format, name: &'b [u8], bytes: &'b [u8]) -> Self {
        let compression = Compression::of(bytes);
        Self { format, name, bytes, compression, unpacked: compression.whole(bytes, HELD) }
    }

    /// Its length in bytes.
    pub fn size(&self) -> u64 {
        super::length(self.bytes)
    }

    /// What may be spent on it.
    pub fn budget(&self, limits: Limits) -> Budget {
        Budget::new(limits, self.size())
    }

    /// What comes out of it.
    pub(super) fn stream(&self) -> Box<dyn BufRead + '_> {
        match &self.unpacked {
            Some(unpacked) => Box::new(unpacked.bytes()),
            None => self.compression.unpack(self.bytes),
        }
    }
}
