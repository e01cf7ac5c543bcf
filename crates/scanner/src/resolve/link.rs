//! Follows what a manifest leaves to another file: `VERSION_FROM`, `all_from`,
//! `requires_from`, `dist_version_from`.
//!
//! An extractor sees one file, so it leaves a pointer; here the files are together.
//! A version goes to the identity that the manifest states; a least perl and
//! prereqs become requirements, which stand where the other file has them. A file
//! that was not read leaves prereqs undecided; a version that is missing there
//! leaves the identity without one, which judges nothing.

use perlscan_model::location::{Location, SourcePath};
use perlscan_model::package::VersionState;
use perlscan_model::problem::{Problem, ProblemKind};
use perlscan_model::range::VersionRange;
use perlscan_model::requirement::{Relation, Requirement};
use perlscan_model::requirement_range::RequirementRange;
use perlscan_model::usage::ModuleUse;

use crate::extract::{Pointer, PointerKind};
use crate::resolve::project::{FileFacts, PerlFile};

/// What a pointer leads to.
#[derive(Debug)]
enum Found {
    Version(VersionState),
    Requirements(Vec<Requirement>),
    NotRead,
    Nothing,
}

/// Follows the pointers of all files.
///
/// `sources` is the Perl source of the same tree, in order of the paths.
pub fn link(files: &mut [FileFacts], sources: &[PerlFile]) {
    for file in files {
        for pointer in file.facts.pointers.clone() {
            let at = |path: SourcePath| sources.binary_search_by(|s| s.path.cmp(&path)).ok();
            let source = target(&file.path, &pointer).and_then(at).and_then(|at| sources.get(at));
            let found = source.map_or(Found::NotRead, |source| follow(&pointer, source));
            apply(file, &pointer, found);
        }
    }
}

/// The file that is meant, seen from the manifest's directory; `None` for one
/// outside of it.
fn target(manifest: &SourcePath, pointer: &Pointer) -> Option<SourcePath> {
    let mut path = manifest.parent();
    if pointer.target.as_bytes().first() == Some(&b'/') {
        return None;
    }
    for part in pointer.target.parts().filter(|part| *part != b".") {
        if part == b".." {
            return None;
        }
        path = path.join(part);
    }
    Some(path)
}

fn follow(pointer: &Pointer, target: &PerlFile) -> Found {
    let uses = target.uses.iter();
    let as_requirement = |used: &ModuleUse| requirement(used, pointer, &target.path);
    match pointer.kind {
        PointerKind::Version => {
            match target.modules.iter().find_map(|found| found.version.clone()) {
                Some(version) => Found::Version(version),
                None => Found::Nothing,
            }
        }
        PointerKind::PerlVersion => {
            let perl = uses.filter(|used| used.module.is_perl());
            Found::Requirements(perl.map(as_requirement).collect())
        }
        // Module::Install takes `use MODULE VERSION`, and no `use` without one.
        PointerKind::Requires => {
            let with_version = uses.filter(|used| !used.module.is_perl() && used.minimum.is_some());
            Found::Requirements(with_version.map(as_requirement).collect())
        }
    }
}

fn requirement(used: &ModuleUse, pointer: &Pointer, path: &SourcePath) -> Requirement {
    let text = used.minimum.as_deref().unwrap_or_default();
    let range = RequirementRange::parse(text).map_or(VersionRange::any(), |range| range.to_range());
    Requirement {
        module: used.module.clone(),
        range,
        range_text: text.to_owned(),
        phase: pointer.phase,
        relation: Relation::Requires,
        feature: None,
        conditional: used.conditional || used.optional,
        pinned_release: None,
        location: Location::at(path.clone(), used.span),
    }
}

fn apply(file: &mut FileFacts, pointer: &Pointer, found: Found) {
    match found {
        Found::Version(version) => {
            for identity in file.facts.identities.iter_mut().filter(|i| i.version.is_none()) {
                identity.version = Some(version.clone());
            }
        }
        Found::Requirements(mut requirements) => {
            file.facts.requirements.append(&mut requirements);
        }
        Found::NotRead if pointer.kind == PointerKind::Requires => {
            let message = format!(
                "what is required here stands in {}, which was not read",
                pointer.target.to_text()
            );
            let (kind, location) = (ProblemKind::Undecided, pointer.location.clone());
            file.facts.problems.push(Problem { location, kind, by: "link", message });
        }
        Found::NotRead | Found::Nothing => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extract::makefile_pl::MakefilePl;
    use crate::extract::perl_source::PerlSource;
    use crate::extract::{Extractor, Facts, SourceFile};

    fn linked(script: &str) -> Vec<FileFacts> {
        let path = SourcePath::from("a/Makefile.PL");
        let mut facts = Facts::default();
        MakefilePl.extract(&SourceFile { path: &path, bytes: script.as_bytes() }, &mut facts);
        let mut files = vec![FileFacts { path, facts, is_only_holder: false }];
        let path = SourcePath::from("a/lib/Foo.pm");
        let bytes = b"package Foo;\nuse 5.010;\nuse A 1.2;\nuse B;\nour $VERSION = '1.10';\n";
        let mut facts = Facts::default();
        PerlSource.extract(&SourceFile { path: &path, bytes }, &mut facts);
        let (uses, modules) = (facts.uses.into(), facts.modules.into());
        link(&mut files, &[PerlFile { path, uses, modules }]);
        files
    }

    fn asked(files: &[FileFacts]) -> Vec<String> {
        let all = files.iter().flat_map(|file| &file.facts.requirements);
        all.map(|r| format!("{} {} {} {}", r.location.path, r.phase, r.module, r.range_text))
            .collect()
    }

    #[test]
    fn a_version_and_a_least_perl_come_from_the_module() {
        let files = linked("use inc::Module::Install;\nname 'Foo';\nall_from './lib/Foo.pm';\n");
        let version = files.first().and_then(|f| f.facts.identities.first()?.version.clone());
        assert!(matches!(version, Some(VersionState::Exact(v)) if &*v.text == "1.10"));
        assert_eq!(asked(&files), ["a/lib/Foo.pm runtime perl 5.010"]);
    }

    #[test]
    fn prereqs_are_those_with_a_version() {
        let files = linked("use inc::Module::Install;\ntest_requires_from 'lib/Foo.pm';\n");
        assert_eq!(asked(&files), ["a/lib/Foo.pm test A 1.2"]);
    }

    #[test]
    fn a_file_that_was_not_read_leaves_prereqs_undecided() {
        for target in ["lib/Bar.pm", "../a/lib/Foo.pm", "/a/lib/Foo.pm"] {
            let script = format!("use inc::Module::Install;\nrequires_from '{target}';\n");
            let files = linked(&script);
            let problems = files.first().map(|file| file.facts.problems.len());
            assert_eq!(problems, Some(1), "{target}");
        }
    }
}
