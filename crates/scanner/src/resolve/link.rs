//! Follows what a manifest leaves to another file: `VERSION_FROM`, `all_from`,
//! `requires_from`, `dist_version_from`.
//!
//! An extractor sees one file, so it leaves a pointer; here the files are together.
//! A version goes to the identity that the manifest states; a least perl and
//! prereqs become requirements, which stand where the other file has them. A file
//! that was not read leaves prereqs undecided; a version that is missing there
//! leaves the identity without one, which judges nothing.

use std::collections::BTreeMap;

use perlscan_model::location::{Location, SourcePath};
use perlscan_model::package::VersionState;
use perlscan_model::problem::{Problem, ProblemKind};
use perlscan_model::range::VersionRange;
use perlscan_model::requirement::{Relation, Requirement};
use perlscan_model::requirement_range::RequirementRange;
use perlscan_model::usage::ModuleUse;

use crate::extract::{Pointer, PointerKind};
use crate::resolve::project::FileFacts;

/// What a pointer leads to.
#[derive(Debug)]
enum Found {
    Version(VersionState),
    Requirements(Vec<Requirement>),
    NotRead,
    Nothing,
}

/// Follows the pointers of all files.
pub fn link(files: &mut [FileFacts]) {
    let pointing = |file: &&FileFacts| !file.facts.pointers.is_empty();
    if !files.iter().any(|file| pointing(&file)) {
        return;
    }
    let places: BTreeMap<SourcePath, usize> =
        files.iter().enumerate().map(|(at, file)| (file.path.clone(), at)).collect();
    for at in 0..files.len() {
        let Some(file) = files.get(at) else { continue };
        let found: Vec<(Pointer, Found)> = file
            .facts
            .pointers
            .iter()
            .map(|pointer| {
                let target = target(&file.path, pointer).and_then(|path| places.get(&path));
                let target = target.and_then(|at| files.get(*at));
                (pointer.clone(), target.map_or(Found::NotRead, |target| follow(pointer, target)))
            })
            .collect();
        for (pointer, found) in found {
            if let Some(file) = files.get_mut(at) {
                apply(file, &pointer, found);
            }
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

fn follow(pointer: &Pointer, target: &FileFacts) -> Found {
    let uses = target.facts.uses.iter();
    let as_requirement = |used: &ModuleUse| requirement(used, pointer, &target.path);
    match pointer.kind {
        PointerKind::Version => {
            match target.facts.modules.iter().find_map(|found| found.version.clone()) {
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
    use crate::extract::{Extractor, Facts, SourceFile};
    use perlscan_model::name::ModuleName;
    use perlscan_model::release_version::ReleaseVersion;
    use perlscan_model::requirement::Phase;
    use perlscan_model::usage::ModuleFound;

    fn files(script: &str) -> Vec<FileFacts> {
        let path = SourcePath::from("a/Makefile.PL");
        let mut facts = Facts::default();
        MakefilePl.extract(&SourceFile { path: &path, bytes: script.as_bytes() }, &mut facts);
        let span = perlscan_model::location::Span {
            line: 1,
            column: 1,
            end_line: 1,
            end_column: 2,
            offset: 0,
            length: 1,
        };
        let name = |text: &str| ModuleName::parse(text).unwrap_or_else(|error| panic!("{error}"));
        let used = |text: &str, minimum: Option<&str>| ModuleUse {
            module: name(text),
            minimum: minimum.map(Into::into),
            phase: Phase::Runtime,
            optional: false,
            conditional: false,
            span,
        };
        let version = ReleaseVersion::read("1.10").map(VersionState::Exact);
        let module = Facts {
            modules: vec![ModuleFound { module: name("Foo"), version, span }],
            uses: vec![used("perl", Some("5.010")), used("A", Some("1.2")), used("B", None)],
            ..Facts::default()
        };
        let module_path = SourcePath::from("a/lib/Foo.pm");
        vec![
            FileFacts { path, facts, is_only_holder: false },
            FileFacts { path: module_path, facts: module, is_only_holder: false },
        ]
    }

    fn asked(files: &[FileFacts]) -> Vec<String> {
        let all = files.iter().flat_map(|file| &file.facts.requirements);
        all.map(|r| format!("{} {} {} {}", r.location.path, r.phase, r.module, r.range_text))
            .collect()
    }

    #[test]
    fn a_version_and_a_least_perl_come_from_the_module() {
        let mut files = files("use inc::Module::Install;\nname 'Foo';\nall_from './lib/Foo.pm';\n");
        link(&mut files);
        let version = files.first().and_then(|f| f.facts.identities.first()?.version.clone());
        assert!(matches!(version, Some(VersionState::Exact(v)) if &*v.text == "1.10"));
        assert_eq!(asked(&files), ["a/lib/Foo.pm runtime perl 5.010"]);
    }

    #[test]
    fn prereqs_are_those_with_a_version() {
        let mut files = files("use inc::Module::Install;\ntest_requires_from 'lib/Foo.pm';\n");
        link(&mut files);
        assert_eq!(asked(&files), ["a/lib/Foo.pm test A 1.2"]);
    }

    #[test]
    fn a_file_that_was_not_read_leaves_prereqs_undecided() {
        for target in ["lib/Bar.pm", "../a/lib/Foo.pm", "/a/lib/Foo.pm"] {
            let script = format!("use inc::Module::Install;\nrequires_from '{target}';\n");
            let mut files = files(&script);
            link(&mut files);
            let problems = files.first().map(|file| file.facts.problems.len());
            assert_eq!(problems, Some(1), "{target}");
        }
    }
}
