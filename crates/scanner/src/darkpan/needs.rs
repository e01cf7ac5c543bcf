//! What a release requires, and which modules it brings: the ends of the edges
//! between the archives of a mirror.

use perlscan_model::location::SourcePath;
use perlscan_model::name::ModuleName;
use perlscan_model::package::VersionState;

pub use crate::graph::need::Need;
use crate::resolve::project::Project;

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
pub(super) fn needs(projects: &[Project]) -> Vec<Need> {
    let top = projects.iter().min_by_key(|project| project.path.parts().count());
    let mut needs: Vec<Need> =
        top.map(|top| top.requirements.iter().map(Need::from).collect()).unwrap_or_default();
    needs.sort();
    // What stands there twice is one requirement.
    needs.dedup_by(|b, a| {
        (&a.module, &a.range, a.phase, a.relation, &a.feature, a.conditional)
            == (&b.module, &b.range, b.phase, b.relation, &b.feature, b.conditional)
    });
    needs
}

/// The modules of an archive that get installed, sorted; each once, with the version
/// of the file that comes first.
pub(super) fn brings(projects: &[Project]) -> Vec<Brought> {
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
pub(super) fn is_installed(path: &SourcePath) -> bool {
    let parts: Vec<&[u8]> = path.parts().collect();
    match parts.as_slice() {
        [_, name] => name.ends_with(b".pm"),
        [_, folder, ..] => *folder == b"lib",
        _ => true,
    }
}
