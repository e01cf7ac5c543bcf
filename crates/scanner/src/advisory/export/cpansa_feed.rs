//! The feed in CPANSA's own shape, `cpan-security-advisory.json`, with each
//! distribution in a file of its own beside it.
//!
//! Keys that upstream's feed does not have: `github_security_advisory` and
//! `darkpan` (its YAML has both), and `x_perlscan_correction`.

use serde_json::{Map, Value, json};

use perlscan_model::severity::Severity;

use crate::advisory::export::{ExportError, Files, Material, Options, document, names};

/// The files of the export.
///
/// # Errors
/// When a value can't be written as JSON.
pub fn files(material: &Material, options: &Options) -> Result<Files, ExportError> {
    let facts = &material.facts;
    let mut releases: Map<String, Value> = Map::new();
    for fact in &facts.releases {
        let mut release = json!({ "version": fact.release.version, "date": fact.release.date });
        if let Some(perl) = &fact.release.perl {
            release["perl_release"] = json!(perl);
            release["dual_lived"] = json!(1);
        }
        push(&mut releases, &fact.dist, release);
    }
    let mut advisories: Map<String, Value> = Map::new();
    for (i, fact) in facts.advisories.iter().enumerate() {
        push(&mut advisories, &fact.dist, advisory(material, i)?);
    }
    let mut dists = Map::new();
    for fact in &facts.distributions {
        let take =
            |all: &mut Map<String, Value>| all.remove(&fact.dist).unwrap_or_else(|| json!([]));
        let mut dist = json!({
            "main_module": fact.main_module.as_deref().unwrap_or_default(),
            "versions": take(&mut releases),
            "advisories": take(&mut advisories),
        });
        if fact.darkpan {
            dist["darkpan"] = json!(true);
        }
        dists.insert(fact.dist.clone(), dist);
    }
    let mut files = Files::new();
    let stems = names::file_stems(dists.keys().map(String::as_str));
    let mut index = Vec::new();
    for ((name, dist), stem) in dists.iter().zip(stems) {
        let file = format!("dists/{stem}.json");
        index.push(json!({
            "distribution": name,
            "file": file,
            "advisories": dist["advisories"].as_array().map_or(0, Vec::len),
        }));
        files.insert(file, document(&json!({ "distribution": name, "dist": dist }))?);
    }
    let meta = json!({
        "commit": facts.meta.commit,
        "repo": format!("{}.git", facts.meta.source),
        "date": material.date(),
        "epoch": facts.meta.epoch,
        "generator": format!("perlscan {}", options.tool_version),
    });
    files.insert("index.json".to_owned(), document(&json!({ "meta": meta, "dists": index }))?);
    let module2dist: Map<String, Value> =
        facts.modules.iter().map(|fact| (fact.module.clone(), json!(fact.dist))).collect();
    let feed = json!({ "meta": meta, "module2dist": module2dist, "dists": dists });
    let mut bytes = serde_json::to_vec(&feed)?;
    bytes.push(b'\n');
    files.insert("cpan-security-advisory.json".to_owned(), bytes);
    Ok(files)
}

fn push(all: &mut Map<String, Value>, key: &str, value: Value) {
    if let Value::Array(list) = all.entry(key).or_insert_with(|| json!([])) {
        list.push(value);
    }
}

fn advisory(material: &Material, i: usize) -> Result<Value, ExportError> {
    let Some(fact) = material.facts.advisories.get(i) else { return Ok(Value::Null) };
    let record = &fact.record;
    let severity = (record.severity != Severity::Unscored).then(|| record.severity.word());
    let mut advisory = json!({
        "id": record.id,
        "distribution": fact.dist,
        "cves": record.cves,
        "affected_versions": record.affected,
        "fixed_versions": record.fixed,
        "severity": severity,
        "reported": record.reported,
        "description": fact.detail.description,
        "references": record.references,
    });
    if !record.ghsas.is_empty() {
        advisory["github_security_advisory"] = json!(record.ghsas);
    }
    if !record.previous_ids.is_empty() {
        advisory["previous_id"] = json!(record.previous_ids);
    }
    if let Some(library) = &record.embedded {
        advisory["embedded_vulnerability"] = json!({
            "name": library.name,
            "distributed_version": library.version,
            "affected_versions": library.affected,
        });
    }
    if let Some(known) = material.corrections.get(&i) {
        advisory["x_perlscan_correction"] = json!({ "reason": known.reason, "link": known.link });
    }
    Ok(advisory)
}
