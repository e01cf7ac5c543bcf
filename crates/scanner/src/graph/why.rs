//! Why a distribution is in a mirror: who requires it, and the shortest ways to it.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use perlscan_model::location::SourcePath;
use perlscan_model::name::DistName;
use perlscan_model::standing::Standing;

use super::dependents::{Dependents, dependents};
use super::incoming::Incoming;
use super::need::Use;
use super::{Edge, MirrorGraph, NodeId};
use crate::nearest::nearest;

/// Who comes to one archive of the distribution that was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Why {
    /// The archive.
    pub archive: NodeId,
    /// How many come to it.
    pub dependents: Dependents,
    /// The requirements that lead to it, those of archives that installers take first;
    /// also those that installers pass over.
    pub direct: Vec<Direct>,
    /// From each archive that installers take and that comes to it a shortest way, the
    /// ways that run before the others, the short before the long.
    pub ways: Vec<Way>,
}

/// A requirement that leads to the archive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Direct {
    /// Whether installers do not take the archive that requires.
    pub is_other: bool,
    /// What it is used for.
    pub is_used: Use,
    /// The edge.
    pub edge: Edge,
}

/// A way to the archive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Way {
    /// Whether each step of it is a runtime requirement.
    pub is_runtime: bool,
    /// Whether it is part of another way: that one tells it too.
    pub is_part: bool,
    /// The index that draws its edges.
    pub index: Option<SourcePath>,
    /// Its steps, in order.
    pub steps: Vec<Edge>,
}

/// A name that the mirror does not know.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "the mirror has no distribution '{name}', and nothing in it requires such a module{}",
    like(.nearest)
)]
pub struct UnknownName {
    /// The name.
    pub name: String,
    /// Names of distributions that are like it.
    pub nearest: Vec<String>,
}

fn like(names: &[String]) -> String {
    match names {
        [] => "; `-f json` lists what it has, as projects[].archive.dist".to_owned(),
        [one] => format!("; did you mean '{one}'?"),
        several => format!("; did you mean one of '{}'?", several.join("', '")),
    }
}

/// Who comes to a distribution, archive by archive: those that installers take first.
/// The name may be that of a module which something requires, too.
///
/// # Errors
/// When the mirror has no such distribution.
pub fn why(graph: &MirrorGraph, name: &str) -> Result<Vec<Why>, UnknownName> {
    let mut archives = named(graph, name);
    if archives.is_empty() {
        return Err(UnknownName { name: name.to_owned(), nearest: alike(graph, name) });
    }
    let taken: BTreeSet<NodeId> =
        graph.scopes.iter().flat_map(|scope| scope.taken.iter().copied()).collect();
    archives.sort_by_key(|archive| (!taken.contains(archive), *archive));
    let counts = dependents(graph, &archives);
    let of = |(archive, dependents): (NodeId, Dependents)| Why {
        archive,
        dependents,
        direct: direct(graph, archive),
        ways: ways(graph, archive),
    };
    Ok(archives.into_iter().zip(counts).map(of).collect())
}

/// The archives of a distribution, else those that are taken for a module.
fn named(graph: &MirrorGraph, name: &str) -> Vec<NodeId> {
    let of_dist: Vec<NodeId> = graph
        .nodes
        .iter()
        .enumerate()
        .filter(|(_, node)| node.dist.as_ref().is_some_and(|dist| dist.as_str() == name))
        .map(|(at, _)| NodeId::new(at))
        .collect();
    if !of_dist.is_empty() {
        return of_dist;
    }
    let edges = graph.scopes.iter().flat_map(|scope| &scope.edges);
    let asks = |edge: &&Edge| {
        graph.need(edge.from, edge.need).is_some_and(|need| need.module.as_str() == name)
    };
    let of_module: BTreeSet<NodeId> = edges.filter(asks).map(|edge| edge.to).collect();
    of_module.into_iter().collect()
}

