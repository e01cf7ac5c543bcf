//! The arguments of what a fresh install takes from a mirror.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use perlscan_scanner::resolve::closure::ClosureSettings;

use super::{DatabaseArgs, NetworkArgs, SourceArgs, When};

/// What is taken besides what is required to configure, build, test and run.
#[derive(Debug, Args)]
#[command(next_help_heading = "What a fresh install takes")]
pub(crate) struct TakenArgs {
    /// Take what is recommended too, by the project and by what it takes
    #[arg(long)]
    pub(crate) with_recommends: bool,
    /// Take what is suggested too
    #[arg(long)]
    pub(crate) with_suggests: bool,
    /// Take what the project's authors need, its phase develop
    #[arg(long)]
    pub(crate) with_develop: bool,
    /// Take what its cpanfile asks for in the phase configure, which cpanm leaves alone
    #[arg(long)]
    pub(crate) with_configure: bool,
    /// Take this feature of the project
    #[arg(long, value_name = "NAME")]
    pub(crate) with_feature: Vec<String>,
    /// Take all its features
    #[arg(long)]
    pub(crate) with_all_features: bool,
    /// Leave out what only the tests of what is taken need, as `cpanm --notest` and Carton do
    #[arg(long)]
    pub(crate) no_tests: bool,
}

impl TakenArgs {
    pub(crate) fn settings(&self) -> ClosureSettings {
        ClosureSettings {
            recommends: self.with_recommends,
            suggests: self.with_suggests,
            develop: self.with_develop,
            configure: self.with_configure,
            no_tests: self.no_tests,
            features: self.with_feature.iter().cloned().collect(),
            all_features: self.with_all_features,
        }
    }
}

/// Which projects are resolved against what.
#[derive(Debug, Args)]
pub(crate) struct ResolveArgs {
    #[command(flatten)]
    pub(crate) source: SourceArgs,
    /// The CPAN mirror, a folder or its URL (https); of a repository of Pinto its default stack
    #[arg(long, value_name = "PATH|URL", help_heading = "What a fresh install takes")]
    pub(crate) mirror: PathBuf,
    #[command(flatten)]
    pub(crate) taken: TakenArgs,
    /// The perl that the projects run on: 5.36, 5.36.1
    #[arg(long, value_name = "VERSION", help_heading = "What a fresh install takes")]
    pub(crate) perl_version: Option<String>,
    /// The format of standard output
    #[arg(short, long, value_enum, default_value = "table", help_heading = "Output")]
    pub(crate) format: ResolveFormat,
    /// Also write the project's lock to this file, a cpanfile.snapshot that Carton reads
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    pub(crate) snapshot: Option<PathBuf>,
    /// Resolve projects that have a lock too, and write over the lock that is there
    #[arg(long, help_heading = "Output")]
    pub(crate) force: bool,
    /// The archives, what perl brings, notes, and what only running scripts would tell
    #[arg(short, long, help_heading = "Output")]
    pub(crate) verbose: bool,
    /// When to colour the table
    #[arg(long, value_enum, default_value = "auto", help_heading = "Output")]
    pub(crate) color: When,
    /// Only warn about what could not be read
    #[arg(long, help_heading = "What fails")]
    pub(crate) allow_incomplete: bool,

    #[command(flatten)]
    pub(crate) database: DatabaseArgs,
    #[command(flatten)]
    pub(crate) network: NetworkArgs,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ResolveFormat {
    /// For people
    Table,
    /// One document for programs
    Json,
    /// Carton's lock, of one project
    Snapshot,
}
