//! File names and addresses made of ids that anybody may have written.

use sha2::{Digest as _, Sha256};

/// The longest file name without its suffix, in bytes: file systems end at 255.
const LONGEST: usize = 180;

/// Names that Windows keeps for devices, whatever their suffix.
const DEVICES: [&str; 22] = [
    "con", "prn", "aux", "nul", "com1", "com2", "com3", "com4", "com5", "com6", "com7", "com8",
    "com9", "lpt1", "lpt2", "lpt3", "lpt4", "lpt5", "lpt6", "lpt7", "lpt8", "lpt9",
];

/// One component of a path: what is not `[A-Za-z0-9._-]` is percent-encoded, as
/// are a dot at the beginning and the name of a device; a long one is cut and
/// ends in its digest. It is never empty, and no two ids share one but by case.
pub(super) fn file_stem(id: &str) -> String {
    let device =
        DEVICES.contains(&id.split('.').next().unwrap_or_default().to_lowercase().as_str());
    let mut stem = String::with_capacity(id.len());
    for (i, byte) in id.bytes().enumerate() {
        let plain = byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-');
        if plain && !(i == 0 && (byte == b'.' || device)) {
            stem.push(char::from(byte));
        } else {
            stem.push_str(&format!("%{byte:02X}"));
        }
    }
    if stem.is_empty() {
        return "%".to_owned();
    }
    if stem.len() > LONGEST {
        // The stem is ASCII, so that any place is between two characters.
        stem.truncate(LONGEST);
        stem.push('~');
        stem.push_str(&short_digest(id));
    }
    stem
}

/// Stems of several ids that differ even where case does not count.
pub(super) fn file_stems<'a>(ids: impl Iterator<Item = &'a str>) -> Vec<String> {
    let mut seen = std::collections::BTreeSet::new();
    ids.map(|id| {
        let mut stem = file_stem(id);
        if !seen.insert(stem.to_lowercase()) {
            stem.push('~');
            stem.push_str(&short_digest(id));
            seen.insert(stem.to_lowercase());
        }
        stem
    })
    .collect()
}

/// The first 16 hexadecimal digits of the SHA-256 of a text.
pub(super) fn short_digest(text: &str) -> String {
    hex(&Sha256::digest(text.as_bytes()), 8)
}

/// Bytes in lower-case hexadecimal digits, at most `most` of them.
pub(super) fn hex(bytes: &[u8], most: usize) -> String {
    bytes.iter().take(most).map(|byte| format!("{byte:02x}")).collect()
}

/// A link as an RFC 3986 URI; `None` for what is no address on the web. What a
/// URI may not hold is percent-encoded.
pub(super) fn uri(link: &str) -> Option<String> {
    let rest = link.strip_prefix("https://").or_else(|| link.strip_prefix("http://"))?;
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let name = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_');
    let (host_name, port) = host.split_once(':').unwrap_or((host, "0"));
    if host_name.is_empty()
        || !host_name.bytes().all(name)
        || port.is_empty()
        || !port.bytes().all(|byte| byte.is_ascii_digit())
    {
        return None;
    }
    let bytes = link.as_bytes();
    let mut uri = String::with_capacity(link.len());
    let mut fragment = false;
    for (i, byte) in bytes.iter().copied().enumerate() {
        let escaped =
            bytes.get(i + 1..i + 3).is_some_and(|two| two.iter().all(u8::is_ascii_hexdigit));
        let plain = match byte {
            b'%' => escaped,
            b'#' => !std::mem::replace(&mut fragment, true),
            _ => byte.is_ascii_alphanumeric() || b"-._~:/?@!$&'()*+,;=".contains(&byte),
        };
        if plain {
            uri.push(char::from(byte));
        } else {
            uri.push_str(&format!("%{byte:02X}"));
        }
    }
    Some(uri)
}

/// Whether a text is a CVE id: `CVE-`, a year, at least four digits.
pub(super) fn is_cve(text: &str) -> bool {
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    text.strip_prefix("CVE-").and_then(|rest| rest.split_once('-')).is_some_and(|(year, number)| {
        year.len() == 4 && digits(year) && (4..=19).contains(&number.len()) && digits(number)
    })
}

/// Whether a text is a GitHub advisory id: `GHSA-` and three groups of four.
pub(super) fn is_ghsa(text: &str) -> bool {
    text.strip_prefix("GHSA-").is_some_and(|rest| {
        let groups: Vec<&str> = rest.split('-').collect();
        groups.len() == 3
            && groups.iter().all(|group| {
                group.len() == 4 && group.bytes().all(|byte| byte.is_ascii_alphanumeric())
            })
    })
}

/// A text without control characters but line ends, cut at `most` characters.
pub(super) fn plain(text: &str, most: usize) -> String {
    let clean = |c: char| match c {
        '\n' => '\n',
        c if c.is_control() => ' ',
        // They turn the direction of what follows, and hide text.
        '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => ' ',
        // A byte order mark, which JavaScript, and so a validator, calls a blank.
        '\u{feff}' => ' ',
        c => c,
    };
    let text: String = text.chars().map(clean).collect();
    let text = text.trim();
    let mut cut: String = text.chars().take(most).collect();
    if text.chars().nth(most).is_some() {
        cut.push('…');
    }
    cut
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stem_is_one_component_whatever_the_id() {
        for (id, stem) in [
            ("CPANSA-Foo-2024-01", "CPANSA-Foo-2024-01"),
            ("../../etc/passwd", "%2E.%2F..%2Fetc%2Fpasswd"),
            ("..", "%2E."),
            ("", "%"),
            ("a\0b", "a%00b"),
            ("C:\\x", "C%3A%5Cx"),
            ("é", "%C3%A9"),
            ("NUL", "%4EUL"),
            ("a%2Fb", "a%252Fb"),
        ] {
            assert_eq!(file_stem(id), stem);
        }
        assert!(file_stem(&"x".repeat(5000)).len() < 210);
        let stems = file_stems(["Foo", "foo", "FOO"].into_iter());
        let lower: std::collections::BTreeSet<String> =
            stems.iter().map(|stem| stem.to_lowercase()).collect();
        assert_eq!(lower.len(), 3, "{stems:?}");
    }

    #[test]
    fn links_become_uris() {
        assert_eq!(
            uri("https://a.org/x y[1]#a#b").as_deref(),
            Some("https://a.org/x%20y%5B1%5D#a%23b")
        );
        assert_eq!(uri("https://a.org/50%").as_deref(), Some("https://a.org/50%25"));
        assert_eq!(uri("https://a.org/%41").as_deref(), Some("https://a.org/%41"));
        for wrong in
            ["javascript:alert(1)", "https://", "https://a b/", "http://x:y/", "file:///etc"]
        {
            assert_eq!(uri(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn texts_are_made_plain_and_short() {
        assert_eq!(plain("a\u{1b}[31mb\0\nc", 100), "a [31mb \nc");
        assert_eq!(plain("abcdef", 3), "abc…");
        assert_eq!(plain("\u{feff}a\0", 3), "a");
    }
}
