//! Private mirrors, made here of archives in memory. The verdicts that are expected
//! are upstream's own words on these releases.

#![allow(clippy::expect_used, clippy::unwrap_used, reason = "a test fails by panicking")]
#![allow(missing_docs, reason = "a test")]
#![allow(clippy::disallowed_methods, reason = "a mirror on the disk is written")]

use std::io::Write as _;

use flate2::Compression;
use flate2::write::GzEncoder;
use perlscan_scanner::advisory::database::{Database, DatabaseChoice};
use perlscan_scanner::darkpan::release::read;
use perlscan_scanner::darkpan::scan;
use perlscan_scanner::model::finding::{Confidence, Finding};
use perlscan_scanner::model::location::SourcePath;
use perlscan_scanner::model::problem::ProblemKind;
use perlscan_scanner::report::Report;
use perlscan_scanner::scan::ScanSettings;
use perlscan_scanner::source::archive::{ArchiveFile, Format};
use perlscan_scanner::source::{Excludes, FsSource, MemSource};
use sha2::{Digest as _, Sha256};

/// A folder of an author, below `authors/id/`.
const LOCAL: &str = "L/LO/LOCAL";

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut packer = GzEncoder::new(Vec::new(), Compression::best());
    packer.write_all(bytes).unwrap();
    packer.finish().unwrap()
}

/// A release of these files, with the folder of its name around them.
fn release(name: &str, files: &[(&str, &str)]) -> Vec<u8> {
    let mut builder = tar::Builder::new(Vec::new());
    for (file, text) in files {
        let mut header = tar::Header::new_gnu();
        header.set_size(text.len() as u64);
        header.set_mode(0o644);
        builder.append_data(&mut header, format!("{name}/{file}"), text.as_bytes()).unwrap();
    }
    gzip(&builder.into_inner().unwrap())
}

/// A mirror in `pan/`.
#[derive(Debug, Default, Clone)]
struct Pan {
    files: Vec<(String, Vec<u8>)>,
    index: Vec<String>,
}

impl Pan {
    fn add(&mut self, name: &str, files: &[(&str, &str)]) -> &mut Self {
        let path = format!("pan/authors/id/{LOCAL}/{name}.tar.gz");
        self.files.push((path, release(name, files)));
        self
    }

    fn indexed(&mut self, name: &str, files: &[(&str, &str)]) -> &mut Self {
        self.index.push(format!("{LOCAL}/{name}.tar.gz"));
        self.add(name, files)
    }

    fn files(&self) -> Vec<(String, Vec<u8>)> {
        let mut text =
            format!("File: 02packages.details.txt\nLine-Count: {}\n\n", self.index.len());
        for (at, path) in self.index.iter().enumerate() {
            text.push_str(&format!("Some::Module{at}  undef  {path}\n"));
        }
        let mut files = self.files.clone();
        if !self.index.is_empty() {
            let path = "pan/modules/02packages.details.txt.gz".to_owned();
            files.push((path, gzip(text.as_bytes())));
        }
        files
    }

    fn scan(&self) -> Report {
        let files = self.files();
        let files = files.into_iter().map(|(path, bytes)| (SourcePath::from(path.as_str()), bytes));
        scan(&MemSource::new(files.collect()), &settings(), &database(), &()).unwrap()
    }
}

fn settings() -> ScanSettings {
    ScanSettings::default()
}

fn database() -> Database {
    Database::open(&DatabaseChoice::default()).unwrap()
}

/// Each finding's archive, by its file's name, distribution, version and public id.
fn found(report: &Report) -> Vec<(String, String, String, String)> {
    let words = |finding: &Finding| {
        let archive = String::from_utf8_lossy(finding.project.file_name()).into_owned();
        let id = finding.public_id().to_owned();
        (archive, finding.dist.to_string(), finding.version.clone(), id)
    };
    report.findings.iter().map(words).collect()
}

fn lost(report: &Report) -> Vec<String> {
    let lost = report.problems.iter().filter(|problem| problem.kind == ProblemKind::Lost);
    lost.map(|problem| format!("{}: {}", problem.location, problem.message)).collect()
}

const MODULE: &str = "package Net::OAuth; our $VERSION = '0.28'; 1;";

