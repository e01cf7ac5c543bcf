//! The command line.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

/// Finds known-vulnerable CPAN distributions in Perl projects, offline.
#[derive(Debug, Parser)]
#[command(name = "perlscan", version, about, max_term_width = 100)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
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
