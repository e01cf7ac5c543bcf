//! A user's own folder, with files that nobody should have put there.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use perlscan_scanner::advisory::sources::{self, SourceKind};

fn good(dist: &str) -> String {
    format!(
        "distribution: {dist}\nadvisories:\n- id: CPANSA-{dist}-2026-01\n  affected_versions: '<2'\n"
    )
}

#[test]
fn hostile_files_are_problems_and_the_rest_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, bytes: &[u8]| fs::write(folder.path().join(name), bytes).unwrap();
    write("a.yml", good("Own-A").as_bytes());
    write("z.yaml", good("Own-Z").as_bytes());
    let mut bomb = "a: &a [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    for (name, before) in ('b'..='k').zip('a'..='j') {
        let names = vec![format!("*{before}"); 10].join(", ");
        bomb.push_str(&format!("{name}: &{name} [{names}]\n"));
    }
    write("bomb.yml", bomb.as_bytes());
    write("deep.yml", "[".repeat(1_000_000).as_bytes());
    write("latin.yml", b"distribution: Own-B\ncomment: \xe9\n");
    write("nul.yml", b"distribution: \"Own\\0B\"\n");
    write("path.yml", good("../../etc").as_bytes());
    let sparse = fs::File::create(folder.path().join("sparse.yml")).unwrap();
    sparse.set_len(1 << 30).unwrap();
    #[cfg(unix)]
    std::os::unix::fs::symlink(folder.path(), folder.path().join("loop")).unwrap();

    let started = Instant::now();
    let data = sources::read(folder.path()).unwrap();
    // Unfolded, the bomb would not end in years.
    assert!(started.elapsed() < Duration::from_secs(600), "{:?}", started.elapsed());
    assert_eq!(data.source.kind, SourceKind::Private.word());
    let dists: Vec<&str> = data.distributions.iter().map(|fact| fact.dist.as_str()).collect();
    assert_eq!(dists, ["Own-A", "Own-Z"]);
    assert!(data.distributions.iter().all(|fact| fact.darkpan));
    assert_eq!((data.advisories.len(), data.source.advisories), (2, 2));
    let mut of: Vec<&str> = data
        .problems
        .iter()
        .filter_map(|problem| problem.place.path.file_name().and_then(|name| name.to_str()))
        .collect();
    of.sort_unstable();
    let mut expected =
        vec!["bomb.yml", "deep.yml", "latin.yml", "nul.yml", "path.yml", "sparse.yml"];
    if cfg!(unix) {
        expected.insert(3, "loop");
        expected.sort_unstable();
    }
    assert_eq!(of, expected, "{:#?}", data.problems);
}

#[test]
fn a_folder_is_told_from_a_checkout() {
    let folder = tempfile::tempdir().unwrap();
    let recognised = |path: &Path| -> Vec<SourceKind> {
        let candidate = sources::Candidate::at(path).unwrap();
        sources::ALL
            .iter()
            .filter(|source| source.recognises(&candidate))
            .map(|source| source.kind())
            .collect()
    };
    assert_eq!(recognised(folder.path()), []);
    fs::write(folder.path().join("own.yml"), good("Own")).unwrap();
    assert_eq!(recognised(folder.path()), [SourceKind::Private]);
    fs::create_dir(folder.path().join("cpansa")).unwrap();
    assert!(!recognised(folder.path()).contains(&SourceKind::Private));
}

#[test]
fn absurd_versions_are_bounded() {
    let folder = tempfile::tempdir().unwrap();
    let text = format!(
        "distribution: Own\nadvisories:\n- id: A-1\n  affected_versions: ['<{}', '<1e999999', 1e999999]\n",
        "9".repeat(400)
    );
    fs::write(folder.path().join("own.yml"), text).unwrap();
    let data = sources::read(folder.path()).unwrap();
    assert_eq!(data.advisories[0].fact.record.affected[2], "1e999999");
    let merged = perlscan_scanner::advisory::merge::merge(
        vec![data],
        &perlscan_model::facts::FactSet::default(),
    );
    assert!(merged.facts.advisories.is_empty());
    assert_eq!(merged.problems.len(), 1, "{:?}", merged.problems);
    assert_eq!(merged.problems[0].place.line, Some(3));
}
