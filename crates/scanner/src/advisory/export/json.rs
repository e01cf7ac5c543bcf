//! Everything that the database holds, as one JSON document and as the lines of
//! the facts. `schemas/perlscan-database.schema.json` describes the document.

use serde_json::{Value, json};

use crate::advisory::export::{ExportError, Files, Material, Options, document};

/// The version of the document's form.
pub const JSON_FORMAT: u32 = 1;

/// The files of the export.
///
/// # Errors
/// When a value can't be written as JSON.
pub fn files(material: &Material, options: &Options) -> Result<Files, ExportError> {
    let facts = &material.facts;
    let mut advisories = Vec::with_capacity(facts.advisories.len());
    for (i, fact) in facts.advisories.iter().enumerate() {
        let mut advisory = serde_json::to_value(fact)?;
        if let Value::Object(fields) = &mut advisory {
            let detail = serde_json::to_value(&fact.detail)?;
            fields.insert("detail".to_owned(), detail);
        }
        if let Some(known) = material.corrections.get(&i) {
            advisory["correction"] = json!({
                "was_affected": known.was_affected, "was_fixed": known.was_fixed,
                "reason": known.reason, "link": known.link,
            });
        }
        advisories.push(advisory);
    }
    let whole = json!({
        "format": JSON_FORMAT,
        "generator": { "name": "perlscan", "version": options.tool_version },
        "meta": facts.meta,
        "counts": facts.counts(),
        "distributions": facts.distributions,
        "advisories": advisories,
        "releases": facts.releases,
        "bundled": facts.bundled,
        "modules": facts.modules,
        "perls": facts.perls,
        "core": facts.core,
    });
    let mut files = Files::new();
    files.insert("database.json".to_owned(), document(&whole)?);
    for (name, text) in facts.to_texts()? {
        files.insert(format!("facts/{name}"), text.into_bytes());
    }
    Ok(files)
}
