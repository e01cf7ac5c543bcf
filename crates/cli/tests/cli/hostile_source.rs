//! Trees that mean harm, through the command: what can't be read is told, the
//! rest is reported, nothing panics and nothing hangs.

use std::fs::{self, File};
use std::io::Write as _;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::support::{VULNERABLE, code, ids, perlscan, project, run, skipped, stderr, stdout};

/// What is vulnerable beside the hostile files.
const FOUND: &str = "CPANSA-Net-OAuth-2025-22376";

/// The report on a folder whose `good/cpanfile` is vulnerable, which must be
/// found whatever else is there.
fn report(folder: &Path) -> Value {
    fs::create_dir_all(folder.join("good")).expect("made");
    fs::write(folder.join("good/cpanfile"), VULNERABLE).expect("written");
    let output = run(folder, &[".", "-f", "json"]);
    assert!(matches!(code(&output), 1 | 2), "{}", stderr(&output));
    assert!(!stderr(&output).contains("panicked"), "{}", stderr(&output));
    let report: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert!(ids(&report).contains(&FOUND.to_owned()), "{:?}", ids(&report));
    let table = stdout(&run(folder, &["."]));
    let inventory = stdout(&run(folder, &["inventory", "--modules"]));
    for text in [table, inventory] {
        let is_plain = |c: char| c == '\n' || !c.is_control();
        assert!(text.chars().all(is_plain), "control characters reach the terminal");
    }
    report
}

/// The problems of the file of this name, as `KIND: MESSAGE`.
fn problems_of(report: &Value, path: &str) -> Vec<String> {
    let problems = report["problems"].as_array().expect("a list").iter();
    let of_path = problems.filter(|problem| problem["path"] == path);
    of_path
        .map(|problem| format!("{}: {}", problem["kind"], problem["message"]).replace('"', ""))
        .collect()
}

#[test]
fn files_of_a_gigabyte_are_not_read() {
    let folder = project(&[]);
    let names = [
        "a.pl",
        "a.pm",
        "a.t",
        "Makefile.PL",
        "Build.PL",
        "META.json",
        "META.yml",
        "cpanfile",
        "cpanfile.snapshot",
        "dist.ini",
        "minil.toml",
        "Dockerfile",
        ".perl-version",
        ".tool-versions",
        "a.par",
        "inc/A.pm",
        "local/lib/perl5/x/.meta/A-1/install.json",
        "script",
    ];
    for name in names {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().expect("a parent")).expect("made");
        let mut file = File::create(path).expect("made");
        file.write_all(b"#!/usr/bin/perl\n").expect("written");
        file.set_len(1 << 30).expect("sparse");
    }
    // Nobody asks for what is no Perl by its first line.
    File::create(folder.path().join("data")).expect("made").set_len(1 << 30).expect("sparse");
    let report = report(folder.path());
    for name in names {
        let problems = problems_of(&report, name);
        let [only] = problems.as_slice() else { panic!("{name}: {problems:?}") };
        assert!(only.starts_with("lost: it has 1073741824 bytes"), "{name}: {only}");
    }
    assert_eq!(problems_of(&report, "data"), [""; 0]);
}

#[test]
fn utf_16_and_nul_bytes_are_told() {
    let text = "use Foo;\nrequires 'Foo';\n";
    let utf_16: Vec<u8> =
        std::iter::once(0xfeff).chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect();
    for (name, is_lost) in [
        ("a.pl", false),
        ("lib/A.pm", false),
        ("cpanfile", true),
        ("Makefile.PL", true),
        ("Build.PL", true),
        ("META.json", true),
        ("META.yml", true),
        ("dist.ini", true),
        ("minil.toml", true),
        ("cpanfile.snapshot", true),
        ("local/lib/perl5/x/.meta/A-1/install.json", true),
    ] {
        for bytes in [utf_16.as_slice(), &[0; 10_000]] {
            let folder = project(&[(name, "")]);
            fs::write(folder.path().join(name), bytes).expect("written");
            let report = report(folder.path());
            let problems = problems_of(&report, name);
            assert!(!problems.is_empty(), "{name} of {:?}", &bytes[..2]);
            let lost = problems.iter().any(|problem| problem.starts_with("lost"));
            assert!(lost || !is_lost, "{name} of {:?}: {problems:?}", &bytes[..2]);
        }
    }
}

