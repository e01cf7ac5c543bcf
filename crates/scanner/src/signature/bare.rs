//! Checking by a bare public key: its packet without any signature of its owner.
//!
//! Where a key can't be had from a key server, its numbers can still be found out
//! (`keys/README.md`), and its fingerprint proves them; what its owner says of it
//! can't. gpgv and the crate `pgp` refuse such a key, so its signatures are read
//! here and checked by ring, which TLS needs anyway. Nothing is known of an expiry
//! or a revocation: whoever has the whole key gives that, and it is asked first.
//!
//! Only what is needed: RSA keys and signatures of version 4 over a document's
//! bytes (RFC 9580, 4.2 and 5.2.3). Anything else is an error.

use std::io::Read as _;
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use ring::digest;
use ring::signature as rsa;

use super::armor::{self, Frame};
use super::{SignatureError, Verified};

/// The largest data that is checked, in bytes: all of it is read.
const LARGEST: u64 = 256 << 20;
/// The most signatures of a file that are looked at.
const MOST: usize = 16;
/// The algorithms that RSA keys have: for everything, and for signatures only.
const RSA: [u8; 2] = [1, 3];

/// A bare key.
#[derive(Debug)]
pub(super) struct BareKey<'a> {
    /// In upper case hexadecimal.
    fingerprint: String,
    /// When it was made, in seconds since 1970.
    born: i64,
    modulus: &'a [u8],
    exponent: &'a [u8],
}

/// The bare keys of a file without armor, where it holds nothing but such keys
/// and names of users; `None` where it is another's to read.
pub(super) fn keys(bytes: &[u8]) -> Option<Vec<BareKey<'_>>> {
    let frames = armor::frames(bytes).ok()?;
    let is_bare = |(kind, _): &Frame<'_>| matches!(*kind, armor::PUBLIC_KEY | armor::USER_ID);
    if frames.is_empty() || !frames.iter().all(is_bare) {
        return None;
    }
    let keys = frames.iter().filter(|(kind, _)| *kind == armor::PUBLIC_KEY);
    keys.map(|(_, body)| key(body)).collect()
}

fn key(body: &[u8]) -> Option<BareKey<'_>> {
    let mut rest = body;
    let (version, born) = (number(&mut rest, 1)?, number(&mut rest, 4)?);
    let [algorithm] = *take(&mut rest, 1)?.first_chunk()?;
    if version != 4 || !RSA.contains(&algorithm) {
        return None;
    }
    let (modulus, exponent) = (integer(&mut rest)?, integer(&mut rest)?);
    if !rest.is_empty() {
        return None;
    }
    let mut packet = vec![0x99];
    packet.extend_from_slice(&u16::try_from(body.len()).ok()?.to_be_bytes());
    packet.extend_from_slice(body);
    let digest = digest::digest(&digest::SHA1_FOR_LEGACY_USE_ONLY, &packet);
    let fingerprint = hexadecimal(digest.as_ref());
    Some(BareKey { fingerprint, born: i64::try_from(born).ok()?, modulus, exponent })
}

/// The verdict over all signatures of a file: one that counts is enough, one
/// that is broken is too much.
pub(super) fn judge(
    keys: &[BareKey<'_>],
    signatures: &[u8],
    data: &Path,
    accepts: impl Fn(&str) -> bool,
) -> Result<Verified, SignatureError> {
    let frames = armor::frames(signatures).map_err(unchecked)?;
    if frames.len() > MOST {
        return Err(unchecked(format!("more than {MOST} signatures")));
    }
    let (mut good, mut wrong) = (None, None);
    for (_, body) in frames {
        let verdict = Signature::read(body)
            .ok_or_else(|| unchecked("the signature is not one that is known here"))
            .and_then(|signature| one(&signature, keys, data, &accepts));
        match verdict {
            Ok(verified) => good = good.or(Some(verified)),
            Err(broken @ SignatureError::Bad) => return Err(broken),
            Err(other) => wrong = wrong.or(Some(other)),
        }
    }
    good.ok_or_else(|| wrong.unwrap_or(SignatureError::Unsigned))
}

fn one(
    signature: &Signature<'_>,
    keys: &[BareKey<'_>],
    data: &Path,
    accepts: &impl Fn(&str) -> bool,
) -> Result<Verified, SignatureError> {
    let is_maker = |key: &&BareKey<'_>| match (&signature.fingerprint, &signature.key_id) {
        (Some(fingerprint), _) => *fingerprint == key.fingerprint,
        (None, Some(id)) => key.fingerprint.ends_with(id.as_str()),
        (None, None) => false,
    };
    let Some(key) = keys.iter().find(is_maker) else {
        let maker = signature.fingerprint.clone().or_else(|| signature.key_id.clone());
        return Err(SignatureError::missing(maker.unwrap_or_default()));
    };
    let fingerprint = key.fingerprint.clone();
    let algorithm: &rsa::RsaParameters = match signature.hash {
        1..=3 => return Err(SignatureError::WeakDigest { key: fingerprint }),
        8 => &rsa::RSA_PKCS1_2048_8192_SHA256,
        9 => &rsa::RSA_PKCS1_2048_8192_SHA384,
        10 => &rsa::RSA_PKCS1_2048_8192_SHA512,
        other => return Err(unchecked(format!("a digest of number {other} is not known here"))),
    };
    if signature.class != 0 {
        let class = signature.class;
        return Err(unchecked(format!("the signature is of class {class:02x}, not of a file")));
    }
    let mut rest = signature.numbers;
    let signed =
        integer(&mut rest).filter(|_| rest.is_empty() && RSA.contains(&signature.algorithm));
    let signed = signed.ok_or_else(|| unchecked("the signature is not what an RSA key makes"))?;
    // It is written without its leading zeros.
    let missing = key.modulus.len().checked_sub(signed.len());
    let mut number = vec![0; missing.ok_or(SignatureError::Bad)?];
    number.extend_from_slice(signed);
    let public = rsa::RsaPublicKeyComponents { n: key.modulus, e: key.exponent };
    let message = signature.message(data)?;
    public.verify(algorithm, &message, &number).map_err(|_| SignatureError::Bad)?;

    if signature.has_unknown_condition {
        return Err(unchecked("the signature has a condition that is not known here"));
    }
    let Some(made_at) = signature.made_at else {
        return Err(unchecked("the signature does not say when it was made"));
    };
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |time| time.as_secs());
    let now = i64::try_from(now).unwrap_or(i64::MAX);
    if signature.lasts != 0 && made_at + signature.lasts <= now {
        return Err(SignatureError::Expired { key: fingerprint });
    }
    if made_at < key.born {
        return Err(unchecked("the signature is older than its key"));
    }
    if !accepts(&fingerprint) {
        return Err(SignatureError::NotPinned { key: fingerprint });
    }
    Ok(Verified::Good { fingerprint, made_at })
}

