//! Any two texts as requirements: no panic, the set of versions agrees with the
//! requirement, and the operations on sets agree with membership.
#![no_main]

use libfuzzer_sys::fuzz_target;
use perlscan_model::requirement_range::RequirementRange;
use perlscan_model::version::PerlVersion;

fuzz_target!(|text: &str| {
    let requirements: Vec<RequirementRange> = text
        .splitn(2, '\n')
        .filter_map(|text| RequirementRange::parse(text).ok())
        .collect();
    let [a, b] = requirements.as_slice() else { return };
    let (range_a, range_b) = (a.to_range(), b.to_range());
    // The versions in the texts, and those right above them.
    let words = text.split(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '.' | '_')));
    let mut versions = vec![PerlVersion::zero()];
    for version in words.filter_map(|word| PerlVersion::parse(word).ok()) {
        let mut above = version.parts().to_vec();
        above.resize(above.len() + 3, 0);
        above.push(1);
        versions.push(PerlVersion::from_parts(&above));
        versions.push(version);
    }
    let (both, either) = (range_a.intersect(&range_b), range_a.union(&range_b));
    let (only_a, not_a) = (range_a.subtract(&range_b), range_a.complement());
    assert_eq!(not_a.complement(), range_a);
    for version in &versions {
        let (in_a, in_b) = (a.accepts(version), b.accepts(version));
        assert_eq!(range_a.contains(version), in_a);
        assert_eq!(range_b.contains(version), in_b);
        assert_eq!(both.contains(version), in_a && in_b);
        assert_eq!(either.contains(version), in_a || in_b);
        assert_eq!(only_a.contains(version), in_a && !in_b);
        assert_eq!(not_a.contains(version), !in_a);
    }
});
