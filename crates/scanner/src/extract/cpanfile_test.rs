use std::path::Path;

use perlscan_model::problem::ProblemKind;
use perlscan_model::requirement::Phase;

use super::*;

fn extract_named(name: &str, bytes: &[u8]) -> Facts {
    let path = SourcePath::from(name);
    let mut facts = Facts::default();
    Cpanfile.extract(&SourceFile { path: &path, bytes }, &mut facts);
    facts
}

fn extract(text: &str) -> Facts {
    extract_named("cpanfile", text.as_bytes())
}

/// The problems as `line kind message`.
fn problems(facts: &Facts) -> Vec<String> {
    let line = |p: &perlscan_model::problem::Problem| p.location.line().unwrap_or(0);
    facts.problems.iter().map(|p| format!("{} {} {}", line(p), p.kind, p.message)).collect()
}

fn modules(facts: &Facts) -> Vec<String> {
    facts
        .requirements
        .iter()
        .map(|r| format!("{}{}", r.module, if r.conditional { "?" } else { "" }))
        .collect()
}

#[test]
fn names_of_cpanfiles() {
    for name in ["cpanfile", "x/cpanfile", "cpanfile.dev", "cpanfile-ci", "dev.cpanfile"] {
        assert_eq!(Cpanfile.wants(&SourcePath::from(name)), Wanted::Yes, "{name}");
    }
    for name in [
        "cpanfile.snapshot",
        "cpanfile.dev.snapshot",
        "cpanfile-a.snapshot",
        "Cpanfile",
        "cpanfiles",
        "my-cpanfile",
        "cpanfile/x",
    ] {
        assert_eq!(Cpanfile.wants(&SourcePath::from(name)), Wanted::No, "{name}");
    }
}

#[test]
fn the_fields_of_a_requirement() {
    let source =
        "# x\n  on test => sub { requires 'A::B' => '>= 1.10, < 2', dist => 'X/A-B-1.tgz' };\n";
    let facts = extract(source);
    let [only] = facts.requirements.as_slice() else { panic!("{facts:?}") };
    assert_eq!(only.module.as_str(), "A::B");
    assert_eq!(only.range_text, ">= 1.10, < 2");
    assert_eq!(only.range.to_string(), ">=1.10,<2");
    assert_eq!(only.phase, Phase::Test);
    assert_eq!(only.pinned_release.as_deref(), Some("X/A-B-1.tgz"));
    let span = only.location.span.expect("a span");
    assert_eq!((span.line, span.column, span.end_column), (2, 30, 34));
    assert_eq!(span.text(source.as_bytes()), b"A::B");
    assert!(facts.problems.is_empty());
}

#[test]
fn what_is_dropped_is_said() {
    assert_eq!(
        problems(&extract("requires 'A', 1, 'B', 2;\nrequires 'F', '>1', '<2';")),
        [
            "1 note 'B' is read as the name of an option, as the real module reads it: it is \
             neither a version nor a module here; one module a call, one version each",
            "2 note '>1' is read as the name of an option, as the real module reads it: it is \
             neither a version nor a module here; one module a call, one version each",
        ]
    );
    let facts = extract("requires 'A', '2';\nrequires 'A', '1';");
    assert_eq!(modules(&facts), ["A"]);
    assert_eq!(
        problems(&facts),
        ["2 note 'A' is in this phase twice: this replaces line 1, they are not combined"]
    );
}

#[test]
fn refused_ranges_keep_the_module() {
    for range in ["=1.0", "~1.0", "latest", "1_02", ">1 <2"] {
        let facts = extract(&format!("\nrequires 'A', '{range}';"));
        assert_eq!(modules(&facts), ["A"], "{range}");
        assert!(facts.requirements[0].range.is_any());
        assert_eq!(facts.requirements[0].range_text, range);
        assert_eq!(facts.problems.len(), 1);
        assert_eq!(facts.problems[0].kind, ProblemKind::Undecided);
        assert_eq!(facts.problems[0].location.line(), Some(2));
    }
}

#[test]
fn both_branches_are_read_and_marked() {
    let facts = extract(
        "requires 'A';\nif ($x) { requires 'B' } else { requires 'C' }\nrequires 'D' if $y;\n\
         requires 'E' for 1; requires 'A', 2 unless $z; $q and requires 'F'; requires 'G';",
    );
    assert_eq!(modules(&facts), ["A", "B?", "C?", "D?", "E", "A?", "F?", "G"]);
}

#[test]
fn other_files_are_skipped_with_a_note() {
    for text in ["{ \"a\": [1, 2] }", "#!/bin/sh\necho hello\n", "diff -u a b\n--- a\n+++ b\n"] {
        let facts = extract_named("cpanfile.txt", text.as_bytes());
        assert!(facts.requirements.is_empty());
        assert_eq!(
            problems(&facts),
            ["0 note skipped: named like a cpanfile, but it has none of its words"],
            "{text}"
        );
    }
    assert_eq!(modules(&extract_named("cpanfile.dev", b"requires 'A';")), ["A"]);
    assert!(extract_named("cpanfile.dev", b"# nothing\n").problems.is_empty());
}

