//! `perlscan db lint`: what is wrong in advisory data.

use std::io::{self, IsTerminal as _, Write as _};
use std::path::Path;

use perlscan_scanner::advisory::lint::lint;
use perlscan_scanner::advisory::sources::SourceKind;
use perlscan_scanner::advisory::{named, overrides, store};
use perlscan_scanner::report::lint::{write_json, write_sarif, write_table};
use perlscan_scanner::report::table::DEFAULT_WIDTH;
use perlscan_scanner::rules::Level;

use crate::args::{LintArgs, LintFailOn, LintFormat};
use crate::terminal;

pub(super) fn run(args: &LintArgs) -> anyhow::Result<u8> {
    let background = store::embedded()?.to_facts()?;
    let name = args.path.as_deref().unwrap_or(Path::new(named::EMBEDDED));
    let source = named::open(name)?.into_source(name)?;
    // The corrections are of CPANSA's own records.
    let kind = SourceKind::from_word(&source.source.kind);
    let own = matches!(kind, None | Some(SourceKind::CpansaYaml | SourceKind::CpansaFeed));
    let overrides = if own { overrides::embedded()? } else { Vec::new() };
    let findings = lint(&source, &background, &overrides);
    let fails = |level: Level| match args.fail_on {
        LintFailOn::Error => level == Level::Error,
        LintFailOn::Warning => level >= Level::Warning,
        LintFailOn::Note => true,
        LintFailOn::None => false,
    };
    let failed = findings.iter().any(|finding| fails(finding.level));
    let is_terminal = io::stdout().is_terminal();
    let mut out = io::BufWriter::new(io::stdout().lock());
    match args.format {
        LintFormat::Json => write_json(&findings, &mut out)?,
        LintFormat::Sarif => write_sarif(&findings, failed, &mut out)?,
        LintFormat::Table => {
            let size = terminal_size::terminal_size().filter(|_| is_terminal);
            let width = size.map_or(DEFAULT_WIDTH, |(width, _)| usize::from(width.0));
            let colour = terminal::colored(args.color, is_terminal);
            write_table(&findings, width, colour, &mut out)?;
        }
    }
    out.flush()?;
    Ok(u8::from(failed))
}
