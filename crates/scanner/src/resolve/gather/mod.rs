//! Brings the evidence on each distribution together.
//!
//! A requirement constrains a *module's* version: its range holds for the
//! distribution only where the module is the main one. What the lock leaves out
//! because core has it is judged at the version that the project's perl bundles.

mod core;
mod present;
mod used;

use std::collections::BTreeMap;
use std::sync::Arc;

use perlscan_model::archive_name::ArchiveName;
use perlscan_model::database::DistEntry;
use perlscan_model::finding::{Confidence, PathStep};
use perlscan_model::location::{Location, SourcePath};
use perlscan_model::name::{DistName, ModuleName};
use perlscan_model::package::{Origin, VersionState};
use perlscan_model::problem::{Problem, ProblemKind};
use perlscan_model::range::VersionRange;
use perlscan_model::release_version::ReleaseVersion;
use perlscan_model::requirement::{Phase, Relation, Requirement};

use crate::advisory::AdvisoryError;
use crate::advisory::database::Database;
use crate::resolve::ResolveSettings;
use crate::resolve::bundled::{self, BundledRelease};
use crate::resolve::dependency::{DeclaredEvidence, Dependencies, Dependency, ReleaseEvidence};
use crate::resolve::graph::{Provided, Reached, Way, reach};
use crate::resolve::interpreter::{self, ProjectPerl};
use crate::resolve::own::OwnModules;
use crate::resolve::project::Project;
use crate::resolve::usage::UsedModule;

/// Brings together what a project depends on.
///
/// `own` are the modules that the scanned tree provides itself.
///
/// # Errors
/// When the database is damaged.
pub fn gather(
    project: &Project,
    own: &OwnModules<'_>,
    settings: &ResolveSettings,
    database: &Database,
) -> Result<Dependencies, AdvisoryError> {
    let mut selected = Vec::new();
    let mut unselected = Vec::new();
    for requirement in &project.requirements {
        match settings.selects(requirement.phase) {
            true => selected.push(requirement),
            false => unselected.push(requirement),
        }
    }
    let provided = &*project.provided;
    let reached = reach(&selected, &project.locked, provided);
    let elsewhere = reach(&unselected, &project.locked, provided);
    let mut gathering = Gathering {
        project,
        settings,
        database,
        selected,
        unselected,
        provided,
        reached,
        elsewhere,
        used: Vec::new(),
        perl: interpreter::of(project, settings),
        found: BTreeMap::new(),
        all: Dependencies::default(),
    };
    gathering.locked()?;
    gathering.copies()?;
    gathering.installed()?;
    gathering.declared()?;
    gathering.used(own)?;
    gathering.core()?;
    gathering.interpreter()?;
    Ok(gathering.finish())
}

struct Gathering<'a> {
    project: &'a Project,
    settings: &'a ResolveSettings,
    database: &'a Database,
    selected: Vec<&'a Requirement>,
    unselected: Vec<&'a Requirement>,
    provided: &'a Provided,
    reached: Reached,
    elsewhere: Reached,
    /// What the project's own source loads.
    used: Vec<UsedModule>,
    perl: Option<ProjectPerl>,
    found: BTreeMap<DistName, Dependency>,
    all: Dependencies,
}

