//! What installers do with their options is what their sources say; see `options`.

use perlscan_model::mirror_setting::MirrorFlaw::{
    self, NotRead, NotVerified, PlainText, PublicAsWell, PublicFirst,
};

use super::*;

/// What is found in a file: setting, flaw, mirror and the text at the place.
fn found(path: &str, text: &str) -> Vec<(&'static str, MirrorFlaw, String, String)> {
    let path = SourcePath::from(path);
    let mut facts = Facts::default();
    Installers.extract(&SourceFile { path: &path, bytes: text.as_bytes() }, &mut facts);
    assert_eq!(facts.problems, []);
    let lines: Vec<&str> = text.split('\n').collect();
    let place = |setting: &MirrorSetting| {
        let span = setting.location.span.expect("a place");
        let line = lines[span.line as usize - 1];
        let from = span.column as usize - 1;
        match span.line == span.end_line {
            true => line[from..span.end_column as usize - 1].to_owned(),
            false => line[from..].to_owned(),
        }
    };
    let one = |setting: &MirrorSetting| {
        (setting.setting, setting.flaw, setting.mirror.clone(), place(setting))
    };
    facts.mirrors.iter().map(one).collect()
}

const PAN: &str = "https://pan.example";

#[test]
fn a_mirror_is_asked_first_only_when_cpanm_is_told_so() {
    for command in [
        "cpanm --mirror https://pan.example Foo",
        "cpanm --mirror=https://pan.example Foo",
        "sudo -E /usr/bin/cpanm -n Foo --mirror \"https://pan.example\"",
        "cpanm --mirror-only --no-mirror-only --mirror https://pan.example .",
        "true && (cd x; cpanm --mirror \\\n  https://pan.example Foo)",
        "bash -c 'cd /x && cpanm --mirror https://pan.example Foo'",
        "curl -L https://cpanmin.us | perl - --mirror https://pan.example Foo",
        "PAN=https://pan.example\ncpanm --mirror $PAN Foo",
        "carton exec cpanm --mirror https://pan.example Foo",
    ] {
        let all = found("install.sh", command);
        let [(setting, PublicFirst, mirror, _)] = all.as_slice() else {
            panic!("{command}: {all:?}")
        };
        assert_eq!((*setting, mirror.as_str()), ("cpanm --mirror", PAN), "{command}");
    }
    for command in [
        "cpanm --mirror https://pan.example --mirror-only Foo",
        "cpanm --mirror-only --mirror https://pan.example \\\n  Foo",
        "cpanm --from https://pan.example Foo",
        "cpanm -M https://pan.example Foo",
        "cpanm -nMhttps://pan.example Foo",
        "cpanm --mirror https://old.example --from https://pan.example Foo",
        "cpanm --mirror-index i --mirror https://pan.example .",
        "cpanm --mirror https://www.cpan.org Foo",
        "cpanm --mirror https://mirror.example.net/CPAN/ Foo",
        "cpan_mirror=https://cpan.metacpan.org/\ncpanm --mirror $cpan_mirror Foo",
        "cpanm --mirror https://pan.example \"$@\"",
        "cpanm --mirror https://pan.example $CPANM_OPTS Foo",
        "echo cpanm --mirror https://pan.example Foo",
        "# cpanm --mirror https://pan.example Foo",
        "cpanm -l local --installdeps .",
        "PERL_CPANM_OPT='--mirror-only' cpanm --mirror https://pan.example Foo",
        "cpm install --no-default-resolvers --resolver 02packages,https://pan.example Foo",
        "cpm install --mirror https://pan.example --mirror-only Foo",
        "cpm install Foo",
        "PERL_CARTON_MIRROR=https://pan.example carton install --deployment",
        "PERL_CARTON_MIRROR= carton install",
    ] {
        assert_eq!(found("install.sh", command), [], "{command}");
    }
}

#[test]
fn what_goes_on_to_the_public_index_is_told_apart() {
    for (command, setting, flaw) in [
        (
            "cpanm --mirror-index i --cascade-search --mirror https://pan.example .",
            "cpanm --mirror",
            PublicAsWell,
        ),
        ("cpm install --mirror https://pan.example Foo", "cpm --mirror", PublicFirst),
        (
            "PAN=https://pan.example; cpm install --resolver 02packages --mirror \"${PAN}\" Foo",
            "cpm --resolver",
            PublicAsWell,
        ),
        ("cpm install -r 02packages,https://pan.example Foo", "cpm --resolver", PublicAsWell),
        (
            "cpm install --resolver=02Packages,file:///i,https://pan.example Foo",
            "cpm --resolver",
            PublicAsWell,
        ),
        (
            "cpanm --mirror-only --mirror https://pan.example --mirror https://cpan.org A",
            "cpanm --mirror",
            PublicAsWell,
        ),
        (
            "PERL_CARTON_MIRROR=https://pan.example carton install",
            "PERL_CARTON_MIRROR",
            PublicAsWell,
        ),
        (
            "export PERL_CPANM_OPT=\"--from https://pan.example\"; carton install",
            "PERL_CPANM_OPT",
            NotRead,
        ),
        ("export PERL_CPANM_OPT='--mirror https://pan.example'", "PERL_CPANM_OPT", PublicFirst),
    ] {
        let all = found("bin/install", command);
        let [(by, why, mirror, _)] = all.as_slice() else { panic!("{command}: {all:?}") };
        assert_eq!((*by, *why, mirror.as_str()), (setting, flaw, PAN), "{command}");
    }
}

