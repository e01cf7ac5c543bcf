//! The mirrors of a tree among its projects.

use std::collections::BTreeSet;

use perlscan_model::location::{Location, SourcePath};
use perlscan_model::problem::{Problem, ProblemKind};

use crate::advisory::AdvisoryError;
use crate::advisory::database::Database;
use crate::darkpan::trust::Trust;
use crate::darkpan::{self, Collected};
use crate::mirror::layout::mirror_of;
use crate::resolve::project::is_fixture;
use crate::scan::{Concluded, ScanSettings};
use crate::source::Source;

/// Judges the mirrors that were met in a tree, and adds what comes out to the run's.
pub(super) fn judge(
    mut mirrors: Collected,
    source: &dyn Source,
    settings: &ScanSettings,
    database: &Database,
    concluded: &mut Concluded,
) -> Result<(), AdvisoryError> {
    let mut own = Concluded::default();
    // An index alone is no mirror: tools and their tests carry some.
    let bare = mirrors.drop_bare_indices();
    for path in bare.iter().cloned() {
        own.problems.push(Problem {
            location: Location::file(path),
            kind: ProblemKind::Note,
            by: "index",
            message: "no archive lies in the mirror that it is the index of, so nothing is judged"
                .to_owned(),
        });
    }
    darkpan::judge(mirrors, source, settings, &Trust::default(), database, &mut own)?;
    for problem in own.problems.iter_mut().filter(|one| bare.contains(&one.location.path)) {
        problem.kind = ProblemKind::Note;
    }
    let is_fixture = |path: &SourcePath| {
        let mirror = mirror_of(path).map_or_else(|| path.parent(), |(mirror, _)| mirror);
        is_fixture(&mirror, &settings.scan_roots)
    };
    let fixtures: BTreeSet<SourcePath> = own
        .projects
        .iter_mut()
        .filter(|project| is_fixture(&project.path))
        .map(|project| {
            project.fixture = true;
            project.path.clone()
        })
        .collect();
    for finding in own.findings.iter_mut().filter(|one| fixtures.contains(&one.project)) {
        finding.fixture = true;
    }
    for remark in own.remarks.iter_mut().filter(|one| fixtures.contains(&one.project)) {
        remark.fixture = true;
    }
    // Whoever tests a tool for mirrors has broken ones among the tests' data.
    if !settings.policy.include_fixtures {
        let lost = own.problems.iter_mut().filter(|one| one.kind == ProblemKind::Lost);
        for problem in lost.filter(|one| is_fixture(&one.location.path)) {
            problem.kind = ProblemKind::Undecided;
            problem.message.push_str(" (in a test fixture)");
        }
    }
    concluded.findings.append(&mut own.findings);
    concluded.remarks.append(&mut own.remarks);
    concluded.problems.append(&mut own.problems);
    concluded.projects.append(&mut own.projects);
    concluded.projects.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(())
}
