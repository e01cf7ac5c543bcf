//! Feeds by HTTPS.
//!
//! Redirects are followed here and not by the library: never away from https,
//! and without the user's credentials to anybody else.

use std::io::Read;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use flate2::read::MultiGzDecoder;
use perlscan_model::facts::Trust;
use ureq::tls::{RootCerts, TlsConfig};

use super::files::Beside;
use super::remote::{scheme_of, without_credentials};
use super::{DATA_FILE, FetchError, Fetched, Limits, Previous, Progress, SIGNATURE_FILE};

/// How many redirects are followed.
const REDIRECTS: usize = 5;
/// The largest signature, in bytes.
const SIGNATURE: u64 = 1 << 20;

pub(super) fn fetch(
    url: &str,
    signature: Option<&str>,
    work: &Path,
    previous: &Previous,
    limits: &Limits,
    progress: &dyn Progress,
) -> Result<Fetched, FetchError> {
    let place = without_credentials(url);
    let started = Instant::now();
    let etag = previous.etag.as_deref().filter(|_| previous.place == place);
    let mut fetched = Fetched {
        path: work.join(DATA_FILE),
        trust: Trust::Transport,
        place: place.clone(),
        commit: None,
        made_at: None,
        etag: etag.map(str::to_owned),
        unchanged: true,
        rewritten: false,
        signature: None,
    };
    let one = One { place: &place, started, limits, progress, agent: None, authorization: None };
    let Some(answer) = one.get(url, etag)? else { return Ok(fetched) };
    fetched.unchanged = false;
    fetched.etag =
        answer.headers().get("etag").and_then(|tag| tag.to_str().ok()).map(str::to_owned);
    fetched.path = one.save(answer, fetched.path, limits.file, "data")?;
    if let Some(url) = signature {
        let place = without_credentials(url);
        let one =
            One { place: &place, started, limits, progress, agent: None, authorization: None };
        let answer =
            one.get(url, None)?.ok_or(FetchError::Status { place: place.clone(), status: 304 })?;
        fetched.signature =
            Some(one.save(answer, work.join(SIGNATURE_FILE), SIGNATURE, "signature")?);
    }
    Ok(fetched)
}

/// One file, with its redirects.
pub(super) struct One<'a> {
    pub(super) place: &'a str,
    pub(super) started: Instant,
    pub(super) limits: &'a Limits,
    pub(super) progress: &'a dyn Progress,
    /// Where connections are kept; else each request has one of its own.
    pub(super) agent: Option<&'a ureq::Agent>,
    /// What is sent as a header of that name in place of the URL's credentials.
    pub(super) authorization: Option<&'a str>,
}

type Answer = ureq::http::Response<ureq::Body>;

