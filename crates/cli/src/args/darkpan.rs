//! The command line of `perlscan darkpan`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use crate::args::{DiffFormat, RunArgs, SourceArgs, exit_codes};

/// Which mirror is read, and how it is judged.
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(crate) struct DarkpanArgs {
    #[command(subcommand)]
    pub(crate) command: Option<DarkpanCommand>,
    #[command(flatten)]
    pub(crate) source: SourceArgs,
    /// In place of the report tell who requires this distribution or module, and the shortest
    /// ways to it, as a table or JSON
    #[arg(long, value_name = "DIST", help_heading = "Who depends on it")]
    pub(crate) why: Vec<String>,
    /// Also write who requires what to a file; without FORMAT (dot, graphml, json) its suffix
    /// tells: .dot .gv .graphml .json
    #[arg(long, value_name = "[FORMAT=]PATH", help_heading = "Who depends on it")]
    pub(crate) graph: Vec<String>,
    #[command(flatten)]
    pub(crate) run: RunArgs,
}

#[derive(Debug, Subcommand)]
pub(crate) enum DarkpanCommand {
    /// Tell what differs between two reports of a mirror
    #[command(after_help = exit_codes::DARKPAN_DIFF)]
    Diff(DarkpanDiffArgs),
}

#[derive(Debug, Args)]
pub(crate) struct DarkpanDiffArgs {
    /// The old report, as `perlscan darkpan PATH -f json` wrote it
    pub(crate) old: PathBuf,
    /// The new report
    pub(crate) new: PathBuf,
    /// The format of standard output
    #[arg(short, long, value_enum, default_value = "markdown")]
    pub(crate) format: DiffFormat,
}
