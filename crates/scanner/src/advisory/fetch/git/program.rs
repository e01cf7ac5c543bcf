//! By the user's git, for https and ssh: it knows how to get in where libgit2 does
//! not.

use std::ffi::OsStr;
use std::path::Path;

use super::{Job, TIP};
use crate::advisory::fetch::FetchError;
use crate::advisory::fetch::files::io;
use crate::programs::{self, RunError};

impl Job<'_> {
    /// The user's git, without its configuration, into our clone. Its ssh keys,
    /// agent and proxies stay the user's.
    pub(super) fn by_program(&self, folder: &Path, new: bool) -> Result<(), FetchError> {
        let git = programs::find("git").ok_or_else(|| FetchError::Refused {
            place: self.place.clone(),
            why: "https and ssh repositories need the program git; install it".to_owned(),
        })?;
        let folder = std::path::absolute(folder).map_err(io(folder))?;
        let spec = format!("+{}:{TIP}", self.reference.unwrap_or("HEAD"));
        let mut arguments: Vec<&OsStr> = Vec::new();
        for setting in [
            "core.hooksPath=/dev/null",
            "core.fsmonitor=false",
            "gc.auto=0",
            "maintenance.auto=false",
            "http.followRedirects=false",
            "fetch.recurseSubmodules=false",
        ] {
            arguments.extend([OsStr::new("-c"), OsStr::new(setting)]);
        }
        arguments.extend(
            ["fetch", "--quiet", "--no-tags", "--no-write-fetch-head", "--no-recurse-submodules"]
                .map(OsStr::new),
        );
        if new {
            arguments.push(OsStr::new("--depth=1"));
        }
        arguments.extend([OsStr::new("--"), OsStr::new(self.url), OsStr::new(&spec)]);
        let kept: Vec<(&str, std::ffi::OsString)> = [
            "PATH",
            "HOME",
            "USERPROFILE",
            "SYSTEMROOT",
            "TEMP",
            "TMPDIR",
            "SSH_AUTH_SOCK",
            "SSL_CERT_FILE",
            "SSL_CERT_DIR",
            "GIT_SSL_CAINFO",
            "GIT_SSL_CAPATH",
            "https_proxy",
            "HTTPS_PROXY",
            "all_proxy",
            "ALL_PROXY",
            "no_proxy",
            "NO_PROXY",
        ]
        .into_iter()
        .filter_map(|name| Some((name, std::env::var_os(name)?)))
        .chain(certificates())
        .collect();
        let mut environment: Vec<(&str, &OsStr)> =
            kept.iter().map(|(name, value)| (*name, value.as_os_str())).collect();
        for (name, value) in [
            ("GIT_CONFIG_NOSYSTEM", "1"),
            ("GIT_CONFIG_GLOBAL", "/dev/null"),
            ("GIT_TERMINAL_PROMPT", "0"),
            ("GIT_ALLOW_PROTOCOL", "https:ssh"),
            ("GIT_SSH_COMMAND", "ssh -oBatchMode=yes"),
            ("LC_ALL", "C"),
        ] {
            environment.push((name, OsStr::new(value)));
        }
        environment.push(("GIT_DIR", folder.as_os_str()));
        let mut large = false;
        let said = programs::run(&git, &arguments, &environment, &folder, |_| {
            let bytes = size_of_packs(&folder);
            self.progress.at("git", bytes, None);
            large = bytes > self.limits.received;
            !large && self.started.elapsed() < self.limits.whole
        });
        match said {
            Ok(said) if said.success => Ok(()),
            Ok(said) => {
                let why = self.without_url(said.err.trim());
                let missing = why.contains("couldn't find remote ref");
                let place = self.place.clone();
                Err(if missing && self.reference.is_none() {
                    FetchError::NoReference { place, why: "the repository is empty".into() }
                } else if missing {
                    FetchError::NoReference { place, why }
                } else {
                    FetchError::Network { place, why: format!("git says: {why}") }
                })
            }
            Err(RunError::Stopped) if large => {
                Err(self.large("the repository", self.limits.received))
            }
            Err(RunError::Stopped) => Err(self.slow()),
            Err(RunError::Io(cause)) => Err(FetchError::Io { path: git, cause }),
        }
    }
}

/// The user's own certificates under git's names: git itself does not ask for the
/// variables that everything else reads them from, nor is its configuration read.
fn certificates() -> impl Iterator<Item = (&'static str, std::ffi::OsString)> {
    let names = [("SSL_CERT_FILE", "GIT_SSL_CAINFO"), ("SSL_CERT_DIR", "GIT_SSL_CAPATH")];
    names.into_iter().filter(|(_, gits)| std::env::var_os(gits).is_none()).filter_map(
        |(name, gits)| {
            // git runs in another folder.
            let path = std::path::absolute(std::env::var_os(name)?).ok()?;
            Some((gits, path.into_os_string()))
        },
    )
}

fn size_of_packs(clone: &Path) -> u64 {
    let entries = std::fs::read_dir(clone.join("objects").join("pack"));
    entries
        .map(|entries| entries.flatten().filter_map(|e| e.metadata().ok()).map(|m| m.len()).sum())
        .unwrap_or(0)
}
