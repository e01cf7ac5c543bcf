//! What Perl source loads: evidence of its own, and remarks on what is declared.

use serde_json::Value;

use crate::support::{code, ids, json, project, run, stdout};

/// Module, minimum, phase, optional, path and line of what source loads.
fn used(folder: &std::path::Path) -> Vec<String> {
    let output = run(folder, &["inventory", ".", "-f", "json"]);
    assert_eq!(code(&output), 0);
    let listed: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let all = listed["requirements"].as_array().expect("requirements").iter();
    all.filter(|one| one["origin"] == "used")
        .map(|one| {
            let text = |key: &str| one[key].as_str().expect(key).to_owned();
            format!(
                "{} {} {}:{}",
                [text("module"), text("range")].join(" ").trim_end(),
                text("phase"),
                text("path"),
                one["line"]
            )
        })
        .collect()
}

/// Rule, module, and the line of the first place of each remark.
fn remarks(report: &Value) -> Vec<String> {
    let all = report["remarks"].as_array().expect("remarks").iter();
    all.map(|one| {
        let place = &one["locations"][0];
        let text = |value: &Value| value.as_str().expect("a text").to_owned();
        format!(
            "{} {} {}:{}",
            text(&one["rule"]),
            text(&one["module"]),
            text(&place["path"]),
            place["line"]
        )
    })
    .collect()
}

#[test]
fn source_is_known_by_its_suffix_or_its_first_line() {
    let folder = project(&[
        ("a.pl", "use A 1.2;\n"),
        ("b.psgi", "use B;\n"),
        ("c.cgi", "use C;\n"),
        ("t/d.t", "use D;\n"),
        ("lib/E.pm", "package E;\nrequire E::Other;\n"),
        ("gen.PL", "use F;\n"),
        ("bin/tool", "#!/usr/bin/perl -w\nuse G;\n"),
        ("bin/shell", "#!/bin/sh\nuse H;\n"),
        ("notes.txt", "use I;\n"),
        ("Makefile.PL.old", "use J;\n"),
    ]);
    assert_eq!(
        used(folder.path()),
        [
            "A 1.2 runtime a.pl:1",
            "B runtime b.psgi:1",
            "C runtime c.cgi:1",
            "D test t/d.t:1",
            "E::Other runtime lib/E.pm:2",
            "F runtime gen.PL:1",
            "G runtime bin/tool:2",
        ]
    );
    let report = json(folder.path(), &["."]);
    assert_eq!(report["projects"][0]["sources"], 7);
    assert_eq!(report["projects"][0]["modules_used"], 7);
    assert_eq!(report["projects"][0]["inputs"].as_array().map(Vec::len), Some(0));
}

#[test]
fn a_use_alone_tells_no_version() {
    let folder = project(&[("app.pl", "use strict;\nuse Net::OAuth;\n")]);
    let report = json(folder.path(), &["."]);
    let finding = &report["findings"][0];
    assert_eq!((&finding["verdict"], &finding["dist"]), (&"unknown".into(), &"Net-OAuth".into()));
    assert_eq!(finding["locations"][0]["origin"], "used");
    assert_eq!(finding["locations"][0]["line"], 2);
    assert_eq!(finding["locations"][0]["column"], 5);
    assert_eq!(code(&run(folder.path(), &["."])), 0);
    assert_eq!(code(&run(folder.path(), &[".", "--strict"])), 1);
}

#[test]
fn a_use_with_a_version_is_a_floor_where_nothing_is_declared() {
    let folder = project(&[("app.pl", "use Net::OAuth 0.28;\n")]);
    let report = json(folder.path(), &["."]);
    assert_eq!(report["findings"][0]["kind"], "floor-too-low");
    let folder = project(&[("app.pl", "use Net::OAuth 0.30;\n")]);
    assert!(ids(&json(folder.path(), &["."])).is_empty(), "0.29 has the fix");
    // LWP::UserAgent is not the main module of libwww-perl.
    let folder = project(&[("app.pl", "use LWP::UserAgent 9.0;\n")]);
    assert_eq!(json(folder.path(), &["."])["findings"][0]["verdict"], "unknown");
}

#[test]
fn a_use_only_shows_a_place_where_a_manifest_speaks() {
    let source = ("lib/App.pm", "package App;\nuse Net::OAuth;\n");
    let safe = project(&[("cpanfile", "requires 'Net::OAuth', '0.30';\n"), source]);
    assert!(ids(&json(safe.path(), &["."])).is_empty());
    let pinned = project(&[("cpanfile", "requires 'Net::OAuth', '== 0.28';\n"), source]);
    let report = json(pinned.path(), &["."]);
    let places = report["findings"][0]["locations"].as_array().expect("places");
    let origins: Vec<_> = places.iter().filter_map(|place| place["origin"].as_str()).collect();
    assert_eq!(origins, ["declared", "used"]);
    assert_eq!(places[1]["verdict"], Value::Null, "the manifest decides");
}

