//! From the bytes of one file to facts.
//!
//! An extractor is a pure function of a path and its bytes, so it runs alike on
//! disk, in memory, on a git blob and in a test. It reports what it read and
//! what it could not; it opens nothing itself. Partial facts survive an error.

pub mod alienfile;
pub mod build_pl;
pub mod cpanfile;
pub mod dist_ini;
pub mod dockerfile;
pub mod install_json;
pub mod installers;
pub mod makefile_pl;
pub mod meta_json;
pub mod meta_yml;
pub mod minil_toml;
pub mod mise_toml;
pub mod mymeta;
pub mod packlist;
pub mod perl_source;
pub mod perl_version_file;
pub mod perllocal;
pub mod snapshot;
pub mod tool_versions;

mod meta;
mod mirror_url;
mod page;
pub(crate) use page::list_some;
mod script;

use std::ops::Range;

use perlscan_model::about::About;
use perlscan_model::interpreter::{Interpreter, read_perl_version};
use perlscan_model::location::{Location, SourcePath};
use perlscan_model::mirror_setting::MirrorSetting;
use perlscan_model::name::{DistName, ModuleName};
use perlscan_model::package::{Edge, Package, VersionState};
use perlscan_model::problem::Problem;
use perlscan_model::requirement::{Phase, Requirement};
use perlscan_model::usage::{BundledModule, ModuleFound, ModuleUse};

use crate::perl::LineIndex;

/// A file that an extractor is given.
#[derive(Debug, Clone, Copy)]
pub struct SourceFile<'a> {
    /// Where it stands.
    pub path: &'a SourcePath,
    /// Its bytes; legacy Perl is often not UTF-8.
    pub bytes: &'a [u8],
}

/// What extractors found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Facts {
    /// Releases.
    pub packages: Vec<Package>,
    /// What the project asks for.
    pub requirements: Vec<Requirement>,
    /// The modules that the file loads.
    pub uses: Vec<ModuleUse>,
    /// The packages that the file declares.
    pub modules: Vec<ModuleFound>,
    /// The copies of modules that lie inside the file, or that it is itself.
    pub bundled: Vec<BundledModule>,
    /// The perls that the project says it runs on.
    pub interpreters: Vec<Interpreter>,
    /// The distributions that the file says its directory is.
    pub identities: Vec<Identity>,
    /// What the file says of the distribution that it identifies.
    pub about: Vec<About>,
    /// What installers wrote down of distributions.
    pub installations: Vec<Installation>,
    /// What the installed release beside whose `install.json` the file lies
    /// requires itself.
    pub edges: Vec<Edge>,
    /// What another file has to tell.
    pub pointers: Vec<Pointer>,
    /// Where it tells installers to look for modules, as far as that is unsafe.
    pub mirrors: Vec<MirrorSetting>,
    /// What could not be read or decided.
    pub problems: Vec<Problem>,
}

/// The distribution that a manifest says its directory is: a project itself, or
/// a distribution that lies unpacked or installed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// The distribution.
    pub dist: DistName,
    /// Its version, where the manifest has it.
    pub version: Option<VersionState>,
    /// Where it says so.
    pub location: Location,
}

/// What an installer wrote down of a distribution, by the name of the module
/// that the distribution calls itself (MakeMaker's NAME): a `.packlist`, or an
/// entry of `perllocal.pod`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Installation {
    /// That module.
    pub module: ModuleName,
    /// The release, where it is written down.
    pub version: Option<VersionState>,
    /// The modules' files, with their paths where they were installed.
    pub files: Vec<SourcePath>,
    /// Where it is written down.
    pub location: Location,
}

/// What a manifest says that another file tells (`VERSION_FROM`, `all_from`).
/// An extractor sees one file, so the link step of [`crate::resolve`] follows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pointer {
    /// What is to be taken from there.
    pub kind: PointerKind,
    /// The file, relative to the manifest's directory, as written.
    pub target: SourcePath,
    /// The phase in which what is required there is needed.
    pub phase: Phase,
    /// Where the pointer is written.
    pub location: Location,
}

/// What a [`Pointer`] takes from the other file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum PointerKind {
    /// The distribution's version: the file's `$VERSION`.
    Version,
    /// The least perl: the file's `use VERSION`.
    PerlVersion,
    /// What the distribution requires: the file's `use` statements.
    Requires,
}

/// Whether an extractor wants a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Wanted {
    /// It does not.
    No,
    /// The file's first bytes tell.
    Peek,
    /// It does.
    Yes,
}

impl From<bool> for Wanted {
    fn from(wanted: bool) -> Self {
        if wanted { Self::Yes } else { Self::No }
    }
}

/// One input format.
pub trait Extractor: Sync {
    /// The name of the format, as problems and outputs show it.
    fn name(&self) -> &'static str;

    /// Whether a file of this path is of the format.
    fn wants(&self, path: &SourcePath) -> Wanted;

    /// Where the path leaves it open ([`Wanted::Peek`]): whether a file that
    /// begins with these bytes is of the format.
    fn wants_head(&self, _head: &[u8]) -> bool {
        false
    }

    /// Whether the format is Perl source, for which another limit holds than
    /// for manifests.
    fn is_perl_source(&self) -> bool {
        false
    }

    /// Whether a file of the format is an input of a project whatever it says:
    /// a manifest that asks for nothing is one, a Dockerfile without perl is not.
    fn is_project_input(&self) -> bool {
        true
    }

    /// Whether the format tells of what is installed. Where a perl's own folders are
    /// scanned nothing else is read: manifests there are templates and examples.
    fn tells_of_installs(&self) -> bool {
        false
    }

    /// Reads the file into `facts`. What can't be read becomes a problem in
    /// them; everything else is still read.
    fn extract(&self, file: &SourceFile<'_>, facts: &mut Facts);
}

/// Every extractor.
pub fn extractors() -> &'static [&'static dyn Extractor] {
    &[
        &alienfile::Alienfile,
        &build_pl::BuildPl,
        &cpanfile::Cpanfile,
        &dist_ini::DistIni,
        &dockerfile::Dockerfile,
        &install_json::InstallJson,
        &installers::Installers,
        &makefile_pl::MakefilePl,
        &meta_json::MetaJson,
        &meta_yml::MetaYml,
        &minil_toml::MinilToml,
        &mise_toml::MiseToml,
        &mymeta::Mymeta,
        &packlist::Packlist,
        &perl_source::PerlSource,
        &perl_version_file::PerlVersionFile,
        &perllocal::Perllocal,
        &snapshot::Snapshot,
        &tool_versions::ToolVersions,
    ]
}

/// The perl that a stretch of a file names; `None` where it is no text.
fn named_perl(
    file: &SourceFile<'_>,
    index: &LineIndex<'_>,
    range: Range<usize>,
) -> Option<Interpreter> {
    let text = std::str::from_utf8(file.bytes.get(range.clone())?).ok()?;
    Some(Interpreter {
        text: text.to_owned(),
        version: read_perl_version(text),
        location: Location::at(file.path.clone(), index.span(range)),
    })
}

#[cfg(test)]
#[path = "interpreter_test.rs"]
mod interpreter_tests;
