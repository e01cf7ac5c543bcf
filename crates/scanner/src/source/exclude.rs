//! What the user wants left out.
//!
//! Patterns are those of .gitignore, from `--exclude` and from
//! `.perlscanignore` in the scan root. The file is read there only: one in a
//! folder below could hide the folder's own findings. git's own ignore files
//! are not read, for a vendored `local/` is ignored by git and yet deployed.

use std::path::{Path, PathBuf};

use ignore::gitignore::{Gitignore, GitignoreBuilder};

/// The name of the ignore file.
pub const IGNORE_FILE: &str = ".perlscanignore";

/// Patterns of paths to leave out, relative to the scan root.
#[derive(Debug, Clone)]
pub struct Excludes {
    patterns: Gitignore,
    ignore_file: Option<PathBuf>,
}

/// A pattern that can't be read.
#[derive(Debug, thiserror::Error)]
#[error("{place}: can't read the pattern: {cause}; patterns are those of .gitignore")]
pub struct ExcludeError {
    place: String,
    cause: ignore::Error,
}

impl Excludes {
    /// Reads the patterns of the command line, and the ignore file of `root`
    /// unless `no_config` says otherwise.
    ///
    /// # Errors
    /// When a pattern can't be read.
    pub fn new(root: &Path, patterns: &[String], no_config: bool) -> Result<Self, ExcludeError> {
        Self::with_config_of((!no_config).then_some(root), root, patterns)
    }

    /// As [`Excludes::new`], with the ignore file of another folder, if any; its
    /// patterns are relative to `root` all the same.
    ///
    /// # Errors
    /// When a pattern can't be read.
    pub fn with_config_of(
        folder: Option<&Path>,
        root: &Path,
        patterns: &[String],
    ) -> Result<Self, ExcludeError> {
        let mut builder = of_patterns(root, patterns)?;
        let mut ignore_file = None;
        let path = folder.unwrap_or(root).join(IGNORE_FILE);
        if folder.is_some() && path.is_file() {
            if let Some(cause) = builder.add(&path) {
                return Err(ExcludeError { place: path.display().to_string(), cause });
            }
            ignore_file = Some(path.clone());
        }
        let patterns = builder
            .build()
            .map_err(|cause| ExcludeError { place: path.display().to_string(), cause })?;
        Ok(Self { patterns, ignore_file })
    }

    /// The same with the ignore file's bytes where there is one, for a tree that
    /// lies on no disk; `root` is where it would lie.
    ///
    /// # Errors
    /// When a pattern can't be read.
    pub fn of_bytes(
        root: &Path,
        patterns: &[String],
        ignore_file: Option<&[u8]>,
    ) -> Result<Self, ExcludeError> {
        let mut builder = of_patterns(root, patterns)?;
        let path = root.join(IGNORE_FILE);
        let place = |line: usize| format!("{}:{line}", path.display());
        if let Some(bytes) = ignore_file {
            let text = String::from_utf8_lossy(bytes);
            let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
            for (at, line) in text.lines().enumerate() {
                builder
                    .add_line(Some(path.clone()), line)
                    .map_err(|cause| ExcludeError { place: place(at + 1), cause })?;
            }
        }
        let patterns = builder.build().map_err(|cause| ExcludeError { place: place(1), cause })?;
        Ok(Self { patterns, ignore_file: ignore_file.map(|_| path) })
    }

    /// The ignore file that was read.
    pub fn ignore_file(&self) -> Option<&Path> {
        self.ignore_file.as_deref()
    }

    /// Whether there is any pattern.
    pub fn is_empty(&self) -> bool {
        self.patterns.is_empty()
    }

    /// Whether a path below the root is to be left out.
    pub fn matches(&self, path: &Path, is_directory: bool) -> bool {
        self.patterns.matched(path, is_directory).is_ignore()
    }
}

fn of_patterns(root: &Path, patterns: &[String]) -> Result<GitignoreBuilder, ExcludeError> {
    let mut builder = GitignoreBuilder::new(root);
    for pattern in patterns {
        let place = || format!("--exclude '{pattern}'");
        builder.add_line(None, pattern).map_err(|cause| ExcludeError { place: place(), cause })?;
    }
    Ok(builder)
}