#[cfg(unix)]
#[test]
fn cycles_of_links_end() {
    let folder = project(&[("lib/A.pm", "package A;\n")]);
    let link = |target: &str, name: &str| {
        std::os::unix::fs::symlink(target, folder.path().join(name)).expect("linked");
    };
    link(".", "here");
    link("..", "lib/above");
    link("second", "first");
    link("first", "second");
    link("Makefile.PL", "Makefile.PL");
    link("/dev/zero", "Build.PL");
    link("/proc/self/environ", "dist.ini");
    let report = report(folder.path());
    for name in ["Makefile.PL", "Build.PL", "dist.ini"] {
        let problems = problems_of(&report, name);
        assert!(problems.len() == 1 && problems[0].starts_with("lost"), "{name}: {problems:?}");
    }
}

#[cfg(unix)]
#[test]
fn folders_and_files_that_cannot_be_read_are_told() {
    use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
    let folder = project(&[
        ("good/cpanfile", VULNERABLE),
        ("closed/cpanfile", VULNERABLE),
        ("a/Makefile.PL", "1;\n"),
        ("b/lib/A.pm", "use B;\n"),
    ]);
    let set = |name: &str, mode| {
        let path = folder.path().join(name);
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).expect("set");
    };
    set("", 0o755);
    for name in ["closed", "a/Makefile.PL", "b/lib/A.pm"] {
        set(name, 0);
    }
    let is_root = fs::metadata(folder.path()).expect("it is there").uid() == 0;
    let mut command = perlscan(folder.path());
    if is_root {
        // Root reads everything: the scan is made by somebody else.
        if Command::new("setpriv").arg("--version").output().is_err() {
            return skipped("setpriv");
        }
        command = Command::new("setpriv");
        command.args(["--reuid=65534", "--regid=65534", "--clear-groups"]);
        command.arg(env!("CARGO_BIN_EXE_perlscan")).current_dir(folder.path());
    }
    let output = command.args([".", "-f", "json"]).output().expect("it starts");
    set("closed", 0o755);
    assert_eq!(code(&output), 2, "{}", stderr(&output));
    let report: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(ids(&report), [FOUND]);
    for name in ["closed", "a/Makefile.PL", "b/lib/A.pm"] {
        assert_eq!(
            problems_of(&report, name),
            ["lost: can't read it: permission denied"],
            "{name}"
        );
    }
}

#[cfg(unix)]
#[test]
fn names_with_newlines_and_escape_sequences_stay_names() {
    let name = "a\n\x1b[31m::error file=x::\u{202e}\r";
    let folder = project(&[
        (&format!("{name}/cpanfile"), VULNERABLE),
        (&format!("{name}/Makefile.PL"), "WriteMakefile(PREREQ_PM => f());\n"),
        (&format!("{name}/lib/{name}.pm"), "use HTTP::Tiny 0.01; print <<A;\n"),
        (&format!("{name}/META.json"), "{"),
    ]);
    let report = report(folder.path());
    let path = format!("{name}/META.json");
    assert_eq!(problems_of(&report, &path).len(), 1, "{}", report["problems"]);
    let sarif = stdout(&run(folder.path(), &[".", "-f", "sarif"]));
    let sarif: Value = serde_json::from_str(&sarif).expect("JSON");
    assert!(!sarif.to_string().contains('\u{1b}'));
}