impl Gathering<'_> {
    /// Every release that the lock names, or that a mirror would give.
    fn locked(&mut self) -> Result<(), AdvisoryError> {
        for (i, package) in self.project.locked.iter().enumerate() {
            let way = self.reached.packages.get(&i).copied();
            if way.is_none() {
                if self.elsewhere.packages.contains_key(&i) {
                    self.all.not_selected += 1;
                    continue;
                }
                // A lock of a project above holds much that is not this one's.
                if self.project.lock_inherited {
                    continue;
                }
            }
            let Some(entry) = self.database.dist(&package.dist)? else {
                self.all.not_in_database.insert(package.dist.clone());
                continue;
            };
            // What nothing asks for may still be deployed with the lock.
            let way = way.unwrap_or(Way::direct(Phase::Runtime, false));
            let text = match &package.version {
                VersionState::Exact(release) => release.text.to_string(),
                _ => String::new(),
            };
            let evidence = ReleaseEvidence {
                origin: package.origin,
                confidence: package.confidence,
                version: package.version.clone(),
                text,
                module: None,
                location: package.location.clone(),
            };
            let path = self.reached.steps(way, &self.project.locked);
            let lead = self.lead(way);
            let dependency = self.dependency(entry, way, path);
            dependency.releases.push(evidence);
            dependency.declared.extend(lead);
        }
        Ok(())
    }

    /// The line of the project that leads to what a mirror would give: there is no
    /// lock that a person could edit instead.
    fn lead(&self, way: Way) -> Option<DeclaredEvidence> {
        self.project.resolved.as_ref()?;
        let mut top = way.parent?;
        while let Some(parent) = self.reached.packages.get(&top).and_then(|way| way.parent) {
            top = parent;
        }
        let leads = |r: &&&Requirement| self.provided.package(&r.module) == Some(top);
        let requirement = self.selected.iter().find(leads)?;
        Some(DeclaredEvidence {
            origin: Origin::Declared,
            module: requirement.module.clone(),
            range: VersionRange::any(),
            text: requirement.range_text.clone(),
            unusable: None,
            location: requirement.location.clone(),
        })
    }

    /// Every copy that a file carries inside.
    fn copies(&mut self) -> Result<(), AdvisoryError> {
        let copies = bundled::copies(self.project, self.database)?;
        self.all.not_resolved.extend(copies.not_resolved);
        for BundledRelease { dist, phase, evidence } in copies.releases {
            match self.database.dist(&dist)? {
                _ if !self.settings.selects(phase) => self.all.not_selected += 1,
                Some(entry) => {
                    let way = Way::direct(phase, false);
                    self.dependency(entry, way, Vec::new()).releases.push(evidence);
                }
                None => {
                    self.all.not_in_database.insert(dist);
                }
            }
        }
        Ok(())
    }

    /// Every module that the project asks for.
    fn declared(&mut self) -> Result<(), AdvisoryError> {
        let mut by_module: BTreeMap<ModuleName, Vec<&Requirement>> = BTreeMap::new();
        for requirement in &self.selected {
            if !requirement.module.is_perl() {
                by_module.entry(requirement.module.clone()).or_default().push(requirement);
            }
        }
        for (module, requirements) in by_module {
            let asking: Vec<&Requirement> = requirements
                .iter()
                .filter(|requirement| requirement.relation != Relation::Conflicts)
                .copied()
                .collect();
            if asking.is_empty() {
                continue;
            }
            self.all.direct += 1;
            self.declared_module(&module, &asking, &requirements)?;
        }
        Ok(())
    }

    fn declared_module(
        &mut self,
        module: &ModuleName,
        asking: &[&Requirement],
        all: &[&Requirement],
    ) -> Result<(), AdvisoryError> {
        let locked = self.provided.package(module).and_then(|i| self.project.locked.get(i));
        let release = asking.iter().find_map(|requirement| pinned(requirement));
        let dist = match (&release, locked) {
            (Some((dist, _)), _) => Some(dist.clone()),
            (None, Some(package)) => Some(package.dist.clone()),
            (None, None) => self.database.dist_of_module(module)?,
        };
        let Some(dist) = dist else {
            if !self.database.is_core(module) {
                self.all.not_resolved.insert(module.clone());
            }
            return Ok(());
        };
        if dist.is_perl() {
            // Only perl ships it (`strict`, `English`), so asking for it says
            // nothing of which perl: that is judged where it is known.
            if self.perl.is_none() {
                self.all.core_not_judged.insert(module.clone());
            }
            return Ok(());
        }
        let Some(entry) = self.database.dist(&dist)? else {
            self.all.not_in_database.insert(dist);
            return Ok(());
        };
        let has_lock = !self.project.locked.is_empty();
        if has_lock && locked.is_none() && release.is_none() {
            if self.database.is_core(module) {
                // The lock leaves out what core satisfies; `core` judges that.
                return Ok(());
            }
            // What a mirror has not is told where it is resolved.
            if self.project.resolved.is_none() {
                self.lock_is_behind(module, asking);
            }
        }
        let way = Way::direct(
            asking.iter().map(|r| r.phase).min().unwrap_or(Phase::Runtime),
            asking.iter().all(|requirement| requirement.is_optional()),
        );
        let ranges = self.ranges(module, &entry, asking, all);
        let dependency = self.dependency(entry, way, Vec::new());
        for requirement in asking {
            let version = match (pinned(requirement), &requirement.pinned_release) {
                (Some((_, version)), _) => Some(version),
                (None, Some(place)) => Some(VersionState::Unknown(format!(
                    "it is installed from {place}, which tells no version"
                ))),
                (None, None) => None,
            };
            if let Some(version) = version {
                dependency.releases.push(ReleaseEvidence {
                    origin: Origin::Declared,
                    confidence: Confidence::High,
                    text: version_text(&version),
                    version,
                    module: Some(module.clone()),
                    location: requirement.location.clone(),
                });
            }
        }
        dependency.declared.extend(ranges);
        Ok(())
    }

    /// What the requirements on a module say about the distribution's release.
    fn ranges(
        &mut self,
        module: &ModuleName,
        entry: &DistEntry,
        asking: &[&Requirement],
        all: &[&Requirement],
    ) -> Vec<DeclaredEvidence> {
        let evidence =
            |requirement: &Requirement, range: VersionRange, unusable| DeclaredEvidence {
                origin: Origin::Declared,
                module: module.clone(),
                range,
                text: requirement.range_text.clone(),
                unusable,
                location: requirement.location.clone(),
            };
        let narrowing = asking.iter().any(|requirement| !requirement.range.is_any());
        if entry.main_module.as_ref() != Some(module) && narrowing {
            let why = format!(
                "{module} is not the main module of {}, so its version says nothing of the release",
                entry.name
            );
            return asking
                .iter()
                .map(|r| evidence(r, VersionRange::any(), Some(why.clone())))
                .collect();
        }
        let conflicts = all.iter().filter(|r| r.relation == Relation::Conflicts);
        let excluded: VersionRange =
            conflicts.flat_map(|r| r.range.intervals().iter().cloned()).collect();
        let together = VersionRange::intersect_all(asking.iter().map(|asked| &asked.range));
        if together.is_empty() && asking.len() > 1 && asking.iter().all(|r| !r.range.is_empty()) {
            self.contradiction(module, asking);
            return asking.iter().map(|r| evidence(r, r.range.subtract(&excluded), None)).collect();
        }
        let range = together.subtract(&excluded);
        asking.iter().map(|requirement| evidence(requirement, range.clone(), None)).collect()
    }

    fn finish(self) -> Dependencies {
        let mut all = self.all;
        all.advised = self.found.into_values().collect();
        all.perl = self.perl;
        all.used = self.used;
        // A module that is resolved elsewhere is no gap.
        all.problems.sort();
        all
    }

    /// The distribution's entry in the result; the way that matters most wins.
    fn dependency(
        &mut self,
        entry: Arc<DistEntry>,
        way: Way,
        path: Vec<PathStep>,
    ) -> &mut Dependency {
        let dependency = self.found.entry(entry.name.clone()).or_insert_with(|| Dependency {
            entry,
            releases: Vec::new(),
            declared: Vec::new(),
            phase: way.phase,
            optional: way.optional,
            path: path.clone(),
        });
        if (way.optional, way.phase) < (dependency.optional, dependency.phase) {
            dependency.phase = way.phase;
            dependency.optional = way.optional;
        }
        if path.len() < dependency.path.len() {
            dependency.path = path;
        }
        dependency
    }

    /// Whether a copy of the project's own stands before what perl bundles.
    fn shadows_core(&self, dist: &DistName) -> bool {
        let project = self.project;
        project.locked.iter().chain(project.installed.iter()).any(|package| package.dist == *dist)
    }

    /// A file of the project that stands for all of it.
    fn first_file(&self) -> Option<&SourcePath> {
        let source = self.project.sources.first().map(|source| &source.path);
        self.project.inputs.first().or(source)
    }

    /// Where a person would look for what led to a module: the line on which a
    /// release asks for it.
    fn place_of_way(&self, way: Way) -> Location {
        let asking = way.parent.and_then(|at| self.project.locked.get(at));
        match (asking, self.first_file()) {
            (Some(package), _) => {
                let path = package.location.path.clone();
                match package.edges.get(way.edge).and_then(|edge| edge.span) {
                    Some(span) => Location::at(path, span),
                    None => Location::file(path),
                }
            }
            (None, Some(input)) => Location::file(input.clone()),
            (None, None) => Location::file(self.project.path.clone()),
        }
    }

    fn lock_is_behind(&mut self, module: &ModuleName, asking: &[&Requirement]) {
        let needed = asking
            .iter()
            .find(|requirement| !requirement.is_optional() && requirement.phase != Phase::Develop);
        let (Some(requirement), Some(lock)) = (needed, &self.project.lock) else { return };
        self.all.problems.push(Problem {
            location: requirement.location.clone(),
            kind: ProblemKind::Undecided,
            by: "resolve",
            message: format!(
                "{lock} does not hold {module}: the lock is out of date, and the requirement is judged by its range"
            ),
        });
    }

    fn contradiction(&mut self, module: &ModuleName, asking: &[&Requirement]) {
        let Some((last, others)) = asking.split_last() else { return };
        let others: Vec<String> =
            others.iter().map(|r| format!("{} ({})", r.range_text, r.location)).collect();
        self.all.problems.push(Problem {
            location: last.location.clone(),
            kind: ProblemKind::Undecided,
            by: "resolve",
            message: format!(
                "no version of {module} satisfies {} together with {}; each is judged alone",
                last.range_text,
                others.join(" and ")
            ),
        });
    }
}

fn version_text(version: &VersionState) -> String {
    match version {
        VersionState::Exact(release) => release.text.to_string(),
        VersionState::Range(range) => range.to_string(),
        VersionState::Unknown(_) => String::new(),
    }
}

/// The release that a requirement pins by `dist` or `url`.
fn pinned(requirement: &Requirement) -> Option<(DistName, VersionState)> {
    let archive = ArchiveName::parse(requirement.pinned_release.as_deref()?)?;
    let dist = archive.release().dist_name().ok()?;
    let version = match archive.release().version().and_then(ReleaseVersion::read) {
        Some(release) => VersionState::Exact(release),
        None => VersionState::Unknown("the pinned archive's name tells no version".to_owned()),
    };
    Some((dist, version))
}
