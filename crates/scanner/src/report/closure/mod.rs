//! What a fresh install would take from a mirror, for whoever asks with
//! `perlscan resolve`.

mod json;
mod snapshot;
mod table;

use std::io;

use perlscan_model::location::SourcePath;
use perlscan_model::problem::{Problem, ProblemKind};

use crate::report::{Coverage, EmitError, Standpoint};
use crate::resolve::closure::Closure;

/// The closures of the projects of a tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resolution {
    /// The version of perlscan.
    pub tool_version: &'static str,
    /// Where the user stands.
    pub standpoint: Standpoint,
    /// The mirror, as it is shown.
    pub mirror: String,
    /// Projects that have a lock, and are not resolved.
    pub locked: usize,
    /// The projects that were resolved, in order of their paths.
    pub projects: Vec<ProjectClosure>,
    /// What could not be read, decided or had, in order.
    pub problems: Vec<Problem>,
    /// What was looked at.
    pub coverage: Coverage,
}

/// The closure of one project.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProjectClosure {
    /// The project's directory.
    pub path: SourcePath,
    /// What it would get; its problems are among those of the resolution.
    pub closure: Closure,
}

impl Resolution {
    /// 2 when something could not be read, else 1 when something can't be had, else 0.
    pub fn exit_code(&self) -> u8 {
        if self.problems.iter().any(|problem| problem.kind == ProblemKind::Lost) {
            return 2;
        }
        u8::from(self.projects.iter().any(|project| !project.closure.unmet.is_empty()))
    }
}

/// Writes the closures for people.
///
/// # Errors
/// When the output can't be written.
pub fn write_table(
    resolution: &Resolution,
    width: usize,
    colour: bool,
    verbose: bool,
    out: &mut dyn io::Write,
) -> Result<(), EmitError> {
    table::write(resolution, width, colour, verbose, out)
}

/// Writes the closures as one JSON document.
///
/// # Errors
/// When the output can't be written.
pub fn write_json(resolution: &Resolution, out: &mut dyn io::Write) -> Result<(), EmitError> {
    json::write(resolution, out)
}

/// The closure as a `cpanfile.snapshot` that Carton reads.
pub fn snapshot(closure: &Closure) -> String {
    snapshot::text(closure)
}
