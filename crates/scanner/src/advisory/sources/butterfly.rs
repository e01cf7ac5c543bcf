//! The butterfly feed, and the legacy cpansa-feed of the same shape:
//! `{Dist: [{cpansa_id?, cve_id, cves[], affected_versions[], ...}]}`.
//!
//! `affected_versions` is what is taken, in CPANSA's syntax, with remarks in
//! parentheses left out, as MetaCPAN reads it. `version_range` is taken where
//! that is missing or only lists single versions within it; then the releases
//! that are named; then the CVE record inside. The record also fills in what a
//! CVE record knows. It may be a JSON string, and warnings of the program that
//! made the feed may stand before the first `{`: both occur in old feeds.

use std::fmt;
use std::path::Path;

use perlscan_model::advisory::{AdvisoryDetail, AdvisoryRecord, RecordMatcher, read_range};
use perlscan_model::facts::{AdvisoryFact, DistFact, SourceFact};
use perlscan_model::range::VersionRange;
use perlscan_model::severity::Severity;
use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::Value;
use serde_json::value::RawValue;

use crate::advisory::sources::ids::{check_dist, check_id, keep_ids, shown};
use crate::advisory::sources::lines::Lines;
use crate::advisory::sources::{
    AdvisorySource, Place, SourceData, SourceKind, SourceProblem, SourcedAdvisory, count_ids, cve5,
    folder,
};
use crate::advisory::{AdvisoryError, references};

/// The largest feed that is read, in bytes.
pub const MAX_FEED: u64 = 64 * 1024 * 1024;

/// The keys of a map in their order, double ones included.
struct Dists<'a>(Vec<(String, &'a RawValue)>);

impl<'de: 'a, 'a> Deserialize<'de> for Dists<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct All;
        impl<'de> Visitor<'de> for All {
            type Value = Vec<(String, &'de RawValue)>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a map of distributions")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut all = Vec::new();
                while let Some(entry) = map.next_entry()? {
                    all.push(entry);
                }
                Ok(all)
            }
        }
        deserializer.deserialize_map(All).map(Dists)
    }
}

#[derive(Deserialize)]
struct Entry<'a> {
    cpansa_id: Option<String>,
    cve_id: Option<String>,
    #[serde(default)]
    cves: Value,
    #[serde(default)]
    affected_versions: Value,
    #[serde(default)]
    fixed_versions: Value,
    #[serde(default)]
    version_range: Value,
    #[serde(default)]
    affected_releases: Value,
    description: Option<String>,
    reported: Option<String>,
    severity: Option<String>,
    #[serde(default)]
    references: Value,
    title: Option<String>,
    #[serde(borrow)]
    cve: Option<&'a RawValue>,
}

/// The feed.
#[derive(Debug)]
pub struct Butterfly;

impl AdvisorySource for Butterfly {
    fn kind(&self) -> SourceKind {
        SourceKind::Butterfly
    }

    fn read(&self, path: &Path) -> Result<SourceData, AdvisoryError> {
        let bytes = folder::read(path, MAX_FEED)
            .map_err(|problem| AdvisoryError::content(problem.place.path, None, problem.message))?;
        parse(&bytes, path)
    }
}

