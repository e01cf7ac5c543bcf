//! The commands, one file each.

mod db;

use crate::args::{Cli, Command};

/// Runs the command and tells the exit code.
///
/// # Errors
/// When it could not do its work.
pub(crate) fn run(cli: Cli) -> anyhow::Result<u8> {
    match cli.command {
        Command::Db(command) => db::run(command),
    }
}
