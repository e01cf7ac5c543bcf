//! Tar files: one entry after the other, as they come.
//!
//! What stands in a header the crate `tar` says. The way from one to the next is our own:
//! the crate's would take as much memory for long names (GNU's `L` and `K`, pax) as the
//! archive asks for, and copy what nobody wants.

use std::borrow::Cow;
use std::io::{self, BufRead, Read};

use ::tar::{EntryType, Header};
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
    let mut headers = Headers { stream, next: 0 };
    let mut block = [0; BLOCK];
    while let Some((header, length)) = headers.next(&mut block)? {
        let mut entry = headers.stream.by_ref().take(length);
        if !budget.take_entry() {
            let limit = budget.limits().entries;
            let message = format!("it has more than {limit} entries: the rest is not read");
            entries.problem(ProblemKind::Lost, None, message);
            return Ok(());
        }
        budget.look()?;
        let kind = header.entry_type();
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
        if size.is_some_and(|size| size != length) {
            let why = "an entry has another length in its pax header than in its own";
            return Err(Fault::Damaged(why.to_owned()));
        }
        let raw = name.map_or_else(|| header.path_bytes(), Cow::Owned);
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
        let bytes = one(&name, &mut entry, length, most, entries)?;
        if let Some(bytes) = in_time(bytes, budget)? {
            // An archive may end within an entry.
            if super::length(&bytes) != length {
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

/// The headers of a tar file, with what they are about between them.
struct Headers<'s, R> {
    stream: &'s mut Metered<R>,
    /// Where the next one stands.
    next: u64,
}

impl<R: BufRead> Headers<'_, R> {
    /// The next header, and how many bytes follow that it is about; `None` at the end,
    /// with its block of zeroes or without.
    fn next<'b>(&mut self, block: &'b mut [u8; BLOCK]) -> Result<Option<(&'b Header, u64)>, Fault> {
        let damaged = |why: &str| Fault::Damaged(why.to_owned());
        let between = self.next.saturating_sub(self.stream.read);
        if self.stream.pass_over(between)? < between {
            return Err(damaged(ENDS_WITHIN));
        }
        let mut read = 0;
        while let Some(rest) = block.get_mut(read..).filter(|rest| !rest.is_empty()) {
            match self.stream.read(rest)? {
                0 if read == 0 => return Ok(None),
                0 => return Err(damaged("the archive ends within a header")),
                got => read += got,
            }
        }
        if *block == [0; BLOCK] {
            return Ok(None);
        }
        let header = Header::from_byte_slice(block);
        if header.cksum()? != checksum(block) {
            return Err(damaged("the checksum of a header is not that of the header"));
        }
        let length = header.entry_size()?;
        // The next one begins with a block.
        let whole = length.checked_next_multiple_of(BLOCK as u64);
        let next = whole.and_then(|whole| self.stream.read.checked_add(whole));
        self.next = next.ok_or_else(|| damaged("an entry is longer than any file"))?;
        Ok(Some((header, length)))
    }
}

/// The sum of a header's bytes; its own field counts as blanks (POSIX.1-1988).
fn checksum(block: &[u8; BLOCK]) -> u32 {
    const OWN: std::ops::Range<usize> = 148..156;
    let sum = |bytes: &[u8]| bytes.iter().map(|byte| u32::from(*byte)).sum::<u32>();
    let own = block.get(OWN).unwrap_or_default();
    sum(block) - sum(own) + u32::from(b' ') * 8
}
