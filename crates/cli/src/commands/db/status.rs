//! `perlscan db status`: which database is used, and what it holds.

use std::io::Write as _;

use perlscan_scanner::advisory::cache;
use perlscan_scanner::advisory::store::Used;
use perlscan_scanner::model::facts::SourceFact;

use crate::args::DatabaseArgs;
use crate::clock;

pub(super) fn run(args: &DatabaseArgs) -> anyhow::Result<u8> {
    let database = args.open()?;
    let meta = database.raw().meta();
    let counts = database.raw().counts();
    let days = (clock::now()? - meta.epoch).max(0) / (24 * 60 * 60);
    let mut out = std::io::stdout().lock();
    let age = if days == 1 { "1 day old".to_owned() } else { format!("{days} days old") };
    writeln!(out, "database       {} ({})", database.source(), database.why())?;
    if let Used::Cache(folder) = database.used() {
        writeln!(out, "file           {}", folder.join(cache::DATABASE_FILE).display())?;
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
    let facts = database.raw().to_facts()?;
    let conflicts = facts.advisories.iter().map(|fact| fact.detail.conflicts.len()).sum::<usize>();
    writeln!(out, "conflicts      {conflicts} between sources")?;
    writeln!(out, "corrections    {} reviewed", database.correction_count())?;
    Ok(0)
}
