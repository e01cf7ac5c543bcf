//! From known data to requirements: `{ MODULE => RANGE }` and metadata in code.

use std::ops::Range;

use perlscan_model::name::DistName;
use perlscan_model::problem::ProblemKind;
use perlscan_model::requirement::{Phase, Relation};

use super::super::Identity;
use super::super::meta::spec;
use super::super::page::{Asked, Page};
use crate::perl::data::{Data, Hash, Item};
use crate::perl::expression::Known;
use crate::perl::statement::{Fault, FaultKind};

/// What a group of modules is asked for.
#[derive(Debug, Clone, Copy)]
pub(in super::super) struct Group<'g> {
    /// The key or word that it stands under, for problems.
    pub(in super::super) key: &'g str,
    pub(in super::super) phase: Phase,
    pub(in super::super) relation: Relation,
    pub(in super::super) feature: Option<&'g str>,
    pub(in super::super) conditional: bool,
}

/// Text of a known scalar.
pub(in super::super) fn text(data: &Data) -> Option<String> {
    data.known().map(|known| String::from_utf8_lossy(&known.text).into_owned())
}

/// Says which code sets keys that can't be told.
pub(in super::super) fn gaps_of(hash: &Hash, key: &str, page: &mut Page<'_>) {
    for gap in &hash.gaps {
        let message = format!("what this adds to {key} can't be told without running the code");
        page.problem(ProblemKind::Undecided, gap.clone(), message);
    }
}

/// The modules of a value: a hash of ranges, or a list of names.
pub(in super::super) fn group(
    group: Group<'_>,
    value: &Data,
    at: Range<usize>,
    page: &mut Page<'_>,
) {
    match value {
        Data::Hash(hash) => of_hash(group, hash, page),
        Data::Array(items) => of_hash(group, &names(items), page),
        // `PREREQ_PM => ''`, `requires => 0`: nothing.
        Data::Known(known) if matches!(known.text.as_slice(), b"" | b"0") => {}
        Data::Known(_) | Data::Either(_) | Data::Unknown(_) => {
            let at = if let Data::Unknown(range) = value { range.clone() } else { at };
            let message = format!("{} can't be told without running the code", group.key);
            page.problem(ProblemKind::Undecided, at, message);
        }
    }
}

/// A list of names as a hash of names to nothing.
fn names(items: &[Item]) -> Hash {
    let mut all = Vec::new();
    for item in items {
        all.push(item.clone());
        if let Data::Known(known) = &item.data {
            let nothing = Known { text: Vec::new(), ..known.clone() };
            all.push(Item::certain(Data::Known(nothing)));
        }
    }
    Hash::of(all)
}

fn of_hash(group: Group<'_>, hash: &Hash, page: &mut Page<'_>) {
    gaps_of(hash, group.key, page);
    for entry in hash.standing() {
        let module = String::from_utf8_lossy(&entry.key.text);
        let conditional = group.conditional || entry.conditional;
        let mut ask = |range: Option<&str>, conditional| {
            page.ask(&Asked {
                module: &module,
                place: entry.key.range.clone(),
                range,
                phase: group.phase,
                relation: group.relation,
                feature: group.feature,
                conditional,
            });
        };
        match &entry.value {
            Data::Known(known) => ask(Some(&String::from_utf8_lossy(&known.text)), conditional),
            Data::Either(all) => {
                for known in all {
                    ask(Some(&String::from_utf8_lossy(&known.text)), true);
                }
            }
            Data::Hash(details) => {
                // ExtUtils::MakeMaker and Module::Build take ranges only; some
                // extensions take `{ version => ..., ... }`.
                let version = details.get(b"version").first().and_then(|entry| text(&entry.value));
                ask(version.as_deref(), conditional);
            }
            Data::Array(_) | Data::Unknown(_) => ask(None, conditional),
        }
    }
}

