//! A mirror on another machine, fetched to the cache.

use std::path::PathBuf;

use anyhow::Context as _;
use perlscan_scanner::advisory::fetch::Client;
use perlscan_scanner::config;
use perlscan_scanner::darkpan::remote::{RemoteMirror, client};
use perlscan_scanner::model::location::SourcePath;
use perlscan_scanner::scan::ScanSettings;
use perlscan_scanner::source::Source;

use crate::args::{DarkpanArgs, cache_folder};
use crate::places;
use crate::progress::Progress;

/// Names what is sent as the header `Authorization`: a password in a URL is seen by
/// whoever lists the processes.
const AUTHORIZATION: &str = "PERLSCAN_MIRROR_AUTHORIZATION";

/// A mirror that is to be fetched, and where to.
pub(super) struct Remote {
    client: Client,
    cache: PathBuf,
}

/// What is needed to fetch it.
pub(super) fn prepare(
    args: &DarkpanArgs,
    url: &str,
    settings: &mut ScanSettings,
) -> anyhow::Result<Remote> {
    let authorization = match std::env::var_os(AUTHORIZATION).filter(|text| !text.is_empty()) {
        Some(text) => {
            let plain = text.into_string().ok().filter(|text| !text.contains(char::is_control));
            Some(plain.with_context(|| format!("{AUTHORIZATION} is no text of one line"))?)
        }
        None => None,
    };
    let client = client(url, authorization)?;
    let cache =
        cache_folder().context("there is no folder to fetch it to: PERLSCAN_CACHE names one")?;
    settings.limits = places::limits(&args.source);
    settings.scan_roots = vec![SourcePath::default()];
    if let Some(path) = &args.run.config {
        let shown = SourcePath::from(path.to_string_lossy().as_ref());
        settings.suppressions = config::read(path, &shown)?.suppressions;
    }
    Ok(Remote { client, cache })
}

impl Remote {
    /// Fetches what its index names, and shows that.
    pub(super) fn fetch(
        self,
        args: &DarkpanArgs,
        settings: &ScanSettings,
        progress: &Progress,
    ) -> anyhow::Result<Box<dyn Source>> {
        let mirror = RemoteMirror::open(self.client, &self.cache, args.verify)?;
        Ok(Box::new(mirror.fetch(&settings.limits, args.source.threads, progress)?))
    }
}
