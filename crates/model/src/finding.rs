//! What perlscan concludes: one finding per (advisory, distribution, project).

use std::fmt;

use crate::location::{Location, SourcePath};
use crate::name::{DistName, ModuleName};
use crate::package::Origin;
use crate::requirement::Phase;
use crate::severity::Severity;

/// What a finding says, worst first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Verdict {
    /// An exact version is known, and vulnerable.
    Affected,
    /// As affected, but the advisory's own data contradicts itself there.
    Disputed,
    /// Only a requirement is known, and every release that it admits is
    /// vulnerable.
    NoSafeChoice,
    /// Only a requirement is known; it admits vulnerable releases, but a fresh
    /// install today would be safe.
    FloorTooLow,
    /// It is used or required, and no version can be told.
    Unknown,
}

impl Verdict {
    /// All verdicts, worst first.
    pub const ALL: [Self; 5] =
        [Self::Affected, Self::Disputed, Self::NoSafeChoice, Self::FloorTooLow, Self::Unknown];

    /// The verdict as outputs name it; the two kinds of `allowed` share one.
    pub fn word(self) -> &'static str {
        match self {
            Self::Affected => "affected",
            Self::Disputed => "disputed",
            Self::NoSafeChoice | Self::FloorTooLow => "allowed",
            Self::Unknown => "unknown",
        }
    }

    /// The kind, for the verdicts that have two.
    pub fn kind(self) -> Option<&'static str> {
        match self {
            Self::NoSafeChoice => Some("no-safe-choice"),
            Self::FloorTooLow => Some("floor-too-low"),
            Self::Affected | Self::Disputed | Self::Unknown => None,
        }
    }

    /// The rule that explains the verdict, a file in `rules/`.
    pub fn rule(self) -> &'static str {
        match self {
            Self::Affected => "vulnerable-release",
            Self::Disputed => "disputed-release",
            Self::NoSafeChoice => "no-safe-choice",
            Self::FloorTooLow => "floor-too-low",
            Self::Unknown => "unknown-version",
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

/// How sure a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Confidence {
    /// Version and advisory are read exactly.
    High,
    /// The version's text had to be interpreted, the data is disputed, or only a
    /// part of what is there speaks for the distribution.
    Low,
}

impl Confidence {
    /// The word that outputs use.
    pub fn word(self) -> &'static str {
        match self {
            Self::High => "high",
            Self::Low => "low",
        }
    }
}

/// What a change of the project has to do with a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Change {
    /// It was not found before.
    New,
    /// It was, and now its verdict is worse, another place has it, or a
    /// suppression of it is gone.
    Worse,
    /// It is as it was.
    Known,
}

impl Change {
    /// The word that outputs use.
    pub fn word(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Worse => "worse",
            Self::Known => "known",
        }
    }
}

/// One place that a finding rests on.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Evidence {
    /// How the place speaks of the distribution.
    pub origin: Origin,
    /// The release there, or the range as it was written; empty when neither is.
    pub version: String,
    /// The verdict on this place alone; `None` when it is not vulnerable or
    /// only leads to the distribution.
    pub verdict: Option<Verdict>,
    /// The module that stands there, where it is one.
    pub module: Option<ModuleName>,
    /// The place.
    pub location: Location,
}

/// One step from the project to the vulnerable release.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct PathStep {
    /// The distribution.
    pub dist: DistName,
    /// Its version, empty when it is not known.
    pub version: String,
    /// Where it stands.
    pub location: Location,
}

/// A vulnerability of a distribution in a project.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The CPANSA id that leads the group of ids that share the finding.
    pub id: String,
    /// All other ids of it that hold at this version: CVE, CPANSA, GHSA.
    pub aliases: Vec<String>,
    /// Ids in other distributions that share a CVE.
    pub related: Vec<String>,
    /// The distribution.
    pub dist: DistName,
    /// The version that the verdict is about: a release, or a range as written.
    pub version: String,
    /// The worst verdict over all evidence.
    pub verdict: Verdict,
    /// The worst severity of the ids that hold.
    pub severity: Severity,
    /// How sure it is.
    pub confidence: Confidence,
    /// The affected ranges of the records that hold, as the source has them.
    pub affected: Vec<String>,
    /// Their fixed ranges.
    pub fixed: Vec<String>,
    /// The day on which it was first reported.
    pub reported: Option<String>,
    /// Links.
    pub references: Vec<String>,
    /// What upstream says of it, in its own sentences: shown, never judged.
    pub description: Option<String>,
    /// The library inside the distribution whose flaw it is.
    pub bundled_library: Option<String>,
    /// What to do about the distribution: the same line in all its findings.
    pub advice: String,
    /// The project's directory, relative to the base; empty for the base.
    pub project: SourcePath,
    /// The phase in which it matters most.
    pub phase: Phase,
    /// Whether the project also works without it.
    pub optional: bool,
    /// Whether the project is a test fixture.
    pub fixture: bool,
    /// What it rests on; the first is the line that a person would edit.
    pub evidence: Vec<Evidence>,
    /// How the project comes to it, from what it requires itself; empty when
    /// it requires the distribution itself or no way is known.
    pub path: Vec<PathStep>,
    /// What else there is to know: drift, conflicting data, corrections.
    pub notes: Vec<String>,
    /// Whether it fails the run.
    pub fails: bool,
    /// Why it is suppressed, if it is.
    pub suppressed: Option<String>,
    /// What a change has to do with it, where two states are compared.
    pub change: Option<Change>,
}

impl Finding {
    /// The id by which the finding is known outside CPAN: the first CVE, else
    /// the CPANSA id.
    pub fn public_id(&self) -> &str {
        self.aliases.iter().find(|id| id.starts_with("CVE-")).map_or(&self.id, String::as_str)
    }

    /// What stays the same while lines move and versions rise: the public id,
    /// the distribution and the project.
    pub fn fingerprint_text(&self) -> String {
        format!("{}\n{}\n{}", self.public_id(), self.dist, self.project.to_text())
    }

    /// The copies that are vulnerable: what else it rests on only leads to them.
    pub fn vulnerable(&self) -> impl Iterator<Item = &Evidence> {
        self.evidence.iter().filter(|evidence| evidence.verdict.is_some())
    }

    /// The place to show first.
    pub fn primary(&self) -> Option<&Evidence> {
        self.evidence.first()
    }
}
