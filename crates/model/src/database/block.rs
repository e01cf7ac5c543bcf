//! Where the bytes of a database lie, and how a block of it is had.

use std::borrow::Cow;
use std::ops::Range;

use crate::database::DatabaseError;

/// Length and checksum before the bytes of a block.
const BLOCK_HEADER: u64 = 4 + 4;
/// How much is read at once where only the checksum of it is wanted.
const PIECE: usize = 128 << 10;

/// Bytes that stay where they are, in a file, until they are asked for.
pub trait ReadAt: std::fmt::Debug + Send + Sync {
    /// Fills the buffer with what stands from `at` on.
    ///
    /// # Errors
    /// When there is less, or it can't be read.
    fn read_at(&self, at: u64, buffer: &mut [u8]) -> std::io::Result<()>;
}

/// The bytes of a database.
#[derive(Debug)]
pub(super) enum Bytes {
    /// In memory, or part of the program.
    Here(Cow<'static, [u8]>),
    /// Elsewhere, and how many there are.
    There(Box<dyn ReadAt>, u64),
}

impl Bytes {
    pub(super) fn length(&self) -> u64 {
        match self {
            Self::Here(bytes) => u64::try_from(bytes.len()).unwrap_or(u64::MAX),
            Self::There(_, length) => *length,
        }
    }

    /// Whether they are part of the program.
    pub(super) fn are_own(&self) -> bool {
        matches!(self, Self::Here(Cow::Borrowed(_)))
    }

    /// A stretch of them.
    pub(super) fn range(&self, range: Range<u64>) -> Result<Cow<'_, [u8]>, DatabaseError> {
        let cut_off = DatabaseError::Damaged("it is cut off");
        if range.start > range.end || range.end > self.length() {
            return Err(cut_off);
        }
        match self {
            Self::Here(bytes) => within(bytes, range).map(Cow::Borrowed).ok_or(cut_off),
            Self::There(there, _) => {
                let length = usize::try_from(range.end - range.start).map_err(|_| cut_off)?;
                let mut buffer = vec![0; length];
                there.read_at(range.start, &mut buffer).map_err(DatabaseError::Read)?;
                Ok(Cow::Owned(buffer))
            }
        }
    }

    /// The same stretch, for as long as the program runs, where they are part of it.
    pub(super) fn own_range(&self, range: Range<u64>) -> Option<&'static [u8]> {
        match self {
            Self::Here(Cow::Borrowed(bytes)) => within(bytes, range),
            Self::Here(Cow::Owned(_)) | Self::There(..) => None,
        }
    }

    /// The checksum of everything from `from` on, read piece by piece: pages that are
    /// written once and thrown away would cost more than the reading.
    pub(super) fn checksum_from(&self, from: u64) -> Result<u32, DatabaseError> {
        let mut hasher = crc32fast::Hasher::new();
        match self {
            Self::Here(bytes) => {
                hasher.update(within(bytes, from..self.length()).unwrap_or_default());
            }
            Self::There(there, length) => {
                let mut buffer = vec![0; PIECE];
                let mut at = from;
                while at < *length {
                    let left = usize::try_from(*length - at).unwrap_or(PIECE).min(PIECE);
                    let piece = buffer.get_mut(..left).unwrap_or_default();
                    there.read_at(at, piece).map_err(DatabaseError::Read)?;
                    hasher.update(piece);
                    at += u64::try_from(left).unwrap_or(u64::MAX);
                }
            }
        }
        Ok(hasher.finalize())
    }

    /// Where the content of the block is that begins at `at` in a section, and its
    /// checksum.
    pub(super) fn block(
        &self,
        section: &Range<u64>,
        at: u64,
    ) -> Result<(Range<u64>, u32), DatabaseError> {
        let damaged = DatabaseError::Damaged("a record lies outside of its section");
        let Some(start) = section.start.checked_add(at) else { return Err(damaged) };
        let Some(from) = start.checked_add(BLOCK_HEADER) else { return Err(damaged) };
        let header = self.range(start..from)?;
        let (length, checksum) = (word(&header, 0)?, word(&header, 4)?);
        let end = from.saturating_add(u64::from(length));
        if end > section.end {
            return Err(damaged);
        }
        Ok((from..end, checksum))
    }
}

/// A block's bytes, once they are what was written.
pub(super) fn checked<B: AsRef<[u8]>>(bytes: B, checksum: u32) -> Result<B, DatabaseError> {
    match crc32fast::hash(bytes.as_ref()) == checksum {
        true => Ok(bytes),
        false => Err(DatabaseError::Damaged("a record fails its check")),
    }
}

/// Adds a block.
pub(super) fn push(section: &mut Vec<u8>, content: &[u8], length: u32) {
    section.extend(length.to_le_bytes());
    section.extend(crc32fast::hash(content).to_le_bytes());
    section.extend(content);
}

/// The four bytes at `at` as a number.
pub(super) fn word(bytes: &[u8], at: usize) -> Result<u32, DatabaseError> {
    let four = bytes.get(at..at + 4).and_then(|four| four.try_into().ok());
    four.map(u32::from_le_bytes).ok_or(DatabaseError::Damaged("it is cut off"))
}

fn within(bytes: &[u8], range: Range<u64>) -> Option<&[u8]> {
    bytes.get(usize::try_from(range.start).ok()?..usize::try_from(range.end).ok()?)
}
