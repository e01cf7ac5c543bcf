//! What is held of each archive until the mirror is judged.
//!
//! A [`Release`] is what was read of one archive. There may be a hundred thousand of them, so
//! only what is asked for later is held, and what many say stands once, in [`Shared`].

use std::collections::HashSet;
use std::sync::Arc;

use perlscan_model::about::About;
use perlscan_model::archive_name::ArchiveName;
use perlscan_model::digest::Sha256;
use perlscan_model::location::{Inside, Location, SourcePath};
use perlscan_model::name::{DistName, ModuleName};
use perlscan_model::package::VersionState;
use perlscan_model::release_version::ReleaseVersion;
use perlscan_model::usage::BundledModule;

use crate::darkpan::contents::{Contents, Meta};
use crate::darkpan::needs::Brought;
use crate::darkpan::release::{self, Release};
use crate::graph::need::{NeedTexts, PackedNeed};
use crate::graph::numbered::Numbered;

/// An archive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Held {
    /// Where it lies.
    pub(super) path: SourcePath,
    /// The distribution, by the archive's name; `None` where that is none.
    pub(super) dist: Option<DistName>,
    /// The version as the name has it; empty where it has none.
    pub(super) text: Box<str>,
    /// Main modules of advised distributions that it holds, with their versions.
    pub(super) holds: Box<[(DistName, ModuleName, VersionState)]>,
    /// What it requires, in order.
    pub(super) needs: Box<[PackedNeed]>,
    /// The modules that it brings, in order.
    pub(super) brings: Box<[PackedModule]>,
    /// Copies of modules that files in it carry inside.
    pub(super) bundled: Box<[BundledModule]>,
    /// Its META, in it or beside it.
    pub(super) meta: Option<Box<HeldMeta>>,
    /// What its META files say otherwise than that one, in words.
    pub(super) contradictions: Box<[(Location, String)]>,
    /// Where it says how flaws are reported: the file in it.
    pub(super) security_policy: Option<SourcePath>,
    /// Whether it has a SIGNATURE.
    pub(super) has_signature: bool,
    /// The module of the distribution's name, with its version.
    pub(super) main_module: Option<Box<(ModuleName, VersionState)>>,
    /// The SHA-256 of the archive.
    pub(super) sha256: Sha256,
    /// Its length in bytes.
    pub(super) size: u64,
}

impl Held {
    /// The version, by the archive's name.
    pub(super) fn version(&self) -> VersionState {
        release::version_of(&self.text)
    }

    /// The mark of a local rebuild, `-RT4711`, and the version without it.
    pub(super) fn local(&self) -> Option<(ReleaseVersion, String)> {
        let path = self.path.to_text();
        release::local_of(ArchiveName::parse(&path)?.release())
    }
}

/// A META file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct HeldMeta {
    place: Place,
    /// Whether it lies beside the archive.
    pub(super) is_beside: bool,
    /// The distribution that it names.
    pub(super) dist: Option<DistName>,
    /// The version that it names.
    pub(super) version: Option<VersionState>,
    /// What else it says.
    pub(super) about: Box<About>,
}

/// Where a META stands.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Place {
    /// In the archive, as a whole: nearly all.
    Inside(SourcePath),
    /// Anywhere.
    Other(Box<Location>),
}

impl HeldMeta {
    /// A META in an archive, or beside it.
    pub(super) fn of(meta: Meta, archive: &SourcePath, is_beside: bool) -> Self {
        let Meta { location, dist, version, about } = meta;
        let names = location.inside.as_ref().map_or(&[][..], Inside::names);
        let place = match (names, location.span) {
            ([name], None) if location.path == *archive => Place::Inside(name.clone()),
            _ => Place::Other(Box::new(location)),
        };
        Self { place, is_beside, dist, version, about }
    }

    /// Where it stands, as seen from the archive's mirror.
    pub(super) fn location(&self, archive: &SourcePath) -> Location {
        match &self.place {
            Place::Inside(name) => {
                Location::file(archive.clone()).within(Inside::new(name.clone()))
            }
            Place::Other(location) => (**location).clone(),
        }
    }

    /// The file, by its path in the archive or else in the mirror.
    pub(super) fn file(&self) -> SourcePath {
        match &self.place {
            Place::Inside(name) => name.clone(),
            Place::Other(location) => {
                let inside = location.inside.as_ref().and_then(|inside| inside.names().last());
                inside.unwrap_or(&location.path).clone()
            }
        }
    }
}

/// A module and its version, as [`Shared`] has them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct PackedModule {
    module: u32,
    /// [`NONE`] where it has none.
    version: u32,
}

/// No version.
const NONE: u32 = u32::MAX;

/// What many archives say, each text once.
///
/// Archives require the same few modules, and what is read back from the cache of facts has
/// a copy of its own each time: of a large mirror these copies would be half of all memory.
#[derive(Debug, Clone, Default)]
pub(super) struct Shared {
    /// What they require.
    pub(super) needs: NeedTexts,
    modules: Numbered<ModuleName>,
    versions: Numbered<Arc<str>>,
    /// The texts of METAs that were met.
    said: HashSet<Arc<str>>,
}

impl Shared {
    /// Takes from a release what is held of it.
    pub(super) fn hold(&mut self, release: Release) -> Held {
        let Release { path, dist, text, holds, needs, brings, bundled, .. } = release;
        let Contents { meta, contradictions, security_policy, has_signature, main_module } =
            release.contents;
        let needs = needs.iter().map(|need| self.needs.pack(need)).collect();
        let brings = brings.iter().map(|one| self.module(one)).collect();
        let meta = meta.map(|meta| {
            let mut meta = HeldMeta::of(*meta, &path, false);
            for text in meta.about.texts_mut() {
                self.share(text);
            }
            if meta.dist == dist {
                meta.dist.clone_from(&dist);
            }
            Box::new(meta)
        });
        Held {
            path,
            dist,
            text: text.into(),
            holds: holds.into(),
            needs,
            brings,
            bundled: bundled.into(),
            meta,
            contradictions: contradictions.into(),
            security_policy,
            has_signature,
            main_module,
            sha256: release.sha256,
            size: release.size,
        }
    }

    fn module(&mut self, brought: &Brought) -> PackedModule {
        let version = brought.version.as_deref().map(Arc::from);
        PackedModule {
            module: self.modules.number(&brought.module),
            version: version.map_or(NONE, |version| self.versions.number(&version)),
        }
    }

    fn share(&mut self, text: &mut Arc<str>) {
        match self.said.get(text) {
            Some(first) => *text = Arc::clone(first),
            None => {
                self.said.insert(Arc::clone(text));
            }
        }
    }

    /// A module that an archive brings, and its version where it has one.
    pub(super) fn brought(&self, one: PackedModule) -> Option<(&str, Option<&str>)> {
        let version = self.versions.get(one.version).map(|version| &**version);
        Some((self.modules.get(one.module)?.as_str(), version))
    }

    /// Gives back the memory that is needed only while archives are read.
    pub(super) fn close(&mut self) {
        self.needs.close();
        self.modules.close();
        self.versions.close();
        self.said = HashSet::new();
    }

    /// Whether what `earlier` has packed is the same here.
    pub(super) fn continues(&self, earlier: &Self) -> bool {
        self.needs.continues(&earlier.needs)
            && self.modules.continues(&earlier.modules)
            && self.versions.continues(&earlier.versions)
    }
}

#[cfg(test)]
#[path = "held_test.rs"]
mod tests;
