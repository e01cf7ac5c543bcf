//! `perlscan check`: what the database says of a distribution, a module, a
//! package URL or a line of `Dist version`, without looking at any project.

use std::collections::BTreeMap;
use std::sync::Arc;

use perlscan_model::database::DistEntry;
use perlscan_model::finding::Verdict;
use perlscan_model::interpreter::read_perl_version;
use perlscan_model::name::{DistName, ModuleName};
use perlscan_model::package::VersionState;
use perlscan_model::purl::{PackageUrl, PurlError};
use perlscan_model::range::VersionRange;
use perlscan_model::release_version::ReleaseVersion;
use perlscan_model::requirement_range::RequirementRange;
use perlscan_model::version::PerlVersion;

use crate::advisory::AdvisoryError;
use crate::advisory::database::Database;
use crate::audit::advice::SafeReleases;
use crate::audit::groups::IdGroups;
use crate::audit::judge::{IdVerdict, judge_range, judge_version};

/// What is known of an input after checking it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// At least one advisory holds.
    Vulnerable,
    /// The database knows the distribution, and nothing holds.
    Clean,
    /// The database knows no advisory of the distribution.
    NotInDatabase,
    /// The input could not be understood.
    Unparsed,
}

impl Status {
    /// The word that outputs use.
    pub fn word(self) -> &'static str {
        match self {
            Self::Vulnerable => "vulnerable",
            Self::Clean => "clean",
            Self::NotInDatabase => "not-in-database",
            Self::Unparsed => "unparsed",
        }
    }
}

/// One id that holds for an input.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckVerdict {
    /// The CPANSA id.
    pub id: String,
    /// Its other names that hold: CVE, GHSA, and CPANSA ids of the same flaw.
    pub aliases: Vec<String>,
    /// Ids of other distributions that share a CVE.
    pub related: Vec<String>,
    /// The verdict.
    pub verdict: Verdict,
    /// The worst severity of the records that hold.
    pub severity: perlscan_model::severity::Severity,
    /// The fixed ranges of the records that hold.
    pub fixed: Vec<String>,
}

/// What the database says of one input.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckResult {
    /// The input as it was given.
    pub input: String,
    /// The distribution, where one could be told.
    pub dist: Option<DistName>,
    /// The version or range, as text; empty for none.
    pub version: String,
    /// What is known.
    pub status: Status,
    /// The ids that hold, in order.
    pub verdicts: Vec<CheckVerdict>,
    /// What is surprising about the input: why it is unparsed, how it was read.
    pub notes: Vec<String>,
    /// A release without known vulnerabilities to move to, where one is known.
    pub safe: Option<String>,
}

/// What an input asks about.
struct Question {
    dist: DistName,
    version: VersionState,
    text: String,
    notes: Vec<String>,
    /// Whether a version given with the name is the release's: not when the
    /// name is a module other than the main one.
    takes_version: bool,
}

/// Checks inputs one after the other; a distribution is read once for a run of
/// lines about it.
#[derive(Debug)]
pub struct Checker<'a> {
    database: &'a Database,
    last: Option<Arc<Prepared>>,
}

/// A distribution with what is made of it once for a run of lines.
#[derive(Debug)]
struct Prepared {
    entry: Arc<DistEntry>,
    groups: IdGroups,
    safe: SafeReleases,
}

impl<'a> Checker<'a> {
    /// A checker on a database.
    pub fn new(database: &'a Database) -> Self {
        Self { database, last: None }
    }

    /// Checks what a user gives as an argument: `Dist`, `Dist@1.2`,
    /// `Dist@>=1.2,<2`, `Module::Name`, `pkg:cpan/...`, `perl@5.36`.
    ///
    /// # Errors
    /// When the database is damaged; an input that makes no sense is a result.
    pub fn check(&mut self, input: &str) -> Result<CheckResult, AdvisoryError> {
        let question = self.read(input)?;
        self.answer(input, question)
    }

