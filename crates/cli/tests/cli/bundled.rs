//! Copies that files carry inside.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::support::{code, json, project, run, stdout};

/// A fat-packed script, as App::FatPacker writes it.
fn packed(module: &str, text: &str) -> String {
    let indented: String = text.lines().map(|line| format!("  {line}\n")).collect();
    let name = module.replace("::", "/");
    format!(
        "#!/usr/bin/env perl\nBEGIN {{\nmy %fatpacked;\n\n$fatpacked{{\"{name}.pm\"}} = '#line \
         '.(1+__LINE__).' \"'.__FILE__.\"\\\"\\n\".<<'TAG';\n{indented}TAG\n\ns/^  //mg for values \
         %fatpacked;\n}}\nuse {module};\n"
    )
}

/// Where a finding stands: path, what is inside, line, origin, version.
fn places(report: &Value, dist: &str) -> Vec<String> {
    let findings = report["findings"].as_array().expect("findings");
    let of_dist: Vec<&Value> = findings.iter().filter(|found| found["dist"] == dist).collect();
    let first = of_dist.first().map(|found| found["locations"].as_array().expect("places"));
    let show = |place: &Value| {
        format!(
            "{} {} {} {} {}",
            place["path"].as_str().expect("a path"),
            place["inside"][0]["path"].as_str().unwrap_or("-"),
            place["line"],
            place["origin"].as_str().expect("an origin"),
            place["version"].as_str().expect("a version")
        )
    };
    first.into_iter().flatten().map(show).collect()
}

const INSTALLED: &str = r#"{"dist":"HTTP-Tiny-0.095","name":"HTTP::Tiny","version":"0.095",
"pathname":"H/HA/HAARG/HTTP-Tiny-0.095.tar.gz","target":"HTTP::Tiny","provides":{}}"#;
const META: &str = "local/lib/perl5/x86_64-linux/.meta/HTTP-Tiny-0.095/install.json";
const OLD: &str = "package HTTP::Tiny;\nour $VERSION = '0.017';\n1;\n";

#[test]
fn a_vulnerable_packed_copy_beside_a_safe_installed_one_is_found() {
    let script = packed("HTTP::Tiny", OLD);
    let folder = project(&[
        ("cpanfile", "requires 'HTTP::Tiny', '0.095';\n"),
        (META, INSTALLED),
        ("bin/tool", &script),
    ]);
    let report = json(folder.path(), &["."]);
    let places = places(&report, "HTTP-Tiny");
    // The line is that of the script: `package` is the first line of the text.
    assert!(places.contains(&"bin/tool HTTP/Tiny.pm 6 bundled 0.017".to_owned()), "{places:?}");
    assert_eq!(report["projects"].as_array().expect("a list").len(), 1, "bin/ makes no project");
    assert_eq!(code(&run(folder.path(), &["."])), 1);
    let table = stdout(&run(folder.path(), &["."]));
    assert!(table.contains("bin/tool!HTTP/Tiny.pm:6"), "{table}");
    assert!(table.contains("copies differ: 0.017 (bundled), 0.095 (installed)"), "{table}");
}

#[test]
fn a_safe_packed_copy_silences_no_vulnerable_one() {
    let safe = packed("HTTP::Tiny", "package HTTP::Tiny;\nour $VERSION = '0.095';\n");
    let folder = project(&[
        ("cpanfile", ""),
        (META, &INSTALLED.replace("0.095", "0.017")),
        ("bin/tool", &safe),
        ("bin/other", &packed("HTTP::Tiny", OLD)),
    ]);
    let places = places(&json(folder.path(), &["."]), "HTTP-Tiny");
    assert_eq!(places.iter().filter(|place| place.contains("0.017")).count(), 2, "{places:?}");
    assert!(places.iter().any(|place| place.contains("installed 0.017")), "{places:?}");
    assert!(places.iter().any(|place| place.starts_with("bin/other HTTP/Tiny.pm 6")), "{places:?}");
}

#[test]
fn a_packed_copy_without_a_readable_version_is_unknown() {
    let text = "package HTTP::Tiny;\nour $VERSION = join '.', 0, '017';\n";
    let folder = project(&[("cpanfile", ""), ("bin/tool", &packed("HTTP::Tiny", text))]);
    let report = json(folder.path(), &["."]);
    assert_eq!(report["findings"][0]["verdict"], "unknown", "{report}");
    assert!(report.to_string().contains("only known when it runs"));
    // libwww-perl's main module is LWP: another one's version says nothing.
    let part = packed("LWP::UserAgent", "package LWP::UserAgent;\nour $VERSION = '6.99';\n");
    let folder = project(&[("cpanfile", ""), ("bin/tool", &part)]);
    let report = json(folder.path(), &["."]);
    let findings = report["findings"].as_array().expect("findings");
    assert!(!findings.is_empty());
    for finding in findings {
        assert_eq!(
            (&finding["dist"], &finding["verdict"]),
            (&"libwww-perl".into(), &"unknown".into())
        );
    }
}

