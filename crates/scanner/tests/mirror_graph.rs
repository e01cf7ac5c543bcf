//! The graph of mirrors that are made here of archives in memory: what is expected is
//! counted by hand.

#![allow(clippy::expect_used, clippy::unwrap_used, reason = "a test fails by panicking")]
#![allow(missing_docs, reason = "a test")]

use std::io::Write as _;

use flate2::Compression;
use flate2::write::GzEncoder;
use perlscan_scanner::advisory::database::{Database, DatabaseChoice};
use perlscan_scanner::darkpan::examine;
use perlscan_scanner::darkpan::trust::Trust;
use perlscan_scanner::graph::MirrorGraph;
use perlscan_scanner::graph::dependents::{ByUse, Dependents};
use perlscan_scanner::graph::why::why;
use perlscan_scanner::model::location::SourcePath;
use perlscan_scanner::report::{EmitOptions, Format, Report};
use perlscan_scanner::scan::ScanSettings;
use perlscan_scanner::source::MemSource;

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut packer = GzEncoder::new(Vec::new(), Compression::fast());
    packer.write_all(bytes).unwrap();
    packer.finish().unwrap()
}

/// Files of a mirror: archives of a META.json with these requirements, a module, and
/// indices.
#[derive(Debug, Default)]
struct Mirror {
    files: Vec<(SourcePath, Vec<u8>)>,
}

impl Mirror {
    /// An archive in `folder`; requirements are `phase relation Module range`.
    fn archive(&mut self, folder: &str, name: &str, module: &str, needs: &[&str]) -> &mut Self {
        let mut prereqs = serde_json::Map::new();
        for need in needs {
            let [phase, relation, module, range] =
                <[&str; 4]>::try_from(need.splitn(4, ' ').collect::<Vec<_>>()).expect("four words");
            prereqs.entry(phase).or_insert_with(|| serde_json::json!({}))[relation][module] =
                range.into();
        }
        let meta = serde_json::json!({ "name": "x", "version": "1", "prereqs": prereqs });
        let mut builder = tar::Builder::new(Vec::new());
        let code = format!("package {module} 1.0;\n1;\n");
        let path = format!("lib/{}.pm", module.replace("::", "/"));
        for (file, text) in
            [("META.json", serde_json::to_string_pretty(&meta).unwrap()), (path.as_str(), code)]
        {
            let mut header = tar::Header::new_gnu();
            header.set_size(text.len() as u64);
            header.set_mode(0o644);
            builder.append_data(&mut header, format!("{name}/{file}"), text.as_bytes()).unwrap();
        }
        let path = format!("{folder}/{name}.tar.gz");
        self.files.push((path.as_str().into(), gzip(&builder.into_inner().unwrap())));
        self
    }

    /// An archive of the mirror `pan`.
    fn add(&mut self, name: &str, module: &str, needs: &[&str]) -> &mut Self {
        self.archive("pan/authors/id/L/LO/LOCAL", name, module, needs)
    }

    /// An index; entries are `Module Name-1.0`.
    fn index(&mut self, path: &str, entries: &[&str]) -> &mut Self {
        let mut text = format!("File: x\nLine-Count: {}\n\n", entries.len());
        for entry in entries {
            let (module, name) = entry.split_once(' ').expect("two words");
            text.push_str(&format!("{module} 1.0 L/LO/LOCAL/{name}.tar.gz\n"));
        }
        self.files.push((path.into(), text.into_bytes()));
        self
    }

    fn examine(&self) -> (Report, MirrorGraph) {
        let database = Database::open(&DatabaseChoice::default()).unwrap();
        let source = MemSource::new(self.files.clone());
        examine(&source, &ScanSettings::default(), &Trust::default(), &database, &()).unwrap()
    }
}

const INDEX: &str = "pan/modules/02packages.details.txt";

/// What a report says of the dependents of a distribution's archive.
fn told(report: &Report, dist: &str) -> Dependents {
    let mut archives = report.projects.iter().filter_map(|project| project.archive.as_ref());
    let of = archives.find(|a| a.dist.as_ref().is_some_and(|name| name.as_str() == dist));
    of.and_then(|archive| archive.dependents.as_deref().copied()).expect("its dependents are told")
}

fn by(runtime: usize, build_or_test: usize) -> ByUse {
    ByUse { runtime, build_or_test }
}

