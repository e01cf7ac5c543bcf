//! Everything that a scan found, with its evidence: what `perlscan inventory`
//! lists. Nothing is judged here.

use std::collections::BTreeMap;

use perlscan_model::advisory::BundledLibrary;
use perlscan_model::interpreter::Interpreter;
use perlscan_model::location::{Location, SourcePath, Span};
use perlscan_model::name::{DistName, ModuleName};
use perlscan_model::package::{Origin, Package, VersionState};
use perlscan_model::purl::PackageUrl;
use perlscan_model::requirement::{Phase, Relation};

use crate::advisory::AdvisoryError;
use crate::advisory::database::Database;
use crate::resolve::bundled::{self, BundledRelease};
use crate::resolve::own::OwnModules;
use crate::resolve::project::{FileFacts, PerlFile, Project};
use crate::resolve::usage;

/// Everything that was found, each list sorted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Inventory {
    /// Releases, one entry per project, distribution, version and origin.
    pub packages: Vec<FoundPackage>,
    /// What manifests ask for and what source loads, one entry a place.
    pub requirements: Vec<FoundRequirement>,
    /// The perls that projects say they run on.
    pub interpreters: Vec<FoundInterpreter>,
    /// Every `package` statement, and every module that a file carries inside.
    pub modules: Vec<FoundModule>,
}

/// A release in a project.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundPackage {
    /// The project's directory.
    pub project: SourcePath,
    /// The distribution.
    pub dist: DistName,
    /// Its version; empty where none can be told.
    pub version: String,
    /// How it comes to be known.
    pub origin: Origin,
    /// The CPAN id of its author.
    pub author: Option<String>,
    /// Its package URL.
    pub purl: PackageUrl,
    /// Where it stands.
    pub locations: Vec<Location>,
    /// The libraries in C or JavaScript that the release bundles, as far as the
    /// advisory database knows them, in order of name and version.
    pub libraries: Vec<BundledLibrary>,
}

/// A module that a project asks for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct FoundRequirement {
    /// The project's directory.
    pub project: SourcePath,
    /// The module, or `perl`.
    pub module: ModuleName,
    /// The range as it is written; empty for any.
    pub range: String,
    /// When it is needed.
    pub phase: Phase,
    /// How strongly.
    pub relation: Relation,
    /// [`Origin::Declared`] or [`Origin::Used`].
    pub origin: Origin,
    /// Whether the project also works without it.
    pub optional: bool,
    /// Whether it stands under a condition that only running decides.
    pub conditional: bool,
    /// Where the module's name stands.
    pub location: Location,
}

/// A perl that a project says it runs on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundInterpreter {
    /// The project's directory.
    pub project: SourcePath,
    /// What was found.
    pub interpreter: Interpreter,
}

/// A `package` statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundModule {
    /// The project's directory.
    pub project: SourcePath,
    /// The module.
    pub module: ModuleName,
    /// Its version; `None` where the source gives it none.
    pub version: Option<VersionState>,
    /// Where its name stands.
    pub location: Location,
}

impl Inventory {
    /// What the projects hold. The database tells of which distribution a copy is
    /// that a file carries inside, and what releases bundle.
    ///
    /// # Errors
    /// When the database is damaged.
    pub fn of(projects: &[Project], database: &Database) -> Result<Self, AdvisoryError> {
        let own = OwnModules::of(projects);
        let mut all = Self::default();
        for project in projects {
            all.add_packages(project, database)?;
            all.add_requirements(project, &own, database)?;
            for file in &project.files {
                all.add_file(project, file);
            }
            for source in &project.sources {
                all.add_modules(project, source);
            }
        }
        all.requirements.sort();
        Ok(all)
    }