#[test]
fn code_scanning_gets_the_outer_file_and_its_line() {
    let folder = project(&[("cpanfile", ""), ("bin/tool", &packed("HTTP::Tiny", OLD))]);
    let output = run(folder.path(), &[".", "-f", "sarif"]);
    let log: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let place = &log["runs"][0]["results"][0]["locations"][0];
    assert_eq!(place["physicalLocation"]["artifactLocation"]["uri"], "bin/tool");
    assert_eq!(place["physicalLocation"]["region"]["startLine"], 6);
    let said = place["message"]["text"].as_str().expect("a text");
    assert!(said.contains("HTTP/Tiny.pm"), "{said}");
}

#[test]
fn a_script_that_packs_nothing_is_no_input() {
    let folder = project(&[("cpanfile", ""), ("bin/tool.pl", "#!/usr/bin/perl\nprint 1;\n")]);
    let report = json(folder.path(), &["."]);
    assert_eq!(report["projects"][0]["inputs"].as_array().expect("a list").len(), 1, "{report}");
}

#[test]
fn a_copy_in_an_archive_stands_in_it_without_a_line() {
    let folder = project(&[("cpanfile", "")]);
    let par = Path::new(env!("CARGO_MANIFEST_DIR")).join("test-corpus/par/app.par");
    fs::copy(par, folder.path().join("app.par")).expect("copied");
    let report = json(folder.path(), &["."]);
    assert_eq!(places(&report, "HTTP-Tiny"), ["app.par lib/HTTP/Tiny.pm null bundled 0.017"]);
    let listed = run(folder.path(), &["inventory", ".", "-f", "json"]);
    let listed: Value = serde_json::from_slice(&listed.stdout).expect("JSON");
    let package = &listed["packages"][0];
    assert_eq!((&package["dist"], &package["origin"]), (&"HTTP-Tiny".into(), &"bundled".into()));
    assert_eq!(package["locations"][0]["inside"][0]["path"], "lib/HTTP/Tiny.pm");
    let small = run(folder.path(), &[".", "--max-archive-bytes", "100"]);
    assert_eq!(code(&small), 2, "what is not opened is lost");
    assert!(stdout(&small).contains("--max-archive-bytes"), "{}", stdout(&small));
}

#[test]
fn a_module_below_inc_is_a_copy_that_configuring_runs() {
    let folder =
        project(&[("Makefile.PL", "use inc::Module::Install;\n"), ("inc/HTTP/Tiny.pm", OLD)]);
    let report = json(folder.path(), &["."]);
    assert_eq!(places(&report, "HTTP-Tiny"), ["inc/HTTP/Tiny.pm - 1 bundled 0.017"]);
    assert_eq!(report["findings"][0]["phase"], "configure");
    assert_eq!(report["projects"].as_array().expect("a list").len(), 1, "inc/ is no project");
    let report = json(folder.path(), &[".", "--phase", "runtime"]);
    assert!(places(&report, "HTTP-Tiny").is_empty());
}

#[test]
fn a_program_of_pp_carries_its_perl() {
    // As pp 1.057 makes one: a program, a zip archive, and PAR::Packer's mark.
    let par = Path::new(env!("CARGO_MANIFEST_DIR")).join("test-corpus/par/perl.par");
    let archive = fs::read(par).expect("it is there");
    let program = [&b"\x7fELF..."[..], &archive, b"\0CACHE\0\0\0\0\nPAR.pm\n"].concat();
    let folder = project(&[("cpanfile", "")]);
    fs::write(folder.path().join("app"), program).expect("written");
    fs::write(folder.path().join("other"), b"\x7fELF and no more").expect("written");
    let listed = run(folder.path(), &["inventory", ".", "-f", "json"]);
    let listed: Value = serde_json::from_slice(&listed.stdout).expect("JSON");
    let packages = listed["packages"].as_array().expect("packages").iter();
    let shown: Vec<_> = packages.map(|one| format!("{} {}", one["dist"], one["version"])).collect();
    // Class::Struct is perl's own, too, and tells nothing of its version.
    assert_eq!(shown, ["\"perl\" \"5.36.0\""]);
    assert!(listed["problems"].as_array().is_some_and(Vec::is_empty), "{}", listed["problems"]);
}
