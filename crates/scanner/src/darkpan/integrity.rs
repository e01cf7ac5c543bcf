//! Archives held to the digests that stand beside them.

use std::collections::BTreeMap;

use perlscan_model::location::SourcePath;
use perlscan_model::problem::{Problem, ProblemKind};

use crate::darkpan::archive_location;
use crate::darkpan::release::Release;
use crate::mirror::checksums::{Checksums, FileSums};
use crate::mirror::layout::mirror_of;

/// Who says what is wrong.
const BY: &str = "checksums";

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
