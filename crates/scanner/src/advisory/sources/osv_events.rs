//! OSV's events and versions as CPANSA's ranges.
//!
//! By the schema's section "Evaluation": a version is affected when it is among
//! `versions`, or when the last event at or below it, of any of the ranges, is
//! an `introduced`. Versions are compared as Perl compares them.

use perlscan_model::version::PerlVersion;
use serde::Deserialize;

use crate::advisory::sources::ids::shown;

/// One of `affected[].ranges`.
#[derive(Debug, Deserialize)]
pub(super) struct Range {
    #[serde(rename = "type")]
    kind: String,
    #[serde(default)]
    events: Vec<Event>,
}

/// One of a range's `events`; it has one key.
#[derive(Debug, Deserialize)]
struct Event {
    introduced: Option<String>,
    fixed: Option<String>,
    last_affected: Option<String>,
    limit: Option<String>,
}

/// What an `affected` entry says.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Said {
    pub(super) affected: Vec<String>,
    pub(super) fixed: Vec<String>,
    /// Versions that are none; they are left out.
    pub(super) unreadable: Vec<String>,
}

/// From `low`, inclusive, to `high`.
#[derive(Debug)]
struct Span {
    low: Option<PerlVersion>,
    high: Option<High>,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct High {
    version: PerlVersion,
    inclusive: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Introduced,
    Fixed,
    LastAffected,
}

/// Affected and fixed ranges. The one fixed range begins where the highest
/// affected one ends; lower ends would lie within other affected ranges.
///
/// # Errors
/// When a range can't be said in CPANSA's ranges; nothing is guessed.
pub(super) fn ranges(ranges: &[Range], versions: &[String]) -> Result<Said, String> {
    let mut spans = Vec::new();
    // Commits say nothing of releases; what does stands beside them.
    for range in ranges.iter().filter(|range| range.kind != "GIT") {
        if range.kind != "ECOSYSTEM" && range.kind != "SEMVER" {
            return Err(format!("a range of the type '{}' can't be read", shown(&range.kind)));
        }
        spans_of(&range.events, &mut spans)?;
    }
    let mut said = Said::default();
    spans.sort_by(|a, b| a.low.cmp(&b.low));
    // The highest end of all that begin at or below a place: `None` is open.
    let mut highest: Vec<Option<High>> = Vec::with_capacity(spans.len());
    for span in &spans {
        let high = match (highest.last(), &span.high) {
            (Some(None), _) | (_, None) => None,
            (Some(Some(before)), Some(high)) => Some(before.max(high).clone()),
            (None, Some(high)) => Some(high.clone()),
        };
        highest.push(high);
        said.affected.push(text_of(span));
    }
    for text in versions {
        let Ok(version) = PerlVersion::parse(text) else {
            said.unreadable.push(text.clone());
            continue;
        };
        let begun =
            spans.partition_point(|span| span.low.as_ref().is_none_or(|low| *low <= version));
        let within = begun.checked_sub(1).and_then(|last| highest.get(last)).is_some_and(|high| {
            high.as_ref().is_none_or(|high| {
                version < high.version || (high.inclusive && version == high.version)
            })
        });
        if !within {
            said.affected.push(format!("={}", version.text().trim()));
        }
    }
    // A version that is listed may lie above all ends; then no fix is known.
    if let Some(Some(High { version, inclusive: false })) = highest.last()
        && versions
            .iter()
            .filter_map(|text| PerlVersion::parse(text).ok())
            .all(|listed| listed < *version)
    {
        said.fixed.push(format!(">={}", version.text().trim()));
    }
    Ok(said)
}

/// Walks the events of one range.
fn spans_of(events: &[Event], spans: &mut Vec<Span>) -> Result<(), String> {
    let mut walk: Vec<(Option<PerlVersion>, Kind)> = Vec::with_capacity(events.len());
    for event in events {
        let (text, kind) = match event {
            Event { limit: Some(limit), .. } if limit != "*" => {
                return Err(format!("the limit '{}' can't be mapped", shown(limit)));
            }
            Event { introduced: Some(text), fixed: None, last_affected: None, .. } => {
                (text, Kind::Introduced)
            }
            Event { introduced: None, fixed: Some(text), last_affected: None, .. } => {
                (text, Kind::Fixed)
            }
            Event { introduced: None, fixed: None, last_affected: Some(text), .. } => {
                (text, Kind::LastAffected)
            }
            Event { limit: Some(_), introduced: None, fixed: None, last_affected: None } => {
                continue;
            }
            _ => return Err("an event has none or several of its keys".to_owned()),
        };
        let version = match (text.as_str(), kind) {
            ("0", Kind::Introduced) => None,
            _ => Some(
                PerlVersion::parse(text)
                    .map_err(|cause| format!("'{}' is no version ({cause})", shown(text)))?,
            ),
        };
        walk.push((version, kind));
    }
    if !walk.iter().any(|(_, kind)| *kind == Kind::Introduced) {
        return Err("a range has no event 'introduced'".to_owned());
    }
    // Stable: events of one version act in the order in which they stand.
    walk.sort_by(|(a, _), (b, _)| a.cmp(b));
    let mut open: Option<Option<PerlVersion>> = None;
    for (version, kind) in walk {
        match (kind, version) {
            (Kind::Introduced, version) => {
                open.get_or_insert(version);
            }
            (_, None) => {}
            (kind, Some(version)) => {
                let Some(low) = open.take() else { continue };
                let inclusive = kind == Kind::LastAffected;
                // CPANSA's reading of an empty range would be everything.
                if inclusive || low.as_ref() != Some(&version) {
                    spans.push(Span { low, high: Some(High { version, inclusive }) });
                }
            }
        }
    }
    if let Some(low) = open {
        spans.push(Span { low, high: None });
    }
    Ok(())
}

fn text_of(span: &Span) -> String {
    let low = span.low.as_ref().map(|low| format!(">={}", low.text().trim()));
    let high = span.high.as_ref().map(|high| {
        format!("{}{}", if high.inclusive { "<=" } else { "<" }, high.version.text().trim())
    });
    match (low, high) {
        (Some(low), Some(high)) => format!("{low},{high}"),
        (Some(one), None) | (None, Some(one)) => one,
        (None, None) => ">=0".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(events: &str, versions: &[&str]) -> Result<(Vec<String>, Vec<String>), String> {
        let json = format!(r#"[{{"type":"ECOSYSTEM","events":{events}}}]"#);
        let read: Vec<Range> = serde_json::from_str(&json).unwrap();
        let versions: Vec<String> = versions.iter().map(ToString::to_string).collect();
        ranges(&read, &versions).map(|said| (said.affected, said.fixed))
    }

    /// Evaluated by hand as the schema says.
    #[test]
    fn events_become_ranges() {
        for (events, versions, affected, fixed) in [
            (r#"[{"introduced":"0"},{"fixed":"1.10"}]"#, &[][..], &["<1.10"][..], &[">=1.10"][..]),
            (r#"[{"introduced":"0"}]"#, &["7"], &[">=0"], &[]),
            (
                r#"[{"introduced":"1.2"},{"last_affected":"1.5"}]"#,
                &["1.3", "1.5", "1.6", "0.1"],
                &[">=1.2,<=1.5", "=1.6", "=0.1"],
                &[],
            ),
            // Two stretches, and not in order.
            (
                r#"[{"fixed":"2"},{"introduced":"3"},{"introduced":"1"},{"fixed":"4"}]"#,
                &[],
                &[">=1,<2", ">=3,<4"],
                &[">=4"],
            ),
            // A second beginning within a stretch begins nothing.
            (
                r#"[{"introduced":"1"},{"introduced":"2"},{"fixed":"3"}]"#,
                &[],
                &[">=1,<3"],
                &[">=3"],
            ),
            // Mended and broken again by one release.
            (
                r#"[{"introduced":"1"},{"fixed":"2"},{"introduced":"2"},{"fixed":"3"}]"#,
                &[],
                &[">=1,<2", ">=2,<3"],
                &[">=3"],
            ),
            // An empty stretch is nothing, not everything.
            (
                r#"[{"introduced":"1"},{"fixed":"1"},{"introduced":"5"},{"last_affected":"5"}]"#,
                &[],
                &[">=5,<=5"],
                &[],
            ),
            // As Perl reads them, 1.2 is 1.200 and above 1.10: the end comes first.
            (r#"[{"introduced":"1.2"},{"fixed":"1.10"}]"#, &[], &[">=1.2"], &[]),
            // What is listed lies above the end.
            (r#"[{"introduced":"0"},{"fixed":"2"}]"#, &["3"], &["<2", "=3"], &[]),
        ] {
            let owned = |list: &[&str]| list.iter().map(ToString::to_string).collect::<Vec<_>>();
            assert_eq!(of(events, versions), Ok((owned(affected), owned(fixed))), "{events}");
        }
        for wrong in [
            r#"[{"fixed":"1"}]"#,
            r#"[{"introduced":"one"}]"#,
            r#"[{"introduced":"1","fixed":"2"}]"#,
            r#"[{}]"#,
            r#"[{"introduced":"1"},{"limit":"2"}]"#,
        ] {
            assert!(of(wrong, &[]).is_err(), "{wrong}");
        }
    }
}
