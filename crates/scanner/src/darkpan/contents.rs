//! What an archive says of itself: its META, and what lies at its top.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

use perlscan_model::about::About;
use perlscan_model::location::{Location, SourcePath};
use perlscan_model::name::{DistName, ModuleName};
use perlscan_model::package::VersionState;
use perlscan_model::problem::Problem;
use serde::{Deserialize, Serialize};

use crate::extract::meta_yml::MetaYml;
use crate::extract::{Extractor as _, Facts, SourceFile};
use crate::resolve::project::Project;
use crate::source::{ContentId, Known, Limits, Sink, Source, Visited, Want};

/// The files at a release's top that say how to report a flaw, in lower case.
const POLICIES: [&[u8]; 4] = [b"security.md", b"security.pod", b"security.txt", b"security"];

/// How many META files of an archive are held to the one that counts, and how many
/// folders named: whoever makes an archive may put a hundred thousand into it.
const TOLD: usize = 5;

/// What an archive says of itself. There is one an archive of the mirror, so what is large
/// stands apart, and goes when the report has it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contents {
    /// Its META: META.json, else META.yml, else the file beside the archive.
    pub meta: Option<Box<Meta>>,
    /// What its META files say otherwise than that one, in words.
    pub contradictions: Vec<(Location, String)>,
    /// Where it says how flaws are reported: the file in it.
    pub security_policy: Option<SourcePath>,
    /// Whether it has a SIGNATURE. It is not checked here.
    pub has_signature: bool,
    /// The module of the distribution's name, with its version.
    pub main_module: Option<Box<(ModuleName, VersionState)>>,
}

/// A META file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Meta {
    /// Where it stands.
    pub location: Location,
    /// The distribution that it names.
    pub dist: Option<DistName>,
    /// The version that it names.
    pub version: Option<VersionState>,
    /// What else it says.
    pub about: Box<About>,
}

impl Contents {
    /// All places that it names.
    pub(super) fn locations(&mut self) -> impl Iterator<Item = &mut Location> {
        let contradictions = self.contradictions.iter_mut().map(|(location, _)| location);
        contradictions.chain(self.meta.as_mut().map(|meta| &mut meta.location))
    }
}

impl Meta {
    fn of(path: &SourcePath, facts: &mut Facts) -> Option<Self> {
        let about = facts.about.pop()?;
        let identity = facts.identities.pop();
        let location = identity
            .as_ref()
            .map_or_else(|| Location::file(path.clone()), |identity| identity.location.clone());
        let (dist, version) = identity.map(|one| (one.dist, one.version)).unzip();
        Some(Self { location, dist, version: version.flatten(), about: Box::new(about) })
    }

    /// Reads a file that lies beside an archive, `Foo-1.0.meta`.
    pub(super) fn beside(
        path: &SourcePath,
        bytes: &[u8],
        problems: &mut Vec<Problem>,
    ) -> Option<Self> {
        let mut facts = Facts::default();
        MetaYml.extract(&SourceFile { path, bytes }, &mut facts);
        let lost = |problem: &Problem| problem.kind == perlscan_model::problem::ProblemKind::Lost;
        problems.extend(std::mem::take(&mut facts.problems).into_iter().filter(lost));
        Self::of(path, &mut facts)
    }
}

impl Contents {
    /// What was found in an archive of `dist`. Its locations are those in the archive.
    pub(super) fn of(projects: &mut [Project], dist: Option<&DistName>, top: Top) -> Self {
        let main_module = dist.and_then(|dist| main_module(projects, dist));
        let files = projects.iter_mut().flat_map(|project| &mut project.files);
        let mut metas: Vec<Meta> = files
            .filter(|file| {
                matches!(file.path.file_name(), b"META.json" | b"META.yml") && is_at_top(&file.path)
            })
            .filter_map(|file| Meta::of(&file.path, &mut file.facts))
            .collect();
        let folders: BTreeSet<SourcePath> =
            metas.iter().map(|meta| meta.location.path.parent()).collect();
        // Of several of a name, unpacking keeps the last.
        let is_json = |meta: &Meta| meta.location.path.file_name() == b"META.json";
        let at = (0..metas.len()).max_by_key(|at| metas.get(*at).is_some_and(is_json));
        let meta = at.map(|at| metas.remove(at));
        let mut contradictions = Vec::new();
        if let (Some(meta), true) = (&meta, folders.len() > 1) {
            let names: Vec<String> = folders.iter().take(TOLD).map(ToString::to_string).collect();
            let what = format!(
                "the archive has a META in {} folders: {}",
                folders.len(),
                names.join(", ")
            );
            contradictions.push((meta.location.clone(), what));
        }
        for other in metas.iter().take(TOLD) {
            if let Some(what) = meta.as_ref().and_then(|meta| contradicts(meta, other)) {
                contradictions.push((other.location.clone(), what));
            }
        }
        let (meta, main_module) = (meta.map(Box::new), main_module.map(Box::new));
        let Top { security_policy, has_signature, signature: _ } = top;
        Self { meta, contradictions, security_policy, has_signature, main_module }
    }
}

