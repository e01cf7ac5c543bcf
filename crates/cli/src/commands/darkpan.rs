//! `perlscan darkpan`: a private CPAN mirror, archive by archive.

use anyhow::bail;
use perlscan_scanner::darkpan;
use perlscan_scanner::scan::ArchiveFacts;

use crate::args::{DarkpanArgs, cache_folder};
use crate::commands::scan::judge;
use crate::places::Places;

pub(crate) fn run(args: &DarkpanArgs) -> anyhow::Result<u8> {
    let urls = args.source.paths.iter().filter_map(|path| path.to_str());
    let mut urls = urls.filter(|path| path.contains("://"));
    if let Some(url) = urls.next() {
        if args.source.paths.len() > 1 {
            bail!("the URL of a mirror stands alone: scan other places by runs of their own");
        }
        return remote::run(args, url);
    }
    judge(&args.run, darkpan::scan, |settings| {
        settings.archive_facts = archive_facts(args);
        Places::of(&args.source)
    })
}

/// Where what archives say is kept.
fn archive_facts(args: &DarkpanArgs) -> Option<ArchiveFacts> {
    let folder = cache_folder().filter(|_| !args.no_cache)?;
    Some(ArchiveFacts { folder, reads_all: args.verify })
}

#[cfg(not(feature = "https"))]
mod remote {
    use super::{DarkpanArgs, bail};

    pub(super) fn run(_: &DarkpanArgs, _: &str) -> anyhow::Result<u8> {
        bail!("https is not built into this perlscan: copy the mirror to this machine")
    }
}

#[cfg(feature = "https")]
mod remote {
    use anyhow::Context as _;
    use perlscan_scanner::config;
    use perlscan_scanner::darkpan::remote::{RemoteMirror, client};
    use perlscan_scanner::model::location::SourcePath;
    use perlscan_scanner::scan::ScanSettings;

    use super::{DarkpanArgs, archive_facts, cache_folder, darkpan};
    use crate::commands::scan::report;
    use crate::places;

    /// Names what is sent as the header `Authorization`: a password in a URL is seen by
    /// whoever lists the processes.
    const AUTHORIZATION: &str = "PERLSCAN_MIRROR_AUTHORIZATION";

    pub(super) fn run(args: &DarkpanArgs, url: &str) -> anyhow::Result<u8> {
        let authorization = match std::env::var_os(AUTHORIZATION).filter(|text| !text.is_empty()) {
            Some(text) => {
                let plain = text.into_string().ok().filter(|text| !text.contains(char::is_control));
                Some(plain.with_context(|| format!("{AUTHORIZATION} is no text of one line"))?)
            }
            None => None,
        };
        let client = client(url, authorization)?;
        let cache = cache_folder()
            .context("there is no folder to fetch it to: PERLSCAN_CACHE names one")?;
        let prepare = |settings: &mut ScanSettings| {
            settings.archive_facts = archive_facts(args);
            settings.limits = places::limits(&args.source);
            settings.scan_roots = vec![SourcePath::default()];
            if let Some(path) = &args.run.config {
                let shown = SourcePath::from(path.to_string_lossy().as_ref());
                settings.suppressions = config::read(path, &shown)?.suppressions;
            }
            Ok(())
        };
        report(&args.run, prepare, |(), settings, database, progress| {
            let mirror = RemoteMirror::open(client, &cache, args.verify)?;
            let source = mirror.fetch(&settings.limits, args.source.threads, progress)?;
            Ok(darkpan::scan(&source, &settings, database, progress)?)
        })
    }
}
