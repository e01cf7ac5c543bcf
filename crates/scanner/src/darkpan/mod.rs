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

mod collect;
pub mod facts;
mod integrity;
mod judge;
pub mod release;
#[cfg(feature = "https")]
pub mod remote;
pub mod standing;

use std::collections::HashSet;
use std::sync::Arc;

use perlscan_model::location::SourcePath;
use perlscan_model::standing::Standing;

use crate::advisory::AdvisoryError;
use crate::advisory::database::Database;
use crate::darkpan::collect::Collector;
use crate::darkpan::facts::FactsCache;
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
    let settings = &ScanSettings { only_packages: Some(advised(database)?), ..settings.clone() };
    let facts = opened(settings, observer);
    observer.archives(&|| collect::count(source, settings));
    let collector = Collector::new(settings, database, observer, facts.as_ref());
    let visited = source.visit(&settings.limits, &collector);
    let mut collected = collector.finish()?;
    if let (Some(facts), Some(kept)) = (facts, &settings.archive_facts) {
        observer.archives_known(facts.known());
        facts.finish(&kept.folder);
    }
    let mut problems = std::mem::take(&mut collected.problems);
    let indices = Indices::of(&collected.indices);
    problems.extend(indices.missing(&collected.releases));
    problems.extend(integrity::check(&collected.releases, &collected.checksums));
    let standings: Vec<Option<Standing>> =
        collected.releases.iter().map(|release| indices.standing(release)).collect();
    let mut concluded = Concluded { problems, ..Concluded::default() };
    let present = judge::present(&collected.releases);
    for (release, standing) in collected.releases.iter_mut().zip(standings) {
        judge::judge(release, standing, &present, database, &mut concluded)?;
    }
    concluded.coverage = coverage(visited, settings);
    conclude(concluded, settings, database)
}

/// The main modules of the distributions that have advisories: what else archives
/// declare is never asked for.
fn advised(database: &Database) -> Result<Arc<HashSet<String>>, AdvisoryError> {
    let modules = database.dists()?.into_iter().filter_map(|dist| dist.main_module);
    Ok(Arc::new(modules.map(|module| module.to_string()).collect()))
}

/// What was kept of archives; where it can't be used, all are read.
fn opened(settings: &ScanSettings, observer: &dyn Observer) -> Option<FactsCache> {
    let kept = settings.archive_facts.as_ref()?;
    match FactsCache::open(kept, settings) {
        Ok(facts) => Some(facts),
        Err(error) => {
            observer.warning(&format!("{error}; every archive is read anew"));
            None
        }
    }
}

/// The path of an archive's own file: what a location without an inner name means.
fn archive_location(path: &SourcePath) -> perlscan_model::location::Location {
    perlscan_model::location::Location::file(path.clone())
}
