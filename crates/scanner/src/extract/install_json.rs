//! `.meta/Dist-Version/install.json`, what cpanm and Carton leave behind about
//! a release that they installed.
//!
//! Its `name` is a module and its `version` that module's, so neither tells the
//! release: `pathname`, the archive's path, does, and where there is none, as
//! for an install from git, `dist`. An upgrade leaves the old release's entry
//! in place, so an entry alone does not prove that the release is still there.

use std::collections::BTreeMap;

use perlscan_model::archive_name::{ArchiveName, ReleaseName};
use perlscan_model::finding::Confidence;
use perlscan_model::location::{Location, SourcePath};
use perlscan_model::name::ModuleName;
use perlscan_model::package::{Origin, Package, ProvidedModule, VersionState};
use perlscan_model::problem::{Problem, ProblemKind};
use perlscan_model::release_version::ReleaseVersion;
use perlscan_model::version::PerlVersion;
use serde::Deserialize;
use serde_json::value::RawValue;

use super::{Extractor, Facts, SourceFile, Wanted, list_some};

/// Reads `install.json` below `.meta`.
#[derive(Debug, Clone, Copy, Default)]
pub struct InstallJson;

impl Extractor for InstallJson {
    fn name(&self) -> &'static str {
        "install.json"
    }

    /// `.meta/Dist-Version/install.json`, below any directory.
    fn wants(&self, path: &SourcePath) -> Wanted {
        // Asked of every file of a tree: the folder only where the name fits.
        let is_in_meta = || path.parent().parent().file_name() == b".meta";
        (path.file_name() == b"install.json" && is_in_meta()).into()
    }

    fn tells_of_installs(&self) -> bool {
        true
    }

    fn extract(&self, file: &SourceFile<'_>, facts: &mut Facts) {
        let mut own = Facts::default();
        let mut reader = Reader { path: file.path, facts: &mut own };
        match serde_json::from_slice::<Object<'_>>(file.bytes) {
            Ok(fields) => reader.read(&fields),
            Err(error) => reader.problem(
                ProblemKind::Lost,
                format!("it is no JSON object: {error}: the release is not judged"),
            ),
        }
        list_some(&mut own.problems, file.path, self.name());
        facts.packages.append(&mut own.packages);
        facts.problems.append(&mut own.problems);
    }
}

/// An object whose values are read one by one, so that a strange one loses
/// nothing else, and a number keeps its digits: 1.10 is not 1.1.
type Object<'a> = BTreeMap<String, &'a RawValue>;

struct Reader<'r> {
    path: &'r SourcePath,
    facts: &'r mut Facts,
}

impl Reader<'_> {
    fn problem(&mut self, kind: ProblemKind, message: String) {
        let location = Location::file(self.path.clone());
        self.facts.problems.push(Problem { location, kind, by: InstallJson.name(), message });
    }

    fn read(&mut self, fields: &Object<'_>) {
        let pathname = self.text(fields, "pathname").unwrap_or_default();
        let dist_text = self.text(fields, "dist").unwrap_or_default();
        let archive = ArchiveName::parse(&pathname);
        let named = ReleaseName::read(&dist_text);
        let release = archive.as_ref().map_or(&named, ArchiveName::release);
        let Ok(dist) = release.dist_name() else {
            let message = "neither 'pathname' nor 'dist' names a distribution: \
                           the release is not judged";
            return self.problem(ProblemKind::Lost, message.to_owned());
        };
        if archive.is_some() && !dist_text.is_empty() && *release != named {
            let message =
                format!("'dist' is {dist_text:?}, 'pathname' {pathname:?}: 'pathname' counts");
            self.problem(ProblemKind::Note, message);
        }
        // A version that only `dist` has is better than none.
        let text = release
            .version()
            .or_else(|| named.version().filter(|_| named.dist() == release.dist()));
        let version = match text.and_then(ReleaseVersion::read) {
            Some(version) => VersionState::Exact(version),
            None => {
                let why = format!("neither 'pathname' nor 'dist' tells the version of {dist}");
                self.problem(ProblemKind::Undecided, why.clone());
                VersionState::Unknown(why)
            }
        };
        let package = Package {
            author: archive.as_ref().and_then(ArchiveName::author).map(str::to_owned),
            distpath: archive.as_ref().and_then(ArchiveName::distpath).map(str::to_owned),
            dist,
            version,
            origin: Origin::Installed,
            confidence: Confidence::High,
            provides: self.provides(fields),
            edges: Vec::new(),
            location: Location::file(self.path.clone()),
        };
        self.facts.packages.push(package);
    }

    /// A field that is to be a string; absent and `null` are alike.
    fn text(&mut self, fields: &Object<'_>, key: &str) -> Option<String> {
        let read = Option::<String>::deserialize(*fields.get(key)?);
        if read.is_err() {
            self.problem(ProblemKind::Undecided, format!("'{key}' is no string"));
        }
        read.ok().flatten()
    }

    fn provides(&mut self, fields: &Object<'_>) -> Vec<ProvidedModule> {
        let Some(raw) = fields.get("provides") else { return Vec::new() };
        let Ok(list) = Option::<Object<'_>>::deserialize(*raw) else {
            self.problem(ProblemKind::Undecided, "'provides' is no object".to_owned());
            return Vec::new();
        };
        let list = list.unwrap_or_default();
        list.iter().filter_map(|(name, entry)| self.provided(name, entry)).collect()
    }

    fn provided(&mut self, name: &str, entry: &RawValue) -> Option<ProvidedModule> {
        let Ok(module) = ModuleName::parse(name) else {
            self.problem(ProblemKind::Undecided, format!("'provides' names no module: {name:?}"));
            return None;
        };
        let version = Object::deserialize(entry).ok().map(|entry| version_of(&entry));
        if !matches!(version, Some(Ok(_))) {
            let message = format!("the version of {module} in 'provides' can't be read");
            self.problem(ProblemKind::Undecided, message);
        }
        Some(ProvidedModule { module, version: version.and_then(Result::ok).flatten() })
    }
}

/// The `version` of a provided module: a string or a number; `None` for none.
fn version_of(entry: &Object<'_>) -> Result<Option<PerlVersion>, ()> {
    let Some(raw) = entry.get("version").map(|raw| raw.get()) else { return Ok(None) };
    let text = match raw.as_bytes().first() {
        Some(b'"') => serde_json::from_str::<String>(raw).map_err(|_| ())?,
        _ => raw.to_owned(),
    };
    match text.as_str() {
        "null" | "undef" => Ok(None),
        text => PerlVersion::parse(text).map(Some).map_err(|_| ()),
    }
}

#[cfg(test)]
#[path = "install_json_test.rs"]
mod install_json_test;
