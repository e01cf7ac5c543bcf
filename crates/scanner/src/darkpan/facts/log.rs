//! The file of facts: records, one behind the other, each with its length and its
//! checksum.
//!
//! A record is never changed. Who is killed while it writes leaves a record that
//! does not fit, which the next one that writes cuts off. Only who holds the lock
//! writes; what the file holds is in its index ([`Log::facts`], by offset), so
//! memory grows with the number of records, not with their bytes.

use std::collections::HashMap;
use std::fs::File;
use std::io::{BufReader, Read, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

use super::FactsKey;
use crate::advisory::cache::{self, CacheError};
use crate::scan::kept_files;

/// What the file begins with: another form has another word.
const HEADER: &[u8] = b"perlscan facts 1\n";
/// Of all builds of the program, so that no two writers sweep.
const LOCK_FILE: &str = "archives.lock";
/// 256 MiB: a mirror of 100,000 archives. Beyond, what the run did not use goes.
pub(super) const LARGEST: u64 = 256 << 20;
/// The longest record, in bytes: a release of perl itself has 200,000.
const LONGEST: usize = 16 << 20;
/// The bytes of length and checksum.
const FRAME: u64 = 8;
/// The kinds of records.
const FACTS: u8 = 0;
const STAMP: u8 = 1;

/// The file, and where in it what stands.
#[derive(Debug)]
pub(super) struct Log {
    path: PathBuf,
    /// Read through this; written through it too, by who holds the lock.
    file: File,
    /// Held as long as this run writes.
    lock: Option<File>,
    /// The end of what fits its checksums.
    end: u64,
    facts: HashMap<FactsKey, Place>,
    stamps: HashMap<FactsKey, Lead>,
    largest: u64,
}

/// Where facts stand.
#[derive(Debug, Clone, Copy)]
struct Place {
    /// From the start of the file.
    offset: u64,
    length: u32,
    /// Whether this run has asked for them.
    is_used: bool,
}

/// What a stamp leads to.
#[derive(Debug, Clone, Copy)]
struct Lead {
    to: FactsKey,
    is_used: bool,
}

impl Log {
    /// Opens the file of this name, and makes it where there is none.
    #[expect(clippy::disallowed_methods, reason = "the cache is read here")]
    pub(super) fn open(folder: &Path, name: &str) -> Result<Self, CacheError> {
        let path = folder.join(name);
        let lock = lock(&folder.join(LOCK_FILE))?;
        let mut file = match &lock {
            Some(_) => kept_files::private().open(&path).map_err(CacheError::io(&path))?,
            // It is there, or is about to be made by who holds the lock.
            None => match File::open(&path) {
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                    kept_files::private().open(&path).map_err(CacheError::io(&path))?
                }
                other => other.map_err(CacheError::io(&path))?,
            },
        };
        let about = file.metadata().map_err(CacheError::io(&path))?;
        cache::own_alone(&path, &about)?;
        let mut log = Self {
            path,
            lock,
            end: 0,
            facts: HashMap::new(),
            stamps: HashMap::new(),
            largest: LARGEST,
            file: file.try_clone().map_err(CacheError::io(folder))?,
        };
        log.index(&mut file);
        if log.lock.is_some() && log.begin().is_err() {
            // Read only: a full disk, or one that can't be written.
            log.lock = None;
        }
        Ok(log)
    }

    /// Reads what is there, up to the first record that does not fit.
    fn index(&mut self, file: &mut File) {
        let mut bytes = BufReader::with_capacity(1 << 16, file);
        let mut header = [0; HEADER.len()];
        if bytes.read_exact(&mut header).is_err() || header != HEADER {
            return;
        }
        self.end = as_u64(HEADER.len());
        let mut record = Vec::new();
        while let Some(()) = next(&mut bytes, &mut record) {
            match (record.first(), record.get(1..17).and_then(|key| key.try_into().ok())) {
                (Some(&FACTS), Some(key)) => {
                    let offset = self.end + FRAME + 17;
                    let length = as_u32(record.len() - 17);
                    self.facts.insert(key, Place { offset, length, is_used: false });
                }
                (Some(&STAMP), Some(key)) => {
                    let leads = record.get(17..).and_then(|key| key.try_into().ok());
                    self.stamps.extend(leads.map(|to| (key, Lead { to, is_used: false })));
                }
                _ => return,
            }
            self.end += FRAME + as_u64(record.len());
        }
    }

    /// Cuts off what does not fit, so that records can follow.
    fn begin(&mut self) -> std::io::Result<()> {
        self.file.set_len(self.end)?;
        self.file.seek(SeekFrom::End(0))?;
        if self.end == 0 {
            self.file.write_all(HEADER)?;
            self.end = as_u64(HEADER.len());
        }
        Ok(())
    }

    /// The facts of a key. They were checked when the file was opened.
    pub(super) fn facts(&mut self, key: FactsKey) -> Option<Vec<u8>> {
        let place = self.facts.get_mut(&key)?;
        let mut bytes = vec![0; usize::try_from(place.length).ok()?];
        self.file.seek(SeekFrom::Start(place.offset)).ok()?;
        self.file.read_exact(&mut bytes).ok()?;
        place.is_used = true;
        Some(bytes)
    }

    /// The key that a stamp leads to.
    pub(super) fn key_of(&mut self, stamp: FactsKey) -> Option<FactsKey> {
        let lead = self.stamps.get_mut(&stamp)?;
        lead.is_used = true;
        Some(lead.to)
    }

    pub(super) fn add_facts(&mut self, key: FactsKey, facts: &[u8]) {
        let offset = self.end + FRAME + 17;
        if self.append(FACTS, key, facts) {
            let length = as_u32(facts.len());
            self.facts.insert(key, Place { offset, length, is_used: true });
        }
    }

    pub(super) fn add_stamp(&mut self, stamp: FactsKey, key: FactsKey) {
        if let Some(lead) = self.stamps.get_mut(&stamp)
            && lead.to == key
        {
            lead.is_used = true;
        } else if self.append(STAMP, stamp, &key) {
            self.stamps.insert(stamp, Lead { to: key, is_used: true });
        }
    }

    /// Adds a record. Where that fails this run writes no more: what was left of the
    /// record is cut off by the next one.
    fn append(&mut self, kind: u8, key: FactsKey, rest: &[u8]) -> bool {
        if self.lock.is_none() || rest.len() > LONGEST - 17 {
            return false;
        }
        let record = framed(kind, key, rest);
        let written =
            self.file.seek(SeekFrom::Start(self.end)).and_then(|_| self.file.write_all(&record));
        match written {
            Ok(()) => self.end += as_u64(record.len()),
            Err(_) => self.lock = None,
        }
        self.lock.is_some()
    }

    /// Another bound, so that a test need not write so much.
    #[cfg(test)]
    pub(super) fn set_largest(&mut self, largest: u64) {
        self.largest = largest;
    }

    /// Ends the run; whether it was the one that writes.
    pub(super) fn finish(mut self) -> bool {
        if self.lock.is_none() {
            return false;
        }
        if self.end > self.largest {
            // The file stays as it is where another can't be put into its place.
            let _ = self.rewrite();
        } else {
            // That the file is in use shows in its time.
            let _ = self.file.set_modified(std::time::SystemTime::now());
        }
        true
    }

    /// Writes what this run used to a file beside, and renames it.
    fn rewrite(&mut self) -> std::io::Result<()> {
        let beside = kept_files::beside(&self.path);
        let written = self.write_used(&beside);
        let renamed = written.and_then(|()| std::fs::rename(&beside, &self.path));
        if renamed.is_err() {
            let _ = std::fs::remove_file(&beside);
        }
        renamed
    }

    fn write_used(&mut self, beside: &Path) -> std::io::Result<()> {
        let mut options = kept_files::private();
        let mut out = std::io::BufWriter::new(options.create_new(true).open(beside)?);
        out.write_all(HEADER)?;
        let mut facts: Vec<(FactsKey, Place)> =
            self.facts.iter().map(|(key, place)| (*key, *place)).collect();
        facts.retain(|(_, place)| place.is_used);
        facts.sort_by_key(|(_, place)| place.offset);
        for (key, place) in facts {
            let mut bytes = vec![0; usize::try_from(place.length).unwrap_or(0)];
            self.file.seek(SeekFrom::Start(place.offset))?;
            self.file.read_exact(&mut bytes)?;
            out.write_all(&framed(FACTS, key, &bytes))?;
        }
        let used = self.stamps.iter().filter(|(_, lead)| lead.is_used);
        let mut stamps: Vec<(FactsKey, FactsKey)> =
            used.map(|(stamp, lead)| (*stamp, lead.to)).collect();
        stamps.sort_unstable();
        for (stamp, key) in stamps {
            out.write_all(&framed(STAMP, stamp, &key))?;
        }
        out.into_inner().map_err(std::io::IntoInnerError::into_error)?.sync_all()
    }
}

