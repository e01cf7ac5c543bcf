//! Zip files: the directory first, then the entries that somebody wants.
//!
//! The directory is held whole, so its entries are counted before it is read.

use std::io::Cursor;

use ::zip::ZipArchive;
use memchr::memmem;
use perlscan_model::problem::ProblemKind;

use super::{Budget, Entries, Fault, Metered, Names, checked_name, in_time, lost_if_wanted, one};

/// What each entry of the directory begins with (APPNOTE, 4.3.12).
const DIRECTORY_ENTRY: &[u8] = b"PK\x01\x02";
/// What a zip file begins with: an entry, or the end of an empty directory.
const BEGINNINGS: [&[u8]; 2] = [b"PK\x03\x04", b"PK\x05\x06"];

/// Whether a file that begins so is a zip file.
pub(super) fn is_zip(head: &[u8]) -> bool {
    BEGINNINGS.iter().any(|magic| head.starts_with(magic))
}

/// How many entries follow each other where a directory begins.
fn in_directory(bytes: &[u8], start: u64) -> usize {
    /// An entry's length without its name, its extra field and its comment, of which the
    /// lengths stand at `LENGTHS`.
    const FIXED: usize = 46;
    const LENGTHS: [usize; 3] = [28, 30, 32];
    let mut rest = usize::try_from(start).ok().and_then(|start| bytes.get(start..));
    let mut count = 0;
    while let Some(entry) = rest.filter(|rest| rest.starts_with(DIRECTORY_ENTRY)) {
        let number = |at| Some(u16::from_le_bytes(*entry.get(at..)?.first_chunk()?));
        let length = LENGTHS.into_iter().filter_map(number).map(usize::from).sum::<usize>();
        rest = entry.get(FIXED + length..);
        count += 1;
    }
    count
}

/// Reads a zip file to its end; a program may stand before it.
pub fn read(bytes: &[u8], budget: &mut Budget, entries: &mut dyn Entries) {
    let limit = budget.limits().entries;
    let count = memmem::find_iter(bytes, DIRECTORY_ENTRY).count();
    if u64::try_from(count).unwrap_or(u64::MAX) > limit {
        let message = format!("it has {count} entries, more than the limit of {limit}");
        return entries.problem(ProblemKind::Lost, None, message);
    }
    let mut archive = match ZipArchive::new(Cursor::new(bytes)) {
        Ok(archive) => archive,
        Err(error) => {
            let message = format!("it is no zip archive that can be read: {error}");
            return entries.problem(ProblemKind::Lost, None, message);
        }
    };
    if archive.has_duplicate_names() {
        let message = "several entries have the same name: of those only the last is read";
        entries.problem(ProblemKind::Lost, None, message.to_owned());
    } else {
        let (there, said) = (in_directory(bytes, archive.central_directory_start()), archive.len());
        if there > said {
            let message = format!(
                "its directory has {there} entries and says that it has {said}: the rest, which \
                 unzip unpacks, is not read"
            );
            entries.problem(ProblemKind::Lost, None, message);
        }
    }
    let mut names = Names::default();
    for at in 0..archive.len() {
        if !budget.take_entry() {
            let message = format!("it has more than {limit} entries: the rest is not read");
            return entries.problem(ProblemKind::Lost, None, message);
        }
        if let Err(spent) = budget.look() {
            return Fault::from(spent).tell(None, entries);
        }
        let entry = match archive.by_index(at) {
            Ok(entry) => entry,
            Err(error) => {
                let message = format!("entry {} of it can't be read: {error}", at + 1);
                entries.problem(ProblemKind::Lost, None, message);
                continue;
            }
        };
        let raw = entry.name_raw().to_vec();
        let Some(name) = checked_name(&raw, &mut names, entries) else { continue };
        if entry.is_dir() {
            if entry.size() > 0 {
                let message = "it is a folder with contents, which Archive::Zip unpacks as a file";
                entries.problem(ProblemKind::Lost, Some(&name), message.to_owned());
            }
            continue;
        }
        if entry.is_symlink() {
            lost_if_wanted(&name, "it is a link, and was not followed", entries);
            continue;
        }
        let size = entry.size();
        let mut stream = Metered::new(entry, budget);
        let outcome = one(&name, &mut stream, size, budget.next_bytes(), entries);
        budget.take_bytes(stream.read);
        match outcome.and_then(|bytes| in_time(bytes, budget)) {
            Ok(Some(bytes)) => entries.file(&name, bytes, budget),
            Ok(None) => {}
            Err(fault @ Fault::Budget(_)) => return fault.tell(None, entries),
            Err(Fault::Damaged(why)) => {
                let message = format!("can't inflate it: {why}");
                entries.problem(ProblemKind::Lost, Some(&name), message);
            }
        }
    }
}
