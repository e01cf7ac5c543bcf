use std::cell::RefCell;
use std::sync::Arc;

use super::*;
use crate::advisory::database::{Database, DatabaseChoice};
use crate::extract::{Facts, SourceFile, extractors};
use crate::resolve::closure::{Chosen, Unreadable};
use crate::resolve::interpreter::ProjectPerl;
use crate::resolve::needs::{Asked, Brought, Need};
use perlscan_model::interpreter::read_perl_version;
use perlscan_model::location::SourcePath;
use perlscan_model::requirement::Relation;

/// A mirror that is made up: `Name Version` and what it needs, one release a line:
/// `Dist-1.0: Module RANGE, configure Module, test Module, recommends Module,
/// conflicts Module RANGE`.
#[derive(Default)]
struct Made {
    releases: BTreeMap<String, (String, Stocked)>,
    opened: RefCell<Vec<String>>,
}

fn module(name: &str) -> ModuleName {
    ModuleName::parse(name).expect("a module")
}

impl Made {
    fn of(lines: &str) -> Self {
        let mut made = Self::default();
        for line in lines.lines().map(str::trim).filter(|line| !line.is_empty()) {
            let (name, needs) = line.split_once(':').expect("a name and its needs");
            let (dist, version) = name.rsplit_once('-').expect("a version");
            let main = dist.replace('-', "::");
            let needs = needs.split(';').map(str::trim).filter(|need| !need.is_empty());
            let stocked = Stocked {
                needs: needs.map(need).collect(),
                brings: vec![Brought { module: module(&main), version: Some(version.into()) }],
                ..Stocked::default()
            };
            made.releases.insert(main, (format!("A/AB/ABC/{name}.tar.gz"), stocked));
        }
        made
    }

    fn by_path(&self, path: &str) -> Option<(&String, &Stocked)> {
        let mut all = self.releases.iter();
        all.find(|(_, (known, _))| known == path).map(|(main, (_, stocked))| (main, stocked))
    }
}

/// `[PHASE|RELATION] Module [RANGE]`.
fn need(text: &str) -> Need {
    let (first, rest) = text.split_once(' ').unwrap_or((text, ""));
    let phase = Phase::from_word(first);
    let relation = match first {
        "recommends" => Some(Relation::Recommends),
        "conflicts" => Some(Relation::Conflicts),
        _ => None,
    };
    let named = if phase.is_some() || relation.is_some() { rest } else { text };
    let (name, range) = named.split_once(' ').unwrap_or((named, ""));
    Need {
        asked: Arc::new(Asked {
            module: module(name),
            range: range.into(),
            phase: phase.unwrap_or(Phase::Runtime),
            relation: relation.unwrap_or(Relation::Requires),
            feature: None,
            conditional: false,
        }),
        manifest: SourcePath::default(),
        line: 1,
    }
}

impl Stock for Made {
    fn find(&self, module: &ModuleName) -> Option<Indexed> {
        let (path, stocked) = self.releases.get(module.as_str())?;
        let version = stocked.brings.first().and_then(|brought| brought.version.clone());
        Some(Indexed { version, path: path.as_str().into() })
    }

    fn indexed(&self, path: &str) -> Vec<(ModuleName, Option<Box<str>>)> {
        let found = self.by_path(path).map(|(_, stocked)| stocked.brings.clone());
        found.into_iter().flatten().map(|one| (one.module, one.version)).collect()
    }

    fn prepare(&self, _paths: &[Arc<str>]) {}

    fn open(&self, path: &str) -> Result<Arc<Stocked>, Unreadable> {
        self.opened.borrow_mut().push(path.to_owned());
        let found = self.by_path(path).map(|(_, stocked)| Arc::new(stocked.clone()));
        found.ok_or_else(|| Unreadable { what: "is not in the mirror".to_owned() })
    }

    fn place(&self, path: &str) -> SourcePath {
        path.into()
    }
}

fn project(cpanfile: &str) -> Project {
    let path = SourcePath::from("cpanfile");
    let mut facts = Facts::default();
    for extractor in extractors() {
        if extractor.name() == "cpanfile" {
            extractor.extract(&SourceFile { path: &path, bytes: cpanfile.as_bytes() }, &mut facts);
        }
    }
    let requirements = facts.requirements;
    assert!(!requirements.is_empty(), "{cpanfile}");
    Project { requirements, inputs: vec![path], ..Project::default() }
}

fn on_perl(cpanfile: &str, made: &Made, perl: &str, settings: &ClosureSettings) -> Closure {
    let database =
        Database::open(&DatabaseChoice::default()).expect("the embedded database can be read");
    let known =
        ProjectPerl { text: perl.to_owned(), version: read_perl_version(perl), evidence: None };
    let core = CorePerl::of(Some(&known), &database).expect("a perl");
    assert_eq!(core.assumed, None, "{perl}");
    resolve(&project(cpanfile), settings, &core, made).expect("a sound database")
}

