//! `perlscan db diff`: what differs between two sets of advisory data.

use std::io::{self, Write as _};

use perlscan_scanner::advisory::{diff, named, store};
use perlscan_scanner::report::diff::{summary, write_json, write_markdown};

use crate::args::{DbDiffArgs, DiffFormat};
use crate::terminal;

pub(super) fn run(args: &DbDiffArgs) -> anyhow::Result<u8> {
    let background = store::embedded()?.to_facts()?;
    let old = named::open(&args.old)?.into_whole(&background);
    let new = named::open(&args.new)?.into_whole(&background);
    let diff = diff::diff(old, new, args.verdicts);
    let names = [args.old.display().to_string(), args.new.display().to_string()];
    for (name, side) in names.iter().zip([&diff.old, &diff.new]) {
        for problem in &side.problems {
            terminal::warning(&format!("{name}: {problem}"));
        }
    }
    // 0 is data that does not say when it was made.
    if diff.new.epoch != 0 && diff.new.epoch < diff.old.epoch {
        terminal::warning(&format!("{} is older than {}", names[1], names[0]));
    }
    let names = [names[0].as_str(), names[1].as_str()];
    let mut out = io::BufWriter::new(io::stdout().lock());
    match args.format {
        DiffFormat::Markdown => write_markdown(&diff, names, &mut out)?,
        DiffFormat::Json => write_json(&diff, names, env!("CARGO_PKG_VERSION"), &mut out)?,
    }
    out.flush()?;
    writeln!(io::stderr().lock(), "{}", summary(&diff))?;
    Ok(u8::from(args.exit_code && !diff.is_empty()))
}
