//! One release of a snapshot, from its lines to a package.

use std::borrow::Cow;

use perlscan_model::archive_name::{ArchiveName, ReleaseName};
use perlscan_model::finding::Confidence;
use perlscan_model::location::{Location, SourcePath, Span};
use perlscan_model::name::DistName;
use perlscan_model::package::{Edge, Origin, Package, ProvidedModule, VersionState};
use perlscan_model::problem::ProblemKind;
use perlscan_model::release_version::ReleaseVersion;

use super::line::{Line, Part};
use super::trouble::{Troubles, excerpt};

/// A list of modules inside a release.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum List {
    Provides,
    Requirements,
}

/// A release while its lines are read.
#[derive(Debug, Clone)]
pub(super) struct Entry<'a> {
    /// The line of its name.
    pub(super) line: u32,
    /// Its name, `Dist-Name-1.23`; empty when that line is lost.
    pub(super) name: &'a [u8],
    /// Where the name stands.
    pub(super) span: Span,
    /// The archive's path, which is the truth about name and version.
    pub(super) pathname: Option<(&'a [u8], Span)>,
    pub(super) provides: Vec<ProvidedModule>,
    pub(super) edges: Vec<Edge>,
    /// The list whose modules are being read.
    pub(super) list: Option<List>,
    /// Whether one of its lists was met.
    pub(super) has_lists: bool,
    /// Whether `requirements:` was met, the last line that every release has.
    pub(super) has_requirements: bool,
    /// Whether the release stands in an unresolved merge.
    pub(super) in_merge: bool,
}

impl<'a> Entry<'a> {
    pub(super) fn new(line: &Line<'a>, name: Part<'a>, in_merge: bool) -> Self {
        Self {
            line: line.number,
            name: name.bytes,
            span: name.span(line),
            pathname: None,
            provides: Vec::new(),
            edges: Vec::new(),
            list: None,
            has_lists: false,
            has_requirements: false,
            in_merge,
        }
    }

    pub(super) fn open(&mut self, list: List) {
        self.list = Some(list);
        self.has_lists = true;
        self.has_requirements |= list == List::Requirements;
    }

    /// The package; `None` when its distribution can't be told, which is then a
    /// problem. Where name and pathname disagree, the pathname counts.
    pub(super) fn package(self, path: &SourcePath, troubles: &mut Troubles) -> Option<Package> {
        let name_text = String::from_utf8_lossy(self.name);
        let named = ReleaseName::read(&name_text);
        let pathname = self.pathname.map(|(bytes, span)| (String::from_utf8_lossy(bytes), span));
        let archive = pathname.as_ref().and_then(|(text, _)| ArchiveName::parse(text));
        let release = archive.as_ref().map_or(&named, ArchiveName::release);
        let dist = match release.dist_name() {
            Ok(dist) if !dist.as_str().contains('\u{fffd}') => dist,
            _ => {
                let message = format!(
                    "'{}' can't be the name of a distribution: the release is not judged",
                    excerpt(release.dist().as_bytes())
                );
                troubles.add(ProblemKind::Lost, self.span, message);
                return None;
            }
        };
        if archive.is_none() {
            troubles.add(ProblemKind::Note, self.span, self.why_no_archive(pathname.as_ref()));
        } else if *release != named && !self.name.is_empty() {
            let span = pathname.as_ref().map_or(self.span, |(_, span)| *span);
            let message = format!(
                "the entry says '{}', its pathname '{}': the pathname counts",
                excerpt(self.name),
                excerpt(archive.as_ref().map_or("", ArchiveName::file_name).as_bytes())
            );
            troubles.add(ProblemKind::Note, span, message);
        }
        // A version that only the entry's name has is better than none.
        let version_text = release
            .version()
            .or_else(|| named.version().filter(|_| named.dist() == release.dist()));
        let version = match version_text.and_then(ReleaseVersion::read) {
            Some(version) => VersionState::Exact(version),
            None => {
                let why = format!("no version can be read from the name of {dist}'s archive");
                troubles.add(ProblemKind::Undecided, self.span, why.clone());
                VersionState::Unknown(why)
            }
        };
        let span = self.span_of(&dist, archive.as_ref());
        Some(Package {
            author: archive.as_ref().and_then(ArchiveName::author).map(str::to_owned),
            distpath: archive.as_ref().and_then(ArchiveName::distpath).map(str::to_owned),
            dist,
            version,
            origin: Origin::Locked,
            confidence: Confidence::High,
            provides: self.provides,
            edges: self.edges,
            location: Location::at(path.clone(), span),
        })
    }

    fn why_no_archive(&self, pathname: Option<&(Cow<'_, str>, Span)>) -> String {
        match pathname {
            Some((path, _)) if !path.is_empty() => format!(
                "the pathname '{}' names no archive: name and version are those of the entry",
                excerpt(path.as_bytes())
            ),
            _ => format!(
                "'{}' has no pathname: name and version are those of the entry",
                excerpt(self.name)
            ),
        }
    }

    /// The place that holds the distribution's name: that of the entry's name,
    /// or of the archive's where the two disagree.
    fn span_of(&self, dist: &DistName, archive: Option<&ArchiveName<'_>>) -> Span {
        let holds = |text: &[u8]| memchr::memmem::find(text, dist.as_str().as_bytes()).is_some();
        match (self.pathname, archive) {
            (Some((path, span)), Some(archive)) if !holds(self.name) && holds(path) => {
                // The archive's name is the end of the path. When the path is no
                // UTF-8, its length is another one, and the whole path is marked.
                let name = archive.file_name();
                let skipped = path.strip_suffix(name.as_bytes()).filter(|head| head.is_ascii());
                let head = skipped.and_then(|head| u32::try_from(head.len()).ok()).unwrap_or(0);
                Span {
                    column: span.column + head,
                    offset: span.offset + head,
                    length: span.length - head,
                    ..span
                }
            }
            _ => self.span,
        }
    }
}
