//! A database file, read where it is asked.

use std::fs::File;
use std::io;

use perlscan_model::database::{AdvisoryDb, DatabaseError, ReadAt};

/// Checks an open file, and keeps it open: whoever updates it puts another one in its
/// place. Most of a database is never asked for, and to fault in the pages of all of it
/// would take longer than to check it.
///
/// # Errors
/// When it is no database of this format.
pub(super) fn open(file: File, length: u64) -> Result<AdvisoryDb, DatabaseError> {
    AdvisoryDb::open(Box::new(Stored(file)), length)
}

#[derive(Debug)]
struct Stored(File);

impl ReadAt for Stored {
    #[cfg(unix)]
    fn read_at(&self, at: u64, buffer: &mut [u8]) -> io::Result<()> {
        std::os::unix::fs::FileExt::read_exact_at(&self.0, buffer, at)
    }

    #[cfg(windows)]
    fn read_at(&self, mut at: u64, mut buffer: &mut [u8]) -> io::Result<()> {
        use std::os::windows::fs::FileExt as _;
        while !buffer.is_empty() {
            match self.0.seek_read(buffer, at) {
                Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
                Ok(got) => {
                    buffer = buffer.get_mut(got..).unwrap_or_default();
                    at += u64::try_from(got).unwrap_or(u64::MAX);
                }
                Err(cause) if cause.kind() == io::ErrorKind::Interrupted => {}
                Err(cause) => return Err(cause),
            }
        }
        Ok(())
    }
}
