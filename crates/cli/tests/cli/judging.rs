//! What is judged, and what fails a run.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::support::{SAFE, VULNERABLE, code, ids, json, project, run, stdout};
#[test]
fn corrections_are_applied_named_and_can_be_left_out() {
    let folder = project(&[("cpanfile", "requires 'Imager', '== 1.034';\n")]);
    assert_eq!(code(&run(folder.path(), &["."])), 0, "1.034 has the fix");
    assert_eq!(code(&run(folder.path(), &[".", "--no-overrides"])), 1, "upstream has it reversed");
    let folder = project(&[("cpanfile", "requires 'Imager', '== 1.033';\n")]);
    let report = json(folder.path(), &["."]);
    assert!(ids(&report).contains(&"CPANSA-Imager-2026-19082".to_owned()));
    assert!(report.to_string().contains("operators are reversed"), "the correction is named");
}

#[test]
fn phases_decide_what_fails() {
    let folder =
        project(&[("cpanfile", "on develop => sub { requires 'Net::OAuth', '== 0.28' };\n")]);
    let report = json(folder.path(), &["."]);
    assert_eq!(report["findings"][0]["phase"], "develop");
    assert_eq!(report["findings"][0]["fails"], false);
    assert_eq!(code(&run(folder.path(), &["."])), 0);
    assert_eq!(code(&run(folder.path(), &[".", "--phase", "develop"])), 1);
    assert!(ids(&json(folder.path(), &[".", "--phase", "runtime,test"])).is_empty());
}

#[test]
fn severities_decide_what_fails() {
    // CVE-2025-22376 of Net-OAuth is scored high, CVE-2026-8368 of libwww-perl is not scored.
    let high = project(&[("cpanfile", VULNERABLE)]);
    for (args, expected) in [
        (vec!["--fail-on", "high"], 1),
        (vec!["--fail-on", "critical"], 0),
        (vec!["--fail-on", "none"], 0),
        (vec!["--unscored", "pass"], 1),
    ] {
        let mut all = vec!["."];
        all.extend(&args);
        assert_eq!(code(&run(high.path(), &all)), expected, "{args:?}");
    }
    let unscored = project(&[("cpanfile", "requires 'LWP', '== 6.80';\n")]);
    assert_eq!(code(&run(unscored.path(), &["."])), 1);
    assert_eq!(code(&run(unscored.path(), &[".", "--unscored", "pass"])), 0);
    assert_eq!(code(&run(unscored.path(), &[".", "--fail-on", "critical"])), 1, "unscored fails");
}

#[test]
fn a_floor_that_is_too_low_warns_and_fails_when_strict() {
    let folder = project(&[("cpanfile", "requires 'Net::OAuth', '0.20';\n")]);
    let report = json(folder.path(), &["."]);
    assert_eq!(report["findings"][0]["verdict"], "allowed");
    assert_eq!(report["findings"][0]["kind"], "floor-too-low");
    assert_eq!(code(&run(folder.path(), &["."])), 0);
    assert_eq!(code(&run(folder.path(), &[".", "--strict"])), 1);
}

#[test]
fn fixtures_are_shown_and_do_not_fail() {
    let folder = project(&[("cpanfile", SAFE), ("t/data/app/cpanfile", VULNERABLE)]);
    let report = json(folder.path(), &["."]);
    assert_eq!(report["findings"][0]["fixture"], true);
    assert_eq!(code(&run(folder.path(), &["."])), 0);
    assert_eq!(code(&run(folder.path(), &[".", "--include-fixtures"])), 1);
}

const LOCK_WITHOUT_CORE: &str = "# carton snapshot format: version 1.0\nDISTRIBUTIONS\n  \
    Path-Tiny-0.144\n    pathname: D/DA/DAGOLDEN/Path-Tiny-0.144.tar.gz\n    provides:\n      \
    Path::Tiny 0.144\n    requirements:\n      HTTP::Tiny 0.01\n";

