//! A whole run over a tree: its projects and the mirrors that lie in it, met together.
//!
//! A tree is walked once. What a path says to be a mirror's goes to
//! [`darkpan`](crate::darkpan)'s collector, everything else to that of
//! [`scan`](crate::scan); neither sees the other's files. Both judge on their own,
//! and what they found becomes one report.

mod change;
mod mirrors;
mod reading;

use crate::advisory::AdvisoryError;
use crate::advisory::database::Database;
use crate::report::Report;
use crate::run::reading::{Before, Reading};
use crate::scan::{Observer, ScanSettings};
use crate::source::Source;

pub use self::change::{Side, scan_change};

/// Scans a source.
///
/// # Errors
/// When the database is damaged; what can't be read of the source is in the
/// report.
pub fn scan(
    source: &dyn Source,
    settings: &ScanSettings,
    database: &Database,
    observer: &dyn Observer,
) -> Result<Report, AdvisoryError> {
    Reading::of(source, settings, database, observer, Before::default())?
        .judge(source, settings, database)
}
