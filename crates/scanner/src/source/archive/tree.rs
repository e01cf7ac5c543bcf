//! An archive as a source: a tree of the files in it.

use std::sync::Mutex;

use perlscan_model::location::{Location, SourcePath};
use perlscan_model::problem::{Problem, ProblemKind};

use super::{ArchiveFile, Budget, Entries, Format, Limits, Wanted, read};
use crate::source::{Limits as FileLimits, Sink, Source, TAIL_BYTES, Visited, Want};

/// One archive, whose files are shown with their paths in it. Locations and
/// problems speak of those paths; the archive itself is the empty path.
#[derive(Debug)]
pub struct ArchiveSource<'a> {
    file: &'a ArchiveFile<'a>,
    budget: Mutex<Budget>,
}

impl<'a> ArchiveSource<'a> {
    /// The archive that is in this file.
    pub fn new(file: &'a ArchiveFile<'a>, limits: Limits) -> Self {
        Self { file, budget: Mutex::new(file.budget(limits)) }
    }
}

impl Source for ArchiveSource<'_> {
    fn visit(&self, limits: &FileLimits, sink: &dyn Sink) -> Visited {
        let mut budget = self.budget.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let mut shown = Shown { limits, sink, visited: Visited::default(), want: Want::No };
        read(self.file, &mut budget, &mut shown);
        shown.visited
    }
}

/// Whether a file is an archive that nobody opens and that may be more than data for
/// tests.
fn is_unopened(name: &SourcePath) -> bool {
    let is_archive = matches!(Format::of(name.file_name()), Some(Format::Tar | Format::Zip));
    let tests: [&[u8]; 4] = [b"t", b"xt", b"test", b"tests"];
    is_archive && !name.parts().any(|part| tests.contains(&part))
}

/// Entries on their way to a sink.
struct Shown<'s> {
    limits: &'s FileLimits,
    sink: &'s dyn Sink,
    visited: Visited,
    /// What the sink has said of the entry that is being read, by its name.
    want: Want,
}

impl Shown<'_> {
    /// What a sink's wish means here. A file whose tail tells has to be read whole.
    fn wanted(&self, want: Want) -> Wanted {
        match want {
            Want::No => Wanted::No,
            Want::Head => Wanted::Head,
            Want::Tail => {
                let (limit, option) = self.limits.of(Want::Archive);
                Wanted::Whole(limit, option)
            }
            want => {
                let (limit, option) = self.limits.of(want);
                Wanted::Whole(limit, option)
            }
        }
    }
}

impl Entries for Shown<'_> {
    fn wants(&mut self, name: &SourcePath) -> Wanted {
        self.visited.files_seen += 1;
        self.want = self.sink.wants(name);
        let wanted = self.wanted(self.want);
        if wanted == Wanted::No && is_unopened(name) {
            let message = "it is an archive in an archive, and was not opened".to_owned();
            self.problem(ProblemKind::Note, Some(name), message);
        }
        wanted
    }

    fn wants_head(&mut self, name: &SourcePath, head: &[u8]) -> Wanted {
        self.want = self.sink.wants_head(name, head);
        self.wanted(self.want)
    }

    fn file(&mut self, name: &SourcePath, bytes: Vec<u8>, _budget: &mut Budget) {
        // Only where the tail tells is it still open whether anybody wants the file.
        if self.want == Want::Tail {
            let from = bytes.len().saturating_sub(TAIL_BYTES);
            self.want = self.sink.wants_tail(name, bytes.get(from..).unwrap_or_default());
            if matches!(self.want, Want::No | Want::Head | Want::Tail) {
                return;
            }
        }
        self.visited.files_read += 1;
        self.sink.file(name, &bytes);
    }

    fn problem(&mut self, kind: ProblemKind, name: Option<&SourcePath>, message: String) {
        let location = Location::file(name.cloned().unwrap_or_default());
        self.sink.problem(Problem { location, kind, by: "archive", message });
    }
}
