//! Checking by the crate `pgp`, for machines without gpgv.
//!
//! The rules are gpgv's and those of `status`. Where gpgv would need another key
//! to know (a revocation by a designated revoker), this does not know either.

use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use pgp::composed::{Deserializable as _, SignedPublicKey};
use pgp::crypto::hash::HashAlgorithm;
use pgp::packet::{Packet, PacketParser, Signature, SignatureType, SubpacketData};
use pgp::types::{KeyDetails, Tag};

use super::{SignatureError, Verified};

/// The most that a file of detached signatures may hold. They come from whoever
/// serves the data.
const LARGEST: usize = 64 << 10;
const MOST: usize = 16;

/// The verdict over all signatures of a file: one that counts is enough, one
/// that is broken is too much.
pub(super) fn judge(
    keys: &[u8],
    signatures: &[u8],
    data: &Path,
    accepts: impl Fn(&str) -> bool,
) -> Result<Verified, SignatureError> {
    let unchecked = |why: String| SignatureError::Unchecked { why };
    if super::armor::is_keybox(keys) {
        let why = "only GnuPG reads this file of keys; write another by `gpg --export KEY > FILE`";
        return Err(unchecked(why.to_owned()));
    }
    if signatures.len() > LARGEST {
        return Err(unchecked(format!("signatures of more than {LARGEST} bytes")));
    }
    // A key that can't be read, by its algorithm, say, makes no signature that counts.
    let keys: Vec<SignedPublicKey> = SignedPublicKey::from_bytes_many(keys)
        .map_err(|cause| unchecked(format!("the keys can't be read: {cause}")))?
        .filter_map(Result::ok)
        .collect();
    let (mut good, mut wrong) = (None, None);
    for (n, packet) in PacketParser::new(signatures).enumerate() {
        if n == MOST {
            return Err(unchecked(format!("more than {MOST} signatures")));
        }
        let verdict = match packet {
            Ok(Packet::Signature(signature)) => one(&signature, &keys, data, &accepts),
            Ok(_) => Err(unchecked("this is no detached OpenPGP signature".to_owned())),
            Err(cause) => Err(unchecked(format!("the signature can't be read: {cause}"))),
        };
        match verdict {
            Ok(verified) => good = good.or(Some(verified)),
            Err(broken @ SignatureError::Bad) => return Err(broken),
            Err(other) => wrong = wrong.or(Some(other)),
        }
    }
    good.ok_or_else(|| wrong.unwrap_or(SignatureError::Unsigned))
}

fn one(
    signature: &Signature,
    keys: &[SignedPublicKey],
    data: &Path,
    accepts: &impl Fn(&str) -> bool,
) -> Result<Verified, SignatureError> {
    let unchecked = |why: &str| SignatureError::Unchecked { why: why.to_owned() };
    let made_by = |key: &dyn KeyDetails| {
        let id = key.legacy_key_id();
        let fingerprint = key.fingerprint();
        signature.issuer_key_id().contains(&&id)
            || signature.issuer_fingerprint().contains(&&fingerprint)
    };
    let mut missing = signature.issuer_fingerprint().first().map(|key| format!("{key:X}"));
    missing = missing
        .or_else(|| signature.issuer_key_id().first().map(|id| id.to_string().to_uppercase()));
    for key in keys {
        if made_by(&key.primary_key) {
            not_weak(signature, key)?;
            check(signature, &key.primary_key, data)?;
            let state = State::of(key);
            if !state.signs {
                return Err(unchecked("the key that made the signature may not sign"));
            }
            return verdict(signature, key, &state, accepts);
        }
        for subkey in &key.public_subkeys {
            if !made_by(&subkey.key) {
                continue;
            }
            not_weak(signature, key)?;
            check(signature, &subkey.key, data)?;
            let mut state = State::of(key);
            let bound = |typ| {
                subkey.signatures.iter().filter(move |s| s.typ() == Some(typ)).filter(|s| {
                    strong(s) && s.verify_subkey_binding(&key.primary_key, &subkey.key).is_ok()
                })
            };
            state.revoked |= bound(SignatureType::SubkeyRevocation).next().is_some();
            let latest = bound(SignatureType::SubkeyBinding)
                .max_by_key(|s| s.created().map(|t| t.as_secs()));
            // The subkey has to say, too, that it belongs to the key: else anybody
            // could take another's signatures for his own.
            let signs = latest.is_some_and(|binding| {
                binding.key_flags().sign()
                    && binding.embedded_signature().is_some_and(|back| {
                        strong(back)
                            && back
                                .verify_primary_key_binding(&subkey.key, &key.primary_key)
                                .is_ok()
                    })
            });
            if !signs {
                return Err(unchecked("the subkey that made the signature may not sign"));
            }
            state.born = state.born.max(seconds(&subkey.key));
            if let Some(end) = latest.and_then(|binding| end(&subkey.key, binding)) {
                state.ends = Some(state.ends.map_or(end, |before| before.min(end)));
            }
            return verdict(signature, key, &state, accepts);
        }
    }
    Err(SignatureError::missing(missing.unwrap_or_default()))
}

