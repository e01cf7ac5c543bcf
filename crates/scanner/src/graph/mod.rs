//! Who requires what in a mirror: its archives, and the edges that its indices draw
//! between them.
//!
//! An edge leads from an archive to the one that an installer takes for a module that
//! it requires. What an installer takes depends on the index, and a mirror may have
//! several (Pinto has one a stack), so edges stand in [`Scope`]s, and nothing is ever
//! followed from one scope into another. [`dependents`] counts who comes to an archive,
//! [`why`] tells how.

pub mod dependents;
mod incoming;
pub mod need;
pub mod numbered;
pub mod why;

use perlscan_model::location::SourcePath;
use perlscan_model::name::DistName;
use perlscan_model::standing::Standing;

use self::need::{NeedTexts, Needed, PackedNeed, Use};

/// The graph of all mirrors that a run has read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MirrorGraph {
    /// The archives, in order of their paths.
    pub nodes: Vec<Node>,
    /// What each index makes of their requirements, in order of the indices.
    pub scopes: Vec<Scope>,
    /// What the archives' requirements say.
    pub texts: NeedTexts,
}

/// An archive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Node {
    /// Where it lies.
    pub path: SourcePath,
    /// The distribution, where the archive's name tells one.
    pub dist: Option<DistName>,
    /// Its version as the name has it; empty for none.
    pub version: Box<str>,
    /// What it is to its mirror's index, where there is one.
    pub standing: Option<Standing>,
    /// The public ids of its findings that nobody has set aside, sorted.
    pub findings: Vec<String>,
    /// What it requires, in order; [`MirrorGraph::need`] reads it.
    pub needs: Box<[PackedNeed]>,
}

impl Node {
    /// What it is called.
    pub fn title(&self) -> String {
        title(self.dist.as_ref(), &self.version, &self.path)
    }
}

/// What an archive is called: `Dist 1.23`, or its file name where that tells no
/// distribution.
pub fn title(dist: Option<&DistName>, version: &str, path: &SourcePath) -> String {
    match dist {
        Some(dist) => format!("{dist} {version}").trim_end().to_owned(),
        None => String::from_utf8_lossy(path.file_name()).into_owned(),
    }
}

/// What one index makes of the requirements of its mirror's archives.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Scope {
    /// The index; `None` for archives without one, where the newest release that brings
    /// a module stands for it.
    pub index: Option<SourcePath>,
    /// The archives that installers take, in order.
    pub taken: Vec<NodeId>,
    /// The edges, in order of the archive that requires, the one that is required, and
    /// the requirement.
    pub edges: Vec<Edge>,
    /// Requirements that no archive answers, and no perl either, in order.
    pub missing: Vec<Missing>,
}

/// That an archive requires a module of another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Edge {
    /// The archive that requires.
    pub from: NodeId,
    /// The archive that an installer takes for it.
    pub to: NodeId,
    /// Which of the first one's requirements it is.
    pub need: u32,
    /// Whether perl has bundled the module, so that it is taken only where the perl at
    /// hand has it too old or no more.
    pub is_core: bool,
}

/// That nothing answers a requirement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Missing {
    /// The archive that requires.
    pub from: NodeId,
    /// Which of its requirements it is.
    pub need: u32,
}

/// The position of an archive in [`MirrorGraph::nodes`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeId(u32);

impl NodeId {
    /// The archive at a position; of more than four thousand million the last counts.
    pub fn new(at: usize) -> Self {
        Self(u32::try_from(at).unwrap_or(u32::MAX))
    }

    /// The position.
    pub fn at(self) -> usize {
        usize::try_from(self.0).unwrap_or(usize::MAX)
    }
}

impl MirrorGraph {
    /// An archive.
    pub fn node(&self, id: NodeId) -> Option<&Node> {
        self.nodes.get(id.at())
    }

    /// A requirement of an archive.
    pub fn need(&self, from: NodeId, need: u32) -> Option<Needed<'_>> {
        let need = usize::try_from(need).ok()?;
        self.texts.read(*self.node(from)?.needs.get(need)?)
    }

    /// Whether an edge is followed by who installs the archive that requires.
    fn use_of(&self, edge: &Edge) -> Use {
        self.need(edge.from, edge.need).map_or(Use::NotFollowed, |need| need.is_used())
    }
}

#[cfg(test)]
#[path = "graph_test.rs"]
mod tests;
