//! One distribution's advisories in CPANSA's YAML, of the checkout or a user's
//! own.
//!
//! What is wrong with one advisory is a problem at its line, and the others are
//! still read. All values are taken as their text.

use std::collections::BTreeSet;
use std::path::Path;

use perlscan_model::advisory::{AdvisoryDetail, AdvisoryRecord, EmbeddedLibrary};
use perlscan_model::facts::{AdvisoryFact, DistFact};
use perlscan_model::severity::Severity;

use crate::advisory::references;
use crate::advisory::sources::ids::{check_dist, check_id, keep_ids, shown};
use crate::advisory::sources::yaml::{Entry, Node, Value, parse as parse_yaml};
use crate::advisory::sources::{DroppedReference, Place, SourceProblem, SourcedAdvisory};
use crate::nearest::nearest;

/// The keys of a file.
const FILE_KEYS: [&str; 11] = [
    "advisories",
    "comment",
    "cpansa_version",
    "darkpan",
    "distribution",
    "last_checked",
    "latest_version",
    "main_module",
    "metacpan",
    "repo",
    "url",
];

/// The keys of an advisory; those that begin with `x-` are anybody's own.
const ADVISORY_KEYS: [&str; 16] = [
    "affected_versions",
    "comment",
    "cves",
    "description",
    "distributed_version",
    "embedded_vulnerability",
    "external_vulnerability",
    "fixed_versions",
    "github_security_advisory",
    "id",
    "previous_id",
    "references",
    "reported",
    "reviewed_by",
    "severity",
    "title",
];

/// The keys of a bundled library.
const LIBRARY_KEYS: [&str; 5] =
    ["affected_versions", "comment", "distributed_version", "name", "url"];

/// What a file says.
#[derive(Debug, Clone)]
pub struct CpansaFile {
    /// Its distribution.
    pub dist: DistFact,
    /// Its advisories, each with the line of its first key.
    pub advisories: Vec<SourcedAdvisory>,
    /// Links that are not carried over.
    pub dropped: Vec<DroppedReference>,
    /// What could not be read.
    pub problems: Vec<SourceProblem>,
}

/// Reads the bytes of a file; `path` is for places.
///
/// # Errors
/// When nothing of it can be read: it is no YAML, is larger than
/// [`super::yaml::MAX_YAML`], or names no distribution.
pub fn parse(bytes: &[u8], path: &Path) -> Result<CpansaFile, SourceProblem> {
    let at = |line: Option<u64>| Place { path: path.to_owned(), line };
    let root = parse_yaml(bytes)
        .map_err(|cause| SourceProblem { place: at(cause.line), message: cause.message })?;
    let Value::Map(entries) = root.value else {
        return Err(SourceProblem {
            place: at(Some(root.line.max(1))),
            message: "this is no advisory file: a map with 'distribution' and 'advisories' is \
                      expected"
                .to_owned(),
        });
    };
    let mut reader = Reader { path, dropped: Vec::new(), problems: Vec::new() };
    let mut fields = reader.fields(entries, &FILE_KEYS, "the file");
    let Some(name) = reader.text(fields.take("distribution")) else {
        return Err(SourceProblem {
            place: at(Some(root.line.max(1))),
            message: "the key 'distribution' is missing, so nothing of the file is read; add it"
                .to_owned(),
        });
    };
    check_dist(&name.text)
        .map_err(|message| SourceProblem { place: at(Some(name.line)), message })?;
    let main_module = reader.text(fields.take("main_module")).map(|module| module.text);
    let darkpan = reader.truth(fields.take("darkpan"));
    let advisories = match fields.take("advisories").map(|entry| (entry.line, entry.value.value)) {
        Some((_, Value::List(list))) => list,
        Some((_, Value::Null)) => Vec::new(),
        Some((line, _)) => {
            reader.problem(line, "'advisories' is no list, so no advisory is read".to_owned());
            Vec::new()
        }
        None => {
            reader.problem(root.line.max(1), "the key 'advisories' is missing; add it".to_owned());
            Vec::new()
        }
    };
    let advisories =
        advisories.into_iter().filter_map(|node| reader.advisory(node, &name.text)).collect();
    Ok(CpansaFile {
        dist: DistFact { dist: name.text, main_module, darkpan },
        advisories,
        dropped: reader.dropped,
        problems: reader.problems,
    })
}

