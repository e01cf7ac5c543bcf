//! Known vulnerabilities of the distributions that a project depends on.
//!
//! Every exact release is judged; none silences another. What a requirement
//! allows is judged only where no exact release is locked or pinned. One
//! finding lists all evidence of a group of ids and takes the worst verdict.

use std::collections::{BTreeMap, BTreeSet};

use perlscan_model::database::DistEntry;
use perlscan_model::finding::{Confidence, Evidence, Finding, Verdict};
use perlscan_model::name::DistName;
use perlscan_model::package::{Origin, VersionState};
use perlscan_model::range::VersionRange;
use perlscan_model::version::PerlVersion;

use crate::audit::Audit;
use crate::audit::advice::{SafeReleases, least_bad, safe_floor, unreleased_fixes};
use crate::audit::groups::IdGroups;
use crate::audit::judge::{IdVerdict, is_vulnerable, judge_range, judge_version};
use crate::resolve::dependency::{DeclaredEvidence, Dependencies, Dependency, ReleaseEvidence};
use crate::resolve::project::Project;

/// The audit for known vulnerabilities.
#[derive(Debug, Clone, Copy)]
pub struct Advisories;

impl Audit for Advisories {
    fn name(&self) -> &'static str {
        "advisories"
    }

    fn audit(&self, project: &Project, dependencies: &Dependencies, findings: &mut Vec<Finding>) {
        let safe_here = safe_copies(dependencies);
        for dependency in &dependencies.advised {
            judge(project, dependency, &safe_here, findings);
        }
    }
}

/// The verdict of one piece of evidence under one id.
struct Judged<'a> {
    /// Position among the evidence.
    at: usize,
    id: IdVerdict<'a>,
    low_confidence: bool,
}

/// A piece of evidence before it is judged.
struct Candidate {
    evidence: Evidence,
    version: VersionState,
    confidence: Confidence,
    /// Whether the verdict rests on it, or it only shows where to edit.
    judged: bool,
    notes: Vec<String>,
}

fn judge(
    project: &Project,
    dependency: &Dependency,
    safe_here: &BTreeSet<DistName>,
    findings: &mut Vec<Finding>,
) {
    let entry = &*dependency.entry;
    let candidates = candidates(dependency);
    let mut groups: BTreeMap<String, Vec<Judged<'_>>> = BTreeMap::new();
    let leads = IdGroups::of(entry);
    for (at, candidate) in candidates.iter().enumerate().filter(|(_, c)| c.judged) {
        let low_confidence = candidate.confidence == Confidence::Low
            || matches!(&candidate.version, VersionState::Exact(release) if !release.exact);
        for id in verdicts(entry, &candidate.version) {
            let lead = leads.lead(id.id).to_owned();
            groups.entry(lead).or_default().push(Judged { at, id, low_confidence });
        }
    }
    if groups.is_empty() {
        return;
    }
    let advice = advice(entry, &candidates, &groups);
    for (lead, judged) in groups {
        let context =
            Context { project, dependency, candidates: &candidates, advice: &advice, safe_here };
        findings.extend(context.finding(&lead, &judged));
    }
}

fn verdicts<'a>(entry: &'a DistEntry, version: &VersionState) -> Vec<IdVerdict<'a>> {
    match version {
        VersionState::Exact(release) => judge_version(entry, &release.version),
        VersionState::Range(range) => judge_range(entry, range),
        VersionState::Unknown(_) => {
            // Any version may be there: every id may hold.
            let mut ids = judge_range(entry, &VersionRange::any());
            for id in &mut ids {
                id.verdict = Verdict::Unknown;
                id.note = None;
            }
            ids
        }
    }
}