/// Distributions whose names are like this one: but for case and separators the same,
/// else a few slips apart.
fn alike(graph: &MirrorGraph, name: &str) -> Vec<String> {
    let letters = |text: &str| {
        text.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase()
    };
    let dists: BTreeSet<&str> =
        graph.nodes.iter().filter_map(|node| node.dist.as_ref()).map(DistName::as_str).collect();
    let wanted = letters(name);
    let same: Vec<String> = dists
        .iter()
        .filter(|dist| !wanted.is_empty() && letters(dist) == wanted)
        .map(|dist| (*dist).to_owned())
        .collect();
    if !same.is_empty() {
        return same;
    }
    let known: Vec<&str> = dists.into_iter().collect();
    nearest(name, &known).into_iter().map(ToOwned::to_owned).collect()
}

/// The requirements that lead to an archive.
fn direct(graph: &MirrorGraph, archive: NodeId) -> Vec<Direct> {
    let mut found: BTreeMap<Edge, Direct> = BTreeMap::new();
    for scope in &graph.scopes {
        for edge in scope.edges.iter().filter(|edge| edge.to == archive) {
            let is_other = scope.taken.binary_search(&edge.from).is_err();
            let is_used = graph.use_of(edge);
            let known = found.entry(*edge).or_insert(Direct { is_other, is_used, edge: *edge });
            // Of several stacks one that takes it is enough.
            known.is_other &= is_other;
        }
    }
    let mut all: Vec<Direct> = found.into_values().collect();
    all.sort();
    all
}

/// A shortest way from each archive that installers take.
fn ways(graph: &MirrorGraph, archive: NodeId) -> Vec<Way> {
    let mut ways: BTreeMap<NodeId, Way> = BTreeMap::new();
    for weakest in [Use::Runtime, Use::BuildOrTest] {
        for scope in &graph.scopes {
            let next = search(graph, &Incoming::of(scope, graph.nodes.len()), archive, weakest);
            for from in scope.taken.iter().filter(|from| **from != archive) {
                if ways.contains_key(from) || !next.contains_key(from) {
                    continue;
                }
                let mut steps = Vec::new();
                let mut at = *from;
                while let Some(edge) = next.get(&at) {
                    steps.push(*edge);
                    at = edge.to;
                }
                let way = Way {
                    is_runtime: weakest == Use::Runtime,
                    is_part: false,
                    index: scope.index.clone(),
                    steps,
                };
                ways.insert(*from, way);
            }
        }
    }
    let inner: BTreeSet<NodeId> =
        ways.values().flat_map(|way| way.steps.iter().skip(1)).map(|edge| edge.from).collect();
    for (from, way) in &mut ways {
        way.is_part = inner.contains(from);
    }
    let mut all: Vec<Way> = ways.into_values().collect();
    // Stable, so that those of one length stay in order of their archives.
    all.sort_by_key(|way| (!way.is_runtime, way.steps.len()));
    all
}

/// For each archive that comes to another the first step of a shortest way there: the
/// search goes in rounds, in the order of the edges.
fn search(
    graph: &MirrorGraph,
    incoming: &Incoming<'_>,
    archive: NodeId,
    weakest: Use,
) -> BTreeMap<NodeId, Edge> {
    let mut next: BTreeMap<NodeId, Edge> = BTreeMap::new();
    let mut queue = VecDeque::from([archive]);
    while let Some(node) = queue.pop_front() {
        let mut edges: Vec<&Edge> =
            incoming.to(node).filter(|edge| graph.use_of(edge) <= weakest).collect();
        // Of several requirements between two archives the one that matters most.
        edges.sort_by_key(|edge| (edge.from, graph.use_of(edge), edge.need));
        for edge in edges {
            if edge.from != archive && !next.contains_key(&edge.from) {
                next.insert(edge.from, *edge);
                queue.push_back(edge.from);
            }
        }
    }
    next
}

/// The word for what an archive is to its mirror's index.
pub fn standing_word(standing: Option<&Standing>) -> &'static str {
    standing.map_or("without an index", Standing::word)
}
