//! `perlscan inventory`.

use std::io::{self, IsTerminal as _, Write as _};

use perlscan_scanner::model::problem::ProblemKind;
use perlscan_scanner::report::inventory::{InventoryReport, write_json, write_table};
use perlscan_scanner::report::table::DEFAULT_WIDTH;
use perlscan_scanner::resolve::inventory::Inventory;
use perlscan_scanner::resolve::present;
use perlscan_scanner::scan::{ScanSettings, Survey, survey};

use crate::args::{InventoryArgs, InventoryFormat};
use crate::places::Places;
use crate::progress::Progress;
use crate::terminal;

pub(crate) fn run(args: &InventoryArgs) -> anyhow::Result<u8> {
    let places = Places::of(&args.source)?;
    let settings = ScanSettings {
        scan_roots: places.scan_roots(),
        folder: places.folder(),
        standpoint: places.standpoint(),
        limits: places.limits,
        containers: places.containers,
        ignore_file: places.ignore_file(),
        ..ScanSettings::default()
    };
    let source = places.into_source();
    let database = args.database.open()?;
    let Survey { mut projects, mut problems, coverage, .. } = {
        let progress = Progress::start(true);
        survey(&source, &settings, &progress)
    };
    present::settle(&mut projects, settings.folder.as_deref(), &database)?;
    for project in &mut projects {
        problems.append(&mut project.stale);
    }
    problems.sort();
    problems.dedup();
    let report = InventoryReport {
        tool_version: env!("CARGO_PKG_VERSION"),
        standpoint: settings.standpoint,
        projects: projects.len(),
        inventory: Inventory::of(&projects, &database)?,
        problems,
        coverage,
        with_modules: args.modules,
    };
    let mut out = io::stdout().lock();
    match args.format {
        InventoryFormat::Json => write_json(&report, &mut out)?,
        InventoryFormat::Table => {
            let is_terminal = io::stdout().is_terminal();
            let size = terminal_size::terminal_size().filter(|_| is_terminal);
            let width = size.map_or(DEFAULT_WIDTH, |(width, _)| usize::from(width.0));
            let colour = terminal::colored(args.color, is_terminal);
            write_table(&report, width, colour, &mut out)?;
        }
    }
    out.flush()?;
    let lost = report.problems.iter().any(|problem| problem.kind == ProblemKind::Lost);
    Ok(if lost && !args.allow_incomplete { 2 } else { 0 })
}
