//! Names that may be taken for others: those that a public index has too, and those
//! that differ in upper and lower case only.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use perlscan_model::archive_name::ArchiveName;
use perlscan_model::location::{Location, SourcePath};
use perlscan_model::name::{DistName, ModuleName};
use perlscan_model::problem::{Problem, ProblemKind};
use perlscan_model::release_version::ReleaseVersion;
use perlscan_model::remark::{Remark, RemarkKind, Subject};

use crate::darkpan::archive_location;
use crate::darkpan::held::Held;
use crate::mirror::layout::indexed_mirror;
use crate::mirror::packages::{self, IndexEntry, PackageIndex};
use crate::report::account::listed;

/// How many names a message lists.
const NAMED: usize = 3;
/// Where Pinto's index has perl's own modules.
const PERLS_OWN: &str = "F/FA/FAKE/";

/// A name's entry in an index.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Entry {
    name: Box<str>,
    version: Option<Box<str>>,
    path: Arc<str>,
}

/// What of a public index concerns a mirror.
#[derive(Debug, Default)]
struct Public {
    /// Packages, by their names in lower case.
    modules: HashMap<String, Vec<Entry>>,
    /// Distributions likewise, each spelling once.
    dists: HashMap<String, Vec<Entry>>,
}

/// Whether a name is kept for private use: no public index may have it.
fn is_reserved(module: &str) -> bool {
    module.starts_with('_') || module == "Local" || module.starts_with("Local::")
}

/// The remarks on a mirror's names, and what could not be read of the public index.
pub(super) fn remarks(
    releases: &[Held],
    indices: &[(SourcePath, PackageIndex)],
    public_index: Option<&(SourcePath, Vec<u8>)>,
) -> (Vec<Remark>, Vec<Problem>) {
    let names = Names::of(releases, indices);
    let mut remarks = names.within();
    let Some((path, bytes)) = public_index else { return (remarks, Vec::new()) };
    let (public, problems) = names.public(path, bytes);
    remarks.extend(names.against(&public));
    (remarks, problems)
}

/// An entry of a mirror's index, and where its archive lies.
type Indexed<'a> = (&'a IndexEntry, SourcePath);

/// A mirror's names.
#[derive(Debug, Default)]
struct Names<'a> {
    /// Packages of the indices by their names in lower case, each spelling with its
    /// entries and the place of the archive.
    modules: BTreeMap<String, Spellings<'a, Vec<Indexed<'a>>>>,
    /// Distributions likewise, with the last of their archives.
    dists: BTreeMap<String, Spellings<'a, Option<&'a Held>>>,
}

/// What there is of each spelling of a name, in order. Nearly every name has one, for
/// which the node of a map would be ten times too large.
#[derive(Debug)]
struct Spellings<'a, T>(Vec<(&'a str, T)>);

impl<T> Default for Spellings<'_, T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<'a, T: Default> Spellings<'a, T> {
    fn change(&mut self, spelling: &'a str, change: impl FnOnce(&mut T)) {
        let at = match self.0.binary_search_by(|(known, _)| (*known).cmp(spelling)) {
            Ok(at) => at,
            Err(at) => {
                self.0.reserve_exact(1);
                self.0.insert(at, (spelling, T::default()));
                at
            }
        };
        if let Some((_, of_it)) = self.0.get_mut(at) {
            change(of_it);
        }
    }
}

impl<'a, T> Spellings<'a, T> {
    fn names(&self) -> impl Iterator<Item = &&'a str> {
        self.0.iter().map(|(spelling, _)| spelling)
    }

    fn values(&self) -> impl Iterator<Item = &T> {
        self.0.iter().map(|(_, of_it)| of_it)
    }
}

impl<'a> Names<'a> {
    fn of(releases: &'a [Held], indices: &'a [(SourcePath, PackageIndex)]) -> Self {
        let mut names = Self::default();
        for release in releases {
            let Some(dist) = &release.dist else { continue };
            let spellings = names.dists.entry(dist.as_str().to_lowercase()).or_default();
            spellings.change(dist.as_str(), |last| *last = Some(release));
        }
        for (path, index) in indices {
            let (mirror, _) = indexed_mirror(path);
            let archives = mirror.join(b"authors").join(b"id");
            for entry in index.entries.iter().filter(|entry| !entry.path.starts_with(PERLS_OWN)) {
                let module = entry.module.as_str();
                let spellings = names.modules.entry(module.to_lowercase()).or_default();
                spellings.change(module, |entries| {
                    if entries.iter().all(|(known, _)| known.path != entry.path) {
                        entries.reserve_exact(1);
                        entries.push((entry, archives.join(entry.path.as_bytes())));
                    }
                });
            }
        }
        names
    }

