use std::sync::Arc;

use super::dependents::{ByUse, Dependents, dependents};
use super::need::{Asked, Need, PackedNeed, Use};
use super::why::why;
use super::*;
use perlscan_model::name::ModuleName;
use perlscan_model::requirement::{Phase, Relation};

/// A graph of archives `d0`, `d1`, …, each edge as who requires, who is required, and when.
/// An archive that is not among `taken` stands in no index.
fn graph(count: usize, taken: &[usize], edges: &[(usize, usize, Phase)]) -> MirrorGraph {
    let mut nodes: Vec<Node> = (0..count)
        .map(|at| Node {
            path: SourcePath::from(format!("d{at:05}-1.tar.gz").as_str()),
            dist: Some(DistName::parse(&format!("d{at}")).expect("a name")),
            version: "1".into(),
            standing: None,
            findings: Vec::new(),
            needs: Box::default(),
        })
        .collect();
    let mut scope =
        Scope { taken: taken.iter().copied().map(NodeId::new).collect(), ..Scope::default() };
    let mut texts = NeedTexts::default();
    let mut needs: Vec<Vec<PackedNeed>> = vec![Vec::new(); count];
    for (from, to, phase) in edges {
        let need = u32::try_from(needs[*from].len()).expect("few");
        needs[*from].push(texts.pack(&Need {
            asked: Arc::new(Asked {
                module: ModuleName::parse(&format!("d{to}")).expect("a name"),
                range: "0".into(),
                phase: *phase,
                relation: Relation::Requires,
                feature: None,
                conditional: false,
            }),
            manifest: SourcePath::from("META.json"),
            line: 0,
        }));
        let (from, to) = (NodeId::new(*from), NodeId::new(*to));
        scope.edges.push(Edge { from, to, need, is_core: false });
    }
    scope.edges.sort_unstable();
    for (node, needs) in nodes.iter_mut().zip(needs) {
        node.needs = needs.into();
    }
    MirrorGraph { nodes, scopes: vec![scope], texts }
}

/// Whether one archive comes to another, by going through every edge again and again
/// until nothing new is found.
fn comes(graph: &MirrorGraph, target: usize, weakest: Use) -> Vec<bool> {
    let mut reached = vec![false; graph.nodes.len()];
    reached[target] = true;
    loop {
        let before = reached.clone();
        for edge in &graph.scopes[0].edges {
            let need = graph.need(edge.from, edge.need).expect("a need");
            if need.is_used() <= weakest && reached[edge.to.at()] {
                reached[edge.from.at()] = true;
            }
        }
        if before == reached {
            reached[target] = false;
            return reached;
        }
    }
}

/// Two hundred archives with edges by chance, cycles among them: counts are those of
/// the plainest way to count.
#[test]
fn counts_are_those_of_a_plain_search() {
    let mut seed = 42_u64;
    let mut next = |below: u64| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from((seed >> 33) % below).expect("small")
    };
    // What runs is the most common.
    let phases = |at: usize| *Phase::ALL.get(at).unwrap_or(&Phase::Runtime);
    let edges: Vec<(usize, usize, Phase)> = (0..420)
        .map(|_| (next(200), next(200), phases(next(10))))
        .filter(|(from, to, _)| from != to)
        .collect();
    let taken: Vec<usize> = (0..200).filter(|at| at % 5 != 0).collect();
    let graph = graph(200, &taken, &edges);
    let targets: Vec<NodeId> = (0..200).map(NodeId::new).collect();
    let counted = dependents(&graph, &targets);
    let mut seen = (0, 0, 0);
    for (target, counted) in counted.iter().enumerate() {
        let runtime = comes(&graph, target, Use::Runtime);
        let followed = comes(&graph, target, Use::BuildOrTest);
        let count = |wanted: bool| ByUse {
            runtime: (0..200).filter(|at| runtime[*at] && (at % 5 != 0) == wanted).count(),
            build_or_test: (0..200)
                .filter(|at| followed[*at] && !runtime[*at] && (at % 5 != 0) == wanted)
                .count(),
        };
        assert_eq!((counted.all, counted.others), (count(true), count(false)), "d{target}");
        let direct = |use_of: Use| {
            let to = edges.iter().filter(|(_, to, _)| *to == target);
            let mut from: Vec<usize> = to
                .filter(|(from, _, phase)| {
                    let is_used = match phase {
                        Phase::Runtime => Use::Runtime,
                        Phase::Develop => Use::NotFollowed,
                        _ => Use::BuildOrTest,
                    };
                    from % 5 != 0 && is_used <= use_of
                })
                .map(|(from, ..)| *from)
                .collect();
            from.sort_unstable();
            from.dedup();
            from.len()
        };
        assert_eq!(counted.direct.runtime, direct(Use::Runtime), "d{target}");
        assert_eq!(counted.direct.total(), direct(Use::BuildOrTest), "d{target}");
        seen.0 += counted.all.runtime;
        seen.1 += counted.all.build_or_test;
        seen.2 += counted.others.total();

        // A way leads from each of them, and no step of it can be left out.
        let found = &why(&graph, &format!("d{target}")).expect("it is there")[0];
        let mut from: Vec<usize> = found.ways.iter().map(|way| way.steps[0].from.at()).collect();
        from.sort_unstable();
        let expected: Vec<usize> = (0..200).filter(|at| followed[*at] && at % 5 != 0).collect();
        assert_eq!(from, expected, "d{target}");
        for way in &found.ways {
            assert!(way.steps.windows(2).all(|pair| pair[0].to == pair[1].from));
            assert_eq!(way.steps.last().map(|edge| edge.to.at()), Some(target));
            assert_eq!(way.is_runtime, runtime[way.steps[0].from.at()]);
        }
    }
    assert!(seen.0 > 1_000 && seen.1 > 1_000 && seen.2 > 1_000, "{seen:?}");
}

