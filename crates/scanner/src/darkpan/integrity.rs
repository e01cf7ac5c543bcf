//! Archives held to the digests that stand beside them, and to one another.

use std::collections::{BTreeMap, BTreeSet};

use perlscan_model::location::SourcePath;
use perlscan_model::problem::{Problem, ProblemKind};
use perlscan_model::remark::{Remark, RemarkKind, Subject};

use crate::darkpan::archive_location;
use crate::darkpan::held::Held;
use crate::mirror::checksums::{Checksums, FileSums};
use crate::mirror::layout::mirror_of;
use crate::report::account::listed;

/// Who says what is wrong.
const BY: &str = "checksums";
/// How many places of one name are told.
const PLACES: usize = 10;

/// What does not fit. `md5_of` finds the MD5 of archives.
pub(super) fn check(
    releases: &[Held],
    checksums: &[(SourcePath, Checksums)],
    md5_of: impl FnOnce(&BTreeSet<SourcePath>) -> BTreeMap<SourcePath, String>,
) -> Vec<Problem> {
    let by_path: BTreeMap<&SourcePath, &Held> =
        releases.iter().map(|release| (&release.path, release)).collect();
    let listed = checksums.iter().flat_map(|(path, sums)| {
        let folder = path.parent();
        sums.files.iter().map(move |file| (folder.join(file.name.as_bytes()), file))
    });
    let by_md5 = listed.filter(|(path, file)| {
        by_path.get(path).is_some_and(|release| has_size(release, file)) && needs_md5(file)
    });
    let md5 = md5_of(&by_md5.map(|(path, _)| path).collect());
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
                && let Some(what) = differs(release, file, md5.get(&release.path))
            {
                problems.push(problem(&release.path, what.in_words(path)));
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

/// Whether an archive has the length of its entry, as far as that has one.
fn has_size(release: &Held, file: &FileSums) -> bool {
    file.size.is_none_or(|size| size == release.size)
}

/// MD5 counts only where there is nothing better: archives with the same one can be
/// made.
fn needs_md5(file: &FileSums) -> bool {
    file.sha256.is_none() && file.md5.is_some()
}

/// What is wrong with an archive, by its entry.
enum Fault {
    /// It is another one.
    Differs(String),
    /// It could be read no more.
    Unread,
}

impl Fault {
    fn in_words(&self, path: &SourcePath) -> String {
        match self {
            Self::Differs(what) => {
                format!("{what} in {path}: it is not the archive that was published; fetch it anew")
            }
            Self::Unread => format!(
                "it could not be read again, to be held to its MD5 in {path}: scan once more when \
                 nobody changes the mirror"
            ),
        }
    }
}

/// In what an archive is not what its digests say.
fn differs(release: &Held, file: &FileSums, md5: Option<&String>) -> Option<Fault> {
    if !has_size(release, file) {
        let size = file.size.unwrap_or_default();
        let what = format!("it has {} bytes, and {size} by its entry", release.size);
        return Some(Fault::Differs(what));
    }
    let (name, found, expected) = match (&file.sha256, &file.md5) {
        (Some(expected), _) => ("SHA-256", release.sha256.to_string(), expected),
        (None, Some(expected)) => match md5 {
            Some(found) => ("MD5", found.clone(), expected),
            None => return Some(Fault::Unread),
        },
        (None, None) => return None,
    };
    (found != *expected)
        .then(|| Fault::Differs(format!("its {name} is {found}, and {expected} by its entry")))
}

/// Archives of one name whose bytes are not the same, one remark for each name.
pub(super) fn same_name(releases: &[Held]) -> Vec<Remark> {
    let mut by_name: BTreeMap<&[u8], Vec<&Held>> = BTreeMap::new();
    for release in releases {
        by_name.entry(release.path.file_name()).or_default().push(release);
    }
    let differ = |all: &&Vec<&Held>| {
        all.iter().any(|release| all.first().is_some_and(|first| first.sha256 != release.sha256))
    };
    let remark = |all: &Vec<&Held>| {
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
