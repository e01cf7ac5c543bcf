//! What stands before an entry in a tar file and is about it: long names (GNU's `L` and
//! `K`) and pax headers (POSIX.1-2001), read within limits.

use std::io::{self, Read};

use ::tar::EntryType;
use perlscan_model::problem::ProblemKind;

use super::super::{Entries, Fault, LONGEST_NAME, length};

/// The most bytes of a pax header that are read; real ones have a few hundred.
const LONGEST_PAX: u64 = 64 << 10;

/// The kind of Solaris' pax headers, which tar reads as others, and Archive::Tar as files.
const SOLARIS_PAX: u8 = b'X';

/// What stands before an entry and is about it.
#[derive(Debug, Default)]
pub(super) struct Ahead {
    long: Option<Vec<u8>>,
    path: Option<Vec<u8>>,
    /// How long the entry is, in bytes.
    pub(super) size: Option<u64>,
    /// Whether it is stored with holes.
    pub(super) sparse: bool,
    longs: usize,
    paxes: usize,
    is_solaris: bool,
}

impl Ahead {
    /// Whether an entry of this kind is about another.
    pub(super) fn takes(kind: EntryType) -> bool {
        matches!(
            kind,
            EntryType::GNULongName
                | EntryType::GNULongLink
                | EntryType::XHeader
                | EntryType::XGlobalHeader
        ) || kind.as_byte() == SOLARIS_PAX
    }

    /// Reads what such an entry says.
    pub(super) fn take(
        &mut self,
        kind: EntryType,
        entry: &mut impl Read,
        entries: &mut dyn Entries,
    ) -> Result<(), Fault> {
        match kind {
            EntryType::GNULongName => {
                self.long = Some(long_name(entry)?);
                self.longs += 1;
            }
            EntryType::GNULongLink => drop(long_name(entry)?),
            EntryType::XGlobalHeader => {
                let mut is_meant = false;
                pax(entry, entries, |bytes| each(bytes, |key, _| is_meant |= says(key)))?;
                if is_meant {
                    entries.problem(ProblemKind::Lost, None, OF_ALL.to_owned());
                }
            }
            _ => {
                self.paxes += 1;
                self.is_solaris |= kind.as_byte() == SOLARIS_PAX;
                pax(entry, entries, |bytes| self.add(bytes))?;
            }
        }
        Ok(())
    }

    /// The name that was given, of which pax' counts most.
    pub(super) fn name(self) -> Option<Vec<u8>> {
        self.path.or(self.long)
    }

    /// Whether programs differ about the name.
    pub(super) fn is_ambiguous(&self) -> bool {
        let has_path = self.path.is_some();
        self.longs > 1 || self.paxes > 1 || (has_path && (self.long.is_some() || self.is_solaris))
    }

    /// Takes what a pax header says; whether all of it could be read.
    fn add(&mut self, bytes: &[u8]) -> bool {
        let mut is_sound = true;
        let all = each(bytes, |key, value| match key {
            b"path" => self.path = Some(value.to_vec()),
            b"size" => {
                self.size = std::str::from_utf8(value).ok().and_then(|size| size.parse().ok());
                is_sound &= self.size.is_some();
            }
            _ if key.starts_with(SPARSE) => self.sparse = true,
            _ => {}
        });
        all && is_sound
    }
}

/// What the keys begin with of a file that is stored with holes.
const SPARSE: &[u8] = b"GNU.sparse";

/// A pax header for all entries says a commit's id (git), a comment, and never these.
const OF_ALL: &str = "a pax header in it gives all entries behind it the same name or length: \
                      programs that unpack it differ about that, and it was not followed";

/// Whether a key of a pax header says which entry there is.
fn says(key: &[u8]) -> bool {
    matches!(key, b"path" | b"size") || key.starts_with(SPARSE)
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

/// Reads a pax header, and has somebody take it, who says whether it is sound.
fn pax(
    entry: &mut impl Read,
    entries: &mut dyn Entries,
    take: impl FnOnce(&[u8]) -> bool,
) -> io::Result<()> {
    let mut bytes = Vec::new();
    entry.take(LONGEST_PAX + 1).read_to_end(&mut bytes)?;
    let is_long = length(&bytes) > LONGEST_PAX;
    let is_sound = take(&bytes);
    let message = if is_long {
        format!("a pax header in it has more than {LONGEST_PAX} bytes, and was read in part")
    } else if is_sound {
        return Ok(());
    } else {
        "a pax header in it is damaged, and was read in part: an entry may have another name"
            .to_owned()
    };
    entries.problem(ProblemKind::Lost, None, message);
    Ok(())
}

/// Each record of a pax header (`LENGTH KEY=VALUE\n`); whether there was nothing else.
fn each<'b>(bytes: &'b [u8], mut take: impl FnMut(&'b [u8], &'b [u8])) -> bool {
    let mut rest = bytes;
    while let Some((key, value, after)) = record(rest) {
        take(key, value);
        rest = after;
    }
    rest.iter().all(|byte| *byte == 0)
}

/// The first record of a pax header, and what follows it.
fn record(bytes: &[u8]) -> Option<(&[u8], &[u8], &[u8])> {
    let blank = bytes.iter().position(|byte| *byte == b' ')?;
    let length: usize = std::str::from_utf8(bytes.get(..blank)?).ok()?.parse().ok()?;
    let text = bytes.get(blank + 1..length)?.strip_suffix(b"\n")?;
    let equals = text.iter().position(|byte| *byte == b'=')?;
    Some((text.get(..equals)?, text.get(equals + 1..)?, bytes.get(length..)?))
}
