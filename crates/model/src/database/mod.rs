//! The binary advisory database: one block of bytes that is ready to be asked.
//!
//! The build makes it from the committed facts and the scanner embeds it.
//! It has a head, which is checked and kept, and a body of blocks, each with a
//! checksum of its own that is checked when it is asked for: a distribution is
//! decoded when it is first needed, and of a file nothing else comes into memory.
//! Layout, integers little-endian:
//!
//! ```text
//! magic "PERLSCAN" | format u32 | crc32 u32 of the head | crc32 u32 of the body
//!   | head length u32 | contents length u32
//! head: contents (postcard) | dist index (fst) | module index (fst) | names (postcard, back to back)
//! body: dists | core | details | links, each of blocks: length u32 | crc32 u32 | postcard
//! ```
//!
//! The links of a record are a block of their own, which every record with the same
//! links names: an advisory of a bundled library stands under each distribution that
//! bundles it, and most of all links would be repetitions.

mod block;
mod encode;
mod read;

pub use block::ReadAt;
pub use encode::EncodeError;
pub use read::{AdvisoryDb, CoreVersion, DatabaseError, DistEntry, KnownRelease, LoadedAdvisory};

use serde::{Deserialize, Serialize};

use crate::advisory::{AdvisoryRecord, BundledLibrary, EmbeddedLibrary};
use crate::facts::{DistFact, MetaFact, PerlFact};
use crate::severity::Severity;

/// The version of the binary format. A reader refuses any other.
pub const DATABASE_FORMAT: u32 = 5;

const MAGIC: &[u8; 8] = b"PERLSCAN";
/// All that stands before the head.
const HEADER: u64 = 8 + 4 + 4 + 4 + 4 + 4;

/// How much the database holds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// Advisory records.
    pub records: u32,
    /// Different advisory ids.
    pub advisories: u32,
    /// Distributions with advisories.
    pub distributions: u32,
    /// Known releases of them.
    pub releases: u32,
    /// Modules whose distribution is known.
    pub modules: u32,
    /// Core modules.
    pub core_modules: u32,
    /// What sources say otherwise than what was taken.
    pub conflicts: u32,
}

/// The table of contents.
#[derive(Debug, Serialize, Deserialize)]
struct Contents {
    meta: MetaFact,
    counts: Counts,
    /// Lengths of the sections, in the order of the layout.
    dist_index: u32,
    module_index: u32,
    names: u32,
    dists: u32,
    core: u32,
    details: u32,
    links: u32,
    perls: Vec<PerlFact>,
}

/// A distribution as it stands in the dists section.
#[derive(Debug, Serialize, Deserialize)]
struct DistBlob<'a> {
    dist: DistFact,
    records: Vec<RecordBlob>,
    #[serde(borrow)]
    releases: Vec<ReleaseBlob<'a>>,
    bundled: Vec<BundledLibrary>,
    related: Vec<RelatedAdvisory>,
    /// Where the details of the records stand, from 1; 0 where there are none.
    details: u32,
}

/// An advisory record as it stands in the dists section.
#[derive(Debug, Serialize, Deserialize)]
struct RecordBlob {
    id: String,
    cves: Vec<String>,
    ghsas: Vec<String>,
    previous_ids: Vec<String>,
    affected: Vec<String>,
    fixed: Vec<String>,
    severity: Severity,
    reported: Option<String>,
    /// Where its links stand, from 1; 0 where there are none. They are one text, a
    /// line each.
    links: u32,
    embedded: Option<EmbeddedLibrary>,
}

impl RecordBlob {
    fn of(record: &AdvisoryRecord, links: u32) -> Self {
        let record = record.clone();
        Self {
            id: record.id,
            cves: record.cves,
            ghsas: record.ghsas,
            previous_ids: record.previous_ids,
            affected: record.affected,
            fixed: record.fixed,
            severity: record.severity,
            reported: record.reported,
            links,
            embedded: record.embedded,
        }
    }

    /// The record without its links, and where those stand.
    fn into_record(self) -> (AdvisoryRecord, u32) {
        let record = AdvisoryRecord {
            id: self.id,
            cves: self.cves,
            ghsas: self.ghsas,
            previous_ids: self.previous_ids,
            affected: self.affected,
            fixed: self.fixed,
            severity: self.severity,
            reported: self.reported,
            references: Vec::new(),
            embedded: self.embedded,
        };
        (record, self.links)
    }
}

/// A release as it stands in the dists section, read in place.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
struct ReleaseBlob<'a> {
    version: &'a str,
    date: &'a str,
    perl: Option<&'a str>,
}

/// An advisory of another distribution that shares a CVE.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct RelatedAdvisory {
    /// The shared CVE.
    pub cve: String,
    /// The other distribution.
    pub dist: String,
    /// The id of its advisory.
    pub id: String,
}

/// A core module's history; the perls are indices into [`Contents::perls`].
#[derive(Debug, Serialize, Deserialize)]
struct CoreBlob {
    versions: Vec<(u16, Option<String>)>,
}

/// The value of the module index: where the name of a module's distribution and
/// its core history stand, each counted from 1, 0 for none.
fn pack_module(dist: Option<u32>, core: Option<u32>) -> u64 {
    let one_based = |offset: Option<u32>| offset.map_or(0, |offset| u64::from(offset) + 1);
    one_based(dist) | one_based(core) << 32
}

/// The reverse of [`pack_module`].
fn unpack_module(value: u64) -> (Option<u32>, Option<u32>) {
    let zero_based = |value: u64| u32::try_from(value).ok().and_then(|value| value.checked_sub(1));
    (zero_based(value & 0xffff_ffff), zero_based(value >> 32))
}

#[cfg(test)]
#[path = "database_test.rs"]
mod tests;
