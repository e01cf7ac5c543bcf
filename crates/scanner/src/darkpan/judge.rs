//! One archive's verdicts.

use std::collections::BTreeSet;

use perlscan_model::finding::Confidence;
use perlscan_model::name::{DistName, ModuleName};
use perlscan_model::package::{Origin, VersionState};
use perlscan_model::release_version::ReleaseVersion;
use perlscan_model::requirement::Phase;
use perlscan_model::standing::Standing;

use crate::advisory::AdvisoryError;
use crate::advisory::database::Database;
use crate::audit::audits;
use crate::darkpan::beside::Beside;
use crate::darkpan::held::Held;
use crate::darkpan::{account, archive_location};
use crate::extract::Facts;
use crate::report::ProjectSummary;
use crate::resolve::bundled::{self, BundledRelease};
use crate::resolve::dependency::{Dependencies, Dependency, ReleaseEvidence};
use crate::resolve::project::{FileFacts, Project};
use crate::scan::Concluded;

/// The distributions of which the mirror has archives.
pub(super) fn present(releases: &[Held]) -> BTreeSet<DistName> {
    releases.iter().filter_map(|release| release.dist.clone()).collect()
}

/// Judges an archive, and adds what comes out to the run's.
pub(super) fn judge(
    mut release: Held,
    standing: Option<Standing>,
    present: &BTreeSet<DistName>,
    beside: &Beside,
    database: &Database,
    concluded: &mut Concluded,
) -> Result<(), AdvisoryError> {
    let bundled = std::mem::take(&mut release.bundled).into_vec();
    let facts = Facts { bundled, ..Facts::default() };
    let file = FileFacts { path: release.path.clone(), facts, is_only_holder: true };
    let project = Project { path: release.path.clone(), files: vec![file], ..Project::default() };
    let mut dependencies = Dependencies::default();
    let local = release.local();
    if let Some(dist) = &release.dist {
        add(
            dist.clone(),
            itself(&release, local.as_ref()),
            Phase::Runtime,
            database,
            &mut dependencies,
        )?;
    }
    // A module that is a distribution of its own today has that one's flaws. Perl holds
    // hundreds, which are judged by its own records; and where the real one is there as
    // well, that one gets installed.
    let is_perl = release.dist.as_ref().is_some_and(DistName::is_perl);
    for (dist, module, version) in std::mem::take(&mut release.holds) {
        if release.dist.as_ref() != Some(&dist) && !is_perl && !present.contains(&dist) {
            let evidence = held(&release, module, version);
            add(dist, evidence, Phase::Runtime, database, &mut dependencies)?;
        }
    }
    let copies = bundled::copies(&project, database)?;
    for BundledRelease { dist, phase, evidence } in copies.releases {
        add(dist, evidence, phase, database, &mut dependencies)?;
    }
    let from = concluded.findings.len();
    for audit in audits() {
        audit.audit(&project, &dependencies, &mut concluded.findings);
    }
    for finding in concluded.findings.iter_mut().skip(from) {
        // That an installer takes it is what anybody expects of an archive.
        if let Some(standing) = standing.as_ref().filter(|known| **known != Standing::Indexed) {
            finding.notes.insert(0, standing.meaning());
        }
        if let (Some((_, mark)), true) = (&local, Some(&finding.dist) == release.dist.as_ref()) {
            finding.confidence = Confidence::Low;
            finding.notes.push(format!(
                "'{mark}' marks a rebuild of one's own, which may have the fix: see what was changed"
            ));
        }
    }
    concluded.projects.push(ProjectSummary {
        path: release.path.clone(),
        inputs: vec![release.path.clone()],
        judged_exactly: dependencies.advised.len(),
        not_in_database: dependencies.not_in_database.into_iter().collect(),
        archive: Some(account::of(release, standing, beside)),
        ..ProjectSummary::default()
    });
    Ok(())
}

fn add(
    dist: DistName,
    evidence: ReleaseEvidence,
    phase: Phase,
    database: &Database,
    dependencies: &mut Dependencies,
) -> Result<(), AdvisoryError> {
    let Some(entry) = database.dist(&dist)? else {
        dependencies.not_in_database.insert(dist);
        return Ok(());
    };
    let at = dependencies.advised.binary_search_by(|known| known.entry.name.cmp(&entry.name));
    let at = match at {
        Ok(at) => at,
        Err(at) => {
            let (releases, declared, path) = (Vec::new(), Vec::new(), Vec::new());
            let new = Dependency { entry, releases, declared, phase, optional: false, path };
            dependencies.advised.insert(at, new);
            at
        }
    };
    if let Some(dependency) = dependencies.advised.get_mut(at) {
        dependency.releases.push(evidence);
    }
    Ok(())
}

/// The archive as the release that its name says. A rebuild of one's own counts as
/// what it was made of.
fn itself(release: &Held, local: Option<&(ReleaseVersion, String)>) -> ReleaseEvidence {
    let (version, confidence) = match local {
        Some((version, _)) => (VersionState::Exact(version.clone()), Confidence::Low),
        None => (release.version(), Confidence::High),
    };
    ReleaseEvidence {
        origin: Origin::Mirrored,
        confidence,
        version,
        text: release.text.to_string(),
        module: None,
        location: archive_location(&release.path),
    }
}

/// A module in the archive whose distribution is another one today.
fn held(release: &Held, module: ModuleName, version: VersionState) -> ReleaseEvidence {
    let text = match &version {
        VersionState::Exact(version) => version.text.to_string(),
        VersionState::Range(_) | VersionState::Unknown(_) => String::new(),
    };
    ReleaseEvidence {
        origin: Origin::Mirrored,
        confidence: Confidence::Low,
        version,
        text,
        module: Some(module),
        location: archive_location(&release.path),
    }
}
