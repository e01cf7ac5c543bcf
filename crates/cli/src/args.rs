//! The command line.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

/// Finds known-vulnerable CPAN distributions in Perl projects, offline.
#[derive(Debug, Parser)]
#[command(name = "perlscan", version, about, max_term_width = 100)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Tell what the database knows of a distribution, module or package URL
    Check(CheckArgs),
    /// The advisory database
    #[command(subcommand)]
    Db(DbCommand),
}

#[derive(Debug, Subcommand)]
pub(crate) enum DbCommand {
    /// Make the facts files from upstream's data (for perlscan's developers)
    Build(DbBuildArgs),
}

#[derive(Debug, Args)]
pub(crate) struct DbBuildArgs {
    /// The unpacked JSON feed, cpan-security-advisory.json
    #[arg(long, value_name = "FILE")]
    pub(crate) feed: PathBuf,
    /// The cpan-security-advisory checkout
    #[arg(long, value_name = "DIR")]
    pub(crate) checkout: PathBuf,
    /// The unpacked core list, corelist.json
    #[arg(long, value_name = "FILE")]
    pub(crate) core_list: PathBuf,
    /// The folder for the facts files
    #[arg(long, value_name = "DIR")]
    pub(crate) out: PathBuf,
}

#[derive(Debug, Args)]
pub(crate) struct DatabaseArgs {
    /// Ask this database file instead of the embedded one
    #[arg(long, value_name = "FILE", env = "PERLSCAN_DB")]
    pub(crate) db: Option<PathBuf>,
    /// Leave out the reviewed corrections of the advisory data
    #[arg(long)]
    pub(crate) no_overrides: bool,
}

#[derive(Debug, Args)]
pub(crate) struct CheckArgs {
    /// DIST, DIST@VERSION, 'DIST@>=1.2,<2', Module::Name, pkg:cpan/..., perl@5.36, or - for
    /// lines of `DIST VERSION` on standard input
    #[arg(required = true, value_name = "WHAT")]
    pub(crate) inputs: Vec<String>,
    /// The format of standard output
    #[arg(short, long, value_enum, default_value = "table")]
    pub(crate) format: CheckFormat,
    #[command(flatten)]
    pub(crate) database: DatabaseArgs,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum CheckFormat {
    /// For people
    Table,
    /// One JSON object a line
    Jsonl,
}
