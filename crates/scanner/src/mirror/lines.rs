//! The text files of a mirror, line by line: packed by gzip or not, within bounds.

use std::io::{BufRead, BufReader, Read};

use flate2::bufread::MultiGzDecoder;

/// The longest line that is read.
const LONGEST_LINE: u64 = 16 << 10;
/// How many lines that make no sense are told one by one.
const TOLD: usize = 20;

/// What can't be read of such a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IndexFault {
    /// The line, from 1; 0 for the file as a whole.
    pub line: u32,
    /// What is wrong.
    pub what: String,
}

/// What a file begins with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Begins {
    /// Headers up to a blank line, one of which may say how many lines follow.
    WithHeaders,
    /// What it lists.
    AtOnce,
}

/// Gives out the lines of a file, without blanks around them, and without the blank
/// ones. `take` says what is wrong with one. Of the file not more than `limit` bytes
/// are read, unpacked.
pub(super) fn read(
    bytes: &[u8],
    limit: u64,
    begins: Begins,
    take: impl FnMut(&str, u32) -> Result<(), String>,
) -> Vec<IndexFault> {
    match bytes.starts_with(b"\x1f\x8b") {
        true => {
            each(BufReader::new(MultiGzDecoder::new(bytes).take(limit + 1)), limit, begins, take)
        }
        false => each(bytes.take(limit + 1), limit, begins, take),
    }
}

fn each(
    mut text: impl BufRead,
    limit: u64,
    begins: Begins,
    mut take: impl FnMut(&str, u32) -> Result<(), String>,
) -> Vec<IndexFault> {
    let mut told = Vec::new();
    let (mut number, mut size, mut faults, mut good) = (0_u32, 0_u64, 0_usize, 0_usize);
    let mut in_header = begins == Begins::WithHeaders;
    let mut promised: Option<usize> = None;
    let mut line = Vec::new();
    loop {
        line.clear();
        match text.by_ref().take(LONGEST_LINE).read_until(b'\n', &mut line) {
            Ok(0) => break,
            Ok(got) => size = size.saturating_add(u64::try_from(got).unwrap_or(u64::MAX)),
            Err(error) => {
                let what = format!("it is damaged behind this line, and not read on: {error}");
                told.push(IndexFault { line: number, what });
                return told;
            }
        }
        number = number.saturating_add(1);
        if size > limit {
            let what = format!("it has more than {limit} bytes: the rest is not read");
            told.push(IndexFault { line: number, what });
            return told;
        }
        let text = String::from_utf8_lossy(&line);
        let text = text.trim();
        if in_header {
            if let Some(count) = text.strip_prefix("Line-Count:") {
                promised = count.trim().parse().ok();
            }
            in_header = !text.is_empty();
            continue;
        }
        if text.is_empty() {
            continue;
        }
        match take(text, number) {
            Ok(()) => good += 1,
            Err(what) => {
                faults += 1;
                if faults <= TOLD {
                    told.push(IndexFault { line: number, what });
                }
            }
        }
    }
    if in_header {
        let what = "it has no blank line behind its headers, so lists nothing".to_owned();
        told.push(IndexFault { line: 0, what });
    }
    if faults > TOLD {
        let what = format!("{} more lines make no sense", faults - TOLD);
        told.push(IndexFault { line: 0, what });
    }
    let found = good + faults;
    if let Some(promised) = promised.filter(|promised| found < *promised) {
        let what = format!(
            "it says that it has {promised} lines, and has {found}: it may have been cut; make it \
             anew"
        );
        told.push(IndexFault { line: 0, what });
    }
    told
}