/// All evidence, in the order in which a person would want to edit it:
/// declared, locked, then the rest.
fn candidates(dependency: &Dependency) -> Vec<Candidate> {
    let silenced =
        dependency.releases.iter().any(|r| r.origin.is_chosen() || r.origin == Origin::Declared);
    let pinned_here = |release: &ReleaseEvidence| release.origin == Origin::Declared;
    // What is installed is chosen by manifests; a use tells only where there is none.
    let is_declared = dependency.declared.iter().any(|d| d.origin == Origin::Declared);
    let counts = |asked: &&DeclaredEvidence| asked.origin == Origin::Declared || !is_declared;
    // All that is asked for holds of one release; where that can't be, each is judged alone.
    let together = dependency.declared.iter().filter(counts).map(|declared| &declared.range);
    let together = VersionRange::intersect_all(together);
    let mut all = Vec::new();
    for declared in &dependency.declared {
        let is_pin =
            dependency.releases.iter().any(|r| pinned_here(r) && r.location == declared.location);
        if is_pin {
            continue;
        }
        let judged = !silenced && counts(&declared);
        let range = if together.is_empty() { &declared.range } else { &together };
        let is_unknown = declared.origin == Origin::Used && range.is_any();
        let why = "nothing that was read tells which version of it is used";
        all.push(Candidate {
            evidence: Evidence {
                origin: declared.origin,
                version: declared.text.clone(),
                verdict: None,
                module: Some(declared.module.clone()),
                location: declared.location.clone(),
            },
            version: match is_unknown {
                true => VersionState::Unknown(why.to_owned()),
                false => VersionState::Range(range.clone()),
            },
            confidence: Confidence::High,
            judged,
            notes: match (&declared.unusable, judged) {
                (_, false) => Vec::new(),
                (Some(reason), true) => vec![reason.clone()],
                (None, true) if is_unknown => vec![why.to_owned()],
                (None, true) => Vec::new(),
            },
        });
    }
    for release in &dependency.releases {
        all.push(Candidate {
            evidence: Evidence {
                origin: release.origin,
                version: release.text.clone(),
                verdict: None,
                module: release.module.clone(),
                location: release.location.clone(),
            },
            version: release.version.clone(),
            confidence: release.confidence,
            judged: true,
            notes: match &release.version {
                VersionState::Unknown(why) => vec![why.clone()],
                _ => Vec::new(),
            },
        });
    }
    let rank = |origin: Origin| match origin {
        Origin::Declared => 0,
        Origin::Locked => 1,
        Origin::Used => 2,
        Origin::Installed => 3,
        Origin::Mirrored => 4,
        Origin::Bundled => 5,
        Origin::Core => 6,
    };
    all.sort_by(|a, b| {
        // A requirement whose range counts comes before one whose range says nothing.
        let key = |c: &Candidate| {
            (rank(c.evidence.origin), !c.notes.is_empty(), c.evidence.location.clone())
        };
        key(a).cmp(&key(b))
    });
    all
}

/// What all findings of a distribution in a project share.
struct Context<'a> {
    project: &'a Project,
    dependency: &'a Dependency,
    candidates: &'a [Candidate],
    advice: &'a str,
    safe_here: &'a BTreeSet<DistName>,
}

