//! The versions of a CVE record as CPANSA's ranges.

use perlscan_model::range::{Bound, Interval, VersionRange};
use perlscan_model::version::PerlVersion;
use serde::Deserialize;

use crate::advisory::sources::ids::shown;

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Version {
    pub(crate) version: String,
    pub(crate) status: String,
    version_type: Option<String>,
    less_than: Option<String>,
    less_than_or_equal: Option<String>,
    #[serde(default)]
    changes: Vec<Change>,
}

#[derive(Debug, Deserialize)]
struct Change {
    at: String,
    status: String,
}

/// How many versions of one product are read: they are compared with each other.
const MOST: usize = 2000;

/// Affected and fixed ranges. The one fixed range begins where the highest
/// affected one ends; lower ends would lie within other affected ranges.
///
/// By the schema's own algorithm: the first entry that holds a version decides,
/// else `defaultStatus`. So an unaffected stretch before an affected one that
/// holds it is cut out, and one after it says nothing; the schema does not want
/// such overlaps, so the latter is refused.
///
/// # Errors
/// When something can't be said in such ranges; nothing is guessed.
pub(crate) fn ranges(
    versions: &[Version],
    default: Option<&str>,
) -> Result<(Vec<String>, Vec<String>), String> {
    if versions.len() > MOST {
        return Err(format!("there are more than {MOST} versions"));
    }
    let mut affected = VersionRange::none();
    let mut decided = VersionRange::none();
    for one in versions {
        for (span, status) in one.spans()? {
            match status {
                "affected" => affected = affected.union(&span.subtract(&decided)),
                "unaffected" if span.intersect(&affected).is_empty() => {}
                "unaffected" => {
                    return Err(format!(
                        "'{}' is called unaffected within a range that is called affected before",
                        shown(&one.version)
                    ));
                }
                other => return Err(format!("the status '{}' can't be mapped", shown(other))),
            }
            decided = decided.union(&span);
        }
    }
    if default == Some("affected") {
        affected = affected.union(&decided.complement());
    }
    let fixed = affected.intervals().last().and_then(|last| last.high.as_ref());
    let fixed = fixed.filter(|high| !high.inclusive);
    let fixed = fixed.map(|high| format!(">={}", high.version.text().trim()));
    Ok((affected.intervals().iter().map(text_of).collect(), fixed.into_iter().collect()))
}

fn text_of(interval: &Interval) -> String {
    if let Some(version) = interval.single() {
        return format!("={}", version.text().trim());
    }
    let end = |bound: &Option<Bound>, exact: &str, open: &str| {
        let bound = bound.as_ref()?;
        let operator = if bound.inclusive { exact } else { open };
        Some(format!("{operator}{}", bound.version.text().trim()))
    };
    match (end(&interval.low, ">=", ">"), end(&interval.high, "<=", "<")) {
        (Some(low), Some(high)) => format!("{low},{high}"),
        (Some(one), None) | (None, Some(one)) => one,
        (None, None) => ">=0".to_owned(),
    }
}

impl Version {
    /// What it says, as text.
    pub(super) fn text(&self) -> String {
        let mut text = format!("{} {}", self.status, self.version);
        for (operator, limit) in [("<", &self.less_than), ("<=", &self.less_than_or_equal)] {
            if let Some(limit) = limit {
                text.push_str(&format!(" {operator}{limit}"));
            }
        }
        for change in &self.changes {
            text.push_str(&format!(", {} from {}", change.status, change.at));
        }
        text
    }

    /// The stretches that it speaks of, and their status.
    fn spans(&self) -> Result<Vec<(VersionRange, &str)>, String> {
        if self.version_type.as_deref() == Some("git") {
            return Err("commits can't be mapped".to_owned());
        }
        let low = match self.version.as_str() {
            "0" | "*" => None,
            text => Some(plain(text)?),
        };
        let bound = |version, inclusive| Some(Bound { version, inclusive });
        let high = match (self.less_than.as_deref(), self.less_than_or_equal.as_deref()) {
            (Some(_), Some(_)) => {
                return Err("a range has 'lessThan' and 'lessThanOrEqual'".to_owned());
            }
            (Some("*"), None) | (None, Some("*")) => None,
            (Some(text), None) => {
                let high = plain(text)?;
                if low.as_ref().is_some_and(|low| *low >= high) {
                    return Err(format!(
                        "'{}' is not below '{}' as Perl compares versions",
                        shown(&self.version),
                        shown(text)
                    ));
                }
                bound(high, false)
            }
            (None, Some(text)) => {
                let high = plain(text)?;
                if high.text() != text {
                    return Err(format!("'up to {}' can't be mapped", shown(text)));
                }
                if low.as_ref().is_some_and(|low| *low > high) {
                    return Err(format!(
                        "'{}' is above '{}' as Perl compares versions",
                        shown(&self.version),
                        shown(text)
                    ));
                }
                bound(high, true)
            }
            (None, None) if !self.changes.is_empty() => {
                return Err("a single version has changes of status".to_owned());
            }
            (None, None) if self.version == "*" => None,
            (None, None) => {
                let version = low.unwrap_or_else(PerlVersion::zero);
                return Ok(vec![(VersionRange::exactly(version), self.status.as_str())]);
            }
        };
        let low = low.and_then(|low| bound(low, true));
        let mut changes = Vec::with_capacity(self.changes.len());
        for change in &self.changes {
            changes.push((plain(&change.at)?, change.status.as_str()));
        }
        if changes.len() > MOST {
            return Err(format!("there are more than {MOST} changes of status"));
        }
        changes.sort_by(|(a, _), (b, _)| a.cmp(b));
        let whole = Interval { low: low.clone(), high: high.clone() };
        let mut spans = Vec::with_capacity(changes.len() + 1);
        let (mut from, mut status) = (low, self.status.as_str());
        for (at, next) in changes {
            let before = Interval { low: from.take(), high: bound(at.clone(), false) };
            spans.push((whole.intersect(&before), status));
            (from, status) = (bound(at, true), next);
        }
        spans.push((whole.intersect(&Interval { low: from, high: None }), status));
        let spans = spans.into_iter().filter(|(span, _)| !span.is_empty());
        Ok(spans.map(|(span, status)| (span.into(), status)).collect())
    }
}

