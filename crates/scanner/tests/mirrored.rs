//! Projects without a lock against mirrors that are made here. The verdicts that are
//! expected are upstream's own words: Net-OAuth before 0.29 has CVE-2025-22376.

#![allow(clippy::expect_used, clippy::unwrap_used, reason = "a test fails by panicking")]
#![allow(missing_docs, reason = "a test")]
#![allow(clippy::disallowed_methods, reason = "a mirror on the disk is written")]

use std::io::Write as _;
use std::path::Path;

use flate2::Compression;
use flate2::write::GzEncoder;
use perlscan_scanner::advisory::database::{Database, DatabaseChoice};
use perlscan_scanner::mirror::shelf::FolderShelf;
use perlscan_scanner::mirrored::{Mirror, MirroredError, resolve, scan};
use perlscan_scanner::model::finding::Verdict;
use perlscan_scanner::model::interpreter::read_perl_version;
use perlscan_scanner::model::location::SourcePath;
use perlscan_scanner::model::package::Origin;
use perlscan_scanner::model::problem::ProblemKind;
use perlscan_scanner::report::Report;
use perlscan_scanner::report::closure::{Resolution, snapshot};
use perlscan_scanner::resolve::ResolveSettings;
use perlscan_scanner::resolve::closure::ClosureSettings;
use perlscan_scanner::scan::ScanSettings;
use perlscan_scanner::source::MemSource;

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut packer = GzEncoder::new(Vec::new(), Compression::best());
    packer.write_all(bytes).unwrap();
    packer.finish().unwrap()
}

/// A release with this META.json, and a module of its name.
fn release(name: &str, requires: &str) -> Vec<u8> {
    let (dist, version) = name.rsplit_once('-').unwrap();
    let meta = format!(
        r#"{{"name":"{dist}","version":"{version}","dynamic_config":0,"meta-spec":{{"version":2}},
        "prereqs":{{"runtime":{{"requires":{{{requires}}}}}}}}}"#
    );
    let module = format!("package {}; our $VERSION = '{version}'; 1;", dist.replace('-', "::"));
    let path = format!("lib/{}.pm", dist.replace('-', "/"));
    let mut builder = tar::Builder::new(Vec::new());
    for (file, text) in [("META.json", meta.as_str()), (path.as_str(), module.as_str())] {
        let mut header = tar::Header::new_gnu();
        header.set_size(text.len() as u64);
        header.set_mode(0o644);
        builder.append_data(&mut header, format!("{name}/{file}"), text.as_bytes()).unwrap();
    }
    gzip(&builder.into_inner().unwrap())
}

fn put(folder: &Path, path: &str, bytes: &[u8]) {
    let path = folder.join(path);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, bytes).unwrap();
}

/// A mirror of releases, each indexed by its main module.
fn mirror(releases: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let mut index = format!("Line-Count: {}\n\n", releases.len());
    for (name, requires) in releases {
        let (dist, version) = name.rsplit_once('-').unwrap();
        let path = format!("L/LO/LOCAL/{name}.tar.gz");
        index.push_str(&format!("{} {version} {path}\n", dist.replace('-', "::")));
        put(folder.path(), &format!("authors/id/{path}"), &release(name, requires));
    }
    put(folder.path(), "modules/02packages.details.txt.gz", &gzip(index.as_bytes()));
    folder
}

fn settings() -> ScanSettings {
    let resolve = ResolveSettings {
        perl: Some(("5.36".to_owned(), read_perl_version("5.36"))),
        ..ResolveSettings::default()
    };
    ScanSettings { resolve, ..ScanSettings::default() }
}

fn source(files: &[(&str, &str)]) -> MemSource {
    let files =
        files.iter().map(|(path, text)| (SourcePath::from(*path), text.as_bytes().to_vec()));
    MemSource::new(files.collect())
}

fn database() -> Database {
    Database::open(&DatabaseChoice::default()).unwrap()
}

