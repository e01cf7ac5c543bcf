//! The way through the releases, in cpanm's order.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use perlscan_model::archive_name::ArchiveName;
use perlscan_model::finding::Confidence;
use perlscan_model::location::Location;
use perlscan_model::name::ModuleName;
use perlscan_model::package::{Edge, Origin, Package, ProvidedModule, VersionState};
use perlscan_model::problem::{Problem, ProblemKind};
use perlscan_model::range::VersionRange;
use perlscan_model::release_version::ReleaseVersion;
use perlscan_model::requirement::{Phase, Relation, Requirement};
use perlscan_model::requirement_range::RequirementRange;
use perlscan_model::version::PerlVersion;

use super::demand::{self, Demand};
use super::{Chosen, Closure, ClosureSettings, CorePerl, Indexed, Stock, Stocked, Unmet};
use crate::advisory::AdvisoryError;
use crate::resolve::graph::{Provided, reach};
use crate::resolve::project::Project;

/// How long a chain of releases may be of which each needs the next: on CPAN the
/// longest has some forty.
pub const DEPTH: usize = 200;

/// Who says what could not be resolved.
const BY: &str = "resolve";

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
        perl,
        settings,
        root: BTreeMap::new(),
        tried: BTreeSet::new(),
        tried_releases: BTreeSet::new(),
        under_way: Vec::new(),
        have: BTreeMap::new(),
        elsewhere: BTreeSet::new(),
        core: BTreeMap::new(),
        installed: Vec::new(),
        why: BTreeMap::new(),
        asked_at: Location::file(project.path.clone()),
        unmet: Vec::new(),
        problems: Vec::new(),
    };
    let is_configure = |requirement: &&&Requirement| requirement.phase == Phase::Configure;
    let mut tools = demand::of_project(taken.iter().filter(is_configure).copied());
    let has_build_script = project
        .inputs
        .iter()
        .any(|input| input.file_name() == b"Build.PL" && input.parent() == project.path);
    demand::with_tools(&mut tools, has_build_script);
    let main = demand::of_project(taken.iter().filter(|r| !is_configure(r)).copied());
    walk.prepare(tools.iter().chain(&main).cloned().collect())?;
    walk.meet(&tools, 0)?;
    for demand in main.iter().filter(|demand| demand.required) {
        walk.root.insert(demand.module.clone(), demand.range.clone());
    }
    walk.meet(&main, 0)?;
    walk.conflicts(project)?;
    walk.features(project);
    Ok(walk.finish(&taken))
}

/// A release that is being installed.
struct UnderWay {
    /// The module that was asked for.
    module: ModuleName,
    /// The release, as its archive is called.
    name: String,
}

/// A release that was installed.
struct Installed {
    path: Arc<str>,
    stocked: Arc<Stocked>,
    demands: Vec<Demand>,
}

struct Walk<'a> {
    stock: &'a dyn Stock,
    perl: &'a CorePerl<'a>,
    settings: &'a ClosureSettings,
    /// What the project requires narrows what its releases ask for, and is narrowed
    /// by that.
    root: BTreeMap<ModuleName, VersionRange>,
    /// Modules that were looked for: each is, once.
    tried: BTreeSet<ModuleName>,
    /// Releases that were worked on, whoever's they are.
    tried_releases: BTreeSet<String>,
    under_way: Vec<UnderWay>,
    /// Modules that are installed, with their versions.
    have: BTreeMap<ModuleName, PerlVersion>,
    /// Modules that are installed from elsewhere than the mirror.
    elsewhere: BTreeSet<ModuleName>,
    /// Modules for which what perl brings is good enough.
    core: BTreeMap<ModuleName, String>,
    installed: Vec<Installed>,
    /// Why a module can't be had, and whether that is the root of it.
    why: BTreeMap<ModuleName, (String, bool)>,
    /// Where the project asks for what is being looked at.
    asked_at: Location,
    unmet: Vec<Unmet>,
    problems: Vec<Problem>,
}

