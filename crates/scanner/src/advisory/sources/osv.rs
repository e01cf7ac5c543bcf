//! OSV records of the ecosystem `CPAN`: a file with one, a file with a JSON
//! array of them, or a folder of such files.
//!
//! Records of other ecosystems are passed over, as are files that name neither
//! `CPAN` nor a package URL of its. perlscan's own export says in
//! `database_specific.cpansa` what events can't, and that is taken where it
//! stands: each record as it was, else the ranges of all; else the events and
//! versions are. A record may lack `package`, which the official schema refuses
//! for CPAN; then `database_specific.package` has the name.

use std::collections::BTreeSet;
use std::path::Path;

use perlscan_model::advisory::{AdvisoryDetail, AdvisoryRecord, EmbeddedLibrary, Score};
use perlscan_model::facts::{AdvisoryFact, SourceFact};
use perlscan_model::purl::PackageUrl;
use perlscan_model::severity::Severity;
use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

use crate::advisory::sources::ids::{check_dist, check_id, keep_ids, shown};
use crate::advisory::sources::lines::Lines;
use crate::advisory::sources::osv_events::{Range, ranges};
use crate::advisory::sources::{
    AdvisorySource, Place, SourceData, SourceKind, SourceProblem, SourcedAdvisory, Withdrawn,
    count_ids, folder, tell_nothing,
};
use crate::advisory::{AdvisoryError, references};

/// The largest file that is read, in bytes: an array may hold a whole database.
pub const MAX_OSV: u64 = 64 * 1024 * 1024;

/// Words of which a file about CPAN has one.
const WORDS: [&str; 3] = ["\"CPAN", "pkg:cpan/", "\"cpansa\""];

#[derive(Deserialize)]
struct Record<'a> {
    id: String,
    modified: Option<String>,
    published: Option<String>,
    withdrawn: Option<String>,
    aliases: Option<Vec<String>>,
    upstream: Option<Vec<String>>,
    related: Option<Vec<String>>,
    summary: Option<String>,
    details: Option<String>,
    severity: Option<Vec<Vector>>,
    #[serde(borrow)]
    affected: Option<Vec<&'a RawValue>>,
    references: Option<Vec<Reference>>,
    database_specific: Option<Value>,
}

#[derive(Deserialize)]
struct Vector {
    score: String,
}

#[derive(Deserialize)]
struct Reference {
    url: String,
}

#[derive(Deserialize)]
struct Affected {
    package: Option<Package>,
    ranges: Option<Vec<Range>>,
    versions: Option<Vec<String>>,
    severity: Option<Vec<Vector>>,
    database_specific: Option<Value>,
}

#[derive(Default, Deserialize)]
struct Package {
    #[serde(default)]
    ecosystem: String,
    #[serde(default)]
    name: String,
    purl: Option<String>,
}

/// perlscan's own word on a distribution.
#[derive(Deserialize)]
struct Exact {
    records: Option<Vec<ExactRecord>>,
    affected: Option<Vec<String>>,
    fixed: Option<Vec<String>>,
}

#[derive(Deserialize)]
struct ExactRecord {
    affected: Vec<String>,
    fixed: Vec<String>,
    #[serde(default)]
    cves: Vec<String>,
    severity: Option<String>,
    reported: Option<String>,
    embedded: Option<EmbeddedLibrary>,
}

/// The records.
#[derive(Debug)]
pub struct Osv;

impl AdvisorySource for Osv {
    fn kind(&self) -> SourceKind {
        SourceKind::Osv
    }

    fn read(&self, path: &Path) -> Result<SourceData, AdvisoryError> {
        let mut data = SourceData {
            source: SourceFact {
                kind: SourceKind::Osv.word().to_owned(),
                place: path.display().to_string(),
                ..SourceFact::default()
            },
            ..SourceData::default()
        };
        for file in folder::files(path, &["json"], &mut data.problems)? {
            match folder::read(&file, MAX_OSV) {
                Ok(bytes) => parse(&bytes, &file, &mut data),
                Err(problem) => data.problems.push(problem),
            }
        }
        data.source.advisories = count_ids(&data);
        tell_nothing(path, &mut data);
        Ok(data)
    }
}