/// A signature of version 4.
#[derive(Debug, Default)]
struct Signature<'a> {
    class: u8,
    algorithm: u8,
    hash: u8,
    /// What is signed besides the data.
    hashed: &'a [u8],
    /// What the algorithm makes.
    numbers: &'a [u8],
    /// Who made it: only a hint, so it may stand in either list.
    fingerprint: Option<String>,
    key_id: Option<String>,
    /// When, in seconds since 1970.
    made_at: Option<i64>,
    /// How many seconds it holds; 0 is for ever.
    lasts: i64,
    /// Whether it must not count for who does not know one of its conditions.
    has_unknown_condition: bool,
}

impl<'a> Signature<'a> {
    fn read(body: &'a [u8]) -> Option<Self> {
        let mut rest = body;
        let [version, class, algorithm, hash] = *take(&mut rest, 4)?.first_chunk()?;
        if version != 4 {
            return None;
        }
        let length = usize::try_from(number(&mut rest, 2)?).ok()?;
        let first = take(&mut rest, length)?;
        let hashed = body.get(..body.len() - rest.len())?;
        let length = usize::try_from(number(&mut rest, 2)?).ok()?;
        let second = take(&mut rest, length)?;
        // The first bytes of the digest, for whoever wants to know early.
        number(&mut rest, 2)?;
        let mut signature =
            Self { class, algorithm, hash, hashed, numbers: rest, ..Self::default() };
        signature.parts(first, true)?;
        signature.parts(second, false)?;
        Some(signature)
    }

    /// Reads a list of subpackets; what is not hashed proves nothing.
    fn parts(&mut self, mut list: &[u8], is_hashed: bool) -> Option<()> {
        while !list.is_empty() {
            let length = match number(&mut list, 1)? {
                short @ 0..=191 => short,
                255 => number(&mut list, 4)?,
                high => (high - 192) * 256 + number(&mut list, 1)? + 192,
            };
            let mut part = take(&mut list, usize::try_from(length).ok()?)?;
            let kind = number(&mut part, 1)?;
            match kind & 0x7f {
                2 if is_hashed => self.made_at = i64::try_from(number(&mut part, 4)?).ok(),
                3 if is_hashed => self.lasts = i64::try_from(number(&mut part, 4)?).ok()?,
                16 => self.key_id = Some(hexadecimal(part)),
                33 if part.first() == Some(&4) => {
                    self.fingerprint = Some(hexadecimal(part.get(1..)?));
                }
                _ => self.has_unknown_condition |= is_hashed && kind & 0x80 != 0,
            }
        }
        Some(())
    }

    /// The bytes whose digest is signed.
    #[expect(clippy::disallowed_methods, reason = "the signed data is read here")]
    fn message(&self, data: &Path) -> Result<Vec<u8>, SignatureError> {
        let file = std::fs::File::open(data).map_err(SignatureError::io(data))?;
        let mut message = Vec::new();
        file.take(LARGEST + 1).read_to_end(&mut message).map_err(SignatureError::io(data))?;
        if message.len() as u64 > LARGEST {
            return Err(unchecked(format!("the signed data is larger than {LARGEST} bytes")));
        }
        let length = u32::try_from(self.hashed.len()).map_err(unchecked)?;
        message.extend_from_slice(self.hashed);
        message.extend_from_slice(&[4, 0xff]);
        message.extend_from_slice(&length.to_be_bytes());
        Ok(message)
    }
}

fn unchecked(why: impl ToString) -> SignatureError {
    SignatureError::Unchecked { why: why.to_string() }
}

fn take<'a>(rest: &mut &'a [u8], length: usize) -> Option<&'a [u8]> {
    let (taken, after) = rest.split_at_checked(length)?;
    *rest = after;
    Some(taken)
}

/// A number of at most eight bytes, the highest first.
fn number(rest: &mut &[u8], length: usize) -> Option<u64> {
    Some(take(rest, length)?.iter().fold(0, |sum, byte| sum << 8 | u64::from(*byte)))
}

/// A large number behind its length in bits.
fn integer<'a>(rest: &mut &'a [u8]) -> Option<&'a [u8]> {
    let bits = usize::try_from(number(rest, 2)?).ok()?;
    let bytes = take(rest, bits.div_ceil(8))?;
    // The length is that of the number: ring wants no leading zeros, either.
    let unused = usize::try_from(bytes.first()?.leading_zeros()).ok()?;
    (8 * bytes.len() - unused == bits).then_some(bytes)
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02X}")).collect()
}