fn with<T>(folder: &Path, run: impl FnOnce(&Mirror<'_>) -> T) -> T {
    let shelf = FolderShelf::open(folder).unwrap();
    let settings = ClosureSettings::default();
    let place = SourcePath::from("../pan");
    run(&Mirror { shelf: &shelf, place, settings, over_locks: false })
}

/// A scan, without what it says of perl itself.
fn scanned(folder: &Path, files: &[(&str, &str)]) -> Report {
    let run = |mirror: &Mirror<'_>| scan(&source(files), mirror, &settings(), &database(), &());
    let mut report = with(folder, run).unwrap();
    report.findings.retain(|finding| !finding.dist.is_perl());
    report
}

fn resolved(folder: &Path, files: &[(&str, &str)]) -> Resolution {
    with(folder, |mirror| resolve(&source(files), mirror, &settings(), &database(), &()).unwrap())
}

const NEEDS_OAUTH: &str = r#""Net::OAuth":"0.20","JSON::PP":"2""#;

#[test]
fn what_a_fresh_install_takes_is_judged_exactly_and_silences_ranges() {
    let pan = mirror(&[("Net-OAuth-0.28", "")]);
    let report = scanned(pan.path(), &[("cpanfile", "requires 'Net::OAuth', '0.20';\n")]);
    let [finding] = report.findings.as_slice() else { panic!("{:?}", report.findings) };
    assert_eq!((finding.public_id(), finding.verdict), ("CVE-2025-22376", Verdict::Affected));
    assert_eq!(finding.version, "0.28");
    let vulnerable: Vec<_> =
        finding.vulnerable().map(|e| (e.origin, e.location.to_string())).collect();
    let place = "../pan/authors/id/L/LO/LOCAL/Net-OAuth-0.28.tar.gz".to_owned();
    assert_eq!(vulnerable, [(Origin::Mirrored, place)]);
    // With the fixed release the range that admits 0.28 says nothing.
    let pan = mirror(&[("Net-OAuth-0.30", "")]);
    let report = scanned(pan.path(), &[("cpanfile", "requires 'Net::OAuth', '0.20';\n")]);
    assert_eq!(report.findings.len(), 0, "{:?}", report.findings);
    assert_eq!(report.projects.first().and_then(|p| p.resolved.as_deref()), pan.path().to_str());
}

#[test]
fn the_way_to_it_is_shown_and_the_line_that_leads_there() {
    let pan = mirror(&[("Acme-Client-1.0", NEEDS_OAUTH), ("Net-OAuth-0.28", "")]);
    let report = scanned(pan.path(), &[("cpanfile", "# mine\nrequires 'Acme::Client';\n")]);
    let [finding] = report.findings.as_slice() else { panic!("{:?}", report.findings) };
    let path: Vec<_> = finding.path.iter().map(|step| step.dist.as_str()).collect();
    assert_eq!(path, ["Acme-Client"]);
    let first = finding.primary().unwrap();
    assert_eq!(
        (first.origin, first.location.to_string().as_str()),
        (Origin::Declared, "cpanfile:2")
    );
}

#[test]
fn a_lock_counts_more_than_a_mirror() {
    let pan = mirror(&[("Net-OAuth-0.28", "")]);
    let lock = "# carton snapshot format: version 1.0\nDISTRIBUTIONS\n  Net-OAuth-0.30\n    \
                pathname: K/KG/KGRENNAN/Net-OAuth-0.30.tar.gz\n    provides:\n      Net::OAuth 0.30\n";
    let files = [("cpanfile", "requires 'Net::OAuth';\n"), ("cpanfile.snapshot", lock)];
    assert_eq!(scanned(pan.path(), &files).findings.len(), 0);
    let found = resolved(pan.path(), &files);
    assert_eq!((found.projects.len(), found.locked, found.exit_code()), (0, 1, 0));
}

#[test]
fn a_lock_can_be_written_and_is_read_as_the_same() {
    let pan = mirror(&[("Acme-Client-1.0", NEEDS_OAUTH), ("Net-OAuth-0.28", "")]);
    let cpanfile = ("cpanfile", "requires 'Acme::Client';\n");
    let found = resolved(pan.path(), &[cpanfile]);
    assert_eq!(found.exit_code(), 0, "{:?}", found.problems);
    let lock = snapshot(&found.projects.first().unwrap().closure);
    // By hand, as Carton::Snapshot::Emitter writes it.
    let expected = "# carton snapshot format: version 1.0\nDISTRIBUTIONS\n  Acme-Client-1.0\n    \
                    pathname: L/LO/LOCAL/Acme-Client-1.0.tar.gz\n    provides:\n      \
                    Acme::Client 1.0\n    requirements:\n      JSON::PP 2\n      Net::OAuth 0.20\n  \
                    Net-OAuth-0.28\n    pathname: L/LO/LOCAL/Net-OAuth-0.28.tar.gz\n    provides:\n      \
                    Net::OAuth 0.28\n    requirements:\n";
    assert_eq!(lock, expected);
    let report = scanned(pan.path(), &[cpanfile, ("cpanfile.snapshot", &lock)]);
    let versions: Vec<_> = report.findings.iter().map(|f| f.version.as_str()).collect();
    assert_eq!(versions, ["0.28"]);
}

#[test]
fn a_hostile_mirror_is_told_and_the_rest_is_judged() {
    let pan = mirror(&[("Net-OAuth-0.28", ""), ("Acme-Broken-1", ""), ("Acme-Cut-1", "")]);
    let broken = "authors/id/L/LO/LOCAL/Acme-Broken-1.tar.gz";
    put(pan.path(), broken, b"no archive");
    let cut = pan.path().join("authors/id/L/LO/LOCAL/Acme-Cut-1.tar.gz");
    let bytes = std::fs::read(&cut).unwrap();
    std::fs::write(&cut, &bytes[..bytes.len() / 2]).unwrap();
    let index = "Line-Count: 5\n\nNet::OAuth 0.28 L/LO/LOCAL/Net-OAuth-0.28.tar.gz\n\
                 Acme::Broken 1 L/LO/LOCAL/Acme-Broken-1.tar.gz\nAcme::Cut 1 L/LO/LOCAL/Acme-Cut-1.tar.gz\n\
                 Acme::Out 1 ../../../../etc/Acme-Out-1.tar.gz\nAcme::Gone 1 L/LO/LOCAL/Acme-Gone-1.tar.gz\n";
    put(pan.path(), "modules/02packages.details.txt.gz", &gzip(index.as_bytes()));
    let cpanfile = "requires $_ for qw(x);\nrequires 'Net::OAuth';\nrequires 'Acme::Broken';\n\
                    requires 'Acme::Cut';\nrequires 'Acme::Out';\nrequires 'Acme::Gone';\n";
    let report = scanned(pan.path(), &[("cpanfile", cpanfile)]);
    assert_eq!(report.findings.len(), 1);
    assert_eq!(report.outcome.exit_code(), 2);
    let lost: Vec<String> = report
        .problems
        .iter()
        .filter(|problem| problem.kind == ProblemKind::Lost)
        .map(|problem| format!("{}: {}", problem.location, problem.message))
        .collect();
    for name in ["Acme-Broken-1", "Acme-Cut-1", "Acme-Out-1", "Acme-Gone-1"] {
        assert!(lost.iter().any(|one| one.contains(name)), "{name}: {lost:?}");
    }
    assert!(lost.iter().any(|one| one.contains("leads out of the mirror")), "{lost:?}");
}

#[test]
fn an_index_without_packages_is_an_error() {
    let pan = tempfile::tempdir().unwrap();
    put(pan.path(), "modules/02packages.details.txt", b"Line-Count: 0\n\n");
    let files = [("cpanfile", "requires 'A::B';\n")];
    let run = |mirror: &Mirror<'_>| scan(&source(&files), mirror, &settings(), &database(), &());
    assert!(matches!(with(pan.path(), run), Err(MirroredError::Empty(_))));
}

#[test]
fn where_no_perl_is_known_it_is_said() {
    let pan = mirror(&[("Acme-Client-1.0", NEEDS_OAUTH), ("Net-OAuth-0.30", "")]);
    let files = [("cpanfile", "requires 'Acme::Client';\n")];
    let settings = ScanSettings::default();
    let run = |mirror: &Mirror<'_>| resolve(&source(&files), mirror, &settings, &database(), &());
    let found = with(pan.path(), run).unwrap();
    let said: Vec<_> = found.problems.iter().map(|problem| problem.message.as_str()).collect();
    assert!(said.iter().any(|one| one.contains("--perl-version")), "{said:?}");
    assert_eq!(found.exit_code(), 0);
}

#[test]
fn what_only_running_a_script_tells_is_said() {
    let pan = mirror(&[("Acme-Client-1.0", "")]);
    let meta = r#"{"name":"Acme-Client","version":"1.0","dynamic_config":1,
                   "meta-spec":{"version":2},"prereqs":{}}"#;
    let mut builder = tar::Builder::new(Vec::new());
    let mut header = tar::Header::new_gnu();
    header.set_size(meta.len() as u64);
    header.set_mode(0o644);
    builder.append_data(&mut header, "Acme-Client-1.0/META.json", meta.as_bytes()).unwrap();
    let bytes = gzip(&builder.into_inner().unwrap());
    put(pan.path(), "authors/id/L/LO/LOCAL/Acme-Client-1.0.tar.gz", &bytes);
    let found = resolved(pan.path(), &[("cpanfile", "requires 'Acme::Client';\n")]);
    let open = &found.projects.first().unwrap().closure.releases.first().unwrap().open;
    assert!(open.iter().any(|what| what.contains("dynamic_config")), "{open:?}");
}

