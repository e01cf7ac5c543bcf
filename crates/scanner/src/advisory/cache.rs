//! The folder in which `perlscan db update` keeps its database.
//!
//! The database is one file, written beside, synced and renamed, so that a
//! reader sees the old or the new one and never waits. Writers are kept apart by
//! a lock. Beside it stand what was fetched, by digest, and a small file that
//! says what was fetched from where; that file counts only while it names the
//! digest of the database, so the two can't disagree.

use std::ffi::OsString;
use std::fs::{File, Metadata, OpenOptions, TryLockError};
use std::io::{Read as _, Seek as _, Write as _};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use perlscan_model::database::{AdvisoryDb, DATABASE_FORMAT, DatabaseError};

use crate::advisory::{AdvisoryError, stored};

/// The database in a cache folder.
pub const DATABASE_FILE: &str = "advisories.db";
const LOCK_FILE: &str = "lock";
/// What ends the names of files that are still being written.
pub(crate) const UNFINISHED: &str = ".unfinished";
/// A larger file is no database of ours: fifty times today's, in bytes.
const LARGEST: u64 = 512 << 20;

/// The cache folder: `PERLSCAN_CACHE`, else `perlscan` in the platform's folder
/// for caches. `variable` reads the environment. `None` where there is no home.
pub fn folder(variable: impl Fn(&str) -> Option<OsString>) -> Option<PathBuf> {
    let set = |name: &str| variable(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    if let Some(own) = set("PERLSCAN_CACHE") {
        return Some(own);
    }
    if cfg!(windows) {
        return Some(set("LOCALAPPDATA")?.join("perlscan"));
    }
    if cfg!(target_os = "macos") {
        return Some(set("HOME")?.join("Library/Caches/perlscan"));
    }
    // The XDG specification: what is not absolute is to be ignored.
    let xdg = set("XDG_CACHE_HOME").filter(|path| path.is_absolute());
    Some(xdg.or_else(|| Some(set("HOME")?.join(".cache")))?.join("perlscan"))
}

/// Why a cached database is not used, and what to do.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CacheError {
    /// Made by an earlier perlscan.
    #[error(
        "{}: it has format {found}, which this perlscan no longer reads; \
         `perlscan db update` rebuilds it", path.display()
    )]
    Older {
        /// The database.
        path: PathBuf,
        /// Its format.
        found: u32,
    },
    /// Made by a later perlscan.
    #[error(
        "{}: it has format {found}, made by a newer perlscan (this one reads format \
         {DATABASE_FORMAT}); update perlscan, or keep another cache with PERLSCAN_CACHE",
        path.display()
    )]
    Newer {
        /// The database.
        path: PathBuf,
        /// Its format.
        found: u32,
    },
    /// Cut off, damaged, or no database.
    #[error("{}: {why}; `perlscan db update` makes it anew", path.display())]
    Broken {
        /// The database.
        path: PathBuf,
        /// What is wrong.
        why: String,
    },
    /// Others can write it.
    #[error("{}: {why}, so it can't be trusted; {hint}", path.display())]
    Untrusted {
        /// The file or folder.
        path: PathBuf,
        /// Who can write it.
        why: &'static str,
        /// What to do.
        hint: String,
    },
    /// It can't be read.
    #[error("{}: {cause}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system says.
        cause: std::io::Error,
    },
    /// Another update does not end.
    #[error(
        "{}: process {holder} has been updating this cache for {} seconds; \
         wait for it or end it", path.display(), waited.as_secs()
    )]
    Locked {
        /// The lock.
        path: PathBuf,
        /// The process that holds it.
        holder: String,
        /// How long it was waited for.
        waited: Duration,
    },
}

impl CacheError {
    pub(crate) fn io(path: impl Into<PathBuf>) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.into();
        |cause| Self::Io { path, cause }
    }
}

/// The database in a cache folder, checked; `None` when there is none, which
/// costs the one call that finds no file.
///
/// # Errors
/// When there is one that can't be used.
#[expect(clippy::disallowed_methods, reason = "the cache is read here")]
pub fn read(folder: &Path) -> Result<Option<AdvisoryDb>, CacheError> {
    let path = folder.join(DATABASE_FILE);
    let file = match File::open(&path) {
        Ok(file) => file,
        Err(cause) if cause.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(cause) => return Err(CacheError::Io { path, cause }),
    };
    let about = file.metadata().map_err(CacheError::io(&path))?;
    trusted(folder)?;
    own_alone(&path, &about)?;
    let broken = |why: String| CacheError::Broken { path: path.clone(), why };
    if !about.is_file() || about.len() > LARGEST {
        return Err(broken("this is no perlscan database".to_owned()));
    }
    stored::open(file, about.len()).map(Some).map_err(|cause| match cause {
        DatabaseError::Read(cause) => CacheError::Io { path: path.clone(), cause },
        DatabaseError::Format { found } if found < DATABASE_FORMAT => {
            CacheError::Older { path: path.clone(), found }
        }
        DatabaseError::Format { found } => CacheError::Newer { path: path.clone(), found },
        other => broken(other.to_string()),
    })
}

/// Refuses a folder that others can write.
///
/// # Errors
/// When they can, or it can't be looked at.
pub fn trusted(folder: &Path) -> Result<(), CacheError> {
    own_alone(folder, &std::fs::metadata(folder).map_err(CacheError::io(folder))?)
}

