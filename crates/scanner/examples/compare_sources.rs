//! Compares what two sources of advisories say of every known release:
//! `compare_sources A B`, each a folder or file that `db update --source` takes.
//!
//! Prints a table of Markdown: each difference, by distribution and id, with
//! the ranges of both and how many known releases they judge differently.

#![allow(clippy::print_stdout, reason = "an example prints")]

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::path::Path;

use perlscan_model::advisory::{AdvisoryRecord, Match, RecordMatcher};
use perlscan_model::facts::FactSet;
use perlscan_model::release_version::ReleaseVersion;
use perlscan_scanner::advisory::merge::merge;
use perlscan_scanner::advisory::{sources, store};

type Records = BTreeMap<(String, String), Vec<AdvisoryRecord>>;

fn main() -> Result<(), Box<dyn Error>> {
    let mut args = std::env::args().skip(1);
    let (Some(a), Some(b)) = (args.next(), args.next()) else {
        return Err("give two sources".into());
    };
    let background = store::embedded()?.to_facts()?;
    let (a, b) = (read(&a, &background)?, read(&b, &background)?);
    let mut releases: BTreeMap<&str, Vec<ReleaseVersion>> = BTreeMap::new();
    for fact in &background.releases {
        if let Some(version) = ReleaseVersion::read(&fact.release.version) {
            releases.entry(&fact.dist).or_default().push(version);
        }
    }
    let keys: BTreeSet<_> = a.keys().chain(b.keys()).collect();
    let (mut both, mut only_a, mut only_b, mut pairs, mut differing) = (0, 0, Vec::new(), 0, 0);
    let mut rows = Vec::new();
    for key in keys {
        let (Some(one), Some(other)) = (a.get(key), b.get(key)) else {
            match a.contains_key(key) {
                true => only_a += 1,
                false => only_b.push(key.1.as_str()),
            }
            continue;
        };
        both += 1;
        let known = releases.get(key.0.as_str()).map(Vec::as_slice).unwrap_or_default();
        pairs += known.len();
        let (mut in_a, mut in_b) = (0, 0);
        for release in known {
            let (one, other) = (verdict(one, release), verdict(other, release));
            in_a += usize::from(one.is_some() && other.is_none());
            in_b += usize::from(one.is_none() && other.is_some());
            differing += usize::from(one != other);
        }
        if in_a + in_b > 0 {
            let missing = ranges(one).difference(&ranges(other)).cloned().collect::<Vec<_>>();
            let extra = ranges(other).difference(&ranges(one)).cloned().collect::<Vec<_>>();
            rows.push(format!(
                "| {} | {in_a} | {in_b} | {} | {} |",
                key.1,
                shortened(&missing),
                shortened(&extra)
            ));
        }
    }
    println!(
        "Advisories of a distribution in both: {both}; in A alone {only_a}, in B alone {}: {}.",
        only_b.len(),
        only_b.join(", ")
    );
    println!("{pairs} pairs of advisory and known release, {differing} judged differently.\n");
    println!("| advisory | affected in A alone | in B alone | ranges in A alone | in B alone |");
    println!("|---|---|---|---|---|");
    for row in rows {
        println!("{row}");
    }
    Ok(())
}

fn read(path: &str, background: &FactSet) -> Result<Records, Box<dyn Error>> {
    let data = sources::read(Path::new(path))?;
    let merged = merge(vec![data], background);
    for problem in &merged.problems {
        eprintln!("{problem}");
    }
    let mut records = Records::new();
    for fact in merged.facts.advisories {
        records.entry((fact.dist, fact.record.id.clone())).or_default().push(fact.record);
    }
    Ok(records)
}

/// Affected before disputed, over the records of an advisory.
fn verdict(records: &[AdvisoryRecord], release: &ReleaseVersion) -> Option<Match> {
    let matchers = records.iter().filter_map(|record| RecordMatcher::new(record).ok());
    matchers.filter_map(|matcher| matcher.matches(&release.version)).min()
}

fn ranges(records: &[AdvisoryRecord]) -> BTreeSet<String> {
    records.iter().flat_map(|record| record.affected.iter().cloned()).collect()
}

fn shortened(ranges: &[String]) -> String {
    let shown: Vec<String> = ranges.iter().take(3).map(|range| format!("`{range}`")).collect();
    match ranges.len() - shown.len() {
        0 => shown.join(" "),
        more => format!("{} and {more} more", shown.join(" ")),
    }
}
