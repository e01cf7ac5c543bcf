//! Every command ends with every code that its help and the page of exit codes
//! tell of.

use std::collections::BTreeSet;
use std::fs;

use crate::page::Block;
use crate::root;
use crate::shell::{is_missing, run};

/// What is there before each command.
const BEFORE: &str = "\
mkdir safe vulnerable broken cpansa lib pan
tar -czf pan/Net-OAuth-0.30.tar.gz safe && cp pan/Net-OAuth-0.30.tar.gz vulnerable/Net-OAuth-0.28.tar.gz
mkdir -p cpan/modules cpan/authors/id/A/AB/ABC && cp pan/Net-OAuth-0.30.tar.gz cpan/authors/id/A/AB/ABC
printf 'File: x\\nLine-Count: 1\\n\\nNet::OAuth 0.30 A/AB/ABC/Net-OAuth-0.30.tar.gz\\n' > cpan/modules/02packages.details.txt
echo no archive > broken/Net-OAuth-0.30.tar.gz
echo \"requires 'Net::OAuth', '>= 0.30';\" > safe/cpanfile
echo \"requires 'Net::OAuth', '== 0.28';\" > vulnerable/cpanfile
echo \"requires 'Net::OAuth\" > broken/cpanfile
printf 'package Net::OAuth;\\nour $VERSION = q(0.28);\\n1;\\n' > lib/OAuth.pm
mkdir lib/Net && mv lib/OAuth.pm lib/Net
perlscan darkpan pan -q -o safe.json
perlscan darkpan vulnerable -q -o vulnerable.json >/dev/null || true
git init -q . && git add safe && git -c user.name=a -c user.email=a@b commit -qm one && git tag one
git add vulnerable/cpanfile && git -c user.name=a -c user.email=a@b commit -qm two && git tag two
printf -- '---\\ndistribution: A\\nadvisories:\\n  - id: CPANSA-A-2026-01\\n    affected_versions: \"<1\"\\n    cves: [CVE-1]\\n' > cpansa/A.yml
";

/// A command, the code that is expected, and a case in which it ends so.
const CASES: &[(&str, usize, &str)] = &[
    ("perlscan scan", 0, "safe"),
    ("perlscan scan", 1, "vulnerable"),
    ("perlscan scan", 2, "broken"),
    ("perlscan check", 0, "Net-OAuth@0.30"),
    ("perlscan check", 1, "Net-OAuth@0.28"),
    ("perlscan check", 2, "Net-OAuth@x.y"),
    ("perlscan diff", 0, "one one"),
    ("perlscan diff", 1, "one two"),
    ("perlscan diff", 2, "one no-such-revision"),
    ("perlscan installed", 0, "--inc safe"),
    ("perlscan installed", 1, "--inc lib"),
    ("perlscan installed", 2, "--perl no-such-perl"),
    ("perlscan inventory", 0, "vulnerable"),
    ("perlscan inventory", 2, "broken"),
    ("perlscan darkpan", 0, "pan"),
    ("perlscan darkpan", 1, "vulnerable"),
    ("perlscan darkpan", 2, "broken"),
    ("perlscan resolve", 0, "safe --mirror cpan"),
    ("perlscan resolve", 1, "vulnerable --mirror cpan"),
    ("perlscan resolve", 2, "safe --mirror pan"),
    ("perlscan darkpan diff", 0, "vulnerable.json safe.json"),
    ("perlscan darkpan diff", 1, "safe.json vulnerable.json"),
    ("perlscan darkpan diff", 2, "safe.json safe/cpanfile"),
    ("perlscan explain", 0, "CVE-2025-22376"),
    ("perlscan explain", 2, "CVE-1999-0000"),
    ("perlscan completions", 0, "bash"),
    ("perlscan completions", 2, "no-such-shell"),
    ("perlscan man", 0, "pages"),
    ("perlscan man", 2, "safe/cpanfile"),
    ("perlscan db status", 0, ""),
    ("perlscan db status", 2, "--db no-such-file"),
    ("perlscan db update", 0, "--offline --source private=cpansa"),
    ("perlscan db update", 2, "--offline --source private=no-such-folder"),
    ("perlscan db build", 2, "--feed x --checkout x --core-list x --out x"),
    ("perlscan db lint", 0, "--fail-on none cpansa"),
    ("perlscan db lint", 1, "cpansa"),
    ("perlscan db lint", 2, "no-such-folder"),
    ("perlscan db diff", 0, "embedded embedded"),
    ("perlscan db diff", 1, "--exit-code cpansa embedded"),
    ("perlscan db diff", 2, "embedded no-such-folder"),
    ("perlscan db export", 0, "--format json --out out"),
    ("perlscan db export", 2, "--format json --out safe/cpanfile"),
];

/// It needs upstream's data, which the repository does not have.
const NOT_TRIED: (&str, usize) = ("perlscan db build", 0);

#[test]
fn every_command_ends_with_the_codes_that_are_told() {
    let page = fs::read_to_string(root().join("docs/src/reference/exit-codes.md")).expect("a page");
    let mut told = BTreeSet::new();
    for row in page.lines().filter_map(|line| line.strip_prefix("| `")) {
        let (command, meanings) = row.split_once("` |").expect("a row");
        for (code, meaning) in meanings.split('|').take(3).enumerate() {
            if !meaning.trim().is_empty() {
                told.insert((command, code));
            }
        }
    }
    let mut tried: BTreeSet<(&str, usize)> = CASES.iter().map(|(c, code, _)| (*c, *code)).collect();
    tried.insert(NOT_TRIED);
    assert_eq!(told, tried, "the page on the left, the cases on the right");

    if is_missing("bash") {
        return;
    }
    let before = Block { script: BEFORE.into(), ..Block::default() };
    let scripts: Vec<Block> = CASES
        .iter()
        .map(|(command, _, rest)| Block { script: format!("{command} {rest}\n"), ..before.clone() })
        .collect();
    let session: Vec<&Block> = std::iter::once(&before).chain(&scripts).collect();
    let ran = run(&session, None);
    assert_eq!((ran[0].code, ran[0].output.as_str()), (0, ""));
    for ((command, code, rest), ran) in CASES.iter().zip(&ran[1..]) {
        let is = usize::try_from(ran.code).expect("an exit code");
        assert_eq!(is, *code, "{command} {rest}\n{}", ran.output);
    }
}
