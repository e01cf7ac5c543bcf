//! From an inner file to the module that it is a copy of.

use perlscan_model::location::{Location, SourcePath};
use perlscan_model::name::ModuleName;
use perlscan_model::package::VersionState;
use perlscan_model::requirement::Phase;
use perlscan_model::usage::BundledModule;

use super::{Limits, Opened, containers, open, takes};
use crate::extract::perl_source::phase_of;
use crate::extract::{Facts, SourceFile, list_some};
use crate::perl::LineIndex;
use crate::perl::module_version::{PackageFound, packages};

/// Whether a file is itself a copy by its place: a module below `inc/`, where
/// Module::Install and its kin put what configuring a distribution needs. A
/// namespace of that name, below `lib/`, is none.
pub fn is_copy(path: &SourcePath) -> bool {
    // Of the folders the first that is one of the two; a module is called neither.
    let first = || path.parts().find(|part| matches!(*part, b"inc" | b"lib"));
    is_module(path) && first() == Some(b"inc")
}

/// Adds the modules that lie inside a file, or that it is a copy of, to its
/// facts.
pub fn copies(file: &SourceFile<'_>, limits: Limits, facts: &mut Facts) {
    if is_copy(file.path) {
        facts.bundled.extend(own_copy(file, &LineIndex::new(file.bytes)));
        return;
    }
    // Most files hold no others.
    if !containers().iter().any(|one| takes(*one, file.path, file.bytes)) {
        return;
    }
    let index = LineIndex::new(file.bytes);
    let phase = phase_of(file.path);
    let Facts { bundled, .. } = facts;
    let mut problems = Vec::new();
    let mut each = |inner: &Opened<'_>| {
        let Some((module, found)) = main_package(inner.name, &packages(inner.bytes)) else {
            return;
        };
        let span = found.as_ref().and_then(|found| {
            Some(index.span(inner.outer(found.range.start)?..inner.outer(found.range.end)?))
        });
        let location = match span {
            Some(span) => Location::at(file.path.clone(), span),
            None => Location::file(file.path.clone()),
        };
        bundled.push(BundledModule {
            module,
            version: version_of(found),
            phase,
            location: location.within(inner.inside.clone()),
        });
    };
    open(file, limits, &is_module, &mut each, &mut problems);
    list_some(&mut problems, file.path, "packed");
    facts.problems.append(&mut problems);
}

/// The copy that a file below `inc/` is.
fn own_copy(file: &SourceFile<'_>, index: &LineIndex<'_>) -> Option<BundledModule> {
    let mut parts = file.path.parts();
    parts.find(|part| *part == b"inc")?;
    let name: Vec<&[u8]> = parts.collect();
    let name = SourcePath::new(name.join(&b'/'));
    let (module, found) = main_package(&name, &packages(file.bytes))?;
    let location = match &found {
        Some(found) => Location::at(file.path.clone(), index.span(found.range.clone())),
        None => Location::file(file.path.clone()),
    };
    Some(BundledModule { module, version: version_of(found), phase: Phase::Configure, location })
}

fn is_module(name: &SourcePath) -> bool {
    name.as_bytes().ends_with(b".pm")
}

/// The module that a file of this name is, and its package statement: of those
/// in the file the one whose name is the longest end of the file's. Without
/// any, the module is named by the file alone.
pub fn main_package(
    name: &SourcePath,
    found: &[PackageFound],
) -> Option<(ModuleName, Option<PackageFound>)> {
    let stem = name.as_bytes().strip_suffix(b".pm")?;
    let fits = |found: &&PackageFound| {
        let path = found.module.as_str().replace("::", "/");
        stem.strip_suffix(path.as_bytes())
            .is_some_and(|above| above.is_empty() || above.ends_with(b"/"))
    };
    let longest = found.iter().filter(fits).max_by_key(|found| found.module.as_str().len());
    if let Some(found) = longest {
        return Some((found.module.clone(), Some(found.clone())));
    }
    let stem = stem.strip_prefix(b"lib/").unwrap_or(stem);
    let module = std::str::from_utf8(stem).ok()?.replace('/', "::");
    Some((ModuleName::parse(&module).ok()?, None))
}

/// The version of a copy; a file that says nothing of it has an unknown one.
pub fn version_of(found: Option<PackageFound>) -> VersionState {
    let Some(found) = found else {
        return VersionState::Unknown("the copy has no package statement of its name".to_owned());
    };
    let none = || VersionState::Unknown(format!("the copy of {} has no $VERSION", found.module));
    found.version.unwrap_or_else(none)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inc_is_a_place_and_no_namespace() {
        for path in ["inc/Module/Install.pm", "app/inc/A.pm", "inc/lib/A.pm"] {
            assert!(is_copy(&path.into()), "{path}");
        }
        for path in ["lib/inc/A.pm", "local/lib/perl5/inc/latest.pm", "inc.pm", "inc/a.pl", "A.pm"]
        {
            assert!(!is_copy(&path.into()), "{path}");
        }
    }

    #[test]
    fn the_longest_package_that_fits_the_file_is_the_module() {
        let found = packages(b"package Tiny; our $VERSION = 1; package HTTP::Tiny; package Other;");
        for (name, expected) in [
            ("HTTP/Tiny.pm", "HTTP::Tiny"),
            ("lib/x86_64-linux/HTTP/Tiny.pm", "HTTP::Tiny"),
            ("lib/Tiny.pm", "Tiny"),
            ("lib/A/None.pm", "A::None"),
        ] {
            let module = main_package(&name.into(), &found).map(|(module, _)| module.to_string());
            assert_eq!(module.as_deref(), Some(expected), "{name}");
        }
    }
}
