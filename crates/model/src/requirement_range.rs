//! Requirement ranges, exactly as CPAN::Meta::Requirements reads them.
//!
//! The real module keeps a minimum, a maximum, exclusions, or one exact
//! version, and refuses what contradicts. The order of the parts matters to
//! what it refuses (`<0,>=0` passes, `>=0,<0` does not), so the same state is
//! kept here, and a plain [`VersionRange`] comes out at the end.

use crate::range::{Bound, Interval, VersionRange};
use crate::version::{PerlVersion, VersionError};

/// The requirements of one module, gathered part by part.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RequirementRange {
    exact: Option<PerlVersion>,
    minimum: Option<PerlVersion>,
    maximum: Option<PerlVersion>,
    exclusions: Vec<PerlVersion>,
}

/// Why CPAN::Meta::Requirements refuses a requirement.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RequirementError {
    /// A part is no version.
    #[error("can't read '{text}' as a version: {cause}")]
    Version {
        /// The part that was refused.
        text: String,
        /// What version.pm says.
        cause: VersionError,
    },
    /// A part is a version to version.pm, but one that it warns of: a blank
    /// after it, or an integer above 2147483647.
    #[error("can't read '{0}' as a version: a blank after it or too large an integer")]
    Doubtful(String),
    /// The parts exclude each other.
    #[error("no version can satisfy it: {0}")]
    Contradiction(String),
}

impl RequirementRange {
    /// Reads one requirement string: `1.2`, `>= 1.2, < 2, != 1.5`, `== 3`.
    ///
    /// # Errors
    /// What the real module dies of.
    pub fn parse(text: &str) -> Result<Self, RequirementError> {
        let mut range = Self::default();
        range.add(text)?;
        Ok(range)
    }

    /// Adds one requirement string, as `add_string_requirement` does. When it
    /// is refused, the parts before the refused one stay added, as there.
    ///
    /// # Errors
    /// What the real module dies of.
    pub fn add(&mut self, text: &str) -> Result<(), RequirementError> {
        let text = if text.is_empty() { "0" } else { text };
        if !text.contains(',') {
            return self.add_part(text);
        }
        let mut parts: Vec<&str> = text.split(',').collect();
        // perl's split drops empty fields at the end, and blanks around the comma.
        for i in 0..parts.len() {
            if let Some(part) = parts.get_mut(i) {
                let mut trimmed = *part;
                if i > 0 {
                    trimmed = trimmed.trim_start_matches(is_blank);
                }
                *part = trimmed;
            }
        }
        let count = parts.len();
        for (i, part) in parts.iter_mut().enumerate() {
            if i + 1 < count {
                *part = part.trim_end_matches(is_blank);
            }
        }
        while parts.last().is_some_and(|part| part.is_empty()) {
            parts.pop();
        }
        for part in parts {
            self.add_part(part)?;
        }
        Ok(())
    }

    fn add_part(&mut self, part: &str) -> Result<(), RequirementError> {
        let trimmed = part.trim_start_matches(is_blank);
        let operator = ["==", ">=", ">", "<=", "<", "!="]
            .into_iter()
            .find(|operator| trimmed.starts_with(operator));
        let Some(operator) = operator else {
            return self.add_minimum(part);
        };
        let text = trimmed.get(operator.len()..).unwrap_or_default().trim_start_matches(is_blank);
        match operator {
            "==" => self.with_exact(version(text)?),
            "!=" => self.with_exclusion(version(text)?),
            ">=" => self.add_minimum(text),
            "<=" => self.with_maximum(version(text)?),
            ">" => {
                self.add_minimum(text)?;
                self.with_exclusion(version(text)?)
            }
            _ => {
                self.with_maximum(version(text)?)?;
                self.with_exclusion(version(text)?)
            }
        }
    }

    /// The text `0` is "any" and never narrows what is there already.
    fn add_minimum(&mut self, text: &str) -> Result<(), RequirementError> {
        if text == "0" {
            if *self == Self::default() {
                self.minimum = Some(PerlVersion::zero());
            }
            return Ok(());
        }
        self.with_minimum(version(text)?)
    }

