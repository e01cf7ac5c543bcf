//! Whether a security patch is applied to an archive.
//!
//! The archive's own files are the evidence, as they are for `patch --reverse`: each
//! change of the diff has to be there with the lines around it, in its order. A mark in
//! the version or a patch that lies beside says nothing. Tests, change logs and
//! metadata don't decide, since a rebuild may leave them as they were.

use std::collections::BTreeMap;

use perlscan_model::location::SourcePath;
use perlscan_model::problem::ProblemKind;

use crate::mirror::diff::{FileDiff, Hunk, lines_of};
use crate::source::archive::{self, ArchiveFile, Budget, Entries, Format, Wanted};

/// How many lines are compared at most, for one patch and one archive: what is made to
/// look alike a million times is given up on.
const COMPARED: usize = 50_000_000;

/// What an archive has of a patch.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Applied {
    /// All of it, in these files.
    Yes(Vec<SourcePath>),
    /// Not all of it: what is missing first.
    No(String),
    /// It can't be told, and why.
    Unknown(String),
}

/// The files of an archive that patches change, by their paths without the folder that
/// is around all.
pub(super) type Contents = BTreeMap<SourcePath, Vec<u8>>;

/// Reads those files of an archive that diffs name; `None` where the time for it was
/// over before.
pub(super) fn contents(
    path: &SourcePath,
    bytes: &[u8],
    limits: archive::Limits,
    largest: u64,
    diffs: &[&[FileDiff]],
) -> Option<Contents> {
    let Some(format) = Format::of(path.file_name()) else { return Some(Contents::new()) };
    let file = ArchiveFile::new(format, path.file_name(), bytes);
    let mut named = Named { diffs, largest, contents: Contents::new(), is_late: false };
    archive::read(&file, &mut file.budget(limits), &mut named);
    (!named.is_late).then_some(named.contents)
}

/// Takes the files that diffs name. What is wrong with the archive has been told when
/// it was read for the first time.
struct Named<'a> {
    diffs: &'a [&'a [FileDiff]],
    largest: u64,
    contents: Contents,
    is_late: bool,
}

impl Entries for Named<'_> {
    fn wants(&mut self, name: &SourcePath) -> Wanted {
        let inner = without_first(name);
        let mut files = self.diffs.iter().copied().flatten().filter(|file| decides(file));
        match files.any(|file| candidates(file).contains(&inner)) {
            true => Wanted::Whole(self.largest, "--max-perl-bytes"),
            false => Wanted::No,
        }
    }

    fn wants_head(&mut self, _name: &SourcePath, _head: &[u8]) -> Wanted {
        Wanted::No
    }

    fn file(&mut self, name: &SourcePath, bytes: Vec<u8>, _budget: &mut Budget) {
        // Of several of a name, unpacking keeps the last.
        self.contents.insert(without_first(name), bytes);
    }

    fn problem(&mut self, _kind: ProblemKind, _name: Option<&SourcePath>, message: String) {
        self.is_late |= archive::tells_of_time(&message);
    }
}

fn without_first(path: &SourcePath) -> SourcePath {
    let bytes = path.as_bytes();
    let at = memchr::memchr(b'/', bytes).map_or(0, |at| at + 1);
    SourcePath::new(bytes.get(at..).unwrap_or_default())
}

/// The paths in a release that a diff's file may mean: `b/lib/Foo.pm`, `lib/Foo.pm` and
/// `Foo-1.0/lib/Foo.pm` are written for the same.
fn candidates(file: &FileDiff) -> Vec<SourcePath> {
    let paths = [&file.path, &file.old_path];
    paths.into_iter().flatten().flat_map(|path| [without_first(path), path.clone()]).collect()
}

/// Whether a file of a patch tells whether the patch is applied.
fn decides(file: &FileDiff) -> bool {
    let is_aside = |path: &SourcePath| {
        let name = path.file_name().to_ascii_lowercase();
        let starts = [&b"change"[..], b"manifest", b"meta.", b"mymeta.", b"readme", b"signature"];
        path.parts().any(|part| part == b"t" || part == b"xt")
            || starts.iter().any(|start| name.starts_with(start))
    };
    let path = file.path.as_ref().or(file.old_path.as_ref());
    path.is_some_and(|path| !is_aside(path))
}

