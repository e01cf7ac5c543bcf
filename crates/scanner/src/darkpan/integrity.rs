//! Archives held to the digests that stand beside them, and to one another.

use std::collections::BTreeMap;

use perlscan_model::location::SourcePath;
use perlscan_model::problem::{Problem, ProblemKind};
use perlscan_model::remark::{Remark, RemarkKind, Subject};

use crate::darkpan::archive_location;
use crate::darkpan::release::Release;
use crate::mirror::checksums::{Checksums, FileSums};
use crate::mirror::layout::mirror_of;
use crate::report::account::listed;

/// Who says what is wrong.
const BY: &str = "checksums";
/// How many places of one name are told.
const PLACES: usize = 10;

/// What does not fit.
pub(super) fn check(releases: &[Release], checksums: &[(SourcePath, Checksums)]) -> Vec<Problem> {
    let by_path: BTreeMap<&SourcePath, &Release> =
        releases.iter().map(|release| (&release.path, release)).collect();
    let mut problems = Vec::new();
    for (path, sums) in checksums {
        let folder = path.parent();
        let place = mirror_of(path).map(|(_, below)| below.parent());
        for file in &sums.files {
            let elsewhere = file.cpan_path.as_ref().is_some_and(|claimed| {
                place.as_ref().is_none_or(|place| !is_place(claimed, place))
            });
            if elsewhere {
                let claimed = file.cpan_path.as_deref().unwrap_or_default();
                problems.push(problem(path, format!(
                    "line {}: it says that {} belongs to {claimed}: the file is another folder's \
                     (CVE-2020-16156)",
                    file.line, file.name
                )));
            }
            if let Some(release) = by_path.get(&folder.join(file.name.as_bytes()))
                && let Some(what) = differs(release, file)
            {
                problems.push(problem(
                    &release.path,
                    format!(
                        "{what} in {path}: it is not the archive that was published; fetch it anew"
                    ),
                ));
            }
        }
    }
    problems
}

/// Whether what a file claims is this folder below `authors/id/`. Pinto writes the way
/// from a folder above its repository.
fn is_place(claimed: &str, place: &SourcePath) -> bool {
    let claimed = SourcePath::from(claimed.trim_matches('/'));
    let below = mirror_of(&claimed).map_or(claimed, |(_, below)| below);
    below == *place
}

fn problem(path: &SourcePath, message: String) -> Problem {
    Problem { location: archive_location(path), kind: ProblemKind::Lost, by: BY, message }
}

/// In what an archive is not what its digests say. MD5 counts only where there is
/// nothing better: archives with the same one can be made.
fn differs(release: &Release, file: &FileSums) -> Option<String> {
    if file.size.is_some_and(|size| size != release.size) {
        let size = file.size.unwrap_or_default();
        return Some(format!("it has {} bytes, and {size} by its entry", release.size));
    }
    let (name, found, expected) = match (&file.sha256, &file.md5) {
        (Some(expected), _) => ("SHA-256", &release.sha256, expected),
        (None, Some(expected)) => ("MD5", &release.md5, expected),
        (None, None) => return None,
    };
    (found != expected).then(|| format!("its {name} is {found}, and {expected} by its entry"))
}

/// Archives of one name whose bytes are not the same, one remark for each name.
pub(super) fn same_name(releases: &[Release]) -> Vec<Remark> {
    let mut by_name: BTreeMap<&[u8], Vec<&Release>> = BTreeMap::new();
    for release in releases {
        by_name.entry(release.path.file_name()).or_default().push(release);
    }
    let differ = |all: &&Vec<&Release>| {
        all.iter().any(|release| all.first().is_some_and(|first| first.sha256 != release.sha256))
    };
    let remark = |all: &Vec<&Release>| {
        let first = all.first()?;
        let name = SourcePath::new(first.path.file_name()).to_text().into_owned();
        let places: Vec<String> =
            all.iter().map(|release| release.path.parent().to_string()).collect();
        Some(Remark {
            project: first.path.clone(),
            kind: RemarkKind::OtherContent,
            message: format!(
                "{name} is in {}, and these are not the same bytes",
                listed(&places, PLACES)
            ),
            subject: Subject::File(name),
            locations: all
                .iter()
                .take(PLACES)
                .map(|release| archive_location(&release.path))
                .collect(),
            more: all.len().saturating_sub(PLACES),
            fixture: false,
            fails: false,
        })
    };
    by_name.values().filter(differ).filter_map(remark).collect()
}
