//! Many files of one server, as they are, over connections that are kept.

use std::path::Path;
use std::time::Instant;

use super::files::Beside;
use super::https::{One, agent};
use super::remote::{scheme_of, without_credentials};
use super::{FetchError, Limits};

/// A server's folder. What its URL or the user says of who is asking is sent to that
/// server alone, and shown nowhere.
pub struct Client {
    /// With credentials, and without `/` at its end.
    url: String,
    place: String,
    authorization: Option<String>,
    limits: Limits,
    agent: ureq::Agent,
}

impl Client {
    /// A folder by its URL, which may carry a user and a password; `authorization` is
    /// sent as the header of that name in place of these.
    ///
    /// # Errors
    /// When it is no URL of https.
    pub fn new(
        url: &str,
        authorization: Option<String>,
        limits: Limits,
    ) -> Result<Self, FetchError> {
        let place = without_credentials(url);
        let refused = |why: &str| FetchError::Refused { place: place.clone(), why: why.into() };
        if scheme_of(url).as_deref() != Some("https") {
            return Err(refused(
                "only https:// is safe; use it, or copy the mirror to this machine",
            ));
        }
        if url.contains(['?', '#']) {
            return Err(refused("the URL of a mirror is that of a folder, without ? and #"));
        }
        let url = url.trim_end_matches('/').to_owned();
        let place = place.trim_end_matches('/').to_owned();
        let agent = agent(limits.whole, limits.connect);
        Ok(Self { url, place, authorization, limits, agent })
    }

    /// The URL without credentials.
    pub fn place(&self) -> &str {
        &self.place
    }

    /// Saves a file below the folder, of at most so many bytes. It has its name when
    /// it is whole.
    ///
    /// # Errors
    /// When it is not there, or can't be had.
    pub fn save(&self, path: &str, to: &Path, most: u64) -> Result<(), FetchError> {
        let path = encoded(path);
        let place = format!("{}/{path}", self.place);
        let one = One {
            place: &place,
            started: Instant::now(),
            limits: &self.limits,
            progress: &(),
            agent: Some(&self.agent),
            authorization: self.authorization.as_deref(),
        };
        let answer = one.get(&format!("{}/{path}", self.url), None)?;
        let answer = answer.ok_or(FetchError::Status { place: place.clone(), status: 304 })?;
        one.save_as_is(answer, Beside::new(to.to_owned())?, most).map(|_| ())
    }
}

/// A path in a URL (RFC 3986, 3.3).
fn encoded(path: &str) -> String {
    let mut text = String::new();
    for byte in path.bytes() {
        match byte {
            b'/' | b'-' | b'.' | b'_' | b'~' => text.push(char::from(byte)),
            _ if byte.is_ascii_alphanumeric() => text.push(char::from(byte)),
            _ => text.push_str(&format!("%{byte:02X}")),
        }
    }
    text
}