impl One<'_> {
    /// The answer that has the file; `None` when it is the one that the tag names.
    pub(super) fn get(&self, url: &str, etag: Option<&str>) -> Result<Option<Answer>, FetchError> {
        let refused = |why: &str| FetchError::Refused { place: self.place.into(), why: why.into() };
        let (mut url, credentials) = split_credentials(url);
        let credentials = self.authorization.map(str::to_owned).or(credentials);
        let first = origin(&url);
        for _ in 0..=REDIRECTS {
            if scheme_of(&url).as_deref() != Some("https") {
                return Err(refused("it is redirected away from https, which is not safe"));
            }
            let left = self.limits.whole.saturating_sub(self.started.elapsed());
            if left.is_zero() {
                return Err(self.slow());
            }
            let connect = self.limits.connect.min(left);
            // A file that is kept as it is, is asked for as it is.
            let (agent, encoding) = match self.agent {
                Some(agent) => (agent.clone(), "identity"),
                None => (agent(left, connect), "gzip"),
            };
            let request = agent.get(&url).config();
            let request = request.timeout_global(Some(left)).timeout_connect(Some(connect)).build();
            let mut request = request.header("accept-encoding", encoding);
            if let Some(etag) = etag {
                request = request.header("if-none-match", etag);
            }
            if let Some(credentials) = credentials.as_ref().filter(|_| origin(&url) == first) {
                request = request.header("authorization", credentials);
            }
            let answer = request.call().map_err(|error| self.network(error))?;
            match answer.status().as_u16() {
                200 => return Ok(Some(answer)),
                304 if etag.is_some() => return Ok(None),
                301 | 302 | 303 | 307 | 308 => {
                    let to = answer.headers().get("location").and_then(|to| to.to_str().ok());
                    let to = to.ok_or_else(|| refused("it is redirected to nowhere"))?;
                    // Credentials in a redirect are the server's, and are not sent.
                    url = split_credentials(&join(&url, to)).0;
                }
                status => return Err(FetchError::Status { place: self.place.into(), status }),
            }
        }
        Err(refused("it is redirected more than 5 times"))
    }

    /// Writes the body without its gzip: the transfer's, which the library takes
    /// off, and that of a `.json.gz`.
    fn save(
        &self,
        mut answer: Answer,
        path: PathBuf,
        limit: u64,
        what: &str,
    ) -> Result<PathBuf, FetchError> {
        let packed = answer.headers().contains_key("content-encoding");
        let total = answer.body().content_length().filter(|_| !packed);
        let body = answer.body_mut().with_config().limit(self.limits.received).reader();
        let mut body = std::io::BufReader::new(body);
        let head = std::io::BufRead::fill_buf(&mut body).map_err(|error| self.broken(error))?;
        if head.starts_with(&[0x1f, 0x8b]) {
            return self.copy(&mut MultiGzDecoder::new(body), path, limit, what, None);
        }
        self.copy(&mut body, path, limit, what, total)
    }

    /// Writes the body, whatever it is.
    pub(super) fn save_as_is(
        &self,
        mut answer: Answer,
        file: Beside,
        limit: u64,
    ) -> Result<PathBuf, FetchError> {
        let packed = answer.headers().contains_key("content-encoding");
        let total = answer.body().content_length().filter(|_| !packed);
        let mut body = answer.body_mut().with_config().limit(self.limits.received).reader();
        self.write(&mut body, file, limit, "file", total)?.done_unsynced()
    }

    fn copy(
        &self,
        from: &mut dyn Read,
        path: PathBuf,
        limit: u64,
        what: &str,
        total: Option<u64>,
    ) -> Result<PathBuf, FetchError> {
        self.write(from, Beside::new(path)?, limit, what, total)?.done()
    }

    fn write(
        &self,
        from: &mut dyn Read,
        mut file: Beside,
        limit: u64,
        what: &str,
        total: Option<u64>,
    ) -> Result<Beside, FetchError> {
        let mut buffer = vec![0; 64 << 10];
        let mut done = 0;
        loop {
            let count = from.read(&mut buffer).map_err(|error| self.broken(error))?;
            if count == 0 {
                break;
            }
            done += count as u64;
            if done > limit {
                let what = match what {
                    "file" => "the file".to_owned(),
                    _ => format!("the {what}, unpacked,"),
                };
                return Err(FetchError::TooLarge { place: self.place.into(), what, limit });
            }
            file.write(buffer.get(..count).unwrap_or_default())?;
            self.progress.at(what, done, total);
        }
        if total.is_some_and(|total| total != done) {
            let why = format!("the {what} is cut at {done} bytes");
            return Err(FetchError::Network { place: self.place.into(), why });
        }
        Ok(file)
    }

    fn slow(&self) -> FetchError {
        FetchError::TooSlow { place: self.place.into(), limit: self.limits.whole }
    }

    /// The library's errors name no credentials: the URL that it got has none.
    fn network(&self, error: ureq::Error) -> FetchError {
        match error {
            ureq::Error::Timeout(ureq::Timeout::Global | ureq::Timeout::PerCall) => self.slow(),
            other => FetchError::Network { place: self.place.into(), why: other.to_string() },
        }
    }

    fn broken(&self, error: std::io::Error) -> FetchError {
        let place = self.place.to_owned();
        if error.kind() == std::io::ErrorKind::TimedOut {
            return self.slow();
        }
        let inner = error.get_ref().and_then(|inner| inner.downcast_ref::<ureq::Error>());
        match inner {
            Some(ureq::Error::BodyExceedsLimit(limit)) => {
                FetchError::TooLarge { place, what: "the answer".into(), limit: *limit }
            }
            Some(ureq::Error::Timeout(_)) => self.slow(),
            _ => FetchError::Network { place, why: format!("the answer breaks off: {error}") },
        }
    }
}

