//! Private CPAN mirrors (DarkPANs) and folders of archives: each archive is a
//! project of its own.
//!
//! In this order: a source shows its files; archives are read in its threads, in
//! memory, and reduced to a [`Release`](release::Release) when they are closed;
//! indices and CHECKSUMS are read beside them (`collect`). When all is there,
//! [`standing`] says what each archive is to its index, `integrity` holds the
//! archives to their digests, `confusion` and `claims` look for names and words that
//! mislead, and each release is judged by the same audit as everything else. Memory grows with the number of archives, never with their
//! bytes.

mod aside;
pub mod claims;
mod collect;
mod confusion;
mod integrity;
mod judge;
pub mod release;
mod signature;
pub mod standing;
pub mod trust;

use perlscan_model::location::SourcePath;
use perlscan_model::standing::Standing;

use crate::advisory::AdvisoryError;
use crate::advisory::database::Database;
use crate::darkpan::collect::Collector;
use crate::darkpan::standing::Indices;
use crate::darkpan::trust::Trust;
use crate::report::Report;
use crate::scan::{Concluded, Observer, ScanSettings, conclude, coverage};
use crate::source::Source;

/// Scans a mirror, trusting what it says of itself.
///
/// # Errors
/// When the database is damaged; what can't be read of the mirror is in the report.
pub fn scan(
    source: &dyn Source,
    settings: &ScanSettings,
    database: &Database,
    observer: &dyn Observer,
) -> Result<Report, AdvisoryError> {
    scan_by(source, settings, &Trust::default(), database, observer)
}

/// Scans a mirror, and holds it to what is trusted.
///
/// # Errors
/// As [`scan`].
pub fn scan_by(
    source: &dyn Source,
    settings: &ScanSettings,
    trust: &Trust,
    database: &Database,
    observer: &dyn Observer,
) -> Result<Report, AdvisoryError> {
    let collector = Collector::new(settings, trust, database, observer);
    let visited = source.visit(&settings.limits, &collector);
    let mut collected = collector.finish()?;
    let mut problems = std::mem::take(&mut collected.problems);
    let indices = Indices::of(&collected.indices);
    problems.extend(indices.missing(&collected.releases));
    problems.extend(integrity::check(&collected.releases, &collected.checksums));
    let standings: Vec<Option<Standing>> =
        collected.releases.iter().map(|release| indices.standing(release)).collect();
    let mut remarks = trust::remarks(&collected, trust, &mut problems);
    remarks.sort();
    let mut concluded = Concluded { problems, remarks, ..Concluded::default() };
    let present = judge::present(&collected.releases);
    for (release, standing) in collected.releases.iter_mut().zip(standings) {
        judge::judge(release, standing, &present, database, &mut concluded)?;
    }
    concluded.coverage = coverage(visited, settings);
    conclude(concluded, settings, database)
}

/// The path of an archive's own file: what a location without an inner name means.
fn archive_location(path: &SourcePath) -> perlscan_model::location::Location {
    perlscan_model::location::Location::file(path.clone())
}
