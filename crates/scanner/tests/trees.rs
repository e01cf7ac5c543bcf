//! Releases in installed and vendored trees, from files to what counts.

#![allow(missing_docs, reason = "a test")]
#![allow(clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

use std::collections::BTreeMap;

use perlscan_model::finding::Confidence;
use perlscan_model::location::SourcePath;
use perlscan_model::package::{Package, VersionState};
use perlscan_model::problem::{Problem, ProblemKind};
use perlscan_model::requirement::Phase;
use perlscan_scanner::advisory::database::{Database, DatabaseChoice};
use perlscan_scanner::resolve::present;
use perlscan_scanner::resolve::project::Project;
use perlscan_scanner::scan::{ScanSettings, scan, survey};
use perlscan_scanner::source::MemSource;

const TINY: &str = "package HTTP::Tiny;\nour $VERSION = '0.050';\n1;\n";

fn projects(files: &[(&str, &str)], folder: &str) -> Vec<Project> {
    let files = files.iter().map(|(path, text)| ((*path).into(), text.as_bytes().to_vec()));
    let settings =
        ScanSettings { scan_roots: vec![SourcePath::default()], ..ScanSettings::default() };
    let mut projects = survey(&MemSource::new(files.collect()), &settings, &()).projects;
    let database = Database::open(&DatabaseChoice::default()).expect("it is embedded");
    present::settle(&mut projects, Some(folder.as_bytes()), &database).expect("it is whole");
    projects
}

fn told(package: &Package) -> String {
    let version = match &package.version {
        VersionState::Exact(release) => release.text.to_string(),
        VersionState::Range(_) | VersionState::Unknown(_) => "?".to_owned(),
    };
    let low = if package.confidence == Confidence::Low { " low" } else { "" };
    format!("{} {version} {}{low}", package.dist, package.location)
}

/// What is installed according to the files, and what is said of stale entries.
fn all(files: &[(&str, &str)]) -> (Vec<String>, Vec<Problem>) {
    let projects = projects(files, "app");
    let installed =
        projects.iter().flat_map(|project| project.installed.iter()).map(told).collect();
    (installed, projects.into_iter().flat_map(|project| project.stale).collect())
}

fn installed(files: &[(&str, &str)]) -> Vec<String> {
    all(files).0
}

#[test]
fn a_folder_of_modules_holds_a_release_whatever_it_is_called() {
    for folder in ["local/lib/perl5", "extlib", "cpan-lib", "vendor", "thirdparty/http", "lib"] {
        let path = format!("{folder}/HTTP/Tiny.pm");
        assert_eq!(installed(&[(&path, TINY)]), [format!("HTTP-Tiny 0.050 {path}:1")]);
    }
}

#[test]
fn two_trees_are_two_instances() {
    let newer = TINY.replace("0.050", "0.090");
    let found = installed(&[("extlib/HTTP/Tiny.pm", TINY), ("lib/HTTP/Tiny.pm", &newer)]);
    assert_eq!(
        found,
        ["HTTP-Tiny 0.050 extlib/HTTP/Tiny.pm:1", "HTTP-Tiny 0.090 lib/HTTP/Tiny.pm:1"]
    );
    // As are two perls below one folder.
    let found =
        installed(&[("perl5/5.34.0/HTTP/Tiny.pm", TINY), ("perl5/5.36.0/HTTP/Tiny.pm", &newer)]);
    assert_eq!(found.len(), 2, "{found:?}");
}

#[test]
fn what_meta_tells_is_not_told_again() {
    let meta = r#"{"dist":"HTTP-Tiny-0.050","pathname":"D/DA/DAGOLDEN/HTTP-Tiny-0.050.tar.gz",
        "provides":{"HTTP::Tiny":{"version":"0.050","file":"lib/HTTP/Tiny.pm"}}}"#;
    let entry = "local/lib/perl5/x86_64-linux/.meta/HTTP-Tiny-0.050/install.json";
    let file = "local/lib/perl5/HTTP/Tiny.pm";
    assert_eq!(installed(&[(entry, meta), (file, TINY)]), [format!("HTTP-Tiny 0.050 {entry}")]);
    // A copy elsewhere is another instance.
    let found = installed(&[(entry, meta), (file, TINY), ("extlib/HTTP/Tiny.pm", TINY)]);
    assert_eq!(found.len(), 2, "{found:?}");
    // An install over it that left no entry: what lies there counts.
    let newer = TINY.replace("0.050", "0.095");
    let (found, stale) = all(&[(entry, meta), (file, &newer)]);
    assert_eq!(found, [format!("HTTP-Tiny 0.095 {file}:1")]);
    assert!(matches!(stale.as_slice(), [note] if note.kind == ProblemKind::Note), "{stale:?}");
}

