//! Any three texts as versions: no panic, the order is total, and a version's
//! text and normal form read back as the version.
#![no_main]

use libfuzzer_sys::fuzz_target;
use perlscan_model::release_version::ReleaseVersion;
use perlscan_model::version::PerlVersion;

fuzz_target!(|text: &str| {
    let _ = ReleaseVersion::read(text);
    let versions: Vec<PerlVersion> = text
        .splitn(3, '\n')
        .filter_map(|text| {
            let version = PerlVersion::parse(text).ok()?;
            assert_eq!(PerlVersion::parse(version.text()).as_ref(), Ok(&version));
            assert_eq!(PerlVersion::parse(&version.normal()).as_ref(), Ok(&version));
            Some(version)
        })
        .collect();
    let [a, b, c] = versions.as_slice() else { return };
    assert_eq!(a.cmp(b), b.cmp(a).reverse());
    assert_eq!(a == b, a.cmp(b).is_eq());
    for (x, y, z) in [(a, b, c), (a, c, b), (b, a, c), (b, c, a), (c, a, b), (c, b, a)] {
        assert!(!(x <= y && y <= z) || x <= z);
    }
});
