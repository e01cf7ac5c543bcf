//! The way through the releases, in cpanm's order.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use perlscan_model::location::Location;
use perlscan_model::name::ModuleName;
use perlscan_model::problem::ProblemKind;
use perlscan_model::range::VersionRange;
use perlscan_model::requirement::{Phase, Requirement};

use super::demand::{self, Demand};
use super::installed::{self, Installed};
use super::missing::{Missing, UnderWay};
use super::there::{There, shown};
use super::{Closure, ClosureSettings, CorePerl, Indexed, Stock, Stocked, ahead, conflicts};
use crate::advisory::AdvisoryError;
use crate::resolve::project::Project;

/// How long a chain of releases may be of which each needs the next: on CPAN the
/// longest has some forty.
pub const DEPTH: usize = 200;

/// What a fresh install of a project would take.
///
/// # Errors
/// When the database is damaged; what can't be had of the mirror is in the closure.
pub fn resolve(
    project: &Project,
    settings: &ClosureSettings,
    perl: &CorePerl<'_>,
    stock: &dyn Stock,
) -> Result<Closure, AdvisoryError> {
    let taken: Vec<&Requirement> = project
        .requirements
        .iter()
        .filter(|requirement| demand::is_taken(requirement, settings))
        .collect();
    let mut walk = Walk {
        stock,
        settings,
        root: BTreeMap::new(),
        tried: BTreeSet::new(),
        tried_releases: BTreeSet::new(),
        under_way: Vec::new(),
        there: There::of(perl),
        installed: Vec::new(),
        missing: Missing::at(Location::file(project.path.clone())),
    };
    let is_configure = |requirement: &&&Requirement| requirement.phase == Phase::Configure;
    let mut tools = demand::of_project(taken.iter().filter(is_configure).copied());
    let has_build_script = project
        .inputs
        .iter()
        .any(|input| input.file_name() == b"Build.PL" && input.parent() == project.path);
    demand::with_tools(&mut tools, has_build_script);
    let main = demand::of_project(taken.iter().filter(|r| !is_configure(r)).copied());
    ahead::open(tools.iter().chain(&main).cloned().collect(), settings, perl, stock)?;
    walk.meet(&tools, 0)?;
    for demand in main.iter().filter(|demand| demand.required) {
        walk.root.insert(demand.module.clone(), demand.range.clone());
    }
    walk.meet(&main, 0)?;
    let Walk { there, installed, mut missing, .. } = walk;
    conflicts::tell(project, &installed, &there, stock, &mut missing)?;
    features(project, settings, &mut missing);
    let (releases, packages) = installed::releases(&installed, &taken, stock, &mut missing);
    let (unmet, problems) = missing.finish();
    let perl = perl.text.clone();
    Ok(Closure { releases, packages, perl, core: there.into_core(), unmet, problems })
}

/// Tells of features that were asked for and that the project does not have.
fn features(project: &Project, settings: &ClosureSettings, missing: &mut Missing) {
    let known: BTreeSet<&str> =
        project.requirements.iter().filter_map(|r| r.feature.as_deref()).collect();
    let place = project.inputs.first().unwrap_or(&project.path);
    let unknown = settings.features.iter().filter(|name| !known.contains(name.as_str()));
    for name in unknown {
        let message = format!("it has no feature '{name}', so nothing is taken for it");
        missing.problem(Location::file(place.clone()), ProblemKind::Undecided, message);
    }
}

struct Walk<'a> {
    stock: &'a dyn Stock,
    settings: &'a ClosureSettings,
    /// What the project requires narrows what its releases ask for, and is narrowed
    /// by that.
    root: BTreeMap<ModuleName, VersionRange>,
    /// Modules that were looked for: each is, once.
    tried: BTreeSet<ModuleName>,
    /// Releases that were worked on, whoever's they are.
    tried_releases: BTreeSet<String>,
    under_way: Vec<UnderWay>,
    there: There<'a>,
    installed: Vec<Installed>,
    missing: Missing,
}

