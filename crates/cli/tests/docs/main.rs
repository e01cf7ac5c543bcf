//! The documents say what is so: the paths that they name exist, and every
//! command that they show is run and prints what they show.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a test reads files, starts programs, lists what was skipped and fails by panicking"
)]

mod commands;
mod exit_codes;
mod page;
mod paths;
mod shell;

use std::path::Path;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}
