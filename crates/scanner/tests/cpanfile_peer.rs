//! cpanfiles against the real Module::CPANfile.
//!
//! `plain/` must come out equal. In `conditional/` what the real module finds
//! must be among what we find, since we read both branches; in `undecided/` as
//! well, but for what a problem says is not known. What the real module dies of
//! is in `broken/`: there we must say so, and still read the modules that the
//! file's first line names.

#![allow(missing_docs, reason = "a test")]
#![allow(clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]
#![allow(clippy::disallowed_methods, reason = "it reads the corpus and starts the peer")]
#![allow(clippy::print_stdout, reason = "a skip is printed")]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use perlscan_model::location::SourcePath;
use perlscan_model::problem::ProblemKind;
use perlscan_model::requirement::Requirement;
use perlscan_model::requirement_range::RequirementRange;
use perlscan_scanner::extract::cpanfile::Cpanfile;
use perlscan_scanner::extract::{Extractor, Facts, SourceFile, Wanted};

fn corpus() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../test-corpus/cpanfile")
}

fn files(folder: &str) -> Vec<PathBuf> {
    let mut files: Vec<_> = std::fs::read_dir(corpus().join(folder))
        .expect("the corpus")
        .map(|entry| entry.expect("an entry").path())
        .collect();
    files.sort();
    files
}

fn extract(path: &Path) -> (Vec<u8>, Facts) {
    let bytes = std::fs::read(path).expect("a file");
    let name = path.file_name().expect("a name").to_string_lossy();
    let source = SourcePath::from(&*name);
    assert_eq!(Cpanfile.wants(&source), Wanted::Yes, "{name}");
    let mut facts = Facts::default();
    Cpanfile.extract(&SourceFile { path: &source, bytes: &bytes }, &mut facts);
    (bytes, facts)
}

/// A requirement as both sides can write it.
type Line = (String, String, String, String, String, String);

fn ours(requirement: &Requirement) -> Line {
    (
        requirement.feature.clone().unwrap_or_default(),
        requirement.phase.to_string(),
        requirement.relation.to_string(),
        requirement.module.to_string(),
        canonical(&requirement.range.to_string()),
        requirement.pinned_release.clone().unwrap_or_default(),
    )
}

/// Versions in a range in one spelling each.
fn canonical(range: &str) -> String {
    let normal = |text: &str| {
        perlscan_model::version::PerlVersion::parse(text)
            .map_or_else(|_| text.to_owned(), |version| version.normal())
    };
    let mut out = String::new();
    let mut version = String::new();
    for c in range.chars().chain([' ']) {
        if c.is_ascii_alphanumeric() || matches!(c, '.' | '_') {
            version.push(c);
            continue;
        }
        if !version.is_empty() {
            out.push_str(&normal(&version));
            version.clear();
        }
        out.push(c);
    }
    out
}

/// The real module's answers, file by file: an error, or its requirements.
type Answers = Vec<(PathBuf, Result<BTreeSet<Line>, String>)>;

