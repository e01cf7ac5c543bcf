//! Manifests of CPAN archives against what the archives say themselves.
//!
//! `PERLSCAN_ARCHIVES` names a directory with one unpacked archive a folder. Its
//! META.json and META.yml have to come out as CPAN::Meta (core) reads them.

#![allow(missing_docs, reason = "a test")]
#![allow(clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]
#![allow(clippy::disallowed_methods, reason = "it reads the archives and starts the peer")]
#![allow(clippy::print_stdout, reason = "figures and skips are printed")]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use perlscan_model::location::SourcePath;
use perlscan_model::problem::ProblemKind;
use perlscan_model::range::VersionRange;
use perlscan_model::requirement::{Phase, Relation, Requirement};
use perlscan_model::requirement_range::RequirementRange;
use perlscan_model::version::PerlVersion;
use perlscan_scanner::extract::{Facts, SourceFile, Wanted, extractors};

/// Files that come out otherwise than CPAN::Meta reads them, after review; see
/// test-corpus/manifests/README.md.
const REVIEWED: [&str; 1] = ["libarchive-ar-perl/META.yml"];

/// The unpacked archives, sorted; `None` when there are none to read.
fn archives() -> Option<Vec<PathBuf>> {
    let folder = std::env::var_os("PERLSCAN_ARCHIVES");
    let entries = folder.and_then(|folder| std::fs::read_dir(folder).ok());
    let Some(entries) = entries else {
        let required = std::env::var("PERLSCAN_REQUIRE_PEERS").is_ok_and(|v| v == "1");
        assert!(!required, "PERLSCAN_ARCHIVES has to name a directory of unpacked archives");
        println!("SKIPPED: PERLSCAN_ARCHIVES names no directory of unpacked archives");
        return None;
    };
    let mut archives: Vec<_> = entries.map(|entry| entry.expect("an entry").path()).collect();
    archives.sort();
    Some(archives)
}

fn extract(path: &Path) -> (Vec<u8>, Facts) {
    let bytes = std::fs::read(path).expect("a file");
    let name = SourcePath::from(&*path.file_name().expect("a name").to_string_lossy());
    let mut facts = Facts::default();
    let wanting = extractors().iter().filter(|e| e.wants(&name) == Wanted::Yes);
    for extractor in wanting {
        extractor.extract(&SourceFile { path: &name, bytes: &bytes }, &mut facts);
    }
    (bytes, facts)
}

/// A range in one spelling, as text.
fn canonical(range: &VersionRange) -> String {
    let text = range.to_string();
    let normal =
        |text: &str| PerlVersion::parse(text).map_or_else(|_| text.to_owned(), |v| v.normal());
    let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_');
    let mut out = String::new();
    for piece in text.split_inclusive(|c: char| !is_part(c)) {
        let word = piece.trim_end_matches(|c: char| !is_part(c));
        if !word.is_empty() {
            out.push_str(&normal(word));
        }
        out.push_str(&piece[word.len()..]);
    }
    out
}

/// Feature, phase, relation, module, range.
type Line = [String; 5];

fn ours(requirement: &Requirement) -> Line {
    [
        requirement.feature.clone().unwrap_or_default(),
        requirement.phase.to_string(),
        requirement.relation.to_string(),
        requirement.module.to_string(),
        canonical(&requirement.range),
    ]
}

/// What CPAN::Meta says of one file.
struct Answer {
    file: PathBuf,
    error: Option<String>,
    prereqs: BTreeSet<Line>,
}

fn oracle(files: &[PathBuf]) -> Vec<Answer> {
    let script =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../test-corpus/manifests/oracle.pl");
    let output = Command::new("perl").arg(script).args(files).output().expect("perl");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let mut answers: Vec<Answer> = Vec::new();
    for line in String::from_utf8_lossy(&output.stdout).lines() {
        let fields: Vec<&str> = line.split('\t').collect();
        match fields.as_slice() {
            ["file", name] => {
                let file = PathBuf::from(name);
                answers.push(Answer { file, error: None, prereqs: BTreeSet::new() });
            }
            ["error", message] => {
                answers.last_mut().expect("a file").error = Some((*message).to_owned());
            }
            ["prereq", feature, phase, relation, module, range] => {
                let range = RequirementRange::parse(range).expect("a range").to_range();
                let range = canonical(&range);
                let line = [*feature, *phase, *relation, *module, &range].map(str::to_owned);
                answers.last_mut().expect("a file").prereqs.insert(line);
            }
            _ => {}
        }
    }
    assert_eq!(answers.len(), files.len());
    answers
}

