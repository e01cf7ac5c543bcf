//! The database as a scan asks it: corrected, and each distribution read once.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use perlscan_model::advisory::{AdvisoryDetail, BundledLibrary};
use perlscan_model::database::{AdvisoryDb, CoreVersion, DistEntry};
use perlscan_model::name::{DistName, ModuleName};
use perlscan_model::version::PerlVersion;

use crate::advisory::overrides::{self, Override};
use crate::advisory::store::{Chosen, Used};
use crate::advisory::{AdvisoryError, store};

/// Which database to ask, and how.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DatabaseChoice {
    /// A database file; `None` for the newer of the cached and the embedded one.
    pub file: Option<PathBuf>,
    /// The folder of the cached one; `None` where none is to be looked for.
    pub cache: Option<PathBuf>,
    /// Whether to leave out the reviewed corrections.
    pub no_overrides: bool,
}

/// An advisory database with reviewed corrections.
#[derive(Debug)]
pub struct Database {
    db: AdvisoryDb,
    used: Used,
    why: &'static str,
    warnings: Vec<String>,
    source: String,
    overrides: Vec<Override>,
    dists: Mutex<BTreeMap<DistName, Option<Arc<DistEntry>>>>,
}

impl Database {
    /// Opens the chosen database.
    ///
    /// # Errors
    /// When it can't be read or fails its checks.
    pub fn open(choice: &DatabaseChoice) -> Result<Self, AdvisoryError> {
        let Chosen { db, used, why, warnings } = match &choice.file {
            Some(path) => Chosen {
                db: store::open(path)?,
                used: Used::File(path.clone()),
                why: "it was named",
                warnings: Vec::new(),
            },
            None => store::newest(choice.cache.as_deref())?,
        };
        // Reports are the same on every machine: the cache's path stays out of them.
        let source = match &used {
            Used::Embedded => "embedded".to_owned(),
            Used::Cache(_) => "cache".to_owned(),
            Used::File(path) => path.display().to_string(),
        };
        let overrides = if choice.no_overrides {
            Vec::new()
        } else {
            overrides::embedded().map_err(|cause| {
                AdvisoryError::content(Path::new("rules/overrides.toml"), None, cause)
            })?
        };
        Ok(Self { db, used, why, warnings, source, overrides, dists: Mutex::default() })
    }

    /// Which database it is.
    pub fn used(&self) -> &Used {
        &self.used
    }

