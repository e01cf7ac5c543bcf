//! Folders that perl would look for modules in, by the modules that lie there.
//!
//! A file is a module where its path ends in a package of its own, and what
//! stands before that is the folder perl would search. Below such a folder lie
//! those for an architecture or a perl (`lib/perl5/x86_64-linux`, `perl5/5.36`):
//! together they are one tree.

use std::collections::{BTreeMap, BTreeSet};

use perlscan_model::location::SourcePath;
use perlscan_model::name::ModuleName;
use perlscan_model::package::VersionState;
use perlscan_model::usage::ModuleFound;
use perlscan_model::version::PerlVersion;

use crate::resolve::own::holds;
use crate::resolve::project::PerlFile;

/// What the names of architectures have in them (perl's Config, `archname`).
const SYSTEMS: [&[u8]; 12] = [
    b"linux", b"darwin", b"freebsd", b"netbsd", b"openbsd", b"solaris", b"mswin32", b"cygwin",
    b"msys", b"aix", b"hpux", b"thread",
];

/// A package that lies in a tree.
#[derive(Debug, Clone, Copy)]
pub(super) struct ModuleFile<'a> {
    /// The file.
    pub(super) file: &'a PerlFile,
    /// Its `package` statement.
    pub(super) found: &'a ModuleFound,
    /// Whether the file is named by this package, so that `use` finds it there.
    pub(super) is_named: bool,
}

impl<'a> ModuleFile<'a> {
    /// Its version, where the source tells it.
    pub(super) fn version(&self) -> OnDisk<'a> {
        match &self.found.version {
            None => OnDisk::None,
            Some(VersionState::Exact(release)) => OnDisk::Version(&release.version),
            Some(VersionState::Range(_) | VersionState::Unknown(_)) => OnDisk::Dynamic,
        }
    }
}

/// The version that a module has on disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum OnDisk<'a> {
    /// This one.
    Version(&'a PerlVersion),
    /// The source gives it none.
    None,
    /// Only running the source tells.
    Dynamic,
}

/// The modules of one tree.
pub(super) type Tree<'a> = BTreeMap<&'a ModuleName, Vec<ModuleFile<'a>>>;

/// The trees of a project, by their folders.
#[derive(Debug, Default)]
pub(super) struct Trees<'a> {
    by_path: BTreeMap<SourcePath, Tree<'a>>,
    /// Folders for an architecture, whatever they are called: cpanm and
    /// MakeMaker put `.meta` and `auto` there and nowhere else.
    architectures: BTreeSet<SourcePath>,
}

impl<'a> Trees<'a> {
    /// The trees that Perl source makes up; `architectures` are folders that are
    /// known to be for one.
    pub(super) fn of(sources: &'a [PerlFile], architectures: BTreeSet<SourcePath>) -> Self {
        let mut trees = Self { by_path: BTreeMap::new(), architectures };
        for file in sources {
            let named = file.modules.iter().filter(|found| holds(&file.path, &found.module));
            let Some(named) = named.max_by_key(|found| found.module.as_str().len()) else {
                continue;
            };
            let tree = trees.tree_of(&folder(&file.path, &named.module));
            let modules = trees.by_path.entry(tree).or_default();
            for found in &file.modules {
                let is_named = found.module == named.module;
                modules.entry(&found.module).or_default().push(ModuleFile {
                    file,
                    found,
                    is_named,
                });
            }
        }
        trees
    }

    /// The tree that a folder belongs to.
    pub(super) fn tree_of(&self, folder: &SourcePath) -> SourcePath {
        let mut tree = folder.clone();
        while !tree.as_bytes().is_empty()
            && (self.architectures.contains(&tree) || is_variant(tree.file_name()))
        {
            tree = tree.parent();
        }
        tree
    }

    /// The folders that are for an architecture.
    pub(super) fn architectures(&self) -> &BTreeSet<SourcePath> {
        &self.architectures
    }

    /// The modules of a tree.
    pub(super) fn get(&self, tree: &SourcePath) -> Option<&Tree<'a>> {
        self.by_path.get(tree)
    }

    /// Every tree, in order of their folders.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&SourcePath, &Tree<'a>)> {
        self.by_path.iter()
    }
}

/// The folder in which perl would search for the module that lies at `path`.
fn folder(path: &SourcePath, module: &ModuleName) -> SourcePath {
    let mut folder = path.parent();
    for _ in module.as_str().matches("::") {
        folder = folder.parent();
    }
    folder
}

/// Whether a folder of this name holds what is for one architecture or perl.
fn is_variant(name: &[u8]) -> bool {
    let is_version = name.first().is_some_and(u8::is_ascii_digit)
        && name.iter().all(|byte| byte.is_ascii_digit() || *byte == b'.');
    let lower = name.to_ascii_lowercase();
    let is_architecture = name.contains(&b'-')
        && SYSTEMS.iter().any(|system| memchr::memmem::find(&lower, system).is_some());
    is_version || is_architecture
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_for_an_architecture_or_a_perl() {
        for name in [
            "x86_64-linux-gnu-thread-multi",
            "darwin-2level",
            "MSWin32-x64-multi-thread",
            "amd64-freebsd",
            "5.36",
            "5.36.0",
        ] {
            assert!(is_variant(name.as_bytes()), "{name}");
        }
        for name in ["lib", "cpan-lib", "perl5", "", "Foo-1.2", "v5-local"] {
            assert!(!is_variant(name.as_bytes()), "{name}");
        }
    }
}
