//! `perlscan db`, one file a command.

mod build;
mod diff;
mod export;
mod lint;
mod status;
mod update;

pub(super) use update::before_scan;

use crate::args::DbCommand;

pub(crate) fn run(command: DbCommand) -> anyhow::Result<u8> {
    match command {
        DbCommand::Status(args) => status::run(&args),
        DbCommand::Update(args) => update::run(&args),
        DbCommand::Build(args) => build::run(&args),
        DbCommand::Diff(args) => diff::run(&args),
        DbCommand::Lint(args) => lint::run(&args),
        DbCommand::Export(args) => export::run(&args),
    }
}
