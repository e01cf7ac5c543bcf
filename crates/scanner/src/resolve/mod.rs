//! From the facts of files to projects and what each depends on.
//!
//! [`manifest`] says which of a directory's manifests count, [`project`] groups files by project, `graph` follows a lock from what the
//! project requires, `gather` brings all evidence on a distribution together:
//! which exact releases are there, and which ranges are asked for ([`dependency`]).

pub mod bundled;
pub mod closure;
pub mod dependency;
mod gather;
pub(crate) mod graph;
pub mod installed;
pub mod interpreter;
pub mod inventory;
pub mod link;
pub mod manifest;
pub mod needs;
pub mod own;
pub mod present;
pub mod project;
pub mod tested;
mod tree;
pub mod unpacked;
pub mod usage;

pub use gather::gather;

use perlscan_model::location::Location;
use perlscan_model::package::VersionState;
use perlscan_model::requirement::Phase;

/// What the user said of how to resolve.
#[derive(Debug, Clone, Default)]
pub struct ResolveSettings {
    /// The phases to judge; empty for all.
    pub phases: Vec<Phase>,
    /// The perl that the projects run on: as it was written, and what it means.
    pub perl: Option<(String, VersionState)>,
    /// Where that perl is, for a scan of what it has installed.
    pub perl_at: Option<Location>,
}

impl ResolveSettings {
    /// Whether requirements of the phase are judged.
    pub fn selects(&self, phase: Phase) -> bool {
        self.phases.is_empty() || self.phases.contains(&phase)
    }
}
