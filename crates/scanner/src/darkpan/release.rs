//! What is kept of an archive when it is closed.

use md5::Md5;
use perlscan_model::archive_name::ArchiveName;
use perlscan_model::location::{Inside, Location, SourcePath};
use perlscan_model::name::{DistName, ModuleName};
use perlscan_model::package::VersionState;
use perlscan_model::problem::{Problem, ProblemKind};
use perlscan_model::release_version::ReleaseVersion;
use perlscan_model::usage::BundledModule;
use sha2::{Digest as _, Sha256};

use crate::advisory::AdvisoryError;
use crate::advisory::database::Database;
use crate::darkpan::aside::Aside;
use crate::darkpan::claims::Claim;
use crate::extract::list_some;
use crate::resolve::project::Project;
use crate::scan::{ScanSettings, survey};
use crate::source::archive::{ArchiveSource, Format};

/// Who says what is wrong with an archive.
pub(super) const BY: &str = "archive";

/// One archive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Release {
    /// Where it lies.
    pub path: SourcePath,
    /// The distribution, by the archive's name; `None` where that is none.
    pub dist: Option<DistName>,
    /// Its version, by the archive's name.
    pub version: VersionState,
    /// The version as the name has it; empty where it has none.
    pub text: String,
    /// The mark of a local rebuild, `-RT4711`, and the version without it.
    pub local: Option<(ReleaseVersion, String)>,
    /// Main modules of advised distributions that it holds, with their versions.
    pub holds: Vec<(DistName, ModuleName, VersionState)>,
    /// Copies of modules that files in it carry inside.
    pub bundled: Vec<BundledModule>,
    /// Which repository it says is its own.
    pub claim: Option<Claim>,
    /// Its `SIGNATURE` and the path of that in it; taken out when it was checked.
    pub signature: Option<(SourcePath, Box<[u8]>)>,
    /// The SHA-256 of the archive, in lower-case hexadecimal digits.
    pub sha256: String,
    /// Its MD5, likewise.
    pub md5: String,
    /// Its length in bytes.
    pub size: u64,
}

/// Reads an archive. What is wrong with it goes to `problems`.
///
/// # Errors
/// When the database is damaged.
pub fn read(
    format: Format,
    path: &SourcePath,
    bytes: &[u8],
    settings: &ScanSettings,
    database: &Database,
    problems: &mut Vec<Problem>,
) -> Result<Release, AdvisoryError> {
    let source = ArchiveSource::new(format, path.file_name(), bytes, settings.containers);
    // Inside an archive nothing is the user's.
    let inner = ScanSettings {
        limits: settings.limits,
        containers: settings.containers,
        scan_roots: vec![SourcePath::default()],
        ..ScanSettings::default()
    };
    let aside = Aside::of(&source);
    let mut found = survey(&aside, &inner, &());
    let mut release = named(path);
    let seen = aside.finish();
    (release.claim, release.signature) = (seen.claim, seen.signature);
    release.size = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
    release.sha256 = hex(&Sha256::digest(bytes));
    release.md5 = hex(&Md5::digest(bytes));
    for project in &mut found.projects {
        release.holds.extend(main_modules(project, database)?);
        for file in &mut project.files {
            release.bundled.append(&mut file.facts.bundled);
        }
    }
    release.holds.sort_by(|a, b| (&a.0, &a.1).cmp(&(&b.0, &b.1)));
    release.holds.dedup_by(|a, b| a.0 == b.0);
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
    Ok(release)
}

/// What the archive's name says.
fn named(path: &SourcePath) -> Release {
    let text = path.to_text();
    let archive = ArchiveName::parse(&text);
    let name = archive.as_ref().map(|archive| archive.release());
    let version_text = name.and_then(|name| name.version()).unwrap_or_default().to_owned();
    let version = match ReleaseVersion::read(&version_text) {
        Some(release) => VersionState::Exact(release),
        None => VersionState::Unknown("the archive's name tells no version".to_owned()),
    };
    let local = name
        .and_then(|name| name.local_suffix())
        .and_then(|(version, mark)| Some((ReleaseVersion::read(version)?, mark.to_owned())));
    Release {
        path: path.clone(),
        dist: name.and_then(|name| name.dist_name().ok()),
        version,
        text: version_text,
        local,
        holds: Vec::new(),
        bundled: Vec::new(),
        claim: None,
        signature: None,
        sha256: String::new(),
        md5: String::new(),
        size: 0,
    }
}

/// The main modules of advised distributions among what a project's `lib/` has.
fn main_modules(
    project: &Project,
    database: &Database,
) -> Result<Vec<(DistName, ModuleName, VersionState)>, AdvisoryError> {
    let mut found = Vec::new();
    for file in project.sources.iter().filter(|file| is_installed(&file.path)) {
        for module in &file.modules {
            let Some(dist) = database.dist_of_module(&module.module)? else { continue };
            let Some(entry) = database.dist(&dist)? else { continue };
            if entry.main_module.as_ref() != Some(&module.module) {
                continue;
            }
            let unknown = || VersionState::Unknown(format!("{} has no $VERSION", module.module));
            let version = module.version.clone().unwrap_or_else(unknown);
            found.push((dist, module.module.clone(), version));
        }
    }
    Ok(found)
}

/// Whether a file of an archive is one that gets installed: below `lib/`, or a
/// module at the top, as old distributions have it.
fn is_installed(path: &SourcePath) -> bool {
    let parts: Vec<&[u8]> = path.parts().collect();
    match parts.as_slice() {
        [_, name] => name.ends_with(b".pm"),
        [_, folder, ..] => *folder == b"lib",
        _ => true,
    }
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
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
