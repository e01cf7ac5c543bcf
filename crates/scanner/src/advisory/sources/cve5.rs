//! CVE 5.x records of the CPANSec CNA: a folder of records, a cvelistV5
//! checkout, or one file.
//!
//! A record counts when CPANSec assigned it. Where no assigner is told (its id
//! is zeroed), one counts whose `collectionURL` or `packageURL` says CPAN. Files
//! that have none of these words are passed over unparsed.

use std::path::Path;

use perlscan_model::advisory::{AdvisoryDetail, AdvisoryRecord, Backport, Score};
use perlscan_model::facts::{AdvisoryFact, SourceFact};
use perlscan_model::severity::Severity;
use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

use crate::advisory::sources::cve5_versions::{Version, ranges};
use crate::advisory::sources::ids::{check_dist, check_id};
use crate::advisory::sources::lines::Lines;
use crate::advisory::sources::{
    AdvisorySource, Place, SourceData, SourceKind, SourceProblem, SourcedAdvisory, Withdrawn,
    count_ids, folder, tell_nothing,
};
use crate::advisory::{AdvisoryError, references};

/// The largest record that is read, in bytes.
pub const MAX_RECORD: u64 = 4 * 1024 * 1024;
/// CPANSec's organisation.
const CPANSEC: &str = "9b29abf9-4ab0-4765-b253-1875cd9b441e";

#[derive(Deserialize)]
struct Record<'a> {
    #[serde(rename = "cveMetadata")]
    meta: Meta,
    #[serde(borrow, default)]
    containers: Containers<'a>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Meta {
    cve_id: String,
    #[serde(default)]
    state: String,
    assigner_org_id: Option<String>,
    assigner_short_name: Option<String>,
    date_published: Option<String>,
    date_updated: Option<String>,
}

