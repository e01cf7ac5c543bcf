//! What is there while a closure is walked.

use std::collections::{BTreeMap, BTreeSet};

use perlscan_model::name::ModuleName;
use perlscan_model::range::VersionRange;
use perlscan_model::version::PerlVersion;

use super::{CorePerl, Stocked};
use crate::advisory::AdvisoryError;

/// What perl brings, and what is installed by now.
pub(super) struct There<'a> {
    pub(super) perl: &'a CorePerl<'a>,
    /// Modules that are installed, with their versions.
    have: BTreeMap<ModuleName, PerlVersion>,
    /// Modules that are installed from elsewhere than the mirror.
    elsewhere: BTreeSet<ModuleName>,
    /// Modules for which what perl brings is good enough.
    core: BTreeMap<ModuleName, String>,
}

impl<'a> There<'a> {
    /// A perl on which nothing is installed.
    pub(super) fn of(perl: &'a CorePerl<'a>) -> Self {
        Self { perl, have: BTreeMap::new(), elsewhere: BTreeSet::new(), core: BTreeMap::new() }
    }

    /// Whether a module is there in a version of this range; what perl brings is then
    /// counted on.
    pub(super) fn has(
        &mut self,
        module: &ModuleName,
        range: &VersionRange,
    ) -> Result<bool, AdvisoryError> {
        if self.elsewhere.contains(module) {
            return Ok(true);
        }
        if let Some(version) = self.have.get(module) {
            return Ok(range.contains(version));
        }
        let Some(version) = self.perl.version_of(module)? else { return Ok(false) };
        if !range.contains(&version) {
            return Ok(false);
        }
        let text = if version.is_zero() { String::new() } else { version.text().to_owned() };
        self.core.insert(module.clone(), text);
        Ok(true)
    }

    /// The version in which a module is installed from the mirror.
    pub(super) fn taken(&self, module: &ModuleName) -> Option<&PerlVersion> {
        self.have.get(module)
    }

    /// The version of a module that is there, whoever brings it.
    pub(super) fn version_of(
        &self,
        module: &ModuleName,
    ) -> Result<Option<PerlVersion>, AdvisoryError> {
        match self.have.get(module) {
            Some(version) => Ok(Some(version.clone())),
            None => self.perl.version_of(module),
        }
    }

    /// Installs a release: what it brings, in its own versions or else those that the
    /// index has for it, and what only the index has.
    pub(super) fn install(
        &mut self,
        stocked: &Stocked,
        indexed: Vec<(ModuleName, Option<Box<str>>)>,
    ) {
        let parsed = |text: &Option<Box<str>>| {
            text.as_deref().and_then(|text| PerlVersion::parse(text).ok())
        };
        let indexed: BTreeMap<ModuleName, Option<Box<str>>> = indexed.into_iter().collect();
        for brought in &stocked.brings {
            let known = parsed(&brought.version)
                .or_else(|| indexed.get(&brought.module).and_then(parsed))
                .unwrap_or_else(PerlVersion::zero);
            self.have.insert(brought.module.clone(), known);
        }
        for (module, version) in indexed {
            let version = parsed(&version).unwrap_or_else(PerlVersion::zero);
            self.have.entry(module).or_insert(version);
        }
    }

    /// Installs a module from elsewhere.
    pub(super) fn install_from_elsewhere(&mut self, module: ModuleName) {
        self.elsewhere.insert(module);
    }

    /// The modules for which what perl brings was good enough, in order.
    pub(super) fn into_core(self) -> Vec<(ModuleName, String)> {
        self.core.into_iter().collect()
    }
}

/// A version as it is shown.
pub(super) fn shown(version: &PerlVersion) -> String {
    if version.is_zero() { "no version".to_owned() } else { version.text().to_owned() }
}
