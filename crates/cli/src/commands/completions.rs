//! `perlscan completions`.

use std::io::Write as _;

use clap::CommandFactory as _;

use crate::args::{Cli, CompletionsArgs};

pub(crate) fn run(args: &CompletionsArgs) -> anyhow::Result<u8> {
    // Into memory first: the generator panics when its output refuses bytes.
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "perlscan", &mut script);
    std::io::stdout().write_all(&script)?;
    Ok(0)
}
