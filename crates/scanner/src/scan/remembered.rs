//! What the Perl source of a repository said when two of its states were last compared,
//! so that the next comparison reads what has come since.
//!
//! A hook compares the same thousands of files before each commit, of which a few are
//! new. What a file says depends on its path, its content as git names it, the limits and
//! the program alone; each repository has a file of its own, since the names of contents
//! are its word: one that lies about them deceives itself. Files with a fact of another
//! kind or a problem are few, and are read each time.
//!
//! The cache is never wrong, only incomplete: the file has a checksum, is renamed to its
//! place when it is whole, and what does not fit is as nothing.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};

use perlscan_model::location::SourcePath;
use perlscan_model::usage::{ModuleFound, ModuleUse};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::collect::Collected;
use super::kept_files::{self, PROGRAM};
use super::{ScanSettings, SourceFacts};
use crate::advisory::cache::{self, CacheError};
use crate::source::ContentId;

/// What the file begins with, before its checksum: another form has another word.
const HEADER: &[u8] = b"perlscan sources 1\n";
/// How the files are called; between stand [`PROGRAM`] and the repository.
const NAME: (&str, &str) = ("sources-", ".facts");
/// How many repositories are remembered.
const REPOSITORIES: usize = 32;
/// 64 MiB: a repository with half a million files. What is larger is not kept.
const LARGEST: u64 = 64 << 20;
/// Fewer files are read in less time than it takes to open another one.
const FEWEST: usize = 200;
/// Where not more than one in so many files is new, the next run reads those again, too.
const NEW: usize = 64;

/// What is remembered of a repository.
#[derive(Debug)]
pub(crate) struct Remembered {
    folder: PathBuf,
    name: String,
    before: Collected,
}

/// A file, as it is written.
#[derive(Debug, Serialize, Deserialize)]
struct Said {
    path: SourcePath,
    content: [u8; 20],
    /// Whether it was read, and not only looked at.
    is_read: bool,
    /// What it says of modules, if it is Perl.
    modules: Option<(Vec<ModuleUse>, Vec<ModuleFound>)>,
}

impl Remembered {
    /// What is remembered, if anything.
    ///
    /// # Errors
    /// When others can write it, or it can't be read.
    #[expect(clippy::disallowed_methods, reason = "the cache is read here")]
    pub(crate) fn open(kept: &SourceFacts, settings: &ScanSettings) -> Result<Self, CacheError> {
        let name = file_name(&kept.repository, settings);
        let path = kept.folder.join(&name);
        let mut remembered =
            Self { folder: kept.folder.clone(), name, before: Collected::default() };
        let file = match File::open(&path) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(remembered),
            other => other.map_err(CacheError::io(&path))?,
        };
        let about = file.metadata().map_err(CacheError::io(&path))?;
        cache::trusted(&kept.folder)?;
        cache::own_alone(&path, &about)?;
        let mut bytes = Vec::with_capacity(usize::try_from(about.len().min(LARGEST)).unwrap_or(0));
        file.take(LARGEST).read_to_end(&mut bytes).map_err(CacheError::io(&path))?;
        for said in checked(&bytes).unwrap_or_default() {
            remembered
                .before
                .contents
                .insert(said.path.clone(), (ContentId(said.content), said.is_read));
            if let Some((uses, modules)) = said.modules {
                remembered.before.source(&said.path, uses, modules);
            }
        }
        remembered.before.sort();
        Ok(remembered)
    }

    /// What was read then, as far as it is kept.
    pub(crate) fn before(&self) -> &Collected {
        &self.before
    }

    /// Keeps what was read now, where enough of it is new.
    ///
    /// # Errors
    /// When it can't be written, or others could write it, too.
    pub(crate) fn keep(&self, read: &Collected) -> Result<(), CacheError> {
        let others = read.files.iter().map(|file| &file.path);
        let others = others.chain(read.problems.iter().map(|problem| &problem.location.path));
        let others: BTreeSet<&SourcePath> = others.collect();
        let plain = read.contents.iter().filter(|(path, _)| !others.contains(path));
        let mut plain: Vec<_> = plain.collect();
        let is_new = |(path, content): &&(_, _)| self.before.contents.get(*path) != Some(*content);
        if plain.len() < FEWEST || plain.iter().filter(is_new).count() * NEW <= plain.len() {
            return Ok(());
        }
        plain.sort();
        let said = plain.into_iter().map(|(path, (content, is_read))| {
            let found = read.sources.binary_search_by(|source| source.path.cmp(path));
            let found = found.ok().and_then(|at| read.sources.get(at));
            let modules = found.map(|source| (source.uses.to_vec(), source.modules.to_vec()));
            Said { path: path.clone(), content: content.0, is_read: *is_read, modules }
        });
        let Ok(said) = postcard::to_allocvec(&said.collect::<Vec<Said>>()) else { return Ok(()) };
        let bytes = [HEADER, &crc32fast::hash(&said).to_le_bytes(), &said].concat();
        if u64::try_from(bytes.len()).is_ok_and(|length| length < LARGEST) {
            self.write(&bytes)?;
        }
        Ok(())
    }

    fn write(&self, bytes: &[u8]) -> Result<(), CacheError> {
        cache::make_folder(&self.folder).map_err(CacheError::io(&self.folder))?;
        cache::trusted(&self.folder)?;
        let path = self.folder.join(&self.name);
        let beside = kept_files::beside(&path);
        let mut options = kept_files::private();
        let written = options.create_new(true).open(&beside).and_then(|mut file| {
            file.write_all(bytes)?;
            std::fs::rename(&beside, &path)
        });
        if written.is_err() {
            let _ = std::fs::remove_file(&beside);
        }
        written.map_err(CacheError::io(&path))?;
        kept_files::sweep(&self.folder, NAME, &self.name, REPOSITORIES);
        Ok(())
    }
}

/// What a whole file holds.
fn checked(bytes: &[u8]) -> Option<Vec<Said>> {
    let (sum, said) = bytes.strip_prefix(HEADER)?.split_first_chunk::<4>()?;
    (crc32fast::hash(said) == u32::from_le_bytes(*sum)).then_some(())?;
    postcard::from_bytes(said).ok()
}

/// The name for a repository's folder, and for what of it is read how far.
fn file_name(repository: &Path, settings: &ScanSettings) -> String {
    let ScanSettings { limits, containers, scan_roots, .. } = settings;
    let of = format!("{:?} {limits:?} {containers:?} {scan_roots:?}", repository.as_os_str());
    let digest: String =
        Sha256::digest(of).iter().take(8).map(|byte| format!("{byte:02x}")).collect();
    format!("{}{PROGRAM}-{digest}{}", NAME.0, NAME.1)
}

#[cfg(test)]
#[path = "remembered_test.rs"]
mod tests;
