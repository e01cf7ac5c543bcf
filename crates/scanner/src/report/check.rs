//! The outputs of `perlscan check`.

use std::io::Write as _;

use perlscan_model::finding::Verdict;
use serde::Serialize;

use crate::audit::check::{CheckResult, Status};
use crate::report::EmitError;
use crate::report::plain::plain;

#[derive(Serialize)]
struct InputLine<'a> {
    kind: &'static str,
    input: &'a str,
    dist: Option<&'a str>,
    version: &'a str,
    status: &'static str,
    verdicts: usize,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    notes: &'a [String],
}

#[derive(Serialize)]
struct VerdictLine<'a> {
    kind: &'static str,
    dist: Option<&'a str>,
    version: &'a str,
    id: &'a str,
    aliases: &'a [String],
    related: &'a [String],
    verdict: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    allowed: Option<&'static str>,
    severity: &'static str,
    fixed: &'a [String],
}

/// Adds one result to `out` as JSON Lines: the input, then one line an id.
///
/// # Errors
/// When a value can't be serialised.
pub fn write_jsonl(result: &CheckResult, out: &mut Vec<u8>) -> Result<(), EmitError> {
    let dist = result.dist.as_ref().map(|dist| dist.as_str());
    let input = InputLine {
        kind: "input",
        input: &result.input,
        dist,
        version: &result.version,
        status: result.status.word(),
        verdicts: result.verdicts.len(),
        notes: &result.notes,
    };
    serde_json::to_writer(&mut *out, &input)?;
    out.push(b'\n');
    for verdict in &result.verdicts {
        let line = VerdictLine {
            kind: "verdict",
            dist,
            version: &result.version,
            id: &verdict.id,
            aliases: &verdict.aliases,
            related: &verdict.related,
            verdict: verdict.verdict.word(),
            allowed: verdict.verdict.kind(),
            severity: verdict.severity.word(),
            fixed: &verdict.fixed,
        };
        serde_json::to_writer(&mut *out, &line)?;
        out.push(b'\n');
    }
    Ok(())
}

/// Adds one result to `out`, for people.
///
/// # Errors
/// When a value can't be serialised.
pub fn write_table(result: &CheckResult, out: &mut Vec<u8>) -> Result<(), EmitError> {
    let name = match &result.dist {
        Some(dist) if result.version.is_empty() => dist.to_string(),
        Some(dist) => format!("{dist} {}", result.version),
        None => result.input.clone(),
    };
    let name = plain(&name);
    match result.status {
        Status::Clean => writeln!(out, "{name}: no known vulnerability")?,
        Status::NotInDatabase => writeln!(out, "{name}: the database knows no advisory")?,
        Status::Unparsed => writeln!(out, "{name}: not understood")?,
        Status::Vulnerable => writeln!(out, "{name}: {}", count(result))?,
    }
    for note in &result.notes {
        writeln!(out, "  note: {}", plain(note))?;
    }
    let width = result.verdicts.iter().map(|v| v.id.len()).max().unwrap_or_default();
    for verdict in &result.verdicts {
        let said = match verdict.verdict {
            Verdict::Affected => String::new(),
            Verdict::Disputed => "  disputed".to_owned(),
            Verdict::NoSafeChoice => "  every choice is vulnerable".to_owned(),
            Verdict::FloorTooLow => "  some choices are vulnerable".to_owned(),
            Verdict::Unknown => "  version not known".to_owned(),
        };
        let fixed = if verdict.fixed.is_empty() {
            "no fix known".to_owned()
        } else {
            format!("fixed in {}", verdict.fixed.join(" or "))
        };
        let cves: Vec<&str> = verdict
            .aliases
            .iter()
            .filter(|id| id.starts_with("CVE-"))
            .map(String::as_str)
            .collect();
        let line = format!(
            "  {:<8}  {:<width$}  {}{}{fixed}{said}",
            verdict.severity.word(),
            verdict.id,
            cves.join(" "),
            if cves.is_empty() { "" } else { "  " },
        );
        writeln!(out, "{}", plain(&line))?;
    }
    if let (Some(safe), Some(dist)) = (&result.safe, &result.dist) {
        writeln!(out, "  {dist} {} has no known vulnerability", plain(safe))?;
    } else if result.status == Status::Vulnerable {
        writeln!(out, "  no later release without known vulnerabilities is known")?;
    }
    Ok(())
}

fn count(result: &CheckResult) -> String {
    match result.verdicts.len() {
        1 => "1 advisory".to_owned(),
        n => format!("{n} advisories"),
    }
}
