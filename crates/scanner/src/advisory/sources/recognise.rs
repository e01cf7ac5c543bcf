//! Which format a file or folder is of.
//!
//! One function decides, so that no two formats can claim the same: of a file
//! by the first key of its JSON, of a folder by the folders in it, else by the
//! first bytes of a few of the files below. No tree is walked.

use std::collections::BTreeSet;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use crate::advisory::sources::{Candidate, HEAD, SourceKind};

/// How many names in a folder, and below it, are looked at.
const NAMES: usize = 300;
/// How many files are opened.
const FILES: usize = 40;
/// How many folders deep: a cvelistV5 checkout has `cves/2026/12xxx/`.
const DEPTH: usize = 3;

/// The first keys of a CVE record.
const CVE: [&str; 4] = ["containers", "cveMetadata", "dataType", "dataVersion"];
/// The keys of CPANSA's feed.
const FEED: [&str; 3] = ["dists", "meta", "module2dist"];
/// The keys of an OSV record.
const OSV: [&str; 15] = [
    "affected",
    "aliases",
    "credits",
    "database_specific",
    "details",
    "id",
    "modified",
    "published",
    "references",
    "related",
    "schema_version",
    "severity",
    "summary",
    "upstream",
    "withdrawn",
];

/// The format; `None` where it is none, or several lie in one folder.
pub(super) fn kind(candidate: &Candidate<'_>) -> Option<SourceKind> {
    if candidate.is_dir { of_folder(candidate.path) } else { of_head(&candidate.head) }
}

/// The format of a JSON file by its first bytes.
pub(super) fn of_head(head: &[u8]) -> Option<SourceKind> {
    let text = head.trim_ascii_start();
    if let Some(rest) = text.strip_prefix(b"[") {
        let (key, _) = first_key(rest.trim_ascii_start())?;
        return OSV.iter().any(|own| own.as_bytes() == key).then_some(SourceKind::Osv);
    }
    if let Some((key, value)) = first_key(text) {
        let is = |keys: &[&str]| keys.iter().any(|own| own.as_bytes() == key);
        return match value {
            _ if is(&CVE) => Some(SourceKind::Cve5),
            b'{' if is(&FEED) => Some(SourceKind::CpansaFeed),
            _ if is(&OSV) => Some(SourceKind::Osv),
            b'[' => Some(SourceKind::Butterfly),
            _ => None,
        };
    }
    // Warnings of the program that made it stood before an old feed.
    let begin = memchr::memchr(b'{', text).filter(|at| *at > 0)?;
    let (key, value) = first_key(text.get(begin..)?)?;
    let known =
        [&CVE[..], &FEED, &OSV].iter().any(|keys| keys.iter().any(|own| own.as_bytes() == key));
    (value == b'[' && !known).then_some(SourceKind::Butterfly)
}

/// The first key of an object and the first byte of its value.
fn first_key(text: &[u8]) -> Option<(&[u8], u8)> {
    let rest = text.strip_prefix(b"{")?.trim_ascii_start().strip_prefix(b"\"")?;
    let (key, rest) = rest.split_at_checked(memchr::memchr(b'"', rest)?)?;
    let value = rest.get(1..)?.trim_ascii_start().strip_prefix(b":")?.trim_ascii_start();
    Some((key, *value.first()?))
}

fn of_folder(path: &Path) -> Option<SourceKind> {
    if path.join("cpansa").is_dir() {
        return Some(SourceKind::CpansaYaml);
    }
    if path.join("cves").is_dir() {
        return Some(SourceKind::Cve5);
    }
    let mut found = BTreeSet::new();
    let mut files = 0;
    for file in some_files(path) {
        let name = file.extension().unwrap_or_default();
        if name != "json" && name != "yml" && name != "yaml" {
            continue;
        }
        files += 1;
        if files > FILES {
            break;
        }
        let head = head_of(&file);
        let kind = if name == "json" {
            // Only these are read from folders.
            of_head(&head).filter(|kind| matches!(kind, SourceKind::Cve5 | SourceKind::Osv))
        } else {
            let own = |line: &[u8]| {
                line.starts_with(b"distribution:") || line.starts_with(b"advisories:")
            };
            head.split(|byte| *byte == b'\n').any(own).then_some(SourceKind::Private)
        };
        found.extend(kind);
    }
    found.pop_first().filter(|_| found.is_empty())
}

/// The first files of a folder and of those below it, folder by folder.
fn some_files(root: &Path) -> Vec<PathBuf> {
    let mut names = 0;
    let mut files = Vec::new();
    let mut level = vec![root.to_owned()];
    for _ in 0..=DEPTH {
        let mut below = Vec::new();
        for folder in std::mem::take(&mut level) {
            let entries = std::fs::read_dir(&folder).into_iter().flatten().flatten();
            let mut here: Vec<_> = entries.take(NAMES.saturating_sub(names)).collect();
            names += here.len();
            here.sort_by_key(std::fs::DirEntry::file_name);
            for entry in here {
                let Ok(kind) = entry.file_type() else { continue };
                if entry.file_name().to_string_lossy().starts_with('.') {
                    continue;
                }
                if kind.is_dir() {
                    below.push(entry.path());
                } else if kind.is_file() {
                    files.push(entry.path());
                }
            }
        }
        level = below;
    }
    files
}

/// The first bytes of a file; none where it can't be read.
#[expect(clippy::disallowed_methods, reason = "advisory data is read here")]
fn head_of(path: &Path) -> Vec<u8> {
    let mut head = Vec::new();
    // What can't be read tells nothing here, and is told when it is read.
    let _ =
        std::fs::File::open(path).and_then(|file| file.take(HEAD as u64).read_to_end(&mut head));
    head
}
