//! Advisories: the record as the source has it, the matcher made of it, and
//! what is only shown.

mod detail;
mod matcher;
mod record;

pub use detail::{AdvisoryDetail, Backport, Conflict, Field, Score, field_text};
pub use matcher::{AdvisoryRangeError, Match, RecordMatcher, read_range};
pub use record::{AdvisoryRecord, BundledLibrary, EmbeddedLibrary};
