//! The cases are written after Module::Build::API and what Dist::Zilla writes;
//! what is expected was decided by reading them.

use super::super::PointerKind;
use super::*;

fn read(text: &str) -> Facts {
    let path = SourcePath::from("Build.PL");
    let mut facts = Facts::default();
    BuildPl.extract(&SourceFile { path: &path, bytes: text.as_bytes() }, &mut facts);
    facts
}

fn found(text: &str) -> Vec<String> {
    let line = |r: &perlscan_model::requirement::Requirement| {
        let mark = if r.conditional { "?" } else { "" };
        format!("{} {} {} {}{mark}", r.phase, r.relation, r.module, r.range_text)
    };
    read(text).requirements.iter().map(line).collect()
}

#[test]
fn the_arguments_of_new() {
    let text = "use Module::Build;\nmy $build = Module::Build->new(\n module_name => 'Foo::Bar',\n \
                requires => { perl => '5.8.1', 'A' => '>= 1.2, != 1.5' },\n build_requires => { B => 0 },\n \
                test_requires => { C => 1 }, configure_requires => { 'Module::Build' => 0.42 },\n \
                recommends => { D => 2 }, conflicts => { E => '< 3' },\n);\n$build->create_build_script;\n";
    assert_eq!(
        found(text),
        [
            "configure requires Module::Build 0.42",
            "build requires B 0",
            "test requires C 1",
            "runtime requires perl 5.8.1",
            "runtime requires A >= 1.2, != 1.5",
            "runtime recommends D 2",
            "runtime conflicts E < 3",
        ]
    );
    let facts = read(text);
    assert_eq!(facts.problems, []);
    let pointers: Vec<_> = facts.pointers.iter().map(|p| (p.kind, p.target.to_string())).collect();
    assert_eq!(pointers, [(PointerKind::Version, "lib/Foo/Bar.pm".to_owned())]);
}

#[test]
fn a_hash_a_subclass_and_an_old_version() {
    let text = r#"
my %module_build_args = (
  "dist_name" => "Foo", "dist_version" => "1",
  "requires" => { "A" => 1 },
  "test_requires" => { "T" => 2 },
);
my %fallback_build_requires = ( "Wrong" => 9 );
unless ( eval { Module::Build->VERSION(0.4004) } ) {
  delete $module_build_args{test_requires};
  $module_build_args{build_requires} = \%fallback_build_requires;
}
my $class = Module::Build->subclass(class => 'My::Builder', code => q{ sub ACTION_x { } });
my $build = $class->new(%module_build_args);
"#;
    assert_eq!(found(text), ["test requires T 2", "runtime requires A 1"]);
    assert_eq!(read(text).problems, []);
}

#[test]
fn tiny_says_nothing_and_unknown_code_is_undecided() {
    assert_eq!(read("use Module::Build::Tiny 0.034;\nBuild_PL();\n").problems, []);
    let kinds = |text| read(text).problems.iter().map(|p| p.kind).collect::<Vec<_>>();
    assert_eq!(kinds("My::Builder->make_it;\n"), [ProblemKind::Undecided]);
    let text = "Module::Build->new(module_name => 'A', requires => $r);\n";
    assert_eq!(kinds(text), [ProblemKind::Undecided]);
}
