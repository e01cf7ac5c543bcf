//! The cases are written after the manuals of ExtUtils::MakeMaker and
//! Module::Install and after what Dist::Zilla writes; what is expected was decided
//! by reading them.

use super::super::PointerKind;
use super::*;

fn read(text: &str) -> Facts {
    let path = SourcePath::from("Makefile.PL");
    let mut facts = Facts::default();
    MakefilePl.extract(&SourceFile { path: &path, bytes: text.as_bytes() }, &mut facts);
    facts
}

/// Phase, module, range, and `?` where it is conditional.
fn found(text: &str) -> Vec<String> {
    let facts = read(text);
    for requirement in &facts.requirements {
        let span = requirement.location.span.map(|span| span.text(text.as_bytes()));
        let named = span.is_some_and(|span| span == requirement.module.as_str().as_bytes());
        assert!(named || requirement.module.is_perl(), "{requirement:?}");
    }
    let line = |r: &perlscan_model::requirement::Requirement| {
        let mark = if r.conditional { "?" } else { "" };
        format!("{} {} {}{mark}", r.phase, r.module, r.range_text)
    };
    facts.requirements.iter().map(line).collect()
}

fn problems(text: &str) -> Vec<(ProblemKind, u32)> {
    let line = |p: &perlscan_model::problem::Problem| (p.kind, p.location.line().unwrap_or(0));
    read(text).problems.iter().map(line).collect()
}

#[test]
fn the_keys_of_write_makefile() {
    let text = "use ExtUtils::MakeMaker;\nWriteMakefile(\n NAME => 'Foo::Bar', VERSION => '1.10',\n \
                MIN_PERL_VERSION => '5.008001',\n 'PREREQ_PM' => { 'A::B' => '1.10', C => 0, D::E => 2 },\n \
                BUILD_REQUIRES => { F => 1 }, TEST_REQUIRES => { G => '>= 1, < 2' },\n \
                CONFIGURE_REQUIRES => { H => 6.64 }, );\n";
    assert_eq!(
        found(text),
        [
            "configure H 6.64",
            "build F 1",
            "test G >= 1, < 2",
            "runtime A::B 1.10",
            "runtime C 0",
            "runtime D::E 2",
            "runtime perl 5.008001",
        ]
    );
    assert_eq!(problems(text), []);
    let identities: Vec<_> = read(text).identities.iter().map(|i| i.dist.to_string()).collect();
    assert_eq!(identities, ["Foo-Bar"]);
}

#[test]
fn what_dist_zilla_writes_and_its_fallback_adds_nothing() {
    let text = r#"
my %WriteMakefileArgs = (
  "DISTNAME" => "Foo",
  "PREREQ_PM" => { "A" => 1 },
  "TEST_REQUIRES" => { "T" => "0.88" },
  "VERSION" => "0.1",
);
my %FallbackPrereqs = ( "A" => 1, "T" => "0.88", "Wrong" => 9 );
unless ( eval { ExtUtils::MakeMaker->VERSION(6.63_03) } ) {
  delete $WriteMakefileArgs{TEST_REQUIRES};
  delete $WriteMakefileArgs{BUILD_REQUIRES};
  $WriteMakefileArgs{PREREQ_PM} = \%FallbackPrereqs;
}
delete $WriteMakefileArgs{TEST_REQUIRES}
  unless eval { ExtUtils::MakeMaker->VERSION(6.52) };
WriteMakefile(%WriteMakefileArgs);
"#;
    assert_eq!(found(text), ["test T 0.88", "runtime A 1"]);
    assert_eq!(problems(text), []);
}

#[test]
fn hashes_that_are_filled_later_and_under_conditions() {
    let text = r#"
my %args = (NAME => 'Foo', PREREQ_PM => { A => 1, B => 2 });
$args{PREREQ_PM}{C} = 3;
$args{PREREQ_PM}->{'Win32::D'} = 4 if $^O eq 'MSWin32';
if ($ENV{X}) { $args{PREREQ_PM}{E} = 5 } else { $args{PREREQ_PM}{F} = 6 }
delete $args{PREREQ_PM}{B};
$args{TEST_REQUIRES} ||= { G => 7 };
WriteMakefile(%args, ($] >= 5.005 ? (BUILD_REQUIRES => { H => 8 }) : ()),
  $ENV{Y} ? (CONFIGURE_REQUIRES => { I => 9 }) : ());
"#;
    assert_eq!(
        found(text),
        [
            "configure I 9?",
            "build H 8",
            "test G 7",
            "runtime A 1",
            "runtime C 3",
            "runtime Win32::D 4?",
            "runtime E 5?",
            "runtime F 6?",
        ]
    );
    assert_eq!(problems(text), []);
}

#[test]
fn references_lists_and_constants() {
    let text = "use constant V => '1.5';\nmy $deps = { A => V };\nmy %more = (B => 2);\n\
                WriteMakefile(NAME => 'X', PREREQ_PM => { %$deps, %more, map { $_ => 1 } qw(C D) });\n";
    assert_eq!(found(text), ["runtime A 1.5", "runtime B 2"]);
    assert_eq!(problems(text), [(ProblemKind::Undecided, 4)]);
}

