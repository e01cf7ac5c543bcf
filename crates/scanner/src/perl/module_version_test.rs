use super::*;

/// `NAME VERSION`, with `-` for none and `?` for what only running tells.
fn read(source: &str) -> String {
    let show = |found: &PackageFound| {
        assert_eq!(&source[found.range.clone()], found.module.as_str(), "the span holds the name");
        let version = match &found.version {
            Some(VersionState::Exact(release)) => release.text.to_string(),
            Some(_) => "?".to_owned(),
            None => "-".to_owned(),
        };
        format!("{} {version}", found.module)
    };
    packages(source.as_bytes()).iter().map(show).collect::<Vec<_>>().join(" | ")
}

/// Expected values are those of real Module::Metadata (perl 5.36).
#[test]
fn versions_are_those_of_module_metadata() {
    for (source, expected) in [
        ("package A;\nour $VERSION = '1.2';", "A 1.2"),
        ("package A;\n$VERSION = 0.10;", "A 0.1"),
        ("package A 1.5;", "A 1.5"),
        ("package A v1.2.3 { our $VERSION = '9'; }", "A v1.2.3"),
        ("package A;\nour $VERSION = version->declare('1.2');", "A v1.2"),
        ("package A;\nour $VERSION = qv('1.2.3');", "A 1.2.3"),
        ("package A;\nour $VERSION = qv('1.2');", "A v1.2"),
        ("package A;\nour $VERSION = version->new('1.02');", "A 1.02"),
        ("package A;\nour $VERSION = $VERSION = '3.1';", "A 3.1"),
        (
            "package A;\nuse vars qw($VERSION);\n$VERSION = '2.0';\n$VERSION = eval $VERSION;",
            "A 2.0",
        ),
        ("package A;\n$A::VERSION = '4.0';\npackage B;\nour $VERSION = 5;", "A 4.0 | B 5"),
        ("package A;\nour $VERSION = '1.002_003';", "A 1.002_003"),
        ("package A;\nour $VERSION = 1.002_003;", "A 1.002003"),
        ("package A;\nif ($VERSION == 3) { }", "A -"),
        ("package A;\nour $VERSION = v1.2.3;", "A v1.2.3"),
        ("package A;\nour $VERSION = '1.1';\nour $VERSION = '1.2';", "A 1.1"),
        ("package A;\n=pod\n\nour $VERSION = '1.1';\n\n=cut\n\nour $VERSION = '1.3';", "A 1.3"),
    ] {
        assert_eq!(read(source), expected, "{source}");
    }
}

/// What Module::Metadata runs to know, or gets wrong since it reads by line.
#[test]
fn what_would_have_to_be_run_is_unknown() {
    for source in [
        "package A;\nour ($VERSION) = '1.4';",
        "package A;\nour ($VERSION, @ISA) = ('1.4');",
        "package A;\n(our $VERSION = '1.4') =~ s/_//;",
        "package A;\nour $VERSION = sprintf '%d.%d', 1, 3;",
        "package A;\nour $VERSION = '1.' . 4;",
        "package A;\nour $VERSION ||= '1.4';",
        "package A;\nour $VERSION = \"1.$x\";",
        "package A;\n*VERSION = \\'1.01';",
        "package A;\nour $VERSION = '0';",
        "package A;\nour $VERSION = '1.0' unless $VERSION;",
        "package A;\nour $VERSION = '1.0' if 1;",
    ] {
        assert_eq!(read(source), "A ?", "{source}");
    }
}

#[test]
fn blocks_end_packages() {
    assert_eq!(
        read("package A; { package B; our $VERSION = '1'; } our $VERSION = '2';"),
        "A 2 | B 1"
    );
    assert_eq!(read("package A { our $VERSION = '1' } our $VERSION = '2';"), "A 1");
    assert_eq!(read("package A; BEGIN { our $VERSION = '6.01' }"), "A 6.01");
    assert_eq!(read("package\n  A;\nour $VERSION = '7';"), "A 7");
    assert_eq!(read("package A; sub f { my $x = $B::VERSION; $x = 1 }"), "A -");
}
