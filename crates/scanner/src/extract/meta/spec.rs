//! What the keys mean: CPAN::Meta::Spec 2 and, for older files, 1.x as
//! CPAN::Meta::Converter turns it into 2.

use std::collections::BTreeMap;
use std::ops::Range;

use perlscan_model::location::SourcePath;
use perlscan_model::name::{DistName, ModuleName};
use perlscan_model::package::VersionState;
use perlscan_model::problem::ProblemKind;
use perlscan_model::release_version::ReleaseVersion;
use perlscan_model::requirement::{Phase, Relation};
use perlscan_model::version::PerlVersion;

use super::super::Identity;
use super::super::page::{Asked, Page};
use super::about;
use super::tree::{Text, Tree};

/// Whether a key of a file's top is read.
pub(in super::super) fn is_read(key: &str) -> bool {
    KEYS.contains(&key) || about::KEYS.contains(&key)
}

/// The keys of a file's top that are read here.
const KEYS: [&str; 13] = [
    "name",
    "version",
    "meta-spec",
    "dynamic_config",
    "prereqs",
    "optional_features",
    "requires",
    "build_requires",
    "test_requires",
    "configure_requires",
    "recommends",
    "suggests",
    "conflicts",
];

const RELATIONS: [Relation; 4] =
    [Relation::Requires, Relation::Recommends, Relation::Suggests, Relation::Conflicts];

/// Reads the tree of a file into the page's facts.
pub(in super::super) fn read(tree: &Tree<'_>, path: &SourcePath, page: &mut Page<'_>) {
    identity(tree, page);
    let prereqs = tree.get("prereqs").filter(|_| is_version_2(tree));
    let is_of_2 = prereqs.is_some() || (tree.get("meta-spec").is_some() && is_version_2(tree));
    page.facts.about.push(about::read(tree, is_of_2));
    match prereqs {
        Some(prereqs) => by_phase(prereqs, None, page),
        None => of_version_1(tree, None, page),
    }
    features(tree.get("optional_features"), page);
    dynamic(tree, path, page);
}

/// Whether the file follows version 2 of the specification. One that says no
/// version is of 1.0, unless it has what only version 2 knows.
fn is_version_2(tree: &Tree<'_>) -> bool {
    let version = tree.get("meta-spec").and_then(|spec| spec.get("version")).and_then(Tree::scalar);
    match version.and_then(|version| PerlVersion::parse(&version.text).ok()) {
        Some(version) => version.parts().first().is_some_and(|major| *major >= 2),
        None => true,
    }
}

fn identity(tree: &Tree<'_>, page: &mut Page<'_>) {
    let Some(name) = tree.get("name").and_then(Tree::scalar) else { return };
    // Old files have the main module's name here (CPAN::Meta::Converter, `_dist_name`).
    let Ok(dist) = DistName::parse(&name.text.replace("::", "-")) else {
        let message = format!("'{}' is no name of a distribution", name.text);
        return page.problem(ProblemKind::Note, name.range.clone(), message);
    };
    let version = tree.get("version").and_then(Tree::scalar).map(|version| release(&version.text));
    let location = page.location(name.range.clone());
    page.facts.identities.push(Identity { dist, version, location });
}

/// The version of a release, as a manifest writes it.
pub(in super::super) fn release(text: &str) -> VersionState {
    match ReleaseVersion::read(text) {
        Some(version) => VersionState::Exact(version),
        None => VersionState::Unknown(format!("'{text}' is no version")),
    }
}

/// `{ PHASE => { RELATION => { MODULE => RANGE } } }`. Other phases and
/// relations are a tool's own (`x_...`), and no prereqs to CPAN::Meta.
fn by_phase(prereqs: &Tree<'_>, feature: Option<&str>, page: &mut Page<'_>) {
    for (phase, relations) in last_of_each(prereqs) {
        let Some(phase) = Phase::from_word(&phase.text) else { continue };
        for (relation, modules) in last_of_each(relations) {
            let word = &*relation.text;
            let Some(relation) = RELATIONS.into_iter().find(|r| r.word() == word) else { continue };
            modules_of(modules, phase, relation, feature, page);
        }
    }
}

