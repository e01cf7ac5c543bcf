//! The files of a folder of advisory data, read within limits.
//!
//! Links are not followed (they could lead out of the folder, or round in a
//! circle), hidden files and folders are passed over, special files are never
//! opened.

use std::io::Read as _;
use std::path::{Path, PathBuf};

use crate::advisory::AdvisoryError;
use crate::advisory::sources::{Place, SourceProblem};

/// How deep folders may stand in each other.
const MAX_FOLDERS: usize = 16;

/// How many entries are looked at; a whole cvelistV5 has about 350,000.
const MAX_ENTRIES: usize = 2_000_000;

/// The files below a folder whose names end in one of the extensions, sorted; a
/// file is a list of one. What can't be looked at is a problem.
///
/// # Errors
/// When the path itself can't be read.
pub(crate) fn files(
    root: &Path,
    extensions: &[&str],
    problems: &mut Vec<SourceProblem>,
) -> Result<Vec<PathBuf>, AdvisoryError> {
    if !std::fs::metadata(root).map_err(AdvisoryError::io(root))?.is_dir() {
        return Ok(vec![root.to_owned()]);
    }
    let mut found = Vec::new();
    let mut entries = 0;
    let mut folders = vec![(root.to_owned(), 0)];
    while let Some((folder, depth)) = folders.pop() {
        let listed = match std::fs::read_dir(&folder) {
            Ok(listed) => listed,
            Err(cause) if folder == root => return Err(AdvisoryError::io(root)(cause)),
            Err(cause) => {
                problems.push(problem(&folder, format!("can't list this folder: {cause}")));
                continue;
            }
        };
        for entry in listed {
            entries += 1;
            if entries > MAX_ENTRIES {
                let message =
                    format!("there are more than {MAX_ENTRIES} files; give a smaller folder");
                return Err(AdvisoryError::content(root, None, message));
            }
            let (path, kind) = match entry.and_then(|entry| Ok((entry.path(), entry.file_type()?)))
            {
                Ok(entry) => entry,
                Err(cause) => {
                    problems.push(problem(&folder, format!("can't list this folder: {cause}")));
                    continue;
                }
            };
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            let wanted =
                path.extension().is_some_and(|own| extensions.iter().any(|known| own == *known));
            if name.starts_with('.') {
                continue;
            }
            if kind.is_dir() {
                if depth < MAX_FOLDERS {
                    folders.push((path, depth + 1));
                } else {
                    let message = format!("more than {MAX_FOLDERS} folders in each other");
                    problems.push(problem(&path, message));
                }
            } else if kind.is_symlink() {
                if wanted || path.extension().is_none() {
                    let message = "links are not followed; give what it leads to as a source";
                    problems.push(problem(&path, message.to_owned()));
                }
            } else if wanted {
                found.push(path);
            }
        }
    }
    found.sort();
    problems.sort();
    Ok(found)
}

/// Reads a file of at most `limit` bytes. A larger one is refused by its size
/// before it is read, a special file before it is opened.
///
/// # Errors
/// A problem with what to do.
#[expect(clippy::disallowed_methods, reason = "advisory data is read here")]
pub(crate) fn read(path: &Path, limit: u64) -> Result<Vec<u8>, SourceProblem> {
    let io = |cause: std::io::Error| problem(path, format!("can't be read: {cause}"));
    let about = std::fs::metadata(path).map_err(io)?;
    if !about.is_file() {
        return Err(problem(path, "this is no regular file".to_owned()));
    }
    let too_large =
        || problem(path, format!("the file is larger than {} MiB, and is not read", limit >> 20));
    if about.len() > limit {
        return Err(too_large());
    }
    let mut bytes = Vec::new();
    std::fs::File::open(path)
        .and_then(|file| file.take(limit + 1).read_to_end(&mut bytes))
        .map_err(io)?;
    // It may have grown meanwhile.
    if bytes.len() as u64 > limit { Err(too_large()) } else { Ok(bytes) }
}

/// A problem with a whole file.
pub(crate) fn problem(path: &Path, message: String) -> SourceProblem {
    SourceProblem { place: Place { path: path.to_owned(), line: None }, message }
}
