//! The way from what a project requires to what its lock holds.

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
    /// The locked package that asks for it; `None` when the project itself does.
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

/// What a project reaches through its lock.
#[derive(Debug, Default)]
pub(super) struct Reached {
    /// By position of the locked package.
    pub(super) packages: BTreeMap<usize, Way>,
    /// Modules that the lock leaves out.
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

/// The locked packages by the modules that they provide.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Provided {
    by_module: BTreeMap<ModuleName, usize>,
}

impl Provided {
    /// Of two packages that provide a module, the one whose name is the longer
    /// prefix of it is taken, then the first by name.
    pub(super) fn by(packages: &[Package]) -> Self {
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

/// Follows the lock from the requirements. The first way counts: phases in the
/// order in which they matter, required before optional, short before long.
pub(super) fn reach(
    requirements: &[&Requirement],
    packages: &[Package],
    provided: &Provided,
) -> Reached {
    let mut reached = Reached::default();
    let mut classes: BTreeSet<(Phase, bool)> = BTreeSet::new();
    for requirement in requirements {
        classes.insert((requirement.phase, requirement.is_optional()));
    }
    for (phase, optional) in classes {
        let mut queue: VecDeque<usize> = VecDeque::new();
        let asked = requirements.iter().filter(|requirement| {
            requirement.phase == phase
                && requirement.is_optional() == optional
                && requirement.relation != Relation::Conflicts
                && !requirement.module.is_perl()
        });
        for requirement in asked {
            let way = Way::direct(phase, optional);
            visit(&requirement.module, way, provided, &mut reached, &mut queue);
        }
        while let Some(at) = queue.pop_front() {
            let Some(package) = packages.get(at) else { continue };
            for (i, edge) in package.edges.iter().enumerate() {
                if edge.module.is_perl() {
                    continue;
                }
                let way = Way { phase, optional, parent: Some(at), edge: i };
                visit(&edge.module, way, provided, &mut reached, &mut queue);
            }
        }
    }
    reached
}

fn visit(
    module: &ModuleName,
    way: Way,
    provided: &Provided,
    reached: &mut Reached,
    queue: &mut VecDeque<usize>,
) {
    match provided.package(module) {
        Some(at) => {
            if let std::collections::btree_map::Entry::Vacant(vacant) = reached.packages.entry(at) {
                vacant.insert(way);
                queue.push_back(at);
            }
        }
        None => {
            reached.left_out.entry(module.clone()).or_insert(way);
        }
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
