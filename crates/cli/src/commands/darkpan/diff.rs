//! `perlscan darkpan diff`: what differs between two reports of a mirror.

use std::io::{self, Write as _};
use std::path::Path;

use anyhow::Context as _;
use perlscan_scanner::report::mirror_diff::{
    MirrorReport, compare, read, write_json, write_markdown,
};

use crate::args::{DarkpanDiffArgs, DiffFormat};

pub(super) fn run(args: &DarkpanDiffArgs) -> anyhow::Result<u8> {
    let (old, new) = (report(&args.old)?, report(&args.new)?);
    let diff = compare(&old, &new);
    let names = [args.old.display().to_string(), args.new.display().to_string()];
    let names = [names[0].as_str(), names[1].as_str()];
    let mut out = io::BufWriter::new(io::stdout().lock());
    match args.format {
        DiffFormat::Markdown => write_markdown(&diff, names, &mut out)?,
        DiffFormat::Json => write_json(&diff, names, env!("CARGO_PKG_VERSION"), &mut out)?,
    }
    out.flush()?;
    Ok(u8::from(diff.new_failing() > 0))
}

#[expect(clippy::disallowed_methods, reason = "the reports that the user names")]
fn report(path: &Path) -> anyhow::Result<MirrorReport> {
    let bytes = std::fs::read(path).with_context(|| format!("can't read '{}'", path.display()))?;
    read(&bytes).with_context(|| format!("can't compare '{}'", path.display()))
}
