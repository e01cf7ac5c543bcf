//! What an archive says of itself, for the report.

use perlscan_model::archive_name::ArchiveName;

use crate::darkpan::beside::Beside;
use crate::darkpan::release::Release;
use crate::mirror::layout::mirror_of;
use crate::scan::Concluded;

/// Adds it to the archive's summary, which is the last of the run's. What the release
/// was read for is taken out of it.
pub(super) fn add(release: &mut Release, beside: &Beside, concluded: &mut Concluded) {
    let last = concluded.projects.last_mut();
    let Some(summary) = last.and_then(|project| project.archive.as_mut()) else { return };
    let contents = std::mem::take(&mut release.contents);
    let below = mirror_of(&release.path).map(|(_, below)| below.to_text().into_owned());
    let author = below.as_deref().and_then(ArchiveName::parse).and_then(|name| name.author());
    summary.author_name = author.and_then(|id| beside.author(&release.path, id)).map(str::to_owned);
    summary.author = author.map(str::to_owned);
    if let Some(meta) = contents.meta {
        summary.meta = Some(meta.location);
        summary.about = meta.about;
    }
    summary.security_policy = contents.security_policy;
    summary.has_signature = contents.has_signature;
}
