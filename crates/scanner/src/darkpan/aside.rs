//! What an archive says of itself apart from what a scan reads of it: its
//! `SIGNATURE`, and the repository and authors that its metadata names.
//!
//! The files are looked at on their way to the survey, so that the archive is
//! still read once.

use std::sync::{Mutex, PoisonError};

use perlscan_model::location::SourcePath;
use perlscan_model::problem::Problem;

use super::claims::{self, Claim};
use crate::source::{ContentId, Known, Limits, Sink, Source, Visited, Want};

/// The largest `SIGNATURE` that is kept, in bytes; a line a file has some 100.
const LARGEST_SIGNATURE: usize = 16 << 20;

/// What was seen on the way.
#[derive(Debug, Default)]
pub(super) struct Seen {
    /// The `SIGNATURE` file and its path in the archive.
    pub(super) signature: Option<(SourcePath, Box<[u8]>)>,
    /// What its metadata claims; META.json before META.yml.
    pub(super) claim: Option<Claim>,
}

/// A source whose files are looked at as they pass.
pub(super) struct Aside<'a> {
    source: &'a dyn Source,
    seen: Mutex<Seen>,
}

impl<'a> Aside<'a> {
    pub(super) fn of(source: &'a dyn Source) -> Self {
        Self { source, seen: Mutex::default() }
    }

    pub(super) fn finish(self) -> Seen {
        self.seen.into_inner().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Source for Aside<'_> {
    fn visit(&self, limits: &Limits, sink: &dyn Sink) -> Visited {
        self.source.visit(limits, &Passing { sink, seen: &self.seen })
    }
}

struct Passing<'a> {
    sink: &'a dyn Sink,
    seen: &'a Mutex<Seen>,
}

/// Whether a file lies in the distribution's own folder.
fn is_at_the_top(path: &SourcePath) -> bool {
    path.parts().count() <= 2
}

fn is_signature(path: &SourcePath) -> bool {
    path.file_name() == b"SIGNATURE" && is_at_the_top(path)
}

impl Sink for Passing<'_> {
    fn wants(&self, path: &SourcePath) -> Want {
        let want = self.sink.wants(path);
        if is_signature(path) { want.max(Want::Manifest) } else { want }
    }

    fn wants_head(&self, path: &SourcePath, head: &[u8]) -> Want {
        self.sink.wants_head(path, head)
    }

    fn wants_tail(&self, path: &SourcePath, tail: &[u8]) -> Want {
        self.sink.wants_tail(path, tail)
    }

    fn known(&self, path: &SourcePath, content: &ContentId) -> Option<Known> {
        self.sink.known(path, content)
    }

    fn file(&self, path: &SourcePath, bytes: &[u8]) {
        let lock = || self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if is_signature(path) {
            if bytes.len() <= LARGEST_SIGNATURE {
                lock().signature = Some((path.clone(), bytes.into()));
            }
            return;
        }
        let is_json = path.file_name() == b"META.json";
        if is_at_the_top(path) && (is_json || path.file_name() == b"META.yml") {
            let claim = claims::read(bytes, is_json);
            let mut seen = lock();
            if is_json || seen.claim.is_none() {
                seen.claim = claim.or(seen.claim.take());
            }
        }
        self.sink.file(path, bytes);
    }

    fn problem(&self, problem: Problem) {
        self.sink.problem(problem);
    }
}
