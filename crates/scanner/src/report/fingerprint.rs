//! What tells two findings apart, and keeps one the same from run to run.

use std::fmt::Write as _;

use perlscan_model::finding::Finding;
use sha2::{Digest, Sha256};

/// How many bytes of the hash are kept: enough that no two of a million
/// findings meet.
const KEPT: usize = 16;

/// The fingerprint of a finding, as hexadecimal digits: of its public id, its
/// distribution and its project, so that it stays the same while lines move
/// and versions rise.
pub fn fingerprint(finding: &Finding) -> String {
    digest(&finding.fingerprint_text())
}

/// A text's fingerprint, as hexadecimal digits.
pub fn digest(text: &str) -> String {
    let hash = Sha256::digest(text.as_bytes());
    let mut digits = String::with_capacity(2 * KEPT);
    for byte in hash.iter().take(KEPT) {
        // Writing to a String does not fail.
        let _ = write!(digits, "{byte:02x}");
    }
    digits
}
