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
    let files =
        files(&material, Format::CpansaFeed, &Options::default(), &Earlier::default()).unwrap();
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
    let files = files(&material, Format::Osv, &Options::default(), &Earlier::default()).unwrap();
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
        let make = || files(&material(), format, &Options::default(), &Earlier::default()).unwrap();
        assert!(make() == make(), "{}", format.word());
    }
    let material = material();
    assert!(!material.corrections.is_empty());
    let feed =
        files(&material, Format::CpansaFeed, &Options::default(), &Earlier::default()).unwrap();
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
        for (name, bytes) in
            files(&material, format, &Options::default(), &Earlier::default()).unwrap()
        {
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

/// A folder of the test's own.
fn folder(name: &str) -> std::path::PathBuf {
    let folder = std::env::temp_dir().join(format!("perlscan-{name}-{}", std::process::id()));
    let _ = std::fs::remove_dir_all(&folder);
    folder
}

/// The files that differ between two exports, but for indexes.
fn news(before: &Files, after: &Files) -> BTreeSet<String> {
    let all: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    all.into_iter()
        .filter(|name| name.contains('/') && before.get(*name) != after.get(*name))
        .cloned()
        .collect()
}

#[test]
fn a_new_database_makes_new_only_what_it_has_news_of() {
    let id = "CPANSA-Net-OAuth-2025-22376";
    let first = material();
    let next = |change: bool, days: i64| {
        let mut facts = material().facts;
        facts.meta.epoch += days * 86_400;
        if change {
            let fact = facts.advisories.iter_mut().find(|fact| fact.record.id == id).unwrap();
            fact.record.references.push("https://example.org/news".to_owned());
        }
        Material::of_facts(facts, &[])
    };
    // The same corrections on both sides.
    let first = Material::of_facts(first.facts, &[]);
    let options = Options::default();
    let expected = [
        (Format::Osv, vec![format!("records/x_{id}.json")]),
        (Format::Csaf, {
            let file = "2025/cpansa-net-oauth-2025-22376.json";
            vec![file.to_owned(), format!("{file}.sha256"), format!("{file}.sha512")]
        }),
    ];
    for (format, expected) in expected {
        let out = folder(format.word());
        let old = files(&first, format, &options, &Earlier::read(&out, format).unwrap()).unwrap();
        write::write(&old, format, &out).unwrap();
        let over = |material: &Material, options: &Options| {
            files(material, format, options, &Earlier::read(&out, format).unwrap()).unwrap()
        };

        // Only the date is another, and the program.
        let newer = Options { tool_version: "99.0.0".to_owned(), ..Options::default() };
        assert_eq!(news(&old, &over(&next(false, 1), &newer)), BTreeSet::new());
        // Without the earlier export each document has the new date.
        let anew = files(&next(false, 1), format, &options, &Earlier::default()).unwrap();
        assert!(news(&old, &anew).len() > 900, "{}", format.word());

        let new = over(&next(true, 1), &options);
        assert_eq!(news(&old, &new), expected.iter().cloned().collect(), "{}", format.word());
        let done = write::write(&new, format, &out).unwrap();
        assert_eq!(done.removed + done.left, 0);
        assert!(done.written <= expected.len() + 5, "{done:?}");
        let text = String::from_utf8_lossy(&new[&expected[0]]).into_owned();
        assert!(text.contains("2026-08-17T") && text.contains("/news"), "{text}");
        if format == Format::Csaf {
            let value: Value = serde_json::from_str(&text).unwrap();
            let tracking = &value["document"]["tracking"];
            assert_eq!(tracking["version"], "3");
            assert_eq!(tracking["revision_history"].as_array().unwrap().len(), 3);
            let first = String::from_utf8_lossy(&new["changes.csv"]).into_owned();
            assert!(first.starts_with(&format!("\"{}\",\"2026-08-17T", expected[0])), "{first}");
        }

        // What somebody has changed since is made anew.
        let path = out.join(&expected[0]);
        let by_hand = text.replace("/news", "/lies");
        #[expect(clippy::disallowed_methods, reason = "the test changes a file")]
        std::fs::write(&path, by_hand).unwrap();
        let again = over(&next(true, 2), &options);
        assert!(!String::from_utf8_lossy(&again[&expected[0]]).contains("/lies"));
        std::fs::remove_dir_all(&out).unwrap();
    }
}
