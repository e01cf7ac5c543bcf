//! Reports of what is too much or too odd for expected outputs.

use perlscan_scanner::model::location::{Location, SourcePath};
use perlscan_scanner::model::package::Origin;
use perlscan_scanner::model::problem::ProblemKind;
use perlscan_scanner::model::remark::RemarkKind;
use perlscan_scanner::model::severity::Severity;
use perlscan_scanner::report::{Outcome, Report};

use crate::sample::{
    at, evidence, finding, findings, many, problem, problems, project, remark, report,
};

/// All of them by name.
pub(crate) fn all() -> Vec<(&'static str, Report)> {
    let mut allowed = problems();
    allowed.outcome.incomplete = false;
    let mut old = findings();
    old.database.too_old = true;
    old.outcome.incomplete = true;
    let mut base = problems();
    base.problems = vec![problem(
        ProblemKind::Lost,
        "walk",
        Location::file(SourcePath::default()),
        "can't list the directory: permission denied; give access to it, or exclude it",
    )];
    vec![
        ("marks", marks()),
        ("allowed", allowed),
        ("old", old),
        ("base", base),
        ("many", many(10_000)),
        ("many-projects", many_projects(2_000)),
    ]
}

/// As many projects, each with a finding of the same advisory without a place, of
/// a distribution of its own.
fn many_projects(n: u32) -> Report {
    let path = |i: u32| format!("apps/{i:05}");
    let of = |i: u32| {
        let mut finding = finding(&format!("Dist-{i:05}"), "1.0", "CVE-2026-00001", Severity::High);
        finding.project = SourcePath::from(path(i).as_str());
        finding.evidence = Vec::new();
        finding
    };
    report((0..n).map(|i| project(&path(i))).collect(), (0..n).map(of).collect())
}

/// Texts that mean something to one format or another.
pub(crate) const MARKS: &[&str] = &[
    // TAP and its YAML
    "# SKIP no",
    "x # TODO later",
    "\\# SKIP \\",
    "Bail out!",
    "\nok 2\n1..0",
    "...",
    "---",
    "'",
    "'': '",
    "a: b",
    "a : ",
    "- x",
    // Markdown and HTML
    "a | b",
    "@user, #12, !3, ~4, %5, org/repo#6, GH-7, $8",
    "![img](https://example.org/x.png)",
    "\n\n[x]: https://example.org\n",
    "<!-- --> -->",
    "&lt;b&gt;&amp;",
    "https://example.org/ www.example.org WWW.example.org a@example.org",
    "\n\n~~~\n```\n",
    "***b*** __b__ ~~s~~ ==m== ^a^",
    "$x$ $$y$$ $`z`$",
    "\n\n# heading\n\n=====\n",
    "\n> quote\n1. one\n- two\n    code",
    "</code></details><details><summary>x",
    "<img src=x onerror=alert(1)>",
    ":tada: :+1:",
    // XML
    "]]>",
    "<![CDATA[",
    "<?xml version='1.0'?>",
    "\u{fffe}\u{ffff}\u{1fffe}\u{fdd0}\u{1}\u{7f}\u{85}",
    "&#0; &#x1b; &bad;",
    // Workflow commands
    "::error::x",
    " ::stop-commands::x",
    "##[error]x",
    "x ##[add-mask]y",
    "#\u{200b}#[group]",
    "%0A::error::x",
    "%250A %3A %2C",
    "a,line=9",
    "=a",
    "${{ github.token }}",
    // The rest
    "{0} {{1}} [a](1)",
    "\\u0000 \\x1b",
    "\t\u{2028}\u{2029}\u{b}\u{c}",
    "\u{1f469}\u{200d}\u{1f4bb} Stra\u{df}e \u{65e5}\u{672c}",
];

/// One finding, one that is suppressed, one remark and one problem for each of
/// the [`MARKS`], which stand wherever a scanned file or a configuration decides
/// what stands there. Every other path is no UTF-8.
fn marks() -> Report {
    let mut report = report(vec![project("")], Vec::new());
    for (i, mark) in MARKS.iter().enumerate() {
        let mut path = mark.replace('\0', "").into_bytes();
        if i % 2 == 1 {
            path.push(0xe9);
        }
        let path = SourcePath::new(path);
        let place = Location { path: path.clone(), ..at("", 3) };
        let bad = |c: char| c.is_control() || c.is_whitespace() || "/\\@".contains(c);
        let name = format!("D{i}-{}", mark.replace(bad, "").replace("::", ":"));
        let mut open = finding(&name, mark, &format!("CVE-2026-4{i:04}"), Severity::High);
        open.advice = (*mark).to_owned();
        open.notes = vec![(*mark).to_owned()];
        open.affected = vec![(*mark).to_owned()];
        open.fixed = vec![(*mark).to_owned()];
        open.references = vec![(*mark).to_owned()];
        open.description = Some((*mark).to_owned());
        open.evidence = vec![
            evidence(Origin::Declared, mark, None, place.clone()),
            evidence(Origin::Locked, mark, None, Location::file(path.clone())),
        ];
        let mut aside = open.clone();
        aside.id = format!("CPANSA-X-{i}");
        aside.aliases = Vec::new();
        aside.suppressed = Some((*mark).to_owned());
        aside.fails = false;
        report.findings.extend([open, aside]);
        report.problems.push(problem(ProblemKind::Lost, "walk", place.clone(), mark));
        report.problems.push(problem(ProblemKind::Note, "walk", place.clone(), mark));
        let mut remark =
            remark(RemarkKind::Undeclared, &format!("M{i}"), "is loaded", i.is_multiple_of(3));
        remark.message = (*mark).to_owned();
        remark.locations = vec![place];
        report.remarks.push(remark);
    }
    report.outcome = Outcome { findings_fail: true, incomplete: true };
    report
}
