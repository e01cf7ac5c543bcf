use super::*;

use std::collections::BTreeMap;

use perlscan_model::advisory::{Match, RecordMatcher};
use perlscan_model::facts::FactSet;

use crate::advisory::database::{Database, DatabaseChoice};
use crate::advisory::export::{Earlier, Format, Material, Options, files, write};
use crate::advisory::merge::merge;
use crate::advisory::{sources, store};

/// What each record says of each known release, by distribution and id.
type Verdicts = BTreeMap<(String, String), Vec<Vec<(String, Option<Match>)>>>;

fn verdicts(material: &Material, facts: &FactSet) -> Verdicts {
    let mut all = Verdicts::new();
    for fact in &facts.advisories {
        let matcher = RecordMatcher::new(&fact.record).unwrap();
        let known = material.releases.get(&fact.dist).map(Vec::as_slice).unwrap_or_default();
        let of_record = known
            .iter()
            .map(|release| (release.text.to_string(), matcher.matches(&release.version)))
            .collect();
        all.entry((fact.dist.clone(), fact.record.id.clone())).or_default().push(of_record);
    }
    for records in all.values_mut() {
        records.sort();
    }
    all
}

#[test]
fn the_export_read_back_gives_the_same_verdicts_record_by_record() {
    let database = Database::open(&DatabaseChoice::default()).unwrap();
    let material = Material::of(&database).unwrap();
    let background = store::embedded().unwrap().to_facts().unwrap();
    let expected = verdicts(&material, &material.facts);
    let flat = || expected.values().flatten().flatten().filter_map(|(_, said)| *said);
    assert!(flat().count() > 50_000, "{}", flat().count());
    assert!(flat().filter(|said| *said == Match::Disputed).count() > 50);
    for osv_without_package in [false, true] {
        let options = Options { osv_without_package, ..Options::default() };
        let folder = tempfile::tempdir().unwrap();
        let export = files(&material, Format::Osv, &options, &Earlier::default()).unwrap();
        write::write(&export, Format::Osv, folder.path()).unwrap();
        let data = sources::read(folder.path()).unwrap();
        assert_eq!(data.source.kind, "osv");
        assert_eq!(data.source.epoch, material.facts.meta.epoch);
        assert!(data.problems.is_empty(), "{:?}", data.problems.first());
        let merged = merge(vec![data], &background);
        assert!(merged.problems.is_empty(), "{:?}", merged.problems.first());
        assert_eq!(merged.facts.advisories.len(), material.facts.advisories.len());
        assert!(verdicts(&material, &merged.facts) == expected, "{osv_without_package}");
        // And what stands beside the ranges.
        let list = |facts: &FactSet| {
            let mut all: Vec<_> = facts
                .advisories
                .iter()
                .map(|fact| {
                    let record = &fact.record;
                    (
                        fact.dist.clone(),
                        record.id.clone(),
                        record.affected.clone(),
                        record.cves.clone(),
                        record.severity,
                        record.embedded.clone(),
                        record.previous_ids.clone(),
                    )
                })
                .collect();
            all.sort();
            all
        };
        assert!(list(&merged.facts) == list(&material.facts));
    }
}

/// Without perlscan's own words the events have to do, as of any other export:
/// they know no disputes and no single records.
#[test]
fn events_alone_give_the_same_affected_releases() {
    let database = Database::open(&DatabaseChoice::default()).unwrap();
    let material = Material::of(&database).unwrap();
    let export = files(&material, Format::Osv, &Options::default(), &Earlier::default()).unwrap();
    let mut data = SourceData::default();
    for (name, bytes) in export.iter().filter(|(name, _)| name.starts_with("records/")) {
        let mut record: Value = serde_json::from_slice(bytes).unwrap();
        for affected in record["affected"].as_array_mut().unwrap() {
            affected["database_specific"] = Value::Null;
        }
        parse(&serde_json::to_vec(&record).unwrap(), Path::new(name), &mut data);
    }
    let merged = merge(vec![data], &FactSet::default());
    let affected = |facts: &FactSet| -> BTreeSet<(String, String, String)> {
        let all = verdicts(&material, facts).into_iter();
        all.flat_map(|((dist, id), records)| {
            let said = records.into_iter().flatten().filter(|(_, said)| said.is_some());
            said.map(move |(release, _)| (dist.clone(), id.clone(), release))
        })
        .collect()
    };
    let (ours, theirs) = (affected(&material.facts), affected(&merged.facts));
    let lost: Vec<_> = ours.difference(&theirs).collect();
    assert!(lost.is_empty(), "{:?}", lost.first());
    let more: Vec<_> = theirs.difference(&ours).collect();
    assert!(more.is_empty(), "{:?}", more.first());
}

