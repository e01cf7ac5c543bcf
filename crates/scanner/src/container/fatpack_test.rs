#![allow(clippy::expect_used, reason = "a test fails by panicking")]

use super::*;
use crate::container::{Limits, Opened, open};
use crate::extract::SourceFile;
use perlscan_model::problem::Problem;

const PACKED: &[u8] = include_bytes!("../../../../test-corpus/fatpack/packed.pl");
const EXPECTED: &str = include_str!("../../../../test-corpus/fatpack/expected.tsv");

fn read(source: &[u8], each: &mut dyn FnMut(&Opened<'_>)) -> Vec<Problem> {
    let path = SourcePath::from("bin/tool.pl");
    let mut problems = Vec::new();
    let wanted = |name: &SourcePath| name.as_bytes().ends_with(b".pm");
    let file = SourceFile { path: &path, bytes: source };
    open(&file, Limits::default(), &wanted, each, &mut problems);
    problems
}

fn names(source: &[u8]) -> (Vec<String>, Vec<Problem>) {
    let mut names = Vec::new();
    let problems = read(source, &mut |inner| names.push(inner.name.to_string()));
    (names, problems)
}

/// What App::FatPacker packed is what perl finds in its output.
#[test]
fn every_module_that_perl_loads_is_found_with_its_lines() {
    let mut found = Vec::new();
    let problems = read(PACKED, &mut |inner| {
        let stem = inner.name.to_string().replace('/', "::");
        let name = stem.strip_suffix(".pm").expect("a module");
        let at = memmem::find(inner.bytes, name.as_bytes()).expect("its package statement");
        let outer = inner.outer(at).expect("it stands in the script");
        assert!(PACKED.get(outer..).expect("inside").starts_with(name.as_bytes()), "{name}");
        // The indent is gone, and only the indent.
        for line in inner.bytes.split(|byte| *byte == b'\n') {
            let packed = [INDENT, line].concat();
            assert!(line.is_empty() || memmem::find(PACKED, &packed).is_some());
        }
        found.push(name.to_owned());
    });
    let expected: Vec<&str> =
        EXPECTED.lines().map(|line| line.split('\t').next().expect("a name")).collect();
    assert_eq!(found, expected);
    assert_eq!(expected.len(), 5);
    assert!(problems.is_empty(), "{problems:?}");
}

#[test]
fn text_that_is_not_unindented_stands_as_it_is() {
    let source = b"my %fatpacked;\n$fatpacked{'A.pm'} = <<'A';\n  package A;\nA\n1;\n";
    read(source, &mut |inner| {
        assert_eq!(inner.bytes, b"  package A;\n");
        assert_eq!(inner.outer(2), memmem::find(source, b"package"));
    });
    assert_eq!(names(source).0, ["A.pm"]);
}

#[test]
fn what_only_looks_like_a_pack_is_none() {
    for source in [
        &b"# $fatpacked{\"A.pm\"} = <<'A';\n"[..],
        b"my $x = q[\n$fatpacked{\"A.pm\"} = <<'A';\nA\n];\n",
        b"=pod\n\n$fatpacked{\"A.pm\"} = <<'A';\nA\n\n=cut\n",
        b"__END__\n$fatpacked{\"A.pm\"} = <<'A';\nA\n",
        b"print $fatpacked{'A.pm'};\n",
    ] {
        assert_eq!(names(source), (Vec::new(), Vec::new()), "{}", source.escape_ascii());
    }
}

#[test]
fn what_is_not_plain_text_is_told() {
    for (source, kind) in [
        (&b"$fatpacked{\"A.pm\"} = <<\"A\";\npackage $x;\nA\n"[..], ProblemKind::Undecided),
        (b"$fatpacked{\"A.pm\"} = slurp('A.pm');\n", ProblemKind::Undecided),
        (b"$fatpacked{\"A.pm\"} = <<'A';\n  package A;\n", ProblemKind::Lost),
    ] {
        let (_, problems) = names(source);
        let told: Vec<(ProblemKind, String)> =
            problems.iter().map(|p| (p.kind, p.location.to_string())).collect();
        assert_eq!(told, [(kind, "bin/tool.pl!A.pm".to_owned())], "{}", source.escape_ascii());
    }
}

#[test]
fn too_many_packed_files_are_told() {
    let mut source = String::new();
    for i in 0..20 {
        source += &format!("$fatpacked{{\"A{i}.pm\"}} = <<'A';\n  package A{i};\nA\n");
    }
    let path = SourcePath::from("tool.pl");
    let (mut seen, mut problems) = (0, Vec::new());
    let file = SourceFile { path: &path, bytes: source.as_bytes() };
    let limits = Limits { entries: 10, ..Limits::default() };
    open(&file, limits, &|_| true, &mut |_| seen += 1, &mut problems);
    assert_eq!((seen, problems.len()), (10, 1));
    assert_eq!(problems.first().map(|problem| problem.kind), Some(ProblemKind::Lost));
}
