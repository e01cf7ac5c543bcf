//! From an inner file to the module that it is a copy of.

use perlscan_model::location::{Location, SourcePath};
use perlscan_model::name::ModuleName;
use perlscan_model::package::VersionState;
use perlscan_model::requirement::Phase;
use perlscan_model::usage::BundledModule;

use super::{Limits, Opened, open};
use crate::extract::{Facts, SourceFile};
use crate::perl::LineIndex;
use crate::perl::module_version::{PackageFound, packages};

/// Adds the modules that lie inside a file to its facts.
pub fn copies(file: &SourceFile<'_>, limits: Limits, facts: &mut Facts) {
    let index = LineIndex::new(file.bytes);
    let phase = phase_of(file.path);
    let Facts { bundled, problems, .. } = facts;
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
    open(file, limits, &is_module, &mut each, problems);
}

fn is_module(name: &SourcePath) -> bool {
    name.as_bytes().ends_with(b".pm")
}

/// When the code of a file runs, by its place.
fn phase_of(path: &SourcePath) -> Phase {
    let is_test = path.parent().parts().any(|part| matches!(part, b"t" | b"xt"));
    if is_test { Phase::Test } else { Phase::Runtime }
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
