//! Which modules a project's own source loads, and who ships them.
//!
//! Whether a module is declared is decided by distributions, as far as they are
//! known: a manifest that asks for `Mojolicious` declares `Mojo::URL` too. What
//! ships a module is told by the lock, by what is installed and by the
//! database; where none of them knows, a declared module whose name begins the
//! other's counts as shipping it (`Moose` and `Moose::Role`), so that a note is
//! rather left out than wrong.

use std::collections::{BTreeMap, BTreeSet};

use perlscan_model::database::CoreVersion;
use perlscan_model::location::{Location, SourcePath};
use perlscan_model::name::{DistName, ModuleName};
use perlscan_model::package::VersionState;
use perlscan_model::requirement::{Phase, Relation};
use perlscan_model::usage::ModuleUse;
use perlscan_model::version::PerlVersion;

use crate::advisory::AdvisoryError;
use crate::advisory::database::Database;
use crate::resolve::interpreter::ProjectPerl;
use crate::resolve::own::OwnModules;
use crate::resolve::project::Project;

/// Folders of what neither runs nor tests the project.
const ASIDE: [&[u8]; 8] =
    [b"xt", b"author", b"maint", b"devel", b"eg", b"examples", b"bench", b"benchmarks"];

/// How many places of a use are kept.
const PLACES: usize = 3;

/// A module that the project's own source loads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UsedModule {
    /// The module.
    pub module: ModuleName,
    /// The phase in which it matters most.
    pub phase: Phase,
    /// Whether the project works without it.
    pub optional: bool,
    /// Whether only what stands beside the project loads it: its author's tests,
    /// examples and tools.
    pub is_aside: bool,
    /// The first places that load it, with the least version that each asks for;
    /// those that ask for one come first.
    pub locations: Vec<(Option<Box<str>>, Location)>,
    /// How many places there are besides.
    pub more: usize,
    /// Who ships it.
    pub provider: Provider,
}

/// Who ships a module that is used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Provider {
    /// A distribution that a manifest asks for.
    Declared,
    /// A locked or installed distribution that no manifest asks for.
    Transitive(DistName),
    /// The project's perl, or the newest one where that is not known.
    Core,
    /// The project's perl still does; the newest one, which is named, does not.
    LeavesCore(String),
    /// Older perls did; the one that is named does not.
    RemovedFromCore(String),
    /// Nothing that is known.
    Unknown,
}

/// What a project's own source loads, in order of the modules; what the scanned
/// tree provides itself is left out.
///
/// # Errors
/// When the database is damaged.
pub fn usage(
    project: &Project,
    own: &OwnModules<'_>,
    perl: Option<&ProjectPerl>,
    database: &Database,
) -> Result<Vec<UsedModule>, AdvisoryError> {
    let mut by_module: BTreeMap<&ModuleName, Vec<(&SourcePath, &ModuleUse)>> = BTreeMap::new();
    for (path, found) in uses(project) {
        if !found.module.is_perl() {
            by_module.entry(&found.module).or_default().push((path, found));
        }
    }
    if by_module.is_empty() {
        return Ok(Vec::new());
    }
    let shipping = Shipping::of(project, perl, database)?;
    let mut all = Vec::with_capacity(by_module.len());
    for (module, places) in by_module {
        if own.has(project, module, database)? {
            continue;
        }
        let with_minimum = places.iter().filter(|(_, found)| found.minimum.is_some());
        let without = places.iter().filter(|(_, found)| found.minimum.is_none());
        let first = with_minimum.chain(without).take(PLACES);
        all.push(UsedModule {
            module: module.clone(),
            phase: places.iter().map(|(_, found)| found.phase).min().unwrap_or(Phase::Runtime),
            optional: places.iter().all(|(_, found)| found.optional || found.conditional),
            is_aside: places.iter().all(|(path, _)| is_aside(path)),
            locations: first
                .map(|(path, found)| {
                    (found.minimum.clone(), Location::at((*path).clone(), found.span))
                })
                .collect(),
            more: places.len().saturating_sub(PLACES),
            provider: shipping.provider(module)?,
        });
    }
    Ok(all)
}

/// Whether a file is one for the project's author, or shows how to use it.
fn is_aside(path: &SourcePath) -> bool {
    let name = path.file_name();
    path.parent().parts().any(|part| ASIDE.contains(&part))
        // What Dist::Zilla makes of an author's tests.
        || (name.ends_with(b".t") && (name.starts_with(b"author-") || name.starts_with(b"release-")))
}

