//! What a run accounts for, in words: what was read, judged, left unjudged and
//! removed, and how old the data is.
//!
//! The table lays these sentences out and SARIF carries them as a notification,
//! so that "no findings" comes with the same account everywhere.

use std::collections::BTreeMap;

use perlscan_model::finding::{Finding, Verdict};
use perlscan_model::problem::ProblemKind;
use perlscan_model::remark::RemarkKind;
use perlscan_model::standing::Standing;

use super::{ArchiveSummary, DatabaseInfo, ProjectSummary, Report, dependents};

/// How many names a sentence lists before it only counts.
const NAMED: usize = 8;

/// A number and its noun: `1 file`, `1,001 files`.
pub fn count(n: impl TryInto<u64>, one: &str, many: &str) -> String {
    let n = n.try_into().unwrap_or(u64::MAX);
    format!("{} {}", grouped(n), if n == 1 { one } else { many })
}

/// The digits in groups of three.
fn grouped(n: u64) -> String {
    let digits = n.to_string();
    let mut text = String::with_capacity(digits.len() + 6);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// The names with commas, at most `limit` of them and then how many more.
pub fn listed<S: AsRef<str>>(names: &[S], limit: usize) -> String {
    let shown: Vec<&str> = names.iter().take(limit).map(AsRef::as_ref).collect();
    match names.len().saturating_sub(limit) {
        0 => shown.join(", "),
        more => format!("{} and {} more", shown.join(", "), grouped(more as u64)),
    }
}

/// What the findings come to.
pub fn result(report: &Report) -> String {
    let open: Vec<&Finding> =
        report.shown().filter(|finding| finding.suppressed.is_none()).collect();
    let failing = open.iter().filter(|finding| finding.fails).count();
    let mut quiet: BTreeMap<usize, (usize, &str, &str)> = BTreeMap::new();
    for finding in open.iter().filter(|finding| !finding.fails) {
        let (rank, one, many) = quiet_kind(finding);
        quiet.entry(rank).or_insert((0, one, many)).0 += 1;
    }
    let mut parts = Vec::new();
    if failing > 0 {
        let dists = distinct_dists(open.iter().copied().filter(|finding| finding.fails));
        let verb = if failing == 1 { "fails" } else { "fail" };
        parts.push(format!(
            "{} in {} {verb} the run",
            count(failing, "finding", "findings"),
            count(dists, "distribution", "distributions"),
        ));
    }
    if !quiet.is_empty() {
        let kinds: Vec<String> =
            quiet.values().map(|(n, one, many)| count(*n, one, many)).collect();
        let lead = if failing > 0 { "reported besides" } else { "nothing fails the run" };
        parts.push(format!("{lead}: {}", kinds.join(", ")));
    }
    let remarks = report.remarks.iter().filter(|remark| remark.fails).count();
    if remarks > 0 {
        let verb = if remarks == 1 { "fails" } else { "fail" };
        parts.push(format!("{} {verb} the run", count(remarks, "remark", "remarks")));
    }
    let suppressed = report.shown().count() - open.len();
    if suppressed > 0 {
        parts.push(count(suppressed, "finding is suppressed", "findings are suppressed"));
    }
    if open.is_empty() {
        let judged: usize =
            report.projects.iter().map(|p| p.judged_exactly + p.judged_by_range).sum();
        let text = if report.change.is_some() {
            "the change brings in no finding".to_owned()
        } else if report.projects.is_empty() {
            let files = count(report.coverage.files_seen, "file", "files");
            format!("nothing to scan: no manifest or lock among {files}")
        } else if judged == 0 {
            "no findings, and nothing that could be judged".to_owned()
        } else {
            "no known vulnerability in what was judged".to_owned()
        };
        parts.insert(0, text);
    }
    let known = report.known();
    if known > 0 {
        parts.push(count(known, "finding is as it was", "findings are as they were"));
    }
    let removed = report.removed().len();
    if removed > 0 {
        parts.push(count(removed, "finding is there no more", "findings are there no more"));
    }
    let lost = report.problems.iter().filter(|problem| problem.kind == ProblemKind::Lost).count();
    if lost > 0 {
        parts.push(format!(
            "{} not read, so findings may be missing",
            count(lost, "input was", "inputs were")
        ));
    }
    parts.join("; ")
}

fn quiet_kind(finding: &Finding) -> (usize, &'static str, &'static str) {
    match finding.verdict {
        _ if finding.fixture => (3, "in a test fixture", "in test fixtures"),
        Verdict::FloorTooLow => (1, "floor too low", "floors too low"),
        Verdict::Unknown => (2, "at an unknown version", "at unknown versions"),
        Verdict::Affected | Verdict::Disputed | Verdict::NoSafeChoice => {
            (0, "that the settings let pass", "that the settings let pass")
        }
    }
}

fn distinct_dists<'a>(findings: impl Iterator<Item = &'a Finding>) -> usize {
    let mut dists: Vec<&str> = findings.map(|finding| finding.dist.as_str()).collect();
    dists.sort_unstable();
    dists.dedup();
    dists.len()
}

