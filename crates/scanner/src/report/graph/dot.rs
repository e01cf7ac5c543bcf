//! `dot`: for Graphviz.
//!
//! Texts stand in quotes, where only the quote and the backslash mean something to the
//! parser. In a label Graphviz also reads `&…;`, so there it is written so.

use std::io;

use super::joined;
use crate::graph::MirrorGraph;
use crate::graph::why::standing_word;
use crate::report::EmitError;
use crate::report::plain::plain;

pub(super) fn write(
    graph: &MirrorGraph,
    tool_version: &str,
    out: &mut dyn io::Write,
) -> Result<(), EmitError> {
    writeln!(
        out,
        "// perlscan {tool_version}: an edge leads from an archive to one that it requires"
    )?;
    writeln!(out, "digraph mirror {{")?;
    writeln!(out, "  rankdir=LR;")?;
    writeln!(out, "  node [shape=box];")?;
    for (at, node) in graph.nodes.iter().enumerate() {
        write!(
            out,
            "  n{at} [label={}, path={}, dist={}, version={}, standing={}",
            label(&node.title()),
            quoted(&node.path.to_text()),
            quoted(node.dist.as_ref().map_or("", |dist| dist.as_str())),
            quoted(&node.version),
            quoted(standing_word(node.standing.as_ref())),
        )?;
        if !node.findings.is_empty() {
            let findings = node.findings.join(" ");
            write!(out, ", findings={}, color=red, penwidth=2", quoted(&findings))?;
        }
        writeln!(out, "];")?;
    }
    for edge in joined(graph) {
        let word = edge.word();
        let style = match word {
            "runtime" => "solid",
            "optional" => "dotted",
            _ => "dashed",
        };
        writeln!(
            out,
            "  n{} -> n{} [use={}, needs={}, core={}, style={style}];",
            edge.from.at(),
            edge.to.at(),
            quoted(word),
            quoted(&edge.words()),
            edge.is_core(),
        )?;
    }
    writeln!(out, "}}")?;
    Ok(())
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", plain(text).replace('\\', "\\\\").replace('"', "\\\""))
}

fn label(text: &str) -> String {
    quoted(&text.replace('&', "&amp;"))
}