impl Walk<'_> {
    /// Installs what is asked for and not there; whether all that is required is there
    /// then.
    fn meet(&mut self, demands: &[Demand], depth: usize) -> Result<bool, AdvisoryError> {
        let mut missing: Vec<(&Demand, VersionRange)> = Vec::new();
        let mut seen: BTreeSet<&ModuleName> = BTreeSet::new();
        for demand in demands.iter().filter(|demand| !demand.module.is_perl()) {
            if seen.contains(&demand.module) {
                continue;
            }
            let range = self.narrowed(demand, depth);
            if !self.there.has(&demand.module, &range)? {
                seen.insert(&demand.module);
                missing.push((demand, range));
            }
        }
        for (demand, range) in missing {
            if let Some(location) = &demand.location {
                self.missing.ask_at(location.clone());
            }
            self.install(demand, &range, depth + 1)?;
        }
        let mut is_met = true;
        for demand in demands.iter().filter(|demand| demand.required) {
            let is_there = match demand.module.is_perl() {
                true => self.there.perl.is_in(&demand.range),
                false => self.there.has(&demand.module, &demand.range)?,
            };
            if !is_there {
                is_met = false;
                self.missing.miss(demand, &self.under_way, &self.there);
            }
        }
        Ok(is_met)
    }

    /// What may be installed for a demand: what the project itself requires of the
    /// module holds as well.
    fn narrowed(&mut self, demand: &Demand, depth: usize) -> VersionRange {
        let Some(root) = self.root.get_mut(&demand.module).filter(|_| depth > 0) else {
            return demand.range.clone();
        };
        let both = root.intersect(&demand.range);
        if !both.is_empty() {
            *root = both;
        }
        root.clone()
    }

    /// Installs the release that the index names for a module, if it can be had.
    fn install(
        &mut self,
        demand: &Demand,
        range: &VersionRange,
        depth: usize,
    ) -> Result<(), AdvisoryError> {
        let module = &demand.module;
        if !self.tried.insert(module.clone()) {
            return Ok(());
        }
        if depth > DEPTH {
            let why = format!("the chain of releases that leads to it is longer than {DEPTH}");
            let message = format!("{module} was not looked for: {why}");
            self.missing.problem(self.missing.asked_at(), ProblemKind::Lost, message);
            self.missing.because(module, why);
            return Ok(());
        }
        let Some(indexed) = self.look_up(demand) else { return Ok(()) };
        let path = Arc::clone(&indexed.path);
        let name = indexed.release_name();
        if !self.tried_releases.insert(name.clone()) {
            return Ok(());
        }
        if demand.pin.is_none() {
            let version = indexed.number();
            if !range.contains(&version) {
                let why = format!("the index has {} ({path})", shown(&version));
                self.missing.because(module, why);
                // It may do for somebody else. cpanm does not look again, so what it
                // takes then depends on the order of a hash; this is the most of it.
                self.tried.remove(module);
                self.tried_releases.remove(&name);
                return Ok(());
            }
            // What is there already in just the version of the index is not taken again.
            let as_indexed = match demand::is_any(demand) {
                true => VersionRange::at_least(version),
                false => VersionRange::exactly(version),
            };
            if self.there.has(module, &as_indexed)? {
                return Ok(());
            }
        }
        if indexed.is_perls_own() {
            let why = format!(
                "the index leaves it to perl, and perl {} has it not",
                self.there.perl.text
            );
            self.missing.because(module, why);
            return Ok(());
        }
        let stocked = match self.stock.open(&path) {
            Ok(stocked) => stocked,
            Err(unreadable) => {
                let place = Location::file(self.stock.place(&path));
                let what = unreadable.what;
                let message = format!("it {what}, and {module} is installed from it");
                self.missing.problem(place, ProblemKind::Lost, message);
                self.missing.because(module, format!("{path} {what}"));
                return Ok(());
            }
        };
        if module.as_str().starts_with("Bundle::") {
            let place = Location::file(self.stock.place(&path));
            let message = "it is a bundle: what its documentation lists is installed too, and is not \
                           read here";
            self.missing.problem(place, ProblemKind::Undecided, message.to_owned());
        }
        let missed = self.missing.count();
        self.under_way.push(UnderWay { module: module.clone(), name: name.clone() });
        let is_done = self.build(&path, &stocked, depth)?;
        self.under_way.pop();
        if !is_done {
            self.missing.not_built(module, &name, missed);
        }
        Ok(())
    }

    /// What is to be installed for a module.
    fn look_up(&mut self, demand: &Demand) -> Option<Indexed> {
        let module = &demand.module;
        let indexed = self.stock.find(module);
        let Some(pin) = &demand.pin else {
            if indexed.is_none() {
                self.missing.because(module, "the index has no such module".to_owned());
            }
            return indexed;
        };
        let at = demand.location.clone().unwrap_or_else(|| self.missing.asked_at());
        let Some(pinned) = Indexed::pinned(pin) else {
            let message = format!(
                "{module} is installed from {pin}, which is not in the mirror: what it requires is \
                 not known"
            );
            self.missing.problem(at, ProblemKind::Undecided, message);
            self.there.install_from_elsewhere(module.clone());
            return None;
        };
        if let Some(other) = indexed.filter(|indexed| indexed.path != pinned.path) {
            let message = format!(
                "{module} is pinned to {}, as Carton and cpm install it; cpanm 1.7 would take \
                 {}, which the index names",
                pinned.path, other.path
            );
            self.missing.problem(at, ProblemKind::Note, message);
        }
        Some(pinned)
    }

    /// Installs a release once all that it requires is there; whether it is.
    fn build(
        &mut self,
        path: &Arc<str>,
        stocked: &Arc<Stocked>,
        depth: usize,
    ) -> Result<bool, AdvisoryError> {
        let mut told = Vec::new();
        let (tools, main) = demand::of_stocked(stocked, self.settings, &mut told);
        for message in told {
            let place = Location::file(self.stock.place(path));
            self.missing.problem(place, ProblemKind::Undecided, message);
        }
        if !self.meet(&tools, depth)? || !self.meet(&main, depth)? {
            return Ok(false);
        }
        self.there.install(stocked, self.stock.indexed(path));
        let demands = tools.into_iter().chain(main).collect();
        let (path, stocked) = (Arc::clone(path), Arc::clone(stocked));
        self.installed.push(Installed { path, stocked, demands });
        Ok(true)
    }
}

#[cfg(test)]
#[path = "walk_test.rs"]
mod tests;
