//! Which ids and names are taken from advisory data.
//!
//! They become names of files, parts of URLs and keys of reports, so what could
//! be read as a way to somewhere else is refused, whatever the source.

use perlscan_model::name::DistName;

/// The longest id or name that is taken, in bytes.
const LONGEST: usize = 128;

/// How much of a refused text a message shows, in characters.
const SHOWN: usize = 60;

/// Checks an advisory's id: letters, digits and `-_.:+`, beginning with a letter
/// or digit, at most 128 bytes. Malformed CPANSA ids (`CPANSA--2026-5083`) are
/// ids all the same.
///
/// # Errors
/// A message that says what the form is.
pub(crate) fn check_id(id: &str) -> Result<(), String> {
    let known = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | ':' | '+');
    if id.len() <= LONGEST
        && id.starts_with(|c: char| c.is_ascii_alphanumeric())
        && id.chars().all(known)
    {
        return Ok(());
    }
    Err(format!(
        "'{}' is no id: letters, digits and -_.:+ are expected, at most {LONGEST}, as in \
         CPANSA-Foo-Bar-2026-01",
        shown(id)
    ))
}

/// Checks an id or a name of which only this is asked, that it leads nowhere: the
/// lint shows what else is wrong with it.
///
/// # Errors
/// A message that says what the form is.
pub(crate) fn check_leads_nowhere(text: &str) -> Result<(), String> {
    let leads = |c: char| c.is_control() || matches!(c, '/' | '\\');
    if (1..=LONGEST).contains(&text.len()) && !text.starts_with('.') && !text.contains(leads) {
        return Ok(());
    }
    Err(format!(
        "'{}' is no name: at most {LONGEST} letters, digits and -_.:+ are expected",
        shown(text)
    ))
}

/// Checks a distribution's name: what [`DistName`] takes, of letters, digits and
/// `-_.+`, beginning with a letter or digit, at most 128 bytes.
///
/// # Errors
/// A message that says what the form is.
pub(crate) fn check_dist(name: &str) -> Result<(), String> {
    let known = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '+');
    if name.len() <= LONGEST
        && name.starts_with(|c: char| c.is_ascii_alphanumeric())
        && name.chars().all(known)
        && DistName::parse(name).is_ok()
    {
        return Ok(());
    }
    let hint = if name.contains("::") {
        "; that is a module: name the distribution that ships it"
    } else {
        ""
    };
    Err(format!(
        "'{}' is no distribution name: letters, digits and -_.+ are expected, at most {LONGEST}, \
         as in Foo-Bar{hint}",
        shown(name)
    ))
}

/// The ids of a list that are ids; the others go to `refused`.
pub(crate) fn keep_ids(list: Vec<String>, mut refused: impl FnMut(String)) -> Vec<String> {
    list.into_iter()
        .filter(|id| match check_id(id) {
            Ok(()) => true,
            Err(message) => {
                refused(message);
                false
            }
        })
        .collect()
}

/// The beginning of a text from outside, fit for a message: control characters
/// as `\u{..}`.
pub(crate) fn shown(text: &str) -> String {
    let mut shown = String::new();
    for c in text.chars().take(SHOWN) {
        if c.is_control() || c == '\u{2028}' || c == '\u{2029}' {
            shown.extend(c.escape_unicode());
        } else {
            shown.push(c);
        }
    }
    if text.chars().nth(SHOWN).is_some() {
        shown.push_str("...");
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_stay_within_a_folder() {
        for id in
            ["CPANSA-Foo-2026-01", "CPANSA--2026-5083", "CVE-2026-12345", "GHSA-aaaa-bbbb-cccc"]
        {
            assert_eq!(check_id(id), Ok(()));
        }
        let long = "a".repeat(129);
        for id in [
            "",
            "../../etc/passwd",
            "a/b",
            "a\\b",
            "..",
            ".hidden",
            "-rf",
            "a b",
            "a\0b",
            "a\nb",
            "\u{202e}",
            &long,
        ] {
            assert!(check_id(id).is_err(), "{id:?}");
            assert!(check_dist(id).is_err(), "{id:?}");
        }
        assert!(check_dist("Foo::Bar").unwrap_err().contains("module"));
        assert_eq!(check_dist("libwww-perl"), Ok(()));
        assert!(!check_id("a\x1b[31mb").unwrap_err().contains('\x1b'));
    }
}
