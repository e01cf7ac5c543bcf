//! The releases of a closure when it has been walked: as packages, and as what was
//! chosen.

use std::collections::BTreeMap;
use std::sync::Arc;

use perlscan_model::archive_name::ArchiveName;
use perlscan_model::finding::Confidence;
use perlscan_model::location::Location;
use perlscan_model::name::ModuleName;
use perlscan_model::package::{Edge, Origin, Package, ProvidedModule, VersionState};
use perlscan_model::problem::ProblemKind;
use perlscan_model::release_version::ReleaseVersion;
use perlscan_model::requirement::{Phase, Requirement};
use perlscan_model::version::PerlVersion;

use super::demand::Demand;
use super::missing::Missing;
use super::{Chosen, Stock, Stocked};
use crate::resolve::graph::{Provided, reach};

/// A release that was installed.
pub(super) struct Installed {
    pub(super) path: Arc<str>,
    pub(super) stocked: Arc<Stocked>,
    pub(super) demands: Vec<Demand>,
}

/// The releases in order of their names, each with the way that leads to it from what
/// the project takes. What is no release by its name is told.
pub(super) fn releases(
    installed: &[Installed],
    taken: &[&Requirement],
    stock: &dyn Stock,
    missing: &mut Missing,
) -> (Vec<Chosen>, Vec<Package>) {
    let mut all: Vec<(Package, Chosen)> = Vec::new();
    for installed in installed {
        let Some(made) = made(installed, stock) else {
            let place = Location::file(stock.place(&installed.path));
            let message = "its name is not that of a release (Name-1.23), so it is not judged";
            missing.problem(place, ProblemKind::Undecided, message.to_owned());
            continue;
        };
        all.push(made);
    }
    all.sort_by(|(_, a), (_, b)| (&a.dist, &a.path).cmp(&(&b.dist, &b.path)));
    let (packages, mut releases): (Vec<Package>, Vec<Chosen>) = all.into_iter().unzip();
    let reached = reach(taken, &packages, &Provided::by(&packages));
    for (at, release) in releases.iter_mut().enumerate() {
        if let Some(way) = reached.packages.get(&at) {
            release.phase = way.phase;
            release.optional = way.optional;
            release.by = reached.steps(*way, &packages);
            release.left_over = false;
        }
    }
    (releases, packages)
}

/// An installed release as a package and as what was chosen; `None` where its
/// archive has no name of a release.
fn made(installed: &Installed, stock: &dyn Stock) -> Option<(Package, Chosen)> {
    let archive = ArchiveName::parse(&installed.path)?;
    let dist = archive.release().dist_name().ok()?;
    let text = archive.release().version().unwrap_or_default().to_owned();
    let version = match ReleaseVersion::read(&text) {
        Some(version) => VersionState::Exact(version),
        None => VersionState::Unknown("the archive's name tells no version".to_owned()),
    };
    let mut provides = stock.indexed(&installed.path);
    if provides.is_empty() {
        let brings = installed.stocked.brings.iter();
        provides = brings.map(|one| (one.module.clone(), one.version.clone())).collect();
    }
    let mut requires: BTreeMap<ModuleName, String> = BTreeMap::new();
    let mut edges = Vec::new();
    for demand in &installed.demands {
        if demand.required {
            let known = requires.entry(demand.module.clone()).or_default();
            if !demand.text.is_empty() && *known != demand.text {
                let comma = if known.is_empty() { "" } else { ", " };
                known.push_str(comma);
                known.push_str(&demand.text);
            }
        }
        if !demand.module.is_perl() {
            edges.push(Edge {
                module: demand.module.clone(),
                range: demand.text.clone(),
                phase: demand.phase,
                optional: !demand.required,
                span: None,
            });
        }
    }
    let package = Package {
        dist: dist.clone(),
        version,
        author: archive.author().map(ToOwned::to_owned),
        distpath: Some(installed.path.to_string()),
        origin: Origin::Mirrored,
        confidence: Confidence::High,
        provides: provides
            .iter()
            .map(|(module, version)| ProvidedModule {
                module: module.clone(),
                version: version.as_deref().and_then(|text| PerlVersion::parse(text).ok()),
            })
            .collect(),
        edges,
        location: Location::file(stock.place(&installed.path)),
    };
    let chosen = Chosen {
        path: Arc::clone(&installed.path),
        dist,
        version: text,
        provides,
        requires: requires.into_iter().collect(),
        phase: Phase::Configure,
        optional: false,
        left_over: true,
        by: Vec::new(),
        open: installed.stocked.open.clone(),
    };
    Some((package, chosen))
}
