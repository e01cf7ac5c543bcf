//! A report of `perlscan darkpan -f json`, read back.

use std::collections::BTreeSet;

use serde::Deserialize;

use super::{ArchiveState, FindingState, MirrorReport};
use crate::report::json::SCHEMA_VERSION;

/// Why a file is no report that can be compared.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum MirrorReportError {
    /// It is no JSON.
    #[error("it is no JSON document ({0}): write it with `perlscan darkpan PATH -f json`")]
    NotJson(serde_json::Error),
    /// Another program wrote it.
    #[error("{0}: only what `perlscan darkpan PATH -f json` writes can be compared")]
    OtherTool(String),
    /// It is of another version of the format.
    #[error(
        "its schema_version is {0}, and this perlscan reads {SCHEMA_VERSION}: write it anew with \
         this version"
    )]
    OtherSchema(String),
    /// It is another document of perlscan's.
    #[error("it is no report of a mirror ({0}): write it with `perlscan darkpan PATH -f json`")]
    OtherDocument(String),
}

/// What every document of perlscan's says of itself.
#[derive(Deserialize)]
struct Head {
    schema_version: Option<String>,
    tool: Option<ToolObject>,
}

#[derive(Deserialize)]
struct ToolObject {
    name: String,
}

#[derive(Deserialize)]
struct Document {
    database: DatabaseObject,
    projects: Vec<ProjectObject>,
    findings: Vec<FindingObject>,
    problems: Vec<ProblemObject>,
}

#[derive(Deserialize)]
struct DatabaseObject {
    date: String,
    commit: String,
}

#[derive(Deserialize)]
struct ProjectObject {
    path: String,
    archive: Option<ArchiveObject>,
}

#[derive(Deserialize)]
struct ArchiveObject {
    dist: Option<String>,
    version: String,
    standing: Option<String>,
    sha256: String,
}

#[derive(Deserialize)]
struct FindingObject {
    id: String,
    aliases: Vec<String>,
    dist: String,
    version: String,
    verdict: String,
    severity: String,
    advice: String,
    project: String,
    fails: bool,
    suppressed: Option<serde::de::IgnoredAny>,
}

#[derive(Deserialize)]
struct ProblemObject {
    kind: String,
}

/// Reads a report.
///
/// # Errors
/// When it is none, or one of another version of the format.
pub fn read(bytes: &[u8]) -> Result<MirrorReport, MirrorReportError> {
    let other = |what: &str| MirrorReportError::OtherTool(what.to_owned());
    let head: Head = serde_json::from_slice(bytes).map_err(|error| match error.classify() {
        serde_json::error::Category::Data => other("it is no report of perlscan"),
        _ => MirrorReportError::NotJson(error),
    })?;
    match head.tool {
        None => return Err(other("it does not say that perlscan made it")),
        Some(tool) if tool.name != "perlscan" => {
            return Err(MirrorReportError::OtherTool(format!("'{}' made it", tool.name)));
        }
        Some(_) => {}
    }
    match head.schema_version {
        Some(version) if version == SCHEMA_VERSION => {}
        Some(version) => return Err(MirrorReportError::OtherSchema(version)),
        None => return Err(MirrorReportError::OtherSchema("not told".to_owned())),
    }
    let document: Document = serde_json::from_slice(bytes)
        .map_err(|error| MirrorReportError::OtherDocument(error.to_string()))?;
    let is_mirror = |project: &ProjectObject| project.archive.is_some();
    if !document.projects.is_empty() && !document.projects.iter().any(is_mirror) {
        let what = "none of its projects is an archive".to_owned();
        return Err(MirrorReportError::OtherDocument(what));
    }
    Ok(report(document))
}

fn report(document: Document) -> MirrorReport {
    let mirrors: BTreeSet<Option<&str>> = document
        .projects
        .iter()
        .filter(|project| project.archive.is_some())
        .map(|project| split(&project.path).map(|(mirror, _)| mirror))
        .collect();
    // Of one mirror alone the folder that it lies in says nothing.
    let is_one = mirrors.len() == 1;
    let name = |path: &str| match split(path) {
        Some((_, below)) if is_one => below.to_owned(),
        _ => path.to_owned(),
    };
    let findings = document.findings.into_iter().map(|finding| FindingState {
        archive: name(&finding.project),
        path: finding.project,
        dist: finding.dist,
        version: finding.version,
        id: finding.id,
        aliases: finding.aliases,
        severity: finding.severity,
        verdict: finding.verdict,
        fails: finding.fails,
        is_suppressed: finding.suppressed.is_some(),
        advice: finding.advice,
    });
    let findings = findings.collect();
    let archives = document.projects.iter().filter_map(|project| {
        let archive = project.archive.as_ref()?;
        let state = ArchiveState {
            path: project.path.clone(),
            dist: archive.dist.clone(),
            version: archive.version.clone(),
            standing: archive.standing.clone(),
            sha256: archive.sha256.clone(),
        };
        Some((name(&project.path), state))
    });
    MirrorReport {
        archives: archives.collect(),
        database_date: document.database.date,
        database_commit: document.database.commit,
        lost: document.problems.iter().filter(|problem| problem.kind == "lost").count(),
        findings,
    }
}

/// The mirror that an archive lies in, and its path below that one's `authors/id/`.
fn split(path: &str) -> Option<(&str, &str)> {
    const ARCHIVES: &str = "authors/id/";
    let at = path.rfind(ARCHIVES).filter(|at| *at == 0 || path[..*at].ends_with('/'))?;
    Some((path.get(..at)?, path.get(at + ARCHIVES.len()..)?))
}
