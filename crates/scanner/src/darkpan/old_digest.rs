//! The MD5 of archives whose CHECKSUMS have nothing better.
//!
//! CHECKSUMS of the last twenty years have SHA-256, by which archives are known here
//! anyway. Whether one has it is known when all is read, and MD5 of everything, just in
//! case, would take longer than reading the few archives again that it is needed of.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, PoisonError};

use md5::{Digest as _, Md5};
use perlscan_model::location::SourcePath;
use perlscan_model::problem::Problem;

use crate::darkpan::release::hex;
use crate::scan::ScanSettings;
use crate::source::{Sink, Source, Want};

/// The MD5 of each of these archives, in lower-case hexadecimal digits; those that can
/// no longer be read have none.
pub(super) fn md5_of(
    archives: &BTreeSet<SourcePath>,
    source: &dyn Source,
    settings: &ScanSettings,
) -> BTreeMap<SourcePath, String> {
    let reader = Reader { archives, found: Mutex::default() };
    if !archives.is_empty() {
        source.visit(&settings.limits, &reader);
    }
    reader.found.into_inner().unwrap_or_else(PoisonError::into_inner)
}

struct Reader<'a> {
    archives: &'a BTreeSet<SourcePath>,
    found: Mutex<BTreeMap<SourcePath, String>>,
}

impl Sink for Reader<'_> {
    fn wants(&self, path: &SourcePath) -> Want {
        if self.archives.contains(path) { Want::Archive } else { Want::No }
    }

    fn wants_head(&self, _path: &SourcePath, _head: &[u8]) -> Want {
        Want::No
    }

    fn file(&self, path: &SourcePath, bytes: &[u8]) {
        let digest = hex(&Md5::digest(bytes));
        self.found.lock().unwrap_or_else(PoisonError::into_inner).insert(path.clone(), digest);
    }

    /// It has been told when the mirror was read.
    fn problem(&self, _problem: Problem) {}
}
