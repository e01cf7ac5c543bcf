//! Which manifests of a directory count, where several say the same thing.
//!
//! One directory often has a cpanfile, a Makefile.PL made from it, a META.json
//! made from that, and a META.yml and MYMETA.json beside. The rule:
//!
//! 1. Of the generated files the first that was read counts alone: MYMETA.json,
//!    MYMETA.yml, META.json, META.yml. MYMETA is what came out of configuring.
//! 2. Where a manifest that a person writes was read without a gap (nothing
//!    undecided or lost) and requires something, the generated one is dropped
//!    with all it says. Else it adds what the written ones don't have: what names
//!    the same module in the same phase and relation stands in the written one.
//! 3. Of the written ones all count, since each may be what is installed from.
//!    What a later one of cpanfile, dist.ini, Makefile.PL, Build.PL repeats with
//!    the same range is dropped, so that a finding stands in the file that a
//!    person edits first.
//!
//! 4. What dist.ini, Makefile.PL and Build.PL leave undecided is answered by the
//!    generated file that counts, and dist.ini by a Makefile.PL or Build.PL that
//!    was made from it and read without a gap: what was undecided is a note then,
//!    which names the answer.
//!
//! What was lost in a file that is dropped stays a problem.

use std::collections::{BTreeMap, BTreeSet};

use perlscan_model::location::SourcePath;
use perlscan_model::name::ModuleName;
use perlscan_model::problem::{Problem, ProblemKind};
use perlscan_model::requirement::{Phase, Relation, Requirement};

use crate::resolve::project::FileFacts;

/// The generated manifests, the one that counts first.
pub(super) const GENERATED: [&[u8]; 4] = [b"MYMETA.json", b"MYMETA.yml", b"META.json", b"META.yml"];

/// The manifests that a person writes, the one to edit first.
pub(super) const WRITTEN: [&[u8]; 4] = [b"cpanfile", b"dist.ini", b"Makefile.PL", b"Build.PL"];

/// Whether a file of this name says what a release requires.
pub fn is_manifest(name: &[u8]) -> bool {
    GENERATED.contains(&name) || WRITTEN.contains(&name)
}

/// Drops what manifests of one directory say twice.
pub fn settle(files: &mut [FileFacts]) {
    let mut directories: BTreeMap<SourcePath, Vec<usize>> = BTreeMap::new();
    for (at, file) in files.iter().enumerate() {
        if is_manifest(file.path.file_name()) {
            directories.entry(file.path.parent()).or_default().push(at);
        }
    }
    for members in directories.values() {
        settle_directory(files, members);
    }
}

fn settle_directory(files: &mut [FileFacts], members: &[usize]) {
    let in_order = |names: &[&[u8]], files: &[FileFacts]| -> Vec<usize> {
        let find = |name: &&[u8]| {
            members
                .iter()
                .copied()
                .find(|at| files.get(*at).is_some_and(|f| f.path.file_name() == *name))
        };
        names.iter().filter_map(find).collect()
    };
    let written = in_order(&WRITTEN, files);
    let generated = in_order(&GENERATED, files);
    once_each(files, &written);
    let has = |at: usize, kind: ProblemKind, files: &[FileFacts]| {
        files.get(at).is_some_and(|file| file.facts.problems.iter().any(|p| p.kind == kind))
    };
    let counts = generated.iter().copied().find(|at| !has(*at, ProblemKind::Lost, files));
    for other in generated.iter().filter(|at| Some(**at) != counts) {
        drop_all(files, *other);
    }
    let answers = counts.or_else(|| {
        written.iter().copied().find(|at| is_script(files, *at) && is_whole(files, *at))
    });
    let was_whole = written.iter().all(|at| is_whole(files, *at));
    if let Some(answers) = answers {
        answered_by(files, &written, answers);
    }
    let Some(counts) = counts else { return };
    let says_something =
        written.iter().any(|at| files.get(*at).is_some_and(|f| !f.facts.requirements.is_empty()));
    if was_whole && says_something {
        drop_all(files, counts);
    } else {
        keep_what_is_missing(files, &written, counts);
    }
}

/// Of a release that its author has packed the META counts alone, where it has one:
/// that is what the installer and the index read. A cpanfile in it is the author's own.
pub fn settle_release(files: &mut [FileFacts]) {
    let generated: BTreeSet<SourcePath> = files
        .iter()
        .filter(|file| GENERATED.contains(&file.path.file_name()))
        .filter(|file| !file.facts.problems.iter().any(|p| p.kind == ProblemKind::Lost))
        .map(|file| file.path.parent())
        .collect();
    for file in files.iter_mut() {
        if WRITTEN.contains(&file.path.file_name()) && generated.contains(&file.path.parent()) {
            file.facts.requirements.clear();
            file.facts.problems.retain(|problem| problem.kind == ProblemKind::Lost);
        }
    }
    settle(files);
}

