//! The edges of a scope by the archive that they lead to.

use super::{Edge, NodeId, Scope};

/// The edges that lead to each archive, in order of the one that requires.
#[derive(Debug)]
pub(super) struct Incoming<'a> {
    edges: &'a [Edge],
    /// Positions of edges, by the archive that they lead to.
    order: Vec<u32>,
    /// For each archive where its edges begin in `order`, and where the last ones end.
    first: Vec<u32>,
}

impl<'a> Incoming<'a> {
    /// The edges of a scope in a graph of so many archives: a counting sort.
    pub(super) fn of(scope: &'a Scope, nodes: usize) -> Self {
        let mut first = vec![0_u32; nodes.saturating_add(1)];
        for edge in &scope.edges {
            if let Some(count) = first.get_mut(edge.to.at().saturating_add(1)) {
                *count += 1;
            }
        }
        let mut sum = 0;
        for count in &mut first {
            sum += *count;
            *count = sum;
        }
        let mut next = first.clone();
        let mut order = vec![0_u32; scope.edges.len()];
        for (at, edge) in scope.edges.iter().enumerate() {
            let Some(place) = next.get_mut(edge.to.at()) else { continue };
            if let Some(slot) = order.get_mut(usize::try_from(*place).unwrap_or(usize::MAX)) {
                *slot = u32::try_from(at).unwrap_or(u32::MAX);
            }
            *place += 1;
        }
        Self { edges: &scope.edges, order, first }
    }

    /// The edges that lead to an archive.
    pub(super) fn to(&self, node: NodeId) -> impl Iterator<Item = &'a Edge> {
        let at = |place: usize| {
            self.first.get(place).and_then(|at| usize::try_from(*at).ok()).unwrap_or_default()
        };
        let range = at(node.at())..at(node.at().saturating_add(1));
        let edges = self.edges;
        self.order
            .get(range)
            .unwrap_or_default()
            .iter()
            .filter_map(move |at| edges.get(usize::try_from(*at).ok()?))
    }
}
