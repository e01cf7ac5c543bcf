//! All facts in memory, and their text form.

use std::collections::BTreeSet;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::advisory::Field;
use crate::database::Counts;
use crate::facts::{
    ADVISORIES_FILE, AdvisoryFact, BUNDLED_FILE, BundledFact, CORE_FILE, CoreFact,
    DISTRIBUTIONS_FILE, DistFact, FACTS_FORMAT, META_FILE, MODULES_FILE, MetaFact, ModuleFact,
    PERLS_FILE, PerlFact, RELEASES_FILE, ReleaseFact,
};

/// All facts, in memory.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FactSet {
    /// Where they come from.
    pub meta: MetaFact,
    /// The distributions with advisories.
    pub distributions: Vec<DistFact>,
    /// Their advisory records.
    pub advisories: Vec<AdvisoryFact>,
    /// Their releases.
    pub releases: Vec<ReleaseFact>,
    /// What distributions bundle, those without advisories too.
    pub bundled: Vec<BundledFact>,
    /// Modules and their distributions.
    pub modules: Vec<ModuleFact>,
    /// Releases of perl.
    pub perls: Vec<PerlFact>,
    /// Core modules.
    pub core: Vec<CoreFact>,
}

/// A facts file that can't be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FactsError {
    /// A line is not what it should be.
    #[error("{file}:{line}: {cause}")]
    Line {
        /// The file.
        file: &'static str,
        /// The line, from 1.
        line: usize,
        /// What is wrong.
        cause: serde_json::Error,
    },
    /// The files are of another format.
    #[error(
        "{META_FILE}:1: the facts have format {found}, this build reads format {FACTS_FORMAT}; \
         make them anew with `just facts PATH`"
    )]
    Format {
        /// The format that was found.
        found: u32,
    },
    /// The meta file is empty.
    #[error("{META_FILE} is empty; make the facts anew with `just facts PATH`")]
    NoMeta,
}

impl FactSet {
    /// Reads the facts from the texts of their files, in the order of
    /// [`crate::facts::FACTS_FILES`].
    ///
    /// # Errors
    /// When a line is no such fact, or the format is another one.
    pub fn from_texts(text_of: impl Fn(&'static str) -> String) -> Result<Self, FactsError> {
        let meta: Vec<serde_json::Value> = lines(META_FILE, &text_of(META_FILE))?;
        let meta = meta.into_iter().next().ok_or(FactsError::NoMeta)?;
        // The format first: the rest of a later one may not parse at all.
        let found = meta.get("format").and_then(serde_json::Value::as_u64).unwrap_or_default();
        if found != u64::from(FACTS_FORMAT) {
            return Err(FactsError::Format { found: u32::try_from(found).unwrap_or(u32::MAX) });
        }
        let meta = serde_json::from_value(meta).map_err(|cause| FactsError::Line {
            file: META_FILE,
            line: 1,
            cause,
        })?;
        Ok(Self {
            meta,
            distributions: lines(DISTRIBUTIONS_FILE, &text_of(DISTRIBUTIONS_FILE))?,
            advisories: lines(ADVISORIES_FILE, &text_of(ADVISORIES_FILE))?,
            releases: lines(RELEASES_FILE, &text_of(RELEASES_FILE))?,
            bundled: lines(BUNDLED_FILE, &text_of(BUNDLED_FILE))?,
            modules: lines(MODULES_FILE, &text_of(MODULES_FILE))?,
            perls: lines(PERLS_FILE, &text_of(PERLS_FILE))?,
            core: lines(CORE_FILE, &text_of(CORE_FILE))?,
        })
    }

    /// The texts of the facts files: name and content, sorted within.
    ///
    /// # Errors
    /// When a value can't be serialised.
    pub fn to_texts(&self) -> Result<Vec<(&'static str, String)>, serde_json::Error> {
        let mut sorted = self.clone();
        sorted.sort();
        Ok(vec![
            (META_FILE, text(std::slice::from_ref(&sorted.meta))?),
            (DISTRIBUTIONS_FILE, text(&sorted.distributions)?),
            (ADVISORIES_FILE, text(&sorted.advisories)?),
            (RELEASES_FILE, text(&sorted.releases)?),
            (BUNDLED_FILE, text(&sorted.bundled)?),
            (MODULES_FILE, text(&sorted.modules)?),
            (PERLS_FILE, text(&sorted.perls)?),
            (CORE_FILE, text(&sorted.core)?),
        ])
    }

    /// Puts every list into the order of the facts files.
    pub fn sort(&mut self) {
        self.distributions.sort();
        self.advisories.sort();
        self.releases.sort();
        self.bundled.sort();
        self.modules.sort();
        self.perls.sort();
        self.core.sort();
    }

    /// Takes upstream's sentences away: the committed facts carry none.
    pub fn strip_texts(&mut self) {
        for fact in &mut self.advisories {
            let detail = &mut fact.detail;
            detail.title = None;
            detail.description = None;
            detail.taken.retain(|(field, _)| !matches!(field, Field::Title | Field::Description));
            detail
                .conflicts
                .retain(|conflict| !matches!(conflict.field, Field::Title | Field::Description));
        }
    }

    /// How much there is.
    pub fn counts(&self) -> Counts {
        let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        let ids: BTreeSet<&str> = self.advisories.iter().map(|a| a.record.id.as_str()).collect();
        Counts {
            records: count(self.advisories.len()),
            advisories: count(ids.len()),
            distributions: count(self.distributions.len()),
            releases: count(self.releases.len()),
            modules: count(self.modules.len()),
            core_modules: count(self.core.len()),
            conflicts: count(self.advisories.iter().map(|a| a.detail.conflicts.len()).sum()),
        }
    }
}

fn lines<T: DeserializeOwned>(file: &'static str, text: &str) -> Result<Vec<T>, FactsError> {
    let numbered = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    numbered
        .map(|(i, line)| {
            serde_json::from_str(line).map_err(|cause| FactsError::Line {
                file,
                line: i + 1,
                cause,
            })
        })
        .collect()
}

fn text<T: Serialize>(facts: &[T]) -> Result<String, serde_json::Error> {
    let mut text = String::new();
    for fact in facts {
        text.push_str(&serde_json::to_string(fact)?);
        text.push('\n');
    }
    Ok(text)
}
