//! What a perl has installed.

use std::fs;
use std::path::Path;

use serde_json::Value;
use tempfile::TempDir;

use crate::support::{code, ids, json, perlscan, project, run, stderr, stdout};

const DAEMON: &str = "package HTTP::Daemon;\nour $VERSION = '6.01';\n1;\n";
const INC: &str = "usr/share/perl5";

/// A system with dpkg, whose package libhttp-daemon-perl has this changelog.
fn system(changelog: &str) -> TempDir {
    project(&[
        ("usr/share/perl5/HTTP/Daemon.pm", DAEMON),
        ("usr/share/perl5/App/cpanfile", "requires 'Net::OAuth', '== 0.28';\n"),
        ("usr/share/perl5/App/Makefile.PL", "WriteMakefile(NAME => 'HTTP::Daemon');\n"),
        ("usr/share/perl5/inc/Net/OAuth.pm", "package inc::Net::OAuth;\nuse Dancer2;\n"),
        ("usr/share/doc/libhttp-daemon-perl/changelog.Debian", changelog),
        ("var/lib/dpkg/info/other.list", "/usr/share/perl5/HTTP/Other.pm\n"),
        ("var/lib/dpkg/info/libhttp-daemon-perl.list", "/usr\n/usr/share/perl5/HTTP/Daemon.pm\n"),
    ])
}

fn suppressed(report: &Value) -> Vec<(&str, &str)> {
    let findings = report["findings"].as_array().expect("a list");
    let set_aside = findings.iter().filter_map(|finding| {
        Some((finding["id"].as_str()?, finding["suppressed"]["reason"].as_str()?))
    });
    set_aside.collect()
}

#[test]
fn what_the_changelog_names_as_fixed_is_patched() {
    let one = "libhttp-daemon-perl (6.01-1+deb12u1) stable; urgency=medium\n\n  \
               * Fix CVE-2022-31081.\n\n -- A <a@example.org>  Tue, 1 Sep 2026 08:59:07 +0700\n";
    let folder = system(one);
    let report = json(folder.path(), &["installed", "--inc", INC]);
    let name = "CPANSA-HTTP-Daemon-2022-31081";
    let reason = "patched: the changelog of libhttp-daemon-perl 6.01-1+deb12u1 names \
                  CVE-2022-31081 as fixed";
    assert_eq!(suppressed(&report), [(name, reason)]);
    assert_eq!(report["projects"][0]["other_modules"], 1, "inc::Net::OAuth");
    // The other one is as open as ever, and nothing but what is installed is read.
    assert_eq!(ids(&report).len(), 2, "{:?}", ids(&report));
    assert_eq!(report["projects"].as_array().map(Vec::len), Some(1));
    assert_eq!(code(&run(folder.path(), &["installed", "--inc", INC])), 1);
    let both = one.replace("CVE-2022-31081", "CVE-2022-31081, CVE-2026-8450");
    let output = run(system(&both).path(), &["installed", "--inc", INC]);
    assert_eq!(code(&output), 0, "{}", stdout(&output));
    assert!(stdout(&output).contains("2 findings are suppressed"), "{}", stdout(&output));
}

#[test]
fn a_copy_that_no_package_owns_is_not_patched() {
    let log = "x (1) s; urgency=low\n\n  * Fix CVE-2022-31081 and CVE-2026-8450.\n";
    let folder = system(log);
    let own = folder.path().join("usr/local/share/perl/5.36.0/HTTP");
    fs::create_dir_all(&own).expect("a folder");
    fs::write(own.join("Daemon.pm"), DAEMON).expect("a file");
    let args = ["installed", "--inc", INC, "usr/local/share/perl/5.36.0"];
    let report = json(folder.path(), &args);
    assert_eq!(suppressed(&report), []);
    let notes = report["findings"][0]["notes"].to_string();
    assert!(notes.contains("other copies have not"), "{notes}");
}

#[cfg(unix)]
#[test]
fn the_perl_that_is_named_tells_its_folders() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = system("");
    let perl = folder.path().join("perl");
    let inc = folder.path().join(INC);
    let answers = format!("5.36.0\\0{}\\0{}\\0/no/such/folder", perl.display(), inc.display());
    fs::write(&perl, format!("#!/bin/sh\nprintf '{answers}'\n")).expect("a file");
    fs::set_permissions(&perl, fs::Permissions::from_mode(0o755)).expect("it may run");
    let path = perl.to_str().expect("UTF-8").to_owned();
    let report = json(folder.path(), &["installed", "--perl", &path]);
    assert_eq!(report["projects"][0]["perl"], "5.36.0");
    let dists: Vec<&str> = report["findings"]
        .as_array()
        .expect("a list")
        .iter()
        .filter_map(|finding| finding["dist"].as_str())
        .collect();
    assert!(dists.contains(&"HTTP-Daemon") && dists.contains(&"perl"), "{dists:?}");
    // Without a name it is the one in PATH.
    let mut command = perlscan(folder.path());
    let output = command.env("PATH", folder.path()).arg("installed").output().expect("it starts");
    let table = stdout(&output);
    assert!(table.contains(&format!("{}/HTTP/Daemon.pm:1", inc.display())), "{table}");
}

#[test]
fn what_can_not_be_asked_is_an_error_that_says_what_to_do() {
    let folder = project(&[]);
    for args in [&["installed", "--perl", "/no/perl"][..], &["installed"]] {
        let output = perlscan(folder.path())
            .env("PATH", folder.path())
            .args(args)
            .output()
            .expect("it starts");
        assert_eq!(code(&output), 2);
        assert!(stderr(&output).contains("--inc DIR"), "{}", stderr(&output));
    }
    let output = run(folder.path(), &["installed", "--inc", "missing"]);
    assert_eq!(code(&output), 2);
    assert!(stderr(&output).contains("missing"), "{}", stderr(&output));
}

#[cfg(target_os = "linux")]
#[test]
fn with_folders_nothing_is_started() {
    // No program is in PATH, and the answer is the same.
    let folder = system("");
    let mut command = perlscan(folder.path());
    let output = command
        .env("PATH", Path::new("/"))
        .args(["installed", "--inc", INC])
        .output()
        .expect("runs");
    assert_eq!(code(&output), 1);
}
