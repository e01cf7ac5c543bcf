//! The database as files for others: one file a format.
//!
//! A format makes a map of relative paths to bytes out of [`Material`], and
//! nothing else: no clock, no host, so that the same database gives the same
//! bytes. Over an [`Earlier`] export, documents without news keep theirs.
//! [`write`](write::write) puts the map onto the disk.

pub mod cpansa_feed;
pub mod csaf;
mod csaf_index;
mod cvss;
mod earlier;
pub mod json;
mod material;
mod names;
pub mod osv;
mod osv_ranges;
pub mod write;

pub use earlier::Earlier;
pub use material::{Material, Subject};

use std::collections::BTreeMap;

use perlscan_model::advisory::AdvisoryRangeError;

use crate::advisory::AdvisoryError;

/// The files of an export: relative paths with `/`, and their bytes.
pub type Files = BTreeMap<String, Vec<u8>>;

/// A format of an export.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// CPANSA's JSON feed.
    CpansaFeed,
    /// OSV records.
    Osv,
    /// CSAF 2.0 documents.
    Csaf,
    /// Everything that the database holds.
    Json,
}

impl Format {
    /// The name that the command line and manifests use.
    pub fn word(self) -> &'static str {
        match self {
            Self::CpansaFeed => "cpansa-feed",
            Self::Osv => "osv",
            Self::Csaf => "csaf",
            Self::Json => "json",
        }
    }
}

/// What the exports say of whoever makes them.
#[derive(Debug, Clone)]
pub struct Options {
    /// The version of perlscan.
    pub tool_version: String,
    /// Who publishes the CSAF documents.
    pub publisher_name: String,
    /// A URL that the publisher controls.
    pub publisher_namespace: String,
    /// The URL below which a CSAF export will be served, without a `/` at its end.
    pub base_url: String,
    /// Leave `package` out of OSV records: the official schema has no ecosystem
    /// CPAN yet, and refuses a record that names it.
    pub osv_without_package: bool,
}

impl Default for Options {
    fn default() -> Self {
        let namespace = "https://github.com/perlscan/perlscan";
        Self {
            tool_version: env!("CARGO_PKG_VERSION").to_owned(),
            publisher_name: "perlscan".to_owned(),
            publisher_namespace: namespace.to_owned(),
            base_url: format!("{namespace}/csaf"),
            osv_without_package: false,
        }
    }
}

/// Makes the files of an export. What `earlier` has stays as it is but for news.
///
/// # Errors
/// When a range of the database can't be read.
pub fn files(
    material: &Material,
    format: Format,
    options: &Options,
    earlier: &Earlier,
) -> Result<Files, ExportError> {
    match format {
        Format::CpansaFeed => cpansa_feed::files(material, options),
        Format::Osv => osv::files(material, options, earlier),
        Format::Csaf => csaf::files(material, options, earlier),
        Format::Json => json::files(material, options),
    }
}

/// Why an export can't be made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ExportError {
    /// A range can't be read.
    #[error("{dist} {id}: {cause}")]
    Range {
        /// The distribution.
        dist: String,
        /// The advisory.
        id: String,
        /// What is wrong.
        cause: AdvisoryRangeError,
    },
    /// The database can't be read.
    #[error(transparent)]
    Database(#[from] AdvisoryError),
    /// A value can't be written as JSON.
    #[error("the export can't be written as JSON: {0}")]
    Json(#[from] serde_json::Error),
    /// An option is not what it should be.
    #[error("{0}")]
    Option(String),
}

/// One JSON document, indented, with a line end.
fn document(value: &impl serde::Serialize) -> Result<Vec<u8>, serde_json::Error> {
    let mut bytes = serde_json::to_vec_pretty(value)?;
    bytes.push(b'\n');
    Ok(bytes)
}

#[cfg(test)]
#[path = "export_test.rs"]
mod tests;
