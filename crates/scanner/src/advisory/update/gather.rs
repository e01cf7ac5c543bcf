//! Everything that an update reads, fetched and checked.

use std::path::{Path, PathBuf};

use perlscan_model::facts::{FactSet, Trust};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::{FEED, UpdateError, UpdateSettings, base};
use crate::advisory::cache::Locked;
use crate::advisory::fetch::{
    self, DATA_FILE, FetchError, Fetched, Limits, Previous, Progress, Remote, SIGNATURE_FILE,
};
use crate::advisory::sources::{self, SourceData, SourceKind};
use crate::advisory::{AdvisoryError, read_file};
use crate::signature::{self, Keyring, SignatureError};

/// What was fetched last into a folder.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
struct Memory {
    place: String,
    etag: Option<String>,
    commit: Option<String>,
    /// The SHA-256 of the data that the tag names.
    data: Option<String>,
    /// Whether its signature lies beside it.
    signed: bool,
}

impl Memory {
    /// What need not be fetched again: only what still lies there whole. An
    /// update that broke off may have left the data of another time.
    fn previous(self, work: &Path, wants_signature: bool) -> Previous {
        let data = work.join(DATA_FILE);
        let is_whole = || {
            self.data.is_some()
                && digest(&data).ok() == self.data
                && (!wants_signature || (self.signed && work.join(SIGNATURE_FILE).is_file()))
        };
        if self.etag.is_some() && !is_whole() {
            return Previous::default();
        }
        Previous { place: self.place, etag: self.etag, commit: self.commit }
    }
}

/// The sources of one update.
pub(super) struct Gathering<'a> {
    settings: &'a UpdateSettings,
    pub(super) locked: Locked,
    progress: &'a dyn Progress,
    /// What the user should know.
    pub(super) warnings: Vec<String>,
    /// Whether every way by which something came names the other side.
    pub(super) named: bool,
    /// How far each source can be trusted, but for the user's own.
    pub(super) trust: Vec<Trust>,
}

impl<'a> Gathering<'a> {
    pub(super) fn new(
        settings: &'a UpdateSettings,
        locked: Locked,
        progress: &'a dyn Progress,
        warnings: Vec<String>,
    ) -> Self {
        Self { settings, locked, progress, warnings, named: true, trust: Vec::new() }
    }

    /// Reads all sources; the feed too, where none but private ones are named.
    pub(super) fn gather(&mut self, in_use: &FactSet) -> Result<Vec<SourceData>, UpdateError> {
        let settings = self.settings;
        let mut all = Vec::new();
        for source in &settings.sources {
            let (fetched, trust) = self.fetch_checked(&source.remote)?;
            let data = read(source.kind, &fetched)?;
            // What the user adds of his own makes the rest no less trusted.
            if data.source.kind != SourceKind::Private.word() {
                self.trust.push(trust);
                let by_git =
                    matches!(&source.remote, Remote::Git { url, .. } if url.starts_with("git://"));
                self.named &= trust != Trust::Local || !by_git;
            }
            all.push(data);
        }
        if all.iter().any(|data| data.source.kind != SourceKind::Private.word()) {
            if !settings.mirrors.is_empty() {
                let why = "no mirror was asked, for another source than the feed is named";
                self.warnings.push(why.to_owned());
            }
        } else if !settings.offline {
            all.push(self.feed(in_use.meta.epoch)?);
        } else if settings.sources.is_empty() {
            all.push(self.kept_feed()?);
        } else {
            self.trust.push(in_use.meta.trust);
            all.extend(base(in_use));
        }
        Ok(all)
    }

    /// A folder for one remote alone.
    fn work(&self, place: &str) -> PathBuf {
        let digest = Sha256::digest(place.as_bytes());
        let name: String = digest.iter().take(16).map(|byte| format!("{byte:02x}")).collect();
        self.locked.folder().join("fetched").join(name)
    }