/// The keys of 1.x: each is a phase and a relation at once.
fn of_version_1(tree: &Tree<'_>, feature: Option<&str>, page: &mut Page<'_>) {
    let keys = [
        ("configure_requires", Phase::Configure, Relation::Requires),
        ("build_requires", Phase::Build, Relation::Requires),
        ("test_requires", Phase::Test, Relation::Requires),
        ("requires", Phase::Runtime, Relation::Requires),
        ("recommends", Phase::Runtime, Relation::Recommends),
        ("suggests", Phase::Runtime, Relation::Suggests),
        ("conflicts", Phase::Runtime, Relation::Conflicts),
    ];
    for (key, phase, relation) in keys {
        if let Some(modules) = tree.get(key) {
            modules_of(modules, phase, relation, feature, page);
        }
    }
}

/// `optional_features`: each has prereqs (2) or the keys of 1.x. Some 1.x files
/// have a list of maps instead of a map.
fn features(features: Option<&Tree<'_>>, page: &mut Page<'_>) {
    let several = match features {
        Some(Tree::List(several)) => several.as_slice(),
        Some(one) => std::slice::from_ref(one),
        None => return,
    };
    for (name, feature) in several.iter().flat_map(last_of_each) {
        match feature.get("prereqs") {
            Some(prereqs) => by_phase(prereqs, Some(&name.text), page),
            None => of_version_1(feature, Some(&name.text), page),
        }
    }
}

/// `{ MODULE => RANGE }`; in old files also a list of modules, or one alone
/// (CPAN::Meta::Converter, `_version_map`).
fn modules_of(
    modules: &Tree<'_>,
    phase: Phase,
    relation: Relation,
    feature: Option<&str>,
    page: &mut Page<'_>,
) {
    let mut ask = |module: &str, place: &Range<usize>, range: &str| {
        let (place, range) = (place.clone(), Some(range));
        let conditional = false;
        page.ask(&Asked { module, place, range, phase, relation, feature, conditional });
    };
    match modules {
        Tree::Map(_) => {
            for (module, range) in last_of_each(modules) {
                let text = range.scalar().map_or("", |range| &*range.text);
                if is_module_as_range(text) {
                    // Some old files have `Module: Module`: both are meant.
                    ask(&module.text, &module.range, "");
                    if let Some(other) = range.scalar() {
                        ask(&other.text, &other.range, "");
                    }
                    continue;
                }
                ask(&module.text, &module.range, if is_nothing(text) { "" } else { text });
            }
        }
        Tree::List(list) => {
            for module in list.iter().filter_map(Tree::scalar) {
                ask(&module.text, &module.range, "");
            }
        }
        Tree::Scalar(module) if !module.text.is_empty() => ask(&module.text, &module.range, ""),
        Tree::Scalar(_) | Tree::Nothing => {}
    }
}

fn is_nothing(range: &str) -> bool {
    matches!(range, "" | "undef" | "<undef>")
}

fn is_module_as_range(text: &str) -> bool {
    !is_nothing(text)
        && text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && PerlVersion::parse(text).is_err()
        && ModuleName::parse(text).is_ok()
}

/// Of several values of a key the last one, in the order of the file.
fn last_of_each<'t, 'a>(map: &'t Tree<'a>) -> Vec<(&'t Text<'a>, &'t Tree<'a>)> {
    let mut last: BTreeMap<&str, usize> = BTreeMap::new();
    for (at, (key, _)) in map.pairs().iter().enumerate() {
        last.insert(&key.text, at);
    }
    let stands = |at: usize, key: &Text<'_>| last.get(&*key.text) == Some(&at);
    let pairs = map.pairs().iter().enumerate();
    pairs.filter(|(at, (key, _))| stands(*at, key)).map(|(_, (key, value))| (key, value)).collect()
}

/// `dynamic_config`: the list may be incomplete, since running Makefile.PL or
/// Build.PL may add to it. A MYMETA file is what came out of running it.
fn dynamic(tree: &Tree<'_>, path: &SourcePath, page: &mut Page<'_>) {
    if path.file_name().starts_with(b"MY") {
        return;
    }
    let Some(dynamic) = tree.get("dynamic_config").filter(|dynamic| dynamic.is_true()) else {
        return;
    };
    if let Some(text) = dynamic.scalar() {
        let message = "dynamic_config: what is required depends on the machine, and this list \
                       may be incomplete; the MYMETA.json of a configured copy has it all";
        page.problem(ProblemKind::Note, text.range.clone(), message.to_owned());
    }
}
