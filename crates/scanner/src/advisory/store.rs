//! Which database a scan asks.

use std::path::{Path, PathBuf};

use perlscan_model::database::AdvisoryDb;
use perlscan_model::facts::SourceFact;

use crate::advisory::sources::SourceKind;
use crate::advisory::{AdvisoryError, cache, read_file, stored};

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
#[expect(clippy::disallowed_methods, reason = "the user named the file")]
pub fn open(path: &Path) -> Result<AdvisoryDb, AdvisoryError> {
    let file = std::fs::File::open(path).map_err(AdvisoryError::io(path))?;
    let about = file.metadata().map_err(AdvisoryError::io(path))?;
    // A pipe has no places to read at, and no length.
    let opened = match about.is_file() {
        true => stored::open(file, about.len()),
        false => AdvisoryDb::load(read_file(path)?),
    };
    opened.map_err(|cause| AdvisoryError::content(path, None, cause))
}

/// Which database is used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Used {
    /// The one that is part of the program.
    Embedded,
    /// The one that `perlscan db update` keeps in this folder.
    Cache(PathBuf),
    /// A file that the user named.
    File(PathBuf),
}

/// A database, and why it is this one.
#[derive(Debug)]
pub struct Chosen {
    /// The database.
    pub db: AdvisoryDb,
    /// Which one.
    pub used: Used,
    /// Why, in a few words.
    pub why: &'static str,
    /// What the user should know, since it may not be what was meant.
    pub warnings: Vec<String>,
}

/// Of the cached and the embedded database the newer by epoch; of two of one
/// age the cached one, which may hold private advisories and has descriptions.
/// One that can't be used is passed over with a warning.
///
/// # Errors
/// When the embedded one is damaged.
pub fn newest(folder: Option<&Path>) -> Result<Chosen, AdvisoryError> {
    let mut warnings = Vec::new();
    let cached = match folder.map(cache::read) {
        Some(Ok(cached)) => cached,
        Some(Err(cause)) => {
            warnings.push(format!("{cause}; the embedded database is used"));
            None
        }
        None => None,
    };
    let why = if warnings.is_empty() { "none is cached" } else { "the cached one can't be used" };
    let chosen = |db, used, why, warnings| Chosen { db, used, why, warnings };
    let embedded = embedded()?;
    let (Some(cached), Some(folder)) = (cached, folder) else {
        return Ok(chosen(embedded, Used::Embedded, why, warnings));
    };
    if cached.meta().epoch >= embedded.meta().epoch {
        let used = Used::Cache(folder.to_owned());
        return Ok(chosen(cached, used, "it is no older than the embedded one", warnings));
    }
    let is_private = |source: &&SourceFact| source.kind == SourceKind::Private.word();
    let own: u32 = cached.meta().sources.iter().filter(is_private).map(|s| s.advisories).sum();
    if own > 0 {
        warnings.push(format!(
            "{}: it is older than the embedded database, which is used; its {own} private \
             advisories are not judged until `perlscan db update` is run",
            folder.join(cache::DATABASE_FILE).display()
        ));
    }
    Ok(chosen(embedded, Used::Embedded, "the cached one is older", warnings))
}
