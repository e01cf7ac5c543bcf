//! Advisories: the record as the source has it, and the matcher made of it.

mod matcher;
mod record;

pub use matcher::{AdvisoryRangeError, Match, RecordMatcher};
pub use record::{AdvisoryRecord, BundledLibrary, EmbeddedLibrary};
