//! The shapes that upstream's files have, and what is wrong with others.

use super::*;

fn read(text: &str) -> CpansaFile {
    parse(text.as_bytes(), Path::new("f.yml")).unwrap()
}

fn problems(file: &CpansaFile) -> Vec<String> {
    file.problems.iter().map(ToString::to_string).collect()
}

#[test]
fn a_whole_file_is_read() {
    let file = read(
        "---\nadvisories:\n- affected_versions:\n  - '<1.10'\n  - '>=2,<2.5'\n  cves: [CVE-2026-1000]\n  \
         description: Made up.\n  fixed_versions: 1.10\n  github_security_advisory: ~\n  \
         id: CPANSA-Foo-2026-1000\n  references: [https://example.org/a]\n  reported: 2026-04-08\n  \
         severity: moderate\n- affected_versions: ~\n  cves: ~\n  id: CPANSA-Foo-2026-01\n  \
         embedded_vulnerability:\n    name: zlib\n    distributed_version: 1.20\n  severity: ''\n\
         cpansa_version: 2\ndarkpan: true\ndistribution: Foo\nlast_checked: 1\nlatest_version: 1.10\n\
         main_module: Foo\n",
    );
    assert_eq!(problems(&file), Vec::<String>::new());
    assert_eq!(
        file.dist,
        DistFact { dist: "Foo".into(), main_module: Some("Foo".into()), darkpan: true }
    );
    let [first, second] = file.advisories.as_slice() else { panic!("{:?}", file.advisories) };
    assert_eq!(first.place.line, Some(3));
    assert_eq!(first.fact.record.affected, ["<1.10", ">=2,<2.5"]);
    assert_eq!(first.fact.record.fixed, ["1.10"]);
    assert_eq!(first.fact.record.cves, ["CVE-2026-1000"]);
    assert_eq!(first.fact.record.severity, Severity::Medium);
    assert_eq!(first.fact.record.reported.as_deref(), Some("2026-04-08"));
    assert_eq!(first.fact.detail.description.as_deref(), Some("Made up."));
    assert_eq!(second.place.line, Some(14));
    assert_eq!(second.fact.record.severity, Severity::Unscored);
    let library = second.fact.record.embedded.as_ref().unwrap();
    assert_eq!((library.name.as_str(), library.version.as_deref()), ("zlib", Some("1.20")));
}

#[test]
fn what_is_wrong_with_one_advisory_leaves_the_others() {
    let file = read(
        "distribution: Foo\nadvisories:\n- id: CPANSA-Foo-2026-01\n  afected_versions: ['<1']\n\
         - affected_versions: ['<1']\n- id: ../../x\n  affected_versions: ['<1']\n- just text\n\
         - id: CPANSA-Foo-2026-02\n  affected_versions: ['<1']\n  reported: 2026-13-45\n  \
         severity: dire\n  cves: [CVE-2026-1, 'a/b']\n  x-mine: 1\n",
    );
    let ids: Vec<&str> =
        file.advisories.iter().map(|advisory| advisory.fact.record.id.as_str()).collect();
    assert_eq!(ids, ["CPANSA-Foo-2026-02"]);
    assert_eq!(file.advisories[0].fact.record.cves, ["CVE-2026-1"]);
    let expected = [
        ("f.yml:4: ", "did you mean 'affected_versions'?"),
        ("f.yml:3: ", "'affected_versions' is missing"),
        ("f.yml:5: ", "without 'id'"),
        ("f.yml:6: ", "'../../x' is no id"),
        ("f.yml:8: ", "no map"),
        ("f.yml:13: ", "'a/b' is no id"),
        ("f.yml:12: ", "unknown severity 'dire'"),
        ("f.yml:11: ", "'2026-13-45' is no day"),
    ];
    let problems = problems(&file);
    assert_eq!(problems.len(), expected.len(), "{problems:#?}");
    for (problem, (place, text)) in problems.iter().zip(expected) {
        assert!(problem.starts_with(place) && problem.contains(text), "{problem}");
    }
}

#[test]
fn affected_versions_of_the_wrong_kind_leave_the_advisory_out() {
    let file = read(
        "distribution: Foo\nadvisories:\n- id: A-1\n  affected_versions: {a: b}\n- id: A-2\n  \
         affected_versions:\n  - [nested]\n- id: A-3\n  affected_versions: '<1'\n  id: A-4\n",
    );
    let ids: Vec<&str> =
        file.advisories.iter().map(|advisory| advisory.fact.record.id.as_str()).collect();
    assert_eq!(ids, ["A-4"]);
    assert!(problems(&file).iter().any(|problem| problem.contains("in line 8 already")));
}

#[test]
fn a_file_without_a_distribution_is_refused() {
    for (text, line) in [
        ("advisories: []\n", Some(1)),
        ("- a\n", Some(1)),
        ("", Some(1)),
        ("distribution: ../x\nadvisories: []\n", Some(1)),
        ("\n\ndistribution: Foo::Bar\n", Some(3)),
        ("a: [\n", None),
        ("distribution: Foo\n---\ndistribution: Bar\n", None),
    ] {
        let problem = parse(text.as_bytes(), Path::new("f.yml")).unwrap_err();
        if line.is_some() {
            assert_eq!(problem.place.line, line, "{text:?}: {problem}");
        }
    }
}
