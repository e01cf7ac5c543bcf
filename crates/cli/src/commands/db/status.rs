//! `perlscan db status`: which database is used, and what it holds.

use std::io::Write as _;

use perlscan_scanner::advisory::cache;
use perlscan_scanner::advisory::store::Used;
use perlscan_scanner::model::facts::SourceFact;
use perlscan_scanner::report::database_status::DatabaseStatus;

use crate::args::{DbStatusArgs, StatusFormat};
use crate::clock;

pub(super) fn run(args: &DbStatusArgs) -> anyhow::Result<u8> {
    let database = args.database.open()?;
    let now = clock::now()?;
    let file = match database.used() {
        Used::Embedded => None,
        Used::Cache(folder) => Some(folder.join(cache::DATABASE_FILE)),
        Used::File(path) => Some(path.clone()),
    };
    if args.format == StatusFormat::Json {
        let file = file.map(|path| path.display().to_string());
        let status = DatabaseStatus::of(env!("CARGO_PKG_VERSION"), &database, file, now);
        status.write_json(std::io::stdout().lock())?;
        return Ok(0);
    }
    let meta = database.raw().meta();
    let counts = database.raw().counts();
    let days = now.saturating_sub(meta.epoch).max(0) / (24 * 60 * 60);
    let mut out = std::io::stdout().lock();
    let age = if days == 1 { "1 day old".to_owned() } else { format!("{days} days old") };
    writeln!(out, "database       {} ({})", database.source(), database.why())?;
    if let Some(file) = file {
        writeln!(out, "file           {}", file.display())?;
    }
    writeln!(out, "trust          {}", database.trust())?;
    for source in &meta.sources {
        let SourceFact { kind, place, advisories, .. } = source;
        writeln!(out, "source         {kind} {place}, {advisories} advisories")?;
    }
    writeln!(out, "upstream       {}", meta.source)?;
    writeln!(out, "commit         {}", meta.commit)?;
    writeln!(out, "date           {} ({age})", meta.date)?;
    writeln!(out, "advisories     {} in {} records", counts.advisories, counts.records)?;
    writeln!(
        out,
        "distributions  {} with {} known releases",
        counts.distributions, counts.releases
    )?;
    writeln!(out, "modules        {} of these distributions", counts.modules)?;
    writeln!(
        out,
        "core modules   {} ({}, up to perl {})",
        counts.core_modules, meta.core_list, meta.core_list_perl
    )?;
    writeln!(out, "conflicts      {} between sources", counts.conflicts)?;
    writeln!(out, "corrections    {} reviewed", database.correction_count())?;
    Ok(0)
}