/// Reads the bytes of a feed; `path` is for messages and places. The feed says
/// no date of its own: its epoch is that of the newest record inside, else 0.
///
/// # Errors
/// When they are no such feed.
pub fn parse(bytes: &[u8], path: &Path) -> Result<SourceData, AdvisoryError> {
    let begin = memchr::memchr(b'{', bytes).unwrap_or_default();
    let document = bytes.get(begin..).unwrap_or_default();
    let before = memchr::memchr_iter(b'\n', bytes.get(..begin).unwrap_or_default()).count() as u64;
    let Dists(dists) = serde_json::from_slice(document).map_err(|cause| {
        let line = u64::try_from(cause.line()).ok().map(|line| line + before);
        let message =
            format!("this is no feed of advisories by distribution ({cause}); fetch it anew");
        AdvisoryError::content(path, line, message)
    })?;
    let data = SourceData {
        source: SourceFact {
            kind: SourceKind::Butterfly.word().to_owned(),
            place: path.display().to_string(),
            ..SourceFact::default()
        },
        ..SourceData::default()
    };
    let mut reader = Reader { path, data };
    let mut lines = Lines::new(document);
    for (dist, raw) in dists {
        let line = lines.of(raw) + before;
        if let Err(message) = check_dist(&dist) {
            reader.problem(line, message);
            continue;
        }
        match serde_json::from_str::<Vec<&RawValue>>(raw.get()) {
            Ok(entries) => {
                for raw in entries {
                    let line = lines.of(raw) + before;
                    match serde_json::from_str::<Entry<'_>>(raw.get()) {
                        Ok(entry) => reader.entry(&dist, entry, line),
                        Err(cause) => {
                            let message = format!("{dist}: an advisory is left out: {cause}");
                            reader.problem(line, message);
                        }
                    }
                }
            }
            Err(_) => reader.problem(line, format!("{dist}: this is no list of advisories")),
        }
        reader.data.distributions.push(DistFact { dist, main_module: None, darkpan: false });
    }
    let mut data = reader.data;
    data.source.advisories = count_ids(&data);
    Ok(data)
}

struct Reader<'a> {
    path: &'a Path,
    data: SourceData,
}

impl Reader<'_> {
    fn problem(&mut self, line: u64, message: String) {
        let place = Place { path: self.path.to_owned(), line: Some(line) };
        self.data.problems.push(SourceProblem { place, message });
    }

    fn entry(&mut self, dist: &str, entry: Entry<'_>, line: u64) {
        let given = |id: Option<String>| id.filter(|id| !id.is_empty());
        let (cpansa_id, cve_id) = (given(entry.cpansa_id), given(entry.cve_id));
        let mut wrong = Vec::new();
        let mut list = |value: &Value, key: &str| {
            texts(value).unwrap_or_else(|| {
                wrong.push(format!("'{key}' is no list of texts, and is not read"));
                Vec::new()
            })
        };
        let mut cves = list(&entry.cves, "cves");
        if let Some(cve) = cve_id.as_ref().filter(|id| !cves.contains(*id)) {
            cves.insert(0, cve.clone());
        }
        let Some(id) = cpansa_id.or(cve_id).or_else(|| cves.first().cloned()) else {
            let message =
                format!("{dist}: an advisory without 'cpansa_id' and 'cve_id' is left out");
            return self.problem(line, message);
        };
        let fixed = list(&entry.fixed_versions, "fixed_versions");
        let links = list(&entry.references, "references");
        let plain = |list: Vec<String>| -> Vec<String> {
            let kept = list.iter().map(|text| without_remarks(text).trim().to_owned());
            kept.filter(|text| !text.is_empty()).collect()
        };
        let said = [
            plain(list(&entry.affected_versions, "affected_versions")),
            plain(list(&entry.version_range, "version_range")),
            releases(&list(&entry.affected_releases, "affected_releases"), dist),
        ];
        if let Err(message) = check_id(&id) {
            return self.problem(line, format!("{dist}: an advisory is left out: {message}"));
        }
        let cves = keep_ids(cves, |message| wrong.push(message));
        let word = entry.severity.unwrap_or_default();
        let severity = Severity::from_word(&word).unwrap_or_else(|| {
            wrong.push(format!("unknown severity '{}'", shown(&word)));
            Severity::Unscored
        });
        let day = entry.reported.as_deref().filter(|text| !text.is_empty()).and_then(|text| {
            let day = text.get(..10).unwrap_or(text);
            if day.parse::<jiff::civil::Date>().is_ok_and(|read| read.to_string() == day) {
                return Some(day.to_owned());
            }
            wrong.push(format!("reported: '{}' is no day", shown(text)));
            None
        });
        let inner = self.inner(entry.cve, dist, line, &id);
        let affected = choose(said, &mut wrong);
        let mut record = AdvisoryRecord {
            cves,
            ghsas: Vec::new(),
            previous_ids: Vec::new(),
            affected,
            fixed: plain(fixed),
            severity,
            reported: day,
            references: references::keep(links),
            embedded: None,
            id,
        };
        let mut detail = AdvisoryDetail::default();
        if let Some(inner) = inner {
            if record.affected.is_empty() {
                record.affected.clone_from(&inner.record.affected);
            }
            if record.fixed.is_empty() && same_affected(&record, &inner.record) {
                record.fixed.clone_from(&inner.record.fixed);
            }
            if record.severity == Severity::Unscored {
                record.severity = inner.record.severity;
            }
            detail = inner.detail;
        }
        let given = |text: Option<String>| text.filter(|text| !text.is_empty());
        detail.title = given(entry.title).or(detail.title);
        detail.description = given(entry.description).or(detail.description);
        for message in wrong {
            self.problem(line, format!("{dist} {}: {message}", record.id));
        }
        if record.affected.is_empty() {
            let message = format!("{dist} {} is left out: it names no affected version", record.id);
            return self.problem(line, message);
        }
        self.data.advisories.push(SourcedAdvisory {
            fact: AdvisoryFact { dist: dist.to_owned(), record, detail },
            place: Place { path: self.path.to_owned(), line: Some(line) },
        });
    }

    /// What the CVE record inside says of the distribution.
    fn inner(
        &mut self,
        cve: Option<&RawValue>,
        dist: &str,
        line: u64,
        id: &str,
    ) -> Option<AdvisoryFact> {
        let raw = cve?.get();
        let unfolded: Option<String> = serde_json::from_str(raw).ok();
        let mut inner = SourceData::default();
        cve5::read_record(unfolded.as_deref().unwrap_or(raw).as_bytes(), self.path, &mut inner);
        for problem in inner.problems {
            self.problem(line, format!("{dist} {id}: in 'cve': {}", problem.message));
        }
        self.data.source.epoch = self.data.source.epoch.max(inner.source.epoch);
        for mut gone in inner.withdrawn {
            gone.place.line = Some(line);
            self.data.withdrawn.push(gone);
        }
        let facts = inner.advisories.into_iter().map(|one| one.fact);
        facts.into_iter().find(|fact| fact.dist == dist)
    }
}

