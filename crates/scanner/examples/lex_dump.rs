//! What the lexer makes of files: one line a token, for comparing it with other
//! readers of Perl (`test-corpus/perl-lexer/ppi.pl`).
//!
//! `FILE` alone prints `start end kind flags text`; `--sites FILE...` prints the
//! statements that scanners look for, `file line use|no|require|package|sub name`.

#![allow(clippy::disallowed_methods, clippy::print_stdout, missing_docs)]

use std::fs;
use std::io::{self, Write};

use perlscan_scanner::perl::{Lexer, LineIndex, TokenKind};

fn dump(source: &[u8], out: &mut impl Write) -> io::Result<()> {
    for token in Lexer::new(source) {
        let flags = [
            (token.begins_statement(), 's'),
            (token.is_block(), 'b'),
            (token.is_unterminated(), 'u'),
        ];
        let flags: String = flags.iter().filter(|(set, _)| *set).map(|(_, flag)| *flag).collect();
        let text = token.text(source).escape_ascii();
        writeln!(out, "{} {} {:?} [{flags}] {text}", token.start, token.end, token.kind)?;
    }
    Ok(())
}

fn sites(name: &str, source: &[u8], out: &mut impl Write) -> io::Result<()> {
    let lines = LineIndex::new(source);
    let mut lexer = Lexer::new(source);
    let mut pending: Option<(&str, usize)> = None;
    while let Some(token) = lexer.next_token() {
        let text = token.text(source);
        if let Some((word, at)) = pending.take()
            && matches!(token.kind, TokenKind::Word | TokenKind::Number | TokenKind::VString)
        {
            let line = lines.line(at);
            writeln!(out, "{name}\t{line}\t{word}\t{}", String::from_utf8_lossy(text))?;
        }
        if token.is_unterminated() {
            let line = lines.line(token.start as usize);
            writeln!(out, "{name}\t{line}\tunterminated\t{:?}", token.kind)?;
        }
        if token.kind == TokenKind::Word {
            pending = ["use", "no", "require", "package", "sub"]
                .into_iter()
                .find(|word| word.as_bytes() == text)
                .filter(|word| {
                    !matches!(*word, "use" | "no" | "package") || token.begins_statement()
                })
                .map(|word| (word, token.start as usize));
        }
    }
    Ok(())
}

fn main() -> io::Result<()> {
    let mut out = io::BufWriter::new(io::stdout().lock());
    let mut arguments: Vec<String> = std::env::args().skip(1).collect();
    let want_sites = arguments.first().is_some_and(|first| first == "--sites");
    if want_sites {
        arguments.remove(0);
    }
    for name in arguments {
        let source = fs::read(&name)?;
        if want_sites {
            sites(&name, &source, &mut out)?;
        } else {
            dump(&source, &mut out)?;
        }
    }
    Ok(())
}
