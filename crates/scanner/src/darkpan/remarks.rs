//! What is worth knowing of an archive and is no vulnerability.

use std::collections::{BTreeMap, BTreeSet};

use perlscan_model::location::{Location, SourcePath};
use perlscan_model::name::{DistName, ModuleName};
use perlscan_model::package::VersionState;
use perlscan_model::release_version::ReleaseVersion;
use perlscan_model::remark::{Remark, RemarkKind, Subject};

use crate::darkpan::archive_location;
use crate::darkpan::collect::Collected;
use crate::darkpan::contents::{agree, text_of};
use crate::darkpan::held::Held;
use crate::mirror::layout::{indexed_mirror, mirror_of};
use crate::mirror::perms::Wanted;

/// What a mirror's own files say of packages, by the mirror.
#[derive(Default)]
pub(super) struct Said<'a> {
    /// The versions of packages in the indices, by the archive's path below
    /// `authors/id/`.
    indexed: BTreeMap<(SourcePath, SourcePath), Vec<Indexed<'a>>>,
    /// The packages that look for a maintainer, each with the file that says so.
    wanted: BTreeMap<(SourcePath, &'a str), (&'a SourcePath, &'a Wanted)>,
}

/// What an index has of a package.
struct Indexed<'a> {
    module: &'a ModuleName,
    version: &'a str,
    index: &'a SourcePath,
}

impl<'a> Said<'a> {
    /// What was read of all mirrors. Of an index only the main modules of archives
    /// matter here.
    pub(super) fn of(collected: &'a Collected) -> Self {
        let mut said = Self::default();
        let mains: BTreeSet<&str> = collected
            .releases
            .iter()
            .filter_map(|release| Some(release.main_module.as_ref()?.0.as_str()))
            .collect();
        let names: BTreeSet<String> = collected.releases.iter().filter_map(main_name).collect();
        for (path, index) in &collected.indices {
            let (mirror, _) = indexed_mirror(path);
            for entry in &index.entries {
                if let Some(version) = &entry.version
                    && mains.contains(entry.module.as_str())
                {
                    let key = (mirror.clone(), SourcePath::from(&*entry.path));
                    let entries = said.indexed.entry(key).or_default();
                    entries.push(Indexed { module: &entry.module, version, index: path });
                }
            }
        }
        for (path, permissions) in &collected.beside.permissions {
            let mirror = path.parent().parent();
            for wanted in &permissions.wanted {
                if names.contains(wanted.module.as_str()) {
                    let key = (mirror.clone(), wanted.module.as_str());
                    said.wanted.entry(key).or_insert((path, wanted));
                }
            }
        }
        said
    }

    /// The remarks on an archive.
    pub(super) fn remarks(&self, release: &Held, is_indexed: bool) -> Vec<Remark> {
        let meta = release.meta.as_ref();
        let named = meta.and_then(|meta| meta.dist.as_ref());
        let Some(dist) = release.dist.as_ref().or(named) else { return Vec::new() };
        let mut all = Vec::new();
        let mut add = |kind, location: Location, message: String| {
            all.push(remark(release, dist, kind, location, message));
        };
        for (location, what) in mismatches(release) {
            add(RemarkKind::MetadataMismatch, location, what);
        }
        for (location, what) in self.index_mismatches(release) {
            add(RemarkKind::MetadataMismatch, location, what);
        }
        if let Some(meta) = meta.filter(|meta| meta.about.is_deprecated) {
            let what = format!("{dist} {} calls itself deprecated", release.text);
            add(RemarkKind::Deprecated, meta.location(&release.path), what);
        }
        // One of several archives is enough: that which installers take.
        let mirror = mirror_of(&release.path).map(|(mirror, _)| mirror);
        if let (true, Some(mirror), Some(name)) = (is_indexed, mirror, main_name(release))
            && let Some((path, wanted)) = self.wanted.get(&(mirror, name.as_str()))
        {
            let what = format!("{name}: {} (line {})", wanted.why.meaning(), wanted.line);
            add(RemarkKind::Adoptable, Location::file((*path).clone()), what);
        }
        all
    }

    /// Where the index has another version of the main module than the archive.
    fn index_mismatches(&self, release: &Held) -> Vec<(Location, String)> {
        let Some((mirror, below)) = mirror_of(&release.path) else { return Vec::new() };
        let Some((main, version)) = release.main_module.as_deref() else {
            return Vec::new();
        };
        let entries = self.indexed.get(&(mirror, below)).into_iter().flatten();
        let mut told: Vec<(Location, String)> = entries
            .filter(|entry| entry.module == main)
            .filter_map(|Indexed { module, version: text, index }| {
                let indexed = VersionState::Exact(ReleaseVersion::read(text)?);
                (!agree(&indexed, version)).then(|| {
                    let what = format!(
                        "the index has {module} {text}, and the archive's is {}",
                        text_of(version)
                    );
                    (Location::file((*index).clone()), what)
                })
            })
            .collect();
        told.sort();
        told.dedup_by(|a, b| a.1 == b.1);
        told
    }
}

/// The name that the main module of a distribution has by custom.
fn main_name(release: &Held) -> Option<String> {
    release.dist.as_ref().map(|dist| dist.as_str().replace('-', "::"))
}

/// In what an archive's name and its META files do not say the same.
fn mismatches(release: &Held) -> Vec<(Location, String)> {
    let mut all = release.contradictions.to_vec();
    let Some(meta) = &release.meta else { return all };
    let (dist, named) = (release.dist.as_ref(), meta.dist.as_ref());
    if let (Some(dist), Some(named)) = (dist, named)
        && dist != named
    {
        let what = format!("the archive is called {dist}, and its META names {named}");
        all.push((meta.location(&release.path), what));
        return all;
    }
    let Some(version) = &meta.version else { return all };
    let made_of = || release.local().map(|(version, _)| VersionState::Exact(version));
    let is_same = agree(&release.version(), version)
        || made_of().is_some_and(|made_of| agree(&made_of, version));
    if !is_same {
        let what = format!(
            "the archive is called version {}, and its META says {}",
            release.text,
            text_of(version)
        );
        all.push((meta.location(&release.path), what));
    }
    all
}

fn remark(
    release: &Held,
    dist: &DistName,
    kind: RemarkKind,
    location: Location,
    message: String,
) -> Remark {
    let mut locations = vec![location];
    // Where another file says it, the archive that it is about comes second.
    if locations.iter().all(|location| location.path != release.path) {
        locations.push(archive_location(&release.path));
    }
    Remark {
        project: release.path.clone(),
        kind,
        subject: Subject::Dist(dist.clone()),
        message,
        locations,
        more: 0,
        fixture: false,
        fails: false,
    }
}
