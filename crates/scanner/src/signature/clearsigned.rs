//! Text with its signature around it (RFC 9580, section 7), as a mirror's
//! `CHECKSUMS` and a distribution's `SIGNATURE` are signed.
//!
//! What was signed is told by gpgv and by nobody else: a reader that took the text
//! out of such a file by itself could be shown other text than the signature is of.

use std::ffi::OsStr;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use super::{Scratch, SignatureError, TIME, Verified, armor, keys_of, status};
use crate::programs::{self, RunError};

/// The largest signed text, in bytes.
pub const LARGEST: u64 = armor::LARGEST;

/// Text that a key of the keyring has signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signed {
    /// By whom and when.
    pub by: Verified,
    /// The text, as it was signed.
    pub text: Vec<u8>,
}

/// Checks signed texts by one keyring and one gpgv, for a whole run.
#[derive(Debug)]
pub struct Verifier {
    gpgv: PathBuf,
    keys: Vec<u8>,
    scratch: PathBuf,
}

impl Verifier {
    /// With the keys of a file, armored or not, each of which is accepted.
    ///
    /// `scratch` is a folder of our own, made if need be, in which a folder for each
    /// check is made and removed again. No gpgv is taken from below `scanned`.
    ///
    /// # Errors
    /// When there is no gpgv, or no key in the file.
    pub fn new(
        keyring: &Path,
        scratch: &Path,
        scanned: &[PathBuf],
    ) -> Result<Self, SignatureError> {
        let gpgv = programs::find_outside("gpgv", scanned).ok_or(SignatureError::NoVerifier)?;
        Ok(Self { gpgv, keys: keys_of(keyring)?, scratch: scratch.to_owned() })
    }

    /// Checks a text with its signature around it.
    ///
    /// # Errors
    /// When the signature does not count, or can't be checked. There is no third way.
    pub fn check(&self, bytes: &[u8]) -> Result<Signed, SignatureError> {
        if bytes.len() as u64 > LARGEST {
            let why = format!("it has more than {LARGEST} bytes, and its signature is not checked");
            return Err(SignatureError::Unchecked { why });
        }
        let folder = Scratch::new(&self.scratch)?;
        let keys = folder.file("keys", &self.keys)?;
        let signed = folder.file("signed", bytes)?;
        let text = folder.0.join("text");
        let home = folder.home();
        let arguments: [&OsStr; 10] = [
            "--homedir".as_ref(),
            home.as_os_str(),
            "--status-fd".as_ref(),
            "1".as_ref(),
            "--keyring".as_ref(),
            keys.as_os_str(),
            "--output".as_ref(),
            text.as_os_str(),
            "--".as_ref(),
            signed.as_os_str(),
        ];
        let environment: [(&str, &OsStr); 2] =
            [("GNUPGHOME", home.as_os_str()), ("LC_ALL", "C".as_ref())];
        let said =
            programs::run(&self.gpgv, &arguments, &environment, &folder.0, |time| time < TIME);
        let said = said.map_err(|error| match error {
            RunError::Io(cause) => SignatureError::Io { path: self.gpgv.clone(), cause },
            RunError::Stopped => SignatureError::Unchecked {
                why: format!("gpgv has not ended within {} seconds", TIME.as_secs()),
            },
        })?;
        if !said.success && !said.out.contains("[GNUPG:] NEWSIG") {
            let why = match said.out.contains("[GNUPG:] NODATA") {
                true => return Err(SignatureError::Unsigned),
                false => format!("gpgv can't check the signature: {}", last_line(&said.err)),
            };
            return Err(SignatureError::Unchecked { why });
        }
        let by = status::judge(&said.out, |_| true)?;
        Ok(Signed { by, text: output(&text)? })
    }
}

/// gpgv's own words, which end with the reason; what it says of paths is ours.
fn last_line(said: &str) -> String {
    let line = said.trim().lines().last().unwrap_or_default();
    line.rsplit(": ").next().unwrap_or_default().to_owned()
}

/// What gpgv wrote: the signed text.
#[expect(clippy::disallowed_methods, reason = "a file of our own that gpgv wrote")]
fn output(path: &Path) -> Result<Vec<u8>, SignatureError> {
    let mut text = Vec::new();
    let file = std::fs::File::open(path).map_err(SignatureError::io(path))?;
    file.take(LARGEST).read_to_end(&mut text).map_err(SignatureError::io(path))?;
    Ok(text)
}
