//! The way from what a project requires to what its lock or its installed trees
//! hold.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet, VecDeque};

use perlscan_model::finding::PathStep;
use perlscan_model::name::ModuleName;
use perlscan_model::package::{Package, VersionState};
use perlscan_model::requirement::{Phase, Relation, Requirement};

/// How a project comes to something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Way {
    /// The phase in which it matters most.
    pub(super) phase: Phase,
    /// Whether the project works without it.
    pub(super) optional: bool,
    /// The package that asks for it; `None` when the project itself does.
    pub(super) parent: Option<usize>,
    /// Which of that package's edges it is.
    pub(super) edge: usize,
}

impl Way {
    /// The way to what the project itself asks for.
    pub(super) fn direct(phase: Phase, optional: bool) -> Self {
        Self { phase, optional, parent: None, edge: 0 }
    }
}

/// What a project reaches through packages.
#[derive(Debug, Default)]
pub(super) struct Reached {
    /// By position of the package.
    pub(super) packages: BTreeMap<usize, Way>,
    /// Modules that no package provides.
    pub(super) left_out: BTreeMap<ModuleName, Way>,
}

impl Reached {
    /// The releases on a way, from what the project requires itself; empty for
    /// what it requires directly.
    pub(super) fn steps(&self, way: Way, packages: &[Package]) -> Vec<PathStep> {
        let mut steps = Vec::new();
        let mut next = way.parent;
        // A way never meets a package twice: each has the parent that was first.
        while let Some(at) = next {
            steps.extend(packages.get(at).map(step));
            next = self.packages.get(&at).and_then(|way| way.parent);
        }
        steps.reverse();
        steps
    }
}

/// Packages by the modules that they provide.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Provided {
    by_module: BTreeMap<ModuleName, usize>,
}

impl Provided {
    /// Of two packages that provide a module, the one whose name is the longer
    /// prefix of it is taken, then the first by name.
    pub(crate) fn by(packages: &[Package]) -> Self {
        let mut by_module: BTreeMap<ModuleName, usize> = BTreeMap::new();
        for (i, package) in packages.iter().enumerate() {
            for provided in &package.provides {
                let better = by_module
                    .get(&provided.module)
                    .and_then(|known| packages.get(*known))
                    .is_none_or(|known| {
                        fit(package, &provided.module) > fit(known, &provided.module)
                    });
                if better {
                    by_module.insert(provided.module.clone(), i);
                }
            }
        }
        Self { by_module }
    }

    /// The package that provides a module.
    pub(super) fn package(&self, module: &ModuleName) -> Option<usize> {
        self.by_module.get(module).copied()
    }
}

/// How long a prefix of the module the distribution's name is.
fn fit(package: &Package, module: &ModuleName) -> usize {
    let main = package.dist.as_str().replace('-', "::");
    match module.as_str().strip_prefix(&main) {
        Some(rest) if rest.is_empty() || rest.starts_with("::") => main.len(),
        _ => 0,
    }
}

/// Follows packages from the requirements. The first way counts: phases in the
/// order in which they matter, required before optional, short before long.
pub(super) fn reach(
    requirements: &[&Requirement],
    packages: &[Package],
    provided: &Provided,
) -> Reached {
    let mut walk = Walk::default();
    for requirement in requirements {
        if requirement.relation != Relation::Conflicts && !requirement.module.is_perl() {
            let way = Way::direct(requirement.phase, requirement.is_optional());
            walk.ask(Target::Module(&requirement.module), way);
        }
    }
    walk.follow(packages, provided)
}

/// Follows packages from those that no other one asks for: where nothing says
/// what a project requires, these are what was installed for its own sake.
pub(super) fn reach_from_tops(packages: &[Package], provided: &Provided) -> Reached {
    let mut asked: BTreeSet<usize> = BTreeSet::new();
    for (at, package) in packages.iter().enumerate() {
        let edges = package.edges.iter().filter_map(|edge| provided.package(&edge.module));
        asked.extend(edges.filter(|other| *other != at));
    }
    let mut walk = Walk::default();
    for at in (0..packages.len()).filter(|at| !asked.contains(at)) {
        walk.ask(Target::Package(at), Way::direct(Phase::Runtime, false));
    }
    walk.follow(packages, provided)
}

/// What is asked for.
#[derive(Debug, Clone, Copy)]
enum Target<'a> {
    Module(&'a ModuleName),
    Package(usize),
}

/// What is asked for and not yet looked at, what matters most first.
#[derive(Debug, Default)]
struct Walk<'a> {
    pending: BTreeMap<(Phase, bool), VecDeque<(Target<'a>, Way)>>,
}

impl<'a> Walk<'a> {
    fn ask(&mut self, target: Target<'a>, way: Way) {
        self.pending.entry((way.phase, way.optional)).or_default().push_back((target, way));
    }

    fn next(&mut self) -> Option<(Target<'a>, Way)> {
        let mut first = self.pending.first_entry()?;
        let next = first.get_mut().pop_front();
        if first.get().is_empty() {
            first.remove();
        }
        next
    }

    fn follow(mut self, packages: &'a [Package], provided: &Provided) -> Reached {
        let mut reached = Reached::default();
        while let Some((target, way)) = self.next() {
            let at = match target {
                Target::Package(at) => at,
                Target::Module(module) => match provided.package(module) {
                    Some(at) => at,
                    None => {
                        reached.left_out.entry(module.clone()).or_insert(way);
                        continue;
                    }
                },
            };
            let Entry::Vacant(vacant) = reached.packages.entry(at) else { continue };
            vacant.insert(way);
            let edges = packages.get(at).into_iter().flat_map(|package| &package.edges);
            for (i, edge) in edges.enumerate().filter(|(_, edge)| !edge.module.is_perl()) {
                // What only a test needs is not needed to run, whatever needs the test.
                let phase = way.phase.max(edge.phase);
                let optional = way.optional || edge.optional;
                let way = Way { phase, optional, parent: Some(at), edge: i };
                self.ask(Target::Module(&edge.module), way);
            }
        }
        reached
    }
}

fn step(package: &Package) -> PathStep {
    let version = match &package.version {
        VersionState::Exact(release) => release.text.to_string(),
        VersionState::Range(range) => range.to_string(),
        VersionState::Unknown(_) => String::new(),
    };
    PathStep { dist: package.dist.clone(), version, location: package.location.clone() }
}
