//! What each archive is to the index of its mirror.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use perlscan_model::archive_name::ArchiveName;
use perlscan_model::location::SourcePath;
use perlscan_model::problem::{Problem, ProblemKind};
use perlscan_model::standing::Standing;

use crate::darkpan::archive_location;
use crate::darkpan::held::Held;
use crate::extract::list_some;
use crate::mirror::layout::{indexed_mirror, mirror_of};
use crate::mirror::packages::PackageIndex;

/// Where Pinto's index has the modules that perl itself brings: an archive that is
/// nowhere, and need not be.
const PERLS_OWN: &str = "F/FA/FAKE/perl-";

/// The indices of all mirrors that were found.
#[derive(Debug, Default)]
pub(super) struct Indices {
    mirrors: BTreeMap<SourcePath, Mirror>,
}

/// What the indices of one mirror name, over all its stacks.
#[derive(Debug, Default)]
struct Mirror {
    /// The index, the first where there are several.
    index: SourcePath,
    /// The archives, by their paths below `authors/id/`.
    paths: BTreeSet<SourcePath>,
    /// Of each distribution the indexed archive, of several the last by its path.
    dists: BTreeMap<String, Arc<str>>,
}

impl Indices {
    /// What indices say, each given with its path.
    pub(super) fn of(indices: &[(SourcePath, PackageIndex)]) -> Self {
        let mut all = Self::default();
        for (path, index) in indices {
            let (mirror, _) = indexed_mirror(path);
            let mirror = all
                .mirrors
                .entry(mirror)
                .or_insert_with(|| Mirror { index: path.clone(), ..Mirror::default() });
            for entry in &index.entries {
                if mirror.paths.insert(SourcePath::from(&*entry.path))
                    && let Some(archive) = ArchiveName::parse(&entry.path)
                {
                    let dist = archive.release().dist().to_owned();
                    let last = mirror.dists.entry(dist).or_insert_with(|| Arc::clone(&entry.path));
                    if *last < entry.path {
                        *last = Arc::clone(&entry.path);
                    }
                }
            }
        }
        all
    }

    /// What an archive is to its index; `None` where there is no index.
    pub(super) fn standing(&self, release: &Held) -> Option<Standing> {
        let (mirror, path) = mirror_of(&release.path)?;
        let mirror = self.mirrors.get(&mirror)?;
        if mirror.paths.contains(&path) {
            return Some(Standing::Indexed);
        }
        let others = release.dist.as_ref().and_then(|dist| mirror.dists.get(dist.as_str()));
        Some(match others {
            Some(other) => Standing::Superseded(other.to_string()),
            None => Standing::Unindexed,
        })
    }

    /// Indexed archives that are not there.
    pub(super) fn missing(&self, releases: &[Held]) -> Vec<Problem> {
        let mut there: BTreeMap<SourcePath, BTreeSet<SourcePath>> = BTreeMap::new();
        for release in releases {
            if let Some((mirror, path)) = mirror_of(&release.path) {
                there.entry(mirror).or_default().insert(path);
            }
        }
        let none = BTreeSet::new();
        let mut all = Vec::new();
        for (root, mirror) in &self.mirrors {
            let there = there.get(root).unwrap_or(&none);
            let mut problems: Vec<Problem> = mirror
                .paths
                .difference(there)
                .filter(|path| !path.as_bytes().starts_with(PERLS_OWN.as_bytes()))
                .map(|path| Problem {
                    location: archive_location(&mirror.index),
                    kind: ProblemKind::Lost,
                    by: "index",
                    message: format!(
                        "it names {path}, which is not in this mirror: it could not be judged, and \
                         can't be installed from here"
                    ),
                })
                .collect();
            list_some(&mut problems, &mirror.index, "index");
            all.append(&mut problems);
        }
        all
    }
}
