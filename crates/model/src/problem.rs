//! What could not be read or decided.
//!
//! A problem is a result like any other: it is in every report. perlscan is
//! never silently wrong.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::location::Location;

/// What kind of gap a problem leaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum ProblemKind {
    /// Something was not read: an I/O error, a limit, syntax that ended the
    /// reading. Findings may be missing, so the run could not do its work.
    Lost,
    /// It was read, but a value can't be told without running the code.
    Undecided,
    /// It was read and decided; the author should know all the same.
    Note,
}

impl ProblemKind {
    /// The word that outputs use.
    pub fn word(self) -> &'static str {
        match self {
            Self::Lost => "lost",
            Self::Undecided => "undecided",
            Self::Note => "note",
        }
    }
}

impl fmt::Display for ProblemKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

/// Something that could not be read or decided.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Problem {
    /// Where.
    pub location: Location,
    /// What kind of gap it leaves.
    pub kind: ProblemKind,
    /// Who says so: an extractor's name, `walk`, `resolve`.
    pub by: &'static str,
    /// What is wrong and what to do, a lower-case fragment.
    pub message: String,
}
