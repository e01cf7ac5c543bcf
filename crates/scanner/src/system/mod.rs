//! What a system says of the modules that it installed itself: which fixes it has
//! brought to them, and which of its libraries they use.
//!
//! Only `perlscan installed` asks, for it alone looks at a system's own trees, and
//! only Debian and its kin are known. It reads files outside of these trees: the
//! lists of dpkg, the changelogs of the packages that own what was found, and
//! compiled modules.

mod debian;
pub mod elf;

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, BufRead as _, BufReader, Read as _};
use std::path::{Path, PathBuf};

use perlscan_model::finding::{Evidence, Finding};

use debian::Changelog;

/// Where dpkg keeps which files each package has installed.
const LISTS: &str = "var/lib/dpkg/info";

/// The most of a changelog or a compiled module that is read, in bytes.
const LIMIT: u64 = 64 * 1024 * 1024;

/// A system whose trees are scanned.
#[derive(Debug, Clone)]
pub struct System {
    /// What paths of findings are relative to.
    base: PathBuf,
}

impl System {
    /// The system on which the paths of findings, relative to `base`, lie.
    pub fn at(base: PathBuf) -> Self {
        Self { base }
    }

    /// Sets findings aside that the system has mended: they are suppressed, with
    /// the reason, and so counted and listed but failing nothing.
    pub fn settle(&self, findings: &mut [Finding]) {
        let places: BTreeSet<PathBuf> =
            findings.iter().flat_map(Finding::vulnerable).map(|one| self.path(one)).collect();
        let packages = Packages::owning(&places);
        for finding in findings.iter_mut().filter(|finding| finding.suppressed.is_none()) {
            finding.suppressed = match self.linked(finding) {
                Some(reason) => Some(reason),
                None => self.patched(finding, &packages),
            };
        }
    }

    fn path(&self, evidence: &Evidence) -> PathBuf {
        self.base.join(path_of(evidence.location.path.as_bytes()))
    }

    /// Why a finding is patched: each vulnerable copy belongs to a package whose
    /// changelog names all of the finding's CVEs. Else a note tells what it names.
    fn patched(&self, finding: &mut Finding, packages: &Packages) -> Option<String> {
        let cves: BTreeSet<String> =
            finding.aliases.iter().filter(|id| id.starts_with("CVE-")).cloned().collect();
        let (mut fixing, mut left) = (BTreeSet::new(), false);
        for evidence in finding.vulnerable() {
            match packages.of(&self.path(evidence)) {
                Some((name, log)) if !cves.is_empty() && cves.is_subset(&log.fixed) => {
                    fixing.insert(format!("{name} {}", log.version));
                }
                _ => left = true,
            }
        }
        if fixing.is_empty() {
            return None;
        }
        let by = fixing.into_iter().collect::<Vec<_>>().join(" and ");
        let ids = cves.into_iter().collect::<Vec<_>>().join(" and ");
        if left {
            finding.notes.push(format!("{by} has the fix of {ids}, other copies have not"));
            return None;
        }
        Some(format!("patched: the changelog of {by} names {ids} as fixed"))
    }

    /// Why an advisory of a bundled library does not hold: each vulnerable copy uses
    /// the system's.
    fn linked(&self, finding: &Finding) -> Option<String> {
        let library = library_of(finding)?;
        let mut linked = BTreeSet::new();
        for evidence in finding.vulnerable() {
            let (object, bytes) = compiled(&self.path(evidence))?;
            let needed = elf::needed(&bytes)?;
            let system = needed.iter().find(|name| elf::is_library(name, library))?;
            let name = object.file_name().unwrap_or_default().to_string_lossy().into_owned();
            linked.insert(format!("{name} uses the system's {system}"));
        }
        let linked: Vec<String> = linked.into_iter().collect();
        (!linked.is_empty())
            .then(|| format!("patched: the bundled {library} is not used, {}", linked.join(", ")))
    }
}

/// The library whose flaw a finding is: the one that the advisory names as bundled,
/// or the one by which all its ids end.
fn library_of(finding: &Finding) -> Option<&str> {
    if let Some(library) = &finding.bundled_library {
        return library.split(' ').next();
    }
    let ids = finding.aliases.iter().chain([&finding.id]).filter(|id| id.starts_with("CPANSA-"));
    let mut libraries = ids.map(|id| suffix(id, finding.dist.as_str()));
    let first = libraries.next()??;
    libraries.all(|other| other == Some(first)).then_some(first)
}

/// What stands behind year and number in `CPANSA-Dist-YEAR-NUMBER-library`.
fn suffix<'a>(id: &'a str, dist: &str) -> Option<&'a str> {
    let rest = id.strip_prefix("CPANSA-")?.strip_prefix(dist)?.strip_prefix('-')?;
    let (year, rest) = rest.split_once('-')?;
    let (number, library) = rest.split_once('-')?;
    let is_digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    (is_digits(year) && is_digits(number) && !is_digits(library)).then_some(library)
}

/// The compiled part of a module: `ARCH/Foo/Bar.pm` has
/// `ARCH/auto/Foo/Bar/Bar.so` (DynaLoader).
fn compiled(module: &Path) -> Option<(PathBuf, Vec<u8>)> {
    let stem = module.with_extension("");
    let name = stem.file_name()?;
    let mut object = name.to_owned();
    object.push(".so");
    stem.ancestors().skip(1).find_map(|folder| {
        let rest = stem.strip_prefix(folder).ok()?;
        let path = folder.join("auto").join(rest).join(&object);
        let bytes = read(&path).ok()?;
        Some((path, bytes))
    })
}

