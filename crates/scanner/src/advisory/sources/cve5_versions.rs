//! The versions of a CVE record as CPANSA's ranges.

use perlscan_model::version::PerlVersion;
use serde::Deserialize;

use crate::advisory::sources::ids::shown;

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Version {
    pub(crate) version: String,
    pub(crate) status: String,
    less_than: Option<String>,
    less_than_or_equal: Option<String>,
    #[serde(default)]
    changes: Vec<Change>,
}

#[derive(Debug, Deserialize)]
struct Change {
    at: String,
    status: String,
}

/// Affected and fixed ranges. The one fixed range begins where the highest
/// affected one ends; lower ends would lie within other affected ranges.
///
/// # Errors
/// When something can't be said in such ranges; nothing is guessed.
pub(crate) fn ranges(
    versions: &[Version],
    default: Option<&str>,
) -> Result<(Vec<String>, Vec<String>), String> {
    if default == Some("affected") {
        return match versions {
            [] => Ok((vec![">=0".to_owned()], Vec::new())),
            _ if versions.iter().all(|one| one.status == "affected") => {
                Ok((vec![">=0".to_owned()], Vec::new()))
            }
            _ => Err("'defaultStatus' is affected and versions are excepted, which CPANSA's \
                      ranges can't say"
                .to_owned()),
        };
    }
    let mut affected = Vec::new();
    let mut fixed: Option<(PerlVersion, String)> = None;
    let mut open = false;
    for one in versions {
        match one.status.as_str() {
            "affected" => {}
            // Changes to affected within an unaffected range do not occur.
            "unaffected" if one.changes.is_empty() => continue,
            other => return Err(format!("the status '{}' can't be mapped", shown(other))),
        }
        let low = match one.version.as_str() {
            "0" | "*" => None,
            text => Some(plain(text)?.1),
        };
        let mut below = one.less_than.as_deref();
        if let [change] = one.changes.as_slice()
            && change.status == "unaffected"
        {
            below = Some(&change.at);
        } else if !one.changes.is_empty() {
            return Err("more than one change of status in a range can't be mapped".to_owned());
        }
        let from = low.as_ref().map(|low| format!(">={low}"));
        let range = match (below, one.less_than_or_equal.as_deref()) {
            (Some("*"), _) | (None, Some("*")) => {
                open = true;
                from.unwrap_or_else(|| ">=0".to_owned())
            }
            (Some(high), _) => {
                let (version, text) = plain(high)?;
                // CPANSA's reading of an empty range would be everything.
                if plain(&one.version).is_ok_and(|(low, _)| low >= version) && from.is_some() {
                    return Err(format!(
                        "'{}' is not below '{text}' as Perl compares versions",
                        shown(&one.version)
                    ));
                }
                let whole = join(from, &format!("<{text}"));
                if fixed.as_ref().is_none_or(|(highest, _)| *highest < version) {
                    fixed = Some((version, format!(">={text}")));
                }
                whole
            }
            (None, Some(high)) => {
                let (version, text) = plain(high)?;
                if plain(&one.version).is_ok_and(|(low, _)| low > version) && from.is_some() {
                    return Err(format!(
                        "'{}' is above '{text}' as Perl compares versions",
                        shown(&one.version)
                    ));
                }
                if text != high {
                    return Err(format!("'up to {}' can't be mapped", shown(high)));
                }
                // What is above is not affected, but no release is named that mends it.
                if fixed.as_ref().is_some_and(|(highest, _)| *highest <= version) {
                    fixed = None;
                }
                join(from, &format!("<={text}"))
            }
            (None, None) if one.version == "*" => {
                open = true;
                ">=0".to_owned()
            }
            (None, None) => format!("={}", low.unwrap_or_else(|| "0".to_owned())),
        };
        affected.push(range);
    }
    // A fix must not lie within an affected range.
    let within = fixed.as_ref().is_some_and(|(version, _)| {
        versions.iter().any(|one| {
            [Some(one.version.as_str()), one.less_than_or_equal.as_deref()]
                .into_iter()
                .flatten()
                .filter_map(|text| plain(text).ok())
                .any(|(end, _)| one.status == "affected" && end >= *version)
        })
    });
    if open || within {
        fixed = None;
    }
    Ok((affected, fixed.map(|(_, text)| text).into_iter().collect()))
}

fn join(from: Option<String>, to: &str) -> String {
    from.map_or_else(|| to.to_owned(), |from| format!("{from},{to}"))
}

/// A version without `-RC1` or `-TRIAL`: a release candidate is read as the
/// version that it is a candidate of.
fn plain(text: &str) -> Result<(PerlVersion, String), String> {
    let bare = text.split_once('-').map_or(text, |(before, suffix)| {
        let known = suffix.starts_with("RC") || suffix.starts_with("TRIAL");
        if known { before } else { text }
    });
    PerlVersion::parse(bare)
        .map(|version| (version, bare.to_owned()))
        .map_err(|cause| format!("'{}' is no version ({cause})", shown(text)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(json: &str, default: &str) -> Result<(Vec<String>, Vec<String>), String> {
        ranges(&serde_json::from_str::<Vec<Version>>(json).unwrap(), Some(default))
    }

    #[test]
    fn ranges_are_mapped_as_the_schema_says() {
        let both = |a: &[&str], f: &[&str]| {
            Ok((
                a.iter().map(ToString::to_string).collect(),
                f.iter().map(ToString::to_string).collect(),
            ))
        };
        for (json, a, f) in [
            (
                r#"[{"version":"0","lessThanOrEqual":"0.8.4","status":"affected"}]"#,
                &["<=0.8.4"][..],
                &[][..],
            ),
            (
                r#"[{"version":"1.02","lessThan":"1.10","status":"affected"}]"#,
                &[">=1.02,<1.10"],
                &[">=1.10"],
            ),
            (r#"[{"version":"0","lessThan":"*","status":"affected"}]"#, &[">=0"], &[]),
            (r#"[{"version":"1.5","status":"affected"}]"#, &["=1.5"], &[]),
            (
                r#"[{"version":"5.9.4","lessThan":"5.40.4-RC1","status":"affected"},{"version":"5.41.0","lessThan":"5.42.2-RC1","status":"affected"}]"#,
                &[">=5.9.4,<5.40.4", ">=5.41.0,<5.42.2"],
                &[">=5.42.2"],
            ),
            (
                r#"[{"version":"1","lessThan":"*","status":"affected","changes":[{"at":"2","status":"unaffected"}]}]"#,
                &[">=1,<2"],
                &[">=2"],
            ),
        ] {
            assert_eq!(of(json, "unaffected"), both(a, f), "{json}");
        }
        // As Perl reads them, 1.2 is 1.200 and above 1.10.
        assert!(
            of(r#"[{"version":"1.2","lessThan":"1.10","status":"affected"}]"#, "unaffected")
                .is_err()
        );
        assert!(of(r#"[{"version":"1 or so","status":"affected"}]"#, "unaffected").is_err());
        assert!(of(r#"[{"version":"1","status":"unaffected"}]"#, "affected").is_err());
    }
}
