//! CPANSA's reports on bundled libraries, `external_reports/*.yml`.
//!
//! A report lists a library's flaws by the library's versions, and which
//! releases of which distributions carry which version of it. Every flaw of
//! every version that is carried becomes a record of the distribution, one per
//! range of its releases, with the id `CPANSA-DIST-CVE-LIBRARY` and no fix: the
//! fix is a release that carries another version, which its own range tells.

use std::collections::BTreeSet;
use std::path::Path;

use perlscan_model::advisory::{AdvisoryDetail, AdvisoryRecord, BundledLibrary};
use perlscan_model::facts::{AdvisoryFact, BundledFact};
use perlscan_model::severity::Severity;

use crate::advisory::library_version::{LibraryRanges, LibraryVersion};
use crate::advisory::references;
use crate::advisory::sources::ids::{check_dist, check_id, shown};
use crate::advisory::sources::yaml::{self, Node, Value};
use crate::advisory::sources::{
    DroppedReference, Place, SourceData, SourceProblem, SourcedAdvisory,
};

/// A flaw of the library, with its ranges read.
struct Flaw {
    cve: String,
    /// `None` where the affected versions are not told.
    affected: Option<LibraryRanges>,
    fixed: LibraryRanges,
    ghsas: Vec<String>,
    severity: Severity,
    reported: Option<String>,
    references: Vec<String>,
    dropped: Vec<String>,
    description: Option<String>,
    line: u64,
}

impl Flaw {
    /// Whether a version of the library has the flaw. Where the affected
    /// versions are not told, all have it but those that are fixed.
    fn is_in(&self, version: &LibraryVersion) -> bool {
        match &self.affected {
            Some(affected) => affected.contain(version),
            None => !self.fixed.contain(version),
        }
    }
}

/// Releases of a distribution that carry a version of the library.
struct Carrier {
    dist: String,
    releases: String,
    library_version: Option<String>,
    line: u64,
}

/// Reads one report and adds its records, what carries the library, and its
/// problems.
pub fn read(bytes: &[u8], path: &Path, data: &mut SourceData) {
    let mut reader = Reader { path, problems: Vec::new() };
    let root = match yaml::parse(bytes) {
        Ok(root) => root,
        Err(cause) => {
            let place = Place { path: path.to_owned(), line: cause.line };
            data.problems.push(SourceProblem { place, message: cause.message });
            return;
        }
    };
    // Some files do not say the name; then the file's own name does.
    let stem = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let library = text(&root, "name").unwrap_or(stem);
    let url = text(&root, "url");
    let mut carriers = Vec::new();
    reader.carriers(&root, &mut carriers);
    let mut flaws = Vec::new();
    for node in list(&root, "advisories") {
        // Mis-indented upstream in one file, where it belongs to the whole.
        reader.carriers(node, &mut carriers);
        flaws.extend(reader.flaw(node));
    }
    let dists: BTreeSet<&str> = carriers.iter().map(|carrier| carrier.dist.as_str()).collect();
    let dists = dists.into_iter().collect::<Vec<_>>().join(", ");
    for flaw in &flaws {
        data.dropped.extend(flaw.dropped.iter().map(|link| DroppedReference {
            dist: dists.clone(),
            id: flaw.cve.clone(),
            link: link.clone(),
            place: Place { path: path.to_owned(), line: Some(flaw.line) },
        }));
    }
    for carrier in &carriers {
        data.bundled.push(BundledFact {
            dist: carrier.dist.clone(),
            bundled: BundledLibrary {
                library: library.clone(),
                url: url.clone(),
                releases: carrier.releases.clone(),
                library_version: carrier.library_version.clone().unwrap_or_default(),
            },
        });
        // Without a version it is known to carry the library, but not which.
        let Some(version) = &carrier.library_version else { continue };
        let Some(version) = LibraryVersion::parse(version) else {
            let (dist, version) = (&carrier.dist, shown(version));
            let message = format!("{dist}: '{version}' is no version of {library}");
            reader.problem(carrier.line, message);
            continue;
        };
        for flaw in flaws.iter().filter(|flaw| flaw.is_in(&version)) {
            data.advisories.push(reader.record(&library, carrier, flaw));
        }
    }
    data.problems.append(&mut reader.problems);
}

struct Reader<'a> {
    path: &'a Path,
    problems: Vec<SourceProblem>,
}

