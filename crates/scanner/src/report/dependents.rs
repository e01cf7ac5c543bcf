//! Who depends on what is vulnerable in a mirror: the ranking, in JSON and in words.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use perlscan_model::location::SourcePath;
use serde::Serialize;

use super::account::count;
use super::json::PathObject;
use super::{ArchiveSummary, ProjectSummary, Report};
use crate::graph::dependents::{ByUse, Dependents};
use crate::graph::title;

/// A vulnerable archive that others depend on.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ranked<'a> {
    /// The archive's path.
    pub(super) path: &'a SourcePath,
    /// The archive.
    pub(super) archive: &'a ArchiveSummary,
    /// Who depends on it.
    pub(super) counts: Dependents,
}

impl Ranked<'_> {
    /// What it is called.
    pub(super) fn title(&self) -> String {
        title(self.archive.dist.as_ref(), &self.archive.version, self.path)
    }
}

/// The archives with findings that nobody has set aside and that others depend on: the
/// one that most run with first.
pub(super) fn ranked(report: &Report) -> Vec<Ranked<'_>> {
    let open: BTreeSet<&SourcePath> = report
        .findings
        .iter()
        .filter(|finding| finding.suppressed.is_none())
        .map(|finding| &finding.project)
        .collect();
    let of = |project: &'_ ProjectSummary| {
        let counts = *project.archive.as_ref()?.dependents.as_deref()?;
        (counts.all.total() + counts.others.total() > 0 && open.contains(&project.path))
            .then_some(counts)
    };
    let mut all: Vec<Ranked<'_>> = report
        .projects
        .iter()
        .filter_map(|project| {
            let counts = of(project)?;
            Some(Ranked { path: &project.path, archive: project.archive.as_ref()?, counts })
        })
        .collect();
    all.sort_by_key(|ranked| {
        let Dependents { direct, all, others } = ranked.counts;
        let key = (all.runtime, all.build_or_test, direct.total(), others.total());
        (Reverse(key), ranked.path)
    });
    all
}

/// Whether the run told of any archive who depends on it.
pub(super) fn is_told(report: &Report) -> bool {
    let mut archives = report.projects.iter().filter_map(|project| project.archive.as_ref());
    archives.any(|archive| archive.dependents.is_some())
}

/// Who depends on an archive, in words; empty where nobody does.
pub(super) fn words(counts: &Dependents) -> String {
    let Dependents { direct, all, others } = counts;
    let directly = |direct: usize, all: usize| match direct {
        0 => String::new(),
        n if n == all => " (directly)".to_owned(),
        n => format!(" ({} directly)", count(n, "", "").trim()),
    };
    let mut parts = Vec::new();
    let mut add = |by: usize, direct: usize, what: &str| {
        if by == 0 {
            return;
        }
        let them = match parts.is_empty() {
            true => count(by, "archive needs it", "archives need it"),
            false => count(by, "more", "more"),
        };
        parts.push(format!("{them} {what}{}", directly(direct, by)));
    };
    add(all.runtime, direct.runtime, "at runtime");
    add(all.build_or_test, direct.build_or_test, "to build or test");
    add(others.total(), 0, "that no index names");
    parts.join(", ")
}

/// An entry of the ranking.
#[derive(Serialize)]
pub(super) struct RankedObject<'a> {
    #[serde(flatten)]
    path: PathObject<'a>,
    dist: Option<&'a str>,
    version: &'a str,
    #[serde(flatten)]
    counts: DependentsObject,
}

impl<'a> RankedObject<'a> {
    /// The ranking; `None` where the run told of no archive who depends on it.
    pub(super) fn all(report: &'a Report) -> Option<Vec<Self>> {
        let of = |ranked: Ranked<'a>| Self {
            path: PathObject::of(ranked.path),
            dist: ranked.archive.dist.as_ref().map(|dist| dist.as_str()),
            version: &ranked.archive.version,
            counts: DependentsObject::of(&ranked.counts),
        };
        is_told(report).then(|| ranked(report).into_iter().map(of).collect())
    }
}

/// Who depends on an archive.
#[derive(Serialize)]
pub(super) struct DependentsObject {
    direct: ByUseObject,
    all: ByUseObject,
    others: ByUseObject,
}

#[derive(Serialize)]
struct ByUseObject {
    runtime: usize,
    build_or_test: usize,
}

impl DependentsObject {
    pub(super) fn of(counts: &Dependents) -> Self {
        let of = |by: ByUse| ByUseObject { runtime: by.runtime, build_or_test: by.build_or_test };
        Self { direct: of(counts.direct), all: of(counts.all), others: of(counts.others) }
    }
}
