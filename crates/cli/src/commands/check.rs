//! `perlscan check`.

use std::io::{self, BufRead as _, BufWriter, Write};

use anyhow::Context as _;
use perlscan_scanner::advisory::database::{Database, DatabaseChoice};
use perlscan_scanner::audit::check::{CheckResult, Checker, Status};
use perlscan_scanner::model::finding::Verdict;
use perlscan_scanner::report::check::{write_jsonl, write_table};

use crate::args::{CheckArgs, CheckFormat};

pub(crate) fn run(args: &CheckArgs) -> anyhow::Result<u8> {
    let database = Database::open(&DatabaseChoice {
        file: args.database.db.clone(),
        no_overrides: args.database.no_overrides,
    })?;
    let mut checker = Checker::new(&database);
    let mut out = BufWriter::with_capacity(1 << 16, io::stdout().lock());
    let mut exit_code = 0;
    for input in &args.inputs {
        if input == "-" {
            for line in io::stdin().lock().lines() {
                let line = line.context("can't read standard input")?;
                if !line.trim().is_empty() {
                    let result = checker.check_line(&line)?;
                    exit_code = exit_code.max(write(args.format, &result, &mut out)?);
                }
            }
        } else {
            let result = checker.check(input)?;
            exit_code = exit_code.max(write(args.format, &result, &mut out)?);
        }
    }
    out.flush()?;
    Ok(exit_code)
}

/// Writes a result and tells the exit code that it asks for.
fn write(format: CheckFormat, result: &CheckResult, out: &mut impl Write) -> anyhow::Result<u8> {
    match format {
        CheckFormat::Table => write_table(result, out)?,
        CheckFormat::Jsonl => write_jsonl(result, out)?,
    }
    let fails = result.verdicts.iter().any(|verdict| verdict.verdict <= Verdict::NoSafeChoice);
    Ok(match result.status {
        Status::Unparsed => 2,
        _ => u8::from(fails),
    })
}
