//! What differs as one JSON document; `schemas/perlscan-darkpan-diff.schema.json`
//! describes it. Nothing is cut.

use std::io;

use serde_json::{Value, json};

use super::{ArchiveState, FindingState, MirrorDiff, SideState};
use crate::report::EmitError;
use crate::report::json::SCHEMA_VERSION;
use crate::report::plain::escape_hidden;

pub(super) fn write(
    diff: &MirrorDiff,
    [old, new]: [&str; 2],
    tool_version: &str,
    out: &mut dyn io::Write,
) -> Result<(), EmitError> {
    let both = |pairs: &[(ArchiveState, ArchiveState)]| -> Vec<Value> {
        pairs.iter().map(|(was, is)| json!({ "old": archive(was), "new": archive(is) })).collect()
    };
    let came = diff.came.iter().map(|new| {
        let mut object = finding(&new.finding);
        object["cause"] = json!(new.cause.word());
        object
    });
    let still = diff.still.iter().map(|still| {
        let mut object = finding(&still.finding);
        object["failed"] = json!(still.failed);
        object
    });
    let document = json!({
        "schema_version": SCHEMA_VERSION,
        "tool": { "name": "perlscan", "version": tool_version },
        "old": side(old, &diff.old),
        "new": side(new, &diff.new),
        "new_failing": diff.new_failing(),
        "archives": {
            "added": diff.added.iter().map(archive).collect::<Vec<_>>(),
            "removed": diff.removed.iter().map(archive).collect::<Vec<_>>(),
            "changed": both(&diff.changed),
            "standing": both(&diff.standing),
        },
        "findings": {
            "new": came.collect::<Vec<_>>(),
            "gone": diff.gone.iter().map(finding).collect::<Vec<_>>(),
            "still": still.collect::<Vec<_>>(),
        },
    });
    let text = serde_json::to_string_pretty(&document)?;
    out.write_all(escape_hidden(&text).as_bytes())?;
    out.write_all(b"\n")?;
    Ok(())
}

fn side(name: &str, side: &SideState) -> Value {
    json!({
        "name": name,
        "database_date": side.database_date,
        "database_commit": side.database_commit,
        "archives": side.archives,
        "findings": side.findings,
        "lost": side.lost,
    })
}

fn archive(archive: &ArchiveState) -> Value {
    json!({
        "path": archive.path,
        "dist": archive.dist,
        "version": archive.version,
        "standing": archive.standing,
        "sha256": archive.sha256,
    })
}

fn finding(finding: &FindingState) -> Value {
    json!({
        "project": finding.path,
        "dist": finding.dist,
        "version": finding.version,
        "id": finding.id,
        "aliases": finding.aliases,
        "severity": finding.severity,
        "verdict": finding.verdict,
        "fails": finding.fails,
        "suppressed": finding.is_suppressed,
        "advice": finding.advice,
    })
}
