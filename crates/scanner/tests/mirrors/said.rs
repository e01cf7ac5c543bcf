//! What archives and the files beside them say.

use std::sync::Arc;

use perlscan_scanner::model::remark::RemarkKind;
use perlscan_scanner::report::{ArchiveSummary, EmitOptions, FORMATS, Report};

use crate::tree::{LOCAL, Tree, database, gzip, problems, remarks, settings};

fn author() -> String {
    format!("pan/{LOCAL}")
}

fn meta(name: &str, version: &str) -> String {
    format!(r#"{{"name":"{name}","version":"{version}","meta-spec":{{"version":2}}}}"#)
}

/// The mismatches of one archive with this META.json.
fn mismatches(archive: &str, name: &str, version: &str) -> Vec<String> {
    let files = [("META.json", meta(name, version))];
    let files = files.each_ref().map(|(path, text)| (*path, text.as_str()));
    let report = Tree::default().release(&author(), archive, &files).darkpan();
    assert!(report.outcome.exit_code() == 0, "{:?}", problems(&report));
    remarks(&report, RemarkKind::MetadataMismatch).into_iter().map(|(_, what)| what).collect()
}

#[test]
fn another_name_or_version_is_a_remark() {
    let told = mismatches("Acme-One-1.0", "Acme-Two", "1.0");
    assert_eq!(told, ["the archive is called Acme-One, and its META names Acme-Two"]);
    let told = mismatches("Acme-One-1.0", "Acme-One", "2.0");
    assert_eq!(told, ["the archive is called version 1.0, and its META says 2.0"]);
}

#[test]
fn versions_that_mean_the_same_are_no_noise() {
    for (archive, version) in [
        ("Acme-One-1.10", "1.1"),
        ("Acme-One-v1.2.0", "1.002"),
        ("Acme-One-1.2.3", "v1.2.3"),
        ("Acme-One-v1.2", "1.2"),
        ("Acme-One-1.02_03", "1.0203"),
        ("Acme-One-1.02-TRIAL", "1.02"),
        ("Acme-One-1.02-RT4711", "1.02"),
        ("Acme-One-1.02", "undef"),
    ] {
        assert_eq!(mismatches(archive, "Acme-One", version), [""; 0], "{archive} {version}");
    }
    // Old files have the main module's name.
    assert_eq!(mismatches("Acme-One-1.0", "Acme::One", "1.0"), [""; 0]);
}

#[test]
fn several_metas_have_to_agree() {
    let tree = |files: &[(&str, &str)]| Tree::default().release(&author(), "Acme-One-1.0", files);
    let json = meta("Acme-One", "1.0");
    let good = [("META.json", json.as_str()), ("META.yml", "name: Acme-One\nversion: '1.0'\n")];
    assert_eq!(remarks(&tree(&good).darkpan(), RemarkKind::MetadataMismatch), []);
    let other = [("META.json", json.as_str()), ("META.yml", "name: Acme-One\nversion: '1.1'\n")];
    let told = remarks(&tree(&other).darkpan(), RemarkKind::MetadataMismatch);
    assert!(told.len() == 1 && told[0].1.contains("1.1"), "{told:?}");
    let files = [("META.json", json.as_str()), ("../Acme-Two-1.0/META.json", "")];
    let files: Vec<(String, &str)> =
        files.iter().map(|(path, text)| (format!("Acme-One-1.0/{path}"), *text)).collect();
    let two = meta("Acme-Two", "1.0");
    let mut files = vec![files[0].clone()];
    files.push(("Acme-Two-1.0/META.json".to_owned(), &two));
    let bytes = crate::tree::archive(&files);
    let report =
        Tree::default().file(&format!("{}/Acme-One-1.0.tar.gz", author()), bytes).darkpan();
    let told = remarks(&report, RemarkKind::MetadataMismatch);
    assert!(told.iter().any(|(_, what)| what.contains("META in 2 folders")), "{told:?}");
}

#[test]
fn an_index_of_another_version_is_a_remark() {
    let module = "package Acme::One; our $VERSION = '1.5'; 1;";
    let told = |version: &str| {
        let tree = Tree::default()
            .release(&author(), "Acme-One-1.5", &[("lib/Acme/One.pm", module)])
            .index("pan", &[("Acme::One", version, "L/LO/LOCAL/Acme-One-1.5.tar.gz")]);
        remarks(&tree.darkpan(), RemarkKind::MetadataMismatch)
    };
    assert_eq!(told("1.50"), []);
    assert_eq!(told("undef"), []);
    let told = told("1.6");
    assert!(told.len() == 1 && told[0].1.contains("Acme::One 1.6"), "{told:?}");
}

fn words(texts: &[Arc<str>]) -> Vec<&str> {
    texts.iter().map(|text| &**text).collect()
}

fn summary(report: &Report) -> &ArchiveSummary {
    report.projects[0].archive.as_ref().unwrap()
}

#[test]
fn policy_signature_licence_and_author_are_told() {
    let yml = "name: Acme-One\nversion: 1.0\nlicense: perl\nauthor:\n  - A. Uthor <a@example.org>\n\
               generated_by: by hand\nresources:\n  repository: https://example.org/one.git\n\
               \x20 bugtracker: https://example.org/bugs\nx_deprecated: 1\n";
    let files =
        [("META.yml", yml), ("SECURITY.md", "mail us"), ("SIGNATURE", "x"), ("t/SECURITY.md", "")];
    let mailrc = gzip(b"alias LOCAL \"Lo Cal <lo@example.org>\"\n");
    let tree = Tree::default()
        .release(&author(), "Acme-One-1.0", &files)
        .file("pan/authors/01mailrc.txt.gz", mailrc);
    let report = tree.darkpan();
    let archive = summary(&report);
    assert_eq!(words(&archive.about.licenses), ["perl_5"]);
    assert_eq!(words(&archive.about.authors), ["A. Uthor <a@example.org>"]);
    let about = &archive.about;
    assert_eq!(
        [&about.generated_by, &about.repository, &about.bugtracker].map(Option::as_deref),
        [Some("by hand"), Some("https://example.org/one.git"), Some("https://example.org/bugs")]
    );
    let policy = archive.security_policy.as_ref().map(ToString::to_string);
    assert_eq!(
        (policy.as_deref(), archive.has_signature),
        (Some("Acme-One-1.0/SECURITY.md"), true)
    );
    assert_eq!(
        [&archive.author, &archive.author_name].map(Option::as_deref),
        [Some("LOCAL"), Some("Lo Cal")]
    );
    let told = remarks(&report, RemarkKind::Deprecated);
    assert_eq!(told, [("Acme-One".to_owned(), "Acme-One 1.0 calls itself deprecated".to_owned())]);
    assert_eq!(report.outcome.exit_code(), 0);
    let mut strict = settings();
    strict.policy.remarks = vec![RemarkKind::Deprecated];
    let strict = perlscan_scanner::run::scan(&tree.source(), &strict, &database(), &()).unwrap();
    assert_eq!(strict.outcome.exit_code(), 1);
    for format in FORMATS.iter().filter(|format| format.name != "sarif") {
        let mut out = Vec::new();
        format.emitter(&EmitOptions::default()).emit(&strict, &mut out).unwrap();
        let text = String::from_utf8(out).unwrap();
        assert!(text.contains("Acme-One"), "{}: {text}", format.name);
    }
}

#[test]
fn a_meta_beside_speaks_for_an_archive_without_one() {
    let side = "name: Acme-Two\nversion: 1.0\nlicense: mit\n";
    let tree = |files: &[(&str, &str)]| {
        Tree::default()
            .release(&author(), "Acme-One-1.0", files)
            .file(&format!("{}/Acme-One-1.0.meta", author()), side)
            .darkpan()
    };
    let report = tree(&[]);
    assert_eq!(words(&summary(&report).about.licenses), ["mit"]);
    assert_eq!(remarks(&report, RemarkKind::MetadataMismatch).len(), 1);
    let own = meta("Acme-One", "1.0");
    let report = tree(&[("META.json", own.as_str())]);
    assert_eq!(words(&summary(&report).about.licenses), [""; 0]);
    assert_eq!(remarks(&report, RemarkKind::MetadataMismatch), []);
}

#[test]
fn who_looks_for_a_maintainer_is_told_of_what_installers_take() {
    let perms = "File: 06perms.txt\n\nAcme::One,ADOPTME,c\nAcme::One::Part,HANDOFF,c\n\
                 Acme::Other,ADOPTME,f\n";
    let tree = Tree::default()
        .release(&author(), "Acme-One-1.0", &[])
        .release(&author(), "Acme-One-1.1", &[])
        .release(&author(), "Acme-Two-1.0", &[])
        .index(
            "pan",
            &[
                ("Acme::One", "1.1", "L/LO/LOCAL/Acme-One-1.1.tar.gz"),
                ("Acme::Two", "1.0", "L/LO/LOCAL/Acme-Two-1.0.tar.gz"),
            ],
        )
        .file("pan/modules/06perms.txt", perms);
    let report = tree.darkpan();
    let told = remarks(&report, RemarkKind::Adoptable);
    assert!(told.len() == 1 && told[0].0 == "Acme-One", "{told:?}");
    assert!(told[0].1.contains("can't be reached (line 3)"), "{told:?}");
    let cut = tree.file("pan/modules/06perms.txt.gz", &gzip(perms.as_bytes())[..20]);
    let report = cut.darkpan();
    assert_eq!(report.outcome.exit_code(), 2, "{:?}", problems(&report));
}
