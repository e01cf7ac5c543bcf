//! In place of `change` in a build without git.

use anyhow::bail;

use crate::args::{DiffArgs, ScanArgs};

pub(crate) fn staged(_: &ScanArgs) -> anyhow::Result<u8> {
    bail!("--staged: this build can't read git repositories; build it with the feature git")
}

pub(crate) fn since(_: &ScanArgs, _: &str) -> anyhow::Result<u8> {
    bail!("--since: this build can't read git repositories; build it with the feature git")
}

pub(crate) fn diff(_: DiffArgs) -> anyhow::Result<u8> {
    bail!("diff: this build can't read git repositories; build it with the feature git")
}