/// Reads one record or an array of them, and adds what is of CPAN. The epoch of
/// the source is the newest `modified`.
pub fn parse(bytes: &[u8], path: &Path, data: &mut SourceData) {
    let has = |word: &&str| memchr::memmem::find(bytes, word.as_bytes()).is_some();
    if !WORDS.iter().any(has) {
        return;
    }
    let refused = |cause: &serde_json::Error| SourceProblem {
        place: Place { path: path.to_owned(), line: u64::try_from(cause.line()).ok() },
        message: format!("this is no OSV record: {cause}"),
    };
    let is_list = bytes.trim_ascii_start().starts_with(b"[");
    let records: Result<Vec<&RawValue>, _> = if is_list {
        serde_json::from_slice(bytes)
    } else {
        serde_json::from_slice(bytes).map(|one| vec![one])
    };
    let records = match records {
        Ok(records) => records,
        Err(cause) => return data.problems.push(refused(&cause)),
    };
    let mut reader = Reader { path, lines: Lines::new(bytes), data };
    for raw in records {
        let line = reader.lines.of(raw);
        // The lists of an export's files have these keys, and are no records.
        match serde_json::from_str::<Record<'_>>(raw.get()) {
            Ok(record) if record.affected.is_some() || record.withdrawn.is_some() => {
                reader.record(record, line);
            }
            Ok(_) => {}
            Err(cause) if is_list || cause.is_data() => {
                // Other JSON lies beside records; what has no id is none of them.
                let is_record = serde_json::from_str::<Value>(raw.get())
                    .is_ok_and(|value| value.get("affected").is_some());
                if is_record {
                    let below = u64::try_from(cause.line()).unwrap_or(1).saturating_sub(1);
                    reader.problem(line + below, format!("this is no OSV record: {cause}"));
                }
            }
            Err(cause) => reader.data.problems.push(refused(&cause)),
        }
    }
}

struct Reader<'a> {
    path: &'a Path,
    lines: Lines<'a>,
    data: &'a mut SourceData,
}

/// What all records of an id have in common.
struct Common {
    id: String,
    cves: Vec<String>,
    ghsas: Vec<String>,
    previous_ids: Vec<String>,
    severity: Severity,
    reported: Option<String>,
    references: Vec<String>,
    detail: AdvisoryDetail,
}

