//! What was wrong in a snapshot, kept small however much that is.
//!
//! Wrong lines of one kind make one problem, at the first of them; the other
//! problems are listed up to a number.

use std::collections::BTreeMap;

use perlscan_model::location::{Location, SourcePath, Span};
use perlscan_model::problem::{Problem, ProblemKind};

use super::line::Line;
use crate::extract::Facts;

/// How many problems of one file are listed.
const MAX_LISTED: usize = 100;
/// How much of the file's own text a message shows.
const MAX_EXCERPT: usize = 60;

/// Kinds of wrong lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    LongLine,
    Nul,
    NotUtf8,
    Comment,
    Indent,
    Words,
    Property,
    Stray,
}

impl Kind {
    fn problem(self) -> ProblemKind {
        match self {
            Self::LongLine | Self::Nul | Self::Stray => ProblemKind::Lost,
            Self::NotUtf8 | Self::Comment | Self::Indent | Self::Words | Self::Property => {
                ProblemKind::Note
            }
        }
    }

    fn message(self) -> &'static str {
        match self {
            Self::LongLine => "too long for a snapshot: not read",
            Self::Nul => "with NUL bytes, as in binary data: not read",
            Self::NotUtf8 => "not in UTF-8, at which Carton dies",
            Self::Comment => "blank or with only a comment, at which Carton dies",
            Self::Indent => "with another indent than Carton's: read by the words",
            Self::Words => "with more than the name of a release: the rest is not read",
            Self::Property => "with an unknown property: not read",
            Self::Stray => "without a place in a snapshot: not read",
        }
    }
}

/// The problems of one file.
pub(super) struct Troubles {
    path: SourcePath,
    by: &'static str,
    listed: Vec<Problem>,
    /// The worst kind of those that are not listed, and how many they are.
    unlisted: Option<(ProblemKind, usize)>,
    /// The first line of each kind, its text, and how many there are.
    counted: BTreeMap<Kind, (Span, String, usize)>,
}

impl Troubles {
    pub(super) fn new(path: SourcePath, by: &'static str) -> Self {
        Self { path, by, listed: Vec::new(), unlisted: None, counted: BTreeMap::new() }
    }

    /// Lists a problem.
    pub(super) fn add(&mut self, kind: ProblemKind, span: Span, message: String) {
        if self.listed.len() < MAX_LISTED {
            let location = Location::at(self.path.clone(), span);
            self.listed.push(Problem { location, kind, by: self.by, message });
            return;
        }
        // `Lost` is the first and the worst of the kinds.
        let (worst, count) = self.unlisted.unwrap_or((kind, 0));
        self.unlisted = Some((worst.min(kind), count + 1));
    }

    /// Lists a problem of something that is not there.
    pub(super) fn lack(&mut self, kind: ProblemKind, message: String) {
        let start = Span { line: 1, column: 1, end_line: 1, end_column: 1, offset: 0, length: 0 };
        self.add(kind, start, message);
    }

    /// Counts a wrong line.
    pub(super) fn count(&mut self, kind: Kind, line: &Line<'_>) {
        let first = || {
            let start = line.body().start(MAX_EXCERPT * 4);
            (start.span(line), excerpt(start.bytes), 0)
        };
        self.counted.entry(kind).or_insert_with(first).2 += 1;
    }

    /// Hands over all problems in the order of their lines.
    pub(super) fn into_facts(mut self, facts: &mut Facts) {
        if let Some((kind, count)) = self.unlisted {
            let message = format!("{count} more problems in this file");
            let location = Location::file(self.path.clone());
            self.listed.push(Problem { location, kind, by: self.by, message });
        }
        for (kind, (span, text, count)) in self.counted {
            let message = match count {
                1 => format!("a line {}: '{text}'", kind.message()),
                _ => format!("{count} lines {}; the first is '{text}'", kind.message()),
            };
            let location = Location::at(self.path.clone(), span);
            self.listed.push(Problem { location, kind: kind.problem(), by: self.by, message });
        }
        self.listed.sort_by_key(|problem| problem.location.line().unwrap_or(u32::MAX));
        facts.problems.append(&mut self.listed);
    }
}

/// The beginning of a text of the file, for a message, without control characters.
pub(super) fn excerpt(bytes: &[u8]) -> String {
    let start = bytes.get(..MAX_EXCERPT * 4).unwrap_or(bytes);
    let text = String::from_utf8_lossy(start);
    let shown = text.chars().take(MAX_EXCERPT);
    let mut shown: String =
        shown.map(|c| if c.is_control() { char::REPLACEMENT_CHARACTER } else { c }).collect();
    if text.chars().count() > MAX_EXCERPT {
        shown.push('…');
    }
    shown
}
