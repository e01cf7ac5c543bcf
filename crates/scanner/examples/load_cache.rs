//! How long it takes to open a cached database with its checks and to look up
//! twenty distributions, for 1,000, 2,000 and 10,000 advisories with
//! descriptions: the median of 101 runs each, as a table in Markdown.

#![allow(
    clippy::print_stdout,
    clippy::expect_used,
    clippy::disallowed_methods,
    reason = "a measurement prints, writes its data and may fail"
)]

use std::time::Instant;

use perlscan_scanner::advisory::{cache, store};
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
fn median(mut run: impl FnMut()) -> f64 {
    let mut times: Vec<f64> = (0..101)
        .map(|_| {
            let started = Instant::now();
            run();
            started.elapsed().as_secs_f64() * 1000.0
        })
        .collect();
    times.sort_by(f64::total_cmp);
    times.get(times.len() / 2).copied().unwrap_or_default()
}

fn main() {
    let folder = std::env::temp_dir().join(format!("load-cache-{}", std::process::id()));
    println!(
        "| advisories | records | size | opening | 20 look-ups | together | a 1,000 advisories |"
    );
    println!("|---|---|---|---|---|---|---|");
    for wanted in [1_000, 2_000, 10_000] {
        let (facts, dists) = facts(wanted);
        let counts = facts.counts();
        let bytes = facts.encode().expect("sound facts");
        let cache = cache::Locked::take(&folder, std::time::Duration::ZERO).expect("a cache");
        cache.replace(cache::DATABASE_FILE, &bytes).expect("written");
        drop(cache);
        let open = || cache::read(&folder).expect("sound").expect("it is there");
        let opening = median(|| drop(std::hint::black_box(open())));
        let db = open();
        let looking = median(|| {
            for dist in &dists {
                std::hint::black_box(db.dist(dist).expect("sound").expect("it is there"));
            }
        });
        let together = opening + looking;
        let per = together * 1000.0 / f64::from(counts.advisories);
        let (advisories, records, size) = (counts.advisories, counts.records, bytes.len() / 1024);
        println!(
            "| {advisories} | {records} | {size} KiB | {opening:.2} ms | {looking:.2} ms | \
             {together:.2} ms | {per:.2} ms |"
        );
    }
    std::fs::remove_dir_all(&folder).expect("it is ours");
}