    fn with_minimum(&mut self, minimum: PerlVersion) -> Result<(), RequirementError> {
        if let Some(exact) = &self.exact {
            if *exact >= minimum {
                return Ok(());
            }
            return contradiction(format!("minimum {minimum} exceeds exact specification {exact}"));
        }
        if self.minimum.as_ref().is_none_or(|old| *old < minimum) {
            self.minimum = Some(minimum);
        }
        self.simplify()
    }

    fn with_maximum(&mut self, maximum: PerlVersion) -> Result<(), RequirementError> {
        if let Some(exact) = &self.exact {
            if *exact <= maximum {
                return Ok(());
            }
            return contradiction(format!("maximum {maximum} below exact specification {exact}"));
        }
        if self.maximum.as_ref().is_none_or(|old| maximum < *old) {
            self.maximum = Some(maximum);
        }
        self.simplify()
    }

    fn with_exclusion(&mut self, exclusion: PerlVersion) -> Result<(), RequirementError> {
        if let Some(exact) = &self.exact {
            if exclusion != *exact {
                return Ok(());
            }
            return contradiction(format!("{exact} is both required and excluded"));
        }
        self.exclusions.push(exclusion);
        self.simplify()
    }

    fn with_exact(&mut self, version: PerlVersion) -> Result<(), RequirementError> {
        if let Some(exact) = &self.exact {
            if *exact == version {
                return Ok(());
            }
            return contradiction(format!("it can't be exactly {version} and exactly {exact}"));
        }
        if !self.accepts(&version) {
            return contradiction(format!("exactly {version} is outside of the rest"));
        }
        *self = Self { exact: Some(version), ..Self::default() };
        Ok(())
    }

    fn simplify(&mut self) -> Result<(), RequirementError> {
        if let (Some(minimum), Some(maximum)) = (&self.minimum, &self.maximum) {
            if minimum == maximum {
                if self.exclusions.contains(minimum) {
                    return contradiction(format!(
                        "minimum and maximum are both {minimum}, which is excluded"
                    ));
                }
                let exact = Some(minimum.clone());
                *self = Self { exact, ..Self::default() };
                return Ok(());
            }
            if minimum > maximum {
                return contradiction(format!("minimum {minimum} exceeds maximum {maximum}"));
            }
        }
        Ok(())
    }

    /// Whether a version satisfies the requirement.
    pub fn accepts(&self, version: &PerlVersion) -> bool {
        if let Some(exact) = &self.exact {
            return exact == version;
        }
        self.minimum.as_ref().is_none_or(|minimum| version >= minimum)
            && self.maximum.as_ref().is_none_or(|maximum| version <= maximum)
            && !self.exclusions.contains(version)
    }

    /// The set of versions that satisfy the requirement.
    pub fn to_range(&self) -> VersionRange {
        if let Some(exact) = &self.exact {
            return VersionRange::exactly(exact.clone());
        }
        let bound = |version: &PerlVersion| Bound { version: version.clone(), inclusive: true };
        let whole = Interval {
            low: self.minimum.as_ref().map(bound),
            high: self.maximum.as_ref().map(bound),
        };
        let whole = VersionRange::from(whole);
        if self.exclusions.is_empty() {
            return whole;
        }
        whole.subtract(&self.exclusions.iter().cloned().map(Interval::exactly).collect())
    }
}

/// `_version_object`, which makes an error of each warning. The word `undef` is
/// 0 to version.pm.
fn version(text: &str) -> Result<PerlVersion, RequirementError> {
    if text.trim_start_matches(is_blank) == "undef" {
        return Ok(PerlVersion::zero());
    }
    let version = PerlVersion::parse(text)
        .map_err(|cause| RequirementError::Version { text: text.to_owned(), cause })?;
    if version.overflows() || text.ends_with(is_blank) {
        return Err(RequirementError::Doubtful(text.to_owned()));
    }
    Ok(version)
}

fn contradiction(why: String) -> Result<(), RequirementError> {
    Err(RequirementError::Contradiction(why))
}

/// Perl's `\s` on ASCII.
fn is_blank(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\n' | '\r' | '\x0b' | '\x0c')
}

#[cfg(test)]
#[path = "requirement_range_test.rs"]
mod tests;
