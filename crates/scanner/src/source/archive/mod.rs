//! Archives of releases: tar, packed by gzip, bzip2 or xz, zip, and single
//! modules packed by gzip.
//!
//! An archive is read from its beginning to its end; nothing is unpacked to disk, and
//! of an entry that nobody wants nothing is kept. What is small is unpacked at once
//! ([`ArchiveFile`]), what is large as a stream. All that an archive says of
//! itself is hostile: sizes are counted as bytes come and the time is limited
//! ([`Budget`]), names that
//! lead out of the archive are not read, links are not followed. A limit that
//! bites, a damaged stream and an entry that can't be read are problems; what was
//! read before stays.
//!
//! [`read`] gives out entries; [`ArchiveSource`] shows an archive as a source
//! of its own, so that all that reads a tree on disk reads an archive alike.

mod budget;
mod clock;
mod compression;
mod file;
mod format;
mod tar;
mod tree;
mod zip;

use std::collections::HashSet;
use std::io::{self, BufRead, Read};

use perlscan_model::location::SourcePath;
use perlscan_model::problem::{Problem, ProblemKind};
use sha2::{Digest as _, Sha256};

pub use budget::{Budget, Limits};
use clock::{BYTES_A_LOOK, Clock, RAISE, Spent};
pub use compression::Compression;
pub use file::ArchiveFile;
pub use format::Format;
pub use tree::ArchiveSource;
pub use zip::read as read_zip;

/// The longest name of an inner file, in bytes, as of a path on disk.
pub const LONGEST_NAME: usize = 4096;

/// How much of an entry is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wanted {
    /// Nobody reads it.
    No,
    /// Its first bytes tell; as many as [`super::HEAD_BYTES`].
    Head,
    /// All of it, which may have so many bytes, by the option of this name.
    Whole(u64, &'static str),
}

/// What an archive gives its entries to.
pub trait Entries {
    /// How much of an entry of this name is wanted.
    fn wants(&mut self, name: &SourcePath) -> Wanted;

    /// Of an entry whose head was wanted: how much is. [`Wanted::Head`] is no
    /// answer here and means [`Wanted::No`].
    fn wants_head(&mut self, name: &SourcePath, head: &[u8]) -> Wanted;

    /// A wanted entry; the budget is for what may be packed in it.
    fn file(&mut self, name: &SourcePath, bytes: Vec<u8>, budget: &mut Budget);

    /// Something is wrong with an entry, or with the archive.
    fn problem(&mut self, kind: ProblemKind, name: Option<&SourcePath>, message: String);
}

/// Reads an archive to its end.
pub fn read(file: &ArchiveFile<'_>, budget: &mut Budget, entries: &mut dyn Entries) {
    let ArchiveFile { format, name, bytes, compression, .. } = *file;
    // What a file begins with is what it is, whatever it is called.
    let is_zip = zip::is_zip(bytes) || (format == Format::Zip && compression == Compression::None);
    match format {
        _ if is_zip => zip::read(bytes, budget, entries),
        Format::Zip | Format::Tar => tar::read(file.stream(), budget, entries),
        Format::Module => {
            let name = name.strip_suffix(b".gz").unwrap_or(name);
            module(&SourcePath::new(name), file.stream(), budget, entries);
        }
    }
}

/// A file that is one module.
fn module(name: &SourcePath, bytes: impl Read, budget: &mut Budget, entries: &mut dyn Entries) {
    let mut stream = Metered::new(bytes, budget);
    if !budget.take_entry() {
        return;
    }
    let outcome = one(name, &mut stream, 0, budget.next_bytes(), entries);
    budget.take_bytes(stream.read);
    match outcome.and_then(|bytes| in_time(bytes, budget)) {
        Ok(Some(bytes)) => entries.file(name, bytes, budget),
        Ok(None) => {}
        Err(fault) => fault.tell(None, entries),
    }
}

/// As much room is made at once for an entry that says to be as long; what says to be
/// longer has to have the bytes.
const ROOM: u64 = 1 << 20;

