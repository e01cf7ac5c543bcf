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
    /// Security patches, DIR/N/Net-OAuth/0.28/CVE-2025-22376-r1.patch, beside those in the
    /// mirror's own patches/: a finding whose patch is applied fails nothing
    #[arg(long, value_name = "DIR", help_heading = "What is scanned")]
    pub(crate) patches: Vec<PathBuf>,
    /// Read every byte anew, also of archives that the system says have not changed: finds
    /// what a disk has lost
    #[arg(long, help_heading = "Cache")]
    pub(crate) verify: bool,
    /// Neither use nor keep what earlier runs have read of the archives; what is fetched by
    /// HTTPS is kept all the same (PERLSCAN_CACHE names the cache's folder)
    #[arg(long, help_heading = "Cache")]
    pub(crate) no_cache: bool,
    #[command(flatten)]
    pub(crate) trust: TrustArgs,
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

/// What a mirror is held to.
#[derive(Debug, Args)]
pub(crate) struct TrustArgs {
    /// Have gpgv check the signatures of CHECKSUMS and SIGNATURE files by the OpenPGP keys in
    /// this file, armored or not
    #[arg(long, value_name = "FILE", help_heading = "What is trusted")]
    pub(crate) keyring: Option<PathBuf>,
    /// A 02packages.details.txt of CPAN, packed or not: tell which of the mirror's names it has
    /// for other archives
    #[arg(long, value_name = "FILE", help_heading = "What is trusted")]
    pub(crate) public_index: Option<PathBuf>,
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
