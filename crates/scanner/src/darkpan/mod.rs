//! Private CPAN mirrors (DarkPANs) and folders of archives: each archive is a
//! project of its own.
//!
//! In this order: a source shows its files; archives are read in its threads, in
//! memory, and reduced to a [`Release`](release::Release) when they are closed;
//! indices and CHECKSUMS are read beside them (`collect`). When all is there,
//! [`standing`] says what each archive is to its index, `integrity` holds the
//! archives to their digests, and each release is judged by the same audit as
//! everything else. Memory grows with the number of archives, never with their
//! bytes.

mod account;
mod applied;
mod beside;
mod collect;
mod compare;
pub mod contents;
mod integrity;
mod judge;
pub mod named_patches;
mod patched;
pub mod release;
mod remarks;
pub mod standing;

pub(crate) use self::collect::{Collected, Collector};

use perlscan_model::location::SourcePath;
use perlscan_model::standing::Standing;

use crate::advisory::AdvisoryError;
use crate::advisory::database::Database;
use crate::darkpan::remarks::Said;
use crate::darkpan::standing::Indices;
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
    let collector = Collector::new(settings, database, observer);
    let visited = source.visit(&settings.limits, &collector);
    let mut concluded = Concluded::default();
    judge(collector.finish()?, source, settings, database, &mut concluded)?;
    concluded.coverage = coverage(visited, settings);
    conclude(concluded, settings, database)
}

/// Judges what was read of mirrors, which `source` shows, and adds what comes out to
/// the run's.
pub(crate) fn judge(
    mut collected: Collected,
    source: &dyn Source,
    settings: &ScanSettings,
    database: &Database,
    concluded: &mut Concluded,
) -> Result<(), AdvisoryError> {
    let mut problems = std::mem::take(&mut collected.problems);
    let indices = Indices::of(&collected.indices);
    problems.extend(indices.missing(&collected.releases));
    problems.extend(integrity::check(&collected.releases, &collected.checksums));
    collected.beside.lend_metas(&mut collected.releases);
    let standings: Vec<Option<Standing>> =
        collected.releases.iter().map(|release| indices.standing(release)).collect();
    concluded.problems.append(&mut problems);
    let said = Said::of(&collected);
    for (release, standing) in collected.releases.iter().zip(&standings) {
        let is_indexed = *standing == Some(Standing::Indexed);
        concluded.remarks.extend(said.remarks(release, is_indexed));
    }
    drop(said);
    concluded.remarks.sort();
    let present = judge::present(&collected.releases);
    for (release, standing) in collected.releases.iter_mut().zip(standings) {
        judge::judge(release, standing, &present, database, concluded)?;
        account::add(release, &collected.beside, concluded);
    }
    let patches: Vec<_> = collected.beside.patches.iter().chain(&settings.patches).collect();
    if !patches.is_empty() {
        concluded.problems.append(&mut patched::settle(
            &patches,
            &collected.releases,
            source,
            settings,
            &mut concluded.findings,
        ));
    }
    Ok(())
}

/// The path of an archive's own file: what a location without an inner name means.
fn archive_location(path: &SourcePath) -> perlscan_model::location::Location {
    perlscan_model::location::Location::file(path.clone())
}