    /// Names of the mirror that differ in case only. Modules of distributions that do
    /// so themselves are not told once more.
    fn within(&self) -> Vec<Remark> {
        let mut remarks = Vec::new();
        for spellings in self.dists.values().filter(|spellings| spellings.0.len() > 1) {
            let archives = spellings.values().flatten();
            let places: Vec<SourcePath> = archives.map(|release| release.path.clone()).collect();
            let subject = spellings.values().flatten().find_map(|release| release.dist.clone());
            remarks.extend(case_only(subject.map(Subject::Dist), spellings.names(), places));
        }
        for spellings in self.modules.values().filter(|spellings| spellings.0.len() > 1) {
            let entries: Vec<&Indexed<'_>> =
                spellings.values().filter_map(|entries| entries.last()).collect();
            let dists: BTreeSet<String> =
                entries.iter().map(|(entry, _)| dist_of(&entry.path).to_lowercase()).collect();
            if dists.len() < 2 {
                continue;
            }
            let places = entries.iter().map(|(_, place)| place.clone()).collect();
            let subject = entries.first().map(|(entry, _)| entry.module.clone());
            remarks.extend(case_only(subject.map(Subject::Module), spellings.names(), places));
        }
        remarks
    }

    /// What of a public index has to do with these names.
    fn public(&self, path: &SourcePath, bytes: &[u8]) -> (Public, Vec<Problem>) {
        let mut public = Public::default();
        let mut seen: HashSet<Arc<str>> = HashSet::new();
        let faults = packages::each(bytes, &mut |entry| {
            if seen.insert(Arc::clone(&entry.path)) {
                let dist = dist_of(&entry.path);
                let lower = dist.to_lowercase();
                if self.dists.contains_key(&lower) {
                    let known = public.dists.entry(lower).or_default();
                    if known.iter().all(|known| *known.name != *dist) {
                        let path = Arc::clone(&entry.path);
                        known.push(Entry { name: dist.into(), version: None, path });
                    }
                }
            }
            let lower = entry.module.as_str().to_lowercase();
            if self.modules.contains_key(&lower) {
                let IndexEntry { module, version, path } = entry;
                let entry = Entry { name: module.as_str().into(), version, path };
                public.modules.entry(lower).or_default().push(entry);
            }
        });
        let problems = faults.into_iter().map(|fault| Problem {
            location: Location::file(path.clone()),
            kind: ProblemKind::Lost,
            by: "public-index",
            message: match fault.line {
                0 => fault.what,
                line => format!("line {line}: {}", fault.what),
            },
        });
        (public, problems.collect())
    }

    /// What the public index has under the same names, or under such that differ in
    /// case only.
    fn against(&self, public: &Public) -> Vec<Remark> {
        let mut by_archive: BTreeMap<&SourcePath, Clash<'_>> = BTreeMap::new();
        let mut cases = Vec::new();
        for (lower, spellings) in &self.modules {
            let Some(known) = public.modules.get(lower) else { continue };
            for (module, entries) in spellings.0.iter().filter(|(module, _)| !is_reserved(module)) {
                let same = known.iter().find(|entry| *entry.name == **module);
                for (entry, place) in entries {
                    match same {
                        Some(same) if is_another(&entry.path, &same.path) => {
                            let clash = by_archive.entry(place).or_insert_with(|| Clash {
                                ours: entry,
                                theirs: same,
                                modules: Vec::new(),
                            });
                            clash.modules.push(*module);
                        }
                        Some(_) => {}
                        None => cases.push((*module, *entry, place, known)),
                    }
                }
            }
        }
        let mut remarks: Vec<Remark> = by_archive
            .iter()
            .map(|(place, clash)| {
                let dist = DistName::parse(&dist_of(&clash.ours.path)).ok();
                let subject =
                    dist.map_or_else(|| Subject::Module(clash.ours.module.clone()), Subject::Dist);
                let places = vec![(*place).clone()];
                remark(RemarkKind::PublicName, subject, clash.message(), places)
            })
            .collect();
        remarks.extend(self.dists_against(public));
        let mut told: BTreeSet<String> = BTreeSet::new();
        for (module, entry, place, known) in cases {
            let dist = dist_of(&entry.path);
            let Some(other) = known.first() else { continue };
            // A distribution whose own name differs so has been told.
            let is_told = public
                .dists
                .get(&dist.to_lowercase())
                .is_some_and(|known| known.iter().all(|known| *known.name != *dist));
            if is_told || !told.insert(format!("{} {}", entry.path, other.path)) {
                continue;
            }
            let message = format!(
                "{module} is here in {}, and the public index has {} in {}",
                entry.path, other.name, other.path
            );
            let subject = ModuleName::parse(module).map(Subject::Module);
            remarks.extend(subject.ok().map(|subject| {
                remark(RemarkKind::CaseOnly, subject, message, vec![place.clone()])
            }));
        }
        remarks
    }

