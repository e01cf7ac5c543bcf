//! The Markdown and the summary of hand-made differences.

use std::path::Path;

use perlscan_model::facts::FactSet;

use super::*;
use crate::advisory::diff::diff;
use crate::advisory::named::{Named, Whole};
use crate::advisory::sources::cpansa_feed;

fn side(advisories: &str) -> Whole {
    let feed = format!(
        r#"{{"meta":{{"commit":"","repo":"","epoch":0}},"module2dist":{{}},"dists":{{
           "A":{{"versions":[{{"version":"1.0","date":""}}],"advisories":[{advisories}]}}}}}}"#
    );
    let source = cpansa_feed::parse(feed.as_bytes(), Path::new("feed.json")).expect("a feed");
    Named::Source(Box::new(source)).into_whole(&FactSet::default())
}

fn record(id: &str, affected: &str) -> String {
    format!(r#"{{"id":"{id}","affected_versions":["{affected}"],"fixed_versions":[]}}"#)
}

#[test]
fn the_summary_counts() {
    let (old, new) = ([record("B", "<1"), record("C", "<1")].join(","), record("B", "<2"));
    assert_eq!(
        summary(&diff(side(&old), side(&new), true)),
        "1 advisory changed, 1 advisory removed, 1 known release changes its verdict"
    );
    assert_eq!(summary(&diff(side(&old), side(&old), false)), "no differences");
}

/// Outside of code spans nothing of hostile data may stand.
#[test]
fn hostile_texts_stay_in_code_spans() {
    let hostile =
        "`` ` @team #123 <script>alert(1)</script> [x](https://a.example) ```\\n\\n# H\\n- @b";
    // An id that could be a way to somewhere else is refused before.
    let id = "`` ` @team #123 <script>alert(1) [x](https:a.example) ``` # H @b";
    let fact = format!(
        r#"{{"id":"{id}","affected_versions":["<1.1"],"fixed_versions":[],
            "cves":["CVE-2020-0001","CVE-2020-1) @x","CVE-2020-00012"],"reported":"{hostile}",
            "description":"{hostile}","references":["https://a.example/@you"]}}"#
    );
    let found = diff(side(""), side(&fact), true);
    let mut out = Vec::new();
    write_markdown(&found, ["`a` @old", "b\n# new"], &mut out).expect("memory takes it");
    let text = String::from_utf8(out).expect("UTF-8");
    let outside = outside_code(&text);
    for bad in ["@", "#1", "<s", "a.example", "\n# H", "\n# new", "`"] {
        assert!(!outside.contains(bad), "{bad}: {outside}");
    }
    for link in ["[CVE-2020-0001](https://www.cve.org/", "[CVE-2020-00012]("] {
        assert!(outside.contains(link), "{outside}");
    }
}

/// The text without its code spans, as CommonMark section 6.1 pairs backticks:
/// a run is closed by the next run of the same length.
fn outside_code(text: &str) -> String {
    let (mut outside, mut rest) = (String::new(), text);
    while let Some(start) = rest.find('`') {
        outside.push_str(&rest[..start]);
        let run = rest[start..].len() - rest[start..].trim_start_matches('`').len();
        let inside = &rest[start + run..];
        let mut at = 0;
        let end = loop {
            let Some(next) = inside[at..].find('`').map(|next| at + next) else { break None };
            let length = inside[next..].len() - inside[next..].trim_start_matches('`').len();
            if length == run {
                break Some(next);
            }
            at = next + length;
        };
        match end {
            // A code span does not reach over the end of a block.
            Some(end) if !inside[..end].contains('\n') => rest = &inside[end + run..],
            _ => {
                outside.push_str(&rest[start..start + run]);
                rest = inside;
            }
        }
    }
    outside.push_str(rest);
    outside
}

#[test]
fn a_long_list_is_cut_and_counted() {
    let records: Vec<String> = (0..5000).map(|n| record(&format!("CPANSA-A-{n}"), "<1")).collect();
    let found = diff(side(""), side(&records.join(",")), false);
    let mut out = Vec::new();
    write_markdown(&found, ["a", "b"], &mut out).expect("memory takes it");
    let text = String::from_utf8(out).expect("UTF-8");
    assert!(text.len() < 65_536);
    let shown = text.matches("CPANSA-A-").count();
    assert!(shown > 100);
    let more = text.split("- and ").nth(1).and_then(|rest| rest.split(' ').next());
    let more: usize = more.expect("a count").replace(',', "").parse().expect("a number");
    assert_eq!(shown + more, 5000);
}
