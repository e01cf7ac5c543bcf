//! `perlscan check`.

use std::io::{self, BufRead as _, Write as _};

use anyhow::Context as _;
use perlscan_scanner::audit::check::{CheckResult, Checker, Status};
use perlscan_scanner::model::finding::Verdict;
use perlscan_scanner::report::check::{write_jsonl, write_table};

use crate::args::{CheckArgs, CheckFormat};

pub(crate) fn run(args: &CheckArgs) -> anyhow::Result<u8> {
    let database = args.database.open()?;
    let mut checker = Checker::new(&database);
    let mut out = Buffer { bytes: Vec::with_capacity(2 * FLUSH_AT), out: io::stdout().lock() };
    let mut exit_code = 0;
    for input in &args.inputs {
        if input == "-" {
            let mut stdin = io::stdin().lock();
            let mut line = Vec::new();
            while stdin.read_until(b'\n', &mut line).context("can't read standard input")? > 0 {
                // A line that is not UTF-8 names no distribution; it is shown as unparsed.
                let text = String::from_utf8_lossy(&line);
                if !text.trim().is_empty() {
                    let result = checker.check_line(text.trim_end_matches(['\r', '\n']))?;
                    exit_code = exit_code.max(out.write(args.format, &result)?);
                }
                line.clear();
            }
        } else {
            let result = checker.check(input)?;
            exit_code = exit_code.max(out.write(args.format, &result)?);
        }
    }
    out.flush()?;
    Ok(exit_code)
}

/// How many bytes are gathered before they are written.
const FLUSH_AT: usize = 1 << 16;

/// Results on their way to standard output.
struct Buffer<'a> {
    bytes: Vec<u8>,
    out: io::StdoutLock<'a>,
}

impl Buffer<'_> {
    /// Writes a result and tells the exit code that it asks for.
    fn write(&mut self, format: CheckFormat, result: &CheckResult) -> anyhow::Result<u8> {
        match format {
            CheckFormat::Table => write_table(result, &mut self.bytes)?,
            CheckFormat::Jsonl => write_jsonl(result, &mut self.bytes)?,
        }
        if self.bytes.len() >= FLUSH_AT {
            self.flush()?;
        }
        let fails = result.verdicts.iter().any(|verdict| verdict.verdict <= Verdict::NoSafeChoice);
        Ok(match result.status {
            Status::Unparsed => 2,
            _ => u8::from(fails),
        })
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.write_all(&self.bytes)?;
        self.bytes.clear();
        self.out.flush()
    }
}
