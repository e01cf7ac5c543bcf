//! A build without HTTPS fetches no mirror.

use anyhow::bail;
use perlscan_scanner::mirror::shelf::Shelf;
use perlscan_scanner::model::location::SourcePath;
use perlscan_scanner::source::{Limits, Source};

use crate::progress::Progress;

/// No mirror is on another machine.
pub(super) enum Remote {}

impl Remote {
    pub(super) fn prepare(_: &str, _: bool) -> anyhow::Result<Self> {
        bail!("https is not built into this perlscan: copy the mirror to this machine")
    }

    pub(super) fn place(&self) -> SourcePath {
        match *self {}
    }

    pub(super) fn whole(
        self,
        _: bool,
        _: &Limits,
        _: Option<usize>,
        _: &Progress,
    ) -> anyhow::Result<Box<dyn Source>> {
        match self {}
    }

    pub(super) fn shelf(self, _: &Progress) -> anyhow::Result<Box<dyn Shelf + '_>> {
        match self {}
    }
}
