//! Private CPAN mirrors (DarkPANs) and folders of archives: each archive is a
//! project of its own.
//!
//! In this order: a source shows its files; archives are read in its threads, in
//! memory, and reduced to a [`Release`](release::Release) when they are closed;
//! indices and CHECKSUMS are read beside them (`collect`). When all is there,
//! [`standing`] says what each archive is to its index, `integrity` holds the
//! archives to their digests, and each release is judged by the same audit as
//! everything else. `edges` draws who requires what. Memory grows with the number of archives, never with their
//! bytes.

mod collect;
mod edges;
mod integrity;
mod judge;
pub mod needs;
pub mod release;
pub mod standing;

use perlscan_model::location::SourcePath;
use perlscan_model::standing::Standing;

use crate::advisory::AdvisoryError;
use crate::advisory::database::Database;
use crate::darkpan::collect::Collector;
use crate::darkpan::standing::Indices;
use crate::graph::MirrorGraph;
use crate::report::Report;
use crate::scan::{Concluded, Observer, ScanSettings, conclude, coverage};
use crate::source::Source;

/// Scans a mirror.
///
/// # Errors
/// When the database is damaged; what can't be read of the mirror is in the report.
pub fn scan(
    source: &dyn Source,
    settings: &ScanSettings,
    database: &Database,
    observer: &dyn Observer,
) -> Result<Report, AdvisoryError> {
    Ok(examine(source, settings, database, observer)?.0)
}

/// Scans a mirror, and tells also who requires what in it.
///
/// # Errors
/// When the database is damaged; what can't be read of the mirror is in the report.
pub fn examine(
    source: &dyn Source,
    settings: &ScanSettings,
    database: &Database,
    observer: &dyn Observer,
) -> Result<(Report, MirrorGraph), AdvisoryError> {
    let collector = Collector::new(settings, database, observer);
    let visited = source.visit(&settings.limits, &collector);
    let mut collected = collector.finish()?;
    let mut problems = std::mem::take(&mut collected.problems);
    let indices = Indices::of(&collected.indices);
    problems.extend(indices.missing(&collected.releases));
    problems.extend(integrity::check(&collected.releases, &collected.checksums));
    let standings: Vec<Option<Standing>> =
        collected.releases.iter().map(|release| indices.standing(release)).collect();
    let mut concluded = Concluded { problems, ..Concluded::default() };
    let present = judge::present(&collected.releases);
    for (release, standing) in collected.releases.iter_mut().zip(&standings) {
        judge::judge(release, standing.clone(), &present, database, &mut concluded)?;
    }
    let mut graph = edges::graph(collected.releases, standings, &collected.indices, database);
    edges::count(&graph, &mut concluded);
    concluded.coverage = coverage(visited, settings);
    let report = conclude(concluded, settings, database)?;
    edges::mark(&mut graph, &report.findings);
    Ok((report, graph))
}

/// The path of an archive's own file: what a location without an inner name means.
fn archive_location(path: &SourcePath) -> perlscan_model::location::Location {
    perlscan_model::location::Location::file(path.clone())
}
