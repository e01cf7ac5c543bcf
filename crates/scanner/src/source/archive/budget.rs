//! How much is read out of files that hold others, and for how long.

use super::clock::{Clock, ENTRIES_A_LOOK, Spent};

/// Limits of what is read out of one file of the tree. Inflated bytes are what
/// counts, whether anybody wants them or not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// The largest inner file, in bytes.
    pub entry_bytes: u64,
    /// All inner files of one outer file together, in bytes.
    pub total_bytes: u64,
    /// How many times larger than the outer file its inner files may be,
    /// counted from [`Self::ratio_from`] on.
    pub ratio: u64,
    /// Below so many inflated bytes the ratio does not matter.
    pub ratio_from: u64,
    /// How many entries are looked at.
    pub entries: u64,
    /// How many containers deep.
    pub nesting: usize,
    /// How long one outer file is read, in seconds by a clock on the wall, with all
    /// that is done with what is in it.
    pub archive_seconds: u64,
}

impl Limits {
    /// 60 seconds: one of 20 MiB full of Perl source takes one.
    pub const ARCHIVE_SECONDS: u64 = 60;
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            entry_bytes: 64 << 20,
            total_bytes: 4 << 30,
            ratio: 200,
            ratio_from: 16 << 20,
            entries: 100_000,
            nesting: 4,
            archive_seconds: Self::ARCHIVE_SECONDS,
        }
    }
}

/// What is left of the limits for one file of the tree, however deep.
#[derive(Debug, Clone)]
pub struct Budget {
    limits: Limits,
    outer_bytes: u64,
    inflated: u64,
    entries: u64,
    clock: Clock,
}

impl Budget {
    /// All of the limits, for a file of so many bytes.
    pub fn new(limits: Limits, outer_bytes: u64) -> Self {
        let clock = Clock::of(limits.archive_seconds);
        Self { limits, outer_bytes, inflated: 0, entries: 0, clock }
    }

    /// The most bytes that may still come out of the file.
    pub fn left(&self) -> u64 {
        let by_ratio = self.outer_bytes.saturating_mul(self.limits.ratio);
        let most = self.limits.total_bytes.min(by_ratio.max(self.limits.ratio_from));
        most.saturating_sub(self.inflated)
    }

    /// The most bytes that the next inner file may have.
    pub fn next_bytes(&self) -> u64 {
        self.limits.entry_bytes.min(self.left())
    }

    /// Counts bytes that came out.
    pub fn take_bytes(&mut self, bytes: u64) {
        self.inflated = self.inflated.saturating_add(bytes);
    }

    /// Counts an entry; `false` when there are too many.
    pub fn take_entry(&mut self) -> bool {
        self.entries = self.entries.saturating_add(1);
        self.entries <= self.limits.entries
    }

    /// When the time is over.
    pub(super) fn clock(&self) -> Clock {
        self.clock
    }

    /// Looks at the clock once for many entries.
    ///
    /// # Errors
    /// When the time is over.
    pub(super) fn look(&self) -> Result<(), Spent> {
        match self.entries.is_multiple_of(ENTRIES_A_LOOK) {
            true => self.clock.look(),
            false => Ok(()),
        }
    }

    /// The limits as they were set.
    pub fn limits(&self) -> &Limits {
        &self.limits
    }
}