/// Reads the next record, if one follows that fits its checksum.
fn next(bytes: &mut impl Read, record: &mut Vec<u8>) -> Option<()> {
    let mut frame = [0; 8];
    bytes.read_exact(&mut frame).ok()?;
    let [a, b, c, d, e, f, g, h] = frame;
    let length = usize::try_from(u32::from_le_bytes([a, b, c, d])).ok()?;
    if !(17..=LONGEST).contains(&length) {
        return None;
    }
    record.clear();
    bytes.take(as_u64(length)).read_to_end(record).ok()?;
    (record.len() == length && crc32fast::hash(record) == u32::from_le_bytes([e, f, g, h]))
        .then_some(())
}

/// A record with its length and checksum.
fn framed(kind: u8, key: FactsKey, rest: &[u8]) -> Vec<u8> {
    let mut record = vec![0; 8];
    record.push(kind);
    record.extend(key);
    record.extend(rest);
    let content = record.get(8..).unwrap_or_default();
    let length = u32::try_from(content.len()).unwrap_or(0).to_le_bytes();
    let sum = crc32fast::hash(content).to_le_bytes();
    for (to, from) in record.iter_mut().zip(length.into_iter().chain(sum)) {
        *to = from;
    }
    record
}

/// The lock, unless another run has it.
fn lock(path: &Path) -> Result<Option<File>, CacheError> {
    let file = kept_files::private().open(path).map_err(CacheError::io(path))?;
    match file.try_lock() {
        Ok(()) => Ok(Some(file)),
        Err(_) => Ok(None),
    }
}

/// The length of a record, which is at most [`LONGEST`].
fn as_u32(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}

fn as_u64(length: usize) -> u64 {
    u64::try_from(length).unwrap_or(u64::MAX)
}
