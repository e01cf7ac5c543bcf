//! Tar files: one entry after the other, as they come.
//!
//! Long names (GNU's `L` and `K`, pax) are read here within limits: the reader
//! underneath would take as much memory as the archive asks for.

use std::borrow::Cow;
use std::io::{self, BufRead, Read, Seek, SeekFrom};

use ::tar::{Archive, EntryType};
use perlscan_model::location::SourcePath;
use perlscan_model::problem::ProblemKind;

use super::{Budget, Entries, Fault, LONGEST_NAME, Metered, Names, checked_name, in_time, one};

/// The length of tar's blocks, in bytes.
const BLOCK: usize = 512;

/// The most bytes of a pax header that are read; real ones have a few hundred.
const LONGEST_PAX: u64 = 64 << 10;

/// What is wrong with an archive that was cut.
const ENDS_WITHIN: &str = "the archive ends within an entry";

/// Reads a tar file to its end.
pub(super) fn read(stream: impl BufRead, budget: &mut Budget, entries: &mut dyn Entries) {
    let mut stream = Metered::new(stream, budget);
    let outcome = walk(&mut stream, budget, entries);
    // To the end of the packed bytes, so that their checksum is looked at.
    let outcome = outcome.and_then(|()| Ok(stream.pass_over(u64::MAX)?));
    let outcome = outcome.and_then(|_| ended(&stream));
    budget.take_bytes(stream.read);
    if let Err(fault) = outcome {
        fault.tell(None, entries);
    }
}

/// What stands before an entry and is about it.
#[derive(Debug, Default)]
struct Ahead {
    name: Option<Vec<u8>>,
    size: Option<u64>,
    sparse: bool,
}

fn walk(
    stream: &mut Metered<impl BufRead>,
    budget: &mut Budget,
    entries: &mut dyn Entries,
) -> Result<(), Fault> {
    let mut names = Names::default();
    let mut ahead = Ahead::default();
    let mut archive = Archive::new(Forwards(stream));
    for entry in archive.entries_with_seek()?.raw(true) {
        let mut entry = entry?;
        if !budget.take_entry() {
            let limit = budget.limits().entries;
            let message = format!("it has more than {limit} entries: the rest is not read");
            entries.problem(ProblemKind::Lost, None, message);
            return Ok(());
        }
        budget.look()?;
        let kind = entry.header().entry_type();
        match kind {
            EntryType::GNULongName => {
                ahead.name = Some(long_name(&mut entry)?);
                continue;
            }
            EntryType::GNULongLink => {
                long_name(&mut entry)?;
                continue;
            }
            EntryType::XHeader => {
                pax(&mut entry, &mut ahead, entries)?;
                continue;
            }
            // It is of the whole archive: a commit's id, a comment.
            EntryType::XGlobalHeader => continue,
            _ => {}
        }
        let Ahead { name, size, sparse } = std::mem::take(&mut ahead);
        if size.is_some_and(|size| entry.header().entry_size().ok() != Some(size)) {
            let why = "an entry has another length in its pax header than in its own";
            return Err(Fault::Damaged(why.to_owned()));
        }
        let raw = name.map_or_else(|| entry.path_bytes(), Cow::Owned);
        // A name that was cut may end anywhere.
        let is_folder = raw.len() <= LONGEST_NAME && raw.ends_with(b"/");
        if kind == EntryType::Directory || is_folder {
            continue;
        }
        let Some(name) = checked_name(&raw, &mut names, entries) else { continue };
        if sparse || kind == EntryType::GNUSparse {
            lost_if_wanted(&name, "it is stored with holes, and was not read", entries);
            continue;
        }
        if !matches!(kind, EntryType::Regular | EntryType::Continuous) {
            let what = match kind {
                EntryType::Symlink | EntryType::Link => "it is a link, and was not followed",
                EntryType::Char | EntryType::Block => "it is a device, and was left out",
                EntryType::Fifo => "it is a pipe, and was left out",
                _ => "it is of a kind that tar files of releases do not have, and was left out",
            };
            lost_if_wanted(&name, what, entries);
            continue;
        }
        // The stream counts what it reads; here only the entry's own bound matters.
        let most = budget.limits().entry_bytes;
        let expected = entry.header().entry_size().unwrap_or(0);
        let bytes = one(&name, &mut entry, expected, most, entries)?;
        if let Some(bytes) = in_time(bytes, budget)? {
            // An archive may end within an entry.
            if super::length(&bytes) != expected {
                return Err(Fault::Damaged(ENDS_WITHIN.to_owned()));
            }
            entries.file(&name, bytes, budget);
        }
    }
    Ok(())
}

