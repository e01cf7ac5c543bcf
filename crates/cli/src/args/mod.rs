//! The command line.

mod darkpan;
mod db;
mod db_update;
mod exit_codes;
mod mirror;

use std::path::{Path, PathBuf};

use clap::builder::{FalseyValueParser, PossibleValue, PossibleValuesParser};
use clap::{Args, Parser, Subcommand, ValueEnum};
use perlscan_scanner::advisory::AdvisoryError;
use perlscan_scanner::advisory::cache;
use perlscan_scanner::advisory::database::{Database, DatabaseChoice};
use perlscan_scanner::model::remark::RemarkKind;
use perlscan_scanner::model::requirement::Phase;
use perlscan_scanner::report::FORMATS;

pub(crate) use crate::args::darkpan::{DarkpanArgs, DarkpanCommand, DarkpanDiffArgs, TrustArgs};
pub(crate) use crate::args::db::{
    DbBuildArgs, DbCommand, DbDiffArgs, DbExportArgs, DbStatusArgs, DiffFormat, ExportFormat,
    LintArgs, LintFailOn, LintFormat, StatusFormat,
};
pub(crate) use crate::args::db_update::DbUpdateArgs;
pub(crate) use crate::args::mirror::{ResolveArgs, ResolveFormat, TakenArgs};
use crate::terminal;

const AFTER_HELP: &str = "\
`perlscan [PATH...]` is `perlscan scan [PATH...]`; `perlscan scan --help` lists its options.

Exit codes: 0 nothing that fails the run, 1 findings that do, 2 it could not do its work.";

/// Finds known-vulnerable CPAN distributions in Perl projects, offline.
#[derive(Debug, Parser)]
#[command(name = "perlscan", version, about, after_help = AFTER_HELP, max_term_width = 100)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Scan files and folders (what perlscan does when no command is named)
    #[command(after_help = exit_codes::SCAN)]
    Scan(ScanArgs),
    /// Tell what the database knows of a distribution, module or package URL
    #[command(after_help = exit_codes::CHECK)]
    Check(CheckArgs),
    /// Compare two commits without a checkout: what one brings in
    #[command(after_help = exit_codes::DIFF)]
    Diff(DiffArgs),
    /// Scan what a perl has installed, asking that perl where
    #[command(after_help = exit_codes::SCAN)]
    Installed(InstalledArgs),
    /// List what a tree holds: releases, requirements, perls, without judging them
    #[command(after_help = exit_codes::INVENTORY)]
    Inventory(InventoryArgs),
    /// Scan a private CPAN mirror, or a folder of archives, whole
    #[command(after_help = exit_codes::DARKPAN)]
    Darkpan(DarkpanArgs),
    /// Tell what a fresh install would take from a mirror, or write it as a cpanfile.snapshot
    #[command(after_help = exit_codes::RESOLVE)]
    Resolve(ResolveArgs),
    /// The advisory database
    #[command(subcommand)]
    Db(DbCommand),
    /// Tell all about an advisory or a rule
    #[command(after_help = exit_codes::EXPLAIN)]
    Explain(ExplainArgs),
    /// Write a completion script for a shell
    #[command(after_help = exit_codes::COMPLETIONS)]
    Completions(CompletionsArgs),
    /// Write the manual pages
    #[command(after_help = exit_codes::MAN)]
    Man(ManArgs),
}

#[derive(Debug, Args)]
pub(crate) struct DatabaseArgs {
    /// Ask this database file, or `embedded`, instead of the newer of the embedded and the
    /// cached one (PERLSCAN_CACHE names the cache's folder)
    #[arg(long, value_name = "FILE", env = "PERLSCAN_DB", help_heading = "Database")]
    pub(crate) db: Option<PathBuf>,
    /// Leave out the reviewed corrections of the advisory data
    #[arg(long, help_heading = "Database")]
    pub(crate) no_overrides: bool,
}

