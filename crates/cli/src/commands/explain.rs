//! `perlscan explain`.

use std::io::Write as _;

use perlscan_scanner::report::explain;

use crate::args::ExplainArgs;

pub(crate) fn run(args: &ExplainArgs) -> anyhow::Result<u8> {
    let mut out = Vec::new();
    if let Some(rule) = perlscan_scanner::rules::find(&args.what) {
        explain::write_rule(rule, &mut out)?;
    } else {
        let database = args.database.open()?;
        let found = explain::write_advisory(&args.what, &database, &mut out)?;
        if !found {
            let rules: Vec<&str> =
                perlscan_scanner::rules::all().iter().map(|rule| rule.id.as_str()).collect();
            anyhow::bail!(
                "the database of {} knows no advisory '{}'; give a CPANSA, CVE or GHSA id, or a \
                 rule: {}",
                database.raw().meta().date,
                args.what,
                rules.join(", ")
            );
        }
    }
    std::io::stdout().write_all(&out)?;
    Ok(0)
}