#[test]
fn what_is_large_but_within_the_limits_is_read() {
    let line = format!("{}use AfterTheLine;", "foo(1); ".repeat(15_000_000 / 8));
    let packages: String = (0..100_000).map(|n| format!("package A{n};\n")).collect();
    let requires = "require A, ".repeat(100_000);
    let folder = project(&[
        ("line.pl", &line),
        ("lib/packages.pl", &packages),
        ("lib/requires.pl", &requires),
        ("lib/behind.pl", &format!("{requires};\nuse Behind;\n")),
    ]);
    let report = report(folder.path());
    assert_eq!(problems_of(&report, "line.pl"), [""; 0]);
    assert_eq!(problems_of(&report, "lib/packages.pl"), [""; 0]);
    assert_eq!(problems_of(&report, "lib/requires.pl"), [""; 0], "it is read in parts");
    let inventory = stdout(&run(folder.path(), &["inventory", "-f", "json", "--modules"]));
    let inventory: Value = serde_json::from_str(&inventory).expect("JSON");
    assert_eq!(inventory["modules"].as_array().map(Vec::len), Some(100_000));
    let required = inventory["requirements"].to_string();
    for name in ["\"AfterTheLine\"", "\"Behind\""] {
        assert!(required.contains(name), "{name} stands behind what is long");
    }
}

#[test]
fn files_of_nothing_but_openers_end() {
    for opener in ["{", "(", "[", "qw(", "q{", "<<A ", "<<A\n", "s{", "\"", "'", "/", "$", "=pod\n"]
    {
        // An odd number, or each quote would close the one before it.
        let text = opener.repeat((30_000 / opener.len()) | 1);
        let folder = project(&[
            ("lib/A.pm", &text),
            ("a.pl", &text),
            ("a/cpanfile", &text),
            ("a/cpanfile.snapshot", &text),
            ("b/Makefile.PL", &text),
            ("c/Build.PL", &text),
            ("d/META.json", &text),
            ("e/META.yml", &text),
            ("f/dist.ini", &text),
            ("g/minil.toml", &text),
            ("h/inc/A.pm", &text),
            ("i/Dockerfile", &text),
            ("k/a.par", &text),
            ("local/lib/perl5/x/.meta/A-1/install.json", &text),
        ]);
        let report = report(folder.path());
        // Documentation without an end is no mistake.
        let is_perl = matches!(opener, "=pod\n" | "$");
        let perl = if is_perl { "b/Makefile.PL" } else { "a/cpanfile" };
        for name in [perl, "b/Makefile.PL", "d/META.json", "k/a.par"] {
            assert!(!problems_of(&report, name).is_empty(), "{name} of {opener:?} is told");
        }
    }
}

#[test]
fn anchors_are_not_followed_and_of_two_keys_the_last_counts() {
    let laughs: String =
        (1..40).map(|n| format!("a{n}: &a{n} [*a{0},*a{0},*a{0},*a{0}]\n", n - 1)).collect();
    let folder = project(&[
        ("a/META.yml", &format!("---\na0: &a0 [x]\n{laughs}name: Foo\nrequires:\n  Anchors: 1\n")),
        (
            "b/META.json",
            r#"{"name":"B","prereqs":{"runtime":{"requires":{"First":1}}},
                "prereqs":{"runtime":{"requires":{"Twice":1,"Twice":2}}}}"#,
        ),
    ]);
    report(folder.path());
    let inventory = stdout(&run(folder.path(), &["inventory", "-f", "json"]));
    let inventory: Value = serde_json::from_str(&inventory).expect("JSON");
    let asked: Vec<String> = inventory["requirements"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|asked| format!("{} {}", asked["module"], asked["range"]).replace('"', ""))
        .collect();
    // JSON::PP, by CPAN::Meta, takes the last value of a key as well.
    assert_eq!(asked, ["Anchors 1", "Twice 2", "Net::OAuth == 0.28"]);
}

#[test]
fn a_zip_bomb_ends_the_reading() {
    let folder = project(&[]);
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("test-corpus/hostile");
    fs::copy(corpus.join("bomb.par"), folder.path().join("a.par")).expect("copied");
    let problems = problems_of(&report(folder.path()), "a.par");
    let [only] = problems.as_slice() else { panic!("{problems:?}") };
    assert!(only.starts_with("lost: more than 16777216 bytes come out of it"), "{only}");
}
