//! Where advisories come from and how the database gets to a scan.
//!
//! Each of [`sources`] reads one upstream format, [`merge`] puts several
//! together. `perlscan db build` writes the result as the committed facts
//! ([`facts_files`]); the build script encodes those, and [`store`] opens the
//! database. [`overrides`] corrects reviewed mistakes of the data when it is
//! asked.

pub mod acceptance;
mod background;
pub mod cache;
pub mod core_list;
pub mod database;
pub mod diff;
pub mod export;
pub mod facts_files;
pub mod fetch;
pub mod library_version;
pub mod lint;
pub mod merge;
pub mod named;
pub mod overrides;
pub mod references;
pub mod sources;
pub mod store;
mod stored;
pub mod update;

use std::path::PathBuf;

/// Why upstream data or facts can't be read or written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AdvisoryError {
    /// A file can't be opened, read or written.
    #[error("{}: {cause}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system says.
        cause: std::io::Error,
    },
    /// A file is not what it should be.
    #[error("{}{}: {message}", path.display(), line.map(|n| format!(":{n}")).unwrap_or_default())]
    Content {
        /// The file.
        path: PathBuf,
        /// The line, where it is known.
        line: Option<u64>,
        /// What is wrong and what to do.
        message: String,
    },
}

impl AdvisoryError {
    fn io(path: impl Into<PathBuf>) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.into();
        |cause| Self::Io { path, cause }
    }

    fn content(path: impl Into<PathBuf>, line: Option<u64>, message: impl ToString) -> Self {
        Self::Content { path: path.into(), line, message: message.to_string() }
    }
}

/// Reads a whole file: the one place where advisory data is opened.
#[expect(clippy::disallowed_methods, reason = "advisory data is read here")]
fn read_file(path: &std::path::Path) -> Result<Vec<u8>, AdvisoryError> {
    std::fs::read(path).map_err(AdvisoryError::io(path))
}