#[test]
fn what_the_project_provides_is_no_dependency() {
    let own = ("lib/Net/OAuth.pm", "package Net::OAuth;\n1;\n");
    let folder = project(&[("app.pl", "use Net::OAuth;\n"), own]);
    assert!(used(folder.path()).is_empty());
    // A line in somebody else's package does not make it the project's own.
    let patch = ("t/patch.t", "package Net::OAuth;\nsub x {}\npackage main;\nuse Net::OAuth;\n");
    let folder = project(&[patch]);
    assert_eq!(used(folder.path()), ["Net::OAuth test t/patch.t:4"]);
}

#[test]
fn a_sibling_project_provides_what_cpan_does_not() {
    let folder = project(&[
        ("app/cpanfile", "requires 'Moo';\n"),
        ("app/app.pl", "use Moo;\nuse My::Shared;\nuse Net::OAuth;\n"),
        ("shared/cpanfile", ""),
        ("shared/lib/My/Shared.pm", "package My::Shared;\n1;\n"),
        ("oauth/cpanfile", ""),
        ("oauth/lib/Net/OAuth.pm", "package Net::OAuth;\n1;\n"),
    ]);
    assert_eq!(
        used(folder.path()),
        ["Moo runtime app/app.pl:1", "Net::OAuth runtime app/app.pl:3"]
    );
    let report = json(folder.path(), &["."]);
    assert_eq!(remarks(&report), ["undeclared-module Net::OAuth app/app.pl:3"]);
}

#[test]
fn what_an_installed_module_loads_is_not_the_projects() {
    let folder = project(&[
        ("app.pl", "use Foo;\n"),
        ("local/lib/perl5/Foo.pm", "package Foo;\nuse Net::OAuth;\n"),
        ("inc/Bar.pm", "package Bar;\nuse Net::OAuth;\n"),
    ]);
    assert_eq!(used(folder.path()), ["Foo runtime app.pl:1"]);
}

#[test]
fn a_core_module_is_judged_as_the_projects_perl_has_it() {
    // perl 5.36.0 bundles HTTP::Tiny 0.080; CVE-2023-31486 is fixed in 0.083.
    let folder = project(&[("app.pl", "use HTTP::Tiny;\n")]);
    let report = json(folder.path(), &[".", "--perl-version", "5.36.0"]);
    let findings = report["findings"].as_array().expect("findings").iter();
    let tiny: Vec<_> = findings.filter(|finding| finding["dist"] == "HTTP-Tiny").collect();
    let id = "CPANSA-HTTP-Tiny-2023-31486";
    let finding = tiny.iter().find(|finding| finding["id"] == id).expect("it is affected");
    assert_eq!((&finding["verdict"], &finding["version"]), (&"affected".into(), &"0.080".into()));
    assert_eq!(finding["locations"][0]["path"], "app.pl");
    let report = json(folder.path(), &["."]);
    assert!(ids(&report).is_empty());
    assert_eq!(report["projects"][0]["core_not_judged"], 1);
    // An installed tree has a folder for its perl.
    let tree = ("local/lib/perl5/5.36.0/A.pm", "package A;\n1;\n");
    let folder = project(&[("app.pl", "use HTTP::Tiny;\n"), tree]);
    let report = json(folder.path(), &["."]);
    assert_eq!(report["projects"][0]["perl"], "5.36.0");
    assert!(ids(&report).contains(&id.to_owned()));
    let other = ("local/lib/perl5/site_perl/5.38.0/B.pm", "package B;\n1;\n");
    let folder = project(&[("app.pl", "use HTTP::Tiny;\n"), tree, other]);
    assert_eq!(
        json(folder.path(), &["."])["projects"][0]["perl"],
        Value::Null,
        "which is not told"
    );
    // A copy of the project's own stands before perl's.
    let lock = "# carton snapshot format: version 1.0\nDISTRIBUTIONS\n  HTTP-Tiny-0.096\n    \
                pathname: H/HA/HAARG/HTTP-Tiny-0.096.tar.gz\n    provides:\n      HTTP::Tiny 0.096\n";
    let folder = project(&[("app.pl", "use HTTP::Tiny;\n"), ("cpanfile.snapshot", lock)]);
    let report = json(folder.path(), &[".", "--perl-version", "5.36.0"]);
    let dists = report["findings"].as_array().expect("findings").iter();
    assert!(!dists.map(|finding| &finding["dist"]).any(|dist| dist == "HTTP-Tiny"));
}

