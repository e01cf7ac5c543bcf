//! The commands, one file each.

#[cfg_attr(not(feature = "git"), path = "no_git.rs")]
mod change;
mod check;
mod completions;
mod darkpan;
mod db;
mod explain;
mod installed;
mod inventory;
mod man;
mod mirror;
#[cfg_attr(not(feature = "https"), path = "no_remote.rs")]
mod remote;
mod resolve;
mod scan;

use crate::args::{Cli, Command};

/// Runs the command and tells the exit code.
///
/// # Errors
/// When it could not do its work.
pub(crate) fn run(cli: Cli) -> anyhow::Result<u8> {
    match cli.command {
        Command::Scan(args) => match (args.staged, &args.since) {
            (true, _) => change::staged(&args),
            (false, Some(revision)) => change::since(&args, revision),
            (false, None) if args.mirror.is_some() => mirror::scan(&args),
            (false, None) => scan::run(&args),
        },
        Command::Diff(args) => change::diff(args),
        Command::Darkpan(args) => darkpan::run(&args),
        Command::Resolve(args) => resolve::run(&args),
        Command::Installed(args) => installed::run(&args),
        Command::Inventory(args) => inventory::run(&args),
        Command::Check(args) => check::run(&args),
        Command::Explain(args) => explain::run(&args),
        Command::Completions(args) => completions::run(&args),
        Command::Man(args) => man::run(&args),
        Command::Db(command) => db::run(command),
    }
}
