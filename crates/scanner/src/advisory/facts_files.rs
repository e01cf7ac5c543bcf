//! The committed facts as files: `crates/scanner/data/*.jsonl`.

use std::path::Path;

use perlscan_model::facts::{FACTS_FILES, FactSet};

use crate::advisory::sources::SourceKind;
use crate::advisory::{AdvisoryError, checkout, core_list, merge, read_file, sources};

/// Where the upstream data is.
#[derive(Debug, Clone, Copy)]
pub struct Upstream<'a> {
    /// The unpacked JSON feed.
    pub feed: &'a Path,
    /// The checkout, for what the feed has dropped.
    pub checkout: &'a Path,
    /// The core list.
    pub core_list: &'a Path,
}

/// Gathers the facts from upstream.
///
/// # Errors
/// When something can't be read or has another shape.
pub fn gather(upstream: Upstream<'_>) -> Result<FactSet, AdvisoryError> {
    let feed = sources::read_as(SourceKind::CpansaFeed, upstream.feed)?;
    let mut facts = merge::merge(vec![feed], &FactSet::default()).facts;
    checkout::add(&mut facts, upstream.checkout)?;
    core_list::add(&mut facts, upstream.core_list)?;
    facts.strip_texts();
    facts.sort();
    Ok(facts)
}

/// Writes the facts files into a folder, each beside itself first and then
/// renamed.
///
/// # Errors
/// When a file can't be written.
#[expect(clippy::disallowed_methods, reason = "the facts are the named output of `db build`")]
pub fn write(facts: &FactSet, folder: &Path) -> Result<(), AdvisoryError> {
    let texts = facts.to_texts().map_err(|cause| AdvisoryError::content(folder, None, cause))?;
    for (name, text) in texts {
        let path = folder.join(name);
        let beside = folder.join(format!("{name}.new"));
        std::fs::write(&beside, text).map_err(AdvisoryError::io(&beside))?;
        std::fs::rename(&beside, &path).map_err(AdvisoryError::io(&path))?;
    }
    Ok(())
}

/// Reads the facts files of a folder.
///
/// # Errors
/// When a file is missing or a line is no such fact.
pub fn read(folder: &Path) -> Result<FactSet, AdvisoryError> {
    let mut texts = Vec::new();
    for name in FACTS_FILES {
        let path = folder.join(name);
        let text = String::from_utf8(read_file(&path)?)
            .map_err(|_| AdvisoryError::content(&path, None, "it is not UTF-8"))?;
        texts.push((name, text));
    }
    FactSet::from_texts(|file| {
        texts
            .iter()
            .find(|(name, _)| *name == file)
            .map(|(_, text)| text.clone())
            .unwrap_or_default()
    })
    .map_err(|cause| AdvisoryError::content(folder, None, cause))
}
