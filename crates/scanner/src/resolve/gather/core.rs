//! What the project's perl brings along: core modules, and perl itself.

use std::collections::BTreeMap;

use perlscan_model::database::{CoreVersion, DistEntry};
use perlscan_model::finding::Confidence;
use perlscan_model::location::Location;
use perlscan_model::name::{DistName, ModuleName};
use perlscan_model::package::{Origin, VersionState};
use perlscan_model::range::VersionRange;
use perlscan_model::release_version::ReleaseVersion;
use perlscan_model::requirement::Phase;
use perlscan_model::version::PerlVersion;

use super::{Gathering, version_text};
use crate::advisory::AdvisoryError;
use crate::resolve::dependency::ReleaseEvidence;
use crate::resolve::graph::Way;
use crate::resolve::interpreter::ProjectPerl;

impl Gathering<'_> {
    /// Core modules that the lock leaves out, or that a project without a lock
    /// may take from its perl.
    pub(super) fn core(&mut self) -> Result<(), AdvisoryError> {
        let mut left_out: BTreeMap<ModuleName, Way> = BTreeMap::new();
        for (module, way) in &self.reached.left_out {
            left_out.insert(module.clone(), *way);
        }
        for (module, way) in left_out {
            let Some(dist) = self.database.dist_of_module(&module)? else { continue };
            if !self.database.is_core(&module) || self.shadows_core(&dist) {
                continue;
            }
            let has_lock = !self.project.locked.is_empty();
            if self.perl.is_none() {
                if has_lock || self.use_of(&module).is_some() {
                    self.all.core_not_judged.insert(module);
                }
                continue;
            }
            let Some(entry) = self.database.dist(&dist)? else { continue };
            let asked = self.selected.iter().find(|requirement| requirement.module == module);
            let location = match (asked, self.use_of(&module)) {
                (Some(requirement), _) => requirement.location.clone(),
                (None, Some(place)) if way.parent.is_none() => place.clone(),
                (None, _) => self.place_of_way(way),
            };
            match self.bundled(&module, &entry)? {
                Bundled::Version(version) => {
                    // Without a lock, what perl bundles counts if it satisfies the floor.
                    let satisfies = has_lock || self.satisfied(&module, &version);
                    if !satisfies {
                        continue;
                    }
                    let text = version_text(&version);
                    let path = self.reached.steps(way, &self.project.locked);
                    let dependency = self.dependency(entry, way, path);
                    if !dependency.releases.iter().any(|known| known.origin == Origin::Core) {
                        dependency.releases.push(ReleaseEvidence {
                            origin: Origin::Core,
                            confidence: Confidence::High,
                            version,
                            text,
                            module: Some(module),
                            location,
                        });
                    }
                }
                Bundled::NotKnown if has_lock || self.use_of(&module).is_some() => {
                    self.all.core_not_judged.insert(module);
                }
                Bundled::NotKnown | Bundled::NotInThisPerl => {}
            }
        }
        Ok(())
    }

    /// The first place of the project's own source that loads a module.
    fn use_of(&self, module: &ModuleName) -> Option<&Location> {
        let used = self.used.iter().find(|used| used.module == *module)?;
        used.locations.first().map(|(_, location)| location)
    }

    /// The perl that the project runs on.
    pub(super) fn interpreter(&mut self) -> Result<(), AdvisoryError> {
        let Some(ProjectPerl { text, version, evidence }) = self.perl.clone() else {
            return Ok(());
        };
        let Ok(name) = DistName::parse("perl") else { return Ok(()) };
        let Some(entry) = self.database.dist(&name)? else { return Ok(()) };
        let asked = self.selected.iter().find(|requirement| requirement.module.is_perl());
        let location = match (evidence, asked, self.first_file()) {
            (Some(evidence), ..) => evidence.location,
            (None, Some(requirement), _) => requirement.location.clone(),
            (None, None, Some(file)) => Location::file(file.clone()),
            (None, None, None) => return Ok(()),
        };
        let way = Way::direct(Phase::Runtime, false);
        self.dependency(entry, way, Vec::new()).releases.push(ReleaseEvidence {
            origin: Origin::Core,
            confidence: Confidence::High,
            version,
            text,
            module: None,
            location,
        });
        Ok(())
    }

    fn bundled(&self, module: &ModuleName, entry: &DistEntry) -> Result<Bundled, AdvisoryError> {
        let Some(ProjectPerl { version: perl, .. }) = &self.perl else {
            return Ok(Bundled::NotKnown);
        };
        // Only the main module's version is the release's.
        let main = entry.main_module.as_ref().unwrap_or(module);
        let at = |perl: &PerlVersion| self.database.core_version(main, perl);
        Ok(match perl {
            VersionState::Exact(perl) => match at(&perl.version)? {
                CoreVersion::Bundled(version) => Bundled::Version(exactly(version)),
                CoreVersion::NotCore => Bundled::NotInThisPerl,
                CoreVersion::Unversioned | CoreVersion::PerlNotListed => Bundled::NotKnown,
            },
            VersionState::Range(series) => {
                let mut versions = VersionRange::none();
                let mut any = false;
                for fact in self.database.raw().perls().iter().filter(|fact| fact.listed) {
                    let Ok(perl) = PerlVersion::parse(&fact.perl) else { continue };
                    if !series.contains(&perl) {
                        continue;
                    }
                    any = true;
                    if let CoreVersion::Bundled(version) = at(&perl)? {
                        versions = versions.union(&VersionRange::exactly(version));
                    }
                }
                match (any, versions.is_empty(), versions.pinned()) {
                    (false, ..) => Bundled::NotKnown,
                    (true, true, _) => Bundled::NotInThisPerl,
                    (true, false, Some(only)) => Bundled::Version(exactly(only.clone())),
                    (true, false, None) => Bundled::Version(VersionState::Range(versions)),
                }
            }
            VersionState::Unknown(_) => Bundled::NotKnown,
        })
    }

    /// Whether what perl bundles satisfies all that the project asks of a module.
    fn satisfied(&self, module: &ModuleName, version: &VersionState) -> bool {
        self.selected.iter().filter(|requirement| requirement.module == *module).all(
            |requirement| match version {
                VersionState::Exact(release) => requirement.range.contains(&release.version),
                VersionState::Range(range) => !range.intersect(&requirement.range).is_empty(),
                VersionState::Unknown(_) => false,
            },
        )
    }
}

/// What the project's perl bundles of a module.
enum Bundled {
    Version(VersionState),
    NotInThisPerl,
    NotKnown,
}

fn exactly(version: PerlVersion) -> VersionState {
    let text = version.text().into();
    VersionState::Exact(ReleaseVersion { version, text, exact: true })
}
