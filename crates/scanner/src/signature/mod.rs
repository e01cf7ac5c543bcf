//! OpenPGP signatures: detached ones of advisory data, and those that stand around
//! a text ([`clearsigned`]).
//!
//! A signature counts when a key of the [`Keyring`] made it, the bytes are the
//! signed ones, the key is not revoked, and it had not expired when the
//! signature was made. The checking is done by the system's `gpgv`; where there is
//! none and the feature `pgp` is on, by the crate of that name. Neither takes a key
//! without its owner's signature, of which nothing but its numbers is known: what
//! such a key signed is checked by `bare`, and holds for as long as there is no
//! other copy of it.

use std::ffi::OsStr;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use crate::programs::{self, RunError};

mod armor;
#[cfg(feature = "https")]
mod bare;
pub mod clearsigned;
#[cfg(feature = "pgp")]
mod library;
mod status;

/// The primary key that signs CPANSA's feed.
pub const CPANSA_KEY: &str = "75AAB42CBA0D7F37F0D6886DF83F8D5E878B6041";

/// The keys whose signatures count.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Keyring {
    /// Files of a user's own keys, armored or not: each key in them is accepted.
    pub files: Vec<PathBuf>,
    /// Fingerprints of primary keys, in upper case hexadecimal: of the keys that
    /// came with the program, only these are accepted.
    pub fingerprints: Vec<String>,
}

impl Keyring {
    /// The keys that came with the program, for CPANSA's feed.
    pub fn release() -> Self {
        Self { files: Vec::new(), fingerprints: vec![CPANSA_KEY.to_owned()] }
    }

    /// The same, and a file of a user's own keys.
    #[must_use]
    pub fn with_file(mut self, file: impl Into<PathBuf>) -> Self {
        self.files.push(file.into());
        self
    }
}

/// A signature that counts.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Verified {
    /// A key of the keyring signed these bytes.
    Good {
        /// The primary key, in upper case hexadecimal.
        fingerprint: String,
        /// When, in seconds since 1970, as the signer says.
        made_at: i64,
    },
}

/// Why a signature does not count. `key` is a fingerprint or key id.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SignatureError {
    /// Nothing on this machine can check it.
    #[error(
        "no gpgv on this machine to check the signature with; install it \
         (apt install gpgv, dnf install gnupg2, brew install gnupg)"
    )]
    NoVerifier,
    /// The keyring has no such key.
    #[error(
        "the signature was made by {key}, which is none of the keys that are trusted here; \
         if you know it to be right, write it to a file by `gpg --export {key} > FILE`, \
         and give that: --keyring FILE"
    )]
    MissingKey {
        /// The key.
        key: String,
    },
    /// The bytes are not those that were signed.
    #[error("the signature is not of this data: one of them was changed or is not whole")]
    Bad,
    /// A revoked key made it.
    #[error("the signature was made with the revoked key {key}")]
    Revoked {
        /// The key.
        key: String,
    },
    /// It was made when its key had expired.
    #[error("the signature was made after its key {key} had expired")]
    KeyExpired {
        /// The key.
        key: String,
    },
    /// The signature itself has an end, which is past.
    #[error("the signature by {key} has expired")]
    Expired {
        /// The key.
        key: String,
    },
    /// It uses a digest for which collisions are made.
    #[error("the signature by {key} uses MD5, SHA-1 or RIPEMD-160, which prove nothing")]
    WeakDigest {
        /// The key.
        key: String,
    },
    /// A good signature, by somebody else.
    #[error("the signature was made by {key}, which is not the key that signs this data")]
    NotPinned {
        /// The key.
        key: String,
    },
    /// The file holds no signature that counts.
    #[error("there is no signature of this data")]
    Unsigned,
    /// It could not be checked.
    #[error("{why}")]
    Unchecked {
        /// Why.
        why: String,
    },
    /// A file of keys or signatures is not what it should be.
    #[error("{}: {why}", path.display())]
    Content {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        why: String,
    },
    /// A file can't be read or written.
    #[error("{}: {cause}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system says.
        cause: std::io::Error,
    },
}

