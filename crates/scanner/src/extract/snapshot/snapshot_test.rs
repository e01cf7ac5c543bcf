//! The cases of `test-corpus/snapshot/`: what is expected by hand, what the real
//! Carton reads, and hostile bytes.
#![allow(clippy::disallowed_methods, reason = "a test reads its corpus and runs its peer")]

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use perlscan_model::package::{Package, VersionState};
use proptest::prelude::*;
use serde_json::Value;

use super::*;

fn corpus() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../test-corpus/snapshot")
}

fn cases() -> Vec<String> {
    let mut names: Vec<String> = std::fs::read_dir(corpus())
        .expect("the corpus")
        .map(|entry| entry.expect("an entry"))
        .filter(|entry| entry.path().is_dir())
        .map(|entry| entry.file_name().into_string().expect("a name in UTF-8"))
        .collect();
    names.sort();
    names
}

fn read(case: &str) -> Vec<u8> {
    std::fs::read(corpus().join(case).join("cpanfile.snapshot")).expect(case)
}

fn extract(bytes: &[u8]) -> Facts {
    let path = SourcePath::from("app/cpanfile.snapshot");
    assert_eq!(Snapshot.wants(&path), Wanted::Yes);
    let mut facts = Facts::default();
    Snapshot.extract(&SourceFile { path: &path, bytes }, &mut facts);
    facts
}

/// Each span's text holds the distribution's name, and line and column lead
/// there too.
fn check_spans(bytes: &[u8], facts: &Facts) {
    let lines: Vec<&[u8]> = bytes.split(|b| *b == b'\n').collect();
    for package in &facts.packages {
        let span = package.location.span.expect("a span");
        let text = String::from_utf8_lossy(span.text(bytes));
        assert!(text.contains(package.dist.as_str()), "{text} holds {}", package.dist);
        let line = lines[span.line as usize - 1];
        let column = span.column as usize - 1;
        let start = match std::str::from_utf8(line) {
            Ok(line) => line.char_indices().nth(column).expect("a column").0,
            Err(_) => column,
        };
        assert!(line[start..].starts_with(span.text(bytes)), "{text} at {span:?}");
        assert_eq!(span.end_line, span.line);
    }
}

fn version(package: &Package) -> String {
    match &package.version {
        VersionState::Exact(release) => release.text.to_string(),
        VersionState::Range(range) => range.to_string(),
        VersionState::Unknown(_) => "unknown".to_owned(),
    }
}

/// The facts in the form of `expected.txt`.
fn describe(bytes: &[u8], facts: &Facts) -> String {
    let mut text = String::new();
    for package in &facts.packages {
        let span = package.location.span.expect("a span");
        let _ = writeln!(
            text,
            "{} {} author={} distpath={} at {}:{} '{}'",
            package.dist,
            version(package),
            package.author.as_deref().unwrap_or("-"),
            package.distpath.as_deref().unwrap_or("-"),
            span.line,
            span.column,
            String::from_utf8_lossy(span.text(bytes)),
        );
        for provided in &package.provides {
            let version = provided.version.as_ref().map_or("undef", |version| version.text());
            let _ = writeln!(text, "  provides {} {version}", provided.module);
        }
        for edge in &package.edges {
            let _ = writeln!(text, "  requires {} {}", edge.module, edge.range);
        }
    }
    for problem in &facts.problems {
        let line = problem.location.line().map_or("-".to_owned(), |line| line.to_string());
        let _ = writeln!(text, "{} {line}: {}", problem.kind, problem.message);
    }
    text
}

#[test]
fn every_case_gives_what_is_expected() {
    let mut differences = String::new();
    for case in cases() {
        let bytes = read(&case);
        let facts = extract(&bytes);
        check_spans(&bytes, &facts);
        if case == "many" {
            continue;
        }
        let ours = describe(&bytes, &facts);
        let expected = std::fs::read_to_string(corpus().join(&case).join("expected.txt"));
        if expected.ok().as_deref() != Some(&*ours) {
            let _ = writeln!(differences, "=== {case}\n{ours}");
        }
    }
    assert!(differences.is_empty(), "{differences}");
}

