//! A build without HTTPS fetches no mirror.

use anyhow::bail;
use perlscan_scanner::scan::ScanSettings;
use perlscan_scanner::source::Source;

use crate::args::DarkpanArgs;
use crate::progress::Progress;

/// No mirror is on another machine.
pub(super) enum Remote {}

pub(super) fn prepare(_: &DarkpanArgs, _: &str, _: &mut ScanSettings) -> anyhow::Result<Remote> {
    bail!("https is not built into this perlscan: copy the mirror to this machine")
}

impl Remote {
    pub(super) fn fetch(
        self,
        _: &DarkpanArgs,
        _: &ScanSettings,
        _: &Progress,
    ) -> anyhow::Result<Box<dyn Source>> {
        match self {}
    }
}
