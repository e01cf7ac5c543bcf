//! Brings the evidence on each distribution together.
//!
//! A requirement constrains a *module's* version: its range holds for the
//! distribution only where the module is the main one. What the lock leaves out
//! because core has it is judged at the version that the project's perl bundles.

use std::collections::BTreeMap;
use std::sync::Arc;

use perlscan_model::archive_name::ArchiveName;
use perlscan_model::database::{CoreVersion, DistEntry};
use perlscan_model::finding::{Confidence, PathStep};
use perlscan_model::location::Location;
use perlscan_model::name::{DistName, ModuleName};
use perlscan_model::package::{Origin, VersionState};
use perlscan_model::problem::{Problem, ProblemKind};
use perlscan_model::range::VersionRange;
use perlscan_model::release_version::ReleaseVersion;
use perlscan_model::requirement::{Phase, Relation, Requirement};
use perlscan_model::version::PerlVersion;

use crate::advisory::AdvisoryError;
use crate::advisory::database::Database;
use crate::resolve::ResolveSettings;
use crate::resolve::bundled::{self, BundledRelease};
use crate::resolve::dependency::{DeclaredEvidence, Dependencies, Dependency, ReleaseEvidence};
use crate::resolve::graph::{Provided, Reached, Way, reach};
use crate::resolve::interpreter::{self, ProjectPerl};
use crate::resolve::project::Project;

mod present;

/// Brings together what a project depends on.
///
/// # Errors
/// When the database is damaged.
pub fn gather(
    project: &Project,
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
        perl: interpreter::of(project, settings),
        found: BTreeMap::new(),
        all: Dependencies::default(),
    };
    gathering.locked()?;
    gathering.copies()?;
    gathering.installed()?;
    gathering.declared()?;
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
    perl: Option<ProjectPerl>,
    found: BTreeMap<DistName, Dependency>,
    all: Dependencies,
}

