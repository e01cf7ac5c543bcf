use proptest::prelude::*;

use super::*;

fn v(text: &str) -> PerlVersion {
    PerlVersion::parse(text).expect("a version")
}

fn bound(text: &str, inclusive: bool) -> Option<Bound> {
    Some(Bound { version: v(text), inclusive })
}

fn range(low: Option<Bound>, high: Option<Bound>) -> VersionRange {
    Interval { low, high }.into()
}

/// Few versions, so that ends meet often: every sequence of up to three parts
/// below 3.
fn versions() -> Vec<PerlVersion> {
    let mut all = Vec::new();
    for a in 0..3 {
        for b in 0..3 {
            for c in 0..3 {
                all.push(PerlVersion::from_parts(&[a, b, c]));
            }
        }
    }
    all
}

/// The versions at and right between all ends that [`any_range`] makes.
fn probes() -> Vec<PerlVersion> {
    let between = |version: &PerlVersion| {
        let mut parts = version.parts().to_vec();
        parts.resize(4, 0);
        parts.push(1);
        PerlVersion::from_parts(&parts)
    };
    versions().iter().flat_map(|version| [version.clone(), between(version)]).collect()
}

fn any_bound() -> impl Strategy<Value = Option<Bound>> {
    let bound = (proptest::sample::select(versions()), any::<bool>())
        .prop_map(|(version, inclusive)| Bound { version, inclusive });
    proptest::option::weighted(0.8, bound)
}

fn any_range() -> impl Strategy<Value = VersionRange> {
    let interval = (any_bound(), any_bound()).prop_map(|(low, high)| Interval { low, high });
    proptest::collection::vec(interval, 0..5).prop_map(|intervals| {
        intervals
            .into_iter()
            .fold(VersionRange::none(), |range, interval| range.union(&interval.into()))
    })
}

/// Disjoint, ascending, with a gap between any two, none empty.
fn is_normal(range: &VersionRange) -> bool {
    range.intervals().iter().all(|interval| {
        !interval.is_empty()
            && !interval.low.as_ref().is_some_and(|low| low.inclusive && low.version.is_zero())
    }) && range.intervals().windows(2).all(|pair| match pair {
        [a, b] => match (&a.high, &b.low) {
            (Some(high), Some(low)) => {
                high.version < low.version
                    || (high.version == low.version && !high.inclusive && !low.inclusive)
            }
            _ => false,
        },
        _ => true,
    })
}

proptest! {
    #[test]
    fn operations_agree_with_membership(a in any_range(), b in any_range()) {
        let (both, either, only_a, not_a) =
            (a.intersect(&b), a.union(&b), a.subtract(&b), a.complement());
        for version in probes() {
            let (in_a, in_b) = (a.contains(&version), b.contains(&version));
            prop_assert_eq!(both.contains(&version), in_a && in_b, "{} in both", version);
            prop_assert_eq!(either.contains(&version), in_a || in_b, "{} in either", version);
            prop_assert_eq!(only_a.contains(&version), in_a && !in_b, "{} in a only", version);
            prop_assert_eq!(not_a.contains(&version), !in_a, "{} not in a", version);
        }
        for result in [&a, &both, &either, &only_a, &not_a] {
            prop_assert!(is_normal(result), "{:?}", result);
        }
    }

    #[test]
    fn one_set_has_one_form(a in any_range(), b in any_range()) {
        let same = probes().iter().all(|version| a.contains(version) == b.contains(version));
        prop_assert_eq!(a == b, same);
        prop_assert_eq!(a.is_empty(), probes().iter().all(|version| !a.contains(version)));
        prop_assert_eq!(a.is_any(), probes().iter().all(|version| a.contains(version)));
        prop_assert_eq!(&a.complement().complement(), &a);
        prop_assert_eq!(&a.union(&a), &a);
        prop_assert_eq!(&a.intersect(&VersionRange::any()), &a);
        prop_assert!(a.subtract(&a).is_empty());
        prop_assert_eq!(a.union(&b), b.union(&a));
        prop_assert_eq!(a.intersect(&b), b.intersect(&a));
        prop_assert_eq!(a.intersect(&b).complement(), a.complement().union(&b.complement()));
    }

    #[test]
    fn questions_about_the_whole_set(a in any_range()) {
        let far = PerlVersion::from_parts(&[u32::MAX]);
        prop_assert_eq!(a.is_open_above(), a.contains(&far));
        let inside: Vec<_> = probes().into_iter().filter(|version| a.contains(version)).collect();
        let pin = inside.first().filter(|only| inside.len() == 1 && versions().contains(only));
        prop_assert_eq!(a.pinned(), pin);
    }
}

#[test]
fn nothing_is_below_zero() {
    assert!(range(None, bound("0", false)).is_empty());
    assert!(range(bound("0", true), bound("0", false)).is_empty());
    assert!(!range(None, bound("0", true)).is_empty());
    assert!(range(bound("0", true), None).is_any());
    assert!(!range(bound("0", false), None).is_any());
    assert_eq!(VersionRange::at_least(v("0.0")), VersionRange::any());
}

#[test]
fn zero_alone_is_one_version_however_it_is_written() {
    let zero = VersionRange::exactly(v("0"));
    assert_eq!(range(None, bound("0", true)), zero);
    assert_eq!(zero.intersect(&VersionRange::any()), zero);
    assert_eq!(zero.pinned(), Some(&v("0")));
    assert_eq!(zero.complement(), range(bound("0", false), None));
    assert_eq!(zero.to_string(), "==0");
}

#[test]
fn intervals_that_touch_are_one() {
    let below = range(None, bound("1.2", false));
    let from = range(bound("1.2", true), None);
    let above = range(bound("1.200", false), None);
    assert!(below.union(&from).is_any());
    assert_eq!(below.union(&above), VersionRange::all_but(v("1.2")));
    assert_eq!(below.union(&above).intervals().len(), 2);
    assert!(below.union(&above).union(&VersionRange::exactly(v("1.2"))).is_any());
    assert!(range(bound("1.2", true), bound("1.2", false)).is_empty());
    assert!(range(bound("1.3", true), bound("1.2", true)).is_empty());
    assert_eq!(range(bound("1.2", true), bound("1.2", true)).pinned(), Some(&v("1.2")));
}

#[test]
fn between_two_versions_there_is_always_another() {
    let gap = range(bound("1.2", false), bound("1.200001", false));
    assert!(!gap.is_empty());
    assert!(gap.contains(&v("v1.200.0.1")));
}

#[test]
fn texts() {
    let two = range(bound("1.2", true), bound("2", false)).union(&VersionRange::exactly(v("3")));
    assert_eq!(two.to_string(), ">=1.2,<2 || ==3");
    assert_eq!(two.to_vers(), "vers:cpan/>=1.2|<2|3");
    assert_eq!(VersionRange::any().to_string(), "any");
    assert_eq!(VersionRange::none().to_string(), "none");
    assert_eq!(VersionRange::any().to_vers(), "vers:cpan/*");
    assert_eq!(range(bound("1", false), None).to_string(), ">1");
    assert_eq!(range(None, bound("1", true)).to_string(), "<=1");
}