    /// Checks a line of standard input: `Dist version` or what [`Self::check`]
    /// takes.
    ///
    /// # Errors
    /// As [`Self::check`].
    pub fn check_line(&mut self, line: &str) -> Result<CheckResult, AdvisoryError> {
        let mut words = line.split_whitespace();
        let question = match (words.next(), words.next(), words.next()) {
            (Some(name), Some(version), None) => {
                self.named(name).map(|q| q.and_then(|q| with_version(q, version)))?
            }
            (Some(word), None, None) => self.read(word)?,
            _ => Err("a line is `Dist version`".to_owned()),
        };
        self.answer(line, question)
    }

    fn read(&self, input: &str) -> Result<Result<Question, String>, AdvisoryError> {
        let input = input.trim();
        if input.starts_with("pkg:") {
            return self.read_purl(input);
        }
        let (name, version) = match input.split_once('@') {
            Some((name, version)) => (name.trim(), Some(version.trim())),
            None => (input, None),
        };
        let question = self.named(name)?;
        Ok(match version {
            Some(version) => question.and_then(|question| with_version(question, version)),
            None => question,
        })
    }

    fn read_purl(&self, input: &str) -> Result<Result<Question, String>, AdvisoryError> {
        match PackageUrl::parse(input) {
            Ok(purl) => {
                let question = self.named(purl.dist().as_str())?;
                Ok(match purl.version() {
                    Some(version) => question.and_then(|q| with_version(q, version)),
                    None => question,
                })
            }
            Err(PurlError::Module { module, version, .. }) => {
                let question = self.named(module.as_str())?.map(|mut question| {
                    question.notes.push(format!(
                        "a package URL names a distribution, not a module: read as pkg:cpan/{}",
                        question.dist
                    ));
                    question
                });
                Ok(match version {
                    Some(version) => question.and_then(|q| with_version(q, &version)),
                    None => question,
                })
            }
            Err(error) => Ok(Err(error.to_string())),
        }
    }

    /// The distribution that a name means: its own, or that of a module.
    fn named(&self, name: &str) -> Result<Result<Question, String>, AdvisoryError> {
        let any = |dist: DistName, notes: Vec<String>| Question {
            dist,
            version: VersionState::Range(VersionRange::any()),
            text: String::new(),
            notes,
            takes_version: true,
        };
        if let Ok(dist) = DistName::parse(name)
            && self.entry(&dist)?.is_some()
        {
            return Ok(Ok(any(dist, Vec::new())));
        }
        if let Ok(module) = ModuleName::parse(name)
            && let Some(dist) = self.database.dist_of_module(&module)?
        {
            let main = self.entry(&dist)?.is_some_and(|e| e.main_module.as_ref() == Some(&module));
            let notes = vec![format!("{module} is in the distribution {dist}")];
            return Ok(Ok(Question { takes_version: main, ..any(dist, notes) }));
        }
        match DistName::parse(name) {
            Ok(dist) => Ok(Ok(any(dist, Vec::new()))),
            Err(_) => match ModuleName::parse(name) {
                // A module that no advised distribution ships.
                Ok(module) => {
                    let stand_in = module.as_str().replace("::", "-");
                    Ok(DistName::parse(&stand_in)
                        .map(|dist| {
                            any(dist, vec![format!("no advised distribution ships {module}")])
                        })
                        .map_err(|error| error.to_string()))
                }
                Err(_) => Ok(Err(format!(
                    "'{name}' is neither a distribution nor a module; write Dist@1.2, \
                     Module::Name, pkg:cpan/Dist@1.2 or perl@5.36"
                ))),
            },
        }
    }

    fn entry(&self, dist: &DistName) -> Result<Option<Arc<DistEntry>>, AdvisoryError> {
        match &self.last {
            Some(last) if last.entry.name == *dist => Ok(Some(Arc::clone(&last.entry))),
            _ => self.database.dist(dist),
        }
    }

    fn prepared(&mut self, dist: &DistName) -> Result<Option<Arc<Prepared>>, AdvisoryError> {
        let Some(entry) = self.entry(dist)? else { return Ok(None) };
        match &self.last {
            Some(last) if last.entry.name == entry.name => Ok(Some(Arc::clone(last))),
            _ => {
                let groups = IdGroups::of(&entry);
                let safe = SafeReleases::of(&entry);
                let prepared = Arc::new(Prepared { entry, groups, safe });
                self.last = Some(Arc::clone(&prepared));
                Ok(Some(prepared))
            }
        }
    }