#[test]
fn core_modules_that_the_lock_leaves_out_are_judged_by_the_perl() {
    let folder = project(&[
        ("cpanfile", "requires 'Path::Tiny';\n"),
        ("cpanfile.snapshot", LOCK_WITHOUT_CORE),
    ]);
    let report = json(folder.path(), &["."]);
    assert!(ids(&report).is_empty());
    assert_eq!(report["projects"][0]["core_not_judged"], 1);
    assert!(stdout(&run(folder.path(), &["."])).contains("--perl-version"));
    // perl 5.36.0 bundles HTTP::Tiny 0.080 (corelist -v 5.36.0).
    let report = json(folder.path(), &[".", "--perl-version", "5.36.0"]);
    let found: BTreeMap<String, String> = report["findings"]
        .as_array()
        .expect("findings")
        .iter()
        .filter(|finding| finding["dist"] == "HTTP-Tiny")
        .map(|finding| (finding["id"].to_string(), finding["version"].to_string()))
        .collect();
    assert_eq!(found.len(), 3, "CVE-2023-31486 and two of 2026: {found:?}");
    assert!(found.values().all(|version| version == "\"0.080\""), "{found:?}");
    assert!(ids(&report).iter().any(|id| id.starts_with("CPANSA-perl-")), "perl itself, too");
}

#[test]
fn a_project_without_a_lock_takes_the_one_above_and_says_so() {
    let folder = project(&[
        ("cpanfile", "requires 'Path::Tiny';\n"),
        ("cpanfile.snapshot", LOCK_WITHOUT_CORE),
        ("api/cpanfile", "requires 'Path::Tiny';\n"),
    ]);
    let report = json(folder.path(), &["."]);
    assert_eq!(report["projects"][1]["path"], "api");
    assert_eq!(report["projects"][1]["lock_inherited"], true);
    let table = stdout(&run(folder.path(), &["."]));
    assert!(table.contains("1 by the lock of a directory above"), "{table}");
}

