//! OSV records, one an advisory id, with one `affected` a distribution.
//!
//! The official schema (1.7.5) knows neither CPANSA's ids nor an ecosystem
//! CPAN. Ids take the form that it has for databases of one's own, `x_CPANSA-…`.
//! For the ecosystem it has none: records say `CPAN`, as others do who publish
//! this data, or leave `package` out ([`Options::osv_without_package`]).
//!
//! `modified` is the date of the first database that had the record so, as far
//! as an [`Earlier`] export tells; else that of this database. `published` is the day of the report. A CVE is an alias only where
//! it and the advisory are the same flaw: the advisory has no other, no other
//! advisory has it, and the flaw is not a bundled library's. Else it is `upstream`.

use std::collections::{BTreeMap, BTreeSet};

use perlscan_model::facts::AdvisoryFact;
use perlscan_model::name::DistName;
use perlscan_model::purl::PackageUrl;
use perlscan_model::severity::Severity;
use serde_json::{Value, json};

use crate::advisory::export::osv_ranges::events;
use crate::advisory::export::{
    Earlier, ExportError, Files, Material, Options, Subject, cvss, document, earlier, material,
    names,
};

/// The version of the OSV schema that records name.
pub const SCHEMA_VERSION: &str = "1.7.5";

/// The files of the export.
///
/// # Errors
/// When a range can't be read.
pub fn files(
    material: &Material,
    options: &Options,
    earlier: &Earlier,
) -> Result<Files, ExportError> {
    let subjects = material.subjects();
    let cves = material.ids_of_cves();
    let stems = names::file_stems(subjects.iter().map(|subject| subject.id));
    let mut files = Files::new();
    let mut index = Vec::new();
    for (subject, stem) in subjects.iter().zip(stems) {
        let file = format!("records/x_{stem}.json");
        let (bytes, modified) = earlier.keep_or_make(
            &file,
            |before| {
                let modified = before["modified"].as_str()?;
                earlier::is_time(modified).then(|| modified.to_owned())
            },
            |_| material.date(),
            |modified| record(material, subject, &cves, options, modified),
        )?;
        let dists: BTreeSet<&str> =
            subject.records.iter().map(|(_, fact)| fact.dist.as_str()).collect();
        index.push(json!({
            "id": osv_id(subject.id), "modified": modified, "file": file, "dists": dists,
        }));
        files.insert(file, bytes);
    }
    files.insert("index.json".to_owned(), document(&index)?);
    Ok(files)
}

fn record(
    material: &Material,
    subject: &Subject<'_>,
    ids_of_cves: &BTreeMap<&str, BTreeSet<&str>>,
    options: &Options,
    modified: &str,
) -> Result<Value, ExportError> {
    let all = |list: fn(&AdvisoryFact) -> &Vec<String>| -> BTreeSet<&str> {
        subject.records.iter().flat_map(|(_, fact)| list(fact)).map(String::as_str).collect()
    };
    let cves = all(|fact| &fact.record.cves);
    let ghsas = all(|fact| &fact.record.ghsas);
    let shared: BTreeSet<&str> =
        cves.iter().filter_map(|cve| ids_of_cves.get(cve)).flatten().copied().collect();
    let library = subject.records.iter().any(|(_, fact)| material.library_of(fact).is_some());
    let same_flaw = !library && cves.len() <= 1 && shared.len() <= 1;
    let outer: Vec<String> = cves
        .iter()
        .filter(|id| names::is_cve(id))
        .chain(ghsas.iter().filter(|id| names::is_ghsa(id)))
        .map(|id| (*id).to_owned())
        .collect();
    let former = all(|fact| &fact.record.previous_ids).into_iter().map(osv_id);
    let (same, upstream) = if same_flaw { (outer, Vec::new()) } else { (Vec::new(), outer) };
    let aliases: BTreeSet<String> = same.into_iter().chain(former).collect();
    let related: BTreeSet<String> =
        shared.into_iter().filter(|id| *id != subject.id).map(osv_id).collect();
    let mut record = json!({
        "schema_version": SCHEMA_VERSION,
        "id": osv_id(subject.id),
        "modified": modified,
        "summary": material::title(subject),
        // Markdown: what would be read as HTML is not.
        "details": material::description(material, subject).replace('<', "&lt;"),
        "affected": affected(material, subject, options)?,
        "references": references(subject),
        "database_specific": {
            "cpansa": { "id": subject.id, "cves": cves, "ghsas": ghsas },
            "severity": severity(subject).map(Severity::word),
        },
    });
    if let Some(published) = material::reported(&subject.records, modified) {
        record["published"] = json!(published);
    }
    for (key, list) in [
        ("aliases", aliases.into_iter().collect::<Vec<_>>()),
        ("upstream", upstream),
        ("related", related.into_iter().collect()),
    ] {
        if !list.is_empty() {
            record[key] = json!(list);
        }
    }
    let scores: BTreeMap<&str, &str> = subject
        .records
        .iter()
        .flat_map(|(_, fact)| &fact.detail.scores)
        .filter_map(|score| Some((cvss::osv_type(&score.vector)?, score.vector.as_str())))
        .collect();
    if !scores.is_empty() {
        let scores: Vec<Value> =
            scores.iter().map(|(kind, score)| json!({ "type": kind, "score": score })).collect();
        record["severity"] = json!(scores);
    }
    Ok(record)
}