/// The system's certificates (and `SSL_CERT_FILE` on Unix), and the proxies that
/// the environment names.
pub(super) fn agent(whole: Duration, connect: Duration) -> ureq::Agent {
    ureq::Agent::config_builder()
        .https_only(true)
        .http_status_as_error(false)
        .max_redirects(0)
        .max_redirects_will_error(false)
        .timeout_global(Some(whole))
        .timeout_connect(Some(connect))
        .user_agent(concat!("perlscan/", env!("CARGO_PKG_VERSION")))
        .tls_config(TlsConfig::builder().root_certs(RootCerts::PlatformVerifier).build())
        .build()
        .new_agent()
}

/// A URL without user and password, and these as a header.
fn split_credentials(url: &str) -> (String, Option<String>) {
    let url = url.split('#').next().unwrap_or_default();
    let Some((scheme, rest)) = url.split_once("://") else { return (url.to_owned(), None) };
    let end = rest.find(['/', '?']).unwrap_or(rest.len());
    let (authority, path) = rest.split_at(end);
    match authority.rsplit_once('@') {
        None => (url.to_owned(), None),
        Some((user, host)) => {
            let mut user = percent_decoded(user);
            if !user.contains(&b':') {
                user.push(b':');
            }
            (format!("{scheme}://{host}{path}"), Some(format!("Basic {}", base64(&user))))
        }
    }
}

/// Scheme, host and port: what credentials belong to.
fn origin(url: &str) -> String {
    let (scheme, rest) = url.split_once("://").unwrap_or_default();
    let host = rest.split(['/', '?']).next().unwrap_or_default();
    format!("{scheme}://{}", host.strip_suffix(":443").unwrap_or(host)).to_ascii_lowercase()
}

/// The target of a redirect (RFC 3986, 5.2, as far as servers use it).
fn join(base: &str, to: &str) -> String {
    if scheme_of(to).is_some() {
        return to.to_owned();
    }
    let (scheme, rest) = base.split_once("://").unwrap_or_default();
    if let Some(host) = to.strip_prefix("//") {
        return format!("{scheme}://{host}");
    }
    let host = rest.split(['/', '?']).next().unwrap_or_default();
    if to.starts_with('/') {
        return format!("{scheme}://{host}{to}");
    }
    let path = rest.get(host.len()..).unwrap_or_default().split('?').next().unwrap_or_default();
    let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
    format!("{scheme}://{host}{folder}/{to}")
}

fn percent_decoded(text: &str) -> Vec<u8> {
    let mut found = Vec::new();
    let mut rest = text.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        let code = after.get(..2).and_then(|two| std::str::from_utf8(two).ok());
        match code.and_then(|two| u8::from_str_radix(two, 16).ok()).filter(|_| byte == b'%') {
            Some(value) => {
                found.push(value);
                rest = after.get(2..).unwrap_or_default();
            }
            None => {
                found.push(byte);
                rest = after;
            }
        }
    }
    found
}

fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for three in bytes.chunks(3) {
        let at = |n: usize| u32::from(three.get(n).copied().unwrap_or(0));
        let bits = at(0) << 16 | at(1) << 8 | at(2);
        for n in 0..4 {
            let letter = LETTERS.get((bits >> (18 - 6 * n) & 63) as usize).copied().unwrap_or(b'=');
            text.push(if n <= three.len() { char::from(letter) } else { '=' });
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_become_a_header() {
        // The example of RFC 7617.
        let (url, header) = split_credentials("https://Aladdin:open%20sesame@h:1/a?b");
        assert_eq!(url, "https://h:1/a?b");
        assert_eq!(header.as_deref(), Some("Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="));
        assert_eq!(split_credentials("https://h/a@b"), ("https://h/a@b".into(), None));
    }

    #[test]
    fn redirects_are_joined() {
        for (to, joined) in [
            ("http://x/y", "http://x/y"),
            ("//x/y", "https://x/y"),
            ("/y", "https://h:1/y"),
            ("y?z", "https://h:1/a/y?z"),
        ] {
            assert_eq!(join("https://h:1/a/b?c/d", to), joined);
        }
        assert_eq!(origin("https://H:443/a"), origin("https://h?x"));
        assert_ne!(origin("https://h:444/a"), origin("https://h/a"));
    }
}
