//! Gets advisory data to this machine: by HTTPS, from git, or from a path.
//!
//! The only place of the library that opens a socket or starts a program (`git`
//! for https and ssh repositories; `gpgv`, in [`crate::signature`]), and only
//! when `perlscan db update`, `--update` or the URL of a mirror asks for it. What is fetched is
//! hostile until its signature is checked, and is read as such afterwards, too:
//! sizes, times and names are limited here.

use std::path::{Path, PathBuf};
use std::time::Duration;

use perlscan_model::facts::Trust;

#[cfg(feature = "https")]
mod client;
#[cfg(any(feature = "https", feature = "git"))]
mod files;
#[cfg(feature = "git")]
mod git;
#[cfg(feature = "https")]
mod https;
mod remote;

#[cfg(feature = "https")]
pub use client::Client;

/// The data of an HTTPS remote, in the folder of the work.
pub const DATA_FILE: &str = "data.json";
/// Its signature, beside it.
pub const SIGNATURE_FILE: &str = "data.json.gpg";

/// Where advisory data is fetched from. [`Remote::parse`] reads one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Remote {
    /// A JSON feed, plain or gzipped.
    Https {
        /// Its URL, which may carry a user and a password.
        url: String,
        /// The URL of its detached OpenPGP signature, where there is one. The
        /// signature is over the JSON as it is without gzip.
        signature: Option<String>,
    },
    /// A git repository: a path, or a URL of `file`, `git`, `https` or `ssh`.
    Git {
        /// The URL or path, without `git+`.
        url: String,
        /// The branch or tag; else what the repository's HEAD names.
        reference: Option<String>,
    },
    /// A file or folder of this machine, read where it is.
    Path(PathBuf),
}

/// What [`fetch`] got.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fetched {
    /// A file or folder, in `work` unless the remote is a path. When nothing is
    /// new (`unchanged`), it may be gone.
    pub path: PathBuf,
    /// How it came here: never [`Trust::Signed`], which only
    /// [`crate::signature::verify`] can say. `git://` names nobody and counts as
    /// [`Trust::Local`].
    pub trust: Trust,
    /// The URL without credentials, or the path as it was given.
    pub place: String,
    /// The commit, of git.
    pub commit: Option<String>,
    /// When that commit was made, in seconds since 1970, as the committer says.
    pub made_at: Option<i64>,
    /// The entity tag, of HTTPS.
    pub etag: Option<String>,
    /// Whether it is what [`Previous`] names.
    pub unchanged: bool,
    /// Whether git's history no longer holds the commit that [`Previous`] names.
    pub rewritten: bool,
    /// The file with the detached signature: fetched from where the remote says
    /// (with the data alone, not when nothing is new), or, beside a local file, that file's name with `.gpg`, `.sig` or `.asc`.
    pub signature: Option<PathBuf>,
}

/// What was fetched the last time, so that the same is not fetched again.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Previous {
    /// [`Fetched::place`] of that time: tags and commits of another place say nothing.
    pub place: String,
    /// [`Fetched::etag`] of that time.
    pub etag: Option<String>,
    /// [`Fetched::commit`] of that time.
    pub commit: Option<String>,
}

/// How much may be fetched, and for how long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Bytes that come over the connection, of one file or one git fetch.
    pub received: u64,
    /// Bytes of one file, after gzip or as git has it.
    pub file: u64,
    /// Bytes of all files of a git tree.
    pub tree: u64,
    /// How many files a git tree may have.
    pub files: u64,
    /// Until the other side has answered.
    pub connect: Duration,
    /// Until everything is here.
    pub whole: Duration,
}

impl Default for Limits {
    /// Sixty times today's feed; a tree as large as all CVE records.
    fn default() -> Self {
        Self {
            received: 1 << 30,
            file: 256 << 20,
            tree: 2 << 30,
            files: 500_000,
            connect: Duration::from_secs(15),
            whole: Duration::from_secs(600),
        }
    }
}

/// Whoever wants to know how far it is.
pub trait Progress {
    /// `what` (a few words) has `done` of `total` parts or bytes.
    fn at(&self, what: &str, done: u64, total: Option<u64>);
}

/// Nobody wants to know.
impl Progress for () {
    fn at(&self, _: &str, _: u64, _: Option<u64>) {}
}

