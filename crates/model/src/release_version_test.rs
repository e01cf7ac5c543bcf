//! Against the readings by hand in `test-corpus/verdicts/refused-releases.tsv`.
#![allow(clippy::disallowed_methods, reason = "a test reads its corpus")]

use proptest::prelude::*;

use super::*;

#[test]
fn every_release_that_version_pm_refuses_is_read_as_by_hand() {
    let path =
        concat!(env!("CARGO_MANIFEST_DIR"), "/../../test-corpus/verdicts/refused-releases.tsv");
    let table = std::fs::read_to_string(path).expect("the table");
    let lines: Vec<&str> = table.lines().filter(|line| !line.starts_with('#')).collect();
    assert_eq!(lines.len(), 96);
    for line in lines {
        let columns: Vec<&str> = line.split('\t').collect();
        let [_, text, reading, _] = columns.as_slice() else { panic!("{line}") };
        let expected = ReleaseVersion {
            version: PerlVersion::parse(reading).expect("a version"),
            text: (*text).into(),
            exact: false,
        };
        assert_eq!(ReleaseVersion::read(text), Some(expected), "{line}");
    }
}

#[test]
fn nothing_to_tell() {
    for text in ["", "undef", "0", " 0 ", "TRIAL", "v", "_", "-1"] {
        assert_eq!(ReleaseVersion::read(text), None, "{text}");
    }
}

#[test]
fn stable_means_for_everybody() {
    let stable = |text| ReleaseVersion::read(text).is_some_and(|v| v.is_stable());
    assert!(stable("1.02"));
    assert!(stable("v1.2.3"));
    assert!(!stable("1.02_03"));
    assert!(!stable("2.00-TRIAL"));
    assert!(!stable("2.00a01"));
}

#[test]
fn the_longest_prefix_that_is_a_version() {
    for (text, reading) in [
        ("1_11", "1.11"),
        ("3.02_", "3.02"),
        ("v804.024.", "v804.024"),
        ("1.23-RT4711", "1.23"),
        ("1.23.local1", "1.23"),
        ("1.2.3-1", "1.2.3"),
        ("2.0pre2", "2.0"),
        ("v1.9.99_12.0", "v1.9.99_12"),
        ("1.2_3_4", "1.2"),
        ("1..2", "1."),
    ] {
        let expected = PerlVersion::parse(reading).ok();
        let read = ReleaseVersion::read(text);
        assert_eq!(read.as_ref().map(|r| &r.version), expected.as_ref(), "{text}");
        assert_eq!(read.map(|r| r.exact), Some(false), "{text}");
    }
}

proptest! {
    #[test]
    fn any_text_is_read_or_not(text in "\\PC{0,20}|[v0-9._-]{0,12}") {
        let read = ReleaseVersion::read(&text);
        if let Some(release) = &read {
            prop_assert_eq!(&*release.text, text.trim());
            prop_assert_eq!(release.exact, PerlVersion::parse(&text).is_ok());
        }
    }
}
