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

/// What Module::Metadata runs a line to know, and exact rules tell. Expected values
/// are those of real Module::Metadata (perl 5.36).
#[test]
fn what_rules_tell_is_what_module_metadata_gets_by_running_it() {
    for (line, expected) in [
        ("our ($VERSION) = '1.4';", "1.4"),
        ("(our $VERSION = '1.4_1') =~ s/_//;", "1.41"),
        ("our $VERSION = sprintf '%d.%d', 1, 3;", "1.3"),
        ("our $VERSION = '1.' . 4;", "1.4"),
        ("our $VERSION = (1.5);", "1.5"),
        ("our $VERSION = eval '1.002_003';", "1.002003"),
        ("our $XS_VERSION = our $VERSION = '1.643';", "1.643"),
        ("our $VERSION = our $XS_VERSION = '1.643';", "1.643"),
        ("our $VERSION = 0.000_003;", "0.000003"),
        ("our $VERSION = 1.23456789012;", "1.23456789"),
        ("our $VERSION = sprintf('%d.%02d', q$Revision: 1.2 $ =~ /(\\d+)\\.(\\d+)/);", "1.02"),
        ("our $VERSION = sprintf '%d.%03d', q$Revision: 1.2 $ =~ /(\\d+)/g;", "1.002"),
        ("our ($VERSION) = '$Revision: 1.22 $' =~ m{([\\d.]+)};", "1.22"),
        ("our $VERSION = (qw$Id: Foo.pm 1855 2021-11-26 willem $)[2];", "1855"),
        (
            "our $VERSION = do { my @r = (q$Revision: 2.4 $ =~ /\\d+/g); \
             sprintf '%d.' . '%02d' x $#r, @r };",
            "2.04",
        ),
        (
            "our $VERSION = do { my @v = ('1.6.2' =~ m/\\d+/g); \
             sprintf('%d.'.('%02d'x$#v), @v); };",
            "1.0602",
        ),
    ] {
        assert_eq!(read(&format!("package A;\n{line}")), format!("A {expected}"), "{line}");
    }
}

/// Module::Metadata leaves these out; expected values are what `A->VERSION` says
/// when perl 5.36 has run them.
#[test]
fn what_is_assigned_otherwise_is_what_perl_says() {
    for (line, expected) in [
        ("our ($VERSION, @ISA) = ('1.4');", "1.4"),
        ("our ($A, $VERSION) = ('1', '1.4');", "1.4"),
        ("our $VERSION ||= '1.4';", "1.4"),
        ("our $VERSION = do { '1.4' };\npackage B;", "1.4 | B -"),
    ] {
        assert_eq!(read(&format!("package A;\n{line}")), format!("A {expected}"), "{line}");
    }
}

/// What Module::Metadata runs to know, or gets wrong since it reads by line.
#[test]
fn what_would_have_to_be_run_is_unknown() {
    for line in [
        "our $VERSION = \"1.$x\";",
        "*VERSION = \\'1.01';",
        "our $VERSION = '0';",
        "our $VERSION = '1.0' unless $VERSION;",
        "our $VERSION = '1.0' if 1;",
        "our $VERSION = $B::VERSION;",
        "our $VERSION = sprintf '%d.%02d', q$Revision$ =~ /(\\d+)\\.(\\d+)/;",
        "our $VERSION = sprintf '%d.%02d', $x, 2;",
        "our $VERSION = sprintf '%vd', '1.2';",
        "our (@ISA, $VERSION) = ('1', '2');",
        "(our $VERSION = '1.4') =~ s/./x/;",
        "our $VERSION = do { f(); };",
        "our $VERSION = do { my @r = f(); sprintf '%d', @r };",
        "our $VERSION = do { my @r = (1, 2); sprintf '%d.%d', @r } . $x;",
        "our $VERSION = 1.0 + 0.1;",
        "our $VERSION = '1' x 10000;",
        "my $VERSION = '1.0';",
    ] {
        assert_eq!(read(&format!("package A;\n{line}")), "A ?", "{line}");
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
