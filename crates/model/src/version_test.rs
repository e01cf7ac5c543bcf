//! Against the answers of version.pm in `test-corpus/version/`; its
//! `generate.pl` says what the columns are.
#![allow(clippy::disallowed_methods, reason = "a test reads its corpus")]

use proptest::prelude::*;

use super::*;

/// The lines of a reference file, split at tabs, escapes undone.
fn reference(name: &str) -> Vec<Vec<String>> {
    let path = format!("{}/../../test-corpus/version/{name}", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(&path).expect(name);
    text.lines().map(|line| line.split('\t').map(unescape).collect()).collect()
}

fn unescape(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let Some((byte, after)) = rest.split_first() {
        rest = after;
        if *byte != b'\\' {
            bytes.push(*byte);
            continue;
        }
        let (kind, after) = rest.split_first().expect("an escape");
        rest = after;
        match kind {
            b't' => bytes.push(b'\t'),
            b'n' => bytes.push(b'\n'),
            b'r' => bytes.push(b'\r'),
            b'\\' => bytes.push(b'\\'),
            b'x' => {
                let digits = std::str::from_utf8(&rest[..2]).expect("two digits");
                bytes.push(u8::from_str_radix(digits, 16).expect("two digits"));
                rest = &rest[2..];
            }
            other => panic!("an unknown escape, {other}"),
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[test]
fn every_pair_is_in_the_order_of_version_pm() {
    let lines = reference("pairs.tsv");
    assert!(lines.len() >= 20_000);
    let mut differences = Vec::new();
    for line in &lines {
        let [a, b, expected] = line.as_slice() else { panic!("{line:?}") };
        let ours = match (PerlVersion::parse(a), PerlVersion::parse(b)) {
            (Ok(a), Ok(b)) => (a.cmp(&b) as i8).to_string(),
            other => format!("{other:?}"),
        };
        if ours != *expected {
            differences.push(format!("{line:?} ours: {ours}"));
        }
    }
    assert!(differences.is_empty(), "{}:\n{}", differences.len(), differences.join("\n"));
}

#[test]
fn every_text_has_the_integers_of_version_pm() {
    let lines = reference("normal.tsv");
    assert!(lines.len() >= 5_000);
    let mut differences = Vec::new();
    for line in &lines {
        let [text, integers, dotted, alpha, _] = line.as_slice() else { panic!("{line:?}") };
        let ours = PerlVersion::parse(text).map(|version| {
            let parts: Vec<String> = version.parts().iter().map(u32::to_string).collect();
            let integers = if parts.is_empty() { "0".to_owned() } else { parts.join(" ") };
            let flag = |set: bool| if set { "1" } else { "0" }.to_owned();
            [integers, flag(version.is_dotted()), flag(version.is_alpha())]
        });
        if ours != Ok([integers.clone(), dotted.clone(), alpha.clone()]) {
            differences.push(format!("{line:?} ours: {ours:?}"));
        }
    }
    assert!(differences.is_empty(), "{}:\n{}", differences.len(), differences.join("\n"));
}

#[test]
fn every_text_that_version_pm_refuses_is_refused() {
    let lines = reference("refused.tsv");
    assert!(lines.len() >= 900);
    let accepted: Vec<_> =
        lines.iter().filter(|line| PerlVersion::parse(&line[0]).is_ok()).collect();
    assert!(accepted.is_empty(), "{}: {accepted:?}", accepted.len());
}

/// `undef` is 0 to version.pm; here it is refused, since for a release or an
/// installed module it means "not known".
#[test]
fn nothing_is_no_version() {
    for text in ["", " ", "\t\n", "undef", " undef"] {
        assert!(PerlVersion::parse(text).is_err(), "{text:?}");
    }
}

#[test]
fn equal_versions_keep_their_texts() {
    let (decimal, dotted) = (PerlVersion::parse(" 5.008001 "), PerlVersion::parse("v5.8.1"));
    assert_eq!(decimal, dotted);
    let texts = [decimal, dotted].map(|version| version.map(|v| v.text().to_owned()));
    assert_eq!(texts, [Ok("5.008001".to_owned()), Ok("v5.8.1".to_owned())]);
    assert_eq!(PerlVersion::parse("5.008001").map(|v| v.normal()), Ok("v5.8.1".to_owned()));
    assert_eq!(PerlVersion::parse("1").map(|v| v.normal()), Ok("v1.0.0".to_owned()));
    assert_eq!(PerlVersion::from_parts(&[5, 36]).text(), "v5.36");
    assert_eq!(PerlVersion::from_parts(&[]), PerlVersion::zero());
}

fn any_version() -> impl Strategy<Value = PerlVersion> {
    "v?[0-9]{1,3}(\\.[0-9]{1,4}){0,3}(_[0-9]{1,2})?"
        .prop_filter_map("refused", |text| PerlVersion::parse(&text).ok())
}

proptest! {
    #[test]
    fn any_text_is_read_or_refused(text in "\\PC{0,20}|[v0-9._ -]{0,12}") {
        if let Ok(version) = PerlVersion::parse(&text) {
            let again = PerlVersion::parse(version.text());
            prop_assert_eq!(again.as_ref(), Ok(&version));
            prop_assert_eq!(again.map(|v| v.text().to_owned()), Ok(version.text().to_owned()));
            prop_assert_eq!(PerlVersion::parse(&version.normal()), Ok(version));
        }
    }

    #[test]
    fn the_order_is_total(a in any_version(), b in any_version(), c in any_version()) {
        prop_assert_eq!(a.cmp(&b), b.cmp(&a).reverse());
        prop_assert_eq!(a.cmp(&b).is_eq(), a == b);
        if a <= b && b <= c {
            prop_assert!(a <= c);
        }
    }
}

#[test]
fn each_refusal_says_why() {
    for (text, why) in [
        ("", VersionError::Empty),
        (" ", VersionError::Empty),
        ("x", VersionError::NonNumeric),
        ("1x", VersionError::NonNumeric),
        ("_1", VersionError::NonNumeric),
        ("1 x", VersionError::NonNumeric),
        ("-1", VersionError::Negative),
        ("v", VersionError::NoDigitAfterV),
        ("vx", VersionError::NoDigitAfterV),
        ("1_11", VersionError::AlphaWithoutDecimal),
        ("1_", VersionError::MisplacedUnderscore),
        ("1_x", VersionError::MisplacedUnderscore),
        ("1.2_", VersionError::MisplacedUnderscore),
        ("1.2_3_4", VersionError::MultipleUnderscores),
        ("v1.2_3_4", VersionError::MultipleUnderscores),
        ("1.2_3.4", VersionError::UnderscoreBeforeDecimal),
        ("1..2", VersionError::FractionMissing),
        ("1.x", VersionError::FractionMissing),
        ("1.;", VersionError::NonNumeric),
        ("1. x", VersionError::NonNumeric),
        (";", VersionError::Empty),
        ("1.2.3.", VersionError::TrailingDecimal),
    ] {
        assert_eq!(PerlVersion::parse(text).err(), Some(why), "'{text}'");
    }
}

#[test]
fn equal_versions_hash_alike_and_texts_are_kept() {
    let version = |text| PerlVersion::parse(text).expect("a version");
    let set: std::collections::HashSet<PerlVersion> =
        ["1.2", "1.20", "v1.200", "1.200_0", "1.3"].into_iter().map(version).collect();
    assert_eq!(set.len(), 2);
    let hash = |text| {
        use std::hash::{BuildHasher as _, BuildHasherDefault, DefaultHasher};
        BuildHasherDefault::<DefaultHasher>::default().hash_one(version(text))
    };
    assert_eq!(hash("1.2"), hash("v1.200"));
    assert_ne!(hash("1.2"), hash("1.3"));
    assert_eq!(format!("{0} {0:?}", version("1.20")), "1.20 1.20[1, 200]");
}

/// What perl 5.36's own version.pm gives for texts that its pure-Perl twin reads
/// otherwise (`perl -Mversion -e 'print "@{version->parse(shift)->{version}}"'`).
#[test]
fn more_than_ten_digits_are_too_large_even_when_they_are_zeros() {
    for (text, parts) in [
        ("00000000001", vec![2_147_483_647]),
        ("0000000001", vec![1]),
        ("v00000000001.2", vec![2_147_483_647]),
        ("v1.00000000001", vec![1, 1]),
        ("v1.0_0000000001", vec![1, 1]),
    ] {
        assert_eq!(PerlVersion::parse(text).expect("a version").parts(), parts, "{text}");
    }
}
