//! A mirror on another machine: by which client it is asked, and where it is kept.

use std::path::PathBuf;

use anyhow::{Context as _, bail};
use perlscan_scanner::advisory::fetch::Client;
use perlscan_scanner::mirror::shelf::Shelf;
use perlscan_scanner::model::location::SourcePath;
use perlscan_scanner::remote::{RemoteMirror, RemoteShelf, client};
use perlscan_scanner::source::{Limits, Source};

use crate::args::cache_folder;
use crate::progress::Progress;

/// Names what is sent as the header `Authorization`: a password in a URL is seen by
/// whoever lists the processes.
const AUTHORIZATION: &str = "PERLSCAN_MIRROR_AUTHORIZATION";

/// A mirror that is to be fetched, and where to.
pub(super) struct Remote {
    client: Client,
    cache: PathBuf,
}

impl Remote {
    /// What is needed to fetch the mirror of a URL; nothing is fetched yet.
    pub(super) fn prepare(url: &str, offline: bool) -> anyhow::Result<Self> {
        let authorization = match std::env::var_os(AUTHORIZATION).filter(|text| !text.is_empty()) {
            Some(text) => {
                let plain = text.into_string().ok().filter(|text| !text.contains(char::is_control));
                Some(plain.with_context(|| format!("{AUTHORIZATION} is no text of one line"))?)
            }
            None => None,
        };
        let client = client(url, authorization)?;
        if offline {
            bail!(
                "{} is on another machine, and --offline (or PERLSCAN_OFFLINE) fetches nothing; \
                 name the folder of a copy, or leave that out",
                client.place()
            );
        }
        let cache = cache_folder()
            .context("there is no folder to fetch it to: PERLSCAN_CACHE names one")?;
        Ok(Self { client, cache })
    }

    /// The path under which its files are shown in reports.
    pub(super) fn place(&self) -> SourcePath {
        SourcePath::from(self.client.place())
    }

    /// Fetches what its index names, and shows that; with `anew`, also what is here
    /// already.
    pub(super) fn whole(
        self,
        anew: bool,
        limits: &Limits,
        threads: Option<usize>,
        progress: &Progress,
    ) -> anyhow::Result<Box<dyn Source>> {
        let mirror = RemoteMirror::open(self.client, &self.cache, anew)?;
        Ok(Box::new(mirror.fetch(limits, threads, progress)?))
    }

    /// The mirror as what fetches those archives that are asked for.
    pub(super) fn shelf(self, progress: &Progress) -> anyhow::Result<Box<dyn Shelf + '_>> {
        let mirror = RemoteMirror::open(self.client, &self.cache, false)?;
        Ok(Box::new(RemoteShelf::new(mirror, progress)))
    }
}
