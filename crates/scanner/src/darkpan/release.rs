//! What is kept of an archive when it is closed.

use std::collections::HashSet;

use perlscan_model::archive_name::{ArchiveName, ReleaseName};
use perlscan_model::digest::Sha256;
use perlscan_model::location::{Inside, Location, SourcePath};
use perlscan_model::name::{DistName, ModuleName};
use perlscan_model::package::VersionState;
use perlscan_model::problem::{Problem, ProblemKind};
use perlscan_model::release_version::ReleaseVersion;
use perlscan_model::usage::BundledModule;
use serde::{Deserialize, Serialize};

use crate::advisory::AdvisoryError;
use crate::advisory::database::Database;
use crate::darkpan::contents::{Contents, Watched};
use crate::darkpan::needs::{self, Brought, Need, is_installed};
use crate::extract::list_some;
use crate::resolve::project::Project;
use crate::scan::{ScanSettings, survey};
use crate::source::archive::{self, ArchiveFile, ArchiveSource};

/// Who says what is wrong with an archive.
pub(super) const BY: &str = "archive";

/// One archive. All that is read of it is kept from run to run (`facts`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Release {
    /// Where it lies.
    pub path: SourcePath,
    /// The distribution, by the archive's name; `None` where that is none.
    pub dist: Option<DistName>,
    /// The version as the name has it; empty where it has none.
    pub text: String,
    /// The packages of what it installs, with their versions: those of advised
    /// distributions among them become [`Self::holds`].
    pub modules: Vec<(ModuleName, Option<VersionState>)>,
    /// Packages that may be in files that were passed over, since no database that
    /// was asked has them: another one may ([`Self::is_complete`]).
    pub passed_over: Vec<String>,
    /// Main modules of advised distributions that it holds, with their versions.
    #[serde(skip)]
    pub holds: Vec<(DistName, ModuleName, VersionState)>,
    /// What it requires, sorted.
    pub needs: Vec<Need>,
    /// The modules that it brings, sorted.
    pub brings: Vec<Brought>,
    /// Copies of modules that files in it carry inside.
    pub bundled: Vec<BundledModule>,
    /// What it says of itself.
    pub contents: Contents,
    /// Its `SIGNATURE` and the path of that in it; taken out when it was checked.
    pub signature: Option<(SourcePath, Box<[u8]>)>,
    /// The SHA-256 of the archive.
    pub sha256: Sha256,
    /// Its length in bytes.
    pub size: u64,
    /// Whether the time for it was over before it was read whole: another run may
    /// read more, so it is not kept, and what it has was not held to its `SIGNATURE`.
    #[serde(skip)]
    pub is_late: bool,
}

impl Release {
    /// The same archive at another place, under the same file name.
    pub(super) fn move_to(&mut self, path: &SourcePath) {
        let Self { dist, text, .. } = named(path);
        (self.dist, self.text) = (dist, text);
        self.path = path.clone();
        let copies = self.bundled.iter_mut().map(|copy| &mut copy.location);
        for location in copies.chain(self.contents.locations()) {
            location.path = path.clone();
        }
    }

    /// Whether nothing was passed over that may be one of these packages.
    pub fn is_complete(&self, wanted: &HashSet<String>) -> bool {
        !self.passed_over.iter().any(|name| wanted.contains(name))
    }

    /// Finds among its modules the main ones of advised distributions.
    ///
    /// # Errors
    /// When the database is damaged.
    pub fn hold(&mut self, database: &Database) -> Result<(), AdvisoryError> {
        for (module, version) in std::mem::take(&mut self.modules) {
            let Some(dist) = database.dist_of_module(&module)? else { continue };
            let Some(entry) = database.dist(&dist)? else { continue };
            if entry.main_module.as_ref() != Some(&module) {
                continue;
            }
            let unknown = || VersionState::Unknown(format!("{module} has no $VERSION"));
            let version = version.unwrap_or_else(unknown);
            self.holds.push((dist, module, version));
        }
        self.holds.sort_by(|a, b| (&a.0, &a.1).cmp(&(&b.0, &b.1)));
        self.holds.dedup_by(|a, b| a.0 == b.0);
        Ok(())
    }
}

