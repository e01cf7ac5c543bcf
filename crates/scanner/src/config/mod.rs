//! `perlscan.toml`: what a project has decided about its findings.
//!
//! It is read at the scan root, or where `--config` says, and never from a
//! folder within: what is scanned may be a stranger's. What is wrong in it is an
//! error with its line, and nothing of it is used then.

use std::path::{Path, PathBuf};

use jiff::civil::Date;
use perlscan_model::location::{Location, SourcePath, Span};
use serde::Deserialize;
use toml::Spanned;

use crate::policy::suppression::Suppression;

/// The file's name at the scan root.
pub const CONFIG_FILE: &str = "perlscan.toml";

/// The largest file that is read, in bytes.
pub const MAX_BYTES: u64 = 1 << 20;

/// What the file says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Config {
    /// The findings that are set aside, in the order of the file.
    pub suppressions: Vec<Suppression>,
}

/// Why the file can't be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ConfigError {
    /// It can't be read.
    #[error("can't read '{}': {cause}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system says.
        cause: std::io::Error,
    },
    /// It says something that it can't.
    #[error("{}:{line}: {message}", path.display())]
    Content {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
        /// What is wrong and what to do.
        message: String,
    },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    ignore: Vec<Spanned<Ignore>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Ignore {
    id: Spanned<String>,
    reason: Spanned<String>,
    until: Option<Spanned<Day>>,
    dist: Option<String>,
}

/// A day, as TOML's date or as text.
#[derive(Deserialize)]
#[serde(untagged)]
enum Day {
    Date(toml::value::Datetime),
    Text(String),
}

/// Reads a file; `shown` is its path in reports.
///
/// # Errors
/// When it can't be read, or says something that it can't.
#[expect(clippy::disallowed_methods, reason = "the user's configuration is read here")]
pub fn read(path: &Path, shown: &SourcePath) -> Result<Config, ConfigError> {
    let io = |cause| ConfigError::Io { path: path.to_owned(), cause };
    let size = std::fs::metadata(path).map_err(io)?.len();
    if size > MAX_BYTES {
        let message = format!("the file has {size} bytes; at most {MAX_BYTES} are read");
        return Err(ConfigError::Content { path: path.to_owned(), line: 1, message });
    }
    let bytes = std::fs::read(path).map_err(io)?;
    parse(&bytes, path, shown)
}

/// Reads the bytes of a file; `path` is for messages, `shown` for reports.
///
/// # Errors
/// When they say something that they can't.
pub fn parse(bytes: &[u8], path: &Path, shown: &SourcePath) -> Result<Config, ConfigError> {
    let wrong = |offset: usize, message: String| {
        let before = bytes.get(..offset).unwrap_or(bytes);
        let line = memchr::memchr_iter(b'\n', before).count() + 1;
        ConfigError::Content { path: path.to_owned(), line, message }
    };
    let text = std::str::from_utf8(bytes)
        .map_err(|cause| wrong(cause.valid_up_to(), "this is not UTF-8".to_owned()))?;
    let file: File = toml::from_str(text).map_err(|cause| {
        let at = cause.span().map(|span| span.start).unwrap_or_default();
        wrong(at, cause.message().to_owned())
    })?;
    let mut suppressions = Vec::with_capacity(file.ignore.len());
    for entry in file.ignore {
        let start = entry.span().start;
        let entry = entry.into_inner();
        let id = entry.id.get_ref().trim().to_owned();
        if !is_id(&id) {
            let message = format!("id: {id:?} is no id: a CPANSA, CVE or GHSA id is expected");
            return Err(wrong(entry.id.span().start, message));
        }
        let reason = entry.reason.get_ref().split_whitespace().collect::<Vec<_>>().join(" ");
        if reason.is_empty() {
            let message = format!("reason: say why {id} is ignored");
            return Err(wrong(entry.reason.span().start, message));
        }
        let until = match &entry.until {
            None => None,
            Some(day) => {
                let text = match day.get_ref() {
                    Day::Date(date) => date.to_string(),
                    Day::Text(text) => text.clone(),
                };
                let parsed: Result<Date, _> = text.parse();
                let message = format!("until: {text:?} is no day; write 2027-01-31");
                Some(parsed.map_err(|_| wrong(day.span().start, message))?)
            }
        };
        let line = memchr::memchr_iter(b'\n', bytes.get(..start).unwrap_or_default()).count() + 1;
        suppressions.push(Suppression {
            id,
            reason,
            until,
            dist: entry.dist,
            location: Location::at(shown.clone(), line_span(bytes, line)),
        });
    }
    Ok(Config { suppressions })
}

fn is_id(id: &str) -> bool {
    let upper = id.to_ascii_uppercase();
    ["CPANSA-", "CVE-", "GHSA-"].iter().any(|prefix| upper.starts_with(prefix))
        && id.chars().all(|c| c.is_ascii_alphanumeric() || "-_.:+".contains(c))
}

/// The span of a line, without its end.
fn line_span(bytes: &[u8], line: usize) -> Span {
    let number = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    let start: usize = bytes.split_inclusive(|b| *b == b'\n').take(line - 1).map(<[u8]>::len).sum();
    let rest = bytes.get(start..).unwrap_or_default();
    let length = rest.iter().position(|b| matches!(b, b'\n' | b'\r')).unwrap_or(rest.len());
    Span {
        line: number(line),
        column: 1,
        end_line: number(line),
        end_column: number(length + 1),
        offset: number(start),
        length: number(length),
    }
}

#[cfg(test)]
#[path = "config_test.rs"]
mod tests;
