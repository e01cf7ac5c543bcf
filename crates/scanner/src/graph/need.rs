//! What a release requires.
//!
//! A [`Need`] stands for itself. Of a mirror there are a million, which say much the same:
//! they are [`PackedNeed`]s, and what they say stands once, in [`NeedTexts`].

use std::ops::Deref;
use std::sync::Arc;

use perlscan_model::location::SourcePath;
use perlscan_model::name::ModuleName;
use perlscan_model::requirement::{Phase, Relation, Requirement};
use serde::{Deserialize, Serialize};

use super::numbered::Numbered;

/// A module that a release asks for, by its META, or by its manifests where it has none.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Need {
    /// What is asked for. Many releases ask for the same.
    pub asked: Arc<Asked>,
    /// The file in the archive that says so.
    pub manifest: SourcePath,
    /// The line of that file, from 1; 0 for the file as a whole.
    pub line: u32,
}

impl Deref for Need {
    type Target = Asked;

    fn deref(&self) -> &Asked {
        &self.asked
    }
}

/// A module that is asked for, whoever asks.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Asked {
    /// The module, or `perl`.
    pub module: ModuleName,
    /// The versions that will do, as they are written (CPAN::Meta::Spec, Version
    /// Ranges); empty for any.
    pub range: Box<str>,
    /// When it is needed.
    pub phase: Phase,
    /// How strongly.
    pub relation: Relation,
    /// The feature that asks for it.
    pub feature: Option<Box<str>>,
    /// Whether it stands under a condition that only running the code decides.
    pub conditional: bool,
}

/// A [`Need`] whose texts stand in [`NeedTexts`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PackedNeed {
    asked: u32,
    manifest: u32,
    line: u32,
}

/// What a [`PackedNeed`] says, as a [`Need`] has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Needed<'a> {
    /// What is asked for.
    pub asked: &'a Asked,
    /// The file in the archive that says so.
    pub manifest: &'a SourcePath,
    /// The line of that file, from 1; 0 for the file as a whole.
    pub line: u32,
}

impl Deref for Needed<'_> {
    type Target = Asked;

    fn deref(&self) -> &Asked {
        self.asked
    }
}

/// What requirements ask for and where they stand, each once.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NeedTexts {
    asked: Numbered<Arc<Asked>>,
    manifests: Numbered<SourcePath>,
}

impl NeedTexts {
    /// Packs a requirement.
    pub fn pack(&mut self, need: &Need) -> PackedNeed {
        PackedNeed {
            asked: self.asked.number(&need.asked),
            manifest: self.manifests.number(&need.manifest),
            line: need.line,
        }
    }

    /// What a requirement says that was packed here.
    pub fn read(&self, packed: PackedNeed) -> Option<Needed<'_>> {
        let PackedNeed { asked, manifest, line } = packed;
        let (asked, manifest) = (self.asked.get(asked)?, self.manifests.get(manifest)?);
        Some(Needed { asked, manifest, line })
    }

    /// See [`Numbered::close`].
    pub fn close(&mut self) {
        self.asked.close();
        self.manifests.close();
    }

    /// See [`Numbered::continues`].
    pub fn continues(&self, earlier: &Self) -> bool {
        self.asked.continues(&earlier.asked) && self.manifests.continues(&earlier.manifests)
    }
}

/// What a requirement comes to for who installs the release.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Use {
    /// It is installed, and runs in production.
    Runtime,
    /// It is installed to configure, build or test the release, and does not run later.
    BuildOrTest,
    /// An installer passes it over: what is recommended or suggested, asked for by a
    /// feature, needed by the author only, or a conflict.
    NotFollowed,
}

impl Asked {
    /// What it comes to for who installs the release. What stands under a condition
    /// counts: nobody knows before running it.
    pub fn is_used(&self) -> Use {
        match (self.relation, &self.feature, self.phase) {
            (Relation::Requires, None, Phase::Runtime) => Use::Runtime,
            (Relation::Requires, None, Phase::Configure | Phase::Build | Phase::Test) => {
                Use::BuildOrTest
            }
            _ => Use::NotFollowed,
        }
    }

    /// The module, and the range where it says something: `DBI >= 1.6`.
    pub fn words(&self) -> String {
        match &*self.range {
            "" | "0" => self.module.to_string(),
            range if range.starts_with(|c: char| c.is_ascii_digit() || c == 'v' || c == '.') => {
                let least = range.split(',').next().unwrap_or(range);
                let rest = range.get(least.len()..).unwrap_or_default();
                format!("{} >= {least}{rest}", self.module)
            }
            range => format!("{} {range}", self.module),
        }
    }
}

impl From<&Requirement> for Need {
    fn from(requirement: &Requirement) -> Self {
        let asked = Asked {
            module: requirement.module.clone(),
            range: requirement.range_text.as_str().into(),
            phase: requirement.phase,
            relation: requirement.relation,
            feature: requirement.feature.as_deref().map(Box::from),
            conditional: requirement.conditional,
        };
        Self {
            asked: Arc::new(asked),
            manifest: requirement.location.path.clone(),
            line: requirement.location.line().unwrap_or_default(),
        }
    }
}
