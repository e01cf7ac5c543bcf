//! The headers of a tar file: the way from one to the next.
//!
//! A header that is damaged is told, and the next sound one looked for, as tar does. What
//! stands behind the end is read as well: Archive::Tar unpacks it, and tar does not.

use std::io::{BufRead, Read, Take};

use ::tar::Header;
use perlscan_model::problem::ProblemKind;

use super::super::{Entries, Fault, Metered};
use super::ENDS_WITHIN;

/// The length of tar's blocks, in bytes.
const BLOCK: usize = 512;

/// Room for one block.
#[derive(Debug)]
pub(super) struct Block([u8; BLOCK]);

impl Block {
    pub(super) fn new() -> Self {
        Self([0; BLOCK])
    }
}

/// The headers of a tar file, with what they are about between them.
#[derive(Debug)]
pub(super) struct Headers<'s, R> {
    stream: &'s mut Metered<R>,
    /// Where the next block of a header stands.
    next: u64,
    /// Whether there was a block of zeroes.
    has_end: bool,
    /// Whether a block was no header, which is told once.
    is_damaged: bool,
    /// Whether there was a header behind the end, which is told once.
    goes_on: bool,
}

impl<'s, R: BufRead> Headers<'s, R> {
    pub(super) fn new(stream: &'s mut Metered<R>) -> Self {
        Self { stream, next: 0, has_end: false, is_damaged: false, goes_on: false }
    }

    /// The next header, and how many bytes it says to be about; `None` where there is none.
    pub(super) fn next<'b>(
        &mut self,
        block: &'b mut Block,
        entries: &mut dyn Entries,
    ) -> Result<Option<(&'b Header, u64)>, Fault> {
        let length = loop {
            if !self.fill(block)? {
                return Ok(None);
            }
            if block.0 == [0; BLOCK] {
                self.has_end = true;
                continue;
            }
            match length(&block.0) {
                Ok(length) => break length,
                // Behind the end anything may stand.
                Err(_) if self.has_end => {}
                Err(why) => self.damaged(why, entries),
            }
        };
        if self.has_end && !self.goes_on {
            self.goes_on = true;
            let message = "it has entries behind its end, which Archive::Tar unpacks and tar does \
                           not: they were read too";
            entries.problem(ProblemKind::Undecided, None, message.to_owned());
        }
        Ok(Some((Header::from_byte_slice(&block.0), length)))
    }

    /// What follows the last header, so many bytes; the next header is behind it.
    pub(super) fn contents(&mut self, length: u64) -> Result<Take<&mut Metered<R>>, Fault> {
        let whole = length.checked_next_multiple_of(BLOCK as u64);
        let next = whole.and_then(|whole| self.next.checked_add(whole));
        self.next = next.ok_or_else(|| damaged("an entry is longer than any file"))?;
        Ok(self.stream.by_ref().take(length))
    }

    /// Passes over the blocks that say where a file has more holes than its header has
    /// room for (GNU's old format); each says whether another follows.
    pub(super) fn pass_sparse_map(&mut self) -> Result<(), Fault> {
        const FOLLOWS: usize = 504;
        let mut block = Block::new();
        while self.fill(&mut block)? && block.0.get(FOLLOWS).is_some_and(|says| *says != 0) {}
        Ok(())
    }

    /// A tar file ends with blocks of zeroes; without them it may have been cut between
    /// two entries, which nothing else would show.
    pub(super) fn ended(&self) -> Result<(), Fault> {
        match self.has_end || self.is_damaged {
            true => Ok(()),
            false => Err(damaged("it has no end, and may have been cut")),
        }
    }

    /// Reads the next block; false at the end of the stream.
    fn fill(&mut self, block: &mut Block) -> Result<bool, Fault> {
        let between = self.next.saturating_sub(self.stream.read);
        if self.stream.pass_over(between)? < between {
            return Err(damaged(ENDS_WITHIN));
        }
        let mut read = 0;
        while let Some(rest) = block.0.get_mut(read..).filter(|rest| !rest.is_empty()) {
            match self.stream.read(rest)? {
                0 if read == 0 || self.has_end => return Ok(false),
                0 => return Err(damaged("the archive ends within a header")),
                got => read += got,
            }
        }
        self.next = self.stream.read;
        Ok(true)
    }

    /// Tells of the first header that is none.
    fn damaged(&mut self, why: &str, entries: &mut dyn Entries) {
        if std::mem::replace(&mut self.is_damaged, true) {
            return;
        }
        let at = self.next.saturating_sub(BLOCK as u64);
        let message = format!(
            "it is damaged at byte {at} of its tar file, and not read up to the next sound \
             header: {why}"
        );
        entries.problem(ProblemKind::Lost, None, message);
    }
}

fn damaged(why: &str) -> Fault {
    Fault::Damaged(why.to_owned())
}

/// How many bytes a header says to be about, or why it is none.
fn length(block: &[u8; BLOCK]) -> Result<u64, &'static str> {
    const SIZE: std::ops::Range<usize> = 124..136;
    let header = Header::from_byte_slice(block);
    let checksum = header.cksum().map_err(|_| "there is no checksum of a header")?;
    if !checksums(block).contains(&i64::from(checksum)) {
        return Err("the checksum of a header is not that of the header");
    }
    // Old programs left it empty where there is nothing.
    if block.get(SIZE).is_some_and(|field| field.iter().all(|byte| matches!(byte, 0 | b' '))) {
        return Ok(0);
    }
    header.entry_size().map_err(|_| "the length in a header is no number")
}

/// The sum of a header's bytes, and what it is to programs that take bytes to be signed:
/// tar takes both. The header's own field counts as blanks (POSIX.1-1988).
fn checksums(block: &[u8; BLOCK]) -> [i64; 2] {
    const OWN: std::ops::Range<usize> = 148..156;
    let sum = |bytes: &[u8]| bytes.iter().map(|byte| i64::from(*byte)).sum::<i64>();
    let high = |bytes: &[u8]| bytes.iter().map(|byte| i64::from(*byte >> 7)).sum::<i64>();
    let own = block.get(OWN).unwrap_or_default();
    let unsigned = sum(block) - sum(own) + i64::from(b' ') * 8;
    [unsigned, unsigned - 256 * (high(block) - high(own))]
}
