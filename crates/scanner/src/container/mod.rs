//! Files in files: from one file's bytes to those of the files packed in it.
//!
//! A container gives out one inner file after the other and keeps none; nothing
//! is unpacked to disk. What is packed in what is packed is opened too, as deep
//! as [`Limits::nesting`] allows. A limit that bites is a lost problem.

pub mod copy;
pub mod fatpack;
pub mod par;

use std::borrow::Cow;

use perlscan_model::location::{Inside, Location, SourcePath};
use perlscan_model::problem::{Problem, ProblemKind};

use crate::extract::{SourceFile, Wanted};
use crate::source::archive::LONGEST_NAME;
use crate::source::{HEAD_BYTES, TAIL_BYTES};

pub use crate::source::archive::{Budget, Limits};

/// A file that is packed in another.
#[derive(Debug)]
pub struct InnerFile<'a> {
    /// Its name in there.
    pub name: SourcePath,
    /// Its bytes.
    pub bytes: Cow<'a, [u8]>,
    /// Where these bytes stand in the outer file; `None` for an archive.
    pub lines: Option<LineMap>,
}

/// Where the lines of an inner file stand in the outer one.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LineMap {
    /// For each line the offset of its first byte, inside and outside.
    starts: Vec<(usize, usize)>,
}

impl LineMap {
    /// Adds a line that begins at `inner` inside and at `outer` outside.
    fn add(&mut self, inner: usize, outer: usize) {
        self.starts.push((inner, outer));
    }

    /// The outer offset of an inner one.
    pub fn outer(&self, inner: usize) -> usize {
        let line = self.starts.partition_point(|(start, _)| *start <= inner);
        match line.checked_sub(1).and_then(|line| self.starts.get(line)) {
            Some((start, outer)) => outer.saturating_add(inner - start),
            None => inner,
        }
    }
}

/// One kind of file that holds others.
pub trait Container: Sync {
    /// The name of the format, as problems show it.
    fn name(&self) -> &'static str;

    /// Whether a file of this path may be one.
    fn wants(&self, path: &SourcePath) -> Wanted;

    /// Where the path leaves it open: whether a file that begins so may be one.
    /// [`Wanted::Peek`] says that its last bytes tell.
    fn wants_head(&self, _head: &[u8]) -> Wanted {
        Wanted::No
    }

    /// Where the head leaves it open: whether a file that ends so is one.
    fn wants_tail(&self, _tail: &[u8]) -> bool {
        false
    }

    /// Whether the format is text in Perl, for which the limit of Perl source
    /// holds; else it is an archive.
    fn is_perl_source(&self) -> bool;

    /// Gives out the inner files in the order in which they stand there, and
    /// what was wrong. A file that is none of the format has none.
    fn open<'a>(&self, bytes: &'a [u8], budget: &mut Budget, sink: &mut dyn InnerSink<'a>);
}

/// What a container gives its inner files to.
pub trait InnerSink<'a> {
    /// Whether an inner file of this name is to be read at all.
    fn wants(&self, name: &SourcePath) -> bool;

    /// An inner file.
    fn file(&mut self, file: InnerFile<'a>, budget: &mut Budget);

    /// Something could not be read: of an inner file, or of the outer one at
    /// this offset.
    fn problem(&mut self, kind: ProblemKind, name: Option<SourcePath>, message: String);
}

/// Every container.
pub fn containers() -> &'static [&'static dyn Container] {
    &[&fatpack::FatPack, &par::Par]
}

/// Whether a container takes a file of this path with these bytes.
pub fn takes(container: &dyn Container, path: &SourcePath, bytes: &[u8]) -> bool {
    let by_head =
        || container.wants_head(bytes.get(..HEAD_BYTES.min(bytes.len())).unwrap_or_default());
    let by_tail = || {
        let from = bytes.len().saturating_sub(TAIL_BYTES);
        container.wants_tail(bytes.get(from..).unwrap_or_default())
    };
    match container.wants(path) {
        Wanted::No => false,
        Wanted::Yes => true,
        Wanted::Peek => match by_head() {
            Wanted::No => false,
            Wanted::Yes => true,
            Wanted::Peek => by_tail(),
        },
    }
}

