//! Reports made by hand, one for each thing that a format has to show.

use perlscan_scanner::model::finding::{
    Change as Standing, Confidence, Evidence, Finding, PathStep, Verdict,
};
use perlscan_scanner::model::location::{Location, SourcePath, Span};
use perlscan_scanner::model::name::{DistName, ModuleName};
use perlscan_scanner::model::package::Origin;
use perlscan_scanner::model::problem::{Problem, ProblemKind};
use perlscan_scanner::model::remark::{Remark, RemarkKind, Subject};
use perlscan_scanner::model::requirement::Phase;
use perlscan_scanner::model::severity::Severity;
use perlscan_scanner::report::change::{Change, ChangeSide, SideKind};
use perlscan_scanner::report::{
    Coverage, DatabaseInfo, Outcome, ProjectSummary, Report, Standpoint,
};

/// All samples by name.
pub(crate) fn all() -> Vec<(&'static str, Report)> {
    vec![
        ("clean", clean()),
        ("empty", empty()),
        ("findings", findings()),
        ("projects", projects()),
        ("problems", problems()),
        ("remarks", remarks()),
        ("change", change()),
        ("hostile", hostile()),
    ]
}

/// As many findings, every tenth of them critical; three of a distribution.
pub(crate) fn many(n: u32) -> Report {
    let of = |i: u32| {
        let name = format!("Dist-{:05}", i / 3);
        let severity = if i.is_multiple_of(10) { Severity::Critical } else { Severity::Low };
        finding(&name, "1.0", &format!("CVE-2026-{i:05}"), severity)
    };
    report(vec![project("")], (0..n).map(of).collect())
}

pub(crate) fn dist(name: &str) -> DistName {
    DistName::parse(name).expect("a distribution's name")
}

/// A place of ten characters in a line.
pub(crate) fn at(path: &str, line: u32) -> Location {
    let span =
        Span { line, column: 10, end_line: line, end_column: 20, offset: line * 30, length: 10 };
    Location::at(SourcePath::from(path), span)
}

pub(crate) fn evidence(
    origin: Origin,
    version: &str,
    module: Option<&str>,
    location: Location,
) -> Evidence {
    Evidence {
        origin,
        version: version.to_owned(),
        verdict: None,
        module: module.map(|name| ModuleName::parse(name).expect("a module's name")),
        location,
    }
}

/// A finding with nothing special about it.
pub(crate) fn finding(name: &str, version: &str, cve: &str, severity: Severity) -> Finding {
    let number = cve.trim_start_matches("CVE-");
    Finding {
        id: format!("CPANSA-{name}-{number}"),
        aliases: vec![cve.to_owned()],
        related: Vec::new(),
        dist: dist(name),
        version: version.to_owned(),
        verdict: Verdict::Affected,
        severity,
        confidence: Confidence::High,
        affected: vec!["<2.00".to_owned()],
        fixed: vec![">=2.00".to_owned()],
        reported: Some("2026-03-01".to_owned()),
        references: vec![format!("https://example.org/advisories/{number}")],
        description: None,
        bundled_library: None,
        advice: "update to 2.04".to_owned(),
        project: SourcePath::default(),
        phase: Phase::Runtime,
        optional: false,
        fixture: false,
        evidence: vec![evidence(Origin::Locked, version, None, at("cpanfile.snapshot", 12))],
        path: Vec::new(),
        notes: Vec::new(),
        fails: true,
        suppressed: None,
        change: None,
    }
}

pub(crate) fn project(path: &str) -> ProjectSummary {
    let path = SourcePath::from(path);
    ProjectSummary {
        inputs: vec![path.join(b"cpanfile"), path.join(b"cpanfile.snapshot")],
        lock: Some(path.join(b"cpanfile.snapshot")),
        perl: Some("5.36".to_owned()),
        direct_requirements: 12,
        judged_exactly: 41,
        not_in_database: vec![dist("Acme-Bleach"), dist("Local-Thing")],
        path,
        ..ProjectSummary::default()
    }
}

pub(crate) fn report(projects: Vec<ProjectSummary>, findings: Vec<Finding>) -> Report {
    let findings_fail = findings.iter().any(|f| f.fails && f.suppressed.is_none());
    Report {
        tool_version: "0.1.0",
        database: DatabaseInfo {
            source: "embedded".to_owned(),
            trust: "embedded",
            kinds: vec!["cpansa-feed".to_owned()],
            commit: "62f1f98ee6eb001809730162c18a5b150d41c2f3".to_owned(),
            date: "2026-08-16T14:31:00Z".to_owned(),
            advisories: 1001,
            distributions: 418,
            stale: false,
            too_old: false,
        },
        standpoint: Standpoint::default(),
        projects,
        findings,
        remarks: Vec::new(),
        problems: Vec::new(),
        coverage: Coverage {
            files_seen: 1204,
            files_read: 2,
            skipped_directories: vec![(".git".to_owned(), 1), ("node_modules".to_owned(), 3)],
            excluded: Vec::new(),
            ignore_file: None,
        },
        outcome: Outcome { findings_fail, incomplete: false },
        change: None,
    }
}