/// A list of texts, a text alone, or nothing; numbers as they are written.
fn texts(value: &Value) -> Option<Vec<String>> {
    let one = |value: &Value| match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    };
    match value {
        Value::Null => Some(Vec::new()),
        Value::Array(items) => items.iter().filter(|item| !item.is_null()).map(one).collect(),
        value => one(value).map(|text| vec![text]),
    }
}

/// `>=1.0 (Debian's too)` without what is in parentheses.
fn without_remarks(text: &str) -> String {
    let mut plain = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('(') {
        plain.push_str(before);
        match after.split_once(')') {
            Some((_, behind)) => rest = behind,
            // Not closed: it stays, and is refused as a version.
            None => {
                rest = "";
                plain.push('(');
                plain.push_str(after);
            }
        }
    }
    plain.push_str(rest);
    plain
}

/// `AUTHOR/Dist-1.2` as `=1.2`.
fn releases(names: &[String], dist: &str) -> Vec<String> {
    let version = |name: &String| {
        let release = name.rsplit('/').next()?;
        let version = release.strip_prefix(dist)?.strip_prefix('-')?;
        Some(format!("={version}"))
    };
    names.iter().filter_map(version).collect()
}

/// The ranges to take; where two disagree, that is told.
fn choose(said: [Vec<String>; 3], wrong: &mut Vec<String>) -> Vec<String> {
    let [affected, range, releases] = said;
    if affected.is_empty() && range.is_empty() {
        return releases;
    }
    if affected.is_empty() {
        return range;
    }
    let (Some(a), Some(b)) = (set_of(&affected), set_of(&range)) else { return affected };
    if range.is_empty() || a == b {
        return affected;
    }
    let single = affected.iter().all(|text| !text.contains(['<', '>', ',']));
    if single && a.subtract(&b).is_empty() {
        return range;
    }
    wrong.push(format!(
        "'version_range' says {} and 'affected_versions' says {}, which is taken",
        shown(&range.join(" or ")),
        shown(&affected.join(" or "))
    ));
    affected
}

/// How many ranges of an entry are compared as sets: more are taken as they are.
const COMPARED: usize = 1000;

fn set_of(ranges: &[String]) -> Option<VersionRange> {
    let mut set = VersionRange::none();
    for range in ranges.iter().take(COMPARED) {
        for interval in read_range(range).ok()? {
            set = set.union(&interval.into());
        }
    }
    (ranges.len() <= COMPARED).then_some(set)
}

