//! What an archive says of itself, for the report.

use perlscan_model::archive_name::ArchiveName;
use perlscan_model::standing::Standing;

use crate::darkpan::beside::Beside;
use crate::darkpan::held::Held;
use crate::mirror::layout::mirror_of;
use crate::report::ArchiveSummary;

/// The archive as the report has it.
pub(super) fn of(release: Held, standing: Option<Standing>, beside: &Beside) -> ArchiveSummary {
    let below = mirror_of(&release.path).map(|(_, below)| below.to_text().into_owned());
    let author = below.as_deref().and_then(ArchiveName::parse).and_then(|name| name.author());
    let (meta, about) = match release.meta {
        Some(meta) => (Some(meta.file()), meta.about),
        None => Default::default(),
    };
    ArchiveSummary {
        author: author.map(Box::from),
        author_name: author.and_then(|id| beside.author(&release.path, id)).map(Box::from),
        dist: release.dist,
        version: release.text,
        standing,
        sha256: release.sha256,
        dependents: None,
        meta,
        about,
        security_policy: release.security_policy,
        has_signature: release.has_signature,
    }
}
