//! The problems of one cpanfile: each place once, and not without end.

use std::collections::BTreeSet;
use std::ops::Range;

use perlscan_model::location::{Location, SourcePath};
use perlscan_model::problem::{Problem, ProblemKind};

use super::NAME;
use crate::perl::LineIndex;
use crate::perl::statement::{Fault, FaultKind};

/// How many problems are listed; the rest is counted.
const LISTED: usize = 200;

/// Gathers problems.
#[derive(Debug)]
pub(super) struct Troubles<'a> {
    path: SourcePath,
    lines: LineIndex<'a>,
    seen: BTreeSet<(usize, ProblemKind, String)>,
    problems: Vec<Problem>,
    more: usize,
    /// Whether bytes that are no Perl were told: once a file is enough.
    told_bytes: bool,
}

impl<'a> Troubles<'a> {
    pub(super) fn new(path: &SourcePath, source: &'a [u8]) -> Self {
        Self {
            path: path.clone(),
            lines: LineIndex::new(source),
            seen: BTreeSet::new(),
            problems: Vec::new(),
            more: 0,
            told_bytes: false,
        }
    }

    /// The place of a stretch of the file.
    pub(super) fn location(&self, range: Range<usize>) -> Location {
        Location::at(self.path.clone(), self.lines.span(range))
    }

    /// Adds a problem, unless it is known: a loop reads its body many times.
    pub(super) fn add(&mut self, kind: ProblemKind, range: Range<usize>, message: String) {
        if self.problems.len() >= LISTED {
            self.more += 1;
            return;
        }
        if self.seen.insert((range.start, kind, message.clone())) {
            let location = self.location(range);
            self.problems.push(Problem { location, kind, by: NAME, message });
        }
    }

    /// Adds what the statement reader found.
    pub(super) fn add_fault(&mut self, fault: &Fault) {
        let message = match fault.kind {
            FaultKind::Unterminated => "a string or heredoc that begins here is not terminated",
            FaultKind::Unclosed => "a bracket that opens here is not closed",
            FaultKind::Unopened => "a bracket closes here that was not opened",
            FaultKind::MissingSemicolon => "a semicolon is missing before this",
            FaultKind::NotPerl if self.told_bytes => return,
            FaultKind::NotPerl => {
                self.told_bytes = true;
                "bytes that are no Perl; the file may be binary, or UTF-16"
            }
            FaultKind::TooLong => "a statement is too long to be read whole",
            FaultKind::TooDeep => {
                let message = "brackets nest too deep: nothing behind this is read".to_owned();
                return self.add(ProblemKind::Lost, fault.start..fault.end, message);
            }
            FaultKind::Conflict => "the marker of an unresolved merge",
        };
        let message = format!("{message}: perl stops here, and what follows is read by guess");
        self.add(ProblemKind::Lost, fault.start..fault.end, message);
    }

    /// All problems, in the order of the file.
    pub(super) fn finish(mut self) -> Vec<Problem> {
        if self.more > 0 {
            let message = format!("{} more problems of this file are not listed", self.more);
            let location = Location::file(self.path);
            self.problems.push(Problem { location, kind: ProblemKind::Lost, by: NAME, message });
        }
        self.problems.sort();
        self.problems
    }
}
