//! What is kept of an archive, and how it is written.

use perlscan_model::location::{Location, SourcePath};
use perlscan_model::problem::{Problem, ProblemKind};
use serde::{Deserialize, Serialize};

use crate::container::containers;
use crate::darkpan::release::{BY, Release};
use crate::extract::extractors;

/// A release, and what was wrong with its archive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// The release. A field that is added to it is kept without another word, so
    /// none may depend on more than the archive's bytes and its file's name.
    pub release: Release,
    /// What was wrong, in order.
    pub problems: Vec<Problem>,
}

/// A problem as it is written.
#[derive(Debug, Serialize, Deserialize)]
struct Told {
    location: Location,
    kind: ProblemKind,
    by: String,
    message: String,
}

impl Kept {
    /// The bytes; `None` where the archive was not read whole for want of time, or
    /// somebody tells a problem whom [`teller`] does not know, so that it could not be
    /// read back.
    pub(super) fn encode(&self) -> Option<Vec<u8>> {
        if self.release.is_late {
            return None;
        }
        let told: Vec<Told> = self.problems.iter().map(told).collect::<Option<_>>()?;
        postcard::to_allocvec(&(&self.release, told)).ok()
    }

    pub(super) fn decode(bytes: &[u8]) -> Option<Self> {
        let (release, told): (Release, Vec<Told>) = postcard::from_bytes(bytes).ok()?;
        let problems = told.into_iter().map(|told| {
            let Told { location, kind, by, message } = told;
            Some(Problem { location, kind, by: teller(&by)?, message })
        });
        Some(Self { problems: problems.collect::<Option<_>>()?, release })
    }

    /// The same of an archive that lies elsewhere under the same file name.
    #[must_use]
    pub fn at(mut self, path: &SourcePath) -> Self {
        self.release.move_to(path);
        for problem in &mut self.problems {
            problem.location.path = path.clone();
        }
        self
    }
}

fn told(problem: &Problem) -> Option<Told> {
    let Problem { location, kind, by, message } = problem.clone();
    Some(Told { location, kind, by: teller(by)?.to_owned(), message })
}

/// Who told a problem, by name.
pub(super) fn teller(by: &str) -> Option<&'static str> {
    let extractors = extractors().iter().map(|one| one.name());
    let containers = containers().iter().map(|one| one.name());
    let others = [
        BY,
        "packed",
        "walk",
        "link",
        "resolve",
        "index",
        "checksums",
        "fetch",
        "signature",
        "patch",
        "mirror",
    ];
    extractors.chain(containers).chain(others).find(|name| *name == by)
}
