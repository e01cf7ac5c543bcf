//! What Perl source says: which modules it loads, and which it is.
//!
//! There are many of these, so each is small and leaves out its file's path,
//! which stands once beside all of a file's facts.

use serde::{Deserialize, Serialize};

use crate::location::{Location, Span};
use crate::name::ModuleName;
use crate::package::VersionState;
use crate::requirement::Phase;

/// A module that a piece of Perl source loads (`use`, `no`, `require` and what
/// amounts to them).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ModuleUse {
    /// The module; `perl` for `use VERSION`.
    pub module: ModuleName,
    /// The least version that is asked for, as it is written (`use Foo 1.2`).
    pub minimum: Option<Box<str>>,
    /// When it is needed, by the place of the file.
    pub phase: Phase,
    /// Whether the code also works without it: the loading stands in an `eval`
    /// or in another guard that takes failure.
    pub optional: bool,
    /// Whether it stands under a condition that only running the code decides.
    pub conditional: bool,
    /// Where the module's name stands.
    pub span: Span,
}

/// A `package` statement, with the version that its `$VERSION` has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ModuleFound {
    /// The package.
    pub module: ModuleName,
    /// The version; `None` where the source gives the package none.
    pub version: Option<VersionState>,
    /// Where the package's name stands.
    pub span: Span,
}

/// A copy of a module that another file carries inside: a fat-packed script, a
/// PAR archive, or the `inc/` of a distribution.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BundledModule {
    /// The module, by the name of its file.
    pub module: ModuleName,
    /// Its own version, which is the release's only for the main module.
    pub version: VersionState,
    /// When the copy runs.
    pub phase: Phase,
    /// Where the package's name stands, or the inner file as a whole.
    pub location: Location,
}
