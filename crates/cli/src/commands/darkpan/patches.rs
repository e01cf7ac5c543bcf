//! The security patches that were named.

use std::path::PathBuf;

use anyhow::{Context as _, bail};
use perlscan_scanner::darkpan::named_patches;
use perlscan_scanner::mirror::patch::Patch;
use perlscan_scanner::source::{Excludes, FsSource};

use crate::terminal;

/// The patches of the folders that `--patches` names.
pub(super) fn patches(folders: &[PathBuf]) -> anyhow::Result<Vec<Patch>> {
    let mut all = Vec::new();
    for folder in folders {
        let name = folder.display();
        let base =
            folder.canonicalize().with_context(|| format!("can't read --patches '{name}'"))?;
        if !base.is_dir() {
            bail!("--patches '{name}' is no folder; name the one that has the patches");
        }
        let excludes = Excludes::new(&base, &[], true)?;
        let source = FsSource::new(base.clone(), vec![base], excludes, None);
        let mut found = named_patches::read(&source, &(*folder.to_string_lossy()).into());
        // Without its patch a finding fails as before: nothing is missed.
        for problem in &found.problems {
            terminal::warning(&format!("{}: {}", problem.location, problem.message));
        }
        if found.patches.is_empty() {
            bail!(
                "--patches '{name}' has no patch that lies as \
                 N/Net-OAuth/0.28/CVE-2025-22376-r1.patch"
            );
        }
        all.append(&mut found.patches);
    }
    Ok(all)
}
