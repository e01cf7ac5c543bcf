//! `json`: the whole graph, an archive or an edge a line;
//! `schemas/perlscan-mirror-graph.schema.json` describes it.

use std::io::{self, Write as _};

use perlscan_model::standing::Standing;
use serde::Serialize;

use super::{Joined, joined};
use crate::graph::need::Needed;
use crate::graph::{Edge, MirrorGraph, Node, Scope};
use crate::report::EmitError;
use crate::report::json::{PathObject, SCHEMA_VERSION};
use crate::report::plain::Visible;

#[derive(Serialize)]
struct IndexObject<'a> {
    /// Null for archives without an index.
    index: Option<PathObject<'a>>,
    taken: usize,
}

/// What an archive is.
#[derive(Serialize)]
pub(in crate::report) struct ArchiveObject<'a> {
    #[serde(flatten)]
    path: PathObject<'a>,
    dist: Option<&'a str>,
    version: &'a str,
    standing: Option<&'static str>,
}

impl<'a> ArchiveObject<'a> {
    pub(in crate::report) fn of(node: &'a Node) -> Self {
        Self {
            path: PathObject::of(&node.path),
            dist: node.dist.as_ref().map(|dist| dist.as_str()),
            version: &node.version,
            standing: node.standing.as_ref().map(Standing::word),
        }
    }
}

#[derive(Serialize)]
struct NodeObject<'a> {
    #[serde(flatten)]
    archive: ArchiveObject<'a>,
    /// The positions of the indices by which installers take it.
    taken_by: Vec<usize>,
    findings: &'a [String],
    missing: Vec<NeedObject<'a>>,
}

#[derive(Serialize)]
struct EdgeObject<'a> {
    from: usize,
    to: usize,
    #[serde(rename = "use")]
    is_used: &'static str,
    needs: Vec<DrawnObject<'a>>,
}

#[derive(Serialize)]
struct DrawnObject<'a> {
    #[serde(flatten)]
    need: NeedObject<'a>,
    core: bool,
    /// The positions of the indices that draw it.
    indices: Vec<usize>,
}

/// A requirement, and where it stands in its archive.
#[derive(Serialize)]
pub(in crate::report) struct NeedObject<'a> {
    module: &'a str,
    range: &'a str,
    phase: &'static str,
    relation: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    feature: Option<&'a str>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    conditional: bool,
    manifest: PathObject<'a>,
    line: Option<u32>,
}

impl<'a> NeedObject<'a> {
    pub(in crate::report) fn of(need: Needed<'a>) -> Self {
        Self {
            module: need.asked.module.as_str(),
            range: &need.asked.range,
            phase: need.phase.word(),
            relation: need.relation.word(),
            feature: need.asked.feature.as_deref(),
            conditional: need.conditional,
            manifest: PathObject::of(need.manifest),
            line: (need.line > 0).then_some(need.line),
        }
    }
}

pub(super) fn write(
    graph: &MirrorGraph,
    tool_version: &str,
    out: &mut dyn io::Write,
) -> Result<(), EmitError> {
    let mut out = Visible(out);
    let version = serde_json::to_string(tool_version)?;
    write!(
        out,
        "{{\n\"schema_version\": \"{SCHEMA_VERSION}\",\n\"tool\": {{\"name\": \"perlscan\", \
         \"version\": {version}}},\n\"indices\": ["
    )?;
    lines(&mut out, graph.scopes.iter().map(index))?;
    write!(out, "],\n\"archives\": [")?;
    lines(&mut out, graph.nodes.iter().enumerate().map(|(at, one)| node(graph, at, one)))?;
    write!(out, "],\n\"edges\": [")?;
    let edges = joined(graph);
    lines(&mut out, edges.iter().map(edge))?;
    write!(out, "]\n}}\n")?;
    Ok(())
}

fn lines<T: Serialize>(
    out: &mut impl io::Write,
    all: impl Iterator<Item = T>,
) -> Result<(), EmitError> {
    let mut is_first = true;
    for one in all {
        out.write_all(if is_first { b"\n" } else { b",\n" })?;
        is_first = false;
        serde_json::to_writer(&mut *out, &one)?;
    }
    if !is_first {
        out.write_all(b"\n")?;
    }
    Ok(())
}

fn index(scope: &Scope) -> IndexObject<'_> {
    IndexObject { index: scope.index.as_ref().map(PathObject::of), taken: scope.taken.len() }
}

fn node<'a>(graph: &'a MirrorGraph, at: usize, node: &'a Node) -> NodeObject<'a> {
    let is_this = |id: &crate::graph::NodeId| id.at().cmp(&at);
    let missing = graph.scopes.iter().flat_map(|scope| {
        let from = scope.missing.partition_point(|one| one.from.at() < at);
        scope.missing.iter().skip(from).take_while(move |one| one.from.at() == at)
    });
    let mut missing: Vec<_> = missing.collect();
    missing.sort();
    missing.dedup();
    NodeObject {
        archive: ArchiveObject::of(node),
        taken_by: (graph.scopes.iter().enumerate())
            .filter(|(_, scope)| scope.taken.binary_search_by(is_this).is_ok())
            .map(|(place, _)| place)
            .collect(),
        findings: &node.findings,
        missing: missing
            .into_iter()
            .filter_map(|one| graph.need(one.from, one.need))
            .map(NeedObject::of)
            .collect(),
    }
}

fn edge<'a>(joined: &'a Joined<'_>) -> EdgeObject<'a> {
    let need = |(need, edge, scopes): &'a (Needed<'a>, Edge, Vec<usize>)| DrawnObject {
        need: NeedObject::of(*need),
        core: edge.is_core,
        indices: scopes.clone(),
    };
    EdgeObject {
        from: joined.from.at(),
        to: joined.to.at(),
        is_used: joined.word(),
        needs: joined.needs.iter().map(need).collect(),
    }
}
