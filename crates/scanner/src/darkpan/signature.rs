//! The `SIGNATURE` of an archive: its digests held to the archive's files, and,
//! where a keyring is given, itself to its author's key.

use std::collections::BTreeMap;

use perlscan_model::location::{Inside, Location, SourcePath};
use perlscan_model::problem::{Problem, ProblemKind};
use sha1::Sha1;
use sha2::{Digest as _, Sha256};

use crate::extract::list_some;
use crate::mirror::signature_file::{self, Algorithm, FileDigest};
use crate::mirror::signed;
use crate::signature::clearsigned::{Signed, Verifier};
use crate::signature::{SignatureError, Verified};
use crate::source::archive::{self, ArchiveFile, Budget, Entries, Limits, Wanted};

/// Who says what is wrong.
const BY: &str = "signature";

/// An archive with its `SIGNATURE`.
pub(super) struct SignedArchive<'a> {
    /// Where the archive lies.
    pub(super) path: &'a SourcePath,
    pub(super) file: &'a ArchiveFile<'a>,
    /// Where its `SIGNATURE` lies in it.
    pub(super) inner: &'a SourcePath,
    pub(super) signature: &'a [u8],
}

impl SignedArchive<'_> {
    /// What is wrong, and what can't be told.
    pub(super) fn check(&self, limits: Limits, verifier: Option<&Verifier>) -> Vec<Problem> {
        let read = signed::read(self.signature);
        let Some(line) = read.signature.map(|span| span.line) else {
            let message = "it has no signature around its digests, so it proves nothing";
            return vec![self.problem(ProblemKind::Undecided, 1, message.to_owned())];
        };
        let mut problems = Vec::new();
        // What was signed is for gpgv to say; what stands there need not be it.
        let mut text = read.text.into_owned();
        let mut before = read.lines_before;
        let mut is_proven = false;
        if let Some(verifier) = verifier {
            match verifier.check(self.signature) {
                Ok(Signed { by: Verified::Good { .. }, text: signed }) => {
                    if signature_file::read(&text) != signature_file::read(&signed) {
                        before = 0;
                    }
                    text = signed;
                    is_proven = true;
                }
                Err(error) => problems.push(self.unproven(&error, line)),
            }
        }
        let (files, odd) = signature_file::read(&text);
        if let Some(odd) = odd {
            let message = "a line of it is no digest of a file that is known here (SHA1 or \
                           SHA256): what it says is not checked";
            problems.push(self.problem(
                ProblemKind::Undecided,
                before.saturating_add(odd),
                message.to_owned(),
            ));
        }
        let kind = if is_proven { ProblemKind::Lost } else { ProblemKind::Undecided };
        let mut differing = self.differing(&files, limits, kind, before);
        list_some(&mut differing, self.path, BY);
        problems.append(&mut differing);
        problems
    }

    /// What a signature that does not count means. An author's key is seldom at hand,
    /// and old signatures are weak: nothing is wrong then, and nothing proven.
    fn unproven(&self, error: &SignatureError, line: u32) -> Problem {
        let kind = match error {
            SignatureError::MissingKey { .. } | SignatureError::WeakDigest { .. } => {
                ProblemKind::Undecided
            }
            _ => ProblemKind::Lost,
        };
        let message = match error {
            SignatureError::Bad => {
                "the signature is not of these digests: one of them was changed \
                                    since; fetch the archive anew"
                    .to_owned()
            }
            SignatureError::MissingKey { key } => {
                format!("signed by {key}, which is not in the keyring: its digests are not proven")
            }
            other => other.to_string(),
        };
        self.problem(kind, line, message)
    }

    /// The files that are not as they were signed.
    fn differing(
        &self,
        files: &[FileDigest],
        limits: Limits,
        kind: ProblemKind,
        before: u32,
    ) -> Vec<Problem> {
        let mut outcome = Outcome {
            folder: self.inner.parent(),
            listed: files.iter().map(|file| (&file.path, Found { file, state: None })).collect(),
            unlisted: Vec::new(),
        };
        // The survey has read all of it in time, and had more to do.
        let limits = Limits { archive_seconds: u64::MAX, ..limits };
        archive::read(self.file, &mut self.file.budget(limits), &mut outcome);
        let line = |file: &FileDigest| before.saturating_add(file.line);
        let mut problems: Vec<Problem> = outcome
            .listed
            .values()
            .filter_map(|found| match found.state {
                Some(true) => None,
                Some(false) => Some(self.problem(
                    kind,
                    line(found.file),
                    format!(
                        "{} is not the file that was signed: its digest is another; compare it with \
                         the release on CPAN",
                        found.file.path
                    ),
                )),
                None => Some(self.problem(
                    ProblemKind::Undecided,
                    line(found.file),
                    format!("{} was signed and is not in the archive", found.file.path),
                )),
            })
            .collect();
        if let Some(first) = outcome.unlisted.first() {
            let message = match outcome.unlisted.len() {
                1 => format!("{first} is in the archive and was not signed"),
                n => format!("{n} files are in the archive and were not signed, {first} first"),
            };
            problems.push(self.problem(ProblemKind::Undecided, 1, message));
        }
        problems
    }

    /// A problem at a line of the `SIGNATURE`.
    fn problem(&self, kind: ProblemKind, line: u32, message: String) -> Problem {
        // A place's line is the outer file's, which has none.
        let location = Location::file(self.path.clone()).within(Inside::new(self.inner.clone()));
        Problem { location, kind, by: BY, message: format!("line {line}: {message}") }
    }
}