impl SignatureError {
    fn missing(key: String) -> Self {
        Self::MissingKey { key }
    }

    fn io(path: &Path) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.to_owned();
        |cause| Self::Io { path, cause }
    }
}

/// What checks signatures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Checker {
    /// The system's gpgv.
    Gpgv,
    /// The crate `pgp`.
    #[cfg(feature = "pgp")]
    Library,
}

/// How long gpgv may take for one check.
const TIME: Duration = Duration::from_secs(60);

/// Checks a detached signature over a file.
///
/// `scratch` is a folder of our own, made if need be, in which a folder for this
/// check is made and removed again.
///
/// # Errors
/// When it does not count, or can't be checked. There is no third way.
pub fn verify(
    data: &Path,
    signature: &Path,
    keyring: &Keyring,
    scratch: &Path,
) -> Result<Verified, SignatureError> {
    #[cfg(feature = "pgp")]
    if programs::find("gpgv").is_none() {
        return verify_by(Checker::Library, data, signature, keyring, scratch);
    }
    verify_by(Checker::Gpgv, data, signature, keyring, scratch)
}

/// The same, by a checker that the caller names.
///
/// # Errors
/// As [`verify`].
pub fn verify_by(
    checker: Checker,
    data: &Path,
    signature: &Path,
    keyring: &Keyring,
    scratch: &Path,
) -> Result<Verified, SignatureError> {
    let folder = Scratch::new(scratch)?;
    let packets = read(signature)?;
    let types = armor::packets(&packets)
        .map_err(|why| SignatureError::Content { path: signature.to_owned(), why })?;
    // A whole signed message would bring its own data along.
    if types.is_empty() || types.iter().any(|kind| *kind != armor::SIGNATURE) {
        let why = "this is no detached OpenPGP signature".to_owned();
        return Err(SignatureError::Content { path: signature.to_owned(), why });
    }
    let data = std::path::absolute(data).map_err(SignatureError::io(data))?;
    let checked = folder.file("signature", &packets)?;
    let judge = |keys: &[u8], accepts: &dyn Fn(&str) -> bool| {
        #[cfg(feature = "https")]
        if let Some(bare) = bare::keys(keys) {
            return bare::judge(&bare, &packets, &data, accepts);
        }
        match checker {
            Checker::Gpgv => {
                let gpgv = programs::find("gpgv").ok_or(SignatureError::NoVerifier)?;
                let keys = folder.file("keys", keys)?;
                status::judge(&folder.ask(&gpgv, &keys, &checked, &data)?, accepts)
            }
            #[cfg(feature = "pgp")]
            Checker::Library => library::judge(keys, &packets, &data, accepts),
        }
    };
    // A user's own keys are all accepted, the program's by their fingerprint:
    // so they are asked apart.
    let mut wrong: Option<SignatureError> = None;
    for file in &keyring.files {
        match judge(&keys_of(file)?, &|_| true) {
            Ok(verified) => return Ok(verified),
            // Another key may do, and without gpgv another way.
            Err(missing @ (SignatureError::MissingKey { .. } | SignatureError::NoVerifier)) => {
                wrong = wrong.or(Some(missing));
            }
            Err(other) => return Err(other),
        }
    }
    for text in RELEASE_KEYS {
        let why = |why| SignatureError::Unchecked { why };
        let keys = armor::dearmor(text).map_err(why)?;
        match judge(&keys, &|key| keyring.fingerprints.iter().any(|pin| pin == key)) {
            Ok(verified) => return Ok(verified),
            Err(missing @ SignatureError::MissingKey { .. }) => {
                wrong = wrong.or(Some(missing));
            }
            Err(other) => return Err(other),
        }
    }
    Err(wrong.unwrap_or_else(|| {
        SignatureError::missing(keyring.fingerprints.first().cloned().unwrap_or_default())
    }))
}

/// The keys that came with the program, armored. The release puts them there;
/// `keys/README.md` says how.
static RELEASE_KEYS: &[&[u8]] = include!(concat!(env!("OUT_DIR"), "/release_keys.rs"));

