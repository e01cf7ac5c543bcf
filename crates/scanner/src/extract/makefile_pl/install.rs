//! The words of Module::Install (Module::Install::Metadata).

use perlscan_model::location::SourcePath;
use perlscan_model::problem::ProblemKind;
use perlscan_model::requirement::{Phase, Relation};

use super::super::page::Page;
use super::super::script::{self, Call, Group, Script};
use super::super::{Pointer, PointerKind};
use crate::perl::data::{Data, Hash, Item};
use crate::perl::expression::Known;

/// The words that are read.
pub(super) const WORDS: &[&[u8]] = &[
    b"requires",
    b"test_requires",
    b"build_requires",
    b"configure_requires",
    b"author_requires",
    b"recommends",
    b"perl_version",
    b"name",
    b"version",
    b"all_from",
    b"version_from",
    b"perl_version_from",
    b"requires_from",
    b"test_requires_from",
    b"build_requires_from",
    b"feature",
    b"features",
];

/// Reads the calls into the page's facts; tells whether there were any.
pub(super) fn read(script: &Script, page: &mut Page<'_>) -> bool {
    let mut name: Option<Known> = None;
    let mut version: Option<Known> = None;
    let mut said = false;
    for call in script.calls.iter().filter(|call| WORDS.contains(&call.name.as_slice())) {
        said = true;
        let first = call.items.first().and_then(|item| item.data.known().cloned());
        match call.name.as_slice() {
            b"name" => name = first,
            b"version" => version = first,
            b"perl_version" => {
                if let Some(item) = call.items.first() {
                    script::perl(&item.data, call.conditional, page);
                }
            }
            b"feature" => feature(call, &call.items, page),
            b"features" => features(call, page),
            other => match prereq(other) {
                Some((phase, relation)) => modules(call, &call.items, phase, relation, None, page),
                None => pointers(call, page),
            },
        }
    }
    if let Some(name) = name {
        script::identity(&name, version.as_ref(), page);
    }
    said
}

fn prereq(word: &[u8]) -> Option<(Phase, Relation)> {
    Some(match word {
        b"requires" => (Phase::Runtime, Relation::Requires),
        b"test_requires" => (Phase::Test, Relation::Requires),
        b"build_requires" => (Phase::Build, Relation::Requires),
        b"configure_requires" => (Phase::Configure, Relation::Requires),
        b"author_requires" => (Phase::Develop, Relation::Requires),
        b"recommends" => (Phase::Runtime, Relation::Recommends),
        _ => return None,
    })
}

/// `MODULE, RANGE, MODULE, RANGE`, the last range may be missing.
fn modules(
    call: &Call,
    items: &[Item],
    phase: Phase,
    relation: Relation,
    feature: Option<&str>,
    page: &mut Page<'_>,
) {
    let key = String::from_utf8_lossy(&call.name);
    let group = Group { key: &key, phase, relation, feature, conditional: call.conditional };
    let hash = Data::Hash(Hash::of(items.to_vec()));
    script::group(group, &hash, call.at.clone(), page);
}

/// `feature 'name', -default => 1, 'Module' => 1`.
fn feature(call: &Call, items: &[Item], page: &mut Page<'_>) {
    let Some((name, rest)) = items.split_first() else { return };
    let name = script::text(&name.data);
    let mut prereqs = Vec::new();
    for pair in rest.chunks(2) {
        let is_option = pair
            .first()
            .and_then(|item| item.data.known())
            .is_some_and(|known| known.text.starts_with(b"-"));
        if !is_option {
            prereqs.extend(pair.iter().cloned());
        }
    }
    let (phase, relation) = (Phase::Runtime, Relation::Requires);
    modules(call, &prereqs, phase, relation, Some(name.as_deref().unwrap_or("")), page);
}

/// `features( 'name' => [ 'Module' => 1, ... ], ... )`.
fn features(call: &Call, page: &mut Page<'_>) {
    for pair in call.items.chunks(2) {
        match pair {
            [name, Item { data: Data::Array(inner), .. }] => {
                let mut items = vec![name.clone()];
                items.extend(inner.iter().cloned());
                feature(call, &items, page);
            }
            [first, ..] => {
                if script::text(&first.data).is_none_or(|name| !name.starts_with('-')) {
                    let message = "a feature that can't be told without running the code";
                    page.problem(ProblemKind::Undecided, call.at.clone(), message.to_owned());
                }
            }
            [] => {}
        }
    }
}

/// What another file tells.
fn pointers(call: &Call, page: &mut Page<'_>) {
    let kinds: &[(PointerKind, Phase)] = match call.name.as_slice() {
        b"all_from" => {
            &[(PointerKind::Version, Phase::Configure), (PointerKind::PerlVersion, Phase::Runtime)]
        }
        b"version_from" => &[(PointerKind::Version, Phase::Configure)],
        b"perl_version_from" => &[(PointerKind::PerlVersion, Phase::Runtime)],
        b"requires_from" => &[(PointerKind::Requires, Phase::Runtime)],
        b"test_requires_from" => &[(PointerKind::Requires, Phase::Test)],
        b"build_requires_from" => &[(PointerKind::Requires, Phase::Build)],
        _ => return,
    };
    for item in &call.items {
        let Data::Known(target) = &item.data else {
            let name = String::from_utf8_lossy(&call.name);
            let message = format!("which file {name} means can't be told without running the code");
            page.problem(ProblemKind::Undecided, call.at.clone(), message);
            continue;
        };
        for (kind, phase) in kinds {
            let location = page.location(target.range.clone());
            let target = SourcePath::new(target.text.clone());
            page.facts.pointers.push(Pointer { kind: *kind, target, phase: *phase, location });
        }
    }
}
