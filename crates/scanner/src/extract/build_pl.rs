//! Build.PL: the arguments of `Module::Build->new` (Module::Build::API), of a
//! subclass as well. Module::Build::Tiny takes none: there the metadata says all.

use perlscan_model::location::SourcePath;
use perlscan_model::problem::ProblemKind;
use perlscan_model::requirement::{Phase, Relation};

use super::page::Page;
use super::script::{self, Call, Group};
use super::{Extractor, Facts, Pointer, PointerKind, SourceFile, Wanted};
use crate::perl::data::{Data, Hash};

/// The name of the format, in problems.
const NAME: &str = "build-pl";

const PREREQS: [(&str, Phase, Relation); 6] = [
    ("configure_requires", Phase::Configure, Relation::Requires),
    ("build_requires", Phase::Build, Relation::Requires),
    ("test_requires", Phase::Test, Relation::Requires),
    ("requires", Phase::Runtime, Relation::Requires),
    ("recommends", Phase::Runtime, Relation::Recommends),
    ("conflicts", Phase::Runtime, Relation::Conflicts),
];

/// The method whose arguments count.
const METHODS: &[&[u8]] = &[b"new"];

/// Arguments by which a call of `new` is known to be that of Module::Build.
const ARGUMENTS: [&[u8]; 7] = [
    b"module_name",
    b"dist_name",
    b"dist_version",
    b"dist_version_from",
    b"requires",
    b"build_requires",
    b"configure_requires",
];

/// The extractor of Build.PL.
#[derive(Debug, Clone, Copy, Default)]
pub struct BuildPl;

impl Extractor for BuildPl {
    fn name(&self) -> &'static str {
        NAME
    }

    fn wants(&self, path: &SourcePath) -> Wanted {
        (path.file_name() == b"Build.PL").into()
    }

    fn extract(&self, file: &SourceFile<'_>, facts: &mut Facts) {
        let mut page = Page::new(file, NAME);
        let wanted = script::Wanted { functions: &[], words: &[], methods: METHODS };
        let script = script::walk(file.bytes, wanted);
        script::faults(&script.faults, &mut page);
        let mut said = false;
        for call in &script.calls {
            let arguments = Hash::of(call.items.clone());
            if ARGUMENTS.iter().any(|key| !arguments.get(key).is_empty()) {
                said = true;
                of_call(call, &arguments, &mut page);
            }
        }
        if !said && !is_tiny(file.bytes) {
            let message = "Module::Build->new is not called with arguments that can be read: what \
                           is required here is not known";
            page.problem(ProblemKind::Undecided, 0..0, message.to_owned());
        }
        page.loads(script.loads, Phase::Configure);
        page.finish(facts);
    }
}

/// Whether the file only calls `Build_PL()`, as of Module::Build::Tiny, and
/// leaves it to the metadata what is required.
fn is_tiny(source: &[u8]) -> bool {
    memchr::memmem::find(source, b"Build_PL").is_some()
        || memchr::memmem::find(source, b"Module::Build::Tiny").is_some()
}

fn of_call(call: &Call, arguments: &Hash, page: &mut Page<'_>) {
    for gap in &arguments.gaps {
        let message = "arguments of Module::Build that can't be told without running the code";
        page.problem(ProblemKind::Undecided, gap.clone(), message.to_owned());
    }
    identity(arguments, page);
    for (key, phase, relation) in PREREQS {
        for entry in arguments.get(key.as_bytes()) {
            let conditional = call.conditional || entry.conditional;
            let group = Group { key, phase, relation, feature: None, conditional };
            script::group(group, &entry.value, entry.key.range.clone(), page);
        }
    }
    for entry in arguments.get(b"auto_features") {
        if let Data::Hash(features) = &entry.value {
            for feature in features.standing() {
                let name = String::from_utf8_lossy(&feature.key.text);
                for modules in feature.value.hash().map(|f| f.get(b"requires")).unwrap_or_default()
                {
                    let group = Group {
                        key: "auto_features",
                        phase: Phase::Runtime,
                        relation: Relation::Requires,
                        feature: Some(&name),
                        conditional: call.conditional || feature.conditional,
                    };
                    script::group(group, &modules.value, modules.key.range.clone(), page);
                }
            }
        }
    }
    for key in [&b"meta_merge"[..], b"meta_add"] {
        for entry in arguments.get(key) {
            if let Data::Hash(meta) = &entry.value {
                script::metadata(meta, call.conditional || entry.conditional, page);
            }
        }
    }
}

fn identity(arguments: &Hash, page: &mut Page<'_>) {
    let value = |key: &[u8]| arguments.get(key).into_iter().find_map(|e| e.value.known().cloned());
    let version = value(b"dist_version");
    if let Some(name) = value(b"dist_name").or_else(|| value(b"module_name")) {
        script::identity(&name, version.as_ref(), page);
    }
    // Without any of these the version comes from the main module's file.
    let from = value(b"dist_version_from").map(|from| (from.text.clone(), from.range));
    let from = from.or_else(|| {
        let module = value(b"module_name").filter(|_| version.is_none())?;
        let path = String::from_utf8_lossy(&module.text).replace("::", "/");
        Some((format!("lib/{path}.pm").into_bytes(), module.range))
    });
    if let Some((target, range)) = from {
        let location = page.location(range);
        page.facts.pointers.push(Pointer {
            kind: PointerKind::Version,
            target: SourcePath::new(target),
            phase: Phase::Configure,
            location,
        });
    }
}

#[cfg(test)]
#[path = "build_pl_test.rs"]
mod tests;