impl Reader<'_> {
    fn problem(&mut self, line: u64, message: String) {
        let place = Place { path: self.path.to_owned(), line: Some(line) };
        self.problems.push(SourceProblem { place, message });
    }

    /// A flaw; `None` when it is marked as looked at and none, or, with a
    /// problem, when it can't be read.
    fn flaw(&mut self, node: &Node) -> Option<Flaw> {
        let line = node.line;
        if is_true(node, "ignore") {
            return None;
        }
        let Some(cve) = text(node, "cve") else {
            self.problem(line, "an advisory without 'cve' is left out; add it".to_owned());
            return None;
        };
        if let Err(message) = check_id(&cve) {
            self.problem(line, format!("an advisory is left out: {message}"));
            return None;
        }
        let ranges = |key| {
            let texts = texts(node, key);
            LibraryRanges::parse(texts.iter().map(String::as_str))
                .map_err(|part| format!("{cve} is left out: '{}' is no range", shown(&part)))
        };
        let (affected, fixed) = match (ranges("affected_versions"), ranges("fixed_versions")) {
            (Ok(affected), Ok(fixed)) => (affected, fixed),
            (Err(message), _) | (_, Err(message)) => {
                self.problem(line, message);
                return None;
            }
        };
        let word = text(node, "severity").unwrap_or_default();
        let severity = Severity::from_word(&word).unwrap_or_else(|| {
            self.problem(line, format!("{cve}: unknown severity '{}'", shown(&word)));
            Severity::Unscored
        });
        let ghsas: BTreeSet<String> = texts(node, "github_security_advisory")
            .into_iter()
            .filter(|id| check_id(id).is_ok())
            .collect();
        let (references, dropped) = references::part(texts(node, "references"));
        Some(Flaw {
            affected: (!affected.is_empty()).then_some(affected),
            fixed,
            ghsas: ghsas.into_iter().collect(),
            severity,
            reported: text(node, "reported"),
            references,
            dropped,
            description: text(node, "description"),
            line,
            cve,
        })
    }

    /// What carries the library, below the key `perl_distributions`.
    fn carriers(&mut self, node: &Node, carriers: &mut Vec<Carrier>) {
        for carrier in list(node, "perl_distributions") {
            let Some(dist) = text(carrier, "name") else {
                self.problem(carrier.line, "a distribution without 'name'; add it".to_owned());
                continue;
            };
            if let Err(message) = check_dist(&dist) {
                self.problem(carrier.line, message);
                continue;
            }
            for entry in list(carrier, "affected") {
                // Listed only to say that it was looked at.
                if is_true(entry, "does_not_distribute") || is_true(entry, "ignore") {
                    continue;
                }
                // One entry upstream has the key in the singular.
                let releases = text(entry, "perl_module_versions")
                    .or_else(|| text(entry, "perl_module_version"));
                let Some(releases) = releases else {
                    let message =
                        format!("{dist}: an entry of 'affected' without 'perl_module_versions'");
                    self.problem(entry.line, message);
                    continue;
                };
                carriers.push(Carrier {
                    dist: dist.clone(),
                    releases,
                    library_version: text(entry, "distributed_library_version"),
                    line: entry.line,
                });
            }
        }
    }

    fn record(&self, library: &str, carrier: &Carrier, flaw: &Flaw) -> SourcedAdvisory {
        let number = flaw.cve.strip_prefix("CVE-").unwrap_or(&flaw.cve);
        SourcedAdvisory {
            fact: AdvisoryFact {
                dist: carrier.dist.clone(),
                record: AdvisoryRecord {
                    id: format!("CPANSA-{}-{number}-{library}", carrier.dist),
                    cves: vec![flaw.cve.clone()],
                    ghsas: flaw.ghsas.clone(),
                    previous_ids: Vec::new(),
                    affected: vec![carrier.releases.clone()],
                    fixed: Vec::new(),
                    severity: flaw.severity,
                    reported: flaw.reported.clone(),
                    references: flaw.references.clone(),
                    embedded: None,
                },
                detail: AdvisoryDetail {
                    description: flaw.description.clone(),
                    ..AdvisoryDetail::default()
                },
            },
            place: Place { path: self.path.to_owned(), line: Some(flaw.line) },
        }
    }
}

