//! What a release requires, and which modules it brings: the ends of the edges
//! between the archives of a mirror.

use perlscan_model::location::SourcePath;
use perlscan_model::name::ModuleName;
use perlscan_model::package::VersionState;
use perlscan_model::requirement::{Phase, Relation, Requirement};

use crate::resolve::project::Project;

/// A module that a release asks for, by its META, or by its manifests where it has none.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Need {
    /// The module, or `perl`.
    pub module: ModuleName,
    /// The versions that will do, as they are written (CPAN::Meta::Spec, Version
    /// Ranges); empty for any.
    pub range: Box<str>,
    /// When it is needed.
    pub phase: Phase,
    /// How strongly.
    pub relation: Relation,
    /// The feature that asks for it.
    pub feature: Option<Box<str>>,
    /// Whether it stands under a condition that only running the code decides.
    pub conditional: bool,
}

impl From<&Requirement> for Need {
    fn from(requirement: &Requirement) -> Self {
        Self {
            module: requirement.module.clone(),
            range: requirement.range_text.as_str().into(),
            phase: requirement.phase,
            relation: requirement.relation,
            feature: requirement.feature.as_deref().map(Box::from),
            conditional: requirement.conditional,
        }
    }
}

/// A module that a release brings.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Brought {
    /// The module.
    pub module: ModuleName,
    /// Its version as it is written; `None` where it has none, or none that can be told.
    pub version: Option<Box<str>>,
}

/// What the release at the top of an archive requires, sorted. Other projects in it are
/// examples and test data.
pub(crate) fn needs(projects: &[Project]) -> Vec<Need> {
    let top = projects.iter().min_by_key(|project| project.path.parts().count());
    let mut needs: Vec<Need> =
        top.map(|top| top.requirements.iter().map(Need::from).collect()).unwrap_or_default();
    needs.sort();
    needs.dedup();
    needs
}

/// The modules of an archive that get installed, sorted; each once, with the version
/// of the file that comes first.
pub(crate) fn brings(projects: &[Project]) -> Vec<Brought> {
    let files = projects.iter().flat_map(|project| &project.sources);
    let mut modules: Vec<Brought> = files
        .filter(|file| is_installed(&file.path))
        .flat_map(|file| &file.modules)
        .map(|found| Brought {
            module: found.module.clone(),
            version: match &found.version {
                Some(VersionState::Exact(version)) => Some(version.text.as_ref().into()),
                _ => None,
            },
        })
        .collect();
    modules.sort_by(|a, b| a.module.cmp(&b.module));
    modules.dedup_by(|a, b| a.module == b.module);
    modules
}

/// Whether a file of an archive is one that gets installed: below `lib/`, or a
/// module at the top, as old distributions have it.
pub(crate) fn is_installed(path: &SourcePath) -> bool {
    let parts: Vec<&[u8]> = path.parts().collect();
    match parts.as_slice() {
        [_, name] => name.ends_with(b".pm"),
        [_, folder, ..] => *folder == b"lib",
        _ => true,
    }
}
