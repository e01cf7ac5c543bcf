//! What a release says of itself in its META, beside name, version and requirements.

/// The longest text that is kept, in bytes, and the most texts of a list: there may be
/// tens of thousands of archives, and whoever writes a META may write a book.
const LONGEST: usize = 300;
/// See [`LONGEST`].
const MOST: usize = 20;

/// What a META says. What it leaves out is empty.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct About {
    /// The licences, in CPAN::Meta's words (`perl_5`).
    pub licenses: Vec<String>,
    /// The authors, as they are written.
    pub authors: Vec<String>,
    /// What has made the META.
    pub generated_by: Option<String>,
    /// Where the source is said to lie. Nobody has checked it.
    pub repository: Option<String>,
    /// Where bugs are reported.
    pub bugtracker: Option<String>,
    /// Whether it should no longer be used (`x_deprecated`).
    pub is_deprecated: bool,
}

impl About {
    /// A text, cut where it is too long.
    pub fn kept(text: &str) -> String {
        let text = text.trim();
        let end = (0..=LONGEST.min(text.len())).rev().find(|end| text.is_char_boundary(*end));
        text.get(..end.unwrap_or(0)).unwrap_or_default().to_owned()
    }

    /// The first texts of a list, without empty ones.
    pub fn kept_list<'a>(texts: impl Iterator<Item = &'a str>) -> Vec<String> {
        texts.filter(|text| !text.trim().is_empty()).take(MOST).map(Self::kept).collect()
    }
}