#[test]
fn every_archive_is_judged_and_its_standing_told() {
    let files = [("lib/Net/OAuth.pm", MODULE)];
    let mut pan = Pan::default();
    pan.indexed("Net-OAuth-0.29", &files).add("Net-OAuth-0.28", &files);
    pan.indexed("Crypt-CBC-2.21", &files).add("Imager-0.40", &[]).indexed("Acme-Int-1", &[]);
    let report = pan.scan();
    let oauth: Vec<_> = found(&report).into_iter().filter(|f| f.1 == "Net-OAuth").collect();
    let expected = ("Net-OAuth-0.28.tar.gz", "Net-OAuth", "0.28", "CVE-2025-22376");
    let expected = (expected.0.into(), expected.1.into(), expected.2.into(), expected.3.into());
    assert_eq!(oauth, [expected]);
    let standings: Vec<(String, &str)> = report
        .projects
        .iter()
        .map(|project| {
            let archive = project.archive.as_ref().expect("an archive");
            let name = String::from_utf8_lossy(project.path.file_name()).into_owned();
            (name, archive.standing.as_ref().map_or("", |standing| standing.word()))
        })
        .collect();
    let expected = [
        ("Acme-Int-1.tar.gz", "indexed"),
        ("Crypt-CBC-2.21.tar.gz", "indexed"),
        ("Imager-0.40.tar.gz", "unindexed"),
        ("Net-OAuth-0.28.tar.gz", "superseded"),
        ("Net-OAuth-0.29.tar.gz", "indexed"),
    ];
    assert_eq!(standings, expected.map(|(name, word)| (name.to_owned(), word)));
    assert_eq!(lost(&report), [""; 0]);
    // CVE-2006-0898: to 2.16; so 2.21 has not that one.
    assert!(found(&report).iter().all(|f| f.3 != "CVE-2006-0898"));
}

#[test]
fn a_folder_of_archives_needs_no_index() {
    let mut pan = Pan::default();
    pan.files.push(("old/Net-OAuth-0.28.tar.gz".into(), release("Net-OAuth-0.28", &[])));
    pan.files.push(("old/notes.txt".into(), b"nothing".to_vec()));
    let report = pan.scan();
    assert_eq!(found(&report).len(), 1);
    let archive = report.projects[0].archive.as_ref().unwrap();
    assert_eq!((report.projects.len(), archive.standing.as_ref()), (1, None));
}

/// Of HTTP-Daemon CVE-2022-31081 holds up to 6.14; libwww-perl 5.837 carried it.
#[test]
fn what_is_a_distribution_of_its_own_today_is_judged_where_it_was_carried() {
    let daemon = "package HTTP::Daemon; use vars '$VERSION'; $VERSION = '5.827'; 1;";
    let files = [("lib/HTTP/Daemon.pm", daemon), ("t/x.t", "package Imager; $VERSION = 0.1;")];
    let mut pan = Pan::default();
    pan.indexed("libwww-perl-5.837", &files);
    let report = pan.scan();
    let held: Vec<&Finding> =
        report.findings.iter().filter(|f| f.dist.as_str() == "HTTP-Daemon").collect();
    assert!(held.iter().any(|finding| finding.public_id() == "CVE-2022-31081"), "{held:?}");
    assert!(held.iter().all(|finding| finding.confidence == Confidence::Low));
    assert!(report.findings.iter().all(|finding| finding.dist.as_str() != "Imager"));
    pan.indexed("HTTP-Daemon-6.16", &[]);
    let of_daemon = found(&pan.scan()).into_iter().filter(|f| f.1 == "HTTP-Daemon");
    assert!(of_daemon.into_iter().all(|f| f.0 == "HTTP-Daemon-6.16.tar.gz"));
}

#[test]
fn a_rebuild_of_ones_own_counts_as_what_it_was_made_of_with_low_confidence() {
    let mut pan = Pan::default();
    pan.indexed("Net-OAuth-0.28-RT4711", &[]).indexed("Net-OAuth-0.29-1", &[]);
    let report = pan.scan();
    let [finding] = report.findings.as_slice() else { panic!("{:?}", found(&report)) };
    assert_eq!(finding.project.file_name(), b"Net-OAuth-0.28-RT4711.tar.gz");
    assert_eq!(finding.confidence, Confidence::Low);
    assert!(finding.notes.iter().any(|note| note.contains("-RT4711")), "{:?}", finding.notes);
}

