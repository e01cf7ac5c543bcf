//! Distributions that lie unpacked inside a project: a copy with its META.json or
//! META.yml below the project's root.
//!
//! Such a copy is a release that is there, as one in an installed tree is: what its
//! metadata calls itself is judged. What it requires is not what the project asks
//! for, and what could not be decided about that is nobody's concern; what was lost
//! stays a problem.

use std::collections::{BTreeMap, BTreeSet};

use perlscan_model::finding::Confidence;
use perlscan_model::location::SourcePath;
use perlscan_model::package::{Origin, Package, VersionState};
use perlscan_model::problem::ProblemKind;

use crate::extract::Identity;
use crate::resolve::manifest::{GENERATED, WRITTEN};
use crate::resolve::project::FileFacts;

/// Turns the manifests of unpacked distributions into packages.
pub fn settle(files: &mut [FileFacts], directories: &BTreeSet<SourcePath>) {
    if directories.is_empty() {
        return;
    }
    let mut told: BTreeMap<SourcePath, (usize, usize)> = BTreeMap::new();
    for (at, file) in files.iter_mut().enumerate() {
        if !is_inside(&file.path.parent(), directories) {
            continue;
        }
        file.facts.requirements.clear();
        file.facts.problems.retain(|problem| problem.kind == ProblemKind::Lost);
        let name = file.path.file_name();
        let rank = GENERATED.iter().chain(&WRITTEN).position(|known| *known == name);
        if let (Some(rank), false) = (rank, file.facts.identities.is_empty()) {
            let best = told.entry(file.path.parent()).or_insert((rank, at));
            *best = (*best).min((rank, at));
        }
    }
    for (directory, (_, at)) in told.into_iter().filter(|(path, _)| directories.contains(path)) {
        let Some(file) = files.get_mut(at) else { continue };
        let identity = file.facts.identities.first().cloned();
        let known = file.facts.packages.iter().any(|p| p.location.path.parent() == directory);
        if let (Some(identity), false) = (identity, known) {
            file.facts.packages.push(package(identity));
        }
    }
}

/// Whether a directory is one of these or lies below one.
fn is_inside(directory: &SourcePath, directories: &BTreeSet<SourcePath>) -> bool {
    let mut above = directory.clone();
    loop {
        if directories.contains(&above) {
            return true;
        }
        if above.as_bytes().is_empty() {
            return false;
        }
        above = above.parent();
    }
}

fn package(identity: Identity) -> Package {
    let unknown = || VersionState::Unknown("its metadata has no version".to_owned());
    Package {
        dist: identity.dist,
        version: identity.version.unwrap_or_else(unknown),
        author: None,
        distpath: None,
        origin: Origin::Installed,
        confidence: Confidence::High,
        provides: Vec::new(),
        edges: Vec::new(),
        location: identity.location,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extract::{Facts, SourceFile, Wanted, extractors};

    fn read(path: &str, text: &str) -> FileFacts {
        let path = SourcePath::from(path);
        let mut facts = Facts::default();
        for extractor in extractors().iter().filter(|e| e.wants(&path) == Wanted::Yes) {
            extractor.extract(&SourceFile { path: &path, bytes: text.as_bytes() }, &mut facts);
        }
        FileFacts { path, facts, is_only_holder: false }
    }

    #[test]
    fn a_copy_is_a_package_and_asks_for_nothing() {
        let mut files = vec![
            read("cpanfile", "requires 'X';\n"),
            read("v/Foo-1.10/META.json", r#"{"name":"Foo","version":"1.10","requires":{"A":1}}"#),
            read("v/Foo-1.10/META.yml", "name: Foo\nversion: 1.10\n"),
            read("v/Foo-1.10/Makefile.PL", "WriteMakefile(NAME => 'Foo', PREREQ_PM => deps());\n"),
            read("v/Foo-1.10/eg/cpanfile", "requires 'B';\n"),
        ];
        settle(&mut files, &BTreeSet::from([SourcePath::from("v/Foo-1.10")]));
        let asked: Vec<_> = files
            .iter()
            .flat_map(|f| &f.facts.requirements)
            .map(|r| r.module.to_string())
            .collect();
        assert_eq!(asked, ["X"]);
        assert!(files.iter().all(|file| file.facts.problems.is_empty()));
        let packages: Vec<_> = files.iter().flat_map(|file| &file.facts.packages).collect();
        let [package] = packages.as_slice() else { panic!("{packages:?}") };
        assert_eq!((package.dist.as_str(), package.origin), ("Foo", Origin::Installed));
        assert!(matches!(&package.version, VersionState::Exact(v) if &*v.text == "1.10"));
        assert_eq!(package.location.path, SourcePath::from("v/Foo-1.10/META.json"));
    }
}
