//! What perl itself brings to a fresh install.

use perlscan_model::database::CoreVersion;
use perlscan_model::interpreter::is_stable_perl;
use perlscan_model::name::ModuleName;
use perlscan_model::package::VersionState;
use perlscan_model::range::VersionRange;
use perlscan_model::version::PerlVersion;

use crate::advisory::AdvisoryError;
use crate::advisory::database::Database;
use crate::resolve::interpreter::ProjectPerl;

/// The stable series (5.N) in which what the next one leaves out was deprecated: an
/// installer takes such a module from the index though perl still has it
/// (Module::CoreList, `is_deprecated`).
const LAST_SERIES: [u32; 3] = [12, 18, 20];

/// Modules that were deprecated in series of which that does not hold.
const LAST_OF: [(&str, [u32; 2]); 2] = [("Shell", [12, 14]), ("B::Debug", [28, 28])];

/// A perl and its core list.
#[derive(Debug)]
pub struct CorePerl<'a> {
    database: &'a Database,
    version: PerlVersion,
    next: Option<PerlVersion>,
    /// How it is called in reports: `5.36.0`.
    pub text: String,
    /// Why it is this one, where no more is known than that: completes "core modules
    /// are those of perl X: ...".
    pub assumed: Option<String>,
}

impl<'a> CorePerl<'a> {
    /// The perl of a project, or the newest that the core list knows where none is
    /// known; `None` where the core list is empty.
    pub fn of(perl: Option<&ProjectPerl>, database: &'a Database) -> Option<Self> {
        let listed: Vec<PerlVersion> = database
            .raw()
            .perls()
            .iter()
            .filter(|fact| fact.listed)
            .filter_map(|fact| PerlVersion::parse(&fact.perl).ok())
            .collect();
        let newest = |range: &VersionRange| {
            let stable = listed.iter().filter(|perl| is_stable_perl(perl));
            stable.filter(|perl| range.contains(perl)).max().cloned()
        };
        let any = || newest(&VersionRange::any());
        let (version, assumed) = match perl.map(|perl| (&perl.version, &perl.text)) {
            Some((VersionState::Exact(release), text)) => {
                match listed.iter().find(|perl| **perl == release.version) {
                    Some(known) => (known.clone(), None),
                    None => (any()?, Some(format!("the core list does not know perl {text}"))),
                }
            }
            Some((VersionState::Range(series), text)) => match newest(series) {
                Some(known) => (known, None),
                None => (any()?, Some(format!("the core list does not know perl {text}"))),
            },
            Some((VersionState::Unknown(_), _)) | None => {
                (any()?, Some("it is not known which perl the project runs on".to_owned()))
            }
        };
        let parts = version.parts();
        let minor = |perl: &PerlVersion| perl.parts().get(1).copied().unwrap_or_default();
        let series = minor(&version);
        let later = listed.iter().filter(|perl| is_stable_perl(perl) && minor(perl) > series);
        let next = later.min().cloned();
        let part = |at: usize| parts.get(at).copied().unwrap_or_default();
        let text = format!("{}.{}.{}", part(0), part(1), part(2));
        Some(Self { database, version, next, text, assumed })
    }

    /// Whether this perl is in the range.
    pub fn is_in(&self, range: &VersionRange) -> bool {
        range.contains(&self.version)
    }

    /// The version of a module that this perl brings, 0 where it has none that can be
    /// read; `None` where it does not bring it.
    ///
    /// # Errors
    /// When the database is damaged.
    pub fn version_of(&self, module: &ModuleName) -> Result<Option<PerlVersion>, AdvisoryError> {
        let version = match self.database.core_version(module, &self.version)? {
            CoreVersion::Bundled(version) => version,
            CoreVersion::Unversioned => PerlVersion::zero(),
            CoreVersion::NotCore | CoreVersion::PerlNotListed => return Ok(None),
        };
        Ok((!self.is_deprecated(module)?).then_some(version))
    }

    fn is_deprecated(&self, module: &ModuleName) -> Result<bool, AdvisoryError> {
        let series = self.version.parts().get(1).copied().unwrap_or_default();
        let named = LAST_OF.iter().find(|(name, _)| *name == module.as_str());
        if let Some((_, [first, last])) = named {
            return Ok((*first..=*last).contains(&series));
        }
        let Some(next) = self.next.as_ref().filter(|_| LAST_SERIES.contains(&series)) else {
            return Ok(false);
        };
        let there = self.database.core_version(module, next)?;
        Ok(matches!(there, CoreVersion::NotCore))
    }
}
