//! Where files come from.
//!
//! A source shows each file once, in any order, and reads only what the sink
//! asks for. What it could not read is told to the sink as a problem; what it
//! left out on purpose is counted in [`Visited`].

pub mod archive;
mod exclude;
mod fs;
#[cfg(feature = "git")]
pub mod git;
mod limits;
mod mem;
mod skipped;
mod stamp;

pub use exclude::{ExcludeError, Excludes, IGNORE_FILE};
pub use fs::{FsSource, find_base, relative_to};
pub use limits::Limits;
pub use mem::MemSource;
pub use stamp::Stamp;

use perlscan_model::location::SourcePath;
use perlscan_model::problem::Problem;

/// How much of a file is wanted, and so which limit holds for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Want {
    /// Nothing.
    No,
    /// Its first bytes, which [`Sink::wants_head`] then decides on.
    Head,
    /// Its last bytes, which [`Sink::wants_tail`] then decides on.
    Tail,
    /// All of it, as a manifest.
    Manifest,
    /// All of it, as Perl source.
    PerlSource,
    /// All of it, as an archive.
    Archive,
}

/// What links to folders outside of the tree are counted as.
const LINKS: &str = "links out of the tree";

/// What is said of a link that is not followed.
const LEADS_NOWHERE: &str =
    "it is a link that leads out of the scanned tree or to no file, and was not followed";

/// How many bytes [`Sink::wants_head`] is given at most.
pub const HEAD_BYTES: usize = 4096;

/// How many bytes [`Sink::wants_tail`] is given at most.
pub const TAIL_BYTES: usize = 16;

/// The name of a file's content: equal names are equal bytes (a git blob's id).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ContentId(pub [u8; 20]);

/// What became of a file that a sink knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Known {
    /// It was read.
    Read,
    /// It was not, for nobody wanted it or a limit forbade it.
    NotRead,
}

/// What a source gives its files to, from several threads at once.
pub trait Sink: Sync {
    /// Told of every file; how much of it is wanted.
    fn wants(&self, path: &SourcePath) -> Want;

    /// Of a file whose head was wanted: how much of it is wanted by its first
    /// bytes. [`Want::Head`] is no answer here and means [`Want::No`].
    fn wants_head(&self, path: &SourcePath, head: &[u8]) -> Want;

    /// Of a file whose tail was wanted: how much of it is wanted by its last
    /// bytes. [`Want::Head`] and [`Want::Tail`] are no answers here and mean
    /// [`Want::No`].
    fn wants_tail(&self, _path: &SourcePath, _tail: &[u8]) -> Want {
        Want::No
    }

    /// Asked before a file is read whose content the source can name: whether the
    /// sink has it already, from the same path and content. `None` has it read.
    fn known(&self, _path: &SourcePath, _content: &ContentId) -> Option<Known> {
        None
    }

    /// Asked before an archive on disk is read: whether the sink knows all of a file
    /// with this stamp, so that it need not be read.
    fn stamped(&self, _path: &SourcePath, _stamp: &Stamp) -> bool {
        false
    }

    /// The bytes of a wanted file.
    fn file(&self, path: &SourcePath, bytes: &[u8]);

    /// The bytes of an archive on disk, and the stamp that it had before and after
    /// they were read; `None` where there is none to rely on.
    fn stamped_file(&self, path: &SourcePath, bytes: &[u8], _stamp: Option<&Stamp>) {
        self.file(path, bytes);
    }

    /// Something could not be read.
    fn problem(&self, problem: Problem);
}

/// What a source came by.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Visited {
    /// Files that were seen.
    pub files_seen: u64,
    /// Files that were read.
    pub files_read: u64,
    /// Directories that are never entered, by name, and how often each was met.
    pub skipped_directories: Vec<(String, u64)>,
    /// Files and directories that excludes removed, sorted.
    pub excluded: Vec<SourcePath>,
}

/// A tree of files.
pub trait Source {
    /// Shows every file to the sink.
    fn visit(&self, limits: &Limits, sink: &dyn Sink) -> Visited;
}