impl Gathering<'_> {
    /// Every release that the lock names.
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
                origin: Origin::Locked,
                confidence: package.confidence,
                version: package.version.clone(),
                text,
                module: None,
                location: package.location.clone(),
            };
            let path = self.reached.steps(way, &self.project.locked);
            self.dependency(entry, way, path).releases.push(evidence);
        }
        Ok(())
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
            self.lock_is_behind(module, asking);
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
        let mut excluded = VersionRange::none();
        for requirement in all.iter().filter(|r| r.relation == Relation::Conflicts) {
            excluded = excluded.union(&requirement.range);
        }
        let together = asking
            .iter()
            .fold(VersionRange::any(), |range, requirement| range.intersect(&requirement.range));
        if together.is_empty() && asking.len() > 1 && asking.iter().all(|r| !r.range.is_empty()) {
            self.contradiction(module, asking);
            return asking.iter().map(|r| evidence(r, r.range.subtract(&excluded), None)).collect();
        }
        let range = together.subtract(&excluded);
        asking.iter().map(|requirement| evidence(requirement, range.clone(), None)).collect()
    }

    /// Core modules that the lock leaves out, or that a project without a lock
    /// may take from its perl.
    fn core(&mut self) -> Result<(), AdvisoryError> {
        let mut left_out: BTreeMap<ModuleName, Way> = BTreeMap::new();
        for (module, way) in &self.reached.left_out {
            left_out.insert(module.clone(), *way);
        }
        for (module, way) in left_out {
            let Some(dist) = self.database.dist_of_module(&module)? else { continue };
            if !self.database.is_core(&module) || self.has_locked(&dist) {
                continue;
            }
            let has_lock = !self.project.locked.is_empty();
            if self.perl.is_none() {
                if has_lock {
                    self.all.core_not_judged.insert(module);
                }
                continue;
            }
            let Some(entry) = self.database.dist(&dist)? else { continue };
            let asked = self.selected.iter().find(|requirement| requirement.module == module);
            let location = match asked {
                Some(requirement) => requirement.location.clone(),
                None => self.place_of_way(way),
            };
            match self.bundled(&module, &entry)? {
                Bundled::Version(version) => {
                    // Without a lock, what perl bundles counts if it satisfies the floor.
                    let satisfies = has_lock || self.satisfied(&module, &version);
                    if !satisfies {
                        continue;
                    }
                    let text = version_text(&version);
                    let path = self.reached.steps(way, &self.project.locked);
                    let dependency = self.dependency(entry, way, path);
                    if !dependency.releases.iter().any(|known| known.origin == Origin::Core) {
                        dependency.releases.push(ReleaseEvidence {
                            origin: Origin::Core,
                            confidence: Confidence::High,
                            version,
                            text,
                            module: Some(module),
                            location,
                        });
                    }
                }
                Bundled::NotKnown if has_lock => {
                    self.all.core_not_judged.insert(module);
                }
                Bundled::NotKnown | Bundled::NotInThisPerl => {}
            }
        }
        Ok(())
    }

    /// The perl that the project runs on.
    fn interpreter(&mut self) -> Result<(), AdvisoryError> {
        let Some(ProjectPerl { text, version, evidence }) = self.perl.clone() else {
            return Ok(());
        };
        let Ok(name) = DistName::parse("perl") else { return Ok(()) };
        let Some(entry) = self.database.dist(&name)? else { return Ok(()) };
        let asked = self.selected.iter().find(|requirement| requirement.module.is_perl());
        let location = match (evidence, asked, self.project.inputs.first()) {
            (Some(evidence), ..) => evidence.location,
            (None, Some(requirement), _) => requirement.location.clone(),
            (None, None, Some(input)) => Location::file(input.clone()),
            (None, None, None) => return Ok(()),
        };
        let way = Way::direct(Phase::Runtime, false);
        self.dependency(entry, way, Vec::new()).releases.push(ReleaseEvidence {
            origin: Origin::Core,
            confidence: Confidence::High,
            version,
            text,
            module: None,
            location,
        });
        Ok(())
    }

    fn finish(self) -> Dependencies {
        let mut all = self.all;
        all.advised = self.found.into_values().collect();
        all.perl = self.perl;
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

    fn has_locked(&self, dist: &DistName) -> bool {
        self.project.locked.iter().any(|package| package.dist == *dist)
    }

    /// Where a person would look for what led to a module: the line on which a
    /// release asks for it.
    fn place_of_way(&self, way: Way) -> Location {
        let asking = way.parent.and_then(|at| self.project.locked.get(at));
        match (asking, self.project.inputs.first()) {
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

    fn bundled(&self, module: &ModuleName, entry: &DistEntry) -> Result<Bundled, AdvisoryError> {
        let Some(ProjectPerl { version: perl, .. }) = &self.perl else {
            return Ok(Bundled::NotKnown);
        };
        // Only the main module's version is the release's.
        let main = entry.main_module.as_ref().unwrap_or(module);
        let at = |perl: &PerlVersion| self.database.core_version(main, perl);
        Ok(match perl {
            VersionState::Exact(perl) => match at(&perl.version)? {
                CoreVersion::Bundled(version) => Bundled::Version(exactly(version)),
                CoreVersion::NotCore => Bundled::NotInThisPerl,
                CoreVersion::Unversioned | CoreVersion::PerlNotListed => Bundled::NotKnown,
            },
            VersionState::Range(series) => {
                let mut versions = VersionRange::none();
                let mut any = false;
                for fact in self.database.raw().perls().iter().filter(|fact| fact.listed) {
                    let Ok(perl) = PerlVersion::parse(&fact.perl) else { continue };
                    if !series.contains(&perl) {
                        continue;
                    }
                    any = true;
                    if let CoreVersion::Bundled(version) = at(&perl)? {
                        versions = versions.union(&VersionRange::exactly(version));
                    }
                }
                match (any, versions.is_empty(), versions.pinned()) {
                    (false, ..) => Bundled::NotKnown,
                    (true, true, _) => Bundled::NotInThisPerl,
                    (true, false, Some(only)) => Bundled::Version(exactly(only.clone())),
                    (true, false, None) => Bundled::Version(VersionState::Range(versions)),
                }
            }
            VersionState::Unknown(_) => Bundled::NotKnown,
        })
    }

    /// Whether what perl bundles satisfies all that the project asks of a module.
    fn satisfied(&self, module: &ModuleName, version: &VersionState) -> bool {
        self.selected.iter().filter(|requirement| requirement.module == *module).all(
            |requirement| match version {
                VersionState::Exact(release) => requirement.range.contains(&release.version),
                VersionState::Range(range) => !range.intersect(&requirement.range).is_empty(),
                VersionState::Unknown(_) => false,
            },
        )
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

/// What the project's perl bundles of a module.
enum Bundled {
    Version(VersionState),
    NotInThisPerl,
    NotKnown,
}

fn exactly(version: PerlVersion) -> VersionState {
    let text = version.text().into();
    VersionState::Exact(ReleaseVersion { version, text, exact: true })
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