    /// Fetches, and says how far it can be trusted. A server may have put a new
    /// release there between data and signature, or signed the same anew: a
    /// signature that does not count is looked for once more.
    fn fetch_checked(&mut self, remote: &Remote) -> Result<(Fetched, Trust), UpdateError> {
        let fetched = self.fetch_signed(remote, false)?;
        let is_https = matches!(remote, Remote::Https { .. });
        match self.trust_of(&fetched) {
            Ok(trust) => Ok((fetched, trust)),
            Err(UpdateError::Signature { cause, .. })
                if is_https
                    && !matches!(cause, SignatureError::NoVerifier)
                    && (fetched.unchanged || matches!(cause, SignatureError::Bad)) =>
            {
                let fetched = self.fetch_signed(remote, true)?;
                let trust = self.trust_of(&fetched)?;
                Ok((fetched, trust))
            }
            Err(other) => Err(other),
        }
    }

    /// Fetches a feed with the signature beside it, or without where the server
    /// has none: a feed need not be signed, the rules then decide.
    fn fetch_signed(&mut self, remote: &Remote, anew: bool) -> Result<Fetched, UpdateError> {
        let Remote::Https { url, signature: None } = remote else {
            return self.fetch(remote, anew);
        };
        let signed = Remote::Https { url: url.clone(), signature: Some(signature_url(url)) };
        let beside = Remote::Https { url: signature_url(url), signature: None }.place();
        match self.fetch(&signed, anew) {
            // What servers answer for a file that is not there, storage services among them.
            Err(UpdateError::Fetch(FetchError::Status { place, status: 403 | 404 | 410 }))
                if place == beside =>
            {
                self.fetch(remote, anew)
            }
            other => other,
        }
    }

    fn fetch(&mut self, remote: &Remote, anew: bool) -> Result<Fetched, UpdateError> {
        let place = remote.place();
        let (is_local, wants_signature) = match remote {
            Remote::Path(_) => (true, false),
            Remote::Git { url, .. } => (url.starts_with("file://") || !url.contains("://"), false),
            Remote::Https { signature, .. } => (false, signature.is_some()),
        };
        if self.settings.offline && !is_local {
            return Err(UpdateError::Offline(place));
        }
        let work = self.work(&place);
        let memory = work.with_extension("json");
        let known: Memory = read_file(&memory)
            .ok()
            .filter(|_| !anew)
            .and_then(|bytes| serde_json::from_slice(&bytes).ok())
            .unwrap_or_default();
        let previous = known.previous(&work, wants_signature);
        let limits = Limits::default();
        let mut fetched = fetch::fetch(remote, &work, &previous, &limits, self.progress)?;
        if fetched.unchanged && wants_signature {
            // The transport says only what is new; this was there, as `previous` saw.
            fetched.signature = Some(work.join(SIGNATURE_FILE));
        }
        if fetched.etag.is_some() || fetched.commit.is_some() {
            let is_https = matches!(remote, Remote::Https { .. });
            let data = is_https.then(|| digest(&fetched.path)).transpose()?;
            let known = Memory {
                place: fetched.place.clone(),
                etag: fetched.etag.clone(),
                commit: fetched.commit.clone(),
                data,
                signed: fetched.signature.is_some(),
            };
            let text = serde_json::to_vec(&known)
                .map_err(|cause| AdvisoryError::content(&memory, None, cause))?;
            if let Ok(name) = memory.strip_prefix(self.locked.folder()) {
                self.locked.replace(&name.to_string_lossy(), &text)?;
            }
        }
        if fetched.rewritten {
            self.warnings.push(format!(
                "{}: its history was rewritten since the last update",
                fetched.place
            ));
        }
        Ok(fetched)
    }

    /// How far a fetched source can be trusted: signed only when that is verified.
    fn trust_of(&mut self, fetched: &Fetched) -> Result<Trust, UpdateError> {
        let Some(signature) = &fetched.signature else { return Ok(fetched.trust) };
        let keyring =
            self.settings.keyrings.iter().fold(Keyring::release(), |all, file| all.with_file(file));
        let scratch = self.locked.folder().join("scratch");
        match signature::verify(&fetched.path, signature, &keyring, &scratch) {
            Ok(_) => Ok(Trust::Signed),
            // Nobody has looked at it: that is no signature, but no bad one either.
            Err(SignatureError::NoVerifier) if self.settings.accepted.unsigned => {
                let place = &fetched.place;
                self.warnings.push(format!("{place}: {}", SignatureError::NoVerifier));
                Ok(fetched.trust)
            }
            Err(cause) => Err(UpdateError::Signature { place: fetched.place.clone(), cause }),
        }
    }

