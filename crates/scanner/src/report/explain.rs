//! All about one advisory or one rule.

use std::collections::{BTreeMap, BTreeSet};
use std::io;

use perlscan_model::database::{DistEntry, LoadedAdvisory};
use perlscan_rules::Rule;

use crate::advisory::database::Database;
use crate::audit::advice::{SafeReleases, safe_floor, unreleased_fixes};
use crate::report::EmitError;
use crate::report::plain::{description, plain};

/// Comfortable to read, and narrow enough for most terminals.
const WIDTH: usize = 80;

/// Writes a rule.
///
/// # Errors
/// When the output refuses the bytes.
pub fn write_rule(rule: &Rule, out: &mut dyn io::Write) -> Result<(), EmitError> {
    writeln!(out, "{}\n{}\n", rule.id, rule.title)?;
    writeln!(out, "Why it matters\n{}", indented(&rule.why))?;
    writeln!(out, "What to do\n{}", indented(&rule.fix))?;
    Ok(())
}

/// Writes every advisory that has this id or alias; whether there is any.
///
/// # Errors
/// When the output refuses the bytes, or the database is damaged.
pub fn write_advisory(
    id: &str,
    database: &Database,
    out: &mut dyn io::Write,
) -> Result<bool, EmitError> {
    let mut found = false;
    for entry in database.dists()? {
        let mut ids: BTreeSet<&str> = BTreeSet::new();
        for advisory in entry.advisories.iter().filter(|advisory| is_called(advisory, id)) {
            ids.insert(&advisory.record.id);
        }
        for own in ids {
            if found {
                writeln!(out)?;
            }
            found = true;
            write_id(&entry, own, out)?;
            write_sources(&entry, own, database, out)?;
            if let Some(text) = database.descriptions(&entry.name)?.get(own) {
                write!(out, "\n{}", indented(&description(text)))?;
            }
        }
    }
    Ok(found)
}

fn is_called(advisory: &LoadedAdvisory, id: &str) -> bool {
    let record = &advisory.record;
    let names = record.cves.iter().chain(&record.ghsas).chain(&record.previous_ids);
    names.chain([&record.id]).any(|name| name.eq_ignore_ascii_case(id))
}

/// Where the records of an advisory come from, and what other sources say
/// otherwise.
fn write_sources(
    entry: &DistEntry,
    id: &str,
    database: &Database,
    out: &mut dyn io::Write,
) -> Result<(), EmitError> {
    let sources = &database.raw().meta().sources;
    let kind = |number: u16| {
        let source = sources.get(usize::from(number));
        source.map_or("an unknown source", |source| source.kind.as_str())
    };
    let mut from: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    let mut conflicts: BTreeSet<String> = BTreeSet::new();
    for (detail, advisory) in database.details(&entry.name)?.iter().zip(&entry.advisories) {
        if advisory.record.id != id {
            continue;
        }
        from.entry(kind(detail.source)).or_default();
        for (field, number) in &detail.taken {
            from.entry(kind(*number)).or_default().insert(field.word());
        }
        for conflict in &detail.conflicts {
            let (source, field) = (kind(conflict.source), conflict.field.word());
            conflicts.insert(match conflict.value.as_str() {
                "" => format!("{source} has no {field}"),
                value => format!("{source} says {field}: {value}"),
            });
        }
    }
    for (kind, fields) in from {
        let fields: Vec<&str> = fields.into_iter().collect();
        let of =
            if fields.is_empty() { String::new() } else { format!(" ({})", fields.join(", ")) };
        writeln!(out, "  {:<15}{}{of}", "from", plain(kind))?;
    }
    for conflict in conflicts {
        writeln!(out, "  {:<15}{}", "conflict", plain(&conflict))?;
    }
    Ok(())
}

fn write_id(entry: &DistEntry, id: &str, out: &mut dyn io::Write) -> Result<(), EmitError> {
    let records: Vec<&LoadedAdvisory> =
        entry.advisories.iter().filter(|advisory| advisory.record.id == id).collect();
    writeln!(out, "{id}")?;
    let mut line = |name: &str, text: &str| writeln!(out, "  {name:<15}{}", plain(text));
    line("distribution", entry.name.as_str())?;
    if let Some(module) = &entry.main_module {
        line("main module", module.as_str())?;
    }
    let join = |pick: &dyn Fn(&LoadedAdvisory) -> Vec<String>| {
        let texts: BTreeSet<String> = records.iter().flat_map(|advisory| pick(advisory)).collect();
        texts.into_iter().collect::<Vec<_>>()
    };
    let cves = join(&|advisory| advisory.record.cves.clone());
    let aliases = cves.iter().cloned().chain(join(&|advisory| advisory.record.ghsas.clone()));
    let aliases: Vec<String> = aliases.collect();
    if !aliases.is_empty() {
        line("also known as", &aliases.join(", "))?;
    }
    let severity = records.iter().map(|advisory| advisory.record.severity).max();
    line("severity", severity.unwrap_or_default().word())?;
    if let Some(day) = records.iter().filter_map(|a| a.record.reported.as_deref()).min() {
        line("reported", day)?;
    }
    for advisory in &records {
        let record = &advisory.record;
        if let Some(library) = &record.embedded {
            let version = library.version.as_deref().unwrap_or("");
            line("bundles", format!("{} {version}", library.name).trim_end())?;
        }
        line("affected", &or_none(&record.affected))?;
        line("fixed", &or_none(&record.fixed))?;
        if let Some(correction) = &advisory.correction {
            line("corrected", correction)?;
        }
    }
    let fixed = join(&|advisory| advisory.record.fixed.clone());
    let fixed: Vec<&str> = fixed.iter().map(String::as_str).collect();
    for missing in unreleased_fixes(entry, &fixed) {
        line("note", &format!("{} {missing}, which it names, was never released", entry.name))?;
    }
    match safe_floor(entry, &SafeReleases::of(entry)) {
        Some(safe) => {
            let day = safe.date.get(..10).unwrap_or(&safe.date);
            line("safe from", &format!("{} of {day}: no known vulnerability", safe.version.text))?;
        }
        None => line("safe from", "no release without known vulnerabilities is known")?,
    }
    let related = entry.related.iter().filter(|related| cves.contains(&related.cve));
    for related in related {
        line("related", &format!("{} of {} ({})", related.id, related.dist, related.cve))?;
    }
    for cve in &cves {
        line("see", &format!("https://www.cve.org/CVERecord?id={cve}"))?;
    }
    let named = |link: &String| {
        cves.iter().any(|cve| *link == format!("https://www.cve.org/CVERecord?id={cve}"))
    };
    let links = join(&|advisory| advisory.links().map(str::to_owned).collect());
    for link in links.iter().filter(|link| !named(link)) {
        line("see", link)?;
    }
    Ok(())
}

fn or_none(ranges: &[String]) -> String {
    if ranges.is_empty() { "none known".to_owned() } else { ranges.join(" or ") }
}

/// Text in lines of at most [`WIDTH`] characters, indented.
fn indented(text: &str) -> String {
    let mut lines = String::new();
    for paragraph in text.lines() {
        let mut line = String::from(" ");
        for word in paragraph.split_whitespace() {
            if line.len() + 1 + word.len() > WIDTH && line.len() > 1 {
                lines.push_str(&line);
                lines.push('\n');
                line = String::from(" ");
            }
            line.push(' ');
            line.push_str(word);
        }
        lines.push_str(line.trim_end());
        lines.push('\n');
    }
    lines
}
