//! The result of a run, and the formats that show it.
//!
//! A [`Report`] says everything: what was read, what was found, what could not
//! be read or judged, and from which database. The formats only choose and
//! arrange; none of them decides anything. Each format is a file here and a
//! line in [`FORMATS`].

pub mod account;
mod archive;
mod brief;
pub mod change;
pub mod check;
pub mod closure;
pub mod database_status;
mod dependents;
pub mod diff;
pub mod explain;
pub mod fingerprint;
pub mod github;
pub mod graph;
pub mod inventory;
pub mod json;
pub mod jsonl;
pub mod junit;
pub mod lint;
pub mod markdown;
pub mod mirror_diff;
pub mod plain;
pub mod sarif;
pub mod table;
pub mod tap;
pub mod why;

use std::io;

use perlscan_model::about::About;
use perlscan_model::digest::Sha256;
use perlscan_model::finding::Finding;
use perlscan_model::location::SourcePath;
use perlscan_model::name::DistName;
use perlscan_model::problem::{Problem, ProblemKind};
use perlscan_model::remark::Remark;
use perlscan_model::standing::Standing;

use crate::graph::dependents::Dependents;

/// The result of a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// The version of perlscan.
    pub tool_version: &'static str,
    /// The database that verdicts come from.
    pub database: DatabaseInfo,
    /// Where the user stands: paths in the table are as seen from there.
    pub standpoint: Standpoint,
    /// The projects, in order of their paths.
    pub projects: Vec<ProjectSummary>,
    /// The findings, in order of project, distribution, verdict and id.
    pub findings: Vec<Finding>,
    /// What else is worth knowing, in order of project, kind and module.
    pub remarks: Vec<Remark>,
    /// What could not be read or decided, in order of location.
    pub problems: Vec<Problem>,
    /// What was looked at.
    pub coverage: Coverage,
    /// What the run comes to.
    pub outcome: Outcome,
    /// Where the run compared two states: which, and what is there no more.
    pub change: Option<change::Change>,
}

/// Where the user stands, seen from the base of all paths.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standpoint {
    /// In this directory of the base.
    Inside(SourcePath),
    /// Elsewhere: this leads from there to the base.
    Outside(SourcePath),
}

impl Default for Standpoint {
    /// In the base itself.
    fn default() -> Self {
        Self::Inside(SourcePath::default())
    }
}

/// The database that verdicts come from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DatabaseInfo {
    /// `embedded`, `cache`, or the path of a file.
    pub source: String,
    /// How far its bytes can be trusted: `embedded`, `signed`, `transport`, `local`.
    pub trust: &'static str,
    /// The formats of its sources, each once.
    pub kinds: Vec<String>,
    /// The commit of the upstream data.
    pub commit: String,
    /// Its date, RFC 3339 in UTC.
    pub date: String,
    /// Its advisories (different ids).
    pub advisories: u32,
    /// Its distributions.
    pub distributions: u32,
    /// Whether it is 30 days old or older.
    pub stale: bool,
    /// Whether it is older than the user allows: the run is incomplete then.
    pub too_old: bool,
}

/// An archive that is a project of its own.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ArchiveSummary {
    /// The distribution, where the archive's name tells one.
    pub dist: Option<DistName>,
    /// Its version as the name has it; empty for none.
    pub version: Box<str>,
    /// What it is to its mirror's index, where there is one.
    pub standing: Option<Standing>,
    /// Its SHA-256.
    pub sha256: Sha256,
    /// Who depends on it: told of archives that have findings.
    pub dependents: Option<Box<Dependents>>,
    /// The CPAN id of its author, by its place in the mirror.
    pub author: Option<Box<str>>,
    /// The author's name, where the mirror has a list of them.
    pub author_name: Option<Box<str>>,
    /// Its META file: the path in the archive, or that of the file beside it.
    pub meta: Option<SourcePath>,
    /// What that says.
    pub about: Box<About>,
    /// The file in it that says how flaws are reported.
    pub security_policy: Option<SourcePath>,
    /// Whether it has a SIGNATURE. Whether that is good is not told here.
    pub has_signature: bool,
}

