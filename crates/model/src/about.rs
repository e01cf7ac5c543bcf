//! What a release says of itself in its META, beside name, version and requirements.

use std::sync::Arc;

/// The longest text that is kept, in bytes, and the most texts of a list: there may be
/// tens of thousands of archives, and whoever writes a META may write a book.
const LONGEST: usize = 300;
/// See [`LONGEST`].
const MOST: usize = 20;

/// What a META says. What it leaves out is empty. Releases of one distribution, and of one
/// author, say much the same: their texts can be shared.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct About {
    /// The licences, in CPAN::Meta's words (`perl_5`).
    pub licenses: Box<[Arc<str>]>,
    /// The authors, as they are written.
    pub authors: Box<[Arc<str>]>,
    /// What has made the META.
    pub generated_by: Option<Arc<str>>,
    /// Where the source is said to lie. Nobody has checked it.
    pub repository: Option<Arc<str>>,
    /// Where bugs are reported.
    pub bugtracker: Option<Arc<str>>,
    /// Whether it should no longer be used (`x_deprecated`).
    pub is_deprecated: bool,
}

impl About {
    /// A text, cut where it is too long.
    pub fn kept(text: &str) -> &str {
        let text = text.trim();
        let end = (0..=LONGEST.min(text.len())).rev().find(|end| text.is_char_boundary(*end));
        text.get(..end.unwrap_or(0)).unwrap_or_default()
    }

    /// All its texts.
    pub fn texts_mut(&mut self) -> impl Iterator<Item = &mut Arc<str>> {
        let Self { licenses, authors, generated_by, repository, bugtracker, is_deprecated: _ } =
            self;
        let lists = licenses.iter_mut().chain(authors);
        lists.chain([generated_by, repository, bugtracker].into_iter().flatten())
    }

    /// The first texts of a list, without empty ones.
    pub fn kept_list<'a>(texts: impl Iterator<Item = &'a str>) -> Box<[Arc<str>]> {
        let texts = texts.filter(|text| !text.trim().is_empty()).take(MOST);
        texts.map(|text| Self::kept(text).into()).collect()
    }
}