/// Which two states were compared, where two were.
pub fn compared(report: &Report) -> Option<String> {
    let change = report.change.as_ref()?;
    let mut text = format!("{} with {}", change.head.words(), change.base.words());
    if change.base.lost > 0 {
        let lost = count(change.base.lost, "input", "inputs");
        text.push_str(&format!(
            "; {lost} of the latter could not be read, so what they would have told counts as new"
        ));
    }
    let mut left_out = Vec::new();
    if change.known_remarks > 0 {
        left_out.push(count(change.known_remarks, "remark", "remarks"));
    }
    if change.known_problems > 0 {
        let notes = "undecided value or note";
        left_out.push(count(change.known_problems, notes, "undecided values and notes"));
    }
    if !left_out.is_empty() {
        text.push_str(&format!("; as before and left out: {}", left_out.join(", ")));
    }
    Some(text)
}

/// What was read.
pub fn read(report: &Report) -> String {
    let archives: Vec<&ArchiveSummary> =
        report.projects.iter().filter_map(|project| project.archive.as_ref()).collect();
    let projects = report.projects.len() - archives.len();
    if projects == 0 && !archives.is_empty() {
        return archives_read(report, &archives);
    }
    let of = |test: fn(&&ProjectSummary) -> bool| {
        report.projects.iter().filter(|one| one.archive.is_none()).filter(test).count()
    };
    let mut kinds = vec![format!("{} with a lock", of(|p| p.lock.is_some() && !p.lock_inherited))];
    let inherited = of(|p| p.lock_inherited);
    if inherited > 0 {
        kinds.push(format!("{inherited} by the lock of a directory above"));
    }
    let resolved = of(|p| p.resolved.is_some());
    if resolved > 0 {
        let mut mirrors: Vec<&str> =
            report.projects.iter().filter_map(|project| project.resolved.as_deref()).collect();
        mirrors.dedup();
        kinds.push(format!("{resolved} resolved against {}", listed(&mirrors, NAMED)));
    }
    let by_install = of(|p| p.installed_above.is_some());
    if by_install > 0 {
        kinds.push(format!("{by_install} by what is installed in a directory above"));
    }
    let fixtures = of(|p| p.fixture);
    if fixtures > 0 {
        kinds.push(count(fixtures, "test fixture", "test fixtures"));
    }
    let mut text = format!(
        "{} of {} in {} ({})",
        grouped(report.coverage.files_read),
        count(report.coverage.files_seen, "file", "files"),
        count(projects, "project", "projects"),
        kinds.join(", "),
    );
    if !archives.is_empty() {
        text.push_str(&format!(" and {}", archives_by_standing(&archives)));
    }
    text
}

/// What was read of a mirror: its archives by what they are to the index.
fn archives_read(report: &Report, archives: &[&ArchiveSummary]) -> String {
    format!(
        "{} of {}: {}",
        grouped(report.coverage.files_read),
        count(report.coverage.files_seen, "file", "files"),
        archives_by_standing(archives),
    )
}

/// How many archives there are, by what they are to the index.
fn archives_by_standing(archives: &[&ArchiveSummary]) -> String {
    let mut standings: BTreeMap<&str, usize> = BTreeMap::new();
    for archive in archives {
        let word = archive.standing.as_ref().map_or("without an index", Standing::word);
        *standings.entry(word).or_default() += 1;
    }
    let standings: Vec<String> =
        standings.iter().map(|(word, n)| format!("{} {word}", grouped(*n as u64))).collect();
    format!("{} ({})", count(archives.len(), "archive", "archives"), standings.join(", "))
}