/// Reads an archive. What is wrong with it goes to `problems`; its SHA-256 is told by
/// who found it by that.
pub fn read(
    path: &SourcePath,
    file: &ArchiveFile<'_>,
    settings: &ScanSettings,
    problems: &mut Vec<Problem>,
) -> Release {
    let source = Watched::new(ArchiveSource::new(file, settings.containers));
    // Inside an archive nothing is the user's.
    let inner = ScanSettings {
        limits: settings.limits,
        containers: settings.containers,
        only_packages: settings.only_packages.clone(),
        scan_roots: vec![SourcePath::default()],
        is_release: true,
        ..ScanSettings::default()
    };
    let mut found = survey(&source, &inner, &());
    let mut release = named(path);
    let mut top = source.into_top();
    release.is_late = found.problems.iter().any(archive::is_late);
    release.signature = top.signature.take().filter(|_| !release.is_late);
    release.passed_over = found.passed_over.into_iter().collect();
    release.size = file.size();
    release.needs = needs::needs(&found.projects);
    release.brings = needs::brings(&found.projects);
    // What was passed over brings what `use` finds in it all the same.
    let passed_over = found.passed_modules.iter().filter_map(|name| ModuleName::parse(name).ok());
    release.brings.extend(passed_over.map(|module| Brought { module, version: None }));
    release.brings.sort_by(|a, b| (&a.module, &b.version).cmp(&(&b.module, &a.version)));
    release.brings.dedup_by(|a, b| a.module == b.module);
    let dist = release.dist.as_ref();
    release.contents = Contents::of(&mut found.projects, dist, top);
    for place in release.contents.locations() {
        *place = within(path, place);
    }
    for project in &mut found.projects {
        release.modules.extend(modules(project));
        for file in &mut project.files {
            release.bundled.append(&mut file.facts.bundled);
        }
    }
    for copy in &mut release.bundled {
        copy.location = within(path, &copy.location);
    }
    release.bundled.sort_by(|a, b| a.location.cmp(&b.location));
    // What its manifests leave open concerns what it requires, which is not judged.
    let mut told: Vec<Problem> = found
        .problems
        .into_iter()
        .filter(|problem| problem.by == BY || problem.kind == ProblemKind::Lost)
        .map(|problem| Problem { location: within(path, &problem.location), ..problem })
        .collect();
    told.sort();
    told.dedup();
    if found.coverage.files_seen == 0 && told.is_empty() {
        let message = "there is no file in it".to_owned();
        let location = Location::file(path.clone());
        told.push(Problem { location, kind: ProblemKind::Note, by: BY, message });
    }
    list_some(&mut told, path, BY);
    problems.append(&mut told);
    if release.dist.is_none() {
        problems.push(Problem {
            location: Location::file(path.clone()),
            kind: ProblemKind::Undecided,
            by: BY,
            message: "its name is not that of a release (Name-1.23), so it is not judged"
                .to_owned(),
        });
    }
    release
}

/// What the archive's name says.
fn named(path: &SourcePath) -> Release {
    let text = path.to_text();
    let archive = ArchiveName::parse(&text);
    let name = archive.as_ref().map(|archive| archive.release());
    let version_text = name.and_then(|name| name.version()).unwrap_or_default().to_owned();
    Release {
        path: path.clone(),
        dist: name.and_then(|name| name.dist_name().ok()),
        text: version_text,
        modules: Vec::new(),
        passed_over: Vec::new(),
        holds: Vec::new(),
        needs: Vec::new(),
        brings: Vec::new(),
        bundled: Vec::new(),
        contents: Contents::default(),
        signature: None,
        sha256: Sha256::default(),
        size: 0,
        is_late: false,
    }
}

/// The version that a name has, by its text.
pub(super) fn version_of(text: &str) -> VersionState {
    match ReleaseVersion::read(text) {
        Some(release) => VersionState::Exact(release),
        None => VersionState::Unknown("the archive's name tells no version".to_owned()),
    }
}

/// The mark of a local rebuild in a name, and the version without it.
pub(super) fn local_of(name: &ReleaseName<'_>) -> Option<(ReleaseVersion, String)> {
    let (version, mark) = name.local_suffix()?;
    Some((ReleaseVersion::read(version)?, mark.to_owned()))
}

/// The packages in what a project installs.
fn modules(project: &Project) -> impl Iterator<Item = (ModuleName, Option<VersionState>)> {
    let installed = project.sources.iter().filter(|file| is_installed(&file.path));
    let modules = installed.flat_map(|file| file.modules.iter());
    modules.map(|found| (found.module.clone(), found.version.clone()))
}

/// A place in an archive, as one inside the archive's file.
fn within(archive: &SourcePath, inner: &Location) -> Location {
    let outer = Location::file(archive.clone());
    if inner.path == SourcePath::default() {
        return outer;
    }
    let first = Inside::new(inner.path.clone());
    let names = inner.inside.iter().flat_map(Inside::names);
    outer.within(names.fold(first, |inside, name| inside.join(name.clone())))
}

pub(super) fn hex(bytes: &[u8]) -> String {
    let halves = bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    halves.filter_map(|half| char::from_digit(u32::from(half), 16)).collect()
}
