//! `perlscan db status -f json`: which database is used, and what it holds.
//!
//! The structs are the format, and `schemas/perlscan-database-status.schema.json`
//! describes it.

use std::io;

use perlscan_model::database::Counts;
use perlscan_model::facts::SourceFact;
use serde::Serialize;

use crate::advisory::database::Database;
use crate::report::json::{SCHEMA_VERSION, Tool};

/// The document.
#[derive(Debug, Serialize)]
pub struct DatabaseStatus<'a> {
    schema_version: &'static str,
    tool: Tool,
    database: &'a str,
    why: &'static str,
    file: Option<String>,
    trust: &'static str,
    upstream: &'a str,
    commit: &'a str,
    date: &'a str,
    epoch: i64,
    age_days: i64,
    #[serde(flatten)]
    counts: Counts,
    core_list: &'a str,
    core_list_perl: &'a str,
    corrections: usize,
    sources: &'a [SourceFact],
}

impl<'a> DatabaseStatus<'a> {
    /// The status of a database. `file` is where it lies, `now` the seconds
    /// since 1970. Nothing of the database is decoded for it.
    pub fn of(
        tool_version: &'static str,
        database: &'a Database,
        file: Option<String>,
        now: i64,
    ) -> Self {
        let meta = database.raw().meta();
        Self {
            schema_version: SCHEMA_VERSION,
            tool: Tool::of(tool_version),
            database: database.source(),
            why: database.why(),
            file,
            trust: database.trust(),
            upstream: &meta.source,
            commit: &meta.commit,
            date: &meta.date,
            epoch: meta.epoch,
            age_days: now.saturating_sub(meta.epoch).max(0) / (24 * 60 * 60),
            counts: database.raw().counts(),
            core_list: &meta.core_list,
            core_list_perl: &meta.core_list_perl,
            corrections: database.correction_count(),
            sources: &meta.sources,
        }
    }

    /// Writes it as one document.
    ///
    /// # Errors
    /// When it can't be written.
    pub fn write_json(&self, mut out: impl io::Write) -> io::Result<()> {
        serde_json::to_writer_pretty(&mut out, self)?;
        writeln!(out)
    }
}