/// A project and what was judged of it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ProjectSummary {
    /// Its directory relative to the base, empty for the base itself; for an archive
    /// its own path.
    pub path: SourcePath,
    /// The archive that it is.
    pub archive: Option<ArchiveSummary>,
    /// Whether it is a test fixture: shown, not failing.
    pub fixture: bool,
    /// The manifests, locks and other inputs that were read.
    pub inputs: Vec<SourcePath>,
    /// The lock whose versions were judged.
    pub lock: Option<SourcePath>,
    /// Whether that lock belongs to an ancestor.
    pub lock_inherited: bool,
    /// The mirror whose releases were judged as a fresh install would take them.
    pub resolved: Option<String>,
    /// The perl that was judged, as it was named.
    pub perl: Option<String>,
    /// How many releases lie in its installed trees.
    pub installed: usize,
    /// The project above whose installed trees were judged, where it has none.
    pub installed_above: Option<SourcePath>,
    /// How many modules in such trees no advised distribution is known to ship.
    pub other_modules: usize,
    /// How many files of Perl source of its own were read.
    pub sources: usize,
    /// How many modules they load.
    pub modules_used: usize,
    /// How many modules it requires itself.
    pub direct_requirements: usize,
    /// How many releases were judged at an exact version.
    pub judged_exactly: usize,
    /// How many distributions were judged by a range only.
    pub judged_by_range: usize,
    /// How many core modules could not be judged, since no perl is known.
    pub core_not_judged: usize,
    /// Distributions that the database does not know, sorted.
    pub not_in_database: Vec<DistName>,
    /// Modules whose distribution could not be told, sorted.
    pub not_resolved: Vec<String>,
    /// Locked releases that only phases which were not selected need.
    pub not_selected: usize,
}

impl ProjectSummary {
    /// Whether neither a lock, a mirror nor an installed tree tells its exact releases.
    pub fn is_without_releases(&self) -> bool {
        self.lock.is_none()
            && self.resolved.is_none()
            && self.installed == 0
            && self.installed_above.is_none()
    }
}

/// What a scan looked at.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Coverage {
    /// Files that the walk came by.
    pub files_seen: u64,
    /// Files that were read.
    pub files_read: u64,
    /// Directories that are never entered, by name, and how often each was met.
    pub skipped_directories: Vec<(String, u64)>,
    /// What `--exclude` and the ignore file removed, sorted.
    pub excluded: Vec<SourcePath>,
    /// The ignore file that was read.
    pub ignore_file: Option<SourcePath>,
}

/// What a run comes to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Outcome {
    /// Whether there is a finding that fails the run.
    pub findings_fail: bool,
    /// Whether the run could not do all its work.
    pub incomplete: bool,
}

impl Outcome {
    /// The exit code: 2 when the work could not be done, else 1 when a finding
    /// fails the run, else 0.
    pub fn exit_code(self) -> u8 {
        match (self.incomplete, self.findings_fail) {
            (true, _) => 2,
            (false, true) => 1,
            (false, false) => 0,
        }
    }
}

impl Report {
    /// Whether something was not read.
    pub fn has_lost(&self) -> bool {
        self.problems.iter().any(|problem| problem.kind == ProblemKind::Lost)
    }
}

/// Why a report could not be written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EmitError {
    /// The output refused the bytes.
    #[error("can't write the report")]
    Write(#[from] io::Error),
    /// A value could not be serialised.
    #[error("can't serialise the report: {0}")]
    Serialise(serde_json::Error),
    /// The database could not be asked.
    #[error(transparent)]
    Database(#[from] crate::advisory::AdvisoryError),
}

impl From<serde_json::Error> for EmitError {
    fn from(error: serde_json::Error) -> Self {
        match error.io_error_kind() {
            Some(_) => Self::Write(error.into()),
            None => Self::Serialise(error),
        }
    }
}

/// An output format.
pub trait Emitter: Sync {
    /// Its name, as `--format` takes it.
    fn name(&self) -> &'static str;

    /// Writes the report.
    ///
    /// # Errors
    /// When the output refuses the bytes.
    fn emit(&self, report: &Report, out: &mut dyn io::Write) -> Result<(), EmitError>;
}

/// What formats can be told. Each takes what concerns it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EmitOptions {
    /// How many characters a line of text may have.
    pub width: usize,
    /// Whether text may be coloured.
    pub colour: bool,
    /// Whether to list what is otherwise only counted.
    pub verbose: bool,
    /// Whether to show nothing but findings, what was removed, and what was
    /// lost.
    pub quiet: bool,
    /// SARIF's category, which keeps several uploads for one commit apart;
    /// empty for the default one.
    pub category: String,
}

impl Default for EmitOptions {
    fn default() -> Self {
        Self {
            width: table::DEFAULT_WIDTH,
            colour: false,
            verbose: false,
            quiet: false,
            category: String::new(),
        }
    }
}

