//! Which database a scan asks.

use std::path::Path;

use perlscan_model::database::AdvisoryDb;

use crate::advisory::{AdvisoryError, read_file};

/// The database that is part of the program.
static EMBEDDED: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/advisories.db"));

/// Opens the embedded database.
///
/// # Errors
/// When its checks fail, which means that the program itself is damaged.
pub fn embedded() -> Result<AdvisoryDb, AdvisoryError> {
    AdvisoryDb::load(EMBEDDED)
        .map_err(|cause| AdvisoryError::content("the embedded database", None, cause))
}

/// The bytes of the embedded database.
pub fn embedded_bytes() -> &'static [u8] {
    EMBEDDED
}

/// Opens a database file.
///
/// # Errors
/// When it can't be read, or is no database of this format.
pub fn open(path: &Path) -> Result<AdvisoryDb, AdvisoryError> {
    AdvisoryDb::load(read_file(path)?).map_err(|cause| AdvisoryError::content(path, None, cause))
}
