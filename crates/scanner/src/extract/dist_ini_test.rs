//! Cases decided by hand after the manuals of Dist::Zilla::Plugin::Prereqs and
//! Config::INI::Reader.

use super::*;

fn read(text: &str) -> Facts {
    let path = SourcePath::from("dist.ini");
    let mut facts = Facts::default();
    DistIni.extract(&SourceFile { path: &path, bytes: text.as_bytes() }, &mut facts);
    for requirement in &facts.requirements {
        let span = requirement.location.span.map(|span| span.text(text.as_bytes()));
        assert_eq!(span, Some(requirement.module.as_str().as_bytes()));
    }
    facts
}

fn found(text: &str) -> Vec<String> {
    let all = read(text).requirements;
    all.iter()
        .map(|r| format!("{} {} {} {}", r.phase, r.relation, r.module, r.range_text))
        .collect()
}

#[test]
fn sections_of_prereqs() {
    let text = "name = Foo-Bar\nversion = 1.10\n\n[Prereqs]\nA = 1.10 ; why\n; B = 2\nC::D = >= 2, < 3\n\
                [Prereqs / TestRequires]\nE = 0\n[ Prereqs / RuntimeRecommends ]\nF=1\n\
                [Prereqs / Suggests]\nG = 0\n[Prereqs / Whatever]\n-phase = develop\n-relationship = conflicts\n\
                H = < 5\n";
    assert_eq!(
        found(text),
        [
            "runtime requires A 1.10",
            "runtime requires C::D >= 2, < 3",
            "test requires E 0",
            "runtime recommends F 1",
            "runtime suggests G 0",
            "develop conflicts H < 5",
        ]
    );
    let facts = read(text);
    assert_eq!(facts.problems, []);
    let identities: Vec<_> =
        facts.identities.iter().map(|i| (i.dist.as_str(), i.version.clone())).collect();
    assert_eq!(identities, [("Foo-Bar", Some(spec::release("1.10")))]);
}

#[test]
fn what_plugins_add_is_undecided() {
    let lines = |text| {
        let problems = read(text).problems.into_iter();
        problems.map(|p| (p.kind, p.location.line().unwrap_or(0))).collect::<Vec<_>>()
    };
    let text = "[AutoPrereqs]\n[@Basic]\n[@DROLSKY]\n[MinimumPerl]\n[@Filter]\n-bundle = @Basic\n\
                [@Filter / x]\n-bundle = @ETHER\n[GatherDir]\n[Prereqs / Nonsense]\nA = 1\n";
    let undecided = [1, 3, 4, 7, 10].map(|line| (ProblemKind::Undecided, line));
    assert_eq!(lines(text), undecided);
    assert_eq!(lines("what is this\n"), [(ProblemKind::Lost, 1)]);
    assert_eq!(lines(";;class='Dist::Inkt'\n"), [(ProblemKind::Undecided, 1)]);
}

#[test]
fn features_other_systems_and_what_is_removed() {
    let text = "[OptionalFeature / sql]\n-description = x\nDBI = 1\n[OSPrereqs / MSWin32]\nWin32 = 0\n\
                [Prereqs]\nA = 1\nB = 1\n[RemovePrereqs]\nremove = B\n";
    assert_eq!(
        found(text),
        ["runtime requires DBI 1", "runtime requires Win32 0", "runtime requires A 1"]
    );
    let marks: Vec<_> =
        read(text).requirements.iter().map(|r| (r.feature.clone(), r.conditional)).collect();
    assert_eq!(marks, [(Some("sql".to_owned()), false), (None, true), (None, false)]);
}

#[test]
fn the_version_of_the_main_module() {
    let facts = read("name = Foo-Bar\n[VersionFromModule]\n");
    let targets: Vec<_> = facts.pointers.iter().map(|p| p.target.to_string()).collect();
    assert_eq!(targets, ["lib/Foo/Bar.pm"]);
}
