//! What an earlier export left in the folder.
//!
//! A document carries the date of the database that it was made from. Where
//! nothing else of it is new, the earlier document stays with its date, so that
//! a new database makes new only what it has news of.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::Value;
use sha2::{Digest as _, Sha256};

use crate::advisory::export::write::{self, Entry};
use crate::advisory::export::{ExportError, Files, Format, document, names};
use crate::advisory::{AdvisoryError, read_file};

/// The files of an earlier export, as far as they are still what it wrote.
#[derive(Debug, Default)]
pub struct Earlier(Files);

impl Earlier {
    /// Reads the documents that an earlier export of this format left.
    ///
    /// # Errors
    /// As [`write()`](write::write()): when the folder is a link or a file, holds
    /// another format or a damaged manifest, or can't be read.
    pub fn read(folder: &Path, format: Format) -> Result<Self, AdvisoryError> {
        let below = match format {
            Format::Osv => |name: &str| name.starts_with("records/"),
            Format::Csaf => |name: &str| {
                // A year's folder: what stands beside is made of what is in them.
                name.ends_with(".json") && name.starts_with(|c: char| c.is_ascii_digit())
            },
            // Theirs have no date, or are the whole database.
            Format::CpansaFeed | Format::Json => return Ok(Self::default()),
        };
        if !write::is_there(folder)? {
            return Ok(Self::default());
        }
        let manifest: BTreeMap<String, Entry> = write::read_manifest(folder, format)?;
        let mut files = Files::new();
        for (name, entry) in manifest.into_iter().filter(|(name, _)| below(name)) {
            let Some(path) = write::place(folder, &name, false)? else { continue };
            let is_ours = std::fs::symlink_metadata(&path)
                .is_ok_and(|found| found.is_file() && found.len() == entry.bytes as u64);
            if !is_ours {
                continue;
            }
            // What somebody has changed since is no earlier export of ours.
            let bytes = read_file(&path)?;
            if names::hex(&Sha256::digest(&bytes), 32) == entry.sha256 {
                files.insert(name, bytes);
            }
        }
        Ok(Self(files))
    }

    /// The bytes of a document, made anew or kept. `make` makes it with what
    /// `stamp` takes out of the earlier one, which stays if that gives the same
    /// bytes; else `make` makes it with what `next` makes of the earlier stamp.
    pub(super) fn keep_or_make<S>(
        &self,
        name: &str,
        stamp: impl Fn(&Value) -> Option<S>,
        next: impl FnOnce(Option<&S>) -> S,
        make: impl Fn(&S) -> Result<Value, ExportError>,
    ) -> Result<(Vec<u8>, S), ExportError> {
        let before = self.0.get(name).and_then(|bytes| {
            let value: Value = serde_json::from_slice(bytes).ok()?;
            Some((bytes, stamp(&value)?))
        });
        if let Some((bytes, stamp)) = before {
            if document(&make(&stamp)?)? == *bytes {
                return Ok((bytes.clone(), stamp));
            }
            let stamp = next(Some(&stamp));
            return Ok((document(&make(&stamp)?)?, stamp));
        }
        let stamp = next(None);
        Ok((document(&make(&stamp)?)?, stamp))
    }
}

/// Whether a text is a time as the exports write it.
pub(super) fn is_time(text: &str) -> bool {
    text.len() == 20 && text.parse::<jiff::Timestamp>().is_ok_and(|time| time.to_string() == text)
}
