//! The CPANSA checkout: what the feed has dropped.
//!
//! From `cpansa/*.yml` come GitHub's advisory ids and the mark of
//! distributions that are not on CPAN, from `external_reports/*.yml` which
//! releases bundle which version of a library.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use perlscan_model::advisory::BundledLibrary;
use perlscan_model::facts::BundledFact;
use perlscan_model::facts::FactSet;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::advisory::{AdvisoryError, read_file};

#[derive(Deserialize)]
struct DistFile {
    distribution: String,
    #[serde(default)]
    darkpan: Option<bool>,
    #[serde(default)]
    advisories: Vec<Advisory>,
}

#[derive(Deserialize)]
struct Advisory {
    id: String,
    #[serde(default)]
    cves: Option<Vec<Option<String>>>,
    #[serde(default)]
    github_security_advisory: Option<Vec<Option<String>>>,
}

#[derive(Deserialize)]
struct LibraryFile {
    /// Missing in some files, whose name says it instead.
    #[serde(default)]
    name: Option<String>,
    #[serde(default)]
    url: Option<String>,
    #[serde(default)]
    advisories: Vec<LibraryAdvisory>,
    #[serde(default)]
    perl_distributions: Vec<LibraryDist>,
}

#[derive(Deserialize)]
struct LibraryAdvisory {
    #[serde(default)]
    cve: Option<String>,
    #[serde(default)]
    github_security_advisory: Option<Vec<Option<String>>>,
    /// Mis-indented upstream in one file, where it belongs to the whole.
    #[serde(default)]
    perl_distributions: Vec<LibraryDist>,
}

#[derive(Deserialize)]
struct LibraryDist {
    name: String,
    #[serde(default)]
    affected: Vec<LibraryRange>,
}

#[derive(Deserialize)]
struct LibraryRange {
    // One entry upstream has the key in the singular.
    #[serde(alias = "perl_module_version")]
    perl_module_versions: Text,
    #[serde(default)]
    distributed_library_version: Option<Text>,
}

/// A version in YAML, where a bare `1.10` would be a number: its own text.
#[derive(Deserialize)]
#[serde(transparent)]
struct Text(String);

/// Adds what the checkout knows to the facts of the feed.
///
/// # Errors
/// When a folder or file can't be read or has another shape.
pub fn add(facts: &mut FactSet, root: &Path) -> Result<(), AdvisoryError> {
    // GitHub's ids belong to one advisory: the id and its CVEs name it, for two
    // ids hold several records for different CVEs.
    let mut ghsas: BTreeMap<(String, Vec<String>), Vec<String>> = BTreeMap::new();
    for path in yaml_files(&root.join("cpansa"))? {
        let file: DistFile = parse(&path)?;
        if file.darkpan == Some(true) {
            for fact in facts.distributions.iter_mut().filter(|fact| fact.dist == file.distribution)
            {
                fact.darkpan = true;
            }
        }
        for advisory in file.advisories {
            let ids = listed(advisory.github_security_advisory);
            if !ids.is_empty() {
                ghsas.insert((advisory.id, listed(advisory.cves)), ids);
            }
        }
    }
    let mut library_ghsas: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for path in yaml_files(&root.join("external_reports"))? {
        let file: LibraryFile = parse(&path)?;
        let stem = path.file_stem().unwrap_or_default().to_string_lossy();
        let library = file.name.unwrap_or_else(|| stem.into_owned());
        let mut dists = file.perl_distributions;
        for advisory in file.advisories {
            dists.extend(advisory.perl_distributions);
            if let Some(cve) = advisory.cve {
                let ids = listed(advisory.github_security_advisory);
                library_ghsas.entry(format!("{cve} {library}")).or_default().extend(ids);
            }
        }
        for dist in dists {
            for range in dist.affected {
                facts.bundled.push(BundledFact {
                    dist: dist.name.clone(),
                    bundled: BundledLibrary {
                        library: library.clone(),
                        url: file.url.clone(),
                        releases: range.perl_module_versions.0,
                        library_version: range
                            .distributed_library_version
                            .map(|text| text.0)
                            .unwrap_or_default(),
                    },
                });
            }
        }
    }
    for fact in &mut facts.advisories {
        let record = &mut fact.record;
        let mut ids =
            ghsas.get(&(record.id.clone(), record.cves.clone())).cloned().unwrap_or_default();
        // The feed names records of a bundled library by a suffix, `-zlib`.
        for cve in &record.cves {
            let library = record.id.rsplit('-').next().unwrap_or_default();
            if let Some(more) = library_ghsas.get(&format!("{cve} {library}")) {
                ids.extend(more.iter().cloned());
            }
        }
        ids.sort();
        ids.dedup();
        record.ghsas = ids;
    }
    facts.bundled.sort();
    facts.bundled.dedup();
    Ok(())
}

/// The entries of a list in which `~` stands for none.
fn listed(list: Option<Vec<Option<String>>>) -> Vec<String> {
    list.unwrap_or_default().into_iter().flatten().collect()
}

fn yaml_files(folder: &Path) -> Result<Vec<PathBuf>, AdvisoryError> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(AdvisoryError::io(folder))? {
        let path = entry.map_err(AdvisoryError::io(folder))?.path();
        if path.extension().is_some_and(|extension| extension == "yml" || extension == "yaml") {
            files.push(path);
        }
    }
    files.sort();
    if files.is_empty() {
        return Err(AdvisoryError::content(
            folder,
            None,
            "there are no .yml files; give the top folder of the cpan-security-advisory checkout",
        ));
    }
    Ok(files)
}

fn parse<T: DeserializeOwned>(path: &Path) -> Result<T, AdvisoryError> {
    let bytes = read_file(path)?;
    serde_saphyr::from_slice(&bytes).map_err(|cause| {
        let line = cause.location().map(|location| location.line());
        AdvisoryError::content(path, line, cause)
    })
}