/// An inner file as [`open`] shows it.
#[derive(Debug)]
pub struct Opened<'f> {
    /// The way to it.
    pub inside: Inside,
    /// Its name, the last of the way.
    pub name: &'f SourcePath,
    /// Its bytes.
    pub bytes: &'f [u8],
    /// From its offsets to those of the file of the tree, from the outermost on;
    /// `None` for an archive's entry.
    lines: &'f [Option<LineMap>],
}

impl Opened<'_> {
    /// The offset in the file of the tree.
    pub fn outer(&self, inner: usize) -> Option<usize> {
        // From the innermost out.
        let mut maps = self.lines.iter().rev();
        maps.try_fold(inner, |at, map| Some(map.as_ref()?.outer(at)))
    }
}

/// Opens a file with every container that takes it, and what is inside it, too.
/// `wanted` are the inner files that `each` is to see.
pub fn open(
    file: &SourceFile<'_>,
    limits: Limits,
    wanted: &dyn Fn(&SourcePath) -> bool,
    each: &mut dyn FnMut(&Opened<'_>),
    problems: &mut Vec<Problem>,
) {
    let outer_bytes = u64::try_from(file.bytes.len()).unwrap_or(u64::MAX);
    let mut budget = Budget::new(limits, outer_bytes);
    let mut opening =
        Opening { outer: file.path, way: Vec::new(), lines: Vec::new(), wanted, each, problems };
    opening.open(file.path, file.bytes, &mut budget);
}

struct Opening<'o> {
    outer: &'o SourcePath,
    /// The names on the way to what is being opened.
    way: Vec<SourcePath>,
    /// Its maps, one for each name; `None` for an archive's entry.
    lines: Vec<Option<LineMap>>,
    wanted: &'o dyn Fn(&SourcePath) -> bool,
    each: &'o mut dyn FnMut(&Opened<'_>),
    problems: &'o mut Vec<Problem>,
}

impl Opening<'_> {
    /// Recurses no deeper than [`Limits::nesting`].
    fn open(&mut self, path: &SourcePath, bytes: &[u8], budget: &mut Budget) {
        for container in containers().iter().filter(|one| takes(**one, path, bytes)) {
            let mut step = Step { opening: self, container: *container };
            container.open(bytes, budget, &mut step);
        }
    }

    fn inside(&self) -> Option<Inside> {
        let mut names = self.way.iter().cloned();
        let first = Inside::new(names.next()?);
        Some(names.fold(first, |inside, name| inside.join(name)))
    }
}

/// What one container gives its files to.
struct Step<'s, 'o> {
    opening: &'s mut Opening<'o>,
    container: &'static dyn Container,
}

impl<'a> InnerSink<'a> for Step<'_, '_> {
    fn wants(&self, name: &SourcePath) -> bool {
        let nested = || containers().iter().any(|one| one.wants(name) != Wanted::No);
        (self.opening.wanted)(name) || nested()
    }

    fn file(&mut self, file: InnerFile<'a>, budget: &mut Budget) {
        let InnerFile { name, bytes, lines } = file;
        if name.as_bytes().len() > LONGEST_NAME {
            let message = format!(
                "a file in it has a name of more than {LONGEST_NAME} bytes, and was not read"
            );
            return self.problem(ProblemKind::Lost, None, message);
        }
        self.opening.way.push(name.clone());
        self.opening.lines.push(lines);
        if let Some(inside) = self.opening.inside() {
            if (self.opening.wanted)(&name) {
                let lines = &self.opening.lines;
                (self.opening.each)(&Opened { inside, name: &name, bytes: &bytes, lines });
            }
            if containers().iter().any(|one| takes(*one, &name, &bytes)) {
                let limit = budget.limits().nesting;
                if self.opening.way.len() < limit {
                    self.opening.open(&name, &bytes, budget);
                } else {
                    let message = format!(
                        "it lies more than {limit} files deep in files, and was not opened"
                    );
                    self.problem(ProblemKind::Lost, None, message);
                }
            }
        }
        self.opening.way.pop();
        self.opening.lines.pop();
    }

    fn problem(&mut self, kind: ProblemKind, name: Option<SourcePath>, message: String) {
        self.opening.way.extend(name.clone());
        let location = Location::file(self.opening.outer.clone());
        let location = match self.opening.inside() {
            Some(inside) => location.within(inside),
            None => location,
        };
        if name.is_some() {
            self.opening.way.pop();
        }
        self.opening.problems.push(Problem { location, kind, by: self.container.name(), message });
    }
}
