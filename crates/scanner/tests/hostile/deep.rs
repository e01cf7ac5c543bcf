//! Nesting as deep as a statement allows: nothing recurses that deep.

use perlscan_model::location::SourcePath;
use perlscan_scanner::extract::{Facts, SourceFile, Wanted, extractors};
use perlscan_scanner::perl::reading;

/// Fits the tokens of one statement, with brackets that close.
const DEPTH: usize = 20_000;

/// What the extractors of a path make of a text, on a thread whose stack is
/// smaller than those of a scan.
fn read(path: &str, text: String) -> Facts {
    let path = SourcePath::from(path);
    let read = move || {
        let mut facts = Facts::default();
        for extractor in extractors().iter().filter(|one| one.wants(&path) == Wanted::Yes) {
            extractor.extract(&SourceFile { path: &path, bytes: text.as_bytes() }, &mut facts);
        }
        facts
    };
    let thread = std::thread::Builder::new().stack_size(1 << 20).spawn(read).expect("it starts");
    thread.join().expect("no panic")
}

fn nested(begin: &str, open: &str, inner: &str, close: &str, end: &str) -> String {
    [begin, &open.repeat(DEPTH), inner, &close.repeat(DEPTH), end].concat()
}

#[test]
fn nothing_recurses_as_deep_as_brackets_nest() {
    let pairs = [
        ("$x[", "]"),
        ("$x{", "}"),
        ("$x->{", "}"),
        ("{a=>", "}"),
        ("[", "]"),
        ("(", ")"),
        ("@{", "}"),
        ("%{", "}"),
        ("%$", ""),
        ("\\", ""),
        ("+", ""),
        ("-", ""),
        ("!", ""),
        ("sort ", ""),
        ("keys ", ""),
        ("$u ? ", " : 1"),
        ("$u ? 1 : ", ""),
        ("'a' . ", ""),
        ("('a' . ", ")"),
        ("sub {", "}"),
        ("do {", "}"),
        ("eval {", "}"),
        ("{", "}"),
        ("{{", "}}"),
        ("if (1) {", "}"),
        ("if (", ")"),
        ("<<A . ", ""),
    ];
    for (open, close) in pairs {
        for (path, begin, end) in [
            ("cpanfile", "requires ", ";\nrequires 'Last';\n"),
            ("cpanfile", "my $x = ", ";\nrequires 'Last';\n"),
            ("cpanfile", "", "\nrequires 'Last';\n"),
            ("Makefile.PL", "WriteMakefile(PREREQ_PM => ", ");\n"),
            ("Makefile.PL", "my $x = ", "; WriteMakefile(PREREQ_PM => $x);\n"),
            ("Makefile.PL", "my %x = (a => ", "); WriteMakefile(PREREQ_PM => \\%x);\n"),
            ("Makefile.PL", "", "; WriteMakefile(NAME => 'A');\n"),
            ("Build.PL", "Module::Build->new(requires => ", ");\n"),
            ("lib/A.pm", "package A; use B ", ";\npackage C;\n"),
            ("lib/A.pm", "package A; our $VERSION = ", ";\npackage C;\n"),
        ] {
            let text = nested(begin, open, "1", close, end);
            drop(read(path, text));
        }
    }
}

#[test]
fn a_path_of_many_keys_is_no_tree_of_many_levels() {
    for subscript in ["{a}", "->{a}", "[1]"] {
        let path = subscript.repeat(DEPTH);
        for statement in [
            format!("$h{path} = 1;\n"),
            format!("delete $h{path};\n"),
            format!("$h{path}{{$x}} = 1;\n"),
        ] {
            let text = format!("{statement}{statement}WriteMakefile(PREREQ_PM => {{%h}});\n");
            drop(read("Makefile.PL", text));
        }
    }
    let into_itself = format!(
        "my $x = {{}};\n{}WriteMakefile(PREREQ_PM => $x);\n",
        "$x = { a => $x, b => [$x] };\n".repeat(DEPTH)
    );
    drop(read("Makefile.PL", into_itself));
}

#[test]
fn fifty_thousand_nested_blocks_are_read_through() {
    let text = format!("{}use Inside;{}use Behind;", "{".repeat(50_000), "}".repeat(50_000));
    let facts = read("lib/A.pm", text);
    let names: Vec<_> = facts.uses.iter().map(|used| used.module.to_string()).collect();
    assert_eq!(names, ["Inside", "Behind"]);
    assert_eq!(facts.problems, []);
}

#[test]
fn brackets_that_nest_too_deep_are_told() {
    for open in ["{", "(", "[", "sub {", "f(", "{a=>"] {
        for path in ["lib/A.pm", "Makefile.PL", "cpanfile"] {
            let facts = read(path, open.repeat(200_000));
            let told = facts.problems.iter().any(|problem| problem.message.contains("too deep"));
            assert!(told, "{path} of {open}: {:?}", facts.problems.first());
        }
    }
}

#[test]
fn what_nests_in_other_formats_is_not_followed() {
    for (path, open) in [
        ("META.json", "["),
        ("META.json", "{\"prereqs\":"),
        ("META.yml", "- "),
        ("META.yml", "{a: "),
        ("minil.toml", "a=["),
        ("minil.toml", "["),
        ("minil.toml", "a={a="),
        ("minil.toml", "a."),
        ("local/.meta/A-1/install.json", "["),
        ("local/.meta/A-1/install.json", "{\"dist\":"),
    ] {
        let facts = read(path, open.repeat(100_000));
        assert!(!facts.problems.is_empty(), "{path} of {open} is told");
    }
}

#[test]
fn a_hundred_thousand_statements_of_a_kind() {
    let packages: String = (0..100_000).map(|n| format!("package A{n};\n")).collect();
    assert_eq!(read("lib/A.pm", packages).modules.len(), 100_000);
    let loads: String = (0..100_000).map(|n| format!("use A{n};\n")).collect();
    assert_eq!(read("lib/A.pm", loads).uses.len(), 100_000);
    // However long a statement is, it is read to its end.
    let reading = reading::read("require A, ".repeat(100_000).as_bytes());
    assert_eq!(reading.loads.len(), 100_000);
    assert_eq!(reading.faults, []);
}
