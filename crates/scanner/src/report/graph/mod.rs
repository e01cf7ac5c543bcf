//! The graph of a mirror for other programs: one file a format.
//!
//! Between two archives there is one edge, however many requirements and indices draw
//! it. It counts by what it matters most for; `json` has every requirement of it.

mod dot;
mod graphml;
mod json;

use std::io;

pub(super) use self::json::{ArchiveObject, NeedObject};
use super::EmitError;
use crate::graph::need::{Needed, Use};
use crate::graph::{Edge, MirrorGraph, NodeId};

/// A format that graphs can be written in.
#[derive(Debug, Clone, Copy)]
pub struct GraphFormat {
    /// Its name, as `--graph` takes it, and the name of its file here.
    pub name: &'static str,
    /// The endings of file names that mean it.
    pub suffixes: &'static [&'static str],
    write: fn(&MirrorGraph, &str, &mut dyn io::Write) -> Result<(), EmitError>,
}

/// All formats.
pub const GRAPH_FORMATS: &[GraphFormat] = &[
    GraphFormat { name: "dot", suffixes: &[".dot", ".gv"], write: dot::write },
    GraphFormat { name: "graphml", suffixes: &[".graphml"], write: graphml::write },
    GraphFormat { name: "json", suffixes: &[".json"], write: json::write },
];

impl GraphFormat {
    /// The format of this name.
    pub fn find(name: &str) -> Option<&'static Self> {
        GRAPH_FORMATS.iter().find(|format| format.name == name)
    }

    /// The format that the ending of a file's name means.
    pub fn for_file_name(name: &str) -> Option<&'static Self> {
        let name = name.to_ascii_lowercase();
        let ends = |format: &&Self| format.suffixes.iter().any(|suffix| name.ends_with(suffix));
        GRAPH_FORMATS.iter().find(ends)
    }

    /// Writes a graph; `tool_version` is perlscan's.
    ///
    /// # Errors
    /// When the output refuses the bytes.
    pub fn write(
        &self,
        graph: &MirrorGraph,
        tool_version: &str,
        out: &mut dyn io::Write,
    ) -> Result<(), EmitError> {
        (self.write)(graph, tool_version, out)
    }
}

/// All edges between two archives.
struct Joined<'a> {
    from: NodeId,
    to: NodeId,
    /// Each requirement, with the positions of the scopes that draw its edge.
    needs: Vec<(Needed<'a>, Edge, Vec<usize>)>,
}

impl Joined<'_> {
    /// What it matters most for, in a word.
    fn word(&self) -> &'static str {
        let strongest = self.needs.iter().map(|(need, ..)| need.is_used()).min();
        use_word(strongest.unwrap_or(Use::NotFollowed))
    }

    /// The requirements in words, each once.
    fn words(&self) -> String {
        let mut words: Vec<String> = self
            .needs
            .iter()
            .map(|(need, ..)| format!("{} ({} {})", need.words(), need.phase, need.relation))
            .collect();
        words.dedup();
        words.join("; ")
    }

    /// Whether perl has bundled each of the modules.
    fn is_core(&self) -> bool {
        self.needs.iter().all(|(_, edge, _)| edge.is_core)
    }
}

/// The word for what a requirement is used for.
pub(super) fn use_word(is_used: Use) -> &'static str {
    match is_used {
        Use::Runtime => "runtime",
        Use::BuildOrTest => "build-or-test",
        Use::NotFollowed => "optional",
    }
}

/// The edges, in order of the archives.
fn joined(graph: &MirrorGraph) -> Vec<Joined<'_>> {
    let mut all: Vec<(Edge, usize)> = Vec::new();
    for (at, scope) in graph.scopes.iter().enumerate() {
        all.extend(scope.edges.iter().map(|edge| (*edge, at)));
    }
    all.sort_unstable();
    let same = |a: &(Edge, usize), b: &(Edge, usize)| (a.0.from, a.0.to) == (b.0.from, b.0.to);
    let of = |edges: &[(Edge, usize)]| {
        let (first, _) = edges.first()?;
        let needs = edges
            .chunk_by(|a, b| a.0 == b.0)
            .filter_map(|same| {
                let (edge, _) = same.first()?;
                let need = graph.need(edge.from, edge.need)?;
                Some((need, *edge, same.iter().map(|(_, scope)| *scope).collect()))
            })
            .collect();
        Some(Joined { from: first.from, to: first.to, needs })
    };
    all.chunk_by(same).filter_map(of).collect()
}

#[cfg(test)]
#[path = "graph_test.rs"]
mod tests;
