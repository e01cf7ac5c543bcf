//! Detached OpenPGP signatures of advisory data.
//!
//! A signature counts when a key of the [`Keyring`] made it, the bytes are the
//! signed ones, the key is not revoked, and it had not expired when the
//! signature was made. The checking is done by the system's `gpgv`, or, with the
//! feature `pgp`, by a library.

use std::path::{Path, PathBuf};

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

/// Why a signature does not count.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SignatureError {
    /// Nothing on this machine can check it.
    #[error(
        "no gpgv on this machine to check the signature with; install it \
         (apt install gpgv, dnf install gnupg2, brew install gnupg), or take a \
         perlscan that was built with `--features pgp`"
    )]
    NoVerifier,
}

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
    let _ = (data, signature, keyring, scratch);
    Err(SignatureError::NoVerifier)
}
