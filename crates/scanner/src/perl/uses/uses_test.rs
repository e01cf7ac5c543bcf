use crate::perl::reading;

/// What a source loads: `?` for what is optional, `~` for what is conditional,
/// and the least version. The text at each place is looked at as well.
fn read(source: &str) -> Vec<String> {
    reading::read(source.as_bytes())
        .loads
        .iter()
        .map(|load| {
            let written = source.get(load.range.clone()).expect("a place in the source");
            let name = load.module.as_str();
            let last = name.rsplit("::").next().unwrap_or(name);
            let plain = |text: &str| text.replace('_', "").to_lowercase();
            assert!(
                name == "perl" || plain(written).contains(&plain(last)),
                "{name} at {written:?}"
            );
            let mark = |is: bool, mark: &'static str| if is { mark } else { "" };
            let minimum = load.minimum.as_deref().map(|minimum| format!(" {minimum}"));
            format!(
                "{}{}{name}{}",
                mark(load.optional, "?"),
                mark(load.conditional, "~"),
                minimum.unwrap_or_default()
            )
        })
        .collect()
}

#[test]
fn tells_what_statements_load() {
    assert_eq!(
        read("use Foo::Bar 1.2 qw(a); no Baz; use 5.010;"),
        ["Foo::Bar 1.2", "Baz", "perl 5.010"]
    );
    assert_eq!(read("use constant 1, 2;"), ["constant"]);
    assert_eq!(read("{ no strict; use X }"), ["strict", "X"]);
    assert_eq!(
        read("require Foo; require 'A/B.pm'; require v5.10;"),
        ["Foo", "A::B", "perl v5.10"]
    );
    assert_eq!(read("require(Foo::Bar); require ('A/B.pm'); L: use X;"), ["Foo::Bar", "A::B", "X"]);
    assert_eq!(read("no 5.010; no Foo 1.2;"), ["Foo 1.2"]);
    assert_eq!(read("use v6; use Foo;"), [""; 0]);
    assert_eq!(read("use Foo'Bar;"), ["Foo::Bar"]);
    // What perl refuses, or looks for under no module's name.
    assert_eq!(read("require ::A; use ::A; use A::; require A::;"), [""; 0]);
}

#[test]
fn leaves_what_loads_nothing() {
    assert_eq!(
        read("my %h = (use => 1, require => 'A.pm'); $h{require}; $x->require('B');"),
        [""; 0]
    );
    assert_eq!(read("require $x; require \"$x.pm\"; sub require { 1 }"), [""; 0]);
    assert_eq!(read("require shift; require $x->y; require 'A/' . $x; require 'x.pl';"), [""; 0]);
    assert_eq!(read("require(A::b($x)); require A->b;"), [""; 0]);
    assert_eq!(read("print <<A;\nuse Foo;\nA\n=pod\n\nuse Bar;\n\n=cut\n"), [""; 0]);
    assert_eq!(read("extends 'A'; with 'B'; enable 'C'; load 'D'; use_module('E');"), [""; 0]);
}

#[test]
fn loads_the_classes_of_parent_and_base() {
    assert_eq!(read("use parent qw(A B::C);"), ["parent", "A", "B::C"]);
    assert_eq!(read("use parent 0.2 'A' => 'B';"), ["parent 0.2", "A", "B"]);
    assert_eq!(read("use parent -norequire, 'A';"), ["parent"]);
    assert_eq!(read("use parent qw(-norequire A);"), ["parent"]);
    assert_eq!(
        read("use base ('A', \"B\"); use base Foo::Bar;"),
        ["base", "A", "B", "base", "Foo::Bar"]
    );
    assert_eq!(read("use base 'A' . $x, $y, map { \"X::$_\" } 'Q';"), ["base"]);
    assert_eq!(
        read("use fields qw(a b); use superclass 'A' => 1.2, 'B';"),
        ["fields", "superclass", "A 1.2", "B"]
    );
}

#[test]
fn loads_one_module_for_another_name() {
    assert_eq!(read("use if $] < 5.01, 'Foo::Bar' => 'x';"), ["if", "~Foo::Bar"]);
    assert_eq!(
        read("use if f(1, 2), Foo; use if eval { 1 }, Bar => 1;"),
        ["if", "~Foo", "if", "~Bar"]
    );
    assert_eq!(
        read("use aliased 'Foo::Bar' => 'B'; use autouse 'X' => qw(f);"),
        ["aliased", "Foo::Bar", "autouse", "X"]
    );
    assert_eq!(
        read("use only Foo => 1.2; use mixin 'A', 'B';"),
        ["only", "Foo 1.2", "mixin", "A", "B"]
    );
    assert_eq!(
        read("use Mojo::Base 'Foo', -signatures; use Mojo::Base -base;"),
        ["Mojo::Base", "Foo", "Mojo::Base"]
    );
    assert_eq!(read("use POE qw(Wheel::Run);"), ["POE", "POE::Wheel::Run"]);
    assert_eq!(
        read("use Catalyst qw/-Debug ConfigLoader +My::P ~Own/; __PACKAGE__->setup('Cache');"),
        ["Catalyst", "Catalyst::Plugin::ConfigLoader", "My::P", "Catalyst::Plugin::Cache"]
    );
    assert_eq!(
        read("use Inline C => 'x'; use syntax 'qw_comments';"),
        ["Inline", "Inline::C", "syntax", "Syntax::Feature::QwComments"]
    );
}