impl Context<'_> {
    /// The finding of one group of ids.
    fn finding(&self, lead: &str, judged: &[Judged<'_>]) -> Option<Finding> {
        let Self { project, dependency, candidates, advice, safe_here } = *self;
        let entry = &*dependency.entry;
        let worst = judged.iter().min_by_key(|judged| (judged.id.verdict, judged.at))?;
        let verdict = worst.id.verdict;
        let version = candidates.get(worst.at)?.evidence.version.clone();
        let leads: BTreeSet<&str> = judged.iter().map(|judged| judged.id.id).collect();
        // The lead itself need not hold at this version; a member that does stands in.
        let id = if leads.contains(lead) { lead } else { worst.id.id };

        let mut cves: BTreeSet<&str> = BTreeSet::new();
        let mut ghsas: BTreeSet<&str> = BTreeSet::new();
        let mut affected: BTreeSet<&str> = BTreeSet::new();
        let mut fixed: BTreeSet<&str> = BTreeSet::new();
        let mut references: BTreeSet<&str> = BTreeSet::new();
        let mut notes: Vec<String> = Vec::new();
        let records: Vec<_> = judged.iter().flat_map(|judged| judged.id.records.iter()).collect();
        for advisory in &records {
            let record = &advisory.record;
            cves.extend(record.cves.iter().map(String::as_str));
            ghsas.extend(record.ghsas.iter().map(String::as_str));
            affected.extend(record.affected.iter().map(String::as_str));
            fixed.extend(record.fixed.iter().map(String::as_str));
            references.extend(advisory.links());
            if let Some(correction) = &advisory.correction {
                note(
                    &mut notes,
                    format!("{}: upstream's data is corrected here: {correction}", record.id),
                );
            }
        }
        for judged in judged {
            if let Some(why) = &judged.id.note {
                note(&mut notes, why.clone());
            }
            for why in candidates.get(judged.at).into_iter().flat_map(|candidate| &candidate.notes)
            {
                note(&mut notes, why.clone());
            }
        }
        if verdict == Verdict::Disputed {
            note(
            &mut notes,
            "the advisory calls this version both affected and fixed: its data contradicts itself"
                .to_owned(),
        );
        }
        drift(candidates, &mut notes);

        let related: BTreeSet<&str> = entry
            .related
            .iter()
            .filter(|related| cves.contains(related.cve.as_str()))
            .map(|related| related.id.as_str())
            .collect();
        let mut fails = verdict <= Verdict::NoSafeChoice;
        if entry.name.is_perl() {
            let covering = entry.related.iter().find(|related| {
                cves.contains(related.cve.as_str())
                    && DistName::parse(&related.dist).is_ok_and(|dist| safe_here.contains(&dist))
            });
            if let Some(covering) = covering {
                fails = false;
                note(
                    &mut notes,
                    format!("the project's own {} has the fix for {}", covering.dist, covering.cve),
                );
            }
        }
        let mut evidence: Vec<Evidence> = candidates.iter().map(|c| c.evidence.clone()).collect();
        for judged in judged {
            if let Some(evidence) = evidence.get_mut(judged.at) {
                let worse = evidence.verdict.is_none_or(|known| judged.id.verdict < known);
                if worse {
                    evidence.verdict = Some(judged.id.verdict);
                }
            }
        }
        let owned =
            |texts: BTreeSet<&str>| texts.into_iter().map(str::to_owned).collect::<Vec<_>>();
        let others = leads.iter().copied().filter(|other| *other != id);
        let aliases = cves.iter().copied().chain(others).chain(ghsas.iter().copied());
        Some(Finding {
            id: id.to_owned(),
            aliases: aliases.map(str::to_owned).collect(),
            related: owned(related),
            dist: entry.name.clone(),
            version,
            verdict,
            severity: records.iter().map(|a| a.record.severity).max().unwrap_or_default(),
            confidence: if verdict == Verdict::Disputed || worst.low_confidence {
                Confidence::Low
            } else {
                Confidence::High
            },
            affected: owned(affected),
            fixed: owned(fixed),
            reported: records.iter().filter_map(|a| a.record.reported.clone()).min(),
            references: owned(references),
            description: None,
            bundled_library: records.iter().find_map(|a| bundled_library(&a.record)),
            advice: advice.to_owned(),
            project: project.path.clone(),
            phase: dependency.phase,
            optional: dependency.optional,
            fixture: project.fixture,
            evidence,
            path: dependency.path.clone(),
            notes,
            fails,
            suppressed: None,
            change: None,
        })
    }
}

fn note(notes: &mut Vec<String>, text: String) {
    if !notes.contains(&text) {
        notes.push(text);
    }
}

