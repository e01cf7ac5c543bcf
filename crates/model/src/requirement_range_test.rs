//! Against the answers of CPAN::Meta::Requirements in `test-corpus/range/`; its
//! `generate.pl` says what the fields are.
#![allow(clippy::disallowed_methods, reason = "a test reads its corpus")]

use std::collections::BTreeMap;

use proptest::prelude::*;
use serde::Deserialize;

use super::*;

#[derive(Debug, Deserialize)]
struct Case {
    add: Vec<Option<String>>,
    error: Option<String>,
    kind: Option<String>,
    refused_index: Option<usize>,
    accepts: BTreeMap<String, bool>,
}

/// Where perlscan differs, or nothing.
fn difference(case: &Case) -> Option<String> {
    let mut range = RequirementRange::default();
    for (i, text) in case.add.iter().enumerate() {
        if let Err(error) = range.add(text.as_deref().unwrap_or_default()) {
            let kind = match error {
                RequirementError::Version { .. } | RequirementError::Doubtful(_) => "refused",
                RequirementError::Contradiction(_) => "contradiction",
            };
            let same = case.refused_index == Some(i) && case.kind.as_deref() == Some(kind);
            return (!same).then(|| format!("refused at {i}: {error}"));
        }
    }
    if case.error.is_some() {
        return Some("accepted".to_owned());
    }
    let set = range.to_range();
    for (text, expected) in &case.accepts {
        let version = PerlVersion::parse(text).expect("a version");
        if range.accepts(&version) != *expected {
            return Some(format!("accepts({text}) is {}", !expected));
        }
        if set.contains(&version) != *expected {
            return Some(format!("the range {set} is wrong about {text}"));
        }
    }
    None
}

#[test]
fn every_requirement_is_read_as_cpan_meta_requirements_reads_it() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../test-corpus/range/requirements.jsonl");
    let text = std::fs::read_to_string(path).expect("the reference");
    let cases: Vec<Case> =
        text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    assert!(cases.len() >= 3_000);
    let differences: Vec<String> = cases
        .iter()
        .filter_map(|case| Some(format!("{:?} {:?}: {}", case.add, case.error, difference(case)?)))
        .collect();
    assert!(differences.is_empty(), "{}:\n{}", differences.len(), differences.join("\n"));
}

fn accepted(requirement: &str, versions: &[&str]) -> Vec<bool> {
    let range = RequirementRange::parse(requirement).expect("a requirement");
    versions
        .iter()
        .map(|version| range.accepts(&PerlVersion::parse(version).expect("a version")))
        .collect()
}

#[test]
fn the_forms_of_a_requirement() {
    let versions = ["1.1", "1.2", "1.5", "2", "2.1"];
    for (requirement, expected) in [
        ("0", [true, true, true, true, true]),
        ("", [true, true, true, true, true]),
        ("1.2", [false, true, true, true, true]),
        (">= 1.2, < 2", [false, true, true, false, false]),
        (">1.2,<=2", [false, false, true, true, false]),
        ("== 1.5", [false, false, true, false, false]),
        ("1.2, != 1.5", [false, true, false, true, true]),
        ("!= 2", [true, true, true, false, true]),
    ] {
        assert_eq!(accepted(requirement, &versions), expected, "{requirement}");
    }
}

#[test]
fn what_is_refused() {
    let refused = |text| RequirementRange::parse(text).is_err();
    for text in
        ["=1.0", "~1.0", "latest", "1_02", ">1 <2", ">=2,<1", "==1,==2", "==1,!=1", ">=0,<0"]
    {
        assert!(refused(text), "{text}");
    }
    // The order matters there, and so here.
    assert!(!refused("<0,>=0"));
}

#[test]
fn a_refused_part_leaves_the_parts_before_it() {
    let mut range = RequirementRange::parse("1.2").expect("a requirement");
    assert!(range.add("<2,nonsense").is_err());
    assert_eq!(range.to_range().to_string(), ">=1.2,<2");
}

proptest! {
    #[test]
    fn any_text_is_read_or_refused(text in "\\PC{0,20}|[v0-9.,=!<> _]{0,16}") {
        let _ = RequirementRange::parse(&text);
    }

    #[test]
    fn the_set_holds_what_the_requirement_accepts(
        parts in proptest::collection::vec(("(|==|!=|<|<=|>|>=) ?", 0u32..4, 0u32..3), 1..4),
    ) {
        let text: Vec<String> =
            parts.iter().map(|(sign, a, b)| format!("{sign}{a}.{b}")).collect();
        if let Ok(range) = RequirementRange::parse(&text.join(", ")) {
            let set = range.to_range();
            for version in (0..4).flat_map(|a| (0..3).flat_map(move |b| [0, 1].map(|c| [a, b * 100, c]))) {
                let version = PerlVersion::from_parts(&version);
                prop_assert_eq!(range.accepts(&version), set.contains(&version), "{}", version);
            }
        }
    }
}
