//! Advisory data as a user names it, for the commands that look at data instead
//! of judging with it: the word `embedded`, a database file, a folder of facts
//! files, or any of [`sources`], with its format before it (`cve5=DIR`) or not.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use perlscan_model::facts::{ADVISORIES_FILE, FactSet, META_FILE};

use crate::advisory::sources::{
    self, Candidate, Place, SourceData, SourceKind, SourceProblem, SourcedAdvisory,
};
use crate::advisory::{AdvisoryError, facts_files, merge, read_file, store};

/// The word for the database that is part of the program; a file of that name
/// is `./embedded`.
pub const EMBEDDED: &str = "embedded";

/// The first bytes of a database file.
const DATABASE_HEAD: &[u8] = b"PERLSCAN";

/// Advisory data, as facts that were put together before or as a source.
#[derive(Debug, Clone)]
pub enum Named {
    /// A database or facts files.
    Facts(Box<FactSet>),
    /// What a source says, not merged with anything.
    Source(Box<SourceData>),
}

/// The facts of what was named, and what its source says besides.
#[derive(Debug, Clone, Default)]
pub struct Whole {
    /// The facts.
    pub facts: FactSet,
    /// The ids that its source says it has withdrawn.
    pub withdrawn: BTreeSet<String>,
    /// What could not be read of it.
    pub problems: Vec<SourceProblem>,
}

/// Opens what `name` names.
///
/// # Errors
/// When there is nothing, or nothing of it can be read.
pub fn open(name: &Path) -> Result<Named, AdvisoryError> {
    let facts = |facts| Named::Facts(Box::new(facts));
    if name == Path::new(EMBEDDED) {
        return Ok(facts(to_facts(&store::embedded()?, name)?));
    }
    if let Some((kind, path)) = with_kind(name) {
        return sources::read_as(kind, &path).map(|source| Named::Source(Box::new(source)));
    }
    let candidate = Candidate::at(name)?;
    if candidate.is_dir && is_file(&name.join(META_FILE)) {
        return facts_files::read(name).map(facts);
    }
    if candidate.head.starts_with(DATABASE_HEAD) {
        return Ok(facts(to_facts(&store::open(name)?, name)?));
    }
    sources::read(name).map(|source| Named::Source(Box::new(source)))
}

impl Named {
    /// The whole of it as facts; what a source does not say of its
    /// distributions comes from `background`, as in a merge.
    pub fn into_whole(self, background: &FactSet) -> Whole {
        match self {
            Self::Facts(facts) => Whole { facts: *facts, ..Whole::default() },
            Self::Source(source) => {
                let withdrawn = source.withdrawn.iter().map(|gone| gone.id.clone()).collect();
                let merge::Merged { facts, problems } = merge::merge(vec![*source], background);
                Whole { facts, withdrawn, problems }
            }
        }
    }

    /// As a source, to be looked at record by record; `name` is what [`open`]
    /// was given. A record of facts files stands in its line.
    ///
    /// # Errors
    /// When the facts file can't be read again.
    pub fn into_source(self, name: &Path) -> Result<SourceData, AdvisoryError> {
        let facts = match self {
            Self::Source(source) => return Ok(*source),
            Self::Facts(facts) => *facts,
        };
        let file = name.join(ADVISORIES_FILE);
        let mut lines = Vec::new();
        if name != Path::new(EMBEDDED) && is_file(&file) {
            let bytes = read_file(&file)?;
            let numbered = (1u64..).zip(bytes.split(|byte| *byte == b'\n'));
            lines.extend(
                numbered.filter(|(_, line)| !line.trim_ascii().is_empty()).map(|(line, _)| line),
            );
        }
        let path = if lines.is_empty() { name.to_owned() } else { file };
        let advisories = facts.advisories.into_iter().enumerate().map(|(i, fact)| {
            let place = Place { path: path.clone(), line: lines.get(i).copied() };
            SourcedAdvisory { fact, place }
        });
        Ok(SourceData {
            advisories: advisories.collect(),
            distributions: facts.distributions,
            releases: facts.releases,
            bundled: facts.bundled,
            modules: facts.modules,
            ..SourceData::default()
        })
    }
}

fn to_facts(
    db: &perlscan_model::database::AdvisoryDb,
    name: &Path,
) -> Result<FactSet, AdvisoryError> {
    db.to_facts().map_err(|cause| AdvisoryError::content(name, None, cause))
}

/// `KIND=PATH`, where the word before the first `=` is a format.
fn with_kind(name: &Path) -> Option<(SourceKind, PathBuf)> {
    let (kind, path) = name.to_str()?.split_once('=')?;
    Some((SourceKind::from_word(kind)?, PathBuf::from(path)))
}

#[expect(clippy::disallowed_methods, reason = "advisory data is read here")]
fn is_file(path: &Path) -> bool {
    std::fs::metadata(path).is_ok_and(|meta| meta.is_file())
}