fn bundled_library(record: &perlscan_model::advisory::AdvisoryRecord) -> Option<String> {
    let library = record.embedded.as_ref()?;
    Some(match &library.version {
        Some(version) => format!("{} {version}", library.name),
        None => library.name.clone(),
    })
}

/// Copies that differ are worth knowing: what is tested may not be what runs.
fn drift(candidates: &[Candidate], notes: &mut Vec<String>) {
    let mut versions: BTreeMap<&PerlVersion, BTreeSet<Origin>> = BTreeMap::new();
    for candidate in candidates {
        if let VersionState::Exact(release) = &candidate.version {
            versions.entry(&release.version).or_default().insert(candidate.evidence.origin);
        }
    }
    if versions.len() > 1 {
        let copies: Vec<String> = versions
            .iter()
            .flat_map(|(version, origins)| origins.iter().map(move |o| format!("{version} ({o})")))
            .collect();
        note(notes, format!("copies differ: {}", copies.join(", ")));
    }
}

/// One line for the distribution, whatever its findings.
fn advice(
    entry: &DistEntry,
    candidates: &[Candidate],
    groups: &BTreeMap<String, Vec<Judged<'_>>>,
) -> String {
    let dist = &entry.name;
    let judged: Vec<&Candidate> = candidates.iter().filter(|candidate| candidate.judged).collect();
    let in_use = judged.iter().filter_map(|candidate| match &candidate.version {
        VersionState::Exact(release) => Some(&release.version),
        _ => None,
    });
    let in_use = in_use.max();
    let declared_only = in_use.is_none() && !dist.is_perl();
    let safe = SafeReleases::of(entry);
    let release = match in_use {
        Some(version) => safe.newer_than(entry, Some(version)),
        None => safe_floor(entry, &safe),
    };
    let mut text = match release {
        Some(safe) if declared_only => format!("require {dist} {} or later", safe.version.text),
        Some(safe) => format!("update {dist} to {} or later", safe.version.text),
        None => without_safe_release(entry, in_use),
    };
    let fixed: BTreeSet<&str> =
        groups.values().flatten().flat_map(|judged| judged.id.fixed()).collect();
    let fixed: Vec<&str> = fixed.into_iter().collect();
    let missing = unreleased_fixes(entry, &fixed);
    if !missing.is_empty() {
        text.push_str(&format!(" (the fix {} was never released)", missing.join(" and ")));
    }
    text
}

/// What to do where every release has a known vulnerability: take the one that
/// has the fewest.
fn without_safe_release(entry: &DistEntry, in_use: Option<&PerlVersion>) -> String {
    let dist = &entry.name;
    let nothing = format!("no release of {dist} without known vulnerabilities is known");
    let Some(version) = in_use else { return nothing };
    let Some((release, left)) = least_bad(entry, version) else { return nothing };
    if left.len() >= judge_version(entry, version).len() {
        return nothing;
    }
    let mut names: Vec<&str> =
        left.iter().map(|verdict| verdict.cves().first().copied().unwrap_or(verdict.id)).collect();
    names.sort_unstable();
    names.dedup();
    let rest = match names.as_slice() {
        [one] => format!("{one} has"),
        [one, other] => format!("{one} and {other} have"),
        more => format!("{} others have", more.len()),
    };
    format!("update {dist} to {} or later; {rest} no fix yet", release.version.text)
}

/// Distributions of which the project has exact releases, all of them safe.
fn safe_copies(dependencies: &Dependencies) -> BTreeSet<DistName> {
    let mut safe = BTreeSet::new();
    for dependency in &dependencies.advised {
        let mut own = dependency.releases.iter().filter(|r| r.origin.is_chosen()).peekable();
        let any = own.peek().is_some();
        let all_safe = own.all(|release| match &release.version {
            VersionState::Exact(release) => !is_vulnerable(&dependency.entry, &release.version),
            _ => false,
        });
        if any && all_safe {
            safe.insert(dependency.entry.name.clone());
        }
    }
    safe
}
