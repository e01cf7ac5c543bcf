//! The graph of a mirror's archives: for each requirement the archive that an
//! installer takes.
//!
//! An index says which: the one of the archive's own mirror, and with Pinto that of each
//! stack that has the archive. Archives without an index are answered from what they
//! bring for `use` to find: of a module that several bring the newest release that is no
//! developer's counts, of the distribution that is named like it.
//! Where an index names an archive for a module that perl bundles too, the edge stands
//! and says so; perl itself is nobody's requirement.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use perlscan_model::archive_name::ArchiveName;
use perlscan_model::finding::Finding;
use perlscan_model::location::SourcePath;
use perlscan_model::package::VersionState;
use perlscan_model::release_version::ReleaseVersion;
use perlscan_model::requirement::Relation;
use perlscan_model::standing::Standing;
use perlscan_model::version::PerlVersion;

use crate::advisory::database::Database;
use crate::darkpan::held::{Held, Shared};
use crate::graph::dependents::dependents;
use crate::graph::need::{NeedTexts, Use};
use crate::graph::{Edge, MirrorGraph, Missing, Node, NodeId, Scope};
use crate::mirror::layout::{indexed_mirror, mirror_of};
use crate::mirror::packages::PackageIndex;
use crate::scan::Concluded;

/// Draws the graph. The archives' requirements move into it.
pub(super) fn graph(
    releases: &mut [Held],
    standings: &[Option<Standing>],
    indices: &[(SourcePath, PackageIndex)],
    shared: Shared,
    database: &Database,
) -> MirrorGraph {
    let scopes = {
        let places = Places::of(releases);
        let mut scopes = Vec::new();
        for answers in answers(releases, indices, &shared, &places) {
            scopes.push(scope(releases, answers, &shared.needs, database));
        }
        scopes
    };
    let nodes = releases.iter_mut().zip(standings.iter().cloned());
    let nodes = nodes.map(|(release, standing)| Node {
        path: release.path.clone(),
        dist: release.dist.clone(),
        version: release.text.clone(),
        standing,
        findings: Vec::new(),
        needs: std::mem::take(&mut release.needs),
    });
    MirrorGraph { nodes: nodes.collect(), scopes, texts: shared.needs }
}

/// Counts who depends on each archive that has findings, and tells the report.
pub(super) fn count(graph: &MirrorGraph, concluded: &mut Concluded) {
    let of =
        |finding: &Finding| graph.nodes.binary_search_by(|n| n.path.cmp(&finding.project)).ok();
    let found: BTreeSet<usize> = concluded.findings.iter().filter_map(of).collect();
    let targets: Vec<NodeId> = found.into_iter().map(NodeId::new).collect();
    for (target, counts) in targets.iter().zip(dependents(graph, &targets)) {
        let project = concluded.projects.get_mut(target.at());
        if let Some(archive) = project.and_then(|project| project.archive.as_mut()) {
            archive.dependents = Some(Box::new(counts));
        }
    }
}

/// Tells the graph which archives have findings that nobody has set aside.
pub(super) fn mark(graph: &mut MirrorGraph, findings: &[Finding]) {
    for finding in findings.iter().filter(|finding| finding.suppressed.is_none()) {
        let at = graph.nodes.binary_search_by(|node| node.path.cmp(&finding.project));
        if let Some(node) = at.ok().and_then(|at| graph.nodes.get_mut(at)) {
            node.findings.push(finding.public_id().to_owned());
        }
    }
    for node in &mut graph.nodes {
        node.findings.sort();
        node.findings.dedup();
    }
}

/// Where archives lie: by their mirror, and their path in it. Archives in plain folders
/// are of no mirror, all together.
struct Places {
    mirrors: BTreeMap<Option<SourcePath>, HashMap<SourcePath, NodeId>>,
}

impl Places {
    fn of(releases: &[Held]) -> Self {
        let mut mirrors: BTreeMap<_, HashMap<_, _>> = BTreeMap::new();
        for (at, release) in releases.iter().enumerate() {
            let (mirror, below) = match mirror_of(&release.path) {
                Some((mirror, below)) => (Some(mirror), below),
                None => (None, release.path.clone()),
            };
            mirrors.entry(mirror).or_default().insert(below, NodeId::new(at));
        }
        Self { mirrors }
    }

    /// The archives of a mirror, in order.
    fn archives(&self, mirror: &Option<SourcePath>) -> Vec<NodeId> {
        let mut archives: Vec<NodeId> =
            self.mirrors.get(mirror).into_iter().flat_map(HashMap::values).copied().collect();
        archives.sort_unstable();
        archives
    }
}

/// What one index answers.
struct Answers<'a> {
    index: Option<SourcePath>,
    /// The archive of each module; `None` for one that is not there.
    modules: HashMap<&'a str, Option<NodeId>>,
    /// The archives that installers take, in order.
    taken: Vec<NodeId>,
    /// The archives whose requirements it answers, in order: those that it names, and
    /// those that no index of the mirror names.
    asking: Vec<NodeId>,
}

