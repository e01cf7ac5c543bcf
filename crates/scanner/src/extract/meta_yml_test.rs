use perlscan_model::requirement::Phase;

use super::*;

fn read(text: &str) -> Facts {
    let path = SourcePath::from("META.yml");
    let mut facts = Facts::default();
    MetaYml.extract(&SourceFile { path: &path, bytes: text.as_bytes() }, &mut facts);
    for requirement in &facts.requirements {
        let span = requirement.location.span.map(|span| span.text(text.as_bytes()));
        assert_eq!(span, Some(requirement.module.as_str().as_bytes()));
    }
    facts
}

fn found(facts: &Facts) -> Vec<(Phase, &str, &str)> {
    let all = facts.requirements.iter();
    all.map(|r| (r.phase, r.module.as_str(), r.range_text.as_str())).collect()
}

#[test]
fn the_layout_that_makemaker_writes() {
    let facts = read(
        "--- #YAML:1.0\nname:               Foo-Bar\nversion:            1.10\nbuild_requires:\n    \
         ExtUtils::MakeMaker:  0\nrequires:\n    'Quoted::Name': '1.10'\n    \"Other\":  2 # why\n\
         resources:\nno_index:\n    directory:\n        - t\n        - inc\nmeta-spec:\n    \
         version:  1.4\n",
    );
    assert_eq!(
        found(&facts),
        [
            (Phase::Build, "ExtUtils::MakeMaker", "0"),
            (Phase::Runtime, "Quoted::Name", "1.10"),
            (Phase::Runtime, "Other", "2"),
        ]
    );
    assert_eq!(facts.problems, []);
}

#[test]
fn what_full_parsers_refuse_is_read_with_a_note() {
    let facts = read("requires:\n  Bar: >= 2\n  Baz: @foo\n");
    assert_eq!(found(&facts), [(Phase::Runtime, "Bar", ">= 2"), (Phase::Runtime, "Baz", "@foo")]);
    let kinds: Vec<_> = facts.problems.iter().map(|p| p.kind).collect();
    assert_eq!(kinds, [ProblemKind::Note, ProblemKind::Undecided, ProblemKind::Note]);
}

#[test]
fn lists_features_and_values_of_several_lines() {
    let facts = read(
        "abstract: |\n  requires:\n    Not: 1\nrequires: {A: 1, 'B::C': 0}\nrecommends:\n- D\n- E\n\
         optional_features:\n- sql:\n    description: x\n    requires:\n      DBI: 1\n- web:\n    \
         requires:\n      LWP: 0\n",
    );
    let modules: Vec<_> =
        facts.requirements.iter().map(|r| (r.module.as_str(), r.feature.as_deref())).collect();
    assert_eq!(
        modules,
        [
            ("A", None),
            ("B::C", None),
            ("D", None),
            ("E", None),
            ("DBI", Some("sql")),
            ("LWP", Some("web")),
        ]
    );
    assert_eq!(facts.problems, []);
}

#[test]
fn json_is_yaml_as_well() {
    let facts = read("---\n{\"requires\":{\"A\":\"1\"},\n\"meta-spec\":{\"version\":1.4}}\n");
    assert_eq!(found(&facts), [(Phase::Runtime, "A", "1")]);
}

#[test]
fn only_the_first_document_counts_and_nothing_is_lost() {
    assert_eq!(found(&read("requires:\n  A: 1\n---\nrequires:\n  B: 1\n")).len(), 1);
    let kinds = |text| read(text).problems.into_iter().map(|p| p.kind).collect::<Vec<_>>();
    assert_eq!(kinds(""), [ProblemKind::Lost]);
    assert_eq!(kinds("requires:\n  A: 1\n nonsense\n"), [ProblemKind::Undecided]);
}