/// A version without `-RC1` or `-TRIAL`: a release candidate is read as the
/// version that it is a candidate of.
fn plain(text: &str) -> Result<PerlVersion, String> {
    let bare = text.split_once('-').map_or(text, |(before, suffix)| {
        let known = suffix.starts_with("RC") || suffix.starts_with("TRIAL");
        if known { before } else { text }
    });
    PerlVersion::parse(bare).map_err(|cause| format!("'{}' is no version ({cause})", shown(text)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(json: &str, default: &str) -> Result<(Vec<String>, Vec<String>), String> {
        ranges(&serde_json::from_str::<Vec<Version>>(json).unwrap(), Some(default))
    }

    #[test]
    fn ranges_are_mapped_as_the_schema_says() {
        let both = |a: &[&str], f: &[&str]| {
            Ok((
                a.iter().map(ToString::to_string).collect(),
                f.iter().map(ToString::to_string).collect(),
            ))
        };
        for (json, a, f) in [
            (
                r#"[{"version":"0","lessThanOrEqual":"0.8.4","status":"affected"}]"#,
                &["<=0.8.4"][..],
                &[][..],
            ),
            (
                r#"[{"version":"1.02","lessThan":"1.10","status":"affected"}]"#,
                &[">=1.02,<1.10"],
                &[">=1.10"],
            ),
            (r#"[{"version":"0","lessThan":"*","status":"affected"}]"#, &[">=0"], &[]),
            (r#"[{"version":"1.5","status":"affected"}]"#, &["=1.5"], &[]),
            (
                r#"[{"version":"5.9.4","lessThan":"5.40.4-RC1","status":"affected"},{"version":"5.41.0","lessThan":"5.42.2-RC1","status":"affected"}]"#,
                &[">=5.9.4,<5.40.4", ">=5.41.0,<5.42.2"],
                &[">=5.42.2"],
            ),
            (
                r#"[{"version":"1","lessThan":"*","status":"affected","changes":[{"at":"2","status":"unaffected"}]}]"#,
                &[">=1,<2"],
                &[">=2"],
            ),
        ] {
            assert_eq!(of(json, "unaffected"), both(a, f), "{json}");
        }
        // As Perl reads them, 1.2 is 1.200 and above 1.10.
        assert!(
            of(r#"[{"version":"1.2","lessThan":"1.10","status":"affected"}]"#, "unaffected")
                .is_err()
        );
        assert!(of(r#"[{"version":"1 or so","status":"affected"}]"#, "unaffected").is_err());
        assert!(of(r#"[{"version":"1","status":"affected","versionType":"git"}]"#, "").is_err());
    }

    /// By hand, with the schema's algorithm: the first entry that holds decides.
    #[test]
    fn what_is_unaffected_is_cut_out_or_told() {
        for (json, default, expected) in [
            (r#"[{"version":"1","status":"unaffected"}]"#, "affected", "<1 or >1"),
            (r#"[]"#, "affected", ">=0"),
            (
                r#"[{"version":"2","status":"unaffected"},{"version":"0","lessThan":"3","status":"affected"}]"#,
                "unaffected",
                "<2 or >2,<3 fixed >=3",
            ),
            (
                r#"[{"version":"0","lessThan":"1","status":"affected"},{"version":"1","lessThan":"*","status":"unaffected"}]"#,
                "unaffected",
                "<1 fixed >=1",
            ),
            (
                r#"[{"version":"1","lessThan":"9","status":"affected","changes":[{"at":"2","status":"unaffected"},{"at":"4","status":"affected"}]}]"#,
                "unaffected",
                ">=1,<2 or >=4,<9 fixed >=9",
            ),
        ] {
            let (affected, fixed) = of(json, default).unwrap();
            let mut said = affected.join(" or ");
            if let [fixed] = fixed.as_slice() {
                said.push_str(&format!(" fixed {fixed}"));
            }
            assert_eq!(said, expected, "{json}");
        }
        let within = r#"[{"version":"0","lessThan":"3","status":"affected"},{"version":"2","status":"unaffected"}]"#;
        assert!(of(within, "unaffected").unwrap_err().contains("'2'"));
    }
}
