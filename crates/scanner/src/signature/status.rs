//! What gpgv's status lines mean (GnuPG's doc/DETAILS).
//!
//! gpgv ends with 0, and says VALIDSIG, for a signature made after its key had
//! expired; so its word alone is not enough.

use super::{SignatureError, Verified};

/// What is said about one signature.
#[derive(Debug, Default)]
struct Said {
    good: bool,
    key_expired: Option<i64>,
    valid: Option<Valid>,
    wrong: Option<SignatureError>,
}

#[derive(Debug)]
struct Valid {
    primary: String,
    made_at: i64,
    hash: u32,
    class: String,
}

/// The verdict over all signatures of a file: one that counts is enough, one
/// that is broken is too much.
pub(super) fn judge(
    status: &str,
    accepts: impl Fn(&str) -> bool,
) -> Result<Verified, SignatureError> {
    let mut all: Vec<Said> = Vec::new();
    for line in status.lines() {
        let Some(line) = line.strip_prefix("[GNUPG:] ") else { continue };
        let words: Vec<&str> = line.split_ascii_whitespace().collect();
        let Some((&keyword, rest)) = words.split_first() else { continue };
        // What is signed comes before the first signature, and is none.
        if keyword.starts_with("PLAINTEXT") {
            continue;
        }
        if keyword == "NEWSIG" || all.is_empty() {
            all.push(Said::default());
        }
        if let Some(said) = all.last_mut() {
            read(said, keyword, rest);
        }
    }
    let mut good = None;
    let mut wrong = None;
    for said in all {
        match verdict(said, &accepts) {
            Ok(verified) => good = good.or(Some(verified)),
            Err(broken @ SignatureError::Bad) => return Err(broken),
            Err(other) => wrong = wrong.or(Some(other)),
        }
    }
    good.ok_or_else(|| wrong.unwrap_or(SignatureError::Unsigned))
}

fn read(said: &mut Said, keyword: &str, rest: &[&str]) {
    let word = |n: usize| rest.get(n).copied().unwrap_or_default().to_owned();
    match keyword {
        "GOODSIG" | "EXPKEYSIG" => {
            said.good = true;
            if keyword == "EXPKEYSIG" {
                // Without a date none can be shown to be earlier.
                said.key_expired = said.key_expired.or(Some(i64::MIN));
            }
        }
        "KEYEXPIRED" => {
            let at = word(0).parse().unwrap_or(i64::MIN);
            said.key_expired = Some(said.key_expired.map_or(at, |before| before.min(at)));
        }
        "VALIDSIG" => {
            said.valid = Some(Valid {
                primary: rest.get(9).or(rest.first()).copied().unwrap_or_default().to_owned(),
                made_at: word(2).parse().unwrap_or(i64::MAX),
                hash: word(7).parse().unwrap_or(0),
                class: word(8),
            });
        }
        "BADSIG" => said.wrong = Some(SignatureError::Bad),
        "EXPSIG" => said.wrong = Some(SignatureError::Expired { key: word(0) }),
        "REVKEYSIG" | "KEYREVOKED" if !matches!(said.wrong, Some(SignatureError::Bad)) => {
            said.wrong = Some(SignatureError::Revoked { key: word(0) });
        }
        "NO_PUBKEY" => said.wrong = Some(SignatureError::missing(word(0))),
        "ERRSIG" if said.wrong.is_none() => {
            let key = if rest.len() > 6 && word(6) != "-" { word(6) } else { word(0) };
            said.wrong = Some(match word(5).as_str() {
                "9" => SignatureError::missing(key),
                code => SignatureError::Unchecked {
                    why: format!("gpgv can't check a signature of {key} (code {code})"),
                },
            });
        }
        _ => {}
    }
}

fn verdict(said: Said, accepts: &impl Fn(&str) -> bool) -> Result<Verified, SignatureError> {
    if let Some(wrong) = said.wrong {
        return Err(wrong);
    }
    let (true, Some(valid)) = (said.good, said.valid) else {
        return Err(SignatureError::Unsigned);
    };
    // MD5, SHA-1 and RIPEMD-160 (RFC 9580, 9.5).
    if matches!(valid.hash, 0..=3) {
        return Err(SignatureError::WeakDigest { key: valid.primary });
    }
    // Over a document, as bytes or as text; a certification is none.
    if !matches!(valid.class.as_str(), "00" | "01") {
        return Err(SignatureError::Unchecked {
            why: format!("the signature is of class {}, not of a document", valid.class),
        });
    }
    if said.key_expired.is_some_and(|expired| valid.made_at >= expired) {
        return Err(SignatureError::KeyExpired { key: valid.primary });
    }
    if !accepts(&valid.primary) {
        return Err(SignatureError::NotPinned { key: valid.primary });
    }
    Ok(Verified::Good { fingerprint: valid.primary, made_at: valid.made_at })
}
