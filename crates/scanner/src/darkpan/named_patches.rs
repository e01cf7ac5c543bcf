//! The security patches of a folder that the user names.

use std::sync::{Mutex, PoisonError};

use perlscan_model::location::SourcePath;
use perlscan_model::problem::{Problem, ProblemKind};

use crate::darkpan::archive_location;
use crate::mirror::patch::{LIMIT, Patch, PatchPlace};
use crate::source::{Limits, Sink, Source, Want};

/// What such a folder holds.
#[derive(Debug, Default)]
pub struct NamedPatches {
    /// The patches, in order of their paths. They are for the archives of any mirror.
    pub patches: Vec<Patch>,
    /// What could not be read, and diffs whose place does not say what they are for.
    pub problems: Vec<Problem>,
}

/// Reads a folder, which paths name as `shown`.
pub fn read(source: &dyn Source, shown: &SourcePath) -> NamedPatches {
    let reader = Reader { shown, found: Mutex::default() };
    let limit = u64::try_from(LIMIT).unwrap_or(u64::MAX);
    source.visit(&Limits { manifest_bytes: limit, ..Limits::default() }, &reader);
    let mut found = reader.found.into_inner().unwrap_or_else(PoisonError::into_inner);
    found.patches.sort_by(|a, b| a.path.cmp(&b.path));
    found.problems.sort();
    found
}

struct Reader<'a> {
    shown: &'a SourcePath,
    found: Mutex<NamedPatches>,
}

impl Sink for Reader<'_> {
    fn wants(&self, path: &SourcePath) -> Want {
        let name = path.file_name();
        match name.ends_with(b".patch") || name.ends_with(b".diff") {
            true => Want::Manifest,
            false => Want::No,
        }
    }

    fn wants_head(&self, _path: &SourcePath, _head: &[u8]) -> Want {
        Want::No
    }

    fn file(&self, path: &SourcePath, bytes: &[u8]) {
        let path = self.shown.join(path.as_bytes());
        let mut found = self.found.lock().unwrap_or_else(PoisonError::into_inner);
        match PatchPlace::below(&path) {
            Some(place) => {
                found.patches.push(Patch { place, path, is_named: true, bytes: bytes.to_vec() });
            }
            None => found.problems.push(Problem {
                location: archive_location(&path),
                kind: ProblemKind::Note,
                by: "patch",
                message: "its place does not say what it is for, as \
                          N/Net-OAuth/0.28/CVE-2025-22376-r1.patch does: it is left out"
                    .to_owned(),
            }),
        }
    }

    fn problem(&self, mut problem: Problem) {
        problem.location.path = self.shown.join(problem.location.path.as_bytes());
        self.found.lock().unwrap_or_else(PoisonError::into_inner).problems.push(problem);
    }
}
