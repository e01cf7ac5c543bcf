//! What the index of a mirror says of a module, and what that comes to.

use std::sync::Arc;

use perlscan_model::archive_name::ArchiveName;
use perlscan_model::version::PerlVersion;

/// What the index of a mirror says of a module.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Indexed {
    /// The module's version as it is written; `None` for `undef`.
    pub version: Option<Box<str>>,
    /// The archive's path below `authors/id/`.
    pub path: Arc<str>,
}

impl Indexed {
    /// What a pin names in place of the index: `AUTHOR/Dist-1.0.tar.gz`, or a URL of a
    /// mirror; `None` for another URL, and for what is no path.
    pub(super) fn pinned(pin: &str) -> Option<Self> {
        let below = pin.rsplit_once("authors/id/").map(|(_, below)| below);
        let is_odd = |c: char| c.is_whitespace() || c.is_control();
        if below.is_none() && pin.contains("://") || pin.contains(is_odd) {
            return None;
        }
        let archive = ArchiveName::parse(below.unwrap_or(pin))?;
        archive.distpath().map(|path| Self { version: None, path: Arc::from(path) })
    }

    /// The version that the index has; none is 0.
    pub(super) fn number(&self) -> PerlVersion {
        let known = self.version.as_deref().and_then(|text| PerlVersion::parse(text).ok());
        known.unwrap_or_else(PerlVersion::zero)
    }

    /// Whether the index says that perl itself brings the module.
    pub(super) fn is_perls_own(&self) -> bool {
        ArchiveName::parse(&self.path).is_some_and(|archive| archive.release().dist() == "perl")
    }

    /// `Dist-Name-1.23` of `A/AB/ABC/Dist-Name-1.23.tar.gz`.
    pub(super) fn release_name(&self) -> String {
        let file = self.path.rsplit('/').next().unwrap_or(&self.path);
        match ArchiveName::parse(&self.path) {
            Some(archive) => {
                let suffix = archive.extension().len() + 1;
                file.get(..file.len().saturating_sub(suffix)).unwrap_or(file).to_owned()
            }
            None => file.to_owned(),
        }
    }
}
