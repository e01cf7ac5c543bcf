//! The answers as one JSON document; `schemas/perlscan-why.schema.json` describes it.
//! Archives are named by their paths, as in the report.

use std::io;

use serde::Serialize;

use super::Answer;
use crate::graph::why::{Direct, Way, Why};
use crate::graph::{Edge, MirrorGraph, NodeId};
use crate::report::EmitError;
use crate::report::dependents::DependentsObject;
use crate::report::graph::{ArchiveObject, NeedObject, use_word};
use crate::report::json::{PathObject, SCHEMA_VERSION, Tool};
use crate::report::plain::Visible;

#[derive(Serialize)]
struct Document<'a> {
    schema_version: &'static str,
    tool: Tool,
    answers: Vec<AnswerObject<'a>>,
}

#[derive(Serialize)]
struct AnswerObject<'a> {
    asked: &'a str,
    archives: Vec<WhyObject<'a>>,
}

#[derive(Serialize)]
struct WhyObject<'a> {
    #[serde(flatten)]
    archive: Option<ArchiveObject<'a>>,
    findings: &'a [String],
    dependents: DependentsObject,
    direct: Vec<DirectObject<'a>>,
    ways: Vec<WayObject<'a>>,
}

#[derive(Serialize)]
struct DirectObject<'a> {
    #[serde(flatten)]
    archive: Option<ArchiveObject<'a>>,
    taken: bool,
    #[serde(rename = "use")]
    is_used: &'static str,
    core: bool,
    need: Option<NeedObject<'a>>,
}

#[derive(Serialize)]
struct WayObject<'a> {
    runtime: bool,
    index: Option<PathObject<'a>>,
    steps: Vec<StepObject<'a>>,
}

#[derive(Serialize)]
struct StepObject<'a> {
    #[serde(flatten)]
    archive: Option<ArchiveObject<'a>>,
    need: Option<NeedObject<'a>>,
}

pub(super) fn write(
    graph: &MirrorGraph,
    answers: &[Answer],
    tool_version: &'static str,
    out: &mut dyn io::Write,
) -> Result<(), EmitError> {
    let document = Document {
        schema_version: SCHEMA_VERSION,
        tool: Tool::of(tool_version),
        answers: answers
            .iter()
            .map(|(asked, archives)| AnswerObject {
                asked,
                archives: archives.iter().map(|why| answer(graph, why)).collect(),
            })
            .collect(),
    };
    serde_json::to_writer_pretty(Visible(&mut *out), &document)?;
    out.write_all(b"\n")?;
    Ok(())
}

fn archive(graph: &MirrorGraph, id: NodeId) -> Option<ArchiveObject<'_>> {
    graph.node(id).map(ArchiveObject::of)
}

fn need(graph: &MirrorGraph, edge: Edge) -> Option<NeedObject<'_>> {
    graph.need(edge.from, edge.need).map(NeedObject::of)
}

fn answer<'a>(graph: &'a MirrorGraph, why: &'a Why) -> WhyObject<'a> {
    let direct = |direct: &'a Direct| DirectObject {
        archive: archive(graph, direct.edge.from),
        taken: !direct.is_other,
        is_used: use_word(direct.is_used),
        core: direct.edge.is_core,
        need: need(graph, direct.edge),
    };
    let way = |way: &'a Way| WayObject {
        runtime: way.is_runtime,
        index: way.index.as_ref().map(PathObject::of),
        steps: way
            .steps
            .iter()
            .map(|edge| StepObject { archive: archive(graph, edge.from), need: need(graph, *edge) })
            .collect(),
    };
    WhyObject {
        archive: archive(graph, why.archive),
        findings: graph.node(why.archive).map(|node| node.findings.as_slice()).unwrap_or_default(),
        dependents: DependentsObject::of(&why.dependents),
        direct: why.direct.iter().map(direct).collect(),
        ways: why.ways.iter().map(way).collect(),
    }
}