#[test]
fn object_systems_load_classes_and_roles() {
    assert_eq!(
        read("use Moose; extends 'A', 'B'; with 'C' => { -version => 1.2 }, 'D';"),
        ["Moose", "A", "B", "C 1.2", "D"]
    );
    assert_eq!(read("use Moo::Role; with('A', 'B'); extends 'C';"), ["Moo::Role", "A", "B"]);
    // Any::Moose, `_canonicalize_fragment`.
    assert_eq!(
        read("use Any::Moose qw(Role ::Util X::Types Moose::Meta); extends 'A';"),
        ["Any::Moose", "~Mouse::Role", "~Mouse::Util", "~MouseX::Types", "~Mouse::Meta", "A"]
    );
    assert_eq!(read("use Moose; no Moose; with 'A';"), ["Moose", "Moose"]);
    assert_eq!(
        read("use Moo; with 'A' => { x => sub { 1 } }, 'B'; with 'C' if $x;"),
        ["Moo", "A", "B", "~C"]
    );
    assert_eq!(
        read("use Moo; extends $x ? 'A' : 'B'; with \"X::$y\", map { 'C' } 1;"),
        ["Moo", "~A", "~B"]
    );
    assert_eq!(read("use Moo; with Of fields => (uniq => 1); extends f('A'), 'B';"), ["Moo", "B"]);
    assert_eq!(
        read("use Object::Pad; class Foo isa Bar 1.2 does Baz;"),
        ["Object::Pad", "Bar 1.2", "Baz"]
    );
    assert_eq!(
        read("use experimental 'class'; class Foo :isa(Bar 1.2) { }"),
        ["experimental", "Bar 1.2"]
    );
}

#[test]
fn functions_load_by_name() {
    assert_eq!(
        read("use Module::Runtime qw(use_module); use_module('A', 1.2)->new; require_module('B');"),
        ["Module::Runtime", "A 1.2"]
    );
    assert_eq!(read("Module::Runtime::require_module(\"A::B\");"), ["A::B"]);
    assert_eq!(
        read("use Class::Load ':all'; load_class('A', {-version => '1.0'}); try_load_class('B');"),
        ["Class::Load", "A 1.0", "?B"]
    );
    assert_eq!(
        read("use Module::Load; load Foo::Bar; load 'A', 'x';"),
        ["Module::Load", "Foo::Bar", "A"]
    );
    assert_eq!(read("use Module::Load (); load Foo::Bar;"), ["Module::Load"]);
    assert_eq!(
        read(
            "use Test::Requires { A => 1.2, 'B' => '0' }; use Test::Requires qw(C 5.010); test_requires 'D', 2;"
        ),
        ["Test::Requires", "?A 1.2", "?B 0", "Test::Requires", "?C", "?perl 5.010", "?D 2"]
    );
    assert_eq!(
        read(
            "use Plack::Builder; builder { enable 'A', x => 1; enable_if { 1 } '+B'; enable \"Plack::Middleware::C\"; };"
        ),
        ["Plack::Builder", "Plack::Middleware::A", "~B", "Plack::Middleware::C"]
    );
}

#[test]
fn what_may_fail_is_optional() {
    assert_eq!(read("eval { require X; 1 } or warn; require Y;"), ["?X", "Y"]);
    // Its failure ends the program all the same.
    assert_eq!(read("eval { require X; 1 } or die 'X'; eval 'use Y' || croak();"), ["X", "Y"]);
    assert_eq!(
        read("eval { eval { require X } or die; 1 }; eval { require Y }; die;"),
        ["?X", "?Y"]
    );
    assert_eq!(read("try { require X } catch { require Z };"), ["?X", "~Z"]);
    // A `use` is carried out before the eval runs.
    assert_eq!(read("eval { use X };"), ["X"]);
    assert_eq!(read("BEGIN { eval { require X } } eval { sub f { require Y } };"), ["?X", "Y"]);
}