/// The keys of a file, without armor.
fn keys_of(path: &Path) -> Result<Vec<u8>, SignatureError> {
    let content = |why: String| SignatureError::Content { path: path.to_owned(), why };
    let keys = read(path)?;
    if !armor::is_keybox(&keys)
        && !armor::packets(&keys).map_err(content)?.contains(&armor::PUBLIC_KEY)
    {
        return Err(content("there is no public key in this file".into()));
    }
    Ok(keys)
}

/// A file of keys or signatures, without armor.
#[expect(clippy::disallowed_methods, reason = "keys and signatures are read here")]
fn read(path: &Path) -> Result<Vec<u8>, SignatureError> {
    let mut bytes = Vec::new();
    let file = std::fs::File::open(path).map_err(SignatureError::io(path))?;
    file.take(armor::LARGEST + 1).read_to_end(&mut bytes).map_err(SignatureError::io(path))?;
    let content = |why: String| SignatureError::Content { path: path.to_owned(), why };
    if bytes.len() as u64 > armor::LARGEST {
        return Err(content(format!("larger than {} bytes", armor::LARGEST)));
    }
    if bytes.is_empty() {
        return Err(content("the file is empty".into()));
    }
    armor::dearmor(&bytes).map_err(content)
}

/// A folder for one check, removed at its end.
struct Scratch(PathBuf);

impl Scratch {
    fn new(parent: &Path) -> Result<Self, SignatureError> {
        static COUNT: AtomicU64 = AtomicU64::new(0);
        let parent = std::path::absolute(parent).map_err(SignatureError::io(parent))?;
        std::fs::create_dir_all(&parent).map_err(SignatureError::io(&parent))?;
        // A folder that a killed run left behind has a number, too: the next is taken.
        loop {
            let number = COUNT.fetch_add(1, Ordering::Relaxed);
            let path = parent.join(format!("verify-{}-{number}", std::process::id()));
            match std::fs::create_dir(&path) {
                Ok(()) => {
                    let folder = Self(path);
                    let home = folder.home();
                    std::fs::create_dir(&home).map_err(SignatureError::io(&home))?;
                    return Ok(folder);
                }
                Err(cause) if cause.kind() == std::io::ErrorKind::AlreadyExists => {}
                Err(cause) => return Err(SignatureError::Io { path, cause }),
            }
        }
    }

    /// GnuPG's home, which is empty: no options and no keys of the user's.
    fn home(&self) -> PathBuf {
        self.0.join("home")
    }

    #[expect(clippy::disallowed_methods, reason = "files of our own for gpgv")]
    fn file(&self, name: &str, bytes: &[u8]) -> Result<PathBuf, SignatureError> {
        let path = self.0.join(name);
        std::fs::write(&path, bytes).map_err(SignatureError::io(&path))?;
        Ok(path)
    }

    /// gpgv's status lines.
    fn ask(
        &self,
        gpgv: &Path,
        keys: &Path,
        signature: &Path,
        data: &Path,
    ) -> Result<String, SignatureError> {
        let home = self.home();
        let arguments: [&OsStr; 9] = [
            "--homedir".as_ref(),
            home.as_os_str(),
            "--status-fd".as_ref(),
            "1".as_ref(),
            "--keyring".as_ref(),
            keys.as_os_str(),
            "--".as_ref(),
            signature.as_os_str(),
            data.as_os_str(),
        ];
        let environment: [(&str, &OsStr); 2] =
            [("GNUPGHOME", home.as_os_str()), ("LC_ALL", "C".as_ref())];
        let said = programs::run(gpgv, &arguments, &environment, &self.0, |time| time < TIME);
        let said = said.map_err(|error| match error {
            RunError::Io(cause) => SignatureError::Io { path: gpgv.to_owned(), cause },
            RunError::Stopped => SignatureError::Unchecked {
                why: format!("gpgv has not ended within {} seconds", TIME.as_secs()),
            },
        })?;
        if !said.success && !said.out.contains("[GNUPG:] NEWSIG") {
            let why = format!("gpgv can't check the signature: {}", said.err.trim());
            return Err(SignatureError::Unchecked { why });
        }
        Ok(said.out)
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // What stays lies in a folder of our own and is never read again.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
