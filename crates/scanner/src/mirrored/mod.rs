//! Projects without a lock, resolved against a mirror: the releases that a fresh
//! install would take from its index.
//!
//! The tree is surveyed as in every scan; each project that has no lock is walked
//! through the mirror ([`crate::resolve::closure`]), whose archives `stock` opens as
//! they are needed; what comes out stands in the project as a lock would, and is
//! judged by the same audit ([`scan`]) or shown ([`resolve`]).

mod stock;

use std::sync::Arc;

use perlscan_model::location::{Location, SourcePath};
use perlscan_model::problem::{Problem, ProblemKind};

use self::stock::MirrorStock;
use crate::advisory::AdvisoryError;
use crate::advisory::database::Database;
use crate::mirror::packages;
use crate::mirror::shelf::{Shelf, ShelfError};
use crate::report::Report;
use crate::report::closure::{ProjectClosure, Resolution};
use crate::resolve::closure::{self, Closure, ClosureSettings, CorePerl};
use crate::resolve::graph::Provided;
use crate::resolve::interpreter;
use crate::resolve::project::Project;
use crate::scan::{Observer, ScanSettings, Survey, conclude, judged, survey};
use crate::source::Source;

/// The mirror that projects are resolved against, and how.
#[derive(Debug)]
pub struct Mirror<'a> {
    /// Where its files come from.
    pub shelf: &'a dyn Shelf,
    /// The path under which its files are shown in reports.
    pub place: SourcePath,
    /// What is taken.
    pub settings: ClosureSettings,
    /// Whether projects that have a lock are resolved too, as if they had none.
    pub over_locks: bool,
}

/// Why nothing can be resolved against a mirror.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum MirroredError {
    /// Its index can't be had.
    #[error("the index of the mirror '{0}' {1}")]
    Index(String, ShelfError),
    /// The index has no packages at all.
    #[error("the index of the mirror '{0}' has no packages; make it anew")]
    Empty(String),
    /// The database is damaged.
    #[error(transparent)]
    Database(#[from] AdvisoryError),
}

/// Scans a source; projects without a lock are judged by what a fresh install would
/// take from the mirror.
///
/// # Errors
/// When the index can't be had, or the database is damaged; what can't be read of
/// the source and of archives is in the report.
pub fn scan(
    source: &dyn Source,
    mirror: &Mirror<'_>,
    settings: &ScanSettings,
    database: &Database,
    observer: &dyn Observer,
) -> Result<Report, MirroredError> {
    let mut found = survey(source, settings, observer);
    for (at, closure) in closures(&mut found, mirror, settings, database)? {
        let Some(project) = found.projects.get_mut(at) else { continue };
        found.problems.extend(closure.problems);
        found.problems.extend(
            closure.releases.iter().filter(|release| !release.open.is_empty()).map(|release| {
                Problem {
                    location: Location::file(mirror.place_of(&release.path)),
                    kind: ProblemKind::Note,
                    by: BY,
                    message: format!(
                        "what {} requires may be more: {}",
                        release.name(),
                        release.open.join("; ")
                    ),
                }
            }),
        );
        project.provided = Arc::new(Provided::by(&closure.packages));
        project.locked = Arc::new(closure.packages);
        project.resolved = Some(mirror.shelf.shown().to_owned());
    }
    Ok(conclude(judged(found, settings, database)?, settings, database)?)
}

/// What a fresh install of each project of a source would take from the mirror.
///
/// # Errors
/// As [`scan`].
pub fn resolve(
    source: &dyn Source,
    mirror: &Mirror<'_>,
    settings: &ScanSettings,
    database: &Database,
    observer: &dyn Observer,
) -> Result<Resolution, MirroredError> {
    let mut found = survey(source, settings, observer);
    let mut projects = Vec::new();
    for (at, mut closure) in closures(&mut found, mirror, settings, database)? {
        let Some(project) = found.projects.get(at) else { continue };
        found.problems.append(&mut closure.problems);
        projects.push(ProjectClosure { path: project.path.clone(), closure });
    }
    found.problems.sort();
    found.problems.dedup();
    Ok(Resolution {
        tool_version: env!("CARGO_PKG_VERSION"),
        standpoint: settings.standpoint.clone(),
        mirror: mirror.shelf.shown().to_owned(),
        locked: match mirror.over_locks {
            true => 0,
            false => found.projects.iter().filter(|project| !project.locked.is_empty()).count(),
        },
        projects,
        problems: found.problems,
        coverage: found.coverage,
    })
}

/// Who says what is wrong with a mirror.
const BY: &str = "mirror";

impl Mirror<'_> {
    /// Where an archive lies, as reports show it.
    fn place_of(&self, archive: &str) -> SourcePath {
        let id = self.place.join(b"authors").join(b"id");
        archive.split('/').fold(id, |folder, name| folder.join(name.as_bytes()))
    }
}

/// The closure of each project that requires something and has no lock, by its place
/// among the projects. What is wrong with the index is added to the problems.
fn closures(
    found: &mut Survey,
    mirror: &Mirror<'_>,
    settings: &ScanSettings,
    database: &Database,
) -> Result<Vec<(usize, Closure)>, MirroredError> {
    let asks = |project: &Project| {
        (mirror.over_locks || project.locked.is_empty()) && !project.requirements.is_empty()
    };
    if !found.projects.iter().any(asks) {
        return Ok(Vec::new());
    }
    let shown = || mirror.shelf.shown().to_owned();
    let bytes = mirror.shelf.index().map_err(|error| MirroredError::Index(shown(), error))?;
    let index = packages::read(&bytes);
    drop(bytes);
    let place = mirror.place.join(b"modules").join(b"02packages.details.txt");
    let faults = index.faults.iter().map(|fault| Problem {
        location: Location::file(place.clone()),
        kind: ProblemKind::Lost,
        by: BY,
        message: match fault.line {
            0 => fault.what.clone(),
            line => format!("line {line}: {}", fault.what),
        },
    });
    found.problems.extend(faults);
    if index.entries.is_empty() {
        return Err(MirroredError::Empty(shown()));
    }
    let stock = MirrorStock::new(mirror, index.entries, settings);
    let mut all = Vec::new();
    for (at, project) in found.projects.iter().enumerate().filter(|(_, project)| asks(project)) {
        let perl = interpreter::of(project, &settings.resolve);
        let Some(core) = CorePerl::of(perl.as_ref(), database) else { continue };
        let mut closure = closure::resolve(project, &mirror.settings, &core, &stock)?;
        if let Some(why) = &core.assumed {
            closure.problems.push(Problem {
                location: Location::file(project.inputs.first().unwrap_or(&project.path).clone()),
                kind: ProblemKind::Undecided,
                by: BY,
                message: format!(
                    "core modules are taken to be those of perl {}, the newest that the core list \
                     has: {why}; name it: --perl-version 5.36",
                    core.text
                ),
            });
        }
        all.push((at, closure));
    }
    found.problems.extend(stock.problems());
    Ok(all)
}
