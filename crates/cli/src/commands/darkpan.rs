//! `perlscan darkpan`: a private CPAN mirror, archive by archive.

mod diff;
mod graph;
mod patches;
mod remote;
mod trust;

use std::cell::OnceCell;
use std::io::{self, IsTerminal as _};

use anyhow::{Context as _, bail};
use perlscan_scanner::darkpan;
use perlscan_scanner::graph::MirrorGraph;
use perlscan_scanner::graph::why::why;
use perlscan_scanner::report::Standpoint;
use perlscan_scanner::report::why::{Answer, write_json, write_table};
use perlscan_scanner::scan::{ArchiveFacts, ScanSettings};
use perlscan_scanner::source::{FsSource, Source};

use crate::args::{DarkpanArgs, DarkpanCommand, cache_folder};
use crate::commands::remote::Remote;
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
    let url = url(args)?;
    let scanned = if url.is_some() { &[][..] } else { &args.source.paths };
    let trust = trust::trust(&args.trust, scanned)?;
    let prepare = |settings: &mut ScanSettings| {
        settings.patches = patches::patches(&args.patches)?;
        settings.archive_facts = archive_facts(args);
        if let Some(url) = url {
            return Ok(Mirror::There(remote::prepare(args, url, settings)?));
        }
        let mut places = Places::of(&args.source)?;
        places.set_threads(threads());
        settle(&places, &args.run, settings)?;
        Ok(Mirror::Here(places.into_source()))
    };
    let drawn = OnceCell::new();
    let code = report_as(
        &args.run,
        prepare,
        |mirror, settings, database, progress| {
            let source: Box<dyn Source> = match mirror {
                Mirror::Here(source) => Box::new(source),
                Mirror::There(mirror) => {
                    let threads = args.source.threads.unwrap_or_else(threads);
                    mirror.whole(args.verify, &settings.limits, Some(threads), progress)?
                }
            };
            let (report, graph) =
                darkpan::examine(&*source, &settings, &trust, database, progress)?;
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

/// Where a mirror is.
enum Mirror {
    /// On this machine.
    Here(FsSource),
    /// On another one.
    There(Remote),
}

/// The URL among the places that were named.
fn url(args: &DarkpanArgs) -> anyhow::Result<Option<&str>> {
    let paths = args.source.paths.iter().filter_map(|path| path.to_str());
    let url = paths.into_iter().find(|path| path.contains("://"));
    if url.is_some() && args.source.paths.len() > 1 {
        bail!("the URL of a mirror stands alone: scan other places by runs of their own");
    }
    Ok(url)
}

/// How many threads read archives: two for each processor, since one of them may wait for
/// the disk. Each has an archive in memory, so more than processors can unpack only take
/// room.
fn threads() -> usize {
    const MOST: usize = 8;
    std::thread::available_parallelism()
        .map_or(1, std::num::NonZero::get)
        .saturating_mul(2)
        .min(MOST)
}

/// Where what archives say is kept.
fn archive_facts(args: &DarkpanArgs) -> Option<ArchiveFacts> {
    let folder = cache_folder().filter(|_| !args.no_cache)?;
    Some(ArchiveFacts { folder, reads_all: args.verify })
}

/// Answers `--why`.
fn answer(
    args: &DarkpanArgs,
    graph: &MirrorGraph,
    standpoint: &Standpoint,
    out: &mut dyn io::Write,
) -> anyhow::Result<()> {
    let of = |name: &String| Ok((name.clone(), why(graph, name)?));
    let answers = args.why.iter().map(of).collect::<anyhow::Result<Vec<Answer>>>()?;
    if args.run.format == "json" {
        return Ok(write_json(graph, &answers, env!("CARGO_PKG_VERSION"), out)?);
    }
    let options = options(&args.run, io::stdout().is_terminal());
    Ok(write_table(graph, &answers, standpoint, &options, out)?)
}