/// Whether a file was read without a gap.
fn is_whole(files: &[FileFacts], at: usize) -> bool {
    let is_gap = |kind| matches!(kind, ProblemKind::Lost | ProblemKind::Undecided);
    files.get(at).is_some_and(|file| !file.facts.problems.iter().any(|p| is_gap(p.kind)))
}

/// Whether a file is a build script that requires something.
fn is_script(files: &[FileFacts], at: usize) -> bool {
    files.get(at).is_some_and(|file| {
        matches!(file.path.file_name(), b"Makefile.PL" | b"Build.PL")
            && !file.facts.requirements.is_empty()
    })
}

/// Makes notes of what is undecided in files whose answer another file has. A
/// cpanfile is installed from as it is, so nothing answers for it.
fn answered_by(files: &mut [FileFacts], written: &[usize], answers: usize) {
    let Some(answer) = files.get(answers).map(|file| file.path.file_name().to_vec()) else {
        return;
    };
    let is_script = matches!(answer.as_slice(), b"Makefile.PL" | b"Build.PL");
    for at in written.iter().filter(|at| **at != answers) {
        let Some(file) = files.get_mut(*at) else { continue };
        let name = file.path.file_name();
        if name == b"cpanfile" || is_script && name != b"dist.ini" {
            continue;
        }
        let undecided = |problem: &&mut Problem| problem.kind == ProblemKind::Undecided;
        for problem in file.facts.problems.iter_mut().filter(undecided) {
            problem.kind = ProblemKind::Note;
            problem.message.push_str("; taken from the ");
            problem.message.push_str(&String::from_utf8_lossy(&answer));
            problem.message.push_str(" beside it");
        }
    }
}

/// Nothing of a file counts but its identity and what was lost in it.
fn drop_all(files: &mut [FileFacts], at: usize) {
    if let Some(file) = files.get_mut(at) {
        file.facts.requirements.clear();
        file.facts.problems.retain(|problem| problem.kind == ProblemKind::Lost);
    }
}

/// What a requirement is about, its range aside.
type Subject = (ModuleName, Phase, Relation, Option<String>);

fn subject(requirement: &Requirement) -> Subject {
    let Requirement { module, phase, relation, feature, .. } = requirement;
    (module.clone(), *phase, *relation, feature.clone())
}

fn keep_what_is_missing(files: &mut [FileFacts], written: &[usize], generated: usize) {
    let known: BTreeSet<Subject> = written
        .iter()
        .filter_map(|at| files.get(*at))
        .flat_map(|file| &file.facts.requirements)
        .filter(|requirement| !requirement.conditional)
        .map(subject)
        .collect();
    if let Some(file) = files.get_mut(generated) {
        file.facts.requirements.retain(|requirement| !known.contains(&subject(requirement)));
    }
}