#[test]
fn loops_are_followed_so_far_and_no_further() {
    let many = "for my $a (qw(A B)) {".repeat(3) + "requires \"X::$a\";" + &"}".repeat(3);
    assert_eq!(modules(&extract(&many)), ["X::A", "X::B"]);
    // Twenty loops within each other would be a million rounds.
    let list = "a ".repeat(100);
    let deep = format!("for my $a (qw({list})) {{").repeat(20) + "requires 'A';" + &"}".repeat(20);
    let facts = extract(&deep);
    assert_eq!(modules(&facts), ["A"]);
    assert_eq!(facts.problems[0].kind, ProblemKind::Lost);
}

/// Each kind of broken file is told with its line, and what can be read is.
#[test]
fn hostile_files() {
    /// The file, the modules that are read, and the first problem.
    type Case = (&'static [u8], &'static [&'static str], Option<(u32, ProblemKind)>);
    let cases: &[Case] = &[
        (b"", &[], None),
        (b"\n\n", &[], None),
        (b"\xef\xbb\xbfrequires 'A';", &["A"], Some((1, ProblemKind::Note))),
        (b"requires 'A';\r\nrequires 'B';\r\n", &["A", "B"], None),
        (b"# caf\xe9\nrequires 'A'; # \xfc", &["A"], None),
        (b"requires 'caf\xe9';\nrequires 'B';", &["B"], Some((1, ProblemKind::Undecided))),
        (b"\xff\xfer\0e\0q\0", &[], Some((0, ProblemKind::Lost))),
        (b"r\0e\0q\0u\0i\0r\0e\0s\0", &[], Some((1, ProblemKind::Lost))),
        (b"requires 'A';\n\0\0\0\nrequires 'B';", &["A", "B"], Some((2, ProblemKind::Lost))),
        (b"requires 'A';\nrequires 'B", &["A"], Some((2, ProblemKind::Lost))),
        (b"requires 'A';\n<<X;\nrequires 'B';", &["A", "B"], Some((2, ProblemKind::Lost))),
        (b"requires 'A';\non test => sub {\nrequires 'B", &["A"], Some((2, ProblemKind::Lost))),
        (
            b"requires 'A';\nrequires('B', \nrequires 'C';",
            &["A", "B", "C"],
            Some((2, ProblemKind::Lost)),
        ),
        (b"\x7fELF\x02\x01\x01\0\0\0\0", &[], Some((1, ProblemKind::Lost))),
        (b"requires", &[], Some((1, ProblemKind::Undecided))),
        (b"requires 'A', ", &["A"], None),
        (b"for (qw(A B)) {", &[], Some((1, ProblemKind::Lost))),
    ];
    for (bytes, wanted, problem) in cases {
        let facts = extract_named("cpanfile", bytes);
        let shown = bytes.escape_ascii();
        assert_eq!(modules(&facts), *wanted, "{shown}");
        let first = facts.problems.first().map(|p| (p.location.line().unwrap_or(0), p.kind));
        assert_eq!(first, *problem, "{shown}: {:?}", facts.problems);
    }
}

/// Large hostile inputs, made here: they end, with a problem or a result.
#[test]
fn large_hostile_files() {
    let deep = "on test => sub { ".repeat(50_000) + "requires 'A';" + &"};".repeat(50_000);
    assert_eq!(modules(&extract(&deep)), ["A"]);
    let nested = "{".repeat(50_000);
    assert_eq!(extract(&nested).problems[0].kind, ProblemKind::Lost);
    let parens = format!("requires {}'A'{};", "(".repeat(30_000), ")".repeat(30_000));
    assert_eq!(extract(&parens).problems.len(), 1);
    let one_line = "requires 'A';".repeat(100_000);
    let facts = extract(&one_line);
    assert_eq!(modules(&facts), ["A"]);
    assert_eq!(facts.requirements[0].location.span.map(|s| s.line), Some(1));
    let words = format!("requires $_ for qw({});", "A ".repeat(100_000));
    assert_eq!(modules(&extract(&words)), ["A"]);
    for unit in [
        "'",
        "requires 'A;\n",
        "requires(",
        "on test => sub {",
        "<<X;\n",
        "my $x = 1;",
        "\0",
        "requires 'A' if $x;\n",
        "}",
        "my %h = (a => 1);",
        "do { requires 'A' } if 1;",
        "q{\nrequires ",
    ] {
        extract(&unit.repeat(120_000 / unit.len()));
    }
}

/// A single line of 100 MB: lexed in one pass, whatever the limit on manifests.
#[test]
#[ignore = "takes half a minute in a debug build; run it with --release"]
fn a_line_of_100_megabytes() {
    let line = "requires 'A' => '1.0'; ".repeat(100 * 1024 * 1024 / 23);
    let facts = extract(&line);
    assert_eq!(modules(&facts), ["A"]);
}

#[test]
#[allow(clippy::disallowed_methods, reason = "a test reads its corpus")]
fn committed_hostile_files_do_not_panic() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../test-corpus/hostile");
    for entry in std::fs::read_dir(folder).expect("the corpus").flatten() {
        if let Ok(bytes) = std::fs::read(entry.path()) {
            extract_named("cpanfile", &bytes);
        }
    }
}
