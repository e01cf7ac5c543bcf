//! `perlscan db`.

use std::io::Write as _;

use perlscan_scanner::advisory::facts_files::{self, Upstream};

use crate::args::{DatabaseArgs, DbBuildArgs, DbCommand};
use crate::clock;

pub(crate) fn run(command: DbCommand) -> anyhow::Result<u8> {
    match command {
        DbCommand::Status(args) => status(&args),
        DbCommand::Build(args) => build(&args),
    }
}

fn build(args: &DbBuildArgs) -> anyhow::Result<u8> {
    let facts = facts_files::gather(Upstream {
        feed: &args.feed,
        checkout: &args.checkout,
        core_list: &args.core_list,
    })?;
    // What can't be encoded must not be committed.
    let bytes = facts.encode()?.len();
    facts_files::write(&facts, &args.out)?;
    let counts = facts.counts();
    writeln!(
        std::io::stdout(),
        "wrote the facts of {} records, {} advisories, {} distributions, {} releases, {} modules \
         to {} (database: {} KiB)",
        counts.records,
        counts.advisories,
        counts.distributions,
        counts.releases,
        counts.modules,
        args.out.display(),
        bytes / 1024,
    )?;
    Ok(0)
}

fn status(args: &DatabaseArgs) -> anyhow::Result<u8> {
    let database = args.open()?;
    let meta = database.raw().meta();
    let counts = database.raw().counts();
    let days = (clock::now()? - meta.epoch).max(0) / (24 * 60 * 60);
    let mut out = std::io::stdout().lock();
    let age = if days == 1 { "1 day old".to_owned() } else { format!("{days} days old") };
    writeln!(out, "database       {}", database.source())?;
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
    writeln!(out, "corrections    {} reviewed", database.correction_count())?;
    Ok(0)
}