/// Whether collisions are made for its digest. The crate refuses some such
/// signatures itself, without saying why; so this is asked first.
fn not_weak(signature: &Signature, key: &SignedPublicKey) -> Result<(), SignatureError> {
    if !matches!(
        signature.hash_alg(),
        Some(
            HashAlgorithm::Sha224
                | HashAlgorithm::Sha256
                | HashAlgorithm::Sha384
                | HashAlgorithm::Sha512
                | HashAlgorithm::Sha3_256
                | HashAlgorithm::Sha3_512
        )
    ) {
        return Err(SignatureError::WeakDigest {
            key: format!("{:X}", key.primary_key.fingerprint()),
        });
    }
    Ok(())
}

/// Whether the bytes are those that the key signed.
fn check(
    signature: &Signature,
    key: &impl pgp::types::VerifyingKey,
    data: &Path,
) -> Result<(), SignatureError> {
    #[expect(clippy::disallowed_methods, reason = "the signed data is read here")]
    let file = std::fs::File::open(data).map_err(SignatureError::io(data))?;
    signature.verify(key, std::io::BufReader::new(file)).map_err(|_| SignatureError::Bad)
}

/// What the self-signatures of a key say of it.
struct State {
    revoked: bool,
    /// Whether the primary key may sign, and has a self-signature at all.
    signs: bool,
    /// When the key was made, in seconds since 1970.
    born: i64,
    /// When it expires, likewise.
    ends: Option<i64>,
}

impl State {
    fn of(key: &SignedPublicKey) -> Self {
        let primary = &key.primary_key;
        let details = &key.details;
        let when = |s: &&Signature| s.created().map(|time| time.as_secs());
        let is_own = |s: &&Signature| strong(s) && s.verify_key(primary).is_ok();
        let revoked = details.revocation_signatures.iter().any(|s| is_own(&s));
        let direct = details.direct_signatures.iter().filter(is_own).max_by_key(when);
        // The latest that each user id has, where that is no revocation.
        let of_users = details.users.iter().filter_map(|user| {
            let own = |s: &&Signature| {
                strong(s) && s.verify_certification(primary, Tag::UserId, &user.id).is_ok()
            };
            let latest = user.signatures.iter().filter(own).max_by_key(when)?;
            (latest.typ() != Some(SignatureType::CertRevocation)).then_some(latest)
        });
        let of_users: Vec<&Signature> = of_users.collect();
        // As GnuPG has it: the expiry of the key's own signature, else that of the
        // latest user id that has one.
        let ends = direct.and_then(|s| end(primary, s)).or_else(|| {
            let with = of_users.iter().filter_map(|s| Some((when(s), end(primary, s)?)));
            with.max().map(|(_, end)| end)
        });
        let latest = of_users.iter().copied().chain(direct).max_by_key(when);
        let signs = latest.is_some_and(|s| {
            let has_flags = s.config().is_some_and(|config| {
                config.hashed_subpackets().any(|p| matches!(p.data, SubpacketData::KeyFlags(_)))
            });
            !has_flags || s.key_flags().sign()
        });
        Self { revoked, signs, born: seconds(primary), ends }
    }
}

fn verdict(
    signature: &Signature,
    key: &SignedPublicKey,
    state: &State,
    accepts: &impl Fn(&str) -> bool,
) -> Result<Verified, SignatureError> {
    let fingerprint = format!("{:X}", key.primary_key.fingerprint());
    let unchecked = |why: String| SignatureError::Unchecked { why };
    if state.revoked {
        return Err(SignatureError::Revoked { key: fingerprint });
    }
    let Some(made_at) = signature.created().map(|time| i64::from(time.as_secs())) else {
        return Err(unchecked("the signature does not say when it was made".into()));
    };
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |time| time.as_secs());
    let lasts = signature.signature_expiration_time().map_or(0, |time| i64::from(time.as_secs()));
    if lasts != 0 && made_at + lasts <= i64::try_from(now).unwrap_or(i64::MAX) {
        return Err(SignatureError::Expired { key: fingerprint });
    }
    if !matches!(signature.typ(), Some(SignatureType::Binary | SignatureType::Text)) {
        return Err(unchecked("the signature is not of a document".into()));
    }
    let unknown = signature.config().is_some_and(|config| {
        config.hashed_subpackets().any(|part| {
            part.is_critical
                && matches!(part.data, SubpacketData::Notation(_) | SubpacketData::Other(..))
        })
    });
    if unknown {
        return Err(unchecked("the signature has a condition that is not known here".into()));
    }
    if made_at < state.born {
        return Err(unchecked("the signature is older than its key".into()));
    }
    if state.ends.is_some_and(|end| made_at >= end) {
        return Err(SignatureError::KeyExpired { key: fingerprint });
    }
    if !accepts(&fingerprint) {
        return Err(SignatureError::NotPinned { key: fingerprint });
    }
    Ok(Verified::Good { fingerprint, made_at })
}

/// A self-signature by MD5 says nothing; those by SHA-1 are the owner's own, and
/// GnuPG takes them, too.
fn strong(signature: &Signature) -> bool {
    !matches!(signature.hash_alg(), None | Some(HashAlgorithm::None | HashAlgorithm::Md5))
}

fn seconds(key: &impl KeyDetails) -> i64 {
    i64::from(key.created_at().as_secs())
}

/// When a key expires by this self-signature: 0 is never.
fn end(key: &impl KeyDetails, signature: &Signature) -> Option<i64> {
    let lasts = i64::from(signature.key_expiration_time()?.as_secs());
    (lasts != 0).then(|| seconds(key) + lasts)
}
