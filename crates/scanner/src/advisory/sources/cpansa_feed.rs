//! The CPANSA JSON feed, `cpan-security-advisory.json`.
//!
//! It is the source of records, releases and the module map. Versions are taken
//! as their text, so that `1.10` does not become 1.1 (in the feed itself a
//! number has lost its trailing zeros already, which nobody can mend).

use std::collections::BTreeMap;
use std::path::Path;

use perlscan_model::advisory::{AdvisoryDetail, AdvisoryRecord, EmbeddedLibrary};
use perlscan_model::facts::{AdvisoryFact, DistFact, ModuleFact, Release, ReleaseFact, SourceFact};
use perlscan_model::severity::Severity;
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::advisory::sources::ids::check_leads_nowhere;
use crate::advisory::sources::{
    AdvisorySource, DroppedReference, Place, SourceData, SourceKind, SourceProblem,
    SourcedAdvisory, count_ids, folder,
};
use crate::advisory::{AdvisoryError, references};

/// The largest feed that is read, in bytes.
pub const MAX_FEED: u64 = 64 * 1024 * 1024;

#[derive(Deserialize)]
struct Feed<'a> {
    meta: Meta,
    module2dist: BTreeMap<String, String>,
    #[serde(borrow)]
    dists: BTreeMap<String, Dist<'a>>,
}

#[derive(Deserialize)]
struct Meta {
    commit: String,
    repo: String,
    epoch: i64,
}

#[derive(Deserialize)]
struct Dist<'a> {
    main_module: Option<String>,
    #[serde(borrow)]
    versions: Vec<ReleaseEntry<'a>>,
    advisories: Vec<Advisory>,
}

#[derive(Deserialize)]
struct ReleaseEntry<'a> {
    #[serde(borrow)]
    version: Option<&'a RawValue>,
    date: String,
    perl_release: Option<String>,
}

#[derive(Deserialize)]
struct Advisory {
    id: String,
    #[serde(default)]
    cves: Vec<String>,
    #[serde(default)]
    previous_id: Vec<String>,
    affected_versions: Vec<String>,
    fixed_versions: Vec<String>,
    severity: Option<String>,
    description: Option<String>,
    reported: Option<String>,
    #[serde(default)]
    references: Vec<String>,
    embedded_vulnerability: Option<Embedded>,
    external_vulnerability: Option<Embedded>,
}

#[derive(Deserialize)]
struct Embedded {
    name: String,
    distributed_version: Option<String>,
    affected_versions: Option<String>,
}

/// The feed.
#[derive(Debug)]
pub struct CpansaFeed;

impl AdvisorySource for CpansaFeed {
    fn kind(&self) -> SourceKind {
        SourceKind::CpansaFeed
    }

    fn read(&self, path: &Path) -> Result<SourceData, AdvisoryError> {
        let bytes = folder::read(path, MAX_FEED)
            .map_err(|problem| AdvisoryError::content(problem.place.path, None, problem.message))?;
        parse(&bytes, path)
    }
}

/// Reads the bytes of the feed; `path` is for messages and places.
///
/// # Errors
/// When they are no such feed.
pub fn parse(bytes: &[u8], path: &Path) -> Result<SourceData, AdvisoryError> {
    let feed: Feed<'_> = serde_json::from_slice(bytes).map_err(|cause| {
        let line = u64::try_from(cause.line()).ok();
        let message = format!(
            "this is no CPANSA feed ({cause}); give the unpacked cpan-security-advisory.json"
        );
        AdvisoryError::content(path, line, message)
    })?;
    let place = Place { path: path.to_owned(), line: None };
    let mut data = SourceData {
        source: SourceFact {
            kind: SourceKind::CpansaFeed.word().to_owned(),
            place: feed.meta.repo.trim_end_matches(".git").to_owned(),
            commit: feed.meta.commit,
            epoch: feed.meta.epoch,
            advisories: 0,
        },
        ..SourceData::default()
    };
    for (module, dist) in feed.module2dist {
        data.modules.push(ModuleFact { module, dist });
    }
    for (name, dist) in feed.dists {
        if let Err(message) = check_leads_nowhere(&name) {
            data.problems.push(SourceProblem { place: place.clone(), message });
            continue;
        }
        for mut advisory in dist.advisories {
            if let Err(message) = check_leads_nowhere(&advisory.id) {
                let message = format!("{name}: an advisory is left out: {message}");
                data.problems.push(SourceProblem { place: place.clone(), message });
                continue;
            }
            let severity = advisory.severity.take().map_or(Some(Severity::Unscored), |word| {
                let severity = Severity::from_word(&word);
                if severity.is_none() {
                    data.problems.push(SourceProblem {
                        place: place.clone(),
                        message: format!("{name} {}: unknown severity '{word}'", advisory.id),
                    });
                }
                severity
            });
            let description = advisory.description.take();
            let (kept, dropped) = references::part(std::mem::take(&mut advisory.references));
            data.dropped.extend(dropped.into_iter().map(|link| DroppedReference {
                dist: name.clone(),
                id: advisory.id.clone(),
                link,
                place: place.clone(),
            }));
            advisory.references = kept;
            data.advisories.push(SourcedAdvisory {
                fact: AdvisoryFact {
                    dist: name.clone(),
                    record: record(advisory, severity.unwrap_or_default()),
                    detail: AdvisoryDetail { description, ..AdvisoryDetail::default() },
                },
                place: place.clone(),
            });
        }
        data.releases.extend(
            releases(dist.versions)
                .into_iter()
                .map(|release| ReleaseFact { dist: name.clone(), release }),
        );
        data.distributions.push(DistFact {
            dist: name,
            main_module: dist.main_module.filter(|module| !module.is_empty()),
            darkpan: false,
        });
    }
    data.source.advisories = count_ids(&data);
    Ok(data)
}

fn record(advisory: Advisory, severity: Severity) -> AdvisoryRecord {
    let embedded = advisory.embedded_vulnerability.or(advisory.external_vulnerability);
    AdvisoryRecord {
        id: advisory.id,
        cves: advisory.cves,
        ghsas: Vec::new(),
        previous_ids: advisory.previous_id,
        affected: advisory.affected_versions,
        fixed: advisory.fixed_versions,
        severity,
        reported: advisory.reported,
        references: advisory.references,
        embedded: embedded.map(|library| EmbeddedLibrary {
            name: library.name,
            version: library.distributed_version,
            affected: library.affected_versions,
        }),
    }
}

/// One release per version text; of several uploads the last date.
fn releases(entries: Vec<ReleaseEntry<'_>>) -> Vec<Release> {
    let mut releases: BTreeMap<String, Release> = BTreeMap::new();
    for entry in entries {
        let Some(text) = entry.version.map(RawValue::get).filter(|text| *text != "null") else {
            continue;
        };
        let version = serde_json::from_str(text).unwrap_or_else(|_| text.to_owned());
        let release =
            Release { version: version.clone(), date: entry.date, perl: entry.perl_release };
        match releases.get_mut(&version) {
            Some(known) => {
                if release.date > known.date {
                    known.date = release.date;
                }
                // A release that is on CPAN too is no mere part of perl.
                if release.perl.is_none() {
                    known.perl = None;
                }
            }
            None => {
                releases.insert(version, release);
            }
        }
    }
    releases.into_values().collect()
}