const RECORD: &str = r#"[{"id":"GHSA-aaaa-bbbb-cccc","modified":"2026-03-04T05:06:07Z","published":"2026-03-01T00:00:00Z",
"aliases":["CVE-2026-90020"],"related":["CVE-2026-90021"],"summary":"S","details":"D &lt;b>",
"severity":[{"type":"CVSS_V3","score":"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"}],
"database_specific":{"severity":"MODERATE"},
"affected":[
{"package":{"ecosystem":"CPAN:other","name":"Made-Up"},"ranges":[{"type":"ECOSYSTEM","events":[{"introduced":"0"},{"fixed":"1.5"}]}]},
{"package":{"ecosystem":"npm","name":"made-up"},"versions":["1"]},
{"package":{"ecosystem":"CPAN","name":"Made::Up"},"versions":["1"]},
{"package":{"ecosystem":"CPAN","name":"Git-Only"},"ranges":[{"type":"GIT","repo":"r","events":[{"introduced":"0"}]}]},
{"package":{"ecosystem":"CPAN","name":"Broken"},"versions":[1]},
{"package":{"ecosystem":"CPAN"},"versions":["1.0","trial"]}
]},
{"id":"x_CPANSA-Gone-2026-01","modified":"2026-03-05T00:00:00Z","withdrawn":"2026-03-05T00:00:00Z",
"affected":[{"package":{"ecosystem":"CPAN","name":"Gone"},"versions":["1"]}]},
{"id":"PYSEC-1","modified":"2027-01-01T00:00:00Z","affected":[{"package":{"ecosystem":"PyPI","name":"CPAN"}}]}]"#;

#[test]
fn other_peoples_records_are_read() {
    let mut data = SourceData::default();
    parse(RECORD.as_bytes(), Path::new("all.json"), &mut data);
    let [one] = data.advisories.as_slice() else { panic!("{:?}", data.advisories) };
    let record = &one.fact.record;
    assert_eq!((one.fact.dist.as_str(), one.place.line), ("Made-Up", Some(6)));
    assert_eq!(record.id, "GHSA-aaaa-bbbb-cccc");
    // The related one is another flaw, for this one has a name already.
    assert_eq!(record.cves, ["CVE-2026-90020"]);
    assert_eq!(record.ghsas, ["GHSA-aaaa-bbbb-cccc"]);
    assert_eq!(
        (record.affected.as_slice(), record.fixed.as_slice()),
        (&["<1.5".to_owned()][..], &[">=1.5".to_owned()][..])
    );
    assert_eq!(record.severity, Severity::Medium);
    assert_eq!(record.reported.as_deref(), Some("2026-03-01"));
    assert!(one.fact.detail.scores[0].vector.starts_with("CVSS:3.1/"));
    assert_eq!(one.fact.detail.description.as_deref(), Some("D &lt;b>"));
    assert_eq!(data.withdrawn[0].id, "CPANSA-Gone-2026-01");
    // 2026-03-05T00:00:00Z; the one of another ecosystem is newer.
    assert_eq!(data.source.epoch, 1_772_668_800);
    let lines: Vec<_> = data.problems.iter().map(|problem| problem.place.line).collect();
    // The entry that can't be read is met first; then the module, the commits,
    // and the package without a name.
    assert_eq!(lines, [Some(10), Some(8), Some(9), Some(11)], "{:?}", data.problems);
}
