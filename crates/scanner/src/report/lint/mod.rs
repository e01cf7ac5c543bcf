//! The outputs of `perlscan db lint`: for people, as one JSON document, and as
//! SARIF.

mod json;
mod table;

use std::io;

use super::{EmitError, sarif};
use crate::advisory::lint::LintFinding;

/// Writes the findings as JSON.
///
/// # Errors
/// When the output refuses the bytes.
pub fn write_json(findings: &[LintFinding], out: &mut dyn io::Write) -> Result<(), EmitError> {
    json::write(findings, out)
}

/// Writes the findings for people, in lines of `width` characters.
///
/// # Errors
/// When the output refuses the bytes.
pub fn write_table(
    findings: &[LintFinding],
    width: usize,
    colour: bool,
    out: &mut dyn io::Write,
) -> Result<(), EmitError> {
    table::write(findings, width, colour, out)
}

/// Writes the findings as SARIF 2.1.0; `failed` is whether they fail the run.
///
/// # Errors
/// When the output refuses the bytes.
pub fn write_sarif(
    findings: &[LintFinding],
    failed: bool,
    out: &mut dyn io::Write,
) -> Result<(), EmitError> {
    sarif::lint::write(findings, failed, out)
}

/// The file of a finding, relative to where the user stands.
pub(super) fn path(finding: &LintFinding) -> String {
    finding.place.path.display().to_string()
}
