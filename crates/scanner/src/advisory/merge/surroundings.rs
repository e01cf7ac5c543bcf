//! What stands around the records: distributions, releases, modules, libraries,
//! perls, and what the whole is called.

use std::collections::{BTreeMap, BTreeSet};
use std::mem;

use perlscan_model::facts::{DistFact, FACTS_FORMAT, FactSet, MetaFact, PerlFact, ReleaseFact};
use perlscan_model::version::PerlVersion;

use crate::advisory::background;
use crate::advisory::sources::{SourceData, SourceKind};

/// Distributions, releases, modules, libraries, perls and the core list.
pub(super) fn add_surroundings(
    facts: &mut FactSet,
    sources: &mut [SourceData],
    background: &FactSet,
) {
    let mut dists: BTreeMap<String, DistFact> = BTreeMap::new();
    let none = |dist: &str| DistFact { dist: dist.to_owned(), main_module: None, darkpan: false };
    for fact in sources.iter_mut().flat_map(|source| mem::take(&mut source.distributions)) {
        let known = dists.entry(fact.dist.clone()).or_insert_with(|| none(&fact.dist));
        known.darkpan |= fact.darkpan;
        known.main_module = known.main_module.take().or(fact.main_module);
    }
    for fact in &facts.advisories {
        dists.entry(fact.dist.clone()).or_insert_with(|| none(&fact.dist));
    }
    for fact in &background.distributions {
        if let Some(known) = dists.get_mut(&fact.dist) {
            known.darkpan |= fact.darkpan;
            known.main_module = known.main_module.take().or_else(|| fact.main_module.clone());
        }
    }
    // Per distribution, what the first source that knows any says, else the background.
    facts.releases = first_that_knows(
        sources.iter_mut().map(|source| mem::take(&mut source.releases)),
        &background.releases,
        |fact| &fact.dist,
        &dists,
    );
    facts.modules = first_that_knows(
        sources.iter_mut().map(|source| mem::take(&mut source.modules)),
        &background.modules,
        |fact| &fact.dist,
        &dists,
    );
    facts.bundled = sources.iter_mut().flat_map(|source| mem::take(&mut source.bundled)).collect();
    if background::is_needed(sources) {
        background::add_bundled(&mut facts.bundled, background);
    }
    facts.bundled.sort();
    facts.bundled.dedup();
    facts.distributions = dists.into_values().collect();
    facts.core.clone_from(&background.core);
    facts.perls = background.perls.clone();
    let listed: BTreeSet<String> = facts.perls.iter().map(|fact| fact.perl.clone()).collect();
    facts
        .perls
        .extend(perls(&facts.releases).into_iter().filter(|fact| !listed.contains(&fact.perl)));
}

fn first_that_knows<T: Clone>(
    sources: impl Iterator<Item = Vec<T>>,
    background: &[T],
    dist_of: impl Fn(&T) -> &String,
    dists: &BTreeMap<String, DistFact>,
) -> Vec<T> {
    let mut all = Vec::new();
    let mut known: BTreeSet<String> = BTreeSet::new();
    for facts in sources.chain([background.to_vec()]) {
        let new: BTreeSet<String> = facts.iter().map(|fact| dist_of(fact).clone()).collect();
        all.extend(
            facts
                .into_iter()
                .filter(|fact| dists.contains_key(dist_of(fact)) && !known.contains(dist_of(fact))),
        );
        known.extend(new);
    }
    all
}

/// The releases of perl itself, in the decimal form of Module::CoreList.
fn perls(releases: &[ReleaseFact]) -> Vec<PerlFact> {
    let mut seen = BTreeSet::new();
    let mut perls = Vec::new();
    for fact in releases.iter().filter(|fact| fact.dist == "perl") {
        let Ok(version) = PerlVersion::parse(&fact.release.version) else { continue };
        let part = |i: usize| version.parts().get(i).copied().unwrap_or(0);
        let perl = format!("{}.{:03}{:03}", part(0), part(1), part(2));
        if seen.insert(perl.clone()) {
            let date = fact.release.date.get(..10).unwrap_or(&fact.release.date).to_owned();
            perls.push(PerlFact { perl, date, listed: false });
        }
    }
    perls
}

/// What the whole is called: after the first source that is not the user's own,
/// with the latest epoch of those.
pub(super) fn meta(sources: &[SourceData], background: &FactSet) -> MetaFact {
    let own = |source: &&SourceData| source.source.kind == SourceKind::Private.word();
    let public = || sources.iter().filter(|source| !own(source));
    let named = public()
        .find(|source| !source.source.commit.is_empty())
        .or_else(|| public().next())
        .or_else(|| sources.first());
    let epoch = public()
        .map(|source| source.source.epoch)
        .max()
        .or_else(|| sources.iter().map(|source| source.source.epoch).max())
        .unwrap_or_default();
    MetaFact {
        format: FACTS_FORMAT,
        source: named.map(|source| source.source.place.clone()).unwrap_or_default(),
        commit: named.map(|source| source.source.commit.clone()).unwrap_or_default(),
        date: jiff::Timestamp::from_second(epoch).map(|time| time.to_string()).unwrap_or_default(),
        epoch,
        core_list: background.meta.core_list.clone(),
        core_list_perl: background.meta.core_list_perl.clone(),
        sources: sources.iter().map(|source| source.source.clone()).collect(),
        ..MetaFact::default()
    }
}