#[derive(Default, Deserialize)]
struct Containers<'a> {
    #[serde(borrow)]
    cna: Option<Container<'a>>,
    #[serde(borrow, default)]
    adp: Vec<Container<'a>>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Container<'a> {
    #[serde(default)]
    provider_metadata: Provider,
    title: Option<String>,
    #[serde(default)]
    descriptions: Vec<Description>,
    #[serde(borrow, default)]
    affected: Vec<&'a RawValue>,
    #[serde(default)]
    references: Vec<Reference>,
    #[serde(default)]
    metrics: Vec<Value>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Provider {
    org_id: Option<String>,
    short_name: Option<String>,
}

#[derive(Deserialize)]
struct Description {
    lang: String,
    value: String,
}

#[derive(Deserialize)]
struct Reference {
    url: String,
}

#[derive(Deserialize)]
struct Routine {
    name: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Affected {
    vendor: Option<String>,
    product: Option<String>,
    package_name: Option<String>,
    #[serde(rename = "packageURL")]
    package_url: Option<String>,
    #[serde(rename = "collectionURL")]
    collection_url: Option<String>,
    default_status: Option<String>,
    #[serde(default)]
    versions: Vec<Version>,
    #[serde(default)]
    program_files: Vec<String>,
    #[serde(default)]
    program_routines: Vec<Routine>,
}

/// The records.
#[derive(Debug)]
pub struct Cve5;

impl AdvisorySource for Cve5 {
    fn kind(&self) -> SourceKind {
        SourceKind::Cve5
    }

    fn read(&self, path: &Path) -> Result<SourceData, AdvisoryError> {
        let mut data = SourceData {
            source: SourceFact {
                kind: SourceKind::Cve5.word().to_owned(),
                place: path.display().to_string(),
                ..SourceFact::default()
            },
            ..SourceData::default()
        };
        for file in folder::files(path, &["json"], &mut data.problems)? {
            match folder::read(&file, MAX_RECORD) {
                Ok(bytes) => read_record(&bytes, &file, &mut data),
                Err(problem) => data.problems.push(problem),
            }
        }
        data.source.advisories = count_ids(&data);
        tell_nothing(path, &mut data);
        Ok(data)
    }
}

/// Reads one record; one of another CNA is passed over.
pub fn read_record(bytes: &[u8], path: &Path, data: &mut SourceData) {
    let has = |word: &str| memchr::memmem::find(bytes, word.as_bytes()).is_some();
    if !["CPANSec", CPANSEC, "pkg:cpan/", "cpan.org"].iter().any(|word| has(word)) {
        return;
    }
    let record: Record<'_> = match serde_json::from_slice(bytes) {
        Ok(record) => record,
        Err(cause) => {
            let line = u64::try_from(cause.line()).ok();
            data.problems.push(SourceProblem {
                place: Place { path: path.to_owned(), line },
                message: format!("this is no CVE record: {cause}"),
            });
            return;
        }
    };
    let Record { meta, containers: Containers { cna, adp } } = record;
    let has_cna = cna.is_some();
    let mut cna = cna.unwrap_or_default();
    let affected: Vec<(&RawValue, Result<Affected, _>)> = std::mem::take(&mut cna.affected)
        .into_iter()
        .map(|raw| (raw, serde_json::from_str(raw.get())))
        .collect();
    let ids = [&meta.assigner_org_id, &cna.provider_metadata.org_id];
    let unknown = meta.assigner_short_name.is_none()
        && ids.iter().all(|id| id.as_deref().is_none_or(|id| id.starts_with("00000000-")));
    let own = meta.assigner_short_name.as_deref() == Some("CPANSec")
        || ids.iter().any(|id| id.as_deref() == Some(CPANSEC));
    let on_cpan = |(_, read): &(_, Result<Affected, _>)| read.as_ref().is_ok_and(Affected::on_cpan);
    let counts = own || (unknown && affected.iter().any(on_cpan));
    if !counts {
        return;
    }
    let at = |word: &str| {
        let before = memchr::memmem::find(bytes, format!("\"{word}\"").as_bytes());
        let line = before
            .and_then(|at| bytes.get(..at))
            .map(|text| memchr::memchr_iter(b'\n', text).count() as u64 + 1);
        Place { path: path.to_owned(), line }
    };
    let id = meta.cve_id;
    if let Err(message) = check_id(&id) {
        data.problems.push(SourceProblem { place: at("cveId"), message });
        return;
    }
    let dates = [&meta.date_updated, &meta.date_published].into_iter().flatten();
    let newest = dates.filter_map(|date| epoch_of(date)).max().unwrap_or_default();
    data.source.epoch = data.source.epoch.max(newest);
    if meta.state == "REJECTED" {
        data.withdrawn.push(Withdrawn { id, place: at("state") });
        return;
    }
    if !has_cna {
        let message = format!("{id} is left out: it has no 'containers.cna'");
        data.problems.push(SourceProblem { place: at("containers"), message });
        return;
    }
    let (scores, severity) = scores(&cna, &adp);
    let backports = backports(&adp);
    let links: Vec<String> = cna.references.into_iter().map(|link| link.url).collect();
    let links = references::keep(links);
    let description = cna
        .descriptions
        .into_iter()
        .find(|text| text.lang.to_ascii_lowercase().starts_with("en"))
        .map(|text| text.value);
    let before = data.advisories.len() + data.problems.len();
    let mut lines = Lines::new(bytes);
    for (raw, affected) in affected {
        let place = Place { path: path.to_owned(), line: Some(lines.of(raw)) };
        let affected = match affected {
            Ok(affected) => affected,
            Err(cause) => {
                let message = format!("{id}: an entry of 'affected' is left out: {cause}");
                data.problems.push(SourceProblem { place, message });
                continue;
            }
        };
        let name = affected.dist();
        let read = check_dist(&name)
            .and_then(|()| ranges(&affected.versions, affected.default_status.as_deref()));
        match read {
            Ok((ranges, _)) if ranges.is_empty() => {}
            Ok((affected_ranges, fixed)) => data.advisories.push(SourcedAdvisory {
                fact: AdvisoryFact {
                    dist: name,
                    record: AdvisoryRecord {
                        id: id.clone(),
                        cves: vec![id.clone()],
                        ghsas: Vec::new(),
                        previous_ids: Vec::new(),
                        affected: affected_ranges,
                        fixed,
                        severity,
                        reported: meta
                            .date_published
                            .as_deref()
                            .and_then(|date| date.get(..10))
                            .map(str::to_owned),
                        references: links.clone(),
                        embedded: None,
                    },
                    detail: AdvisoryDetail {
                        title: cna.title.clone(),
                        description: description.clone(),
                        scores: scores.clone(),
                        files: affected.program_files,
                        routines: affected.program_routines.into_iter().map(|r| r.name).collect(),
                        backports: backports.clone(),
                        ..AdvisoryDetail::default()
                    },
                },
                place,
            }),
            Err(message) => data
                .problems
                .push(SourceProblem { place, message: format!("{id} is left out: {message}") }),
        }
    }
    if data.advisories.len() + data.problems.len() == before {
        let message = format!("{id} is left out: it says of no version that it is affected");
        data.problems.push(SourceProblem { place: at("affected"), message });
    }
}

/// Seconds since 1970 of a date of a record; one without a zone is in UTC.
fn epoch_of(date: &str) -> Option<i64> {
    let zoned = date.parse::<jiff::Timestamp>();
    let read = zoned.or_else(|_| {
        let civil: jiff::civil::DateTime = date.parse()?;
        jiff::tz::TimeZone::UTC.to_timestamp(civil)
    });
    read.ok().map(jiff::Timestamp::as_second)
}

impl Affected {
    fn on_cpan(&self) -> bool {
        self.package_url.as_deref().is_some_and(|url| url.starts_with("pkg:cpan/"))
            || self.collection_url.as_deref().is_some_and(|url| url.contains("cpan.org"))
    }

    /// The distribution: of the package URL, else of the package's name.
    fn dist(&self) -> String {
        let of_url = self.package_url.as_deref().and_then(|url| {
            let path = url.strip_prefix("pkg:cpan/")?.split(['@', '?', '#']).next()?;
            path.rsplit('/').next()
        });
        of_url.or(self.package_name.as_deref()).unwrap_or_default().to_owned()
    }
}

/// All scores; the severity is that of the first: the CNA's, else an ADP's.
fn scores(cna: &Container<'_>, adp: &[Container<'_>]) -> (Vec<Score>, Severity) {
    let mut scores = Vec::new();
    let mut severity = Severity::Unscored;
    for container in std::iter::once(cna).chain(adp) {
        let by = container.provider_metadata.short_name.as_deref().unwrap_or("CPANSec");
        for metric in &container.metrics {
            for key in ["cvssV4_0", "cvssV3_1", "cvssV3_0", "cvssV2_0"] {
                let Some(cvss) = metric.get(key) else { continue };
                let Some(vector) = cvss.get("vectorString").and_then(Value::as_str) else {
                    continue;
                };
                let stated = cvss.get("baseScore").and_then(Value::as_f64);
                let tenths = stated
                    .filter(|score| (0.0..=10.0).contains(score))
                    .map(|score| (score * 10.0).round() as u8);
                let word = cvss.get("baseSeverity").and_then(Value::as_str).unwrap_or_default();
                if severity == Severity::Unscored {
                    severity = Severity::from_word(word).unwrap_or_default();
                }
                scores.push(Score { vector: vector.to_owned(), tenths, by: by.to_owned() });
            }
        }
    }
    (scores, severity)
}

/// Red Hat's word on its own packages.
fn backports(adp: &[Container<'_>]) -> Vec<Backport> {
    let blocks = adp.iter().flat_map(|container| &container.affected);
    // What can't be read of others' packages changes no verdict.
    let read = blocks.filter_map(|raw| serde_json::from_str::<Affected>(raw.get()).ok());
    let of_red_hat = read.filter(|block| block.vendor.as_deref() == Some("Red Hat"));
    of_red_hat
        .map(|block| Backport {
            vendor: "Red Hat".to_owned(),
            product: [&block.product, &block.package_name]
                .into_iter()
                .flatten()
                .map(String::as_str)
                .collect::<Vec<_>>()
                .join(" "),
            status: block
                .default_status
                .clone()
                .or_else(|| block.versions.first().map(|version| version.status.clone()))
                .unwrap_or_else(|| "unknown".to_owned()),
            versions: block.versions.iter().map(Version::text).collect(),
        })
        .collect()
}