/// Whether a diff is applied to what an archive holds.
pub(super) fn applied(diff: &[FileDiff], contents: &Contents) -> Applied {
    let mut left = COMPARED;
    let mut files = Vec::new();
    for file in diff.iter().filter(|file| decides(file)) {
        let found = candidates(file).into_iter().find(|path| contents.contains_key(path));
        let shown = file.path.as_ref().or(file.old_path.as_ref()).cloned().unwrap_or_default();
        let (path, lines) = match (&file.path, found) {
            // That a file is not there is no sign of a patch: it may never have been.
            (None, None) => continue,
            (None, Some(path)) => return Applied::No(format!("{path} is there, which it removes")),
            (Some(_), None) => return Applied::No(format!("{shown} is not there")),
            (Some(_), Some(path)) => {
                let bytes = contents.get(&path).map(Vec::as_slice).unwrap_or_default();
                (path, lines_of(bytes))
            }
        };
        let mut from = 0;
        for hunk in file.hunks.iter().filter(|hunk| hunk.before != hunk.after) {
            match changed(hunk, &lines, from, &mut left) {
                Some(Found::At(end)) => from = end,
                Some(Found::Nowhere) => {
                    let line = hunk.after.iter().find(|line| !hunk.before.contains(line));
                    return Applied::No(match line {
                        Some(line) => format!("{path} has not '{}'", shortened(line)),
                        None => format!("{path} has what it removes"),
                    });
                }
                None => {
                    let why = format!("{path} has too many lines that look alike");
                    return Applied::Unknown(why);
                }
            }
            if files.last() != Some(&path) {
                files.push(path.clone());
            }
        }
    }
    match files.is_empty() {
        true => Applied::Unknown("it changes no file that would show it".to_owned()),
        false => Applied::Yes(files),
    }
}

/// A line, cut where it is long.
fn shortened(line: &[u8]) -> String {
    const LONGEST: usize = 60;
    let text = String::from_utf8_lossy(line.trim_ascii()).into_owned();
    match text.char_indices().nth(LONGEST) {
        Some((at, _)) => format!("{}...", text.get(..at).unwrap_or_default()),
        None => text,
    }
}

enum Found {
    /// The changed lines end before this one.
    At(usize),
    Nowhere,
}

/// Where the changed lines of a hunk are, from a line on; `None` where that takes too
/// long.
fn changed(hunk: &Hunk, lines: &[&[u8]], from: usize, left: &mut usize) -> Option<Found> {
    if hunk.after.is_empty() {
        // Without lines around it: what it takes away must be nowhere.
        return Some(match position(&hunk.before, lines, 0, left)? {
            Some(_) => Found::Nowhere,
            None => Found::At(from),
        });
    }
    let Some(at) = position(&hunk.after, lines, from, left)? else { return Some(Found::Nowhere) };
    // Where what stays is a part of what was there, both look alike.
    let before: Vec<&[u8]> = hunk.before.iter().map(Vec::as_slice).collect();
    let is_part = position(&hunk.after, &before, 0, left)?.is_some();
    if is_part && position(&hunk.before, lines, from, left)?.is_some() {
        return Some(Found::Nowhere);
    }
    Some(Found::At(at + hunk.after.len()))
}

/// Where lines stand in a row; the outer `None` is for a search that takes too long.
fn position(
    block: &[Vec<u8>],
    lines: &[&[u8]],
    from: usize,
    left: &mut usize,
) -> Option<Option<usize>> {
    let last = lines.len().checked_sub(block.len());
    let Some(last) = last.filter(|_| !block.is_empty()) else { return Some(None) };
    for start in from..=last {
        let there = lines.get(start..).unwrap_or_default();
        let same = block.iter().zip(there).take_while(|(a, b)| a.as_slice() == **b).count();
        if same == block.len() {
            return Some(Some(start));
        }
        *left = left.checked_sub(same + 1)?;
    }
    Some(None)
}

#[cfg(test)]
#[path = "applied_test.rs"]
mod tests;
