use super::*;

use std::collections::BTreeSet;

use perlscan_model::advisory::RecordMatcher;
use perlscan_model::version::PerlVersion;
use serde_json::Value;

use crate::advisory::database::{Database, DatabaseChoice};
use crate::advisory::sources::cpansa_feed as feed_reader;

fn material() -> Material {
    Material::of(&Database::open(&DatabaseChoice::default()).unwrap()).unwrap()
}

/// `(dist, id, release)` of every record that holds for a known release.
fn verdicts<'a>(
    material: &Material,
    records: impl Iterator<Item = (&'a str, &'a perlscan_model::advisory::AdvisoryRecord)>,
) -> BTreeSet<(String, String, String)> {
    let mut all = BTreeSet::new();
    for (dist, record) in records {
        let matcher = RecordMatcher::new(record).unwrap();
        for release in material.releases.get(dist).map(Vec::as_slice).unwrap_or_default() {
            if matcher.matches(&release.version).is_some() {
                all.insert((dist.to_owned(), record.id.clone(), release.text.to_string()));
            }
        }
    }
    all
}

fn ours(material: &Material) -> BTreeSet<(String, String, String)> {
    let records = material.facts.advisories.iter();
    verdicts(material, records.map(|fact| (fact.dist.as_str(), &fact.record)))
}

#[test]
fn the_feed_read_back_gives_the_same_verdicts() {
    let material = material();
    let files = files(&material, Format::CpansaFeed, &Options::default()).unwrap();
    let name = "cpan-security-advisory.json";
    let back = feed_reader::parse(&files[name], std::path::Path::new(name)).unwrap();
    assert_eq!(back.advisories.len(), material.facts.advisories.len());
    assert_eq!(back.releases.len(), material.facts.releases.len());
    let read = back.advisories.iter().map(|one| (one.fact.dist.as_str(), &one.fact.record));
    let expected = ours(&material);
    assert!(expected.len() > 20_000, "{}", expected.len());
    assert!(expected == verdicts(&material, read), "verdicts differ");
    assert_eq!(back.modules.len(), material.facts.modules.len());
}

/// What OSV's evaluation (schema.md, "Evaluation") says of a version, written
/// from its text and not from the exporter.
fn osv_says(affected: &Value, version: &PerlVersion, text: Option<&str>) -> bool {
    let parse = |value: &Value| PerlVersion::parse(value.as_str().unwrap()).unwrap();
    if let Some(text) = text
        && affected["versions"].as_array().unwrap().iter().any(|known| known == text)
    {
        return true;
    }
    affected["ranges"].as_array().map(Vec::as_slice).unwrap_or_default().iter().any(|range| {
        let mut vulnerable = false;
        for event in range["events"].as_array().unwrap() {
            if let Some(v) = event.get("introduced") {
                vulnerable |= v == "0" || *version >= parse(v);
            } else if let Some(v) = event.get("fixed") {
                vulnerable &= *version < parse(v);
            } else {
                vulnerable &= *version <= parse(&event["last_affected"]);
            }
        }
        vulnerable
    })
}

#[test]
fn osv_records_say_of_every_known_release_what_the_matcher_says() {
    let material = material();
    let files = files(&material, Format::Osv, &Options::default()).unwrap();
    let expected = ours(&material);
    let (mut by_both, mut by_events) = (BTreeSet::new(), BTreeSet::new());
    for (_, bytes) in files.iter().filter(|(name, _)| name.starts_with("records/")) {
        let record: Value = serde_json::from_slice(bytes).unwrap();
        let id = record["id"].as_str().unwrap().strip_prefix("x_").unwrap();
        for affected in record["affected"].as_array().unwrap() {
            let dist = affected["package"]["name"].as_str().unwrap();
            for release in material.releases.get(dist).map(Vec::as_slice).unwrap_or_default() {
                let key = || (dist.to_owned(), id.to_owned(), release.text.to_string());
                if osv_says(affected, &release.version, Some(&release.text)) {
                    by_both.insert(key());
                }
                if osv_says(affected, &release.version, None) {
                    by_events.insert(key());
                }
            }
        }
    }
    assert!(by_both == expected, "versions and events differ from the verdicts");
    assert!(by_events == expected, "events alone differ from the verdicts");
}

#[test]
fn two_runs_give_the_same_bytes_and_corrections_are_marked() {
    for format in [Format::CpansaFeed, Format::Osv, Format::Csaf, Format::Json] {
        let make = || files(&material(), format, &Options::default()).unwrap();
        assert!(make() == make(), "{}", format.word());
    }
    let material = material();
    assert!(!material.corrections.is_empty());
    let feed = files(&material, Format::CpansaFeed, &Options::default()).unwrap();
    let text = String::from_utf8_lossy(&feed["dists/Imager.json"]).into_owned();
    assert!(text.contains("x_perlscan_correction"));
    let plain = Material::of_facts(material.facts, &[]);
    assert!(plain.corrections.is_empty());
}

#[test]
fn hostile_names_stay_in_the_folder() {
    let mut facts = material().facts;
    facts.advisories.truncate(7);
    let hostile = ["../../etc/x", "a\0b", "</script>", "\u{1b}[2J", "é\u{202e}", "..", ""];
    for (fact, name) in facts.advisories.iter_mut().zip(hostile) {
        fact.record.id = name.to_owned();
        fact.dist = name.to_owned();
        fact.record.cves = vec![name.to_owned()];
        fact.record.references = vec![format!("https://example.org/{name}"), name.to_owned()];
        fact.detail.description = Some(format!("{name} {}", "x".repeat(100_000)));
    }
    facts.distributions = facts
        .advisories
        .iter()
        .map(|fact| perlscan_model::facts::DistFact {
            dist: fact.dist.clone(),
            main_module: None,
            darkpan: false,
        })
        .collect();
    let material = Material::of_facts(facts, &[]);
    for format in [Format::CpansaFeed, Format::Osv, Format::Csaf, Format::Json] {
        for (name, bytes) in files(&material, format, &Options::default()).unwrap() {
            let plain = |b: u8| b.is_ascii_alphanumeric() || b"._%~+-/".contains(&b);
            assert!(name.bytes().all(plain), "{name:?}");
            assert!(
                name.split('/').all(|part| !part.is_empty() && !part.starts_with('.')),
                "{name}"
            );
            assert!(!bytes.iter().any(|b| *b < 0x20 && *b != b'\n'), "{name}");
        }
    }
}