#[test]
fn a_project_is_no_copy_of_itself() {
    let lib = ("lib/HTTP/Tiny.pm", TINY);
    for manifest in [
        ("META.json", r#"{"name":"HTTP-Tiny","version":"0.050"}"#),
        ("Makefile.PL", "use ExtUtils::MakeMaker; WriteMakefile(NAME => 'HTTP::Tiny');\n"),
        ("Build.PL", "use Module::Build; Module::Build->new(module_name => 'HTTP::Tiny');\n"),
        ("dist.ini", "name = HTTP-Tiny\n"),
    ] {
        assert_eq!(installed(&[manifest, lib]), [""; 0], "{manifest:?}");
    }
    let other = ("META.json", r#"{"name":"Other","version":"1"}"#);
    assert_eq!(installed(&[other, lib]), ["HTTP-Tiny 0.050 lib/HTTP/Tiny.pm:1"]);
    // Where nothing says what it is, the folder's name does.
    for (folder, expected) in [("HTTP-Tiny-0.050", 0), ("http-tiny", 0), ("HTTP-TinyApp", 1)] {
        let found: usize = projects(&[lib], folder).iter().map(|one| one.installed.len()).sum();
        assert_eq!(found, expected, "{folder}");
    }
}

#[test]
fn a_build_of_the_project_is_no_copy_of_it() {
    let meta = r#"{"name":"HTTP-Tiny","version":"0.050"}"#;
    let build = [
        ("HTTP-Tiny-0.050/META.json", meta),
        ("HTTP-Tiny-0.050/lib/HTTP/Tiny.pm", TINY),
        ("vendor/Net-OAuth-0.28/META.json", r#"{"name":"Net-OAuth","version":"0.28"}"#),
    ];
    let own = [("dist.ini", "name = HTTP-Tiny\n"), build[0], build[1], build[2]];
    assert_eq!(installed(&own), ["Net-OAuth 0.28 vendor/Net-OAuth-0.28/META.json:1"]);
    let other = [("dist.ini", "name = App\n"), build[0], build[1]];
    assert_eq!(installed(&other), ["HTTP-Tiny 0.050 HTTP-Tiny-0.050/META.json:1"]);
}

#[test]
fn a_tree_may_be_the_scan_root_itself() {
    let meta = r#"{"dist":"HTTP-Tiny-0.050","provides":{"HTTP::Tiny":{"version":"0.050"}}}"#;
    let newer = meta.replace("0.050", "0.090");
    let found = installed(&[
        (".meta/HTTP-Tiny-0.050/install.json", meta),
        (".meta/HTTP-Tiny-0.090/install.json", &newer),
        ("HTTP/Tiny.pm", TINY),
    ]);
    assert_eq!(found, ["HTTP-Tiny 0.050 .meta/HTTP-Tiny-0.050/install.json"]);
}

#[test]
fn a_line_in_somebodys_package_is_no_copy() {
    assert_eq!(installed(&[("t/tiny.t", TINY), ("lib/App.pm", TINY)]), [""; 0]);
}

#[test]
fn what_installers_wrote_down_is_believed() {
    // Of libwww-perl lies so little that the modules alone would be doubted.
    let module = ("lib/perl5/LWP.pm", "package LWP;\nour $VERSION = '6.05';\n");
    assert_eq!(installed(&[module]), ["libwww-perl 6.05 lib/perl5/LWP.pm:1 low"]);
    let list = ("lib/perl5/x86_64-linux/auto/LWP/.packlist", "/opt/x/lib/perl5/LWP.pm\n");
    assert_eq!(installed(&[module, list]), ["libwww-perl 6.05 lib/perl5/LWP.pm:1"]);
}

#[test]
fn a_version_is_told_by_what_knows_it_or_unknown() {
    let without = ("lib/perl5/HTTP/Tiny.pm", "package HTTP::Tiny;\nour $VERSION = f();\n");
    assert_eq!(installed(&[without]), ["HTTP-Tiny ? lib/perl5/HTTP/Tiny.pm:1"]);
    let pod = "=head2 now: C<Module> L<HTTP::Tiny|HTTP::Tiny>\n\nC<VERSION: 0.050>\n";
    let local = ("lib/perl5/x86_64-linux/perllocal.pod", pod);
    assert_eq!(installed(&[without, local]), ["HTTP-Tiny 0.050 lib/perl5/HTTP/Tiny.pm:1"]);
    // Without the main module a sibling's version says nothing.
    let sibling = ("extlib/LWP/Simple.pm", "package LWP::Simple;\nour $VERSION = '6.05';\n");
    assert_eq!(installed(&[sibling]), ["libwww-perl ? extlib/LWP/Simple.pm:1 low"]);
    // Among a project's own modules it may be called so by chance.
    assert_eq!(installed(&[("lib/LWP/Simple.pm", sibling.1)]), [""; 0]);
}

#[test]
fn a_sibling_carries_the_release_where_the_lock_knows_it() {
    let lock = "# carton snapshot format: version 1.0\nDISTRIBUTIONS\n  libwww-perl-6.05\n    \
                pathname: G/GA/GAAS/libwww-perl-6.05.tar.gz\n    provides:\n      \
                LWP 6.05\n      LWP::Simple 6.05\n      LWP::Debug undef\n    requirements:\n";
    let lock = ("cpanfile.snapshot", lock);
    let sibling = ("extlib/LWP/Simple.pm", "package LWP::Simple;\nour $VERSION = '6.02';\n");
    assert_eq!(installed(&[lock, sibling]), ["libwww-perl 6.02 extlib/LWP/Simple.pm:1 low"]);
}

#[test]
fn what_most_modules_agree_on_is_the_release_if_it_is_a_known_one() {
    let module = |name: &str, version: &str| {
        (
            format!("extlib/{}.pm", name.replace("::", "/")),
            format!("package {name};\nour $VERSION = '{version}';\n"),
        )
    };
    let found = |version: &str, other: &str| {
        let files = [
            module("LWP::Simple", version),
            module("LWP::UserAgent", version),
            module("LWP::Debug", other),
        ];
        let files = files.each_ref().map(|(path, text)| (path.as_str(), text.as_str()));
        installed(&files)
    };
    let place = "extlib/LWP/Simple.pm:1 low";
    assert_eq!(found("6.68", "0.1"), [format!("libwww-perl 6.68 {place}")]);
    // 6.99 is no release, and one module alone is no majority.
    assert_eq!(found("6.99", "0.1"), ["libwww-perl ? extlib/LWP/Debug.pm:1 low"]);
    let unknown = installed(&[("extlib/LWP/Simple.pm", "package LWP::Simple;\n$VERSION='6.68';")]);
    assert_eq!(unknown, [format!("libwww-perl ? {place}")]);
}

#[test]
fn a_release_that_shipped_what_is_apart_today_holds_that_too() {
    let meta = r#"{"dist":"libwww-perl-5.837","pathname":"G/GA/GAAS/libwww-perl-5.837.tar.gz",
        "provides":{"LWP":{"version":"5.837"},"HTTP::Daemon":{"version":"5.827"},
        "HTTP::Message":{"version":"5.837"},"HTTP::Headers":{"version":"5.827"}}}"#;
    let entry = "lib/perl5/x86_64-linux/.meta/libwww-perl-5.837/install.json";
    let found = installed(&[
        (entry, meta),
        ("lib/perl5/LWP.pm", "package LWP;\n$VERSION = '5.837';\n"),
        ("lib/perl5/HTTP/Daemon.pm", "package HTTP::Daemon;\n$VERSION = '5.827';\n"),
        ("lib/perl5/HTTP/Headers.pm", "package HTTP::Headers;\n$VERSION = '5.827';\n"),
    ]);
    assert_eq!(
        found,
        [
            "HTTP-Daemon 5.827 lib/perl5/HTTP/Daemon.pm:1 low".to_owned(),
            format!("libwww-perl 5.837 {entry}")
        ]
    );
}

/// An installed release with what its MYMETA.json requires, `PHASE MODULE` each.
fn release(dist: &str, module: &str, version: &str, edges: &[&str]) -> Vec<(String, String)> {
    let folder = format!("local/lib/perl5/x86_64-linux/.meta/{dist}-{version}");
    let provides = format!(r#"{{"{module}":{{"version":"{version}"}}}}"#);
    let install = format!(r#"{{"dist":"{dist}-{version}","provides":{provides}}}"#);
    let mut prereqs: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for edge in edges {
        let (phase, module) = edge.split_once(' ').expect("two words");
        prereqs.entry(phase).or_default().push(format!(r#""{module}":0"#));
    }
    let prereqs: Vec<String> = prereqs
        .iter()
        .map(|(phase, all)| format!(r#""{phase}":{{"requires":{{{}}}}}"#, all.join(",")))
        .collect();
    let mymeta = format!(
        r#"{{"name":"{dist}","version":"1","meta-spec":{{"version":2}},"prereqs":{{{}}}}}"#,
        prereqs.join(",")
    );
    vec![(format!("{folder}/install.json"), install), (format!("{folder}/MYMETA.json"), mymeta)]
}

/// The way to HTTP-Daemon 6.01: its phase, whether it is optional, and by what.
fn way(cpanfile: &str, releases: &[Vec<(String, String)>]) -> Vec<(Phase, bool, Vec<String>)> {
    let mut files = vec![("cpanfile".into(), cpanfile.as_bytes().to_vec())];
    for (path, text) in releases.iter().flatten() {
        files.push((path.as_str().into(), text.clone().into_bytes()));
    }
    let settings =
        ScanSettings { scan_roots: vec![SourcePath::default()], ..ScanSettings::default() };
    let database = Database::open(&DatabaseChoice::default()).expect("it is embedded");
    let report = scan(&MemSource::new(files), &settings, &database, &()).expect("it is whole");
    let daemon = report.findings.iter().filter(|one| one.dist.as_str() == "HTTP-Daemon");
    let mut ways: Vec<_> = daemon
        .map(|finding| {
            let steps = finding.path.iter().map(|step| step.dist.to_string());
            (finding.phase, finding.optional, steps.collect())
        })
        .collect();
    ways.dedup();
    ways
}

#[test]
fn an_installed_release_has_its_way() {
    let daemon = || release("HTTP-Daemon", "HTTP::Daemon", "6.01", &[]);
    let app = |edge: &str| release("App-X", "App::X", "1", &[edge]);
    let middle = || release("Middle", "Middle", "2", &["runtime HTTP::Daemon"]);
    let steps = |all: &[&str]| all.iter().map(ToString::to_string).collect::<Vec<_>>();
    // Without a manifest the way begins at what nothing else asks for.
    let all = [app("runtime Middle"), middle(), daemon()];
    assert_eq!(way("", &all), [(Phase::Runtime, false, steps(&["App-X", "Middle"]))]);
    let all = [app("test Middle"), middle(), daemon()];
    assert_eq!(way("", &all), [(Phase::Test, false, steps(&["App-X", "Middle"]))]);
    // A requirement has a phase of its own.
    let wanted = "on develop => sub { requires 'App::X' };";
    let all = [app("runtime Middle"), middle(), daemon()];
    assert_eq!(way(wanted, &all), [(Phase::Develop, false, steps(&["App-X", "Middle"]))]);
    assert_eq!(way("recommends 'Middle';", &all), [(Phase::Runtime, true, steps(&["Middle"]))]);
    // What nothing asks for may run.
    assert_eq!(way("requires 'Other';", &all), [(Phase::Runtime, false, steps(&[]))]);
    // Two that need each other end the walk all the same.
    let all = [
        release("Middle", "Middle", "2", &["runtime HTTP::Daemon"]),
        release("HTTP-Daemon", "HTTP::Daemon", "6.01", &["runtime Middle"]),
    ];
    assert_eq!(way("", &all), [(Phase::Runtime, false, steps(&[]))]);
}

#[test]
fn what_an_installed_release_requires_is_not_the_projects_requirement() {
    let files = release("App-X", "App::X", "1", &["runtime Missing"]);
    let files: Vec<_> = files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    let found = projects(&files, "app");
    assert!(found.iter().all(|project| project.requirements.is_empty()));
}

#[test]
fn the_book_keeping_of_a_tree_makes_no_project() {
    let found = projects(
        &[
            ("cpanfile", "requires 'X';\n"),
            ("extlib/HTTP/Tiny.pm", TINY),
            ("extlib/auto/HTTP/Tiny/.packlist", "/x/HTTP/Tiny.pm\n"),
            ("extlib/auto/Some/Thing/.packlist", "/x/Some/Thing.pm\n"),
            ("extlib/perllocal.pod", "=head1 X\n"),
        ],
        "app",
    );
    let [project] = found.as_slice() else { panic!("{found:?}") };
    let unknown: Vec<_> = project.unknown_installs.iter().map(ToString::to_string).collect();
    assert_eq!(unknown, ["Some::Thing"]);
}

#[test]
fn what_a_vendored_module_loads_is_not_the_projects_need() {
    let text = "package Foo;\nuse Bar;\n1;\n";
    let found =
        projects(&[("cpanfile", ""), ("extlib/Foo.pm", text), ("lib/App.pm", "use Foo;\n")], "app");
    let uses: Vec<_> = found
        .iter()
        .flat_map(|project| &project.sources)
        .flat_map(|source| source.uses.iter().map(|used| used.module.to_string()))
        .collect();
    assert_eq!(uses, ["Foo"]);
}