/// What one index draws is not followed into another: a stack of Pinto is a world of
/// its own.
#[test]
fn indices_do_not_mix() {
    let mut graph = graph(3, &[0, 1, 2], &[(0, 1, Phase::Runtime), (1, 2, Phase::Runtime)]);
    let target = [NodeId::new(2)];
    assert_eq!(dependents(&graph, &target)[0].all.runtime, 2);
    let second = graph.scopes[0].edges.pop();
    graph.scopes.push(Scope { edges: second.into_iter().collect(), ..graph.scopes[0].clone() });
    let counts = dependents(&graph, &target)[0];
    assert_eq!((counts.all.runtime, counts.direct.runtime), (1, 1));
    let ways = &why(&graph, "d2").expect("it is there")[0].ways;
    assert_eq!(ways.len(), 1);
}

/// The shortest way is told, a runtime one before a shorter one that only tests.
#[test]
fn the_shortest_way_of_the_use_that_counts_is_told() {
    use Phase::{Runtime, Test};
    let edges = [
        (0, 4, Test),
        (0, 1, Runtime),
        (1, 2, Runtime),
        (1, 4, Runtime),
        (2, 4, Runtime),
        (3, 0, Test),
        (4, 0, Runtime),
    ];
    let graph = graph(5, &[0, 1, 2, 3, 4], &edges);
    let found = &why(&graph, "d4").expect("it is there")[0];
    let ways: Vec<(bool, bool, Vec<usize>)> = found
        .ways
        .iter()
        .map(|way| {
            (way.is_runtime, way.is_part, way.steps.iter().map(|edge| edge.from.at()).collect())
        })
        .collect();
    let expected = [
        (true, true, vec![1]),
        (true, false, vec![2]),
        (true, true, vec![0, 1]),
        (false, false, vec![3, 0]),
    ];
    assert_eq!(ways, expected);
    let expected = Dependents {
        direct: ByUse { runtime: 2, build_or_test: 1 },
        all: ByUse { runtime: 3, build_or_test: 1 },
        others: ByUse::default(),
    };
    assert_eq!(found.dependents, expected);
}

#[test]
fn a_name_that_is_not_there_leads_to_those_that_are_like_it() {
    let mut graph = graph(3, &[0, 1, 2], &[(0, 1, Phase::Runtime)]);
    for (node, name) in graph.nodes.iter_mut().zip(["libwww-perl", "Net-OAuth", "Net-SSLeay"]) {
        node.dist = Some(DistName::parse(name).expect("a name"));
    }
    let like = |name| why(&graph, name).expect_err("no such name").to_string();
    assert!(like("net::oauth").ends_with("did you mean 'Net-OAuth'?"), "{}", like("net::oauth"));
    assert!(like("Net-SSLaey").contains("'Net-SSLeay'"));
    assert!(like("Something").contains("-f json"));
    // A module that something requires is as good as a distribution.
    assert_eq!(why(&graph, "d1").expect("a module")[0].archive, NodeId::new(1));
}