impl Reader<'_> {
    fn problem(&mut self, line: u64, message: String) {
        let place = Place { path: self.path.to_owned(), line: Some(line) };
        self.data.problems.push(SourceProblem { place, message });
    }

    fn record(&mut self, mut record: Record<'_>, line: u64) {
        let entries: Vec<(u64, &RawValue)> = record
            .affected
            .take()
            .unwrap_or_default()
            .into_iter()
            .map(|raw| (self.lines.of(raw), raw))
            .collect();
        let own = record.database_specific.as_ref().and_then(|specific| specific.get("cpansa"));
        let mut of_cpan = Vec::new();
        for (line, raw) in entries {
            match serde_json::from_str::<Affected>(raw.get()) {
                Ok(affected) => {
                    if let Some(dist) = affected.dist() {
                        of_cpan.push((line, dist, affected));
                    }
                }
                Err(cause) if WORDS.iter().any(|word| raw.get().contains(word)) => {
                    let id = shown(&record.id);
                    self.problem(
                        line,
                        format!("{id}: an entry of 'affected' is left out: {cause}"),
                    );
                }
                Err(_) => {}
            }
        }
        if of_cpan.is_empty() && own.is_none() {
            return;
        }
        let exact_id = own.and_then(|own| own.get("id")).and_then(Value::as_str);
        let id = exact_id.map_or_else(|| without_prefix(&record.id), str::to_owned);
        if let Err(message) = check_id(&id) {
            self.problem(line, format!("an advisory is left out: {message}"));
            return;
        }
        let modified = record.modified.as_deref().and_then(|time| time.parse().ok());
        if let Some(time) = modified.map(jiff::Timestamp::as_second) {
            self.data.source.epoch = self.data.source.epoch.max(time);
        }
        if record.withdrawn.is_some() {
            let place = Place { path: self.path.to_owned(), line: Some(line) };
            self.data.withdrawn.push(Withdrawn { id, place });
            return;
        }
        let common = self.common(id, record, line);
        for (line, dist, affected) in of_cpan {
            if let Err(message) = check_dist(&dist) {
                self.problem(line, format!("{} is left out: {message}", common.id));
                continue;
            }
            self.affected(&common, dist, affected, line);
        }
    }

    /// What does not depend on a distribution.
    fn common(&mut self, id: String, record: Record<'_>, line: u64) -> Common {
        let aliases = record.aliases.unwrap_or_default();
        let upstream = record.upstream.unwrap_or_default();
        let related = record.related.unwrap_or_default();
        // A related flaw may be another one: it names this one only where nothing
        // else does, as before the schema had 'upstream'.
        let outer = |prefix: &str| -> Vec<String> {
            let of = |lists: &[&[String]]| -> BTreeSet<String> {
                let ids = lists.iter().flat_map(|list| list.iter());
                ids.filter(|id| id.starts_with(prefix)).cloned().collect()
            };
            let same = of(&[std::slice::from_ref(&id), &aliases, &upstream]);
            let all = if same.is_empty() { of(&[&related]) } else { same };
            all.into_iter().collect()
        };
        let mut refused = Vec::new();
        let mut kept = |ids: Vec<String>| keep_ids(ids, |message| refused.push(message));
        let cves = kept(outer("CVE-"));
        let ghsas = kept(outer("GHSA-"));
        let former = aliases
            .iter()
            .filter(|alias| !alias.starts_with("CVE-") && !alias.starts_with("GHSA-"))
            .map(|alias| without_prefix(alias))
            .filter(|alias| alias.starts_with("CPANSA"));
        let previous_ids = kept(former.collect());
        for message in refused {
            self.problem(line, format!("{id}: {message}"));
        }
        let specific = record.database_specific.as_ref();
        let severity = self.severity(specific, &id, line);
        let own = specific.is_some_and(|specific| specific.get("cpansa").is_some());
        // The export writes it so, against what would be read as HTML.
        let details = record.details.filter(|text| !text.is_empty());
        let details = details.map(|text| if own { text.replace("&lt;", "<") } else { text });
        let day = record.published.as_deref().and_then(|time| time.get(..10));
        Common {
            cves,
            ghsas,
            previous_ids,
            severity,
            reported: day.filter(|day| is_day(day)).map(str::to_owned),
            references: references::keep(
                record.references.unwrap_or_default().into_iter().map(|link| link.url).collect(),
            ),
            detail: AdvisoryDetail {
                title: record.summary.filter(|text| !text.is_empty()),
                description: details,
                scores: scores(record.severity),
                ..AdvisoryDetail::default()
            },
            id,
        }
    }

    fn severity(&mut self, specific: Option<&Value>, id: &str, line: u64) -> Severity {
        let word = specific.and_then(|specific| specific.get("severity")).and_then(Value::as_str);
        let word = word.unwrap_or_default();
        Severity::from_word(word).unwrap_or_else(|| {
            self.problem(line, format!("{id}: unknown severity '{}'", shown(word)));
            Severity::Unscored
        })
    }

    /// The records of one distribution.
    fn affected(&mut self, common: &Common, dist: String, affected: Affected, line: u64) {
        let Common { id, .. } = common;
        let exact = affected.database_specific.as_ref().and_then(|specific| specific.get("cpansa"));
        let exact = match exact.map(Exact::deserialize).transpose() {
            Ok(exact) => exact,
            Err(cause) => {
                let message = format!(
                    "{id}: 'database_specific.cpansa' of {dist} can't be read ({cause}); the \
                     events are taken"
                );
                self.problem(line, message);
                None
            }
        };
        let own_severity = self.severity(affected.database_specific.as_ref(), id, line);
        let mut detail = common.detail.clone();
        detail.scores.append(&mut scores(affected.severity));
        let base = AdvisoryRecord {
            id: id.clone(),
            cves: common.cves.clone(),
            ghsas: common.ghsas.clone(),
            previous_ids: common.previous_ids.clone(),
            affected: Vec::new(),
            fixed: Vec::new(),
            severity: own_severity.max(common.severity),
            reported: common.reported.clone(),
            references: common.references.clone(),
            embedded: None,
        };
        let mut records = Vec::new();
        match exact {
            Some(Exact { records: Some(exact), .. }) => {
                for one in exact {
                    let word = one.severity.unwrap_or_default();
                    let severity = Severity::from_word(&word).unwrap_or_else(|| {
                        let word = shown(&word);
                        self.problem(line, format!("{id}: unknown severity '{word}'"));
                        Severity::Unscored
                    });
                    let mut refused = Vec::new();
                    let cves = keep_ids(one.cves, |message| refused.push(message));
                    for message in refused {
                        self.problem(line, format!("{id}: {message}"));
                    }
                    records.push(AdvisoryRecord {
                        affected: one.affected,
                        fixed: one.fixed,
                        cves,
                        severity,
                        reported: one.reported.filter(|day| is_day(day)),
                        embedded: one.embedded,
                        ..base.clone()
                    });
                }
            }
            Some(Exact { affected: Some(affected), fixed, .. }) => {
                let fixed = fixed.unwrap_or_default();
                records.push(AdvisoryRecord { affected, fixed, ..base });
            }
            _ => {
                let events = affected.ranges.unwrap_or_default();
                match ranges(&events, &affected.versions.unwrap_or_default()) {
                    Ok(said) => {
                        if let Some(first) = said.unreadable.first() {
                            let (count, first) = (said.unreadable.len(), shown(first));
                            let message = format!(
                                "{id}: of {dist}, {count} versions are none, as '{first}', and \
                                 are left out"
                            );
                            self.problem(line, message);
                        }
                        if said.affected.is_empty() {
                            let message = format!(
                                "{id} is left out: it says of no version of {dist} that it is \
                                 affected"
                            );
                            self.problem(line, message);
                        } else {
                            let (affected, fixed) = (said.affected, said.fixed);
                            records.push(AdvisoryRecord { affected, fixed, ..base });
                        }
                    }
                    Err(message) => {
                        self.problem(line, format!("{id} is left out of {dist}: {message}"));
                    }
                }
            }
        }
        for record in records {
            self.data.advisories.push(SourcedAdvisory {
                fact: AdvisoryFact { dist: dist.clone(), record, detail: detail.clone() },
                place: Place { path: self.path.to_owned(), line: Some(line) },
            });
        }
    }
}

