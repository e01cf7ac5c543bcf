//! The JSON document of closures. As in [`super::super::json`], the structs *are*
//! the format, and only grow.

use std::io::{self, Write as _};

use serde::Serialize;

use super::{ProjectClosure, Resolution};
use crate::report::EmitError;
use crate::report::json::{CoverageObject, PathObject, ProblemObject, SCHEMA_VERSION, Tool};
use crate::report::plain::Visible;
use crate::resolve::closure::{Chosen, Unmet};

#[derive(Serialize)]
struct Document<'a> {
    schema_version: &'static str,
    tool: Tool,
    mirror: &'a str,
    projects: Vec<ProjectObject<'a>>,
    problems: Vec<ProblemObject<'a>>,
    coverage: CoverageObject<'a>,
}

#[derive(Serialize)]
struct ProjectObject<'a> {
    project: PathObject<'a>,
    perl: &'a str,
    releases: Vec<ReleaseObject<'a>>,
    core: Vec<ModuleObject<'a>>,
    unmet: Vec<UnmetObject<'a>>,
}

#[derive(Serialize)]
struct ReleaseObject<'a> {
    dist: &'a str,
    /// Null where the archive's name tells none.
    version: Option<&'a str>,
    pathname: &'a str,
    phase: &'static str,
    optional: bool,
    left_over: bool,
    /// The releases that lead to it, from what the project requires itself.
    by: Vec<StepObject<'a>>,
    provides: Vec<ModuleObject<'a>>,
    requires: Vec<RequiredObject<'a>>,
    /// What only running its scripts would tell of its requirements.
    undecided: &'a [String],
}

#[derive(Serialize)]
struct StepObject<'a> {
    dist: &'a str,
    version: &'a str,
}

#[derive(Serialize)]
struct ModuleObject<'a> {
    module: &'a str,
    /// Null for none.
    version: Option<&'a str>,
}

#[derive(Serialize)]
struct RequiredObject<'a> {
    module: &'a str,
    range: &'a str,
}

#[derive(Serialize)]
struct UnmetObject<'a> {
    module: &'a str,
    range: &'a str,
    by: &'a [String],
    why: &'a str,
}

pub(super) fn write(resolution: &Resolution, out: &mut dyn io::Write) -> Result<(), EmitError> {
    let document = Document {
        schema_version: SCHEMA_VERSION,
        tool: Tool::of(resolution.tool_version),
        mirror: &resolution.mirror,
        projects: resolution.projects.iter().map(project).collect(),
        problems: resolution.problems.iter().map(ProblemObject::of).collect(),
        coverage: CoverageObject::of(&resolution.coverage),
    };
    let mut buffered = Visible(io::BufWriter::new(out));
    // A reader that has gone is an error of the output, not of the document.
    serde_json::to_writer_pretty(&mut buffered, &document).map_err(io::Error::from)?;
    buffered.write_all(b"\n")?;
    buffered.flush()?;
    Ok(())
}

fn project(project: &ProjectClosure) -> ProjectObject<'_> {
    let closure = &project.closure;
    ProjectObject {
        project: PathObject::of(&project.path),
        perl: &closure.perl,
        releases: closure.releases.iter().map(release).collect(),
        core: closure
            .core
            .iter()
            .map(|(module, version)| ModuleObject {
                module: module.as_str(),
                version: some(version),
            })
            .collect(),
        unmet: closure.unmet.iter().map(unmet).collect(),
    }
}

fn release(release: &Chosen) -> ReleaseObject<'_> {
    ReleaseObject {
        dist: release.dist.as_str(),
        version: some(&release.version),
        pathname: &release.path,
        phase: release.phase.word(),
        optional: release.optional,
        left_over: release.left_over,
        by: release
            .by
            .iter()
            .map(|step| StepObject { dist: step.dist.as_str(), version: &step.version })
            .collect(),
        provides: release
            .provides
            .iter()
            .map(|(module, version)| ModuleObject {
                module: module.as_str(),
                version: version.as_deref(),
            })
            .collect(),
        requires: release
            .requires
            .iter()
            .map(|(module, range)| RequiredObject { module: module.as_str(), range })
            .collect(),
        undecided: &release.open,
    }
}

fn unmet(unmet: &Unmet) -> UnmetObject<'_> {
    UnmetObject {
        module: unmet.module.as_str(),
        range: &unmet.range,
        by: &unmet.path,
        why: &unmet.why,
    }
}

fn some(text: &str) -> Option<&str> {
    Some(text).filter(|text| !text.is_empty())
}
