//! The files of a folder of advisory data.

use std::path::{Path, PathBuf};

use crate::advisory::AdvisoryError;

/// The files of a folder that end in one of the suffixes, sorted. Links are not
/// followed: they could lead anywhere.
///
/// # Errors
/// When the folder can't be read.
pub(super) fn in_folder(folder: &Path, suffixes: &[&str]) -> Result<Vec<PathBuf>, AdvisoryError> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(AdvisoryError::io(folder))? {
        let entry = entry.map_err(AdvisoryError::io(folder))?;
        let path = entry.path();
        let is_file = entry.file_type().map_err(AdvisoryError::io(&path))?.is_file();
        let suffix = path.extension().unwrap_or_default().to_string_lossy().to_ascii_lowercase();
        if is_file && suffixes.contains(&suffix.as_str()) {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}