/// What an earlier file says with the same range is dropped from the later ones.
fn once_each(files: &mut [FileFacts], written: &[usize]) {
    let mut known: BTreeMap<Subject, Vec<Requirement>> = BTreeMap::new();
    for at in written {
        let Some(file) = files.get_mut(*at) else { continue };
        file.facts.requirements.retain(|requirement| {
            let same = known.get(&subject(requirement));
            !same.is_some_and(|same| {
                same.iter().any(|other| {
                    other.range == requirement.range && other.conditional == requirement.conditional
                })
            })
        });
        for requirement in &file.facts.requirements {
            known.entry(subject(requirement)).or_default().push(requirement.clone());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extract::{SourceFile, Wanted, extractors};

    fn settled(files: &[(&str, &str)]) -> Vec<String> {
        let mut facts: Vec<FileFacts> = files
            .iter()
            .map(|(path, text)| {
                let path = SourcePath::from(*path);
                let mut file = FileFacts {
                    path: path.clone(),
                    facts: Default::default(),
                    is_only_holder: false,
                };
                for extractor in extractors().iter().filter(|e| e.wants(&path) == Wanted::Yes) {
                    let source = SourceFile { path: &path, bytes: text.as_bytes() };
                    extractor.extract(&source, &mut file.facts);
                }
                file
            })
            .collect();
        settle(&mut facts);
        let all = facts.iter().flat_map(|file| &file.facts.requirements);
        let mut lines: Vec<String> =
            all.map(|r| format!("{} {} {}", r.location.path, r.module, r.range_text)).collect();
        let problems = facts.iter().flat_map(|file| &file.facts.problems);
        lines.extend(problems.map(|p| format!("{} {}", p.location.path, p.kind)));
        lines
    }

    const META: &str =
        r#"{"dynamic_config":1,"prereqs":{"runtime":{"requires":{"A":"1","B":"2"}}}}"#;

    #[test]
    fn of_the_generated_files_the_configured_one_counts() {
        let mymeta = r#"{"prereqs":{"runtime":{"requires":{"A":"1","C":"3"}}}}"#;
        let files =
            [("META.json", META), ("META.yml", "requires:\n  A: 1\n"), ("MYMETA.json", mymeta)];
        assert_eq!(settled(&files), ["MYMETA.json A 1", "MYMETA.json C 3"]);
    }

    #[test]
    fn one_that_could_not_be_read_leaves_its_place_to_the_next() {
        let files = [("META.json", "{"), ("META.yml", "requires:\n  A: 1\n")];
        assert_eq!(settled(&files), ["META.yml A 1", "META.json lost"]);
    }

    #[test]
    fn what_a_person_writes_counts_alone_when_it_is_whole() {
        let files = [("META.json", META), ("cpanfile", "requires 'A', 1;\n")];
        assert_eq!(settled(&files), ["cpanfile A 1"]);
    }

    #[test]
    fn where_something_is_undecided_the_generated_file_adds_to_it() {
        let files = [("META.json", META), ("cpanfile", "requires 'A', 1.5;\nrequires $x;\n")];
        let lines = settled(&files);
        assert_eq!(
            lines,
            ["META.json B 2", "cpanfile A 1.5", "META.json note", "cpanfile undecided"]
        );
    }

    #[test]
    fn a_manifest_that_requires_nothing_does_not_silence_the_generated_one() {
        let files = [("META.yml", "requires:\n  A: 1\n"), ("cpanfile", "\n")];
        assert_eq!(settled(&files), ["META.yml A 1"]);
    }

    #[test]
    fn a_script_made_from_dist_ini_answers_for_it() {
        let script = "WriteMakefile(NAME => 'X', PREREQ_PM => { A => 1 });\n";
        let files = [("Makefile.PL", script), ("dist.ini", "[AutoPrereqs]\n")];
        assert_eq!(settled(&files), ["Makefile.PL A 1", "dist.ini note"]);
        let open = "WriteMakefile(NAME => 'X', PREREQ_PM => deps());\n";
        let files = [("Makefile.PL", open), ("dist.ini", "[AutoPrereqs]\n")];
        assert_eq!(settled(&files), ["Makefile.PL undecided", "dist.ini undecided"]);
        let files = [("META.json", META), ("Makefile.PL", open)];
        let answered = ["META.json A 1", "META.json B 2", "META.json note", "Makefile.PL note"];
        assert_eq!(settled(&files), answered);
    }

    #[test]
    fn in_a_release_its_metadata_counts() {
        let read = |text: &str, name: &str| {
            let path = SourcePath::from(name);
            let mut file =
                FileFacts { path: path.clone(), facts: Default::default(), is_only_holder: false };
            for extractor in extractors().iter().filter(|e| e.wants(&path) == Wanted::Yes) {
                let source = SourceFile { path: &path, bytes: text.as_bytes() };
                extractor.extract(&source, &mut file.facts);
            }
            file
        };
        let named = |files: &[FileFacts]| -> Vec<String> {
            let all = files.iter().flat_map(|file| &file.facts.requirements);
            all.map(|r| format!("{} {}", r.location.path, r.module)).collect()
        };
        let cpanfile = "requires 'C', 1;\n";
        let mut files = [read(META, "X-1/META.json"), read(cpanfile, "X-1/cpanfile")];
        settle_release(&mut files);
        assert_eq!(named(&files), ["X-1/META.json A", "X-1/META.json B"]);
        let mut files = [read("{", "X-1/META.json"), read(cpanfile, "X-1/cpanfile")];
        settle_release(&mut files);
        assert_eq!(named(&files), ["X-1/cpanfile C"]);
    }

    #[test]
    fn another_directory_is_another_matter() {
        let files = [("META.json", META), ("x/cpanfile", "requires 'A', 1;\n")];
        assert_eq!(settled(&files).len(), 4);
    }
}
