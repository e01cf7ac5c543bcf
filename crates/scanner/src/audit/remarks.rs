//! What is loaded and declared nowhere, and what is declared and loaded nowhere; and
//! where installers are told to look (`unsafe_mirror`).
//!
//! These are no vulnerabilities, so they are remarks and no findings. They rest
//! on names of modules, of which seldom all is known: where it is open whether a
//! declared distribution ships a module, nothing is said.

use std::collections::{BTreeMap, BTreeSet};

use perlscan_model::name::{DistName, ModuleName};
use perlscan_model::remark::{Remark, RemarkKind, Subject};
use perlscan_model::requirement::{Phase, Relation, Requirement};

use crate::advisory::AdvisoryError;
use crate::advisory::database::Database;
use crate::audit::unsafe_mirror::unsafe_mirrors;
use crate::resolve::dependency::Dependencies;
use crate::resolve::project::Project;
use crate::resolve::usage::{Provider, UsedModule, uses};

/// The remarks on a project, in order of kind and module.
///
/// # Errors
/// When the database is damaged.
pub fn remarks(
    project: &Project,
    dependencies: &Dependencies,
    database: &Database,
) -> Result<Vec<Remark>, AdvisoryError> {
    let mut all: Vec<Remark> =
        dependencies.used.iter().filter_map(|used| of_use(project, used)).collect();
    all.extend(unused(project, database)?);
    all.extend(unsafe_mirrors(project));
    all.sort();
    Ok(all)
}

/// What is to be said of a module that is loaded.
fn of_use(project: &Project, used: &UsedModule) -> Option<Remark> {
    let module = &used.module;
    // Whoever installs by a Build.PL brings Module::Build along.
    let is_brought = used.phase == Phase::Configure && module.as_str() == "Module::Build";
    if used.optional || used.is_aside || is_brought {
        return None;
    }
    let declares = project.requirements.iter().any(|r| !r.module.is_perl());
    let (kind, message) = match &used.provider {
        Provider::Declared | Provider::Core => return None,
        Provider::LeavesCore(perl) => (
            RemarkKind::RemovedFromCore,
            format!(
                "{module} is loaded, the core of newer perls, as {perl}, has it no more, and no \
                 manifest asks for it"
            ),
        ),
        Provider::RemovedFromCore(perl) => (
            RemarkKind::RemovedFromCore,
            format!(
                "{module} is loaded, perl {perl} does not ship it, and no manifest asks for it"
            ),
        ),
        // Where nothing is declared at all, everything would be undeclared.
        Provider::Transitive(_) | Provider::Unknown if !declares => return None,
        Provider::Transitive(dist) => (
            RemarkKind::Undeclared,
            format!(
                "{module} is loaded, and no manifest asks for it: {dist} is there because \
                 something else needs it"
            ),
        ),
        Provider::Unknown => {
            (RemarkKind::Undeclared, format!("{module} is loaded, and no manifest asks for it"))
        }
    };
    Some(Remark {
        project: project.path.clone(),
        kind,
        subject: Subject::Module(module.clone()),
        message,
        locations: used.locations.iter().map(|(_, location)| location.clone()).collect(),
        more: used.more,
        fixture: project.fixture,
        fails: false,
    })
}

/// What the project asks for to run or test, and loads nowhere.
fn unused(project: &Project, database: &Database) -> Result<Vec<Remark>, AdvisoryError> {
    let loaded = Loaded::of(project, database)?;
    // Without source of its own, nothing can be said.
    if loaded.modules.is_empty() {
        return Ok(Vec::new());
    }
    let mut asked: BTreeMap<&ModuleName, Vec<&Requirement>> = BTreeMap::new();
    for requirement in project.requirements.iter().filter(|r| wants_loading(r)) {
        asked.entry(&requirement.module).or_default().push(requirement);
    }
    let mut remarks = Vec::new();
    for (module, requirements) in asked {
        if loaded.has(module, project, database)? {
            continue;
        }
        remarks.push(Remark {
            project: project.path.clone(),
            kind: RemarkKind::Unused,
            subject: Subject::Module(module.clone()),
            message: format!("{module} is asked for, and no source of the project loads it"),
            locations: requirements.iter().map(|r| r.location.clone()).collect(),
            more: 0,
            fixture: project.fixture,
            fails: false,
        });
    }
    Ok(remarks)
}

/// Whether a requirement is one that source would load: build tools load what
/// the other phases ask for, and what is optional may be loaded by nobody.
fn wants_loading(requirement: &Requirement) -> bool {
    matches!(requirement.phase, Phase::Runtime | Phase::Test)
        && requirement.relation == Relation::Requires
        && !requirement.is_optional()
        && !requirement.module.is_perl()
}

/// What the project's source loads.
struct Loaded<'a> {
    modules: BTreeSet<&'a str>,
    dists: BTreeSet<DistName>,
}

impl<'a> Loaded<'a> {
    fn of(project: &'a Project, database: &Database) -> Result<Self, AdvisoryError> {
        let mut loaded = Self { modules: BTreeSet::new(), dists: BTreeSet::new() };
        for (_, used) in uses(project) {
            if loaded.modules.insert(used.module.as_str()) {
                loaded.dists.extend(project.dist_of(&used.module, database)?);
            }
        }
        Ok(loaded)
    }

    fn has(
        &self,
        module: &ModuleName,
        project: &Project,
        database: &Database,
    ) -> Result<bool, AdvisoryError> {
        if self.modules.contains(module.as_str()) {
            return Ok(true);
        }
        if let Some(dist) = project.dist_of(module, database)? {
            return Ok(self.dists.contains(&dist));
        }
        // A distribution of which only the name is known: any module of the same
        // first word may be one of its own.
        let first = |name: &str| name.split("::").next().unwrap_or_default().to_owned();
        let word = first(module.as_str());
        Ok(self.modules.iter().any(|loaded| first(loaded) == word))
    }
}
