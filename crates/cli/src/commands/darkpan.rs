//! `perlscan darkpan`: a private CPAN mirror, archive by archive.

mod diff;
mod graph;

use std::cell::OnceCell;
use std::io::{self, IsTerminal as _};

use anyhow::{Context as _, bail};
use perlscan_scanner::darkpan;
use perlscan_scanner::graph::MirrorGraph;
use perlscan_scanner::graph::why::why;
use perlscan_scanner::report::Standpoint;
use perlscan_scanner::report::why::{Answer, write_json, write_table};
use perlscan_scanner::scan::ScanSettings;

use crate::args::{DarkpanArgs, DarkpanCommand};
use crate::commands::scan::{emit, options, report_as, settle};
use crate::places::Places;
use crate::terminal;

use self::graph::GraphOutput;

pub(crate) fn run(args: &DarkpanArgs) -> anyhow::Result<u8> {
    if let Some(DarkpanCommand::Diff(args)) = &args.command {
        return diff::run(args);
    }
    let is_question = !args.why.is_empty();
    if is_question && !matches!(args.run.format.as_str(), "table" | "json") {
        bail!("--why is answered as table or json, not as {}", args.run.format);
    }
    let graphs =
        args.graph.iter().map(|text| GraphOutput::read(text)).collect::<Result<Vec<_>, _>>()?;
    let prepare = |settings: &mut ScanSettings| {
        let places = Places::of(&args.source)?;
        settle(&places, &args.run, settings)?;
        Ok(places.into_source())
    };
    let drawn = OnceCell::new();
    let code = report_as(
        &args.run,
        prepare,
        |source, settings, database, progress| {
            let (report, graph) = darkpan::examine(&source, &settings, database, progress)?;
            for output in &graphs {
                output.write(&graph)?;
            }
            let _ = drawn.set(graph);
            Ok(report)
        },
        |report, out| {
            if !is_question {
                return emit(&args.run, report, out);
            }
            if report.has_lost() {
                terminal::warning("not all could be read, so archives may be missing here");
            }
            let graph = drawn.get().context("the mirror was scanned")?;
            answer(args, graph, &report.standpoint, out)
        },
    )?;
    // A question is no judgement: only what was not read leaves its answer open.
    Ok(if is_question && code == 1 { 0 } else { code })
}

/// Answers `--why`.
fn answer(
    args: &DarkpanArgs,
    graph: &MirrorGraph,
    standpoint: &Standpoint,
    out: &mut Vec<u8>,
) -> anyhow::Result<()> {
    let of = |name: &String| Ok((name.clone(), why(graph, name)?));
    let answers = args.why.iter().map(of).collect::<anyhow::Result<Vec<Answer>>>()?;
    if args.run.format == "json" {
        return Ok(write_json(graph, &answers, env!("CARGO_PKG_VERSION"), out)?);
    }
    let options = options(&args.run, io::stdout().is_terminal());
    Ok(write_table(graph, &answers, standpoint, &options, out)?)
}