/// The ranges that two texts mean.
fn same_range(ours: &[&str], theirs: &str) -> bool {
    let mut sum = RequirementRange::default();
    let added = ours.iter().try_for_each(|text| sum.add(text));
    let theirs = RequirementRange::parse(theirs);
    matches!((added, theirs), (Ok(()), Ok(theirs)) if sum.to_range() == theirs.to_range())
}

/// Where a package differs from what Carton has of it.
fn difference(package: &Package, theirs: &Value) -> Option<String> {
    let path = theirs["pathname"].as_str().unwrap_or_default();
    if package
        .distpath
        .as_deref()
        .is_some_and(|ours| !path.ends_with(ours) && !path.starts_with("ACME"))
    {
        return Some(format!("pathname {path}"));
    }
    let provides = theirs["provides"].as_object()?;
    for (module, version) in provides {
        let ours = package.provides.iter().rfind(|p| p.module.as_str() == module)?;
        let ours = ours.version.as_ref().map_or("undef", |version| version.text());
        // Carton keeps any text; what is no version is undef here, with a note.
        let theirs = version.as_str().unwrap_or_default();
        let theirs = PerlVersion::parse(theirs).map_or("undef", |_| theirs);
        if ours != theirs {
            return Some(format!("{module} {version}, not {ours}"));
        }
    }
    let requirements = theirs["requirements"].as_object()?;
    for (module, range) in requirements {
        let edges = package.edges.iter().filter(|edge| edge.module.as_str() == module);
        let ours: Vec<&str> = edges.map(|edge| edge.range.as_str()).collect();
        if !same_range(&ours, range.as_str().unwrap_or_default()) {
            return Some(format!("{module} {range}, not {ours:?}"));
        }
    }
    let known = |module: &ModuleName| {
        let module = module.as_str();
        provides.contains_key(module) || requirements.contains_key(module)
    };
    package
        .provides
        .iter()
        .map(|provided| &provided.module)
        .chain(package.edges.iter().map(|edge| &edge.module))
        .find(|module| !known(module))
        .map(|module| format!("Carton has no {module}"))
}

#[test]
fn everything_that_carton_reads_is_read_alike() {
    let answers = std::fs::read_to_string(corpus().join("carton.jsonl")).expect("answers");
    let answers: Vec<Value> =
        answers.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    let known: Vec<&str> = answers.iter().filter_map(|answer| answer["case"].as_str()).collect();
    assert_eq!(known, cases());
    for answer in &answers {
        let case = answer["case"].as_str().expect("a name");
        let facts = extract(&read(case));
        if answer["refused"] == 1 {
            assert!(!facts.problems.is_empty(), "{case}: Carton dies and perlscan says nothing");
            continue;
        }
        let dists = answer["dists"].as_array().expect("a list");
        // A release without a usable name is a problem here, not a package.
        if case != "odd-names" {
            assert_eq!(facts.packages.len(), dists.len(), "{case}");
        }
        for (package, theirs) in facts.packages.iter().zip(dists) {
            if case != "odd-names" {
                assert_eq!(difference(package, theirs), None, "{case} {}", package.dist);
            }
        }
    }
}

#[test]
fn the_committed_answers_are_those_of_the_real_carton() {
    let probe =
        Command::new("perl").args(["-MCarton::Snapshot", "-e1"]).stderr(Stdio::null()).status();
    if !probe.is_ok_and(|status| status.success()) {
        println!("SKIPPED: perl with Carton is not here");
        let required = std::env::var("PERLSCAN_REQUIRE_PEERS").is_ok_and(|v| v == "1");
        assert!(!required, "PERLSCAN_REQUIRE_PEERS=1: install carton");
        return;
    }
    let run = Command::new("perl").arg(corpus().join("oracle.pl")).output().expect("perl");
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    let committed = std::fs::read(corpus().join("carton.jsonl")).expect("answers");
    assert!(run.stdout == committed, "run oracle.pl and look at the diff");
}