#[test]
fn metadata_comes_out_as_cpan_meta_reads_it() {
    let Some(archives) = archives() else { return };
    let files: Vec<PathBuf> = archives
        .iter()
        .flat_map(|archive| ["META.json", "META.yml"].map(|name| archive.join(name)))
        .filter(|file| file.is_file())
        .collect();
    let mut different = Vec::new();
    let mut refused = Vec::new();
    let mut requirements = 0;
    for answer in oracle(&files) {
        let (bytes, facts) = extract(&answer.file);
        for requirement in &facts.requirements {
            let span = requirement.location.span.expect("a place");
            assert_eq!(span.text(&bytes), requirement.module.as_str().as_bytes());
        }
        if let Some(error) = answer.error {
            refused.push((answer.file, error));
            continue;
        }
        let ours: BTreeSet<Line> = facts.requirements.iter().map(ours).collect();
        requirements += answer.prereqs.len();
        let only_ours: Vec<_> = ours.difference(&answer.prereqs).collect();
        let only_theirs: Vec<_> = answer.prereqs.difference(&ours).collect();
        let reviewed = REVIEWED.iter().any(|known| answer.file.ends_with(known));
        if !reviewed && (!only_ours.is_empty() || !only_theirs.is_empty()) {
            different.push(format!(
                "{}: ours {only_ours:?}, theirs {only_theirs:?}",
                answer.file.display()
            ));
        }
    }
    println!("{} files, {requirements} requirements, {} refused", files.len(), refused.len());
    assert!(files.len() >= 50 && requirements >= 500, "too few to say anything");
    for (file, error) in &refused {
        println!("refused: {}: {error}", file.display());
    }
    assert!(different.is_empty(), "{} differ:\n{}", different.len(), different.join("\n"));
}

/// The prereqs that the build tools add to metadata themselves.
const OF_THE_TOOLS: [&str; 2] = ["ExtUtils::MakeMaker", "Module::Build"];

/// The modules that requirements of a file name, by the phase that metadata
/// would have them in.
fn stated(facts: &Facts) -> BTreeSet<(String, String, String)> {
    let required = facts.requirements.iter().filter(|r| r.relation == Relation::Requires);
    let required = required.filter(|r| r.feature.is_none() && r.phase != Phase::Develop);
    required
        .filter(|r| !OF_THE_TOOLS.contains(&r.module.as_str()))
        .map(|r| (r.phase.to_string(), r.module.to_string(), canonical(&r.range)))
        .collect()
}

/// Before version 2 of the specification there was no test phase: test prereqs
/// stand among those of the build.
fn without_tests(all: &BTreeSet<(String, String, String)>) -> BTreeSet<(String, String, String)> {
    let phase = |phase: &str| if phase == "test" { "build".to_owned() } else { phase.to_owned() };
    all.iter().map(|(p, module, range)| (phase(p), module.clone(), range.clone())).collect()
}

/// Hits, what is only ours, what is only theirs.
#[derive(Debug, Default)]
struct Score {
    archives: usize,
    hits: usize,
    too_many: usize,
    missed: usize,
    lines: Vec<String>,
}

impl Score {
    fn add(
        &mut self,
        archive: &Path,
        ours: &BTreeSet<(String, String, String)>,
        theirs: &BTreeSet<(String, String, String)>,
    ) {
        self.archives += 1;
        self.hits += ours.intersection(theirs).count();
        self.too_many += ours.difference(theirs).count();
        self.missed += theirs.difference(ours).count();
        let name = archive.file_name().expect("a name").to_string_lossy();
        let mut lines = |sign: &str, lines: &mut dyn Iterator<Item = &(String, String, String)>| {
            for (phase, module, range) in lines {
                self.lines.push(format!("{sign} {name} {phase} {module} {range}"));
            }
        };
        lines("+", &mut ours.difference(theirs));
        lines("-", &mut theirs.difference(ours));
    }

    fn precision(&self) -> f64 {
        self.hits as f64 / (self.hits + self.too_many).max(1) as f64
    }

