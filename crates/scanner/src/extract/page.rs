//! One manifest while it is read: where things stand in it, and what is wrong.

use std::collections::BTreeSet;
use std::ops::Range;

use perlscan_model::location::{Location, SourcePath};
use perlscan_model::name::ModuleName;
use perlscan_model::problem::{Problem, ProblemKind};
use perlscan_model::range::VersionRange;
use perlscan_model::requirement::{Phase, Relation, Requirement};
use perlscan_model::requirement_range::RequirementRange;
use perlscan_model::usage::ModuleUse;

use super::{Facts, SourceFile};
use crate::perl::LineIndex;
use crate::perl::uses::Load;

/// How many problems of a file are listed; the rest is counted.
const LISTED: usize = 200;

/// The longest name of a feature, in bytes: each requirement has a copy.
const LONGEST_FEATURE: usize = 128;

/// The name of a feature, cut where it is too long.
pub(super) fn feature_name(name: &str) -> &str {
    let fits = |end: &usize| *end <= name.len() && name.is_char_boundary(*end);
    let end = (0..=LONGEST_FEATURE.min(name.len())).rev().find(fits).unwrap_or(0);
    name.get(..end).unwrap_or(name)
}

/// Leaves as many problems of a file as are listed, and counts the rest.
pub(crate) fn list_some(problems: &mut Vec<Problem>, path: &SourcePath, by: &'static str) {
    let more = problems.len().saturating_sub(LISTED);
    if more > 0 {
        problems.truncate(LISTED);
        let message = format!("{more} more problems of this file are not listed");
        let location = Location::file(path.clone());
        problems.push(Problem { location, kind: ProblemKind::Lost, by, message });
    }
}

/// A manifest, and the facts that come out of it.
#[derive(Debug)]
pub(super) struct Page<'a> {
    path: SourcePath,
    by: &'static str,
    lines: LineIndex<'a>,
    seen: BTreeSet<(usize, ProblemKind, String)>,
    more: usize,
    /// What has been read so far.
    pub(super) facts: Facts,
}

/// A module that a manifest asks for, before its names are read.
#[derive(Debug, Clone)]
pub(super) struct Asked<'v> {
    pub(super) module: &'v str,
    /// Where the module's name stands.
    pub(super) place: Range<usize>,
    /// The range as it is written; `None` where it can't be told.
    pub(super) range: Option<&'v str>,
    pub(super) phase: Phase,
    pub(super) relation: Relation,
    pub(super) feature: Option<&'v str>,
    pub(super) conditional: bool,
}

impl<'a> Page<'a> {
    /// A file that the format `by` reads.
    pub(super) fn new(file: &SourceFile<'a>, by: &'static str) -> Self {
        Self {
            path: file.path.clone(),
            by,
            lines: LineIndex::new(file.bytes),
            seen: BTreeSet::new(),
            more: 0,
            facts: Facts::default(),
        }
    }

    /// The place of a stretch of the file.
    pub(super) fn location(&self, range: Range<usize>) -> Location {
        Location::at(self.path.clone(), self.lines.span(range))
    }

    /// Says what is wrong with a stretch of the file, each thing once.
    pub(super) fn problem(&mut self, kind: ProblemKind, at: Range<usize>, message: String) {
        if self.facts.problems.len() >= LISTED {
            self.more += 1;
        } else if self.seen.insert((at.start, kind, message.clone())) {
            let location = self.location(at);
            self.facts.problems.push(Problem { location, kind, by: self.by, message });
        }
    }

    /// Says of all that is undecided where it is answered: a note each.
    pub(super) fn explain_gaps(&mut self, where_answered: &str) {
        let undecided = |problem: &&mut Problem| problem.kind == ProblemKind::Undecided;
        for problem in self.facts.problems.iter_mut().filter(undecided) {
            problem.kind = ProblemKind::Note;
            problem.message.push_str("; ");
            problem.message.push_str(where_answered);
        }
    }

    /// Adds a requirement. A name that is none and a range that
    /// CPAN::Meta::Requirements refuses become problems.
    pub(super) fn ask(&mut self, asked: &Asked<'_>) {
        let module = match ModuleName::parse(asked.module) {
            Ok(module) => module,
            Err(error) => {
                let message = format!("{error}: it is not judged");
                return self.problem(ProblemKind::Undecided, asked.place.clone(), message);
            }
        };
        let range = self.range(asked);
        let feature = asked.feature.map(feature_name);
        if feature.map(str::len) != asked.feature.map(str::len) {
            let message = "the name of a feature is too long, and was cut".to_owned();
            self.problem(ProblemKind::Note, 0..0, message);
        }
        self.facts.requirements.push(Requirement {
            module,
            range,
            range_text: asked.range.unwrap_or_default().to_owned(),
            phase: asked.phase,
            relation: asked.relation,
            feature: feature.map(str::to_owned),
            conditional: asked.conditional,
            pinned_release: None,
            location: self.location(asked.place.clone()),
        });
    }

    fn range(&mut self, asked: &Asked<'_>) -> VersionRange {
        let module = asked.module;
        let Some(text) = asked.range else {
            let message = format!(
                "the version of '{module}' can't be told without running the code: any is assumed"
            );
            self.problem(ProblemKind::Undecided, asked.place.clone(), message);
            return VersionRange::any();
        };
        if matches!(text, "" | "0") {
            return VersionRange::any();
        }
        match RequirementRange::parse(text) {
            Ok(range) => range.to_range(),
            Err(error) => {
                let message = format!(
                    "the range '{text}' of '{module}' is refused ({error}): any is assumed"
                );
                self.problem(ProblemKind::Undecided, asked.place.clone(), message);
                VersionRange::any()
            }
        }
    }

    /// Keeps the modules that the file itself loads when it runs in a phase.
    pub(super) fn loads(&mut self, loads: Vec<Load>, phase: Phase) {
        let Self { facts, lines, .. } = self;
        facts.uses.extend(loads.into_iter().map(|load| ModuleUse {
            module: load.module,
            minimum: load.minimum,
            phase,
            optional: load.optional,
            conditional: load.conditional,
            span: lines.span(load.range),
        }));
    }

    /// Hands over what was read.
    pub(super) fn finish(mut self, facts: &mut Facts) {
        if self.more > 0 {
            let message = format!("{} more problems of this file are not listed", self.more);
            let location = Location::file(self.path);
            let kind = ProblemKind::Lost;
            self.facts.problems.push(Problem { location, kind, by: self.by, message });
        }
        self.facts.problems.sort();
        facts.requirements.append(&mut self.facts.requirements);
        facts.uses.append(&mut self.facts.uses);
        facts.interpreters.append(&mut self.facts.interpreters);
        facts.identities.append(&mut self.facts.identities);
        facts.about.append(&mut self.facts.about);
        facts.pointers.append(&mut self.facts.pointers);
        facts.problems.append(&mut self.facts.problems);
    }
}