/// Metadata in code (`META_MERGE`, `META_ADD`): the prereqs of CPAN::Meta::Spec 2,
/// or the keys of 1.x.
pub(in super::super) fn metadata(meta: &Hash, conditional: bool, page: &mut Page<'_>) {
    for prereqs in meta.get(b"prereqs") {
        let Data::Hash(prereqs) = &prereqs.value else {
            group(runtime("prereqs", conditional), &prereqs.value, prereqs.key.range.clone(), page);
            continue;
        };
        gaps_of(prereqs, "prereqs", page);
        for phase in prereqs.standing() {
            let Some(phase_word) = Phase::from_word(&String::from_utf8_lossy(&phase.key.text))
            else {
                continue;
            };
            for relation in phase.value.hash().map(Hash::standing).unwrap_or_default() {
                let word = String::from_utf8_lossy(&relation.key.text).into_owned();
                let Some(found) = relation_of(&word) else { continue };
                let of = Group {
                    key: &word,
                    phase: phase_word,
                    relation: found,
                    feature: None,
                    conditional: conditional || phase.conditional || relation.conditional,
                };
                group(of, &relation.value, relation.key.range.clone(), page);
            }
        }
    }
    for (key, phase, relation) in OF_VERSION_1 {
        for entry in meta.get(key.as_bytes()) {
            let conditional = conditional || entry.conditional;
            let of = Group { key, phase, relation, feature: None, conditional };
            group(of, &entry.value, entry.key.range.clone(), page);
        }
    }
}

/// The keys of CPAN::Meta::Spec 1.x.
const OF_VERSION_1: [(&str, Phase, Relation); 6] = [
    ("requires", Phase::Runtime, Relation::Requires),
    ("build_requires", Phase::Build, Relation::Requires),
    ("test_requires", Phase::Test, Relation::Requires),
    ("configure_requires", Phase::Configure, Relation::Requires),
    ("recommends", Phase::Runtime, Relation::Recommends),
    ("conflicts", Phase::Runtime, Relation::Conflicts),
];

fn runtime(key: &str, conditional: bool) -> Group<'_> {
    let (phase, relation) = (Phase::Runtime, Relation::Requires);
    Group { key, phase, relation, feature: None, conditional }
}

fn relation_of(word: &str) -> Option<Relation> {
    [Relation::Requires, Relation::Recommends, Relation::Suggests, Relation::Conflicts]
        .into_iter()
        .find(|relation| relation.word() == word)
}

/// The least perl: a requirement on `perl`.
pub(in super::super) fn perl(version: &Data, conditional: bool, page: &mut Page<'_>) {
    let known = match version {
        Data::Known(known) => std::slice::from_ref(known),
        Data::Either(all) => all.as_slice(),
        Data::Unknown(range) => {
            let message = "the least perl can't be told without running the code".to_owned();
            return page.problem(ProblemKind::Undecided, range.clone(), message);
        }
        Data::Hash(_) | Data::Array(_) => return,
    };
    for version in known.iter().filter(|known| !known.text.is_empty()) {
        page.ask(&Asked {
            module: "perl",
            place: version.range.clone(),
            range: Some(&String::from_utf8_lossy(&version.text)),
            phase: Phase::Runtime,
            relation: Relation::Requires,
            feature: None,
            conditional: conditional || known.len() > 1,
        });
    }
}

/// The distribution that a script is of; a module's name stands for it.
pub(in super::super) fn identity(name: &Known, version: Option<&Known>, page: &mut Page<'_>) {
    let text = String::from_utf8_lossy(&name.text).replace("::", "-");
    let Ok(dist) = DistName::parse(&text) else { return };
    let version = version.map(|known| spec::release(&String::from_utf8_lossy(&known.text)));
    let location = page.location(name.range.clone());
    page.facts.identities.push(Identity { dist, version, location });
}

/// Syntax that would end perl's reading.
pub(in super::super) fn faults(faults: &[Fault], page: &mut Page<'_>) {
    for fault in faults {
        let message = match fault.kind {
            FaultKind::Unterminated => "a string or heredoc that begins here is not terminated",
            FaultKind::Unclosed => "a bracket that opens here is not closed",
            FaultKind::Unopened => "a bracket closes here that was not opened",
            FaultKind::MissingSemicolon => "a semicolon is missing before this",
            FaultKind::NotPerl => "bytes that are no Perl; the file may be binary, or UTF-16",
            FaultKind::TooLong => "a statement is too long to be read whole",
            FaultKind::TooDeep => {
                let message = "brackets nest too deep: nothing behind this is read".to_owned();
                page.problem(ProblemKind::Lost, fault.start..fault.end, message);
                continue;
            }
            FaultKind::Conflict => "the marker of an unresolved merge",
        };
        let message = format!("{message}: perl stops here, and what follows is read by guess");
        page.problem(ProblemKind::Lost, fault.start..fault.end, message);
    }
}
