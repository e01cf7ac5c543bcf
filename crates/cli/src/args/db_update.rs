//! The options of `perlscan db update`.

use std::path::PathBuf;

use clap::Args;

#[derive(Debug, Default, Args)]
pub(crate) struct DbUpdateArgs {
    /// Where advisories are read from: a folder, a file, git+PATH, file://, git://, git+https://,
    /// or https://...json; KIND= before it names the format (private, cve5, cpansa-yaml,
    /// cpansa-feed, butterfly, osv). Without any but private ones, CPANSA's signed feed is read
    #[arg(long, value_name = "[KIND=]WHERE")]
    pub(crate) source: Vec<String>,
    /// Where the signed feed is, instead of the places that perlscan knows: an HTTPS URL or a file,
    /// with its signature beside it (NAME.gpg). Several are tried in turn
    #[arg(long, value_name = "URL|FILE")]
    pub(crate) mirror: Vec<String>,
    /// Fetch nothing: read files and folders of this machine, and what is here already
    #[arg(long, env = "PERLSCAN_OFFLINE", value_parser = clap::builder::FalseyValueParser::new())]
    pub(crate) offline: bool,
    /// A file of OpenPGP keys whose signatures count, besides those that perlscan brings
    #[arg(long, value_name = "FILE")]
    pub(crate) keyring: Vec<PathBuf>,
    /// Accept data that is older than what is here
    #[arg(long, help_heading = "What is accepted")]
    pub(crate) allow_rollback: bool,
    /// Accept data without a signature where it should have one
    #[arg(long, help_heading = "What is accepted")]
    pub(crate) allow_unsigned: bool,
    /// Accept that advisories are no longer there
    #[arg(long, help_heading = "What is accepted")]
    pub(crate) accept_removals: bool,
}