fn clean() -> Report {
    report(vec![project("")], Vec::new())
}

fn empty() -> Report {
    let mut report = report(Vec::new(), Vec::new());
    report.coverage = Coverage { files_seen: 3, ..Coverage::default() };
    report.database.stale = true;
    report
}

/// A project with a lock: three findings, floors, a suppression.
pub(crate) fn findings() -> Report {
    let mut lwp = finding("libwww-perl", "6.05", "CVE-2026-10001", Severity::High);
    lwp.fixed = vec![">=6.68".to_owned()];
    lwp.advice = "update to 6.81, and make cpanfile.snapshot anew".to_owned();
    lwp.evidence = vec![
        evidence(Origin::Declared, ">= 6", Some("LWP::UserAgent"), at("cpanfile", 7)),
        evidence(Origin::Locked, "6.05", None, at("cpanfile.snapshot", 412)),
    ];
    let mut lwp_second = lwp.clone();
    lwp_second.id = "CPANSA-libwww-perl-2026-02".to_owned();
    lwp_second.aliases = vec![];
    lwp_second.severity = Severity::Unscored;
    lwp_second.fixed = vec![];
    lwp_second.verdict = Verdict::Disputed;
    lwp_second.notes = vec!["the advisory counts 6.05 as affected and as fixed".to_owned()];
    let mut zlib = finding("Compress-Raw-Zlib", "2.084", "CVE-2026-10002", Severity::Critical);
    zlib.id = "CPANSA-Compress-Raw-Zlib-2026-10002-zlib".to_owned();
    zlib.aliases.push("CVE-2026-10003".to_owned());
    zlib.bundled_library = Some("zlib".to_owned());
    zlib.fixed = vec![];
    zlib.advice = "update to 2.222".to_owned();
    zlib.evidence = vec![evidence(Origin::Locked, "2.084", None, at("cpanfile.snapshot", 101))];
    let step = |name: &str, version: &str, line| PathStep {
        dist: dist(name),
        version: version.to_owned(),
        location: at("cpanfile.snapshot", line),
    };
    zlib.path = vec![step("Plack", "1.0047", 300), step("IO-Compress", "2.084", 205)];
    let floor = |name: &str, version: &str, cve: &str, line| {
        let mut finding = finding(name, version, cve, Severity::Medium);
        finding.verdict = Verdict::FloorTooLow;
        finding.evidence = vec![evidence(Origin::Declared, version, None, at("cpanfile", line))];
        finding.advice = "require at least 2.04".to_owned();
        finding.fails = false;
        finding
    };
    let mut ignored = finding("YAML-LibYAML", "0.80", "CVE-2026-10009", Severity::Medium);
    ignored.suppressed = Some("only our own files are loaded".to_owned());
    ignored.fails = false;
    report(
        vec![project("")],
        vec![
            zlib,
            floor("DBI", "", "CVE-2026-10004", 3),
            floor("DBI", "", "CVE-2026-10005", 3),
            floor("Mojolicious", ">= 9.0", "CVE-2026-10006", 4),
            lwp,
            lwp_second,
            ignored,
        ],
    )
}