    /// Why it is this one, in a few words.
    pub fn why(&self) -> &'static str {
        self.why
    }

    /// What the user should know about the choice.
    pub fn warnings(&self) -> &[String] {
        &self.warnings
    }

    /// How far its bytes can be trusted: `embedded`, or the word of its trust.
    pub fn trust(&self) -> &'static str {
        match self.used {
            Used::Embedded => "embedded",
            Used::Cache(_) | Used::File(_) => self.db.meta().trust.word(),
        }
    }

    /// The formats of its sources, each once, in order of precedence.
    pub fn kinds(&self) -> Vec<String> {
        let mut kinds: Vec<String> =
            self.db.meta().sources.iter().map(|source| source.kind.clone()).collect();
        kinds.dedup();
        kinds
    }

    /// Where the database comes from: `embedded`, `cache`, or a path.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// How many reviewed corrections are applied.
    pub fn correction_count(&self) -> usize {
        self.overrides.len()
    }

    /// The reviewed corrections that are applied.
    pub fn overrides(&self) -> &[Override] {
        &self.overrides
    }

    /// Every distribution with advisories, corrected, in order of their names.
    ///
    /// # Errors
    /// When a record is damaged.
    pub fn dists(&self) -> Result<Vec<DistEntry>, AdvisoryError> {
        let mut all = self.db.dists().map_err(|cause| self.damaged(cause))?;
        for entry in &mut all {
            overrides::apply(&self.overrides, entry);
        }
        Ok(all)
    }

    /// The main modules of the distributions with advisories.
    ///
    /// # Errors
    /// When a record is damaged.
    pub fn main_modules(&self) -> Result<Vec<String>, AdvisoryError> {
        self.db.main_modules().map_err(|cause| self.damaged(cause))
    }

    /// The database itself, for its meta data and counts.
    pub fn raw(&self) -> &AdvisoryDb {
        &self.db
    }

    /// The distribution of this name, with its corrections.
    ///
    /// # Errors
    /// When its record is damaged.
    pub fn dist(&self, name: &DistName) -> Result<Option<Arc<DistEntry>>, AdvisoryError> {
        let mut dists = self.dists.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(entry) = dists.get(name) {
            return Ok(entry.clone());
        }
        let entry =
            self.db.dist(name.as_str()).map_err(|cause| self.damaged(cause))?.map(|mut entry| {
                overrides::apply(&self.overrides, &mut entry);
                Arc::new(entry)
            });
        dists.insert(name.clone(), entry.clone());
        Ok(entry)
    }

    /// What is known of a distribution's records besides what verdicts rest on, in
    /// their order; empty where nothing is.
    ///
    /// # Errors
    /// When its record is damaged.
    pub fn details(&self, dist: &DistName) -> Result<Vec<AdvisoryDetail>, AdvisoryError> {
        self.db.details(dist.as_str()).map_err(|cause| self.damaged(cause))
    }

    /// Upstream's descriptions of the distribution's advisories, by id: of several
    /// records of one id the first. The embedded database has none.
    ///
    /// # Errors
    /// When its record is damaged.
    pub fn descriptions(&self, dist: &DistName) -> Result<BTreeMap<String, String>, AdvisoryError> {
        let mut found = BTreeMap::new();
        if self.used == Used::Embedded {
            return Ok(found);
        }
        let details = self.details(dist)?;
        let entry = self.dist(dist)?;
        for (advisory, detail) in entry.iter().flat_map(|entry| &entry.advisories).zip(details) {
            if let Some(text) = detail.description {
                found.entry(advisory.record.id.clone()).or_insert(text);
            }
        }
        Ok(found)
    }

    /// The advised distribution that ships a module today.
    ///
    /// # Errors
    /// When its record is damaged.
    pub fn dist_of_module(&self, module: &ModuleName) -> Result<Option<DistName>, AdvisoryError> {
        self.db.dist_of_module(module).map_err(|cause| self.damaged(cause))
    }

    /// How many modules each advised distribution ships today.
    ///
    /// # Errors
    /// When a record is damaged.
    pub fn module_counts(&self) -> Result<BTreeMap<DistName, usize>, AdvisoryError> {
        self.db.module_counts().map_err(|cause| self.damaged(cause))
    }

    /// The libraries that a release bundles, each once, by name and version.
    ///
    /// # Errors
    /// When the database is damaged.
    pub fn libraries_in(
        &self,
        dist: &DistName,
        version: &PerlVersion,
    ) -> Result<Vec<BundledLibrary>, AdvisoryError> {
        let mut found = BTreeMap::new();
        for library in self.dist(dist)?.iter().flat_map(|entry| &entry.bundled) {
            let is_in = library
                .is_in(version)
                .map_err(|error| AdvisoryError::content(&self.source, None, error))?;
            if is_in {
                let key = (library.library.clone(), library.library_version.clone());
                found.entry(key).or_insert_with(|| library.clone());
            }
        }
        Ok(found.into_values().collect())
    }

    /// Whether any perl has bundled the module.
    pub fn is_core(&self, module: &ModuleName) -> bool {
        self.db.is_core(module)
    }

    /// The version of a module that a perl bundles.
    ///
    /// # Errors
    /// When its record is damaged.
    pub fn core_version(
        &self,
        module: &ModuleName,
        perl: &PerlVersion,
    ) -> Result<CoreVersion, AdvisoryError> {
        self.db.core_version(module, perl).map_err(|cause| self.damaged(cause))
    }

    fn damaged(&self, cause: perlscan_model::database::DatabaseError) -> AdvisoryError {
        AdvisoryError::content(&self.source, None, cause)
    }
}