    fn recall(&self) -> f64 {
        self.hits as f64 / (self.hits + self.missed).max(1) as f64
    }
}

impl std::fmt::Display for Score {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "{} archives, {} equal, {} only ours, {} only theirs: precision {:.2}%, recall {:.2}%",
            self.archives,
            self.hits,
            self.too_many,
            self.missed,
            100.0 * self.precision(),
            100.0 * self.recall()
        )
    }
}

#[test]
fn build_scripts_say_what_the_metadata_says() {
    let Some(archives) = archives() else { return };
    let (mut settled, mut dynamic) = (Score::default(), Score::default());
    let mut left_out: std::collections::BTreeMap<&str, usize> = Default::default();
    let mut undecided = Vec::new();
    for archive in &archives {
        let meta = ["META.json", "META.yml"].map(|name| archive.join(name));
        let Some(meta) = meta.iter().find(|file| file.is_file()) else {
            *left_out.entry("no metadata").or_default() += 1;
            continue;
        };
        let (bytes, theirs) = extract(meta);
        let of_version_1 = !String::from_utf8_lossy(&bytes).contains("prereqs");
        // The script that the metadata was made by: Build.PL where it says something.
        let scripts = ["Build.PL", "Makefile.PL"].map(|name| archive.join(name));
        let read: Vec<_> =
            scripts.iter().filter(|file| file.is_file()).map(|file| extract(file)).collect();
        for (bytes, facts) in &read {
            for requirement in &facts.requirements {
                let text = requirement.location.span.expect("a place").text(bytes);
                let text = String::from_utf8_lossy(text);
                let module = requirement.module.as_str();
                assert!(text.contains(module) || module == "perl", "{archive:?}: {text}");
            }
        }
        let is_dynamic = theirs.problems.iter().any(|p| p.message.contains("dynamic_config"));
        let gaps: Vec<_> = read
            .iter()
            .flat_map(|(_, facts)| &facts.problems)
            .filter(|p| p.kind != ProblemKind::Note)
            .map(|p| format!("? {}/{}: {}", archive.display(), p.location, p.message))
            .collect();
        let saying = read
            .iter()
            .find(|(_, facts)| !facts.requirements.is_empty() || !facts.identities.is_empty());
        let Some((_, facts)) = saying else {
            let key = if gaps.is_empty() { "nothing in the script" } else { "undecided" };
            *left_out.entry(key).or_default() += 1;
            undecided.extend(gaps);
            continue;
        };
        undecided.extend(gaps);
        let (mut ours, mut theirs) = (stated(facts), stated(&theirs));
        if of_version_1 {
            (ours, theirs) = (without_tests(&ours), without_tests(&theirs));
        }
        let score = if is_dynamic { &mut dynamic } else { &mut settled };
        score.add(archive, &ours, &theirs);
    }
    for line in settled.lines.iter().chain(&dynamic.lines).chain(&undecided) {
        println!("{line}");
    }
    println!("without dynamic_config: {settled}");
    println!("with dynamic_config: {dynamic}");
    println!("left out of {} archives: {left_out:?}", archives.len());
    let all = Score {
        hits: settled.hits + dynamic.hits,
        too_many: settled.too_many + dynamic.too_many,
        ..Score::default()
    };
    assert!(all.precision() >= 0.97, "{settled}; {dynamic}");
    assert!(settled.recall() >= 0.95, "{settled}");
}

#[test]
fn dist_ini_says_what_the_metadata_says() {
    let Some(archives) = archives() else { return };
    let mut score = Score::default();
    let (mut undecided, mut all) = (0, 0);
    for archive in &archives {
        let (ini, meta) = (archive.join("dist.ini"), archive.join("META.json"));
        if !ini.is_file() || !meta.is_file() {
            continue;
        }
        all += 1;
        let (_, facts) = extract(&ini);
        if !facts.problems.is_empty() {
            undecided += 1;
            continue;
        }
        score.add(archive, &stated(&facts), &stated(&extract(&meta).1));
    }
    for line in &score.lines {
        println!("{line}");
    }
    println!("dist.ini: {score}; left out for AutoPrereqs and bundles: {undecided} of {all}");
    assert!(score.precision() >= 0.97, "{score}");
}