/// Why nothing was fetched. Places are without credentials.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FetchError {
    /// The way is not part of this program.
    #[error("{place}: {way} is not built into this perlscan; {hint}")]
    NotBuilt {
        /// Where from.
        place: String,
        /// `https` or `git`.
        way: &'static str,
        /// What else to do.
        hint: &'static str,
    },
    /// It is not fetched from there, or not in this way.
    #[error("{place}: {why}")]
    Refused {
        /// Where from.
        place: String,
        /// Why, and what to do.
        why: String,
    },
    /// The other side could not be reached, or broke off.
    #[error("{place}: {why}")]
    Network {
        /// Where from.
        place: String,
        /// What happened.
        why: String,
    },
    /// The server answered, but not with the data.
    #[error("{place}: the server answers with status {status}")]
    Status {
        /// Where from.
        place: String,
        /// The HTTP status.
        status: u16,
    },
    /// It is not what it should be.
    #[error("{place}: {why}")]
    Content {
        /// Where from.
        place: String,
        /// What is wrong.
        why: String,
    },
    /// It is larger than [`Limits`] allow.
    #[error("{place}: {what} is over the limit of {limit}")]
    TooLarge {
        /// Where from.
        place: String,
        /// What is too large.
        what: String,
        /// The limit, in bytes or files.
        limit: u64,
    },
    /// It takes longer than [`Limits`] allow.
    #[error("{place}: not done in {} seconds", limit.as_secs())]
    TooSlow {
        /// Where from.
        place: String,
        /// The limit.
        limit: Duration,
    },
    /// The repository has no such branch, tag or commit.
    #[error("{place}: {why}")]
    NoReference {
        /// Where from.
        place: String,
        /// What is missing.
        why: String,
    },
    /// A file of this machine can't be read or written.
    #[error("{}: {cause}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system says.
        cause: std::io::Error,
    },
}

impl FetchError {
    /// Whether a mirror might do better: not for what this machine refuses.
    pub fn is_remote(&self) -> bool {
        !matches!(self, Self::Io { .. } | Self::NotBuilt { .. })
    }
}

/// Fetches a remote into `work`, a folder of our own that is made if need be and
/// that serves this remote alone. The caller keeps others out of it.
///
/// Files are written beside and renamed, so that after an interruption `work`
/// holds the old state or none, and the next fetch mends what was half made.
///
/// # Errors
/// When nothing was fetched; the error says what to do where there is something.
pub fn fetch(
    remote: &Remote,
    work: &Path,
    previous: &Previous,
    limits: &Limits,
    progress: &dyn Progress,
) -> Result<Fetched, FetchError> {
    let _ = (work, previous, limits, progress);
    match remote {
        #[cfg(feature = "https")]
        Remote::Https { url, signature } => {
            std::fs::create_dir_all(work).map_err(files::io(work))?;
            https::fetch(url, signature.as_deref(), work, previous, limits, progress)
        }
        #[cfg(not(feature = "https"))]
        Remote::Https { .. } => Err(FetchError::NotBuilt {
            place: remote.place(),
            way: "https",
            hint: "fetch the file yourself and name it: --source FILE",
        }),
        #[cfg(feature = "git")]
        Remote::Git { url, reference } => {
            std::fs::create_dir_all(work).map_err(files::io(work))?;
            git::fetch(url, reference.as_deref(), work, previous, limits, progress)
        }
        #[cfg(not(feature = "git"))]
        Remote::Git { .. } => Err(FetchError::NotBuilt {
            place: remote.place(),
            way: "git",
            hint: "clone the repository yourself and name its folder: --source DIR",
        }),
        Remote::Path(path) => Ok(Fetched {
            path: path.clone(),
            trust: Trust::Local,
            place: remote.place(),
            commit: None,
            made_at: None,
            etag: None,
            unchanged: false,
            rewritten: false,
            signature: beside(path),
        }),
    }
}

/// The signature that lies beside a file of this machine.
fn beside(path: &Path) -> Option<PathBuf> {
    ["gpg", "sig", "asc"].into_iter().find_map(|suffix| {
        let mut name = path.as_os_str().to_owned();
        name.push(".");
        name.push(suffix);
        Some(PathBuf::from(name)).filter(|signature| path.is_file() && signature.is_file())
    })
}
