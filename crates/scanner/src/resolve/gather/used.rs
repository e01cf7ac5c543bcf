//! What the project's own source loads.
//!
//! The weakest evidence: it says that a distribution is needed, seldom which
//! release. Where something better is known it only shows a place.

use perlscan_model::database::DistEntry;
use perlscan_model::name::DistName;
use perlscan_model::package::Origin;
use perlscan_model::range::VersionRange;
use perlscan_model::requirement_range::RequirementRange;

use super::Gathering;
use crate::advisory::AdvisoryError;
use crate::resolve::dependency::{DeclaredEvidence, ReleaseEvidence};
use crate::resolve::graph::Way;
use crate::resolve::own::OwnModules;
use crate::resolve::usage::{Provider, UsedModule, usage};

impl Gathering<'_> {
    /// Every module that the project's own source loads.
    pub(super) fn used(&mut self, own: &OwnModules<'_>) -> Result<(), AdvisoryError> {
        self.used = usage(self.project, own, self.perl.as_ref(), self.database)?;
        let used = std::mem::take(&mut self.used);
        for module in &used {
            if self.settings.selects(module.phase) {
                self.used_module(module)?;
            }
        }
        self.used = used;
        Ok(())
    }

    fn used_module(&mut self, used: &UsedModule) -> Result<(), AdvisoryError> {
        let dist = self.project.dist_of(&used.module, self.database)?;
        let was_removed = matches!(used.provider, Provider::RemovedFromCore(_));
        let is_core = self.database.is_core(&used.module) && !was_removed;
        let Some(dist) = dist else {
            if !is_core {
                self.all.not_resolved.insert(used.module.clone());
            }
            return Ok(());
        };
        // That perl's own modules are used says nothing of which perl it is.
        if dist.is_perl() {
            return Ok(());
        }
        let Some(entry) = self.database.dist(&dist)? else {
            self.all.not_in_database.insert(dist);
            return Ok(());
        };
        let way = Way::direct(used.phase, used.optional);
        if is_core && !self.is_told(&dist) {
            // Core has it: `core` judges what the project's perl bundles.
            self.reached.left_out.entry(used.module.clone()).or_insert(way);
            return Ok(());
        }
        let evidence = evidence(used, &entry);
        self.dependency(entry, way, Vec::new()).declared.extend(evidence);
        Ok(())
    }

    /// Whether something better than a use tells of a distribution.
    fn is_told(&self, dist: &DistName) -> bool {
        let told = |release: &ReleaseEvidence| release.origin != Origin::Bundled;
        self.found
            .get(dist)
            .is_some_and(|known| known.releases.iter().any(told) || !known.declared.is_empty())
    }
}

/// The places that load a module, and the least version that they ask for: that
/// of the main module alone is a release's.
fn evidence(used: &UsedModule, entry: &DistEntry) -> Vec<DeclaredEvidence> {
    let is_main = entry.main_module.as_ref() == Some(&used.module);
    let each = used.locations.iter().map(|(minimum, location)| {
        let text = minimum.as_deref().unwrap_or_default();
        let range = RequirementRange::parse(text).map(|range| range.to_range());
        let unusable = (minimum.is_some() && !is_main).then(|| {
            format!(
                "{} is not the main module of {}, so its version says nothing of the release",
                used.module, entry.name
            )
        });
        let range = match range {
            Ok(range) if is_main => range,
            _ => VersionRange::any(),
        };
        DeclaredEvidence {
            origin: Origin::Used,
            module: used.module.clone(),
            range,
            text: text.to_owned(),
            unusable,
            location: location.clone(),
        }
    });
    each.collect()
}