/// What archives say of themselves, counted: who keeps a mirror looks for it.
pub fn archives(report: &Report) -> Option<String> {
    let archives: Vec<&ArchiveSummary> =
        report.projects.iter().filter_map(|project| project.archive.as_ref()).collect();
    let of = |test: fn(&&&ArchiveSummary) -> bool| archives.iter().filter(test).count() as u64;
    (!archives.is_empty()).then(|| {
        format!(
            "{} of {} name a licence, {} have a security policy, {} a SIGNATURE",
            grouped(of(|archive| !archive.about.licenses.is_empty())),
            grouped(archives.len() as u64),
            grouped(of(|archive| archive.security_policy.is_some())),
            grouped(of(|archive| archive.has_signature)),
        )
    })
}

/// What was judged, and what the database does not know.
pub fn judged(report: &Report) -> String {
    let sum = |of: fn(&ProjectSummary) -> usize| report.projects.iter().map(of).sum::<usize>();
    let mut parts = vec![format!(
        "{} exactly",
        count(sum(|project| project.judged_exactly), "release", "releases")
    )];
    let by_range = sum(|project| project.judged_by_range);
    if by_range > 0 {
        parts.push(format!("{} by range", count(by_range, "distribution", "distributions")));
    }
    let mut unknown: Vec<&str> = report
        .projects
        .iter()
        .flat_map(|project| project.not_in_database.iter().map(|dist| dist.as_str()))
        .collect();
    unknown.sort_unstable();
    unknown.dedup();
    parts.push(format!("{} not in the database", grouped(unknown.len() as u64)));
    let others = sum(|project| project.other_modules);
    if others > 0 {
        let modules = count(others, "installed module", "installed modules");
        parts.push(format!("{modules} that no advised distribution ships"));
    }
    let mut perls: Vec<&str> =
        report.projects.iter().filter_map(|project| project.perl.as_deref()).collect();
    perls.sort_unstable();
    perls.dedup();
    if !perls.is_empty() {
        parts.push(format!("core modules as of perl {}", listed(&perls, NAMED)));
    }
    parts.join(", ")
}

/// What could not be judged and why, one sentence each.
pub fn not_judged(report: &Report) -> Vec<String> {
    let mut sentences = Vec::new();
    let core: usize = report.projects.iter().map(|p| p.core_not_judged).sum();
    if core > 0 {
        sentences.push(format!(
            "{}: which perl runs the project is not known (name it: --perl-version 5.36)",
            count(core, "core module", "core modules")
        ));
    }
    let mut modules: Vec<&str> = report
        .projects
        .iter()
        .flat_map(|project| project.not_resolved.iter().map(String::as_str))
        .collect();
    modules.sort_unstable();
    modules.dedup();
    if !modules.is_empty() {
        sentences.push(format!(
            "{} of an unknown distribution: {}",
            count(modules.len(), "module", "modules"),
            listed(&modules, NAMED)
        ));
    }
    let without: usize = report
        .projects
        .iter()
        .filter(|project| project.is_without_releases())
        .map(|project| project.direct_requirements)
        .sum();
    if without > 0 {
        sentences.push(format!(
            "{} judged by range; transitive dependencies not known",
            count(without, "direct requirement", "direct requirements")
        ));
    }
    sentences
}

/// Of what is vulnerable in a mirror who depends on it, the one that most run with
/// first: a line each, at most `limit` of them and then how many more.
pub fn depended_on(report: &Report, limit: usize) -> Vec<String> {
    let ranked = dependents::ranked(report);
    let mut lines: Vec<String> = ranked
        .iter()
        .take(limit)
        .map(|ranked| format!("{}: {}", ranked.title(), dependents::words(&ranked.counts)))
        .collect();
    let more = ranked.len() - lines.len();
    if more > 0 {
        let them = count(
            more,
            "vulnerable archive that others depend on",
            "vulnerable archives that others depend on",
        );
        lines.push(format!("and {them} (--verbose lists)"));
    }
    if ranked.is_empty() && dependents::is_told(report) {
        lines.push("no archive depends on a vulnerable one".to_owned());
    }
    lines
}

