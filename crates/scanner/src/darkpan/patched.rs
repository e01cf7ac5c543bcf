//! Findings that a security patch has mended.
//!
//! Which patches matter is known when the findings are. The few archives that they
//! concern are read a second time, and held to them (`applied`).

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, PoisonError};

use perlscan_model::archive_name::ArchiveName;
use perlscan_model::finding::Finding;
use perlscan_model::location::SourcePath;
use perlscan_model::problem::{Problem, ProblemKind};
use perlscan_model::release_version::ReleaseVersion;

use crate::darkpan::applied::{Applied, applied, contents};
use crate::darkpan::archive_location;
use crate::darkpan::release::local_of;
use crate::graph::Node;
use crate::mirror::diff::{self, FileDiff};
use crate::mirror::layout::mirror_of;
use crate::mirror::patch::Patch;
use crate::scan::ScanSettings;
use crate::source::{Sink, Source, Want};

/// The patches of the findings about one archive, by their place in the list.
type Wanted = BTreeMap<SourcePath, BTreeSet<usize>>;

/// Sets findings aside whose every CVE has a patch that is applied, and says of the
/// others which patch is at hand.
pub(super) fn settle(
    patches: &[&Patch],
    archives: &[Node],
    source: &dyn Source,
    settings: &ScanSettings,
    findings: &mut [Finding],
) -> Vec<Problem> {
    let mut wanted = Wanted::new();
    let mut of_findings: Vec<Vec<(String, Option<usize>)>> = Vec::new();
    for finding in findings.iter() {
        let at = archives.binary_search_by(|node| node.path.cmp(&finding.project)).ok();
        let archive = at.and_then(|at| archives.get(at));
        let of_it = archive.map(|archive| patches_of(finding, archive, patches));
        let of_it = of_it.unwrap_or_default();
        for patch in of_it.iter().filter_map(|(_, patch)| *patch) {
            wanted.entry(finding.project.clone()).or_default().insert(patch);
        }
        of_findings.push(of_it);
    }
    let (diffs, problems) = diffs(patches, &wanted);
    let reader =
        Reader { wanted: &wanted, diffs: &diffs, settings, applied: Mutex::new(BTreeMap::new()) };
    if !wanted.is_empty() {
        source.visit(&settings.limits, &reader);
    }
    let applied = reader.applied.into_inner().unwrap_or_else(PoisonError::into_inner);
    for (finding, of_it) in findings.iter_mut().zip(of_findings) {
        if of_it.iter().any(|(_, patch)| patch.is_some()) {
            tell(finding, &of_it, patches, &applied);
        }
    }
    problems
}

/// The CVEs of a finding about a release itself, each with its newest patch.
fn patches_of(
    finding: &Finding,
    archive: &Node,
    patches: &[&Patch],
) -> Vec<(String, Option<usize>)> {
    let is_itself = finding.vulnerable().all(|evidence| {
        evidence.module.is_none() && evidence.location == archive_location(&archive.path)
    });
    if archive.dist.as_ref() != Some(&finding.dist) || !is_itself {
        return Vec::new();
    }
    let mirror = mirror_of(&archive.path).map(|(mirror, _)| mirror);
    let cves: BTreeSet<&String> =
        finding.aliases.iter().chain([&finding.id]).filter(|id| id.starts_with("CVE-")).collect();
    let newest = |cve: &str| {
        let fitting = patches.iter().enumerate().filter(|(_, patch)| {
            patch.place.cve == cve
                && patch.place.dist == finding.dist
                && (patch.is_named || Some(&patch.place.mirror) == mirror.as_ref())
                && is_for(&patch.place.version, archive)
        });
        fitting.max_by_key(|(_, patch)| (patch.place.revision, patch.is_named)).map(|(at, _)| at)
    };
    cves.into_iter().map(|cve| (cve.clone(), newest(cve))).collect()
}

