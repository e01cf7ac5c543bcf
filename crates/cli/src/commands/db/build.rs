//! `perlscan db build`: the committed facts, from upstream's data.

use std::io::Write as _;

use perlscan_scanner::advisory::facts_files::{self, Upstream};

use crate::args::DbBuildArgs;

pub(super) fn run(args: &DbBuildArgs) -> anyhow::Result<u8> {
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
