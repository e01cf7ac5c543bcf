//! What an archive says of itself, as the JSON formats have it.

use std::borrow::Cow;
use std::sync::Arc;

use serde::Serialize;

use super::ArchiveSummary;

/// What an archive says of itself.
#[derive(Serialize)]
pub(super) struct SaidObject<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    author: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    author_name: Option<&'a str>,
    /// Its META file, in the archive or beside it; `null` for none.
    meta: Option<Cow<'a, str>>,
    licenses: &'a [Arc<str>],
    authors: &'a [Arc<str>],
    #[serde(skip_serializing_if = "Option::is_none")]
    generated_by: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    repository: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    bugtracker: Option<&'a str>,
    deprecated: bool,
    security_policy: Option<Cow<'a, str>>,
    signature: bool,
}

impl<'a> SaidObject<'a> {
    pub(super) fn of(archive: &'a ArchiveSummary) -> Self {
        Self {
            author: archive.author.as_deref(),
            author_name: archive.author_name.as_deref(),
            meta: archive.meta.as_ref().map(|path| path.to_text()),
            licenses: &archive.about.licenses,
            authors: &archive.about.authors,
            generated_by: archive.about.generated_by.as_deref(),
            repository: archive.about.repository.as_deref(),
            bugtracker: archive.about.bugtracker.as_deref(),
            deprecated: archive.about.is_deprecated,
            security_policy: archive.security_policy.as_ref().map(|path| path.to_text()),
            signature: archive.has_signature,
        }
    }
}