/// Whether a patch for a version is one for this release, or for what it was made of.
fn is_for(version: &str, archive: &Node) -> bool {
    if *version == *archive.version {
        return true;
    }
    let version = ReleaseVersion::read(version);
    let path = archive.path.to_text();
    let local = ArchiveName::parse(&path).and_then(|name| local_of(name.release()));
    let made_of = local.map(|(version, _)| version);
    version.is_some_and(|version| {
        made_of.as_ref().is_some_and(|made_of| made_of.version == version.version)
    })
}

/// The changes of each patch that is wanted.
fn diffs(patches: &[&Patch], wanted: &Wanted) -> (BTreeMap<usize, Vec<FileDiff>>, Vec<Problem>) {
    let (mut read, mut problems) = (BTreeMap::new(), Vec::new());
    let all: BTreeSet<usize> = wanted.values().flatten().copied().collect();
    for (at, patch) in all.into_iter().filter_map(|at| Some((at, *patches.get(at)?))) {
        match diff::read(&patch.bytes) {
            Ok(diff) => {
                read.insert(at, diff);
            }
            Err(error) => problems.push(Problem {
                location: archive_location(&patch.path),
                kind: ProblemKind::Undecided,
                by: "patch",
                message: format!("{error}: whether it is applied is not told"),
            }),
        }
    }
    (read, problems)
}

/// Reads the archives that patches are for.
struct Reader<'a> {
    wanted: &'a Wanted,
    diffs: &'a BTreeMap<usize, Vec<FileDiff>>,
    settings: &'a ScanSettings,
    applied: Mutex<BTreeMap<(SourcePath, usize), Applied>>,
}

impl Sink for Reader<'_> {
    fn wants(&self, path: &SourcePath) -> Want {
        if self.wanted.contains_key(path) { Want::Archive } else { Want::No }
    }

    fn wants_head(&self, _path: &SourcePath, _head: &[u8]) -> Want {
        Want::No
    }

    fn file(&self, path: &SourcePath, bytes: &[u8]) {
        let Some(patches) = self.wanted.get(path) else { return };
        let diffs: Vec<(usize, &[FileDiff])> =
            patches.iter().filter_map(|at| Some((*at, self.diffs.get(at)?.as_slice()))).collect();
        let named: Vec<&[FileDiff]> = diffs.iter().map(|(_, diff)| *diff).collect();
        let limits = self.settings.containers;
        let largest = self.settings.limits.perl_bytes;
        let Some(contents) = contents(path, bytes, limits, largest, &named) else { return };
        for (at, diff) in diffs {
            let found = applied(diff, &contents);
            let mut all = self.applied.lock().unwrap_or_else(PoisonError::into_inner);
            all.insert((path.clone(), at), found);
        }
    }

    /// It has been told when the mirror was read.
    fn problem(&self, _problem: Problem) {}
}

/// Says in a finding what its patches have come to.
fn tell(
    finding: &mut Finding,
    of_it: &[(String, Option<usize>)],
    patches: &[&Patch],
    applied: &BTreeMap<(SourcePath, usize), Applied>,
) {
    let (mut done, mut notes) = (Vec::new(), Vec::new());
    for (cve, at) in of_it {
        let Some((at, patch)) = at.and_then(|at| Some((at, *patches.get(at)?))) else { continue };
        let path = &patch.path;
        match applied.get(&(finding.project.clone(), at)) {
            Some(Applied::Yes(files)) => {
                let files: Vec<String> = files.iter().map(ToString::to_string).collect();
                let verb = if files.len() == 1 { "has" } else { "have" };
                done.push(format!("{} {verb} the changes of {path}", files.join(" and ")));
            }
            Some(Applied::No(why)) => {
                notes.push(format!("{path} mends {cve} and is not applied to this archive: {why}"))
            }
            Some(Applied::Unknown(why)) => notes.push(format!(
                "whether {path}, which mends {cve}, is applied can't be told: {why}"
            )),
            None => notes.push(format!(
                "whether {path}, which mends {cve}, is applied can't be told: it was not read"
            )),
        }
    }
    match done.len() == of_it.len() {
        true => finding.suppressed = Some(format!("patched: {}", done.join("; "))),
        false => {
            finding.notes.extend(done.into_iter().map(|done| format!("patched in part: {done}")));
            finding.notes.append(&mut notes);
        }
    }
}
