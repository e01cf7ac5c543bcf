//! The `perlscan` command.
//!
//! Arguments become settings, the library does the work, and only here does a
//! result become an exit code.

mod args;
mod clock;
mod commands;
mod first_word;
#[cfg(feature = "git")]
mod git_places;
mod places;
mod progress;
#[cfg(test)]
mod reference;
mod terminal;

use std::process::ExitCode;

use clap::Parser as _;

use crate::args::Cli;

#[cfg(target_env = "musl")]
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// The run could not do its work: usage, configuration, database, lost input.
const COULD_NOT: u8 = 2;

fn main() -> ExitCode {
    let words = match first_word::settle(std::env::args_os().collect()) {
        Ok(words) => words,
        Err(message) => {
            terminal::error(&message);
            return ExitCode::from(COULD_NOT);
        }
    };
    let cli = Cli::parse_from(words);
    match commands::run(cli) {
        Ok(code) => ExitCode::from(code),
        Err(error) => {
            if terminal::is_broken_pipe(&error) {
                // Whoever read our output has gone; there is nobody to tell.
                return ExitCode::SUCCESS;
            }
            terminal::error(&format!("{error:#}"));
            ExitCode::from(COULD_NOT)
        }
    }
}