#[test]
fn strings_given_to_eval_are_code() {
    assert_eq!(read("eval 'use X 1.2; 1' or warn; eval \"require Y\";"), ["?X 1.2", "?Y"]);
    assert_eq!(read("eval(q{use X; eval qq{use Y}; BEGIN { require Z }});"), ["?X", "?Y", "?Z"]);
    assert_eq!(read("eval <<'E'; use B;\nuse A;\nE\nuse C;"), ["B", "?A", "C"]);
    assert_eq!(read("eval \"use $x\"; eval \"use A::$x\"; eval 'require ' . $x;"), [""; 0]);
    assert_eq!(read("eval 'use A' . '::B'; eval 'use A; ' . $x . '; use C;';"), ["?A", "?C"]);
    assert_eq!(read(r#"eval "print \"x\"; use A; \$y = 'use B'";"#), ["?A"]);
    assert_eq!(read(r"eval 'print \'use B\'; use A;';"), ["?A"]);
    assert_eq!(read("eval 'use A' if $x; $y && eval 'use B';"), ["?~A", "?~B"]);
    assert_eq!(read("eval($x ? <<'A' : <<'B') or die;\nuse X;\nA\nuse Y;\nB\n"), ["?~X", "?~Y"]);
    assert_eq!(read("my $s = 'use A'; print 'use B'; eval { 'use C' };"), [""; 0]);
}

#[test]
fn conditions_count_for_what_runs() {
    assert_eq!(read("if ($x) { require A; use B } else { require C }"), ["~A", "B", "~C"]);
    assert_eq!(
        read("require A if $x; $x and require B; $x || require C, require D;"),
        ["~A", "~B", "~C", "D"]
    );
    assert_eq!(
        read("require A or die; foo() if require B; (require C) && require D;"),
        ["A", "B", "C", "~D"]
    );
    assert_eq!(read("if (eval { require A; 1 }) { require B } require C;"), ["?A", "~B", "C"]);
    assert_eq!(read("unless (grep { require A } @x) { require B }"), ["A", "~B"]);
    assert_eq!(
        read("$x and do { require A }; do { require B } if $y; do { require C };"),
        ["~A", "~B", "C"]
    );
    assert_eq!(
        read("L: for my $x (1) { require A } while (1) { BEGIN { require B } }"),
        ["~A", "B"]
    );
    assert_eq!(
        read("$x ? require A : require B; f($x && 1, require C); elsif_();"),
        ["~A", "~B", "C"]
    );
    assert_eq!(read("if (1) { } elsif (require A) { } sub f { require B }"), ["~A", "B"]);
}

#[test]
fn statements_of_any_length_are_read() {
    let list = "[1, 'a'], ".repeat(20_000);
    let source = format!("my %x = ({list} require A, {list}); package B; our $VERSION = '1';");
    assert_eq!(read(&source), ["A"]);
    let reading = reading::read(source.as_bytes());
    assert_eq!(reading.faults, []);
    assert_eq!(reading.packages.len(), 1);
}

#[test]
fn both_sides_of_a_merge_are_read() {
    let source = "use A;\n<<<<<<< HEAD\nuse B;\n||||||| x\nuse C;\n=======\nuse D;\n>>>>>>> b\n\
                  my $x = 1\n<<<<<<< HEAD\n + require E;\n=======\n;use F;\n>>>>>>> b\nuse G;\n";
    assert_eq!(read(source), ["A", "B", "C", "D", "E", "F", "G"]);
    assert_eq!(reading::read(source.as_bytes()).faults.len(), 7);
}

#[test]
fn versions_asked_for_later_count() {
    assert_eq!(read("require Foo; Foo->VERSION(1.2); Bar->VERSION('2');"), ["Foo 1.2"]);
    assert_eq!(read("eval { require Foo; Foo->VERSION('v1.2') };"), ["?Foo v1.2"]);
}

#[test]
fn what_is_hostile_takes_linear_time() {
    let many = [
        "require Foo, ".repeat(100_000),
        "{".repeat(50_000) + &"require X;".repeat(10_000) + &"}".repeat(50_000),
        "do { require X; ".repeat(30_000) + &"} if 1".repeat(30_000),
        "use Moose; ".to_owned() + &"with 'A', ".repeat(50_000),
        "use Moose; ".to_owned() + &"with(".repeat(50_000),
        "eval ".repeat(50_000) + "'use X'",
        "eval 'a' . ".repeat(50_000),
        "use parent ".repeat(50_000),
        "use if (".repeat(50_000),
        "use Moose; with { sub { ".to_owned() + &"}, { sub { ".repeat(50_000),
    ];
    for source in &many {
        let begun = std::time::Instant::now();
        let _ = reading::read(source.as_bytes());
        let taken = begun.elapsed();
        assert!(taken.as_secs() < 5, "{taken:?} for {}...", &source[..20]);
    }
}
