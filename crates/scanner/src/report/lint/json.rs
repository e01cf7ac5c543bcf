//! The findings of the lint as one JSON document.

use std::io;

use serde_json::{Value, json};

use super::path;
use crate::advisory::lint::LintFinding;
use crate::report::EmitError;
use crate::report::plain::escape_hidden;

pub(super) fn write(findings: &[LintFinding], out: &mut dyn io::Write) -> Result<(), EmitError> {
    let all: Vec<Value> = findings
        .iter()
        .map(|finding| {
            json!({
                "path": path(finding),
                "line": finding.place.line,
                "dist": finding.dist,
                "id": finding.id,
                "rule": finding.rule,
                "level": finding.level.word(),
                "what": finding.what,
                "instead": finding.instead,
            })
        })
        .collect();
    let document = json!({ "schema_version": "0.1", "findings": all });
    let text = serde_json::to_string_pretty(&document)?;
    out.write_all(escape_hidden(&text).as_bytes())?;
    out.write_all(b"\n")?;
    Ok(())
}