/// Several projects, seen from one of them: a fixture, one without a lock, one
/// with its ancestor's, and everything that is left out.
fn projects() -> Report {
    let mut app = project("app");
    app.lock = None;
    app.perl = None;
    app.inputs = vec![SourcePath::from("app/cpanfile")];
    app.direct_requirements = 5;
    app.judged_exactly = 0;
    app.judged_by_range = 3;
    app.core_not_judged = 4;
    app.not_resolved = vec!["My::Own::Module".to_owned()];
    let mut worker = project("app/worker");
    worker.lock = Some(SourcePath::from("cpanfile.snapshot"));
    worker.lock_inherited = true;
    let mut fixture = project("t/data");
    fixture.fixture = true;
    fixture.perl = None;

    let mut pinned = finding("Email-Address", "== 1.900", "CVE-2026-20001", Severity::Low);
    pinned.project = SourcePath::from("app");
    pinned.verdict = Verdict::NoSafeChoice;
    pinned.evidence =
        vec![evidence(Origin::Declared, "== 1.900", Some("Email::Address"), at("app/cpanfile", 2))];
    let mut unknown = finding("Net-DNS", "", "CVE-2026-20002", Severity::Unscored);
    unknown.project = SourcePath::from("app");
    unknown.verdict = Verdict::Unknown;
    unknown.fails = false;
    unknown.advice = "commit a lock, so that its version is known".to_owned();
    unknown.evidence =
        vec![evidence(Origin::Declared, "", Some("Net::DNS::Resolver"), at("app/cpanfile", 3))];
    let mut shared = finding("Email-Address", "1.900", "CVE-2026-20001", Severity::Low);
    shared.project = SourcePath::from("app/worker");
    shared.phase = Phase::Test;
    shared.optional = true;
    shared.fails = false;
    shared.evidence = (1..=8)
        .map(|n| evidence(Origin::Locked, "1.900", None, at("cpanfile.snapshot", n * 7)))
        .collect();
    shared.evidence.push(evidence(
        Origin::Core,
        "1.900",
        None,
        Location::file(SourcePath::from("app/worker/.perl-version")),
    ));
    let mut old = finding("HTML-Parser", "3.50-TRIAL", "CVE-2026-20003", Severity::Medium);
    old.project = SourcePath::from("t/data");
    old.fixture = true;
    old.fails = false;
    old.confidence = Confidence::Low;
    old.related = vec!["CPANSA-perl-2026-20003".to_owned()];
    old.evidence =
        vec![evidence(Origin::Locked, "3.50-TRIAL", None, at("t/data/cpanfile.snapshot", 5))];

    let mut report = report(vec![app, worker, fixture], vec![pinned, unknown, shared, old]);
    report.standpoint = Standpoint::Inside(SourcePath::from("app"));
    report.database.stale = true;
    report.coverage.excluded = vec![SourcePath::from("old/cpanfile"), SourcePath::from("tmp")];
    report.coverage.ignore_file = Some(SourcePath::from(".perlscanignore"));
    report
}

pub(crate) fn problem(
    kind: ProblemKind,
    by: &'static str,
    location: Location,
    message: &str,
) -> Problem {
    Problem { location, kind, by, message: message.to_owned() }
}

pub(crate) fn problems() -> Report {
    let mut report = report(vec![project("")], Vec::new());
    report.problems = vec![
        problem(
            ProblemKind::Undecided,
            "cpanfile",
            at("cpanfile", 14),
            "the version of 'DBD::Pg' is the value of a variable: it counts as any version; write it as a literal to have it judged",
        ),
        problem(
            ProblemKind::Note,
            "cpanfile",
            at("cpanfile", 20),
            "'DBI' is required twice in this phase: the later requirement replaces the earlier",
        ),
        problem(
            ProblemKind::Lost,
            "snapshot",
            at("cpanfile.snapshot", 388),
            "the line ends inside a distribution: 12 entries after it were not read; make the lock anew with 'carton install'",
        ),
        problem(
            ProblemKind::Lost,
            "walk",
            Location::file(SourcePath::from("vendor/private")),
            "can't list the directory: permission denied; give access to it, or exclude it",
        ),
    ];
    report.outcome.incomplete = true;
    report
}

pub(crate) fn remark(kind: RemarkKind, module: &str, message: &str, fails: bool) -> Remark {
    Remark {
        project: SourcePath::default(),
        kind,
        subject: Subject::Module(ModuleName::parse(module).unwrap()),
        message: format!("{module} {message}"),
        locations: vec![at("lib/Shop.pm", 3), at("lib/Shop/Cart.pm", 8)],
        more: 12,
        fixture: false,
        fails,
    }
}

/// One remark of each kind, of which one fails the run.
fn remarks() -> Report {
    let mut report = report(vec![project("")], Vec::new());
    let undeclared = RemarkKind::Undeclared;
    let mut unused =
        remark(RemarkKind::Unused, "Moose", "is asked for, and no source loads it", false);
    unused.locations = vec![at("cpanfile", 4)];
    unused.more = 0;
    report.remarks = vec![
        remark(undeclared, "JSON::XS", "is loaded, and no manifest asks for it", true),
        remark(undeclared, "Try::Tiny", "is loaded, and no manifest asks for it", true),
        remark(RemarkKind::RemovedFromCore, "CGI", "is loaded, perl 5.36 does not ship it", false),
        unused,
    ];
    report.outcome.findings_fail = true;
    report
}

