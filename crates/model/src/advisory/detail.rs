//! What is known of an advisory record besides what verdicts rest on.
//!
//! Texts, scores, files and routines come from upstream and are shown; where
//! each field of the record comes from, and what other sources say of it,
//! stands here too. Verdicts never look at any of this.

use serde::{Deserialize, Serialize};

use crate::advisory::AdvisoryRecord;

/// A field of an advisory, for the question where it comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Field {
    /// Whether the advisory stands at all, or was withdrawn.
    State,
    /// The distribution.
    Dist,
    /// CVE ids.
    Cves,
    /// GitHub security advisory ids.
    Ghsas,
    /// Former ids.
    PreviousIds,
    /// Affected ranges.
    Affected,
    /// Fixed ranges.
    Fixed,
    /// The severity.
    Severity,
    /// The day of the report.
    Reported,
    /// Links.
    References,
    /// The bundled library.
    Embedded,
    /// The title.
    Title,
    /// The description.
    Description,
    /// CVSS vectors.
    Scores,
    /// Vulnerable files.
    Files,
    /// Vulnerable routines.
    Routines,
    /// What other vendors have mended in their packages.
    Backports,
}

impl Field {
    /// The word that outputs use.
    pub fn word(self) -> &'static str {
        match self {
            Self::State => "state",
            Self::Dist => "dist",
            Self::Cves => "cves",
            Self::Ghsas => "ghsas",
            Self::PreviousIds => "previous-ids",
            Self::Affected => "affected",
            Self::Fixed => "fixed",
            Self::Severity => "severity",
            Self::Reported => "reported",
            Self::References => "references",
            Self::Embedded => "embedded",
            Self::Title => "title",
            Self::Description => "description",
            Self::Scores => "scores",
            Self::Files => "files",
            Self::Routines => "routines",
            Self::Backports => "backports",
        }
    }
}

/// What one source says of a field, where another one's word was taken.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Conflict {
    /// The field.
    pub field: Field,
    /// The source that says otherwise, an index into the sources of the meta fact.
    pub source: u16,
    /// What it says, as text.
    pub value: String,
}

/// A CVSS vector and who gave it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Score {
    /// The vector, `CVSS:3.1/AV:N/...`.
    pub vector: String,
    /// The base score in tenths, 0 to 100, as the scorer states it.
    pub tenths: Option<u8>,
    /// Who scored: `CISA-ADP`, `NVD`, a CNA's short name.
    pub by: String,
}

/// A vendor's word on packages of its own (Red Hat's blocks in CVE records).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Backport {
    /// The vendor.
    pub vendor: String,
    /// The product or package.
    pub product: String,
    /// `affected`, `unaffected` or `unknown`.
    pub status: String,
    /// The versions to which the status applies, as text; empty for all.
    pub versions: Vec<String>,
}

/// What is known of an advisory record besides what verdicts rest on.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(default)]
pub struct AdvisoryDetail {
    /// The source of the record, an index into the sources of the meta fact.
    pub source: u16,
    /// Fields that come from other sources, sorted.
    pub taken: Vec<(Field, u16)>,
    /// What other sources say otherwise, sorted.
    pub conflicts: Vec<Conflict>,
    /// A title.
    pub title: Option<String>,
    /// The description, upstream's sentences: for display only.
    pub description: Option<String>,
    /// CVSS vectors.
    pub scores: Vec<Score>,
    /// Files in which the flaw is, `lib/Foo/Bar.pm`.
    pub files: Vec<String>,
    /// Fully qualified Perl subs in which the flaw is, `Foo::Bar::baz`.
    pub routines: Vec<String>,
    /// What vendors have mended in packages of their own.
    pub backports: Vec<Backport>,
}

impl AdvisoryDetail {
    /// Whether it says nothing.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Where a field comes from: an index into the sources of the meta fact.
    pub fn source_of(&self, field: Field) -> u16 {
        let taken = self.taken.iter().find(|(name, _)| *name == field);
        taken.map_or(self.source, |(_, source)| *source)
    }
}

/// The text of a field of a record, for showing a conflict.
pub fn field_text(record: &AdvisoryRecord, field: Field) -> String {
    match field {
        Field::Cves => record.cves.join(", "),
        Field::Ghsas => record.ghsas.join(", "),
        Field::PreviousIds => record.previous_ids.join(", "),
        Field::Affected => record.affected.join(" or "),
        Field::Fixed => record.fixed.join(" or "),
        Field::Severity => record.severity.to_string(),
        Field::Reported => record.reported.clone().unwrap_or_default(),
        Field::References => record.references.join(" "),
        Field::Embedded => {
            record.embedded.as_ref().map(|library| library.name.clone()).unwrap_or_default()
        }
        _ => String::new(),
    }
}
