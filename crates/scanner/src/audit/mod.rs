//! From what a project depends on, and the database, to findings.

pub mod advice;
mod advisories;
pub mod check;
pub mod groups;
pub mod judge;
pub mod remarks;
mod unsafe_mirror;

pub use advisories::Advisories;

use perlscan_model::finding::Finding;

use crate::resolve::dependency::Dependencies;
use crate::resolve::project::Project;

/// One question asked of every project.
pub trait Audit: Sync {
    /// Its name.
    fn name(&self) -> &'static str;

    /// Adds its findings on a project, in any order.
    fn audit(&self, project: &Project, dependencies: &Dependencies, findings: &mut Vec<Finding>);
}

/// Every audit.
pub fn audits() -> [&'static dyn Audit; 1] {
    [&Advisories]
}