/// Two states compared: a finding of each kind, a suppressed one that is known, and
/// two that are gone.
fn change() -> Report {
    let of = |standing, name: &str, cve: &str, severity| {
        let mut finding = finding(name, "1.00", cve, severity);
        finding.change = Some(standing);
        finding.fails = standing != Standing::Known;
        finding
    };
    let new = of(Standing::New, "Foo", "CVE-2026-40001", Severity::High);
    let mut floor = of(Standing::New, "Foo-Bar", "CVE-2026-40002", Severity::Medium);
    floor.verdict = Verdict::FloorTooLow;
    floor.fails = false;
    let worse = of(Standing::Worse, "Foo-Baz", "CVE-2026-40003", Severity::Low);
    let known = of(Standing::Known, "Old-One", "CVE-2026-40004", Severity::Critical);
    let mut ignored = of(Standing::Known, "Old-Two", "CVE-2026-40005", Severity::High);
    ignored.suppressed = Some("nobody calls it".to_owned());
    let gone = finding("Gone", "0.90", "CVE-2026-40006", Severity::Medium);
    let mut hostile = finding("Gone", HOSTILE, "CVE-2026-40007", Severity::Unscored);
    hostile.project = SourcePath::new(&b"caf\xe9 \x1b[31m"[..]);
    let mut report = report(vec![project("")], vec![new, floor, worse, known, ignored]);
    report.change = Some(Change {
        base: ChangeSide {
            kind: SideKind::Commit,
            revision: Some(HOSTILE.to_owned()),
            commit: Some("0123456789abcdef0123456789abcdef01234567".to_owned()),
            is_merge_base: true,
            lost: 1,
        },
        head: ChangeSide { kind: SideKind::Index, ..ChangeSide::default() },
        removed: vec![gone, hostile],
        known_remarks: 2,
        known_problems: 1,
    });
    report
}

/// Texts that attack whatever shows them.
pub(crate) const HOSTILE: &str = "\u{1b}[2J\u{1b}]0;owned\u{7}\u{9b}31m1.0\r\n::error::x\u{202e}gpj\u{2066}\u{200b}]]><script>alert(1)</script>[click](https://example.org) `x` {0} %n \\ \"quoted\" \u{feff}\u{e0041}\0";

fn hostile() -> Report {
    let raw = SourcePath::new(&b"caf\xe9 %41/\x1b[31m\r\ncpan#file?x]]>"[..]);
    let mut project = project("");
    project.path = raw.parent();
    project.inputs = vec![raw.clone()];
    project.lock = Some(raw.clone());
    project.perl = Some(HOSTILE.to_owned());
    project.not_resolved = vec![HOSTILE.to_owned()];
    let span = Span { line: 1, column: 1, end_line: 3, end_column: 1, offset: 0, length: 100 };
    let mut bad = finding("Foo", HOSTILE, "CVE-2026-30001", Severity::High);
    bad.dist = dist("Foo\u{202e}<b>[x](y)");
    bad.project = raw.parent();
    bad.advice = HOSTILE.to_owned();
    bad.notes = vec![HOSTILE.to_owned()];
    bad.affected = vec![HOSTILE.to_owned()];
    bad.fixed = vec![HOSTILE.to_owned()];
    bad.references =
        vec!["javascript:alert(1)".to_owned(), "https://example.org/) [x](y)".to_owned()];
    bad.evidence = vec![
        Evidence {
            origin: Origin::Declared,
            version: HOSTILE.to_owned(),
            verdict: Some(Verdict::Affected),
            module: None,
            location: Location::at(raw.clone(), span),
        },
        evidence(Origin::Locked, HOSTILE, None, Location::file(raw.clone())),
    ];
    bad.path = vec![PathStep {
        dist: dist("Bar\u{2066}"),
        version: HOSTILE.to_owned(),
        location: Location::file(raw.clone()),
    }];
    let mut suppressed = bad.clone();
    suppressed.aliases = vec![];
    suppressed.id = "CPANSA--2026-5083".to_owned();
    suppressed.suppressed = Some(HOSTILE.to_owned());
    suppressed.fails = false;
    // No place at all: formats must not rely on one.
    let mut nowhere = finding("Foo", "", "CVE-2026-30002", Severity::Unscored);
    nowhere.project = raw.parent();
    nowhere.evidence = Vec::new();
    nowhere.advice = String::new();
    let mut report = report(vec![project], vec![bad, suppressed, nowhere]);
    let mut bad_remark = remark(RemarkKind::OtherContent, "Foo", HOSTILE, true);
    bad_remark.subject = Subject::File(HOSTILE.to_owned());
    bad_remark.project = raw.parent();
    bad_remark.locations = vec![Location::at(raw.clone(), span)];
    report.remarks = vec![bad_remark];
    report.problems =
        vec![problem(ProblemKind::Lost, "walk", Location::file(raw.clone()), HOSTILE)];
    report.coverage.excluded = vec![raw.clone()];
    report.coverage.ignore_file = Some(raw.clone());
    report.coverage.skipped_directories = vec![(HOSTILE.to_owned(), 1)];
    report.database.source = HOSTILE.to_owned();
    report.standpoint = Standpoint::Inside(raw.parent());
    report.outcome.incomplete = true;
    report
}
