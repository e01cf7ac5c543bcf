//! How fast Perl source is read: loads all Perl files below the given paths into
//! memory, then lexes them all, cuts them into statements, and reads what they
//! load and declare, each several times over, and prints the best.
//!
//! ```text
//! cargo run --release --example lex_throughput -- /usr/share/perl5 /usr/share/perl/5.36
//! ```

#![allow(clippy::disallowed_methods, clippy::print_stdout, missing_docs)]

use std::fs;
use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use perlscan_scanner::perl::Lexer;
use perlscan_scanner::perl::module_version::packages;
use perlscan_scanner::perl::reading;
use perlscan_scanner::perl::statement::{Piece, Statements};
use perlscan_scanner::perl::uses::Uses;

const ROUNDS: usize = 15;

fn gather(path: &Path, files: &mut Vec<PathBuf>) {
    if path.is_dir() {
        let mut entries: Vec<_> = fs::read_dir(path)
            .map(|entries| entries.flatten().map(|entry| entry.path()).collect())
            .unwrap_or_default();
        entries.sort();
        for entry in entries {
            gather(&entry, files);
        }
    } else if path.extension().is_some_and(|e| ["pm", "pl", "t", "PL"].iter().any(|x| e == *x)) {
        files.push(path.to_owned());
    }
}

fn main() {
    let mut files = Vec::new();
    for argument in std::env::args_os().skip(1) {
        gather(Path::new(&argument), &mut files);
    }
    let sources: Vec<Vec<u8>> = files.iter().filter_map(|file| fs::read(file).ok()).collect();
    let bytes: usize = sources.iter().map(Vec::len).sum();
    println!("{} files, {bytes} bytes, best of {ROUNDS}", sources.len());
    measure("lexer", &sources, |source| {
        let mut lexer = Lexer::new(source);
        let mut tokens = 0;
        while let Some(token) = lexer.next_token() {
            black_box(token);
            tokens += 1;
        }
        tokens
    });
    measure("statements", &sources, |source| {
        let mut statements = Statements::new(source, &[]);
        let mut pieces = 0;
        while statements.next_piece() != Piece::End {
            black_box(statements.tokens());
            pieces += 1;
        }
        pieces
    });
    measure("statements and packages", &sources, |source| packages(source).len());
    measure("statements and uses", &sources, |source| {
        let mut uses = Uses::new(source);
        let mut statements = Statements::new(source, &[]);
        loop {
            let piece = statements.next_piece();
            uses.read(statements.tokens(), piece);
            if piece == Piece::End {
                return uses.finish().len();
            }
        }
    });
    measure("reading", &sources, |source| reading::read(source).loads.len());
}

fn measure(name: &str, sources: &[Vec<u8>], read: impl Fn(&[u8]) -> usize) {
    let bytes: usize = sources.iter().map(Vec::len).sum();
    let mut best = Duration::MAX;
    let mut found = 0;
    for _ in 0..ROUNDS {
        let begin = Instant::now();
        found = sources.iter().map(|source| read(source)).sum();
        best = best.min(begin.elapsed());
    }
    let rate = bytes as f64 / best.as_secs_f64() / 1e6;
    println!("{name}: {found} found in {best:?}, {rate:.0} MB/s");
}