/// Reads what is wanted of an entry, which says to have `size` bytes; `None` where nothing
/// is, or where all of it is above a limit, which is then told.
fn one(
    name: &SourcePath,
    stream: &mut impl Read,
    size: u64,
    most: u64,
    entries: &mut dyn Entries,
) -> Result<Option<Vec<u8>>, Fault> {
    let mut bytes = Vec::new();
    let mut wanted = entries.wants(name);
    if wanted == Wanted::Head {
        let head = u64::try_from(super::HEAD_BYTES).unwrap_or(u64::MAX);
        bytes.reserve_exact(usize::try_from(size.min(head)).unwrap_or(0));
        stream.take(head).read_to_end(&mut bytes)?;
        wanted = entries.wants_head(name, &bytes);
    }
    let Wanted::Whole(limit, option) = wanted else { return Ok(None) };
    let (limit, option) = if limit <= most { (limit, Some(option)) } else { (most, None) };
    let so_far = length(&bytes);
    bytes.reserve_exact(usize::try_from(size.min(ROOM).saturating_sub(so_far)).unwrap_or(0));
    stream.take(limit.saturating_add(1).saturating_sub(so_far)).read_to_end(&mut bytes)?;
    if length(&bytes) > limit {
        let message = match option {
            Some(option) => {
                format!("it has more bytes than the limit of {limit}; raise {option} to read it")
            }
            None => format!("it inflates to more than the limit of {limit} bytes"),
        };
        entries.problem(ProblemKind::Lost, Some(name), message);
        return Ok(None);
    }
    Ok(Some(bytes))
}

/// The bytes of an entry, where there is time left for whoever they are given to.
fn in_time(bytes: Option<Vec<u8>>, budget: &Budget) -> Result<Option<Vec<u8>>, Fault> {
    if bytes.is_some() {
        budget.clock().look()?;
    }
    Ok(bytes)
}

fn length(bytes: &[u8]) -> u64 {
    u64::try_from(bytes.len()).unwrap_or(u64::MAX)
}

/// Why a stream can't be read any further.
#[derive(Debug)]
enum Fault {
    /// The archive has more, or takes longer, than it may.
    Budget(Spent),
    /// The bytes are not what they should be, or can't be had.
    Damaged(String),
}

impl From<io::Error> for Fault {
    fn from(error: io::Error) -> Self {
        match error.get_ref().and_then(|inner| inner.downcast_ref::<Spent>()) {
            Some(spent) => Self::Budget(*spent),
            None => Self::Damaged(reason(&error)),
        }
    }
}

impl From<Spent> for Fault {
    fn from(spent: Spent) -> Self {
        Self::Budget(spent)
    }
}

impl Fault {
    fn tell(self, name: Option<&SourcePath>, entries: &mut dyn Entries) {
        let message = match self {
            Self::Budget(spent) => spent.to_string(),
            Self::Damaged(why) => format!("it is damaged from here on, and not read: {why}"),
        };
        entries.problem(ProblemKind::Lost, name, message);
    }
}

/// What a system's or a decoder's error says, in one line.
fn reason(error: &io::Error) -> String {
    error.to_string().lines().next().unwrap_or_default().to_owned()
}

/// Whether a problem is that the time for an archive was over: another run may read
/// more of it.
pub fn is_late(problem: &Problem) -> bool {
    tells_of_time(&problem.message)
}

/// Whether that is what a problem's message says.
pub(crate) fn tells_of_time(message: &str) -> bool {
    message.ends_with(RAISE)
}

/// Bytes of an archive, counted, and no more of them than there may be, nor for longer.
#[derive(Debug)]
struct Metered<R> {
    inner: R,
    read: u64,
    most: u64,
    clock: Clock,
    /// How many bytes are read when the clock is looked at next.
    next_look: u64,
}

impl<R> Metered<R> {
    fn new(inner: R, budget: &Budget) -> Self {
        let (most, clock) = (budget.left(), budget.clock());
        Self { inner, read: 0, most, clock, next_look: BYTES_A_LOOK }
    }
}

