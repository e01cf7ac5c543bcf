//! Prints what the given Perl files load, one a line: file, module, the least
//! version, `?` for what is optional and `~` for what is conditional. Reads
//! the names of the files from standard input.

#![allow(clippy::disallowed_methods, clippy::print_stdout, clippy::print_stderr, missing_docs)]

use std::io::{BufRead, stdin};

use perlscan_scanner::perl::reading;

fn main() {
    for path in stdin().lock().lines().map_while(Result::ok) {
        let Ok(source) = std::fs::read(&path) else { continue };
        let read = reading::read(&source);
        for load in &read.loads {
            let own = read.packages.iter().any(|package| package.module == load.module);
            let optional = if load.optional { "?" } else { "" };
            let conditional = if load.conditional { "~" } else { "" };
            let minimum = load.minimum.as_deref().unwrap_or_default();
            let own = if own { "own" } else { "" };
            println!("{path}\t{}\t{minimum}\t{optional}{conditional}\t{own}", load.module);
        }
        for fault in &read.faults {
            eprintln!("{path}\t{fault:?}");
        }
    }
}