/// The id of a record: `x_` marks a database that osv.dev does not gather.
fn osv_id(id: &str) -> String {
    format!("x_{}", names::plain(id, 500))
}

fn severity(subject: &Subject<'_>) -> Option<Severity> {
    let worst = subject.records.iter().map(|(_, fact)| fact.record.severity).max();
    worst.filter(|severity| *severity != Severity::Unscored)
}

fn affected(
    material: &Material,
    subject: &Subject<'_>,
    options: &Options,
) -> Result<Vec<Value>, ExportError> {
    let dists: BTreeSet<&str> =
        subject.records.iter().map(|(_, fact)| fact.dist.as_str()).collect();
    let mut all = Vec::new();
    for dist in dists {
        let records: Vec<(usize, &AdvisoryFact)> =
            subject.records.iter().filter(|(_, fact)| fact.dist == dist).copied().collect();
        let known = material.releases.get(dist).map(Vec::as_slice).unwrap_or_default();
        let (vulnerable, _) = material::sets(&records)?;
        let said = events(&vulnerable, known);
        let versions: Vec<&str> = known
            .iter()
            .filter(|release| vulnerable.contains(&release.version))
            .map(|release| &*release.text)
            .collect();
        let exact: Vec<Value> = records
            .iter()
            .map(|(i, fact)| {
                let record = &fact.record;
                let mut exact = json!({
                    "affected": record.affected, "fixed": record.fixed, "cves": record.cves,
                    "severity": record.severity.word(), "reported": record.reported,
                });
                if let Some(library) = &record.embedded {
                    exact["embedded"] = json!(library);
                }
                if let Some(known) = material.corrections.get(i) {
                    exact["correction"] = json!({ "reason": known.reason, "link": known.link });
                }
                exact
            })
            .collect();
        let (ranges, fixed) = lists(&records);
        let mut specific = json!({
            "cpansa": { "records": exact },
        });
        // Fixes act within their record: only without any, or of one record
        // alone, do the ranges mean the same in one list.
        if records.len() == 1 || fixed.is_empty() {
            specific["cpansa"]["affected"] = json!(ranges);
            specific["cpansa"]["fixed"] = json!(fixed);
        }
        if !said.inexact.is_empty() {
            specific["inexact"] = json!(said.inexact);
        }
        let mut item = json!({ "versions": versions, "database_specific": specific });
        let purl = DistName::parse(dist)
            .map(|name| PackageUrl::for_release(&name, None, None).to_string())
            .ok();
        if options.osv_without_package {
            item["database_specific"]["package"] = json!({ "name": dist, "purl": purl });
        } else {
            item["package"] = json!({ "ecosystem": "CPAN", "name": dist });
            if let Some(purl) = purl {
                item["package"]["purl"] = json!(purl);
            }
        }
        if !said.ranges.is_empty() {
            item["ranges"] = json!(said.ranges);
        }
        all.push(item);
    }
    Ok(all)
}

/// All affected and all fixed ranges, each once.
fn lists<'a>(records: &[(usize, &'a AdvisoryFact)]) -> (Vec<&'a str>, Vec<&'a str>) {
    let of = |list: fn(&AdvisoryFact) -> &Vec<String>| -> Vec<&'a str> {
        let mut all: Vec<&str> = Vec::new();
        for (_, fact) in records {
            for text in list(fact) {
                if !all.contains(&text.as_str()) {
                    all.push(text);
                }
            }
        }
        all
    };
    (of(|fact| &fact.record.affected), of(|fact| &fact.record.fixed))
}

/// The links with their types, each once.
fn references(subject: &Subject<'_>) -> Vec<Value> {
    let links: BTreeSet<String> = subject
        .records
        .iter()
        .flat_map(|(_, fact)| &fact.record.references)
        .filter_map(|link| names::uri(link))
        .collect();
    links.iter().map(|link| json!({ "type": link_type(link), "url": link })).collect()
}

/// What kind of page an address names, by its well-known forms.
fn link_type(link: &str) -> &'static str {
    let has = |parts: &[&str]| parts.iter().any(|part| link.contains(part));
    if has(&["/commit/", "/pull/", "/commits/", ";a=commit", "/merge_requests/"]) {
        "FIX"
    } else if has(&["/advisories/", "nvd.nist.gov", "cve.org", "cve.mitre.org", "/security/dsa-"]) {
        "ADVISORY"
    } else if has(&["/issues/", "rt.cpan.org", "bugs.", "bugzilla", "/bug/", "bugreport"]) {
        "REPORT"
    } else {
        "WEB"
    }
}
