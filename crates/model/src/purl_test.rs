use proptest::prelude::*;

use super::*;

fn parse(text: &str) -> PackageUrl {
    PackageUrl::parse(text).expect("a package URL")
}

fn dist(name: &str) -> DistName {
    DistName::parse(name).expect("a name")
}

#[test]
fn the_author_is_the_same_in_both_places() {
    let before = parse("pkg:cpan/OALDERS/libwww-perl@6.76");
    let after = parse("pkg:cpan/libwww-perl@6.76?author=oalders");
    assert_eq!(before.author(), Some("OALDERS"));
    assert_eq!(after.author(), Some("OALDERS"));
    assert_ne!(before, after);
    assert_eq!(before.canonical(), after);
    assert_eq!(before.canonical().to_string(), "pkg:cpan/libwww-perl@6.76?author=OALDERS");
    assert_eq!(before.to_string(), "pkg:cpan/OALDERS/libwww-perl@6.76");
    assert_eq!(parse("pkg:cpan/A-B/X?author=a-b").canonical().to_string(), "pkg:cpan/X?author=A-B");
    assert_eq!(
        PackageUrl::parse("pkg:cpan/ABC/X?author=DEF"),
        Err(PurlError::TwoAuthors("ABC".into(), "DEF".into()))
    );
}

#[test]
fn a_module_is_refused_with_what_it_says() {
    let module = ModuleName::parse("LWP::UserAgent").expect("a name");
    for (text, version, author) in [
        ("pkg:cpan/LWP::UserAgent", None, None),
        ("pkg:cpan/LWP%3A%3AUserAgent@6.7", Some("6.7"), None),
        ("pkg:cpan/oalders/LWP::UserAgent@6.7", Some("6.7"), Some("OALDERS")),
        ("pkg:cpan/LWP::UserAgent?author=OALDERS", None, Some("OALDERS")),
    ] {
        let expected = PurlError::Module {
            module: module.clone(),
            version: version.map(str::to_owned),
            author: author.map(str::to_owned),
        };
        assert_eq!(PackageUrl::parse(text), Err(expected), "{text}");
    }
}

#[test]
fn what_is_refused_says_why() {
    for (text, expected) in [
        ("libwww-perl", PurlError::Scheme("libwww-perl".into())),
        ("http:cpan/X", PurlError::Scheme("http:cpan/X".into())),
        ("pkg:deb/debian/perl@5.36", PurlError::OtherType("deb".into())),
        ("pkg:", PurlError::OtherType(String::new())),
        ("pkg:cpan", PurlError::MissingName),
        ("pkg:cpan/@1.0", PurlError::MissingName),
        ("pkg:cpan/a/b/X", PurlError::Author("a/b".into())),
        ("pkg:cpan/X%20Y", PurlError::Name("X Y".into())),
        ("pkg:cpan/X::", PurlError::Name("X::".into())),
        ("pkg:cpan/X?a", PurlError::Qualifier("a".into())),
        ("pkg:cpan/X?1a=b", PurlError::Qualifier("1a".into())),
        ("pkg:cpan/X?a%20=b", PurlError::Qualifier("a%20".into())),
        ("pkg:cpan/X?A=b&a=c", PurlError::QualifierTwice("a".into())),
        ("pkg:cpan/X@%zz", PurlError::Encoding("%zz".into())),
        ("pkg:cpan/X@%f", PurlError::Encoding("%f".into())),
        ("pkg:cpan/X@%FF", PurlError::Encoding("%FF".into())),
    ] {
        assert_eq!(PackageUrl::parse(text), Err(expected), "{text}");
    }
}

#[test]
fn spellings_of_one_url() {
    let canonical = "pkg:cpan/DateTime@1.55?author=DROLSKY&repository_url=https:%2F%2Fx.example%2F#lib/DateTime.pm";
    for text in [
        canonical,
        "PKG:CPAN/DateTime@1.55?repository_url=https%3a%2f%2fx.example%2F&Author=drolsky#/lib//./DateTime.pm/",
        " pkg://cpan/DateTime@1.55?author=DROLSKY&repository_url=https://x.example/&ext=#lib/../DateTime.pm ",
    ] {
        assert_eq!(parse(text).to_string(), canonical, "{text}");
    }
    assert_eq!(parse("pkg:///cpan///DateTime/@1.55?ext=").to_string(), "pkg:cpan/DateTime@1.55");
    assert_eq!(parse("pkg:cpan/Foo@1.0+local%201").version(), Some("1.0+local 1"));
    assert_eq!(parse("pkg:cpan/Foo@1.0+local%201").to_string(), "pkg:cpan/Foo@1.0%2Blocal%201");
}

#[test]
fn the_form_that_perlscan_writes() {
    let url = PackageUrl::for_release(&dist("libwww-perl"), Some("6.76"), Some("OALDERS"));
    assert_eq!(url.to_string(), "pkg:cpan/libwww-perl@6.76?author=OALDERS");
    let usual = url.clone().with_distpath("O/OA/OALDERS/libwww-perl-6.76.tar.gz");
    assert_eq!(usual, url);
    let private = url.with_repository_url("https://darkpan.example/");
    assert_eq!(
        private.to_string(),
        "pkg:cpan/libwww-perl@6.76?author=OALDERS&repository_url=https:%2F%2Fdarkpan.example%2F"
    );
    let zip = PackageUrl::for_release(&dist("Term-Gnuplot"), Some("0.90380906"), Some("ILYAZ"))
        .with_distpath("I/IL/ILYAZ/modules/Term-Gnuplot-0.90380906.zip");
    assert_eq!(
        zip.to_string(),
        "pkg:cpan/Term-Gnuplot@0.90380906?author=ILYAZ&distpath=authors%2Fid%2FI%2FIL%2FILYAZ%2Fmodules%2FTerm-Gnuplot-0.90380906.zip"
    );
    assert_eq!(PackageUrl::for_release(&dist("X"), None, None).to_string(), "pkg:cpan/X");
}

proptest! {
    #[test]
    fn any_text_is_read_or_refused(text in "(pkg:cpan/)?\\PC{0,40}") {
        let _ = PackageUrl::parse(&text);
    }

    #[test]
    fn what_is_written_reads_back(
        namespace in proptest::option::of("[A-Z][A-Z0-9-]{1,8}"),
        name in "[A-Za-z0-9._+~ü-]{1,12}",
        version in proptest::option::of("\\PC{1,12}"),
        value in "\\PC{0,20}",
        subpath in proptest::option::of("[a-z#?@%/.]{1,12}"),
    ) {
        let parts = PackageUrlParts {
            namespace: namespace.as_deref(),
            name: &name,
            version: version.as_deref(),
            qualifiers: vec![("repository_url", &value)],
            subpath: subpath.as_deref(),
        };
        let url = PackageUrl::build(&parts).expect("parts that fit");
        prop_assert_eq!(PackageUrl::parse(&url.to_string()), Ok(url));
    }
}
