//! Mirrors in a tree, and `--patches`.

use std::process::{Command, Stdio};

use crate::support::{code, json, project, run, skipped, stderr};

const PLACE: &str = "authors/id/L/LO/LOCAL";

const DIFF: &str = "--- a/lib/Net/OAuth.pm\n+++ b/lib/Net/OAuth.pm\n@@ -1,2 +1,3 @@\n \
                    package Net::OAuth;\n+use Crypt::URandom;\n 1;\n";

/// A project with a mirror in it, packed by the real tar; `None` where there is none.
fn with_mirror(module: &str) -> Option<tempfile::TempDir> {
    let folder = project(&[
        ("cpanfile", "requires 'Some::Thing';\n"),
        ("Net-OAuth-0.28/lib/Net/OAuth.pm", module),
        (&format!("pan/{PLACE}/note"), ""),
        ("fixes/N/Net-OAuth/0.28/CVE-2025-22376-r1.patch", DIFF),
        ("other/fix.patch", DIFF),
    ]);
    let archive = format!("pan/{PLACE}/Net-OAuth-0.28.tar.gz");
    let mut tar = Command::new("tar");
    tar.args(["-czf", &archive, "Net-OAuth-0.28"]).current_dir(folder.path());
    if tar.stdout(Stdio::null()).status().is_err() {
        skipped("tar");
        return None;
    }
    std::fs::remove_dir_all(folder.path().join("Net-OAuth-0.28")).expect("it is there");
    Some(folder)
}

#[test]
fn a_plain_scan_meets_a_mirror() {
    let Some(folder) = with_mirror("package Net::OAuth;\n1;\n") else { return };
    let report = json(folder.path(), &["."]);
    let projects = report["projects"].as_array().expect("projects");
    let paths: Vec<&str> = projects.iter().filter_map(|one| one["path"].as_str()).collect();
    assert_eq!(paths, ["", &format!("pan/{PLACE}/Net-OAuth-0.28.tar.gz")]);
    assert_eq!(projects[1]["archive"]["author"], "LOCAL");
    assert_eq!(report["findings"][0]["aliases"][0], "CVE-2025-22376");
    assert_eq!(report["outcome"]["exit_code"], 1);
    let inventory = run(folder.path(), &["inventory", "."]);
    let text = String::from_utf8_lossy(&inventory.stdout).into_owned();
    assert!(text.contains("a CPAN mirror lies here, which is left out"), "{text}");
}

#[test]
fn patches_of_a_folder_mend_where_they_are_applied() {
    for (module, exit) in
        [("package Net::OAuth;\n1;\n", 1), ("package Net::OAuth;\nuse Crypt::URandom;\n1;\n", 0)]
    {
        let Some(folder) = with_mirror(module) else { return };
        let report = json(folder.path(), &["darkpan", "pan", "--patches", "fixes"]);
        assert_eq!(report["outcome"]["exit_code"], exit, "{report:#}");
        let suppressed = report["findings"][0]["suppressed"].to_string();
        assert_eq!(suppressed.contains("fixes/N/Net-OAuth/0.28/"), exit == 0, "{suppressed}");
    }
}

#[test]
fn a_folder_without_patches_is_an_error() {
    let Some(folder) = with_mirror("1;\n") else { return };
    for (named, what) in [
        ("nowhere", "can't read --patches 'nowhere'"),
        ("cpanfile", "is no folder"),
        ("other", "has no patch that lies as"),
    ] {
        let output = run(folder.path(), &["darkpan", "pan", "--patches", named]);
        assert_eq!(code(&output), 2, "{named}");
        assert!(stderr(&output).contains(what), "{named}: {}", stderr(&output));
    }
    let output = run(folder.path(), &["darkpan", "pan", "--patches", "other"]);
    assert!(stderr(&output).contains("other/fix.patch: its place"), "{}", stderr(&output));
}