#[test]
fn a_module_that_left_the_core_is_remarked_on() {
    // CGI left perl's core in 5.22 (perl5220delta); 5.14.0 has CGI 3.52, which
    // CVE-2012-5526 affects.
    let folder = project(&[("app.pl", "use strict;\nuse CGI;\n")]);
    for (perl, expected) in
        [("5.36.0", "does not ship"), ("5.22", "does not ship"), ("5.14.0", "newer perls")]
    {
        let report = json(folder.path(), &[".", "--perl-version", perl]);
        assert_eq!(remarks(&report), ["removed-core-module CGI app.pl:2"], "{perl}");
        let message = report["remarks"][0]["message"].as_str().expect("a message");
        assert!(message.contains(expected), "{perl}: {message}");
        assert!(ids(&report).iter().any(|id| id.contains("-CGI-")), "{perl}");
    }
    let report = json(folder.path(), &["."]);
    assert_eq!(remarks(&report), ["removed-core-module CGI app.pl:2"]);
    let declared = project(&[("app.pl", "use CGI;\n"), ("cpanfile", "requires 'CGI', '4.68';\n")]);
    assert!(remarks(&json(declared.path(), &["."])).is_empty());
}

const SOURCE: &str = "package App;\nuse strict;\nuse Moose::Role;\nuse JSON::XS;\nuse Cwd;\n\
                      use Mojo::URL;\nrequire App::Own;\n\
                      eval { require Optional::Thing };\n";
const MANIFEST: &str = "requires 'Moose';\nrequires 'Mojolicious';\nrequires 'Try::Tiny';\n\
                        recommends 'Never::Loaded';\non build => sub { requires 'Build::Tool' };\n";

#[test]
fn what_is_loaded_and_declared_nowhere_is_remarked_on_and_the_reverse() {
    let folder = project(&[
        ("lib/App.pm", SOURCE),
        ("lib/App/Own.pm", "package App::Own;\n"),
        ("xt/author.t", "use Test::Pod;\n"),
        ("examples/show.pl", "use Show::Me;\n"),
        ("Build.PL", "use inc::Own::Build; use Module::Build; Module::Build->new(requires => {});"),
        ("cpanfile", MANIFEST),
    ]);
    let report = json(folder.path(), &["."]);
    assert_eq!(
        remarks(&report),
        ["undeclared-module JSON::XS lib/App.pm:4", "unused-requirement Try::Tiny cpanfile:3"]
    );
    let nothing_declared = project(&[("lib/App.pm", SOURCE)]);
    assert!(remarks(&json(nothing_declared.path(), &["."])).is_empty());
    let no_source = project(&[("cpanfile", MANIFEST)]);
    assert!(remarks(&json(no_source.path(), &["."])).is_empty());
}

#[test]
fn remarks_fail_a_run_only_when_asked() {
    let folder = project(&[("lib/App.pm", SOURCE), ("cpanfile", "requires 'Moose';\n")]);
    let path = folder.path();
    assert_eq!(code(&run(path, &["."])), 0);
    assert_eq!(code(&run(path, &[".", "--also-fail-on", "unused-requirement"])), 0);
    let strict = run(path, &[".", "--also-fail-on", "unused-requirement,undeclared-module"]);
    assert_eq!(code(&strict), 1);
    assert!(stdout(&strict).contains("undeclared-module"), "{}", stdout(&strict));
    let sarif = |args: &[&str]| {
        let output = run(path, &[&[".", "-f", "sarif"], args].concat());
        let log: Value = serde_json::from_slice(&output.stdout).expect("JSON");
        let results = log["runs"][0]["results"].as_array().expect("results").clone();
        results.iter().filter(|result| result["ruleId"] == "undeclared-module").count()
    };
    assert_eq!(sarif(&[]), 0, "no alerts that nobody asked for");
    assert_eq!(sarif(&["--also-fail-on", "undeclared-module"]), 3);
    assert_eq!(code(&run(path, &[".", "--also-fail-on", "nonsense"])), 2);
}

#[test]
fn what_may_hide_uses_is_told() {
    let folder =
        project(&[("a.pl", "use A;\nmy $x = <<EOT;\nuse B;\n"), ("b.pm", "\u{feff}use C;\n")]);
    std::fs::write(folder.path().join("c.pl"), b"\xff\xfeu\0s\0e\0 \0D\0;\0").expect("written");
    let report = json(folder.path(), &["."]);
    let problems = report["problems"].as_array().expect("problems").iter();
    let told: Vec<_> = problems.map(|one| format!("{}:{}", one["path"], one["line"])).collect();
    assert_eq!(told, ["\"a.pl\":2", "\"c.pl\":null"]);
    assert_eq!(code(&run(folder.path(), &["."])), 0);
}