fn closure(cpanfile: &str, made: &Made) -> Closure {
    on_perl(cpanfile, made, "5.36.0", &ClosureSettings::default())
}

fn names(closure: &Closure) -> Vec<String> {
    closure.releases.iter().map(Chosen::name).collect()
}

fn unmet(closure: &Closure) -> Vec<String> {
    closure.unmet.iter().map(|one| format!("{} {}: {}", one.module, one.range, one.why)).collect()
}

#[test]
fn a_chain_is_followed_and_only_its_archives_are_opened() {
    let made = Made::of("A-1.0: Ab 2\nAb-2.0: C\nC-3.0:\nD-1.0:");
    let found = closure("requires 'A';", &made);
    assert_eq!(names(&found), ["A-1.0", "Ab-2.0", "C-3.0"]);
    assert!(made.opened.borrow().iter().all(|path| !path.contains("/D-")));
    let by: Vec<Vec<&str>> = found
        .releases
        .iter()
        .map(|release| release.by.iter().map(|step| step.dist.as_str()).collect())
        .collect();
    assert_eq!(by, [vec![], vec!["A"], vec!["A", "Ab"]]);
}

#[test]
fn phases_and_relations_are_those_of_cpanm() {
    let made = Made::of(
        "A-1.0: configure Ab; test C; recommends D; runtime E; develop F\n\
         Ab-1.0:\nC-1.0:\nD-1.0:\nE-1.0:\nF-1.0:\nG-1.0:\nH-1.0:",
    );
    let cpanfile = "requires 'A'; on develop => sub { requires 'G' }; \
                    feature x => 'X' => sub { requires 'H' };";
    let with = |settings: ClosureSettings| names(&on_perl(cpanfile, &made, "5.36.0", &settings));
    let plain = ClosureSettings::default;
    assert_eq!(with(plain()), ["A-1.0", "Ab-1.0", "C-1.0", "E-1.0"]);
    let no_tests = ClosureSettings { no_tests: true, ..plain() };
    assert_eq!(with(no_tests), ["A-1.0", "Ab-1.0", "E-1.0"]);
    let recommends = ClosureSettings { recommends: true, ..plain() };
    assert_eq!(with(recommends), ["A-1.0", "Ab-1.0", "C-1.0", "D-1.0", "E-1.0"]);
    let develop = ClosureSettings { develop: true, ..plain() };
    assert_eq!(with(develop), ["A-1.0", "Ab-1.0", "C-1.0", "E-1.0", "G-1.0"]);
    let feature = ClosureSettings { features: ["x".to_owned()].into(), ..plain() };
    assert_eq!(with(feature), ["A-1.0", "Ab-1.0", "C-1.0", "E-1.0", "H-1.0"]);
}

#[test]
fn what_perl_brings_is_left_alone_unless_it_is_too_old() {
    // Module::CoreList: perl 5.36.0 has NEXT 0.69, perl 5.8.9 has 0.60_01.
    let made = Made::of("NEXT-0.99:\nA-1.0: NEXT 0.65");
    assert_eq!(names(&closure("requires 'NEXT';", &made)), [] as [&str; 0]);
    assert_eq!(names(&closure("requires 'NEXT', '0.70';", &made)), ["NEXT-0.99"]);
    let found = closure("requires 'A';", &made);
    assert_eq!(names(&found), ["A-1.0"]);
    let core: Vec<_> = found.core.iter().map(|(m, v)| format!("{m} {v}")).collect();
    assert_eq!(core, ["NEXT 0.69"]);
    let old = on_perl("requires 'A';", &made, "5.8.9", &ClosureSettings::default());
    assert_eq!(names(&old), ["A-1.0", "NEXT-0.99"]);
}

#[test]
fn a_deprecated_core_module_is_installed() {
    // Module::CoreList::is_deprecated: CGI in perl 5.20, and not in 5.18.
    let made = Made::of("CGI-4.60:");
    let on = |perl| names(&on_perl("requires 'CGI';", &made, perl, &ClosureSettings::default()));
    assert_eq!(on("5.18.0"), [] as [&str; 0]);
    assert_eq!(on("5.20.0"), ["CGI-4.60"]);
    assert_eq!(on("5.22.0"), ["CGI-4.60"]);
}

#[test]
fn a_version_that_the_index_has_not_fails_all_that_need_it() {
    let made = Made::of("A-1.0: Ab\nAb-1.0: C 9\nC-2.0:\nD-1.0: C");
    let found = closure("requires 'A'; requires 'D';", &made);
    assert_eq!(names(&found), ["C-2.0", "D-1.0"]);
    let said = unmet(&found);
    assert_eq!(said.len(), 3, "{said:?}");
    assert!(said.iter().any(|one| one == "C 9: the index has 2.0 (A/AB/ABC/C-2.0.tar.gz)"));
    assert!(said.iter().any(|one| one.starts_with("A : A-1.0 can't be installed without")));
    assert!(found.problems.iter().all(|p| p.location.path == SourcePath::from("cpanfile")));
}

