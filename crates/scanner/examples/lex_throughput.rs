//! How fast the lexer is: reads all Perl files below the given paths into
//! memory, then lexes them all, several times over, and prints the best.
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
    let mut best = Duration::MAX;
    let mut tokens = 0;
    for _ in 0..ROUNDS {
        let begin = Instant::now();
        tokens = 0;
        for source in &sources {
            let mut lexer = Lexer::new(source);
            while let Some(token) = lexer.next_token() {
                black_box(token);
                tokens += 1;
            }
        }
        best = best.min(begin.elapsed());
    }
    println!(
        "{} files, {bytes} bytes, {tokens} tokens: best of {ROUNDS} {best:?}, {:.0} MB/s, {:.1} ns a token",
        sources.len(),
        bytes as f64 / best.as_secs_f64() / 1e6,
        best.as_nanos() as f64 / f64::from(tokens.max(1)),
    );
}
