//! Advisories without a fix whose text names one.
//!
//! Only where the text says it of the distribution itself, and the version is a
//! known release after one that the record holds for: most texts without a fix
//! speak of a bundled library.

use perlscan_model::advisory::RecordMatcher;
use perlscan_model::version::PerlVersion;

use super::{Check, LintData, LintFinding, at};

pub(super) struct MissingFix;

/// What stands before a version that is fixed.
const PHRASES: [[&str; 2]; 3] = [["", "before"], ["prior", "to"], ["fixed", "in"]];

impl Check for MissingFix {
    fn check(&self, data: &LintData<'_>, found: &mut Vec<LintFinding>) {
        for advisory in data.advisories {
            let record = &advisory.fact.record;
            let Some(text) = advisory.fact.detail.description.as_deref() else { continue };
            if !record.fixed.is_empty() || record.embedded.is_some() {
                continue;
            }
            let known = data.known(&advisory.fact.dist);
            let Ok(matcher) = RecordMatcher::new(record) else { continue };
            let named = versions(text, &advisory.fact.dist);
            let released = named.iter().find_map(|(said, version)| {
                let holds = |other: &&PerlVersion| matcher.matches(other).is_some();
                let is_fix = known.binary_search(version).is_ok()
                    && known.iter().take_while(|other| *other < version).any(|v| holds(&v));
                is_fix.then_some((said, version))
            });
            if let Some((said, version)) = released {
                let what = format!("no fixed range, but the text says '{said} {version}'");
                let instead = first_fixed(&matcher, known, version).map(|fix| format!(">={fix}"));
                found.push(at(advisory, "missing-fix", what, instead));
            }
        }
    }
}

/// The first release from `said` on that the affected ranges leave out: texts may
/// name one too low. A range without an end says nothing of it.
fn first_fixed(
    matcher: &RecordMatcher,
    known: &[PerlVersion],
    said: &PerlVersion,
) -> Option<PerlVersion> {
    let is_free = |version: &&PerlVersion| matcher.matches(version).is_none();
    let mut later = known.iter().filter(|version| *version >= said);
    let endless = PerlVersion::parse("2147483647").is_ok_and(|last| !is_free(&&last));
    later.find(is_free).or(endless.then_some(said)).cloned()
}

/// The versions that the text names as fixed, in sentences that name the
/// distribution before, with the words before them.
fn versions(text: &str, dist: &str) -> Vec<(&'static str, PerlVersion)> {
    let module = dist.replace('-', "::");
    let mut found = Vec::new();
    let mut is_named = false;
    let (mut before, mut last) = ("", "");
    for word in text.split_whitespace() {
        let bare = word.trim_matches(|c: char| !c.is_alphanumeric());
        let phrase = PHRASES.iter().find(|[first, second]| {
            last.eq_ignore_ascii_case(second)
                && (first.is_empty() || before.eq_ignore_ascii_case(first))
        });
        if let Some([first, second]) = phrase.filter(|_| is_named) {
            let said = if first.is_empty() { second } else { first_and(first) };
            if bare.contains(|c: char| c.is_ascii_digit())
                && let Ok(version) = PerlVersion::parse(bare)
            {
                found.push((said, version));
            }
        }
        is_named |= bare.eq_ignore_ascii_case(dist) || bare.eq_ignore_ascii_case(&module);
        // "before version 1.2" is "before 1.2".
        if !bare.eq_ignore_ascii_case("version") && !bare.eq_ignore_ascii_case("versions") {
            (before, last) = (last, bare);
        }
        if word.ends_with(['.', '!', '?']) {
            is_named = false;
        }
    }
    found
}

fn first_and(first: &str) -> &'static str {
    if first == "prior" { "prior to" } else { "fixed in" }
}