/// CVE-2013-1437 holds for Module-Metadata before 1.000015.
#[test]
fn what_configuring_runs_from_inside_is_judged_with_its_way() {
    let inner = "package Module::Metadata; our $VERSION = '1.000002'; 1;";
    let mut pan = Pan::default();
    pan.indexed("Acme-Int-1.0", &[("inc/Module/Metadata.pm", inner)]);
    let report = pan.scan();
    let [finding] = report.findings.as_slice() else { panic!("{:?}", found(&report)) };
    let place = finding.evidence[0].location.to_string();
    let expected =
        "pan/authors/id/L/LO/LOCAL/Acme-Int-1.0.tar.gz!Acme-Int-1.0/inc/Module/Metadata.pm";
    assert_eq!((finding.public_id(), place.as_str()), ("CVE-2013-1437", expected));
}

/// Thirty archives with their digests, and which of them a byte is changed in.
#[test]
fn a_changed_byte_is_found_by_its_digest_and_no_other_archive_accused() {
    let mut pan = Pan::default();
    for i in 0..30 {
        let module = format!("package Acme::M{i}; our $VERSION = '1.{i}'; 1;");
        pan.indexed(&format!("Acme-M{i}-1.{i}"), &[("lib/M.pm", &module)]);
    }
    let mut sums = String::from("# CHECKSUMS file\n$cksum = {\n");
    for (path, bytes) in &pan.files {
        let name = path.rsplit('/').next().unwrap();
        let digest: String = Sha256::digest(bytes).iter().map(|b| format!("{b:02x}")).collect();
        sums.push_str(&format!(
            "  '{name}' => {{\n    'cpan_path' => '{LOCAL}',\n    'sha256' => '{digest}',\n    \
             'size' => {}\n  }},\n",
            bytes.len()
        ));
    }
    sums.push_str("};\n");
    let place = format!("pan/authors/id/{LOCAL}/CHECKSUMS");
    pan.files.push((place, sums.clone().into_bytes()));
    assert_eq!(lost(&pan.scan()), [""; 0]);
    for wrong in [0, 17, 29] {
        let mut pan = pan.clone();
        let (path, bytes) = &mut pan.files[wrong];
        // The time in gzip's header: the archive unpacks as before.
        bytes[4] ^= 1;
        let path = path.clone();
        let told = lost(&pan.scan());
        assert!(told.len() == 1 && told[0].starts_with(&path), "{told:?}");
        assert!(told[0].contains("SHA-256"), "{told:?}");
    }
    // As Pinto writes it.
    let (_, text) = pan.files.last_mut().unwrap();
    *text = sums.replace(LOCAL, &format!("pan/authors/id/{LOCAL}")).into_bytes();
    assert_eq!(lost(&pan.scan()), [""; 0]);
    let (_, text) = pan.files.last_mut().unwrap();
    *text = sums.replacen(LOCAL, "E/EV/EVIL", 1).into_bytes();
    let told = lost(&pan.scan());
    assert!(told.len() == 1 && told[0].contains("E/EV/EVIL"), "{told:?}");
    let (_, text) = pan.files.last_mut().unwrap();
    *text = sums.replacen("'size' => ", "'size' => system('true') . ", 1).into_bytes();
    let told = lost(&pan.scan());
    assert!(told.len() == 1 && told[0].contains("only running it"), "{told:?}");
}

#[test]
fn what_the_index_names_and_is_not_there_is_told() {
    let mut pan = Pan::default();
    pan.indexed("Acme-Int-1.0", &[]);
    pan.index.push(format!("{LOCAL}/Gone-2.0.tar.gz"));
    // Pinto's index has perl's own modules so, and no such archive.
    pan.index.push("F/FA/FAKE/perl-5.36.0.tar.gz".to_owned());
    let told = lost(&pan.scan());
    assert!(told.len() == 1 && told[0].contains("Gone-2.0.tar.gz"), "{told:?}");
    assert_eq!(pan.scan().outcome.exit_code(), 2);
}

#[test]
fn a_bad_archive_is_told_and_leaves_the_others_alone() {
    let mut pan = Pan::default();
    pan.indexed("Net-OAuth-0.28", &[("lib/Net/OAuth.pm", MODULE)]);
    let good = found(&pan.scan());
    let whole = pan.files[0].1.clone();
    let zeroes = vec![0; 40 << 20];
    let bad: [(&str, Vec<u8>); 5] = [
        ("Empty-1.tar.gz", Vec::new()),
        ("Text-1.tar.gz", b"no archive".to_vec()),
        ("Cut-1.tar.gz", whole[..whole.len() / 2].to_vec()),
        ("Bomb-1.tar.gz", gzip(&zeroes)),
        ("Zip-1.zip", b"PK\x03\x04".to_vec()),
    ];
    for (name, bytes) in &bad {
        pan.files.push((format!("pan/authors/id/{LOCAL}/{name}"), bytes.clone()));
    }
    let report = pan.scan();
    assert_eq!(found(&report), good);
    let told = lost(&report);
    for (name, _) in &bad {
        assert!(told.iter().any(|problem| problem.contains(name)), "{name}: {told:?}");
    }
    assert_eq!(report.outcome.exit_code(), 2);
}

