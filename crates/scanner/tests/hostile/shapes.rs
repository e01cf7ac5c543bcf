//! Files of any size whose shape is meant to take long.

use crate::measure::is_linear;

/// A text again and again, up to a size.
fn repeat(text: &str, size: usize) -> Vec<u8> {
    text.repeat(size / text.len() + 1).into_bytes()
}

/// A beginning, a text again and again, an end.
fn within(begin: &str, text: &str, end: &str, size: usize) -> Vec<u8> {
    [begin.as_bytes(), &repeat(text, size), end.as_bytes()].concat()
}

/// Half of the size of one text, then half of another.
fn halves(first: &str, second: &str, size: usize) -> Vec<u8> {
    [repeat(first, size / 2), repeat(second, size / 2)].concat()
}

/// A line for each number.
fn numbered(line: impl Fn(usize) -> String, size: usize) -> String {
    let mut text = String::new();
    let mut n = 0;
    while text.len() < size {
        text.push_str(&line(n));
        n += 1;
    }
    text
}

macro_rules! shapes {
    ($($name:ident: $path:expr, $make:expr;)*) => {
        $(#[test]
        fn $name() {
            is_linear($path, $make);
        })*
    };
}

shapes! {
    // Evaluating expressions.
    installer_quotes: "install.sh", |n| repeat("cpanm 'a b' --mirror \"x\\", n);
    installer_variables: "Makefile", |n| repeat("cpanm ${{ $( --mirror $", n);
    installer_settings: ".github/workflows/ci.yml", |n| repeat("PERL_CPANM_OPT: --mirror >\n", n);
    installer_nested: "Dockerfile", |n| repeat("RUN sh -c \"cpm -r '02packages,x'\" \\\n # a\n", n);
    cpanfile_sorts: "cpanfile", |n| within("requires ", "sort ", "$x;\n", n);
    cpanfile_short_sorts: "cpanfile", |n| repeat(&format!("requires {} $x;\n", "sort ".repeat(30)), n);
    cpanfile_choices: "cpanfile", |n| repeat(&format!("requires {} 1 {};\n", "($u ? $v . ".repeat(30), ": 2)".repeat(30)), n);
    cpanfile_nested_subscripts: "cpanfile", |n| [b"requires ".to_vec(), repeat("$x[", n), repeat("]", n / 3)].concat();
    cpanfile_doubling_list: "cpanfile", |n| within("my @a = (1);\n", "my @a = (@a, @a);\n", "requires 'A', @a;\n", n);
    cpanfile_doubling_string: "cpanfile", |n| within("my $a = 'A';\n", "my $a = \"$a$a\";\n", "requires $a;\n", n);
    cpanfile_long_value: "cpanfile", |n| [b"my $x = '".to_vec(), repeat("A", n / 2), b"';\n".to_vec(), repeat("requires $x;\n", n / 2)].concat();
    cpanfile_long_list: "cpanfile", |n| [b"my @x = qw(".to_vec(), repeat("A ", n / 2), b");\n".to_vec(), repeat("for (@x) {}\n", n / 2)].concat();
    cpanfile_list_modifier: "cpanfile", |n| [b"my @x = qw(".to_vec(), repeat("A ", n / 2), b");\n".to_vec(), repeat("requires $_ for @x;\n", n / 2)].concat();
    cpanfile_element: "cpanfile", |n| [b"my %x = qw(".to_vec(), repeat("A 1 ", n / 2), b");\n".to_vec(), repeat("requires $x{B};\n", n / 2)].concat();
    cpanfile_back_and_forth: "cpanfile", |n| [b"my $n = 'A'; 1, ".to_vec(), repeat("1,", n / 2), b"1; my $f = 'B'; ".to_vec(), repeat("requires $n; requires $f; ", n / 2)].concat();
    cpanfile_jumps_in_blocks: "cpanfile", |n| halves("{", "next;", n);
    cpanfile_feature_name: "cpanfile", |n| [b"feature '".to_vec(), repeat("A", n / 2), b"' => sub {\n".to_vec(), repeat("requires 'A';\n", n / 2), b"};".to_vec()].concat();
    cpanfile_feature_name_and_blocks: "cpanfile", |n| [b"feature '".to_vec(), repeat("A", n / 2), b"' => sub {\n".to_vec(), repeat("{", n / 2), b"};".to_vec()].concat();
    cpanfile_exclusions: "cpanfile", |n| within("requires 'A', '1", ", != 1.5", "';\n", n);
    cpanfile_many_exclusions: "cpanfile", |n| format!("requires 'A', '1{}';\n", numbered(|i| format!(", != 1.{i}"), n)).into_bytes();
    cpanfile_many_requirements: "cpanfile", |n| numbered(|i| format!("requires 'A', '!= 1.{i}' if $x;\n"), n).into_bytes();
    cpanfile_version: "cpanfile", |n| within("requires 'A', '", "1.", "x';\n", n);
    cpanfile_nested_phases: "cpanfile", |n| repeat("on test => sub {", n);
    cpanfile_nested_loops: "cpanfile", |n| repeat("for (1,2) {", n);
    cpanfile_one_line: "cpanfile", |n| repeat("requires 'A::B'; ", n);
    cpanfile_words: "cpanfile", |n| repeat("requires ", n);
    // The walk over a build script.
    script_braces: "Makefile.PL", |n| repeat("{", n);
    script_pairs: "Makefile.PL", |n| halves("{", "}", n);
    script_parens: "Makefile.PL", |n| repeat("(", n);
    script_brackets: "Makefile.PL", |n| repeat("[", n);
    script_closers: "Makefile.PL", |n| repeat(")", n);
    script_evals: "Makefile.PL", |n| repeat("if eval {", n);
    script_eval_strings: "Makefile.PL", |n| repeat("eval \"", n);
    script_subs: "Makefile.PL", |n| halves("sub a {", "WriteMakefile();", n);
    script_calls: "Makefile.PL", |n| repeat("WriteMakefile(", n);
    script_calls_in_blocks: "Makefile.PL", |n| repeat("WriteMakefile(sub {", n);
    script_elements: "Makefile.PL", |n| numbered(|i| format!("$h{{k{i}}}{{x}} = 1;\n"), n).into_bytes();
    script_deep_elements: "Makefile.PL", |n| [b"$h".to_vec(), repeat("{a}", n), b" = 1;\n".to_vec()].concat();
    script_lookups: "Makefile.PL", |n| [b"my %h = (".to_vec(), repeat("a=>1,", n / 2), b");\n".to_vec(), repeat("my $x = $h{b};\n", n / 2)].concat();
    script_copies: "Makefile.PL", |n| within("my %h = (A => 1);\n", "%h = (%h, %h);\n", "WriteMakefile(NAME => 'A', PREREQ_PM => {%h});\n", n);
    script_pushes: "Makefile.PL", |n| within("my @h = (1);\n", "push @h, @h;\n", "WriteMakefile(@h);\n", n);
    script_into_itself: "Makefile.PL", |n| within("my $x = {};\n", "$x = { a => $x };\n", "WriteMakefile(NAME => 'A', PREREQ_PM => $x);\n", n);
    script_dereferences: "Makefile.PL", |n| [b"WriteMakefile(A => ".to_vec(), repeat("@{", n), repeat("}", n / 2), b");".to_vec()].concat();
    script_keys: "Makefile.PL", |n| [b"WriteMakefile(A => ".to_vec(), repeat("$x{", n), repeat("}", n / 3), b");".to_vec()].concat();
    script_arrows: "Makefile.PL", |n| [b"my $x = ".to_vec(), repeat("$x->{", n), repeat("}", n / 5), b";".to_vec()].concat();
    script_structure: "Makefile.PL", |n| [b"WriteMakefile(".to_vec(), repeat("{a=>", n), repeat("}", n / 4), b");".to_vec()].concat();
    script_either_keys: "Makefile.PL", |n| [b"WriteMakefile(A => ".to_vec(), repeat("{ ($x ? 'a' : 'b') => ", 300), repeat("1,", n), repeat("}", 14), b");".to_vec()].concat();
    script_choices: "Makefile.PL", |n| [b"WriteMakefile(A => ".to_vec(), repeat("$x ? {a=>1} : ", n), b"1);".to_vec()].concat();
    script_conditions: "Makefile.PL", |n| repeat("if (!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!$x) {} ", n);
    script_back_and_forth: "Makefile.PL", |n| [b"use inc::Module::Install; my $n = 'A'; my @z = (".to_vec(), repeat("1,", n / 2), b"1); my $f = 'B'; ".to_vec(), repeat("requires $n; requires $f; ", n / 2)].concat();
    script_assigned_under_conditions: "Makefile.PL", |n| repeat("@a = (@a, 1) if $x;\n", n);
    script_metadata_of_each_call: "Makefile.PL", |n| [b"my $meta = { prereqs => { runtime => { requires => {".to_vec(), numbered(|i| format!("A{i} => 1, "), n / 2).into_bytes(), b"} } } };\n".to_vec(), repeat("WriteMakefile(NAME => 'A');\n", n / 2)].concat();
    script_exclusions: "Makefile.PL", |n| format!("use inc::Module::Install;\n{}", numbered(|i| format!("requires 'A', '!= 1.{i}';\n"), n)).into_bytes();
    script_advised_exclusions: "Makefile.PL", |n| format!("use inc::Module::Install;\n{}", numbered(|i| format!("requires 'HTTP::Tiny', '!= 1.{i}';\n"), n)).into_bytes();
    script_deletes: "Makefile.PL", |n| halves("$h{a}{b} = 1;\n", "delete $h{a}{b};\n", n);
    build_arguments: "Build.PL", |n| within("Module::Build->new(requires => { ", "'A' => 1, ", "})->create;\n", n);
    build_chained: "Build.PL", |n| repeat("->new", n);
    // Other manifests.
    dist_ini_removals: "dist.ini", |n| [b"[Prereqs]\n".to_vec(), numbered(|i| format!("A{i}=1\n"), n / 2).into_bytes(), b"[RemovePrereqs]\n".to_vec(), repeat("remove=B\n", n / 2)].concat();
    dist_ini_sections: "dist.ini", |n| repeat("[Prereqs / TestRequires]\n-phase = test\nA = 1\n", n);
    dist_ini_comments: "dist.ini", |n| repeat(";", n);
    dist_ini_bad_lines: "dist.ini", |n| repeat("a\n", n);
    minil_arrays: "minil.toml", |n| [b"a=".to_vec(), repeat("[", n)].concat();
    minil_tables: "minil.toml", |n| [b"a=".to_vec(), repeat("{a=", n)].concat();
    minil_dotted: "minil.toml", |n| [repeat("a.", n), b"a=1\n".to_vec()].concat();
    minil_many_tables: "minil.toml", |n| repeat("[[a]]\n", n);
    minil_deep_tables: "minil.toml", |n| numbered(|i| format!("[a.b.c.d{i}]\n"), n).into_bytes();
    json_arrays: "META.json", |n| repeat("[", n);
    json_objects: "META.json", |n| [b"{\"prereqs\":".to_vec(), repeat("{\"runtime\":", n)].concat();
    json_closed_objects: "META.json", |n| [b"{\"prereqs\":".to_vec(), repeat("{\"runtime\":", n), b"1".to_vec(), repeat("}", n / 11 + 1)].concat();
    json_same_keys: "META.json", |n| within("{", "\"prereqs\":{\"runtime\":{\"requires\":{\"A\":\"1\"}}},", "\"name\":\"A\"}", n);
    json_same_modules: "META.json", |n| within("{\"prereqs\":{\"runtime\":{\"requires\":{", "\"A\":\"1\",", "\"B\":\"1\"}}}}", n);
    json_bad_modules: "META.json", |n| within("{\"prereqs\":{\"runtime\":{\"requires\":{", "\"A B\":\"1\",", "\"B\":\"1\"}}}}", n);
    json_feature_name: "META.json", |n| [b"{\"optional_features\":{\"".to_vec(), repeat("F", n / 2), b"\":{\"prereqs\":{\"runtime\":{\"requires\":{".to_vec(), numbered(|i| format!("\"A{i}\":1,"), n / 2).into_bytes(), b"\"B\":1}}}}}}".to_vec()].concat();
    json_range: "META.json", |n| format!("{{\"prereqs\":{{\"runtime\":{{\"requires\":{{\"A\":\"1{}\"}}}}}}}}", numbered(|i| format!(", != 1.{i}"), n)).into_bytes();
    json_name: "META.json", |n| within("{\"name\":\"", "a-", "\",\"version\":\"1\"}", n);
    json_version: "META.json", |n| within("{\"name\":\"A\",\"version\":\"", "1.", "x\"}", n);
    json_numbers: "META.json", |n| within("{\"name\":\"A\",\"version\":", "1", "}", n);
    yaml_anchors: "META.yml", |n| numbered(|i| format!("a{}: &a{} [*a{i},*a{i}]\n", i + 1, i + 1), n).into_bytes();
    yaml_deep: "META.yml", |n| numbered(|i| format!("{}a:\n", " ".repeat(i)), n).into_bytes();
    yaml_dashes: "META.yml", |n| repeat("- ", n);
    yaml_dash_lines: "META.yml", |n| repeat("-\n", n);
    yaml_bad_lines: "META.yml", |n| within("a: 1\n", "b\n", "", n);
    yaml_flow: "META.yml", |n| [b"requires: ".to_vec(), repeat("{a: ", n), b"\n".to_vec()].concat();
    yaml_flow_wide: "META.yml", |n| within("requires: {", "A: 1, ", "}\n", n);
    yaml_quotes: "META.yml", |n| repeat("'", n);
    yaml_colons: "META.yml", |n| repeat(":", n);
    yaml_blocks: "META.yml", |n| repeat("a: |\n", n);
    install_json_provides: "local/lib/perl5/x/.meta/A-1/install.json", |n| format!("{{\"dist\":\"A-1\",\"provides\":{{{}\"B\":{{}}}}}}", numbered(|i| format!("\"a b{i}\":{{}},"), n)).into_bytes();
    install_json_dist: "local/lib/perl5/x/.meta/A-1/install.json", |n| within("{\"dist\":\"", "a-1.", "\"}", n);
    install_json_pathname: "local/lib/perl5/x/.meta/A-1/install.json", |n| within("{\"pathname\":\"A/AB/ABC/", "a-1.", "tar.gz\"}", n);
    install_json_deep: "local/lib/perl5/x/.meta/A-1/install.json", |n| [b"{\"dist\":\"A-1\",\"x\":".to_vec(), repeat("[", n), repeat("]", n), b"}".to_vec()].concat();
    dockerfile_default: "Dockerfile", |n| [b"ARG A=".to_vec(), repeat("5", n / 2), b"\n".to_vec(), repeat("FROM perl:$A\n", n / 2)].concat();
    dockerfile_colons: "Dockerfile", |n| within("FROM perl", ":", "\n", n);
    dockerfile_words: "Dockerfile", |n| within("FROM ", "--a ", "\n", n);
    version_file: ".perl-version", |n| repeat("5.", n);
    version_file_lines: ".perl-version", |n| repeat("#\n", n);
    tool_versions: ".tool-versions", |n| repeat("perl #\n", n);
    snapshot_version: "cpanfile.snapshot", |n| [b"# carton snapshot format: version 1.0\nDISTRIBUTIONS\n  A-1\n    pathname: A/AB/ABC/A-".to_vec(), repeat("1.", n), b"tar.gz\n".to_vec()].concat();
    snapshot_distributions: "cpanfile.snapshot", |n| format!("# carton snapshot format: version 1.0\nDISTRIBUTIONS\n{}", numbered(|i| format!("  A{i}-1\n    pathname: A/AB/ABC/A{i}-1.tar.gz\n    provides:\n      A{i} 1\n    requirements:\n      A{} 0\n", i + 1), n)).into_bytes();
    snapshot_requirements: "cpanfile.snapshot", |n| [b"# carton snapshot format: version 1.0\nDISTRIBUTIONS\n  A-1\n    pathname: A/AB/ABC/A-1.tar.gz\n    provides:\n      A 1\n    requirements:\n".to_vec(), repeat("      B 0\n", n)].concat();
    // What is packed in a script.
    fatpack_names: "a.pl", |n| numbered(|i| format!("$fatpacked{{\"A{i}.pm\"}} = <<'X';\n  package A{i};\nX\n"), n).into_bytes();
    fatpack_unterminated: "a.pl", |n| repeat("$fatpacked{\"A.pm\"} = <<'X';\n", n);
    fatpack_same_line: "a.pl", |n| repeat("$fatpacked{\"A.pm\"} = <<'X'; ", n);
    fatpack_in_fatpack: "a.pl", |n| format!("$fatpacked{{\"b.pl\"}} = <<'Y';\n{}Y\ns/^  //mg for values %fatpacked;\n", numbered(|i| format!("  $fatpacked{{\"A{i}.pm\"}} = <<'X';\n    package A{i};\n  X\n"), n)).into_bytes();
    fatpack_long_name: "a.pl", |n| format!("$fatpacked{{\"{}b.pl\"}} = <<'Y';\n{}Y\ns/^  //mg for values %fatpacked;\n", "b".repeat(n / 2), numbered(|i| format!("  $fatpacked{{\"A{i}.pm\"}} = <<'X';\n    package A{i};\n  X\n"), n / 2)).into_bytes();
    copy_packages: "inc/A.pm", |n| numbered(|i| format!("package A{i};\n"), n).into_bytes();
    copy_version: "inc/A.pm", |n| [b"package A; our $VERSION = '".to_vec(), repeat("1.", n), b"x';\n".to_vec()].concat();
    copy_versions: "inc/A.pm", |n| within("package A;\n", "our $VERSION = '1.0';\n", "", n);
    copy_variables: "inc/A.pm", |n| within("package A;\n(", "$VERSION, ", ") = 1;\n", n);
    copy_nested_packages: "inc/A.pm", |n| repeat("package A {", n);
    par_of_nothing: "a.par", |n| repeat("PK\x05\x06", n);
    par_of_entries: "a.par", |n| repeat("PK\x01\x02", n);
    // The lexer under each of them.
    heredocs_on_one_line: "Makefile.PL", |n| repeat("<<A ", n);
    heredocs_on_lines: "Makefile.PL", |n| repeat("<<A\n", n);
    word_lists: "Makefile.PL", |n| repeat("qw(", n);
    quotes: "Makefile.PL", |n| repeat("q{", n);
    substitutions: "Makefile.PL", |n| repeat("s{}\n", n);
    pod: "Makefile.PL", |n| repeat("=cutter\n\n", n);
    formats: "Makefile.PL", |n| repeat("format A =\n", n);
    comments_in_quotes: "Makefile.PL", |n| repeat("q #\n", n);
    blanks: "Makefile.PL", |n| repeat(" ", n);
    nul_bytes: "Makefile.PL", |n| repeat("\0", n);
    nul_and_words: "Makefile.PL", |n| repeat("a\0", n);
    slashes: "Makefile.PL", |n| repeat("/", n);
    angles: "Makefile.PL", |n| repeat("<", n);
    colons: "Makefile.PL", |n| repeat("::", n);
    dollars: "Makefile.PL", |n| repeat("$", n);
    dollar_braces: "Makefile.PL", |n| repeat("${", n);
    attributes: "Makefile.PL", |n| repeat("sub a :b(", n);
    prototypes: "Makefile.PL", |n| repeat("sub (", n);
    numbers: "Makefile.PL", |n| repeat("1_", n);
    digits: "Makefile.PL", |n| repeat("1", n);
    packages_in_one_statement: "inc/A.pm", |n| repeat("package A, ", n);
    requires_in_one_statement: "inc/A.pm", |n| repeat("require A, ", n);
    requires_on_lines: "lib/A.pm", |n| repeat("require A;\n", n);
    uses: "lib/A.pm", |n| numbered(|i| format!("use A{i} 1.{i};\n"), n).into_bytes();
    uses_of_one_module: "lib/A.pm", |n| numbered(|i| format!("use HTTP::Tiny 0.{i};\n"), n).into_bytes();
    parents: "lib/A.pm", |n| within("use parent qw(", "A ", ");\n", n);
    parents_in_quotes: "lib/A.pm", |n| within("use parent ", "'A', ", "'B';\n", n);
    packages_of_a_script: "a.pl", |n| numbered(|i| format!("package A{i} 1.{i};\n"), n).into_bytes();
    packages_in_blocks: "lib/A.pm", |n| repeat("package A::B { our $VERSION = '1';", n);
    versions_of_packages: "lib/A.pm", |n| numbered(|i| format!("package A{i}; $A{i}::VERSION = '1';\n"), n).into_bytes();
    evals: "lib/A.pm", |n| repeat("eval { require A; ", n);
    evals_of_strings: "lib/A.pm", |n| repeat("eval \"use A; ", n);
    evals_in_evals: "lib/A.pm", |n| repeat("eval q{", n);
    use_if: "lib/A.pm", |n| within("use if ", "(", "", n);
    use_words: "lib/A.pm", |n| repeat("use ", n);
    package_words: "lib/A.pm", |n| repeat("package ", n);
    require_words: "lib/A.pm", |n| repeat("require ", n);
    module_braces: "lib/A.pm", |n| repeat("{", n);
    module_brace_pairs: "lib/A.pm", |n| halves("{", "}", n);
    module_brackets: "lib/A.pm", |n| halves("[", "]", n);
    module_parens: "lib/A.pm", |n| halves("(", ")", n);
    module_heredocs: "lib/A.pm", |n| repeat("print <<A, <<\"B\", <<~'C';\n", n);
    module_version_text: "lib/A.pm", |n| within("package A; our $VERSION = '", "1_", "';\n", n);
    module_name: "lib/A.pm", |n| within("package ", "A::", "B;\nuse A::B::C;", n);
    module_quotes: "lib/A.pm", |n| within("use ", "A'", "B;\n", n);
}