fn same_affected(a: &AdvisoryRecord, b: &AdvisoryRecord) -> bool {
    let bare = |record: &AdvisoryRecord| {
        RecordMatcher::new(&AdvisoryRecord { fixed: Vec::new(), ..record.clone() }).ok()
    };
    bare(a).is_some_and(|a| bare(b) == Some(a))
}

#[cfg(test)]
mod tests {
    use super::*;

    const CVE: &str = r#"{"cveMetadata":{"cveId":"CVE-2026-90010","state":"PUBLISHED","assignerShortName":"CPANSec"},
"containers":{"cna":{"affected":[{"packageURL":"pkg:cpan/Made-Up","programRoutines":[{"name":"Made::Up::go"}],
"versions":[{"version":"0","lessThan":"1.5","status":"affected"}]}]}}}"#;

    #[test]
    fn both_shapes_of_a_record_are_read() {
        let folded = serde_json::to_string(CVE).unwrap();
        for cve in [CVE, folded.as_str()] {
            let feed = format!(
                "Use of uninitialized value at x line 3.\n{{\"Made-Up\":[\n\
                 {{\"cpansa_id\":\"CPANSA-Made-Up-2026-01\",\"cve_id\":\"CVE-2026-90010\",\
                 \"affected_versions\":[\"<1.5 (all)\"],\"reported\":\"2026-01-02T03:04:05\",\
                 \"severity\":\"high\",\"references\":[\"https://example.org/a\"],\"cve\":{cve}}},\n\
                 {{\"cve_id\":\"CVE-2026-90011\",\"cves\":[\"CVE-2026-90011\"],\"version_range\":\">=1,<2\",\
                 \"affected_versions\":[\"1\",\"=1.5\"]}},\n\
                 {{\"cve_id\":\"CVE-2026-90012\",\"affected_releases\":[\"SOMEBODY/Made-Up-1.10\"]}},\n\
                 {{\"cve_id\":\"CVE-2026-90013\",\"affected_versions\":[\"<3\"],\"version_range\":[\"<2\"]}},\n\
                 {{\"cve_id\":\"CVE-2026-90014\"}}, {{\"affected_versions\":[\"<3\"]}}]}}"
            );
            let data = parse(feed.as_bytes(), Path::new("feed.json")).unwrap();
            let said: Vec<(&str, String, String)> = data
                .advisories
                .iter()
                .map(|one| {
                    let record = &one.fact.record;
                    (record.id.as_str(), record.affected.join("|"), record.fixed.join("|"))
                })
                .collect();
            let row = |id, a: &str, f: &str| (id, a.to_owned(), f.to_owned());
            assert_eq!(
                said,
                [
                    row("CPANSA-Made-Up-2026-01", "<1.5", ">=1.5"),
                    row("CVE-2026-90011", ">=1,<2", ""),
                    row("CVE-2026-90012", "=1.10", ""),
                    row("CVE-2026-90013", "<3", ""),
                ]
            );
            let first = &data.advisories[0].fact;
            assert_eq!(first.record.cves, ["CVE-2026-90010"]);
            assert_eq!(first.record.reported.as_deref(), Some("2026-01-02"));
            assert_eq!(first.record.severity, Severity::High);
            assert_eq!(first.detail.routines, ["Made::Up::go"]);
            let messages: Vec<&str> =
                data.problems.iter().map(|problem| problem.message.as_str()).collect();
            // Two that disagree, one without versions, one without an id.
            assert_eq!(messages.len(), 3, "{messages:?}");
            assert!(data.problems[0].place.line > data.advisories[0].place.line);
        }
    }

    #[test]
    fn what_is_no_feed_is_refused() {
        for wrong in ["", "warning", "[]", "{\"a\":", "{\"a\":1} x"] {
            assert!(parse(wrong.as_bytes(), Path::new("feed.json")).is_err(), "{wrong}");
        }
        let data = parse(b"{\"A-B\":1,\"A::B\":[]}", Path::new("feed.json")).unwrap();
        assert_eq!(data.problems.len(), 2);
    }
}
