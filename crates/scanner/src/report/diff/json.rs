//! The differences as one JSON document; `schemas/perlscan-diff.schema.json`
//! describes it. Nothing is cut.

use std::io;

use serde_json::{Map, Value, json};

use super::verdict_word;
use crate::advisory::diff::{Diff, Fields, Side};
use crate::report::EmitError;
use crate::report::json::SCHEMA_VERSION;
use crate::report::plain::escape_hidden;

pub(super) fn write(
    diff: &Diff,
    names: [&str; 2],
    tool_version: &str,
    out: &mut dyn io::Write,
) -> Result<(), EmitError> {
    let [old, new] = names;
    let added = diff.added.iter().map(|added| {
        json!({
            "dist": added.dist,
            "id": added.id,
            "title": added.title,
            "description": added.description,
            "records": added.records.iter().map(record).collect::<Vec<_>>(),
        })
    });
    let changed = diff.changed.iter().map(|changed| {
        let changes = changed.changes.iter().map(
            |change| json!({ "field": change.what.word(), "old": change.old, "new": change.new }),
        );
        json!({ "dist": changed.dist, "id": changed.id, "changes": changes.collect::<Vec<_>>() })
    });
    let removed = diff.removed.iter().map(|gone| {
        json!({
            "dist": gone.dist,
            "id": gone.id,
            "cves": gone.cves,
            "withdrawn": gone.withdrawn,
            "now": gone.now,
        })
    });
    let verdicts = diff.verdicts.as_ref().map(|changes| {
        let changes = changes.iter().map(|change| {
            json!({
                "dist": change.dist,
                "id": change.id,
                "old": verdict_word(change.old),
                "new": verdict_word(change.new),
                "releases": change.releases,
            })
        });
        changes.collect::<Vec<_>>()
    });
    let document = json!({
        "schema_version": SCHEMA_VERSION,
        "tool": { "name": "perlscan", "version": tool_version },
        "old": side(old, &diff.old),
        "new": side(new, &diff.new),
        "texts_compared": diff.texts_compared,
        "added": added.collect::<Vec<_>>(),
        "changed": changed.collect::<Vec<_>>(),
        "removed": removed.collect::<Vec<_>>(),
        "distributions_added": diff.dists_added,
        "distributions_removed": diff.dists_removed,
        "releases_changed": diff.releases_changed(),
        "verdicts": verdicts,
    });
    let text = serde_json::to_string_pretty(&document)?;
    out.write_all(escape_hidden(&text).as_bytes())?;
    out.write_all(b"\n")?;
    Ok(())
}

fn side(name: &str, side: &Side) -> Value {
    let problems = side.problems.iter().map(|problem| {
        json!({
            "path": problem.place.path.display().to_string(),
            "line": problem.place.line,
            "message": problem.message,
        })
    });
    json!({
        "name": name,
        "commit": side.commit,
        "date": side.date,
        "advisories": side.advisories,
        "distributions": side.distributions,
        "problems": problems.collect::<Vec<_>>(),
    })
}

/// The fields that say something, by their names, each a list of texts.
fn record(fields: &Fields) -> Value {
    let entries = fields.iter().map(|(field, values)| (field.word().to_owned(), json!(values)));
    Value::Object(entries.collect::<Map<_, _>>())
}
