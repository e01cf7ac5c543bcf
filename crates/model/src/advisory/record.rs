//! One advisory record, with its ranges as text.

use serde::{Deserialize, Serialize};

use crate::severity::Severity;

/// One record of the advisory database.
///
/// Records are judged alone; several may carry the same id (one per affected
/// range of a bundled library, or different CVEs), and they are never united.
/// The ranges stay text here, as the source has them, so that a facts file
/// shows what upstream says; [`crate::advisory::RecordMatcher`] reads them.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct AdvisoryRecord {
    /// The CPANSA id, malformed ones included.
    pub id: String,
    /// CVE ids.
    pub cves: Vec<String>,
    /// GitHub security advisory ids.
    pub ghsas: Vec<String>,
    /// Ids under which the advisory was known before.
    pub previous_ids: Vec<String>,
    /// Affected ranges: OR between the texts, AND between commas.
    pub affected: Vec<String>,
    /// Fixed ranges, written like the affected ones.
    pub fixed: Vec<String>,
    /// Severity, normalised.
    pub severity: Severity,
    /// The day it was reported, `YYYY-MM-DD`.
    pub reported: Option<String>,
    /// Links to advisories, commits, issues and mailing lists.
    pub references: Vec<String>,
    /// The library that the distribution bundles and whose flaw this is.
    pub embedded: Option<EmbeddedLibrary>,
}

/// A library inside a distribution, as an advisory names it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct EmbeddedLibrary {
    /// The library's own name, `zlib`.
    pub name: String,
    /// The library version that the affected releases carry, as text.
    pub version: Option<String>,
    /// The library's affected versions, as text.
    pub affected: Option<String>,
}

/// Which releases of a distribution bundle which version of a library.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct BundledLibrary {
    /// The library's own name, `sqlite`.
    pub library: String,
    /// Where the library comes from.
    pub url: Option<String>,
    /// The distribution's releases, a range in the advisories' syntax.
    pub releases: String,
    /// The library's version in them.
    pub library_version: String,
}
