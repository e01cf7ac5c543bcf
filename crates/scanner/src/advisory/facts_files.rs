//! The committed facts as files: `crates/scanner/data/*.jsonl`.

use std::collections::BTreeSet;
use std::path::Path;

use perlscan_model::facts::{FACTS_FILES, FactSet};

use crate::advisory::sources::SourceKind;
use crate::advisory::{AdvisoryError, core_list, merge, read_file, sources};

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
/// The records are the feed's, which is what other tools see; the checkout of
/// the same commit says what the feed drops. What it says otherwise is kept as
/// a conflict, and records that only it has are left to `perlscan db update`.
///
/// # Errors
/// When something can't be read, or only in part: facts are not committed then.
pub fn gather(upstream: Upstream<'_>) -> Result<FactSet, AdvisoryError> {
    let feed = sources::read_as(SourceKind::CpansaFeed, upstream.feed)?;
    let checkout = sources::read_as(SourceKind::CpansaYaml, upstream.checkout)?;
    let of_feed: BTreeSet<String> =
        feed.distributions.iter().map(|fact| fact.dist.clone()).collect();
    let merged = merge::merge_in_order(vec![feed, checkout], &FactSet::default());
    if let Some(problem) = merged.problems.first() {
        let place = &problem.place;
        return Err(AdvisoryError::content(&place.path, place.line, &problem.message));
    }
    let mut facts = merged.facts;
    facts.advisories.retain(|fact| fact.detail.source == 0);
    facts.distributions.retain(|fact| of_feed.contains(&fact.dist));
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
