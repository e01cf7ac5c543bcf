//! Private CPAN mirrors (DarkPANs) and folders of archives: each archive is a
//! project of its own.
//!
//! In this order: a source shows its files; archives are read in its threads, in
//! memory, and reduced to a [`Release`](release::Release) when they are closed;
//! indices and CHECKSUMS are read beside them (`collect`). When all is there,
//! `standing` says what each archive is to its index, `integrity` holds the
//! archives to their digests, `confusion` and `claims` look for names and words that
//! mislead, and each release is judged by the same audit as everything else. `edges`
//! draws who requires what. Memory grows with the number of archives, never with their
//! bytes.

mod account;
mod applied;
mod beside;
pub mod claims;
mod collect;
mod compare;
mod confusion;
pub mod contents;
mod edges;
pub mod facts;
mod held;
mod integrity;
mod judge;
pub mod named_patches;
mod old_digest;
mod patched;
pub mod release;
mod remarks;
mod signature;
mod standing;
pub mod trust;

pub(crate) use self::collect::{Collected, Collector};
pub use crate::resolve::needs;

use std::collections::HashSet;
use std::sync::Arc;

use perlscan_model::location::SourcePath;
use perlscan_model::standing::Standing;

use crate::advisory::AdvisoryError;
use crate::advisory::database::Database;
use crate::darkpan::facts::FactsCache;
use crate::darkpan::remarks::Said;
use crate::darkpan::standing::Indices;
use crate::darkpan::trust::Trust;
use crate::graph::MirrorGraph;
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
    Ok(examine(source, settings, &Trust::default(), database, observer)?.0)
}

/// Scans a mirror, holds it to what is trusted, and tells also who requires what in it.
///
/// # Errors
/// As [`scan`].
pub fn examine(
    source: &dyn Source,
    settings: &ScanSettings,
    trust: &Trust,
    database: &Database,
    observer: &dyn Observer,
) -> Result<(Report, MirrorGraph), AdvisoryError> {
    // What else archives declare than advised distributions' main modules is never asked for.
    let advised: HashSet<String> = database.main_modules()?.into_iter().collect();
    let settings = &ScanSettings { only_packages: Some(Arc::new(advised)), ..settings.clone() };
    // A signature is of bytes, so they are read where there is a keyring.
    let facts = trust.verifier().is_none().then(|| opened(settings, observer)).flatten();
    observer.archives(&|| collect::count(source, settings));
    let collector = Collector::new(settings, trust, database, observer, facts.as_ref());
    let visited = source.visit(&settings.limits, &collector);
    let mut concluded = Concluded::default();
    let collected = collector.finish()?;
    if let (Some(facts), Some(kept)) = (facts, &settings.archive_facts) {
        observer.archives_known(facts.known());
        facts.finish(&kept.folder);
    }
    let mut graph = judge(collected, source, settings, trust, database, &mut concluded)?;
    concluded.coverage = coverage(visited, settings);
    let report = conclude(concluded, settings, database)?;
    edges::mark(&mut graph, &report.findings);
    Ok((report, graph))
}

/// Judges what was read of mirrors, which `source` shows, and adds what comes out to
/// the run's; tells who requires what.
pub(crate) fn judge(
    mut collected: Collected,
    source: &dyn Source,
    settings: &ScanSettings,
    trust: &Trust,
    database: &Database,
    concluded: &mut Concluded,
) -> Result<MirrorGraph, AdvisoryError> {
    let mut problems = std::mem::take(&mut collected.problems);
    let indices = Indices::of(&collected.indices);
    problems.extend(indices.missing(&collected.releases));
    let md5_of = |archives: &_| old_digest::md5_of(archives, source, settings);
    problems.extend(integrity::check(&collected.releases, &collected.checksums, md5_of));
    collected.beside.lend_metas(&mut collected.releases);
    let standings: Vec<Option<Standing>> =
        collected.releases.iter().map(|release| indices.standing(release)).collect();
    drop(indices);
    concluded.remarks.extend(trust::remarks(&collected, trust, &mut problems));
    concluded.problems.append(&mut problems);
    let said = Said::of(&collected);
    for (release, standing) in collected.releases.iter().zip(&standings) {
        let is_indexed = *standing == Some(Standing::Indexed);
        concluded.remarks.extend(said.remarks(release, is_indexed));
    }
    drop(said);
    concluded.remarks.sort();
    let Collected { mut releases, indices, beside, shared, .. } = collected;
    let graph = edges::graph(&mut releases, &standings, &indices, shared, database);
    drop(indices);
    let present = judge::present(&releases);
    concluded.projects.reserve_exact(releases.len());
    for (release, standing) in releases.into_iter().zip(standings) {
        judge::judge(release, standing, &present, &beside, database, concluded)?;
    }
    let patches: Vec<_> = beside.patches.iter().chain(&settings.patches).collect();
    if !patches.is_empty() {
        concluded.problems.append(&mut patched::settle(
            &patches,
            &graph.nodes,
            source,
            settings,
            &mut concluded.findings,
        ));
    }
    edges::count(&graph, concluded);
    Ok(graph)
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
