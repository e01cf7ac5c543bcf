use super::*;
use crate::extract::install_json::InstallJson;
use crate::extract::perl_source::PerlSource;
use crate::extract::{Extractor, Facts, SourceFile};

/// What counts and what is said of the rest. The entries are of folders for an
/// architecture, the modules of files with their text.
fn kept(entries: &[(&str, &str, &str)], modules: &[(&str, &str)]) -> (Vec<String>, Vec<Problem>) {
    let mut facts = Facts::default();
    for (root, dist, provides) in entries {
        let path = SourcePath::from(format!("{root}/.meta/{dist}/install.json").as_str());
        let text = format!(r#"{{"dist":"{dist}","name":"A","provides":{{{provides}}}}}"#);
        InstallJson.extract(&SourceFile { path: &path, bytes: text.as_bytes() }, &mut facts);
    }
    let sources: Vec<PerlFile> = modules
        .iter()
        .map(|(path, text)| {
            let path = SourcePath::from(*path);
            let mut facts = Facts::default();
            PerlSource.extract(&SourceFile { path: &path, bytes: text.as_bytes() }, &mut facts);
            PerlFile { path, uses: Box::default(), modules: facts.modules.into() }
        })
        .collect();
    let (kept, stale) = current(facts.packages, &sources);
    let text = |p: &Package| format!("{} {}", p.dist, version_text(&p.version));
    (kept.iter().map(text).collect(), stale)
}

const OLD: (&str, &str, &str) = ("l/x-linux", "A-B-1.09", r#""A::B":{"version":"1.09"}"#);
const NEW: (&str, &str, &str) = ("l/x-linux", "A-B-1.10", r#""A::B":{"version":"1.10"}"#);

#[test]
fn the_entry_that_the_modules_agree_with_counts() {
    for (version, expected) in [("1.09", "A-B 1.09"), ("1.10", "A-B 1.10")] {
        let module = format!("package A::B; our $VERSION = '{version}';");
        for path in ["l/A/B.pm", "l/x-linux/A/B.pm"] {
            let (kept, stale) = kept(&[OLD, NEW], &[(path, &module)]);
            assert_eq!(kept, [expected]);
            assert_eq!(stale.len(), 1);
            assert!(stale.iter().all(|problem| problem.kind == ProblemKind::Note));
        }
    }
}

#[test]
fn without_modules_the_highest_counts() {
    for entries in [[OLD, NEW], [NEW, OLD]] {
        let (kept, stale) = kept(&entries, &[]);
        assert_eq!(kept, ["A-B 1.10"]);
        assert!(stale.iter().all(|problem| problem.kind == ProblemKind::Undecided), "{stale:?}");
    }
}

#[test]
fn a_version_that_only_running_tells_decides_nothing() {
    let (kept, stale) = kept(&[OLD, NEW], &[("l/A/B.pm", "package A::B; our $VERSION = f();")]);
    assert_eq!((kept, stale.len()), (vec!["A-B 1.10".to_owned()], 1));
    assert!(stale.iter().all(|problem| problem.kind == ProblemKind::Undecided));
}

#[test]
fn copies_in_two_trees_both_count() {
    let elsewhere = ("m/x-linux", NEW.1, NEW.2);
    let (kept, stale) = kept(&[OLD, elsewhere, ("l/x-linux", "A-C-1", "")], &[]);
    assert_eq!((kept.len(), stale.len()), (3, 0));
}

#[test]
fn two_architectures_may_hold_a_copy_each() {
    let other = ("l/y-linux", NEW.1, NEW.2);
    let compiled = [
        ("l/x-linux/A/B.pm", "package A::B; our $VERSION = '1.09';"),
        ("l/y-linux/A/B.pm", "package A::B; our $VERSION = '1.10';"),
    ];
    assert_eq!(kept(&[OLD, other], &compiled).0.len(), 2);
    // Pure Perl lies above both, so one install has replaced the other's.
    let pure = [("l/A/B.pm", "package A::B; our $VERSION = '1.09';")];
    assert_eq!(kept(&[OLD, other], &pure).0, ["A-B 1.09"]);
}

#[test]
fn a_system_keeps_the_modules_in_another_folder() {
    let entries = [
        ("usr/local/lib/x86_64-linux-gnu/perl/5.36.0", OLD.1, OLD.2),
        ("usr/local/lib/x86_64-linux-gnu/perl/5.36.0", NEW.1, NEW.2),
    ];
    let module = [("usr/local/share/perl/5.36.0/A/B.pm", "package A::B; our $VERSION = '1.09';")];
    assert_eq!(kept(&entries, &module).0, ["A-B 1.09"]);
}
