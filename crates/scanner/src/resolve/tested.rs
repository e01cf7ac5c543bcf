//! What a release needs for its tests alone, where only its build script tells.
//!
//! META of the specification 1.4 and before knows no phase of tests: what they need
//! stands under `build_requires`, with what the build needs. Configuring the release
//! tells them apart, by the Makefile.PL or Build.PL; an installer that leaves out the
//! tests goes by that.

use std::collections::BTreeSet;
use std::sync::Arc;

use perlscan_model::location::SourcePath;
use perlscan_model::name::ModuleName;
use perlscan_model::requirement::{Phase, Relation};

use crate::graph::need::Need;
use crate::resolve::project::FileFacts;

/// What the build scripts ask for in the phase of tests and in no other, with the
/// folder of the script.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tested(BTreeSet<(SourcePath, ModuleName)>);

impl Tested {
    /// Reads it off the build scripts among the files, before META silences them.
    pub(crate) fn of(files: &[FileFacts]) -> Self {
        let (mut tested, mut others) = (BTreeSet::new(), BTreeSet::new());
        let is_script =
            |file: &&FileFacts| matches!(file.path.file_name(), b"Makefile.PL" | b"Build.PL");
        for file in files.iter().filter(is_script) {
            for requirement in &file.facts.requirements {
                let of = (file.path.parent(), requirement.module.clone());
                match (requirement.phase, requirement.relation) {
                    (Phase::Test, Relation::Requires) => tested.insert(of),
                    // A condition asks for an old toolchain, which has no such phase.
                    (Phase::Build | Phase::Runtime, _) if !requirement.conditional => {
                        others.insert(of)
                    }
                    _ => false,
                };
            }
        }
        Self(tested.difference(&others).cloned().collect())
    }

    /// Gives what a META.yml asks for to build the phase of tests, where it is theirs.
    pub(crate) fn settle(&self, needs: &mut [Need]) {
        for need in needs.iter_mut().filter(|need| need.phase == Phase::Build) {
            let of = (need.manifest.parent(), need.module.clone());
            if need.manifest.file_name() == b"META.yml" && self.0.contains(&of) {
                Arc::make_mut(&mut need.asked).phase = Phase::Test;
            }
        }
        needs.sort();
    }
}