/// The packages that own files, and what their changelogs say.
#[derive(Debug, Default)]
struct Packages {
    owners: BTreeMap<PathBuf, String>,
    changelogs: BTreeMap<String, Changelog>,
}

impl Packages {
    /// Those that own one of the files.
    fn owning(files: &BTreeSet<PathBuf>) -> Self {
        let mut all = Self::default();
        let mut by_root: BTreeMap<PathBuf, BTreeMap<Vec<u8>, PathBuf>> = BTreeMap::new();
        for file in files {
            let root = file.ancestors().find(|above| above.join(LISTS).is_dir());
            if let Some((root, inner)) =
                root.and_then(|root| Some((root, file.strip_prefix(root).ok()?)))
            {
                let listed = [b"/", bytes_of(inner)].concat();
                by_root.entry(root.to_owned()).or_default().insert(listed, file.clone());
            }
        }
        for (root, wanted) in by_root {
            all.read_lists(&root, &wanted);
        }
        all
    }

    fn of(&self, file: &Path) -> Option<(&str, &Changelog)> {
        let owner = self.owners.get(file)?;
        Some((owner, self.changelogs.get(owner)?))
    }

    fn read_lists(&mut self, root: &Path, wanted: &BTreeMap<Vec<u8>, PathBuf>) {
        let lists = std::fs::read_dir(root.join(LISTS)).into_iter().flatten().flatten();
        let mut lists: Vec<PathBuf> = lists
            .map(|entry| entry.path())
            .filter(|path| path.extension().is_some_and(|suffix| suffix == "list"))
            .collect();
        lists.sort();
        for list in lists {
            // `perl-base.list`, or with the architecture, `libfoo:amd64.list`.
            let name = list.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            let name = name.split(':').next().unwrap_or_default().to_owned();
            for file in owned(&list, wanted) {
                self.owners.insert(file, name.clone());
                if !self.changelogs.contains_key(&name) {
                    self.changelogs.insert(name.clone(), changelog_of(root, &name));
                }
            }
        }
    }
}

/// The wanted files that a list names.
fn owned(list: &Path, wanted: &BTreeMap<Vec<u8>, PathBuf>) -> Vec<PathBuf> {
    let Ok(file) = open(list) else { return Vec::new() };
    let lines = BufReader::new(file).split(b'\n').map_while(Result::ok);
    lines.filter_map(|line| wanted.get(&line).cloned()).collect()
}

/// What a package's changelog says, and for perl's own packages its list of
/// patches.
fn changelog_of(root: &Path, package: &str) -> Changelog {
    let documents = root.join("usr/share/doc").join(package);
    // A package that is Debian's own has no other changelog.
    let names = ["changelog.Debian.gz", "changelog.gz", "changelog.Debian", "changelog"];
    let text = names.iter().find_map(|name| read_text(&documents.join(name)).ok());
    let text = text.unwrap_or_default();
    let mut log = debian::changelog(&text);
    if package == "perl" || package.starts_with("perl-") || package.starts_with("libperl5") {
        let libraries = std::fs::read_dir(root.join("usr/lib")).into_iter().flatten().flatten();
        for library in libraries {
            for perl in
                std::fs::read_dir(library.path().join("perl")).into_iter().flatten().flatten()
            {
                if let Ok(bytes) = read(&perl.path().join("CORE/patchlevel-debian.h")) {
                    log.fixed.extend(debian::patches(&String::from_utf8_lossy(&bytes)));
                }
            }
        }
    }
    log
}

/// The text of a file, which may be compressed.
fn read_text(path: &Path) -> io::Result<String> {
    let mut bytes = Vec::new();
    if path.extension().is_some_and(|suffix| suffix == "gz") {
        flate2::read::MultiGzDecoder::new(open(path)?).take(LIMIT).read_to_end(&mut bytes)?;
    } else {
        open(path)?.take(LIMIT).read_to_end(&mut bytes)?;
    }
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

fn read(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    open(path)?.take(LIMIT).read_to_end(&mut bytes)?;
    Ok(bytes)
}

#[expect(clippy::disallowed_methods, reason = "the system's own files are opened here")]
fn open(path: &Path) -> io::Result<std::fs::File> {
    std::fs::File::open(path)
}

#[cfg(unix)]
fn path_of(bytes: &[u8]) -> PathBuf {
    use std::os::unix::ffi::OsStrExt as _;
    std::ffi::OsStr::from_bytes(bytes).into()
}

#[cfg(not(unix))]
fn path_of(bytes: &[u8]) -> PathBuf {
    String::from_utf8_lossy(bytes).into_owned().into()
}

#[cfg(unix)]
fn bytes_of(path: &Path) -> &[u8] {
    use std::os::unix::ffi::OsStrExt as _;
    path.as_os_str().as_bytes()
}

#[cfg(not(unix))]
fn bytes_of(path: &Path) -> &[u8] {
    path.as_os_str().as_encoded_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_library_is_the_end_of_the_id() {
        for (id, dist, library) in [
            ("CPANSA-DBD-SQLite-2018-3906-sqlite", "DBD-SQLite", Some("sqlite")),
            ("CPANSA-Foo-2020-1-bootstrap-select", "Foo", Some("bootstrap-select")),
            ("CPANSA-DBD-SQLite-2018-3906", "DBD-SQLite", None),
            ("CPANSA-Email-Address-2014-01", "Email-Address", None),
        ] {
            assert_eq!(suffix(id, dist), library, "{id}");
        }
    }
}