/// A listed file, and whether what the archive has is it.
struct Found<'a> {
    file: &'a FileDigest,
    state: Option<bool>,
}

/// What the archive's files come to.
struct Outcome<'a> {
    /// The distribution's own folder.
    folder: SourcePath,
    listed: BTreeMap<&'a SourcePath, Found<'a>>,
    unlisted: Vec<SourcePath>,
}

impl Outcome<'_> {
    /// A file's path from the distribution's folder on.
    fn own(&self, name: &SourcePath) -> Option<SourcePath> {
        if self.folder == SourcePath::default() {
            return Some(name.clone());
        }
        let rest = name.as_bytes().strip_prefix(self.folder.as_bytes())?.strip_prefix(b"/")?;
        Some(SourcePath::new(rest))
    }
}

impl Entries for Outcome<'_> {
    fn wants(&mut self, name: &SourcePath) -> Wanted {
        let Some(own) = self.own(name) else { return Wanted::No };
        if self.listed.contains_key(&own) {
            return Wanted::Whole(u64::MAX, "");
        }
        // MANIFEST may list itself or not, and this file never.
        if own.as_bytes() != b"SIGNATURE" {
            self.unlisted.push(own);
        }
        Wanted::No
    }

    fn wants_head(&mut self, _name: &SourcePath, _head: &[u8]) -> Wanted {
        Wanted::No
    }

    fn file(&mut self, name: &SourcePath, bytes: Vec<u8>, _budget: &mut Budget) {
        let Some(own) = self.own(name) else { return };
        if let Some(found) = self.listed.get_mut(&own) {
            found.state = Some(is_signed(&bytes, found.file));
        }
    }

    fn problem(&mut self, _kind: ProblemKind, _name: Option<&SourcePath>, _message: String) {
        // The survey, which reads the same archive, has told.
    }
}

/// Whether bytes have a digest. Module::Signature takes a text with the lines' ends
/// of another system for the same.
fn is_signed(bytes: &[u8], file: &FileDigest) -> bool {
    let has = |bytes: &[u8]| digest(bytes, file.algorithm) == file.digest;
    if has(bytes) {
        return true;
    }
    let unix =
        bytes.split(|byte| *byte == b'\n').map(|line| line.strip_suffix(b"\r").unwrap_or(line));
    let unix: Vec<u8> = unix.collect::<Vec<_>>().join(&b'\n');
    if unix.len() != bytes.len() {
        return has(&unix);
    }
    has(&bytes.split(|byte| *byte == b'\n').collect::<Vec<_>>().join(&b"\r\n"[..]))
}

fn digest(bytes: &[u8], algorithm: Algorithm) -> String {
    match algorithm {
        Algorithm::Sha1 => super::release::hex(&Sha1::digest(bytes)),
        Algorithm::Sha256 => super::release::hex(&Sha256::digest(bytes)),
    }
}
