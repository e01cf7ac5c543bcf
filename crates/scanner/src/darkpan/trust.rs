//! What a mirror is held to that it does not say itself: the keys of those who sign
//! its digests, and what a public index has under the same names.

use perlscan_model::location::{Location, SourcePath};
use perlscan_model::problem::{Problem, ProblemKind};
use perlscan_model::remark::{Remark, RemarkKind, Subject};

use crate::darkpan::collect::Collected;
use crate::darkpan::{claims, confusion, integrity};
use crate::mirror::checksums::{self, Checksums};
use crate::signature::SignatureError;
use crate::signature::clearsigned::Verifier;

/// What is trusted. Without anything no process is started, and nothing is compared.
#[derive(Debug, Default)]
pub struct Trust {
    /// Checks signatures by the user's keyring.
    pub verifier: Option<Verifier>,
    /// A public index, `02packages.details.txt` packed or not, and its name in
    /// problems.
    pub public_index: Option<(SourcePath, Vec<u8>)>,
}

/// What a signature proves of a file of digests.
#[derive(Debug)]
pub(super) enum Proof {
    /// There is no keyring.
    NotAsked,
    /// A key of the keyring has signed it.
    Good,
    /// There is no signature that proves anything.
    Missing(Box<Remark>),
    /// There is one, and it does not count.
    Bad(Box<Problem>),
}

impl Trust {
    pub(super) fn verifier(&self) -> Option<&Verifier> {
        self.verifier.as_ref()
    }

    /// What is proven of a CHECKSUMS file, of which `found` was read.
    pub(super) fn prove(&self, path: &SourcePath, bytes: &[u8], found: &Checksums) -> Proof {
        let Some(verifier) = &self.verifier else { return Proof::NotAsked };
        let location = match found.signature {
            Some(span) => Location::at(path.clone(), span),
            None => Location::file(path.clone()),
        };
        let bad = |message: String| {
            let location = location.clone();
            Proof::Bad(Box::new(Problem {
                location,
                kind: ProblemKind::Lost,
                by: "checksums",
                message,
            }))
        };
        let missing = |why: &str| {
            Proof::Missing(Box::new(Remark {
                project: path.parent(),
                kind: RemarkKind::UnsignedChecksums,
                subject: Subject::File(path.to_text().into_owned()),
                message: format!(
                    "{why}: its digests prove nothing to who does not trust it anyway"
                ),
                locations: vec![location.clone()],
                more: 0,
                fixture: false,
                fails: false,
            }))
        };
        if found.signature.is_none() {
            return missing("the file is not signed");
        }
        match verifier.check(bytes) {
            // The hash is taken out of the file by another reader than gpgv's.
            Ok(signed) => match checksums::read(&signed.text) {
                Ok(proven) if is_same(&proven, found) => Proof::Good,
                _ => bad("what is signed in it is not what it says: somebody has put text before \
                          or behind it; fetch the file anew"
                    .to_owned()),
            },
            Err(SignatureError::WeakDigest { key }) => {
                missing(&format!("the signature by {key} uses MD5, SHA-1 or RIPEMD-160"))
            }
            Err(SignatureError::Bad) => bad("the signature is not of these digests: the file was \
                                             changed; fetch it anew, and its archives"
                .to_owned()),
            Err(error) => bad(error.to_string()),
        }
    }
}

/// Whether two readings say the same of the same files, wherever it stands.
fn is_same(one: &Checksums, other: &Checksums) -> bool {
    let without_lines = |sums: &Checksums| {
        let files = sums.files.iter().cloned();
        files.map(|file| checksums::FileSums { line: 0, ..file }).collect::<Vec<_>>()
    };
    without_lines(one) == without_lines(other)
}

/// The remarks on a mirror as a whole; what could not be read goes to `problems`.
pub(super) fn remarks(
    collected: &Collected,
    trust: &Trust,
    problems: &mut Vec<Problem>,
) -> Vec<Remark> {
    let Collected { releases, indices, .. } = collected;
    let (mut remarks, mut unread) =
        confusion::remarks(releases, indices, trust.public_index.as_ref());
    problems.append(&mut unread);
    remarks.extend(claims::remarks(releases));
    remarks.extend(integrity::same_name(releases));
    remarks.extend(collected.unsigned.iter().cloned());
    remarks
}
