//! The releases that lie in a project's trees, and how it comes to them.

use std::collections::BTreeMap;

use perlscan_model::name::DistName;
use perlscan_model::package::Origin;

use super::{Gathering, version_text};
use crate::advisory::AdvisoryError;
use crate::extract::perl_source::phase_of;
use crate::resolve::dependency::ReleaseEvidence;
use crate::resolve::graph::{Provided, Reached, Way, reach, reach_from_tops};

impl Gathering<'_> {
    /// Every copy that lies in an installed tree.
    pub(super) fn installed(&mut self) -> Result<(), AdvisoryError> {
        let project = self.project;
        self.all.not_resolved.extend(project.unknown_installs.iter().cloned());
        let provided = Provided::by(&project.installed);
        let is_above = project.installed_above.is_some();
        let reached = match project.requirements.is_empty() && !is_above {
            true => reach_from_tops(&project.installed, &provided),
            false => reach(&self.selected, &project.installed, &provided),
        };
        let elsewhere = reach(&self.unselected, &project.installed, &provided);
        let ways = self.ways(&reached);
        let others = self.ways(&elsewhere);
        for package in project.installed.iter() {
            let way = ways.get(&package.dist).copied();
            let is_unselected = way.is_none_or(|way| !self.settings.selects(way.phase))
                && (way.is_some() || others.contains_key(&package.dist));
            if is_unselected {
                self.all.not_selected += 1;
                continue;
            }
            // An install of a project above holds much that is not this one's.
            if way.is_none() && is_above {
                continue;
            }
            let Some(entry) = self.database.dist(&package.dist)? else {
                self.all.not_in_database.insert(package.dist.clone());
                continue;
            };
            let evidence = ReleaseEvidence {
                origin: Origin::Installed,
                confidence: package.confidence,
                text: version_text(&package.version),
                version: package.version.clone(),
                module: None,
                location: package.location.clone(),
            };
            match (way, self.found.get_mut(&package.dist)) {
                // The lock knows the way.
                (None, Some(known)) => known.releases.push(evidence),
                (way, _) => {
                    // What nothing asks for may run all the same, or run in tests.
                    let by_place = Way::direct(phase_of(&package.location.path), false);
                    let way = way.unwrap_or(by_place);
                    let path = reached.steps(way, &project.installed);
                    self.dependency(entry, way, path).releases.push(evidence);
                }
            }
        }
        Ok(())
    }

    /// The way to each distribution that is reached: one of its copies is found by
    /// it, and the others run in its place.
    fn ways(&self, reached: &Reached) -> BTreeMap<DistName, Way> {
        let mut ways: BTreeMap<DistName, Way> = BTreeMap::new();
        for (at, way) in &reached.packages {
            let Some(package) = self.project.installed.get(*at) else { continue };
            let known = ways.entry(package.dist.clone()).or_insert(*way);
            if (way.optional, way.phase) < (known.optional, known.phase) {
                *known = *way;
            }
        }
        ways
    }
}
