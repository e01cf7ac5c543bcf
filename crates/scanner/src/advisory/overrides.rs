//! Reviewed corrections of known defects in the advisory data.
//!
//! They stand in `rules/overrides.toml`, each with its reason and a link, and
//! hold only while the record still reads as it did when it was reviewed.

use perlscan_model::advisory::RecordMatcher;
use perlscan_model::database::DistEntry;
use serde::Deserialize;

/// A reviewed correction of one record.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Override {
    /// The distribution.
    pub dist: String,
    /// The advisory.
    pub id: String,
    /// The affected ranges that upstream has.
    pub was_affected: Vec<String>,
    /// The fixed ranges that upstream has.
    pub was_fixed: Vec<String>,
    /// The affected ranges as they should be.
    pub affected: Vec<String>,
    /// The fixed ranges as they should be.
    pub fixed: Vec<String>,
    /// Why, for the report.
    pub reason: String,
    /// Where upstream or the author says so.
    pub link: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(rename = "override")]
    overrides: Vec<Override>,
}

/// The corrections that are part of the program.
///
/// # Errors
/// When the file is malformed, which a test rules out.
pub fn embedded() -> Result<Vec<Override>, toml::de::Error> {
    toml::from_str::<File>(perlscan_rules::OVERRIDES).map(|file| file.overrides)
}

/// Corrects the records of a distribution that still read as reviewed.
pub fn apply(overrides: &[Override], entry: &mut DistEntry) {
    for known in overrides.iter().filter(|known| known.dist == entry.name.as_str()) {
        for advisory in &mut entry.advisories {
            let record = &mut advisory.record;
            let reviewed = record.id == known.id
                && record.affected == known.was_affected
                && record.fixed == known.was_fixed;
            if !reviewed {
                continue;
            }
            record.affected.clone_from(&known.affected);
            record.fixed.clone_from(&known.fixed);
            // A correction that can't be read would be worse than none; the test below holds it.
            if let Ok(matcher) = RecordMatcher::new(record) {
                advisory.matcher = matcher;
                advisory.correction = Some(format!("{} ({})", known.reason, known.link));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::advisory::store;

    #[test]
    fn every_correction_still_meets_its_record_and_can_be_read() {
        let db = store::embedded().expect("the embedded database is sound");
        for known in embedded().expect("overrides.toml is well-formed") {
            assert!(!known.reason.is_empty() && known.link.starts_with("http"), "{}", known.id);
            let mut entry =
                db.dist(&known.dist).expect("sound").expect("the distribution is known");
            apply(std::slice::from_ref(&known), &mut entry);
            let corrected = entry.advisories.iter().filter(|a| a.correction.is_some()).count();
            assert_eq!(corrected, 1, "{} meets exactly one record", known.id);
        }
    }

    #[test]
    fn a_record_that_upstream_has_mended_is_left_alone() {
        let db = store::embedded().expect("the embedded database is sound");
        let mut known = embedded().expect("well-formed").remove(0);
        known.was_fixed = vec![">=99".to_owned()];
        let mut entry = db.dist(&known.dist).expect("sound").expect("known");
        apply(&[known], &mut entry);
        assert!(entry.advisories.iter().all(|a| a.correction.is_none()));
    }
}
