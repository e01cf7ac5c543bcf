//! Each format is recognised by its reader and by no other.

use std::fs;
use std::path::Path;

use perlscan_scanner::advisory::sources::{self, SourceKind};

#[expect(clippy::unwrap_used, reason = "a test fails by panicking")]
fn claims(path: &Path) -> Vec<SourceKind> {
    let candidate = sources::Candidate::at(path).unwrap();
    let saying_yes = sources::ALL.iter().filter(|source| source.recognises(&candidate));
    saying_yes.map(|source| source.kind()).collect()
}

const OWN: &str = "advisories:\n- id: A-1\n  affected_versions: '<1'\ndistribution: Own\n";
const CVE: &str = r#"{ "containers": {}, "cveMetadata": {} }"#;
const OSV: &str = r#"{"schema_version": "1.7.5", "id": "x_CPANSA-A-1"}"#;
/// A record may begin with a distribution's list, as the keys are in any order.
const OSV_SORTED: &str = r#"{"affected": [{"package": {"ecosystem": "CPAN", "name": "A"}}]}"#;

#[test]
fn of_every_sample_exactly_one_reader_says_yes() {
    let folder = tempfile::tempdir().unwrap();
    for (name, text, kind) in [
        ("feed.json", r#"{"dists": {"A": {"versions": []}}, "meta": {}}"#, SourceKind::CpansaFeed),
        ("feed2.json", "{\n \"meta\": {\"repo\": \"r\"}}", SourceKind::CpansaFeed),
        (
            "fly.json",
            r#"{"Made-Up": [{"cve_id": "CVE-2026-90001", "cve": {"containers": {}}}]}"#,
            SourceKind::Butterfly,
        ),
        ("old.json", "Use of uninitialized value in x\n{\"Made-Up\":[]}", SourceKind::Butterfly),
        ("cve.json", CVE, SourceKind::Cve5),
        ("cve2.json", r#"{"dataType": "CVE_RECORD", "dists": 1}"#, SourceKind::Cve5),
        ("osv.json", OSV, SourceKind::Osv),
        ("osv2.json", OSV_SORTED, SourceKind::Osv),
        ("all.json", &format!("[\n{OSV}]"), SourceKind::Osv),
    ] {
        let path = folder.path().join(name);
        fs::write(&path, text).unwrap();
        assert_eq!(claims(&path), [kind], "{name}");
    }
    for (name, text) in [
        ("empty", ""),
        ("none.json", "{}"),
        ("list.json", "[1]"),
        ("index.json", r#"[{"dists": ["A"], "file": "a.json", "id": "A-1"}]"#),
        ("manifest.json", r#"{"format": "osv", "files": {}}"#),
        ("text", "what [is] {this}"),
    ] {
        let path = folder.path().join(name);
        fs::write(&path, text).unwrap();
        assert_eq!(claims(&path), [], "{name}");
    }
}

#[test]
fn of_every_folder_exactly_one_reader_says_yes() {
    for (files, kinds) in [
        (&[("own.yml", OWN)][..], &[SourceKind::Private][..]),
        (&[("below/own.yaml", OWN), ("README.md", "text")], &[SourceKind::Private]),
        (&[("cpansa/CPANSA-A.yml", OWN)], &[SourceKind::CpansaYaml]),
        (&[("cpansa/CPANSA-A.yml", OWN), ("own.yml", OWN)], &[SourceKind::CpansaYaml]),
        (&[("cves/2026/90xxx/CVE-2026-90001.json", CVE)], &[SourceKind::Cve5]),
        (
            &[("cves/2026/90xxx/CVE-2026-90001.json", CVE), (".github/a.yml", OWN)],
            &[SourceKind::Cve5],
        ),
        (&[("2026/90xxx/CVE-2026-90001.json", CVE)], &[SourceKind::Cve5]),
        (
            &[("a.json", OSV), ("records/b.json", OSV_SORTED), ("manifest.json", "{}")],
            &[SourceKind::Osv],
        ),
        // Of two formats in one folder the user has to say which is meant.
        (&[("a.json", OSV), ("b.json", CVE)], &[]),
        (&[("a.json", OSV), ("own.yml", OWN)], &[]),
        (&[("ci.yml", "on: push\njobs: {}\n")], &[]),
    ] {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in files {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        assert_eq!(claims(folder.path()), kinds, "{files:?}");
    }
}

/// Neither a folder of very many files nor one of very many folders is walked:
/// what lies behind the first few hundred names is not seen.
#[test]
fn large_folders_are_not_walked() {
    let folder = tempfile::tempdir().unwrap();
    for number in 0..2000 {
        fs::create_dir(folder.path().join(format!("a{number}"))).unwrap();
    }
    let deep = folder.path().join("a1/b/c/d/e");
    fs::create_dir_all(&deep).unwrap();
    fs::write(deep.join("own.yml"), OWN).unwrap();
    assert_eq!(claims(folder.path()), []);
    let checkout = tempfile::tempdir().unwrap();
    for number in 0..2000 {
        fs::write(checkout.path().join(format!("{number}.json")), "{}").unwrap();
    }
    fs::create_dir(checkout.path().join("cves")).unwrap();
    assert_eq!(claims(checkout.path()), [SourceKind::Cve5]);
}
