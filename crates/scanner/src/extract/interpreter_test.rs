//! Which perl the files that name one are read to name. The expected values are
//! those of the tools' own documentation.

#![allow(clippy::expect_used, reason = "a test fails by panicking")]

use perlscan_model::interpreter::series;
use perlscan_model::location::SourcePath;
use perlscan_model::package::VersionState;

use super::*;

/// The perl that the registered extractor of a path reads, with the text at its span.
fn perl(name: &str, bytes: &[u8]) -> Option<(String, VersionState, String)> {
    let path = SourcePath::from(name);
    let mut facts = Facts::default();
    for extractor in extractors().iter().filter(|e| e.wants(&path) == Wanted::Yes) {
        extractor.extract(&SourceFile { path: &path, bytes }, &mut facts);
    }
    assert!(facts.interpreters.len() < 2, "{name} names one perl");
    let found = facts.interpreters.pop()?;
    let span = found.location.span.expect("a span");
    let text = String::from_utf8_lossy(span.text(bytes)).into_owned();
    Some((found.text, found.version, text))
}

fn exact(version: &VersionState) -> Vec<u32> {
    match version {
        VersionState::Exact(release) => release.version.parts().to_vec(),
        _ => Vec::new(),
    }
}

#[test]
fn version_files_name_one_perl() {
    for (name, text) in [
        (".perl-version", "5.36.1\n"),
        ("app/.perl-version", "# ours\n\n  perl-5.36.1  \r\n"),
        (".tool-versions", "nodejs 20.1.0\nperl 5.36.1 5.34.0 # both\n"),
        (".tool-versions", "perl\t5.36.1"),
    ] {
        let (written, version, at_span) = perl(name, text.as_bytes()).expect(name);
        assert_eq!(exact(&version), [5, 36, 1], "{name}");
        assert_eq!(written, at_span, "{name}");
    }
    for (name, text) in [
        (".perl-version", ""),
        (".perl-version", "# nothing\n"),
        (".tool-versions", "perltidy 1\nperl\nperl # 5.36.1\n"),
    ] {
        assert_eq!(perl(name, text.as_bytes()), None, "{name}: {text}");
    }
    let (_, version, _) = perl(".perl-version", b"system\n").expect("it names one");
    assert!(matches!(version, VersionState::Unknown(_)));
}

#[test]
fn the_last_stage_of_the_official_image_counts() {
    let two = b"FROM perl:5.30 AS build\nRUN x\nfrom --platform=linux/amd64 perl:5.36-slim\n";
    let (text, version, at_span) = perl("Dockerfile", two).expect("an image");
    assert_eq!((text.as_str(), at_span.as_str()), ("5.36-slim", "5.36-slim"));
    assert_eq!(version, VersionState::Range(series(36)));
    for image in ["docker.io/library/perl:5.36.1", "library/perl:5.36.1@sha256:ab", "perl:5.36.1"] {
        let source = format!("FROM {image}\n");
        let (.., at_span) = perl("web.Dockerfile", source.as_bytes()).expect(image);
        assert_eq!(at_span, "5.36.1", "{image}");
    }
    for image in ["perlbrew:5.36", "registry:5000/perl", "example/perl:5.36", "debian:12"] {
        let source = format!("FROM {image}\n");
        assert_eq!(perl("Containerfile", source.as_bytes()), None, "{image}");
    }
    let (.., version, _) = perl("Dockerfile", b"FROM perl\n").expect("an image");
    assert!(matches!(version, VersionState::Unknown(_)), "no tag is latest");
}

#[test]
fn a_tag_may_be_the_default_of_an_argument() {
    for source in [
        "ARG PERL=5.36.1\nFROM perl:${PERL}\n",
        "ARG PERL=\"5.36.1\"\nFROM perl:$PERL-slim\n",
        "FROM perl:${PERL:-5.36.1}\n",
    ] {
        let (_, version, at_span) = perl("Dockerfile", source.as_bytes()).expect(source);
        assert_eq!(exact(&version), [5, 36, 1], "{source}");
        assert!(at_span.starts_with('$'), "{source}");
    }
    // Only defaults that stand before the first FROM are known to it.
    let late = b"FROM debian\nARG PERL=5.36.1\nFROM perl:${PERL}\n";
    let (_, version, _) = perl("Dockerfile", late).expect("an image");
    assert!(matches!(version, VersionState::Unknown(_)));
}
