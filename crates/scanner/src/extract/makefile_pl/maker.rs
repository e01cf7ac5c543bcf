//! The arguments of `WriteMakefile` (ExtUtils::MakeMaker, "Using Attributes and
//! Parameters").

use perlscan_model::location::SourcePath;
use perlscan_model::problem::ProblemKind;
use perlscan_model::requirement::{Phase, Relation};

use super::super::page::Page;
use super::super::script::{self, Call, Group, Script};
use super::super::{Pointer, PointerKind};
use crate::perl::data::{Data, Hash};

/// The functions whose arguments count: the second is the name that wrappers
/// have for old versions.
pub(super) const FUNCTIONS: &[&[u8]] = &[b"WriteMakefile", b"WriteMakefile1"];

const PREREQS: [(&str, Phase); 4] = [
    ("CONFIGURE_REQUIRES", Phase::Configure),
    ("BUILD_REQUIRES", Phase::Build),
    ("TEST_REQUIRES", Phase::Test),
    ("PREREQ_PM", Phase::Runtime),
];

/// Reads the calls into the page's facts; tells whether there was one with
/// arguments that are known.
pub(super) fn read(script: &Script, page: &mut Page<'_>) -> bool {
    let is_maker = |call: &&Call| call.name.starts_with(b"WriteMakefile");
    let calls: Vec<(&Call, Hash)> = script
        .calls
        .iter()
        .filter(is_maker)
        .map(|call| (call, Hash::of(call.items.clone())))
        .collect();
    // A sub that wraps WriteMakefile for old versions hands on what it is given.
    let says_more = calls.iter().any(|(_, arguments)| !arguments.entries.is_empty());
    let inkt = script.variables.reference(b"$meta").filter(|meta| !meta.get(b"prereqs").is_empty());
    let mut said = false;
    let mut conditional = None;
    for (call, arguments) in &calls {
        if says_more && arguments.entries.is_empty() && call.in_sub {
            continue;
        }
        said |= !arguments.entries.is_empty();
        of_call(call, arguments, inkt, page);
        conditional = Some(conditional.unwrap_or(true) && call.conditional);
    }
    // Once, however often it is handed to a call.
    if let (Some(meta), Some(conditional)) = (inkt, conditional) {
        script::metadata(meta, conditional, page);
    }
    said
}

fn of_call(call: &Call, arguments: &Hash, inkt: Option<&Hash>, page: &mut Page<'_>) {
    for gap in &arguments.gaps {
        let message = "arguments of WriteMakefile that can't be told without running the code";
        page.problem(ProblemKind::Undecided, gap.clone(), message.to_owned());
    }
    identity(arguments, inkt, page);
    for (key, phase) in PREREQS {
        for entry in arguments.get(key.as_bytes()) {
            // Dist::Inkt takes these out of the metadata in `$meta`.
            if inkt.is_some() && matches!(entry.value, Data::Unknown(_)) {
                continue;
            }
            let conditional = call.conditional || entry.conditional;
            let relation = Relation::Requires;
            let group = Group { key, phase, relation, feature: None, conditional };
            script::group(group, &entry.value, entry.key.range.clone(), page);
        }
    }
    for entry in arguments.get(b"MIN_PERL_VERSION") {
        if inkt.is_none() {
            script::perl(&entry.value, call.conditional || entry.conditional, page);
        }
    }
    for key in [&b"META_MERGE"[..], b"META_ADD"] {
        for entry in arguments.get(key) {
            if let Data::Hash(meta) = &entry.value {
                script::metadata(meta, call.conditional || entry.conditional, page);
            }
        }
    }
}

fn identity(arguments: &Hash, inkt: Option<&Hash>, page: &mut Page<'_>) {
    let value = |key: &[u8]| arguments.get(key).into_iter().find_map(|e| e.value.known().cloned());
    let of_meta = |key: &[u8]| {
        inkt.and_then(|meta| meta.get(key).into_iter().find_map(|e| e.value.known().cloned()))
    };
    let name = value(b"DISTNAME").or_else(|| value(b"NAME")).or_else(|| of_meta(b"name"));
    let version = value(b"VERSION").or_else(|| of_meta(b"version"));
    if let Some(name) = name {
        script::identity(&name, version.as_ref(), page);
    }
    if let Some(from) = value(b"VERSION_FROM") {
        let location = page.location(from.range.clone());
        page.facts.pointers.push(Pointer {
            kind: PointerKind::Version,
            target: SourcePath::new(from.text),
            phase: Phase::Configure,
            location,
        });
    }
}
