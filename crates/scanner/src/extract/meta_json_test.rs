use perlscan_model::requirement::{Phase, Relation};

use super::*;

fn read(name: &str, text: &str) -> Facts {
    let path = SourcePath::from(name);
    let mut facts = Facts::default();
    MetaJson.extract(&SourceFile { path: &path, bytes: text.as_bytes() }, &mut facts);
    facts
}

/// Written by hand after CPAN::Meta::Spec 2.
const VERSION_2: &str = r#"{
   "name" : "Foo-Bar",
   "version" : "1.10",
   "meta-spec" : { "version" : 2 },
   "prereqs" : {
      "runtime" : {
         "requires" : { "perl" : "5.008", "Foo" : 1.10, "Foo" : "1.20" },
         "suggests" : { "Baz" : "0" }
      },
      "test" : { "requires" : { "Foo" : ">= 2, < 3" } },
      "x_mine" : { "requires" : { "Nothing" : "0" } }
   },
   "optional_features" : {
      "sql" : { "prereqs" : { "runtime" : { "requires" : { "DBI" : "1" } } } }
   }
}"#;

#[test]
fn prereqs_by_phase_and_relation() {
    let facts = read("META.json", VERSION_2);
    let found: Vec<_> = facts
        .requirements
        .iter()
        .map(|r| (r.phase, r.relation, r.module.as_str(), r.range_text.as_str(), r.feature.clone()))
        .collect();
    let (run, needs) = (Phase::Runtime, Relation::Requires);
    assert_eq!(
        found,
        [
            (run, needs, "perl", "5.008", None),
            (run, needs, "Foo", "1.20", None),
            (run, Relation::Suggests, "Baz", "0", None),
            (Phase::Test, needs, "Foo", ">= 2, < 3", None),
            (run, needs, "DBI", "1", Some("sql".to_owned())),
        ]
    );
    assert_eq!(facts.problems, []);
    let identity = facts.identities.first().map(|i| (i.dist.as_str(), i.version.clone()));
    assert_eq!(identity, Some(("Foo-Bar", Some(spec::release("1.10")))));
}

#[test]
fn each_requirement_stands_where_its_module_is_named() {
    let facts = read("META.json", VERSION_2);
    for requirement in &facts.requirements {
        let span = requirement.location.span.map(|span| span.text(VERSION_2.as_bytes()));
        assert_eq!(span, Some(requirement.module.as_str().as_bytes()));
    }
    // The second of two on one line, and the one of another phase.
    let foo = facts.requirements.iter().filter(|r| r.module.as_str() == "Foo");
    let places: Vec<_> =
        foo.filter_map(|r| r.location.span).map(|span| (span.line, span.column)).collect();
    assert_eq!(places, [(7, 58), (10, 34)]);
}

#[test]
fn a_number_keeps_its_zero() {
    let text = r#"{"meta-spec":{"version":2},"prereqs":{"runtime":{"requires":{"A":1.10}}}}"#;
    let facts = read("META.json", text);
    assert_eq!(facts.requirements.first().map(|r| r.range_text.as_str()), Some("1.10"));
}

#[test]
fn version_1_has_its_phases_at_the_top() {
    let text = r#"{"meta-spec":{"version":"1.4"},"requires":{"A":"1"},"build_requires":{"B":"2"},
        "configure_requires":{"C":"undef"},"prereqs":{"runtime":{"requires":{"Not":0}}}}"#;
    let facts = read("META.json", text);
    let found: Vec<_> = facts.requirements.iter().map(|r| (r.phase, r.module.as_str())).collect();
    assert_eq!(found, [(Phase::Configure, "C"), (Phase::Build, "B"), (Phase::Runtime, "A")]);
    assert_eq!(facts.problems, []);
}

#[test]
fn a_list_that_may_be_incomplete_is_noted_once_it_was_not_configured() {
    let text = r#"{"name":"A","dynamic_config":1,"prereqs":{}}"#;
    let said = |name| read(name, text).problems.into_iter().map(|p| p.kind).collect::<Vec<_>>();
    assert_eq!(said("META.json"), [ProblemKind::Note]);
    assert_eq!(said("MYMETA.json"), []);
    assert_eq!(read("META.json", &text.replace('1', "0")).problems, []);
}

#[test]
fn what_is_no_object_is_lost() {
    for text in ["", "[]", "{", "{\"name\": }", "\"x\"", "null"] {
        let kinds: Vec<_> = read("META.json", text).problems.into_iter().map(|p| p.kind).collect();
        assert_eq!(kinds, [ProblemKind::Lost], "{text}");
    }
}

#[test]
fn other_bytes_and_a_byte_order_mark_shift_nothing() {
    let mut bytes = b"\xef\xbb\xbf{\"author\":\"caf\xe9\",\"prereqs\":{\"runtime\":{\"requires\":{\"A::B\":0}}}}".to_vec();
    bytes.push(b'\n');
    let path = SourcePath::from("META.json");
    let mut facts = Facts::default();
    MetaJson.extract(&SourceFile { path: &path, bytes: &bytes }, &mut facts);
    let span = facts.requirements.first().and_then(|r| r.location.span);
    assert_eq!(span.map(|span| span.text(&bytes).to_vec()), Some(b"A::B".to_vec()));
}

#[test]
fn the_book_keeping_of_an_installed_tree_is_not_a_manifest() {
    assert_eq!(MetaJson.wants(&SourcePath::from("META.json")), Wanted::Yes);
    let kept = "local/lib/perl5/x/.meta/Foo-1/MYMETA.json";
    assert_eq!(MetaJson.wants(&SourcePath::from(kept)), Wanted::No);
    assert_eq!(MetaJson.wants(&SourcePath::from("t/meta.json")), Wanted::No);
}

#[test]
fn deep_nesting_is_left_alone() {
    let deep = format!("{{\"prereqs\":{}{}}}", "{\"a\":".repeat(100), "}".repeat(100));
    let _ = read("META.json", &deep);
    let _ = read("META.json", &"[".repeat(100_000));
}