/// In what a META file says otherwise than the one that counts.
fn contradicts(meta: &Meta, other: &Meta) -> Option<String> {
    let name = |meta: &Meta| meta.location.path.to_text().into_owned();
    if let (Some(one), Some(two)) = (&meta.dist, &other.dist)
        && one != two
    {
        return Some(format!("it is the META of {two}, and {} that of {one}", name(meta)));
    }
    let (one, two) = (meta.version.as_ref()?, other.version.as_ref()?);
    (!agree(one, two)).then(|| {
        format!("it says version {}, and {} says {}", text_of(two), name(meta), text_of(one))
    })
}

/// Whether two versions are the same, as far as anybody cares: written another way
/// (`v1.2` and `1.002`, `1.10` and `1.1`), or with and without a `v` (`1.2` and `v1.2`,
/// which are two versions, and one slip of nearly everybody). What is no version says
/// nothing.
pub(super) fn agree(one: &VersionState, two: &VersionState) -> bool {
    match (one, two) {
        (VersionState::Exact(one), VersionState::Exact(two)) => {
            let bare = |text: &str| text.trim_start_matches('v').replace('_', "");
            one.version == two.version || bare(&one.text) == bare(&two.text)
        }
        _ => true,
    }
}

/// A version as it is written.
pub(super) fn text_of(version: &VersionState) -> &str {
    match version {
        VersionState::Exact(version) => &version.text,
        VersionState::Range(_) | VersionState::Unknown(_) => "unknown",
    }
}

/// Whether a file stands at the release's top, in the folder around all or without one.
fn is_at_top(path: &SourcePath) -> bool {
    path.parts().count() <= 2
}

/// The module that has the distribution's name.
fn main_module(projects: &[Project], dist: &DistName) -> Option<(ModuleName, VersionState)> {
    let name = dist.as_str().replace('-', "::");
    let files = projects.iter().flat_map(|project| &project.sources);
    let files = files.filter(|file| super::needs::is_installed(&file.path));
    let mut found = files.flat_map(|file| &file.modules).filter(|one| one.module.as_str() == name);
    let found = found.find_map(|one| Some((one.module.clone(), one.version.clone()?)))?;
    Some(found)
}

/// The largest `SIGNATURE` that is kept, in bytes; a line a file has some 100.
const LARGEST_SIGNATURE: usize = 16 << 20;

/// What lies at an archive's top.
#[derive(Debug, Clone, Default)]
pub(super) struct Top {
    security_policy: Option<SourcePath>,
    has_signature: bool,
    /// The `SIGNATURE` file and its path in the archive.
    pub(super) signature: Option<(SourcePath, Box<[u8]>)>,
}

/// A source of which is kept what lies at its top, be it read or not. The archive is
/// still read once.
pub(super) struct Watched<S> {
    source: S,
    top: Mutex<Top>,
}

impl<S: Source> Watched<S> {
    pub(super) fn new(source: S) -> Self {
        Self { source, top: Mutex::default() }
    }

    /// What has been seen.
    pub(super) fn into_top(self) -> Top {
        self.top.into_inner().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<S: Source> Source for Watched<S> {
    fn visit(&self, limits: &Limits, sink: &dyn Sink) -> Visited {
        self.source.visit(limits, &Watch { top: &self.top, sink })
    }
}

/// What Module::Signature wrote; it knows no other spelling.
fn is_signature(path: &SourcePath) -> bool {
    path.file_name() == b"SIGNATURE" && is_at_top(path)
}

/// Looks at what is at the top on its way to a sink.
struct Watch<'a> {
    top: &'a Mutex<Top>,
    sink: &'a dyn Sink,
}

impl Sink for Watch<'_> {
    fn wants(&self, path: &SourcePath) -> Want {
        if is_at_top(path) {
            let name = path.file_name();
            let is_policy = POLICIES.iter().any(|policy| name.eq_ignore_ascii_case(policy));
            if is_policy || name.eq_ignore_ascii_case(b"signature") {
                let mut top = self.top.lock().unwrap_or_else(PoisonError::into_inner);
                match is_policy {
                    // The first by name, in whatever order they come.
                    true => {
                        let before = top.security_policy.take().filter(|before| before < path);
                        top.security_policy = Some(before.unwrap_or_else(|| path.clone()));
                    }
                    false => top.has_signature = true,
                }
            }
        }
        let want = self.sink.wants(path);
        if is_signature(path) { want.max(Want::Manifest) } else { want }
    }

    fn wants_head(&self, path: &SourcePath, head: &[u8]) -> Want {
        self.sink.wants_head(path, head)
    }

    fn wants_tail(&self, path: &SourcePath, tail: &[u8]) -> Want {
        self.sink.wants_tail(path, tail)
    }

    fn known(&self, path: &SourcePath, content: &ContentId) -> Option<Known> {
        self.sink.known(path, content)
    }

    fn file(&self, path: &SourcePath, bytes: &[u8]) {
        if !is_signature(path) {
            return self.sink.file(path, bytes);
        }
        if bytes.len() <= LARGEST_SIGNATURE {
            let mut top = self.top.lock().unwrap_or_else(PoisonError::into_inner);
            top.signature = Some((path.clone(), bytes.into()));
        }
    }

    fn problem(&self, problem: Problem) {
        self.sink.problem(problem);
    }
}
