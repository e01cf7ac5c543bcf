//! Which of the releases that an installed tree tells of are still there.
//!
//! An upgrade leaves the old release's `.meta` entry beside the new one's, so
//! of one distribution in one `.meta` only the highest release counts. The
//! others are said, for after a downgrade the highest would be the wrong one.

use std::collections::BTreeMap;

use perlscan_model::location::SourcePath;
use perlscan_model::name::DistName;
use perlscan_model::package::{Package, VersionState};
use perlscan_model::problem::{Problem, ProblemKind};
use perlscan_model::version::PerlVersion;

use crate::resolve::inventory::version_text;

/// Parts the entries that count from what is to be said of the others. The
/// order of those that count is kept.
pub fn current(packages: Vec<Package>) -> (Vec<Package>, Vec<Problem>) {
    let mut highest: BTreeMap<(SourcePath, DistName), Package> = BTreeMap::new();
    let mut kept = Vec::new();
    let mut stale = Vec::new();
    for package in packages {
        // An entry without a version can't be ranked, and a copy that lies outside
        // of any .meta was not replaced by an upgrade: each stands for itself.
        let is_entry = package.location.path.parts().any(|part| part == b".meta");
        if exact(&package).is_none() || !is_entry {
            kept.push(package);
            continue;
        }
        let meta = package.location.path.parent().parent();
        let key = (meta, package.dist.clone());
        let Some(other) = highest.remove(&key) else {
            highest.insert(key, package);
            continue;
        };
        let (winner, loser) = match exact(&package) > exact(&other) {
            true => (package, other),
            false => (other, package),
        };
        stale.push(problem(&winner, &loser));
        highest.insert(key, winner);
    }
    kept.extend(highest.into_values());
    kept.sort_by(|a, b| a.location.path.cmp(&b.location.path));
    stale.sort();
    (kept, stale)
}

fn exact(package: &Package) -> Option<&PerlVersion> {
    match &package.version {
        VersionState::Exact(release) => Some(&release.version),
        _ => None,
    }
}

fn problem(winner: &Package, loser: &Package) -> Problem {
    let message = format!(
        "{} {} is taken for replaced by {}, the highest release in the same .meta; \
         the modules on disk were not compared",
        loser.dist,
        version_text(&loser.version),
        version_text(&winner.version),
    );
    let location = loser.location.clone();
    Problem { location, kind: ProblemKind::Undecided, by: "resolve", message }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extract::install_json::InstallJson;
    use crate::extract::{Extractor, Facts, SourceFile};

    fn kept(entries: &[(&str, &str)]) -> (Vec<String>, usize) {
        let mut facts = Facts::default();
        for (root, dist) in entries {
            let path = SourcePath::from(format!("{root}/.meta/{dist}/install.json").as_str());
            let text = format!(r#"{{"dist":"{dist}","name":"A","version":99}}"#);
            InstallJson.extract(&SourceFile { path: &path, bytes: text.as_bytes() }, &mut facts);
        }
        let (kept, stale) = current(facts.packages);
        let text = |p: &Package| format!("{} {}", p.dist, version_text(&p.version));
        (kept.iter().map(text).collect(), stale.len())
    }

    #[test]
    fn an_upgrade_in_place_leaves_one_release() {
        let one = (vec!["A-B 1.10".to_owned()], 2);
        assert_eq!(kept(&[("l", "A-B-1.09"), ("l", "A-B-1.10"), ("l", "A-B-1.02")]), one);
        assert_eq!(kept(&[("l", "A-B-1.10"), ("l", "A-B-1.02"), ("l", "A-B-1.09")]), one);
    }

    #[test]
    fn copies_in_two_trees_both_count() {
        let (kept, stale) = kept(&[("l", "A-B-1.09"), ("m", "A-B-1.10"), ("l", "A-C-1")]);
        assert_eq!((kept.len(), stale), (3, 0));
    }
}