#[test]
fn plain_lines_and_unchecked_certificates_are_told() {
    let all = found("install.sh", "cpanm --from http://me:pw@pan.example/x?token=1 Foo");
    let [(_, PlainText, mirror, _)] = all.as_slice() else { panic!("{all:?}") };
    assert_eq!(mirror, "http://pan.example/x");
    assert_eq!(found("install.sh", "cpanm --from http://localhost:3111 Foo"), []);
    let text = "export PERL_LWP_SSL_VERIFY_HOSTNAME=0\ncpanm --from https://pan.example Foo\n";
    let all = found("install.sh", text);
    let [(_, NotVerified, _, place)] = all.as_slice() else { panic!("{all:?}") };
    assert_eq!(place, "PERL_LWP_SSL_VERIFY_HOSTNAME=0");
    assert_eq!(found("install.sh", "export PERL_LWP_SSL_VERIFY_HOSTNAME=0\nmycpanmirror\n"), []);
}

#[test]
fn every_kind_of_file_is_read_as_what_it_is() {
    for (path, text, place) in [
        (
            "Dockerfile",
            "FROM perl:5.36\nRUN apt-get update \\\n    # a comment\n    && cpanm --mirror $PAN Foo\n",
            "--mirror $PAN",
        ),
        (
            "Dockerfile",
            "RUN [\"cpanm\", \"--mirror\", \"$PAN\", \"Foo\"]\n",
            "\"--mirror\", \"$PAN\",",
        ),
        ("Dockerfile", "ENV PERL_CPANM_OPT --mirror $PAN\nRUN cpanm Foo\n", "--mirror $PAN"),
        ("Makefile", "deps:\n\t@cpanm --mirror $(PAN) --installdeps .\n", "--mirror $(PAN)"),
        ("Makefile", "export PERL_CPANM_OPT = --mirror $(PAN)\n", "--mirror $(PAN)"),
        (
            ".github/workflows/ci.yml",
            "jobs:\n  a:\n    steps:\n      - run: cpanm --mirror ${{ vars.PAN }} Foo\n",
            "--mirror ${{ vars.PAN }}",
        ),
        (
            ".github/workflows/ci.yml",
            "    env:\n      PERL_CPANM_OPT: --mirror $PAN --notest\n",
            "--mirror $PAN",
        ),
        (
            ".gitlab-ci.yml",
            "x:\n  script:\n    - >-\n      cpanm\n      --mirror $PAN\n      Foo\n    - cpanm --mirror-only\n",
            "--mirror $PAN",
        ),
        (
            ".gitlab-ci.yml",
            "x:\n  script:\n    - \"cpanm --mirror $PAN Foo\"\n    - don't\n",
            "--mirror $PAN",
        ),
    ] {
        let all = found(path, text);
        let [(_, PublicFirst, _, at)] = all.as_slice() else { panic!("{path} {text}: {all:?}") };
        assert_eq!(at, place, "{path} {text}");
    }
    let safe = "x:\n  run: >\n    cpanm\n    --mirror $PAN\n    --mirror-only\n    Foo\n  y: z\n";
    assert_eq!(found(".github/workflows/ci.yml", safe), []);
    let wants = |path: &str| Installers.wants(&SourcePath::from(path));
    assert_eq!(wants("doc/notes.md"), Wanted::No);
    assert_eq!(wants("config.yml"), Wanted::No);
    assert_eq!(wants("bin/setup"), Wanted::Peek);
    assert!(Installers.wants_head(b"#!/usr/bin/env bash\n"));
    assert!(!Installers.wants_head(b"#!/usr/bin/perl\n") && !Installers.wants_head(b"cpanm"));
}

#[test]
fn hostile_files_end_and_take_no_time() {
    for piece in ["cpanm '", "cpanm $", "cpanm ${{", "cpanm \"\\", "PERL_CPANM_OPT: ", "cpm ( # "] {
        let text = piece.repeat(50_000);
        let path = SourcePath::from("x.sh");
        let mut facts = Facts::default();
        Installers.extract(&SourceFile { path: &path, bytes: text.as_bytes() }, &mut facts);
        assert!(facts.mirrors.len() <= 1, "{piece}");
    }
}

#[test]
fn a_place_ends_with_what_the_command_stands_in() {
    // Found by fuzzing: a backslash was taken for two bytes where it is the last.
    for (path, text) in [
        ("x.sh", "cpanm --mirror http://pan.example/\\"),
        ("x.sh", "sh -c 'cpanm --mirror http://pan.example/\\' x"),
        (".github/workflows/ci.yml", "env:\n  PERL_CPANM_OPT: --mirror http://pan.example/\\"),
    ] {
        let path = SourcePath::from(path);
        let mut facts = Facts::default();
        Installers.extract(&SourceFile { path: &path, bytes: text.as_bytes() }, &mut facts);
        assert!(!facts.mirrors.is_empty(), "{text}");
        for found in facts.mirrors {
            let span = found.location.span.expect("a place");
            let from = span.offset as usize;
            let at = text.get(from..from + span.length as usize);
            assert_eq!(at, Some("--mirror http://pan.example/\\"), "{text}");
        }
    }
}