impl DatabaseArgs {
    /// Opens the database that is asked for.
    pub(crate) fn open(&self) -> Result<Database, AdvisoryError> {
        let embedded = self.db.as_deref() == Some(Path::new("embedded"));
        let choice = DatabaseChoice {
            file: self.db.clone().filter(|_| !embedded),
            cache: cache_folder().filter(|_| !embedded),
            no_overrides: self.no_overrides,
        };
        let database = Database::open(&choice)?;
        for warning in database.warnings() {
            terminal::warning(warning);
        }
        Ok(database)
    }
}

/// The folder of the cached database.
pub(crate) fn cache_folder() -> Option<PathBuf> {
    cache::folder(|name| std::env::var_os(name))
}

/// Which files are read, and how much of them.
#[derive(Debug, Args)]
pub(crate) struct SourceArgs {
    /// Files and folders to scan
    #[arg(value_name = "PATH", default_value = ".")]
    pub(crate) paths: Vec<PathBuf>,
    /// Leave out what matches, a pattern as in .gitignore
    #[arg(long, value_name = "GLOB", help_heading = "What is scanned")]
    pub(crate) exclude: Vec<String>,
    /// Read neither perlscan.toml nor .perlscanignore
    #[arg(long, help_heading = "What is scanned")]
    pub(crate) no_config: bool,
    /// Read perlscan.toml and .perlscanignore in this folder, in place of the scan root's: for
    /// a copy that whoever made the scanned tree can't change
    #[arg(
        long,
        value_name = "DIR",
        conflicts_with = "no_config",
        help_heading = "What is scanned"
    )]
    pub(crate) config_dir: Option<PathBuf>,
    /// Read manifests and locks up to this size
    #[arg(long, value_name = "BYTES", help_heading = "What is scanned")]
    pub(crate) max_manifest_bytes: Option<u64>,
    /// Read Perl source up to this size
    #[arg(long, value_name = "BYTES", help_heading = "What is scanned")]
    pub(crate) max_perl_bytes: Option<u64>,

    /// The largest archive that is opened, in bytes
    #[arg(long, value_name = "BYTES", help_heading = "What is scanned")]
    pub(crate) max_archive_bytes: Option<u64>,
    /// How long an archive is read at most, in seconds
    #[arg(long, value_name = "SECONDS", help_heading = "What is scanned")]
    pub(crate) max_archive_seconds: Option<u64>,
    /// How many threads walk and read
    #[arg(long, value_name = "N", help_heading = "What is scanned")]
    pub(crate) threads: Option<usize>,
}

#[derive(Debug, Args)]
pub(crate) struct InventoryArgs {
    #[command(flatten)]
    pub(crate) source: SourceArgs,
    /// The format of standard output
    #[arg(short, long, value_enum, default_value = "table", help_heading = "Output")]
    pub(crate) format: InventoryFormat,
    /// List every `package` statement with its version too
    #[arg(long, help_heading = "Output")]
    pub(crate) modules: bool,
    /// When to colour the table
    #[arg(long, value_enum, default_value = "auto", help_heading = "Output")]
    pub(crate) color: When,
    /// Exit 0 in spite of what could not be read
    #[arg(long, help_heading = "What fails")]
    pub(crate) allow_incomplete: bool,

    #[command(flatten)]
    pub(crate) database: DatabaseArgs,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum InventoryFormat {
    /// For people
    Table,
    /// One document for programs
    Json,
}

#[derive(Debug, Args)]
pub(crate) struct ScanArgs {
    #[command(flatten)]
    pub(crate) source: SourceArgs,
    /// Report what the staged changes bring in: the git index compared with HEAD; the
    /// working tree is not read
    #[arg(long, conflicts_with_all = ["since", "config_dir"], help_heading = "What is compared")]
    pub(crate) staged: bool,
    /// Report what came in since HEAD and this revision parted: the working tree compared
    /// with that commit
    #[arg(long, value_name = "REV", help_heading = "What is compared")]
    pub(crate) since: Option<String>,
    #[command(flatten)]
    pub(crate) remembered: RememberedArgs,
    /// Judge a project that has no lock by what a fresh install would take from this CPAN
    /// mirror, a folder or its URL (https); of a repository of Pinto its default stack
    #[arg(
        long,
        value_name = "PATH|URL",
        conflicts_with_all = ["staged", "since"],
        help_heading = "What a fresh install takes"
    )]
    pub(crate) mirror: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) taken: TakenArgs,
    #[command(flatten)]
    pub(crate) run: RunArgs,
}