    fn mirrors(&self) -> Vec<Remote> {
        if self.settings.mirrors.is_empty() {
            let remote = |url: &str| Remote::Https { url: url.to_owned(), signature: None };
            FEED.into_iter().map(remote).collect()
        } else {
            self.settings.mirrors.clone()
        }
    }

    /// CPANSA's signed feed, from the first place that has it as it should be. A
    /// place may lag behind: one that is older than the database in use counts
    /// only when none is newer, for the rules to refuse.
    fn feed(&mut self, in_use: i64) -> Result<SourceData, UpdateError> {
        let mut failed = Vec::new();
        let mut best: Option<(SourceData, Trust)> = None;
        for remote in self.mirrors() {
            let read = self
                .fetch_checked(&remote)
                .and_then(|(fetched, trust)| Ok((self.signed_feed(&fetched, trust)?, trust)));
            let (data, trust) = match read {
                Ok(read) => read,
                Err(UpdateError::Fetch(cause)) if !cause.is_remote() => return Err(cause.into()),
                Err(cause) => {
                    failed.push(cause.to_string());
                    continue;
                }
            };
            let is_new = data.source.epoch >= in_use;
            if !is_new {
                failed.push(format!("{}: its feed is older than the database", remote.place()));
            }
            if best.as_ref().is_none_or(|(known, _)| known.source.epoch < data.source.epoch) {
                best = Some((data, trust));
            }
            if is_new {
                break;
            }
        }
        match best {
            Some((data, trust)) => {
                self.trust.push(trust);
                self.warnings.append(&mut failed);
                Ok(data)
            }
            None => Err(UpdateError::NoMirror(failed)),
        }
    }

    /// The feed as the last update fetched it.
    fn kept_feed(&mut self) -> Result<SourceData, UpdateError> {
        for remote in self.mirrors() {
            let place = remote.place();
            let fetched = if let Remote::Path(_) = remote {
                self.fetch(&remote, false)?
            } else {
                let work = self.work(&place);
                let path = work.join(DATA_FILE);
                if !path.is_file() {
                    continue;
                }
                let signature = Some(work.join(SIGNATURE_FILE)).filter(|file| file.is_file());
                Fetched {
                    path,
                    trust: Trust::Transport,
                    place,
                    commit: None,
                    made_at: None,
                    etag: None,
                    unchanged: true,
                    rewritten: false,
                    signature,
                }
            };
            let trust = self.trust_of(&fetched)?;
            let data = self.signed_feed(&fetched, trust)?;
            self.trust.push(trust);
            return Ok(data);
        }
        Err(UpdateError::Offline("no feed is kept from an earlier update, name a --source".into()))
    }

    fn signed_feed(&self, fetched: &Fetched, trust: Trust) -> Result<SourceData, UpdateError> {
        if trust != Trust::Signed && !self.settings.accepted.unsigned {
            let why = "it has no signature; --allow-unsigned accepts that".to_owned();
            return Err(FetchError::Refused { place: fetched.place.clone(), why }.into());
        }
        read(Some(SourceKind::CpansaFeed), fetched)
    }
}

/// The URL of the signature beside a file, before what may follow the path.
fn signature_url(url: &str) -> String {
    let end = url.find(['?', '#']).unwrap_or(url.len());
    let (path, rest) = url.split_at(end);
    format!("{path}.gpg{rest}")
}

fn read(kind: Option<SourceKind>, fetched: &Fetched) -> Result<SourceData, UpdateError> {
    let mut data = match kind {
        Some(kind) => sources::read_as(kind, &fetched.path)?,
        None => sources::read(&fetched.path)?,
    };
    if let Some(commit) = &fetched.commit {
        data.source.commit.clone_from(commit);
    }
    if let Some(date) = fetched.made_at {
        data.source.epoch = date;
    }
    Ok(data)
}

/// The SHA-256 of a file, in hexadecimal.
fn digest(path: &Path) -> Result<String, AdvisoryError> {
    let digest = Sha256::digest(read_file(path)?);
    Ok(digest.iter().map(|byte| format!("{byte:02x}")).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_signature_lies_beside_the_path() {
        for (url, signature) in [
            ("https://h/a.json", "https://h/a.json.gpg"),
            ("https://h/a.json?token=x", "https://h/a.json.gpg?token=x"),
        ] {
            assert_eq!(signature_url(url), signature);
        }
    }
}