fn oracle(files: &[PathBuf]) -> Option<Answers> {
    let output = Command::new("perl").arg(corpus().join("oracle.pl")).args(files).output();
    let output = match output {
        Ok(output) if output.status.success() => output,
        _ => {
            let required = std::env::var("PERLSCAN_REQUIRE_PEERS").is_ok_and(|v| v == "1");
            assert!(!required, "Module::CPANfile is required, and does not run");
            println!("SKIPPED: Module::CPANfile (libmodule-cpanfile-perl) does not run here");
            return None;
        }
    };
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let mut answers: Answers = Vec::new();
    for line in text.lines() {
        let fields: Vec<_> = line.split('\t').collect();
        match fields.as_slice() {
            ["file", name] => answers.push((PathBuf::from(name), Ok(BTreeSet::new()))),
            ["error", message] => {
                answers.last_mut().expect("a file").1 = Err((*message).to_owned())
            }
            ["prereq", feature, phase, relation, module, range, pin] => {
                let range = RequirementRange::parse(range).expect("a range that was accepted");
                let range = canonical(&range.to_range().to_string());
                let line = [*feature, *phase, *relation, *module].map(str::to_owned);
                let [feature, phase, relation, module] = line;
                let line = (feature, phase, relation, module, range, (*pin).to_owned());
                if let Ok(lines) = &mut answers.last_mut().expect("a file").1 {
                    lines.insert(line);
                }
            }
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(answers.len(), files.len());
    Some(answers)
}

/// Every span holds the name that it speaks of.
fn check_spans(path: &Path, bytes: &[u8], facts: &Facts) {
    for requirement in &facts.requirements {
        let span = requirement.location.span.expect("a span");
        let text = String::from_utf8_lossy(span.text(bytes));
        let name = requirement.module.to_string();
        let as_written = text.replace('\'', "::");
        // A name in pieces, or with an escape, is not written as it is.
        if !text.contains(['.', '\\', '$']) {
            assert_eq!(as_written, name, "{}", path.display());
        }
        let line = bytes[..span.offset as usize].iter().filter(|b| **b == b'\n').count() + 1;
        assert_eq!(span.line as usize, line, "{}: {name}", path.display());
    }
}

#[test]
fn plain_files_come_out_equal() {
    let files = files("plain");
    assert!(files.len() > 70);
    let Some(answers) = oracle(&files) else { return };
    let mut failures = Vec::new();
    for (path, theirs) in answers {
        let (bytes, facts) = extract(&path);
        check_spans(&path, &bytes, &facts);
        let conditional = facts.requirements.iter().any(|r| r.conditional);
        let grave: Vec<_> = facts.problems.iter().filter(|p| p.kind != ProblemKind::Note).collect();
        let mine: BTreeSet<_> = facts.requirements.iter().map(ours).collect();
        if theirs.as_ref() != Ok(&mine) || conditional || !grave.is_empty() {
            failures.push(format!(
                "{}\n theirs {theirs:?}\n ours   {mine:?}\n {grave:?}",
                path.display()
            ));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[test]
fn conditional_files_hold_what_is_found() {
    let files = [files("conditional"), files("undecided")].concat();
    let Some(answers) = oracle(&files) else { return };
    let mut failures = Vec::new();
    for (path, theirs) in answers {
        let (bytes, facts) = extract(&path);
        check_spans(&path, &bytes, &facts);
        let theirs = match theirs {
            Ok(theirs) => theirs,
            Err(error) => {
                failures.push(format!("{}: {error}", path.display()));
                continue;
            }
        };
        let mine: BTreeSet<_> = facts.requirements.iter().map(ours).collect();
        let undecided = facts.problems.iter().any(|p| p.kind == ProblemKind::Undecided);
        let must_be_undecided = path.to_string_lossy().contains("/undecided/");
        if undecided != must_be_undecided && must_be_undecided {
            failures.push(format!("{}: nothing is undecided: {mine:?}", path.display()));
        }
        let missing: Vec<_> = theirs.difference(&mine).collect();
        if !missing.is_empty() && !undecided {
            failures.push(format!("{}: missing {missing:?} in {mine:?}", path.display()));
        }
        if !must_be_undecided && mine == theirs && !facts.requirements.iter().any(|r| r.conditional)
        {
            failures.push(format!("{}: nothing is conditional", path.display()));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[test]
fn broken_files_are_said_and_still_read() {
    let files = files("broken");
    let mut failures = Vec::new();
    for path in &files {
        let (bytes, facts) = extract(path);
        check_spans(path, &bytes, &facts);
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let wanted = text.lines().next().and_then(|l| l.strip_prefix("# still read: "));
        let wanted = wanted.expect("the first line of a broken file");
        let found: BTreeSet<_> = facts.requirements.iter().map(|r| r.module.to_string()).collect();
        let missing: Vec<_> = wanted.split(' ').filter(|module| !found.contains(*module)).collect();
        if facts.problems.is_empty() || !missing.is_empty() {
            failures.push(format!(
                "{}: missing {missing:?} in {found:?}, {:?}",
                path.display(),
                facts.problems
            ));
        }
        if facts.problems.iter().any(|p| p.location.line().is_none()) {
            failures.push(format!("{}: a problem without a line", path.display()));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
    let Some(answers) = oracle(&files) else { return };
    for (path, answer) in answers {
        assert!(answer.is_err(), "the real module reads {}", path.display());
    }
}
