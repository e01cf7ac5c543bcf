//! Tar files: one entry after the other, as they come.
//!
//! What stands in a header the crate `tar` says. The way from one to the next is our own
//! ([`headers`]): the crate's would take as much memory for long names as the archive asks
//! for, and copy what nobody wants. Where entries begin, and what they are called, is read
//! as GNU tar reads it, which installers call first. Where other programs that unpack
//! archives (bsdtar, Archive::Tar) would see others, a problem says so: nothing that may
//! be installed is hidden by a header that contradicts itself.

mod ahead;
mod headers;

use std::borrow::Cow;
use std::io::BufRead;

use ::tar::{EntryType, Header};
use perlscan_model::problem::ProblemKind;

use self::ahead::Ahead;
use self::headers::{Block, Headers};
use super::{
    Budget, Entries, Fault, LONGEST_NAME, Metered, Names, checked_name, in_time, lost_if_wanted,
    one,
};

/// What is wrong with an archive that was cut.
const ENDS_WITHIN: &str = "the archive ends within an entry";

/// Reads a tar file to its end.
pub(super) fn read(stream: impl BufRead, budget: &mut Budget, entries: &mut dyn Entries) {
    let mut stream = Metered::new(stream, budget);
    let outcome = walk(&mut stream, budget, entries);
    budget.take_bytes(stream.read);
    if let Err(fault) = outcome {
        fault.tell(None, entries);
    }
}

fn walk(
    stream: &mut Metered<impl BufRead>,
    budget: &mut Budget,
    entries: &mut dyn Entries,
) -> Result<(), Fault> {
    let mut names = Names::default();
    let mut ahead = Ahead::default();
    let mut headers = Headers::new(stream);
    let mut block = Block::new();
    while let Some((header, said)) = headers.next(&mut block, entries)? {
        if !budget.take_entry() {
            let limit = budget.limits().entries;
            let message = format!("it has more than {limit} entries: the rest is not read");
            entries.problem(ProblemKind::Lost, None, message);
            return Ok(());
        }
        budget.look()?;
        let kind = header.entry_type();
        if Ahead::takes(kind) {
            ahead.take(kind, &mut headers.contents(said)?, entries)?;
            continue;
        }
        let ahead = std::mem::take(&mut ahead);
        if ahead.size.is_some_and(|size| size != said) {
            let why = "an entry has another length in its pax header than in its own";
            return Err(Fault::Damaged(why.to_owned()));
        }
        let is_ambiguous = ahead.is_ambiguous();
        let sparse = ahead.sparse || kind == EntryType::GNUSparse;
        let raw = ahead.name().map_or_else(|| header.path_bytes(), Cow::Owned);
        // A name that was cut may end anywhere.
        let is_folder = kind == EntryType::Directory
            || (is_file(kind) && raw.len() <= LONGEST_NAME && raw.ends_with(b"/"));
        if is_extended(header) {
            headers.pass_sparse_map()?;
        }
        // What can have no contents has none, whatever it says: the next header follows.
        let length = if is_folder || is_hollow(kind) { 0 } else { said };
        let mut entry = headers.contents(length)?;
        if is_folder {
            continue;
        }
        let Some(name) = checked_name(&raw, &mut names, entries) else { continue };
        if is_ambiguous {
            let message = "several headers say what it is called, and programs that unpack it \
                           differ about which counts: it was read as tar would name it";
            entries.problem(ProblemKind::Lost, Some(&name), message.to_owned());
        }
        if length > 0 && is_disputed(kind) {
            let message = "programs that unpack it differ about whether an entry of its kind has \
                           contents, and so about which entry is next: it was read as tar does";
            entries.problem(ProblemKind::Lost, Some(&name), message.to_owned());
        }
        if sparse {
            lost_if_wanted(&name, "it is stored with holes, and was not read", entries);
            continue;
        }
        if !is_file(kind) {
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
    headers.ended()
}

fn is_file(kind: EntryType) -> bool {
    matches!(kind, EntryType::Regular | EntryType::Continuous)
}

/// Whether an entry of this kind has a header and nothing more. POSIX.1-2001 allows
/// contents of a hard link, and tar does not unpack such.
fn is_hollow(kind: EntryType) -> bool {
    matches!(
        kind,
        EntryType::Link
            | EntryType::Symlink
            | EntryType::Char
            | EntryType::Block
            | EntryType::Directory
            | EntryType::Fifo
    )
}

/// Whether some programs take it that an entry of this kind, GNU tar's label or a file
/// that is stored in one piece, has no contents, and others that it may have.
fn is_disputed(kind: EntryType) -> bool {
    kind == EntryType::Continuous || kind.as_byte() == b'V'
}

/// Whether blocks with holes follow the header of a file.
fn is_extended(header: &Header) -> bool {
    header.entry_type() == EntryType::GNUSparse
        && header.as_gnu().is_some_and(|gnu| gnu.isextended != [0])
}