    fn add_packages(
        &mut self,
        project: &Project,
        database: &Database,
    ) -> Result<(), AdvisoryError> {
        // A lock that belongs to a project above is listed there.
        let locked = match project.lock_inherited {
            true => &[][..],
            false => project.locked.as_slice(),
        };
        let mut packages: BTreeMap<(DistName, String, Origin), FoundPackage> = BTreeMap::new();
        let copies = bundled::copies(project, database)?.releases;
        let copies: Vec<Package> = copies.into_iter().map(BundledRelease::into_package).collect();
        // As do installed trees.
        let installed = match project.installed_above {
            Some(_) => &[][..],
            None => project.installed.as_slice(),
        };
        for package in locked.iter().chain(installed).chain(&copies) {
            let key = (package.dist.clone(), version_text(&package.version), package.origin);
            if !packages.contains_key(&key) {
                packages.insert(key.clone(), found(project, package, database)?);
            }
            if let Some(found) = packages.get_mut(&key) {
                found.locations.push(package.location.clone());
            }
        }
        for mut found in packages.into_values() {
            found.locations.sort();
            found.locations.dedup();
            self.packages.push(found);
        }
        Ok(())
    }

    fn add_requirements(
        &mut self,
        project: &Project,
        own: &OwnModules<'_>,
        database: &Database,
    ) -> Result<(), AdvisoryError> {
        for requirement in &project.requirements {
            self.requirements.push(FoundRequirement {
                project: project.path.clone(),
                module: requirement.module.clone(),
                range: requirement.range_text.clone(),
                phase: requirement.phase,
                relation: requirement.relation,
                origin: Origin::Declared,
                optional: requirement.is_optional(),
                conditional: requirement.conditional,
                location: requirement.location.clone(),
            });
        }
        let mut is_own: BTreeMap<&ModuleName, bool> = BTreeMap::new();
        for (path, usage) in usage::uses(project) {
            let known = is_own.get(&usage.module).copied();
            let skipped = match known {
                Some(known) => known,
                None => own.has(project, &usage.module, database)?,
            };
            is_own.insert(&usage.module, skipped);
            if skipped {
                continue;
            }
            self.requirements.push(FoundRequirement {
                project: project.path.clone(),
                module: usage.module.clone(),
                range: usage.minimum.as_deref().unwrap_or_default().to_owned(),
                phase: usage.phase,
                relation: Relation::Requires,
                origin: Origin::Used,
                optional: usage.optional,
                conditional: usage.conditional,
                location: at(path, usage.span),
            });
        }
        Ok(())
    }

    fn add_file(&mut self, project: &Project, file: &FileFacts) {
        let project = &project.path;
        self.interpreters.extend(file.facts.interpreters.iter().map(|interpreter| {
            FoundInterpreter { project: project.clone(), interpreter: interpreter.clone() }
        }));
        self.modules.extend(file.facts.bundled.iter().map(|found| FoundModule {
            project: project.clone(),
            module: found.module.clone(),
            version: Some(found.version.clone()),
            location: found.location.clone(),
        }));
    }

    fn add_modules(&mut self, project: &Project, source: &PerlFile) {
        self.modules.extend(source.modules.iter().map(|found| FoundModule {
            project: project.path.clone(),
            module: found.module.clone(),
            version: found.version.clone(),
            location: at(&source.path, found.span),
        }));
    }
}

fn found(
    project: &Project,
    package: &Package,
    database: &Database,
) -> Result<FoundPackage, AdvisoryError> {
    let libraries = match &package.version {
        VersionState::Exact(release) => database.libraries_in(&package.dist, &release.version)?,
        VersionState::Range(_) | VersionState::Unknown(_) => Vec::new(),
    };
    Ok(FoundPackage {
        project: project.path.clone(),
        dist: package.dist.clone(),
        version: version_text(&package.version),
        origin: package.origin,
        author: package.author.clone(),
        purl: PackageUrl::for_package(package),
        locations: Vec::new(),
        libraries,
    })
}

fn at(path: &SourcePath, span: Span) -> Location {
    Location::at(path.clone(), span)
}

/// A version for display; empty where none can be told.
pub fn version_text(version: &VersionState) -> String {
    match version {
        VersionState::Exact(release) => release.text.to_string(),
        VersionState::Range(range) => range.to_string(),
        VersionState::Unknown(_) => String::new(),
    }
}