impl Walk<'_> {
    /// Opens what will be needed, level by level, side by side: as far as can be told
    /// before anything is installed.
    fn prepare(&self, first: Vec<Demand>) -> Result<(), AdvisoryError> {
        let mut seen: BTreeSet<ModuleName> = BTreeSet::new();
        let mut opened: BTreeSet<Arc<str>> = BTreeSet::new();
        let mut level = first;
        while !level.is_empty() {
            let mut paths: Vec<Arc<str>> = Vec::new();
            for demand in level {
                let core = self.perl.version_of(&demand.module)?;
                let is_there = core.is_some_and(|version| demand.range.contains(&version));
                if demand.module.is_perl() || is_there || !seen.insert(demand.module.clone()) {
                    continue;
                }
                let indexed = match &demand.pin {
                    Some(pin) => pinned_path(pin).map(|path| Indexed { version: None, path }),
                    None => self.stock.find(&demand.module),
                };
                let Some(indexed) = indexed else { continue };
                let fits = demand.pin.is_some() || demand.range.contains(&version_of(&indexed));
                if fits && !is_perls_own(&indexed.path) && opened.insert(Arc::clone(&indexed.path))
                {
                    paths.push(indexed.path);
                }
            }
            self.stock.prepare(&paths);
            level = Vec::new();
            for path in &paths {
                if let Ok(stocked) = self.stock.open(path) {
                    let (tools, main) = self.demands(&stocked, &mut Vec::new());
                    level.extend(tools.into_iter().chain(main));
                }
            }
        }
        Ok(())
    }

    /// What a release asks for: to be configured, and then.
    fn demands(&self, stocked: &Stocked, told: &mut Vec<String>) -> (Vec<Demand>, Vec<Demand>) {
        let of = |phases: &[Phase], told: &mut Vec<String>| {
            demand::of_release(&stocked.needs, phases, self.settings, told)
        };
        let mut tools = of(&[Phase::Configure], told);
        demand::with_tools(&mut tools, stocked.has_build_script);
        let mut main = match self.settings.no_tests {
            true => of(&[Phase::Build, Phase::Runtime], told),
            false => of(&[Phase::Build, Phase::Test, Phase::Runtime], told),
        };
        if stocked.has_module_install {
            for demand in &mut main {
                if demand.module.as_str() == "ExtUtils::MakeMaker" {
                    demand.range = VersionRange::any();
                    demand.text.clear();
                }
            }
        }
        (tools, main)
    }

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
            if !self.is_there(&demand.module, &range)? {
                seen.insert(&demand.module);
                missing.push((demand, range));
            }
        }
        for (demand, range) in missing {
            if let Some(location) = &demand.location {
                self.asked_at = location.clone();
            }
            self.install(demand, &range, depth + 1)?;
        }
        let mut is_met = true;
        for demand in demands.iter().filter(|demand| demand.required) {
            let is_there = match demand.module.is_perl() {
                true => self.perl.is_in(&demand.range),
                false => self.is_there(&demand.module, &demand.range)?,
            };
            if !is_there {
                is_met = false;
                self.miss(demand);
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

    fn is_there(
        &mut self,
        module: &ModuleName,
        range: &VersionRange,
    ) -> Result<bool, AdvisoryError> {
        if self.elsewhere.contains(module) {
            return Ok(true);
        }
        if let Some(version) = self.have.get(module) {
            return Ok(range.contains(version));
        }
        let Some(version) = self.perl.version_of(module)? else { return Ok(false) };
        if !range.contains(&version) {
            return Ok(false);
        }
        let text = if version.is_zero() { String::new() } else { version.text().to_owned() };
        self.core.insert(module.clone(), text);
        Ok(true)
    }

    /// Tells that something required is not there.
    fn miss(&mut self, demand: &Demand) {
        let (why, is_root) = if demand.range.is_empty() {
            (format!("no version is in '{}'", demand.text), true)
        } else if demand.module.is_perl() {
            (format!("the perl is {}", self.perl.text), true)
        } else {
            match self.why.get(&demand.module) {
                Some(known) => known.clone(),
                None => (self.not_enough(demand), true),
            }
        };
        let path: Vec<String> = self.under_way.iter().map(|one| one.name.clone()).collect();
        let location = match (&demand.location, path.is_empty()) {
            (Some(location), true) => location.clone(),
            _ => self.asked_at.clone(),
        };
        if is_root || path.is_empty() {
            let range =
                if demand.text.is_empty() { String::new() } else { format!(" {}", demand.text) };
            let by = match path.is_empty() {
                true => String::new(),
                false => format!(" (asked for by {})", path.join(" > ")),
            };
            let message = format!("a fresh install has no {}{range}{by}: {why}", demand.module);
            self.problem(location, ProblemKind::Undecided, message);
        }
        let unmet = Unmet { module: demand.module.clone(), range: demand.text.clone(), path, why };
        self.unmet.push(unmet);
    }

    /// Why a module that is there, or was taken to be, is not enough.
    fn not_enough(&self, demand: &Demand) -> String {
        if self.under_way.iter().any(|one| one.module == demand.module) {
            return "it is needed by what it needs itself, so neither can be first".to_owned();
        }
        match self.have.get(&demand.module) {
            Some(version) => format!("{} is taken", shown(version)),
            None => "the archive that the index names for it does not bring it".to_owned(),
        }
    }

    fn problem(&mut self, location: Location, kind: ProblemKind, message: String) {
        self.problems.push(Problem { location, kind, by: BY, message });
    }

    fn because(&mut self, module: &ModuleName, why: String) {
        self.why.entry(module.clone()).or_insert((why, true));
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
            self.problem(self.asked_at.clone(), ProblemKind::Lost, message);
            self.because(module, why);
            return Ok(());
        }
        let Some(indexed) = self.look_up(demand) else { return Ok(()) };
        let path = Arc::clone(&indexed.path);
        let name = release_name(&path);
        if !self.tried_releases.insert(name.clone()) {
            return Ok(());
        }
        if demand.pin.is_none() {
            let version = version_of(&indexed);
            if !range.contains(&version) {
                let why = format!("the index has {} ({path})", shown(&version));
                self.because(module, why);
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
            if self.is_there(module, &as_indexed)? {
                return Ok(());
            }
        }
        if is_perls_own(&path) {
            let why =
                format!("the index leaves it to perl, and perl {} has it not", self.perl.text);
            self.because(module, why);
            return Ok(());
        }
        let stocked = match self.stock.open(&path) {
            Ok(stocked) => stocked,
            Err(unreadable) => {
                let place = Location::file(self.stock.place(&path));
                let what = unreadable.what;
                let message = format!("it {what}, and {module} is installed from it");
                self.problem(place, ProblemKind::Lost, message);
                self.because(module, format!("{path} {what}"));
                return Ok(());
            }
        };
        if module.as_str().starts_with("Bundle::") {
            let place = Location::file(self.stock.place(&path));
            let message = "it is a bundle: what its documentation lists is installed too, and is not \
                           read here";
            self.problem(place, ProblemKind::Undecided, message.to_owned());
        }
        let missed = self.unmet.len();
        self.under_way.push(UnderWay { module: module.clone(), name: name.clone() });
        let is_done = self.build(&path, &stocked, depth)?;
        self.under_way.pop();
        if !is_done {
            // What was missed first lies deepest: it is the root of the rest.
            let why = match self.unmet.get(missed) {
                Some(root) => format!("{name} can't be installed without {}", root.module),
                None => format!("{name} can't be installed"),
            };
            self.why.entry(module.clone()).or_insert((why, false));
        }
        Ok(())
    }

    /// What is to be installed for a module.
    fn look_up(&mut self, demand: &Demand) -> Option<Indexed> {
        let module = &demand.module;
        let indexed = self.stock.find(module);
        let Some(pin) = &demand.pin else {
            if indexed.is_none() {
                self.because(module, "the index has no such module".to_owned());
            }
            return indexed;
        };
        let at = demand.location.clone().unwrap_or_else(|| self.asked_at.clone());
        let Some(path) = pinned_path(pin) else {
            let message = format!(
                "{module} is installed from {pin}, which is not in the mirror: what it requires is \
                 not known"
            );
            self.problem(at, ProblemKind::Undecided, message);
            self.elsewhere.insert(module.clone());
            return None;
        };
        if let Some(other) = indexed.filter(|indexed| indexed.path != path) {
            let message = format!(
                "{module} is pinned to {path}, as Carton and cpm install it; cpanm 1.7 would take \
                 {}, which the index names",
                other.path
            );
            self.problem(at, ProblemKind::Note, message);
        }
        Some(Indexed { version: None, path })
    }

    /// Installs a release once all that it requires is there; whether it is.
    fn build(
        &mut self,
        path: &Arc<str>,
        stocked: &Arc<Stocked>,
        depth: usize,
    ) -> Result<bool, AdvisoryError> {
        let mut told = Vec::new();
        let (tools, main) = self.demands(stocked, &mut told);
        for message in told {
            let place = Location::file(self.stock.place(path));
            self.problem(place, ProblemKind::Undecided, message);
        }
        if !self.meet(&tools, depth)? || !self.meet(&main, depth)? {
            return Ok(false);
        }
        let parsed = |text: &Option<Box<str>>| {
            text.as_deref().and_then(|text| PerlVersion::parse(text).ok())
        };
        let indexed: BTreeMap<ModuleName, Option<Box<str>>> =
            self.stock.indexed(path).into_iter().collect();
        for brought in &stocked.brings {
            let known = parsed(&brought.version)
                .or_else(|| indexed.get(&brought.module).and_then(parsed))
                .unwrap_or_else(PerlVersion::zero);
            self.have.insert(brought.module.clone(), known);
        }
        for (module, version) in &indexed {
            let version = parsed(version).unwrap_or_else(PerlVersion::zero);
            self.have.entry(module.clone()).or_insert(version);
        }
        let demands = tools.into_iter().chain(main).collect();
        let (path, stocked) = (Arc::clone(path), Arc::clone(stocked));
        self.installed.push(Installed { path, stocked, demands });
        Ok(true)
    }

    /// Tells of features that were asked for and that the project does not have.
    fn features(&mut self, project: &Project) {
        let known: BTreeSet<&str> =
            project.requirements.iter().filter_map(|r| r.feature.as_deref()).collect();
        let place = project.inputs.first().unwrap_or(&project.path);
        let unknown = self.settings.features.iter().filter(|name| !known.contains(name.as_str()));
        for name in unknown {
            let message = format!("it has no feature '{name}', so nothing is taken for it");
            let location = Location::file(place.clone());
            let kind = ProblemKind::Undecided;
            self.problems.push(Problem { location, kind, by: BY, message });
        }
    }

    /// Tells where something is taken that something else conflicts with: installers
    /// don't look.
    fn conflicts(&mut self, project: &Project) -> Result<(), AdvisoryError> {
        let mut told = Vec::new();
        for requirement in &project.requirements {
            if requirement.relation == Relation::Conflicts
                && let Some(version) = self.version_there(&requirement.module)?
                && requirement.range.contains(&version)
            {
                let message = format!(
                    "the project conflicts with {} {}, and {} is taken",
                    requirement.module,
                    requirement.range_text,
                    shown(&version)
                );
                told.push((requirement.location.clone(), message));
            }
        }
        for installed in &self.installed {
            let needs = &installed.stocked.needs;
            for need in needs.iter().filter(|need| need.relation == Relation::Conflicts) {
                let Ok(range) = RequirementRange::parse(&need.range) else { continue };
                if let Some(version) = self.version_there(&need.module)?
                    && range.accepts(&version)
                {
                    let message = format!(
                        "it conflicts with {} {}, and {} is taken as well",
                        need.module,
                        need.range,
                        shown(&version)
                    );
                    told.push((Location::file(self.stock.place(&installed.path)), message));
                }
            }
        }
        for (location, message) in told {
            self.problem(location, ProblemKind::Undecided, message);
        }
        Ok(())
    }

    fn version_there(&self, module: &ModuleName) -> Result<Option<PerlVersion>, AdvisoryError> {
        match self.have.get(module) {
            Some(version) => Ok(Some(version.clone())),
            None => self.perl.version_of(module),
        }
    }

    fn finish(mut self, taken: &[&Requirement]) -> Closure {
        let mut all: Vec<(Package, Chosen)> = Vec::new();
        for installed in std::mem::take(&mut self.installed) {
            let Some(made) = made(&installed, self.stock) else {
                let place = Location::file(self.stock.place(&installed.path));
                let message = "its name is not that of a release (Name-1.23), so it is not judged";
                self.problem(place, ProblemKind::Undecided, message.to_owned());
                continue;
            };
            all.push(made);
        }
        all.sort_by(|(_, a), (_, b)| (&a.dist, &a.path).cmp(&(&b.dist, &b.path)));
        let (packages, mut releases): (Vec<Package>, Vec<Chosen>) = all.into_iter().unzip();
        let reached = reach(taken, &packages, &Provided::by(&packages));
        for (at, release) in releases.iter_mut().enumerate() {
            if let Some(way) = reached.packages.get(&at) {
                release.phase = way.phase;
                release.optional = way.optional;
                release.by = reached.steps(*way, &packages);
                release.left_over = false;
            }
        }
        self.unmet.sort();
        self.unmet.dedup();
        self.problems.sort();
        self.problems.dedup();
        Closure {
            releases,
            packages,
            perl: self.perl.text.clone(),
            core: self.core.into_iter().collect(),
            unmet: self.unmet,
            problems: self.problems,
        }
    }
}

/// An installed release as a package and as what was chosen; `None` where its
/// archive has no name of a release.
fn made(installed: &Installed, stock: &dyn Stock) -> Option<(Package, Chosen)> {
    let archive = ArchiveName::parse(&installed.path)?;
    let dist = archive.release().dist_name().ok()?;
    let text = archive.release().version().unwrap_or_default().to_owned();
    let version = match ReleaseVersion::read(&text) {
        Some(version) => VersionState::Exact(version),
        None => VersionState::Unknown("the archive's name tells no version".to_owned()),
    };
    let mut provides = stock.indexed(&installed.path);
    if provides.is_empty() {
        let brings = installed.stocked.brings.iter();
        provides = brings.map(|one| (one.module.clone(), one.version.clone())).collect();
    }
    let mut requires: BTreeMap<ModuleName, String> = BTreeMap::new();
    let mut edges = Vec::new();
    for demand in &installed.demands {
        if demand.required {
            let known = requires.entry(demand.module.clone()).or_default();
            if !demand.text.is_empty() && *known != demand.text {
                let comma = if known.is_empty() { "" } else { ", " };
                known.push_str(comma);
                known.push_str(&demand.text);
            }
        }
        if !demand.module.is_perl() {
            edges.push(Edge {
                module: demand.module.clone(),
                range: demand.text.clone(),
                phase: demand.phase,
                optional: !demand.required,
                span: None,
            });
        }
    }
    let package = Package {
        dist: dist.clone(),
        version,
        author: archive.author().map(ToOwned::to_owned),
        distpath: Some(installed.path.to_string()),
        origin: Origin::Mirrored,
        confidence: Confidence::High,
        provides: provides
            .iter()
            .map(|(module, version)| ProvidedModule {
                module: module.clone(),
                version: version.as_deref().and_then(|text| PerlVersion::parse(text).ok()),
            })
            .collect(),
        edges,
        location: Location::file(stock.place(&installed.path)),
    };
    let chosen = Chosen {
        path: Arc::clone(&installed.path),
        dist,
        version: text,
        provides,
        requires: requires.into_iter().collect(),
        phase: Phase::Configure,
        optional: false,
        left_over: true,
        by: Vec::new(),
        open: installed.stocked.open.clone(),
    };
    Some((package, chosen))
}

/// `Dist-Name-1.23` of `A/AB/ABC/Dist-Name-1.23.tar.gz`.
fn release_name(path: &str) -> String {
    let file = path.rsplit('/').next().unwrap_or(path);
    match ArchiveName::parse(path) {
        Some(archive) => {
            let suffix = archive.extension().len() + 1;
            file.get(..file.len().saturating_sub(suffix)).unwrap_or(file).to_owned()
        }
        None => file.to_owned(),
    }
}

/// Whether the index says that perl itself brings a module.
fn is_perls_own(path: &str) -> bool {
    ArchiveName::parse(path).is_some_and(|archive| archive.release().dist() == "perl")
}

/// The version that the index has; none is 0.
fn version_of(indexed: &Indexed) -> PerlVersion {
    let known = indexed.version.as_deref().and_then(|text| PerlVersion::parse(text).ok());
    known.unwrap_or_else(PerlVersion::zero)
}

/// The path below `authors/id/` that a pin names: `AUTHOR/Dist-1.0.tar.gz`, or a URL
/// of a mirror; `None` for another URL, and for what is no path.
fn pinned_path(pin: &str) -> Option<Arc<str>> {
    let below = pin.rsplit_once("authors/id/").map(|(_, below)| below);
    let is_odd = |c: char| c.is_whitespace() || c.is_control();
    if below.is_none() && pin.contains("://") || pin.contains(is_odd) {
        return None;
    }
    let archive = ArchiveName::parse(below.unwrap_or(pin))?;
    archive.distpath().map(Arc::from)
}

/// A version as it is written.
fn shown(version: &PerlVersion) -> String {
    if version.is_zero() { "no version".to_owned() } else { version.text().to_owned() }
}

#[cfg(test)]
#[path = "walk_test.rs"]
mod tests;
