//! Where security patches lie: `patches/<Initial>/<Dist>/<Version>/<CVE>-rN.patch`,
//! in CPANSec's layout.

use perlscan_model::location::SourcePath;
use perlscan_model::name::DistName;

/// The folder of the patches, in a mirror.
const FOLDER: &[u8] = b"patches";

/// The largest patch that is read, in bytes: real ones have some thousand.
pub const LIMIT: usize = 1 << 20;

/// A security patch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Patch {
    /// What it is for.
    pub place: PatchPlace,
    /// Where it lies.
    pub path: SourcePath,
    /// Whether it is for the archives of any mirror, since the user named its folder,
    /// and not only for those of the one that it lies in.
    pub is_named: bool,
    /// Its bytes, a unified diff.
    pub bytes: Vec<u8>,
}

/// What a patch is for, by its place.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct PatchPlace {
    /// The mirror that it lies in: the folder above `patches/`.
    pub mirror: SourcePath,
    /// The distribution.
    pub dist: DistName,
    /// The version that it is for, as it is written.
    pub version: String,
    /// What it mends.
    pub cve: String,
    /// Its revision, from 1.
    pub revision: u32,
}

impl PatchPlace {
    /// What a path in a mirror says; `None` for what is no patch.
    pub fn of(path: &SourcePath) -> Option<Self> {
        // Most paths end here.
        if !path.file_name().ends_with(b".patch") {
            return None;
        }
        let folder = path.parent().parent().parent().parent();
        (folder.file_name() == FOLDER).then(|| Self::below(path)).flatten()
    }

    /// What the last four parts of a path say.
    pub fn below(path: &SourcePath) -> Option<Self> {
        let text = std::str::from_utf8(path.as_bytes()).ok()?;
        let mut parts = text.rsplit('/');
        let (file, version, dist, initial) =
            (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
        let (cve, revision) = file.strip_suffix(".patch")?.rsplit_once("-r")?;
        let fits =
            is_cve(cve) && !version.is_empty() && dist.get(..1)?.eq_ignore_ascii_case(initial);
        fits.then_some(())?;
        Some(Self {
            mirror: path.parent().parent().parent().parent().parent(),
            dist: DistName::parse(dist).ok()?,
            version: version.to_owned(),
            cve: cve.to_owned(),
            revision: revision.parse().ok()?,
        })
    }
}

/// Whether a file is a patch, by its place.
pub fn is_patch(path: &SourcePath) -> bool {
    PatchPlace::of(path).is_some()
}

/// `CVE-YEAR-NUMBER`.
fn is_cve(text: &str) -> bool {
    let digits = |text: &str| text.len() >= 4 && text.bytes().all(|byte| byte.is_ascii_digit());
    text.strip_prefix("CVE-")
        .and_then(|rest| rest.split_once('-'))
        .is_some_and(|(year, number)| digits(year) && digits(number))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_place_says_what_a_patch_is_for() {
        let path = SourcePath::from("pan/patches/N/Net-OAuth/0.28/CVE-2025-22376-r12.patch");
        let place = PatchPlace::of(&path).expect("it is one");
        assert_eq!(
            (place.mirror.to_string().as_str(), place.dist.as_str(), place.version.as_str()),
            ("pan", "Net-OAuth", "0.28")
        );
        assert_eq!((place.cve.as_str(), place.revision), ("CVE-2025-22376", 12));
        for path in [
            "pan/N/Net-OAuth/0.28/CVE-2025-22376-r1.patch",
            "pan/patches/M/Net-OAuth/0.28/CVE-2025-22376-r1.patch",
            "pan/patches/N/Net-OAuth/0.28/CVE-2025-22376.patch",
            "pan/patches/N/Net-OAuth/0.28/CVE-2025-22376-rx.patch",
            "pan/patches/N/Net-OAuth/CVE-2025-22376-r1.patch",
            "pan/patches/N/Net-OAuth/0.28/GHSA-1-r1.patch",
            "pan/patches/N/Net-OAuth/0.28/CVE-2025-22376-r1.diff",
        ] {
            assert!(!is_patch(&path.into()), "{path}");
        }
    }
}