/// The remarks by rule, in words: how many, and the first names. What no source
/// loads is often loaded all the same, as drivers and plugins are, so it is told
/// only when asked for, or when it fails the run.
pub fn remarks(report: &Report, limit: usize, with_unused: bool) -> Vec<String> {
    let of_kind = |kind: RemarkKind| {
        let mut names: Vec<&str> = report
            .remarks
            .iter()
            .filter(|remark| remark.kind == kind)
            .filter(|remark| with_unused || remark.fails || kind != RemarkKind::Unused)
            .map(|remark| remark.subject.as_str())
            .collect();
        names.sort_unstable();
        names.dedup();
        if names.is_empty() {
            return None;
        }
        let (one, several) = sentence_of(kind);
        let sentence = match names.len() {
            1 => format!("1 {one}"),
            n => format!("{} {several}", grouped(u64::try_from(n).unwrap_or(u64::MAX))),
        };
        Some(format!("{sentence}: {}", listed(&names, limit)))
    };
    RemarkKind::ALL.into_iter().filter_map(of_kind).collect()
}

/// What a remark says of one thing, and of several, without their number.
fn sentence_of(kind: RemarkKind) -> (&'static str, &'static str) {
    match kind {
        RemarkKind::Undeclared => (
            "module is loaded, and no manifest asks for it",
            "modules are loaded, and no manifest asks for them",
        ),
        RemarkKind::RemovedFromCore => (
            "module is loaded, no longer in perl's core, and no manifest asks for it",
            "modules are loaded, no longer in perl's core, and no manifest asks for them",
        ),
        RemarkKind::Unused => (
            "module is asked for, and no source loads it",
            "modules are asked for, and no source loads them",
        ),
        RemarkKind::Deprecated => ("distribution is deprecated", "distributions are deprecated"),
        RemarkKind::Adoptable => (
            "distribution looks for somebody to take it over",
            "distributions look for people to take them over",
        ),
        RemarkKind::MetadataMismatch => (
            "distribution is not what name, META and index say alike",
            "distributions are not what name, META and index say alike",
        ),
        RemarkKind::UnsafeMirror => (
            "setting lets installers take modules from where others may put them",
            "settings let installers take modules from where others may put them",
        ),
        RemarkKind::PublicName => (
            "distribution has the name of another archive in the public index",
            "distributions have names of other archives in the public index",
        ),
        RemarkKind::CaseOnly => (
            "name differs from another in upper and lower case only",
            "names differ from others in upper and lower case only",
        ),
        RemarkKind::RepositoryClaim => (
            "distribution claims a repository that does not look like its own",
            "distributions claim repositories that do not look like their own",
        ),
        RemarkKind::OtherContent => (
            "archive has the name of another one, and other content",
            "archives have the names of others, and other content",
        ),
        RemarkKind::UnsignedChecksums => (
            "file of digests has no signature that counts",
            "files of digests have no signature that counts",
        ),
    }
}

/// What excludes and an ignore file removed; suppressions are findings and
/// stand with them. At most `limit` paths are named.
pub fn excluded(report: &Report, limit: usize) -> Option<String> {
    let coverage = &report.coverage;
    if coverage.excluded.is_empty() && coverage.ignore_file.is_none() {
        return None;
    }
    let by = match &coverage.ignore_file {
        Some(file) => format!("by --exclude and {file}"),
        None => "by --exclude".to_owned(),
    };
    let paths: Vec<_> = coverage.excluded.iter().map(|path| path.to_text()).collect();
    let text = format!("{} {by}", count(paths.len(), "path", "paths"));
    Some(if paths.is_empty() { text } else { format!("{text}: {}", listed(&paths, limit)) })
}

/// The directories that the walk never enters, and how many of each it met.
pub fn skipped(report: &Report) -> Option<String> {
    let directories = &report.coverage.skipped_directories;
    if directories.is_empty() {
        return None;
    }
    let names: Vec<String> =
        directories.iter().map(|(name, n)| format!("{name} ({})", grouped(*n))).collect();
    Some(format!("{}, which are never entered", names.join(", ")))
}

/// Which data the verdicts rest on.
pub fn database(info: &DatabaseInfo) -> String {
    let day = info.date.split('T').next().unwrap_or_default();
    let commit: String = info.commit.chars().take(7).collect();
    // The embedded one says both in one word.
    let trust = if info.trust == info.source { String::new() } else { format!(", {}", info.trust) };
    let mut text = format!(
        "{} on {}, of {day} ({commit}, {}{trust})",
        count(info.advisories, "advisory", "advisories"),
        count(info.distributions, "distribution", "distributions"),
        info.source,
    );
    if info.too_old {
        text.push_str("; older than --max-db-age allows: run `perlscan db update`");
    } else if info.stale {
        text.push_str("; 30 days old or older, newer advisories are missing: `perlscan db update`");
    }
    text
}