#[test]
fn a_cycle_ends_and_is_told() {
    let made = Made::of("A-1.0: Ab\nAb-1.0: C\nC-1.0: A\nD-1.0:");
    let found = closure("requires 'A'; requires 'D';", &made);
    assert_eq!(names(&found), ["D-1.0"]);
    assert!(unmet(&found).iter().any(|one| one.contains("needed by what it needs itself")));
}

#[test]
fn perl_itself_has_to_do() {
    let made = Made::of("A-1.0: perl 5.038; Ab\nAb-1.0:");
    let found = closure("requires 'A'; requires 'Ab';", &made);
    assert_eq!(names(&found), ["Ab-1.0"]);
    assert!(unmet(&found).contains(&"perl 5.038: the perl is 5.36.0".to_owned()));
    let newer = on_perl("requires 'A';", &made, "5.38.0", &ClosureSettings::default());
    assert_eq!(names(&newer), ["A-1.0", "Ab-1.0"]);
    assert_eq!(unmet(&newer), [] as [&str; 0]);
}

#[test]
fn conflicts_are_told_and_taken_all_the_same() {
    let made = Made::of("A-1.0: conflicts Ab < 2\nAb-1.5:");
    let found = closure("requires 'A'; requires 'Ab';", &made);
    assert_eq!(names(&found), ["A-1.0", "Ab-1.5"]);
    let told: Vec<_> = found.problems.iter().map(|p| p.message.as_str()).collect();
    assert_eq!(told, ["it conflicts with Ab < 2, and 1.5 is taken as well"]);
}

#[test]
fn pins_are_taken_from_the_mirror_or_told() {
    let mut made = Made::of("A-1.0:\nAb-1.0:");
    let brings = vec![Brought { module: module("A"), version: Some("0.5".into()) }];
    let older = Stocked { needs: vec![need("Ab")], brings, ..Stocked::default() };
    made.releases.insert("Older".to_owned(), ("A/AB/ABC/A-0.5.tar.gz".to_owned(), older));
    let found = closure("requires 'A', 0, dist => 'ABC/A-0.5.tar.gz';", &made);
    assert_eq!(names(&found), ["A-0.5", "Ab-1.0"]);
    assert_eq!(found.problems.iter().map(|p| p.kind).collect::<Vec<_>>(), [ProblemKind::Note]);
    let url = "requires 'A', 0, url => 'https://x.example/authors/id/A/AB/ABC/A-0.5.tar.gz';";
    assert_eq!(names(&closure(url, &made)), ["A-0.5", "Ab-1.0"]);
    let elsewhere = closure("requires 'A', 0, url => 'https://x.example/A-3.tar.gz';", &made);
    assert_eq!((names(&elsewhere).len(), elsewhere.unmet.len()), (0, 0));
    let told =
        elsewhere.problems.first().map(|p| (p.kind, p.message.contains("not in the mirror")));
    assert_eq!(told, Some((ProblemKind::Undecided, true)));
}

#[test]
fn a_chain_without_end_is_cut_and_told() {
    let lines: String = (0..DEPTH + 20).map(|i| format!("L{i}-1.0: L{}\n", i + 1)).collect();
    let found = closure("requires 'L0';", &Made::of(&lines));
    assert_eq!(names(&found), [] as [&str; 0]);
    assert!(found.problems.iter().any(|p| p.kind == ProblemKind::Lost));
    // One that is just short enough, on a stack as small as a thread's.
    let lines: String = (0..DEPTH).map(|i| format!("L{i}-1.0: L{}\n", i + 1)).collect();
    let lines = lines.replace(&format!(": L{DEPTH}\n"), ":\n");
    let thread = std::thread::Builder::new().stack_size(4 << 20);
    let walk = move || closure("requires 'L0';", &Made::of(&lines)).releases.len();
    let count = thread.spawn(walk).expect("a thread").join().expect("the stack is enough");
    assert_eq!(count, DEPTH);
}

#[test]
fn what_is_required_twice_is_met_together() {
    let made = Made::of("A-1.0: Ab < 2\nAb-2.0:");
    let found = closure("requires 'A'; requires 'Ab', '>= 1';", &made);
    assert_eq!(names(&found), ["Ab-2.0"]);
    let found = closure("requires 'Ab', '>= 1'; test_requires 'Ab', '< 1';", &made);
    assert_eq!(names(&found), [] as [&str; 0]);
    assert!(unmet(&found).iter().any(|one| one.contains("no version is in")), "{found:?}");
}
