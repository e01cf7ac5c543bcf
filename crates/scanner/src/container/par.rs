//! PAR archives: zip files with the modules below `lib/`, and the programs that
//! pp makes, which have one at their end.
//!
//! Entries are inflated one by one in memory, and only those that somebody
//! reads. What the archive says of its sizes is not trusted: inflated bytes
//! are counted as they come.

use std::borrow::Cow;
use std::io::{Cursor, Read as _};

use memchr::memmem;
use perlscan_model::location::SourcePath;
use perlscan_model::problem::ProblemKind;
use zip::ZipArchive;

use super::{Budget, Container, InnerFile, InnerSink};
use crate::extract::Wanted;

/// What each entry of a zip archive's directory begins with (APPNOTE, 4.3.12).
const DIRECTORY_ENTRY: &[u8] = b"PK\x01\x02";

/// What a program begins with: ELF, PE, Mach-O of 64 bits.
const PROGRAMS: [&[u8]; 3] = [b"\x7fELF", b"MZ", b"\xcf\xfa\xed\xfe"];

/// What a program of pp ends with (PAR::Packer, myldr).
const PACKED: &[u8] = b"\nPAR.pm\n";

/// Opens PAR archives.
#[derive(Debug, Clone, Copy, Default)]
pub struct Par;

impl Container for Par {
    fn name(&self) -> &'static str {
        "par"
    }

    fn wants(&self, path: &SourcePath) -> Wanted {
        let name = path.file_name();
        let may_be_a_program = !name.contains(&b'.') || name.ends_with(b".exe");
        match (name.ends_with(b".par"), may_be_a_program) {
            (true, _) => Wanted::Yes,
            (false, true) => Wanted::Peek,
            (false, false) => Wanted::No,
        }
    }

    fn wants_head(&self, head: &[u8]) -> Wanted {
        match PROGRAMS.iter().any(|magic| head.starts_with(magic)) {
            true => Wanted::Peek,
            false => Wanted::No,
        }
    }

    fn wants_tail(&self, tail: &[u8]) -> bool {
        tail.ends_with(PACKED)
    }

    fn is_perl_source(&self) -> bool {
        false
    }

    fn open<'a>(&self, bytes: &'a [u8], budget: &mut Budget, sink: &mut dyn InnerSink<'a>) {
        // The directory of an archive is held whole: one that is too large is not opened.
        let entries = memmem::find_iter(bytes, DIRECTORY_ENTRY).count();
        if u64::try_from(entries).unwrap_or(u64::MAX) > budget.limits().entries {
            let limit = budget.limits().entries;
            let message = format!("it has {entries} entries, more than the limit of {limit}");
            return sink.problem(ProblemKind::Lost, None, message);
        }
        let mut archive = match ZipArchive::new(Cursor::new(bytes)) {
            Ok(archive) => archive,
            Err(error) => {
                let message = format!("it is no zip archive that can be read: {error}");
                return sink.problem(ProblemKind::Lost, None, message);
            }
        };
        if archive.has_duplicate_names() {
            let message = "several entries have the same name: of those only the last is read";
            sink.problem(ProblemKind::Lost, None, message.to_owned());
        }
        let names: Vec<SourcePath> = archive.file_names_raw().map(SourcePath::new).collect();
        for (at, name) in names.into_iter().enumerate() {
            if !budget.take_entry() {
                let limit = budget.limits().entries;
                let message = format!("it has more than {limit} entries: the rest is not read");
                return sink.problem(ProblemKind::Lost, None, message);
            }
            if !sink.wants(&name) {
                continue;
            }
            let most = budget.next_bytes();
            let mut inflated = Vec::new();
            let read = match archive.by_index(at) {
                Ok(entry) if entry.is_dir() => continue,
                Ok(entry) => {
                    let result = entry.take(most.saturating_add(1)).read_to_end(&mut inflated);
                    result.map(|_| ()).map_err(|error| error.to_string())
                }
                Err(error) => Err(error.to_string()),
            };
            let length = u64::try_from(inflated.len()).unwrap_or(u64::MAX);
            budget.take_bytes(length.min(most));
            if let Err(error) = read {
                sink.problem(ProblemKind::Lost, Some(name), format!("can't inflate it: {error}"));
                continue;
            }
            if length > most {
                if most == budget.limits().entry_bytes {
                    let message = format!("it inflates to more than the limit of {most} bytes");
                    sink.problem(ProblemKind::Lost, Some(name), message);
                    continue;
                }
                let message =
                    "it inflates to more than an archive of its size may: the rest is not read";
                return sink.problem(ProblemKind::Lost, None, message.to_owned());
            }
            sink.file(InnerFile { name, bytes: Cow::Owned(inflated), lines: None }, budget);
        }
    }
}

#[cfg(test)]
#[path = "par_test.rs"]
mod tests;
