//! Which releases the copies are that files carry inside.
//!
//! A copy runs whatever is installed beside it, so each is judged. Its modules
//! have versions of their own: only the main module's is the release's.

use std::collections::BTreeMap;

use perlscan_model::finding::Confidence;
use perlscan_model::location::{Inside, SourcePath};
use perlscan_model::name::{DistName, ModuleName};
use perlscan_model::package::{Origin, Package, VersionState};
use perlscan_model::release_version::ReleaseVersion;
use perlscan_model::requirement::Phase;
use perlscan_model::usage::BundledModule;

use crate::advisory::AdvisoryError;
use crate::advisory::database::Database;
use crate::resolve::dependency::ReleaseEvidence;
use crate::resolve::inventory::version_text;
use crate::resolve::project::Project;

/// The module that says which perl it belongs to (Config).
const CONFIG: &str = "Config";

/// What a project's files carry inside.
#[derive(Debug, Default)]
pub struct Copies {
    /// Copies of distributions, each once for the file that has it inside.
    pub releases: Vec<BundledRelease>,
    /// Modules of which no distribution is known.
    pub not_resolved: Vec<ModuleName>,
}

/// A copy of a distribution inside a file.
#[derive(Debug)]
pub struct BundledRelease {
    /// The distribution.
    pub dist: DistName,
    /// When it runs.
    pub phase: Phase,
    /// What is known of its release.
    pub evidence: ReleaseEvidence,
}

impl BundledRelease {
    /// The copy as a package.
    pub fn into_package(self) -> Package {
        Package {
            dist: self.dist,
            version: self.evidence.version,
            author: None,
            distpath: None,
            origin: Origin::Bundled,
            confidence: self.evidence.confidence,
            provides: Vec::new(),
            edges: Vec::new(),
            location: self.evidence.location,
        }
    }
}

/// The copies, in order of the files that have them.
///
/// # Errors
/// When the database is damaged.
pub fn copies(project: &Project, database: &Database) -> Result<Copies, AdvisoryError> {
    let mut all = Copies::default();
    let mut by_dist: BTreeMap<(SourcePath, Holder<'_>, DistName), Vec<&BundledModule>> =
        BTreeMap::new();
    for copy in project.files.iter().flat_map(|file| &file.facts.bundled) {
        let is_perl = copy.module.as_str() == CONFIG;
        let dist = match is_perl {
            true => DistName::parse("perl").ok(),
            false => database.dist_of_module(&copy.module)?,
        };
        match dist {
            // Of what only perl ships, `Config` alone has the version of its perl.
            Some(dist) if dist.is_perl() && !is_perl => {}
            Some(dist) => {
                let key = (copy.location.path.clone(), holder(copy), dist);
                by_dist.entry(key).or_default().push(copy);
            }
            None if database.is_core(&copy.module) => {}
            None => all.not_resolved.push(copy.module.clone()),
        }
    }
    for ((_, _, dist), copies) in by_dist {
        let main = match dist.is_perl() {
            true => copies.first().map(|copy| copy.module.clone()),
            false => database.dist(&dist)?.and_then(|entry| entry.main_module.clone()),
        };
        let Some(first) = copies.first() else { continue };
        let of_main: Vec<&&BundledModule> =
            copies.iter().filter(|copy| main.as_ref() == Some(&copy.module)).collect();
        let shown = of_main.iter().map(|copy| (**copy, copy.version.clone()));
        let part = VersionState::Unknown(format!(
            "of {dist} only {} is carried inside, and its version says nothing of the release",
            first.module
        ));
        let unknown = of_main.is_empty().then_some((*first, part));
        for (copy, version) in shown.chain(unknown) {
            let version = if dist.is_perl() { as_perls_are_named(version) } else { version };
            all.releases.push(BundledRelease {
                dist: dist.clone(),
                phase: copy.phase,
                evidence: ReleaseEvidence {
                    origin: Origin::Bundled,
                    confidence: Confidence::High,
                    text: version_text(&version),
                    version,
                    module: Some(copy.module.clone()),
                    location: copy.location.clone(),
                },
            });
        }
    }
    Ok(all)
}

/// `5.036000` as the release that it is, 5.36.0.
fn as_perls_are_named(version: VersionState) -> VersionState {
    match version {
        VersionState::Exact(release) => {
            let text = release.version.normal().trim_start_matches('v').into();
            VersionState::Exact(ReleaseVersion { text, ..release })
        }
        other => other,
    }
}

/// The names on the way to the file that has a copy inside.
type Holder<'a> = &'a [SourcePath];

fn holder(copy: &BundledModule) -> Holder<'_> {
    let names = copy.location.inside.as_ref().map_or(&[][..], Inside::names);
    names.split_last().map_or(&[], |(_, above)| above)
}
