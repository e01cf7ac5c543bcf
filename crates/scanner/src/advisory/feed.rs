//! The CPANSA JSON feed, `cpan-security-advisory.json`.
//!
//! It is the source of records, releases and the module map. Versions are taken
//! as their text, so that `1.10` does not become 1.1 (in the feed itself a
//! number has lost its trailing zeros already, which nobody can mend).

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use perlscan_model::advisory::{AdvisoryRecord, EmbeddedLibrary};
use perlscan_model::facts::FactSet;
use perlscan_model::facts::{
    AdvisoryFact, DistFact, FACTS_FORMAT, MetaFact, ModuleFact, PerlFact, Release, ReleaseFact,
};
use perlscan_model::severity::Severity;
use perlscan_model::version::PerlVersion;
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::advisory::{AdvisoryError, read_file, references};

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

/// Reads the feed into facts: everything but what only the checkout and the
/// core list know.
///
/// # Errors
/// When the file can't be read or is no such feed.
pub fn read(path: &Path) -> Result<FactSet, AdvisoryError> {
    let bytes = read_file(path)?;
    let feed: Feed<'_> = serde_json::from_slice(&bytes).map_err(|cause| {
        let line = u64::try_from(cause.line()).ok();
        let message = format!(
            "this is no CPANSA feed ({cause}); give the unpacked cpan-security-advisory.json"
        );
        AdvisoryError::content(path, line, message)
    })?;
    let mut facts = FactSet {
        meta: MetaFact {
            format: FACTS_FORMAT,
            source: feed.meta.repo.trim_end_matches(".git").to_owned(),
            commit: feed.meta.commit,
            date: timestamp(feed.meta.epoch),
            epoch: feed.meta.epoch,
            ..MetaFact::default()
        },
        ..FactSet::default()
    };
    for (module, dist) in feed.module2dist {
        facts.modules.push(ModuleFact { module, dist });
    }
    for (name, dist) in feed.dists {
        let bad = |id: &str, what: String| {
            AdvisoryError::content(path, None, format!("{name} {id}: {what}"))
        };
        for advisory in dist.advisories {
            let severity = match &advisory.severity {
                None => Severity::Unscored,
                Some(word) => Severity::from_word(word)
                    .ok_or_else(|| bad(&advisory.id, format!("unknown severity '{word}'")))?,
            };
            facts
                .advisories
                .push(AdvisoryFact { dist: name.clone(), record: record(advisory, severity) });
        }
        facts.releases.extend(
            releases(dist.versions)
                .into_iter()
                .map(|release| ReleaseFact { dist: name.clone(), release }),
        );
        facts.distributions.push(DistFact {
            dist: name,
            main_module: dist.main_module.filter(|module| !module.is_empty()),
            darkpan: false,
        });
    }
    facts.perls = perls(&facts.releases);
    Ok(facts)
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
        references: references::keep(advisory.references),
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

/// The releases of perl itself, in the decimal form of Module::CoreList.
fn perls(releases: &[ReleaseFact]) -> Vec<PerlFact> {
    let mut seen = BTreeSet::new();
    let mut perls = Vec::new();
    for fact in releases.iter().filter(|fact| fact.dist == "perl") {
        let Ok(version) = PerlVersion::parse(&fact.release.version) else { continue };
        let part = |i: usize| version.parts().get(i).copied().unwrap_or(0);
        let perl = format!("{}.{:03}{:03}", part(0), part(1), part(2));
        if seen.insert(perl.clone()) {
            let date = fact.release.date.get(..10).unwrap_or(&fact.release.date).to_owned();
            perls.push(PerlFact { perl, date, listed: false });
        }
    }
    perls
}

fn timestamp(epoch: i64) -> String {
    jiff::Timestamp::from_second(epoch).map(|time| time.to_string()).unwrap_or_default()
}