/// The value of a key of a map.
fn value<'a>(node: &'a Node, key: &str) -> Option<&'a Node> {
    match &node.value {
        Value::Map(entries) => {
            entries.iter().find(|entry| entry.key == key).map(|entry| &entry.value)
        }
        _ => None,
    }
}

fn text(node: &Node, key: &str) -> Option<String> {
    match &value(node, key)?.value {
        Value::Text(text) if !text.is_empty() => Some(text.clone()),
        _ => None,
    }
}

fn list<'a>(node: &'a Node, key: &str) -> &'a [Node] {
    match value(node, key).map(|node| &node.value) {
        Some(Value::List(items)) => items,
        _ => &[],
    }
}

/// A list of texts, or one text alone.
fn texts(node: &Node, key: &str) -> Vec<String> {
    let of = |node: &Node| match &node.value {
        Value::Text(text) => Some(text.clone()),
        _ => None,
    };
    match value(node, key) {
        Some(Node { value: Value::List(items), .. }) => items.iter().filter_map(of).collect(),
        Some(node) => of(node).into_iter().collect(),
        None => Vec::new(),
    }
}

fn is_true(node: &Node, key: &str) -> bool {
    text(node, key).is_some_and(|text| matches!(text.as_str(), "true" | "yes" | "1"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const REPORT: &str = "\
name: zed
url: https://zed.example.org
advisories:
  - cve: CVE-2020-1
    affected_versions: '<1.10.0'
    fixed_versions: '>=1.10.0'
    severity: high
    reported: 2020-02-03
    github_security_advisory: [GHSA-aaaa-bbbb-cccc]
  - cve: CVE-2020-2
    affected_versions: ~
    fixed_versions: '>=1.2.12'
  - cve: CVE-2020-3
    affected_versions: ['==1.0', '>=2,<2.1']
  - cve: CVE-2020-4
    ignore: true
  - affected_versions: '<9'
  - cve: CVE-2020-5
    affected_versions: '<many'
perl_distributions:
  - name: Zed-XS
    affected:
      - perl_module_versions: '>=0.1,<0.5'
        distributed_library_version: 1.9
      - perl_module_versions: '>=0.5'
        distributed_library_version: '2.0.1'
      - perl_module_versions: '<0.1'
        distributed_library_version: ~
      - perl_module_versions: '==7'
        distributed_library_version: 1.0
        does_not_distribute: true
  - name: Zed::Other
    affected: []
";

    fn read_report() -> SourceData {
        let mut data = SourceData::default();
        read(REPORT.as_bytes(), Path::new("zed.yml"), &mut data);
        data
    }

    /// Counted by hand: 1.9 is before 1.10 and before 1.2.12 is after it; 2.0.1
    /// is in `>=2,<2.1`.
    #[test]
    fn each_flaw_of_each_carried_version_is_a_record() {
        let data = read_report();
        let mut records: Vec<(&str, &str)> = data
            .advisories
            .iter()
            .map(|a| (a.fact.record.id.as_str(), a.fact.record.affected[0].as_str()))
            .collect();
        records.sort_unstable();
        assert_eq!(
            records,
            [("CPANSA-Zed-XS-2020-1-zed", ">=0.1,<0.5"), ("CPANSA-Zed-XS-2020-3-zed", ">=0.5"),]
        );
        let first = &data.advisories[0];
        assert_eq!(first.place.line, Some(4));
        assert_eq!(first.fact.record.ghsas, ["GHSA-aaaa-bbbb-cccc"]);
        assert_eq!(first.fact.record.severity, Severity::High);
        assert_eq!(first.fact.record.reported.as_deref(), Some("2020-02-03"));
    }

    #[test]
    fn what_carries_the_library_is_kept_without_a_version_too() {
        let data = read_report();
        let bundled: Vec<(&str, &str)> = data
            .bundled
            .iter()
            .map(|fact| (fact.bundled.releases.as_str(), fact.bundled.library_version.as_str()))
            .collect();
        assert_eq!(bundled, [(">=0.1,<0.5", "1.9"), (">=0.5", "2.0.1"), ("<0.1", "")]);
    }

    #[test]
    fn what_cannot_be_read_is_told_with_its_line() {
        let lines: Vec<_> =
            read_report().problems.iter().map(|problem| problem.place.line).collect();
        // The distribution that is a module, the advisory without a CVE, the range.
        assert_eq!(lines, [Some(32), Some(17), Some(18)]);
    }
}