#[cfg(unix)]
pub(crate) fn own_alone(path: &Path, about: &Metadata) -> Result<(), CacheError> {
    use std::os::unix::fs::MetadataExt as _;
    let untrusted = |why, hint| CacheError::Untrusted { path: path.to_owned(), why, hint };
    if about.mode() & 0o022 != 0 {
        let hint = format!("run `chmod go-w '{}'`, or name the file with --db", path.display());
        return Err(untrusted("others can write it", hint));
    }
    // Where there is no /proc, the mode has to do.
    let own = std::fs::metadata("/proc/self").map_or(about.uid(), |process| process.uid());
    if about.uid() != own && about.uid() != 0 {
        let hint = "name another folder with PERLSCAN_CACHE, or the file with --db".to_owned();
        return Err(untrusted("it belongs to another user", hint));
    }
    Ok(())
}

#[cfg(not(unix))]
pub(crate) fn own_alone(_: &Path, _: &Metadata) -> Result<(), CacheError> {
    // The platform's cache folder is the user's own by its access list.
    Ok(())
}

/// A cache folder that no other update changes while this lives.
#[derive(Debug)]
pub struct Locked {
    folder: PathBuf,
    /// Let go of when it is closed, also by a kill.
    _lock: File,
}

impl Locked {
    /// Makes the folder where it is missing, waits for other updates as long as
    /// `patience`, and takes away what killed ones left.
    ///
    /// # Errors
    /// When the folder can't be written, others can write it, or the other
    /// update does not end.
    pub fn take(folder: &Path, patience: Duration) -> Result<Self, CacheError> {
        make_folder(folder).map_err(CacheError::io(folder))?;
        trusted(folder)?;
        let path = folder.join(LOCK_FILE);
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(false);
        let mut lock = options.open(&path).map_err(CacheError::io(&path))?;
        let started = Instant::now();
        loop {
            match lock.try_lock() {
                Ok(()) => break,
                Err(TryLockError::Error(cause)) => return Err(CacheError::Io { path, cause }),
                Err(TryLockError::WouldBlock) if started.elapsed() >= patience => {
                    let mut holder = String::new();
                    // Where the system locks the bytes too, the name stays unknown.
                    let _ = lock.take(32).read_to_string(&mut holder);
                    let known = !holder.is_empty() && holder.bytes().all(|b| b.is_ascii_digit());
                    let holder = if known { holder } else { "of another user".to_owned() };
                    return Err(CacheError::Locked { path, holder, waited: patience });
                }
                Err(TryLockError::WouldBlock) => std::thread::sleep(Duration::from_millis(50)),
            }
        }
        // Who holds it is only told; a full disk is met when it matters.
        let _ = lock.set_len(0).and_then(|()| lock.rewind());
        let _ = write!(lock, "{}", std::process::id());
        let locked = Self { folder: folder.to_owned(), _lock: lock };
        locked.sweep()?;
        Ok(locked)
    }

    /// Takes away files of updates that were killed: only names of our own.
    fn sweep(&self) -> Result<(), CacheError> {
        let entries = std::fs::read_dir(&self.folder).map_err(CacheError::io(&self.folder))?;
        for entry in entries.flatten() {
            if entry.file_name().to_string_lossy().ends_with(UNFINISHED) {
                let _ = std::fs::remove_file(entry.path());
            }
        }
        Ok(())
    }

    /// Writes a file beside, syncs it and renames it.
    ///
    /// # Errors
    /// When that fails; what stood there before still does.
    pub fn replace(&self, name: &str, bytes: &[u8]) -> Result<(), AdvisoryError> {
        let path = self.folder.join(name);
        let beside = self.folder.join(format!("{name}.{}{UNFINISHED}", std::process::id()));
        let written = write_synced(&beside, bytes).and_then(|()| std::fs::rename(&beside, &path));
        if written.is_err() {
            let _ = std::fs::remove_file(&beside);
        }
        written.map_err(AdvisoryError::io(&path))?;
        sync_folder(&self.folder);
        Ok(())
    }

    /// The folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }
}

fn write_synced(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

/// For the user alone, where the system knows such a thing.
pub(crate) fn make_folder(folder: &Path) -> std::io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

/// After a rename the folder holds the news; where it can't be synced, the
/// rename still is all or nothing.
#[expect(clippy::disallowed_methods, reason = "the cache's own folder")]
fn sync_folder(folder: &Path) {
    if let Ok(folder) = File::open(folder) {
        let _ = folder.sync_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg(all(unix, not(target_os = "macos")))]
    fn the_folder_follows_the_xdg_specification() {
        let with = |set: &[(&str, &str)]| {
            folder(|name| set.iter().find(|(n, _)| *n == name).map(|(_, v)| OsString::from(v)))
        };
        let home = ("HOME", "/home/u");
        assert_eq!(with(&[home]), Some("/home/u/.cache/perlscan".into()));
        assert_eq!(with(&[home, ("XDG_CACHE_HOME", "/x")]), Some("/x/perlscan".into()));
        assert_eq!(with(&[home, ("XDG_CACHE_HOME", "x")]), Some("/home/u/.cache/perlscan".into()));
        assert_eq!(with(&[home, ("XDG_CACHE_HOME", "")]), Some("/home/u/.cache/perlscan".into()));
        assert_eq!(with(&[home, ("PERLSCAN_CACHE", "/own")]), Some("/own".into()));
        assert_eq!(with(&[]), None);
    }
}