#[derive(Debug, Args)]
#[command(override_usage = "perlscan diff [OPTIONS] <REV1> [REV2] [PATH]...")]
pub(crate) struct DiffArgs {
    /// The earlier commit, or both as REV1..REV2; REV1...REV2 begins where they part
    #[arg(value_name = "REV1")]
    pub(crate) base: String,
    // The first of its paths may be REV2, else HEAD is.
    #[command(flatten)]
    pub(crate) source: SourceArgs,
    #[command(flatten)]
    pub(crate) remembered: RememberedArgs,
    #[command(flatten)]
    pub(crate) run: RunArgs,
}

/// Whether what a comparison has read serves the next one.
#[derive(Debug, Args)]
pub(crate) struct RememberedArgs {
    /// Of two states of a repository: neither use nor keep what Perl source said when they
    /// were last compared (PERLSCAN_CACHE names the cache's folder)
    #[arg(long, help_heading = "What is compared")]
    pub(crate) no_cache: bool,
}

/// What is installed where, and how much of it is read.
#[derive(Debug, Args)]
pub(crate) struct InstalledArgs {
    /// The perl that is asked for @INC; else the one in PATH is
    #[arg(long, value_name = "PATH", conflicts_with = "inc", help_heading = "What is scanned")]
    pub(crate) perl: Option<PathBuf>,
    /// Folders of modules, in place of what a perl says: none is started
    #[arg(long, value_name = "DIR", num_args = 1.., help_heading = "What is scanned")]
    pub(crate) inc: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) run: RunArgs,
}

/// How what was found is judged and reported.
#[derive(Debug, Args)]
pub(crate) struct RunArgs {
    /// The format of standard output
    #[arg(
        short,
        long,
        value_parser = report_formats(),
        default_value = "table",
        help_heading = "Output"
    )]
    pub(crate) format: String,
    /// Also write the report to a file; without FORMAT its suffix tells: .json .jsonl .md .sarif .tap .txt .xml
    #[arg(short, long, value_name = "[FORMAT=]PATH", help_heading = "Output")]
    pub(crate) output: Vec<String>,
    /// Findings and what was left out only
    #[arg(short, long, conflicts_with = "verbose", help_heading = "Output")]
    pub(crate) quiet: bool,
    /// Everything: floors too low one by one, notes, what is not in the database
    #[arg(short, long, help_heading = "Output")]
    pub(crate) verbose: bool,
    /// When to colour the table
    #[arg(long, value_enum, default_value = "auto", help_heading = "Output")]
    pub(crate) color: When,
    /// The category of this run in code scanning, where a repository has several
    #[arg(long, value_name = "NAME", default_value = "default", help_heading = "Output")]
    pub(crate) category: String,

    /// The phases to judge: configure, build, test, runtime, develop
    #[arg(
        long = "phase",
        value_name = "PHASE",
        value_delimiter = ',',
        value_parser = phase,
        help_heading = "What is scanned"
    )]
    pub(crate) phases: Vec<Phase>,
    /// The perl that the projects run on: 5.36, 5.36.1
    #[arg(long, value_name = "VERSION", help_heading = "What is scanned")]
    pub(crate) perl_version: Option<String>,

    /// The severity from which on a finding fails the run
    #[arg(long, value_enum, default_value = "any", help_heading = "What fails")]
    pub(crate) fail_on: FailOnArg,
    /// What advisories without a severity do
    #[arg(long, value_enum, default_value = "fail", help_heading = "What fails")]
    pub(crate) unscored: Unscored,
    /// Let floors that are too low and unknown versions fail too
    #[arg(long, help_heading = "What fails")]
    pub(crate) strict: bool,
    /// Let remarks of this rule fail too: undeclared-module, removed-core-module,
    /// unused-requirement, unsafe-mirror, name-on-public-index, name-differs-in-case,
    /// repository-claim, same-name-other-content, unsigned-checksums
    #[arg(
        long,
        value_name = "RULE",
        value_delimiter = ',',
        value_parser = remark_kind,
        help_heading = "What fails"
    )]
    pub(crate) also_fail_on: Vec<RemarkKind>,
    /// Let findings in test fixtures fail too
    #[arg(long, help_heading = "What fails")]
    pub(crate) include_fixtures: bool,
    /// Only warn about what could not be read
    #[arg(long, help_heading = "What fails")]
    pub(crate) allow_incomplete: bool,
    /// Fail when there is nothing to scan
    #[arg(long, help_heading = "What fails")]
    pub(crate) fail_on_empty: bool,

    #[command(flatten)]
    pub(crate) database: DatabaseArgs,
    /// Exit 2 when the database is older than this: 12h, 7d, 4w
    #[arg(long, value_name = "AGE", value_parser = age, help_heading = "Database")]
    pub(crate) max_db_age: Option<i64>,
    /// Read this file in place of the scan root's perlscan.toml
    #[arg(long, value_name = "FILE", help_heading = "What fails")]
    pub(crate) config: Option<PathBuf>,
    /// First run `db update`, which fetches over the network; where that fails, warn
    #[arg(long, help_heading = "Database")]
    pub(crate) update: bool,
    #[command(flatten)]
    pub(crate) network: NetworkArgs,
}