/// A format that reports can be written in.
#[derive(Debug, Clone, Copy)]
pub struct Format {
    /// Its name, as `--format` takes it, and the name of its file here.
    pub name: &'static str,
    /// The endings of file names that mean it.
    pub suffixes: &'static [&'static str],
    /// One line for lists of formats.
    pub about: &'static str,
    make: fn(&EmitOptions) -> Box<dyn Emitter>,
}

impl Format {
    /// The format's emitter.
    pub fn emitter(&self, options: &EmitOptions) -> Box<dyn Emitter> {
        (self.make)(options)
    }

    /// The format of this name.
    pub fn find(name: &str) -> Option<&'static Self> {
        FORMATS.iter().find(|format| format.name == name)
    }

    /// The format that the ending of a file's name means; of several endings
    /// that fit, the longest.
    pub fn for_file_name(name: &str) -> Option<&'static Self> {
        let name = name.to_ascii_lowercase();
        let ending = |format: &Self| {
            format.suffixes.iter().filter(|suffix| name.ends_with(**suffix)).map(|s| s.len()).max()
        };
        FORMATS.iter().filter(|format| ending(format).is_some()).max_by_key(|format| ending(format))
    }
}

/// All formats, the default first.
pub const FORMATS: &[Format] = &[
    Format {
        name: "table",
        suffixes: &[".txt"],
        about: "for people, in a terminal or a log",
        make: |options| {
            Box::new(table::Table {
                width: options.width,
                colour: options.colour,
                verbose: options.verbose,
                quiet: options.quiet,
            })
        },
    },
    Format {
        name: "json",
        suffixes: &[".json"],
        about: "one document for programs",
        make: |_| Box::new(json::Json),
    },
    Format {
        name: "jsonl",
        suffixes: &[".jsonl", ".ndjson"],
        about: "one object a line, for programs that read a stream",
        make: |_| Box::new(jsonl::Jsonl),
    },
    Format {
        name: "sarif",
        suffixes: &[".sarif", ".sarif.json"],
        about: "SARIF 2.1.0, for code scanning",
        make: |options| Box::new(sarif::Sarif::new(&options.category)),
    },
    Format {
        name: "tap",
        suffixes: &[".tap"],
        about: "TAP 13, for prove: one test a finding",
        make: |_| Box::new(tap::Tap),
    },
    Format {
        name: "junit",
        suffixes: &[".xml"],
        about: "JUnit XML, for Jenkins and GitLab",
        make: |_| Box::new(junit::Junit),
    },
    Format {
        name: "markdown",
        suffixes: &[".md"],
        about: "Markdown, for a job's summary or a comment",
        make: |_| Box::new(markdown::Markdown),
    },
    Format {
        name: "github",
        suffixes: &[],
        about: "workflow commands, for annotations in GitHub Actions",
        make: |_| Box::new(github::Github),
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    /// The files of this folder that are no formats of a report.
    const NO_FORMATS: [&str; 18] = [
        "account",
        "archive",
        "brief",
        "change",
        "check",
        "closure",
        "database_status",
        "dependents",
        "diff",
        "explain",
        "fingerprint",
        "graph",
        "inventory",
        "lint",
        "mirror_diff",
        "mod",
        "plain",
        "why",
    ];

    #[test]
    fn every_file_is_registered() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src/report");
        let mut files: Vec<String> = std::fs::read_dir(folder)
            .expect("the folder of the formats can be listed")
            .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
            .map(|name| name.trim_end_matches(".rs").to_owned())
            .filter(|name| !NO_FORMATS.contains(&name.as_str()))
            .collect();
        files.sort();
        let mut registered: Vec<&str> = FORMATS.iter().map(|format| format.name).collect();
        registered.sort_unstable();
        assert_eq!(files, registered);
    }

    #[test]
    fn names_and_endings_lead_to_a_format() {
        for format in FORMATS {
            assert_eq!(format.emitter(&EmitOptions::default()).name(), format.name);
            for suffix in format.suffixes {
                let found = Format::for_file_name(&format!("out{suffix}")).map(|f| f.name);
                assert_eq!(found, Some(format.name), "{suffix}");
            }
        }
        assert_eq!(Format::for_file_name("X.SARIF").map(|f| f.name), Some("sarif"));
        assert!(Format::for_file_name("report.pdf").is_none());
        assert!(Format::find("xml").is_none());
    }
}
