use super::*;

fn extract(text: &[u8]) -> Facts {
    let path = SourcePath::from("local/lib/perl5/x86_64-linux/.meta/A-B-1.10/install.json");
    let mut facts = Facts::default();
    InstallJson.extract(&SourceFile { path: &path, bytes: text }, &mut facts);
    facts
}

fn release(facts: &Facts) -> (String, String) {
    let [only] = facts.packages.as_slice() else { panic!("{facts:?}") };
    let VersionState::Exact(version) = &only.version else { panic!("{only:?}") };
    (only.dist.to_string(), version.text.to_string())
}

#[test]
fn only_below_meta() {
    for (name, wanted) in [
        (".meta/A-1/install.json", Wanted::Yes),
        ("local/lib/perl5/x/.meta/A-1/install.json", Wanted::Yes),
        (".meta/install.json", Wanted::No),
        ("install.json", Wanted::No),
        ("x.meta/A-1/install.json", Wanted::No),
        (".meta/A-1/MYMETA.json", Wanted::No),
    ] {
        assert_eq!(InstallJson.wants(&SourcePath::from(name)), wanted, "{name}");
    }
}

#[test]
fn the_release_is_the_pathname_and_not_the_module() {
    let facts = extract(
        br#"{"name":"A::B::Main","version":7.5,"dist":"A-B-1.10","target":"A::B",
        "pathname":"X/XY/XYZ/A-B-1.10.tar.gz","provides":{"A::B":{"file":"lib/A/B.pm","version":1.10},
        "A::C":{"file":"lib/A/C.pm","version":"v1.2.3"},"A::D":{"file":"lib/A/D.pm"},
        "A::E":{"version":null},"A::F":{"version":"undef"}}}"#,
    );
    assert_eq!(release(&facts), ("A-B".to_owned(), "1.10".to_owned()));
    let package = &facts.packages[0];
    assert_eq!(package.origin, Origin::Installed);
    assert_eq!(package.author.as_deref(), Some("XYZ"));
    let versions: Vec<_> =
        package.provides.iter().map(|p| p.version.as_ref().map(PerlVersion::text)).collect();
    assert_eq!(versions, [Some("1.10"), Some("v1.2.3"), None, None, None]);
    assert!(facts.problems.is_empty(), "{facts:?}");
}

#[test]
fn without_a_pathname_the_dist_counts() {
    let facts = extract(br#"{"name":"A::B","version":"9","dist":"A-B-1.10","pathname":null}"#);
    assert_eq!(release(&facts), ("A-B".to_owned(), "1.10".to_owned()));
}

#[test]
fn a_module_s_version_is_never_the_release_s() {
    let facts = extract(br#"{"name":"A::B","version":"9","dist":"A-B"}"#);
    assert!(matches!(facts.packages[0].version, VersionState::Unknown(_)));
    assert_eq!(facts.problems[0].kind, ProblemKind::Undecided);
}

#[test]
fn what_strange_values_lose_is_said() {
    let facts = extract(
        br#"{"dist":"A-B-1.10","pathname":["x"],"provides":{"A::B":{"version":[1]},"C":3}}"#,
    );
    assert_eq!(release(&facts), ("A-B".to_owned(), "1.10".to_owned()));
    assert_eq!(facts.problems.len(), 3, "{facts:?}");
}

#[test]
fn what_is_no_entry_is_lost() {
    for text in [&b""[..], b"[]", b"{", b"{}", b"\xff", b"{\"name\":\"A\",\"version\":1}"] {
        let facts = extract(text);
        assert!(facts.packages.is_empty(), "{facts:?}");
        assert_eq!(facts.problems[0].kind, ProblemKind::Lost);
    }
    let deep = [b"{\"dist\":\"A-1\",\"provides\":".to_vec(), vec![b'['; 100_000]].concat();
    assert_eq!(extract(&deep).problems[0].kind, ProblemKind::Lost);
}