/// What may not be read is lost where somebody would read it, else worth a note.
fn lost_if_wanted(name: &SourcePath, what: &str, entries: &mut dyn Entries) {
    let kind = match entries.wants(name) {
        super::Wanted::Whole(..) => ProblemKind::Lost,
        super::Wanted::No | super::Wanted::Head => ProblemKind::Note,
    };
    entries.problem(kind, Some(name), what.to_owned());
}

/// The name that an entry of its own holds.
fn long_name(entry: &mut impl Read) -> io::Result<Vec<u8>> {
    // One byte more shows that it is too long, which is then told.
    let most = u64::try_from(LONGEST_NAME).unwrap_or(u64::MAX).saturating_add(2);
    let mut name = Vec::new();
    entry.take(most).read_to_end(&mut name)?;
    while name.last() == Some(&0) {
        name.pop();
    }
    Ok(name)
}

/// Reads a pax header (POSIX.1-2001, `LENGTH KEY=VALUE\n`).
fn pax(entry: &mut impl Read, ahead: &mut Ahead, entries: &mut dyn Entries) -> Result<(), Fault> {
    let mut bytes = Vec::new();
    entry.take(LONGEST_PAX + 1).read_to_end(&mut bytes)?;
    if super::length(&bytes) > LONGEST_PAX {
        let message = format!(
            "an entry of it has a pax header of more than {LONGEST_PAX} bytes, which was read in \
             part"
        );
        entries.problem(ProblemKind::Lost, None, message);
    }
    let mut rest = bytes.as_slice();
    while let Some((key, value, after)) = record(rest) {
        match key {
            b"path" => ahead.name = Some(value.to_vec()),
            b"size" => ahead.size = std::str::from_utf8(value).ok().and_then(|n| n.parse().ok()),
            _ if key.starts_with(b"GNU.sparse") => ahead.sparse = true,
            _ => {}
        }
        rest = after;
    }
    Ok(())
}

/// The first record of a pax header, and what follows it.
fn record(bytes: &[u8]) -> Option<(&[u8], &[u8], &[u8])> {
    let blank = bytes.iter().position(|byte| *byte == b' ')?;
    let length: usize = std::str::from_utf8(bytes.get(..blank)?).ok()?.parse().ok()?;
    let text = bytes.get(blank + 1..length)?.strip_suffix(b"\n")?;
    let equals = text.iter().position(|byte| *byte == b'=')?;
    Some((text.get(..equals)?, text.get(equals + 1..)?, bytes.get(length..)?))
}

/// A tar file ends with blocks of zeroes; without them it may have been cut between
/// two entries, which nothing else would show.
fn ended<R>(stream: &Metered<R>) -> Result<(), Fault> {
    match stream.zeroes {
        0..BLOCK => Err(Fault::Damaged("it has no end, and may have been cut".to_owned())),
        _ => Ok(()),
    }
}

/// A stream as one that can go forwards: the reader underneath would copy all that it
/// passes over.
struct Forwards<'s, R>(&'s mut Metered<R>);

impl<R: Read> Read for Forwards<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.0.read(buffer)
    }
}

impl<R: BufRead> Seek for Forwards<'_, R> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let forwards = match to {
            SeekFrom::Current(forwards) => u64::try_from(forwards).ok(),
            SeekFrom::Start(_) | SeekFrom::End(_) => None,
        };
        let forwards = forwards.ok_or(io::ErrorKind::Unsupported)?;
        if self.0.pass_over(forwards)? < forwards {
            return Err(io::Error::other(ENDS_WITHIN));
        }
        Ok(self.0.read)
    }
}