/// A value as text, and its line.
struct Text {
    text: String,
    line: u64,
}

/// The entries of a map, each key once.
struct Fields(Vec<Entry>);

impl Fields {
    fn take(&mut self, key: &str) -> Option<Entry> {
        let at = self.0.iter().position(|entry| entry.key == key)?;
        Some(self.0.swap_remove(at))
    }
}

struct Reader<'a> {
    path: &'a Path,
    dropped: Vec<DroppedReference>,
    problems: Vec<SourceProblem>,
}

impl Reader<'_> {
    fn problem(&mut self, line: u64, message: String) {
        let place = Place { path: self.path.to_owned(), line: Some(line) };
        self.problems.push(SourceProblem { place, message });
    }

    /// Puts the keys of a map beside the known ones. Of a key that stands twice
    /// the last value is taken, as Perl's readers do.
    fn fields(&mut self, entries: Vec<Entry>, known: &[&str], what: &str) -> Fields {
        let mut kept: Vec<Entry> = Vec::with_capacity(entries.len().min(known.len()));
        for entry in entries {
            if entry.key.starts_with("x-") {
                continue;
            }
            if !known.contains(&entry.key.as_str()) {
                let hint = nearest(&entry.key, known)
                    .map(|key| format!("; did you mean '{key}'?"))
                    .unwrap_or_default();
                let key = shown(&entry.key);
                self.problem(entry.line, format!("{what} has an unknown key '{key}'{hint}"));
                continue;
            }
            match kept.iter_mut().find(|before| before.key == entry.key) {
                Some(before) => {
                    let key = entry.key.clone();
                    let first = before.line;
                    let line = entry.line;
                    *before = entry;
                    let message = format!(
                        "{what} has the key '{key}' in line {first} already; this value is taken, \
                         remove one of them"
                    );
                    self.problem(line, message);
                }
                None => kept.push(entry),
            }
        }
        Fields(kept)
    }

    /// A text; `None` when it is missing, `~` or no text.
    fn text(&mut self, entry: Option<Entry>) -> Option<Text> {
        let entry = entry?;
        match entry.value.value {
            Value::Null => None,
            Value::Text(text) if text.is_empty() => None,
            Value::Text(text) => Some(Text { text, line: entry.value.line }),
            Value::List(_) | Value::Map(_) => {
                self.problem(entry.line, format!("'{}' is no text and is not read", entry.key));
                None
            }
        }
    }

    /// A list of texts; a single text is a list of one, `~` an empty one.
    fn list(&mut self, entry: Option<Entry>) -> Vec<String> {
        let Some(entry) = entry else { return Vec::new() };
        let items = match entry.value.value {
            Value::Null => return Vec::new(),
            Value::Text(text) if text.is_empty() => return Vec::new(),
            Value::Text(text) => return vec![text],
            Value::List(items) => items,
            Value::Map(_) => {
                self.problem(entry.line, format!("'{}' is no list and is not read", entry.key));
                return Vec::new();
            }
        };
        let mut texts = Vec::with_capacity(items.len());
        for item in items {
            match item.value {
                Value::Text(text) => texts.push(text),
                Value::Null => {}
                Value::List(_) | Value::Map(_) => {
                    let message = format!("'{}' holds what is no text; it is not read", entry.key);
                    self.problem(item.line, message);
                }
            }
        }
        texts
    }

    fn truth(&mut self, entry: Option<Entry>) -> bool {
        let Some(Text { text, line }) = self.text(entry) else { return false };
        match text.to_ascii_lowercase().as_str() {
            "true" | "yes" | "on" | "1" => true,
            "false" | "no" | "off" | "0" => false,
            _ => {
                let text = shown(&text);
                self.problem(line, format!("'{text}' is neither true nor false; false is taken"));
                false
            }
        }
    }

    /// One advisory; `None`, with a problem, when it lacks what it needs.
    fn advisory(&mut self, node: Node, dist: &str) -> Option<SourcedAdvisory> {
        let line = node.line;
        let Value::Map(entries) = node.value else {
            self.problem(line, "an advisory is no map, and is left out".to_owned());
            return None;
        };
        let mut fields = self.fields(entries, &ADVISORY_KEYS, "an advisory");
        let Some(id) = self.text(fields.take("id")) else {
            self.problem(line, "an advisory without 'id' is left out; add it".to_owned());
            return None;
        };
        if let Err(message) = check_id(&id.text) {
            self.problem(id.line, format!("an advisory is left out: {message}"));
            return None;
        }
        let id = id.text;
        let Some(affected) = fields.take("affected_versions") else {
            let message =
                format!("{id} is left out: the key 'affected_versions' is missing; add it");
            self.problem(line, message);
            return None;
        };
        let before = self.problems.len();
        let affected = self.list(Some(affected));
        if self.problems.len() > before {
            self.problem(line, format!("{id} is left out: its affected versions can't be read"));
            return None;
        }
        let (references, dropped) = references::part(self.list(fields.take("references")));
        self.dropped.extend(dropped.into_iter().map(|link| DroppedReference {
            dist: dist.to_owned(),
            id: id.clone(),
            link,
            place: Place { path: self.path.to_owned(), line: Some(line) },
        }));
        let record = AdvisoryRecord {
            cves: self.ids(fields.take("cves"), &id),
            ghsas: sorted(self.ids(fields.take("github_security_advisory"), &id)),
            previous_ids: self.ids(fields.take("previous_id"), &id),
            affected,
            fixed: self.list(fields.take("fixed_versions")),
            severity: self.severity(fields.take("severity"), &id),
            reported: self.day(fields.take("reported"), &id),
            references,
            embedded: self
                .library(fields.take("embedded_vulnerability"))
                .or_else(|| self.library(fields.take("external_vulnerability"))),
            id,
        };
        let detail = AdvisoryDetail {
            title: self.text(fields.take("title")).map(|title| title.text),
            description: self.text(fields.take("description")).map(|text| text.text),
            ..AdvisoryDetail::default()
        };
        Some(SourcedAdvisory {
            fact: AdvisoryFact { dist: dist.to_owned(), record, detail },
            place: Place { path: self.path.to_owned(), line: Some(line) },
        })
    }

    fn ids(&mut self, entry: Option<Entry>, id: &str) -> Vec<String> {
        let Some(entry) = entry else { return Vec::new() };
        let (line, key) = (entry.line, entry.key.clone());
        let list = self.list(Some(entry));
        let mut refused = Vec::new();
        let kept = keep_ids(list, |message| refused.push(message));
        for message in refused {
            self.problem(line, format!("{id}: {key}: {message}"));
        }
        kept
    }

    fn severity(&mut self, entry: Option<Entry>, id: &str) -> Severity {
        let Some(Text { text, line }) = self.text(entry) else { return Severity::Unscored };
        Severity::from_word(&text).unwrap_or_else(|| {
            let message = format!(
                "{id}: unknown severity '{}'; critical, high, medium or low is expected",
                shown(&text)
            );
            self.problem(line, message);
            Severity::Unscored
        })
    }

    fn day(&mut self, entry: Option<Entry>, id: &str) -> Option<String> {
        let Text { text, line } = self.text(entry)?;
        if text.parse::<jiff::civil::Date>().is_ok_and(|day| day.to_string() == text) {
            return Some(text);
        }
        let text = shown(&text);
        self.problem(line, format!("{id}: reported: '{text}' is no day; YYYY-MM-DD is expected"));
        None
    }

    fn library(&mut self, entry: Option<Entry>) -> Option<EmbeddedLibrary> {
        let entry = entry?;
        let (line, key) = (entry.line, entry.key);
        let entries = match entry.value.value {
            Value::Map(entries) => entries,
            Value::Null => return None,
            Value::Text(_) | Value::List(_) => {
                self.problem(line, format!("'{key}' is no map and is not read"));
                return None;
            }
        };
        let mut fields = self.fields(entries, &LIBRARY_KEYS, &key);
        let Some(name) = self.text(fields.take("name")) else {
            self.problem(line, format!("'{key}' has no 'name' and is not read; add it"));
            return None;
        };
        let ranges = self.list(fields.take("affected_versions"));
        Some(EmbeddedLibrary {
            name: name.text,
            version: self.text(fields.take("distributed_version")).map(|version| version.text),
            affected: (!ranges.is_empty()).then(|| ranges.join(" or ")),
        })
    }
}

fn sorted(list: Vec<String>) -> Vec<String> {
    let set: BTreeSet<String> = list.into_iter().collect();
    set.into_iter().collect()
}

#[cfg(test)]
#[path = "cpansa_file_test.rs"]
mod tests;
