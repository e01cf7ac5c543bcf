//! Sets of versions as the events of OSV ranges.
//!
//! `introduced` is inclusive, `fixed` is exclusive, `last_affected` inclusive:
//! every interval of ours but one that begins above a version (`>1.0`) is said
//! exactly. For that one, `introduced` names the first known release above.

use perlscan_model::range::{Interval, VersionRange};
use perlscan_model::release_version::ReleaseVersion;
use serde_json::{Value, json};

/// Ranges of events, and what they can't say.
#[derive(Debug, Default)]
pub(super) struct Events {
    /// OSV's `ranges`: one a interval, since `fixed` and `last_affected` may not
    /// stand together.
    pub(super) ranges: Vec<Value>,
    /// Why the events are not exact; empty where they are.
    pub(super) inexact: Vec<String>,
}

/// The events of a set. `known` are the known releases, ascending.
pub(super) fn events(set: &VersionRange, known: &[ReleaseVersion]) -> Events {
    let mut said = Events::default();
    for interval in set.intervals() {
        let Some(begin) = begin(interval, known, &mut said.inexact) else { continue };
        let mut events = vec![json!({ "introduced": begin })];
        if let Some(high) = &interval.high {
            let key = if high.inclusive { "last_affected" } else { "fixed" };
            events.push(json!({ key: high.version.text().trim() }));
        }
        said.ranges.push(json!({ "type": "ECOSYSTEM", "events": events }));
    }
    said
}

fn begin(
    interval: &Interval,
    known: &[ReleaseVersion],
    inexact: &mut Vec<String>,
) -> Option<String> {
    let Some(low) = &interval.low else { return Some("0".to_owned()) };
    let text = low.version.text().trim();
    if low.inclusive {
        return Some(text.to_owned());
    }
    let first = known.iter().find(|release| interval.contains(&release.version));
    inexact.push(match first {
        Some(first) => format!(
            "events can't say '>{text}': introduced names {}, the first known release above",
            first.text
        ),
        None => format!("events can't say '>{text}', and no known release is above"),
    });
    match first {
        Some(first) => Some(first.version.text().trim().to_owned()),
        // Rather a warning too much, but never of a release that is known to be safe.
        None if known.iter().all(|release| release.version != low.version) => Some(text.to_owned()),
        None => None,
    }
}