/// META.yml's `build_requires` has what the tests need with what the build needs, and
/// cpanm tells them apart once Makefile.PL has run (`.ci/resolve` holds it to that).
#[test]
fn what_a_makefile_asks_for_its_tests_alone_is_left_out_with_them() {
    let pan = mirror(&[("Acme-Client-1.0", ""), ("Acme-Tested-1.0", ""), ("Acme-Built-1.0", "")]);
    let meta = "---\nname: Acme-Client\nversion: '1.0'\nmeta-spec:\n  version: '1.4'\n\
                build_requires:\n  Acme::Built: 0\n  Acme::Tested: 0\n";
    let script = |key: &str| {
        format!(
            "use ExtUtils::MakeMaker;\nWriteMakefile(NAME => 'Acme::Client', \
             TEST_REQUIRES => {{ 'Acme::Tested' => 0, 'Acme::Built' => 0 }}, \
             {key} => {{ 'Acme::Built' => 0 }});\n"
        )
    };
    let taken = |more: &[(&str, &str)], no_tests: bool| {
        let mut builder = tar::Builder::new(Vec::new());
        for (name, text) in [("META.yml", meta)].iter().chain(more) {
            let mut header = tar::Header::new_gnu();
            header.set_size(text.len() as u64);
            header.set_mode(0o644);
            let path = format!("Acme-Client-1.0/{name}");
            builder.append_data(&mut header, path, text.as_bytes()).unwrap();
        }
        let bytes = gzip(&builder.into_inner().unwrap());
        put(pan.path(), "authors/id/L/LO/LOCAL/Acme-Client-1.0.tar.gz", &bytes);
        let shelf = FolderShelf::open(pan.path()).unwrap();
        let mirror = Mirror {
            shelf: &shelf,
            place: SourcePath::from("../pan"),
            settings: ClosureSettings { no_tests, ..ClosureSettings::default() },
            over_locks: false,
        };
        let files = source(&[("cpanfile", "requires 'Acme::Client';\n")]);
        let found = resolve(&files, &mirror, &settings(), &database(), &()).unwrap();
        let releases = &found.projects.first().unwrap().closure.releases;
        releases.iter().map(|release| release.dist.to_string()).collect::<Vec<_>>()
    };
    let all = ["Acme-Built", "Acme-Client", "Acme-Tested"];
    let built = script("BUILD_REQUIRES");
    assert_eq!(taken(&[("Makefile.PL", &built)], false), all);
    assert_eq!(taken(&[("Makefile.PL", &built)], true), all[..2]);
    // Module::Install makes one of both, whatever its script says.
    let bundled = ("inc/Module/Install.pm", "package Module::Install;\n1;\n");
    assert_eq!(taken(&[("Makefile.PL", &built), bundled], true), all);
    // What runs with it, or what no script tells, is taken as META has it.
    let run = script("PREREQ_PM");
    assert_eq!(taken(&[("Makefile.PL", &run)], true), all[..2]);
    assert_eq!(taken(&[("Makefile.PL", "use ExtUtils::MakeMaker;\n")], true), all);
}
