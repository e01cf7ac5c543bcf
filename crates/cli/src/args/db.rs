//! The command line of `perlscan db`.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

use crate::args::{DatabaseArgs, DbUpdateArgs, When, exit_codes};

#[derive(Debug, Subcommand)]
pub(crate) enum DbCommand {
    /// Tell which database is used: its date, commit and counts
    #[command(after_help = exit_codes::DB_STATUS)]
    Status(DbStatusArgs),
    /// Fetch advisories, check them, and keep the new database in the cache
    #[command(after_help = exit_codes::DB_UPDATE)]
    Update(DbUpdateArgs),
    /// Make the facts files from upstream's data (for perlscan's developers)
    #[command(after_help = exit_codes::DB_BUILD)]
    Build(DbBuildArgs),
    /// Tell what is wrong in advisory data
    #[command(after_help = exit_codes::DB_LINT)]
    Lint(LintArgs),
    /// Tell what differs between two databases or sets of advisory data
    #[command(after_help = exit_codes::DB_DIFF)]
    Diff(DbDiffArgs),
    /// Write the database as a folder of files for others
    #[command(after_help = exit_codes::DB_EXPORT)]
    Export(DbExportArgs),
}

#[derive(Debug, Args)]
pub(crate) struct DbStatusArgs {
    /// The format of standard output
    #[arg(short, long, value_enum, default_value = "table")]
    pub(crate) format: StatusFormat,
    #[command(flatten)]
    pub(crate) database: DatabaseArgs,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum StatusFormat {
    /// For people
    Table,
    /// One document for programs
    Json,
}

#[derive(Debug, Args)]
pub(crate) struct LintArgs {
    /// Advisory data: a checkout, a folder or a feed ([KIND=]PATH), a database file, a folder of
    /// facts; else what is embedded
    #[arg(value_name = "DIR|FEED")]
    pub(crate) path: Option<PathBuf>,
    /// The format of standard output
    #[arg(short, long, value_enum, default_value = "table")]
    pub(crate) format: LintFormat,
    /// The level from which on a finding fails the run
    #[arg(long, value_enum, default_value = "error")]
    pub(crate) fail_on: LintFailOn,
    /// When to colour the table
    #[arg(long, value_enum, default_value = "auto")]
    pub(crate) color: When,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum LintFormat {
    /// For people
    Table,
    /// One document for programs
    Json,
    /// For code scanning
    Sarif,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum LintFailOn {
    Error,
    Warning,
    Note,
    /// No finding fails the run
    None,
}

#[derive(Debug, Args)]
pub(crate) struct DbDiffArgs {
    /// The old side: a database file, a folder of facts, `embedded`, or [KIND=]PATH of advisory
    /// data
    pub(crate) old: PathBuf,
    /// The new side, named likewise
    pub(crate) new: PathBuf,
    /// The format of standard output
    #[arg(short, long, value_enum, default_value = "markdown")]
    pub(crate) format: DiffFormat,
    /// List the known releases whose verdict changes
    #[arg(long)]
    pub(crate) verdicts: bool,
    /// Exit with 1 when anything differs
    #[arg(long)]
    pub(crate) exit_code: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum DiffFormat {
    /// For mails and pull requests
    Markdown,
    /// One document for programs
    Json,
}

#[derive(Debug, Args)]
pub(crate) struct DbExportArgs {
    /// The format of the files
    #[arg(short, long, value_enum)]
    pub(crate) format: ExportFormat,
    /// The folder for the files; what is in it already and not of the export stays
    #[arg(long, value_name = "DIR")]
    pub(crate) out: PathBuf,
    /// Who publishes the CSAF documents
    #[arg(long, value_name = "NAME", help_heading = "CSAF")]
    pub(crate) publisher_name: Option<String>,
    /// A URL that the publisher controls
    #[arg(long, value_name = "URL", help_heading = "CSAF")]
    pub(crate) publisher_namespace: Option<String>,
    /// Where the folder will be served [default: the namespace and /csaf]
    #[arg(long, value_name = "URL", help_heading = "CSAF")]
    pub(crate) base_url: Option<String>,
    /// Leave `package` out: the official OSV schema has no ecosystem CPAN yet
    #[arg(long, help_heading = "OSV")]
    pub(crate) osv_without_package: bool,
    #[command(flatten)]
    pub(crate) database: DatabaseArgs,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ExportFormat {
    /// CPANSA's JSON feed, and a file a distribution
    CpansaFeed,
    /// OSV records
    Osv,
    /// CSAF 2.0 documents with index, changes, ROLIE feed and hashes
    Csaf,
    /// Everything, as one document and as lines
    Json,
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