#[test]
fn a_project_without_an_install_takes_the_one_above_and_says_so() {
    let entry = |dist: &str| format!("local/lib/perl5/x-linux/.meta/{dist}/install.json");
    let (daemon, other) = (entry("HTTP-Daemon-6.01"), entry("Net-OAuth-0.28"));
    let text = |dist: &str, module: &str| {
        format!(r#"{{"dist":"{dist}","provides":{{"{module}":{{"version":"1"}}}}}}"#)
    };
    let folder = project(&[
        ("cpanfile", "requires 'HTTP::Daemon'; requires 'Net::OAuth';\n"),
        (&daemon, &text("HTTP-Daemon-6.01", "HTTP::Daemon")),
        (&other, &text("Net-OAuth-0.28", "Net::OAuth")),
        ("api/cpanfile", "requires 'HTTP::Daemon';\n"),
    ]);
    let report = json(folder.path(), &["."]);
    assert_eq!(report["projects"][1]["installed_above"]["path"], "");
    assert_eq!(report["projects"][1]["installed"], 0);
    // Only what it asks for is its own.
    let findings = report["findings"].as_array().expect("a list");
    let mut below: Vec<_> = findings.iter().filter(|f| f["project"] == "api").collect();
    below.dedup_by_key(|finding| finding["dist"].clone());
    assert_eq!(below.len(), 1, "{below:?}");
    assert_eq!((&below[0]["dist"], &below[0]["version"]), (&"HTTP-Daemon".into(), &"6.01".into()));
    let table = stdout(&run(folder.path(), &["."]));
    assert!(table.contains("1 by what is installed in a directory above"), "{table}");
    assert!(table.contains("judged by what is installed in ."), "{table}");
}

#[test]
fn what_is_installed_from_elsewhere_is_judged_by_what_it_tells() {
    let folder = project(&[(
        "cpanfile",
        "requires 'Net::OAuth', dist => 'KGRENNAN/Net-OAuth-0.28.tar.gz';\n\
         requires 'Email::Address', git => 'https://git.example.org/email-address.git';\n",
    )]);
    let report = json(folder.path(), &["."]);
    let verdicts: Vec<(String, String)> = report["findings"]
        .as_array()
        .expect("findings")
        .iter()
        .map(|f| {
            (f["dist"].as_str().expect("text").into(), f["verdict"].as_str().expect("text").into())
        })
        .collect();
    assert!(verdicts.contains(&("Net-OAuth".into(), "affected".into())), "{verdicts:?}");
    assert!(verdicts.contains(&("Email-Address".into(), "unknown".into())), "{verdicts:?}");
    assert!(!verdicts.contains(&("Email-Address".into(), "allowed".into())), "{verdicts:?}");
}

/// What cpanm leaves behind about a release that it installed.
fn install_json(dist: &str, pathname: &str, module: &str) -> String {
    format!(r#"{{"dist":"{dist}","name":"{module}","pathname":"{pathname}","version":"9"}}"#)
}

const META: &str = "local/lib/perl5/x86_64-linux/.meta";

#[test]
fn a_lock_and_an_installed_copy_that_differ_give_one_finding_that_says_so() {
    let manifest = "requires 'Net::OAuth';\n";
    let lock = |version: &str| {
        format!(
            "# carton snapshot format: version 1.0\nDISTRIBUTIONS\n  Net-OAuth-{version}\n    \
             pathname: K/KG/KGRENNAN/Net-OAuth-{version}.tar.gz\n    provides:\n      \
             Net::OAuth {version}\n    requirements:\n      perl 5\n"
        )
    };
    // 0.28 is vulnerable, 0.31 is not (CPANSA-Net-OAuth-2025-22376).
    for (locked, installed) in [("0.31", "0.28"), ("0.28", "0.31")] {
        let (lock, name) = (lock(locked), format!("Net-OAuth-{installed}"));
        let path = format!("{META}/{name}/install.json");
        let entry = install_json(&name, &format!("K/KG/KGRENNAN/{name}.tar.gz"), "Net::OAuth");
        let files = [("cpanfile", manifest), ("cpanfile.snapshot", &lock), (&path, &entry)];
        let report = json(project(&files).path(), &["."]);
        let findings = report["findings"].as_array().expect("findings");
        assert_eq!(findings.len(), 1, "{locked} locked: {findings:?}");
        let notes = findings[0]["notes"].to_string();
        assert!(notes.contains("copies differ") && notes.contains("installed"), "{notes}");
        assert_eq!(findings[0]["verdict"], "affected");
    }
}

#[test]
fn an_installed_copy_is_judged_and_a_stale_entry_is_told() {
    let old = install_json("Net-OAuth-0.28", "K/KG/KGRENNAN/Net-OAuth-0.28.tar.gz", "Net::OAuth");
    let new = install_json("Net-OAuth-0.31", "K/KG/KGRENNAN/Net-OAuth-0.31.tar.gz", "Net::OAuth");
    let (old_path, new_path) = (
        format!("{META}/Net-OAuth-0.28/install.json"),
        format!("{META}/Net-OAuth-0.31/install.json"),
    );
    let manifest = ("cpanfile", "requires 'Net::OAuth';\n");
    let vulnerable = json(project(&[manifest, (&old_path, &old)]).path(), &["."]);
    assert_eq!(vulnerable["findings"][0]["verdict"], "affected");
    assert_eq!(vulnerable["findings"][0]["version"], "0.28");
    let upgraded = project(&[manifest, (&old_path, &old), (&new_path, &new)]);
    for command in [&["."][..], &["inventory", "."]] {
        let report = json(upgraded.path(), command);
        let problems = report["problems"].to_string();
        assert!(problems.contains("0.28") && problems.contains("0.31"), "{problems}");
    }
    assert_eq!(ids(&json(upgraded.path(), &["."])), Vec::<String>::new());
}

#[test]
fn the_perl_of_a_project_is_what_its_files_name_unless_the_user_does() {
    let files = [
        ("cpanfile", "requires 'Path::Tiny';\n"),
        ("Dockerfile", "FROM perl:5.30.0-slim\n"),
        (".perl-version", "5.34.0\n"),
        ("docs/Dockerfile", "FROM debian:12\n"),
    ];
    let folder = project(&files);
    // The image is what is deployed, so it comes before a developer's version file.
    let report = json(folder.path(), &["."]);
    assert_eq!(report["projects"][0]["perl"], "5.30.0-slim");
    assert_eq!(report["projects"].as_array().map(Vec::len), Some(1));
    let findings = report["findings"].as_array().expect("findings");
    let perls: Vec<&Value> = findings.iter().filter(|one| one["dist"] == "perl").collect();
    assert!(!perls.is_empty());
    for finding in perls {
        let place = &finding["locations"][0];
        assert_eq!((&place["path"], &place["line"]), (&"Dockerfile".into(), &1.into()));
        assert_eq!((&place["column"], &place["end_column"]), (&11.into(), &22.into()));
    }
    let named = json(folder.path(), &[".", "--perl-version", "5.42.0"]);
    assert_eq!(named["projects"][0]["perl"], "5.42.0");
}

#[test]
fn a_vulnerable_copy_in_a_fat_packed_script_is_found_beside_a_safe_installed_one() {
    // App::FatPacker's form; test-corpus/fatpack has one that it made itself.
    let script = "#!/usr/bin/env perl\nBEGIN {\nmy %fatpacked;\n\n\
                  $fatpacked{\"Net/OAuth.pm\"} = '#line '.(1+__LINE__).' \"'.__FILE__.\"\\\"\\n\".<<'NET_OAUTH';\n  \
                  package Net::OAuth;\n  our $VERSION = '0.28';\n  1;\nNET_OAUTH\n\n\
                  s/^  //mg for values %fatpacked;\n}\nuse Net::OAuth;\n";
    let entry = install_json("Net-OAuth-0.31", "K/KG/KGRENNAN/Net-OAuth-0.31.tar.gz", "Net::OAuth");
    let path = format!("{META}/Net-OAuth-0.31/install.json");
    let files = [("cpanfile", "requires 'Net::OAuth';\n"), ("bin/app", script), (&path, &entry)];
    let folder = project(&files);
    let report = json(folder.path(), &["."]);
    let findings = report["findings"].as_array().expect("findings");
    assert_eq!(findings.len(), 1, "{findings:?}");
    assert_eq!(
        (&findings[0]["verdict"], &findings[0]["version"]),
        (&"affected".into(), &"0.28".into())
    );
    assert!(findings[0]["notes"].to_string().contains("copies differ"));
    let places = findings[0]["locations"].as_array().expect("locations");
    let packed = places.iter().find(|place| place["origin"] == "bundled").expect("the copy");
    assert_eq!((&packed["path"], &packed["line"]), (&"bin/app".into(), &6.into()));
    assert_eq!(packed["inside"][0]["path"], "Net/OAuth.pm");
    let listed = json(folder.path(), &["inventory", ".", "--modules"]);
    assert_eq!(listed["modules"][0]["module"], "Net::OAuth");
    assert_eq!(listed["modules"][0]["version"], "0.28");
}

#[test]
fn asking_for_what_only_perl_ships_is_no_finding_about_perl() {
    let manifest = "requires 'strict';\nrequires 'warnings', '1.01';\nrequires 'English';\n";
    let folder = project(&[("cpanfile", manifest)]);
    let report = json(folder.path(), &["."]);
    assert_eq!(ids(&report), Vec::<String>::new());
    assert_eq!(report["projects"][0]["core_not_judged"], 3);
    // Which perl it is decides, and is judged once.
    let named = json(folder.path(), &[".", "--perl-version", "5.30.0"]);
    let findings = named["findings"].as_array().expect("findings");
    assert!(!findings.is_empty());
    assert!(findings.iter().all(|one| one["dist"] == "perl" && one["version"] == "5.30.0"));
    assert_eq!(named["projects"][0]["core_not_judged"], 0);
}