/// Whether other machines are asked.
#[derive(Debug, Args)]
pub(crate) struct NetworkArgs {
    /// Fetch nothing: no database for --update, and no mirror by its URL
    #[arg(
        long,
        env = "PERLSCAN_OFFLINE",
        value_parser = FalseyValueParser::new(),
        help_heading = "Network"
    )]
    pub(crate) offline: bool,
}

/// An age in seconds: a number and `h`, `d` or `w`.
fn age(text: &str) -> Result<i64, String> {
    let unit = match text.chars().last() {
        Some('h') => 60 * 60,
        Some('d') => 24 * 60 * 60,
        Some('w') => 7 * 24 * 60 * 60,
        _ => 0,
    };
    let number = text.get(..text.len().saturating_sub(1)).and_then(|digits| digits.parse().ok());
    number
        .filter(|number: &i64| unit > 0 && *number >= 0)
        .and_then(|number| number.checked_mul(unit))
        .ok_or_else(|| "a number and h, d or w is expected: 12h, 7d, 4w".to_owned())
}

fn remark_kind(rule: &str) -> Result<RemarkKind, String> {
    RemarkKind::from_rule(rule).ok_or_else(|| {
        let rules: Vec<&str> = RemarkKind::ALL.iter().map(|kind| kind.rule()).collect();
        format!("one of {} is expected", rules.join(", "))
    })
}

fn phase(word: &str) -> Result<Phase, String> {
    Phase::from_word(word).ok_or_else(|| {
        let words: Vec<&str> = Phase::ALL.iter().map(|phase| phase.word()).collect();
        format!("the phases are {}", words.join(", "))
    })
}

/// The formats of the library, with what each is for.
fn report_formats() -> PossibleValuesParser {
    FORMATS
        .iter()
        .map(|format| PossibleValue::new(format.name).help(format.about))
        .collect::<Vec<_>>()
        .into()
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum When {
    /// On a terminal
    Auto,
    Always,
    Never,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum FailOnArg {
    /// Whatever its severity
    Any,
    Low,
    Medium,
    High,
    Critical,
    /// No finding fails the run
    None,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Unscored {
    Fail,
    Pass,
}

#[derive(Debug, Args)]
pub(crate) struct ExplainArgs {
    /// A CPANSA, CVE or GHSA id, or the name of a rule
    #[arg(value_name = "ID-or-RULE")]
    pub(crate) what: String,
    #[command(flatten)]
    pub(crate) database: DatabaseArgs,
}

#[derive(Debug, Args)]
pub(crate) struct CompletionsArgs {
    /// The shell
    #[arg(value_enum)]
    pub(crate) shell: clap_complete::Shell,
}

#[derive(Debug, Args)]
pub(crate) struct ManArgs {
    /// The folder for the pages, one a command; else they go to standard output
    #[arg(value_name = "DIR")]
    pub(crate) dir: Option<PathBuf>,
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