#[test]
fn names_of_snapshots() {
    for (name, expected) in [
        ("cpanfile.snapshot", true),
        ("a/cpanfile.snapshot", true),
        ("cpanfile.dev.snapshot", true),
        ("cpanfile-dev.snapshot", true),
        ("dev.cpanfile.snapshot", true),
        ("cpanfile", false),
        ("zfs.snapshot", false),
        ("cpanfile.snapshot/x", false),
        ("cpanfile.snapshot.bak", false),
    ] {
        assert_eq!(Snapshot.wants(&SourcePath::from(name)), Wanted::from(expected), "{name}");
    }
}

fn kinds(facts: &Facts) -> Vec<(ProblemKind, Option<u32>)> {
    facts.problems.iter().map(|problem| (problem.kind, problem.location.line())).collect()
}

#[test]
fn one_line_of_many_megabytes() {
    let mut bytes = b"# carton snapshot format: version 1.0\nDISTRIBUTIONS\n".to_vec();
    bytes.resize(20_000_000, b'x');
    let facts = extract(&bytes);
    assert_eq!(kinds(&facts), [(ProblemKind::Lost, Some(3))]);
    assert!(facts.problems[0].message.len() < 300);
    bytes.extend(
        b"\n  Foo-1.0\n    pathname: A/AB/ABC/Foo-1.0.tar.gz\n    provides:\n    requirements:\n",
    );
    let facts = extract(&bytes);
    assert_eq!(facts.packages.len(), 1);
    assert_eq!(kinds(&facts), [(ProblemKind::Lost, Some(3))]);
}

#[test]
fn deep_indents_and_many_wrong_lines() {
    let mut bytes = b"# carton snapshot format: version 1.0\nDISTRIBUTIONS\n".to_vec();
    for depth in 0..3_000 {
        bytes.extend(vec![b' '; depth]);
        bytes.extend(format!("Foo-1.{depth}\n").bytes());
    }
    for _ in 0..3_000 {
        bytes.extend(b"what is this\n      Foo$ 1\n\0\n");
    }
    let facts = extract(&bytes);
    assert!(facts.packages.len() > 2_900);
    assert!(facts.problems.len() < 110, "{}", facts.problems.len());
    check_spans(&bytes, &facts);
}

#[test]
fn problems_that_are_not_listed_keep_the_worst_kind() {
    let mut bytes = b"# carton snapshot format: version 1.0\nDISTRIBUTIONS\n".to_vec();
    for i in 0..200 {
        bytes.extend(format!("  Foo-{i}.0\n").bytes());
    }
    bytes.extend(b"  ../name\n");
    let facts = extract(&bytes);
    assert_eq!(facts.packages.len(), 200);
    let last = facts.problems.last().expect("a problem");
    assert_eq!((last.kind, last.location.line()), (ProblemKind::Lost, None));
}

proptest! {
    #[test]
    fn any_bytes_are_read(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        check_spans(&bytes, &extract(&bytes));
    }

    #[test]
    fn any_lines_are_read(lines in proptest::collection::vec(
        "[ \t]{0,7}(Foo-1\\.[0-9]|pathname: A/AB/ABC/(Foo|ü)-[0-9.]{1,3}\\.tar\\.gz|pathname:|provides:|requirements:|Foo::Bar( undef| 1\\.2|)|DISTRIBUTIONS|<<<<<<< a|=======|\\|\\|\\|\\|\\|\\|\\||>>>>>>> b|# carton snapshot format: version [0-9.]{1,3}|\\PC{0,9})\r?", 0..30,
    )) {
        let text = lines.join("\n");
        check_spans(text.as_bytes(), &extract(text.as_bytes()));
    }

    /// A broken piece of a real file: nothing is silently lost behind it.
    #[test]
    fn a_damaged_snapshot_still_gives_the_rest(at in 0usize..1_000, byte in any::<u8>(), cut in any::<bool>()) {
        let mut bytes = read("plain");
        let at = at % bytes.len();
        if cut { bytes.truncate(at) } else { bytes[at] = byte }
        let facts = extract(&bytes);
        check_spans(&bytes, &facts);
        let whole = memchr::memmem::find_iter(&bytes, ".tar.gz\n").count();
        prop_assert!(facts.packages.len() >= whole || !facts.problems.is_empty());
    }
}
