//! How long it takes to open a cached database with its checks and to look up
//! twenty distributions, for 1,000, 2,000 and 10,000 advisories with
//! descriptions, as a table in Markdown: the medians of 101 runs in one process,
//! and of 21 processes of their own, which have to fault in every page.

#![allow(
    clippy::print_stdout,
    clippy::expect_used,
    clippy::disallowed_methods,
    reason = "a measurement prints, writes its data and may fail"
)]

use std::time::Instant;

use perlscan_scanner::advisory::{cache, store};
use perlscan_scanner::model::database::AdvisoryDb;
use perlscan_scanner::model::facts::FactSet;

/// As many characters as a long description of upstream's has.
const DESCRIPTION: usize = 600;
const LOOK_UPS: usize = 20;

/// The embedded facts, again and again under other names, until there are so
/// many advisories; and the distributions with the most records.
fn facts(wanted: usize) -> (FactSet, Vec<String>) {
    let embedded = store::embedded().expect("it is sound").to_facts().expect("it is sound");
    let mut facts = FactSet {
        meta: embedded.meta.clone(),
        perls: embedded.perls.clone(),
        core: embedded.core.clone(),
        ..FactSet::default()
    };
    let mut ids = std::collections::BTreeSet::new();
    let mut by_dist: std::collections::BTreeMap<String, usize> = std::collections::BTreeMap::new();
    for copy in 0.. {
        let name = |name: &str, between: &str| match copy {
            0 => name.to_owned(),
            n => format!("{name}{between}X{n}"),
        };
        for dist in &embedded.distributions {
            if ids.len() >= wanted {
                break;
            }
            let own = name(&dist.dist, "-");
            let of_dist = |other: &str| other == dist.dist;
            for advisory in embedded.advisories.iter().filter(|a| of_dist(&a.dist)) {
                let mut advisory = advisory.clone();
                advisory.dist.clone_from(&own);
                advisory.record.id = name(&advisory.record.id, "-");
                // Copies that shared a CVE would all be related to each other.
                for cve in &mut advisory.record.cves {
                    *cve = name(cve, "-");
                }
                let text = format!("{} {}", advisory.record.id, "flaw ".repeat(DESCRIPTION / 5));
                advisory.detail.description = Some(text);
                ids.insert(advisory.record.id.clone());
                *by_dist.entry(own.clone()).or_default() += 1;
                facts.advisories.push(advisory);
            }
            let releases = embedded.releases.iter().filter(|fact| of_dist(&fact.dist)).cloned();
            facts.releases.extend(releases.map(|mut fact| {
                fact.dist.clone_from(&own);
                fact
            }));
            let modules = embedded.modules.iter().filter(|fact| of_dist(&fact.dist)).cloned();
            facts.modules.extend(modules.map(|mut fact| {
                fact.dist.clone_from(&own);
                fact.module = name(&fact.module, "::");
                fact
            }));
            let bundled = embedded.bundled.iter().filter(|fact| of_dist(&fact.dist)).cloned();
            facts.bundled.extend(bundled.map(|mut fact| {
                fact.dist.clone_from(&own);
                fact
            }));
            let mut dist = dist.clone();
            dist.dist = own;
            dist.main_module = dist.main_module.map(|module| name(&module, "::"));
            facts.distributions.push(dist);
        }
        if ids.len() >= wanted {
            break;
        }
    }
    facts.sort();
    let mut largest: Vec<(usize, String)> = by_dist.into_iter().map(|(d, n)| (n, d)).collect();
    largest.sort();
    let largest = largest.into_iter().rev().take(LOOK_UPS).map(|(_, dist)| dist).collect();
    (facts, largest)
}

/// In milliseconds.
fn timed(run: impl FnOnce()) -> f64 {
    let started = Instant::now();
    run();
    started.elapsed().as_secs_f64() * 1000.0
}

fn median(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times.get(times.len() / 2).copied().unwrap_or_default()
}

fn open(folder: &std::path::Path) -> AdvisoryDb {
    cache::read(folder).expect("sound").expect("it is there")
}

/// What this program prints when it is started again with a folder.
fn first_opening(folder: &std::path::Path) -> f64 {
    let program = std::env::current_exe().expect("it has a path");
    let done = std::process::Command::new(program).arg(folder).output().expect("it starts");
    String::from_utf8(done.stdout).expect("a number").trim().parse().expect("a number")
}

fn main() {
    if let Some(folder) = std::env::args_os().nth(1) {
        let folder = std::path::PathBuf::from(folder);
        println!("{}", timed(|| drop(std::hint::black_box(open(&folder)))));
        return;
    }
    let folder = std::env::temp_dir().join(format!("load-cache-{}", std::process::id()));
    println!(
        "| advisories | records | size | first opening of a process | opening again | 20 look-ups |"
    );
    println!("|---|---|---|---|---|---|");
    for wanted in [1_000, 2_000, 10_000] {
        let (facts, dists) = facts(wanted);
        let counts = facts.counts();
        let bytes = facts.encode().expect("sound facts");
        let cache = cache::Locked::take(&folder, std::time::Duration::ZERO).expect("a cache");
        cache.replace(cache::DATABASE_FILE, &bytes).expect("written");
        drop(cache);
        let first = median((0..21).map(|_| first_opening(&folder)).collect());
        let again =
            median((0..101).map(|_| timed(|| drop(std::hint::black_box(open(&folder))))).collect());
        let db = open(&folder);
        let look = || {
            for dist in &dists {
                std::hint::black_box(db.dist(dist).expect("sound").expect("it is there"));
            }
        };
        let looking = median((0..101).map(|_| timed(look)).collect());
        let (advisories, records, size) = (counts.advisories, counts.records, bytes.len() / 1024);
        println!(
            "| {advisories} | {records} | {size} KiB | {first:.2} ms | {again:.2} ms | \
             {looking:.2} ms |"
        );
    }
    std::fs::remove_dir_all(&folder).expect("it is ours");
}