impl<R> Metered<R> {
    /// Looks at what may still be spent, before more is read.
    fn look(&mut self) -> io::Result<()> {
        if self.read > self.most {
            return Err(io::Error::other(Spent::Bytes(self.most)));
        }
        if self.read >= self.next_look {
            self.clock.look().map_err(io::Error::other)?;
            self.next_look = self.read.saturating_add(BYTES_A_LOOK);
        }
        Ok(())
    }

    /// Counts so many bytes that were read.
    fn count(&mut self, got: usize) -> io::Result<usize> {
        self.read = self.read.saturating_add(u64::try_from(got).unwrap_or(u64::MAX));
        match self.read > self.most {
            true => Err(io::Error::other(Spent::Bytes(self.most))),
            false => Ok(got),
        }
    }
}

impl<R: Read> Read for Metered<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.look()?;
        let got = self.inner.read(buffer)?;
        self.count(got)
    }
}

impl<R: BufRead> Metered<R> {
    /// Reads over so many bytes, or to the end; says how many there were. Nothing is
    /// copied.
    fn pass_over(&mut self, most: u64) -> io::Result<u64> {
        let mut passed: u64 = 0;
        while passed < most {
            self.look()?;
            let there = self.inner.fill_buf()?;
            let got = there.len().min(usize::try_from(most - passed).unwrap_or(usize::MAX));
            if got == 0 {
                break;
            }
            self.inner.consume(got);
            passed = passed.saturating_add(u64::try_from(self.count(got)?).unwrap_or(0));
        }
        Ok(passed)
    }
}

/// The name of an entry as a path in the archive; `None` where it leads out of
/// it, or nowhere.
fn inner_path(raw: &[u8]) -> Option<SourcePath> {
    // Windows reads `\` as `/`; archives made there have it.
    let is_out = raw.starts_with(b"/") || raw.contains(&0) || raw.get(1) == Some(&b':');
    let mut parts = raw.split(|byte| *byte == b'/');
    if is_out || parts.clone().any(|part| part == b"..") {
        return None;
    }
    let is_part = |part: &&[u8]| !part.is_empty() && *part != b".";
    if parts.all(|part| is_part(&part)) {
        return Some(SourcePath::new(raw));
    }
    let parts: Vec<&[u8]> = raw.split(|byte| *byte == b'/').filter(is_part).collect();
    (!parts.is_empty()).then(|| SourcePath::new(parts.join(&b'/')))
}

/// The names of an archive's entries, to see which come twice. Their digests are
/// kept, since names may be long and many.
#[derive(Debug, Default)]
struct Names(HashSet<[u8; 16]>);

impl Names {
    /// Whether the name is new.
    fn add(&mut self, name: &SourcePath) -> bool {
        let digest = Sha256::digest(name.as_bytes());
        let mut key = [0; 16];
        key.copy_from_slice(digest.get(..16).unwrap_or(&[0; 16]));
        self.0.insert(key)
    }
}

/// What is checked of an entry's name, whatever the format: the path of an entry
/// that may be read.
fn checked_name(raw: &[u8], names: &mut Names, entries: &mut dyn Entries) -> Option<SourcePath> {
    if raw.len() > LONGEST_NAME {
        let message =
            format!("a file in it has a name of more than {LONGEST_NAME} bytes, and was not read");
        entries.problem(ProblemKind::Lost, None, message);
        return None;
    }
    let Some(name) = inner_path(raw) else {
        let message = format!(
            "a file in it is called '{}', which leads out of the archive, and was not read",
            SourcePath::new(raw)
        );
        entries.problem(ProblemKind::Lost, None, message);
        return None;
    };
    if !names.add(&name) {
        let message = "it is in the archive more than once: all of them were read, and unpacking \
                       keeps the last";
        entries.problem(ProblemKind::Undecided, Some(&name), message.to_owned());
    }
    Some(name)
}

/// What may not be read is lost where somebody would read it, else worth a note.
fn lost_if_wanted(name: &SourcePath, what: &str, entries: &mut dyn Entries) {
    let kind = match entries.wants(name) {
        Wanted::Whole(..) => ProblemKind::Lost,
        Wanted::No | Wanted::Head => ProblemKind::Note,
    };
    entries.problem(kind, Some(name), what.to_owned());
}

#[cfg(test)]
#[path = "archive_test.rs"]
mod tests;