/// What the indices answer, and what the archives without an index do.
fn answers<'a>(
    releases: &'a [Held],
    indices: &'a [(SourcePath, PackageIndex)],
    shared: &'a Shared,
    places: &Places,
) -> Vec<Answers<'a>> {
    let mut by_scope: BTreeMap<_, Vec<&(SourcePath, PackageIndex)>> = BTreeMap::new();
    for index in indices {
        by_scope.entry(indexed_mirror(&index.0)).or_default().push(index);
    }
    let mut all = Vec::new();
    let mut named: BTreeMap<SourcePath, BTreeSet<NodeId>> = BTreeMap::new();
    for ((mirror, _), mut same) in by_scope {
        // Where the packed one stands beside the other, installers read that.
        same.sort_by(|a, b| b.0.cmp(&a.0));
        let there = places.mirrors.get(&Some(mirror.clone()));
        let mut modules = HashMap::new();
        let mut taken = BTreeSet::new();
        for entry in same.iter().flat_map(|(_, index)| &index.entries) {
            let archive =
                there.and_then(|there| there.get(&SourcePath::from(&*entry.path))).copied();
            modules.entry(entry.module.as_str()).or_insert(archive);
            taken.extend(archive);
        }
        named.entry(mirror).or_default().extend(&taken);
        let index = same.first().map(|(path, _)| path.clone());
        let taken = taken.into_iter().collect();
        all.push(Answers { index, modules, taken, asking: Vec::new() });
    }
    for answers in &mut all {
        let mirror = answers.index.as_ref().map(|index| indexed_mirror(index).0);
        let known = mirror.as_ref().and_then(|mirror| named.get(mirror));
        let mut asking = answers.taken.clone();
        asking.extend(
            places
                .archives(&mirror)
                .into_iter()
                .filter(|archive| known.is_none_or(|known| !known.contains(archive))),
        );
        asking.sort_unstable();
        answers.asking = asking;
    }
    let without = places
        .mirrors
        .keys()
        .filter(|mirror| mirror.as_ref().is_none_or(|mirror| !named.contains_key(mirror)));
    all.extend(without.map(|mirror| without_index(releases, shared, places.archives(mirror))));
    all
}

/// How good an archive is as the answer for a module, the best last.
type Rank<'a> = (bool, usize, Option<PerlVersion>, Option<&'a PerlVersion>);

/// What archives answer that have no index.
fn without_index<'a>(
    releases: &'a [Held],
    shared: &'a Shared,
    archives: Vec<NodeId>,
) -> Answers<'a> {
    let version = |id: &NodeId| match releases.get(id.at())?.version() {
        VersionState::Exact(version) => Some(version.version),
        VersionState::Range(_) | VersionState::Unknown(_) => None,
    };
    let versions: Vec<Option<PerlVersion>> = archives.iter().map(version).collect();
    let mut newest: BTreeMap<&str, (bool, Option<&PerlVersion>, NodeId)> = BTreeMap::new();
    let mut best: HashMap<&str, (Rank<'_>, NodeId)> = HashMap::new();
    for (id, version) in archives.iter().zip(&versions) {
        let Some(release) = releases.get(id.at()) else { continue };
        let is_stable = !is_developer(release);
        let version = version.as_ref();
        let dist = release.dist.as_ref().map(|dist| dist.as_str()).unwrap_or_default();
        if release.dist.is_some() {
            let this = (is_stable, version, *id);
            let known = newest.entry(dist).or_insert(this);
            *known = this.max(*known);
        }
        for (module, own) in release.brings.iter().filter_map(|one| shared.brought(*one)) {
            let own = own.and_then(ReleaseVersion::read);
            let rank = (is_stable, fit(dist, module), own.map(|own| own.version), version);
            match best.entry(module) {
                std::collections::hash_map::Entry::Vacant(free) => {
                    free.insert((rank, *id));
                }
                std::collections::hash_map::Entry::Occupied(mut known) => {
                    if rank >= known.get().0 {
                        known.insert((rank, *id));
                    }
                }
            }
        }
    }
    let mut taken: Vec<NodeId> = newest.into_values().map(|(_, _, id)| id).collect();
    taken.sort_unstable();
    let modules = best.into_iter().map(|(module, (_, id))| (module, Some(id))).collect();
    Answers { index: None, modules, taken, asking: archives }
}

/// Whether a release is none that indices name: `-TRIAL`, or `_` in its version.
fn is_developer(release: &Held) -> bool {
    let path = release.path.to_text();
    ArchiveName::parse(&path).is_some_and(|archive| archive.release().is_developer())
}

/// How long a prefix of the module the distribution's name is.
fn fit(dist: &str, module: &str) -> usize {
    let main = dist.replace('-', "::");
    match module.strip_prefix(&*main) {
        Some(rest) if rest.is_empty() || rest.starts_with("::") => main.len(),
        _ => 0,
    }
}

/// The edges that an index draws.
fn scope(releases: &[Held], answers: Answers<'_>, texts: &NeedTexts, database: &Database) -> Scope {
    let Answers { index, modules, taken, asking } = answers;
    let mut edges = Vec::new();
    let mut missing = Vec::new();
    let is_perl = |id: NodeId| {
        let dist = releases.get(id.at()).and_then(|release| release.dist.as_ref());
        dist.is_some_and(|dist| dist.is_perl())
    };
    // Perl's own archive answers nobody's requirement.
    for from in asking.into_iter().filter(|from| !is_perl(*from)) {
        let needs = releases.get(from.at()).map(|release| &*release.needs);
        let needs = needs.unwrap_or_default().iter().map(|need| texts.read(*need));
        for (at, need) in needs.enumerate() {
            let Some(need) = need else { continue };
            let is_conflict = need.relation == Relation::Conflicts;
            if need.module.is_perl() || is_conflict {
                continue;
            }
            let place = u32::try_from(at).unwrap_or(u32::MAX);
            let found = modules.get(need.module.as_str()).copied().flatten();
            match found {
                Some(to) if to == from || is_perl(to) => {}
                Some(to) => {
                    let is_core = database.is_core(&need.module);
                    edges.push(Edge { from, to, need: place, is_core });
                }
                None if need.is_used() != Use::NotFollowed
                    && taken.binary_search(&from).is_ok()
                    && !database.is_core(&need.module) =>
                {
                    missing.push(Missing { from, need: place });
                }
                None => {}
            }
        }
    }
    edges.sort_unstable();
    edges.shrink_to_fit();
    Scope { index, taken, edges, missing }
}
