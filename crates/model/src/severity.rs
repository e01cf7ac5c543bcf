//! How bad an advisory is, as far as its source says.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A severity, in ascending order. [`Severity::Unscored`] is no level of its
/// own: nobody has scored the advisory, and `--unscored` says what that means.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// No severity is known.
    #[default]
    Unscored,
    /// CVSS 0.1 to 3.9.
    Low,
    /// CVSS 4.0 to 6.9.
    Medium,
    /// CVSS 7.0 to 8.9.
    High,
    /// CVSS 9.0 and above.
    Critical,
}

impl Severity {
    /// Reads the words that CPANSA uses; `moderate` is medium, `minor` is low.
    /// The empty text is unscored; any other word is `None`.
    pub fn from_word(word: &str) -> Option<Self> {
        match word.to_ascii_lowercase().as_str() {
            "critical" => Some(Self::Critical),
            "high" => Some(Self::High),
            "medium" | "moderate" => Some(Self::Medium),
            "low" | "minor" => Some(Self::Low),
            "" | "unscored" => Some(Self::Unscored),
            _ => None,
        }
    }

    /// The word that outputs use.
    pub fn word(self) -> &'static str {
        match self {
            Self::Unscored => "unscored",
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Critical => "critical",
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}