impl Affected {
    /// The distribution; `None` for a package of another ecosystem.
    fn dist(&self) -> Option<String> {
        let beside = || {
            let specific = self.database_specific.as_ref()?;
            Package::deserialize(specific.get("package")?).ok()
        };
        match &self.package {
            Some(package) => {
                let cpan = package.ecosystem == "CPAN" || package.ecosystem.starts_with("CPAN:");
                cpan.then(|| package.dist())
            }
            None => beside()?.dist_of_purl(),
        }
    }
}

impl Package {
    /// The name of a package of CPAN; empty, so that it is told, where nothing says
    /// which it is.
    fn dist(&self) -> String {
        let named = Some(self.name.clone()).filter(|name| !name.is_empty());
        named.or_else(|| self.dist_of_purl()).unwrap_or_default()
    }

    /// The distribution of a package URL of CPAN; the name as it is where the
    /// URL is not one that can be read, so that a message can show it.
    fn dist_of_purl(&self) -> Option<String> {
        let purl = self.purl.as_deref().filter(|purl| purl.starts_with("pkg:cpan/"))?;
        let read = PackageUrl::parse(purl).map(|purl| purl.dist().as_str().to_owned());
        Some(read.unwrap_or_else(|_| self.name.clone()))
    }
}

/// An id without the `x_` that marks databases which osv.dev does not gather.
fn without_prefix(id: &str) -> String {
    let bare = id.strip_prefix("x_").filter(|bare| bare.starts_with("CPANSA"));
    bare.unwrap_or(id).to_owned()
}

fn is_day(text: &str) -> bool {
    text.parse::<jiff::civil::Date>().is_ok_and(|day| day.to_string() == text)
}

/// OSV says the vector and not who gave it.
fn scores(vectors: Option<Vec<Vector>>) -> Vec<Score> {
    let vectors = vectors.unwrap_or_default().into_iter();
    vectors.map(|one| Score { vector: one.score, tenths: None, by: "OSV".to_owned() }).collect()
}

#[cfg(test)]
#[path = "osv_test.rs"]
mod tests;
