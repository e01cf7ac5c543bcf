use std::sync::Arc;

use perlscan_model::location::SourcePath;
use perlscan_model::name::{DistName, ModuleName};
use perlscan_model::requirement::{Phase, Relation};

use super::*;
use crate::graph::need::{Asked, Need, NeedTexts};
use crate::graph::{Node, Scope};

/// What a name of a file or a range of a META may try.
const HOSTILE: [&str; 7] =
    ["\"];evil[", "\\", "]]><x>&amp;'\"", "a\nb", "\u{1b}[31m\u{202e}", "##[error]x", "日本 & <b>"];

fn hostile() -> MirrorGraph {
    let mut texts = NeedTexts::default();
    let nodes = HOSTILE.iter().map(|text| Node {
        path: SourcePath::from(format!("{text}.tar.gz").as_str()),
        dist: DistName::parse(&text.replace([' ', '\n', '\\', '\u{1b}'], "-")).ok(),
        version: (*text).into(),
        standing: None,
        findings: vec![(*text).to_owned()],
        needs: Box::new([texts.pack(&Need {
            asked: Arc::new(Asked {
                module: ModuleName::parse("A::B").expect("a name"),
                range: (*text).into(),
                phase: Phase::Runtime,
                relation: Relation::Requires,
                feature: Some((*text).into()),
                conditional: true,
            }),
            manifest: SourcePath::from(*text),
            line: 3,
        })]),
    });
    let nodes = nodes.collect();
    let edge = |from: usize, to: usize| Edge {
        from: NodeId::new(from),
        to: NodeId::new(to),
        need: 0,
        is_core: false,
    };
    let edges = (0..HOSTILE.len()).map(|at| edge(at, (at + 1) % HOSTILE.len())).collect();
    MirrorGraph { nodes, scopes: vec![Scope { edges, ..Scope::default() }], texts }
}

fn written(name: &str, graph: &MirrorGraph) -> String {
    let mut bytes = Vec::new();
    let format = GraphFormat::find(name).expect("a format");
    format.write(graph, "1.2", &mut bytes).expect("memory takes it");
    String::from_utf8(bytes).expect("UTF-8")
}

/// The texts of a line of DOT that stand in quotes, as its grammar has them: only `\"`
/// is an escape. Outside of them no quote is left.
fn quoted(line: &str) -> Vec<String> {
    let mut all = Vec::new();
    let mut chars = line.chars();
    while let Some(c) = chars.next() {
        if c != '"' {
            continue;
        }
        let mut text = String::new();
        loop {
            match chars.next().expect("a closing quote") {
                '"' => break,
                '\\' => {
                    text.push('\\');
                    text.push(chars.next().expect("what is escaped"));
                }
                c => text.push(c),
            }
        }
        all.push(text);
    }
    all
}

#[test]
fn hostile_names_stay_texts() {
    let graph = hostile();
    for format in GRAPH_FORMATS {
        let text = written(format.name, &graph);
        assert_eq!(text, written(format.name, &graph), "{}", format.name);
        let hidden = |c| c != '\n' && crate::report::plain::is_hidden(c);
        assert!(!text.contains(hidden) && !text.contains("##["), "{}: {text}", format.name);
    }
    let dot = written("dot", &graph);
    let lines: Vec<&str> = dot.lines().collect();
    assert_eq!(lines.len(), 5 + 2 * HOSTILE.len());
    for line in lines.iter().filter(|line| line.starts_with("  n") && line.contains("label=")) {
        let names = ["label=", "path=", "dist=", "version=", "standing=", "findings="];
        assert_eq!(quoted(line).len(), names.len(), "{line}");
        let outside = quoted(line)
            .iter()
            .fold((*line).to_owned(), |line, text| line.replacen(&format!("\"{text}\""), "", 1));
        assert!(outside.ends_with(", findings=, color=red, penwidth=2];"), "{outside}");
    }
    assert!(dot.contains(r#"version="\"];evil[""#), "{dot}");
    assert!(dot.contains(r#"version="\\""#), "{dot}");
    let graphml = written("graphml", &graph);
    assert!(graphml.contains("<data key=\"version\">]]&gt;&lt;x&gt;&amp;amp;&apos;&quot;</data>"));
    assert_eq!(graphml.matches("</node>").count(), HOSTILE.len());
    let json: serde_json::Value = serde_json::from_str(&written("json", &graph)).expect("JSON");
    for (at, text) in HOSTILE.iter().enumerate() {
        assert_eq!(json["archives"][at]["version"], *text);
        assert_eq!(json["edges"][at]["needs"][0]["feature"], *text);
        assert_eq!(json["edges"][at]["use"], "optional", "a feature asks for it");
    }
}

#[test]
fn two_archives_have_one_edge_that_tells_all_requirements() {
    let mut graph = hostile();
    let need = |module: &str, phase| Need {
        asked: Arc::new(Asked {
            module: ModuleName::parse(module).expect("a name"),
            range: "1.2".into(),
            phase,
            relation: Relation::Requires,
            feature: None,
            conditional: false,
        }),
        manifest: SourcePath::from("META.json"),
        line: 0,
    };
    graph.nodes.truncate(2);
    let needs = [need("A::B", Phase::Test), need("A::C", Phase::Runtime)];
    graph.nodes[0].needs = needs.iter().map(|need| graph.texts.pack(need)).collect();
    let edge = |need| Edge { from: NodeId::new(0), to: NodeId::new(1), need, is_core: need == 0 };
    let scope = Scope { edges: vec![edge(0), edge(1)], ..Scope::default() };
    graph.scopes = vec![scope.clone(), Scope { edges: vec![edge(1)], ..scope }];
    let joined = joined(&graph);
    assert_eq!(joined.len(), 1);
    assert_eq!(joined[0].word(), "runtime");
    assert_eq!(joined[0].words(), "A::B >= 1.2 (test requires); A::C >= 1.2 (runtime requires)");
    assert!(!joined[0].is_core());
    let json: serde_json::Value = serde_json::from_str(&written("json", &graph)).expect("JSON");
    assert_eq!(json["edges"][0]["needs"][1]["indices"], serde_json::json!([0, 1]));
}

#[test]
fn every_file_is_registered() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src/report/graph");
    let mut files: Vec<String> = std::fs::read_dir(folder)
        .expect("the folder can be listed")
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .map(|name| name.trim_end_matches(".rs").to_owned())
        .filter(|name| !matches!(name.as_str(), "mod" | "graph_test"))
        .collect();
    files.sort();
    let registered: Vec<&str> = GRAPH_FORMATS.iter().map(|format| format.name).collect();
    assert_eq!(files, registered);
    for format in GRAPH_FORMATS {
        for suffix in format.suffixes {
            let found = GraphFormat::for_file_name(&format!("x{suffix}")).map(|f| f.name);
            assert_eq!(found, Some(format.name));
        }
    }
    assert!(GraphFormat::for_file_name("x.svg").is_none());
}
