//! The time for one archive.

use std::time::{Duration, Instant};

/// Entries from one look at the clock to the next: most are passed over in no time.
pub(super) const ENTRIES_A_LOOK: u64 = 256;

/// Bytes from one look at the clock to the next.
pub(super) const BYTES_A_LOOK: u64 = 1 << 20;

/// When the time for a file of the tree is over.
#[derive(Debug, Clone, Copy)]
pub(super) struct Clock {
    /// `None` where that is beyond what the system can say.
    end: Option<Instant>,
    seconds: u64,
}

impl Clock {
    pub(super) fn of(seconds: u64) -> Self {
        Self { end: Instant::now().checked_add(Duration::from_secs(seconds)), seconds }
    }

    /// Looks at the clock.
    ///
    /// # Errors
    /// When the time is over.
    pub(super) fn look(self) -> Result<(), Spent> {
        match self.end.is_some_and(|end| Instant::now() >= end) {
            true => Err(Spent::Seconds(self.seconds)),
            false => Ok(()),
        }
    }
}

/// Why an archive's budget is spent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum Spent {
    /// So many bytes may come out of the archive.
    #[error(
        "more than {0} bytes come out of it, which is more than an archive of its size may hold: \
         the rest is not read"
    )]
    Bytes(u64),
    /// So many seconds may be spent on it.
    #[error("it took longer than {0} s: the rest is not read; {RAISE}")]
    Seconds(u64),
}

/// What is said to do where the time was over, at the end of the message.
pub(super) const RAISE: &str = "raise --max-archive-seconds to read it";