/// Edges as `From-1 Module To-1`.
fn edges(graph: &MirrorGraph) -> Vec<String> {
    let all = graph.scopes.iter().flat_map(|scope| &scope.edges);
    let words = all.map(|edge| {
        let title = |id| graph.node(id).unwrap().title();
        let need = graph.need(edge.from, edge.need).unwrap();
        let core = if edge.is_core { " core" } else { "" };
        format!("{} {} {}{core}", title(edge.from), need.module, title(edge.to))
    });
    words.collect()
}

fn emitted(report: &Report, format: &str) -> String {
    let mut out = Vec::new();
    let format = Format::find(format).unwrap();
    format.emitter(&EmitOptions::default()).emit(report, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

/// Net-OAuth 0.28 has CVE-2025-22376.
fn shop() -> Mirror {
    let mut mirror = Mirror::default();
    mirror
        .add("Net-OAuth-0.28", "Net::OAuth", &["runtime requires perl 5.8"])
        .add("Client-1.0", "Client", &["runtime requires Net::OAuth 0.2"])
        .add("Shop-1.0", "Shop", &["runtime requires Client >=1,<2", "runtime requires strict 0"])
        .add("Tool-1.0", "Tool", &["test requires Client 0", "runtime requires Gone::Away 1"])
        .add("Suite-1.0", "Suite", &["runtime requires Tool 0"])
        .add("Hint-1.0", "Hint", &["runtime recommends Net::OAuth 0"])
        .add("Mine-1.0", "Mine", &["develop requires Net::OAuth 0"])
        .add("Shop-0.9", "Shop", &["runtime requires Net::OAuth 0"])
        .index(
            INDEX,
            &[
                "Net::OAuth Net-OAuth-0.28",
                "Client Client-1.0",
                "Shop Shop-1.0",
                "Tool Tool-1.0",
                "Suite Suite-1.0",
                "Hint Hint-1.0",
                "Mine Mine-1.0",
            ],
        );
    mirror
}

#[test]
fn who_depends_on_what_is_vulnerable_is_told_by_use() {
    let (report, graph) = shop().examine();
    let counts = told(&report, "Net-OAuth");
    // Client, Shop run with it; Tool is tested, so Suite is built, with it.
    let expected = Dependents { direct: by(1, 0), all: by(2, 2), others: by(1, 0) };
    assert_eq!(counts, expected);
    let table = emitted(&report, "table");
    let said = "2 archives need it at runtime (1 directly), 2 more to build or test, 1 more that no index names";
    let flat = table.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(flat.contains(&format!("Dependents Net-OAuth 0.28: {said}")), "{table}");
    assert!(flat.contains(&format!("(indexed; {said})")), "{table}");
    let markdown = emitted(&report, "markdown");
    assert!(markdown.contains("| 2 (1) | 2 (0) | 1 |"), "{markdown}");
    let json: serde_json::Value = serde_json::from_str(&emitted(&report, "json")).unwrap();
    let ranked = &json["dependents"][0];
    assert_eq!(ranked["path"], "pan/authors/id/L/LO/LOCAL/Net-OAuth-0.28.tar.gz");
    assert_eq!(ranked["all"], serde_json::json!({ "runtime": 2, "build_or_test": 2 }));
    // perl and what only perl has are nobody's edges; what nothing has is told.
    let missing: Vec<String> = graph.scopes[0]
        .missing
        .iter()
        .map(|one| graph.need(one.from, one.need).unwrap().words())
        .collect();
    assert_eq!(missing, ["Gone::Away >= 1"]);
}

#[test]
fn ways_and_requirements_are_told_with_their_place() {
    let (_, graph) = shop().examine();
    let all = why(&graph, "Net::OAuth").unwrap();
    let [found] = all.as_slice() else { panic!("{}", all.len()) };
    let direct: Vec<String> = found
        .direct
        .iter()
        .map(|direct| {
            let (edge, need) =
                (direct.edge, graph.need(direct.edge.from, direct.edge.need).unwrap());
            let title = graph.node(edge.from).unwrap().title();
            format!("{title}: {} {} {}", need.words(), need.phase, need.relation)
        })
        .collect();
    let expected = [
        "Client 1.0: Net::OAuth >= 0.2 runtime requires",
        "Hint 1.0: Net::OAuth runtime recommends",
        "Mine 1.0: Net::OAuth develop requires",
        "Shop 0.9: Net::OAuth runtime requires",
    ];
    assert_eq!(direct, expected);
    let need = graph.need(found.direct[0].edge.from, found.direct[0].edge.need).unwrap();
    assert_eq!(*need.manifest, SourcePath::from("Client-1.0/META.json"));
    // The line where the module stands in what `archive` writes.
    let text = "{\n  \"name\": \"x\",\n  \"prereqs\": {\n    \"runtime\": {\n      \"requires\": {\n        \"Net::OAuth\"";
    assert_eq!(usize::try_from(need.line).unwrap(), text.lines().count());
    let ways: Vec<(bool, usize)> =
        found.ways.iter().map(|way| (way.is_runtime, way.steps.len())).collect();
    assert_eq!(ways, [(true, 1), (true, 2), (false, 2), (false, 3)]);
}

/// Perl brings Test::More, and so may the mirror: the index decides, and the edge says so.
#[test]
fn what_perl_brings_counts_as_the_index_says() {
    let mut mirror = Mirror::default();
    mirror
        .add("Test-Simple-1.3", "Test::More", &["runtime requires Test::More 0"])
        .add("A-1.0", "A", &["test requires Test::More 0.9", "runtime requires strict 0"])
        .add("perl-5.36.0", "strict", &["runtime requires A 0"])
        .index(INDEX, &["Test::More Test-Simple-1.3", "A A-1.0", "strict perl-5.36.0"]);
    let (_, graph) = mirror.examine();
    assert_eq!(edges(&graph), ["A 1.0 Test::More Test-Simple 1.3 core"]);
    assert_eq!(graph.scopes[0].missing, []);
}

/// Each stack of Pinto has its own answer: what one has, the other does not need.
#[test]
fn each_stack_is_a_world_of_its_own() {
    let mut mirror = Mirror::default();
    mirror
        .add("Net-OAuth-0.28", "Net::OAuth", &[])
        .add("Net-OAuth-0.30", "Net::OAuth", &[])
        .add("Client-1.0", "Client", &["runtime requires Net::OAuth 0"])
        .add("Shop-1.0", "Shop", &["runtime requires Client 0"])
        .index(
            "pan/stacks/old/modules/02packages.details.txt",
            &["Net::OAuth Net-OAuth-0.28", "Client Client-1.0"],
        )
        .index(
            "pan/stacks/new/modules/02packages.details.txt",
            &["Net::OAuth Net-OAuth-0.30", "Client Client-1.0", "Shop Shop-1.0"],
        );
    let (report, graph) = mirror.examine();
    assert_eq!(graph.scopes.len(), 2);
    let expected = Dependents { direct: by(1, 0), all: by(1, 0), others: by(0, 0) };
    assert_eq!(told(&report, "Net-OAuth"), expected, "Shop is not in the stack that has 0.28");
}

/// Without an index: the newest release that is no developer's, of the distribution that
/// the module is named like.
#[test]
fn without_an_index_the_newest_release_answers() {
    let mut mirror = Mirror::default();
    for name in ["Client-1.9", "Client-1.10", "Client-1.100", "Client-2.00_01"] {
        mirror.archive("vendor", name, "Client", &["runtime requires Net::OAuth 0"]);
    }
    mirror
        .archive("vendor", "Zoo-9.0", "Client", &[])
        .archive("vendor", "Net-OAuth-0.28", "Net::OAuth", &[])
        .archive("vendor", "Shop-1.0", "Shop", &["runtime requires Client 0"]);
    let (report, graph) = mirror.examine();
    let to_client: Vec<String> =
        edges(&graph).into_iter().filter(|edge| edge.starts_with("Shop")).collect();
    // version.pm: 1.9 is 1.900, and 1.10 is 1.100.
    assert_eq!(to_client, ["Shop 1.0 Client Client 1.9"]);
    let expected = Dependents { direct: by(1, 0), all: by(2, 0), others: by(3, 0) };
    assert_eq!(told(&report, "Net-OAuth"), expected);
}

#[test]
fn circles_end_and_nothing_depends_on_itself() {
    let mut mirror = Mirror::default();
    mirror
        .add(
            "Net-OAuth-0.28",
            "Net::OAuth",
            &["runtime requires B 0", "runtime requires Net::OAuth 0"],
        )
        .add("A-1.0", "A", &["runtime requires Net::OAuth 0"])
        .add("B-1.0", "B", &["runtime requires A 0"])
        .index(INDEX, &["Net::OAuth Net-OAuth-0.28", "A A-1.0", "B B-1.0"]);
    let (report, graph) = mirror.examine();
    let expected = Dependents { direct: by(1, 0), all: by(2, 0), others: by(0, 0) };
    assert_eq!(told(&report, "Net-OAuth"), expected);
    assert_eq!(why(&graph, "Net-OAuth").unwrap()[0].ways.len(), 2);
}