    /// The same of distributions: their case everywhere, the names themselves only
    /// where no index tells the modules.
    fn dists_against(&self, public: &Public) -> Vec<Remark> {
        let mut remarks = Vec::new();
        let is_indexed = !self.modules.is_empty();
        for (lower, spellings) in &self.dists {
            let Some(known) = public.dists.get(lower) else { continue };
            for (dist, release) in &spellings.0 {
                let Some(release) = release else { continue };
                let Some(name) = release.dist.clone() else { continue };
                let place = || vec![release.path.clone()];
                let Some(same) = known.iter().find(|entry| *entry.name == **dist) else {
                    let Some(other) = known.first() else { continue };
                    let message = format!(
                        "{dist} is here, and the public index has {} in {}",
                        other.name, other.path
                    );
                    remarks.push(remark(
                        RemarkKind::CaseOnly,
                        Subject::Dist(name),
                        message,
                        place(),
                    ));
                    continue;
                };
                let here = release.path.to_text();
                if !is_indexed
                    && is_another(&here, &same.path)
                    && ArchiveName::parse(&here).is_some_and(|name| name.author().is_some())
                {
                    let message = format!("{dist} is here, and the public index has {}", same.path);
                    remarks.push(remark(
                        RemarkKind::PublicName,
                        Subject::Dist(name),
                        message,
                        place(),
                    ));
                }
            }
        }
        remarks
    }
}

/// Modules of one archive of the mirror that the public index has from another.
struct Clash<'a> {
    ours: &'a IndexEntry,
    theirs: &'a Entry,
    modules: Vec<&'a str>,
}

impl Clash<'_> {
    /// What is where, and which of them gets installed.
    fn message(&self) -> String {
        let modules: Vec<String> = self.modules.iter().map(|name| (*name).to_owned()).collect();
        let version = |version: Option<&str>| version.unwrap_or("undef").to_owned();
        let ours = version(self.ours.version.as_deref());
        let theirs = version(self.theirs.version.as_deref());
        let read = |text: &str| ReleaseVersion::read(text);
        let is_higher = matches!(
            (read(&theirs), read(&ours)),
            (Some(theirs), Some(ours)) if theirs.version > ours.version
        );
        let wins = match is_higher {
            true => {
                "an installer that asks the public index first takes that one, and so does one that \
                 goes on to it for a higher version"
            }
            false => "an installer that asks the public index first takes that one",
        };
        format!(
            "{} {ours} is here in {}, and the public index has {theirs} in {}: {wins}",
            listed(&modules, NAMED),
            self.ours.path,
            self.theirs.path
        )
    }
}

/// Whether two archives are no releases of one distribution by one author.
fn is_another(ours: &str, theirs: &str) -> bool {
    if ours == theirs || ours.ends_with(&format!("authors/id/{theirs}")) {
        return false;
    }
    let (Some(ours), Some(theirs)) = (ArchiveName::parse(ours), ArchiveName::parse(theirs)) else {
        return true;
    };
    ours.author() != theirs.author() || ours.release().dist() != theirs.release().dist()
}

/// The distribution of an archive, or its path where its name tells none.
fn dist_of(path: &str) -> String {
    ArchiveName::parse(path)
        .map_or_else(|| path.to_owned(), |name| name.release().dist().to_owned())
}

fn case_only<'n>(
    subject: Option<Subject>,
    spellings: impl Iterator<Item = &'n &'n str>,
    places: Vec<SourcePath>,
) -> Option<Remark> {
    let names: Vec<String> = spellings.map(|name| (*name).to_owned()).collect();
    let message = format!("{} are here, and differ in case only", listed(&names, NAMED));
    Some(remark(RemarkKind::CaseOnly, subject?, message, places))
}

fn remark(kind: RemarkKind, subject: Subject, message: String, places: Vec<SourcePath>) -> Remark {
    Remark {
        project: places.first().cloned().unwrap_or_default(),
        kind,
        subject,
        message,
        locations: places.iter().map(archive_location).collect(),
        more: 0,
        fixture: false,
        fails: false,
    }
}
