//! How a mirror on another machine is scanned.

use perlscan_scanner::config;
use perlscan_scanner::model::location::SourcePath;
use perlscan_scanner::scan::ScanSettings;

use crate::args::DarkpanArgs;
use crate::commands::remote::Remote;
use crate::places;

/// The mirror of a URL, and what there is to settle where no folder says anything.
pub(super) fn prepare(
    args: &DarkpanArgs,
    url: &str,
    settings: &mut ScanSettings,
) -> anyhow::Result<Remote> {
    let remote = Remote::prepare(url, args.run.network.offline)?;
    settings.limits = places::limits(&args.source);
    settings.containers = places::containers(&args.source);
    settings.scan_roots = vec![SourcePath::default()];
    if let Some(path) = &args.run.config {
        let shown = SourcePath::from(path.to_string_lossy().as_ref());
        settings.suppressions = config::read(path, &shown)?.suppressions;
    }
    Ok(remote)
}
