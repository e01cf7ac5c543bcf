//! What a mirror is held to: the keyring and the public index that were named.

use std::io::Read as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use perlscan_scanner::darkpan::trust::Trust;
use perlscan_scanner::mirror::packages;
use perlscan_scanner::model::location::SourcePath;
use perlscan_scanner::signature::clearsigned::Verifier;

use crate::args::{TrustArgs, cache_folder};

/// What the mirror is held to; `scanned` is what is not trusted.
pub(super) fn trust(args: &TrustArgs, scanned: &[PathBuf]) -> anyhow::Result<Trust> {
    let verifier = args.keyring.as_deref().map(|keyring| {
        let cache = cache_folder()
            .context("--keyring: no folder for the files of gpgv; name one by PERLSCAN_CACHE")?;
        Verifier::new(keyring, &cache.join("verify"), scanned).context("--keyring")
    });
    let public_index = args.public_index.as_deref().map(|path| {
        let bytes = read_index(path)
            .with_context(|| format!("--public-index: can't read '{}'", path.display()))?;
        Ok::<_, anyhow::Error>((SourcePath::from(path.to_string_lossy().as_ref()), bytes))
    });
    Ok(Trust { verifier: verifier.transpose()?, public_index: public_index.transpose()? })
}

#[expect(clippy::disallowed_methods, reason = "a named input is read here")]
fn read_index(path: &Path) -> anyhow::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    std::fs::File::open(path)?.take(packages::LIMIT + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > packages::LIMIT {
        bail!("it has more than {} bytes", packages::LIMIT);
    }
    Ok(bytes)
}
