//! `graphml`: for Gephi, yEd, NetworkX, igraph.

use std::io;

use super::joined;
use crate::graph::MirrorGraph;
use crate::graph::why::standing_word;
use crate::report::EmitError;
use crate::report::junit::xml;

/// What nodes and edges carry: the id of its key, for what, its name and type.
const KEYS: [[&str; 4]; 8] = [
    ["label", "node", "label", "string"],
    ["path", "node", "path", "string"],
    ["dist", "node", "dist", "string"],
    ["version", "node", "version", "string"],
    ["standing", "node", "standing", "string"],
    ["findings", "node", "findings", "string"],
    ["use", "edge", "use", "string"],
    ["needs", "edge", "needs", "string"],
];

pub(super) fn write(
    graph: &MirrorGraph,
    tool_version: &str,
    out: &mut dyn io::Write,
) -> Result<(), EmitError> {
    writeln!(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>")?;
    writeln!(
        out,
        "<!-- perlscan {tool_version}: an edge leads from an archive to one that it requires -->"
    )?;
    writeln!(out, "<graphml xmlns=\"http://graphml.graphdrawing.org/xmlns\">")?;
    for [id, of, name, kind] in KEYS {
        writeln!(
            out,
            "  <key id=\"{id}\" for=\"{of}\" attr.name=\"{name}\" attr.type=\"{kind}\"/>"
        )?;
    }
    writeln!(out, "  <key id=\"core\" for=\"edge\" attr.name=\"core\" attr.type=\"boolean\"/>")?;
    writeln!(out, "  <graph id=\"mirror\" edgedefault=\"directed\">")?;
    for (at, node) in graph.nodes.iter().enumerate() {
        write!(out, "    <node id=\"n{at}\">")?;
        data(out, "label", &node.title())?;
        data(out, "path", &node.path.to_text())?;
        data(out, "dist", node.dist.as_ref().map_or("", |dist| dist.as_str()))?;
        data(out, "version", &node.version)?;
        data(out, "standing", standing_word(node.standing.as_ref()))?;
        if !node.findings.is_empty() {
            data(out, "findings", &node.findings.join(" "))?;
        }
        writeln!(out, "</node>")?;
    }
    for edge in joined(graph) {
        let (from, to) = (edge.from.at(), edge.to.at());
        write!(out, "    <edge source=\"n{from}\" target=\"n{to}\">")?;
        data(out, "use", edge.word())?;
        data(out, "needs", &edge.words())?;
        data(out, "core", if edge.is_core() { "true" } else { "false" })?;
        writeln!(out, "</edge>")?;
    }
    writeln!(out, "  </graph>\n</graphml>")?;
    Ok(())
}

fn data(out: &mut dyn io::Write, key: &str, text: &str) -> io::Result<()> {
    write!(out, "<data key=\"{key}\">{}</data>", xml(text))
}