#[test]
fn what_is_not_literal_names_its_key() {
    let text =
        "WriteMakefile(NAME => 'X',\n PREREQ_PM => deps(),\n TEST_REQUIRES => { A => $v });\n";
    assert_eq!(found(text), ["test A "]);
    assert_eq!(problems(text), [(ProblemKind::Undecided, 2), (ProblemKind::Undecided, 3)]);
    let said: Vec<_> = read(text).problems.into_iter().map(|p| p.message).collect();
    assert!(said.first().is_some_and(|m| m.starts_with("PREREQ_PM ")), "{said:?}");
    assert_eq!(problems("WriteMakefile(get_args());\n").len(), 2);
    assert_eq!(problems("print 'hello';\n"), [(ProblemKind::Undecided, 1)]);
}

#[test]
fn prereqs_in_metadata() {
    let text = "WriteMakefile(NAME => 'X', META_MERGE => { 'meta-spec' => { version => 2 },\n \
                prereqs => { develop => { requires => { A => 1 } },\n runtime => { recommends => { B => 2 } } } },\n \
                META_ADD => { build_requires => { C => 3 } });\n";
    assert_eq!(found(text), ["develop A 1", "runtime B 2", "build C 3"]);
}

#[test]
fn module_install() {
    let text = "use inc::Module::Install;\nname 'Foo-Bar';\nall_from 'lib/Foo/Bar.pm';\n\
                requires 'A' => '1.0', 'B' => 0;\nrequires 'C';\ntest_requires('D' => 4);\n\
                configure_requires 'E';\nrecommends 'F';\nperl_version '5.010';\n\
                requires 'Win32' if $^O eq 'MSWin32';\n\
                features('SQL' => [ -default => 0, 'DBI' => 1.6 ]);\nrequires_from 'lib/Foo.pm';\nWriteAll;\n";
    assert_eq!(
        found(text),
        [
            "runtime A 1.0",
            "runtime B 0",
            "runtime C ",
            "test D 4",
            "configure E ",
            "runtime F ",
            "runtime perl 5.010",
            "runtime Win32 ?",
            "runtime DBI 1.6",
        ]
    );
    let facts = read(text);
    assert_eq!(problems(text), []);
    let kinds: Vec<_> = facts.pointers.iter().map(|p| (p.kind, p.target.to_string())).collect();
    let (foo_bar, foo) = ("lib/Foo/Bar.pm".to_owned(), "lib/Foo.pm".to_owned());
    assert_eq!(
        kinds,
        [
            (PointerKind::Version, foo_bar.clone()),
            (PointerKind::PerlVersion, foo_bar),
            (PointerKind::Requires, foo),
        ]
    );
    let features: Vec<_> = facts.requirements.iter().filter_map(|r| r.feature.clone()).collect();
    assert_eq!(features, ["SQL"]);
}

#[test]
fn a_wrapper_for_old_versions_hands_on_what_it_is_given() {
    let text = "WriteMakefile1(NAME => 'X', PREREQ_PM => { A => 1 });\n\
                sub WriteMakefile1 { my %params = @_; $params{PREREQ_PM} = {} if $eumm_version < 6.55;\n\
                WriteMakefile(%params); }\n";
    assert_eq!(found(text), ["runtime A 1"]);
    assert_eq!(problems(text), []);
}

#[test]
fn what_the_script_itself_loads_is_needed_to_configure() {
    let text = "use 5.008;\nuse ExtUtils::MakeMaker 6.48;\neval { require Foo::Bar };\n\
                WriteMakefile(NAME => 'X', ($x ? () : require Baz));\n";
    let facts = read(text);
    let uses: Vec<_> = facts
        .uses
        .iter()
        .map(|used| {
            let text = used.span.text(text.as_bytes());
            let minimum = used.minimum.as_deref().unwrap_or_default();
            assert_eq!(used.phase, Phase::Configure);
            (used.module.as_str(), minimum, used.optional, used.conditional, used.span.line, text)
        })
        .collect();
    assert_eq!(
        uses,
        [
            ("perl", "5.008", false, false, 1, &b"5.008"[..]),
            ("ExtUtils::MakeMaker", "6.48", false, false, 2, b"ExtUtils::MakeMaker"),
            ("Foo::Bar", "", true, false, 3, b"Foo::Bar"),
            ("Baz", "", false, true, 4, b"Baz"),
        ]
    );
}

#[test]
fn hostile_files_end() {
    let doubling =
        "my %a = (x => {}); ".to_owned() + &"%a = (%a, y => {%a}, z => {%a}); ".repeat(60);
    let _ = read(&(doubling + "WriteMakefile(PREREQ_PM => \\%a);"));
    let _ = read(&format!("WriteMakefile(PREREQ_PM => {}", "{ a => ".repeat(50_000)));
    let _ = read(&"WriteMakefile(A => do { 1 }, ".repeat(3_000));
    let _ = read(&"if (eval { ".repeat(5_000));
}