/// What a project's own source loads, with the file that does.
pub fn uses(project: &Project) -> impl Iterator<Item = (&SourcePath, &ModuleUse)> {
    let sources = project.sources.iter();
    sources.flat_map(|source| source.uses.iter().map(move |used| (&source.path, used)))
}

/// Knows who ships what in a project.
struct Shipping<'a> {
    project: &'a Project,
    database: &'a Database,
    declared: BTreeSet<&'a ModuleName>,
    declared_dists: BTreeSet<DistName>,
    perl: Option<(String, PerlVersion)>,
    newest: Option<(String, PerlVersion)>,
}

impl<'a> Shipping<'a> {
    fn of(
        project: &'a Project,
        perl: Option<&ProjectPerl>,
        database: &'a Database,
    ) -> Result<Self, AdvisoryError> {
        let declared: BTreeSet<&ModuleName> = project
            .requirements
            .iter()
            .filter(|requirement| requirement.relation != Relation::Conflicts)
            .map(|requirement| &requirement.module)
            .collect();
        let (perl, newest) = (listed_perl(perl, database), listed_perl(None, database));
        let mut declared_dists = BTreeSet::new();
        for module in &declared {
            declared_dists.extend(project.dist_of(module, database)?);
        }
        Ok(Self { project, database, declared, declared_dists, perl, newest })
    }

    fn provider(&self, module: &ModuleName) -> Result<Provider, AdvisoryError> {
        if self.declared.contains(module) {
            return Ok(Provider::Declared);
        }
        let dist = self.project.dist_of(module, self.database)?;
        match &dist {
            Some(dist) if self.declared_dists.contains(dist) => return Ok(Provider::Declared),
            None if self.is_below_declared(module) => return Ok(Provider::Declared),
            _ => {}
        }
        let core = self.core(module)?;
        if let Some(core @ (Provider::Core | Provider::LeavesCore(_))) = core {
            return Ok(core);
        }
        let is_present = self.project.provided.package(module).is_some();
        Ok(match (dist.filter(|_| is_present), core) {
            (Some(dist), _) => Provider::Transitive(dist),
            (None, Some(removed)) => removed,
            (None, None) => Provider::Unknown,
        })
    }

    /// What perl's core says of a module that it has or once had.
    fn core(&self, module: &ModuleName) -> Result<Option<Provider>, AdvisoryError> {
        if !self.database.is_core(module) {
            return Ok(None);
        }
        let Some((text, perl)) = &self.perl else { return Ok(Some(Provider::Core)) };
        if self.database.core_version(module, perl)? == CoreVersion::NotCore {
            return Ok(Some(Provider::RemovedFromCore(text.clone())));
        }
        Ok(Some(match &self.newest {
            Some((text, newest))
                if self.database.core_version(module, newest)? == CoreVersion::NotCore =>
            {
                Provider::LeavesCore(text.clone())
            }
            _ => Provider::Core,
        }))
    }

    fn is_below_declared(&self, module: &ModuleName) -> bool {
        let name = module.as_str();
        let mut ends = name.match_indices("::").map(|(at, _)| at);
        ends.any(|at| {
            let prefix = name.get(..at).unwrap_or_default();
            ModuleName::parse(prefix).is_ok_and(|prefix| self.declared.contains(&prefix))
        })
    }
}

/// The perl by which to tell what core has: the project's, of a series its last
/// release, or the newest where none is known.
fn listed_perl(perl: Option<&ProjectPerl>, database: &Database) -> Option<(String, PerlVersion)> {
    let stable = |version: &PerlVersion| perlscan_model::interpreter::is_stable_perl(version);
    let fits = |version: &PerlVersion| match perl.map(|perl| &perl.version) {
        Some(VersionState::Exact(release)) => release.version == *version,
        Some(VersionState::Range(series)) => series.contains(version),
        Some(VersionState::Unknown(_)) | None => stable(version),
    };
    let newest = database
        .raw()
        .perls()
        .iter()
        .filter(|fact| fact.listed)
        .filter_map(|fact| PerlVersion::parse(&fact.perl).ok())
        .filter(fits)
        .max()?;
    let text = match perl {
        Some(perl) => perl.text.clone(),
        None => {
            let parts: Vec<String> =
                newest.parts().iter().take(2).map(ToString::to_string).collect();
            parts.join(".")
        }
    };
    Some((text, newest))
}
