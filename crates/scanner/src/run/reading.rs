//! What was read of a tree: for projects, and of mirrors.

use perlscan_model::location::SourcePath;
use perlscan_model::problem::Problem;

use crate::advisory::AdvisoryError;
use crate::advisory::database::Database;
use crate::darkpan;
use crate::darkpan::trust::Trust;
use crate::mirror::layout::is_of_mirror;
use crate::report::Report;
use crate::run::mirrors;
use crate::scan::{self, Observer, ScanSettings, conclude};
use crate::source::{ContentId, Known, Sink, Source, Visited, Want};

/// Fewer files are judged in less time than a thread takes to start.
const FILES_FOR_A_THREAD: u64 = 200;

/// What was read of a tree.
pub(super) struct Reading {
    projects: scan::collect::Collected,
    mirrors: darkpan::Collected,
    visited: Visited,
}

/// What need not be read again.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Before<'a> {
    pub(super) projects: Option<&'a scan::collect::Collected>,
    pub(super) mirrors: Option<&'a darkpan::Collected>,
}

impl Reading {
    /// This, for a tree that is read afterwards.
    pub(super) fn before(&self) -> Before<'_> {
        Before { projects: Some(&self.projects), mirrors: Some(&self.mirrors) }
    }

    /// What was read for projects.
    pub(super) fn projects(&self) -> &scan::collect::Collected {
        &self.projects
    }

    /// Reads a source. What `before` has of the same content is taken from there.
    pub(super) fn of(
        source: &dyn Source,
        settings: &ScanSettings,
        database: &Database,
        observer: &dyn Observer,
        before: Before<'_>,
    ) -> Result<Self, AdvisoryError> {
        let trust = Trust::default();
        let both = Both {
            projects: scan::collect::Collector::new(settings, observer, before.projects),
            mirrors: darkpan::Collector::new(settings, &trust, database, observer, None)
                .after(before.mirrors),
        };
        let visited = source.visit(&settings.limits, &both);
        let Both { projects, mirrors } = both;
        Ok(Self { projects: projects.finish(), mirrors: mirrors.finish()?, visited })
    }

    /// Whether there is no difference in what was read.
    pub(super) fn says_the_same(&self, other: &Self) -> bool {
        self.projects.says_the_same(&other.projects) && self.mirrors.says_the_same(&other.mirrors)
    }

    /// Takes over the files that are on both sides.
    pub(super) fn share(&mut self, other: &Self, on_both: &dyn Fn(&SourcePath) -> bool) {
        self.projects.share(&other.projects, on_both);
        self.mirrors.share(&other.mirrors, on_both);
    }

    /// Whether it takes longer to judge than to start a thread, and there is no mirror in
    /// it.
    pub(super) fn is_large(&self) -> bool {
        self.mirrors.is_empty() && self.visited.files_read > FILES_FOR_A_THREAD
    }

    /// Judges the projects alone.
    pub(super) fn judge_projects(
        self,
        settings: &ScanSettings,
        database: &Database,
    ) -> Result<Report, AdvisoryError> {
        let survey = scan::grouped(self.projects, self.visited, settings);
        conclude(scan::judged(survey, settings, database)?, settings, database)
    }

    /// Judges what was read of `source`.
    pub(super) fn judge(
        self,
        source: &dyn Source,
        settings: &ScanSettings,
        database: &Database,
    ) -> Result<Report, AdvisoryError> {
        if self.mirrors.is_empty() {
            return self.judge_projects(settings, database);
        }
        let survey = scan::grouped(self.projects, self.visited, settings);
        let mut concluded = scan::judged(survey, settings, database)?;
        mirrors::judge(self.mirrors, source, settings, database, &mut concluded)?;
        conclude(concluded, settings, database)
    }
}

/// Gives each file to whom it concerns.
struct Both<'a> {
    projects: scan::collect::Collector<'a>,
    mirrors: darkpan::Collector<'a>,
}

impl<'a> Both<'a> {
    fn of(&self, path: &SourcePath) -> &(dyn Sink + 'a) {
        if is_of_mirror(path) { &self.mirrors } else { &self.projects }
    }
}

impl Sink for Both<'_> {
    fn wants(&self, path: &SourcePath) -> Want {
        self.of(path).wants(path)
    }

    fn wants_head(&self, path: &SourcePath, head: &[u8]) -> Want {
        self.of(path).wants_head(path, head)
    }

    fn wants_tail(&self, path: &SourcePath, tail: &[u8]) -> Want {
        self.of(path).wants_tail(path, tail)
    }

    fn known(&self, path: &SourcePath, content: &ContentId) -> Option<Known> {
        self.of(path).known(path, content)
    }

    fn file(&self, path: &SourcePath, bytes: &[u8]) {
        self.of(path).file(path, bytes);
    }

    fn problem(&self, problem: Problem) {
        let to = self.of(&problem.location.path);
        to.problem(problem);
    }
}
