//! How many archives come to a given one: what is at risk where it is vulnerable.
//!
//! All targets are followed back at once, sixty-four in the bits of a word, so that a
//! mirror is walked a few times and not once a target.

use std::collections::VecDeque;

use super::incoming::Incoming;
use super::need::Use;
use super::{MirrorGraph, NodeId, Scope};

/// The archives that depend on one.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Dependents {
    /// Those that installers take and that require it themselves.
    pub direct: ByUse,
    /// Those that installers take and that come to it, in whatever number of steps.
    pub all: ByUse,
    /// Those that no index names, and that would come to it if they were installed.
    pub others: ByUse,
}

/// Archives by what they depend on something for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ByUse {
    /// It runs with them: each step of some way there is a runtime requirement.
    pub runtime: usize,
    /// It is installed only where they, or something that they need, are configured,
    /// built or tested.
    pub build_or_test: usize,
}

impl ByUse {
    /// How many there are.
    pub fn total(&self) -> usize {
        self.runtime + self.build_or_test
    }
}

/// How many targets are followed at once.
const AT_ONCE: usize = 64;

/// Who depends on each of the targets. An archive is no dependent of itself.
pub fn dependents(graph: &MirrorGraph, targets: &[NodeId]) -> Vec<Dependents> {
    targets.chunks(AT_ONCE).flat_map(|some| of_some(graph, some)).collect()
}

/// For each archive the targets that it comes to, as bits.
#[derive(Debug, Default)]
struct Reached {
    runtime: Vec<u64>,
    followed: Vec<u64>,
}

impl Reached {
    fn nothing(nodes: usize) -> Self {
        Self { runtime: vec![0; nodes], followed: vec![0; nodes] }
    }

    /// Takes in what archives of a kind reach.
    fn add(&mut self, other: &Self, of: impl Fn(usize) -> bool) {
        for (mine, theirs) in
            [(&mut self.runtime, &other.runtime), (&mut self.followed, &other.followed)]
        {
            for (at, (mine, theirs)) in mine.iter_mut().zip(theirs).enumerate() {
                if *theirs != 0 && of(at) {
                    *mine |= *theirs;
                }
            }
        }
    }

    /// How many archives reach each target.
    fn count(&self, targets: &[NodeId]) -> Vec<ByUse> {
        let mut counts = vec![ByUse::default(); targets.len()];
        for (at, (runtime, followed)) in self.runtime.iter().zip(&self.followed).enumerate() {
            let mut left = *followed;
            while left != 0 {
                let bit = left.trailing_zeros();
                left &= left - 1;
                let place = usize::try_from(bit).unwrap_or(usize::MAX);
                let Some(count) = counts.get_mut(place) else { continue };
                if targets.get(place).is_some_and(|target| target.at() == at) {
                    continue;
                }
                match runtime >> bit & 1 {
                    1 => count.runtime += 1,
                    _ => count.build_or_test += 1,
                }
            }
        }
        counts
    }
}

fn of_some(graph: &MirrorGraph, targets: &[NodeId]) -> Vec<Dependents> {
    let nodes = graph.nodes.len();
    let [mut direct, mut all, mut others] = [(); 3].map(|()| Reached::nothing(nodes));
    for scope in &graph.scopes {
        let mut is_taken = vec![false; nodes];
        for node in &scope.taken {
            if let Some(taken) = is_taken.get_mut(node.at()) {
                *taken = true;
            }
        }
        let taken = |at: usize| is_taken.get(at).copied().unwrap_or_default();
        let incoming = Incoming::of(scope, nodes);
        let seeds = |is_seed: Use| spread(graph, scope, &incoming, targets, is_seed);
        let reached = Reached { runtime: seeds(Use::Runtime), followed: seeds(Use::BuildOrTest) };
        all.add(&reached, taken);
        others.add(&reached, |at| !taken(at));
        direct.add(&first_steps(graph, &incoming, targets), taken);
    }
    let (direct, all, others) = (direct.count(targets), all.count(targets), others.count(targets));
    let counts = direct.into_iter().zip(all).zip(others);
    counts.map(|((direct, all), others)| Dependents { direct, all, others }).collect()
}

/// The targets that each archive comes to over edges of this use or a stronger one.
fn spread(
    graph: &MirrorGraph,
    scope: &Scope,
    incoming: &Incoming<'_>,
    targets: &[NodeId],
    weakest: Use,
) -> Vec<u64> {
    let mut reached = vec![0_u64; graph.nodes.len()];
    let mut waits = vec![false; graph.nodes.len()];
    let mut queue = VecDeque::new();
    if scope.edges.is_empty() {
        return reached;
    }
    for (bit, target) in targets.iter().enumerate() {
        if let Some(bits) = reached.get_mut(target.at()) {
            *bits |= 1 << bit;
            queue.push_back(*target);
        }
    }
    while let Some(node) = queue.pop_front() {
        if let Some(waits) = waits.get_mut(node.at()) {
            *waits = false;
        }
        let bits = reached.get(node.at()).copied().unwrap_or_default();
        for edge in incoming.to(node).filter(|edge| graph.use_of(edge) <= weakest) {
            let (Some(known), Some(waits)) =
                (reached.get_mut(edge.from.at()), waits.get_mut(edge.from.at()))
            else {
                continue;
            };
            // Bits are only ever added, so cycles end.
            if *known | bits != *known {
                *known |= bits;
                if !std::mem::replace(waits, true) {
                    queue.push_back(edge.from);
                }
            }
        }
    }
    reached
}

/// The targets that each archive requires itself.
fn first_steps(graph: &MirrorGraph, incoming: &Incoming<'_>, targets: &[NodeId]) -> Reached {
    let mut reached = Reached::nothing(graph.nodes.len());
    for (bit, target) in targets.iter().enumerate() {
        for edge in incoming.to(*target) {
            let is_used = graph.use_of(edge);
            let mark = |bits: &mut Vec<u64>, weakest: Use| {
                if let Some(bits) = bits.get_mut(edge.from.at()).filter(|_| is_used <= weakest) {
                    *bits |= 1 << bit;
                }
            };
            mark(&mut reached.runtime, Use::Runtime);
            mark(&mut reached.followed, Use::BuildOrTest);
        }
    }
    reached
}