#[test]
fn the_same_whatever_the_number_of_threads() {
    let mut pan = Pan::default();
    for i in 0..40 {
        pan.indexed(&format!("Net-OAuth-0.{i}"), &[("lib/Net/OAuth.pm", MODULE)]);
    }
    let folder = tempfile::tempdir().unwrap();
    for (path, bytes) in pan.files() {
        let path = folder.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    }
    let base = folder.path().canonicalize().unwrap();
    let report = |threads| {
        let excludes = Excludes::new(&base, &[], true).unwrap();
        let source = FsSource::new(base.clone(), vec![base.clone()], excludes, Some(threads));
        scan(&source, &settings(), &database(), &()).unwrap()
    };
    let one = report(1);
    assert!(!one.findings.is_empty());
    assert_eq!(one.findings, report(8).findings);
    assert_eq!(one.projects, report(8).projects);
    assert_eq!(one.findings, pan.scan().findings);
}

#[test]
fn an_archive_keeps_what_its_meta_requires_and_which_modules_it_brings() {
    let meta = r#"{"name":"App-Shop","version":"1.5","dynamic_config":0,"prereqs":{
        "runtime":{"requires":{"DBI":"1.6","perl":"5.010"},"recommends":{"JSON::XS":"0"}},
        "test":{"requires":{"Test::More":"0.98"}}}}"#;
    let bytes = release(
        "App-Shop-1.5",
        &[
            ("META.json", meta),
            ("cpanfile", "requires 'Author::Only';\n"),
            ("lib/App/Shop.pm", "package App::Shop 1.5;\npackage App::Shop::Inner;\n1;\n"),
            ("t/lib/Helper.pm", "package Helper;\n1;\n"),
            (
                "examples/Makefile.PL",
                "use ExtUtils::MakeMaker;\nWriteMakefile(PREREQ_PM => { Example => 1 });\n",
            ),
        ],
    );
    let path = SourcePath::from("App-Shop-1.5.tar.gz");
    let mut problems = Vec::new();
    let file = ArchiveFile::new(Format::Tar, path.file_name(), &bytes);
    let release = read(&path, &file, &settings(), &mut problems);
    let needs: Vec<String> = release
        .needs
        .iter()
        .map(|need| format!("{} {} {} {}", need.module, need.range, need.phase, need.relation))
        .collect();
    assert_eq!(
        needs,
        [
            "DBI 1.6 runtime requires",
            "JSON::XS 0 runtime recommends",
            "Test::More 0.98 test requires",
            "perl 5.010 runtime requires",
        ]
    );
    let brings: Vec<(&str, Option<&str>)> =
        release.brings.iter().map(|one| (one.module.as_str(), one.version.as_deref())).collect();
    assert_eq!(brings, [("App::Shop", Some("1.5"))], "`use App::Shop::Inner` finds no file");
    assert_eq!(problems, []);
}

#[test]
fn source_that_is_passed_over_brings_the_module_of_its_path_and_no_word_of_its_text() {
    let source = "package Tool;\n# what is called\n# package if it is one\n1;\n";
    let bytes = release(
        "App-1.0",
        &[
            ("lib/Tool.pm", source),
            ("t/lib/Helper.pm", "package Helper;\n1;\n"),
            // As old distributions have it; its documentation shows a class of one's own.
            ("Old.pm", "package App::Old;\n1;\n__END__\n\n=pod\n\n package My::Old;\n"),
        ],
    );
    let settings = ScanSettings { only_packages: Some(Default::default()), ..settings() };
    let path = SourcePath::from("App-1.0.tar.gz");
    let file = ArchiveFile::new(Format::Tar, path.file_name(), &bytes);
    let release = read(&path, &file, &settings, &mut Vec::new());
    let brings: Vec<&str> = release.brings.iter().map(|one| one.module.as_str()).collect();
    assert_eq!(brings, ["App::Old", "Tool"]);
    assert!(release.passed_over.iter().any(|name| name == "Tool"), "{:?}", release.passed_over);
}