    fn answer(
        &mut self,
        input: &str,
        question: Result<Question, String>,
    ) -> Result<CheckResult, AdvisoryError> {
        let mut result = CheckResult {
            input: input.to_owned(),
            dist: None,
            version: String::new(),
            status: Status::Unparsed,
            verdicts: Vec::new(),
            notes: Vec::new(),
            safe: None,
        };
        let question = match question {
            Ok(question) => question,
            Err(why) => {
                result.notes.push(why);
                return Ok(result);
            }
        };
        result.dist = Some(question.dist.clone());
        result.version = question.text;
        result.notes = question.notes;
        let Some(prepared) = self.prepared(&question.dist)? else {
            result.status = Status::NotInDatabase;
            return Ok(result);
        };
        let entry = &prepared.entry;
        let verdicts = match &question.version {
            VersionState::Exact(release) => judge_version(entry, &release.version),
            VersionState::Range(range) => judge_range(entry, range),
            VersionState::Unknown(why) => {
                result.notes.push(why.clone());
                return Ok(result);
            }
        };
        if !verdicts.is_empty() {
            let in_use = match &question.version {
                VersionState::Exact(release) => Some(&release.version),
                _ => None,
            };
            result.safe = prepared
                .safe
                .newer_than(entry, in_use)
                .map(|release| release.version.text.to_string());
        }
        result.verdicts = named_verdicts(entry, &prepared.groups, &verdicts);
        result.status = if result.verdicts.is_empty() { Status::Clean } else { Status::Vulnerable };
        Ok(result)
    }
}

fn with_version(mut question: Question, text: &str) -> Result<Question, String> {
    if !question.takes_version {
        question.notes.push(format!(
            "a version of that module need not be one of {0}, so any release is assumed; \
             to check a release, write {0}@{text}",
            question.dist
        ));
        return Ok(question);
    }
    question.text = text.to_owned();
    question.version = if text.starts_with(['<', '>', '=', '!']) || text.contains(',') {
        let range = RequirementRange::parse(text).map_err(|error| error.to_string())?;
        VersionState::Range(range.to_range())
    } else if question.dist.is_perl() && !is_core_list_form(text) {
        read_perl_version(text)
    } else if text == "0" {
        // Said in so many words, 0 is a version.
        let version = PerlVersion::zero();
        VersionState::Exact(ReleaseVersion { version, text: text.into(), exact: true })
    } else {
        let release = ReleaseVersion::read(text)
            .ok_or_else(|| format!("no version can be told from '{text}'"))?;
        if !release.exact {
            question
                .notes
                .push(format!("'{text}' is no version to perl; read as {}", release.version));
        }
        VersionState::Exact(release)
    };
    Ok(question)
}

/// `5.036001`, `5.8_01`: perl's decimal form, which is a version as it stands.
fn is_core_list_form(text: &str) -> bool {
    text.strip_prefix("5.").is_some_and(|minor| minor.len() > 2 && !minor.contains('.'))
}

/// The verdicts with the names by which others know them.
fn named_verdicts(
    entry: &DistEntry,
    groups: &IdGroups,
    verdicts: &[IdVerdict<'_>],
) -> Vec<CheckVerdict> {
    let mut by_lead: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for verdict in verdicts {
        by_lead.entry(groups.lead(verdict.id)).or_default().push(verdict.id);
    }
    verdicts
        .iter()
        .map(|verdict| {
            let same = by_lead.get(groups.lead(verdict.id)).into_iter().flatten().copied();
            let same = same.filter(|id| *id != verdict.id);
            let cves = verdict.cves();
            let mut related: Vec<String> = entry
                .related
                .iter()
                .filter(|related| cves.contains(&related.cve.as_str()))
                .map(|related| related.id.clone())
                .collect();
            related.sort();
            related.dedup();
            let severity = verdict.records.iter().map(|r| r.record.severity).max();
            CheckVerdict {
                id: verdict.id.to_owned(),
                aliases: cves
                    .iter()
                    .copied()
                    .chain(same)
                    .chain(verdict.ghsas())
                    .map(str::to_owned)
                    .collect(),
                related,
                verdict: verdict.verdict,
                severity: severity.unwrap_or_default(),
                fixed: verdict.fixed().into_iter().map(str::to_owned).collect(),
            }
        })
        .collect()
}
