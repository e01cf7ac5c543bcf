//! Which of the releases that an installed tree tells of are still there.
//!
//! An install over an older or newer release leaves the other one's `.meta`
//! entry beside its own, so of one distribution in one tree the entry counts
//! whose `provides` agree best with the `$VERSION`s on disk. Where these don't
//! tell, the highest release does. The others are said, never judged.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use perlscan_model::location::SourcePath;
use perlscan_model::name::DistName;
use perlscan_model::package::{Package, VersionState};
use perlscan_model::problem::{Problem, ProblemKind};
use perlscan_model::version::PerlVersion;

use crate::resolve::inventory::version_text;
use crate::resolve::project::PerlFile;
use crate::resolve::tree::{OnDisk, Tree, Trees};

/// Parts the entries that count from what is to be said of the others. The
/// order of those that count is kept.
pub fn current(packages: Vec<Package>, sources: &[PerlFile]) -> (Vec<Package>, Vec<Problem>) {
    let mut entries: BTreeMap<(SourcePath, DistName), Vec<Package>> = BTreeMap::new();
    let mut kept = Vec::new();
    for package in packages {
        // An entry without a version can't be ranked, and a copy that lies outside
        // of any .meta was not replaced by an install: each stands for itself.
        match (exact(&package), architecture(&package)) {
            (Some(_), Some(folder)) => {
                // The folder above the one for an architecture is the tree.
                let key = (folder.parent(), package.dist.clone());
                entries.entry(key).or_default().push(package);
            }
            _ => kept.push(package),
        }
    }
    let mut stale = Vec::new();
    let is_contended = entries.values().any(|entries| entries.len() > 1);
    let trees = match is_contended {
        true => Trees::of(sources, entries.values().flatten().filter_map(architecture).collect()),
        false => Trees::default(),
    };
    for ((folder, _), entries) in entries {
        if entries.len() > 1 {
            let tree = trees.get(&trees.tree_of(&folder));
            choose(entries, tree, &trees, &mut kept, &mut stale);
        } else {
            kept.extend(entries);
        }
    }
    kept.sort_by(|a, b| a.location.path.cmp(&b.location.path));
    stale.sort();
    (kept, stale)
}

/// The folder in which the `.meta` lies that has a package's entry: the one for
/// an architecture.
pub(super) fn architecture(package: &Package) -> Option<SourcePath> {
    let meta = package.location.path.parent().parent();
    (meta.file_name() == b".meta").then(|| meta.parent())
}

/// How well an entry fits what lies on disk: the fewer modules differ the
/// better, then the more agree.
type Fit = (Reverse<usize>, usize);

/// Of the entries of one distribution in one tree: which count.
fn choose(
    entries: Vec<Package>,
    tree: Option<&Tree<'_>>,
    trees: &Trees<'_>,
    kept: &mut Vec<Package>,
    stale: &mut Vec<Problem>,
) {
    let mut ranked: Vec<(Fit, Package)> =
        entries.into_iter().map(|entry| (fit(&entry, tree, trees), entry)).collect();
    ranked.sort_by(|(fit, a), (other, b)| {
        (other, exact(b)).cmp(&(fit, exact(a))).then_with(|| a.location.cmp(&b.location))
    });
    let mut winners: Vec<(Fit, Package)> = Vec::new();
    for (fit, entry) in ranked {
        // Folders for two architectures may hold a copy each.
        let beside = |(best, winner): &&(Fit, Package)| {
            *best > fit || architecture(winner) == architecture(&entry)
        };
        match winners.iter().find(beside) {
            Some((best, winner)) => stale.push(problem(winner, &entry, *best > fit)),
            None => winners.push((fit, entry)),
        }
    }
    kept.extend(winners.into_iter().map(|(_, winner)| winner));
}

/// Compares what an entry provides with what lies on disk: in its own tree, or,
/// where none of it does, in any (a system's perl keeps the modules in another
/// folder than `.meta`).
fn fit(entry: &Package, tree: Option<&Tree<'_>>, trees: &Trees<'_>) -> Fit {
    let has_any = |tree: &&Tree<'_>| {
        entry.provides.iter().any(|provided| tree.contains_key(&provided.module))
    };
    let searched: Vec<&Tree<'_>> = match tree.filter(has_any) {
        Some(tree) => vec![tree],
        None => trees.iter().map(|(_, tree)| tree).collect(),
    };
    let own = architecture(entry);
    let (mut differ, mut agree) = (0, 0);
    for provided in &entry.provides {
        let copies = searched.iter().filter_map(|tree| tree.get(&provided.module)).flatten();
        // What lies in the folder of another architecture is another copy.
        let copies = copies.filter(|copy| {
            let foreign = trees
                .architectures()
                .iter()
                .any(|folder| Some(folder) != own.as_ref() && copy.file.path.is_below(folder));
            !foreign
        });
        let on_disk: BTreeSet<Option<bool>> = copies
            .map(|copy| match (copy.version(), &provided.version) {
                (OnDisk::Version(version), Some(told)) => Some(version == told),
                (OnDisk::None, None) => Some(true),
                (OnDisk::Version(_), None) | (OnDisk::None, Some(_)) => Some(false),
                (OnDisk::Dynamic, _) => None,
            })
            .collect();
        if on_disk.contains(&Some(true)) {
            agree += 1;
        } else if !on_disk.contains(&None) {
            // It differs, or the module is not there at all.
            differ += 1;
        }
    }
    (Reverse(differ), agree)
}

fn exact(package: &Package) -> Option<&PerlVersion> {
    match &package.version {
        VersionState::Exact(release) => Some(&release.version),
        _ => None,
    }
}

fn problem(winner: &Package, loser: &Package, is_by_disk: bool) -> Problem {
    let (dist, old) = (&loser.dist, version_text(&loser.version));
    let new = version_text(&winner.version);
    let (kind, message) = match is_by_disk {
        true => (
            ProblemKind::Note,
            format!("{dist} {old} is no longer there: the modules on disk are those of {new}"),
        ),
        false => (
            ProblemKind::Undecided,
            format!(
                "{dist} {old} is taken for replaced by {new}, the higher release: the modules \
                 on disk don't tell which of them it is"
            ),
        ),
    };
    Problem { location: loser.location.clone(), kind, by: "resolve", message }
}

#[cfg(test)]
#[path = "installed_test.rs"]
mod tests;
